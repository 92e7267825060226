/* SPDX-License-Identifier: MIT */
/* Unit tests of the election's pure functions: who wins, which role follows, how long silence is
 * tolerated. */
#include "fixture.h"

/* ---- election_beats() ---- */

/* unsigned, in network order, on all 32 bits. A comparison in the order of memory or of the
 * text would say the opposite. */
static void test_q51_comparison(void **state)
{
    (void)state;
    static const struct {
        uint8_t heard[4], own[4];
        bool beats;
    } cases[] = {
        {{192, 168, 0, 200}, {192, 168, 1, 10}, true}, /* memory order would lose */
        {{192, 168, 1, 10}, {192, 168, 0, 200}, false},
        {{192, 168, 50, 9}, {192, 168, 50, 10}, true}, /* text order would lose */
        {{192, 168, 50, 10}, {192, 168, 50, 9}, false},
        {{10, 0, 0, 1}, {192, 168, 0, 1}, true}, /* signed order would lose */
        {{192, 0, 0, 1}, {10, 0, 0, 1}, false},
        {{10, 255, 255, 254}, {11, 0, 0, 1}, true},
        {{1, 0, 0, 2}, {2, 0, 0, 1}, true},
        {{10, 0, 1, 0}, {10, 0, 0, 255}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint8_t *h = cases[i].heard, *o = cases[i].own;
        assert_int_equal(election_beats(address_of(h[0], h[1], h[2], h[3]),
                                        address_of(o[0], o[1], o[2], o[3]), MODE_ACTIVE, false),
                         cases[i].beats);
    }
}

/* who beats whom in which mode; lower, equal, higher, none. */
static void test_who_beats(void **state)
{
    (void)state;
    const struct address lower = FIXTURE_L, own = FIXTURE_OWN, higher = FIXTURE_H;
    static const struct {
        enum mode mode;
        bool is_settling, higher_beats;
    } cases[] = {
        {MODE_ACTIVE, false, false},       {MODE_ACTIVE, true, false},
        {MODE_LISTEN_FIRST, false, false}, {MODE_LISTEN_FIRST, true, false},
        {MODE_BACKUP, false, true}, /* */
        {MODE_BACKUP, true, false}, /* */
        {MODE_PASSIVE, false, true},       {MODE_PASSIVE, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum mode mode = cases[i].mode;
        bool is_settling = cases[i].is_settling;
        assert_true(election_beats(lower, own, mode, is_settling));
        assert_false(election_beats(own, own, mode, is_settling)); /* */
        assert_int_equal(election_beats(higher, own, mode, is_settling), cases[i].higher_beats);
        assert_false(election_beats(ADDRESS_NONE, own, mode, is_settling));          /* */
        assert_true(election_beats(higher, ADDRESS_NONE, mode, is_settling));        /* */
        assert_false(election_beats(ADDRESS_NONE, ADDRESS_NONE, mode, is_settling)); /* */
    }
}

/* ---- election_next() ---- */

#define D ROLE_DOWN
#define Q ROLE_QUERIER
#define N ROLE_NON_QUERIER

/* Section 4's diagram in every mode, every (role, event) pair: START, STOP, BEATEN, UNBEATEN,
 * OTHER_GONE. */
static void test_every_pair(void **state)
{
    (void)state;
    static const enum role expected[MODE_COUNT][ROLE_COUNT][ELECTION_EVENT_COUNT] = {
        [MODE_ACTIVE] = {[ROLE_DOWN] = {Q, D, D, D, D},
                         [ROLE_QUERIER] = {Q, D, N, Q, Q},
                         [ROLE_NON_QUERIER] = {Q, D, N, N, Q}},
        [MODE_LISTEN_FIRST] = {[ROLE_DOWN] = {N, D, D, D, D},
                               [ROLE_QUERIER] = {N, D, N, Q, Q},
                               [ROLE_NON_QUERIER] = {N, D, N, N, Q}},
        [MODE_BACKUP] = {[ROLE_DOWN] = {N, D, D, D, D},
                         [ROLE_QUERIER] = {N, D, N, Q, Q},
                         [ROLE_NON_QUERIER] = {N, D, N, N, Q}},
        [MODE_PASSIVE] = {[ROLE_DOWN] = {N, D, D, D, D},
                          [ROLE_QUERIER] = {N, D, N, Q, Q},
                          [ROLE_NON_QUERIER] = {N, D, N, N, N}},
    };
    for (int mode = 0; mode < MODE_COUNT; mode++)
        for (int role = 0; role < ROLE_COUNT; role++)
            for (int event = 0; event < ELECTION_EVENT_COUNT; event++)
                assert_string_equal(
                    role_name(election_next((enum role)role, (enum election_event)event,
                                            (enum mode)mode)),
                    role_name(expected[mode][role][event]));
}

#undef D
#undef Q
#undef N

/* ---- tenure ---- */

static struct params default_params(void)
{
    struct params params = params_default(PROFILE_DEFAULT);
    return fixture_resolve(&params);
}

static void general_queries(struct tenure *tenure, instant *now, unsigned count, duration gap)
{
    for (unsigned i = 0; i < count; i++) {
        tenure_general_query(tenure, *now);
        *now += gap;
    }
}

/* Section 17.1: 255 s until nine general queries in a row at steady gaps, then the longest gap. */
static void test_adaptive_needs_nine(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;
    instant now = 0;

    tenure_begin(&tenure);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 255 * SECONDS);
    general_queries(&tenure, &now, 8, 60 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 255 * SECONDS);
    general_queries(&tenure, &now, 1, 60 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 125 * SECONDS);
}

/* Section 17.1: a startup burst has at most seven and proves nothing, nor does it help the next. */
static void test_adaptive_burst_of_seven(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;
    instant now = 0;

    tenure_begin(&tenure);
    general_queries(&tenure, &now, 6, 15 * SECONDS);
    general_queries(&tenure, &now, 1, 60 * SECONDS); /* the seventh; from here on every minute */
    general_queries(&tenure, &now, 7, 60 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 255 * SECONDS);
    general_queries(&tenure, &now, 1, 60 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 125 * SECONDS);
}

/* Section 17.1: never shorter than our own query interval asks for, whatever was proven. */
static void test_adaptive_not_below_own(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;
    instant now = 0;

    tenure_begin(&tenure);
    general_queries(&tenure, &now, 20, 20 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 125 * SECONDS);
    params.query_interval = 30 * SECONDS;
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 65 * SECONDS);
    params.query_interval = 10 * SECONDS;
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 45 * SECONDS);
    params.query_interval = 200 * SECONDS;
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 405 * SECONDS);
}

/* Section 17.1: it grows at once, before and after the proof. */
static void test_adaptive_grows_at_once(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;
    instant now = 0;

    tenure_begin(&tenure);
    general_queries(&tenure, &now, 2, 200 * SECONDS); /* unproven, one gap of 200 s */
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 405 * SECONDS);

    now = 0;
    tenure_begin(&tenure);
    general_queries(&tenure, &now, 9, 60 * SECONDS);
    now += 30 * SECONDS; /* the tenth 90 s after the ninth */
    general_queries(&tenure, &now, 1, 60 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 185 * SECONDS);
    general_queries(&tenure, &now, 50, 60 * SECONDS); /* of the tenure: it does not shrink back */
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 185 * SECONDS);
}

/* Short gaps in a row after a long one of the same tenure prove nothing: the long one may come
 * again. */
static void test_adaptive_long_gap_first(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;
    instant now = 0;

    tenure_begin(&tenure);
    general_queries(&tenure, &now, 1, 100 * SECONDS);
    general_queries(&tenure, &now, 50, 60 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 255 * SECONDS);
}

/* Section 17.1: a querier with 25 % early jitter is steady; the longest gap counts. */
static void test_adaptive_jittered(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;
    instant now = 0;

    params.query_interval = 30 * SECONDS;
    tenure_begin(&tenure);
    for (unsigned i = 0; i < 9; i++) {
        tenure_general_query(&tenure, now);
        now += i % 2 ? 45 * SECONDS : 60 * SECONDS; /* the two ends of the range */
    }
    assert_true(tenure.is_proven);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 125 * SECONDS);

    now = 0;
    tenure_begin(&tenure);
    for (unsigned i = 0; i < 40; i++) { /* a little more than a quarter is not steady */
        tenure_general_query(&tenure, now);
        now += i % 2 ? 45 * SECONDS - 1 : 60 * SECONDS;
    }
    assert_false(tenure.is_proven);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 255 * SECONDS);
}

/* A frame doubled on its way is one query: it neither proves nor disproves. */
static void test_adaptive_doubled_frames(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;

    tenure_begin(&tenure);
    for (unsigned i = 0; i < 20; i++) /* a storm of one query */
        tenure_general_query(&tenure, i * MILLISECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 255 * SECONDS);

    tenure_begin(&tenure);
    for (unsigned i = 0; i < 9; i++) {
        assert_false(tenure.is_proven);
        tenure_general_query(&tenure, i * 60 * SECONDS);
        tenure_general_query(&tenure, i * 60 * SECONDS + 5 * MILLISECONDS);
    }
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 125 * SECONDS);
}

/* Section 17.1 with Q-68: what version 3 advertises counts at once; RV and QRI as adopted. */
static void test_adaptive_advertised(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;

    tenure_begin(&tenure);
    tenure_general_query(&tenure, 0);
    tenure.robustness = 3;
    tenure.advertised = 100 * SECONDS;
    tenure.response = 4 * SECONDS;
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 302 * SECONDS);
    tenure.advertised = 20 * SECONDS; /* not below our own 60 s */
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 182 * SECONDS);
    params.adapt_other_querier = false; /* the RFC's formula alone */
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 62 * SECONDS);
}

/* -t SECONDS: fixed, whatever is heard. */
static void test_fixed(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;

    params.other_querier_present = 77 * SECONDS;
    tenure_begin(&tenure);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 77 * SECONDS);
    tenure.robustness = 7;
    tenure.advertised = 1000 * SECONDS;
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 77 * SECONDS);
}

/* heard values replace ours, 0 means ours; clamped to what a sane network can mean. */
static void test_q68_adopted(void **state)
{
    (void)state;
    struct params params = fixture_c3();
    params = fixture_resolve(&params);
    struct tenure tenure;

    tenure_begin(&tenure);
    struct adopted adopted = tenure_adopted(&tenure, &params);
    assert_int_equal(adopted.robustness, 2);
    assert_int_equal(adopted.query_interval, 125 * SECONDS);
    assert_int_equal(adopted.response, 10 * SECONDS);

    tenure.robustness = 3;
    tenure.advertised = 60 * SECONDS;
    tenure.response = 20 * SECONDS;
    adopted = tenure_adopted(&tenure, &params);
    assert_int_equal(adopted.robustness, 3);
    assert_int_equal(adopted.query_interval, 60 * SECONDS);
    assert_int_equal(adopted.response, 20 * SECONDS);
    params.response_source = RESPONSE_OWN; /* strict */
    assert_int_equal(tenure_adopted(&tenure, &params).response, 10 * SECONDS);

    params.response_source = RESPONSE_HEARD;
    tenure.advertised = 31744 * SECONDS;
    tenure.response = 31744 * DECISECONDS;
    adopted = tenure_adopted(&tenure, &params);
    assert_int_equal(adopted.query_interval, TENURE_INTERVAL_MAX);
    assert_int_equal(adopted.response, TENURE_RESPONSE_MAX);
}

/* What is concluded has a ceiling, be it measured or advertised: one forged query (QRV 7, QQIC
 * 0xff) is not to keep a network without a querier for hours. The RFC's formula alone has none. */
static void test_adaptive_clamped(void **state)
{
    (void)state;
    struct params params = default_params();
    struct tenure tenure;
    instant now = 0;

    tenure_begin(&tenure);
    general_queries(&tenure, &now, 2, 100000 * SECONDS);
    assert_int_equal(tenure_other_querier_present(&tenure, &params), TENURE_SPAN_MAX);

    tenure_begin(&tenure);
    tenure.robustness = 7;
    tenure.advertised = 31744 * SECONDS;
    assert_int_equal(tenure_other_querier_present(&tenure, &params), TENURE_SPAN_MAX);
    tenure.robustness = 2;
    tenure.advertised = 288 * SECONDS; /* honest: 300 s, as version 3 can say it */
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 581 * SECONDS);
    params.query_interval = 600 * SECONDS; /* ours is longer still */
    tenure.advertised = 31744 * SECONDS;
    assert_int_equal(tenure_other_querier_present(&tenure, &params), 1205 * SECONDS);
    params.adapt_other_querier = false;
    tenure.robustness = 7;
    assert_int_equal(tenure_other_querier_present(&tenure, &params),
                     7 * TENURE_INTERVAL_MAX + 5 * SECONDS);
}

/* Two of the same long intervals have to agree: a bound below one's own would make a takeover of
 * every lost query, and memberships end before the next answers. */
static void test_q68_own_long_intervals(void **state)
{
    (void)state;
    const enum profile profiles[] = {PROFILE_DEFAULT, PROFILE_RFC9776};

    for (unsigned i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        struct params params = params_default(profiles[i]);
        params.version = 3;
        params.query_interval = 7168 * SECONDS;
        params.query_response_interval = 200 * SECONDS;
        params = fixture_resolve(&params);
        struct tenure tenure;

        tenure_begin(&tenure);
        tenure.robustness = 2;
        tenure.advertised = params.query_interval;
        tenure.response = params.query_response_interval;
        struct adopted adopted = tenure_adopted(&tenure, &params);
        assert_int_equal(adopted.query_interval, params.query_interval);
        assert_int_equal(adopted.response, params.query_response_interval);
        assert_int_equal(tenure_other_querier_present(&tenure, &params),
                         2 * params.query_interval + params.query_response_interval / 2);

        tenure.advertised = 31744 * SECONDS; /* no more than that of anybody else */
        tenure.response = 31744 * DECISECONDS;
        adopted = tenure_adopted(&tenure, &params);
        assert_int_equal(adopted.query_interval, params.query_interval);
        assert_int_equal(adopted.response, params.query_response_interval);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(role_name(ROLE_DOWN), "down");
    assert_string_equal(role_name(ROLE_QUERIER), "querier");
    assert_string_equal(role_name(ROLE_NON_QUERIER), "non-querier");
    for (int i = 0; i < ELECTION_EVENT_COUNT; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(election_event_name((enum election_event)i),
                                    election_event_name((enum election_event)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q51_comparison),
        cmocka_unit_test(test_who_beats),
        cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_adaptive_needs_nine),
        cmocka_unit_test(test_adaptive_burst_of_seven),
        cmocka_unit_test(test_adaptive_not_below_own),
        cmocka_unit_test(test_adaptive_grows_at_once),
        cmocka_unit_test(test_adaptive_long_gap_first),
        cmocka_unit_test(test_adaptive_jittered),
        cmocka_unit_test(test_adaptive_doubled_frames),
        cmocka_unit_test(test_adaptive_advertised),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_q68_adopted),
        cmocka_unit_test(test_q68_own_long_intervals),
        cmocka_unit_test(test_adaptive_clamped),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
