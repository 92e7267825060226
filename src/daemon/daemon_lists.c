/* SPDX-License-Identifier: MIT */
/* Floor 4. Groups, hosts and queriers, told one by one while their tables live on. */
#include <stdlib.h>

#include "daemon_control.h"
#include "igmpq/json_daemon.h"

static const struct querier *find_querier(const struct segment *segment,
                                          const struct listed *listed)
{
    for (unsigned i = 0; i < segment->querier_count; i++)
        if (address_equal(segment->queriers[i].address, listed->address) &&
            mac_equal(segment->queriers[i].mac, listed->mac))
            return &segment->queriers[i];
    return NULL;
}

static size_t table_size(const struct segment *segment, enum control_verb verb)
{
    if (verb == CONTROL_GROUPS)
        return segment->membership.group_count;
    return verb == CONTROL_HOSTS ? segment->membership.reporter_count : segment->querier_count;
}

/** False without memory. */
static bool take_list(const struct segment *segment, struct cursor *cursor, enum control_verb verb)
{
    size_t count = table_size(segment, verb);

    cursor->list_count = cursor->list_at = 0;
    cursor->list = calloc(count + 1, sizeof *cursor->list);
    if (!cursor->list)
        return false;
    cursor->has_list = true;
    struct listed *next = cursor->list;
    if (verb == CONTROL_GROUPS) {
        for (const struct group *group = segment->membership.groups; group; group = group->hh.next)
            *next++ = (struct listed){.address = group->address};
    } else if (verb == CONTROL_HOSTS) {
        const struct reporter *reporter = segment->membership.reporters;
        for (; reporter; reporter = reporter->hh.next)
            *next++ = (struct listed){reporter->key.address, reporter->key.mac};
    } else {
        for (unsigned i = 0; i < segment->querier_count; i++)
            *next++ = (struct listed){segment->queriers[i].address, segment->queriers[i].mac};
    }
    cursor->list_count = (size_t)(next - cursor->list);
    return true;
}

static void drop_list(struct cursor *cursor)
{
    free(cursor->list);
    cursor->list = NULL;
    cursor->has_list = cursor->is_split = false;
}

/** Remember where to go on with a group's sources after those from `first` on. */
static void split(struct cursor *cursor, const struct group *group, unsigned first)
{
    unsigned end = first + CONTROL_SOURCES_MOST;

    cursor->is_split = group->source_count > end;
    if (cursor->is_split)
        cursor->after = group->sources[end - 1].address;
}

/** More sources of the group told last; false when there are none any more. */
static bool next_sources(const struct segment *segment, struct cursor *cursor, instant now,
                         char **line)
{
    const struct group *group =
        membership_group(&segment->membership, cursor->list[cursor->list_at - 1].address);
    unsigned low = 0, high = group ? group->source_count : 0;

    while (low < high) { /* the first behind the last one told */
        unsigned middle = low + (high - low) / 2;
        if (address_compare(group->sources[middle].address, cursor->after) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    cursor->is_split = false;
    if (!group || low >= group->source_count)
        return false;
    *line = json_line_group_sources(group, segment, low, now);
    split(cursor, group, low);
    return true;
}

/** One of the list, if it is still there. */
static bool tell_listed(const struct daemon *daemon, const struct segment *segment,
                        struct cursor *cursor, enum control_verb verb, instant now, char **line)
{
    const struct listed *listed = &cursor->list[cursor->list_at++];
    const struct membership *membership = &segment->membership;
    duration wall = daemon->wall;

    if (verb == CONTROL_GROUPS) {
        const struct group *group = membership_group(membership, listed->address);
        if (!group)
            return false;
        bool is_expected = daemon_is_expected(&daemon->seat[segment->id], group->address);
        *line = json_line_group_now(group, segment, is_expected, now, wall);
        split(cursor, group, 0);
    } else if (verb == CONTROL_HOSTS) {
        const struct reporter *reporter =
            membership_reporter(membership, listed->address, listed->mac);
        if (!reporter)
            return false;
        *line = json_line_host(reporter, segment, now, wall);
    } else {
        const struct querier *querier = find_querier(segment, listed);
        if (!querier)
            return false;
        *line = json_line_querier_now(querier, segment, now, wall);
    }
    return true;
}

enum control_step daemon_next_listed(const struct daemon *daemon, struct cursor *cursor,
                                     enum control_verb verb, instant now, char **line)
{
    const struct segment *segment;

    for (;;) {
        unsigned before = cursor->segment;
        segment = cursor_segment(daemon, cursor);
        if (cursor->has_list && cursor->segment != before)
            drop_list(cursor); /* that segment was removed */
        if (!segment)
            return CONTROL_DONE;
        if (!cursor->has_list && !take_list(segment, cursor, verb))
            return CONTROL_LINE; /* without one: no memory */
        if (cursor->is_split && next_sources(segment, cursor, now, line))
            return CONTROL_LINE;
        while (cursor->list_at < cursor->list_count)
            if (tell_listed(daemon, segment, cursor, verb, now, line))
                return CONTROL_LINE;
        drop_list(cursor);
        cursor->segment++;
    }
}
