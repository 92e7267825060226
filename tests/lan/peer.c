/* SPDX-License-Identifier: MIT */
/* Queriers of others: RFC 2236 section 7 (and RFC 3376 section 6.6.2) as other programs have it,
 * igmpq's predecessor, the forger. A proxy (RFC 4605) is an RFC querier that suffers when it loses.
 */
#include "sim.h"

struct peer peer_rfc(unsigned version, duration interval)
{
    return (struct peer){.version = version,
                         .interval = interval,
                         .response = 10 * SECONDS,
                         .robustness = 2,
                         .startup_interval = interval / 4};
}

/* Measured: three queries 5 s apart, the steady one 45 to 60 s after, and it hears nobody. */
struct peer peer_predecessor(void)
{
    return (struct peer){.version = 2,
                         .interval = 60 * SECONDS,
                         .response = 10 * SECONDS,
                         .robustness = 3,
                         .startup_interval = 5 * SECONDS,
                         .is_deaf = true,
                         .jitter = 25};
}

struct node *peer_add(struct sim *sim, const struct peer *like, struct address address,
                      unsigned bridge)
{
    struct node *node = sim_node(sim, NODE_PEER, address, bridge, SIM_NONE);

    node->peer = *like;
    return node;
}

void peer_start(struct sim *sim, struct node *node)
{
    node->is_alive = true;
    node->up_since = sim->now;
    node->peer.is_querier = true;
    node->peer.was_beaten = false;
    node->peer.startup_left = node->peer.robustness;
    node->peer.next_query = sim->now;
    node->peer.other_until = INSTANT_NEVER;
    sim_wake(sim, node, sim->now);
    watch_disturbed(sim);
}

static void query(struct sim *sim, struct node *node, struct address group, duration response)
{
    const struct peer *peer = &node->peer;
    struct message message = {.version = peer->version,
                              .source = node->address,
                              .mac = node->mac,
                              .group = group,
                              .response = response,
                              .robustness = peer->robustness,
                              .interval = peer->interval};
    cable_send(sim, node, wire_query(&message));
}

void peer_wake(struct sim *sim, struct node *node)
{
    struct peer *peer = &node->peer;

    if (!peer->is_querier && peer->other_until <= sim->now) {
        peer->is_querier = true;
        peer->next_query = sim->now;
        peer->startup_left = 0;
    }
    if (!peer->is_querier) {
        sim_wake(sim, node, peer->other_until);
        return;
    }
    if (peer->next_query <= sim->now) {
        duration interval = peer->interval;
        if (peer->startup_left > 0 && --peer->startup_left > 0)
            interval = peer->startup_interval;
        else if (peer->jitter > 0)
            interval -= (duration)(sim_mix(sim->seed + node->id, node->frames) %
                                   (uint64_t)(interval / 100 * peer->jitter));
        peer->next_query = sim->now + node_span(node, interval);
        query(sim, node, ADDRESS_NONE, peer->response);
    }
    sim_wake(sim, node, peer->next_query);
}

void peer_hear(struct sim *sim, struct node *node, const struct message *message)
{
    struct peer *peer = &node->peer;

    if (message->fault || peer->is_deaf)
        return;
    if (message->talk == TALK_LEAVE && peer->is_querier && peer->version == 2)
        query(sim, node, message->group, SECONDS); /* once: the least that a querier does */
    if (message->talk != TALK_GENERAL || address_is_none(message->source) ||
        address_compare(message->source, node->address) >= 0)
        return;
    duration interval = peer->interval;
    unsigned robustness = peer->robustness;
    if (peer->version == 3 && message->version == 3 && message->interval > 0) {
        interval = message->interval; /* RFC 3376 sections 4.1.6 and 4.1.7 */
        robustness = message->robustness ? message->robustness : robustness;
    }
    peer->is_querier = false;
    peer->was_beaten = true;
    peer->other_until = sim->now + node_span(node, robustness * interval + peer->response / 2);
    sim_wake(sim, node, peer->other_until);
}

/* ---- the forger ---- */

struct node *forger_add(struct sim *sim, const struct forger *like, unsigned bridge)
{
    struct node *node = sim_node(sim, NODE_FORGER, like->source, bridge, SIM_NONE);

    node->forger = *like;
    node->forger.random = sim_mix(sim->seed, node->id);
    node->is_alive = true;
    sim_wake(sim, node, sim->now + like->interval);
    return node;
}

void forger_wake(struct sim *sim, struct node *node)
{
    struct forger *forger = &node->forger;
    struct message message = {.version = forger->version,
                              .source = forger->source,
                              .mac = node->mac,
                              .response = 10 * SECONDS,
                              .robustness = 7,
                              .interval = forger->advertised};

    if (sim->now > forger->until)
        return;
    if (forger->is_random) { /* anything but 10.0.0.0/16, and now and then what no host can have */
        forger->random = sim_mix(forger->random, 1);
        message.source.ipv4 = (uint32_t)forger->random;
        if (message.source.ipv4 >> 16 == 0x0a00)
            message.source.ipv4 ^= 0x00010000;
    }
    cable_send(sim, node, wire_query(&message));
    sim_wake(sim, node, sim->now + forger->interval);
}
