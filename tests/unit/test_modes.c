/* SPDX-License-Identifier: MIT */
/* Timelines of the modes: backup, listen-first, passive, and speaking from 0.0.0.0; and what a
 * change of settings does. */
#include "fixture.h"

static struct fixture *start_mode(enum mode mode)
{
    struct params params = fixture_c2();
    params.mode = mode;
    return fixture_start(&params);
}

/* ---- proxy ---- */

/* from 0.0.0.0; beaten by any real querier, silent until it is gone. */
static void test_q52_proxy(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_create(&params);
    struct identity identity = {.is_up = true,
                                .mac = fixture_mac(FIXTURE_OWN),
                                .own = {address_of(192, 168, 50, 0), 24},
                                .is_proxy = true};

    engine_link(f->engine, 0, f->segment, &identity, f->outbox);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_run_until(f, AT_S(160));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250));
    assert_true(address_is_none(f->sent[0].envelope.source));
    assert_true(mac_equal(f->sent[0].envelope.source_mac, fixture_mac(FIXTURE_OWN)));

    struct igmp_query query = fixture_general(2);
    struct outside outside = fixture_outside(ADDRESS_NONE, ADDRESS_ALL_HOSTS);
    outside.source_mac = fixture_mac(FIXTURE_L); /* another proxy is nobody */
    EXPECT_VERDICT(fixture_hear_inside(f, AT_S(160), &outside, &query), VERDICT_PROXY_QUERY);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_hear_general(f, AT_S(160), FIXTURE_H, 2); /* any address beats none */
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_forget_log(f);
    fixture_run_until(f, AT_S(414));
    EXPECT_SILENCE(f);
    fixture_run_until(f, AT_S(415));
    EXPECT_GENERAL(f, AT_S(415));

    /* An address appears: a querier like any other. */
    fixture_link_up(f, AT_S(420), (struct prefix){FIXTURE_OWN, 24});
    fixture_run_until(f, AT_S(420));
    assert_true(address_equal(f->sent[1].envelope.source, FIXTURE_OWN));
    fixture_hear_general(f, AT_S(421), FIXTURE_H, 2);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_free(f);
}

/* ---- backup ---- */

/* listens first, yields to any address, and takes over only when all are silent. */
static void test_q75_backup(void **state)
{
    (void)state;
    struct fixture *f = start_mode(MODE_BACKUP);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    for (unsigned i = 0; i < 3; i++)
        fixture_hear_general(f, AT_S(10 + 125 * i), FIXTURE_H, 2);
    fixture_run_until(f, AT_S(514));
    EXPECT_SILENCE(f);
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_H));
    fixture_run_until(f, AT_S(640));
    EXPECT_GENERAL(f, AT_S(515), AT_S(640));
    fixture_hear_general(f, AT_S(700), FIXTURE_H, 2); /* it is back */
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* nobody ever: the first query after the other querier present interval. */
static void test_q75_backup_alone(void **state)
{
    (void)state;
    struct fixture *f = start_mode(MODE_BACKUP);
    fixture_run_until(f, AT_S(390));
    EXPECT_GENERAL(f, AT_S(255), AT_S(380));
    assert_int_equal(fixture_count_events(f, EVENT_QUERIER_GONE), 0);
    assert_int_equal(fixture_segment(f)->counters.takeovers, 0);
    fixture_free(f);
}

/* Q-65 with Q-75: for a second after its takeover a backup yields to lower ones only; later to
 * all. */
static void test_q65_backup_settles(void **state)
{
    (void)state;
    struct fixture *f = start_mode(MODE_BACKUP);
    fixture_run_until(f, AT_S(255));
    fixture_hear_general(f, AT_S(255) + 500, FIXTURE_H, 2);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_hear_general(f, AT_MS(255999), FIXTURE_H, 2);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_hear_general(f, AT_S(256), FIXTURE_H, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);

    f = start_mode(MODE_BACKUP);
    fixture_run_until(f, AT_S(255));
    fixture_hear_general(f, AT_S(255) + 500, FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_run_until(f, AT_S(509));
    EXPECT_GENERAL(f, AT_S(255));
    fixture_free(f);
}

/* An extra time by chance keeps backups apart: within its bound, and not always the same. */
static void test_backup_stagger(void **state)
{
    (void)state;
    instant first = INSTANT_NEVER;
    bool differs = false;

    for (uint64_t seed = 0; seed < 50; seed++) {
        struct params params = fixture_c2();
        params.mode = MODE_BACKUP;
        params.backup_stagger = 10 * SECONDS;
        params = fixture_resolve(&params);
        struct engine *engine = engine_create(seed);
        struct outbox *outbox = test_calloc(1, sizeof *outbox);
        struct identity identity = {
            .is_up = true, .mac = fixture_mac(FIXTURE_OWN), .own = {FIXTURE_OWN, 24}};
        engine_segment_add(engine, "if1", 1, VLAN_NONE, &params);
        engine_link(engine, 0, 0, &identity, outbox);
        instant at = 0;
        while (outbox->query_count == 0) {
            at = engine_deadline(engine);
            engine_tick(engine, at, outbox);
        }
        assert_within(at, AT_S(255), AT_S(265));
        differs |= first != INSTANT_NEVER && at != first;
        first = at;
        test_free(outbox);
        engine_destroy(engine);
    }
    assert_true(differs);
}

/* The extra time is added once for each silence, also for the next one. */
static void test_backup_stagger_again(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.mode = MODE_BACKUP;
    params.backup_stagger = 10 * SECONDS;
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(256));
    fixture_hear_general(f, AT_S(300), FIXTURE_H, 2); /* whether it took over already or not */
    fixture_forget_log(f);
    fixture_run_until(f, AT_S(554));
    EXPECT_SILENCE(f);
    fixture_run_until(f, AT_S(565));
    assert_int_equal(f->sent_count, 1);
    assert_int_not_equal(f->sent[0].at, AT_S(555)); /* with this seed: later */
    fixture_free(f);
}

/* a querier with a higher address that is still active when we query: a warning, once a
 * minute. */
static void test_q75_displaced_warning(void **state)
{
    (void)state;
    struct fixture *f = start_mode(MODE_ACTIVE);
    for (unsigned i = 1; i <= 59; i++)
        fixture_hear_general(f, AT_S(i), FIXTURE_H, 2);
    assert_int_equal(fixture_count_warnings(f, WARNING_DISPLACED), 1);
    const struct event *event = fixture_last_event(f, EVENT_WARNING);
    assert_true(address_equal(event->address, FIXTURE_H));
    fixture_hear_general(f, AT_S(61), FIXTURE_H, 2);
    assert_int_equal(fixture_count_warnings(f, WARNING_DISPLACED), 2);
    assert_int_equal(fixture_last_event(f, EVENT_WARNING)->count, 58);
    fixture_free(f);
}

/* ---- listen-first ---- */

/* listens for its time, then starts with a burst like any other. */
static void test_q117_listen_first(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.mode = MODE_LISTEN_FIRST;
    params.listen_time = 60 * SECONDS;
    struct fixture *f = fixture_start(&params);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_run_until(f, AT_MS(59999));
    EXPECT_SILENCE(f);
    fixture_run_until(f, AT_S(220));
    EXPECT_GENERAL(f, AT_S(60), AT_MS(91250), AT_MS(216250));
    assert_int_equal(f->sent[0].reason, QUERY_STARTUP);
    assert_int_equal(fixture_segment(f)->counters.takeovers, 0);
    fixture_hear_general(f, AT_S(220), FIXTURE_H, 2); /* from now on an active querier */
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_free(f);

    params.listen_time = PARAMS_AUTO; /* QI + QRI: the present querier's turn comes within that */
    f = fixture_start(&params);
    fixture_run_until(f, AT_S(136));
    EXPECT_GENERAL(f, AT_S(135));
    fixture_free(f);
}

/* a version 3 querier with a lower address is never disturbed. */
static void test_q117_never_disturbs(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.mode = MODE_LISTEN_FIRST;
    struct fixture *f = fixture_start(&params);
    for (unsigned i = 0; i < 8; i++)
        fixture_hear_general(f, AT_S(100 + 125 * i), FIXTURE_L, 3);
    fixture_run_until(f, AT_S(1000));
    EXPECT_SILENCE(f);
    fixture_run_until(f, AT_S(975 + 255)); /* it dies: an ordinary takeover */
    EXPECT_GENERAL(f, AT_S(1230));
    assert_int_equal(f->sent[0].reason, QUERY_TAKEOVER);
    fixture_free(f);
}

/* ---- passive ---- */

/* Never sends, whoever speaks or is silent; needs no address; tells who queries. */
static void test_passive(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.mode = MODE_PASSIVE;
    struct fixture *f = fixture_create(&params);
    fixture_link_up(f, 0, (struct prefix){ADDRESS_NONE, 0});
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    EXPECT_VERDICT(fixture_hear_general(f, AT_S(300), FIXTURE_H, 2), VERDICT_ACCEPTED);
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_H));
    fixture_hear_general(f, AT_S(310), FIXTURE_L, 2);
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_L));
    fixture_hear_general(f, AT_S(320), FIXTURE_H, 2); /* L may still be there */
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_L));
    fixture_hear_report(f, AT_S(330), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    EXPECT_VERDICT(fixture_hear_report(f, AT_S(331), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G),
                   VERDICT_IGNORED_LEAVE);
    assert_false(fixture_query_now(f, AT_S(331), ADDRESS_NONE));
    fixture_run_until(f, AT_S(5000));
    EXPECT_SILENCE(f);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    assert_int_equal(fixture_count_events(f, EVENT_QUERIER_GONE), 1);
    assert_false(fixture_segment(f)->has_elected);
    assert_int_equal(engine_deadline(f->engine), INSTANT_NEVER);
    fixture_hear_general(f, AT_S(6000), FIXTURE_H, 2);
    assert_int_equal(fixture_count_events(f, EVENT_QUERIER_ELECTED), 3);
    fixture_free(f);
}

/* An observer has no version of its own to be warned about, and calls another the querier as soon
 * as the one it knows has missed its turn by the cadence it has seen. */
static void test_passive_observer(void **state)
{
    (void)state;
    struct fixture *f = start_mode(MODE_PASSIVE);
    for (unsigned i = 0; i < 4; i++)
        fixture_hear_general(f, AT_S(1 + 30 * i), FIXTURE_L, 1 + i % 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 0);
    fixture_hear_general(f, AT_S(91 + 40), FIXTURE_H, 2); /* 30 s and the response time: not yet */
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_L));
    fixture_hear_general(f, AT_S(91 + 41), FIXTURE_H, 2);
    assert_true(address_equal(fixture_segment(f)->elected, FIXTURE_H));
    fixture_free(f);
}

/* ---- other settings while running ---- */

/* A changed interval counts from the next query; role and timers stay. */
static void test_configure_interval(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(160));
    params = fixture_c60(); /* shorter: not to wait for the end of the longer one */
    fixture_configure(f, AT_S(170), &params);
    fixture_run_until(f, AT_S(300));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250), AT_S(230), AT_S(290));
    params = fixture_c2(); /* longer: from the next on */
    fixture_configure(f, AT_S(300), &params);
    fixture_forget_log(f);
    fixture_run_until(f, AT_S(480));
    EXPECT_GENERAL(f, AT_S(350), AT_S(475));
    assert_int_equal(fixture_count_events(f, EVENT_ROLE), 0);
    fixture_free(f);

    f = fixture_start(&params); /* as non-querier the timeout counts anew from the query heard */
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    params = fixture_c60();
    fixture_configure(f, AT_S(20), &params);
    fixture_run_until(f, AT_S(200));
    EXPECT_GENERAL(f, AT_S(0), AT_S(135), AT_S(195));
    fixture_free(f);

    f = fixture_start(&params); /* and a querier that is denied from now on was never heard */
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    params.deny[params.deny_count++] = (struct prefix){FIXTURE_L, 32};
    fixture_configure(f, AT_S(20), &params);
    fixture_hear_general(f, AT_S(30), FIXTURE_L, 2);
    fixture_run_until(f, AT_S(90));
    EXPECT_GENERAL(f, AT_S(0), AT_S(20), AT_S(80));
    fixture_free(f);
}

/* A changed version, robustness or response interval is in the very next query. */
static void test_configure_version(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(40));
    params.version = 3;
    params.robustness = 3;
    fixture_configure(f, AT_S(50), &params);
    fixture_run_until(f, AT_S(160));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250));
    assert_int_equal(f->sent[2].version, 3);
    assert_int_equal(f->sent[2].robustness, 3);
    fixture_free(f);
}

/* A changed mode restarts; one that needs an address where there is none stops. */
static void test_configure_mode(void **state)
{
    (void)state;
    struct fixture *f = start_mode(MODE_ACTIVE);
    struct params params = fixture_c2();
    fixture_run_until(f, AT_S(40));
    params.mode = MODE_PASSIVE;
    fixture_configure(f, AT_S(50), &params);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_forget_log(f);
    fixture_run_until(f, AT_S(1000));
    EXPECT_SILENCE(f);

    fixture_link_up(f, AT_S(1000), (struct prefix){ADDRESS_NONE, 0});
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    params.mode = MODE_ACTIVE;
    fixture_configure(f, AT_S(1100), &params); /* no address to speak from */
    EXPECT_ROLE(f, ROLE_DOWN);
    fixture_run_until(f, AT_S(1200));
    EXPECT_SILENCE(f);
    params.mode = MODE_PASSIVE;
    fixture_configure(f, AT_S(1200), &params);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    params.mode = MODE_ACTIVE;
    fixture_configure(f, AT_S(1300), &params);
    fixture_link_up(f, AT_S(1400), (struct prefix){FIXTURE_OWN, 24});
    fixture_run_until(f, AT_S(1400));
    EXPECT_GENERAL(f, AT_S(1400));
    fixture_free(f);
}

/* The table of queriers keeps the size it was made with. */
static void test_configure_queriers(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.max_queriers = 2;
    struct fixture *f = fixture_start(&params);
    params.max_queriers = 1000;
    fixture_configure(f, AT_S(1), &params);
    for (unsigned i = 100; i < 200; i++)
        fixture_hear_general(f, AT_S(2), address_of(192, 168, 50, (uint8_t)i), 2);
    assert_int_equal(fixture_segment(f)->querier_count, 2);
    assert_int_equal(fixture_count_warnings(f, WARNING_TABLE_FULL), 1);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q52_proxy),
        cmocka_unit_test(test_q75_backup),
        cmocka_unit_test(test_q75_backup_alone),
        cmocka_unit_test(test_q65_backup_settles),
        cmocka_unit_test(test_backup_stagger),
        cmocka_unit_test(test_backup_stagger_again),
        cmocka_unit_test(test_q75_displaced_warning),
        cmocka_unit_test(test_q117_listen_first),
        cmocka_unit_test(test_q117_never_disturbs),
        cmocka_unit_test(test_passive),
        cmocka_unit_test(test_passive_observer),
        cmocka_unit_test(test_configure_interval),
        cmocka_unit_test(test_configure_version),
        cmocka_unit_test(test_configure_mode),
        cmocka_unit_test(test_configure_queriers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
