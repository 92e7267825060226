/* SPDX-License-Identifier: MIT */
/* Floor 4. What igmpq-inject has heard on its network: the queriers, and which host is a member of
 * what. */
#ifndef IGMPQ_INJECT_HEARD_H
#define IGMPQ_INJECT_HEARD_H

#include "igmpq/frame.h"
#include "igmpq/igmp.h"

#define HEARD_QUERIERS_MOST 32
#define HEARD_MEMBERS_MOST  16384
#define HEARD_SOURCES_MOST  512 /* told per member; more are counted */

struct heard_querier {
    struct address address; /* none: a proxy query, which takes no part in the election */
    struct mac mac;
    unsigned version; /* the lowest it was heard to speak: that is what hosts follow */
    unsigned queries;
    unsigned robustness; /* of its last version 3 query; 0: not said */
    duration query_interval;
    bool is_candidate; /* general queries with TTL 1 to 224.0.0.1: every querier counts these */
    instant last;
};

/** One host in one group. */
struct heard_member {
    struct address address;
    struct mac mac;
    struct address group;
    unsigned version;    /* of its last message */
    uint8_t record_type; /* of its last version 3 record; else 0 */
    unsigned source_count;
    struct address *sources;
    bool is_member;   /* the last thing it said was not that it left */
    unsigned round;   /* the last in which it reported what it is a member of; 0: before */
    instant answered; /* when, in that round, for the first time */
};

struct heard {
    struct heard_querier querier[HEARD_QUERIERS_MOST];
    unsigned querier_count;
    struct heard_member *member;
    unsigned member_count;
    bool is_full;
    unsigned reports[4]; /* by version, those before the first query only: later ones follow ours */
    unsigned round;      /* 0 before the first query */
    duration listened;
    uint64_t refused; /* frames that were not sane, or not of this VLAN */
};

/** Enter one accepted message; `at` is when it was captured. Without memory it is counted as full.
 */
void heard_take(struct heard *heard, instant at, const struct frame *frame,
                const struct igmp_message *message);

void heard_free(struct heard *heard);

/** What became of a member in the last round. */
enum answer {
    ANSWER_NONE, /* it was not to answer, and did not */
    ANSWER_GIVEN,
    ANSWER_SUPPRESSED, /* expected; but another host of versions 1 or 2 spoke for the group, and
                          who hears that keeps quiet (RFC 2236 section 3) */
    ANSWER_SILENT,     /* expected */
    ANSWER_COUNT
};

const char *answer_name(enum answer answer);

/**
 * What became of `member` after a query for `group` (none: all groups), for some of its sources or
 * for all.
 */
enum answer heard_answer(const struct heard *heard, const struct heard_member *member,
                         struct address group, bool names_sources);

#endif
