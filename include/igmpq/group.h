/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. One group on one segment as a querier sees it: filter mode, source timers, older hosts,
 * and which specific queries are owed. The twelve rows of RFC 9776 (and 3376) section 6.4 and the
 * timers of sections 6.2 to 6.6.
 */
#ifndef IGMPQ_GROUP_H
#define IGMPQ_GROUP_H

#include "igmpq/base.h"
#include "igmpq/hash.h"
#include "igmpq/heap.h"
#include "igmpq/igmp.h"

enum filter_mode { FILTER_INCLUDE, FILTER_EXCLUDE };

/** "include", "exclude"; static. */
const char *filter_mode_name(enum filter_mode mode);

/** One source: in mode include it is wanted until `expires`; in mode exclude it is wanted while
 * `expires` is to come and blocked from then on. */
struct source {
    struct address address;
    uint16_t queries_left; /* group-and-source-specific queries still owed */
    bool is_lowered;       /* its timer was lowered by the first of those */
    bool is_asked;         /* in the transmission that is under way */
    instant expires;
};

/** The intervals that govern a group at this moment (a non-querier uses the elected querier's,
 * */
struct group_timers {
    unsigned version;    /* of the queries that would be sent */
    bool is_querier;     /* only a querier owes queries */
    duration membership; /* group membership interval */
    duration older_host_present;
    duration last_member_interval;
    unsigned last_member_count;
};

struct group {
    struct address address;
    enum filter_mode mode;
    instant expires;       /* the group timer; in mode exclude only */
    instant v1_host_until; /* older host present timers; in the past: none */
    instant v2_host_until;
    instant since; /* first report */
    instant last_report;
    struct address last_reporter;
    struct mac last_reporter_mac;
    unsigned last_version; /* of the last report */

    struct source *sources; /* ascending */
    unsigned source_count;
    unsigned source_capacity;
    instant sources_end; /* in mode include: at or before the first of their timers */

    unsigned queries_left; /* group-specific queries still owed */
    bool is_lowered;       /* the group timer was lowered by the first of those */
    instant query_at;      /* when the next of them is due */
    instant turn; /* when the pace of the segment lets the first of them go; NEVER: not waiting */
    instant last_query;     /* when the last one went out; NEVER before that */
    instant checking_until; /* what the first of them lowered the group timer to; NEVER */
    /* When the next group-and-source-specific query is due: the earlier of the two below, or at
     * once; NEVER: none. */
    instant sources_query_at;
    instant sources_repeat_at; /* for sources that have been asked about before; NEVER */
    instant sources_turn;      /* as `turn`, for those that have not */

    bool is_announced;      /* its joined event was given */
    struct heap_entry wake; /* at or before its true deadline */
    UT_hash_handle hh;
};

/** 1, 2 or 3: the oldest version of a host that is still present (RFC 9776 section 7.3.2, Q-108).
 */
static inline unsigned group_compatibility(const struct group *group, instant now)
{
    if (group->v1_host_until > now)
        return 1;
    return group->v2_host_until > now ? 2 : 3;
}

/**
 * Apply one record: the twelve rows. `listed` ascending without doubles; `*budget` is how many
 * sources may still be added and is kept up to date. Returns how many sources found no room.
 */
unsigned group_record(struct group *group, instant now, enum igmp_record_type type,
                      const struct address *listed, unsigned listed_count,
                      const struct group_timers *timers, unsigned *budget);

/** The work of group_record() in sources to go through, beside those listed: what one frame may ask
 * for is limited. */
unsigned group_record_cost(const struct group *group, enum igmp_record_type type,
                           const struct address *listed, unsigned listed_count);

/** "Checking membership" (RFC 2236 section 7): specific queries are owed, or have gone out and
 * nobody has answered yet. */
static inline bool group_is_checking(const struct group *group, instant now)
{
    return group->queries_left > 0 || group->sources_query_at != INSTANT_NEVER ||
           (group->checking_until == group->expires && group->expires > now);
}

/** Stop asking about the group: somebody answered (version 2: RFC 2236 section 7; Q-96). */
void group_stop_queries(struct group *group);

/** Lower, never raise, the group timer. */
void group_lower(struct group *group, instant expires);
/** Lower, never raise, the timer of one source. */
void group_lower_source(struct group *group, instant now, struct address source, instant expires);

/** Let timers act: mode exclude falls back to include when the group timer is over; expired sources
 * of mode include go. False when nothing is left of the group and it is to be forgotten. `*budget`
 * gains what was freed. */
bool group_expire(struct group *group, instant now, unsigned *budget);

/** When group_expire() or an owed query is due next. */
instant group_deadline(const struct group *group);
/** At or before that, without going through the sources; never later than it was unless each of
 * them was looked at since. */
instant group_deadline_bound(const struct group *group);

/** The source, or NULL. */
struct source *group_source(const struct group *group, struct address address);

#endif
