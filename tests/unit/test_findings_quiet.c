/* SPDX-License-Identifier: MIT */
/* Unit tests of the findings: what is as it should be, or cannot be judged, raises nothing. */
#include "findings_scene.h"

#define TAGGED_VLAN 10

static void good_life(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    EXPECT_NO_FINDINGS(&scene, 0); /* nothing at all */
    for (unsigned i = 0; i < 40; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(125 * i), AT_S(125 * i), 1 * SECONDS);
        scene_stream(&scene, AT_S(125 * i + 10), 60, FIXTURE_G, FIXTURE_H2,
                     fixture_mac(FIXTURE_H2));
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(5000));
    scene_free(&scene);
}

/** A frame of the VLAN's segment. */
static void hear_tagged(struct scene *scene, instant at, struct address source,
                        const struct igmp_query *query, struct address group)
{
    struct address to = query ? ADDRESS_ALL_HOSTS : group;
    struct outside outside = fixture_outside(source, to);
    uint8_t igmp[IGMP_LENGTH_MAX];
    size_t length = query ? igmp_encode_query(query, igmp, sizeof igmp)
                          : igmp_encode_report(IGMP_KIND_V2_REPORT, group, igmp, sizeof igmp);

    outside.is_tagged = true;
    outside.vlan = TAGGED_VLAN;
    fixture_hear_igmp(scene->fixture, at, &outside, igmp, length);
    scene_tell(scene, at);
}

/* Two queriers, each on its own VLAN, even with other versions and intervals. */
static void two_vlans(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    const struct identity listener = {.is_up = true};
    struct params params = params_default(PROFILE_DEFAULT);
    params.mode = MODE_PASSIVE;
    params = fixture_resolve(&params);
    struct fixture *fixture = scene.fixture;
    unsigned vlan =
        engine_segment_add(fixture->engine, "if1/10", FIXTURE_PORT, TAGGED_VLAN, &params);
    struct igmp_query general = fixture_general(3);

    assert_int_not_equal(vlan, ENGINE_NO_SEGMENT);
    engine_link(fixture->engine, 0, vlan, &listener, fixture->outbox);
    outbox_clear(fixture->outbox);
    for (unsigned i = 0; i < 8; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(60 * i), AT_S(60 * i), 1 * SECONDS);
        if (i % 2 == 0) {
            hear_tagged(&scene, AT_S(60 * i + 20), FIXTURE_H, &general, ADDRESS_NONE);
            assert_int_equal(fixture->received.segment, vlan);
        }
        /* Version 2 there is an old host's, which the capture is too young to blame. */
        hear_tagged(&scene, AT_S(60 * i + 22), FIXTURE_H2, NULL, scene_other_group(1));
        if (i == 5)
            EXPECT_NO_FINDINGS(&scene, AT_S(60 * i + 30));
    }
    /* And what is wrong on the one is not said of the other. */
    assert_true(findings_end(scene.findings, AT_S(2000)));
    assert_int_equal(findings_at(scene.findings, 0)->id, FINDING_NO_QUERIER);
    assert_int_equal(findings_at(scene.findings, 0)->segment, fixture->segment);
    scene_free(&scene);
}

/* L dies, H takes over after 255 s, and members answer in time. Then L comes back. */
static void legal_takeover(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(375), 125 * SECONDS);
    scene_live(&scene, FIXTURE_H, AT_S(375 + 255), AT_S(1130), 125 * SECONDS);
    scene_live(&scene, FIXTURE_L, AT_S(1200), AT_S(1200 + 625), 125 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(1830));
    scene_free(&scene);
}

/* The longest that version 2 can wait: 25.5 s of response time make 262.75 s. */
static void legal_slow_takeover(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct igmp_query query = fixture_general(2);

    query.max_response = 25 * SECONDS + 5 * DECISECONDS;
    for (unsigned i = 0; i < 4; i++) {
        scene_query(&scene, AT_S(110 * i), FIXTURE_L, &query);
        scene_answer(&scene, AT_S(110 * i + 20));
    }
    scene_query(&scene, AT_MS(330000 + 262750), FIXTURE_H, &query);
    scene_answer(&scene, AT_S(600));
    EXPECT_NO_FINDINGS(&scene, AT_S(610));
    scene_free(&scene);
}

/* H is the querier; L starts, with its startup queries, and H yields, once after having crossed. */
static void legal_lower_start(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    const unsigned starts[] = {250, 255, 260};

    scene_live(&scene, FIXTURE_H, AT_S(0), AT_S(240), 60 * SECONDS);
    for (size_t i = 0; i < 3; i++) {
        scene_general(&scene, AT_S(starts[i]), FIXTURE_L, 2);
        if (i == 0)
            scene_general(&scene, AT_MS(250010), FIXTURE_H, 2);
        scene_answer(&scene, AT_S(starts[i] + 2));
    }
    scene_live(&scene, FIXTURE_L, AT_S(320), AT_S(800), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(810));
    scene_free(&scene);
}

/* L is the querier; H starts and speaks until it hears L. */
static void legal_higher_start(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(250), 125 * SECONDS);
    for (unsigned i = 0; i < 3; i++)
        scene_general(&scene, AT_S(260 + 5 * i), FIXTURE_H, 2);
    scene_general(&scene, AT_S(330), FIXTURE_H, 2);
    scene_live(&scene, FIXTURE_L, AT_S(375), AT_S(1000), 125 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(1010));
    scene_free(&scene);
}

/* Three backups time out together; each sends one query, and the lowest remains. */
static void simultaneous_takeover(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    const struct address third = address_of(192, 168, 50, 30);

    for (unsigned round = 0; round < 4; round++) {
        instant start = AT_S(1000 * round);
        scene_live(&scene, FIXTURE_L, start, start + AT_S(250), 125 * SECONDS);
        instant takeover = start + AT_S(505);
        scene_general(&scene, takeover, third, 2);
        scene_general(&scene, takeover + 1 * MILLISECONDS, FIXTURE_H, 2);
        scene_general(&scene, takeover + 2 * MILLISECONDS, FIXTURE_B, 2);
        scene_answer(&scene, takeover + 2 * SECONDS);
        scene_live(&scene, FIXTURE_B, takeover + AT_S(125), start + AT_S(880), 125 * SECONDS);
        if (round < 2) /* twice is no flapping */
            EXPECT_NO_FINDINGS(&scene, start + AT_S(900));
    }
    scene_free(&scene);
}

/* Startup with the settings of the RFCs and with robustness 7, over and over. */
static void startup_bursts(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 7; i++)
        scene_general(&scene, AT_MS(31250 * i), FIXTURE_L, 3);
    for (unsigned i = 0; i < 4; i++) {
        scene_general(&scene, AT_S(312 + 125 * i), FIXTURE_L, 3);
        scene_record(&scene, AT_S(315 + 125 * i), FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(700));
    scene_free(&scene);

    scene = scene_start();
    for (unsigned restart = 0; restart < 2; restart++)
        for (unsigned i = 0; i < 12; i++) {
            unsigned at = restart * 600 + (i < 3 ? 5 * i : 10 + 60 * (i - 2));
            scene_live(&scene, FIXTURE_L, AT_S(at), AT_S(at), 1 * SECONDS);
        }
    EXPECT_NO_FINDINGS(&scene, AT_S(1200));
    scene_free(&scene);
}

/* Our own jitter: up to a quarter early, in versions 2 and 3 (D-09, D-18). */
static void jitter(void **state)
{
    (void)state;

    for (unsigned version = 2; version <= 3; version++) {
        struct scene scene = scene_start();
        uint32_t random = 12345;
        instant at = 0;
        for (unsigned i = 0; i < 200; i++) {
            scene_general(&scene, at, FIXTURE_L, version);
            if (version == 2)
                scene_answer(&scene, at + 3 * SECONDS);
            else
                scene_record(&scene, at + 3 * SECONDS, FIXTURE_H1, IGMP_RECORD_IS_EX, FIXTURE_G);
            random = random * 1664525 + 1013904223;
            at += 125 * SECONDS - (instant)(random >> 8) % (125 * SECONDS / 4);
        }
        EXPECT_NO_FINDINGS(&scene, at);
        scene_free(&scene);
    }
}

/* A lost frame in the capture, now and then. */
static void lost_queries(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 60; i++)
        if (i % 12 != 5)
            scene_live(&scene, FIXTURE_L, AT_S(60 * i), AT_S(60 * i), 1 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(3600));
    scene_free(&scene);
}

/* A proxy beside a real querier, and one that steps in until the real one comes back. */
static void proxy_beside_querier(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 10; i++) {
        scene_general(&scene, AT_S(60 * i), ADDRESS_NONE, 2);
        scene_live(&scene, FIXTURE_H, AT_S(60 * i + 20), AT_S(60 * i + 20), 1 * SECONDS);
    }
    for (unsigned i = 0; i < 4; i++) {
        scene_general(&scene, AT_S(680 + 60 * i), ADDRESS_NONE, 2);
        scene_answer(&scene, AT_S(682 + 60 * i));
    }
    scene_live(&scene, FIXTURE_H, AT_S(930), AT_S(1200), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(1210));
    scene_free(&scene);
}

/* A router that passes on streams and goes on with it when a lower querier starts is no proxy, and
 * one that sends its own streams stops them for its own reasons (D-17). */
static void displaced_router(void **state)
{
    (void)state;

    for (unsigned i = 0; i < 3; i++) {
        struct scene scene = scene_start();
        struct address sender = i != 1 ? address_of(10, 0, 0, 1) : FIXTURE_H;
        scene_live(&scene, FIXTURE_H, AT_S(0), AT_S(240), 60 * SECONDS);
        scene_stream(&scene, AT_S(245), 50, FIXTURE_G, sender, fixture_mac(FIXTURE_H));
        scene_live(&scene, FIXTURE_L, AT_S(295), AT_S(295), 60 * SECONDS);
        if (i != 1) /* the third time the stream comes through the new querier */
            scene_stream(&scene, AT_S(300), 50, FIXTURE_G, sender,
                         fixture_mac(i == 0 ? FIXTURE_H : FIXTURE_L));
        scene_live(&scene, FIXTURE_L, AT_S(355), AT_S(600), 60 * SECONDS);
        EXPECT_NO_FINDINGS(&scene, AT_S(610));
        scene_free(&scene);
    }
}

/* Displaced for a moment, and querier again before anything could stop (D-17). */
static void displaced_for_a_moment(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    const struct address sender = address_of(10, 0, 0, 1);

    scene_live(&scene, FIXTURE_H, AT_S(0), AT_S(240), 60 * SECONDS);
    scene_stream(&scene, AT_S(245), 50, FIXTURE_G, sender, fixture_mac(FIXTURE_H));
    scene_general(&scene, AT_S(295), FIXTURE_L, 2);
    scene_live(&scene, FIXTURE_H, AT_S(305), AT_S(600), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(610));
    scene_free(&scene);
}

/* Elections are no irregularity: H starts every few minutes and speaks until it hears L (D-18). */
static void many_elections(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 12; i++) {
        scene_live(&scene, FIXTURE_L, AT_S(180 * i), AT_S(180 * i), 60 * SECONDS);
        for (unsigned n = 0; n < 3; n++)
            scene_general(&scene, AT_S(180 * i + 20 + 5 * n), FIXTURE_H, 2);
        scene_live(&scene, FIXTURE_L, AT_S(180 * i + 60), AT_S(180 * i + 120), 60 * SECONDS);
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(12 * 180));
    scene_free(&scene);
}

/* Nobody queries, and nobody is there to miss it (D-01). */
static void silence_of_an_empty_network(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(120), 60 * SECONDS);
    scene_report(&scene, AT_S(125), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    scene_specific(&scene, AT_S(125), FIXTURE_L, FIXTURE_G);
    scene_general(&scene, AT_S(180), FIXTURE_L, 2);
    scene_general(&scene, AT_S(800), FIXTURE_L, 2);
    EXPECT_NO_FINDINGS(&scene, AT_S(1500));
    scene_free(&scene);
}

/* A querier that is replaced by another device of the same address; an upgrade to version 3; two
 * version 1 queriers, which have no election: told of as D-08 only. */
static void replaced_and_upgraded(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    struct igmp_query query = fixture_general(3);

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(375), 125 * SECONDS);
    outside.source_mac.octet[5] = 77;
    for (unsigned i = 0; i < 5; i++) {
        scene_query_inside(&scene, AT_S(500 + 125 * i), &outside, &query);
        scene_answer(&scene, AT_S(503 + 125 * i)); /* remembers version 2 for 400 s */
        if (i == 2)
            EXPECT_NO_FINDINGS(&scene, AT_S(770));
    }
    scene_free(&scene);

    scene = scene_start();
    for (unsigned i = 0; i < 8; i++) {
        scene_general(&scene, AT_S(60 * i), FIXTURE_L, 1);
        scene_general(&scene, AT_S(60 * i + 30), FIXTURE_H, 1);
        scene_report(&scene, AT_S(60 * i + 33), FIXTURE_H1, IGMP_KIND_V1_REPORT, FIXTURE_G);
    }
    EXPECT_FINDINGS(&scene, AT_S(500), FINDING_V1_QUERIER, FINDING_V1_QUERIER);
    scene_free(&scene);
}

/* A capture on all interfaces of a bridge shows each frame many times (D-26). */
static void many_copies(void **state)
{
    (void)state;
    struct scene scene = scene_start();

    for (unsigned i = 0; i < 8; i++) {
        unsigned at = i < 3 ? 5 * i : 10 + 60 * (i - 2);
        for (unsigned copy = 0; copy < 12; copy++)
            scene_general(&scene, AT_S(at) + 100 * copy, FIXTURE_L, 2);
        scene_answer(&scene, AT_S(at + 2));
    }
    EXPECT_NO_FINDINGS(&scene, AT_S(330));
    scene_free(&scene);
}

/* The capture stood still for more than an hour, or two were joined: nothing is known of that
 * time. */
static void pause_in_capture(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    instant later = AT_S(10000000);

    scene_live(&scene, FIXTURE_H, AT_S(0), AT_S(120), 60 * SECONDS);
    scene_report(&scene, AT_S(125), FIXTURE_H2, IGMP_KIND_V2_REPORT, address_of(239, 7, 7, 7));
    scene_live(&scene, FIXTURE_L, later, later, 1 * SECONDS);
    scene_stream(&scene, later + AT_S(5), 20, address_of(239, 7, 7, 7), FIXTURE_H2,
                 (struct mac){{0}});
    scene_live(&scene, FIXTURE_L, later + AT_S(60), later + AT_S(120), 60 * SECONDS);
    EXPECT_FINDINGS(&scene, later + AT_S(130), FINDING_TOO_SHORT);
    assert_int_equal(scene_find(&scene, FINDING_TOO_SHORT)->measured, 130 * SECONDS);
    scene_live(&scene, FIXTURE_L, later + AT_S(180), later + AT_S(300), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, later + AT_S(310));
    /* And what was found before a pause stays found, and what was seen long enough counts. */
    scene_answer(&scene, later + AT_S(600));
    scene_answer(&scene, 2 * later);
    EXPECT_FINDINGS(&scene, 2 * later + AT_S(100), FINDING_NO_QUERIER);
    assert_int_equal(scene_find(&scene, FINDING_NO_QUERIER)->measured, 300 * SECONDS);
    scene_free(&scene);
}

/* The caller knows that it could not see: the link was down for ten minutes. What was so before it
 * went down counts up to then. */
static void pause_by_the_caller(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    unsigned segment = scene.fixture->segment;

    findings_pause(scene.findings, AT_S(0), segment); /* nothing was seen yet */
    findings_pause(scene.findings, AT_S(0), segment + 1000);
    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(300), 60 * SECONDS);
    findings_pause(scene.findings, AT_S(310), segment);
    EXPECT_NO_FINDINGS(&scene, AT_S(900));
    findings_pause(scene.findings, AT_S(900), segment);
    scene_live(&scene, FIXTURE_L, AT_S(910), AT_S(1210), 60 * SECONDS);
    EXPECT_NO_FINDINGS(&scene, AT_S(1220));
    findings_pause(scene.findings, AT_S(1500), segment);
    EXPECT_FINDINGS(&scene, AT_S(2000), FINDING_NO_QUERIER);
    assert_int_equal(scene_find(&scene, FINDING_NO_QUERIER)->measured, 290 * SECONDS);
    scene_free(&scene);
}

/* Who says that there are no pauses but those it tells of gets a silence at its full length; and a
 * setup can be changed. */
static void no_pause_by_itself(void **state)
{
    (void)state;
    struct findings_setup setup = findings_setup_default();
    setup.pause = INSTANT_NEVER;
    struct scene scene = scene_start_with(&setup);

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(300), 60 * SECONDS);
    scene_answer(&scene, AT_S(9000));
    EXPECT_FINDINGS(&scene, AT_S(9001), FINDING_NO_QUERIER);
    assert_int_equal(scene_find(&scene, FINDING_NO_QUERIER)->measured, 8701 * SECONDS);
    setup.router_timeout = 8900 * SECONDS;
    findings_configure(scene.findings, &setup);
    EXPECT_NO_FINDINGS(&scene, AT_S(9001));
    scene_free(&scene);
}

/* A capture whose clock jumps back counts as if it stood still. */
static void clock_back(void **state)
{
    (void)state;
    struct scene scene = scene_start();
    struct igmp_query query = fixture_general(2);

    scene_live(&scene, FIXTURE_L, AT_S(0), AT_S(600), 60 * SECONDS);
    fixture_hear_query(scene.fixture, AT_S(660), FIXTURE_L, &query);
    findings_frame(scene.findings, AT_S(5), ++scene.frames, &scene.fixture->received);
    EXPECT_NO_FINDINGS(&scene, AT_S(1));
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_life),
        cmocka_unit_test(two_vlans),
        cmocka_unit_test(legal_takeover),
        cmocka_unit_test(legal_slow_takeover),
        cmocka_unit_test(legal_lower_start),
        cmocka_unit_test(legal_higher_start),
        cmocka_unit_test(simultaneous_takeover),
        cmocka_unit_test(startup_bursts),
        cmocka_unit_test(jitter),
        cmocka_unit_test(lost_queries),
        cmocka_unit_test(proxy_beside_querier),
        cmocka_unit_test(displaced_router),
        cmocka_unit_test(displaced_for_a_moment),
        cmocka_unit_test(many_elections),
        cmocka_unit_test(silence_of_an_empty_network),
        cmocka_unit_test(replaced_and_upgraded),
        cmocka_unit_test(many_copies),
        cmocka_unit_test(pause_in_capture),
        cmocka_unit_test(pause_by_the_caller),
        cmocka_unit_test(no_pause_by_itself),
        cmocka_unit_test(clock_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
