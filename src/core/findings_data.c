/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: evidence from multicast data: streams that nobody wants, and who passes them
 * on. */
#include "findings_private.h"

#include <stdlib.h>

#define LOCAL_TIME (10 * SECONDS)

void watch_local_data(struct findings *findings, struct watch *watch, struct moment now,
                      struct address group, struct address source, struct mac mac)
{
    /* The peer delay messages of PTP: as many as there are clocks. */
    if (address_equal(group, address_of(224, 0, 0, 107)))
        return;
    if (!watch->local_data && !(watch->local_data = calloc(256, sizeof *watch->local_data))) {
        findings->is_short_of_memory = true;
        return;
    }
    struct local_data *data = &watch->local_data[group.ipv4 & 0xff];
    bool is_same = address_equal(data->source, source) && mac_equal(data->mac, mac);
    if (data->frames == 0 || !is_same || now.at < data->begins.at ||
        now.at > instant_after(data->begins.at, LOCAL_TIME)) {
        data->source = source;
        data->mac = mac;
        data->begins = now;
        data->frames = 0;
    }
    if (++data->frames < FINDINGS_LOCAL)
        return;
    duration span = now.at - data->begins.at;
    if (data->streams.count == 0 || span < data->shortest)
        data->shortest = span;
    if (data->streams.count++ == 0)
        data->streams.first = data->begins;
    data->streams.last = now;
    data->told_source = source;
    data->told_mac = mac;
    data->frames = 0;
}

bool tally_is_stream(const struct tally *tally)
{
    return tally->count >= STREAM_FRAMES &&
           (uint64_t)(tally->last.at - tally->first.at) < (uint64_t)STREAM_GAP * tally->count;
}

/** Whose MAC address brings the data? Looked up only when that, or the queriers, changed. */
static struct seen_querier *forwarder_of(const struct watch *watch, struct seen_group *group,
                                         struct mac mac)
{
    struct seen_querier *querier, *next;

    if (group->forwarder_of == watch->querier_count && mac_equal(group->data_mac, mac))
        return group->forwarder;
    group->forwarder = NULL;
    group->forwarder_of = watch->querier_count;
    group->data_mac = mac;
    for (querier = watch->queriers; querier && !mac_is_none(mac); querier = next) {
        next = querier->hh.next;
        if (mac_equal(querier->mac, mac) && !address_is_none(querier->address))
            group->forwarder = querier;
    }
    return group->forwarder;
}

/** Nobody has ever joined, although there was time and reports are seen here (D-24). */
static bool is_unwanted(const struct findings *findings, const struct watch *watch,
                        const struct seen_group *group, instant now)
{
    return group->reports == 0 && watch->general.count > 0 &&
           !is_within(watch->general.first.at, now,
                      findings->setup.switch_timeout + FINDINGS_GRACE) &&
           !is_within(watch->since.at, now, findings->setup.switch_timeout + FINDINGS_GRACE) &&
           is_within(watch->last_report.at, now, findings->setup.router_timeout);
}

/** When the group's last member went; NEVER when there may be one (D-25). */
static instant over_since(const struct findings *findings, const struct seen_group *group)
{
    if (group->reports == 0 || group->over_since != INSTANT_NEVER)
        return group->over_since;
    return instant_after(group->last_report.at, findings->setup.switch_timeout + FINDINGS_GRACE);
}

void watch_data(struct findings *findings, struct watch *watch, struct moment now,
                struct address address, struct address source, struct mac mac)
{
    tally_add(&watch->activity, now);
    struct seen_group *group = watch_group(findings, watch, now, address);
    if (!group)
        return;
    watch_use_group(findings, watch, now, group);
    struct seen_querier *forwarder = forwarder_of(watch, group, mac);
    if (forwarder && !address_equal(source, forwarder->address)) {
        tally_add(&forwarder->forwarded, now);
        forwarder->forwarded_group = address;
    }
    group->data_source = source;
    group->last_data = now.at;
    /* The querier's port gets all there is, members or not (RFC 4541 section 2.1.2 (1)). */
    if (watch->place == FINDINGS_PLACE_QUERIER || !watch_is_queried(findings, watch, now.at))
        return;
    if (is_unwanted(findings, watch, group, now.at)) {
        tally_add(&group->unwanted, now);
        return;
    }
    instant over = over_since(findings, group);
    if (now.at > over) {
        if (group->outlived.count == 0) {
            group->outlived_since = over;
            group->outlived_in_silence = !group->is_left;
        }
        tally_add(&group->outlived, now);
    }
}
