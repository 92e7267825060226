/* SPDX-License-Identifier: MIT */
/* Unit tests of the findings about how queriers query and whether they agree: for each of D-09 to
 * D-11, D-17, D-18 and D-23 a scene that raises exactly it. */
#include "findings_scene.h"

/** Version 3 queries that advertise 125 s or another interval, each answered in version 3. */
static void live_v3(struct scene *scene, struct address querier, instant from, unsigned count,
                    duration interval, duration advertised, unsigned robustness)
{
    struct igmp_query query = fixture_general(3);

    query.query_interval = advertised;
    query.robustness = robustness;
    for (unsigned i = 0; i < count; i++) {
        scene_query(scene, from + i * interval, querier, &query);
        scene_record(scene, from + i * interval + 3 * SECONDS, FIXTURE_H1, IGMP_RECORD_IS_EX,
                     FIXTURE_G);
    }
}

/* D-09: says 125 s, does 60 s. */
static void belied_interval(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    live_v3(&scene, FIXTURE_L, 0, 6, 60 * SECONDS, 125 * SECONDS, 2);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_MISMATCH);
    const struct finding *finding = scene_find(&scene, FINDING_MISMATCH);
    assert_int_equal(finding->detail, FINDING_MISMATCH_ADVERTISED);
    assert_int_equal(finding->measured, 60 * SECONDS);
    assert_int_equal(finding->limit, 125 * SECONDS);
    scene_free(&scene);
}

/* D-09: 30 s are proven by three gaps behind a startup burst; without one it takes eight. */
static void belied_interval_soon(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    static const unsigned burst[] = {0, 5, 10, 40, 70, 100};
    struct igmp_query query = fixture_general(3);

    query.query_interval = 60 * SECONDS;
    for (size_t i = 0; i < 6; i++) {
        scene_query(&scene, AT_S(burst[i]), FIXTURE_L, &query);
        scene_record(&scene, AT_S(burst[i] + 1), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
        if (i < 5)
            EXPECT_FINDINGS(&scene, AT_S(burst[i] + 1), FINDING_TOO_SHORT);
    }
    EXPECT_FINDINGS(&scene, AT_S(102), FINDING_MISMATCH, FINDING_TOO_SHORT);
    scene_free(&scene);

    scene = scene_start();
    live_v3(&scene, FIXTURE_L, 0, 8, 30 * SECONDS, 60 * SECONDS, 2);
    EXPECT_FINDINGS(&scene, AT_S(220), FINDING_TOO_SHORT);
    live_v3(&scene, FIXTURE_L, AT_S(240), 1, 30 * SECONDS, 60 * SECONDS, 2);
    EXPECT_FINDINGS(&scene, AT_S(245), FINDING_MISMATCH, FINDING_TOO_SHORT);
    scene_free(&scene);
}

/* D-09: says 60 s, does 70 s: more than 10 % late. */
static void belied_interval_late(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    live_v3(&scene, FIXTURE_L, 0, 6, 70 * SECONDS, 60 * SECONDS, 2);
    EXPECT_FINDINGS(&scene, AT_S(360), FINDING_MISMATCH);
    scene_free(&scene);
}

/* D-09: after a failover another interval and another robustness hold. */
static void queriers_disagree(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    live_v3(&scene, FIXTURE_L, 0, 5, 125 * SECONDS, 125 * SECONDS, 2);
    live_v3(&scene, FIXTURE_H, AT_S(750), 5, 60 * SECONDS, 60 * SECONDS, 3);
    EXPECT_FINDINGS(&scene, AT_S(1000), FINDING_MISMATCH);
    const struct finding *finding = scene_find(&scene, FINDING_MISMATCH);
    assert_int_equal(finding->detail,
                     FINDING_MISMATCH_QQIC | FINDING_MISMATCH_QRV | FINDING_MISMATCH_PERIODS);
    assert_true(address_equal(finding->address, FIXTURE_H));
    assert_true(address_equal(finding->other, FIXTURE_L));
    assert_int_equal(finding->measured, 60 * SECONDS);
    assert_int_equal(finding->version, 3);
    scene_free(&scene);
}

/* D-09: version 2 says nothing of its interval, but it can be measured. */
static void queriers_measured(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(500), 125 * SECONDS);
    scene_live(&scene, FIXTURE_H, AT_S(755), AT_S(1000), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(1010), FINDING_MISMATCH);
    assert_int_equal(scene_find(&scene, FINDING_MISMATCH)->detail, FINDING_MISMATCH_PERIODS);
    scene_free(&scene);
}

/** A good life, but one query of it is as `outside` says. */
static void flawed_life(const struct outside *outside, const struct igmp_query *query,
                        unsigned flaws, enum finding_severity severity)
{
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(180), 60 * SECONDS);
    scene_query_inside(&scene, AT_S(240), outside, query);
    scene_answer(&scene, AT_S(243));
    scene_live(&scene, FIXTURE_L, AT_S(300), AT_S(360), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(370), FINDING_QUERY_FORMAT);
    const struct finding *finding = scene_find(&scene, FINDING_QUERY_FORMAT);
    assert_int_equal(finding->detail, flaws);
    assert_int_equal(finding->severity, severity);
    assert_int_equal(finding->count, 1);
    assert_int_equal(finding->first_frame, 9);
    scene_free(&scene);
}

/* D-10, flaw by flaw. */
static void query_format(void **state)
{
    (void)state;
    const struct outside good = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    struct igmp_query general = fixture_general(2), specific = fixture_specific(2, FIXTURE_G);
    struct outside outside = good;

    outside.has_router_alert = false;
    flawed_life(&outside, &general, FINDING_FLAW_NO_ROUTER_ALERT, FINDING_WARNING);
    outside = good;
    outside.ttl = 64;
    flawed_life(&outside, &general, FINDING_FLAW_TTL, FINDING_WARNING);
    outside = good;
    outside.tos = 0;
    flawed_life(&outside, &general, FINDING_FLAW_TOS, FINDING_NOTE);
    outside = fixture_outside(FIXTURE_L, FIXTURE_G);
    flawed_life(&outside, &general, FINDING_FLAW_DESTINATION, FINDING_ERROR);
    outside = fixture_outside(FIXTURE_L, address_of(239, 9, 9, 9));
    flawed_life(&outside, &specific, FINDING_FLAW_DESTINATION, FINDING_ERROR);
    flawed_life(&good, &specific, FINDING_FLAW_SPECIFIC_TO_ALL, FINDING_NOTE);
}

/* D-10, not D-13: a bridge of Linux asks all hosts about the group that somebody left. */
static void leave_asked_of_all(void **state)
{
    (void)state;
    const struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    const struct igmp_query specific = fixture_specific(3, FIXTURE_G);
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_report(&scene, AT_S(250), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_query_inside(&scene, AT_S(251), &outside, &specific);
    scene_general(&scene, AT_S(300), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_QUERY_FORMAT);
    assert_int_equal(scene_find(&scene, FINDING_QUERY_FORMAT)->severity, FINDING_NOTE);
    scene_free(&scene);
}

/* D-10: what is wrong in the octets. */
static void query_octets(void **state)
{
    (void)state;
    const struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    static const uint8_t bad_checksum[] = {0x11, 0x64, 0xee, 0x9c, 0, 0, 0, 0};
    static const uint8_t ten_octets[] = {0x11, 0x64, 0xee, 0x9b, 0, 0, 0, 0, 0, 0};
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    fixture_hear_igmp(scene.fixture, AT_S(250), &outside, bad_checksum, sizeof bad_checksum);
    scene_tell(&scene, AT_S(250));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_QUERY_FORMAT);
    assert_int_equal(scene_find(&scene, FINDING_QUERY_FORMAT)->detail, FINDING_FLAW_CHECKSUM);
    fixture_hear_igmp(scene.fixture, AT_S(280), &outside, ten_octets, sizeof ten_octets);
    scene_tell(&scene, AT_S(280));
    EXPECT_FINDINGS(&scene, AT_S(290), FINDING_QUERY_FORMAT);
    assert_int_equal(scene_find(&scene, FINDING_QUERY_FORMAT)->detail,
                     FINDING_FLAW_CHECKSUM | FINDING_FLAW_LENGTH);
    scene_free(&scene);
}

/* D-11: 2 p + QRI > 260 s; and 2 p > the time of a router port, as set. */
static void long_interval(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(520), 130 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(530), FINDING_LONG_INTERVAL);
    const struct finding *finding = scene_find(&scene, FINDING_LONG_INTERVAL);
    assert_int_equal(finding->measured, 130 * SECONDS);
    assert_int_equal(finding->limit, 125 * SECONDS);
    assert_int_equal(finding->severity, FINDING_WARNING);
    scene_free(&scene);

    /* Here no frame need be lost. */
    scene = scene_start();
    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(1020), 255 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(1030), FINDING_LONG_INTERVAL);
    assert_int_equal(scene_find(&scene, FINDING_LONG_INTERVAL)->severity, FINDING_ERROR);
    scene_free(&scene);

    struct findings_setup setup = findings_setup_default();
    setup.router_timeout = 125 * SECONDS;
    scene = scene_start_with(&setup);
    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(500), 100 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(510), FINDING_LONG_INTERVAL);
    assert_int_equal(scene_find(&scene, FINDING_LONG_INTERVAL)->limit, 62500 * MILLISECONDS);
    scene_free(&scene);
}

/* D-17: a home router that passes on television loses the role, and television stops. */
static void displaced_proxy(void **state)
{
    (void)state;
    const struct address sender = address_of(10, 0, 0, 1);
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_H, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_stream(&scene, AT_S(245), 50, FIXTURE_G, sender, fixture_mac(FIXTURE_H));
    scene_live(&scene, FIXTURE_L, AT_S(295), AT_S(295), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(300)); /* too early */
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_DISPLACED);
    assert_int_equal(scene_find(&scene, FINDING_DISPLACED)->severity, FINDING_WARNING);
    scene_live(&scene, FIXTURE_L, AT_S(355), AT_S(600), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(600), FINDING_DISPLACED);
    const struct finding *finding = scene_find(&scene, FINDING_DISPLACED);
    assert_int_equal(finding->severity, FINDING_ERROR);
    assert_true(address_equal(finding->address, FIXTURE_H));
    assert_true(address_equal(finding->other, FIXTURE_L));
    assert_true(address_equal(finding->group, FIXTURE_G));
    assert_int_equal(finding->first, AT_S(295));
    scene_free(&scene);
}

/* D-18: anything between 40 and 125 s. */
static void irregular_queries(void **state)
{
    (void)state;
    static const unsigned gaps[] = {125, 60, 110, 40, 100, 70, 120, 50, 90, 40, 110, 60};
    struct scene scene = scene_start();
    unsigned at = 0;

    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(at), AT_S(at), 1 * SECONDS);
        at += gaps[i];
    }
    EXPECT_FINDINGS(&scene, AT_S(at), FINDING_CADENCE);
    const struct finding *finding = scene_find(&scene, FINDING_CADENCE);
    assert_int_equal(finding->detail, FINDING_CADENCE_UNEVEN);
    assert_int_equal(finding->measured, 40 * SECONDS);
    assert_int_equal(finding->limit, 125 * SECONDS);
    scene_free(&scene);
}

/* D-18: version 1 more than once a minute; beside D-08, which it cannot do without. */
static void version_1_too_often(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 12; i++) {
        scene_general(&scene, AT_S(30 * i), FIXTURE_L, 1);
        scene_report(&scene, AT_S(30 * i + 3), FIXTURE_H1, IGMP_KIND_V1_REPORT, FIXTURE_G);
    }
    EXPECT_FINDINGS(&scene, AT_S(340), FINDING_V1_QUERIER, FINDING_CADENCE);
    assert_int_equal(scene_find(&scene, FINDING_CADENCE)->detail, FINDING_CADENCE_V1);
    scene_free(&scene);
}

/* D-23: L asks every 150 s, and H gives up on it after 125 s each time. */
static void flapping(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 4; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(150 * i), AT_S(150 * i), 1 * SECONDS);
        scene_live(&scene, FIXTURE_H, AT_S(150 * i + 125), AT_S(150 * i + 125), 1 * SECONDS);
    }
    scene_general(&scene, AT_S(600), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(601), FINDING_FLAPPING);
    const struct finding *finding = scene_find(&scene, FINDING_FLAPPING);
    assert_int_equal(finding->count, 4);
    assert_int_equal(finding->measured, 125 * SECONDS);
    assert_true(address_equal(finding->address, FIXTURE_H));
    assert_true(address_equal(finding->other, FIXTURE_L));
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(belied_interval),
        cmocka_unit_test(belied_interval_soon),
        cmocka_unit_test(belied_interval_late),
        cmocka_unit_test(queriers_disagree),
        cmocka_unit_test(queriers_measured),
        cmocka_unit_test(query_format),
        cmocka_unit_test(leave_asked_of_all),
        cmocka_unit_test(query_octets),
        cmocka_unit_test(long_interval),
        cmocka_unit_test(displaced_proxy),
        cmocka_unit_test(irregular_queries),
        cmocka_unit_test(version_1_too_often),
        cmocka_unit_test(flapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
