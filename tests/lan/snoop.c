/* SPDX-License-Identifier: MIT */
/* What a snooping switch keeps: who is behind which port, and where the querier is (RFC 4541). */
#include <stdlib.h>

#include "sim.h"

#define LAST_MEMBER_COUNT 2

static unsigned slot_of(const struct bridge *bridge, struct address group, unsigned port)
{
    unsigned slot = (unsigned)sim_mix(group.ipv4, port) & (bridge->member_capacity - 1);
    while (!address_is_none(bridge->member[slot].group) &&
           (!address_equal(bridge->member[slot].group, group) || bridge->member[slot].port != port))
        slot = (slot + 1) & (bridge->member_capacity - 1);
    return slot;
}

/** Twice the room; the events that wait for an entry know it by its place, so they are made anew.
 */
static void grow(struct sim *sim, unsigned number)
{
    struct bridge *bridge = &sim->bridge[number];
    struct bridge old = *bridge;

    bridge->member_capacity = old.member_capacity ? old.member_capacity * 2 : 8;
    bridge->member = calloc(bridge->member_capacity, sizeof *bridge->member);
    if (!bridge->member)
        abort();
    for (unsigned i = 0; i < old.member_capacity; i++) {
        const struct member *member = &old.member[i];
        if (address_is_none(member->group))
            continue;
        unsigned slot = slot_of(bridge, member->group, member->port);
        bridge->member[slot] = *member;
        if (member->wake_at != INSTANT_NEVER)
            sim_push(sim, member->wake_at, SIM_AGE, number, slot, NULL);
    }
    free(old.member);
}

static void await(struct sim *sim, unsigned number, unsigned slot)
{
    struct member *member = &sim->bridge[number].member[slot];
    if (member->expires >= member->wake_at)
        return;
    member->wake_at = member->expires;
    sim_push(sim, member->wake_at, SIM_AGE, number, slot, NULL);
}

void snoop_age(struct sim *sim, unsigned number, unsigned slot)
{
    struct member *member = &sim->bridge[number].member[slot];

    if (member->wake_at != sim->now)
        return;
    member->wake_at = INSTANT_NEVER;
    if (member->expires > sim->now)
        await(sim, number, slot);
    else
        watch_port(sim, number, member->port, member->group);
}

/** Those on the way to whom the stream now flows have it; what they lose from now on is lost. */
static void note_receivers(struct sim *sim, unsigned number, unsigned port, struct address group)
{
    bool is_alone = sim->bridge_count == 1; /* then it matters to those on the port only */
    unsigned id = is_alone ? sim->bridge[number].port[port].first : 0;

    for (; id < sim->node_count; id = is_alone ? sim->node[id].next_on_port : id + 1) {
        struct node *node = &sim->node[id];
        if (node->kind != NODE_HOST)
            continue;
        for (unsigned w = 0; w < node->host.wish_count; w++) {
            struct wish *wish = &node->host.wish[w];
            if (wish->is_joined && !wish->is_receiving && address_equal(wish->group, group))
                wish->is_receiving = cable_carries(sim, node, group);
        }
    }
}

static void join(struct sim *sim, unsigned number, unsigned port, struct address group)
{
    struct bridge *bridge = &sim->bridge[number];

    if (address_is_link_local_multicast(group))
        return; /* section 2.1.2: always flooded */
    if (bridge->member_count * 2 >= bridge->member_capacity)
        grow(sim, number);
    unsigned slot = slot_of(bridge, group, port);
    struct member *member = &bridge->member[slot];
    if (address_is_none(member->group)) {
        *member = (struct member){.group = group, .port = port, .wake_at = INSTANT_NEVER};
        bridge->member_count++;
    }
    bool was_gone = member->expires <= sim->now;
    member->expires = sim->now + bridge->member_age;
    await(sim, number, slot);
    if (was_gone)
        note_receivers(sim, number, port, group);
}

/** The querier asks about a group: the ports where nobody answers are members no longer. */
static void lower(struct sim *sim, unsigned number, const struct message *query)
{
    struct bridge *bridge = &sim->bridge[number];
    instant until = sim->now + LAST_MEMBER_COUNT * query->response + SIM_BLINK / 2;

    for (unsigned slot = 0; slot < bridge->member_capacity; slot++) {
        struct member *member = &bridge->member[slot];
        if (!address_equal(member->group, query->group) || member->expires <= until)
            continue;
        member->expires = until;
        await(sim, number, slot);
    }
}

static void snoop_records(struct sim *sim, unsigned number, unsigned port,
                          const struct message *report)
{
    struct wire_record record;

    for (unsigned i = 0; wire_record_at(report, i, &record); i++)
        if (record.type == IGMP_RECORD_IS_EX || record.type == IGMP_RECORD_TO_EX ||
            (record.source_count > 0 && record.type != IGMP_RECORD_BLOCK))
            join(sim, number, port, record.group);
}

void snoop(struct sim *sim, unsigned number, unsigned port, const struct message *message)
{
    struct bridge *bridge = &sim->bridge[number];

    if (!bridge->is_snooping || message->fault)
        return;
    switch (message->talk) {
    case TALK_GENERAL:
        if (address_is_none(message->source))
            break; /* section 2.1.1 (1b) */
        bridge->port[port].router_until = sim->now + bridge->router_age;
        if (bridge->blind_until == INSTANT_NEVER)
            bridge->blind_until = sim->now + sim->response_max + SIM_SLACK;
        sim_push(sim, sim->now + bridge->router_age, SIM_ROUTER_AGE, number, port, NULL);
        break;
    case TALK_SPECIFIC:
        if (!message->suppress && message->count == 0)
            lower(sim, number, message);
        break;
    case TALK_REPORT: join(sim, number, port, message->group); break;
    case TALK_V3_REPORT: snoop_records(sim, number, port, message); break;
    case TALK_LEAVE:
    case TALK_OTHER: break;
    }
}

bool snoop_is_member(const struct sim *sim, unsigned number, unsigned port, struct address group)
{
    const struct bridge *bridge = &sim->bridge[number];
    if (bridge->member_capacity == 0)
        return false;
    const struct member *member = &bridge->member[slot_of(bridge, group, port)];
    return member->expires > sim->now;
}

bool snoop_is_router(const struct sim *sim, unsigned number, unsigned port)
{
    return sim->bridge[number].port[port].router_until > sim->now;
}
