/* SPDX-License-Identifier: MIT */
/* Unit tests of the findings about queriers: for each of D-01 to D-08 and D-26 to
 * D-29 a scene that raises exactly it. What must not raise anything is in test_findings_quiet.c. */
#include "findings_scene.h"

static const struct mac proxy_mac = {{0x02, 0, 0, 0, 1, 1}};
static const struct mac other_mac = {{0x02, 0, 0, 0, 1, 2}};

/* D-01: members and streams, and nobody ever asks. */
static void no_querier_ever(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_answer(&scene, AT_S(0));
    scene_answer(&scene, AT_S(200));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_NO_QUERIER);
    const struct finding *finding = scene_find(&scene, FINDING_NO_QUERIER);
    assert_int_equal(finding->severity, FINDING_ERROR);
    assert_int_equal(finding->measured, 270 * SECONDS);
    assert_true(address_is_none(finding->address));
    assert_true(address_equal(finding->group, FIXTURE_G));
    assert_true(address_equal(finding->other, FIXTURE_H1));
    assert_int_equal(finding->stops_at, AT_S(460));
    scene_free(&scene);
}

/* D-01: the querier dies and a member stays behind. */
static void querier_dies(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct finding_words words;

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(120), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(400), FINDING_NO_QUERIER);
    const struct finding *finding = scene_find(&scene, FINDING_NO_QUERIER);
    assert_true(address_equal(finding->address, FIXTURE_L));
    assert_int_equal(finding->measured, 280 * SECONDS);
    assert_int_equal(finding->stops_at, AT_S(383));
    assert_int_equal(finding->first_frame, 5);
    report_finding(finding, 0, &words);
    assert_non_null(strstr(words.consequence, "239.1.2.3 stopped at 192.168.50.21 at about 383 s"));
    report_finding_now(finding, AT_S(400), &words);
    assert_non_null(strstr(words.consequence, "stopped at 192.168.50.21 about 17 s ago."));
    report_finding_now(finding, AT_S(380), &words);
    assert_non_null(strstr(words.consequence, "will stop at 192.168.50.21 in about 3 s."));
    scene_free(&scene);
}

/* D-01: only data shows that there would be something to ask about. The silence is over at the
 * end, and stays found. */
static void silence_with_data(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(120), 60 * SECONDS);
    scene_report(&scene, AT_S(125), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(125), FIXTURE_L, FIXTURE_G);
    scene_stream(&scene, AT_S(400), 10, address_of(239, 9, 9, 9), FIXTURE_H2, (struct mac){{0}});
    for (unsigned i = 0; i < 3; i++)
        scene_general(&scene, AT_S(500 + 60 * i), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(700), FINDING_NO_QUERIER);
    const struct finding *finding = scene_find(&scene, FINDING_NO_QUERIER);
    assert_int_equal(finding->measured, 380 * SECONDS);
    assert_true(address_is_none(finding->group)); /* nobody was left whose stream could stop */
    assert_int_equal(finding->stops_at, INSTANT_NEVER);
    scene_free(&scene);
}

/* D-01: who listens and hears nothing at all knows that there is no querier, after as long as with
 * reports, and says that nothing else came; one report, and that is another thing. */
static void silence_that_is_listened_to(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene.is_listened = true;
    findings_listen(scene.findings, scene.fixture->segment, AT_S(10));
    EXPECT_FINDINGS(&scene, AT_S(260), FINDING_TOO_SHORT);
    EXPECT_NO_FINDINGS(&scene, AT_S(270));
    EXPECT_FINDINGS(&scene, AT_S(271), FINDING_NO_QUERIER);
    const struct finding *finding = scene_find(&scene, FINDING_NO_QUERIER);
    assert_int_equal(finding->measured, 261 * SECONDS);
    assert_int_equal(finding->first, AT_S(10));
    assert_int_equal(finding->detail, FINDING_SILENCE_IDLE);
    scene_report(&scene, AT_S(280), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    EXPECT_FINDINGS(&scene, AT_S(300), FINDING_NO_QUERIER);
    assert_int_equal(scene_find(&scene, FINDING_NO_QUERIER)->detail, 0);
    scene_free(&scene);
}

/* And it stays found, when somebody asks at last. */
static void silence_that_was_listened_to(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene.is_listened = true;
    findings_listen(scene.findings, scene.fixture->segment, AT_S(10));
    scene_live(&scene, FIXTURE_L, AT_S(1000), AT_S(1300), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(1300), FINDING_NO_QUERIER);
    const struct finding *finding = scene_find(&scene, FINDING_NO_QUERIER);
    assert_int_equal(finding->measured, 990 * SECONDS);
    assert_int_equal(finding->detail, FINDING_SILENCE_IDLE);
    scene_free(&scene);
}

static void proxy_query(struct scene *scene, instant at, struct mac mac)
{
    struct outside outside = fixture_outside(ADDRESS_NONE, ADDRESS_ALL_HOSTS);
    struct igmp_query query = fixture_general(2);

    outside.source_mac = mac;
    scene_query_inside(scene, at, &outside, &query);
    scene_answer(scene, at + 3 * SECONDS);
}

/* D-02. */
static void proxy_only(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    findings_network(scene.findings, scene.fixture->segment,
                     (struct prefix){address_of(192, 168, 50, 0), 24}, (struct mac){{0}},
                     FINDINGS_PLACE_UNKNOWN); /* 0.0.0.0 is not off-subnet (D-06) */
    for (unsigned i = 0; i < 6; i++)
        proxy_query(&scene, AT_S(60 * i), proxy_mac);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_PROXY_ONLY);
    const struct finding *finding = scene_find(&scene, FINDING_PROXY_ONLY);
    assert_int_equal(finding->severity, FINDING_WARNING);
    assert_true(mac_equal(finding->mac, proxy_mac));
    assert_int_equal(finding->measured, 310 * SECONDS);
    assert_int_equal(finding->count, 6);
    scene_free(&scene);
}

/* D-03. */
static void two_proxies(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 10; i++)
        proxy_query(&scene, AT_S(30 * i), i % 2 ? other_mac : proxy_mac);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_PROXIES_ONLY);
    const struct finding *finding = scene_find(&scene, FINDING_PROXIES_ONLY);
    assert_true(mac_equal(finding->mac, proxy_mac));
    assert_true(mac_equal(finding->other_mac, other_mac));
    scene_free(&scene);
}

/* D-04: the higher goes on. */
static void two_queriers(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 8; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(60 * i + 4));
        scene_general(&scene, AT_S(60 * i + 20), FIXTURE_H, 2);
    }
    EXPECT_FINDINGS(&scene, AT_S(480), FINDING_TWO_QUERIERS);
    const struct finding *finding = scene_find(&scene, FINDING_TWO_QUERIERS);
    assert_int_equal(finding->severity, FINDING_ERROR);
    assert_true(address_equal(finding->address, FIXTURE_H));
    assert_true(address_equal(finding->other, FIXTURE_L));
    assert_int_equal(finding->count, 7);
    assert_int_equal(finding->measured, 420 * SECONDS);
    scene_free(&scene);
}

/* D-05. */
static void duplicate_address(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    struct igmp_query query = fixture_general(2);

    for (unsigned i = 0; i < 10; i++) {
        outside.source_mac = i % 2 ? other_mac : proxy_mac;
        scene_query_inside(&scene, AT_S(30 * i), &outside, &query);
        scene_answer(&scene, AT_S(30 * i + 3));
    }
    EXPECT_FINDINGS(&scene, AT_S(300), FINDING_DUPLICATE_QUERIER);
    const struct finding *finding = scene_find(&scene, FINDING_DUPLICATE_QUERIER);
    assert_int_equal(finding->count, 8);
    assert_false(mac_equal(finding->mac, finding->other_mac));
    assert_int_equal(finding->first, AT_S(60));
    scene_free(&scene);
}

/* D-06: the network is known. */
static void off_subnet(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    findings_network(scene.findings, scene.fixture->segment,
                     (struct prefix){address_of(192, 168, 50, 0), 24}, (struct mac){{0}},
                     FINDINGS_PLACE_UNKNOWN);
    scene_live(&scene, address_of(192, 168, 51, 1), AT_S(0), AT_S(300), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_OFF_SUBNET);
    assert_int_equal(scene_find(&scene, FINDING_OFF_SUBNET)->severity, FINDING_WARNING);
    scene_free(&scene);
}

/* D-06: the network is not known, but all hosts have addresses of another kind. */
static void off_subnet_guessed(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, address_of(10, 9, 9, 9), AT_S(0), AT_S(300), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(305)); /* a single host proves nothing */
    for (uint8_t host = 30; host < 32; host++)
        scene_report(&scene, AT_S(305), address_of(192, 168, 50, host), IGMP_KIND_V2_REPORT,
                     FIXTURE_G);
    /* Hosts that wait for their address do not count. */
    scene_report(&scene, AT_S(306), ADDRESS_NONE, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_report(&scene, AT_S(306), address_of(169, 254, 1, 1), IGMP_KIND_V2_REPORT, FIXTURE_G);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_OFF_SUBNET);
    assert_int_equal(scene_find(&scene, FINDING_OFF_SUBNET)->severity, FINDING_NOTE);
    assert_false(scene_find(&scene, FINDING_OFF_SUBNET)->network_is_known);
    scene_report(&scene, AT_S(311), address_of(10, 9, 1, 1), IGMP_KIND_V2_REPORT, FIXTURE_G);
    EXPECT_NO_FINDINGS(&scene, AT_S(312)); /* two networks on one wire: no telling */
    scene_free(&scene);
}

/* D-07: a version 2 query into a version 3 network. */
static void version_mix(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 4; i++) {
        scene_general(&scene, AT_S(125 * i), FIXTURE_L, 3);
        scene_record(&scene, AT_S(125 * i + 3), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
    }
    scene_general(&scene, AT_S(400), FIXTURE_H, 2);
    scene_answer(&scene, AT_S(403));
    scene_general(&scene, AT_S(500), FIXTURE_L, 3);
    scene_answer(&scene, AT_S(503));
    EXPECT_FINDINGS(&scene, AT_S(510), FINDING_VERSION_MIX);
    const struct finding *finding = scene_find(&scene, FINDING_VERSION_MIX);
    assert_true(address_equal(finding->address, FIXTURE_H));
    assert_int_equal(finding->version, 2);
    assert_int_equal(finding->other_version, 3);
    scene_free(&scene);
}

/* D-07: a version 3 querier starts in a version 2 network. */
static void version_mix_upward(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_general(&scene, AT_S(250), FIXTURE_H, 3);
    scene_live(&scene, FIXTURE_L, AT_S(300), AT_S(300), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_VERSION_MIX);
    const struct finding *finding = scene_find(&scene, FINDING_VERSION_MIX);
    assert_int_equal(finding->count, 2);
    assert_true(address_equal(finding->address, FIXTURE_L));
    assert_true(address_equal(finding->other, FIXTURE_H));
    scene_free(&scene);
}

/* D-08. */
static void version_1_querier(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 6; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 1);
        scene_report(&scene, AT_S(60 * i + 3), FIXTURE_H1, IGMP_KIND_V1_REPORT, FIXTURE_G);
    }
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_V1_QUERIER);
    assert_int_equal(scene_find(&scene, FINDING_V1_QUERIER)->count, 6);
    scene_free(&scene);
}

/* D-26: 30 queries in 3.6 s; or copies of one without end, as a loop makes them. */
static void query_storm(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    for (unsigned i = 0; i < 30; i++)
        scene_general(&scene, AT_MS(250000 + 120 * i), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_QUERY_STORM);
    const struct finding *finding = scene_find(&scene, FINDING_QUERY_STORM);
    assert_int_equal(finding->measured, 2400 * MILLISECONDS); /* 21 with 20 gaps of 120 ms */
    assert_int_equal(finding->detail, FINDINGS_STORM);
    assert_int_equal(finding->count, 10);
    scene_free(&scene);

    scene = scene_start();
    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    for (unsigned i = 0; i < 1000; i++)
        scene_general(&scene, AT_S(250) + 20 * i, FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_QUERY_STORM);
    finding = scene_find(&scene, FINDING_QUERY_STORM);
    assert_int_equal(finding->detail, FINDINGS_FLOOD);
    assert_int_equal(finding->count, 1000 - FINDINGS_FLOOD);
    assert_int_equal(finding->measured, FINDINGS_FLOOD * 20);
    scene_free(&scene);
}

/* D-27. */
static void too_short(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct finding_words words;

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_MS(259999), FINDING_TOO_SHORT);
    assert_int_equal(scene_find(&scene, FINDING_TOO_SHORT)->limit, 260 * SECONDS);
    report_finding(scene_find(&scene, FINDING_TOO_SHORT), 0, &words);
    assert_string_equal(words.advice, "Capture for five minutes or more.");
    report_finding_now(scene_find(&scene, FINDING_TOO_SHORT), AT_S(260), &words);
    assert_string_equal(words.advice, "Ask again in five minutes.");
    EXPECT_NO_FINDINGS(&scene, AT_S(260));
    scene_free(&scene);
}

/* D-28: each table has its maximum, and the rest goes on. */
static void full_tables(void **state)
{
    (void)state;
    struct findings_setup setup = findings_setup_default();
    setup.max_queriers = setup.max_hosts = setup.max_groups = setup.max_members = 1;
    struct scene scene = scene_start_with(&setup);

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(260));
    scene_general(&scene, AT_S(261), FIXTURE_H, 2);
    scene_report(&scene, AT_S(262), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_report(&scene, AT_S(263), FIXTURE_H1, IGMP_KIND_V2_REPORT, address_of(239, 7, 7, 7));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_TABLE_FULL);
    const struct finding *finding = scene_find(&scene, FINDING_TABLE_FULL);
    assert_int_equal(finding->detail,
                     FINDING_FULL_QUERIERS | FINDING_FULL_HOSTS | FINDING_FULL_GROUPS);
    assert_int_equal(finding->count, 3);
    scene_free(&scene);
}

/* Judging is no event: it can be done at any time, and twice in a row it says the same. */
static void judging_changes_nothing(void **state)
{
    (void)state;
    struct scene often = scene_start(), once = scene_start();

    for (unsigned i = 0; i < 8; i++) {
        struct scene *scenes[] = {&often, &once};
        for (size_t s = 0; s < 2; s++) {
            scene_general(scenes[s], AT_S(60 * i), FIXTURE_L, 2);
            scene_answer(scenes[s], AT_S(60 * i + 4));
            scene_general(scenes[s], AT_S(60 * i + 20), FIXTURE_H, 2);
            scene_report(scenes[s], AT_S(60 * i + 25), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
        }
        findings_end(often.findings, AT_S(60 * i + 59));
    }
    assert_true(findings_end(often.findings, AT_S(480)));
    assert_true(findings_end(often.findings, AT_S(480)));
    assert_true(findings_end(once.findings, AT_S(480)));
    assert_int_equal(findings_count(often.findings), findings_count(once.findings));
    assert_true(findings_count(once.findings) >= 2);
    for (unsigned i = 0; i < findings_count(once.findings); i++) {
        const struct finding *a = findings_at(often.findings, i),
                             *b = findings_at(once.findings, i);
        assert_int_equal(a->id, b->id);
        assert_int_equal(a->count, b->count);
        assert_int_equal(a->first, b->first);
        assert_int_equal(a->last_frame, b->last_frame);
        assert_int_equal(a->measured, b->measured);
    }
    scene_free(&often);
    scene_free(&once);
}

static void hear_cut(struct scene *scene, instant at)
{
    const struct received received = {.segment = scene->fixture->segment, .verdict = VERDICT_CUT};

    findings_frame(scene->findings, at, ++scene->frames, &received);
}

/* D-29: one frame more is cut, and then as many as are whole. */
static void cut_short(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(360), 60 * SECONDS);
    uint64_t whole = scene.frames;
    EXPECT_NO_FINDINGS(&scene, AT_S(370));
    hear_cut(&scene, AT_S(371));
    EXPECT_FINDINGS(&scene, AT_S(371), FINDING_CUT);
    const struct finding *finding = scene_find(&scene, FINDING_CUT);
    assert_int_equal(finding->severity, FINDING_NOTE);
    assert_int_equal(finding->detail, 100 / (whole + 1));
    for (unsigned i = 1; i < whole; i++) {
        EXPECT_FINDINGS(&scene, AT_S(372), FINDING_CUT);
        assert_int_equal(scene_find(&scene, FINDING_CUT)->severity, FINDING_NOTE);
        hear_cut(&scene, AT_S(372));
    }
    EXPECT_FINDINGS(&scene, AT_S(380), FINDING_CUT);
    finding = scene_find(&scene, FINDING_CUT);
    assert_int_equal(finding->severity, FINDING_WARNING);
    assert_int_equal(finding->count, whole);
    assert_int_equal(finding->detail, 50);
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_short),
        cmocka_unit_test(no_querier_ever),
        cmocka_unit_test(querier_dies),
        cmocka_unit_test(silence_with_data),
        cmocka_unit_test(proxy_only),
        cmocka_unit_test(silence_that_is_listened_to),
        cmocka_unit_test(silence_that_was_listened_to),
        cmocka_unit_test(two_proxies),
        cmocka_unit_test(two_queriers),
        cmocka_unit_test(duplicate_address),
        cmocka_unit_test(off_subnet),
        cmocka_unit_test(off_subnet_guessed),
        cmocka_unit_test(version_mix),
        cmocka_unit_test(version_mix_upward),
        cmocka_unit_test(version_1_querier),
        cmocka_unit_test(query_storm),
        cmocka_unit_test(too_short),
        cmocka_unit_test(full_tables),
        cmocka_unit_test(judging_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
