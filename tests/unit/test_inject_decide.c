/* SPDX-License-Identifier: MIT */
/*
 * Whose address and which version igmpq-inject uses, for everything it can know: the rule that
 * keeps it from silencing a querier and from taking hosts back to an older version. Our interface
 * is 192.168.50.10/24 throughout.
 */
#include "../../tools/inject/inject_decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct mac our_mac = {{2, 0, 0, 0, 0, 0x10}};
static const struct mac other_mac = {{2, 0, 0, 0, 0, 0x20}};

/** One situation. */
struct scene {
    struct heard heard;
    struct prefix own;
    struct request request;
};

static struct scene scene_of(duration listened)
{
    struct scene scene = {.own = {address_of(192, 168, 50, 10), 24}};

    scene.heard.listened = listened;
    scene.request.kind = INJECT_QUERY;
    scene.request.length = scene.request.pad = scene.request.ttl = INJECT_UNSET;
    return scene;
}

static struct knowledge known_in(const struct scene *scene)
{
    return (struct knowledge){
        .heard = &scene->heard, .own = &scene->own, .own_count = 1, .own_mac = our_mac};
}

/** A general query as every querier counts it, of that version and source. */
static void hear_query(struct scene *scene, struct address source, struct mac mac, unsigned version)
{
    struct frame frame = {
        .source = source, .source_mac = mac, .destination = ADDRESS_ALL_HOSTS, .ttl = 1};
    struct igmp_message query = {.kind = version == 1   ? IGMP_KIND_V1_QUERY
                                         : version == 2 ? IGMP_KIND_V2_QUERY
                                                        : IGMP_KIND_V3_QUERY};

    if (version == 3) {
        query.robustness = 3;
        query.query_interval = 60 * SECONDS;
    }
    heard_take(&scene->heard, 0, &frame, &query);
}

static void hear_report(struct scene *scene, enum igmp_kind kind)
{
    static const uint8_t record[] = {IGMP_RECORD_IS_EX, 0, 0, 0, 239, 1, 2, 3};
    struct frame frame = {.source = address_of(192, 168, 50, 21), .source_mac = other_mac};
    struct igmp_message report = {.kind = kind, .group = address_of(239, 1, 2, 3)};

    if (kind == IGMP_KIND_V3_REPORT)
        report.items = (struct octets){record, sizeof record};
    heard_take(&scene->heard, 0, &frame, &report);
}

/** The source that is used, or ADDRESS_ALL_HOSTS when it is refused. */
static struct address source_in(const struct scene *scene, struct knowledge known)
{
    struct address source;
    struct problem problem;
    char why[DECIDE_TEXT_SIZE];

    if (decide_source(&known, &scene->request, &source, why, &problem) < 0)
        return ADDRESS_ALL_HOSTS;
    return source;
}

#define OURS    (address_of(192, 168, 50, 10))
#define REFUSED ADDRESS_ALL_HOSTS

static void assert_source(const struct scene *scene, struct address wanted)
{
    assert_true(address_equal(source_in(scene, known_in(scene)), wanted));
}

static void test_silence_too_short_to_tell(void **state)
{
    struct scene scene = scene_of(DECIDE_SILENCE - 1);
    (void)state;
    assert_source(&scene, ADDRESS_NONE);
    scene.heard.listened = 0;
    assert_source(&scene, ADDRESS_NONE);
}

static void test_silence_long_enough(void **state)
{
    struct scene scene = scene_of(DECIDE_SILENCE);
    (void)state;
    assert_source(&scene, OURS);
}

static void test_higher_querier_would_be_silenced(void **state)
{
    struct scene scene = scene_of(DECIDE_SILENCE);
    (void)state;
    hear_query(&scene, address_of(192, 168, 50, 20), other_mac, 2);
    assert_source(&scene, ADDRESS_NONE);
}

static void test_lower_querier_wins_anyway(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    hear_query(&scene, address_of(192, 168, 50, 20), other_mac, 2);
    hear_query(&scene, address_of(192, 168, 50, 9), other_mac, 2);
    assert_source(&scene, OURS);
}

/* what queriers do not count does not protect them either */
static void test_lower_querier_from_elsewhere_protects_nobody(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    hear_query(&scene, address_of(10, 9, 9, 9), other_mac, 2);
    assert_source(&scene, ADDRESS_NONE);
}

/* */
static void test_lower_specific_or_far_query_protects_nobody(void **state)
{
    struct scene scene = scene_of(SECONDS);
    struct frame frame = {.source = address_of(192, 168, 50, 9),
                          .source_mac = other_mac,
                          .destination = address_of(239, 1, 2, 3),
                          .ttl = 1};
    struct igmp_message query = {.kind = IGMP_KIND_V2_QUERY, .group = address_of(239, 1, 2, 3)};
    (void)state;
    heard_take(&scene.heard, 0, &frame, &query);
    assert_source(&scene, ADDRESS_NONE);
    frame.destination = ADDRESS_ALL_HOSTS;
    frame.ttl = 64;
    query.group = ADDRESS_NONE;
    heard_take(&scene.heard, 0, &frame, &query);
    assert_source(&scene, ADDRESS_NONE);
    frame.ttl = 1;
    heard_take(&scene.heard, 0, &frame, &query);
    assert_source(&scene, OURS);
}

/* */
static void test_proxy_querier_says_nothing(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    hear_query(&scene, ADDRESS_NONE, other_mac, 2);
    assert_source(&scene, ADDRESS_NONE);
    scene.heard.listened = DECIDE_SILENCE;
    assert_source(&scene, OURS);
}

static void test_our_own_daemon_is_the_querier(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    hear_query(&scene, OURS, our_mac, 2);
    assert_source(&scene, OURS);
}

static void test_our_own_daemon_was_not_heard(void **state)
{
    struct scene scene = scene_of(SECONDS);
    struct knowledge known = known_in(&scene);
    (void)state;
    known.runs_igmpqd = true;
    assert_true(address_is_none(source_in(&scene, known)));
}

/* somebody else has our address */
static void test_duplicate_address(void **state)
{
    struct scene scene = scene_of(DECIDE_SILENCE);
    (void)state;
    hear_query(&scene, OURS, other_mac, 2);
    assert_source(&scene, ADDRESS_NONE);
}

static void test_force(void **state)
{
    struct scene scene = scene_of(0);
    (void)state;
    hear_query(&scene, address_of(192, 168, 50, 20), other_mac, 2);
    scene.request.force = true;
    assert_source(&scene, OURS);
}

static void test_no_address(void **state)
{
    struct scene scene = scene_of(DECIDE_SILENCE);
    struct knowledge known = known_in(&scene);
    (void)state;
    known.own_count = 0;
    assert_true(address_is_none(source_in(&scene, known)));
    scene.request.force = true;
    assert_true(address_is_none(source_in(&scene, known)));
}

static void test_asked_for_source(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    scene.request.has_source = true;
    assert_source(&scene, ADDRESS_NONE); /* 0.0.0.0 asked for */
    scene.request.source = OURS;
    assert_source(&scene, REFUSED);
    scene.request.source = address_of(192, 168, 50, 11);
    assert_source(&scene, REFUSED);
    scene.heard.listened = DECIDE_SILENCE;
    assert_source(&scene, REFUSED); /* silence does not make it ours */
    scene.request.source = OURS;
    assert_source(&scene, OURS);
    scene.request.source = address_of(192, 168, 50, 11);
    scene.request.force = true;
    assert_source(&scene, address_of(192, 168, 50, 11));
}

static void test_reports_elect_nobody(void **state)
{
    struct scene scene = scene_of(0);
    (void)state;
    hear_query(&scene, address_of(192, 168, 50, 20), other_mac, 2);
    scene.request.kind = INJECT_REPORT;
    scene.request.group = address_of(239, 1, 2, 3);
    assert_source(&scene, OURS);
    scene.request.has_source = true;
    scene.request.source = address_of(192, 168, 50, 11);
    assert_source(&scene, REFUSED);
}

static int frame_in(const struct scene *scene)
{
    struct knowledge known = known_in(scene);
    struct problem problem;

    return decide_frame(&known, &scene->request, &problem);
}

static void test_faults_need_force(void **state)
{
    struct scene plain = scene_of(0), scene;
    (void)state;
    assert_int_equal(frame_in(&plain), 0);
    scene = plain, scene.request.bad_checksum = true;
    assert_int_equal(frame_in(&scene), -1);
    scene.request.force = true;
    assert_int_equal(frame_in(&scene), 0);
    scene = plain, scene.request.length = 8;
    assert_int_equal(frame_in(&scene), -1);
    scene = plain, scene.request.pad = 1;
    assert_int_equal(frame_in(&scene), -1);
    scene = plain, scene.request.trailing_length = 1;
    assert_int_equal(frame_in(&scene), -1);
    scene = plain, scene.request.ttl = 2;
    assert_int_equal(frame_in(&scene), -1);
    scene.request.ttl = 1;
    assert_int_equal(frame_in(&scene), 0);
    scene = plain, scene.request.group = address_of(10, 0, 0, 1);
    assert_int_equal(frame_in(&scene), -1);
    scene = plain, scene.request.has_source_mac = true;
    scene.request.source_mac = other_mac;
    assert_int_equal(frame_in(&scene), -1);
    scene.request.source_mac = our_mac;
    assert_int_equal(frame_in(&scene), 0);
}

static unsigned version_in(const struct scene *scene)
{
    struct knowledge known = known_in(scene);
    char why[DECIDE_TEXT_SIZE];

    return decide_version(&known, true, why);
}

/* never a version 2 query into a version 3 network */
static void test_version_of_the_querier(void **state)
{
    (void)state;
    for (unsigned version = 1; version <= 3; version++) {
        struct scene scene = scene_of(SECONDS);
        hear_query(&scene, address_of(192, 168, 50, 20), other_mac, version);
        assert_int_equal(version_in(&scene), version);
    }
    struct scene mixed = scene_of(SECONDS);
    hear_query(&mixed, address_of(192, 168, 50, 20), other_mac, 3);
    hear_query(&mixed, ADDRESS_NONE, other_mac, 2);
    assert_int_equal(version_in(&mixed), 2);
}

static void test_version_of_the_hosts(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    assert_int_equal(version_in(&scene), 2);
    hear_report(&scene, IGMP_KIND_V1_REPORT);
    assert_int_equal(version_in(&scene), 2);
    hear_report(&scene, IGMP_KIND_V2_REPORT);
    assert_int_equal(version_in(&scene), 2);
    hear_report(&scene, IGMP_KIND_V3_REPORT);
    assert_int_equal(version_in(&scene), 3);
    heard_free(&scene.heard);
}

/* Answers to our own query say which version we sent. */
static void test_version_not_from_answers(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    scene.heard.round = 1;
    hear_report(&scene, IGMP_KIND_V3_REPORT);
    assert_int_equal(version_in(&scene), 2);
    heard_free(&scene.heard);
}

/* QRV and QQIC are adopted by others, so they are the querier's */
static void test_announced(void **state)
{
    struct scene scene = scene_of(SECONDS);
    struct knowledge known = known_in(&scene);
    unsigned robustness;
    duration interval;
    (void)state;
    decide_announced(&known, &robustness, &interval);
    assert_int_equal(robustness, 2);
    assert_int_equal(interval, 125 * SECONDS);
    hear_query(&scene, address_of(192, 168, 50, 20), other_mac, 3);
    decide_announced(&known, &robustness, &interval);
    assert_int_equal(robustness, 3);
    assert_int_equal(interval, 60 * SECONDS);
}

/** What became of the first member. */
static enum answer answer_in(const struct scene *scene)
{
    return heard_answer(&scene->heard, &scene->heard.member[0], scene->request.group, false);
}

/* Who was expected: those seen before that did not say that they left. */
static void test_answers(void **state)
{
    struct scene scene = scene_of(SECONDS);
    (void)state;
    hear_report(&scene, IGMP_KIND_V3_REPORT);
    assert_int_equal(answer_in(&scene), ANSWER_NONE);
    scene.heard.round = 1;
    assert_int_equal(answer_in(&scene), ANSWER_SILENT);
    hear_report(&scene, IGMP_KIND_V3_REPORT);
    assert_int_equal(answer_in(&scene), ANSWER_GIVEN);
    scene.heard.round = 2;
    assert_int_equal(answer_in(&scene), ANSWER_SILENT);
    scene.request.group = address_of(239, 1, 2, 4); /* another group is asked for */
    assert_int_equal(answer_in(&scene), ANSWER_NONE);
    scene.request.group = ADDRESS_NONE;
    hear_report(&scene, IGMP_KIND_V2_LEAVE);
    assert_int_equal(answer_in(&scene), ANSWER_NONE);
    heard_free(&scene.heard);
}

/* RFC 2236 section 3: a host that hears another's report keeps quiet */
static void test_answer_suppressed(void **state)
{
    struct scene scene = scene_of(SECONDS);
    struct frame frame = {.source = address_of(192, 168, 50, 22), .source_mac = our_mac};
    struct igmp_message report = {.kind = IGMP_KIND_V2_REPORT, .group = address_of(239, 1, 2, 3)};
    (void)state;
    hear_report(&scene, IGMP_KIND_V2_REPORT);
    scene.heard.round = 1;
    heard_take(&scene.heard, 0, &frame, &report);
    assert_int_equal(scene.heard.member_count, 2);
    assert_int_equal(answer_in(&scene), ANSWER_SUPPRESSED);
    heard_free(&scene.heard);
}

/* A timer of 10 s rings up to 0.64 s late in Linux, one of 1 s up to 0.08 s: none of them is late.
 */
static void test_late_answers(void **state)
{
    (void)state;
    assert_true(decide_late_after(10 * SECONDS) > 10 * SECONDS + 640 * MILLISECONDS);
    assert_true(decide_late_after(10 * SECONDS) < 12 * SECONDS);
    assert_true(decide_late_after(SECONDS) > SECONDS + 80 * MILLISECONDS);
    assert_true(decide_late_after(SECONDS) < SECONDS + 500 * MILLISECONDS);
    assert_true(decide_late_after(DECISECONDS) < 4 * DECISECONDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence_too_short_to_tell),
        cmocka_unit_test(test_silence_long_enough),
        cmocka_unit_test(test_higher_querier_would_be_silenced),
        cmocka_unit_test(test_lower_querier_wins_anyway),
        cmocka_unit_test(test_lower_querier_from_elsewhere_protects_nobody),
        cmocka_unit_test(test_lower_specific_or_far_query_protects_nobody),
        cmocka_unit_test(test_proxy_querier_says_nothing),
        cmocka_unit_test(test_our_own_daemon_is_the_querier),
        cmocka_unit_test(test_our_own_daemon_was_not_heard),
        cmocka_unit_test(test_duplicate_address),
        cmocka_unit_test(test_force),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_asked_for_source),
        cmocka_unit_test(test_reports_elect_nobody),
        cmocka_unit_test(test_faults_need_force),
        cmocka_unit_test(test_version_of_the_querier),
        cmocka_unit_test(test_version_of_the_hosts),
        cmocka_unit_test(test_version_not_from_answers),
        cmocka_unit_test(test_announced),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_answer_suppressed),
        cmocka_unit_test(test_late_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
