/* SPDX-License-Identifier: MIT */
/* Unit tests of the findings: hosts, groups and streams that are as they should be raise nothing.
 */
#include "findings_scene.h"

/* The same frame seen twice, as at a mirror port that shows both directions. */
static void doubled_frames(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 8; i++) {
        unsigned at = i < 3 ? 5 * i : 10 + 60 * (i - 2);
        for (unsigned copy = 0; copy < 2; copy++)
            scene_general(&scene, AT_MS(1000 * at + copy), FIXTURE_L, 2);
        for (uint8_t n = 1; n <= 3; n++)
            for (unsigned copy = 0; copy < 2; copy++)
                scene_report(&scene, AT_MS(1000 * at + 900 * n + copy), FIXTURE_H1,
                             IGMP_KIND_V2_REPORT, scene_other_group(n));
    }
    for (unsigned copy = 0; copy < 2; copy++)
        scene_report(&scene, AT_MS(340000 + copy), FIXTURE_H1, IGMP_KIND_V2_LEAVE,
                     scene_other_group(1));
    for (unsigned copy = 0; copy < 2; copy++)
        scene_specific(&scene, AT_MS(340002 + copy), FIXTURE_L, scene_other_group(1));
    EXPECT_NO_FINDINGS(&scene, AT_S(360));
    scene_free(&scene);
}

/* Too short: that is said, and nothing else, however odd it looks. */
static void short_captures(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_answer(&scene, AT_S(0)); /* no querier yet */
    EXPECT_FINDINGS(&scene, AT_S(0), FINDING_TOO_SHORT);
    scene_general(&scene, AT_S(100), ADDRESS_NONE, 2); /* a proxy so far */
    scene_stream(&scene, AT_S(110), 50, scene_other_group(1), FIXTURE_H2, (struct mac){{0}});
    scene_report(&scene, AT_S(180), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    EXPECT_FINDINGS(&scene, AT_S(200), FINDING_TOO_SHORT);
    scene_free(&scene);
}

/* Kernels report 224.0.0.x; those are no members, and no stream is cut (D-12, D-13, D-15). */
static void link_local_groups(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    const struct address mdns = address_of(224, 0, 0, 251);

    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V2_REPORT, mdns);
    for (unsigned i = 0; i < 8; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(125 * i), AT_S(125 * i), 1 * SECONDS);
        if (i % 4 == 3)
            scene_report(&scene, AT_S(125 * i + 5), FIXTURE_H2, IGMP_KIND_V2_REPORT, mdns);
    }
    scene_report(&scene, AT_S(900), FIXTURE_H2, IGMP_KIND_V2_LEAVE, mdns);
    scene_stream(&scene, AT_S(905), 50, mdns, FIXTURE_H2, (struct mac){{0}});
    EXPECT_NO_FINDINGS(&scene, AT_S(960));
    scene_free(&scene);

    /* Without a querier they are no reason to want one. */
    scene = scene_start();
    for (unsigned i = 0; i < 10; i++)
        scene_report(&scene, AT_S(100 * i), FIXTURE_H2, IGMP_KIND_V2_REPORT, mdns);
    EXPECT_NO_FINDINGS(&scene, AT_S(1000));
    scene_free(&scene);
}

/* Hosts that leave as they should, one of two, then the other; the stream ends with them. */
static void proper_leaves(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 5; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(60 * i + 2));
        scene_report(&scene, AT_S(60 * i + 4), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    }
    scene_report(&scene, AT_S(250), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_MS(250001), FIXTURE_L, FIXTURE_G);
    scene_report(&scene, AT_MS(250500), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_stream(&scene, AT_S(251), 40, FIXTURE_G, FIXTURE_B, (struct mac){{0}});
    scene_report(&scene, AT_S(291), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(291), FIXTURE_L, FIXTURE_G);
    scene_specific(&scene, AT_S(292), FIXTURE_L, FIXTURE_G);
    scene_stream(&scene, AT_S(292), 3, FIXTURE_G, FIXTURE_B, (struct mac){{0}});
    scene_general(&scene, AT_S(300), FIXTURE_L, 2);
    scene_report(&scene, AT_S(302), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
    EXPECT_NO_FINDINGS(&scene, AT_S(340));
    scene_free(&scene);
}

/* A leave that nobody need ask about: of a group that is not known, or with a version 1 member, or
 * while the one before is still being asked about. */
static void leaves_of_no_consequence(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V1_REPORT, scene_other_group(1));
    scene_live(&scene, FIXTURE_L, AT_S(10), AT_S(250), 60 * SECONDS);
    scene_report(&scene, AT_S(253), FIXTURE_H1, IGMP_KIND_V2_LEAVE, scene_other_group(2));
    scene_report(&scene, AT_S(253), FIXTURE_H1, IGMP_KIND_V2_LEAVE, scene_other_group(1));
    scene_specific(&scene, AT_S(264), FIXTURE_L, FIXTURE_G); /* a person asked */
    scene_report(&scene, AT_S(265), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_report(&scene, AT_S(267), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    EXPECT_NO_FINDINGS(&scene, AT_S(290));
    scene_free(&scene);
}

/* A querier that keeps track of version 3 members need not ask while another is there (D-13). */
static void tracked_leave(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 4; i++) {
        scene_general(&scene, AT_S(125 * i), FIXTURE_L, 3);
        scene_record(&scene, AT_S(125 * i + 2), FIXTURE_H2, IGMP_RECORD_IS_EX, FIXTURE_G);
        if (i < 3)
            scene_record(&scene, AT_S(125 * i + 4), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
    }
    scene_record(&scene, AT_S(380), FIXTURE_H1, IGMP_RECORD_TO_IN, FIXTURE_G);
    EXPECT_NO_FINDINGS(&scene, AT_S(400));
    scene_record(&scene, AT_S(410), FIXTURE_H2, IGMP_RECORD_TO_IN, FIXTURE_G); /* the last one */
    EXPECT_FINDINGS(&scene, AT_S(420), FINDING_LEAVE_IGNORED);
    assert_int_equal(scene_find(&scene, FINDING_LEAVE_IGNORED)->count, 1);
    scene_free(&scene);
}

/* Who left and comes back later has missed nothing (D-12, D-19); a group that all have left shares
 * its Ethernet address with nobody (D-15). */
static void leaves_and_returns(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 3; i++) {
        unsigned at = 400 * i;
        scene_report(&scene, AT_S(at), FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
        scene_general(&scene, AT_S(at + 5), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(at + 7));
        scene_report(&scene, AT_S(at + 12), FIXTURE_H2, IGMP_KIND_V2_LEAVE, scene_other_group(1));
        scene_specific(&scene, AT_S(at + 12), FIXTURE_L, scene_other_group(1));
        for (unsigned n = 1; n < 6; n++)
            scene_live(&scene, FIXTURE_L, AT_S(at + 5 + 60 * n), AT_S(at + 5 + 60 * n), SECONDS);
        scene_report(&scene, AT_S(at + 340), FIXTURE_B, IGMP_KIND_V2_REPORT,
                     address_of(239, 135, 7, 1));
        scene_report(&scene, AT_S(at + 345), FIXTURE_B, IGMP_KIND_V2_LEAVE,
                     address_of(239, 135, 7, 1));
        scene_specific(&scene, AT_S(at + 345), FIXTURE_L, address_of(239, 135, 7, 1));
        scene_general(&scene, AT_S(at + 365), FIXTURE_L, 2);
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(1200));
    scene_free(&scene);
}

/* A device that starts anew every 200 s joins whenever that is: those are no late answers (D-20).
 */
static void joins_again(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 15; i++) {
        scene_general(&scene, AT_S(125 * i), FIXTURE_L, 2);
        scene_answer(&scene, AT_S(125 * i + 2));
        for (unsigned at = 10; at < 1600; at += 200)
            if (at > 125 * i + 2 && at < 125 * (i + 1))
                scene_report(&scene, AT_S(at), FIXTURE_H2, IGMP_KIND_V2_REPORT,
                             scene_other_group(1));
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(1800));
    scene_free(&scene);
}

/* Reports that others make superfluous (RFC 2236 section 3), and hosts that vanish. */
static void suppressed_and_vanished(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_report(&scene, AT_S(0), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    scene_report(&scene, AT_S(1), FIXTURE_B, IGMP_KIND_V2_REPORT,
                 scene_other_group(1)); /* vanishes */
    scene_live(&scene, FIXTURE_L, AT_S(10), AT_S(610), 60 * SECONDS);
    scene_report(&scene, AT_S(614), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
    /* A television that was off for the night comes back: it ignored far too many queries. */
    scene_live(&scene, FIXTURE_L, AT_S(670), AT_S(670), 60 * SECONDS);
    scene_report(&scene, AT_S(675), FIXTURE_B, IGMP_KIND_V2_REPORT, scene_other_group(2));
    scene_live(&scene, FIXTURE_L, AT_S(730), AT_S(30000), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(30000));
    scene_free(&scene);
}

/* Our own daemon is the querier: its frames come back from the capture. */
static void own_daemon(void **state)
{
    (void)state;
    struct params params = params_default(PROFILE_DEFAULT);
    struct findings_setup setup = findings_setup_default();
    struct scene scene = {.fixture = fixture_start(&params), .findings = findings_create(&setup)};
    size_t echoed = 0;
    uint8_t frame[FIXTURE_FRAME_MAX];

    findings_network(scene.findings, scene.fixture->segment, (struct prefix){FIXTURE_OWN, 24},
                     fixture_mac(FIXTURE_OWN), FINDINGS_PLACE_QUERIER);
    for (instant at = 0; at < AT_S(3600); at += 100 * MILLISECONDS) {
        fixture_run_until(scene.fixture, at);
        for (; echoed < scene.fixture->sent_count; echoed++) {
            const struct sent *sent = &scene.fixture->sent[echoed];
            struct query query = {.envelope = sent->envelope,
                                  .message = {.version = sent->version,
                                              .group = sent->group,
                                              .max_response = sent->max_response}};
            fixture_hear(scene.fixture, at, frame, fixture_make_query_frame(&query, frame));
            EXPECT_VERDICT(scene.fixture->received.verdict, VERDICT_OWN);
            scene_tell(&scene, at);
            if (address_is_none(sent->group))
                scene_answer(&scene, at);
        }
        if (at == AT_S(1800)) {
            scene_report(&scene, at, FIXTURE_H2, IGMP_KIND_V2_REPORT, scene_other_group(1));
            scene_report(&scene, at, FIXTURE_H2, IGMP_KIND_V2_LEAVE, scene_other_group(1));
        }
    }
    assert_true(echoed > 60);
    EXPECT_NO_FINDINGS(&scene, AT_S(3600));
    scene_free(&scene);
}

/* What is no IGMP of this segment never gets here; what gets here and is damaged is no evidence. */
static void useless_frames(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct received received = {.verdict = VERDICT_NOT_IGMP, .segment = scene.fixture->segment};
    static const enum verdict useless[] = {
        VERDICT_NOT_IGMP,     VERDICT_TOO_MANY_TAGS, VERDICT_BAD_IP_CHECKSUM, VERDICT_FRAGMENT,
        VERDICT_UNKNOWN_TYPE, VERDICT_WRONG_VLAN,    VERDICT_SEGMENT_DOWN};

    for (size_t i = 0; i < sizeof useless / sizeof useless[0]; i++) {
        received.verdict = useless[i];
        received.message.kind = IGMP_KIND_V2_QUERY;
        findings_frame(scene.findings, AT_S((instant)i), i + 1, &received);
    }
    received.verdict = VERDICT_ACCEPTED;
    received.segment = ENGINE_NO_SEGMENT;
    findings_frame(scene.findings, AT_S(10), 99, &received);
    EXPECT_NO_FINDINGS(&scene, AT_S(20));
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubled_frames),
        cmocka_unit_test(short_captures),
        cmocka_unit_test(link_local_groups),
        cmocka_unit_test(proper_leaves),
        cmocka_unit_test(leaves_of_no_consequence),
        cmocka_unit_test(leaves_and_returns),
        cmocka_unit_test(joins_again),
        cmocka_unit_test(tracked_leave),
        cmocka_unit_test(suppressed_and_vanished),
        cmocka_unit_test(own_daemon),
        cmocka_unit_test(useless_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
