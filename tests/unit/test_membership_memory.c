/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of the core without memory: every allocation fails once, and all from one on. A report
 * is then refused and counted like one that finds a full table; what was there stays, nothing
 * leaks, and when there is memory again all is as if nothing had been.
 */
#include "failing_memory.h"
#include "member.h"

#include <stdlib.h>

/* ---- the scene: 200 hosts, each with a group and some with sources: enough for the hash tables to
 * grow ---- */

enum { HOSTS = 200 };

static size_t make_frame(unsigned host, uint8_t *frame)
{
    uint8_t igmp[128];
    struct address sources[8];
    struct outside outside =
        fixture_outside(address_of(192, 168, 50, (uint8_t)(20 + host % 200)), ADDRESS_IGMPV3);
    struct igmp_record_spec record = {.type = host % 3 ? IGMP_RECORD_ALLOW : IGMP_RECORD_TO_EX,
                                      .group = member_group(host),
                                      .sources = sources,
                                      .source_count = host % 8};

    for (unsigned i = 0; i < 8; i++)
        sources[i] = member_source(8 - i); /* falling: to be sorted */
    if (record.type == IGMP_RECORD_ALLOW && record.source_count == 0)
        record.source_count = 8;
    outside.source_mac.octet[4] = (uint8_t)(host / 200 + 1);
    size_t length = igmp_encode_v3_report(&record, 1, igmp, sizeof igmp);
    assert_true(length > 0);
    return fixture_make_frame(&outside, igmp, length, frame);
}

static unsigned expected_sources(unsigned host)
{
    return host % 3 && host % 8 == 0 ? 8 : host % 8;
}

static uint64_t refusals(const struct fixture *f)
{
    const struct membership_refused *refused = &member_table(f)->refused;
    return refused->groups + refused->sources + refused->reporters;
}

/** As fixture_hear(), but memory may fail in the core and only there; whether it did. That is
 * always counted, and a report is refused for it unless only its reporter is not remembered. */
static bool hear_armed(struct fixture *f, unsigned host, long *left, bool for_ever)
{
    uint8_t frame[FIXTURE_FRAME_MAX];
    size_t length = make_frame(host, frame);
    uint64_t refused_before = refusals(f), reporters_before = member_table(f)->refused.reporters;

    memory_arm(*left, for_ever);
    enum verdict verdict = engine_frame(f->engine, f->now, FIXTURE_PORT, LINK_ETHERNET,
                                        (struct octets){frame, length}, length, NULL, f->outbox);
    unsigned failed = memory_failures();
    *left = memory_left();
    memory_arm(-1, false);
    outbox_clear(f->outbox);
    uint64_t refused = refusals(f) - refused_before;
    bool is_refused = refused > member_table(f)->refused.reporters - reporters_before;
    EXPECT_VERDICT(verdict, is_refused ? VERDICT_TABLE_FULL : VERDICT_ACCEPTED);
    assert_int_equal(failed > 0, refused > 0);
    return failed > 0;
}

static void check_order(const struct fixture *f)
{
    const char *problem = membership_problem(member_table(f), f->now);
    if (problem)
        fail_msg("%s", problem);
}

/** Everyone reports once more, with memory: all are there, with all their sources. */
static void check_recovery(struct fixture *f)
{
    long never = -1;

    for (unsigned host = 0; host < HOSTS; host++)
        hear_armed(f, host, &never, false);
    check_order(f);
    assert_int_equal(member_table(f)->group_count, HOSTS);
    assert_int_equal(member_table(f)->reporter_count, HOSTS);
    assert_true(member_table(f)->groups->hh.tbl->num_buckets > HASH_INITIAL_NUM_BUCKETS);
    for (unsigned host = 0; host < HOSTS; host++) {
        const struct group *group = membership_group(member_table(f), member_group(host));
        assert_non_null(group);
        assert_int_equal(group->source_count, expected_sources(host));
    }
}

/** Allocation number `nth` fails; false when there were not so many. */
static bool run_with_failure(long nth, bool for_ever)
{
    long live_before = memory_live(), left = nth;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    unsigned refused = 0;

    for (unsigned host = 0; host < HOSTS; host++) {
        unsigned groups = member_table(f)->group_count;
        bool has_failed = hear_armed(f, host, &left, for_ever);
        assert_true(member_table(f)->group_count >= groups); /* nobody loses a place */
        if (has_failed) {
            refused++;
            check_order(f);
        }
    }
    assert_int_equal(refused > 0, refusals(f) > 0);
    if (refused > 0)
        check_recovery(f);
    fixture_run_until(f, AT_S(3)); /* joins are told */
    fixture_link_down(f, AT_S(4));
    assert_int_equal(member_table(f)->group_count, 0);
    assert_int_equal(member_table(f)->source_budget, 16384);
    fixture_free(f);
    assert_int_equal(memory_live(), live_before);
    return refused > 0;
}

static void test_one_allocation_fails_q101(void **state)
{
    long nth = 0;

    (void)state;
    while (run_with_failure(nth, false))
        nth++;
    assert_true(nth > 2 * HOSTS); /* at least a group and a reporter each */
}

static void test_all_allocations_fail_from_one_on_q101(void **state)
{
    (void)state;
    assert_true(run_with_failure(0, true));
    for (long nth = 1; run_with_failure(nth, true); nth += 7)
        continue;
}

/* Timers and queries need no memory: members that are there are asked about and expire. */
static void test_leaves_without_memory_q101(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    uint8_t frame[FIXTURE_FRAME_MAX], igmp[8];
    struct outside outside = fixture_outside(FIXTURE_H1, ADDRESS_ALL_ROUTERS);

    member_report(f, AT_S(10), FIXTURE_H1);
    fixture_run_until(f, AT_S(20));
    igmp_encode_report(IGMP_KIND_V2_LEAVE, FIXTURE_G, igmp, sizeof igmp);
    size_t length = fixture_make_frame(&outside, igmp, sizeof igmp, frame);
    memory_arm(0, true);
    enum verdict verdict = engine_frame(f->engine, f->now, FIXTURE_PORT, LINK_ETHERNET,
                                        (struct octets){frame, length}, length, NULL, f->outbox);
    engine_tick(f->engine, AT_S(20), f->outbox);
    engine_tick(f->engine, AT_S(21), f->outbox);
    engine_tick(f->engine, AT_S(22), f->outbox);
    unsigned failed = memory_failures();
    memory_arm(-1, false);
    EXPECT_VERDICT(verdict, VERDICT_ACCEPTED);
    assert_int_equal(failed, 0);
    assert_int_equal(f->outbox->query_count, 2);
    assert_null(member_find(f, FIXTURE_G));
    outbox_clear(f->outbox);
    fixture_free(f);
}

static void test_engine_without_memory(void **state)
{
    struct params params = params_default(PROFILE_DEFAULT);
    bool is_done = false;

    (void)state;
    params = fixture_resolve(&params);
    for (long nth = 0; !is_done; nth++) {
        long live_before = memory_live();
        memory_arm(nth, false);
        struct engine *engine = engine_create(1);
        unsigned added = 0;
        for (unsigned port = 0; engine && port < 12; port++)
            added +=
                engine_segment_add(engine, "if", port, VLAN_NONE, &params) != ENGINE_NO_SEGMENT;
        is_done = memory_failures() == 0;
        memory_arm(-1, false);
        if (engine) /* one failure costs at most one segment, and the next can be added */
            assert_within(added, is_done ? 12 : 11, 12);
        engine_destroy(engine);
        assert_int_equal(memory_live(), live_before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_allocation_fails_q101),
        cmocka_unit_test(test_all_allocations_fail_from_one_on_q101),
        cmocka_unit_test(test_leaves_without_memory_q101),
        cmocka_unit_test(test_engine_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
