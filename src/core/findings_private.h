/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. What the parts of the findings share: findings.c (border), findings_table.c (who is on a
 * segment), findings_query.c, findings_cadence.c, findings_report.c, findings_leave.c and
 * findings_data.c (evidence, gathered frame by frame), findings_judge.c, findings_judge_querier.c
 * and findings_judge_host.c (verdicts, drawn at any time from the evidence).
 */
#ifndef IGMPQ_FINDINGS_PRIVATE_H
#define IGMPQ_FINDINGS_PRIVATE_H

#include "igmpq/findings.h"
#include "igmpq/hash.h"

#define REPEAT_TIME      (100 * MILLISECONDS) /* nobody queries faster: a copy of the same frame */
#define UNSOLICITED_TIME (11 * SECONDS)       /* a join may be repeated so long after it */
#define LATE_TIME        (1 * SECONDS)        /* an answer may come so long after its time */
#define LEAVE_TIME       (5 * SECONDS)        /* a leave must be asked about within it */
#define LEFT_TIME        (10 * SECONDS)       /* nobody answered: the group has no members */
#define V1_HOST_TIME     (400 * SECONDS)      /* leaves may be ignored so long after a v1 report */
#define CONTEST_TIME     (120 * SECONDS)      /* no default lets a loser speak so soon (125 s) */
#define YIELDED_TIME     (240 * SECONDS) /* who was silent so long did yield, and started anew */
#define DISPLACED_TIME   (10 * SECONDS)  /* a displaced proxy stops forwarding within it */
#define DISPLACED_SURE   (30 * SECONDS)  /* ... and so late it is certain */
#define STREAM_FRAMES    10
#define STREAM_GAP       (10 * SECONDS)

/** A point in the capture. */
struct moment {
    instant at;
    uint64_t frame;
};

/** Evidence of one thing: how often, from when to when. */
struct tally {
    uint64_t count;
    struct moment first, last;
};

static inline void tally_add(struct tally *tally, struct moment now)
{
    if (tally->count++ == 0)
        tally->first = now;
    tally->last = now;
}

static inline bool is_within(instant then, instant now, duration span)
{
    return then != INSTANT_NEVER && now <= instant_after(then, span);
}

/** How a querier's general queries are spaced. */
struct cadence {
    struct moment last;    /* NEVER: none, or another querier spoke since */
    duration previous_gap; /* 0: none */
    duration run_longest, run_shortest;
    unsigned run_gaps;
    bool run_follows_shorter;
    bool is_proven;   /* at least one run was */
    duration longest; /* of all proven runs */
    unsigned changes;
    duration gap_longest, gap_shortest; /* of all */
    struct tally uneven;
    struct tally long_interval; /* D-11 */
    duration long_worst, long_response;
    struct tally belied; /* D-09: not what it advertises */
    duration belied_measured, belied_advertised;
    struct tally v1_often; /* D-18 */
    duration v1_interval;
};

/** Queriers are known by address, proxies (that have none) by MAC address; hosts by both. */
struct seen_key {
    struct address address;
    struct mac mac;
    uint8_t padding[2]; /* always zero: the key is compared as memory */
};

struct seen_querier {
    struct seen_key key;
    struct address address;
    struct mac first_mac, mac, before_mac; /* before: the one that was there before `mac` */
    struct tally duplicate;                /* D-05 */
    struct tally flawed;                   /* D-10 */
    unsigned flaws;
    struct tally v1;
    struct tally queries;       /* that hosts can hear, copies left out */
    struct moment last_general; /* eligible; NEVER */
    unsigned version;           /* of the last general query */
    unsigned robustness;        /* version 3: as advertised last, 0: none */
    duration advertised;        /* QQI likewise */
    duration response;
    struct cadence cadence;

    /* D-04: this one goes on after having heard a lower one */
    unsigned contest_intervals;
    struct moment contest_from;
    duration contest_longest;
    const struct seen_querier *contest_lower;
    struct tally contest, conflict;
    duration conflict_span;
    /* D-23 */
    const struct seen_querier *took_over_from;
    struct tally flaps;
    duration flap_silence;
    const struct seen_querier *flap_lower;
    /* D-17 */
    struct tally forwarded; /* streams of others that it passed on */
    struct address forwarded_group;
    struct moment displaced; /* since then a lower one speaks, and it passed on a stream; NEVER */
    const struct seen_querier *displaced_by;
    struct tally displacements; /* those that stopped it */

    UT_hash_handle hh;
};

/** More than so many queries at once; the ring of their times is beside it. */
struct storm {
    unsigned next, filled;
    struct tally tally;
    duration shortest;
    struct mac mac;
    struct address address;
};

struct seen_host {
    struct seen_key key;
    uint64_t answers;
    uint64_t known_round; /* round of queries in which it was first seen */
    struct tally missed;  /* D-19: count is of queries */
    struct address missed_group;
    instant missed_stops;
    struct tally late; /* D-20 */
    uint64_t rejoins;  /* reports too late for an answer */
    struct address late_group;
    duration late_worst, late_limit;
    uint64_t burst_round; /* D-21: the round being counted */
    unsigned burst_reports, burst_version;
    struct moment burst_first, burst_last;
    duration burst_response;
    struct tally bursts;
    duration burst_shortest, burst_limit;
    unsigned burst_told_version;
    struct tally older; /* D-22 */
    struct address older_group;
    unsigned older_version, older_asked;
    struct tally flawed; /* D-31 */
    unsigned flaws;
    uint64_t whole;   /* reports and leaves without a flaw */
    struct tally ssm; /* D-16 */
    struct address ssm_group;
    unsigned ssm_version, ssm_asked;
    struct address ssm_querier;
    UT_hash_handle hh;
};

struct seen_group {
    struct address address;
    uint64_t reports;
    struct moment last_report;            /* NEVER */
    uint64_t last_round;                  /* the round of queries at that time */
    const struct seen_host *last_member;  /* who reported last */
    const struct seen_host *other_member; /* who reported last of the others */
    instant other_report;                 /* ... and when; NEVER */
    bool is_left;                         /* after that somebody left */
    instant v1_report;                    /* NEVER */
    instant v2_report;                    /* likewise */
    instant last_use;                     /* report or data; NEVER once all have left */
    instant over_since;                   /* all have left, and were asked; NEVER */
    /* D-13: a leave that waits for its query; NEVER */
    struct moment leave;
    bool leave_is_asked;
    bool leave_need_not_be_asked;
    const struct seen_host *leave_host;
    instant asked;           /* last group-specific query; NEVER */
    duration asked_response; /* its maximum response time */
    struct tally ignored;
    const struct seen_host *ignored_host;
    struct address ignored_querier;
    /* D-30: a leave that cut the stream of another */
    instant left; /* the last leave that was asked about; NEVER */
    uint64_t left_round;
    struct tally cuts;
    const struct seen_host *cut_host, *cut_leaver;
    bool cut_is_sure; /* seen twice, or in version 3, whose joins say that they are */
    duration cut_worst;
    instant cut_stops;
    struct tally used; /* D-15: with 224.0.0.x */
    struct tally shared;
    const struct seen_group *shared_with;
    struct seen_group *namesake;     /* a ring of those with the same Ethernet address */
    struct tally unwanted, outlived; /* D-24, D-25 */
    instant outlived_since;
    bool outlived_in_silence; /* its last member did not leave */
    instant last_data;
    struct address data_source;
    struct mac data_mac;
    struct seen_querier *forwarder; /* whose MAC address data_mac is; NULL: nobody's */
    unsigned forwarder_of;          /* the number of queriers when that was looked up */
    UT_hash_handle hh;
};

/** A group of an Ethernet address, the entrance to its ring. */
struct seen_alias {
    uint32_t low; /* 23 bits */
    struct seen_group *group;
    UT_hash_handle hh;
};

struct member_key {
    const struct seen_host *host;
    struct address group;
    uint8_t padding[4]; /* always zero: the key is compared as memory */
};

struct seen_member {
    struct member_key key;
    struct seen_group *group;
    struct moment last_report;
    uint64_t last_round;
    bool has_left;
    struct tally gaps; /* D-12 */
    duration gap_worst;
    instant gap_stops;
    UT_hash_handle hh;
};

/** A time without queries (D-01). What is behind `is_fault` is told of a fault alone. */
struct silence {
    struct moment since;
    duration span;
    bool is_idle;               /* nobody reported in it */
    bool is_fault;              /* longer than queriers may be silent, where it means something */
    struct address querier;     /* the last that was heard before it; none: nobody ever */
    struct address group, host; /* reported last of those that are still wanted; none: nothing */
    instant stops_at;           /* switches forget it then; NEVER */
};

/** Data to one address of 224.0.0.0/24 (D-32). */
struct local_data {
    struct address source; /* of the last frame */
    struct mac mac;
    struct moment begins; /* of the frames that are being counted */
    unsigned frames;
    struct tally streams;
    struct address told_source;
    struct mac told_mac;
    duration shortest;
};

/** All that is known of one segment. */
struct watch {
    unsigned segment;
    struct prefix network;
    struct mac own;
    enum findings_place place;
    struct moment since; /* the first frame, or the first after a pause; NEVER: nothing seen */
    struct moment first, last;
    duration longest; /* seen without a pause, those that are over */

    struct seen_querier *queriers;
    struct seen_host *hosts;
    struct seen_group *groups;
    struct seen_member *members;
    struct seen_alias *aliases;
    unsigned querier_count, host_count, group_count, member_count;
    struct tally full;
    unsigned full_tables;

    /* General queries that hosts can hear. A round is a query, and those that come before its
     * answers are all due. */
    struct tally general;
    uint64_t round;
    instant round_end;
    instant round_query; /* the last query of the round */
    duration round_response;
    unsigned round_version;
    struct address round_querier; /* none: a proxy */
    struct moment last_query;     /* NEVER */
    struct address last_real;     /* the last querier with an address; none: never any */
    struct seen_querier *speaker; /* the last eligible one */
    instant version_heard[4];     /* NEVER */
    const struct seen_querier *version_by[4];
    struct tally mixed; /* D-07 */
    const struct seen_querier *mixed_older, *mixed_newer;

    /* D-01 */
    bool is_listened;      /* that nothing comes says something */
    struct tally activity; /* since the last query */
    struct tally silences;
    struct silence longest_silence; /* of `silences` */

    /* D-29 */
    struct tally cut;
    uint64_t whole; /* IGMP frames that were not */

    /* D-02, D-03: proxies since the last real query */
    struct tally proxied;
    struct mac proxy, other_proxy;
    struct tally proxies_only; /* the longest such time that is over */
    duration proxies_span;
    struct mac only_proxy, only_other_proxy;

    instant storm_ring[FINDINGS_STORM], flood_ring[FINDINGS_FLOOD];
    struct storm storm, flood;

    struct local_data *local_data; /* 256, by the last octet; NULL: none came yet */

    unsigned round_reports; /* D-33: answers to the last general query */
    struct tally crowds;
    unsigned crowd_most;
    duration crowd_response;
    struct address crowd_querier;

    uint64_t reports; /* reports and leaves of any group */
    struct moment last_report;
    uint64_t leaves_asked;
    struct tally flooded; /* D-14 */
    struct address flooded_group;
    const struct seen_host *flooded_host;
};

struct findings {
    struct findings_setup setup;
    struct watch **watch; /* by segment; NULL: nothing of it yet */
    unsigned watch_count;
    instant last;
    bool has_begun; /* `last` means something */
    struct finding *list;
    struct finding spare; /* where a finding goes that the list has no room for */
    unsigned count, capacity;
    bool is_short_of_memory;
};

/* findings_table.c: find, or make where there is room; NULL when there is none (noted). */
struct seen_querier *watch_querier(struct findings *findings, struct watch *watch,
                                   struct moment now, struct address address, struct mac mac);
struct seen_host *watch_host(struct findings *findings, struct watch *watch, struct moment now,
                             struct address address, struct mac mac);
struct seen_group *watch_group(struct findings *findings, struct watch *watch, struct moment now,
                               struct address address);
/** The group, or NULL; makes none. */
struct seen_group *watch_find_group(const struct watch *watch, struct address address);
/** The member, and with it the group, or NULL; makes none. */
struct seen_member *watch_find_member(const struct watch *watch, const struct seen_host *host,
                                      struct address group);
/** A member that watch_find_member() did not find; NULL when there is no room (noted). */
struct seen_member *watch_add_member(struct findings *findings, struct watch *watch,
                                     struct moment now, const struct seen_host *host,
                                     struct seen_group *group);
void watch_free(struct watch *watch);

/** The longest silence of queriers that is no fault (D-01). */
duration watch_silence_limit(const struct findings *findings, const struct watch *watch);
/** The group that was reported last of those that still have a member; NULL: there is none. */
const struct seen_group *watch_last_alive(const struct watch *watch);
/** A querier that is outside the segment's known network. */
bool watch_is_off_subnet(const struct watch *watch, struct address address);
/** Is somebody querying at all? */
bool watch_is_queried(const struct findings *findings, const struct watch *watch, instant now);
/** Now is in the time in which hosts answer the last general query. */
static inline bool watch_is_answer_time(const struct watch *watch, instant now)
{
    return watch->round > 0 && now <= instant_after(watch->round_end, LATE_TIME);
}

/** The oldest version below 3 that hosts have to keep to now; 0: none. */
static inline unsigned watch_old_version(const struct watch *watch, instant now)
{
    for (unsigned version = 1; version < 3; version++)
        if (is_within(watch->version_heard[version], now, V1_HOST_TIME))
            return version;
    return 0;
}

/* findings_query.c */
/** The silence since the last query, or since the watch began, as it is at `end`. */
struct silence watch_silence_until(const struct findings *findings, const struct watch *watch,
                                   struct moment end);
void watch_query(struct findings *findings, struct watch *watch, struct moment now,
                 const struct received *received);
/** A query that says only that it was damaged, and how (D-10). */
void watch_flawed_query(struct findings *findings, struct watch *watch, struct moment now,
                        const struct received *received);
/** A general query, be it the copy of another (D-26). */
void watch_flood(struct watch *watch, struct moment now, const struct frame *frame);
/** The capture stood still: nothing is known of the time since the last frame. */
void watch_resume(const struct findings *findings, struct watch *watch);
/** Has the displaced querier stopped to pass on streams (D-17)? */
void watch_settle_displacement(const struct watch *watch, struct seen_querier *querier,
                               instant now);
/** Nothing of that stream came any more, by whatever way, once the querier was displaced. */
bool watch_stream_stopped(const struct watch *watch, const struct seen_querier *querier);
/** Take the proxies' time without a real querier into account (D-02, D-03). */
void watch_settle_proxies(const struct findings *findings, struct watch *watch, instant now);

/* findings_cadence.c */
void cadence_break(struct cadence *cadence);
void cadence_query(struct cadence *cadence, struct moment now, const struct seen_querier *querier,
                   const struct findings_setup *setup);

/* findings_report.c */
void watch_report(struct findings *findings, struct watch *watch, struct moment now,
                  const struct received *received);
/** A report or leave that says only that it was damaged, and how (D-31). */
void watch_flawed_report(struct findings *findings, struct watch *watch, struct moment now,
                         const struct received *received);
/** Take a host's reports into account, if their round is over (D-21). */
void watch_settle_burst(const struct watch *watch, struct seen_host *host, instant now);

/* findings_leave.c */
/** A host left the group, and nobody is known to be asking about it. */
void watch_begin_leave(const struct findings *findings, struct watch *watch, struct moment now,
                       struct seen_group *group, const struct seen_host *host);
/** The group was asked about (D-13). */
void watch_group_query(struct watch *watch, struct moment now, const struct igmp_message *query);
/** Decide about a leave, if it is time: nobody asked about it, or nobody is in the group any more.
 */
void watch_settle_leave(struct watch *watch, struct seen_group *group, instant now);
/** All had left, it seemed (over_since), but this member reports, which had not. Perhaps it was
 * never asked (D-30). */
void watch_note_cut(const struct findings *findings, const struct watch *watch, struct moment now,
                    struct seen_group *group, const struct seen_member *member, unsigned version);

/** Decide what is due of a group: nearly always nothing. */
static inline void watch_settle_group(struct watch *watch, struct seen_group *group, instant now)
{
    if (group->leave.at != INSTANT_NEVER)
        watch_settle_leave(watch, group, now);
}

/** The same of a host. */
static inline void watch_settle_host(const struct watch *watch, struct seen_host *host, instant now)
{
    if (host->burst_reports > 0)
        watch_settle_burst(watch, host, now);
}

/** After a pause nobody is known to be a member; the evidence stays. */
void watch_forget_members(struct watch *watch);
/** The group was used, by a report or by data (D-15): what was due of it is decided, and then the
 * use is noted. */
void watch_use_group(const struct findings *findings, struct watch *watch, struct moment now,
                     struct seen_group *group);

/* findings_data.c */
void watch_data(struct findings *findings, struct watch *watch, struct moment now,
                struct address group, struct address source, struct mac mac);
/** Data to 224.0.0.x. */
void watch_local_data(struct findings *findings, struct watch *watch, struct moment now,
                      struct address group, struct address source, struct mac mac);
bool tally_is_stream(const struct tally *tally);

/* findings_judge.c */
/** A new finding in the list with the tally's evidence; a dummy without memory. */
struct finding *judge_add(struct findings *findings, const struct watch *watch, enum finding_id id,
                          enum finding_severity severity, const struct tally *evidence);
/* findings_judge_querier.c, findings_judge_host.c */
void judge_queriers(struct findings *findings, struct watch *watch, instant now);
void judge_hosts(struct findings *findings, struct watch *watch, instant now);

#endif
