/* SPDX-License-Identifier: MIT */
/* Unit tests of the findings: just inside and just outside of what findings.h promises. */
#include "findings_scene.h"

/* D-12 and D-01: 260 s are not more than 260 s, to the microsecond. */
static void sharp_limits(void **state)
{
    (void)state;

    for (unsigned more = 0; more < 2; more++) {
        struct scene scene = scene_start();
        scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(250), 125 * SECONDS);
        scene_general(&scene, AT_S(375), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(376));
        scene_general(&scene, AT_S(630), FIXTURE_H, 2);
        scene_answer(&scene, AT_S(636) + more);
        if (more)
            EXPECT_FINDINGS(&scene, AT_S(640), FINDING_REPORT_GAP);
        else
            EXPECT_NO_FINDINGS(&scene, AT_S(640));
        scene_free(&scene);

        scene = scene_start();
        scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(120), 60 * SECONDS);
        if (more)
            EXPECT_FINDINGS(&scene, AT_S(380) + 1, FINDING_NO_QUERIER);
        else
            EXPECT_NO_FINDINGS(&scene, AT_S(380));
        scene_free(&scene);
    }
}

/* D-12: the third round of queries in the gap shows that the host was not there. */
static void gap_of_an_absent_host(void **state)
{
    (void)state;
    static const unsigned rounds[] = {1, 2, 3};

    for (size_t i = 0; i < 3; i++) {
        struct scene scene = scene_start();
        scene_general(&scene, AT_S(0), FIXTURE_L, 2);
        scene_report(&scene, AT_S(1), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
        scene_general(&scene, AT_S(20), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(21));
        unsigned first = 275 / rounds[i];
        for (unsigned n = 1; n <= rounds[i]; n++) {
            scene_general(&scene, AT_S(20 + first * n), FIXTURE_L, 2);
            scene_report(&scene, AT_S(22 + first * n), FIXTURE_H2, IGMP_KIND_V2_REPORT,
                         scene_other_group(1));
        }
        scene_answer(&scene, AT_S(25 + first * rounds[i]));
        assert_true(findings_end(scene.findings, AT_S(310)));
        unsigned gaps = 0;
        for (unsigned n = 0; n < findings_count(scene.findings); n++)
            gaps += findings_at(scene.findings, n)->id == FINDING_REPORT_GAP;
        assert_int_equal(gaps, rounds[i] <= 2);
        scene_free(&scene);
    }
}

/* D-04: two startup bursts in step are no fight yet; of two that should have silenced it the lowest
 * is named; and one that falls silent in time is left alone. */
static void fights(void **state)
{
    (void)state;
    static const unsigned burst[] = {0, 5, 10, 70};
    struct scene scene = scene_start();

    for (size_t i = 0; i < 4; i++) {
        scene_general(&scene, AT_S(burst[i]), FIXTURE_L, 2);
        scene_general(&scene, AT_S(burst[i] + 1), FIXTURE_H, 2);
        scene_answer(&scene, AT_S(burst[i] + 2));
    }
    EXPECT_FINDINGS(&scene, AT_S(100), FINDING_TOO_SHORT);
    scene_live(&scene, FIXTURE_L, AT_S(130), AT_S(310), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(320));
    /* The old run is forgotten: it takes three intervals again. */
    for (unsigned i = 0; i < 4; i++) {
        scene_general(&scene, AT_S(370 + 60 * i), FIXTURE_L, 2);
        scene_general(&scene, AT_S(371 + 60 * i), FIXTURE_B, 2);
        scene_general(&scene, AT_S(372 + 60 * i), FIXTURE_H, 2);
        scene_answer(&scene, AT_S(373 + 60 * i));
        if (i == 2)
            EXPECT_NO_FINDINGS(&scene, AT_S(500));
    }
    EXPECT_FINDINGS(&scene, AT_S(560), FINDING_TWO_QUERIERS, FINDING_TWO_QUERIERS);
    for (unsigned i = 0; i < 2; i++)
        assert_true(address_equal(findings_at(scene.findings, i)->other, FIXTURE_L));
    assert_int_equal(findings_at(scene.findings, 0)->measured, 180 * SECONDS);
    assert_int_equal(findings_at(scene.findings, 0)->count, 3);
    scene_free(&scene);
}

/* D-23: twice is none; three times in more than three hours is none; with a short interval (20 s)
 * a takeover may come soon. */
static void flaps(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 3; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(1000 * i), AT_S(1000 * i + 160), 20 * SECONDS);
        scene_live(&scene, FIXTURE_H, AT_S(1000 * i + 205), AT_S(1000 * i + 985), 20 * SECONDS);
        EXPECT_NO_FINDINGS(&scene, AT_S(1000 * i + 999));
    }
    scene_general(&scene, AT_S(3000), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(3001), FINDING_FLAPPING);
    assert_int_equal(scene_find(&scene, FINDING_FLAPPING)->measured, 45 * SECONDS);
    scene_free(&scene);

    scene = scene_start();
    for (unsigned i = 0; i < 4; i++) {
        instant start = AT_S(6000 * i);
        scene_live(&scene, FIXTURE_L, start, start + AT_S(3000), 60 * SECONDS);
        scene_live(&scene, FIXTURE_H, start + AT_S(3125), start + AT_S(5950), 60 * SECONDS);
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(24000));
    scene_free(&scene);
}

/* D-20: repeated joins and answers to specific queries have their own time; twice late is none, and
 * neither is being late less often than not. */
static void hardly_late(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 16; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(60 * i + (i < 12 ? 5 : 15)));
        if (i < 12) {
            scene_specific(&scene, AT_S(60 * i + 30), FIXTURE_L, FIXTURE_G);
            scene_answer(&scene, AT_S(60 * i + 31));
            scene_report(&scene, AT_S(60 * i + 35), FIXTURE_H2, IGMP_KIND_V2_REPORT,
                         scene_other_group((uint8_t)i));
            scene_report(&scene, AT_S(60 * i + 45), FIXTURE_H2, IGMP_KIND_V2_REPORT,
                         scene_other_group((uint8_t)i));
            scene_report(&scene, AT_S(60 * i + 46), FIXTURE_H2, IGMP_KIND_V2_LEAVE,
                         scene_other_group((uint8_t)i));
            scene_specific(&scene, AT_S(60 * i + 46), FIXTURE_L, scene_other_group((uint8_t)i));
        }
    }
    /* Host 1 was late four times, and answered more often than that. */
    EXPECT_NO_FINDINGS(&scene, AT_S(1000));
    scene_free(&scene);

    /* Three ways to report outside of the time after a query, and not to be late: an answer to a
     * specific query, a join that is repeated, and an answer to the second of two queries. */
    scene = scene_start();
    struct igmp_query hasty = fixture_general(2);
    hasty.max_response = 1 * SECONDS;
    scene_answer(&scene, AT_S(0));
    for (unsigned i = 1; i < 6; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_specific(&scene, AT_S(60 * i + 30), FIXTURE_L, FIXTURE_G);
        scene_answer(&scene, AT_S(60 * i + 31));
    }
    for (unsigned i = 6; i < 11; i++) {
        scene_report(&scene, AT_S(60 * i - 1), FIXTURE_H2, IGMP_KIND_V2_REPORT,
                     scene_other_group((uint8_t)i));
        scene_query(&scene, AT_S(60 * i), FIXTURE_L, &hasty);
        scene_report(&scene, AT_S(60 * i + 5), FIXTURE_H2, IGMP_KIND_V2_REPORT,
                     scene_other_group((uint8_t)i));
    }
    scene_report(&scene, AT_S(610), FIXTURE_B, IGMP_KIND_V2_REPORT, scene_other_group(1));
    for (unsigned i = 11; i < 16; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_general(&scene, AT_S(60 * i + 8), FIXTURE_L, 2);
        scene_report(&scene, AT_S(60 * i + 17), FIXTURE_B, IGMP_KIND_V2_REPORT,
                     scene_other_group(1));
    }
    assert_true(findings_end(scene.findings, AT_S(930)));
    for (unsigned i = 0; i < findings_count(scene.findings); i++)
        assert_int_not_equal(findings_at(scene.findings, i)->id, FINDING_LATE_ANSWERS);
    scene_free(&scene);

    /* Within the maximum response time and a second it is in time. */
    scene = scene_start();
    for (unsigned i = 0; i < 5; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(60 * i + 11));
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(270));
    scene_free(&scene);
}

/* D-21: three groups are few, half a second is no burst, and who gives no time gets none. */
static void no_bursts(void **state)
{
    (void)state;
    const struct {
        unsigned groups, apart_ms;
        duration response;
    } cases[] = {{3, 1, 10 * SECONDS}, {4, 170, 10 * SECONDS}, {5, 1, 5 * DECISECONDS}};

    for (size_t c = 0; c < 3; c++) {
        struct scene scene = scene_start();
        struct igmp_query query = fixture_general(2);
        query.max_response = cases[c].response;
        for (unsigned i = 0; i < 5; i++) {
            scene_query(&scene, AT_S(60 * i), FIXTURE_L, &query);
            for (unsigned n = 1; n <= cases[c].groups; n++)
                scene_report(&scene, AT_MS(60000 * i + 100 + n * cases[c].apart_ms), FIXTURE_H1,
                             IGMP_KIND_V2_REPORT, scene_other_group((uint8_t)n));
        }
        EXPECT_NO_FINDINGS(&scene, AT_S(270));
        scene_free(&scene);
    }
}

/* D-22: 400 s after the last older query it is the host's own doing; also for groups that are not
 * tracked. */
static void older_by_habit(void **state)
{
    (void)state;
    const struct address mdns = address_of(224, 0, 0, 251);
    struct scene scene = scene_start();

    scene_general(&scene, AT_S(0), FIXTURE_L, 2);
    scene_report(&scene, AT_S(3), FIXTURE_H2, IGMP_KIND_V2_REPORT, mdns);
    for (unsigned i = 1; i < 6; i++) {
        scene_general(&scene, AT_S(125 * i), FIXTURE_L, 3);
        scene_record(&scene, AT_S(125 * i + 2), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
        if (i == 3)
            scene_report(&scene, AT_S(125 * i + 3), FIXTURE_H2, IGMP_KIND_V2_REPORT, mdns);
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(640));
    scene_general(&scene, AT_S(750), FIXTURE_L, 3);
    scene_report(&scene, AT_S(753), FIXTURE_H2, IGMP_KIND_V2_REPORT, mdns);
    EXPECT_FINDINGS(&scene, AT_S(760), FINDING_OLDER_ANSWERS);
    assert_true(address_equal(scene_find(&scene, FINDING_OLDER_ANSWERS)->group, mdns));
    scene_free(&scene);
}

/* D-19: two missed queries are few; one answer is enough to be no silent host. */
static void hardly_silent(void **state)
{
    (void)state;

    for (unsigned answers = 0; answers < 2; answers++) {
        struct scene scene = scene_start();
        unsigned last = answers > 0 ? 300 : 120;
        scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(0), 60 * SECONDS);
        scene_report(&scene, AT_S(30), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
        for (unsigned at = 60; at <= 300; at += 60) {
            scene_live(&scene, FIXTURE_L, AT_S(at), AT_S(at), 60 * SECONDS);
            if (answers > 0 && at == 60)
                scene_report(&scene, AT_S(at + 5), FIXTURE_H2, IGMP_KIND_V2_REPORT,
                             scene_other_group(1));
            if (at == last) {
                scene_report(&scene, AT_S(at + 20), FIXTURE_H2, IGMP_KIND_V2_LEAVE,
                             scene_other_group(1));
                scene_specific(&scene, AT_S(at + 20), FIXTURE_L, scene_other_group(1));
            }
        }
        EXPECT_NO_FINDINGS(&scene, AT_S(340));
        scene_free(&scene);
    }
}

/* D-24, D-25: nine frames are no stream; one every eleven seconds is none; a member that comes back
 * in time, or later, makes the data wanted again. */
static void no_streams(void **state)
{
    (void)state;
    const struct mac none = {{0}};
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(300), 60 * SECONDS);
    scene_stream(&scene, AT_S(303), 9, scene_other_group(1), FIXTURE_H2, none);
    scene_live(&scene, FIXTURE_L, AT_S(360), AT_S(360), 60 * SECONDS);
    for (unsigned i = 0; i < 40; i++) {
        scene_stream(&scene, AT_S(370 + 11 * i), 1, scene_other_group(2), FIXTURE_H2, none);
        if (i % 5 == 4)
            scene_live(&scene, FIXTURE_L, AT_S(371 + 11 * i), AT_S(371 + 11 * i), 60 * SECONDS);
    }
    scene_report(&scene, AT_S(820), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(820), FIXTURE_L, FIXTURE_G);
    scene_stream(&scene, AT_S(831), 5, FIXTURE_G, FIXTURE_H2, none);
    scene_answer(&scene, AT_S(840));
    scene_stream(&scene, AT_S(841), 30, FIXTURE_G, FIXTURE_H2, none);
    EXPECT_NO_FINDINGS(&scene, AT_S(880));
    scene_free(&scene);
}

/* D-09, D-11: what is just within. */
static void intervals_within(void **state)
{
    (void)state;
    static const struct {
        duration interval, advertised;
    } good[] = {{125 * SECONDS, 125 * SECONDS},
                {94 * SECONDS, 125 * SECONDS}, /* a quarter early */
                {66 * SECONDS, 60 * SECONDS},  /* a tenth late */
                {125400 * MILLISECONDS, 125 * SECONDS}};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct scene scene = scene_start();
        struct igmp_query query = fixture_general(3);
        query.query_interval = good[i].advertised;
        for (unsigned n = 0; n < 6; n++) {
            scene_query(&scene, n * good[i].interval, FIXTURE_L, &query);
            scene_record(&scene, n * good[i].interval + SECONDS, FIXTURE_H1, IGMP_RECORD_IS_EX,
                         FIXTURE_G);
        }
        EXPECT_NO_FINDINGS(&scene, 6 * good[i].interval);
        scene_free(&scene);
    }
}

/* D-05: three devices with one address, in turn. */
static void three_devices(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    struct igmp_query query = fixture_general(2);

    for (unsigned i = 0; i < 6; i++) {
        outside.source_mac.octet[5] = (uint8_t)(100 + i % 3);
        scene_query_inside(&scene, AT_S(60 * i), &outside, &query);
        scene_answer(&scene, AT_S(60 * i + 1));
    }
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_DUPLICATE_QUERIER);
    scene_free(&scene);
}

/* D-01: a silence that was found stays the one told of, while a shorter one runs. */
static void longest_silence(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(0), 60 * SECONDS);
    scene_general(&scene, AT_S(400), FIXTURE_L, 2);
    scene_report(&scene, AT_S(402), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
    EXPECT_FINDINGS(&scene, AT_S(700), FINDING_NO_QUERIER);
    const struct finding *finding = scene_find(&scene, FINDING_NO_QUERIER);
    assert_int_equal(finding->measured, 400 * SECONDS);
    assert_int_equal(finding->count, 2);
    assert_int_equal(finding->stops_at, AT_S(263));
    assert_true(address_equal(finding->group, FIXTURE_G));
    assert_true(address_equal(finding->address, FIXTURE_L));
    EXPECT_FINDINGS(&scene, AT_S(900), FINDING_NO_QUERIER);
    finding = scene_find(&scene, FINDING_NO_QUERIER);
    assert_int_equal(finding->measured, 500 * SECONDS);
    assert_true(address_equal(finding->group, scene_other_group(1)));
    scene_free(&scene);
}

/* D-14: 120 s and three queries are needed. */
static void early_silence_of_hosts(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_general(&scene, AT_S(0), FIXTURE_L, 2);
    scene_general(&scene, AT_S(60), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(119), FINDING_TOO_SHORT);
    scene_general(&scene, AT_S(120), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(121), FINDING_PLACE, FINDING_TOO_SHORT);
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sharp_limits),
        cmocka_unit_test(gap_of_an_absent_host),
        cmocka_unit_test(fights),
        cmocka_unit_test(flaps),
        cmocka_unit_test(hardly_late),
        cmocka_unit_test(no_bursts),
        cmocka_unit_test(older_by_habit),
        cmocka_unit_test(hardly_silent),
        cmocka_unit_test(no_streams),
        cmocka_unit_test(intervals_within),
        cmocka_unit_test(three_devices),
        cmocka_unit_test(longest_silence),
        cmocka_unit_test(early_silence_of_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
