/* SPDX-License-Identifier: MIT */
/* Floor 4. Which segment a client means, and what to say where there is none of that name. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daemon_control.h"

#define NAMES_MOST 8

/** "eth0.10" and "eth0:10" are what a device of that VLAN is often called. */
static bool is_same_vlan(const char *name, const char *segment)
{
    char copy[SEGMENT_NAME_SIZE];

    snprintf(copy, sizeof copy, "%s", name);
    char *separator = strrchr(copy, '/');
    if (!separator)
        separator = strpbrk(copy, ".:");
    if (!separator)
        return strcasecmp(copy, segment) == 0;
    *separator = '/';
    return strcasecmp(copy, segment) == 0;
}

/** A slip of notation, the number of a VLAN, or the interface of VLANs that is no segment itself.
 */
static bool is_near(const struct daemon *daemon, const struct segment *segment, const char *name)
{
    char vlan[16];

    snprintf(vlan, sizeof vlan, "%u", segment->vlan);
    return is_same_vlan(name, segment->name) ||
           (segment->vlan != VLAN_NONE &&
            (strcmp(name, vlan) == 0 || strcmp(name, daemon->port[segment->port]->name) == 0));
}

/** The only one that can be meant, or NULL. */
static const struct segment *find_near(const struct daemon *daemon, const char *name)
{
    const struct segment *near = NULL;

    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++) {
        const struct segment *segment = engine_segment(daemon->engine, i);
        if (!segment || !is_near(daemon, segment, name))
            continue;
        if (near)
            return NULL;
        near = segment;
    }
    return near;
}

/** "eth0, eth0/10 and 3 more", or "none". */
static void list_names(const struct daemon *daemon, char *out, size_t size)
{
    size_t used = 0;
    unsigned count = 0;

    snprintf(out, size, "none");
    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++) {
        const struct segment *segment = engine_segment(daemon->engine, i);
        if (segment && count++ < NAMES_MOST)
            used += (size_t)snprintf(out + used, size - used, "%s%s", count > 1 ? ", " : "",
                                     segment->name);
    }
    if (count > NAMES_MOST)
        snprintf(out + used, size - used, " and %u more", count - NAMES_MOST);
}

unsigned daemon_find_segment(const struct daemon *daemon, const char *name, struct problem *problem)
{
    char names[NAMES_MOST * (SEGMENT_NAME_SIZE + 2) + 32];

    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++) {
        const struct segment *segment = engine_segment(daemon->engine, i);
        if (segment && strcmp(segment->name, name) == 0)
            return i;
    }
    const struct segment *near = find_near(daemon, name);
    list_names(daemon, names, sizeof names);
    if (near)
        problem_set(problem, "there is no segment '%s'; did you mean '%s'? (there are: %s)", name,
                    near->name, names);
    else
        problem_set(problem, "there is no segment '%s' (there are: %s)", name, names);
    return ENGINE_NO_SEGMENT;
}
