/* SPDX-License-Identifier: MIT */
/* Floor 2. One group: the twelve rows of the RFC's tables, as one function per source. */
#include "igmpq/group.h"

#include <stdlib.h>

const char *filter_mode_name(enum filter_mode mode)
{
    switch (mode) {
    case FILTER_INCLUDE: return "include";
    case FILTER_EXCLUDE: return "exclude";
    }
    return "?";
}

/** The first source from `low` on that is not below the address. */
static unsigned lower_bound(const struct group *group, unsigned low, struct address address)
{
    unsigned high = group->source_count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (address_compare(group->sources[middle].address, address) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_source_at(const struct group *group, unsigned at, struct address address)
{
    return at < group->source_count && address_equal(group->sources[at].address, address);
}

struct source *group_source(const struct group *group, struct address address)
{
    unsigned at = lower_bound(group, 0, address);
    return is_source_at(group, at, address) ? &group->sources[at] : NULL;
}

/** What becomes of one source. */
struct outcome {
    bool is_kept;
    bool is_queried; /* Q(G,S) */
    instant expires;
};

/** How a source stands when a record arrives: in the table, its timer running, listed in the
 * record. */
struct standing {
    bool is_known;
    bool is_running;
    bool is_listed;
    instant expires;
};

/*
 * RFC 9776 section 6.4, tables 8 and 9, read per source. A is INCLUDE's set; X (timer running) and
 * Y (timer zero) are EXCLUDE's; B, or A in the second half, is the record's list. `until` is now +
 * GMI, `group_timer` the group timer before the record.
 */
static struct outcome include_row(enum igmp_record_type type, struct standing s, instant now,
                                  instant until)
{
    struct outcome keep = {.is_kept = s.is_known, .expires = s.expires};

    switch (type) {
    case IGMP_RECORD_IS_IN: /* INCLUDE (A+B), (B)=GMI */
    case IGMP_RECORD_ALLOW: return s.is_listed ? (struct outcome){true, false, until} : keep;
    case IGMP_RECORD_TO_IN: /* INCLUDE (A+B), (B)=GMI, Q(G,A-B) */
        if (s.is_listed)
            return (struct outcome){true, false, until};
        keep.is_queried = s.is_known;
        return keep;
    case IGMP_RECORD_BLOCK: /* INCLUDE (A), Q(G,A*B) */
        keep.is_queried = s.is_known && s.is_listed;
        return keep;
    case IGMP_RECORD_IS_EX: /* EXCLUDE (A*B,B-A), (B-A)=0, delete (A-B) */
    case IGMP_RECORD_TO_EX: /* and Q(G,A*B) */
        if (!s.is_listed)
            return (struct outcome){0};
        if (!s.is_known)
            return (struct outcome){true, false, now};
        keep.is_queried = type == IGMP_RECORD_TO_EX;
        return keep;
    }
    return keep;
}

static struct outcome exclude_row(enum igmp_record_type type, struct standing s, instant until,
                                  instant group_timer)
{
    struct outcome keep = {.is_kept = s.is_known, .expires = s.expires};

    switch (type) {
    case IGMP_RECORD_IS_IN: /* EXCLUDE (X+A,Y-A), (A)=GMI */
    case IGMP_RECORD_ALLOW: return s.is_listed ? (struct outcome){true, false, until} : keep;
    case IGMP_RECORD_TO_IN: /* the same and Q(G,X-A), Q(G) */
        if (s.is_listed)
            return (struct outcome){true, false, until};
        keep.is_queried = s.is_running;
        return keep;
    case IGMP_RECORD_BLOCK: /* EXCLUDE (X+(A-Y),Y), (A-X-Y)=group timer, Q(G,A-Y) */
        if (!s.is_listed)
            return keep;
        if (!s.is_known)
            return (struct outcome){true, true, group_timer};
        keep.is_queried = s.is_running;
        return keep;
    case IGMP_RECORD_IS_EX: /* EXCLUDE (A-Y,Y*A), (A-X-Y)=GMI, delete (X-A) (Y-A) */
        if (!s.is_listed)
            return (struct outcome){0};
        return s.is_known ? keep : (struct outcome){true, false, until};
    case IGMP_RECORD_TO_EX: /* the same but (A-X-Y)=group timer, and Q(G,A-Y) */
        if (!s.is_listed)
            return (struct outcome){0};
        if (!s.is_known)
            return (struct outcome){true, true, group_timer};
        keep.is_queried = s.is_running;
        return keep;
    }
    return keep;
}

/**
 * Owe `source` its queries, unless it is soon over anyway (section 6.6.3.2: "source timer larger
 * than LMQT"). One that is being asked about already is asked about anew with its next
 * retransmission, not at once: who blocks and allows in turn a thousand times a second buys one
 * query in each last member interval.
 */
static void owe_source(struct group *group, struct source *source, instant now,
                       const struct group_timers *timers)
{
    duration last_member_time = timers->last_member_interval * timers->last_member_count;

    if (!timers->is_querier || timers->version < 3)
        return; /* versions 1 and 2 cannot ask about sources */
    if (source->expires <= instant_after(now, last_member_time))
        return;
    bool is_due_anyway = source->queries_left > 0 || group->sources_turn != INSTANT_NEVER;
    source->queries_left = (uint16_t)timers->last_member_count;
    source->is_lowered = source->is_asked = false;
    if (!is_due_anyway)
        group->sources_query_at = now;
}

/**
 * Owe the group-specific queries. While the group is being asked about and nobody has answered,
 * nothing is added; and one that has just gone out is not repeated sooner than the last member
 * interval: forged leaves buy nothing. But a leave after an answer starts anew, also while
 * queries for the leave before it are still to come: the group timer, raised by the answer, has to
 * be lowered once more.
 */
static void owe_group(struct group *group, instant now, const struct group_timers *timers)
{
    if (!timers->is_querier || timers->version < 2 || group->checking_until == group->expires)
        return;
    bool is_due_anyway = group->queries_left > 0;
    group->queries_left = timers->last_member_count;
    group->is_lowered = false;
    if (is_due_anyway)
        return;
    group->query_at = now;
    if (group->turn != INSTANT_NEVER)
        group->query_at = group->turn;
    else if (group->last_query != INSTANT_NEVER &&
             group->last_query + timers->last_member_interval > now)
        group->query_at = group->last_query + timers->last_member_interval;
}

static bool reserve_sources(struct group *group, unsigned more)
{
    unsigned needed = group->source_count + more;
    if (needed <= group->source_capacity)
        return true;
    unsigned capacity = group->source_capacity ? group->source_capacity : 4;
    while (capacity < needed)
        capacity *= 2;
    struct source *sources = realloc(group->sources, capacity * sizeof *sources);
    if (!sources)
        return false;
    group->sources = sources;
    group->source_capacity = capacity;
    return true;
}

/** What a record does to one source, by the table of the mode the group was in. */
struct row {
    enum filter_mode mode;
    enum igmp_record_type type;
    instant now, until, group_timer;
};

static struct outcome row_apply(const struct row *row, struct standing standing)
{
    if (row->mode == FILTER_INCLUDE)
        return include_row(row->type, standing, row->now, row->until);
    return exclude_row(row->type, standing, row->until, row->group_timer);
}

/** Is a record of this type also about the sources that it does not list? */
static bool is_about_unlisted(enum igmp_record_type type)
{
    switch (type) {
    case IGMP_RECORD_IS_IN:
    case IGMP_RECORD_ALLOW:
    case IGMP_RECORD_BLOCK: return false;
    case IGMP_RECORD_IS_EX:
    case IGMP_RECORD_TO_IN:
    case IGMP_RECORD_TO_EX: break;
    }
    return true;
}

unsigned group_record_cost(const struct group *group, enum igmp_record_type type,
                           const struct address *listed, unsigned listed_count)
{
    unsigned at = 0;

    if (is_about_unlisted(type))
        return group->source_count;
    if (type == IGMP_RECORD_BLOCK && group->mode == FILTER_INCLUDE)
        return 0; /* adds nothing */
    for (unsigned i = 0; i < listed_count; i++) {
        at = lower_bound(group, at, listed[i]);
        if (!is_source_at(group, at, listed[i]))
            return (group->source_count - at) / 4; /* moving one on is less than judging it */
    }
    return 0;
}

/** The known sources that are listed, in place; returns how many listed ones are not known. */
static unsigned apply_to_listed(struct group *group, const struct row *row,
                                const struct address *listed, unsigned listed_count,
                                const struct group_timers *timers)
{
    unsigned at = 0, unknown = 0;

    for (unsigned i = 0; i < listed_count; i++) {
        at = lower_bound(group, at, listed[i]);
        if (!is_source_at(group, at, listed[i])) {
            unknown++;
            continue;
        }
        struct source *source = &group->sources[at];
        struct outcome outcome = row_apply(
            row, (struct standing){true, source->expires > row->now, true, source->expires});
        source->expires = outcome.expires;
        group->sources_end = instant_earlier(group->sources_end, outcome.expires);
        if (outcome.is_queried)
            owe_source(group, source, row->now, timers);
    }
    return unknown;
}

/** All known sources, in place; returns how many listed ones are not known. */
static unsigned apply_to_known(struct group *group, const struct row *row,
                               const struct address *listed, unsigned listed_count,
                               const struct group_timers *timers)
{
    unsigned kept = 0, next = 0, unknown = 0;

    group->sources_end = INSTANT_NEVER;
    for (unsigned i = 0; i < group->source_count; i++) {
        struct source source = group->sources[i];
        while (next < listed_count && address_compare(listed[next], source.address) < 0) {
            next++;
            unknown++;
        }
        bool is_listed = next < listed_count && address_equal(listed[next], source.address);
        next += is_listed;
        struct outcome outcome = row_apply(
            row, (struct standing){true, source.expires > row->now, is_listed, source.expires});
        if (!outcome.is_kept)
            continue;
        source.expires = outcome.expires;
        group->sources_end = instant_earlier(group->sources_end, source.expires);
        group->sources[kept] = source;
        if (outcome.is_queried)
            owe_source(group, &group->sources[kept], row->now, timers);
        kept++;
    }
    group->source_count = kept;
    return unknown + (listed_count - next);
}

/** The listed sources that are not known, merged in from the back. */
static void add_unknown(struct group *group, const struct row *row, const struct address *listed,
                        unsigned listed_count, unsigned to_add, const struct group_timers *timers)
{
    unsigned old = group->source_count, write = old + to_add;

    group->source_count = write;
    while (to_add > 0) {
        struct address address = listed[listed_count - 1];
        while (old > 0 && address_compare(group->sources[old - 1].address, address) > 0)
            group->sources[--write] = group->sources[--old];
        listed_count--;
        if (old > 0 && address_equal(group->sources[old - 1].address, address))
            continue; /* known */
        struct outcome outcome = row_apply(row, (struct standing){.is_listed = true});
        group->sources[--write] = (struct source){.address = address, .expires = outcome.expires};
        group->sources_end = instant_earlier(group->sources_end, outcome.expires);
        if (outcome.is_queried)
            owe_source(group, &group->sources[write], row->now, timers);
        to_add--;
    }
}

/** What a record does to the sources; returns how many found no room. */
static unsigned apply_to_sources(struct group *group, instant now, enum igmp_record_type type,
                                 const struct address *listed, unsigned listed_count,
                                 const struct group_timers *timers, unsigned *budget)
{
    struct row row = {group->mode, type, now, instant_after(now, timers->membership),
                      group->expires};
    unsigned before = group->source_count, no_room = 0;

    unsigned unknown = is_about_unlisted(type)
                           ? apply_to_known(group, &row, listed, listed_count, timers)
                           : apply_to_listed(group, &row, listed, listed_count, timers);
    *budget += before - group->source_count;
    if (unknown > 0 && row_apply(&row, (struct standing){.is_listed = true}).is_kept) {
        /* Refusing the highest addresses is as good as any choice, and the same on every run. */
        unsigned to_add = unknown;
        while (listed_count > 0 && to_add > *budget) {
            if (!group_source(group, listed[--listed_count])) {
                to_add--;
                no_room++;
            }
        }
        if (to_add > 0 && !reserve_sources(group, to_add)) {
            no_room += to_add;
            to_add = 0;
        }
        *budget -= to_add;
        add_unknown(group, &row, listed, listed_count, to_add, timers);
    }
    return no_room;
}

unsigned group_record(struct group *group, instant now, enum igmp_record_type type,
                      const struct address *listed, unsigned listed_count,
                      const struct group_timers *timers, unsigned *budget)
{
    unsigned no_room = 0;

    if (group->source_count > 0 || listed_count > 0)
        no_room = apply_to_sources(group, now, type, listed, listed_count, timers, budget);
    if (type == IGMP_RECORD_IS_EX || type == IGMP_RECORD_TO_EX) {
        group->mode = FILTER_EXCLUDE;
        group->expires = instant_after(now, timers->membership);
    } else if (type == IGMP_RECORD_TO_IN && group->mode == FILTER_EXCLUDE) {
        owe_group(group, now, timers); /* Q(G) */
    }
    return no_room;
}

void group_stop_queries(struct group *group)
{
    group->queries_left = 0;
    group->is_lowered = false; /* a turn that it was given is kept: asking again gains no other */
}

void group_lower(struct group *group, instant expires)
{
    if (group->mode == FILTER_EXCLUDE && group->expires > expires)
        group->expires = expires;
}

void group_lower_source(struct group *group, instant now, struct address address, instant expires)
{
    struct source *source = group_source(group, address);
    if (source && source->expires > now && source->expires > expires) {
        source->expires = expires;
        group->sources_end = instant_earlier(group->sources_end, expires);
    }
}

bool group_expire(struct group *group, instant now, unsigned *budget)
{
    if (group->mode == FILTER_EXCLUDE) {
        if (group->expires > now)
            return true;
        group->mode = FILTER_INCLUDE; /* section 6.5: with the sources whose timers still run */
        group_stop_queries(group);
    }
    unsigned kept = 0;
    group->sources_end = INSTANT_NEVER;
    for (unsigned i = 0; i < group->source_count; i++) {
        if (group->sources[i].expires <= now)
            continue;
        group->sources_end = instant_earlier(group->sources_end, group->sources[i].expires);
        group->sources[kept++] = group->sources[i];
    }
    *budget += group->source_count - kept;
    group->source_count = kept;
    return kept > 0;
}

static instant deadline(const struct group *group, instant sources_end)
{
    instant due = group->sources_query_at;

    if (!group->is_announced)
        return group->since;
    if (group->queries_left > 0)
        due = instant_earlier(due, group->query_at);
    if (group->mode == FILTER_EXCLUDE)
        return instant_earlier(due, group->expires);
    return group->source_count ? instant_earlier(due, sources_end) : group->last_report;
}

instant group_deadline(const struct group *group)
{
    instant sources_end = INSTANT_NEVER;

    if (group->mode == FILTER_INCLUDE)
        for (unsigned i = 0; i < group->source_count; i++)
            sources_end = instant_earlier(sources_end, group->sources[i].expires);
    return deadline(group, sources_end);
}

instant group_deadline_bound(const struct group *group)
{
    return deadline(group, group->sources_end);
}
