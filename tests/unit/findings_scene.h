/* SPDX-License-Identifier: MIT */
/*
 * Test tools for findings, on top of the fixture: a segment that is only watched, a cast that
 * queries, answers and streams, and the list of findings at the end. Frames are numbered from 1.
 */
#ifndef IGMPQ_TEST_FINDINGS_SCENE_H
#define IGMPQ_TEST_FINDINGS_SCENE_H

#include "fixture.h"

#include "igmpq/findings.h"
#include "igmpq/report_finding.h"

/** A group beside FIXTURE_G, of as many as there are numbers. */
static inline struct address scene_other_group(uint8_t n)
{
    return address_of(239, 7, 7, n);
}

struct scene {
    struct fixture *fixture;
    struct findings *findings;
    uint64_t frames;
    bool is_listened; /* what is found may begin without a frame */
};

static inline struct scene scene_start_with(const struct findings_setup *setup)
{
    struct params params = params_default(PROFILE_DEFAULT);
    const struct identity listener = {.is_up = true};
    struct scene scene = {0};

    params.mode = MODE_PASSIVE;
    scene.fixture = fixture_create(&params);
    engine_link(scene.fixture->engine, 0, scene.fixture->segment, &listener, scene.fixture->outbox);
    outbox_clear(scene.fixture->outbox);
    scene.findings = findings_create(setup);
    assert_non_null(scene.findings);
    return scene;
}

static inline struct scene scene_start(void)
{
    struct findings_setup setup = findings_setup_default();
    return scene_start_with(&setup);
}

static inline void scene_free(struct scene *scene)
{
    findings_destroy(scene->findings);
    fixture_free(scene->fixture);
}

/** What the fixture heard last, to the findings as well. */
static inline void scene_tell(struct scene *scene, instant at)
{
    findings_frame(scene->findings, at, ++scene->frames, &scene->fixture->received);
}

static inline void scene_query(struct scene *scene, instant at, struct address source,
                               const struct igmp_query *query)
{
    fixture_hear_query(scene->fixture, at, source, query);
    scene_tell(scene, at);
}

/** A query with anything around it. */
static inline void scene_query_inside(struct scene *scene, instant at,
                                      const struct outside *outside, const struct igmp_query *query)
{
    fixture_hear_inside(scene->fixture, at, outside, query);
    scene_tell(scene, at);
}

static inline void scene_general(struct scene *scene, instant at, struct address source,
                                 unsigned version)
{
    struct igmp_query query = fixture_general(version);
    scene_query(scene, at, source, &query);
}

static inline void scene_specific(struct scene *scene, instant at, struct address source,
                                  struct address group)
{
    struct igmp_query query = fixture_specific(2, group);
    scene_query(scene, at, source, &query);
}

static inline void scene_report(struct scene *scene, instant at, struct address host,
                                enum igmp_kind kind, struct address group)
{
    fixture_hear_report(scene->fixture, at, host, kind, group);
    scene_tell(scene, at);
}

/** A version 3 report with one record without sources. */
static inline void scene_record(struct scene *scene, instant at, struct address host,
                                enum igmp_record_type type, struct address group)
{
    fixture_hear_record(scene->fixture, at, host, type, group, NULL, 0);
    scene_tell(scene, at);
}

/** Host 1 answers for G. */
static inline void scene_answer(struct scene *scene, instant at)
{
    scene_report(scene, at, FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
}

/** A stream: `count` frames, a second apart. */
static inline void scene_stream(struct scene *scene, instant from, unsigned count,
                                struct address group, struct address source, struct mac mac)
{
    for (unsigned i = 0; i < count; i++)
        findings_data(scene->findings, from + i * SECONDS, ++scene->frames, scene->fixture->segment,
                      group, source, mac);
}

/** A good life: version 2 queries from `from` to `until` in steady intervals, each answered for G
 * three seconds later. */
static inline void scene_live(struct scene *scene, struct address querier, instant from,
                              instant until, duration interval)
{
    for (instant at = from; at <= until; at += interval) {
        scene_general(scene, at, querier, 2);
        scene_answer(scene, at + 3 * SECONDS);
    }
}

/** The finding of that id; fails the test when there is none. The first one when there are
 * several. */
static inline const struct finding *scene_find(const struct scene *scene, enum finding_id id)
{
    for (unsigned i = 0; i < findings_count(scene->findings); i++)
        if (findings_at(scene->findings, i)->id == id)
            return findings_at(scene->findings, i);
    fail_msg("%s was not found", finding_id_name(id));
    return NULL;
}

#define HAS_ADDRESS       0x001u
#define HAS_MAC           0x002u
#define HAS_OTHER         0x004u
#define HAS_OTHER_MAC     0x008u
#define HAS_GROUP         0x010u
#define HAS_OTHER_GROUP   0x020u
#define HAS_NETWORK       0x040u
#define HAS_VERSION       0x080u
#define HAS_OTHER_VERSION 0x100u
#define HAS_MEASURED      0x200u
#define HAS_LIMIT         0x400u
#define HAS_DETAIL        0x800u
#define HAS_WHO           (HAS_ADDRESS | HAS_MAC)
#define HAS_TWO           (HAS_WHO | HAS_OTHER | HAS_OTHER_MAC)

/** Which fields of a finding are evidence, as findings.h says: first those that are never zero,
 * then those that may be. */
static const struct {
    enum finding_id id;
    unsigned always, sometimes;
} scene_fields[] = {
    {FINDING_NO_QUERIER, HAS_MEASURED | HAS_LIMIT,
     HAS_ADDRESS | HAS_GROUP | HAS_OTHER | HAS_DETAIL},
    {FINDING_PROXY_ONLY, HAS_MAC | HAS_MEASURED, 0},
    {FINDING_PROXIES_ONLY, HAS_MAC | HAS_OTHER_MAC | HAS_MEASURED, 0},
    {FINDING_TWO_QUERIERS, HAS_TWO | HAS_MEASURED, 0},
    {FINDING_DUPLICATE_QUERIER, HAS_WHO | HAS_OTHER_MAC, 0},
    {FINDING_OFF_SUBNET, HAS_WHO | HAS_NETWORK, 0},
    {FINDING_VERSION_MIX, HAS_TWO | HAS_VERSION | HAS_OTHER_VERSION, 0},
    {FINDING_V1_QUERIER, HAS_WHO, 0},
    {FINDING_MISMATCH, HAS_WHO | HAS_DETAIL,
     HAS_TWO | HAS_MEASURED | HAS_LIMIT | HAS_VERSION | HAS_OTHER_VERSION},
    {FINDING_QUERY_FORMAT, HAS_WHO | HAS_DETAIL, 0},
    {FINDING_LONG_INTERVAL, HAS_WHO | HAS_MEASURED | HAS_LIMIT, 0},
    {FINDING_REPORT_GAP, HAS_WHO | HAS_GROUP | HAS_MEASURED | HAS_LIMIT, 0},
    {FINDING_LEAVE_IGNORED, HAS_WHO | HAS_GROUP | HAS_OTHER, 0},
    {FINDING_PLACE, HAS_DETAIL, HAS_WHO | HAS_GROUP},
    {FINDING_ALIAS, HAS_GROUP | HAS_OTHER_GROUP | HAS_MAC, 0},
    {FINDING_SSM_V2, HAS_WHO | HAS_GROUP | HAS_VERSION, HAS_OTHER | HAS_OTHER_VERSION},
    {FINDING_DISPLACED, HAS_TWO | HAS_GROUP, 0},
    {FINDING_CADENCE, HAS_WHO | HAS_DETAIL | HAS_MEASURED | HAS_LIMIT, 0},
    {FINDING_SILENT_HOST, HAS_WHO | HAS_GROUP, 0},
    {FINDING_LATE_ANSWERS, HAS_WHO | HAS_GROUP | HAS_MEASURED | HAS_LIMIT, 0},
    {FINDING_BURST_ANSWERS, HAS_WHO | HAS_VERSION | HAS_LIMIT, HAS_MEASURED},
    {FINDING_OLDER_ANSWERS, HAS_WHO | HAS_GROUP | HAS_VERSION | HAS_OTHER_VERSION, 0},
    {FINDING_FLAPPING, HAS_TWO | HAS_MEASURED, 0},
    {FINDING_UNWANTED_DATA, HAS_ADDRESS | HAS_GROUP, HAS_MAC | HAS_VERSION},
    {FINDING_OUTLIVED_DATA, HAS_ADDRESS | HAS_GROUP | HAS_OTHER,
     HAS_MAC | HAS_VERSION | HAS_DETAIL},
    {FINDING_QUERY_STORM, HAS_WHO | HAS_MEASURED | HAS_LIMIT | HAS_DETAIL, 0},
    {FINDING_TOO_SHORT, HAS_LIMIT, HAS_MEASURED},
    {FINDING_TABLE_FULL, HAS_DETAIL, 0},
    {FINDING_CUT, HAS_DETAIL, 0},
    {FINDING_LEAVE_CUTS, HAS_TWO | HAS_GROUP | HAS_MEASURED, 0},
    {FINDING_REPORT_FORMAT, HAS_WHO | HAS_DETAIL, 0},
    {FINDING_LOCAL_DATA, HAS_ADDRESS | HAS_GROUP, HAS_MAC | HAS_MEASURED},
    {FINDING_CROWD, HAS_DETAIL | HAS_LIMIT, HAS_ADDRESS},
};

static inline unsigned scene_fields_of(const struct finding *finding)
{
    return (address_is_none(finding->address) ? 0 : HAS_ADDRESS) |
           (mac_is_none(finding->mac) ? 0 : HAS_MAC) |
           (address_is_none(finding->other) ? 0 : HAS_OTHER) |
           (mac_is_none(finding->other_mac) ? 0 : HAS_OTHER_MAC) |
           (address_is_none(finding->group) ? 0 : HAS_GROUP) |
           (address_is_none(finding->other_group) ? 0 : HAS_OTHER_GROUP) |
           (finding->network.length == 0 ? 0 : HAS_NETWORK) |
           (finding->version == 0 ? 0 : HAS_VERSION) |
           (finding->other_version == 0 ? 0 : HAS_OTHER_VERSION) |
           (finding->measured == 0 ? 0 : HAS_MEASURED) | (finding->limit == 0 ? 0 : HAS_LIMIT) |
           (finding->detail == 0 ? 0 : HAS_DETAIL);
}

/** Each finding has its evidence, words for it, and figures that make sense. */
static inline void scene_check(const struct finding *finding)
{
    assert_true(finding->id >= 1 && finding->id < FINDING_ID_END);
    assert_int_equal(scene_fields[finding->id - 1].id, finding->id);
    unsigned fields = scene_fields_of(finding), always = scene_fields[finding->id - 1].always;
    assert_int_equal(fields & always, always);
    assert_int_equal(fields & ~always & ~scene_fields[finding->id - 1].sometimes, 0);
    struct finding_words words;
    char evidence[REPORT_FINDING_SIZE];

    report_finding(finding, 0, &words);
    report_finding_evidence(finding, 0, evidence);
    const char *texts[] = {words.text, words.consequence, words.advice};
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(texts[i]);
        assert_true(length > 10 && length < REPORT_FINDING_SIZE - 1);
        assert_int_equal(texts[i][length - 1], '.');
        assert_null(strstr(texts[i], "  "));
    }
    assert_true(strlen(evidence) > 3);
    assert_true(finding->count > 0);
    assert_true(finding->first <= finding->last);
    assert_true(finding->first_frame <= finding->last_frame);
}

static inline void scene_print(const struct scene *scene)
{
    for (unsigned i = 0; i < findings_count(scene->findings); i++) {
        const struct finding *finding = findings_at(scene->findings, i);
        struct finding_words words;
        report_finding(finding, 0, &words);
        print_message("%s %s: %s %s %s\n", finding_id_name(finding->id),
                      finding_severity_name(finding->severity), words.text, words.consequence,
                      words.advice);
    }
}

/** At `end` these ids are found, and no others, in this order. */
static inline void scene_expect(struct scene *scene, instant end, const enum finding_id *expected,
                                size_t count, const char *file, int line)
{
    assert_true(findings_end(scene->findings, end));
    bool is_same = findings_count(scene->findings) == count;
    for (size_t i = 0; is_same && i < count; i++)
        is_same = findings_at(scene->findings, (unsigned)i)->id == expected[i];
    if (!is_same) {
        scene_print(scene);
        fail_msg("%s:%d: other findings than expected", file, line);
    }
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = findings_at(scene->findings, (unsigned)i);
        scene_check(finding);
        assert_true(finding->first_frame > 0 || scene->is_listened);
    }
}

/** And the scene is over. */
#define EXPECT_FINDINGS(scene, end, ...)                                                           \
    scene_expect(scene, end, (const enum finding_id[]){__VA_ARGS__},                               \
                 sizeof((const enum finding_id[]){__VA_ARGS__}) / sizeof(enum finding_id),         \
                 __FILE__, __LINE__)
#define EXPECT_NO_FINDINGS(scene, end) scene_expect(scene, end, NULL, 0, __FILE__, __LINE__)

#endif
