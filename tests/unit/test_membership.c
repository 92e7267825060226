/* SPDX-License-Identifier: MIT */
/* Unit tests of the membership table: who is a member for how long, and which records count (Q-94,
 * Last member queries: test_last_member.c; full tables:
 * test_membership_full.c. */
#include "member.h"
#include "wire.h"

#define S1 (address_of(10, 0, 0, 1))
#define S2 (address_of(10, 0, 0, 2))
#define S3 (address_of(10, 0, 0, 3))

static enum verdict v1_report(struct fixture *fixture, instant at)
{
    return fixture_hear_report(fixture, at, FIXTURE_H1, IGMP_KIND_V1_REPORT, FIXTURE_G);
}

/* ---- versions 1 and 2 ---- */

static void test_member_for_270_s_q94(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    EXPECT_VERDICT(member_report(f, AT_S(10), FIXTURE_H1), VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(10));
    const struct event *joined = fixture_last_event(f, EVENT_GROUP_JOINED);
    assert_true(address_equal(joined->group, FIXTURE_G));
    assert_true(address_equal(joined->address, FIXTURE_H1));
    assert_true(mac_equal(joined->mac, fixture_mac(FIXTURE_H1)));
    assert_int_equal(joined->version, 2);
    assert_true(joined->at == AT_S(10));
    member_expect_gone_at(f, FIXTURE_G, AT_S(280));
    const struct event *left = fixture_last_event(f, EVENT_GROUP_LEFT);
    assert_true(address_equal(left->group, FIXTURE_G));
    assert_true(left->span == 270 * SECONDS);
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_JOINED), 1);
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_LEFT), 1);
    fixture_free(f);
}

static void test_member_for_260_s_by_rfc3376_q94(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    c2.membership = MEMBERSHIP_RFC3376;
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(10), FIXTURE_H1);
    member_expect_gone_at(f, FIXTURE_G, AT_S(270));
    fixture_free(f);

    struct params rfc3376 = params_default(PROFILE_RFC3376);
    f = fixture_start(&rfc3376);
    v1_report(f, AT_S(10));
    member_expect_gone_at(f, FIXTURE_G, AT_S(270));
    fixture_free(f);
}

/* Each report starts the timer anew, also one at the very moment when it would run out. */
static void test_refresh_q94(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(10), FIXTURE_H1);
    member_report(f, AT_S(200), FIXTURE_H2);
    member_report(f, AT_S(470), FIXTURE_H2);
    fixture_run_until(f, AT_S(470));
    const struct group *group = member_find(f, FIXTURE_G);
    assert_non_null(group);
    assert_true(group->since == AT_S(10));
    assert_true(group->last_report == AT_S(470));
    assert_true(address_equal(group->last_reporter, FIXTURE_H2));
    assert_true(mac_equal(group->last_reporter_mac, fixture_mac(FIXTURE_H2)));
    assert_int_equal(group->last_version, 2);
    member_expect_gone_at(f, FIXTURE_G, AT_S(740));
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_JOINED), 1);
    assert_true(fixture_last_event(f, EVENT_GROUP_LEFT)->span == 730 * SECONDS);
    fixture_free(f);
}

/* Every host is a member of 224.0.0.1, whoever says so and however. */
static void test_all_hosts_is_not_tracked_q94(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);

    EXPECT_VERDICT(
        fixture_hear_report(f, AT_S(10), FIXTURE_H1, IGMP_KIND_V2_REPORT, ADDRESS_ALL_HOSTS),
        VERDICT_NOT_TRACKED);
    EXPECT_VERDICT(
        fixture_hear_report(f, AT_S(10), FIXTURE_H1, IGMP_KIND_V2_LEAVE, ADDRESS_ALL_HOSTS),
        VERDICT_NOT_TRACKED);
    EXPECT_VERDICT(
        fixture_hear_record(f, AT_S(10), FIXTURE_H1, IGMP_RECORD_TO_EX, ADDRESS_ALL_HOSTS, NULL, 0),
        VERDICT_NOT_TRACKED);
    fixture_run_until(f, AT_S(11));
    assert_int_equal(member_table(f)->group_count, 0);
    fixture_free(f);
}

/* a leave of nobody's group, to the querier and to another. */
static void test_leave_of_unknown_group_q97(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    EXPECT_VERDICT(member_leave(f, AT_S(10)), VERDICT_IGNORED_LEAVE);
    EXPECT_VERDICT(member_record(f, AT_S(11), IGMP_RECORD_TO_IN, NULL, 0), VERDICT_IGNORED_LEAVE);
    fixture_hear_general(f, AT_S(20), FIXTURE_L, 2);
    EXPECT_VERDICT(member_leave(f, AT_S(21)), VERDICT_IGNORED_LEAVE);
    fixture_run_until(f, AT_S(30));
    EXPECT_NONE_ABOUT(f, FIXTURE_G);
    fixture_free(f);
}

/* version 1 hosts cannot leave, so nobody can while one is there: RV*QI + QRI = 260 s. */
static void test_v1_host_keeps_the_group_q98(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    v1_report(f, AT_S(50));
    assert_int_equal(group_compatibility(member_find(f, FIXTURE_G), f->now), 1);
    EXPECT_VERDICT(member_leave(f, AT_S(100)), VERDICT_IGNORED_LEAVE);
    member_report(f, AT_S(300), FIXTURE_H2);
    EXPECT_VERDICT(member_leave(f, AT_S(309)), VERDICT_IGNORED_LEAVE);
    fixture_run_until(f, AT_MS(310999));
    EXPECT_NONE_ABOUT(f, FIXTURE_G);
    EXPECT_VERDICT(member_leave(f, AT_S(311)), VERDICT_ACCEPTED);
    member_expect_gone_at(f, FIXTURE_G, AT_S(313));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(311), AT_S(312));
    fixture_free(f);
}

/* The same by version 3: in version 1 mode TO_IN is ignored like a leave, but its sources
 * count. */
static void test_v1_mode_ignores_leaves_of_v3_q98_q108(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address s1 = S1;

    v1_report(f, AT_S(50));
    EXPECT_VERDICT(member_record(f, AT_S(60), IGMP_RECORD_TO_IN, NULL, 0), VERDICT_IGNORED_LEAVE);
    EXPECT_VERDICT(member_record(f, AT_S(61), IGMP_RECORD_BLOCK, &s1, 1), VERDICT_NOT_TRACKED);
    EXPECT_VERDICT(member_record(f, AT_S(62), IGMP_RECORD_ALLOW, &s1, 1), VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(70));
    assert_int_equal(member_source_state(f, S1), 1);
    EXPECT_NONE_ABOUT(f, FIXTURE_G);
    /* 260 s after the last version 1 report the leave counts. */
    EXPECT_VERDICT(member_record(f, AT_S(310), IGMP_RECORD_TO_IN, NULL, 0), VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(310));
    assert_true(fixture_find_sent(f, FIXTURE_G, NULL, 0) > 0);
    fixture_free(f);
}

/* ---- version 3 ---- */

static void test_group_timer_runs_out_q107(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address x = S1, y = S2;

    member_record(f, AT_S(10), IGMP_RECORD_IS_EX, &y, 1); /* EXC({}, {y}) */
    fixture_run_until(f, AT_S(10));
    assert_int_equal(member_source_state(f, S2), 0);
    fixture_run_until(f, AT_S(279));
    fixture_hear_record(f, AT_S(279), FIXTURE_H2, IGMP_RECORD_IS_IN, FIXTURE_G, &x, 1);
    fixture_run_until(f, AT_S(280));
    const struct group *group = member_find(f, FIXTURE_G);
    assert_non_null(group);
    assert_int_equal(group->mode, FILTER_INCLUDE);
    assert_int_equal(member_source_state(f, S1), 1);
    assert_int_equal(member_source_state(f, S2), -1);
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_LEFT), 0);
    member_expect_gone_at(f, FIXTURE_G, AT_S(549)); /* INCLUDE without sources is nothing */
    fixture_free(f);
}

static void test_sources_live_for_gmi_each_q102_q107(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address both[] = {S1, S2}, second = S2;

    member_record(f, AT_S(10), IGMP_RECORD_IS_IN, both, 2);
    member_record(f, AT_S(20), IGMP_RECORD_ALLOW, &second, 1);
    fixture_run_until(f, AT_MS(279999));
    assert_int_equal(member_source_state(f, S1), 1);
    fixture_run_until(f, AT_S(280));
    assert_int_equal(member_source_state(f, S1), -1);
    assert_int_equal(member_source_state(f, S2), 1);
    member_expect_gone_at(f, FIXTURE_G, AT_S(290));
    fixture_free(f);
}

static void test_v2_report_in_a_v3_group_q108(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address a = S1;

    member_report(f, AT_S(0), FIXTURE_H2);
    fixture_run_until(f, AT_S(5));
    assert_int_equal(group_compatibility(member_find(f, FIXTURE_G), f->now), 2);
    member_record(f, AT_S(10), IGMP_RECORD_TO_EX, &a, 1); /* its list is ignored */
    fixture_run_until(f, AT_S(11));
    assert_int_equal(member_find(f, FIXTURE_G)->mode, FILTER_EXCLUDE);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 0);
    EXPECT_VERDICT(member_record(f, AT_MS(259999), IGMP_RECORD_BLOCK, &a, 1), VERDICT_NOT_TRACKED);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 0);
    EXPECT_NONE_ABOUT(f, FIXTURE_G);
    EXPECT_VERDICT(member_record(f, AT_S(260), IGMP_RECORD_BLOCK, &a, 1), VERDICT_ACCEPTED);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 1);
    fixture_free(f);
}

/* A version 2 report is IS_EX({}): whoever was blocked is wanted now. */
static void test_v2_report_clears_the_sources_q108(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address list[] = {S1, S2};

    member_record(f, AT_S(10), IGMP_RECORD_IS_IN, list, 2);
    member_report(f, AT_S(11), FIXTURE_H2);
    assert_int_equal(member_find(f, FIXTURE_G)->mode, FILTER_EXCLUDE);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 0);
    member_expect_gone_at(f, FIXTURE_G, AT_S(281));
    fixture_free(f);
}

/* A querier of version 3 asks in version 3, also about a group that has version 2 hosts. */
static void test_v3_queries_for_v2_hosts_q109(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct sent *sent[2];

    member_report(f, AT_S(10), FIXTURE_H1);
    EXPECT_VERDICT(member_leave(f, AT_S(100)), VERDICT_ACCEPTED); /* TO_IN({}) */
    fixture_run_until(f, AT_S(100));
    assert_int_equal(fixture_find_sent(f, FIXTURE_G, sent, 2), 1);
    assert_int_equal(sent[0]->version, 3);
    assert_int_equal(sent[0]->robustness, 2);
    assert_true(sent[0]->query_interval == 125 * SECONDS);
    /* Version 2 stops when somebody answers, version 3 does not. */
    member_report(f, AT_MS(100500), FIXTURE_H2);
    member_expect_gone_at(f, FIXTURE_G, AT_MS(370500));
    assert_int_equal(fixture_find_sent(f, FIXTURE_G, sent, 2), 2);
    assert_false(sent[0]->suppress);
    assert_true(sent[1]->suppress);
    fixture_free(f);
}

static void test_ssm_range_q110(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address one = address_of(232, 1, 1, 1), two = address_of(232, 1, 1, 2), s = S1;
    const struct igmp_record_spec records[] = {
        {.type = IGMP_RECORD_IS_EX, .group = one},
        {.type = IGMP_RECORD_ALLOW, .group = two, .sources = &s, .source_count = 1},
        {.type = IGMP_RECORD_TO_EX, .group = two},
    };

    EXPECT_VERDICT(fixture_hear_records(f, AT_S(10), FIXTURE_H1, records, 3), VERDICT_ACCEPTED);
    assert_null(member_find(f, one));
    assert_int_equal(member_find(f, two)->mode, FILTER_INCLUDE);
    EXPECT_VERDICT(fixture_hear_records(f, AT_S(11), FIXTURE_H1, records, 1), VERDICT_SSM_RANGE);
    EXPECT_VERDICT(fixture_hear_report(f, AT_S(12), FIXTURE_H1, IGMP_KIND_V2_REPORT, two),
                   VERDICT_SSM_RANGE);
    EXPECT_VERDICT(fixture_hear_report(f, AT_S(12), FIXTURE_H1, IGMP_KIND_V1_REPORT, one),
                   VERDICT_SSM_RANGE);
    EXPECT_VERDICT(fixture_hear_report(f, AT_S(12), FIXTURE_H1, IGMP_KIND_V2_LEAVE, two),
                   VERDICT_SSM_RANGE);
    member_expect_gone_at(f, two, AT_S(280)); /* none of these changed it */
    EXPECT_NONE_ABOUT(f, two);
    fixture_free(f);
}

/* The range is a setting: another one, and none. */
static void test_another_ssm_range_q110(void **state)
{
    (void)state;
    struct params params = fixture_c3();
    params.ssm_range = (struct prefix){address_of(239, 1, 0, 0), 16};
    struct fixture *f = fixture_start(&params);

    EXPECT_VERDICT(member_report(f, AT_S(10), FIXTURE_H1), VERDICT_SSM_RANGE);
    EXPECT_VERDICT(
        fixture_hear_report(f, AT_S(10), FIXTURE_H1, IGMP_KIND_V2_REPORT, address_of(232, 1, 1, 1)),
        VERDICT_ACCEPTED);
    params.ssm_range = (struct prefix){ADDRESS_NONE, 32};
    fixture_configure(f, AT_S(20), &params);
    EXPECT_VERDICT(member_report(f, AT_S(21), FIXTURE_H1), VERDICT_ACCEPTED);
    fixture_free(f);
}

/** A version 3 report of these octets, its checksum put in here. */
static enum verdict hear_octets(struct fixture *fixture, instant at, const uint8_t *octets,
                                size_t length)
{
    uint8_t igmp[128];
    struct outside outside = fixture_outside(FIXTURE_H1, ADDRESS_IGMPV3);

    assert_true(length <= sizeof igmp);
    memcpy(igmp, octets, length);
    wire_seal_igmp(igmp, length);
    return fixture_hear_igmp(fixture, at, &outside, igmp, length);
}

/* Auxiliary data is skipped, unknown types and groups that are none are passed over, and what
 * follows counts; a last record that is cut off does not, and what came before it does. */
static void test_records_that_do_and_do_not_count_q111(void **state)
{
    static const uint8_t report[] = {
        0x22, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, /* six records */
        0x04, 0x01, 0x00, 0x00, 0xef, 0x01, 0x02, 0x03, /* TO_EX 239.1.2.3, one word of aux data */
        0xde, 0xad, 0xbe, 0xef,                         /* auxiliary data */
        0x63, 0x00, 0x00, 0x00, 0xef, 0x01, 0x02, 0x04, /* type 99 */
        0x04, 0x00, 0x00, 0x00, 0x0a, 0x01, 0x02, 0x05, /* TO_EX of 10.1.2.5 */
        0x00, 0x00, 0x00, 0x00, 0xef, 0x01, 0x02, 0x06, /* type 0 */
        0x05, 0x00, 0x00, 0x01, 0xef, 0x01, 0x02, 0x07, /* ALLOW 239.1.2.7 10.0.0.1 */
        0x0a, 0x00, 0x00, 0x01,                         /* its source */
        0x05, 0x00, 0x00, 0x02, 0xef, 0x01, 0x02, 0x08, /* ALLOW 239.1.2.8 of two sources, but */
        0x0a, 0x00, 0x00, 0x01,                         /* only one is there */
    };
    static const uint8_t too_many[] = {
        0x22, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xe8, /* 1000 records in 16 octets */
        0x04, 0x00, 0x00, 0x00, 0xef, 0x01, 0x02, 0x09, /* */
    };
    static const uint8_t no_group[] = {
        0x22, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, /* one record */
        0x04, 0x00, 0x00, 0x00, 0x0a, 0x01, 0x02, 0x05, /* TO_EX of 10.1.2.5 */
    };
    static const uint8_t no_record[] = {0x22, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    EXPECT_VERDICT(hear_octets(f, AT_S(10), report, sizeof report), VERDICT_ACCEPTED);
    assert_int_equal(member_find(f, address_of(239, 1, 2, 3))->mode, FILTER_EXCLUDE);
    assert_int_equal(member_find(f, address_of(239, 1, 2, 7))->source_count, 1);
    assert_int_equal(member_table(f)->group_count, 2);
    EXPECT_VERDICT(hear_octets(f, AT_S(11), too_many, sizeof too_many), VERDICT_BAD_RECORD);
    EXPECT_VERDICT(hear_octets(f, AT_S(12), no_group, sizeof no_group), VERDICT_BAD_GROUP);
    EXPECT_VERDICT(hear_octets(f, AT_S(13), no_record, sizeof no_record), VERDICT_NOT_TRACKED);
    assert_int_equal(member_table(f)->group_count, 2);
    fixture_free(f);
}

/* A list that is neither sorted nor without doubles is one set. */
static void test_doubles_in_a_list_q102(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address list[] = {S3, S1, S3, S2, S1, S1, S3};

    member_record(f, AT_S(10), IGMP_RECORD_ALLOW, list, 7);
    const struct group *group = member_find(f, FIXTURE_G);
    assert_int_equal(group->source_count, 3);
    assert_true(address_equal(group->sources[0].address, S1));
    assert_true(address_equal(group->sources[2].address, S3));
    fixture_free(f);
}

/* Who blocks or leaves is heard, but is not the one who reported last. */
static void test_last_reporter(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address s = S1;

    member_record(f, AT_S(10), IGMP_RECORD_IS_EX, NULL, 0);
    fixture_hear_record(f, AT_S(20), FIXTURE_H2, IGMP_RECORD_BLOCK, FIXTURE_G, &s, 1);
    fixture_hear_record(f, AT_S(21), FIXTURE_H2, IGMP_RECORD_TO_IN, FIXTURE_G, NULL, 0);
    fixture_hear_report(f, AT_S(22), FIXTURE_H2, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    assert_true(address_equal(member_find(f, FIXTURE_G)->last_reporter, FIXTURE_H1));
    assert_true(member_find(f, FIXTURE_G)->last_report == AT_S(10));
    fixture_hear_record(f, AT_MS(22100), FIXTURE_H2, IGMP_RECORD_ALLOW, FIXTURE_G, &s, 1);
    assert_true(address_equal(member_find(f, FIXTURE_G)->last_reporter, FIXTURE_H2));
    assert_int_equal(member_find(f, FIXTURE_G)->last_version, 3);
    fixture_free(f);
}

/* ---- a querier of version 2 hears version 3 ---- */

/* It keeps what it hears; it cannot ask about sources, so these go with their timers. */
static void test_v2_querier_hears_v3_reports_q78(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);
    const struct address list[] = {S1, S2};

    EXPECT_VERDICT(member_record(f, AT_S(10), IGMP_RECORD_ALLOW, list, 2), VERDICT_ACCEPTED);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 2);
    EXPECT_VERDICT(member_record(f, AT_S(20), IGMP_RECORD_BLOCK, list, 2), VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(30));
    EXPECT_NONE_ABOUT(f, FIXTURE_G);
    member_expect_gone_at(f, FIXTURE_G, AT_S(280));
    /* Members of any source are asked after, in version 2. */
    member_record(f, AT_S(300), IGMP_RECORD_IS_EX, NULL, 0);
    EXPECT_VERDICT(member_record(f, AT_S(310), IGMP_RECORD_TO_IN, NULL, 0), VERDICT_ACCEPTED);
    member_expect_gone_at(f, FIXTURE_G, AT_S(312));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(310), AT_S(311));
    assert_int_equal(f->sent[f->sent_count - 1].version, 2);
    fixture_free(f);
}

/* ---- roles ---- */

/* a non-querier's timers are the querier's, RV 3, QI 60 s, QRI 10 s; its own again
 * after a takeover. */
static void test_timers_of_the_elected_querier_q68_q70(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct igmp_query query = fixture_general(3);

    query.robustness = 3;
    query.query_interval = 60 * SECONDS;
    fixture_hear_query(f, AT_S(10), FIXTURE_L, &query);
    member_record(f, AT_S(20), IGMP_RECORD_IS_EX, NULL, 0);
    assert_true(member_find(f, FIXTURE_G)->expires == AT_S(20 + 3 * 60 + 2 * 10));
    member_report(f, AT_S(20), FIXTURE_H1);
    assert_true(member_find(f, FIXTURE_G)->v2_host_until == AT_S(20 + 3 * 60 + 10));
    v1_report(f, AT_S(20));
    assert_true(member_find(f, FIXTURE_G)->v1_host_until == AT_S(20 + 3 * 60 + 10));
    fixture_run_until(f, AT_S(195)); /* 10 + 3*60 + 5 */
    EXPECT_ROLE(f, ROLE_QUERIER);
    assert_true(member_find(f, FIXTURE_G)->expires == AT_S(220)); /* what runs is not changed */
    member_record(f, AT_S(196), IGMP_RECORD_IS_EX, NULL, 0);
    assert_true(member_find(f, FIXTURE_G)->expires == AT_S(196 + 270));
    fixture_free(f);
}

/* Behind a version 2 querier that asks more seldom than we would, members answer more seldom too.
 * The default profile, which waits for its next query accordingly, waits for them as well; a
 * profile of the RFCs goes by what is configured. */
static void test_slow_version_2_querier_q68(void **state)
{
    (void)state;
    const struct {
        enum profile profile;
        duration gap; /* of its queries */
        size_t lost;  /* memberships that seemed to end */
    } rows[] = {
        {PROFILE_DEFAULT, 60 * SECONDS, 0},
        {PROFILE_DEFAULT, 133 * SECONDS, 0},
        {PROFILE_DEFAULT, 254 * SECONDS, 0},
        {PROFILE_RFC9776, 254 * SECONDS, 8}, /* 140 s: the others too by the letter of Q-68 */
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct params params = params_default(rows[i].profile);
        params.query_interval = 60 * SECONDS;
        params.other_querier_present = 600 * SECONDS; /* what is at stake is not the role */
        struct fixture *f = fixture_start(&params);

        for (unsigned query = 0; query < 9; query++) {
            instant at = AT_S(20) + query * rows[i].gap;
            fixture_hear_general(f, at, FIXTURE_L, 2);
            member_report(f, at + (query % 2 ? 1 : 9) * SECONDS, FIXTURE_H1);
        }
        assert_int_equal(fixture_count_events(f, EVENT_GROUP_LEFT), rows[i].lost);
        fixture_free(f);
    }
}

/* Which interval that is: 125 s, or longer, until a shorter one is proven; never below our own;
 * and none of another's once we query ourselves. */
static void test_membership_follows_the_period_q68(void **state)
{
    (void)state;
    struct params params = params_default(PROFILE_DEFAULT);
    struct fixture *f = fixture_start(&params);
    instant at = AT_S(20);

    member_report(f, AT_S(1), FIXTURE_H1);
    assert_true(member_find(f, FIXTURE_G)->expires == AT_S(1 + 2 * 60 + 2 * 10));
    fixture_hear_general(f, at, FIXTURE_L, 2);
    member_report(f, at, FIXTURE_H1);
    assert_true(member_find(f, FIXTURE_G)->expires == at + (2 * 125 + 2 * 10) * SECONDS);
    for (unsigned query = 1; query < 9; query++)
        fixture_hear_general(f, at += 30 * SECONDS, FIXTURE_L, 2);
    member_report(f, at, FIXTURE_H1); /* proven, and shorter than ours */
    assert_true(member_find(f, FIXTURE_G)->expires == at + (2 * 60 + 2 * 10) * SECONDS);
    fixture_hear_general(f, at += 100 * SECONDS, FIXTURE_L, 2);
    member_report(f, at, FIXTURE_H1); /* it grows at once */
    assert_true(member_find(f, FIXTURE_G)->expires == at + (2 * 100 + 2 * 10) * SECONDS);
    at += segment_other_querier_present(fixture_segment(f));
    fixture_run_until(f, at);
    EXPECT_ROLE(f, ROLE_QUERIER);
    member_report(f, at, FIXTURE_H1);
    assert_true(member_find(f, FIXTURE_G)->expires == at + (2 * 60 + 2 * 10) * SECONDS);
    fixture_free(f);
}

/* The table outlives changes of role and of the own address; without link there is none. */
static void test_table_and_roles_q112(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(5), FIXTURE_H1);
    fixture_hear_general(f, AT_S(10), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    assert_non_null(member_find(f, FIXTURE_G));
    member_report(f, AT_S(100), FIXTURE_H1);
    fixture_run_until(f, AT_S(265));
    EXPECT_ROLE(f, ROLE_QUERIER);
    assert_non_null(member_find(f, FIXTURE_G));
    EXPECT_VERDICT(member_leave(f, AT_S(266)), VERDICT_ACCEPTED); /* known from before, asked now */
    member_report(f, AT_MS(266500), FIXTURE_H2);
    fixture_link_up(f, AT_S(270), (struct prefix){address_of(192, 168, 50, 9), 24});
    assert_non_null(member_find(f, FIXTURE_G));
    fixture_link_down(f, AT_S(280));
    assert_null(member_find(f, FIXTURE_G));
    assert_int_equal(member_table(f)->group_count, 0);
    assert_int_equal(member_table(f)->reporter_count, 0);
    assert_true(engine_deadline(f->engine) == INSTANT_NEVER);
    EXPECT_VERDICT(member_report(f, AT_S(290), FIXTURE_H1), VERDICT_SEGMENT_DOWN);
    fixture_link_up(f, AT_S(300), (struct prefix){FIXTURE_OWN, 24});
    EXPECT_VERDICT(member_report(f, AT_S(301), FIXTURE_H1), VERDICT_ACCEPTED);
    member_expect_gone_at(f, FIXTURE_G, AT_S(571));
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_member_for_270_s_q94),
        cmocka_unit_test(test_member_for_260_s_by_rfc3376_q94),
        cmocka_unit_test(test_refresh_q94),
        cmocka_unit_test(test_all_hosts_is_not_tracked_q94),
        cmocka_unit_test(test_leave_of_unknown_group_q97),
        cmocka_unit_test(test_v1_host_keeps_the_group_q98),
        cmocka_unit_test(test_v1_mode_ignores_leaves_of_v3_q98_q108),
        cmocka_unit_test(test_group_timer_runs_out_q107),
        cmocka_unit_test(test_sources_live_for_gmi_each_q102_q107),
        cmocka_unit_test(test_v2_report_in_a_v3_group_q108),
        cmocka_unit_test(test_v2_report_clears_the_sources_q108),
        cmocka_unit_test(test_v3_queries_for_v2_hosts_q109),
        cmocka_unit_test(test_ssm_range_q110),
        cmocka_unit_test(test_another_ssm_range_q110),
        cmocka_unit_test(test_records_that_do_and_do_not_count_q111),
        cmocka_unit_test(test_doubles_in_a_list_q102),
        cmocka_unit_test(test_last_reporter),
        cmocka_unit_test(test_v2_querier_hears_v3_reports_q78),
        cmocka_unit_test(test_timers_of_the_elected_querier_q68_q70),
        cmocka_unit_test(test_slow_version_2_querier_q68),
        cmocka_unit_test(test_membership_follows_the_period_q68),
        cmocka_unit_test(test_table_and_roles_q112),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
