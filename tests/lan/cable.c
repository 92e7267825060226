/* SPDX-License-Identifier: MIT */
/* Switches, trunks and what the weather does to copies of frames; see sim.h. */
#include <stdlib.h>

#include "sim.h"

#define ECHO_DELAY (20 * MICROSECONDS) /* until the capture shows what was sent */

unsigned bridge_add(struct sim *sim, bool is_snooping, duration member_age, duration router_age)
{
    sim->bridge = realloc(sim->bridge, (sim->bridge_count + 1) * sizeof *sim->bridge);
    if (!sim->bridge)
        abort();
    sim->bridge[sim->bridge_count] = (struct bridge){.is_snooping = is_snooping,
                                                     .member_age = member_age,
                                                     .router_age = router_age,
                                                     .last_general = INSTANT_NEVER};
    return sim->bridge_count++;
}

unsigned bridge_port(struct sim *sim, unsigned number)
{
    struct bridge *bridge = &sim->bridge[number];
    if ((bridge->port_count & (bridge->port_count - 1)) == 0) {
        size_t capacity = bridge->port_count ? (size_t)bridge->port_count * 2 : 1;
        bridge->port = realloc(bridge->port, capacity * sizeof *bridge->port);
        if (!bridge->port)
            abort();
    }
    bridge->port[bridge->port_count] =
        (struct port){.first = SIM_NONE, .trunk_bridge = SIM_NONE, .router_until = 0};
    return bridge->port_count++;
}

void bridge_trunk(struct sim *sim, unsigned upper, unsigned lower)
{
    unsigned down = bridge_port(sim, upper), up = bridge_port(sim, lower);

    sim->bridge[upper].port[down].trunk_bridge = lower;
    sim->bridge[upper].port[down].trunk_port = up;
    sim->bridge[lower].port[up].trunk_bridge = upper;
    sim->bridge[lower].port[up].trunk_port = down;
}

void bridge_free(struct bridge *bridge)
{
    free(bridge->port);
    free(bridge->member);
}

/** The port that leads up from a switch; NULL: it is the uppermost. */
static struct port *uplink(const struct sim *sim, unsigned bridge)
{
    struct bridge *from = &sim->bridge[bridge];
    for (unsigned i = 0; i < from->port_count; i++)
        if (from->port[i].trunk_bridge != SIM_NONE && from->port[i].trunk_bridge < bridge)
            return &from->port[i];
    return NULL;
}

/** What a receiver of the stream had is not promised over this. */
static void forget_streams(struct sim *sim)
{
    for (unsigned i = 0; i < sim->node_count; i++)
        if (sim->node[i].kind == NODE_HOST)
            for (unsigned w = 0; w < sim->node[i].host.wish_count; w++)
                sim->node[i].host.wish[w].is_receiving = false;
}

/** A port whose link goes down is forgotten with all that was behind it. */
static void flush_port(struct bridge *bridge, unsigned port)
{
    bridge->port[port].router_until = 0;
    for (unsigned i = 0; i < bridge->member_capacity; i++)
        if (bridge->member[i].port == port)
            bridge->member[i].expires = 0;
}

void bridge_cut(struct sim *sim, unsigned lower, bool is_cut)
{
    struct port *up = uplink(sim, lower);

    up->is_cut = is_cut;
    flush_port(&sim->bridge[up->trunk_bridge], up->trunk_port);
    flush_port(&sim->bridge[lower], sim->bridge[up->trunk_bridge].port[up->trunk_port].trunk_port);
    sim->bridge[up->trunk_bridge].port[up->trunk_port].is_cut = is_cut;
    for (unsigned i = 0; i < sim->bridge_count && !is_cut; i++)
        sim->bridge[i].last_general = sim->now; /* who comes in thus counts from now on */
    watch_tell(sim, "the trunk above switch %u is %s", lower, is_cut ? "cut" : "healed");
    if (!is_cut)
        sim->healed = sim->now;
    forget_streams(sim);
    watch_disturbed(sim);
}

void bridge_reboot(struct sim *sim, unsigned number)
{
    struct bridge *bridge = &sim->bridge[number];

    for (unsigned i = 0; i < bridge->member_capacity; i++)
        bridge->member[i].expires = 0;
    for (unsigned i = 0; i < bridge->port_count; i++)
        bridge->port[i].router_until = 0;
    bridge->blind_until = INSTANT_NEVER;
    watch_tell(sim, "switch %u forgets everything", number);
    forget_streams(sim);
    watch_disturbed(sim);
}

/** Until it has heard a general query, a switch passes no report on (RFC 4541 section 2.1.1 (1)).
 * Its upper neighbour still has the entry of before and so the stream flows again at once, but
 * nothing keeps that entry: whatever takes it away before the next round wins. */
bool cable_is_blind(const struct sim *sim, const struct node *host)
{
    unsigned bridge = host->bridge;

    for (const struct port *up; (up = uplink(sim, bridge)); bridge = up->trunk_bridge)
        if (sim->bridge[bridge].blind_until > sim->now)
            return true;
    return false;
}

unsigned cable_side(const struct sim *sim, unsigned bridge)
{
    for (;;) {
        const struct port *up = uplink(sim, bridge);
        if (!up || up->is_cut)
            return bridge;
        bridge = up->trunk_bridge;
    }
}

bool cable_carries(const struct sim *sim, const struct node *host, struct address group)
{
    unsigned bridge = host->bridge, port = host->port;

    if (!host->has_link || !host->is_alive)
        return false;
    for (;;) {
        const struct bridge *at = &sim->bridge[bridge];
        if (at->is_snooping && !snoop_is_member(sim, bridge, port, group) &&
            !snoop_is_router(sim, bridge, port))
            return false;
        const struct port *up = uplink(sim, bridge);
        if (!up)
            return true;
        if (up->is_cut)
            return false;
        port = up->trunk_port;
        bridge = up->trunk_bridge;
    }
}

void cable_link(struct sim *sim, struct node *node, bool has_link)
{
    struct bridge *bridge = &sim->bridge[node->bridge];
    bool is_used = false;

    node->has_link = has_link;
    for (unsigned id = bridge->port[node->port].first; id != SIM_NONE;
         id = sim->node[id].next_on_port)
        is_used |= sim->node[id].has_link; /* they share it by a hub, and then it stays up */
    if (!is_used)
        flush_port(bridge, node->port);
    watch_tell(sim, "node %u %s", node->id, has_link ? "has its link again" : "loses its link");
}

/* ---- weather ---- */

static bool is_query(const struct message *message)
{
    return message->talk == TALK_GENERAL || message->talk == TALK_SPECIFIC;
}

/** May this link lose again, if it is not to lose more than the robustness variable bears? */
static bool may_lose(const struct weather *weather, instant lost_at, instant now)
{
    return !weather->is_bounded || lost_at == INSTANT_NEVER || now - lost_at <= weather->spell ||
           now - lost_at > weather->spell + weather->calm;
}

static void note_loss(const struct weather *weather, instant *lost_at, instant now)
{
    if (*lost_at == INSTANT_NEVER || now - *lost_at > weather->spell)
        *lost_at = now;
}

/** The copy for one node: lost, late, doubled. A query is the loss of who would have heard it,
 * anything else that of who said it. */
static void copy_to(struct sim *sim, struct node *from, unsigned to, struct parcel *parcel)
{
    const struct weather *weather = &sim->weather;
    struct node *owner = is_query(&parcel->message) ? &sim->node[to] : from;
    uint64_t fate = sim_mix(sim->seed ^ (uint64_t)from->id << 40 ^ from->frames, to);
    bool is_spared = weather->is_bounded && weather->spares_checks &&
                     parcel->message.talk == TALK_SPECIFIC && parcel->message.version == 2;
    uint64_t range = (uint64_t)(weather->delay_max - weather->delay_min) + 1;

    if (!is_spared && weather->loss_percent > 0 && (fate & 0xffff) % 100 < weather->loss_percent &&
        may_lose(weather, owner->lost_at, sim->now) &&
        (owner != from || may_lose(weather, sim->report_lost_at, sim->now)) &&
        (!weather->is_bounded || sim->trunk_lost_at == INSTANT_NEVER ||
         sim->now - sim->trunk_lost_at > weather->calm)) {
        note_loss(weather, &owner->lost_at, sim->now);
        if (owner == from) /* it may have kept others from saying the same (RFC 2236 section 3) */
            note_loss(weather, &sim->report_lost_at, sim->now);
        sim->leaf_lost_at = sim->now;
        return;
    }
    unsigned copies = 1 + ((fate >> 16 & 0xff) % 100 < weather->double_percent);
    for (unsigned i = 0; i < copies; i++) {
        duration delay = weather->delay_min + (duration)(((fate >> 24) + i * 7919) % range);
        parcel->users++;
        sim_push(sim, sim->now + delay, SIM_DELIVER, to, 0, parcel);
    }
}

static bool trunk_loses(struct sim *sim, const struct node *from, unsigned bridge)
{
    const struct weather *weather = &sim->weather;

    if (weather->loss_percent == 0 ||
        sim_mix(sim->seed ^ (uint64_t)from->id << 40 ^ from->frames, bridge ^ 0xb1000000u) % 100 >=
            weather->loss_percent)
        return false;
    if (weather->is_bounded &&
        ((sim->leaf_lost_at != INSTANT_NEVER &&
          sim->now - sim->leaf_lost_at <= weather->calm + weather->spell) ||
         (sim->trunk_lost_at != INSTANT_NEVER && sim->now - sim->trunk_lost_at <= weather->calm)))
        return false;
    sim->trunk_lost_at = sim->now;
    return true;
}

/* ---- the way of a frame ---- */

static void into_switch(struct sim *sim, struct node *from, unsigned number, unsigned in,
                        struct parcel *parcel);

static void out_of_port(struct sim *sim, struct node *from, unsigned number, unsigned port,
                        struct parcel *parcel)
{
    const struct port *out = &sim->bridge[number].port[port];

    if (out->trunk_bridge != SIM_NONE) {
        if (!out->is_cut && !trunk_loses(sim, from, out->trunk_bridge))
            into_switch(sim, from, out->trunk_bridge, out->trunk_port, parcel);
        return;
    }
    for (unsigned id = out->first; id != SIM_NONE; id = sim->node[id].next_on_port)
        if (id != from->id)
            copy_to(sim, from, id, parcel);
}

/** RFC 4541 section 2.1.1: reports go to router ports only, queries and all else everywhere. */
static bool goes_out(const struct sim *sim, unsigned number, unsigned port,
                     const struct message *message)
{
    const struct bridge *bridge = &sim->bridge[number];

    if (!bridge->is_snooping || is_query(message) || message->talk == TALK_OTHER)
        return true;
    if (bridge->floods_v3 && message->talk != TALK_REPORT)
        return true;
    return snoop_is_router(sim, number, port);
}

static void into_switch(struct sim *sim, struct node *from, unsigned number, unsigned in,
                        struct parcel *parcel)
{
    const struct message *message = &parcel->message;

    if (!message->fault || is_query(message))
        snoop(sim, number, in, message);
    if (message->talk == TALK_GENERAL && !address_is_none(message->source))
        watch_general(sim, number);
    for (unsigned port = 0; port < sim->bridge[number].port_count; port++)
        if (port != in && goes_out(sim, number, port, message))
            out_of_port(sim, from, number, port, parcel);
}

void cable_send(struct sim *sim, struct node *from, struct parcel *parcel)
{
    parcel->users++;
    if (from->has_link) {
        from->frames++;
        sim->report->frames++;
        if (sim->pcap)
            capture_frame(sim->pcap, sim->now, parcel->octets, parcel->length);
        if (from->kind == NODE_IGMPQ) {
            parcel->users++;
            sim_push(sim, sim->now + ECHO_DELAY, SIM_DELIVER, from->id, 0, parcel);
        }
        out_of_port(sim, from, from->bridge, from->port, parcel);
        into_switch(sim, from, from->bridge, from->port, parcel);
    }
    parcel_release(parcel);
}
