/* SPDX-License-Identifier: MIT */
/* A simulated LAN of engines; see lan.h. */
#include "lan.h"

#include <stdlib.h>

#include "../unit/wire.h"

#define ECHO_DELAY (20 * MICROSECONDS) /* until the capture shows what was sent */

struct lan *lan_create(uint64_t seed, struct lan_weather weather)
{
    struct lan *lan = calloc(1, sizeof *lan);
    assert_non_null(lan);
    lan->weather = weather;
    lan->random = seed * 0x9e3779b97f4a7c15u;
    lan->outbox = calloc(1, sizeof *lan->outbox);
    assert_non_null(lan->outbox);
    return lan;
}

void lan_free(struct lan *lan)
{
    for (unsigned i = 0; i < lan->node_count; i++)
        engine_destroy(lan->node[i].engine);
    free(lan->flight);
    free(lan->word);
    free(lan->outbox);
    free(lan);
}

unsigned lan_random(struct lan *lan, unsigned limit)
{
    return wire_random(&lan->random) % limit;
}

/* ---- frames under way ---- */

static bool is_before(const struct lan_flight *a, const struct lan_flight *b)
{
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static void launch(struct lan *lan, const struct lan_flight *flight)
{
    if (lan->flight_count == lan->flight_capacity) {
        lan->flight_capacity = lan->flight_capacity ? lan->flight_capacity * 2 : 64;
        lan->flight = realloc(lan->flight, lan->flight_capacity * sizeof *lan->flight);
        assert_non_null(lan->flight);
    }
    size_t slot = lan->flight_count++;
    while (slot > 0 && is_before(flight, &lan->flight[(slot - 1) / 2])) {
        lan->flight[slot] = lan->flight[(slot - 1) / 2];
        slot = (slot - 1) / 2;
    }
    lan->flight[slot] = *flight;
}

static struct lan_flight land(struct lan *lan)
{
    struct lan_flight first = lan->flight[0], last = lan->flight[--lan->flight_count];
    size_t slot = 0;

    for (;;) {
        size_t child = 2 * slot + 1;
        if (child >= lan->flight_count)
            break;
        if (child + 1 < lan->flight_count &&
            is_before(&lan->flight[child + 1], &lan->flight[child]))
            child++;
        if (!is_before(&lan->flight[child], &last))
            break;
        lan->flight[slot] = lan->flight[child];
        slot = child;
    }
    lan->flight[slot] = last;
    return first;
}

static bool happens(struct lan *lan, unsigned percent)
{
    return percent > 0 && lan_random(lan, 100) < percent;
}

/** A frame to everybody on a side but `from` (LAN_NODES: a host), each copy with its own fate. */
static void broadcast(struct lan *lan, unsigned from, unsigned side, const uint8_t *frame,
                      size_t length)
{
    const struct lan_weather *weather = &lan->weather;
    struct lan_flight flight = {.side = side, .length = length};

    assert_true(length <= sizeof flight.octets);
    memcpy(flight.octets, frame, length);
    for (unsigned to = 0; to < lan->node_count; to++) {
        flight.to = to;
        if (to == from) {
            flight.at = lan->now + ECHO_DELAY;
            flight.number = lan->flight_number++;
            launch(lan, &flight);
            continue;
        }
        if (happens(lan, weather->loss_percent))
            continue;
        unsigned copies = 1 + happens(lan, weather->double_percent);
        while (copies-- > 0) {
            unsigned spread = (unsigned)(weather->delay_max - weather->delay_min) + 1;
            flight.at = lan->now + weather->delay_min + lan_random(lan, spread);
            flight.number = lan->flight_number++;
            launch(lan, &flight);
        }
    }
}

/* ---- nodes ---- */

static void note_general(struct lan *lan, unsigned node)
{
    if (lan->word_count == lan->word_capacity) {
        lan->word_capacity = lan->word_capacity ? lan->word_capacity * 2 : 64;
        lan->word = realloc(lan->word, lan->word_capacity * sizeof *lan->word);
        assert_non_null(lan->word);
    }
    lan->word[lan->word_count++] = (struct lan_word){lan->now, node};
    lan->node[node].generals++;
    lan->node[node].last_general = lan->now;
}

/** What the outbox of a node holds goes on the cable. */
static void send_all(struct lan *lan, unsigned node)
{
    uint8_t frame[FIXTURE_FRAME_MAX];

    for (unsigned i = 0; i < lan->outbox->query_count; i++) {
        const struct query *query = &lan->outbox->query[i];
        size_t length = fixture_make_query_frame(query, frame);
        if (address_is_none(query->message.group))
            note_general(lan, node);
        broadcast(lan, node, lan->node[node].side, frame, length);
    }
    outbox_clear(lan->outbox);
}

static void give_life(struct lan *lan, unsigned number)
{
    struct lan_node *node = &lan->node[number];
    node->engine = engine_create(wire_random(&lan->random));
    assert_non_null(node->engine);
    assert_int_equal(engine_segment_add(node->engine, "lan", 0, VLAN_NONE, &node->params), 0);
}

unsigned lan_join(struct lan *lan, const struct params *asked, struct address own)
{
    unsigned number = lan->node_count++;
    struct lan_node *node = &lan->node[number];

    assert_true(number < LAN_NODES);
    *node = (struct lan_node){
        .params = fixture_resolve(asked),
        .identity = {.mac = {{0x02, 0, 0, 0, 1, (uint8_t)number}}, .own = {own, 24}}};
    give_life(lan, number);
    return number;
}

/** Tell the engine what became of its link, and send what follows at once. */
static void tell_link(struct lan *lan, unsigned number)
{
    struct lan_node *node = &lan->node[number];
    engine_link(node->engine, lan->now, 0, &node->identity, lan->outbox);
    send_all(lan, number);
}

void lan_up(struct lan *lan, unsigned node)
{
    lan->node[node].identity.is_up = true;
    tell_link(lan, node);
}

void lan_down(struct lan *lan, unsigned node)
{
    lan->node[node].identity.is_up = false;
    tell_link(lan, node);
}

void lan_kill(struct lan *lan, unsigned node)
{
    engine_destroy(lan->node[node].engine);
    lan->node[node].engine = NULL;
}

void lan_revive(struct lan *lan, unsigned node)
{
    give_life(lan, node);
    lan_up(lan, node);
}

void lan_readdress(struct lan *lan, unsigned node, struct address own)
{
    lan->node[node].identity.own.address = own;
    tell_link(lan, node);
}

void lan_configure(struct lan *lan, unsigned number, const struct params *asked)
{
    struct lan_node *node = &lan->node[number];
    node->params = fixture_resolve(asked);
    engine_configure(node->engine, lan->now, 0, &node->params, lan->outbox);
    send_all(lan, number);
}

void lan_report(struct lan *lan, unsigned side, struct address host, enum igmp_kind kind,
                struct address group)
{
    struct outside outside =
        fixture_outside(host, kind == IGMP_KIND_V2_LEAVE ? ADDRESS_ALL_ROUTERS : group);
    uint8_t igmp[8], frame[FIXTURE_FRAME_MAX];

    assert_int_equal(igmp_encode_report(kind, group, igmp, sizeof igmp), 8);
    broadcast(lan, LAN_NODES, side, frame, fixture_make_frame(&outside, igmp, sizeof igmp, frame));
}

/* ---- time ---- */

static void deliver(struct lan *lan)
{
    struct lan_flight flight = land(lan);
    struct lan_node *node = &lan->node[flight.to];

    if (!node->engine || !node->identity.is_up || node->side != flight.side)
        return;
    engine_frame(node->engine, lan->now, 0, LINK_ETHERNET,
                 (struct octets){flight.octets, flight.length}, flight.length, NULL, lan->outbox);
    send_all(lan, flight.to);
}

void lan_run_until(struct lan *lan, instant at)
{
    for (;;) {
        instant frame = lan->flight_count > 0 ? lan->flight[0].at : INSTANT_NEVER;
        instant timer = INSTANT_NEVER;
        unsigned who = 0;
        for (unsigned i = 0; i < lan->node_count; i++) {
            instant due =
                lan->node[i].engine ? engine_deadline(lan->node[i].engine) : INSTANT_NEVER;
            if (due < timer) {
                timer = due;
                who = i;
            }
        }
        instant next = instant_earlier(frame, timer);
        if (next > at)
            break;
        if (next > lan->now)
            lan->now = next;
        if (frame <= timer) {
            deliver(lan);
            continue;
        }
        engine_tick(lan->node[who].engine, lan->now, lan->outbox);
        send_all(lan, who);
    }
    lan->now = at;
}

/* ---- looking ---- */

bool lan_is_running(const struct lan *lan, unsigned node)
{
    return lan->node[node].engine && engine_segment(lan->node[node].engine, 0)->role != ROLE_DOWN;
}

unsigned lan_queriers(const struct lan *lan, unsigned side, unsigned *which)
{
    unsigned count = 0;
    for (unsigned i = 0; i < lan->node_count; i++) {
        const struct lan_node *node = &lan->node[i];
        if (!node->engine || node->side != side ||
            engine_segment(node->engine, 0)->role != ROLE_QUERIER)
            continue;
        count++;
        if (which)
            *which = i;
    }
    return count;
}

unsigned lan_lowest(const struct lan *lan, unsigned side)
{
    unsigned lowest = LAN_NODES;
    for (unsigned i = 0; i < lan->node_count; i++) {
        const struct lan_node *node = &lan->node[i];
        if (!lan_is_running(lan, i) || node->side != side || node->params.mode != MODE_ACTIVE)
            continue;
        if (lowest == LAN_NODES ||
            address_compare(node->identity.own.address, lan->node[lowest].identity.own.address) < 0)
            lowest = i;
    }
    return lowest;
}
