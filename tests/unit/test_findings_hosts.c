/* SPDX-License-Identifier: MIT */
/* Unit tests of the findings about hosts, groups and streams: for each of D-12 to D-16, D-19 to
 * D-22, D-24 and D-25 a scene that raises exactly it. */
#include "findings_scene.h"

static const struct mac none = {{0}};

/* D-12: the querier dies, another takes over after 255 s, and host 1 answers 264 s after
 * its last report. */
static void failover_gap(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(250), 125 * SECONDS);
    scene_general(&scene, AT_S(375), FIXTURE_L, 2);
    scene_answer(&scene, AT_MS(375500));
    scene_general(&scene, AT_S(630), FIXTURE_H, 2);
    scene_answer(&scene, AT_MS(639500));
    EXPECT_FINDINGS(&scene, AT_S(700), FINDING_REPORT_GAP);
    const struct finding *finding = scene_find(&scene, FINDING_REPORT_GAP);
    assert_int_equal(finding->severity, FINDING_ERROR);
    assert_int_equal(finding->measured, 264 * SECONDS);
    assert_int_equal(finding->first, AT_MS(375500));
    assert_int_equal(finding->stops_at, AT_MS(635500));
    assert_true(address_equal(finding->address, FIXTURE_H1));
    assert_true(address_equal(finding->group, FIXTURE_G));
    scene_free(&scene);
}

/* D-13: host 2 leaves and nobody asks; host 1 stays. Once one leave was asked about it is a note.
 */
static void leave_ignored(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_live(&scene, FIXTURE_L, AT_S(10), AT_S(250), 60 * SECONDS);
    scene_report(&scene, AT_S(260), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    EXPECT_NO_FINDINGS(&scene, AT_S(265)); /* it may still come */
    EXPECT_FINDINGS(&scene, AT_S(266), FINDING_LEAVE_IGNORED);
    const struct finding *finding = scene_find(&scene, FINDING_LEAVE_IGNORED);
    assert_int_equal(finding->severity, FINDING_WARNING);
    assert_int_equal(finding->first, AT_S(260));
    assert_true(address_equal(finding->address, FIXTURE_H2));
    assert_true(address_equal(finding->other, FIXTURE_L));

    scene_report(&scene, AT_S(270), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(271), FIXTURE_L, FIXTURE_G);
    EXPECT_FINDINGS(&scene, AT_S(290), FINDING_LEAVE_IGNORED);
    assert_int_equal(scene_find(&scene, FINDING_LEAVE_IGNORED)->severity, FINDING_NOTE);
    scene_free(&scene);
}

/* D-13: version 3 leaves by TO_IN{}. */
static void leave_ignored_v3(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 3; i++) {
        scene_general(&scene, AT_S(125 * i), FIXTURE_L, 3);
        scene_record(&scene, AT_S(125 * i + 2), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
    }
    scene_record(&scene, AT_S(260), FIXTURE_H1, IGMP_RECORD_TO_IN, FIXTURE_G);
    scene_record(&scene, AT_S(261), FIXTURE_H1, IGMP_RECORD_TO_IN, FIXTURE_G); /* repeated */
    EXPECT_FINDINGS(&scene, AT_S(280), FINDING_LEAVE_IGNORED);
    assert_int_equal(scene_find(&scene, FINDING_LEAVE_IGNORED)->count, 1);
    scene_free(&scene);
}

/* D-30: host 2 leaves and all are asked; host 1 is still there, but behind the same port. */
static void leave_cuts_another(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_live(&scene, FIXTURE_L, AT_S(10), AT_S(260), 125 * SECONDS);
    scene_report(&scene, AT_S(270), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(270), FIXTURE_L, FIXTURE_G);
    scene_specific(&scene, AT_S(271), FIXTURE_L, FIXTURE_G);
    EXPECT_NO_FINDINGS(&scene, AT_S(284));
    scene_general(&scene, AT_S(385), FIXTURE_L, 2);
    scene_answer(&scene, AT_S(390));
    EXPECT_FINDINGS(&scene, AT_S(400), FINDING_LEAVE_CUTS);
    const struct finding *finding = scene_find(&scene, FINDING_LEAVE_CUTS);
    assert_true(address_equal(finding->address, FIXTURE_H1));
    assert_true(address_equal(finding->other, FIXTURE_H2));
    assert_int_equal(finding->measured, 120 * SECONDS);
    assert_int_equal(finding->stops_at, AT_S(270));
    /* Host 1 might have been switched off and on: not if it happens again. */
    assert_int_equal(finding->severity, FINDING_WARNING);
    scene_report(&scene, AT_S(410), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_report(&scene, AT_S(420), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(420), FIXTURE_L, FIXTURE_G);
    scene_specific(&scene, AT_S(421), FIXTURE_L, FIXTURE_G);
    scene_general(&scene, AT_S(510), FIXTURE_L, 2);
    scene_answer(&scene, AT_S(515));
    EXPECT_FINDINGS(&scene, AT_S(520), FINDING_LEAVE_CUTS);
    finding = scene_find(&scene, FINDING_LEAVE_CUTS);
    assert_int_equal(finding->severity, FINDING_ERROR);
    assert_int_equal(finding->count, 2);
    scene_free(&scene);
}

/* D-30: one who joins anew, one who left as well, one who has been gone for long. */
static void leave_cuts_nobody(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_report(&scene, AT_S(0), FIXTURE_B, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_live(&scene, FIXTURE_L, AT_S(10), AT_S(310), 60 * SECONDS);
    scene_report(&scene, AT_S(320), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_report(&scene, AT_S(322), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(322), FIXTURE_L, FIXTURE_G);
    scene_answer(&scene, AT_MS(322500));
    scene_report(&scene, AT_S(323), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(323), FIXTURE_L, FIXTURE_G);
    scene_general(&scene, AT_S(370), FIXTURE_L, 2);
    scene_report(&scene, AT_S(372), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_report(&scene, AT_S(374), FIXTURE_B, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_answer(&scene, AT_S(390));
    EXPECT_NO_FINDINGS(&scene, AT_S(400));
    scene_free(&scene);
}

/** D-30 in version 3: what host 1 says after the next general query. */
static void after_leave_v3(struct scene *scene, enum igmp_record_type says)
{
    const struct igmp_query query = fixture_specific(3, FIXTURE_G);

    for (unsigned i = 0; i < 3; i++) {
        scene_general(scene, AT_S(125 * i), FIXTURE_L, 3);
        scene_record(scene, AT_S(125 * i + 2), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
        scene_record(scene, AT_S(125 * i + 3), FIXTURE_H2, IGMP_RECORD_IS_EX, FIXTURE_G);
    }
    scene_record(scene, AT_S(300), FIXTURE_H2, IGMP_RECORD_TO_IN, FIXTURE_G);
    scene_query(scene, AT_S(300), FIXTURE_L, &query);
    scene_query(scene, AT_S(301), FIXTURE_L, &query);
    scene_general(scene, AT_S(375), FIXTURE_L, 3);
    scene_record(scene, AT_S(380), FIXTURE_H1, says, FIXTURE_G);
    scene_general(scene, AT_S(500), FIXTURE_L, 3);
    scene_record(scene, AT_S(502), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
}

/* D-30: version 3 tells an answer from a join, as of a host that was switched off and on. */
static void leave_cuts_another_v3(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    after_leave_v3(&scene, IGMP_RECORD_TO_EX);
    EXPECT_NO_FINDINGS(&scene, AT_S(520));
    scene_free(&scene);

    scene = scene_start();
    after_leave_v3(&scene, IGMP_RECORD_IS_EX);
    EXPECT_FINDINGS(&scene, AT_S(520), FINDING_LEAVE_CUTS);
    assert_int_equal(scene_find(&scene, FINDING_LEAVE_CUTS)->severity, FINDING_ERROR);
    scene_free(&scene);
}

/** A good life, and `count` reports of host 2 for G in the octets and to the address given. */
static void flawed_reports(struct scene *scene, struct address to, const uint8_t octets[8],
                           unsigned ttl, unsigned count)
{
    struct outside outside = fixture_outside(FIXTURE_H2, to);

    outside.ttl = (uint8_t)ttl;
    scene_live(scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    for (unsigned i = 0; i < count; i++) {
        fixture_hear_igmp(scene->fixture, AT_S(265 + i), &outside, octets, 8);
        scene_tell(scene, AT_S(265 + i));
    }
}

/* D-31, flaw by flaw; one or two bad ones beside good ones are damage on the way. */
static void report_format(void **state)
{
    (void)state;
    static const uint8_t good[] = {0x16, 0, 0xf1, 0xec, 239, 9, 9, 9};
    static const uint8_t bad[] = {0x16, 0, 0x12, 0x34, 239, 9, 9, 9};
    static const uint8_t no_group[] = {0x16, 0, 0x20, 0xed, 192, 9, 9, 9};
    const struct address group = address_of(239, 9, 9, 9);
    const struct {
        const uint8_t *octets;
        struct address to;
        unsigned ttl, flaws;
        enum finding_severity severity;
    } cases[] = {
        {bad, group, 1, FINDING_FLAW_CHECKSUM, FINDING_ERROR},
        {no_group, group, 1, FINDING_FLAW_DESTINATION, FINDING_ERROR},
        {good, ADDRESS_ALL_ROUTERS, 1, FINDING_FLAW_DESTINATION, FINDING_ERROR},
        {good, group, 64, FINDING_FLAW_TTL, FINDING_WARNING},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene = scene_start();
        flawed_reports(&scene, cases[i].to, cases[i].octets, cases[i].ttl, 1);
        EXPECT_FINDINGS(&scene, AT_S(270), FINDING_REPORT_FORMAT);
        const struct finding *finding = scene_find(&scene, FINDING_REPORT_FORMAT);
        assert_int_equal(finding->detail, cases[i].flaws);
        assert_int_equal(finding->severity, cases[i].severity);
        assert_true(address_equal(finding->address, FIXTURE_H2));
        scene_free(&scene);
    }
    struct scene scene = scene_start();
    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    flawed_reports(&scene, group, bad, 1, 2);
    EXPECT_NO_FINDINGS(&scene, AT_S(268));
    const struct outside outside = fixture_outside(FIXTURE_H2, group);
    fixture_hear_igmp(scene.fixture, AT_S(269), &outside, bad, sizeof bad);
    scene_tell(&scene, AT_S(269));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_REPORT_FORMAT);
    assert_int_equal(scene_find(&scene, FINDING_REPORT_FORMAT)->severity, FINDING_WARNING);
    scene_free(&scene);
}

/* D-14: what a port with snooping does not show. Version 3 reports are flooded by many switches. */
static void snooping_off(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    findings_network(scene.findings, scene.fixture->segment, (struct prefix){0},
                     fixture_mac(FIXTURE_H2), FINDINGS_PLACE_HOST);
    for (unsigned i = 0; i < 5; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_report(&scene, AT_S(60 * i + 1), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(300));
    scene_general(&scene, AT_S(300), FIXTURE_L, 2);
    scene_answer(&scene, AT_S(301));
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_PLACE);
    const struct finding *finding = scene_find(&scene, FINDING_PLACE);
    assert_int_equal(finding->detail, FINDING_PLACE_FLOODED);
    assert_true(address_equal(finding->address, FIXTURE_H1));
    scene_free(&scene);
}

/* D-14: nobody answers at all. */
static void no_reports(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct finding_words words;

    for (unsigned i = 0; i < 5; i++)
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
    EXPECT_FINDINGS(&scene, AT_S(300), FINDING_PLACE);
    assert_int_equal(scene_find(&scene, FINDING_PLACE)->detail, FINDING_PLACE_NO_REPORTS);
    report_finding_now(scene_find(&scene, FINDING_PLACE), AT_S(1000), &words);
    assert_null(strstr(words.advice, "Capture"));
    assert_int_equal(scene_find(&scene, FINDING_PLACE)->severity, FINDING_NOTE);
    findings_network(scene.findings, scene.fixture->segment, (struct prefix){0}, none,
                     FINDINGS_PLACE_QUERIER);
    EXPECT_FINDINGS(&scene, AT_S(300), FINDING_PLACE);
    assert_int_equal(scene_find(&scene, FINDING_PLACE)->severity, FINDING_WARNING);
    scene_free(&scene);
}

/* D-15: 239.128.0.5 looks like 224.0.0.5 to a switch, and is flooded. */
static void always_flooded(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_report(&scene, AT_S(250), FIXTURE_H2, IGMP_KIND_V2_REPORT, address_of(239, 128, 0, 5));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_ALIAS);
    const struct finding *finding = scene_find(&scene, FINDING_ALIAS);
    assert_int_equal(finding->severity, FINDING_WARNING);
    assert_true(address_equal(finding->other_group, address_of(224, 0, 0, 5)));
    scene_free(&scene);
}

/* D-15: three groups behind one Ethernet address; each is told of once. */
static void shared_address(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_report(&scene, AT_S(250), FIXTURE_H2, IGMP_KIND_V2_REPORT, address_of(239, 129, 2, 3));
    scene_report(&scene, AT_S(251), FIXTURE_H2, IGMP_KIND_V2_REPORT, address_of(230, 1, 2, 3));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_ALIAS, FINDING_ALIAS);
    const struct finding *finding = scene_find(&scene, FINDING_ALIAS);
    assert_int_equal(finding->severity, FINDING_NOTE);
    assert_true(address_equal(finding->group, FIXTURE_G));
    assert_true(address_equal(finding->other_group, address_of(230, 1, 2, 3)));
    assert_true(mac_equal(finding->mac, mac_of_group(FIXTURE_G)));
    scene_free(&scene);
}

/* D-16. */
static void old_report_in_ssm_range(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_report(&scene, AT_S(250), FIXTURE_H2, IGMP_KIND_V2_REPORT, address_of(232, 1, 1, 1));
    scene_report(&scene, AT_S(255), FIXTURE_H2, IGMP_KIND_V2_LEAVE, address_of(232, 1, 1, 1));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_SSM_V2);
    const struct finding *finding = scene_find(&scene, FINDING_SSM_V2);
    assert_int_equal(finding->count, 2);
    assert_int_equal(finding->version, 2);
    assert_true(address_equal(finding->address, FIXTURE_H2));
    assert_int_equal(finding->other_version, 2); /* that is why */
    assert_true(address_equal(finding->other, FIXTURE_L));
    scene_free(&scene);

    scene = scene_start();
    for (unsigned i = 0; i < 3; i++) {
        scene_general(&scene, AT_S(125 * i), FIXTURE_L, 3);
        scene_record(&scene, AT_S(125 * i + 2), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
    }
    scene_report(&scene, AT_S(260), FIXTURE_H2, IGMP_KIND_V2_REPORT, address_of(232, 1, 1, 1));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_SSM_V2);
    assert_int_equal(scene_find(&scene, FINDING_SSM_V2)->other_version, 0);
    scene_free(&scene);
}

/** A general query that gives `response`, with the answers of so many hosts. */
static void crowd_round(struct scene *scene, instant at, struct address querier, duration response,
                        uint8_t hosts)
{
    struct igmp_query query = fixture_general(2);

    query.max_response = response;
    scene_query(scene, at, querier, &query);
    for (uint8_t host = 0; host < hosts; host++)
        scene_report(scene, at + (1 + host) * MILLISECONDS, address_of(192, 168, 51, host),
                     IGMP_KIND_V2_REPORT, scene_other_group(host));
}

static void crowd(struct scene *scene, duration response, unsigned rounds, uint8_t hosts)
{
    for (unsigned i = 0; i < rounds; i++)
        crowd_round(scene, AT_S(60 * i), FIXTURE_L, response, hosts);
}

/* D-33: a hundred hosts have a tenth of a second, or 150 a whole one; 99 may. */
static void crowd_of_answers(void **state)
{
    (void)state;
    const struct {
        duration response;
        unsigned rounds;
        uint8_t hosts;
        bool is_found;
    } cases[] = {
        {100 * MILLISECONDS, 6, 100, true},
        {100 * MILLISECONDS, 6, 99, false},
        {1 * SECONDS, 6, 150, true},
        {2 * SECONDS, 6, 150, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene = scene_start();
        crowd(&scene, cases[i].response, cases[i].rounds, cases[i].hosts);
        if (cases[i].is_found) {
            EXPECT_FINDINGS(&scene, AT_S(310), FINDING_CROWD);
            const struct finding *finding = scene_find(&scene, FINDING_CROWD);
            assert_int_equal(finding->count, cases[i].rounds);
            assert_int_equal(finding->detail, cases[i].hosts);
            assert_int_equal(finding->limit, cases[i].response);
            assert_true(address_equal(finding->address, FIXTURE_L));
        } else
            EXPECT_NO_FINDINGS(&scene, AT_S(310));
        scene_free(&scene);
    }
}

/* D-33: it is a proxy that is in a hurry, and not the querier beside it. */
static void crowd_around_proxy(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 6; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(60 * i), AT_S(60 * i), 60 * SECONDS);
        crowd_round(&scene, AT_S(60 * i + 30), ADDRESS_NONE, 100 * MILLISECONDS, 100);
    }
    EXPECT_FINDINGS(&scene, AT_S(340), FINDING_CROWD);
    assert_true(address_is_none(scene_find(&scene, FINDING_CROWD)->address));
    scene_free(&scene);
}

/* D-33: a leave is no answer. */
static void crowd_that_leaves(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 6; i++) {
        crowd_round(&scene, AT_S(60 * i), FIXTURE_L, 1 * SECONDS, 60);
        for (uint8_t host = 0; host < 60; host++)
            scene_report(&scene, AT_MS(60000 * i + 500 + host), address_of(192, 168, 51, host),
                         IGMP_KIND_V2_LEAVE, address_of(239, 8, 8, 8));
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(310));
    scene_free(&scene);
}

/** `count` frames of host 2 to 224.0.0.`low`, so many microseconds apart. */
static void local_data(struct scene *scene, uint8_t low, unsigned count, duration apart)
{
    for (unsigned i = 0; i < count; i++)
        findings_data(scene->findings, AT_S(250) + i * apart, ++scene->frames,
                      scene->fixture->segment, address_of(224, 0, 0, low), FIXTURE_H2,
                      (struct mac){{2, 0, 0, 0, 0, 2}});
}

/* D-32: a stream of 100 frames a second to 224.0.0.200; a little less than that is none, and
 * clocks that measure their links send so. */
static void local_stream(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    local_data(&scene, 200, 2000, 10020);
    local_data(&scene, 107, 2000, 1000);
    local_data(&scene, 251, 999, 1000);
    scene_live(&scene, FIXTURE_L, AT_S(300), AT_S(300), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(310));
    scene_free(&scene);

    scene = scene_start();
    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    local_data(&scene, 200, 2000, 10000);
    scene_live(&scene, FIXTURE_L, AT_S(300), AT_S(300), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_LOCAL_DATA);
    const struct finding *finding = scene_find(&scene, FINDING_LOCAL_DATA);
    assert_int_equal(finding->count, 2);
    assert_int_equal(finding->measured, 9990 * MILLISECONDS);
    assert_int_equal(finding->first, AT_S(250));
    assert_true(address_equal(finding->group, address_of(224, 0, 0, 200)));
    assert_true(address_equal(finding->address, FIXTURE_H2));
    scene_free(&scene);
}

/* D-32: firewalls that tell each other of connections cannot choose another group. */
static void local_stream_of_firewalls(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct finding_words words;

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    local_data(&scene, 240, 2000, 1000);
    scene_live(&scene, FIXTURE_L, AT_S(300), AT_S(300), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(310), FINDING_LOCAL_DATA);
    report_finding(scene_find(&scene, FINDING_LOCAL_DATA), 0, &words);
    assert_null(strstr(words.advice, "another group"));
    assert_non_null(strstr(words.advice, "pfsync"));
    scene_free(&scene);
}

/* D-19: joins, never answers, and leaves at the end: so it was there. */
static void silent_host(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
    scene_report(&scene, AT_S(5), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
    scene_live(&scene, FIXTURE_L, AT_S(10), AT_S(250), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(268)); /* it may be gone */
    scene_report(&scene, AT_S(269), FIXTURE_H2, IGMP_KIND_V2_LEAVE, scene_other_group(1));
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_SILENT_HOST);
    const struct finding *finding = scene_find(&scene, FINDING_SILENT_HOST);
    assert_int_equal(finding->count, 5);
    assert_int_equal(finding->stops_at, AT_S(265));
    assert_true(address_equal(finding->address, FIXTURE_H2));
    assert_true(address_equal(finding->group, scene_other_group(1)));
    scene_free(&scene);
}

/* D-19: the same, but it reports again instead of leaving. */
static void silent_host_reports_again(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
    scene_live(&scene, FIXTURE_L, AT_S(10), AT_S(190), 60 * SECONDS);
    scene_report(&scene, AT_S(230), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
    scene_live(&scene, FIXTURE_L, AT_S(250), AT_S(250), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_SILENT_HOST);
    assert_int_equal(scene_find(&scene, FINDING_SILENT_HOST)->count, 3);
    scene_free(&scene);
}

/* D-20: the query gives 10 s, the host takes 15. */
static void late_answers(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 5; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(60 * i + 15));
    }
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_LATE_ANSWERS);
    const struct finding *finding = scene_find(&scene, FINDING_LATE_ANSWERS);
    assert_int_equal(finding->count, 4); /* the first was a join */
    assert_int_equal(finding->measured, 15 * SECONDS);
    assert_int_equal(finding->limit, 10 * SECONDS);
    scene_free(&scene);
}

/* D-21: four groups within 3 ms. */
static void burst_of_answers(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 5; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        for (uint8_t n = 1; n <= 4; n++)
            scene_report(&scene, AT_MS(60000 * i + 2000 + n), FIXTURE_H1, IGMP_KIND_V2_REPORT,
                         scene_other_group(n));
    }
    EXPECT_FINDINGS(&scene, AT_S(270), FINDING_BURST_ANSWERS);
    const struct finding *finding = scene_find(&scene, FINDING_BURST_ANSWERS);
    assert_int_equal(finding->count, 4); /* the first round made the members */
    assert_int_equal(finding->measured, 3 * MILLISECONDS);
    assert_int_equal(finding->version, 2);
    scene_free(&scene);
}

/* D-22: not before a version 2 query of before the capture must have been forgotten. */
static void older_answers(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 5; i++) {
        if (i == 4)
            EXPECT_NO_FINDINGS(&scene, AT_S(400));
        scene_general(&scene, AT_S(120 * i), FIXTURE_L, 3);
        scene_answer(&scene, AT_S(120 * i + 3));
    }
    /* 120 s do not belie 125 s. */
    EXPECT_FINDINGS(&scene, AT_S(500), FINDING_OLDER_ANSWERS);
    const struct finding *finding = scene_find(&scene, FINDING_OLDER_ANSWERS);
    assert_int_equal(finding->version, 2);
    assert_int_equal(finding->other_version, 3);
    assert_int_equal(finding->count, 1);
    scene_free(&scene);
}

/* D-24: a stream of 20 s that nobody asked for. At the querier's port it is nothing, at an
 * ordinary one it is more than a note. */
static void unwanted_stream(void **state)
{
    (void)state;
    static const enum findings_place places[] = {FINDINGS_PLACE_UNKNOWN, FINDINGS_PLACE_HOST,
                                                 FINDINGS_PLACE_QUERIER};

    for (size_t i = 0; i < 3; i++) {
        struct scene scene = scene_start();
        findings_network(scene.findings, scene.fixture->segment, (struct prefix){0}, none,
                         places[i]);
        scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(300), 60 * SECONDS);
        scene_stream(&scene, AT_S(305), 20, scene_other_group(9), FIXTURE_H2,
                     fixture_mac(FIXTURE_H2));
        if (places[i] == FINDINGS_PLACE_QUERIER) {
            EXPECT_NO_FINDINGS(&scene, AT_S(330));
        } else {
            EXPECT_FINDINGS(&scene, AT_S(330), FINDING_UNWANTED_DATA);
            const struct finding *finding = scene_find(&scene, FINDING_UNWANTED_DATA);
            assert_int_equal(finding->severity,
                             places[i] == FINDINGS_PLACE_HOST ? FINDING_WARNING : FINDING_NOTE);
            assert_int_equal(finding->count, 20);
            assert_true(address_equal(finding->address, FIXTURE_H2));
        }
        scene_free(&scene);
    }
}

/* D-25: the last member left, was asked about, and the stream goes on. */
static void outlived_stream(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_report(&scene, AT_S(250), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(250), FIXTURE_L, FIXTURE_G);
    scene_specific(&scene, AT_S(251), FIXTURE_L, FIXTURE_G);
    scene_stream(&scene, AT_S(251), 10, FIXTURE_G, FIXTURE_H2, none); /* it has 10 s to stop */
    EXPECT_NO_FINDINGS(&scene, AT_S(261));
    scene_stream(&scene, AT_S(261), 20, FIXTURE_G, FIXTURE_H2, none);
    EXPECT_FINDINGS(&scene, AT_S(290), FINDING_OUTLIVED_DATA);
    const struct finding *finding = scene_find(&scene, FINDING_OUTLIVED_DATA);
    assert_int_equal(finding->stops_at, AT_S(260));
    assert_int_equal(finding->count, 20);
    assert_true(address_equal(finding->other, FIXTURE_H1));
    scene_free(&scene);
}

/* D-25: the member just vanished. */
static void outlived_by_silence(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(60), 60 * SECONDS);
    for (unsigned i = 2; i < 7; i++)
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
    scene_stream(&scene, AT_S(361), 20, FIXTURE_G, FIXTURE_H2, none);
    EXPECT_FINDINGS(&scene, AT_S(390), FINDING_OUTLIVED_DATA);
    assert_int_equal(scene_find(&scene, FINDING_OUTLIVED_DATA)->stops_at, AT_S(63 + 260 + 5));
    assert_int_equal(scene_find(&scene, FINDING_OUTLIVED_DATA)->detail, FINDING_OUTLIVED_SILENT);
    scene_free(&scene);
}

/* The list is sorted, whatever came first. */
static void order(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (uint8_t n = 9; n > 0; n--)
        scene_report(&scene, AT_S(10 - n), address_of(192, 168, 50, (uint8_t)(n * 7 % 10 + 30)),
                     IGMP_KIND_V2_REPORT, address_of(232, 1, 1, n));
    assert_true(findings_end(scene.findings, AT_S(20)));
    assert_int_equal(findings_count(scene.findings), 10);
    for (unsigned i = 0; i < 9; i++) {
        const struct finding *finding = findings_at(scene.findings, i);
        assert_int_equal(finding->id, FINDING_SSM_V2);
        assert_int_equal(finding->address.ipv4, address_of(192, 168, 50, (uint8_t)(31 + i)).ipv4);
    }
    assert_int_equal(findings_at(scene.findings, 9)->id, FINDING_TOO_SHORT);
    assert_null(findings_at(scene.findings, 10));
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failover_gap),
        cmocka_unit_test(leave_ignored),
        cmocka_unit_test(leave_ignored_v3),
        cmocka_unit_test(leave_cuts_another),
        cmocka_unit_test(leave_cuts_nobody),
        cmocka_unit_test(leave_cuts_another_v3),
        cmocka_unit_test(report_format),
        cmocka_unit_test(local_stream),
        cmocka_unit_test(local_stream_of_firewalls),
        cmocka_unit_test(crowd_of_answers),
        cmocka_unit_test(crowd_around_proxy),
        cmocka_unit_test(crowd_that_leaves),
        cmocka_unit_test(snooping_off),
        cmocka_unit_test(no_reports),
        cmocka_unit_test(always_flooded),
        cmocka_unit_test(shared_address),
        cmocka_unit_test(old_report_in_ssm_range),
        cmocka_unit_test(silent_host),
        cmocka_unit_test(silent_host_reports_again),
        cmocka_unit_test(late_answers),
        cmocka_unit_test(burst_of_answers),
        cmocka_unit_test(older_answers),
        cmocka_unit_test(unwanted_stream),
        cmocka_unit_test(outlived_stream),
        cmocka_unit_test(outlived_by_silence),
        cmocka_unit_test(order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
