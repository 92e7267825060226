/* SPDX-License-Identifier: MIT */
/* Unit tests of the settings: defaults, profiles, what is derived, what is refused. */
#include "fixture.h"

struct resolved {
    struct params params;
    unsigned count;
    enum params_complaint complaints[PARAMS_COMPLAINTS];
};

static struct resolved resolve_all(const struct params *asked)
{
    struct resolved result;
    result.count = params_resolve(asked, &result.params, result.complaints);
    assert_true(result.count <= PARAMS_COMPLAINTS);
    return result;
}

/* With switches that forget nothing: what is said of them has a test of its own. */
static struct resolved resolve(const struct params *asked)
{
    struct params patient = *asked;
    patient.switch_timeout = patient.switch_router_timeout = 1000000 * SECONDS;
    return resolve_all(&patient);
}

static bool has(const struct resolved *resolved, enum params_complaint complaint)
{
    for (unsigned i = 0; i < resolved->count; i++)
        if (resolved->complaints[i] == complaint)
            return true;
    return false;
}

static bool is_refused(const struct resolved *resolved)
{
    return resolved->count > 0 && params_complaint_is_error(resolved->complaints[0]);
}

/* Exactly one complaint. */
static void expect_only(const struct params *asked, enum params_complaint complaint)
{
    struct resolved got = resolve(asked);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.complaints[0], complaint);
}

static void expect_good(const struct params *asked)
{
    struct resolved got = resolve(asked);
    assert_int_equal(got.count, 0);
}

/* and section 17.1: the program's own defaults. */
static void test_defaults(void **state)
{
    (void)state;
    struct params asked = params_default(PROFILE_DEFAULT);
    struct resolved got = resolve(&asked);

    assert_int_equal(got.count, 0);
    assert_int_equal(got.params.mode, MODE_ACTIVE);
    assert_int_equal(got.params.version, 2);
    assert_false(got.params.follow_version);
    assert_int_equal(got.params.robustness, 2);
    assert_int_equal(got.params.query_interval, 60 * SECONDS);
    assert_int_equal(got.params.query_response_interval, 10 * SECONDS);
    assert_int_equal(got.params.startup_query_count, 3);
    assert_int_equal(got.params.startup_query_interval, 5 * SECONDS);
    assert_int_equal(got.params.last_member_query_interval, 1 * SECONDS);
    assert_int_equal(got.params.last_member_query_count, 2);
    assert_int_equal(got.params.jitter_percent, 25);
    assert_int_equal(got.params.other_querier_present, PARAMS_AUTO);
    assert_true(got.params.adapt_other_querier);
    assert_false(got.params.takeover_burst);
    assert_int_equal(got.params.electing, ELECTING_GENERAL);
    assert_int_equal(got.params.transition, TRANSITION_COMPLETE);
    assert_int_equal(got.params.membership, MEMBERSHIP_RFC9776);
    assert_int_equal(got.params.response_source, RESPONSE_HEARD);
    assert_false(got.params.accept_odd_query_length);
    assert_int_equal(got.params.ttl, POLICY_DROP);
    assert_int_equal(got.params.router_alert, POLICY_WARN);
    assert_int_equal(got.params.off_subnet, POLICY_DROP);
    assert_int_equal(got.params.tos, POLICY_ACCEPT);
    assert_int_equal(got.params.unicast, POLICY_DROP);
    assert_int_equal(got.params.max_groups, 4096);
}

/* Section 17.1: jitter by default in versions 1 and 2 only; set, it stays what was set. */
static void test_jitter_by_version(void **state)
{
    (void)state;
    struct params asked = params_default(PROFILE_DEFAULT);

    asked.version = 1;
    assert_int_equal(resolve(&asked).params.jitter_percent, 25);
    asked.version = 3;
    assert_int_equal(resolve(&asked).params.jitter_percent, 0);
    expect_good(&asked);
    asked.jitter_percent = 10;
    expect_only(&asked, PARAMS_JITTER_V3);
    assert_int_equal(resolve(&asked).params.jitter_percent, 10);
}

/* Section 17: a profile sets P1 to P8, startup, jitter and timeout together. */
static void test_profiles(void **state)
{
    (void)state;
    static const struct {
        enum profile profile;
        enum electing_queries electing;
        enum last_member_transition transition;
        enum membership_formula membership;
        enum response_source response_source;
        enum policy ttl;
        bool accept_odd_query_length;
    } cases[] = {
        {PROFILE_RFC9776, ELECTING_GENERAL, TRANSITION_COMPLETE, MEMBERSHIP_RFC9776, RESPONSE_HEARD,
         POLICY_DROP, false},
        {PROFILE_RFC3376, ELECTING_ANY, TRANSITION_COMPLETE, MEMBERSHIP_RFC3376, RESPONSE_OWN,
         POLICY_DROP, false},
        {PROFILE_RFC2236, ELECTING_ANY, TRANSITION_DEFER, MEMBERSHIP_RFC3376, RESPONSE_OWN,
         POLICY_ACCEPT, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct params asked = params_default(cases[i].profile);
        struct resolved got = resolve(&asked);
        assert_int_equal(got.count, 0);
        assert_int_equal(got.params.profile, cases[i].profile);
        assert_int_equal(got.params.version, 2);
        assert_int_equal(got.params.query_interval, 125 * SECONDS);
        assert_int_equal(got.params.query_response_interval, 10 * SECONDS);
        assert_int_equal(got.params.startup_query_count, 2);
        assert_int_equal(got.params.startup_query_interval, 31250 * MILLISECONDS);
        assert_int_equal(got.params.jitter_percent, 0);
        assert_false(got.params.adapt_other_querier);
        assert_int_equal(got.params.electing, cases[i].electing);
        assert_int_equal(got.params.transition, cases[i].transition);
        assert_int_equal(got.params.membership, cases[i].membership);
        assert_int_equal(got.params.response_source, cases[i].response_source);
        assert_int_equal(got.params.ttl, cases[i].ttl);
        assert_int_equal(got.params.accept_odd_query_length, cases[i].accept_odd_query_length);
    }
}

/* Section 17.1: the response interval is 10 s or half the query interval; set explicitly it is
 * never changed. So `-q 5` works. */
static void test_response_interval_follows(void **state)
{
    (void)state;
    struct params asked = params_default(PROFILE_DEFAULT);

    asked.query_interval = 5 * SECONDS;
    expect_good(&asked);
    assert_int_equal(resolve(&asked).params.query_response_interval, 2500 * MILLISECONDS);
    assert_int_equal(resolve(&asked).params.startup_query_interval, 1250 * MILLISECONDS);
    asked.query_interval = 20 * SECONDS;
    assert_int_equal(resolve(&asked).params.query_response_interval, 10 * SECONDS);
    assert_int_equal(resolve(&asked).params.startup_query_interval, 5 * SECONDS);
    asked.query_interval = 2500 * MILLISECONDS; /* 1.25 s is not in tenths */
    assert_int_equal(resolve(&asked).params.query_response_interval, 1200 * MILLISECONDS);
    asked.query_interval = 2 * DECISECONDS; /* the shortest */
    expect_good(&asked);
    assert_int_equal(resolve(&asked).params.query_response_interval, DECISECONDS);
    assert_int_equal(resolve(&asked).params.startup_query_interval, DECISECONDS);
    asked.query_interval = 30 * SECONDS;
    asked.query_response_interval = 25 * SECONDS;
    expect_good(&asked);
    assert_int_equal(resolve(&asked).params.query_response_interval, 25 * SECONDS);
}

/* no floating point: SQI = QI/4 exactly. */
static void test_q151_quarter_is_exact(void **state)
{
    (void)state;
    struct params asked = params_default(PROFILE_RFC9776);

    asked.query_interval = 61 * SECONDS;
    assert_int_equal(resolve(&asked).params.startup_query_interval, 15250 * MILLISECONDS);
    asked.robustness = 3;
    assert_int_equal(resolve(&asked).params.startup_query_count, 3);
    assert_int_equal(resolve(&asked).params.last_member_query_count, 3);
}

/* in version 2 the response interval is 0.1 to 25.5 s; Q-07: 25.5 s is 255 tenths. */
static void test_q08_response_range(void **state)
{
    (void)state;
    struct params asked = fixture_c2();

    asked.query_response_interval = 99 * MILLISECONDS;
    expect_only(&asked, PARAMS_RESPONSE_RANGE_V2);
    asked.query_response_interval = 0;
    expect_only(&asked, PARAMS_RESPONSE_RANGE_V2);
    asked.query_response_interval = DECISECONDS;
    expect_good(&asked);
    asked.query_response_interval = 255 * DECISECONDS;
    expect_good(&asked);
    asked.query_response_interval = 256 * DECISECONDS;
    expect_only(&asked, PARAMS_RESPONSE_RANGE_V2);

    asked.version = 3;
    asked.query_interval = 31744 * SECONDS;
    asked.query_response_interval = 31744 * DECISECONDS;
    expect_only(&asked, PARAMS_V3_CODE_MISREAD);
    asked.query_response_interval += DECISECONDS;
    expect_only(&asked, PARAMS_RESPONSE_RANGE_V3);
    asked.query_response_interval = DECISECONDS - 1;
    expect_only(&asked, PARAMS_RESPONSE_RANGE_V3);
}

/* the response interval must be less than the query interval; equal is refused too. */
static void test_q91_response_below_interval(void **state)
{
    (void)state;
    struct params asked = fixture_c2();

    asked.query_interval = 10 * SECONDS;
    expect_only(&asked, PARAMS_RESPONSE_TOO_LONG);
    asked.query_response_interval = 10 * SECONDS - 1;
    expect_good(&asked);
}

/* robustness 0 MUST NOT, 1 SHOULD NOT. */
static void test_q92_robustness(void **state)
{
    (void)state;
    struct params asked = fixture_c2();

    asked.robustness = 0;
    expect_only(&asked, PARAMS_ROBUSTNESS_ZERO);
    asked.robustness = -3;
    expect_only(&asked, PARAMS_ROBUSTNESS_ZERO);
    asked.robustness = 256;
    expect_only(&asked, PARAMS_ROBUSTNESS_ZERO);
    asked.robustness = 1;
    expect_only(&asked, PARAMS_ROBUSTNESS_ONE);
    asked.robustness = 2;
    expect_good(&asked);
    asked.robustness = 255;
    expect_good(&asked);
}

/* version 1 not more than once a minute. */
static void test_q90_version_1_too_often(void **state)
{
    (void)state;
    struct params asked = fixture_c60();

    asked.version = 1;
    expect_good(&asked);
    asked.query_interval -= 1;
    expect_only(&asked, PARAMS_V1_TOO_OFTEN);
    asked.version = 2;
    expect_good(&asked);
}

/* a short startup interval is legitimate, down to 0.1 s, up to the query interval. */
static void test_q86_startup_interval(void **state)
{
    (void)state;
    struct params asked = fixture_c2();

    asked.startup_query_interval = 1 * SECONDS;
    expect_good(&asked);
    asked.startup_query_interval = DECISECONDS;
    expect_good(&asked);
    asked.startup_query_interval = DECISECONDS - 1;
    expect_only(&asked, PARAMS_STARTUP_INTERVAL);
    asked.startup_query_interval = asked.query_interval;
    expect_good(&asked);
    asked.startup_query_interval += 1;
    expect_only(&asked, PARAMS_STARTUP_INTERVAL);
}

/* version 3 does what it advertises: 300 s become 288 with one warning, and the startup
 * interval follows from 288. */
static void test_q18_quantised(void **state)
{
    (void)state;
    struct params asked = fixture_c3();

    expect_good(&asked);
    asked.query_interval = 300 * SECONDS;
    expect_only(&asked, PARAMS_QUANTISED);
    struct params got = resolve(&asked).params;
    assert_int_equal(got.query_interval, 288 * SECONDS);
    assert_int_equal(got.startup_query_interval, 72 * SECONDS);
    assert_int_equal(got.listen_time, 298 * SECONDS);
    asked.query_interval = 125 * SECONDS + 999 * MILLISECONDS;
    expect_only(&asked, PARAMS_QUANTISED);
    assert_int_equal(resolve(&asked).params.query_interval, 125 * SECONDS);
    asked.version = 2;
    expect_good(&asked);
    assert_int_equal(resolve(&asked).params.query_interval, 125 * SECONDS + 999 * MILLISECONDS);
}

/* the other intervals of version 3 round down too; above 12.7 s version 2 hosts read
 * another value. */
static void test_q17_response_quantised(void **state)
{
    (void)state;
    struct params asked = fixture_c3();

    asked.query_response_interval = 129 * DECISECONDS;
    struct resolved got = resolve(&asked);
    assert_int_equal(got.count, 2);
    assert_true(has(&got, PARAMS_RESPONSE_QUANTISED));
    assert_true(has(&got, PARAMS_V3_CODE_MISREAD)); /* */
    assert_int_equal(got.params.query_response_interval, 128 * DECISECONDS);
    asked.query_response_interval = 127 * DECISECONDS;
    expect_good(&asked);
    asked.last_member_query_interval = 129 * DECISECONDS;
    assert_int_equal(resolve(&asked).params.last_member_query_interval, 128 * DECISECONDS);
}

/* Q-18 with Q-91: what was below the interval asked for stays below the one that is done. */
static void test_q18_keeps_response_below(void **state)
{
    (void)state;
    struct params asked = fixture_c3();

    asked.query_interval = 300 * SECONDS;
    asked.query_response_interval = 290 * SECONDS;
    asked.startup_query_interval = 300 * SECONDS;
    struct resolved got = resolve(&asked);
    assert_false(is_refused(&got));
    assert_int_equal(got.params.query_interval, 288 * SECONDS);
    assert_true(got.params.query_response_interval < got.params.query_interval);
    assert_int_equal(got.params.startup_query_interval, 288 * SECONDS);

    /* 299 s as a code is 294.4 s, which was below 300 s and is not below 288: half of that, 144 s,
     * as a code. */
    asked.query_response_interval = 299 * SECONDS;
    got = resolve(&asked);
    assert_false(is_refused(&got));
    assert_int_equal(got.params.query_response_interval, 1408 * DECISECONDS);
}

/* Whatever is let pass as version 3 is exactly what its codes say, for many values. */
static void test_q18_property(void **state)
{
    (void)state;
    for (unsigned seconds = 1; seconds <= 31744; seconds += seconds < 600 ? 1 : 97) {
        struct params asked = params_default(PROFILE_RFC9776);
        asked.version = 3;
        asked.query_interval = seconds * SECONDS;
        struct resolved got = resolve(&asked);
        assert_false(is_refused(&got));
        unsigned done = (unsigned)(got.params.query_interval / SECONDS);
        assert_int_equal(done * SECONDS, got.params.query_interval);
        assert_int_equal(igmp_code_decode(igmp_code_encode(done)), done);
        assert_true(got.params.query_interval <= asked.query_interval);
        assert_true(got.params.query_response_interval < got.params.query_interval);
        assert_true(got.params.startup_query_interval <= got.params.query_interval);
        assert_int_equal(has(&got, PARAMS_QUANTISED), done != seconds);
    }
}

/* what switches forget between two queries, and at a takeover. */
static void test_q119_q120_q121_switches(void **state)
{
    (void)state;
    struct params asked = params_default(PROFILE_DEFAULT);
    assert_int_equal(resolve_all(&asked).count, 0); /* the defaults are safe */

    asked.switch_timeout = 260 * SECONDS;
    asked.query_interval = 125 * SECONDS; /* 2*QI + QRI = 260: just enough, but 255 + 10 is not */
    struct resolved got = resolve_all(&asked);
    assert_int_equal(got.count, 1);
    assert_true(has(&got, PARAMS_FAILOVER)); /* */
    asked.query_interval = 122 * SECONDS;    /* RV*QI + 1.5*QRI = 259 */
    assert_int_equal(resolve_all(&asked).count, 0);
    asked.query_interval = 126 * SECONDS; /* */
    got = resolve_all(&asked);
    assert_true(has(&got, PARAMS_SWITCH_TIMEOUT));
    assert_false(has(&got, PARAMS_FAILOVER)); /* once is enough */
    assert_false(is_refused(&got));

    asked.query_interval = 60 * SECONDS;
    asked.other_querier_present = 255 * SECONDS;
    got = resolve_all(&asked);
    assert_int_equal(got.count, 1);
    assert_true(has(&got, PARAMS_FAILOVER));

    asked = params_default(PROFILE_DEFAULT);
    asked.switch_router_timeout = 125 * SECONDS; /* */
    assert_int_equal(resolve_all(&asked).count, 0);
    asked.query_interval = 63 * SECONDS;
    got = resolve_all(&asked);
    assert_int_equal(got.count, 1);
    assert_true(has(&got, PARAMS_ROUTER_TIMEOUT));
}

/* Everything else that cannot run. */
static void test_refused(void **state)
{
    (void)state;
    struct params asked = fixture_c2();
    asked.version = 0;
    expect_only(&asked, PARAMS_VERSION);
    asked.version = 4;
    expect_only(&asked, PARAMS_VERSION);

    asked = params_default(PROFILE_DEFAULT);
    asked.query_interval = 2 * DECISECONDS - 1;
    expect_only(&asked, PARAMS_QUERY_INTERVAL);
    asked.query_interval = 31744 * SECONDS;
    expect_good(&asked);
    asked.query_interval += 1;
    expect_only(&asked, PARAMS_QUERY_INTERVAL);
    asked.query_interval = -5;
    expect_only(&asked, PARAMS_QUERY_INTERVAL);
    asked.version = 3;
    asked.query_interval = SECONDS - 1;
    expect_only(&asked, PARAMS_QUERY_INTERVAL);

    asked = fixture_c2();
    asked.startup_query_count = 0;
    expect_only(&asked, PARAMS_STARTUP_COUNT);
    asked.startup_query_count = 256;
    expect_only(&asked, PARAMS_STARTUP_COUNT);

    asked = fixture_c2();
    asked.last_member_query_interval = DECISECONDS - 1;
    expect_only(&asked, PARAMS_LAST_MEMBER_INTERVAL);
    asked.last_member_query_interval = 256 * DECISECONDS;
    expect_only(&asked, PARAMS_LAST_MEMBER_INTERVAL);

    asked = fixture_c2();
    asked.last_member_query_count = 0;
    expect_only(&asked, PARAMS_LAST_MEMBER_COUNT);

    asked = fixture_c2();
    asked.jitter_percent = 51;
    expect_only(&asked, PARAMS_JITTER);
    asked.jitter_percent = -2;
    expect_only(&asked, PARAMS_JITTER);
    asked.jitter_percent = 50;
    expect_good(&asked);

    asked = fixture_c2();
    asked.other_querier_present = 125 * SECONDS;
    expect_only(&asked, PARAMS_OTHER_QUERIER);
    asked.other_querier_present += 1;
    expect_good(&asked);

    for (unsigned i = 0; i < 4; i++) {
        asked = fixture_c2();
        *(unsigned *[]){&asked.max_groups, &asked.max_sources, &asked.max_reporters,
                        &asked.max_queriers}[i] = 0;
        expect_only(&asked, PARAMS_TABLE_SIZE);
    }
}

/* Every complaint has its sentence, and its side of the line. */
static void test_texts(void **state)
{
    (void)state;
    for (int i = PARAMS_OK; i < PARAMS_COMPLAINT_COUNT; i++) {
        enum params_complaint complaint = (enum params_complaint)i;
        bool is_silent = i == PARAMS_OK || i == PARAMS_WARNINGS;
        assert_int_equal(strlen(params_complaint_text(complaint)) == 0, is_silent);
        assert_int_equal(params_complaint_is_error(complaint),
                         i > PARAMS_OK && i < PARAMS_WARNINGS);
    }
}

/* Names are complete, different, and end with NULL. */
static void test_names(void **state)
{
    (void)state;
#define CHECK_NAMES(type, name, count)                                                             \
    do {                                                                                           \
        for (int i = 0; i < (count); i++) {                                                        \
            assert_non_null(name((type)i));                                                        \
            for (int j = 0; j < i; j++)                                                            \
                assert_string_not_equal(name((type)i), name((type)j));                             \
        }                                                                                          \
        assert_null(name((type)(count)));                                                          \
    } while (0)
    CHECK_NAMES(enum profile, profile_name, PROFILE_COUNT);
    CHECK_NAMES(enum policy, policy_name, POLICY_COUNT);
    CHECK_NAMES(enum mode, mode_name, MODE_COUNT);
    CHECK_NAMES(enum electing_queries, electing_queries_name, ELECTING_COUNT);
    CHECK_NAMES(enum last_member_transition, last_member_transition_name, TRANSITION_COUNT);
    CHECK_NAMES(enum membership_formula, membership_formula_name, MEMBERSHIP_COUNT);
}

/* and the table of section 13: the derived intervals. */
static void test_q56_q94_derived(void **state)
{
    (void)state;
    static const struct {
        unsigned robustness;
        duration interval, response;
        duration other, group_3376, group_9776;
    } cases[] = {
        {2, 125 * SECONDS, 10 * SECONDS, 255 * SECONDS, 260 * SECONDS, 270 * SECONDS},
        {2, 60 * SECONDS, 10 * SECONDS, 125 * SECONDS, 130 * SECONDS, 140 * SECONDS},
        {2, 30 * SECONDS, 5 * SECONDS, 62500 * MILLISECONDS, 65 * SECONDS, 70 * SECONDS},
        {3, 60 * SECONDS, 10 * SECONDS, 185 * SECONDS, 190 * SECONDS, 200 * SECONDS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned rv = cases[i].robustness;
        duration qi = cases[i].interval, qri = cases[i].response;
        assert_int_equal(params_other_querier_present(rv, qi, qri), cases[i].other);
        assert_int_equal(params_group_membership(MEMBERSHIP_RFC3376, rv, qi, qri),
                         cases[i].group_3376);
        assert_int_equal(params_group_membership(MEMBERSHIP_RFC9776, rv, qi, qri),
                         cases[i].group_9776);
        assert_int_equal(params_older_host_present(rv, qi, qri), cases[i].group_3376);
    }
    struct params params = fixture_c2();
    params = fixture_resolve(&params);
    assert_int_equal(params_last_member_time(&params), 2 * SECONDS);
}

/* The lists: a denied address never counts; once anything is allowed, nothing else is. */
static void test_allow_and_deny(void **state)
{
    (void)state;
    struct params params = fixture_c2();

    assert_true(params_allow_querier(&params, FIXTURE_L));
    params.deny[params.deny_count++] = (struct prefix){FIXTURE_L, 32};
    assert_false(params_allow_querier(&params, FIXTURE_L));
    assert_true(params_allow_querier(&params, FIXTURE_B));
    params.allow[params.allow_count++] = (struct prefix){address_of(192, 168, 50, 0), 28};
    assert_false(params_allow_querier(&params, FIXTURE_L)); /* in both: denied */
    assert_true(params_allow_querier(&params, FIXTURE_B));
    assert_false(params_allow_querier(&params, FIXTURE_H));
    params.allow[params.allow_count++] = (struct prefix){FIXTURE_H, 32};
    assert_true(params_allow_querier(&params, FIXTURE_H));
    params.deny[params.deny_count++] = (struct prefix){ADDRESS_NONE, 0};
    assert_false(params_allow_querier(&params, FIXTURE_H));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_jitter_by_version),
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_response_interval_follows),
        cmocka_unit_test(test_q151_quarter_is_exact),
        cmocka_unit_test(test_q08_response_range),
        cmocka_unit_test(test_q91_response_below_interval),
        cmocka_unit_test(test_q92_robustness),
        cmocka_unit_test(test_q90_version_1_too_often),
        cmocka_unit_test(test_q86_startup_interval),
        cmocka_unit_test(test_q18_quantised),
        cmocka_unit_test(test_q17_response_quantised),
        cmocka_unit_test(test_q18_keeps_response_below),
        cmocka_unit_test(test_q18_property),
        cmocka_unit_test(test_q119_q120_q121_switches),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_q56_q94_derived),
        cmocka_unit_test(test_allow_and_deny),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
