/* SPDX-License-Identifier: MIT */
/* An igmpqd on the simulated network: the engine, its clock, and the loop around them. */
#include <stdlib.h>

#include "sim.h"

/** What its clock says; it goes too fast or too slow. */
static instant own_time(const struct node *node, instant at)
{
    return at + at / 1000000 * node->drift_ppm + at % 1000000 * node->drift_ppm / 1000000;
}

/** When its clock will say so, or has said it first. */
static instant cable_time(const struct node *node, instant own)
{
    instant at = own;

    if (own == INSTANT_NEVER)
        return INSTANT_NEVER;
    for (unsigned i = 0; i < 4; i++)
        at -= own_time(node, at) - own;
    while (own_time(node, at) < own)
        at++;
    return at;
}

const struct segment *igmpq_segment(const struct node *node)
{
    return engine_segment(node->igmpq.engine, 0);
}

bool igmpq_may_query(const struct node *node)
{
    enum mode mode = node->igmpq.params.mode;
    return node->kind == NODE_IGMPQ && node->is_alive && node->has_link && mode != MODE_PASSIVE;
}

static void resolve(const struct params *asked, struct params *out)
{
    enum params_complaint complaints[PARAMS_COMPLAINTS];

    if (params_resolve(asked, out, complaints) > 0 && params_complaint_is_error(complaints[0]))
        abort();
}

struct node *igmpq_add(struct sim *sim, const struct params *asked, struct address address,
                       unsigned bridge)
{
    struct node *node = sim_node(sim, NODE_IGMPQ, address, bridge, SIM_NONE);

    node->igmpq = (struct igmpq){.role = ROLE_DOWN, .querier_since = INSTANT_NEVER};
    resolve(asked, &node->igmpq.params);
    return node;
}

/** What came out of the engine goes its ways. */
static void publish(struct sim *sim, struct node *node)
{
    struct outbox *outbox = sim->outbox;

    for (unsigned i = 0; i < outbox->event_count; i++) {
        if (outbox->event[i].kind == EVENT_ROLE)
            watch_role(sim, node, &outbox->event[i]);
        if (outbox->event[i].kind == EVENT_GROUP_LEFT)
            watch_left(sim, node, outbox->event[i].group);
    }
    for (unsigned i = 0; i < outbox->query_count; i++) {
        struct parcel *parcel = wire_of_core(&outbox->query[i]);
        watch_sent(sim, node, &parcel->message, &outbox->query[i]);
        cable_send(sim, node, parcel);
    }
    outbox_clear(outbox);
}

/** The loop of the daemon after each input. */
static void go_on(struct sim *sim, struct node *node)
{
    instant own = own_time(node, sim->now), due;

    publish(sim, node);
    for (unsigned turn = 0; (due = engine_deadline(node->igmpq.engine)) <= own; turn++) {
        if (turn == 100000) {
            watch_fail(sim, INVARIANT_PACE, "node %u: its deadline never passes", node->id);
            node->is_alive = false;
            return;
        }
        engine_tick(node->igmpq.engine, own, sim->outbox);
        publish(sim, node);
    }
    sim_wake(sim, node, cable_time(node, due));
}

static void tell_link(struct sim *sim, struct node *node)
{
    struct identity identity = {
        .is_up = node->has_link, .mac = node->mac, .own = {node->address, SIM_PREFIX}};

    node->up_since = sim->now;
    node->igmpq.beaten_until = node->igmpq.specific_until = 0;
    node->igmpq.has_spoken = false;
    watch_disturbed(sim);
    engine_link(node->igmpq.engine, own_time(node, sim->now), 0, &identity, sim->outbox);
    go_on(sim, node);
}

void igmpq_start(struct sim *sim, struct node *node)
{
    node->igmpq.engine = engine_create(sim_mix(sim->seed + node->id, (uint64_t)sim->now));
    if (!node->igmpq.engine ||
        engine_segment_add(node->igmpq.engine, "lan", 0, VLAN_NONE, &node->igmpq.params) != 0)
        abort();
    node->is_alive = true;
    node->igmpq.role = ROLE_DOWN;
    tell_link(sim, node);
}

void igmpq_kill(struct sim *sim, struct node *node)
{
    watch_tell(sim, "node %u dies", node->id);
    engine_destroy(node->igmpq.engine);
    node->igmpq.engine = NULL;
    node->igmpq.role = ROLE_DOWN;
    node->igmpq.querier_since = INSTANT_NEVER;
    node->is_alive = false;
    watch_disturbed(sim);
}

void igmpq_link(struct sim *sim, struct node *node, bool has_link)
{
    cable_link(sim, node, has_link);
    tell_link(sim, node);
}

void igmpq_address(struct sim *sim, struct node *node, struct address address)
{
    node->address = address;
    tell_link(sim, node);
}

void igmpq_configure(struct sim *sim, struct node *node, const struct params *asked)
{
    resolve(asked, &node->igmpq.params);
    watch_disturbed(sim);
    engine_configure(node->igmpq.engine, own_time(node, sim->now), 0, &node->igmpq.params,
                     sim->outbox);
    go_on(sim, node);
}

void igmpq_wake(struct sim *sim, struct node *node)
{
    go_on(sim, node);
}

void igmpq_hear(struct sim *sim, struct node *node, const struct parcel *parcel)
{
    node->igmpq.reports_heard += parcel->message.talk == TALK_REPORT;
    if (!mac_equal(parcel->message.mac, node->mac))
        watch_heard(sim, node, &parcel->message);
    engine_frame(node->igmpq.engine, own_time(node, sim->now), 0, LINK_ETHERNET,
                 (struct octets){parcel->octets, parcel->length}, parcel->length, NULL,
                 sim->outbox);
    go_on(sim, node);
}
