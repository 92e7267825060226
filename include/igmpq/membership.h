/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. Who listens to what on one segment: the groups, the reporters, and the specific queries
 * owed after a leave. RFC 2236 sections 3 to 7; RFC 9776 (and 3376) sections 6 and 7.3. Tables are
 * bounded: a full one refuses the new and never evicts.
 */
#ifndef IGMPQ_MEMBERSHIP_H
#define IGMPQ_MEMBERSHIP_H

#include "igmpq/event.h"
#include "igmpq/group.h"
#include "igmpq/params.h"

/** Leaves of one segment that are asked about: at most so many at once, then so many a second; more
 * wait their turn. Repetitions are on time, whatever comes: a group is gone when it has been asked
 * about LMQC times, not before. */
#define MEMBERSHIP_QUERY_BURST   1024
#define MEMBERSHIP_QUERIES_PER_S 1024

/** How many sources are gone through, at most, for one report: so many for each in the table, and
 * no fewer than the second figure. An honest one needs two (a record that allows and one that
 * blocks, for each group); what else its records want is refused, and what is known stays.
 */
#define MEMBERSHIP_VISITS_PER_SOURCE 4
#define MEMBERSHIP_VISITS_LEAST      65536

/** A reporter that has not reported for so long is forgotten. */
#define REPORTER_LIFETIME (3600 * SECONDS)

/** What a host is known by: its two addresses. */
struct reporter_key {
    struct address address; /* may be none: a host without an address reports so */
    struct mac mac;
    uint8_t padding[2]; /* always zero: the key is compared as memory */
};

/** A host that reports. */
struct reporter {
    struct reporter_key key;
    instant first_report;
    instant last_report;
    unsigned last_version;
    uint64_t reports;
    struct reporter *previous, *next; /* in the order of the last report */
    UT_hash_handle hh;
};

/** What could not be taken in because a table was full; `sources` also counts those of records that
 * were too much work (one for a record that lists none). */
struct membership_refused {
    uint64_t groups, sources, reporters;
};

struct membership {
    struct group *groups; /* hash by address */
    unsigned group_count;
    struct heap wakes;
    unsigned source_budget;         /* sources that may still be added */
    unsigned source_debt;           /* sources above a limit that was lowered since */
    struct reporter *reporters;     /* hash by key */
    struct reporter *reporter_list; /* the longest silent first */
    unsigned reporter_count;
    struct membership_refused refused;
    instant turn;            /* up to when the pace of specific queries has been given away */
    struct address *scratch; /* for one record's sorted sources */
    size_t scratch_capacity;
    unsigned max_groups, max_sources, max_reporters;
};

/** The circumstances of a call: settings, the intervals in force, and who speaks. */
struct membership_context {
    const struct params *params;
    struct group_timers timers;
    const struct origin *origin; /* for membership_tick() alone, which is who asks */
};

/** Empty, with the limits of `params` (resolved). Allocates nothing. */
void membership_init(struct membership *membership, const struct params *params);
/** Other limits from now on; what is over a lowered limit stays until it expires. */
void membership_configure(struct membership *membership, const struct params *params);
/** Forget and free everything (link down, or the end). The refused counts stay. */
void membership_clear(struct membership *membership);

/**
 * A report or leave that passed the segment's checks. Accepted, or why not: VERDICT_IGNORED_LEAVE,
 * VERDICT_SSM_RANGE, VERDICT_NOT_TRACKED, VERDICT_TABLE_FULL (something found no room, or the
 * report asked for too much work; the rest counts), VERDICT_BAD_GROUP (no record had a multicast
 * group). A reporter beyond the maximum is only counted: what it wants is taken in. Adds nothing to
 * an outbox: what follows from it is due at once and comes from membership_tick().
 */
enum verdict membership_report(struct membership *membership, instant now,
                               const struct membership_context *context, const struct frame *frame,
                               const struct igmp_message *message);

/** A specific query of the elected querier, heard as non-querier: lower timers. */
void membership_query_heard(struct membership *membership, instant now,
                            const struct membership_context *context,
                            const struct igmp_message *query);

/** When membership_tick() is to be called next; NEVER when nothing is owed. It may be too early,
 * since a refreshed group keeps its place until membership_put_off(). */
instant membership_deadline(const struct membership *membership);

/** Move what was refreshed to where it belongs, until the first deadline is a true one: reports
 * cost nothing of this, and nobody wakes for a member that is alive. */
void membership_put_off(struct membership *membership);

/** Do what is due; returns when all is done or the outbox has no room (then the deadline is still
 * due). */
void membership_tick(struct membership *membership, instant now,
                     const struct membership_context *context, struct outbox *outbox);

/** Whether a group is being asked about (last member queries under way; Q-66). */
bool membership_is_checking(const struct membership *membership, instant now);

/** The group of that address, or NULL. */
const struct group *membership_group(const struct membership *membership, struct address group);
/** Sources of all groups together. */
static inline unsigned membership_source_count(const struct membership *membership)
{
    return membership->max_sources + membership->source_debt - membership->source_budget;
}

/** The host of these two addresses, or NULL. */
const struct reporter *membership_reporter(const struct membership *membership,
                                           struct address address, struct mac mac);

#endif
