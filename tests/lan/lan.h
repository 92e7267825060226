/* SPDX-License-Identifier: MIT */
/*
 * A simulated LAN: engines whose outboxes are wired to each other's receivers, as octets, through
 * weather (delay, loss, doubling, overtaking) that a seed decides. Time is an integer; nothing
 * waits. All nodes are in 192.168.50.0/24.
 */
#ifndef IGMPQ_TEST_LAN_H
#define IGMPQ_TEST_LAN_H

#include "../unit/fixture.h"

/** How the cable treats each copy of a frame. Frames overtake where the delays differ. */
struct lan_weather {
    duration delay_min, delay_max;
    unsigned loss_percent;
    unsigned double_percent;
};

#define LAN_NODES 8

struct lan_node {
    struct engine *engine; /* NULL: its process is dead */
    struct params params;
    struct identity identity;
    unsigned side;     /* nodes hear those of their own side only */
    unsigned generals; /* general queries sent */
    instant last_general;
};

/** A general query that a node sent. */
struct lan_word {
    instant at;
    unsigned node;
};

/** A copy of a frame under way. */
struct lan_flight {
    instant at;
    uint64_t number; /* the earlier sent first, at equal times */
    unsigned to, side;
    size_t length;
    uint8_t octets[128];
};

struct lan {
    struct lan_weather weather;
    uint64_t random;
    instant now;
    struct lan_node node[LAN_NODES];
    unsigned node_count;
    struct lan_flight *flight; /* a heap */
    size_t flight_count, flight_capacity;
    uint64_t flight_number;
    struct lan_word *word;
    size_t word_count, word_capacity;
    struct outbox *outbox;
};

/** An empty LAN at time 0. Free with lan_free(). */
struct lan *lan_create(uint64_t seed, struct lan_weather weather);
void lan_free(struct lan *lan);

/** The next number of the LAN's own chance, below `limit`. */
unsigned lan_random(struct lan *lan, unsigned limit);

/** A new node, link down; `asked` is resolved here. Its number. */
unsigned lan_join(struct lan *lan, const struct params *asked, struct address own);
/** Link up or down; of a living node. */
void lan_up(struct lan *lan, unsigned node);
void lan_down(struct lan *lan, unsigned node);
/** Its process dies without a word; and is started again, link up. */
void lan_kill(struct lan *lan, unsigned node);
void lan_revive(struct lan *lan, unsigned node);
/** Another address, or other settings, while it runs. */
void lan_readdress(struct lan *lan, unsigned node, struct address own);
void lan_configure(struct lan *lan, unsigned node, const struct params *asked);

/** A host's report or leave, now, to all nodes of one side. */
void lan_report(struct lan *lan, unsigned side, struct address host, enum igmp_kind kind,
                struct address group);

/** All that happens up to and at `at`. */
void lan_run_until(struct lan *lan, instant at);

/** Queriers of a side now, the last of them in `*which` (may be NULL). */
unsigned lan_queriers(const struct lan *lan, unsigned side, unsigned *which);
/** The running node that ought to query on this side: the lowest address of those in mode active;
 * LAN_NODES when there is none. */
unsigned lan_lowest(const struct lan *lan, unsigned side);
/** The node is alive and its segment is not down. */
bool lan_is_running(const struct lan *lan, unsigned node);

#endif
