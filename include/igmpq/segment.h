/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. One broadcast domain on which one querier instance runs: role, timers, what is accepted,
 * memberships, counters. The state diagram is RFC 2236 section 7; election.h holds it as functions,
 * this is what surrounds it.
 */
#ifndef IGMPQ_SEGMENT_H
#define IGMPQ_SEGMENT_H

#include "igmpq/event.h"
#include "igmpq/heap.h"
#include "igmpq/membership.h"

#define SEGMENT_NAME_SIZE  24 /* "eth0", "eth0/4094" */
#define SEGMENT_SENT       16 /* own queries remembered to tell our echo from a loop */
#define SEGMENT_ECHO_TIME  (2 * SECONDS)
#define SEGMENT_REPORT_GAP (60 * SECONDS) /* the same warning at most once in this time */
#define SEGMENT_SETTLE_TIME                                                                        \
    (1 * SECONDS) /* backups that took over together sort themselves out (Q-65) */
#define QUERIER_LIFETIME (3600 * SECONDS)

/** Who we are on a segment. */
struct identity {
    bool is_up; /* link and carrier */
    struct mac mac;
    struct prefix own; /* our address and the network it is on; none: no address yet */
    bool is_proxy; /* speak from 0.0.0.0; `own` then is only the network, length 0 if unknown
                    */
    unsigned mtu;  /* of the link; 0: 1500 */
};

/** A querier that was heard, be it accepted or not. */
struct querier {
    struct address address; /* none: a proxy */
    struct mac mac;
    unsigned version; /* of its last query */
    instant first_heard;
    instant last_heard;
    uint64_t queries;
    uint64_t refused;
    enum verdict last_verdict;
};

struct segment_counters {
    uint64_t verdict[VERDICT_COUNT];
    uint64_t general_sent, specific_sent;
    uint64_t elections_lost, takeovers;
    uint64_t odd_tos, no_router_alert; /* of accepted queries */
};

/** Something reported at most once in SEGMENT_REPORT_GAP, and ever more seldom while it goes on. */
struct limited {
    bool has_happened;
    instant last;
    uint64_t unreported;
    struct address address; /* of the sender last reported */
    struct mac mac;         /* of that address last, reported or not */
    instant seen;           /* when that sender did it last, reported or not */
    unsigned times;         /* reports of it in a row, as an index of growing gaps */
};

struct sent_query {
    instant at;
    bool is_echoed;
    uint8_t code, flags; /* flags: S and QRV as on the wire */
    unsigned version, count;
    struct address group;
};

struct segment {
    char name[SEGMENT_NAME_SIZE];
    unsigned id;   /* index in the engine */
    unsigned port; /* interface, as the caller numbers them */
    uint16_t vlan; /* VLAN_NONE: untagged */
    struct params params;
    struct identity identity;
    bool sees_own; /* the capture shows what this host sends */

    enum role role;
    instant role_since;    /* the first engine_link(), where it is down; before that NEVER */
    instant next_query;    /* querier: the general query timer */
    unsigned startup_left; /* startup queries still to come */
    unsigned startup_of;
    instant
        other_expires; /* non-querier: the other querier present timer, or the end of listening */
    bool is_staggered; /* backup: the extra time has been added */
    instant settle_until;
    uint64_t random;

    bool has_elected; /* non-querier: somebody is known to query */
    struct address elected;
    struct mac elected_mac;
    unsigned elected_version;
    instant elected_since, elected_last;
    struct tenure tenure;
    instant version_heard[4]; /* when a counting query of version 1, 2, 3 came last; NEVER */

    struct querier *queriers;
    unsigned querier_count;
    struct membership membership;

    struct sent_query sent[SEGMENT_SENT];
    unsigned sent_next;
    struct limited refused[VERDICT_COUNT];
    struct limited warned[WARNING_COUNT];
    struct segment_counters counters;

    struct heap_entry wake; /* in the engine's heap */
};

/** A segment that is down. `params` resolved. False without memory. */
bool segment_init(struct segment *segment, const char *name, unsigned id, unsigned port,
                  uint16_t vlan, const struct params *params, uint64_t seed);
/** What it holds, not the segment itself. */
void segment_free(struct segment *segment);

/** Link, address or MAC address are as given from now on; starts, stops or restarts the querier
 * where that is a change. */
void segment_link(struct segment *segment, instant now, const struct identity *identity,
                  struct outbox *outbox);

/** Other settings. Role, timers and memberships stay; a changed interval counts from the next
 * query. A changed mode restarts. */
void segment_configure(struct segment *segment, instant now, const struct params *params,
                       struct outbox *outbox);

/**
 * A frame for this segment that frame_decode() let pass (and igmp_decode(), or with `decoded` its
 * refusal). Returns the final verdict, counted. The outbox wants room for one step.
 */
enum verdict segment_frame(struct segment *segment, instant now, const struct frame *frame,
                           const struct igmp_message *message, enum verdict decoded,
                           struct outbox *outbox);

/** When segment_tick() is to be called next, or earlier; NEVER when nothing is due. */
instant segment_deadline(const struct segment *segment);
/** The same, and never too early: members that were refreshed are put off first. */
instant segment_true_deadline(struct segment *segment);
/** Do what is due; with a full outbox the rest stays due. */
void segment_tick(struct segment *segment, instant now, struct outbox *outbox);

/** A query at once, at a person's wish: general for group none. False (and nothing sent) when not
 * the querier, version 1 with a group, version 2 with one of the SSM range, or not a group. */
bool segment_query_now(struct segment *segment, instant now, struct address group,
                       struct outbox *outbox);

/** The other querier present interval as it stands. */
duration segment_other_querier_present(const struct segment *segment);
/** Another device queries with our own address, and did so within the other querier present
 * interval: its `mac`, and when it was `seen` last. NULL: none does. */
const struct limited *segment_duplicate(const struct segment *segment, instant now);
/** The robustness variable and intervals in force for memberships. */
struct adopted segment_adopted(const struct segment *segment);
/** The version that the next query will have. */
unsigned segment_send_version(const struct segment *segment, instant now);

#endif
