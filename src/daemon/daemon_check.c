/* SPDX-License-Identifier: MIT */
/* Floor 4. What the interfaces of this host have to say to a configuration that is only tested:
 * what the start would refuse, or wait for. */
#include <string.h>

#include "daemon_private.h"

/** Each interface is told once, however many of its VLANs are wanted. */
static bool is_told(const struct config *config, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(config->segment[i].interface, config->segment[index].interface) == 0)
            return true;
    return false;
}

static bool matches_any(const struct segment_config *segment, const struct links *links)
{
    for (size_t i = 0; i < links->count; i++)
        if (links->link[i].is_ethernet && config_matches(segment, links->link[i].name))
            return true;
    return false;
}

static void check_pattern(const struct segment_config *segment, const struct links *links)
{
    char names[256];

    if (!matches_any(segment, links))
        log_warning("%s: no Ethernet interface has such a name now (there are: %s)%s; igmpqd would "
                    "wait for one",
                    segment->interface, links_names(links, names, sizeof names),
                    daemon_name_advice(segment->interface));
}

/** It would wait for an address that a port of a bridge seldom gets. */
static bool needs_bridge(const struct segment_config *segment, const struct link_info *link,
                         const struct links *links, const struct link_info **bridge)
{
    *bridge = NULL;
    if (segment->source == SOURCE_AUTO && segment->vlan == VLAN_NONE &&
        address_is_none(link->primary.address))
        *bridge = daemon_bridge_of(links, link);
    return *bridge != NULL;
}

/** `is_repeated`: what is wrong with the interface itself was told for another segment on it. */
static void check_name(const struct segment_config *segment, const struct links *links,
                       bool is_repeated)
{
    const struct link_info *link = links_find(links, segment->interface);
    const struct link_info *bridge;
    char names[256];

    if (is_repeated && (!link || !link->is_ethernet))
        return;
    if (!link)
        log_warning("%s: there is no such interface now (there are: %s)%s; igmpqd would wait for "
                    "it",
                    segment->interface, links_names(links, names, sizeof names),
                    daemon_name_advice(segment->interface));
    else if (!link->is_ethernet)
        log_warning("%s is not an Ethernet interface: IGMP queries need one; igmpqd would not "
                    "start",
                    segment->interface);
    else if (needs_bridge(segment, link, links, &bridge))
        log_warning("%s has no IPv4 address, and is a port of %s: use -i %s", segment->interface,
                    bridge->name, bridge->name);
}

void daemon_check_interfaces(const struct config *config, const struct links *links)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct segment_config *segment = &config->segment[i];
        bool is_repeated = is_told(config, i);
        if (!config_is_pattern(segment->interface))
            check_name(segment, links, is_repeated);
        else if (!is_repeated)
            check_pattern(segment, links);
    }
}
