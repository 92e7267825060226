/* SPDX-License-Identifier: MIT */
/* The border: which segment a frame is for, in which order deadlines are met, and what a full
 * outbox does. */
#include "fixture.h"

#include <stdlib.h>

#include "wire.h"

struct world {
    struct engine *engine;
    struct outbox *outbox;
    struct params params;
};

static struct world world_make(void)
{
    struct params asked = fixture_c2();
    struct world world = {.engine = engine_create(1),
                          .outbox = calloc(1, sizeof *world.outbox),
                          .params = fixture_resolve(&asked)};
    assert_non_null(world.engine);
    assert_non_null(world.outbox);
    return world;
}

static void world_free(struct world *world)
{
    engine_destroy(world->engine);
    free(world->outbox);
}

static unsigned add(struct world *world, unsigned port, uint16_t vlan)
{
    return engine_segment_add(world->engine, "if", port, vlan, &world->params);
}

static void up(struct world *world, instant at, unsigned segment)
{
    struct identity identity = {
        .is_up = true, .mac = fixture_mac(FIXTURE_OWN), .own = {FIXTURE_OWN, 24}};
    engine_link(world->engine, at, segment, &identity, world->outbox);
    world->outbox->event_count = 0;
}

static enum verdict hear(struct world *world, instant at, unsigned port, uint16_t vlan,
                         struct received *received)
{
    struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    struct igmp_query query = fixture_general(2);
    uint8_t igmp[8], frame[FIXTURE_FRAME_MAX];

    outside.is_tagged = vlan != VLAN_NONE;
    outside.vlan = vlan;
    igmp_encode_query(&query, igmp, sizeof igmp);
    size_t length = fixture_make_frame(&outside, igmp, sizeof igmp, frame);
    enum verdict verdict =
        engine_frame(world->engine, at, port, LINK_ETHERNET, (struct octets){frame, length}, length,
                     received, world->outbox);
    outbox_clear(world->outbox);
    return verdict;
}

static enum role role_of(const struct world *world, unsigned segment)
{
    return engine_segment(world->engine, segment)->role;
}

static void test_empty(void **state)
{
    (void)state;
    struct world world = world_make();
    assert_int_equal(engine_deadline(world.engine), INSTANT_NEVER);
    assert_int_equal(engine_segment_count(world.engine), 0);
    assert_null(engine_segment(world.engine, 0));
    assert_int_equal(engine_segment_find(world.engine, 0, VLAN_NONE), ENGINE_NO_SEGMENT);
    engine_tick(world.engine, AT_S(1), world.outbox);
    engine_segment_remove(world.engine, 0);
    engine_link(world.engine, 0, 0, &(struct identity){.is_up = true}, world.outbox);
    engine_configure(world.engine, 0, 0, &world.params, world.outbox);
    engine_sees_own(world.engine, 0, false);
    struct received received;
    EXPECT_VERDICT(hear(&world, 0, 3, VLAN_NONE, &received), VERDICT_ACCEPTED);
    assert_int_equal(received.segment, ENGINE_NO_SEGMENT);
    assert_int_equal(engine_stray(world.engine, 3, VERDICT_ACCEPTED), 0); /* no such port */
    assert_int_equal(world.outbox->query_count + world.outbox->event_count, 0);
    world_free(&world);
    engine_destroy(NULL);
}

/* What cannot be added is not, and changes nothing. */
static void test_add_refused(void **state)
{
    (void)state;
    struct world world = world_make();
    assert_int_equal(add(&world, 5, 10), 0);
    assert_int_equal(add(&world, 5, 10), ENGINE_NO_SEGMENT);
    assert_int_equal(add(&world, 5, 4095), ENGINE_NO_SEGMENT);
    assert_int_equal(add(&world, 5, 4096), ENGINE_NO_SEGMENT);
    assert_int_equal(add(&world, UINT32_MAX, 0), ENGINE_NO_SEGMENT);
    assert_int_equal(
        engine_segment_add(world.engine, "a-name-of-twenty-four-le", 6, 0, &world.params),
        ENGINE_NO_SEGMENT);
    assert_int_equal(engine_segment_count(world.engine), 1);
    assert_int_equal(
        engine_segment_add(world.engine, "a-name-of-twenty-three-", 6, 0, &world.params), 1);
    assert_string_equal(engine_segment(world.engine, 1)->name, "a-name-of-twenty-three-");
    assert_int_equal(engine_segment_find(world.engine, 5, 10), 0);
    assert_int_equal(engine_segment_find(world.engine, 6, VLAN_NONE), 1);
    /* Port 4 with VLAN 4106 would be port 5 with VLAN 10 if the two ran into each other. */
    assert_int_equal(engine_segment_find(world.engine, 4, 4106), ENGINE_NO_SEGMENT);
    assert_int_equal(engine_segment_find(world.engine, 5 + (1u << 20), 10), ENGINE_NO_SEGMENT);
    world_free(&world);
}

/* a tagged frame is for the segment of that VLAN alone, an untagged one for the untagged;
 * what is for none is counted. */
static void test_q124_vlans(void **state)
{
    (void)state;
    struct world world = world_make();
    unsigned untagged = add(&world, 2, VLAN_NONE);
    unsigned hundred = add(&world, 2, 100);
    unsigned two_hundred = add(&world, 2, 200);
    unsigned other_port = add(&world, 3, 100);
    for (unsigned i = 0; i < 4; i++)
        up(&world, 0, i);
    struct received received;

    EXPECT_VERDICT(hear(&world, AT_S(1), 2, 100, &received), VERDICT_ACCEPTED);
    assert_int_equal(received.segment, hundred);
    assert_int_equal(role_of(&world, hundred), ROLE_NON_QUERIER);
    assert_int_equal(role_of(&world, two_hundred), ROLE_QUERIER);
    assert_int_equal(role_of(&world, untagged), ROLE_QUERIER);
    assert_int_equal(role_of(&world, other_port), ROLE_QUERIER);

    EXPECT_VERDICT(hear(&world, AT_S(1), 2, VLAN_NONE, &received), VERDICT_ACCEPTED);
    assert_int_equal(received.segment, untagged);
    assert_int_equal(role_of(&world, untagged), ROLE_NON_QUERIER);
    assert_int_equal(role_of(&world, two_hundred), ROLE_QUERIER);

    EXPECT_VERDICT(hear(&world, AT_S(1), 2, 300, &received), VERDICT_WRONG_VLAN);
    assert_int_equal(received.segment, ENGINE_NO_SEGMENT);
    assert_int_equal(received.verdict, VERDICT_WRONG_VLAN);
    EXPECT_VERDICT(hear(&world, AT_S(1), 2, 300, NULL), VERDICT_WRONG_VLAN);
    EXPECT_VERDICT(hear(&world, AT_S(1), 3, VLAN_NONE, &received), VERDICT_ACCEPTED);
    assert_int_equal(received.segment, ENGINE_NO_SEGMENT);
    assert_int_equal(engine_stray(world.engine, 2, VERDICT_WRONG_VLAN), 2);
    assert_int_equal(engine_stray(world.engine, 3, VERDICT_ACCEPTED), 1);
    assert_int_equal(engine_stray(world.engine, 3, VERDICT_WRONG_VLAN), 0);
    world_free(&world);
}

/* what goes out on a VLAN is tagged with it, and its priority. */
static void test_q125_tagged_queries(void **state)
{
    (void)state;
    struct world world = world_make();
    world.params.priority = 5;
    add(&world, 2, 100);
    up(&world, 0, 0);
    engine_tick(world.engine, 0, world.outbox);
    assert_int_equal(world.outbox->query_count, 1);
    const struct envelope *envelope = &world.outbox->query[0].envelope;
    assert_true(envelope->is_tagged);
    assert_int_equal(envelope->vlan, 100);
    assert_int_equal(envelope->priority, 5);
    world_free(&world);
}

/* behind a provider's outer tag is another network, whatever the inner tag says. */
static void test_q128_two_tags(void **state)
{
    (void)state;
    struct world world = world_make();
    add(&world, 2, 100);
    add(&world, 2, VLAN_NONE);
    up(&world, 0, 0);
    up(&world, 0, 1);
    for (unsigned inner = 0; inner <= 100; inner += 100) {
        struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
        struct igmp_query query = fixture_general(2);
        uint8_t igmp[8], frame[FIXTURE_FRAME_MAX];
        outside.is_tagged = true;
        outside.vlan = (uint16_t)inner;
        igmp_encode_query(&query, igmp, sizeof igmp);
        size_t length = fixture_make_frame(&outside, igmp, sizeof igmp, frame);
        memmove(frame + 16, frame + 12, length - 12);
        memcpy(frame + 12, (const uint8_t[]){0x88, 0xa8, 0x00, 0xc8}, 4); /* VLAN 200 */
        struct received received;
        EXPECT_VERDICT(engine_frame(world.engine, AT_S(1), 2, LINK_ETHERNET,
                                    (struct octets){frame, length + 4}, length + 4, &received,
                                    world.outbox),
                       VERDICT_WRONG_VLAN);
        assert_int_equal(received.segment, ENGINE_NO_SEGMENT);
        assert_int_equal(role_of(&world, 0), ROLE_QUERIER);
        assert_int_equal(role_of(&world, 1), ROLE_QUERIER);

        memcpy(frame + 14, (const uint8_t[]){0xc0, 0x00}, 2); /* a priority tag is none */
        engine_frame(world.engine, AT_S(1), 2, LINK_ETHERNET, (struct octets){frame, length + 4},
                     length + 4, &received, world.outbox);
        EXPECT_VERDICT(received.verdict, VERDICT_ACCEPTED);
        assert_int_equal(received.segment, inner == 100 ? 0 : 1);
        up(&world, AT_S(2), 0);
        outbox_clear(world.outbox);
        engine_segment_remove(world.engine, 0);
        engine_segment_remove(world.engine, 1);
        add(&world, 2, 100);
        add(&world, 2, VLAN_NONE);
        up(&world, AT_S(2), 0);
        up(&world, AT_S(2), 1);
    }
    world_free(&world);
}

/* a segment made for exactly these two tags hears them, and neither of its neighbours'. */
static void test_q128_inner(void **state)
{
    (void)state;
    struct world world = world_make();
    unsigned single = add(&world, 2, 100);
    unsigned inner =
        engine_segment_add_inner(world.engine, "if/200.100", 2, 200, 100, &world.params);
    assert_int_equal(inner, 1);
    assert_int_equal(engine_segment_add_inner(world.engine, "if", 2, 200, 100, &world.params),
                     ENGINE_NO_SEGMENT);
    assert_int_equal(engine_segment_add_inner(world.engine, "if", 2, 4095, 100, &world.params),
                     ENGINE_NO_SEGMENT);
    assert_int_equal(engine_segment_find(world.engine, 2, 100), single);
    up(&world, 0, single);
    up(&world, 0, inner);
    struct received received;
    hear(&world, AT_S(1), 2, 100, &received);
    assert_int_equal(received.segment, single);
    assert_int_equal(role_of(&world, inner), ROLE_QUERIER);
    engine_segment_remove(world.engine, inner);
    assert_int_equal(engine_segment_find(world.engine, 2, 100), single);
    world_free(&world);
}

/* what is due at the same time is done in the order of port and VLAN, however it was added.
 */
static void test_q150_order(void **state)
{
    (void)state;
    static const struct {
        unsigned port;
        uint16_t vlan;
    } added[] = {{7, 20}, {1, VLAN_NONE}, {7, VLAN_NONE}, {0, 4094}, {7, 10}, {1, 5}};
    static const unsigned expected[] = {3, 1, 5, 2, 4, 0};
    struct world world = world_make();

    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(add(&world, added[i].port, added[i].vlan), i);
        up(&world, 0, i);
    }
    for (unsigned round = 0; round < 3; round++) {
        engine_tick(world.engine, engine_deadline(world.engine), world.outbox);
        assert_int_equal(world.outbox->query_count, 6);
        for (unsigned i = 0; i < 6; i++)
            assert_int_equal(world.outbox->query[i].segment, expected[i]);
        outbox_clear(world.outbox);
    }
    world_free(&world);
}

/* A full outbox ends the call with the deadline still due; nothing is lost, nothing comes twice. */
static void test_outbox_full(void **state)
{
    (void)state;
    enum { SEGMENTS = 100 };
    struct world world = world_make();
    unsigned times[SEGMENTS] = {0}, calls = 0;

    for (unsigned i = 0; i < SEGMENTS; i++) {
        add(&world, i, VLAN_NONE);
        up(&world, 0, i);
    }
    while (engine_deadline(world.engine) <= 0) {
        engine_tick(world.engine, 0, world.outbox);
        assert_within(world.outbox->query_count, 1, OUTBOX_QUERIES);
        assert_within(world.outbox->event_count, 1, OUTBOX_EVENTS);
        for (unsigned i = 0; i < world.outbox->query_count; i++)
            times[world.outbox->query[i].segment]++;
        calls++;
        unsigned queries = world.outbox->query_count;
        engine_tick(world.engine, 0, world.outbox); /* not emptied: nothing more goes in */
        if (queries == OUTBOX_QUERIES)
            assert_int_equal(world.outbox->query_count, queries);
        outbox_clear(world.outbox);
    }
    assert_true(calls >= SEGMENTS / OUTBOX_QUERIES);
    for (unsigned i = 0; i < SEGMENTS; i++)
        assert_int_equal(times[i], 1);
    assert_int_equal(engine_deadline(world.engine), AT_MS(31250));
    world_free(&world);
}

/* The same for one segment: takeover, general query and many specific ones due at once. */
static void test_outbox_full_in_one_segment(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    unsigned queries = 0, calls = 0;

    for (unsigned i = 0; i < 250; i++)
        fixture_hear_report(f, AT_S(1), FIXTURE_H1, IGMP_KIND_V2_REPORT,
                            address_of(239, 1, 0, (uint8_t)i));
    fixture_run_until(f, AT_S(2));
    fixture_advance(f, AT_S(3));
    for (unsigned i = 0; i < 250; i++)
        fixture_hear_report(f, AT_S(3), FIXTURE_H1, IGMP_KIND_V2_LEAVE,
                            address_of(239, 1, 0, (uint8_t)i));
    while (engine_deadline(f->engine) <= AT_S(3)) {
        engine_tick(f->engine, AT_S(3), f->outbox);
        assert_within(f->outbox->query_count, 1, OUTBOX_QUERIES);
        queries += f->outbox->query_count;
        outbox_clear(f->outbox);
        calls++;
    }
    assert_int_equal(queries, 250);
    assert_true(calls >= 250 / OUTBOX_QUERIES);
    fixture_free(f);
}

/* An outbox without room for one more step is left alone. */
static void test_outbox_without_room(void **state)
{
    (void)state;
    struct world world = world_make();
    add(&world, 0, VLAN_NONE);
    up(&world, 0, 0);
    world.outbox->event_count = OUTBOX_EVENTS - OUTBOX_STEP_EVENTS + 1;
    engine_tick(world.engine, 0, world.outbox);
    assert_int_equal(world.outbox->query_count, 0);
    assert_int_equal(engine_deadline(world.engine), 0);
    world.outbox->event_count = OUTBOX_EVENTS - OUTBOX_STEP_EVENTS;
    engine_tick(world.engine, 0, world.outbox);
    assert_int_equal(world.outbox->query_count, 1);
    world_free(&world);
}

/* A removed segment is gone with its deadline, and its number is given again. */
static void test_remove_and_reuse(void **state)
{
    (void)state;
    struct world world = world_make();
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(add(&world, i, VLAN_NONE), i);
        up(&world, 0, i);
    }
    engine_segment_remove(world.engine, 2);
    engine_segment_remove(world.engine, 2);
    engine_segment_remove(world.engine, 77);
    assert_null(engine_segment(world.engine, 2));
    assert_int_equal(engine_segment_count(world.engine), 5);
    assert_int_equal(engine_segment_find(world.engine, 2, VLAN_NONE), ENGINE_NO_SEGMENT);
    engine_tick(world.engine, 0, world.outbox);
    assert_int_equal(world.outbox->query_count, 4);
    outbox_clear(world.outbox);
    struct received received;
    hear(&world, AT_S(1), 2, VLAN_NONE, &received);
    assert_int_equal(received.segment, ENGINE_NO_SEGMENT);

    assert_int_equal(add(&world, 9, 9), 2); /* the hole */
    assert_int_equal(engine_segment(world.engine, 2)->id, 2);
    assert_int_equal(engine_segment(world.engine, 2)->counters.general_sent, 0);
    assert_int_equal(add(&world, 2, VLAN_NONE), 5);
    assert_int_equal(engine_segment_count(world.engine), 6);
    for (unsigned i = 0; i < 6; i++)
        engine_segment_remove(world.engine, i);
    assert_int_equal(engine_deadline(world.engine), INSTANT_NEVER);
    assert_int_equal(add(&world, 1, 1), 0);
    world_free(&world);
}

/* Thousands of segments: every VLAN of a port, each its own instance, each at its time. */
static void test_thousands(void **state)
{
    (void)state;
    struct world world = world_make();
    static unsigned times[VLAN_MAX + 1];
    unsigned total = 0;

    memset(times, 0, sizeof times);
    for (unsigned vlan = 0; vlan <= VLAN_MAX; vlan++) {
        assert_int_equal(add(&world, 0, (uint16_t)vlan), vlan);
        up(&world, AT_MS(vlan), vlan);
    }
    for (unsigned vlan = 0; vlan <= VLAN_MAX; vlan += 2) /* every other one is not the lowest */
        EXPECT_VERDICT(hear(&world, AT_S(5), 0, (uint16_t)vlan, NULL), VERDICT_ACCEPTED);
    instant now;
    while ((now = engine_deadline(world.engine)) < AT_S(200)) {
        now = now < AT_S(5) ? AT_S(5) : now;
        engine_tick(world.engine, now, world.outbox);
        for (unsigned i = 0; i < world.outbox->query_count; i++) {
            times[world.outbox->query[i].segment]++;
            assert_int_equal(world.outbox->query[i].envelope.vlan, world.outbox->query[i].segment);
            total++;
        }
        outbox_clear(world.outbox);
    }
    for (unsigned vlan = 0; vlan <= VLAN_MAX; vlan++)
        assert_int_equal(times[vlan], vlan % 2 ? 3 : 0); /* 5, 36.25, 161.25 */
    assert_int_equal(total, 3 * (VLAN_MAX / 2));
    world_free(&world);
}

/* Members that answer are no reason to wake: an hour of forty groups and a source has one wakeup
 * for each query, and at its end each is given up at its own time. */
static void test_wakes_for_queries_alone(void **state)
{
    (void)state;
    struct params c60 = fixture_c60();
    struct fixture *f = fixture_start(&c60);
    const struct address source = address_of(192, 168, 60, 1);
    const struct membership *membership = &fixture_segment(f)->membership;
    unsigned wakes = 0;
    instant asked = 0;

    while (asked < AT_S(3600)) {
        for (unsigned i = 0; i < 40; i++)
            fixture_hear_report(f, asked + AT_MS(100 + 200 * i), FIXTURE_H1, IGMP_KIND_V2_REPORT,
                                address_of(239, 1, 3, (uint8_t)i));
        fixture_hear_record(f, asked + AT_S(9), FIXTURE_H2, IGMP_RECORD_IS_IN, FIXTURE_G, &source,
                            1);
        fixture_run_until(f, asked + AT_S(9)); /* what is due at once: the joined events */
        asked = engine_true_deadline(f->engine);
        fixture_run_until(f, asked);
        wakes++;
    }
    assert_int_equal(f->sent_count, 62); /* 0, 15, 75, ... */
    assert_int_equal(wakes, f->sent_count - 1);
    assert_int_equal(membership->group_count, 41);

    for (instant due; membership->group_count > 0; wakes++) {
        unsigned before = membership->group_count;
        size_t sent = f->sent_count;
        due = engine_true_deadline(f->engine);
        assert_true(due <=
                    asked - AT_S(60) + AT_S(9 + 140)); /* the last that was heard, 140 s on */
        fixture_run_until(f, due);
        assert_int_equal(before - membership->group_count + f->sent_count - sent, 1);
    }
    assert_int_equal(wakes, f->sent_count - 1 + 41);
    fixture_free(f);
}

/* Random octets in, from a repeatable row: nothing but a verdict comes of them. */
static void test_noise(void **state)
{
    (void)state;
    struct world world = world_make();
    uint64_t random = 7;
    add(&world, 0, VLAN_NONE);
    up(&world, 0, 0);
    struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    struct igmp_query query = fixture_general(3);
    uint8_t igmp[12], good[FIXTURE_FRAME_MAX];
    igmp_encode_query(&query, igmp, sizeof igmp);
    size_t length = fixture_make_frame(&outside, igmp, sizeof igmp, good);

    for (unsigned i = 0; i < 50000; i++) {
        size_t kept = i % 3 ? length : wire_random(&random) % length;
        uint8_t *frame = wire_copy(good, kept);
        for (unsigned j = wire_random(&random) % 4; j > 0 && kept > 0; j--)
            frame[wire_random(&random) % kept] = (uint8_t)wire_random(&random);
        struct received received;
        enum verdict verdict =
            engine_frame(world.engine, AT_S(i), 0, LINK_ETHERNET, (struct octets){frame, kept},
                         length, &received, world.outbox);
        assert_within(verdict, 0, VERDICT_COUNT - 1);
        assert_true(outbox_has_room(world.outbox));
        outbox_clear(world.outbox);
        free(frame);
    }
    uint64_t counted = 0;
    for (int i = 0; i < VERDICT_COUNT; i++)
        counted += engine_segment(world.engine, 0)->counters.verdict[i] +
                   engine_stray(world.engine, 0, (enum verdict)i);
    assert_int_equal(counted, 50000); /* each once */
    world_free(&world);
}

/* Names of what comes out: all there, all different. */
static void test_names(void **state)
{
    (void)state;
#define CHECK_NAMES(type, name, count)                                                             \
    for (int i = 0; i < (count); i++)                                                              \
        for (int j = 0; j < i; j++) {                                                              \
            assert_string_not_equal(name((type)i), "?");                                           \
            assert_string_not_equal(name((type)i), name((type)j));                                 \
        }
    CHECK_NAMES(enum query_reason, query_reason_name, QUERY_REASON_COUNT)
    CHECK_NAMES(enum warning, warning_name, WARNING_COUNT)
    CHECK_NAMES(enum event_kind, event_kind_name, EVENT_KIND_COUNT)
    CHECK_NAMES(enum verdict, verdict_name, VERDICT_COUNT)
#undef CHECK_NAMES
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_add_refused),
        cmocka_unit_test(test_q124_vlans),
        cmocka_unit_test(test_q125_tagged_queries),
        cmocka_unit_test(test_q128_two_tags),
        cmocka_unit_test(test_q128_inner),
        cmocka_unit_test(test_q150_order),
        cmocka_unit_test(test_outbox_full),
        cmocka_unit_test(test_outbox_full_in_one_segment),
        cmocka_unit_test(test_outbox_without_room),
        cmocka_unit_test(test_remove_and_reuse),
        cmocka_unit_test(test_thousands),
        cmocka_unit_test(test_wakes_for_queries_alone),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
