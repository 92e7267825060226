/* SPDX-License-Identifier: MIT */
/* Startup, cadence and jitter: section 6 of the conformance list. */
#include "fixture.h"

/* the startup sequences of the list, the program's own and others; the steady interval
 * begins at the last startup query. */
static void test_q85_startup(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(290));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250), AT_MS(281250));
    assert_int_equal(f->sent[0].reason, QUERY_STARTUP);
    assert_int_equal(f->sent[1].reason, QUERY_STARTUP);
    assert_int_equal(f->sent[2].reason, QUERY_PERIODIC);
    fixture_free(f);

    params = fixture_c60();
    f = fixture_start(&params);
    fixture_run_until(f, AT_S(136));
    EXPECT_GENERAL(f, AT_S(0), AT_S(15), AT_S(75), AT_S(135));
    fixture_free(f);

    params.startup_query_count = 3;
    params.startup_query_interval = 5 * SECONDS;
    f = fixture_start(&params);
    fixture_run_until(f, AT_S(131));
    EXPECT_GENERAL(f, AT_S(0), AT_S(5), AT_S(10), AT_S(70), AT_S(130));
    fixture_free(f);

    params.startup_query_count = 1;
    f = fixture_start(&params);
    fixture_run_until(f, AT_S(121));
    EXPECT_GENERAL(f, AT_S(0), AT_S(60), AT_S(120));
    fixture_free(f);
}

/* The burst is numbered for those who read the log. */
static void test_startup_numbers(void **state)
{
    (void)state;
    struct params params = params_default(PROFILE_DEFAULT);
    struct fixture *f = fixture_start(&params);
    unsigned next = 1;

    fixture_run_until(f, AT_S(80));
    for (size_t i = 0; i < f->event_count; i++) {
        const struct event *event = &f->event[i];
        if (event->kind != EVENT_QUERY_SENT)
            continue;
        assert_int_equal(event->reason, next <= 3 ? QUERY_STARTUP : QUERY_PERIODIC);
        assert_int_equal(event->number, next <= 3 ? next : 0);
        assert_int_equal(event->of, next <= 3 ? 3 : 0);
        next++;
    }
    assert_int_equal(next, 5);
    fixture_free(f);
}

/* losing the election during the burst ends the burst. */
static void test_q87_burst_ends(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    fixture_hear_general(f, AT_S(5), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(390));
    EXPECT_GENERAL(f, AT_S(0), AT_S(260), AT_S(385)); /* nor does it go on after the takeover */
    fixture_free(f);
}

static struct params jittered(int percent)
{
    struct params params = fixture_c2();
    params.jitter_percent = percent;
    return params;
}

/* J = 0.1: gaps in [112.5, 125] and of mean 118.75 +- 0.1 over 10^4; all over the range. */
static void test_q89_jitter_range(void **state)
{
    (void)state;
    enum { GAPS = 10000 };
    struct params params = jittered(10);
    struct fixture *f = fixture_start(&params);
    unsigned in_tenth[10] = {0};

    fixture_run_until(f, AT_S(125 * GAPS));
    assert_true(f->sent_count >= GAPS + 2);
    assert_int_equal(f->sent[1].at, AT_MS(31250)); /* the startup interval has none */
    instant first = f->sent[1].at;
    for (size_t i = 2; i < GAPS + 2; i++) {
        duration gap = f->sent[i].at - f->sent[i - 1].at;
        assert_within(gap, AT_MS(112500), AT_S(125));
        in_tenth[(gap - AT_MS(112500)) * 10 / (AT_MS(12500) + 1)]++;
    }
    assert_within((f->sent[GAPS + 1].at - first) / GAPS, AT_MS(118650), AT_MS(118850));
    for (unsigned i = 0; i < 10; i++) /* uniform: 1,000 each, +- 5 sigma */
        assert_within(in_tenth[i], 850, 1150);
    fixture_free(f);
}

/* Q-89 and section 17.1: 25 % by default, of 60 s, and never late. */
static void test_q89_default_jitter(void **state)
{
    (void)state;
    struct params params = params_default(PROFILE_DEFAULT);
    struct fixture *f = fixture_start(&params);
    duration least = INSTANT_NEVER, most = 0;

    fixture_run_until(f, AT_S(60 * 1000));
    for (size_t i = 3; i < f->sent_count; i++) {
        duration gap = f->sent[i].at - f->sent[i - 1].at;
        least = gap < least ? gap : least;
        most = gap > most ? gap : most;
    }
    assert_within(least, AT_S(45), AT_MS(45500));
    assert_within(most, AT_MS(59500), AT_S(60));
    fixture_free(f);
}

/* the same seed gives the same times, another seed others; each segment its own. */
static void test_q89_q149_seed(void **state)
{
    (void)state;
    enum { RUNS = 3, QUERIES = 50 };
    static const uint64_t seed[RUNS] = {1, 1, 2};
    static instant at[RUNS][2][QUERIES];
    struct params params = jittered(25);
    params = fixture_resolve(&params);

    for (unsigned run = 0; run < RUNS; run++) {
        struct engine *engine = engine_create(seed[run]);
        struct outbox *outbox = test_calloc(1, sizeof *outbox);
        unsigned count[2] = {0};
        for (unsigned i = 0; i < 2; i++) {
            struct identity identity = {
                .is_up = true, .mac = fixture_mac(FIXTURE_OWN), .own = {FIXTURE_OWN, 24}};
            unsigned id = engine_segment_add(engine, "if", i, VLAN_NONE, &params);
            assert_int_equal(id, i);
            engine_link(engine, 0, id, &identity, outbox);
        }
        while (count[0] < QUERIES || count[1] < QUERIES) {
            outbox_clear(outbox);
            instant now = engine_deadline(engine);
            engine_tick(engine, now, outbox);
            for (unsigned i = 0; i < outbox->query_count; i++) {
                unsigned segment = outbox->query[i].segment;
                if (count[segment] < QUERIES)
                    at[run][segment][count[segment]++] = now;
            }
        }
        test_free(outbox);
        engine_destroy(engine);
    }
    assert_memory_equal(at[0], at[1], sizeof at[0]);
    assert_memory_not_equal(at[0][0], at[2][0], sizeof at[0][0]);
    assert_memory_not_equal(at[0][0], at[0][1], sizeof at[0][0]);
}

/* neither the takeover nor last member queries have jitter. */
static void test_q89_never_elsewhere(void **state)
{
    (void)state;
    struct params params = jittered(50);
    struct fixture *f = fixture_start(&params);
    fixture_hear_report(f, AT_S(20), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    fixture_hear_report(f, AT_S(25), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    fixture_hear_general(f, AT_S(40), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(300));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(25), AT_S(26));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_S(295));
    fixture_free(f);
}

/* a late tick sends one query, and the next is a whole interval later. */
static void test_q93_no_catching_up(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(160)); /* the next is due at 281.25 */
    engine_tick(f->engine, AT_S(681), f->outbox);
    assert_int_equal(f->outbox->query_count, 1);
    assert_int_equal(engine_deadline(f->engine), AT_S(681 + 125));
    engine_tick(f->engine, AT_S(682), f->outbox);
    assert_int_equal(f->outbox->query_count, 1);
    outbox_clear(f->outbox);
    fixture_free(f);

    f = fixture_start(&params); /* in the burst likewise */
    engine_tick(f->engine, AT_S(400), f->outbox);
    assert_int_equal(f->outbox->query_count, 1);
    assert_int_equal(engine_deadline(f->engine), AT_MS(431250));
    outbox_clear(f->outbox);
    fixture_free(f);
}

/* Small delays do not add up: the cadence is kept, not the distance to the last tick. */
static void test_cadence_does_not_drift(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    for (unsigned i = 0; i < 1000; i++) {
        engine_tick(f->engine, engine_deadline(f->engine) + 7 * MILLISECONDS, f->outbox);
        outbox_clear(f->outbox);
    }
    assert_int_equal(engine_deadline(f->engine), AT_MS(31250) + 999 * AT_S(125));
    fixture_free(f);
}

/* A query at a person's wish leaves the cadence alone. */
static void test_query_now(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    assert_true(fixture_query_now(f, AT_S(40), ADDRESS_NONE));
    assert_int_equal(f->sent[2].reason, QUERY_REQUESTED);
    assert_true(fixture_query_now(f, AT_S(41), FIXTURE_G));
    fixture_run_until(f, AT_S(160));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_S(40), AT_MS(156250));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(41)); /* once: nobody left */
    fixture_free(f);
}

/* never a version 2 query about a source-specific group, nor one about no group at all; and
 * only a querier sends any. */
static void test_q23_query_now_refuses(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    struct address ssm = address_of(232, 1, 1, 1);
    fixture_run_until(f, AT_S(1));
    fixture_forget_log(f);
    assert_false(fixture_query_now(f, AT_S(1), ssm));
    assert_false(fixture_query_now(f, AT_S(1), address_of(10, 0, 0, 1)));
    params.version = 1;
    fixture_configure(f, AT_S(2), &params);
    assert_false(fixture_query_now(f, AT_S(2), FIXTURE_G));
    EXPECT_SILENCE(f);
    params.version = 3;
    fixture_configure(f, AT_S(3), &params);
    assert_true(fixture_query_now(f, AT_S(3), ssm));
    assert_true(f->sent[0].suppress); /* nobody left: no other querier is to lower its timers */
    fixture_hear_general(f, AT_S(4), FIXTURE_L, 3);
    assert_false(fixture_query_now(f, AT_S(4), ADDRESS_NONE));
    assert_false(fixture_query_now(f, AT_S(4), ssm));
    fixture_link_down(f, AT_S(5));
    assert_false(fixture_query_now(f, AT_S(5), ADDRESS_NONE));
    assert_int_equal(f->sent_count, 1);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q85_startup),
        cmocka_unit_test(test_startup_numbers),
        cmocka_unit_test(test_q87_burst_ends),
        cmocka_unit_test(test_q89_jitter_range),
        cmocka_unit_test(test_q89_default_jitter),
        cmocka_unit_test(test_q89_q149_seed),
        cmocka_unit_test(test_q89_never_elsewhere),
        cmocka_unit_test(test_q93_no_catching_up),
        cmocka_unit_test(test_cadence_does_not_drift),
        cmocka_unit_test(test_query_now),
        cmocka_unit_test(test_q23_query_now_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
