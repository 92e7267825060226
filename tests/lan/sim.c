/* SPDX-License-Identifier: MIT */
/* The simulated network's time and chance; see sim.h. */
#include "sim.h"

#include <stdlib.h>

struct sim *sim_create(uint64_t seed, struct sim_report *report, FILE *pcap, bool is_told)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim)
        abort();
    sim->outbox = calloc(1, sizeof *sim->outbox);
    if (!sim->outbox)
        abort();
    sim->seed = sim_mix(seed, 0x51);
    sim->random = sim_mix(seed, 0x72);
    sim->report = report;
    sim->pcap = pcap;
    sim->is_told = is_told;
    sim->weather = (struct weather){.delay_min = 50 * MICROSECONDS, .delay_max = 3 * MILLISECONDS};
    sim->trunk_lost_at = sim->leaf_lost_at = sim->report_lost_at = INSTANT_NEVER;
    return sim;
}

void sim_free(struct sim *sim)
{
    sim->report->seconds += (uint64_t)(sim->now / SECONDS);
    for (unsigned i = 0; i < sim->node_count; i++) {
        if (sim->node[i].kind == NODE_IGMPQ)
            engine_destroy(sim->node[i].igmpq.engine);
        if (sim->node[i].kind == NODE_HOST)
            free(sim->node[i].host.wish);
    }
    for (size_t i = 0; i < sim->event_count; i++)
        if (sim->event[i].parcel)
            parcel_release(sim->event[i].parcel);
    for (unsigned i = 0; i < sim->bridge_count; i++)
        bridge_free(&sim->bridge[i]);
    free(sim->bridge);
    free(sim->node);
    free(sim->event);
    free(sim->outbox);
    free(sim);
}

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t sim_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a + (b + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

unsigned sim_random(struct sim *sim, unsigned limit)
{
    sim->random += 0x9e3779b97f4a7c15u;
    return limit ? (unsigned)(sim_mix(sim->random, 0) >> 33) % limit : 0;
}

bool sim_chance(struct sim *sim, unsigned percent)
{
    return sim_random(sim, 100) < percent;
}

duration sim_span(struct sim *sim, duration from, duration to)
{
    return from +
           (duration)sim_random(sim, (unsigned)((to - from) / MILLISECONDS) + 1) * MILLISECONDS;
}

/* ---- events ---- */

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

void sim_push(struct sim *sim, instant at, enum sim_event_kind kind, unsigned who, unsigned what,
              struct parcel *parcel)
{
    struct sim_event event = {at, sim->event_number++, kind, who, what, parcel};

    if (sim->event_count == sim->event_capacity) {
        sim->event_capacity = sim->event_capacity ? sim->event_capacity * 2 : 64;
        sim->event = realloc(sim->event, sim->event_capacity * sizeof *sim->event);
        if (!sim->event)
            abort();
    }
    size_t slot = sim->event_count++;
    while (slot > 0 && is_before(&event, &sim->event[(slot - 1) / 2])) {
        sim->event[slot] = sim->event[(slot - 1) / 2];
        slot = (slot - 1) / 2;
    }
    sim->event[slot] = event;
}

static struct sim_event take_first(struct sim *sim)
{
    struct sim_event first = sim->event[0], last = sim->event[--sim->event_count];
    size_t slot = 0;

    for (;;) {
        size_t child = 2 * slot + 1;
        if (child >= sim->event_count)
            break;
        if (child + 1 < sim->event_count && is_before(&sim->event[child + 1], &sim->event[child]))
            child++;
        if (!is_before(&sim->event[child], &last))
            break;
        sim->event[slot] = sim->event[child];
        slot = child;
    }
    sim->event[slot] = last;
    return first;
}

void sim_wake(struct sim *sim, struct node *node, instant at)
{
    if (at >= node->wake_at)
        return;
    node->wake_at = at;
    sim_push(sim, at, SIM_WAKE, node->id, 0, NULL);
}

static void wake(struct sim *sim, struct node *node)
{
    if (node->wake_at != sim->now)
        return; /* it was woken earlier, or will be later */
    node->wake_at = INSTANT_NEVER;
    if (!node->is_alive)
        return;
    switch (node->kind) {
    case NODE_IGMPQ: igmpq_wake(sim, node); break;
    case NODE_PEER: peer_wake(sim, node); break;
    case NODE_HOST: host_wake(sim, node); break;
    case NODE_FORGER: forger_wake(sim, node); break;
    }
}

static void deliver(struct sim *sim, struct node *node, const struct parcel *parcel)
{
    if (!node->is_alive || !node->has_link)
        return;
    switch (node->kind) {
    case NODE_IGMPQ: igmpq_hear(sim, node, parcel); break;
    case NODE_PEER: peer_hear(sim, node, &parcel->message); break;
    case NODE_HOST: host_hear(sim, node, &parcel->message); break;
    case NODE_FORGER: break;
    }
}

void sim_run_until(struct sim *sim, instant at)
{
    while (sim->event_count > 0 && sim->event[0].at <= at) {
        struct sim_event event = take_first(sim);
        sim->now = event.at;
        sim->report->events++;
        switch (event.kind) {
        case SIM_DELIVER:
            deliver(sim, &sim->node[event.who], event.parcel);
            parcel_release(event.parcel);
            break;
        case SIM_WAKE: wake(sim, &sim->node[event.who]); break;
        case SIM_AGE: snoop_age(sim, event.who, event.what); break;
        case SIM_ROUTER_AGE: watch_port(sim, event.who, event.what, ADDRESS_NONE); break;
        case SIM_MISSING: watch_missing(sim, &sim->node[event.who], event.what); break;
        case SIM_FORGOTTEN:
            watch_forgotten(sim, &sim->node[event.who], (struct address){event.what});
            break;
        }
    }
    if (at > sim->now)
        sim->now = at;
}

/* ---- nodes ---- */

struct node *sim_node(struct sim *sim, enum node_kind kind, struct address address, unsigned bridge,
                      unsigned port)
{
    if (sim->node_count == sim->node_capacity) {
        sim->node_capacity = sim->node_capacity ? sim->node_capacity * 2 : 8;
        sim->node = realloc(sim->node, sim->node_capacity * sizeof *sim->node);
        if (!sim->node)
            abort();
    }
    unsigned id = sim->node_count++;
    struct node *node = &sim->node[id];
    if (port == SIM_NONE)
        port = bridge_port(sim, bridge);
    struct port *at = &sim->bridge[bridge].port[port];
    *node = (struct node){
        .kind = kind,
        .id = id,
        .address = address,
        .mac = {{0x02, 0, 0, (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id}},
        .bridge = bridge,
        .port = port,
        .next_on_port = at->first,
        .drift_ppm = (int)(sim_mix(sim->seed, id) % 1001) - 500,
        .lost_at = INSTANT_NEVER,
        .wake_at = INSTANT_NEVER,
        .has_link = true,
    };
    at->first = id;
    return node;
}

duration node_span(const struct node *node, duration span)
{
    return span - span / 1000000 * node->drift_ppm;
}
