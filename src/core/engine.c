/* SPDX-License-Identifier: MIT */
/* Floor 2. The border: dispatch to segments and the order of their deadlines. */
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)

#include "igmpq/engine.h"

#include <stdlib.h>

/** A segment and where it is found. */
struct seat {
    uint64_t key; /* port and VLANs */
    struct segment segment;
    UT_hash_handle hh;
};

struct port {
    uint64_t stray[VERDICT_COUNT];
};

struct engine {
    uint64_t seed;
    struct seat *by_key;
    struct seat **seat; /* by number; NULL: free */
    unsigned seat_count;
    struct port *port;
    unsigned port_count;
    struct heap wakes;
};

#define PORT_MAX 0xfffffu /* with 12 bits of VLAN in one key */

static uint64_t key_of(unsigned port, uint16_t outer_vlan, uint16_t vlan)
{
    return (uint64_t)outer_vlan << 32 | (uint32_t)port << 12 | vlan;
}

struct engine *engine_create(uint64_t seed)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (engine)
        engine->seed = seed;
    return engine;
}

void engine_destroy(struct engine *engine)
{
    if (!engine)
        return;
    for (unsigned i = 0; i < engine->seat_count; i++)
        engine_segment_remove(engine, i);
    heap_free(&engine->wakes);
    free(engine->seat);
    free(engine->port);
    free(engine);
}

static bool reserve_port(struct engine *engine, unsigned port)
{
    if (port < engine->port_count)
        return true;
    struct port *ports = realloc(engine->port, (port + 1) * sizeof *ports);
    if (!ports)
        return false;
    memset(ports + engine->port_count, 0, (port + 1 - engine->port_count) * sizeof *ports);
    engine->port = ports;
    engine->port_count = port + 1;
    return true;
}

/** The number of a free seat, made if need be; ENGINE_NO_SEGMENT without memory. */
static unsigned free_seat(struct engine *engine)
{
    for (unsigned i = 0; i < engine->seat_count; i++)
        if (!engine->seat[i])
            return i;
    if ((engine->seat_count & (engine->seat_count - 1)) == 0) { /* at each power of two */
        size_t capacity = engine->seat_count ? (size_t)engine->seat_count * 2 : 1;
        struct seat **seats = realloc(engine->seat, capacity * sizeof *seats);
        if (!seats)
            return ENGINE_NO_SEGMENT;
        engine->seat = seats;
    }
    engine->seat[engine->seat_count] = NULL;
    return engine->seat_count++;
}

static struct segment *find(const struct engine *engine, unsigned port, uint16_t outer_vlan,
                            uint16_t vlan)
{
    uint64_t key = key_of(port, outer_vlan, vlan);
    struct seat *seat;

    if (port > PORT_MAX || outer_vlan > VLAN_MAX || vlan > VLAN_MAX) /* two could share a key */
        return NULL;
    HASH_FIND(hh, engine->by_key, &key, sizeof key, seat);
    return seat ? &seat->segment : NULL;
}

unsigned engine_segment_add(struct engine *engine, const char *name, unsigned port, uint16_t vlan,
                            const struct params *params)
{
    return engine_segment_add_inner(engine, name, port, VLAN_NONE, vlan, params);
}

unsigned engine_segment_add_inner(struct engine *engine, const char *name, unsigned port,
                                  uint16_t outer_vlan, uint16_t vlan, const struct params *params)
{
    uint64_t key = key_of(port, outer_vlan, vlan);

    if (port > PORT_MAX || outer_vlan > VLAN_MAX || vlan > VLAN_MAX ||
        strlen(name) >= SEGMENT_NAME_SIZE || find(engine, port, outer_vlan, vlan))
        return ENGINE_NO_SEGMENT;
    if (!reserve_port(engine, port) || !heap_reserve(&engine->wakes))
        return ENGINE_NO_SEGMENT;
    unsigned id = free_seat(engine);
    if (id == ENGINE_NO_SEGMENT)
        return ENGINE_NO_SEGMENT;
    struct seat *seat = calloc(1, sizeof *seat);
    if (!seat)
        return ENGINE_NO_SEGMENT;
    /* Each segment its own sequence: one segment's events do not move another's jitter. */
    uint64_t seed = engine->seed ^ (key + 1) * 0xd1342543de82ef95u;
    if (!segment_init(&seat->segment, name, id, port, vlan, params, seed)) {
        free(seat);
        return ENGINE_NO_SEGMENT;
    }
    seat->key = key;
    HASH_ADD(hh, engine->by_key, key, sizeof seat->key, seat);
    if (!seat->hh.tbl) {
        segment_free(&seat->segment);
        free(seat);
        return ENGINE_NO_SEGMENT;
    }
    seat->segment.wake =
        (struct heap_entry){.due = INSTANT_NEVER, .rank = key, .owner = &seat->segment};
    heap_insert(&engine->wakes, &seat->segment.wake);
    engine->seat[id] = seat;
    return id;
}

void engine_segment_remove(struct engine *engine, unsigned segment)
{
    if (segment >= engine->seat_count || !engine->seat[segment])
        return;
    struct seat *seat = engine->seat[segment];
    heap_remove(&engine->wakes, &seat->segment.wake);
    HASH_DEL(engine->by_key, seat);
    segment_free(&seat->segment);
    free(seat);
    engine->seat[segment] = NULL;
}

unsigned engine_segment_count(const struct engine *engine)
{
    return engine->seat_count;
}

static struct segment *segment_at(const struct engine *engine, unsigned segment)
{
    if (segment >= engine->seat_count || !engine->seat[segment])
        return NULL;
    return &engine->seat[segment]->segment;
}

const struct segment *engine_segment(const struct engine *engine, unsigned segment)
{
    return segment_at(engine, segment);
}

unsigned engine_segment_find(const struct engine *engine, unsigned port, uint16_t vlan)
{
    const struct segment *segment = find(engine, port, VLAN_NONE, vlan);
    return segment ? segment->id : ENGINE_NO_SEGMENT;
}

void engine_sees_own(struct engine *engine, unsigned segment, bool sees_own)
{
    struct segment *found = segment_at(engine, segment);
    if (found)
        found->sees_own = sees_own;
}

/** Keep the heap true after anything that may have moved a segment's deadline. */
static void rekey(struct engine *engine, struct segment *segment)
{
    heap_update(&engine->wakes, &segment->wake, segment_deadline(segment));
}

enum verdict engine_frame(struct engine *engine, instant now, unsigned port, enum link_type link,
                          struct octets captured, size_t wire_length, struct received *out,
                          struct outbox *outbox)
{
    struct received local;
    struct received *received = out ? out : &local;

    received->segment = ENGINE_NO_SEGMENT;
    enum verdict verdict = frame_decode(link, captured, wire_length, &received->frame);
    /* A service provider's outer tag is another network: it reaches a segment made for it alone
     * (Q-128). */
    struct segment *segment = find(engine, port, received->frame.outer_vlan, received->frame.vlan);
    if (verdict == VERDICT_ACCEPTED)
        verdict = igmp_decode(received->frame.payload, received->frame.payload_length,
                              &received->message);
    else if (verdict == VERDICT_BAD_IP_CHECKSUM) /* refused, but people want to see what it was */
        (void)igmp_decode(received->frame.payload, received->frame.payload_length,
                          &received->message);
    else
        received->message = (struct igmp_message){.kind = IGMP_KIND_OTHER};
    received->decoded = verdict;
    if (segment) {
        received->segment = segment->id;
        verdict =
            segment_frame(segment, now, &received->frame, &received->message, verdict, outbox);
        rekey(engine, segment);
    } else {
        bool is_tagged =
            received->frame.vlan != VLAN_NONE || received->frame.outer_vlan != VLAN_NONE;
        if (is_tagged && verdict != VERDICT_NOT_IGMP)
            verdict = VERDICT_WRONG_VLAN;
        if (port < engine->port_count)
            engine->port[port].stray[verdict]++;
    }
    received->verdict = verdict;
    return verdict;
}

instant engine_deadline(const struct engine *engine)
{
    const struct heap_entry *first = heap_first(&engine->wakes);
    return first ? first->due : INSTANT_NEVER;
}

instant engine_true_deadline(struct engine *engine)
{
    const struct heap_entry *first;

    while ((first = heap_first(&engine->wakes))) {
        struct segment *segment = first->owner;
        instant due = segment_true_deadline(segment);
        if (due <= first->due)
            return first->due;
        heap_update(&engine->wakes, &segment->wake, due);
    }
    return INSTANT_NEVER;
}

void engine_tick(struct engine *engine, instant now, struct outbox *outbox)
{
    const struct heap_entry *first;

    while ((first = heap_first(&engine->wakes)) && first->due <= now && outbox_has_room(outbox)) {
        struct segment *segment = first->owner;
        segment_tick(segment, now, outbox);
        rekey(engine, segment);
    }
}

void engine_link(struct engine *engine, instant now, unsigned segment,
                 const struct identity *identity, struct outbox *outbox)
{
    struct segment *found = segment_at(engine, segment);
    if (!found)
        return;
    segment_link(found, now, identity, outbox);
    rekey(engine, found);
}

void engine_configure(struct engine *engine, instant now, unsigned segment,
                      const struct params *params, struct outbox *outbox)
{
    struct segment *found = segment_at(engine, segment);
    if (!found)
        return;
    segment_configure(found, now, params, outbox);
    rekey(engine, found);
}

bool engine_query_now(struct engine *engine, instant now, unsigned segment, struct address group,
                      struct outbox *outbox)
{
    struct segment *found = segment_at(engine, segment);
    if (!found || !segment_query_now(found, now, group, outbox))
        return false;
    rekey(engine, found);
    return true;
}

uint64_t engine_stray(const struct engine *engine, unsigned port, enum verdict verdict)
{
    return port < engine->port_count && verdict < VERDICT_COUNT ? engine->port[port].stray[verdict]
                                                                : 0;
}
