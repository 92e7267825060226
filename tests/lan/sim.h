/* SPDX-License-Identifier: MIT */
/*
 * The simulated network: igmpq's engines, queriers of others, hosts, a forger and snooping switches
 * on one cable, in one virtual time, from one seed. Every node has a clock of its own. What hosts,
 * peers and switches do is written here from the RFCs alone: nothing of it uses the core's code, so
 * that a mistake of the core meets an honest counterpart. All nodes are in 10.0.0.0/16.
 *
 * The fate of each copy of a frame (delay, loss, doubling) follows from the seed, the sender, the
 * number of the frame among those of its sender, and the receiver: what one node does never changes
 * the weather of another, and two runs that differ in one thing differ in its consequences alone.
 */
#ifndef IGMPQ_TEST_SIM_H
#define IGMPQ_TEST_SIM_H

#include <stdio.h>

#include "igmpq/engine.h"

#define SIM_BLINK  (100 * MILLISECONDS) /* what is back after so long was never gone */
#define SIM_SLACK  (2 * SECONDS)        /* for clocks that drift and cables that delay */
#define SIM_PREFIX 16

/** How the cable treats copies. Frames overtake where the delays differ. */
struct weather {
    duration delay_min, delay_max;
    unsigned loss_percent;   /* of each copy */
    bool is_bounded;         /* lose, but never more in a row than the robustness variable bears */
    duration calm, spell;    /* if so: after the first loss, for `spell` more may follow, and then
                                none for `calm` */
    bool spares_checks;      /* but no group-specific query of version 2: see scenario "answered" */
    unsigned double_percent; /* sent twice */
};

enum invariant {
    INVARIANT_ONE,     /* one igmpq querier in the end, the lowest that may */
    INVARIANT_GAP,     /* no longer pause of general queries than a takeover needs */
    INVARIANT_STREAM,  /* a receiver keeps its stream */
    INVARIANT_MEMBERS, /* the querier knows who listens, and forgets who left */
    INVARIANT_SPOOF,   /* who is off the network or nobody changes nothing */
    INVARIANT_SILENT,  /* who has heard a better querier says nothing */
    INVARIANT_PACE,    /* neither too early nor too late */
    INVARIANT_WIRE,    /* what is sent is what the RFCs say, to the octet */
    INVARIANT_MEMORY,  /* tables end, and are given back */
    INVARIANT_COUNT
};

const char *invariant_name(enum invariant invariant);

/* ---- frames ---- */

enum talk { TALK_OTHER, TALK_GENERAL, TALK_SPECIFIC, TALK_REPORT, TALK_LEAVE, TALK_V3_REPORT };

/** A frame as hosts, peers and switches read it. */
struct message {
    enum talk talk;
    unsigned version;
    struct address source, destination, group;
    struct mac mac;
    duration response; /* Max Resp Time */
    duration interval; /* QQIC, 0: none */
    unsigned robustness;
    bool suppress;
    unsigned count; /* sources, or records */
    const uint8_t *items;
    const char *fault; /* why a strict reader would not take it; NULL: all is well */
};

struct parcel {
    unsigned users;
    size_t length;
    struct message message;
    uint8_t octets[];
};

/** A record of a version 3 report. */
struct wire_record {
    uint8_t type;
    struct address group;
    unsigned source_count;
    struct address source[4];
};

/** A parcel with no users yet: a query as another querier sends it, a report or leave, a version 3
 * report. */
struct parcel *wire_query(const struct message *query);
struct parcel *wire_report(struct mac mac, struct address source, unsigned version, bool is_leave,
                           struct address group);
/** A version 3 query names this source. */
bool wire_has_source(const struct message *query, struct address source);
struct parcel *wire_v3_report(struct mac mac, struct address source,
                              const struct wire_record *records, unsigned count);
/** The frame of a query of the core. */
struct parcel *wire_of_core(const struct query *query);
/** Read octets; `fault` says what is wrong. */
struct message wire_read(const uint8_t *frame, size_t length);
/** Record `index` of a version 3 report; false behind the last. */
bool wire_record_at(const struct message *report, unsigned index, struct wire_record *out);
void parcel_release(struct parcel *parcel);

/* ---- nodes ---- */

enum node_kind { NODE_IGMPQ, NODE_PEER, NODE_HOST, NODE_FORGER };

struct igmpq {
    struct engine *engine;
    struct params params;
    bool has_spoken;
    instant last_general;   /* of its own, since it came up or took over */
    instant beaten_until;   /* a better querier was heard: to be silent until then */
    instant specific_until; /* specific queries owed may still go until then (RFC 9776 6.6.2) */
    instant settling_until; /* backups that took over together may sort themselves out */
    instant querier_since;  /* NEVER: it is not the querier */
    enum role role;
    uint64_t generals, specifics, reports_heard;
    unsigned burst_left; /* queries that may follow fast, at its start */
    uint64_t trace;      /* of all that it did and when */
};

/** Another querier: RFC 2236 or 3376 as other programs are, or igmpq's predecessor. */
struct peer {
    unsigned version;
    duration interval, response;
    unsigned robustness;
    duration startup_interval;
    unsigned startup_left;
    bool is_deaf;    /* the predecessor never hears a query */
    unsigned jitter; /* percent, early */
    bool is_proxy;   /* RFC 4605: forwards only while it is the querier */
    bool is_querier;
    instant next_query, other_until;
    bool was_beaten; /* has ever lost the role since it came up */
};

/** Off-network queries, on their own times. */
struct forger {
    struct address source; /* another every time where it is none and `is_random` */
    bool is_random;
    unsigned version;
    duration interval, advertised;
    instant until;
    uint64_t random;
};

struct wish {
    struct address group;
    struct address source; /* version 3: from this one alone; none: from any */
    bool is_joined;
    bool is_receiving; /* the switches let the stream through */
    instant joined_at;
    instant report_at; /* NEVER */
    unsigned repeats;  /* unsolicited reports still to come */
};

struct host {
    unsigned version;           /* the newest it speaks */
    instant v1_until, v2_until; /* older version querier present */
    struct wish *wish;
    unsigned wish_count;
    instant report_all_at; /* version 3: answer to a general query */
    instant stale_until;   /* it was away, and switches may know of it from before: until it has
                              answered a general query; NEVER: not asked yet */
};

struct node {
    enum node_kind kind;
    unsigned id;
    struct address address;
    struct mac mac;
    bool is_alive, has_link;
    unsigned bridge, port;
    unsigned next_on_port; /* SIM_NONE */
    int drift_ppm;
    uint32_t frames; /* sent so far */
    instant lost_at; /* NEVER: not yet */
    instant wake_at;
    instant up_since;
    union {
        struct igmpq igmpq;
        struct peer peer;
        struct forger forger;
        struct host host;
    };
};

#define SIM_NONE UINT32_MAX

/* ---- switches (RFC 4541) ---- */

struct member {
    struct address group; /* none: the slot is free */
    unsigned port;
    instant expires, wake_at;
};

struct port {
    unsigned first;        /* node on it */
    unsigned trunk_bridge; /* SIM_NONE: no trunk */
    unsigned trunk_port;
    bool is_cut;
    instant router_until;
};

struct bridge {
    bool is_snooping, floods_v3;
    duration member_age, router_age;
    struct port *port;
    unsigned port_count;
    struct member *member;
    unsigned member_count, member_capacity; /* a power of two */
    instant last_general;                   /* query heard here; NEVER: none yet */
    instant blind_until; /* it forgot where the querier is: until the answers to the next general
                            query; NEVER: not heard yet */
};

/* ---- all of it ---- */

enum sim_event_kind { SIM_DELIVER, SIM_WAKE, SIM_AGE, SIM_ROUTER_AGE, SIM_MISSING, SIM_FORGOTTEN };

struct sim_event {
    instant at;
    uint64_t number;
    enum sim_event_kind kind;
    unsigned who;
    unsigned what;
    struct parcel *parcel;
};

struct sim_report {
    uint64_t violations[INVARIANT_COUNT];
    instant first_at;
    enum invariant first;
    char text[160];
    uint64_t frames, events, takeovers, receivers;
    uint64_t seconds; /* virtual */
    size_t memory;    /* most octets that were allocated at a time */
    bool is_promised; /* the settings satisfy the inequalities for the switches */
};

struct sim {
    uint64_t seed, random;
    instant now;
    struct weather weather;
    struct node *node;
    unsigned node_count, node_capacity;
    struct bridge *bridge;
    unsigned bridge_count;
    struct sim_event *event;
    size_t event_count, event_capacity;
    uint64_t event_number;
    struct outbox *outbox;

    /* What is promised of this LAN, by the RFCs' formulae. */
    duration patience; /* the longest other querier present interval in it, stagger included */
    duration interval_max, response_max, interval_min, response_min;
    bool promises_streams; /* for the switches it has */
    bool promises_members; /* the weather is within the robustness variable */
    bool promises_sources; /* version 3 throughout */
    bool is_strict;        /* a demonstration: what nobody promises counts as well */
    instant healed;        /* a trunk, last */
    instant disturbed;     /* last disturbance */
    duration settle;       /* so long after that all is as it ought to be */
    instant trunk_lost_at, leaf_lost_at, report_lost_at;

    struct sim_report *report;
    FILE *pcap;
    bool is_told; /* print what happens */
};

struct sim *sim_create(uint64_t seed, struct sim_report *report, FILE *pcap, bool is_told);
void sim_free(struct sim *sim);
/** The next number of the scenario's own chance, below `limit`; true in so many of 100. */
unsigned sim_random(struct sim *sim, unsigned limit);
bool sim_chance(struct sim *sim, unsigned percent);
duration sim_span(struct sim *sim, duration from, duration to);
/** A good mix of a number and another. */
uint64_t sim_mix(uint64_t a, uint64_t b);

void sim_push(struct sim *sim, instant at, enum sim_event_kind kind, unsigned who, unsigned what,
              struct parcel *parcel);
/** Wake a node at `at` or earlier. */
void sim_wake(struct sim *sim, struct node *node, instant at);
/** All that happens up to and at `at`. */
void sim_run_until(struct sim *sim, instant at);
/** A new node on this switch; port SIM_NONE: one of its own. */
struct node *sim_node(struct sim *sim, enum node_kind kind, struct address address, unsigned bridge,
                      unsigned port);
/** A span on the cable's clock that a node's own clock calls `span`. */
duration node_span(const struct node *node, duration span);

/* ---- cable.c, snoop.c ---- */

unsigned bridge_add(struct sim *sim, bool is_snooping, duration member_age, duration router_age);
unsigned bridge_port(struct sim *sim, unsigned bridge);
void bridge_trunk(struct sim *sim, unsigned upper, unsigned lower);
/** Cut or heal what joins a switch to the one above it. */
void bridge_cut(struct sim *sim, unsigned lower, bool is_cut);
void bridge_reboot(struct sim *sim, unsigned bridge);
void bridge_free(struct bridge *bridge);
/** A switch takes note of a message that came in by a port. */
void snoop(struct sim *sim, unsigned bridge, unsigned port, const struct message *message);
void snoop_age(struct sim *sim, unsigned bridge, unsigned slot);
bool snoop_is_member(const struct sim *sim, unsigned bridge, unsigned port, struct address group);
bool snoop_is_router(const struct sim *sim, unsigned bridge, unsigned port);
/** The node sends; the parcel is released when all have had it. */
void cable_send(struct sim *sim, struct node *from, struct parcel *parcel);
/** Which switches hear each other: the number of the uppermost of them. */
unsigned cable_side(const struct sim *sim, unsigned bridge);
/** The node's link goes or comes; the switch forgets a port that has no link. */
void cable_link(struct sim *sim, struct node *node, bool has_link);
/** A switch between this host and switch 0 has lost its memory, and maybe reports on their way. */
bool cable_is_blind(const struct sim *sim, const struct node *host);
/** A stream from switch 0 to this host goes through. */
bool cable_carries(const struct sim *sim, const struct node *host, struct address group);

/* ---- the kinds of nodes: life, timers, ears ---- */

struct node *igmpq_add(struct sim *sim, const struct params *asked, struct address address,
                       unsigned bridge);
void igmpq_start(struct sim *sim, struct node *node);
void igmpq_kill(struct sim *sim, struct node *node);
void igmpq_link(struct sim *sim, struct node *node, bool has_link);
void igmpq_address(struct sim *sim, struct node *node, struct address address);
/** Other settings while it runs; INVARIANT_PACE goes by the new ones at once. */
void igmpq_configure(struct sim *sim, struct node *node, const struct params *asked);
void igmpq_wake(struct sim *sim, struct node *node);
void igmpq_hear(struct sim *sim, struct node *node, const struct parcel *parcel);
const struct segment *igmpq_segment(const struct node *node);
/** Eligible whatever others say: alive, linked, meant to query. */
bool igmpq_may_query(const struct node *node);

struct node *peer_add(struct sim *sim, const struct peer *like, struct address address,
                      unsigned bridge);
void peer_start(struct sim *sim, struct node *node);
void peer_wake(struct sim *sim, struct node *node);
void peer_hear(struct sim *sim, struct node *node, const struct message *message);
struct peer peer_rfc(unsigned version, duration interval);
struct peer peer_predecessor(void);
struct node *forger_add(struct sim *sim, const struct forger *like, unsigned bridge);
void forger_wake(struct sim *sim, struct node *node);

struct node *host_add(struct sim *sim, unsigned version, struct address address, unsigned bridge,
                      unsigned port, unsigned wishes);
void host_join(struct sim *sim, struct node *node, struct address group, struct address source);
void host_leave(struct sim *sim, struct node *node, struct address group);
void host_wake(struct sim *sim, struct node *node);
void host_hear(struct sim *sim, struct node *node, const struct message *message);

/* ---- watch.c, calm.c: the invariants ---- */

/** With --tell: a line. */
void watch_tell(const struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void watch_fail(struct sim *sim, enum invariant invariant, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** Something happened that everybody has to get over. */
void watch_disturbed(struct sim *sim);
void watch_sent(struct sim *sim, struct node *node, const struct message *message,
                const struct query *query);
void watch_heard(struct sim *sim, struct node *node, const struct message *message);
void watch_role(struct sim *sim, struct node *node, const struct event *event);
void watch_general(struct sim *sim, unsigned bridge);
/** How long ago was the last query on this switch? */
void watch_silence(struct sim *sim, unsigned bridge);
void watch_left(struct sim *sim, struct node *node, struct address group);
void watch_forgotten(struct sim *sim, struct node *node, struct address group);
void watch_port(struct sim *sim, unsigned bridge, unsigned port, struct address group);
void watch_missing(struct sim *sim, struct node *host, unsigned wish);
/** Since when somebody of igmpq has been there, on this side, who would have spoken by now; NEVER.
 */
instant watch_healthy_since(const struct sim *sim, unsigned side);
/** All must be as it ought to be now. */
void watch_calm(struct sim *sim);
/** The querier of igmpq that this node's side ought to have: it, another, or NULL. */
struct node *watch_expected(const struct sim *sim, unsigned side, bool *is_backup);

/* ---- memory.c ---- */

/** What calloc and its like have given and not got back: octets and the most there were. */
size_t memory_now(void);
size_t memory_most(void);
void memory_forget_most(void);

/* ---- capture.c ---- */

FILE *capture_open(const char *path);
void capture_frame(FILE *file, instant at, const uint8_t *octets, size_t length);

#endif
