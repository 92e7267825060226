/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer of the core: octets become a network (one to four segments, each with settings of its
 * own) and what happens on it: frames good and bad, time, links, reloads. Whatever happens, what
 * the core says of itself must hold; see check_engine(), check_outbox() and membership_check.h.
 *
 * tests/fuzz/run.sh runs it; "make check" runs it with replay_corpus.c instead.
 */
#include "fuzz.h"
#include "igmpq/engine.h"
#include "membership_check.h"
#include "seal.h"

#define PORTS      2
#define SEGMENTS   4
#define TURNS_MAX  200000 /* of the tick loop at one instant */
#define FRAME_SIZE 1600

struct world {
    struct input input;
    struct engine *engine;
    struct outbox *outbox;
    instant now;
    uint64_t story; /* a sum over all that came out: the same input must tell the same */
    unsigned groups_before[SEGMENTS];
};

static void tell(struct world *world, uint64_t what)
{
    world->story = (world->story ^ what) * 0x100000001b3u;
}

/* ---- a small world: few addresses, so that things meet ---- */

static struct address take_host(struct world *world)
{
    static const uint32_t hosts[] = {0xc0a83205, 0xc0a83214, 0xc0a83215, 0xc0a83216,
                                     0xc0a8320a, 0x00000000, 0x0a090909, 0xc0a832ff};
    return (struct address){hosts[take(&world->input) % 8]};
}

static struct address take_group(struct world *world)
{
    uint8_t which = take(&world->input);

    if (which % 8 == 7)
        return address_of(232, 1, 1, which / 8 % 4);
    if (which % 8 == 6)
        return which & 8 ? ADDRESS_ALL_HOSTS : address_of(10, 0, 0, which);
    return address_of(239, 1, 2, which % 64);
}

static struct params take_params(struct world *world)
{
    struct input *input = &world->input;
    struct params asked = params_default((enum profile)(take(input) % PROFILE_COUNT)), params;
    enum params_complaint complaints[PARAMS_COMPLAINTS];
    uint8_t switches = take(input);

    asked.version = 1 + take(input) % 3;
    asked.mode = (enum mode)(take(input) % MODE_COUNT);
    asked.follow_version = switches & 1;
    asked.electing = switches & 2 ? ELECTING_ANY : ELECTING_GENERAL;
    asked.transition = switches & 4 ? TRANSITION_DEFER : TRANSITION_COMPLETE;
    asked.takeover_burst = switches & 8;
    asked.ttl = switches & 16 ? POLICY_WARN : POLICY_DROP;
    asked.unicast = switches & 32 ? POLICY_ACCEPT : POLICY_DROP;
    asked.off_subnet = switches & 64 ? POLICY_ACCEPT : POLICY_DROP;
    asked.backup_stagger = switches & 128 ? 500 * MILLISECONDS : 0;
    asked.robustness = 1 + take(input) % 8;
    asked.query_interval = (5 + take(input)) * SECONDS;
    asked.last_member_query_interval = (1 + take(input) % 40) * DECISECONDS;
    asked.max_groups = 1 + take(input) % 64;
    asked.max_sources = 1 + take16(input) % 1200;
    asked.max_reporters = 1 + take(input) % 6;
    asked.max_queriers = 1 + take(input) % 4;
    if (params_resolve(&asked, &params, complaints) > 0 && params_complaint_is_error(complaints[0]))
        REQUIRE(params_resolve(&(struct params){0}, &params, complaints) > 0);
    else
        return params;
    asked = params_default(PROFILE_DEFAULT);
    params_resolve(&asked, &params, complaints);
    return params;
}

static struct identity take_identity(struct world *world)
{
    uint8_t octet = take(&world->input);
    uint8_t last = octet & 1 ? 10 : (uint8_t)(octet >> 4 & 1 ? 20 : 5);

    return (struct identity){
        .is_up = octet % 8 != 7,
        .mac = {{0x02, 0, 0, 0, 0, octet & 1 ? 10 : last}},
        .own = {address_of(192, 168, 50, last), 24},
        .is_proxy = octet >= 0xf0,
    };
}

static void add_segment(struct world *world, unsigned index)
{
    char name[] = {'s', (char)('0' + index), '\0'};
    struct params params = take_params(world);

    /* Untagged and VLAN 100 of each port. */
    unsigned id = engine_segment_add(world->engine, name, index % PORTS,
                                     index / PORTS ? 100 : VLAN_NONE, &params);
    if (id == ENGINE_NO_SEGMENT)
        return; /* that one is there */
    struct identity identity = take_identity(world);
    engine_link(world->engine, world->now, id, &identity, world->outbox);
    world->groups_before[id % SEGMENTS] = 0;
}

/* ---- what must hold ---- */

static void check_query(struct world *world, const struct query *query)
{
    const struct segment *segment = engine_segment(world->engine, query->segment);
    const struct igmp_query *message = &query->message;
    const struct prefix *ssm = &segment->params.ssm_range;
    uint8_t octets[IGMP_LENGTH_MAX];

    REQUIRE(segment->role != ROLE_DOWN && segment->params.mode != MODE_PASSIVE);
    REQUIRE(segment->role == ROLE_QUERIER || query->reason == QUERY_LAST_MEMBER);
    size_t length = igmp_encode_query(message, octets, sizeof octets);
    REQUIRE(length >= 8);
    REQUIRE(igmp_checksum((struct octets){octets, length}) == 0);
    struct igmp_message read;
    REQUIRE(igmp_decode((struct octets){octets, length}, length, &read) == VERDICT_ACCEPTED);
    REQUIRE(igmp_kind_version(read.kind) == message->version);
    REQUIRE(address_equal(read.group, message->group));
    REQUIRE(read.count == message->source_count);
    for (unsigned i = 1; i < message->source_count; i++)
        REQUIRE(address_compare(message->sources[i - 1], message->sources[i]) < 0);
    if (address_is_none(message->group)) {
        REQUIRE(address_equal(query->envelope.destination, ADDRESS_ALL_HOSTS));
    } else {
        REQUIRE(address_equal(query->envelope.destination, message->group));
        REQUIRE(message->version > 1);
        if (query->reason == QUERY_LAST_MEMBER && message->version == 2) /* */
            REQUIRE(!prefix_contains(*ssm, message->group));
    }
    tell(world, length);
    for (size_t i = 0; i < length; i++)
        tell(world, octets[i]);
}

static void empty_outbox(struct world *world)
{
    struct outbox *outbox = world->outbox;

    REQUIRE(outbox->query_count <= OUTBOX_QUERIES && outbox->event_count <= OUTBOX_EVENTS);
    for (unsigned i = 0; i < outbox->query_count; i++)
        check_query(world, &outbox->query[i]);
    for (unsigned i = 0; i < outbox->event_count; i++) {
        const struct event *event = &outbox->event[i];
        REQUIRE(event->kind < EVENT_KIND_COUNT && event->at <= world->now);
        REQUIRE(engine_segment(world->engine, event->segment) != NULL);
        tell(world, (uint64_t)event->kind << 32 | event->group.ipv4);
        tell(world, (uint64_t)event->at);
    }
    outbox_clear(outbox);
}

static void check_segment(struct world *world, const struct segment *segment)
{
    const struct membership *membership = &segment->membership;
    unsigned *groups_before = &world->groups_before[segment->id % SEGMENTS];
    const char *problem = membership_problem(membership, world->now);

    if (problem)
        fprintf(stderr, "%s: %s\n", segment->name, problem);
    REQUIRE(!problem);
    /* A full table takes nobody in; one that was made smaller may be over its limit meanwhile. */
    REQUIRE(membership->group_count <= membership->max_groups ||
            membership->group_count <= *groups_before);
    *groups_before = membership->group_count;
    REQUIRE(segment->querier_count <= segment->params.max_queriers);
    switch (segment->role) {
    case ROLE_DOWN:
        REQUIRE(segment_deadline(segment) == INSTANT_NEVER && membership->group_count == 0);
        break;
    case ROLE_QUERIER:
        REQUIRE(segment->next_query != INSTANT_NEVER && segment->params.mode != MODE_PASSIVE);
        break;
    case ROLE_NON_QUERIER:
        REQUIRE(segment->params.mode == MODE_PASSIVE || segment->other_expires != INSTANT_NEVER);
        break;
    case ROLE_COUNT: REQUIRE(false);
    }
}

static void check_engine(struct world *world)
{
    instant first = INSTANT_NEVER;

    for (unsigned i = 0; i < engine_segment_count(world->engine); i++) {
        const struct segment *segment = engine_segment(world->engine, i);
        if (!segment)
            continue;
        check_segment(world, segment);
        first = instant_earlier(first, segment_deadline(segment));
    }
    REQUIRE(engine_deadline(world->engine) == first);
}

/* ---- what happens ---- */

/** Time goes on until `end`, and all that is due gets done, each at its time. */
static void pass_time(struct world *world, instant end)
{
    unsigned turns = 0;
    instant due;

    while ((due = engine_deadline(world->engine)) <= end) {
        turns = due > world->now ? 0 : turns + 1;
        REQUIRE(turns < TURNS_MAX);
        if (due > world->now)
            world->now = due;
        engine_tick(world->engine, world->now, world->outbox);
        empty_outbox(world);
    }
    world->now = end;
}

/** The frame as a block of exactly its size, so that a sanitizer sees a read behind it. */
static void hear(struct world *world, unsigned port, enum link_type link, const uint8_t *frame,
                 size_t length, size_t wire_length)
{
    uint8_t *copy = wire_copy(frame, length);
    struct received received;

    enum verdict verdict =
        engine_frame(world->engine, world->now, port, link, (struct octets){copy, length},
                     wire_length, &received, world->outbox);
    REQUIRE(verdict < VERDICT_COUNT && received.verdict == verdict);
    tell(world, verdict);
    free(copy);
    empty_outbox(world);
}

static void hear_anything(struct world *world)
{
    struct input *input = &world->input;
    uint8_t frame[FRAME_SIZE];
    enum link_type link = (enum link_type)(take(input) % LINK_TYPE_COUNT);
    unsigned how = take16(input);
    size_t length = how % 256;

    for (size_t i = 0; i < length; i++)
        frame[i] = take(input);
    if (how & 0x8000) /* past the checksums, to what is behind them */
        seal_frame(link, frame, length);
    hear(world, take(input) % (PORTS + 1), link, frame, length, length + take(input) % 4);
}

/** Ethernet and IPv4 around an IGMP message; `odd` bends one thing of it. */
static void hear_igmp(struct world *world, struct address source, struct address destination,
                      const uint8_t *igmp, size_t length)
{
    uint8_t port = take(&world->input), odd = take(&world->input), frame[FRAME_SIZE];
    bool is_tagged = port & 2;
    struct mac to = mac_of_group(destination);
    size_t at = 12;

    memcpy(frame, to.octet, 6);
    memcpy(frame + 6, (const uint8_t[]){0x02, 0, 0, 0, 0}, 5);
    frame[11] = (uint8_t)(source.ipv4 + (odd == 1));
    if (is_tagged) {
        wire_put_be16(frame + at, 0x8100);
        wire_put_be16(frame + at + 2, odd == 2 ? 0 : 100);
        at += 4;
    }
    wire_put_be16(frame + at, 0x0800);
    uint8_t *ip = frame + at + 2;
    size_t header = odd == 3 ? 20 : 24;
    memset(ip, 0, header);
    ip[0] = (uint8_t)(0x40 | header / 4);
    ip[1] = odd == 4 ? 0 : 0xc0;
    wire_put_be16(ip + 2, (unsigned)(header + length));
    ip[6] = odd == 5 ? 0x20 : 0x40;
    ip[8] = odd == 6 ? 64 : 1;
    ip[9] = 2;
    wire_put_be16(ip + 12, source.ipv4 >> 16);
    wire_put_be16(ip + 14, source.ipv4 & 0xffff);
    wire_put_be16(ip + 16, destination.ipv4 >> 16);
    wire_put_be16(ip + 18, destination.ipv4 & 0xffff);
    if (header == 24)
        memcpy(ip + 20, (const uint8_t[]){0x94, 0x04, 0x00, 0x00}, 4);
    wire_seal_ip(ip);
    memcpy(ip + header, igmp, length);
    at += 2 + header + length;
    hear(world, port % PORTS, LINK_ETHERNET, frame, odd == 7 ? at / 2 : at, at);
}

static void hear_older(struct world *world)
{
    static const uint8_t types[] = {IGMP_TYPE_V2_REPORT, IGMP_TYPE_V2_LEAVE, IGMP_TYPE_V1_REPORT,
                                    IGMP_TYPE_QUERY};
    uint8_t igmp[8] = {types[take(&world->input) % 4], 0};
    struct address host = take_host(world), group = take_group(world), to = group;

    if (igmp[0] == IGMP_TYPE_V2_LEAVE)
        to = ADDRESS_ALL_ROUTERS;
    if (igmp[0] == IGMP_TYPE_QUERY) {
        igmp[1] = take(&world->input);
        if (igmp[1] % 2)
            group = ADDRESS_NONE;
        to = address_is_none(group) ? ADDRESS_ALL_HOSTS : group;
    }
    wire_put_be16(igmp + 4, group.ipv4 >> 16);
    wire_put_be16(igmp + 6, group.ipv4 & 0xffff);
    wire_seal_igmp(igmp, sizeof igmp);
    hear_igmp(world, host, to, igmp, sizeof igmp);
}

/** A list of sources: few of a dozen, or a run of up to 350 others. */
static unsigned take_sources(struct world *world, struct address *list)
{
    uint8_t how = take(&world->input);
    unsigned count = how & 0x80 ? how % 0x80u * 3 % 351 : how % 8u;

    for (unsigned i = 0; i < count; i++) {
        uint8_t last = how & 0x80 ? (uint8_t)i : (uint8_t)(take(&world->input) % 12);
        list[i] = address_of(10, how & 0x80, (uint8_t)(i >> 8), last);
    }
    return count;
}

static void hear_record(struct world *world)
{
    struct address sources[IGMP_SOURCES_MAX];
    struct igmp_record_spec record = {.type = take(&world->input) % 8, .sources = sources};
    uint8_t igmp[IGMP_LENGTH_MAX];

    record.group = take_group(world);
    record.source_count = take_sources(world, sources);
    size_t length = igmp_encode_v3_report(&record, 1, igmp, sizeof igmp);
    REQUIRE(length > 0);
    struct address host = take_host(world);
    hear_igmp(world, host, ADDRESS_IGMPV3, igmp, length);
}

static void hear_v3_query(struct world *world)
{
    uint8_t igmp[IGMP_LENGTH_MAX], flags = take(&world->input);
    struct igmp_query query = {.version = 3,
                               .max_response = take(&world->input) * DECISECONDS,
                               .suppress = flags & 8,
                               .robustness = flags & 7,
                               .query_interval = take(&world->input) * SECONDS};

    if (flags & 16) {
        query.group = take_group(world);
        query.source_count = take_sources(world, query.sources);
    }
    size_t length = igmp_encode_query(&query, igmp, sizeof igmp);
    if (length == 0)
        return; /* no such query */
    struct address host = take_host(world);
    hear_igmp(world, host, address_is_none(query.group) ? ADDRESS_ALL_HOSTS : query.group, igmp,
              length);
}

static void happen(struct world *world)
{
    struct input *input = &world->input;
    uint8_t what = take(input);
    unsigned segment = what / 16 % SEGMENTS;
    struct identity identity;
    struct params params;

    switch (what % 16) {
    case 0: pass_time(world, world->now + take16(input) % 4096 * DECISECONDS); break;
    case 1: pass_time(world, world->now + take16(input) * 50); break;
    case 2: hear_anything(world); break;
    case 3:
        identity = take_identity(world);
        engine_link(world->engine, world->now, segment, &identity, world->outbox);
        break;
    case 4:
        params = take_params(world);
        engine_configure(world->engine, world->now, segment, &params, world->outbox);
        break;
    case 5:
        engine_query_now(world->engine, world->now, segment, take_group(world), world->outbox);
        break;
    case 6: engine_sees_own(world->engine, segment, what & 64); break;
    case 7:
        if (what >= 0xf0)
            engine_segment_remove(world->engine, take(input) % SEGMENTS);
        add_segment(world, segment);
        break;
    case 8: hear_v3_query(world); break;
    case 9:
    case 10:
    case 11: hear_older(world); break;
    case 12: /* time within the checking of members */
        pass_time(world, world->now + take(input) * DECISECONDS / 4);
        break;
    case 13:
    case 14:
    case 15: hear_record(world); break;
    }
    empty_outbox(world);
}

/** Once in a while all that is known runs out; it takes many queries, and so most of the time. */
static duration afterwards(const uint8_t *data, size_t size)
{
    return size > 0 && data[size - 1] % 8 == 0 ? 600 * SECONDS : 20 * SECONDS;
}

static uint64_t run(const uint8_t *data, size_t size)
{
    static struct outbox outbox; /* 30 KB, not to be cleared each time */
    struct world world = {.input = {data, size, 0}, .engine = engine_create(size)};

    outbox_clear(&outbox);
    world.outbox = &outbox;
    REQUIRE(world.engine);
    unsigned segments = 1 + take(&world.input) % SEGMENTS;
    for (unsigned i = 0; i < segments; i++)
        add_segment(&world, i);
    empty_outbox(&world);
    while (world.input.at < size) {
        happen(&world);
        check_engine(&world);
    }
    pass_time(&world, world.now + afterwards(data, size));
    check_engine(&world);
    engine_destroy(world.engine);
    return world.story;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t story = run(data, size);
    /* The same input gives the same output, always: tried for some, it takes twice the time. */
    if (size > 0 && data[size - 1] % 16 < 2)
        REQUIRE(run(data, size) == story);
    return 0;
}
