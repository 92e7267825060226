/* SPDX-License-Identifier: MIT */
/* Timelines of the election: sections 3 and 4 of the conformance list with their exact numbers.
 * What the modes change is in test_modes.c, cadence in test_cadence.c. */
#include "fixture.h"

static struct fixture *start_profile(enum profile profile)
{
    struct params params = params_default(profile);
    params.query_response_interval = 10 * SECONDS;
    return fixture_start(&params);
}

static struct fixture *start_c2(void)
{
    struct params params = fixture_c2();
    return fixture_start(&params);
}

static struct fixture *start_c3(void)
{
    struct params params = fixture_c3();
    return fixture_start(&params);
}

/* ---- section 3 ---- */

/* a query from 0.0.0.0 does not demote us, and does not keep us from taking over. */
static void test_q46_proxy_query(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    struct igmp_query query = fixture_general(2);
    struct outside outside = fixture_outside(ADDRESS_NONE, ADDRESS_ALL_HOSTS);
    outside.source_mac = fixture_mac(FIXTURE_L);

    EXPECT_VERDICT(fixture_hear_inside(f, AT_S(10), &outside, &query), VERDICT_PROXY_QUERY);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_run_until(f, AT_S(157));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250));
    fixture_free(f);

    f = start_c2();
    fixture_run_until(f, AT_S(0));
    fixture_hear_general(f, AT_S(0), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    EXPECT_VERDICT(fixture_hear_inside(f, AT_S(200), &outside, &query), VERDICT_PROXY_QUERY);
    fixture_run_until(f, AT_S(256));
    EXPECT_GENERAL(f, AT_S(0), AT_S(255));
    fixture_free(f);
}

/* off-subnet queries do not elect by default, and do where the policy says so. */
static void test_q49_off_subnet(void **state)
{
    (void)state;
    struct address far = address_of(10, 9, 9, 9);
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    EXPECT_VERDICT(fixture_hear_general(f, AT_S(10), far, 2), VERDICT_OFF_SUBNET);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_free(f);

    params.off_subnet = POLICY_ACCEPT;
    f = fixture_start(&params);
    EXPECT_VERDICT(fixture_hear_general(f, AT_S(10), far, 2), VERDICT_ACCEPTED);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* on the wire and in full: 192.168.0.200 beats 192.168.1.10 in a /23. */
static void test_q51_comparison(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_create(&params);
    fixture_link_up(f, 0, (struct prefix){address_of(192, 168, 1, 10), 23});
    EXPECT_VERDICT(fixture_hear_general(f, AT_S(10), address_of(192, 168, 0, 200), 2),
                   VERDICT_ACCEPTED);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);

    f = start_c2();
    fixture_hear_general(f, AT_S(10), address_of(192, 168, 50, 9), 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* ---- section 4 ---- */

/* One that has never been up is down since it was first told of its link, and not since the clock
 * began. */
static void test_down_since(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *fixture = fixture_create(&params);

    assert_int_equal(fixture_segment(fixture)->role_since, INSTANT_NEVER);
    fixture_link_down(fixture, AT_S(7));
    assert_int_equal(fixture_segment(fixture)->role, ROLE_DOWN);
    assert_int_equal(fixture_segment(fixture)->role_since, AT_S(7));
    fixture_link_down(fixture, AT_S(8));
    assert_int_equal(fixture_segment(fixture)->role_since, AT_S(7));
    fixture_free(fixture);
}

/* starts as querier, the first general query at once; nothing without link or address. */
static void test_q53_start(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_create(&params);
    EXPECT_ROLE(f, ROLE_DOWN);
    fixture_run_until(f, AT_S(500));
    fixture_link_up(f, AT_S(500), (struct prefix){ADDRESS_NONE, 0}); /* */
    EXPECT_ROLE(f, ROLE_DOWN);
    EXPECT_VERDICT(fixture_hear_general(f, AT_S(600), FIXTURE_L, 2), VERDICT_SEGMENT_DOWN);
    fixture_run_until(f, AT_S(1000));
    EXPECT_SILENCE(f);
    assert_int_equal(f->event_count, 0);
    fixture_link_up(f, AT_S(1000), (struct prefix){FIXTURE_OWN, 24});
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_run_until(f, AT_S(1000));
    EXPECT_GENERAL(f, AT_S(1000));
    const struct event *event = fixture_last_event(f, EVENT_ROLE);
    assert_int_equal(event->role_from, ROLE_DOWN);
    assert_int_equal(event->role_to, ROLE_QUERIER);
    assert_int_equal(event->cause, ELECTION_START);
    event = fixture_last_event(f, EVENT_QUERY_SENT);
    assert_int_equal(event->reason, QUERY_STARTUP);
    assert_int_equal(event->number, 1);
    assert_int_equal(event->of, 2);
    fixture_free(f);
}

/* a query from a lower address makes a non-querier of us; the event says by whom. */
static void test_q54_lower(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    EXPECT_VERDICT(fixture_hear_general(f, AT_S(10), FIXTURE_L, 2), VERDICT_ACCEPTED);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_run_until(f, AT_S(264));
    EXPECT_GENERAL(f, AT_S(0));
    const struct event *event = fixture_last_event(f, EVENT_ROLE);
    assert_int_equal(event->at, AT_S(10));
    assert_int_equal(event->role_from, ROLE_QUERIER);
    assert_int_equal(event->role_to, ROLE_NON_QUERIER);
    assert_int_equal(event->cause, ELECTION_BEATEN);
    assert_true(address_equal(event->address, FIXTURE_L));
    assert_true(mac_equal(event->mac, fixture_mac(FIXTURE_L)));
    event = fixture_last_event(f, EVENT_QUERIER_ELECTED);
    assert_true(address_equal(event->address, FIXTURE_L));
    assert_int_equal(event->version, 2);
    assert_int_equal(fixture_count_events(f, EVENT_QUERIER_SEEN), 1);
    assert_int_equal(fixture_segment(f)->counters.elections_lost, 1);
    fixture_free(f);
}

/* a higher address changes nothing. */
static void test_q55_higher(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    EXPECT_VERDICT(fixture_hear_general(f, AT_S(10), FIXTURE_H, 2), VERDICT_ACCEPTED);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_run_until(f, AT_S(160));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250));
    assert_int_equal(fixture_count_events(f, EVENT_QUERIER_ELECTED), 0);
    fixture_free(f);

    /* Nor does it restart a non-querier's timer. */
    f = start_c2();
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    fixture_hear_general(f, AT_S(260), FIXTURE_H, 2);
    fixture_run_until(f, AT_S(266));
    EXPECT_GENERAL(f, AT_S(0), AT_S(265));
    fixture_free(f);
}

/* takeover after RV*QI + QRI/2, one query at once, then the plain interval. */
static void test_q56_q58_takeover(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(520));
    EXPECT_GENERAL(f, AT_S(0), AT_S(265), AT_S(390), AT_S(515));
    EXPECT_ROLE(f, ROLE_QUERIER);
    assert_int_equal(f->sent[1].reason, QUERY_TAKEOVER);
    assert_int_equal(f->sent[2].reason, QUERY_PERIODIC);
    const struct event *event = fixture_last_event(f, EVENT_QUERIER_GONE);
    assert_int_equal(event->at, AT_S(265));
    assert_true(address_equal(event->address, FIXTURE_L));
    assert_int_equal(event->span, 255 * SECONDS);
    event = fixture_last_event(f, EVENT_ROLE);
    assert_int_equal(event->cause, ELECTION_OTHER_GONE);
    assert_int_equal(fixture_segment(f)->counters.takeovers, 1);
    fixture_free(f);

    struct params params = fixture_c60();
    f = fixture_start(&params);
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(200));
    EXPECT_GENERAL(f, AT_S(0), AT_S(135), AT_S(195));
    fixture_free(f);
}

/* every lower query restarts the timer. */
static void test_q57_restart(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    fixture_hear_general(f, AT_S(135), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(391));
    EXPECT_GENERAL(f, AT_S(0), AT_S(390));
    fixture_free(f);
}

/* with takeover-burst on, startup queries after a takeover too. */
static void test_q59_takeover_burst(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.takeover_burst = true;
    struct fixture *f = fixture_start(&params);
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(430));
    EXPECT_GENERAL(f, AT_S(0), AT_S(265), AT_MS(296250), AT_MS(421250));
    const struct event *event = fixture_last_event(f, EVENT_QUERY_SENT);
    assert_int_equal(event->reason, QUERY_PERIODIC);
    fixture_free(f);
}

/* a non-querier sends nothing, not for leaves either. */
static void test_q60_q67_quiet_non_querier(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    fixture_forget_log(f);
    fixture_hear_report(f, AT_S(50), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    for (unsigned i = 1; i <= 5; i++) {
        fixture_hear_general(f, AT_S(10 + 125 * i), FIXTURE_L, 2);
        EXPECT_VERDICT(
            fixture_hear_report(f, AT_S(20 + 125 * i), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G),
            VERDICT_IGNORED_LEAVE);
    }
    fixture_run_until(f, AT_S(700));
    EXPECT_SILENCE(f);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* a specific query elects where `any` says so, S flag or not, and not by default. */
static void test_q61_q73_electing_queries(void **state)
{
    (void)state;
    static const struct {
        enum profile profile;
        unsigned version;
        bool suppress, is_elected;
    } cases[] = {
        {PROFILE_RFC9776, 2, false, false}, {PROFILE_RFC2236, 2, false, true},
        {PROFILE_RFC3376, 2, false, true},  {PROFILE_DEFAULT, 2, false, false},
        {PROFILE_RFC3376, 3, true, true},   {PROFILE_RFC9776, 3, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct params params = params_default(cases[i].profile);
        params.version = cases[i].version;
        struct fixture *f = fixture_start(&params);
        struct igmp_query query = fixture_specific(cases[i].version, FIXTURE_G);
        query.suppress = cases[i].suppress;
        EXPECT_VERDICT(fixture_hear_query(f, AT_S(10), FIXTURE_L, &query),
                       cases[i].is_elected ? VERDICT_ACCEPTED : VERDICT_SPECIFIC_QUERY);
        EXPECT_ROLE(f, cases[i].is_elected ? ROLE_NON_QUERIER : ROLE_QUERIER);
        fixture_free(f);
    }
}

/* our own address from another MAC: both stay querier, one alarm a minute. */
static void test_q62_duplicate_address(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    struct igmp_query query = fixture_general(2);
    struct outside outside = fixture_outside(FIXTURE_OWN, ADDRESS_ALL_HOSTS);
    outside.source_mac = fixture_mac(FIXTURE_H);

    for (unsigned i = 0; i < 5; i++)
        EXPECT_VERDICT(fixture_hear_inside(f, AT_S(10 + i), &outside, &query), VERDICT_OWN_ADDRESS);
    EXPECT_ROLE(f, ROLE_QUERIER);
    assert_int_equal(fixture_count_events(f, EVENT_REFUSED), 1);
    assert_int_equal(fixture_last_event(f, EVENT_REFUSED)->verdict, VERDICT_OWN_ADDRESS);
    fixture_hear_inside(f, AT_S(70), &outside, &query);
    assert_int_equal(fixture_count_events(f, EVENT_REFUSED), 2);
    assert_int_equal(fixture_last_event(f, EVENT_REFUSED)->count, 4); /* kept quiet since */
    outside.source_mac = fixture_mac(FIXTURE_L);
    fixture_hear_inside(f, AT_S(71), &outside, &query); /* not reported, and remembered */
    /* Told for the other querier present interval of 255 s. */
    const struct limited *duplicate = segment_duplicate(fixture_segment(f), AT_S(72));
    assert_non_null(duplicate);
    assert_int_equal(duplicate->seen, AT_S(71));
    assert_memory_equal(&duplicate->mac, &outside.source_mac, sizeof duplicate->mac);
    assert_non_null(segment_duplicate(fixture_segment(f), AT_MS(71000 + 254999)));
    assert_null(segment_duplicate(fixture_segment(f), AT_S(71 + 255)));
    fixture_run_until(f, AT_S(160));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250));
    assert_int_equal(fixture_segment(f)->querier_count, 0);
    fixture_free(f);
}

/* every address below our own restarts the timer, also one above the remembered querier's. */
static void test_q64_three_way(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_create(&params);
    fixture_link_up(f, 0, (struct prefix){FIXTURE_H, 24});
    fixture_run_until(f, 0);
    fixture_hear_general(f, AT_S(0), FIXTURE_L, 2);
    EXPECT_VERDICT(fixture_hear_general(f, AT_MS(254900), FIXTURE_B, 2), VERDICT_ACCEPTED);
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_B)); /* L missed its turn */
    fixture_run_until(f, AT_S(510));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(509900));
    fixture_free(f);

    f = fixture_create(&params);
    fixture_link_up(f, 0, (struct prefix){FIXTURE_H, 24});
    fixture_run_until(f, 0);
    fixture_hear_general(f, AT_S(0), FIXTURE_L, 2);
    fixture_hear_general(f, AT_S(100), FIXTURE_B, 2);
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_L)); /* it is not late */
    fixture_run_until(f, AT_S(356));
    EXPECT_GENERAL(f, AT_S(0), AT_S(355));
    fixture_free(f);
}

/* who took over together with a lower one yields to it and sends nothing more. */
static void test_q65_simultaneous_takeover(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_create(&params);
    fixture_link_up(f, 0, (struct prefix){FIXTURE_H, 24});
    fixture_run_until(f, 0);
    fixture_hear_general(f, AT_S(0), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(255));
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_hear_general(f, AT_S(255) + 300, FIXTURE_B, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_hear_general(f, AT_S(380), FIXTURE_B, 2);
    fixture_run_until(f, AT_S(600));
    EXPECT_GENERAL(f, AT_S(0), AT_S(255));
    fixture_free(f);
}

/* Q-66 (b), (c), RFC 9776: a querier that is beaten finishes its last member queries. */
static void test_q66_complete(void **state)
{
    (void)state;
    struct fixture *f = start_profile(PROFILE_RFC9776);
    fixture_hear_report(f, AT_S(50), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    fixture_hear_report(f, AT_S(100), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    fixture_hear_general(f, AT_MS(100500), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_run_until(f, AT_MS(101999));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101));
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_LEFT), 0);
    fixture_run_until(f, AT_S(102));
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_LEFT), 1);
    fixture_run_until(f, AT_S(356));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(355500));
    fixture_free(f);
}

/* Q-66 (a), RFC 2236 section 3: no transition while last member queries are under way, and the
 * query does not arm the timer. */
static void test_q66_defer(void **state)
{
    (void)state;
    struct fixture *f = start_profile(PROFILE_RFC2236);
    fixture_hear_report(f, AT_S(50), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    fixture_hear_report(f, AT_S(100), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    EXPECT_VERDICT(fixture_hear_general(f, AT_MS(100500), FIXTURE_L, 2), VERDICT_ACCEPTED);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_hear_general(f, AT_MS(101999), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_run_until(f, AT_S(157)); /* its own cadence goes on */
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250));
    fixture_hear_general(f, AT_S(225), FIXTURE_L, 2); /* nothing is asked any more */
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_forget_log(f);
    fixture_run_until(f, AT_S(481));
    EXPECT_GENERAL(f, AT_S(480));
    fixture_free(f);

    /* An answer ends it as well (RFC 2236 section 7: back to members present). */
    f = start_profile(PROFILE_RFC2236);
    fixture_hear_report(f, AT_S(50), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    fixture_hear_report(f, AT_S(100), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    fixture_hear_report(f, AT_MS(100200), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    fixture_hear_general(f, AT_MS(100500), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* RV and QI of a version 3 querier count for our timer; 0 means ours; clamped. */
static void test_q68_adopted(void **state)
{
    (void)state;
    static const struct {
        unsigned robustness;
        duration interval;
        instant takeover;
    } cases[] = {
        {3, 60 * SECONDS, AT_S(195)},
        {0, 0, AT_S(265)},
        {2, 288 * SECONDS, AT_S(591)},
        {7, 31744 * SECONDS, AT_S(10 + 7 * 3600 + 5)}, /* clamped to an hour */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = start_c3();
        struct igmp_query query = fixture_general(3);
        query.robustness = cases[i].robustness;
        query.query_interval = cases[i].interval;
        fixture_hear_query(f, AT_S(10), FIXTURE_L, &query);
        fixture_run_until(f, cases[i].takeover);
        EXPECT_GENERAL(f, AT_S(0), cases[i].takeover);
        fixture_free(f);
    }
}

/* a losing querier's values are not adopted, neither by the querier nor by a non-querier. */
static void test_q69_not_from_losers(void **state)
{
    (void)state;
    struct fixture *f = start_c3();
    struct igmp_query query = fixture_general(3);
    query.robustness = 7;
    query.query_interval = 1000 * SECONDS;

    fixture_hear_query(f, AT_S(10), FIXTURE_H, &query);
    fixture_run_until(f, AT_S(160));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250));
    assert_int_equal(f->sent[1].robustness, 2);
    assert_int_equal(f->sent[1].query_interval, 125 * SECONDS);
    assert_int_equal(segment_adopted(fixture_segment(f)).robustness, 2);
    fixture_forget_log(f);

    fixture_hear_general(f, AT_S(200), FIXTURE_L, 3);
    fixture_hear_query(f, AT_S(210), FIXTURE_H, &query);
    query.group = FIXTURE_G; /* a specific query does not count here */
    fixture_hear_query(f, AT_S(220), FIXTURE_L, &query);
    fixture_run_until(f, AT_S(456));
    EXPECT_GENERAL(f, AT_S(455));
    fixture_free(f);

    /* One that beats us but not the elected querier restarts the timer, with that one's values. */
    struct params params = fixture_c3();
    f = fixture_create(&params);
    fixture_link_up(f, 0, (struct prefix){FIXTURE_H, 24});
    fixture_run_until(f, 0);
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 3);
    query.group = ADDRESS_NONE;
    fixture_hear_query(f, AT_S(20), FIXTURE_B, &query);
    fixture_run_until(f, AT_S(276));
    EXPECT_GENERAL(f, AT_S(0), AT_S(275));
    fixture_free(f);
}

/* after a takeover our own values again. */
static void test_q70_revert(void **state)
{
    (void)state;
    struct fixture *f = start_c3();
    struct igmp_query query = fixture_general(3);
    query.robustness = 3;
    query.query_interval = 60 * SECONDS;
    query.max_response = 4 * SECONDS;

    fixture_hear_query(f, AT_S(10), FIXTURE_L, &query);
    assert_int_equal(segment_adopted(fixture_segment(f)).query_interval, 60 * SECONDS);
    fixture_run_until(f, AT_S(320));
    EXPECT_GENERAL(f, AT_S(0), AT_S(192), AT_S(317));
    struct adopted adopted = segment_adopted(fixture_segment(f)); /* for memberships too */
    assert_int_equal(adopted.robustness, 2);
    assert_int_equal(adopted.query_interval, 125 * SECONDS);
    assert_int_equal(adopted.response, 10 * SECONDS);
    for (unsigned i = 1; i <= 2; i++) {
        assert_int_equal(f->sent[i].robustness, 2);
        assert_int_equal(f->sent[i].query_interval, 125 * SECONDS);
        assert_int_equal(f->sent[i].max_response, 10 * SECONDS);
    }
    fixture_free(f);
}

/* the response time of the elected querier's last general query counts, where the profile
 * says so; version 1 has 10 s. */
static void test_q71_response(void **state)
{
    (void)state;
    static const struct {
        enum profile profile;
        unsigned version;
        instant takeover;
    } cases[] = {
        {PROFILE_RFC9776, 2, AT_S(270)},
        {PROFILE_RFC3376, 2, AT_S(265)},
        {PROFILE_RFC2236, 2, AT_S(265)},
        {PROFILE_RFC9776, 1, AT_S(265)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = start_profile(cases[i].profile);
        struct igmp_query query = fixture_general(cases[i].version);
        query.max_response = 20 * SECONDS;
        fixture_hear_query(f, AT_S(10), FIXTURE_L, &query);
        fixture_run_until(f, AT_S(271));
        EXPECT_GENERAL(f, AT_S(0), cases[i].takeover);
        fixture_free(f);
    }
}

/* Where any query elects (RFC 3376): the time to answer a specific one is no QRI. */
static void test_q71_general_alone(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.electing = ELECTING_ANY;
    struct fixture *f = fixture_start(&params);
    struct igmp_query query = fixture_general(2);

    query.max_response = 20 * SECONDS;
    fixture_hear_query(f, AT_S(10), FIXTURE_L, &query);
    query = fixture_specific(2, FIXTURE_G); /* 1 s */
    fixture_hear_query(f, AT_S(11), FIXTURE_L, &query);
    fixture_run_until(f, AT_S(272));
    EXPECT_GENERAL(f, AT_S(0), AT_S(11 + 250 + 10));
    fixture_free(f);
}

/* Another MAC address, or 0.0.0.0 in place of the address, is another querier to the others: begin
 * anew. A link that is told of once more, or another MTU, is no change. */
static void test_restart_as_another(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    fixture_advance(f, AT_S(20));
    f->identity.mtu = 1400;
    engine_link(f->engine, AT_S(20), f->segment, &f->identity, f->outbox);
    fixture_run_until(f, AT_S(20));
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    f->identity.mac = fixture_mac(FIXTURE_H2);
    engine_link(f->engine, AT_S(20), f->segment, &f->identity, f->outbox);
    fixture_run_until(f, AT_S(20));
    EXPECT_GENERAL(f, AT_S(0), AT_S(20));
    assert_true(mac_equal(f->sent[1].envelope.source_mac, fixture_mac(FIXTURE_H2)));
    f->identity.is_proxy = true;
    engine_link(f->engine, AT_S(30), f->segment, &f->identity, f->outbox);
    fixture_run_until(f, AT_S(30));
    EXPECT_GENERAL(f, AT_S(0), AT_S(20), AT_S(30));
    assert_true(address_is_none(f->sent[2].envelope.source));
    fixture_free(f);
}

/* after a sleep of 1000 s exactly one query. */
static void test_q74_sleep(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    engine_tick(f->engine, AT_S(1265), f->outbox);
    assert_int_equal(f->outbox->query_count, 1);
    assert_int_equal(f->outbox->query[0].reason, QUERY_TAKEOVER);
    assert_int_equal(engine_deadline(f->engine), AT_S(1265 + 125));
    outbox_clear(f->outbox);
    fixture_free(f);
}

/* a query that comes exactly when the timer runs out is heard first. */
static void test_q150_frames_first(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    fixture_run_until(f, 0);
    fixture_hear_general(f, AT_S(0), FIXTURE_L, 2);
    fixture_hear_general(f, AT_S(255), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(509));
    EXPECT_GENERAL(f, AT_S(0));
    fixture_run_until(f, AT_S(510));
    EXPECT_GENERAL(f, AT_S(0), AT_S(510));
    fixture_free(f);
}

/* The last rows of section 4's table: own address changes, link goes, address goes. */
static void test_restart_rows(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    fixture_run_until(f, AT_S(200));
    fixture_forget_log(f);
    fixture_link_up(f, AT_S(200), (struct prefix){FIXTURE_B, 24}); /* another address */
    fixture_run_until(f, AT_S(240));
    EXPECT_GENERAL(f, AT_S(200), AT_MS(231250));
    assert_true(address_equal(f->sent[0].envelope.source, FIXTURE_B));
    fixture_hear_general(f, AT_S(240), FIXTURE_OWN, 2); /* once ours, now a lower stranger */
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_forget_log(f);
    fixture_link_up(f, AT_S(300), (struct prefix){FIXTURE_L, 24}); /* non-querier, new address */
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_link_up(f, AT_S(301), (struct prefix){FIXTURE_L, 25}); /* no change of who we are */
    fixture_run_until(f, AT_S(340));
    EXPECT_GENERAL(f, AT_S(300), AT_MS(331250));

    fixture_hear_report(f, AT_S(350), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    fixture_hear_report(f, AT_S(360), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    fixture_run_until(f, AT_S(360));
    fixture_forget_log(f);
    fixture_link_down(f, AT_MS(360500));
    EXPECT_ROLE(f, ROLE_DOWN);
    assert_int_equal(fixture_segment(f)->membership.group_count, 0);
    assert_int_equal(engine_deadline(f->engine), INSTANT_NEVER);
    fixture_run_until(f, AT_S(2000));
    EXPECT_SILENCE(f);
    fixture_link_up(f, AT_S(2000), (struct prefix){ADDRESS_NONE, 0}); /* link, but no address */
    fixture_run_until(f, AT_S(3000));
    EXPECT_SILENCE(f);
    fixture_link_up(f, AT_S(3000), (struct prefix){FIXTURE_OWN, 24});
    fixture_run_until(f, AT_S(3000));
    EXPECT_GENERAL(f, AT_S(3000)); /* a query within a second of link-up */
    fixture_free(f);
}

/* A querier that comes back and is elected again starts a new tenure: the estimate begins anew. */
static void test_adaptive_tenure_by_querier(void **state)
{
    (void)state;
    struct params params = params_default(PROFILE_DEFAULT);
    struct fixture *f = fixture_start(&params);
    instant at = AT_S(1);

    for (unsigned i = 0; i < 9; i++, at += AT_S(60)) {
        assert_int_equal(segment_other_querier_present(fixture_segment(f)), AT_S(255));
        fixture_hear_general(f, at, FIXTURE_L, 2);
    }
    assert_int_equal(segment_other_querier_present(fixture_segment(f)), AT_S(125));
    fixture_forget_log(f);
    fixture_run_until(f, at + AT_S(64)); /* L is dead: takeover 125 s after its last */
    assert_int_equal(f->sent_count, 0);
    fixture_run_until(f, at + AT_S(65));
    EXPECT_GENERAL(f, at + AT_S(65));

    at += AT_S(100); /* L is back: nothing is known of its cadence now */
    fixture_hear_general(f, at, FIXTURE_L, 2);
    assert_int_equal(segment_other_querier_present(fixture_segment(f)), AT_S(255));
    fixture_hear_general(f, at + AT_S(1), address_of(192, 168, 50, 4), 2); /* and a lower one */
    assert_true(address_equal(fixture_segment(f)->elected, address_of(192, 168, 50, 4)));
    assert_int_equal(segment_other_querier_present(fixture_segment(f)), AT_S(255));
    fixture_free(f);
}

/* -t SECONDS: fixed, with any profile. */
static void test_fixed_timeout(void **state)
{
    (void)state;
    struct params params = fixture_c60();
    params.other_querier_present = 77 * SECONDS;
    struct fixture *f = fixture_start(&params);
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 3);
    fixture_run_until(f, AT_S(90));
    EXPECT_GENERAL(f, AT_S(0), AT_S(87));
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q46_proxy_query),
        cmocka_unit_test(test_q49_off_subnet),
        cmocka_unit_test(test_q51_comparison),
        cmocka_unit_test(test_q53_start),
        cmocka_unit_test(test_down_since),
        cmocka_unit_test(test_q54_lower),
        cmocka_unit_test(test_q55_higher),
        cmocka_unit_test(test_q56_q58_takeover),
        cmocka_unit_test(test_q57_restart),
        cmocka_unit_test(test_q59_takeover_burst),
        cmocka_unit_test(test_q60_q67_quiet_non_querier),
        cmocka_unit_test(test_q61_q73_electing_queries),
        cmocka_unit_test(test_q62_duplicate_address),
        cmocka_unit_test(test_q64_three_way),
        cmocka_unit_test(test_q65_simultaneous_takeover),
        cmocka_unit_test(test_q66_complete),
        cmocka_unit_test(test_q66_defer),
        cmocka_unit_test(test_q68_adopted),
        cmocka_unit_test(test_q69_not_from_losers),
        cmocka_unit_test(test_q70_revert),
        cmocka_unit_test(test_q71_response),
        cmocka_unit_test(test_q71_general_alone),
        cmocka_unit_test(test_restart_as_another),
        cmocka_unit_test(test_q74_sleep),
        cmocka_unit_test(test_q150_frames_first),
        cmocka_unit_test(test_restart_rows),
        cmocka_unit_test(test_adaptive_tenure_by_querier),
        cmocka_unit_test(test_fixed_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
