/* SPDX-License-Identifier: MIT */
/* Unit tests of last member queries: which, when, with which S flag, and what they do to timers
 * . What floods do: test_last_member_flood.c. */
#include "golden.h"
#include "member.h"

#define S1 (address_of(10, 0, 0, 1))
#define S2 (address_of(10, 0, 0, 2))
#define S3 (address_of(10, 0, 0, 3))

#define SSM_GROUP (address_of(232, 1, 1, 1)) /* of the golden frames with sources */

/** The IGMP message that was sent, octet by octet. */
static void check_octets(const struct sent *sent, const uint8_t *golden_frame, size_t length)
{
    struct igmp_query query = {
        .version = sent->version,
        .group = sent->group,
        .max_response = sent->max_response,
        .suppress = sent->suppress,
        .robustness = sent->robustness,
        .query_interval = sent->query_interval,
        .source_count = sent->source_count,
    };
    uint8_t octets[IGMP_LENGTH_MAX];

    if (sent->source_count > 0)
        memcpy(query.sources, sent->sources, sent->source_count * sizeof *query.sources);
    assert_int_equal(igmp_encode_query(&query, octets, sizeof octets), length);
    assert_memory_equal(octets, golden_frame + 14 + GOLDEN_IP_HEADER, length);
    assert_true(address_equal(sent->envelope.destination, sent->group));
    assert_true(mac_equal(sent->envelope.destination_mac, mac_of_group(sent->group)));
}

/** Query `index` about a group was sent at `at`, with that S flag, about these sources. */
static const struct sent *expect_sent(const struct fixture *fixture, struct address group,
                                      size_t index, instant at, bool suppress,
                                      const struct address *sources, unsigned count)
{
    const struct sent *sent[32];

    if (fixture_find_sent(fixture, group, sent, 32) <= index)
        fail_msg("no query %zu about the group", index);
    assert_true(sent[index]->at == at);
    assert_int_equal(sent[index]->reason, QUERY_LAST_MEMBER);
    assert_int_equal(sent[index]->suppress, suppress);
    assert_int_equal(sent[index]->source_count, count);
    for (unsigned i = 0; i < count; i++)
        assert_true(address_equal(sent[index]->sources[i], sources[i]));
    return sent[index];
}

static size_t sent_about(const struct fixture *fixture, struct address group)
{
    return fixture_find_sent(fixture, group, NULL, 0);
}

/** How often a source of G was asked about. */
static unsigned times_asked(const struct fixture *fixture, struct address source)
{
    unsigned times = 0;
    for (size_t i = 0; i < fixture->sent_count; i++)
        for (unsigned n = 0; n < fixture->sent[i].source_count; n++)
            times += address_equal(fixture->sent[i].sources[n], source);
    return times;
}

/* ---- version 2 ---- */

static void test_leave_is_asked_about_twice_q95(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(50), FIXTURE_H1);
    EXPECT_VERDICT(member_leave(f, AT_S(100)), VERDICT_ACCEPTED);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    fixture_run_until(f, AT_S(150));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101));
    for (size_t i = 0; i < 2; i++)
        check_octets(expect_sent(f, FIXTURE_G, i, AT_S(100 + (instant)i), false, NULL, 0),
                     golden_v2_group, 8);
    const struct event *event = fixture_last_event(f, EVENT_QUERY_SENT);
    assert_int_equal(event->reason, QUERY_LAST_MEMBER);
    assert_true(address_equal(event->group, FIXTURE_G));
    assert_int_equal(fixture_segment(f)->counters.specific_sent, 2);
    EXPECT_GENERAL(f, 0, AT_MS(31250)); /* the general ones do not care */
    fixture_free(f);
}

/* LMQC and LMQI are settings of their own. */
static void test_other_counts_and_intervals_q95(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.last_member_query_count = 4;
    params.last_member_query_interval = 300 * MILLISECONDS;
    struct fixture *f = fixture_start(&params);

    member_report(f, AT_S(50), FIXTURE_H1);
    member_leave(f, AT_S(100));
    member_expect_gone_at(f, FIXTURE_G, AT_MS(101200));
    EXPECT_ABOUT(f, FIXTURE_G, AT_MS(100000), AT_MS(100300), AT_MS(100600), AT_MS(100900));
    assert_true(f->sent[f->sent_count - 1].max_response == 300 * MILLISECONDS);
    fixture_free(f);

    /* By default LMQC is the robustness variable; one query, then the end after LMQI. */
    params = fixture_c2();
    params.robustness = 1;
    f = fixture_start(&params);
    member_report(f, AT_S(50), FIXTURE_H1);
    member_leave(f, AT_S(100));
    member_expect_gone_at(f, FIXTURE_G, AT_S(101));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100));
    fixture_free(f);
}

static void test_answer_stops_version_2_q96(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(50), FIXTURE_H1);
    member_leave(f, AT_S(100));
    member_report(f, AT_MS(100500), FIXTURE_H2);
    assert_false(membership_is_checking(member_table(f), f->now));
    member_expect_gone_at(f, FIXTURE_G, AT_MS(370500));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100));
    fixture_free(f);
}

/* Joined and left before anything was said of it: all of it is told, in order. */
static void test_leave_before_the_join_was_told_q95(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(100), FIXTURE_H1);
    member_leave(f, AT_S(100));
    fixture_run_until(f, AT_S(100));
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_JOINED), 1);
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100));
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_LEFT), 1);
    fixture_free(f);
}

/* A group whose timer is nearly over anyway is not kept longer for being asked about, and what is
 * over is not asked about. */
static void test_leave_shortly_before_the_end_q100(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(10), FIXTURE_H1); /* until 280 */
    member_leave(f, AT_MS(279400));
    member_expect_gone_at(f, FIXTURE_G, AT_S(280));
    EXPECT_ABOUT(f, FIXTURE_G, AT_MS(279400));
    member_report(f, AT_S(300), FIXTURE_H1); /* until 570 */
    member_leave(f, AT_S(569));
    member_expect_gone_at(f, FIXTURE_G, AT_S(570));
    EXPECT_ABOUT(f, FIXTURE_G, AT_MS(279400), AT_S(569));
    fixture_free(f);
}

/* The answer raised the timer; the next leave lowers it again, though queries were still to come
 * (version 3 does not stop them). */
static void test_leave_after_an_answer_counts_q103(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);

    member_record(f, AT_S(50), IGMP_RECORD_IS_EX, NULL, 0);
    member_record(f, AT_S(100), IGMP_RECORD_TO_IN, NULL, 0);
    member_record(f, AT_MS(100300), IGMP_RECORD_IS_EX, NULL, 0);
    member_record(f, AT_MS(100600), IGMP_RECORD_TO_IN, NULL, 0);
    member_expect_gone_at(f, FIXTURE_G, AT_S(103));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101), AT_S(102));
    fixture_free(f);

    struct params c2 = fixture_c2(); /* and where they were stopped */
    f = fixture_start(&c2);
    member_report(f, AT_S(50), FIXTURE_H1);
    member_leave(f, AT_S(100));
    member_report(f, AT_MS(100300), FIXTURE_H2);
    member_leave(f, AT_MS(100600));
    member_expect_gone_at(f, FIXTURE_G, AT_S(103));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101), AT_S(102));
    fixture_free(f);
}

/* never about a source-specific group in version 2. */
static void test_never_in_the_ssm_range_q23(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);
    const struct address s = S1;

    fixture_hear_record(f, AT_S(10), FIXTURE_H1, IGMP_RECORD_ALLOW, SSM_GROUP, &s, 1);
    assert_non_null(member_find(f, SSM_GROUP));
    EXPECT_VERDICT(fixture_hear_report(f, AT_S(20), FIXTURE_H1, IGMP_KIND_V2_LEAVE, SSM_GROUP),
                   VERDICT_SSM_RANGE);
    fixture_hear_record(f, AT_S(21), FIXTURE_H1, IGMP_RECORD_BLOCK, SSM_GROUP, &s, 1);
    fixture_hear_record(f, AT_S(22), FIXTURE_H1, IGMP_RECORD_TO_IN, SSM_GROUP, NULL, 0);
    member_expect_gone_at(f, SSM_GROUP, AT_S(280));
    EXPECT_NONE_ABOUT(f, SSM_GROUP);
    fixture_free(f);
}

/* A group that became source-specific while it had any-source members: version 2 asks no more, be
 * it in the middle of a leave or after one in version 3. Version 3 may ask. */
static void test_into_the_ssm_range_q23(void **state)
{
    (void)state;
    for (unsigned version = 2; version <= 3; version++) {
        struct params params = version == 2 ? fixture_c2() : fixture_c3();
        struct fixture *f = fixture_start(&params);

        fixture_hear_report(f, AT_S(20), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
        fixture_hear_report(f, AT_S(100), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
        fixture_run_until(f, AT_S(100));
        params.ssm_range = (struct prefix){address_of(239, 0, 0, 0), 8};
        fixture_configure(f, AT_MS(100500), &params);
        member_record(f, AT_MS(100600), IGMP_RECORD_TO_IN, NULL, 0);
        fixture_run_until(f, AT_S(110));
        if (version == 2)
            EXPECT_ABOUT(f, FIXTURE_G, AT_S(100));
        else
            EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101));
        assert_null(member_find(f, FIXTURE_G));
        fixture_free(f);
    }
}

/* version 1 has no such query, and its leaves do not count. */
static void test_version_1_does_not_ask_q77(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.version = 1;
    struct fixture *f = fixture_start(&params);

    member_report(f, AT_S(10), FIXTURE_H1);
    EXPECT_VERDICT(member_leave(f, AT_S(100)), VERDICT_IGNORED_LEAVE);
    member_record(f, AT_S(101), IGMP_RECORD_TO_IN, NULL, 0);
    member_expect_gone_at(f, FIXTURE_G, AT_S(280));
    EXPECT_NONE_ABOUT(f, FIXTURE_G);
    fixture_free(f);
}

/* ---- not the querier ---- */

static struct fixture *non_querier(struct params params)
{
    struct fixture *f = fixture_start(&params);
    fixture_hear_general(f, AT_S(10), FIXTURE_L, params.version);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    return f;
}

static void test_leave_heard_by_another_q67(void **state)
{
    (void)state;
    struct fixture *f = non_querier(fixture_c2());

    member_report(f, AT_S(50), FIXTURE_H1);
    fixture_forget_log(f);
    EXPECT_VERDICT(member_leave(f, AT_S(101)), VERDICT_IGNORED_LEAVE);
    EXPECT_VERDICT(member_record(f, AT_S(102), IGMP_RECORD_TO_IN, NULL, 0), VERDICT_IGNORED_LEAVE);
    fixture_run_until(f, AT_S(200));
    EXPECT_SILENCE(f);
    assert_non_null(member_find(f, FIXTURE_G));
    fixture_free(f);
}

static void test_version_2_query_lowers_q99(void **state)
{
    (void)state;
    struct fixture *f = non_querier(fixture_c2());
    struct igmp_query query = fixture_specific(2, FIXTURE_G);

    member_report(f, AT_S(50), FIXTURE_H1);
    query.max_response = 2 * SECONDS;
    EXPECT_VERDICT(fixture_hear_query(f, AT_S(100), FIXTURE_L, &query), VERDICT_ACCEPTED);
    member_expect_gone_at(f, FIXTURE_G, AT_S(104)); /* LMQC * Max Resp Time of the message */
    /* An answer raises it again, as ever. */
    member_report(f, AT_S(110), FIXTURE_H1);
    fixture_hear_query(f, AT_S(120), FIXTURE_L, &query);
    member_report(f, AT_S(121), FIXTURE_H1);
    member_expect_gone_at(f, FIXTURE_G, AT_S(121 + 270));
    fixture_free(f);
}

static void test_version_3_query_lowers_q99(void **state)
{
    (void)state;
    struct fixture *f = non_querier(fixture_c3());
    struct igmp_query query = fixture_specific(3, FIXTURE_G);

    member_record(f, AT_S(50), IGMP_RECORD_IS_EX, NULL, 0);
    query.max_response = 2 * SECONDS;
    query.suppress = true;
    fixture_hear_query(f, AT_S(90), FIXTURE_L, &query);
    assert_true(member_find(f, FIXTURE_G)->expires == AT_S(320)); /* S: unchanged */
    query.suppress = false;
    fixture_hear_query(f, AT_S(100), FIXTURE_L, &query);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102)); /* own LMQT */
    fixture_free(f);
}

static void test_query_about_sources_lowers_these_q99(void **state)
{
    (void)state;
    struct fixture *f = non_querier(fixture_c3());
    struct igmp_query query = fixture_specific(3, FIXTURE_G);
    const struct address list[] = {S1, S2};

    member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list, 2);
    query.source_count = 2;
    query.sources[0] = S2;
    query.sources[1] = S3;
    query.suppress = true;
    fixture_hear_query(f, AT_S(100), FIXTURE_L, &query);
    fixture_run_until(f, AT_S(103));
    assert_int_equal(member_source_state(f, S2), 1);
    query.suppress = false;
    fixture_hear_query(f, AT_S(110), FIXTURE_L, &query);
    fixture_run_until(f, AT_MS(111999));
    assert_int_equal(member_source_state(f, S2), 1);
    fixture_run_until(f, AT_S(112));
    assert_int_equal(member_source_state(f, S2), -1);
    assert_int_equal(member_source_state(f, S3), -1);
    assert_int_equal(member_source_state(f, S1), 1);
    member_expect_gone_at(f, FIXTURE_G, AT_S(320));
    fixture_free(f);
}

static void test_query_never_raises_q100(void **state)
{
    (void)state;
    struct fixture *f = non_querier(fixture_c2());
    struct igmp_query query = fixture_specific(2, FIXTURE_G);

    member_report(f, AT_S(50), FIXTURE_H1); /* until 320 */
    fixture_hear_general(f, AT_S(135), FIXTURE_L, 2);
    fixture_hear_general(f, AT_S(260), FIXTURE_L, 2);
    fixture_hear_query(f, AT_S(319), FIXTURE_L, &query);
    member_expect_gone_at(f, FIXTURE_G, AT_S(320));
    EXPECT_VERDICT(fixture_hear_query(f, AT_S(321), FIXTURE_L, &query), VERDICT_ACCEPTED);
    assert_null(member_find(f, FIXTURE_G)); /* nor does it make a group */
    fixture_free(f);
}

/* The querier's own timers are not another's to lower. */
static void test_querier_does_not_lower_q99(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);
    struct igmp_query query = fixture_specific(2, FIXTURE_G);

    member_report(f, AT_S(50), FIXTURE_H1);
    fixture_hear_query(f, AT_S(100), FIXTURE_H, &query);
    EXPECT_VERDICT(fixture_hear_query(f, AT_S(100), FIXTURE_L, &query), VERDICT_SPECIFIC_QUERY);
    member_expect_gone_at(f, FIXTURE_G, AT_S(320));
    fixture_free(f);
}

/* ---- losing the role meanwhile ---- */

static void test_lost_role_completes_q66(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(50), FIXTURE_H1);
    member_leave(f, AT_S(100));
    fixture_hear_general(f, AT_MS(100500), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    EXPECT_VERDICT(member_leave(f, AT_MS(100600)), VERDICT_IGNORED_LEAVE);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101));
    fixture_run_until(f, AT_MS(355499));
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_run_until(f, AT_MS(355500));
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_free(f);
}

static void test_lost_role_completes_for_sources_q66(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address list[] = {S1, S2};

    member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list, 2);
    member_record(f, AT_S(100), IGMP_RECORD_BLOCK, list, 1);
    fixture_hear_general(f, AT_MS(100500), FIXTURE_L, 3);
    member_record(f, AT_MS(100600), IGMP_RECORD_BLOCK, list + 1, 1); /* too late for us to ask */
    fixture_run_until(f, AT_S(110));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101));
    assert_int_equal(times_asked(f, S1), 2);
    assert_int_equal(times_asked(f, S2), 0);
    assert_int_equal(member_source_state(f, S1), -1);
    assert_int_equal(member_source_state(f, S2), 1);
    fixture_free(f);
}

/* RFC 2236 section 3 to the letter: no transition while members are being checked. */
static void test_role_is_kept_meanwhile_q66(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    c2.transition = TRANSITION_DEFER;
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(50), FIXTURE_H1);
    member_leave(f, AT_S(100));
    fixture_hear_general(f, AT_MS(100500), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_hear_general(f, AT_MS(101500), FIXTURE_L, 2); /* both sent, nobody has answered */
    EXPECT_ROLE(f, ROLE_QUERIER);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(101));
    EXPECT_GENERAL(f, 0, AT_MS(31250));
    fixture_hear_general(f, AT_MS(102001), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);

    /* An answer ends the checking. */
    f = fixture_start(&c2);
    member_report(f, AT_S(50), FIXTURE_H1);
    member_leave(f, AT_S(100));
    member_report(f, AT_MS(100500), FIXTURE_H2);
    fixture_hear_general(f, AT_MS(100600), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* ---- version 3 ---- */

/* */
static void test_s_flag_after_an_answer_q103(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);

    member_record(f, AT_S(50), IGMP_RECORD_IS_EX, NULL, 0);
    member_record(f, AT_S(100), IGMP_RECORD_TO_IN, NULL, 0);
    fixture_hear_record(f, AT_MS(100500), FIXTURE_H2, IGMP_RECORD_IS_EX, FIXTURE_G, NULL, 0);
    member_expect_gone_at(f, FIXTURE_G, AT_MS(370500));
    check_octets(expect_sent(f, FIXTURE_G, 0, AT_S(100), false, NULL, 0), golden_v3_group, 12);
    check_octets(expect_sent(f, FIXTURE_G, 1, AT_S(101), true, NULL, 0), golden_v3_group_suppress,
                 12);
    assert_int_equal(sent_about(f, FIXTURE_G), 2);
    fixture_free(f);
}

static void test_nobody_answers_version_3_q103(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);

    member_record(f, AT_S(50), IGMP_RECORD_TO_EX, NULL, 0);
    member_record(f, AT_S(100), IGMP_RECORD_TO_IN, NULL, 0);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    check_octets(expect_sent(f, FIXTURE_G, 0, AT_S(100), false, NULL, 0), golden_v3_group, 12);
    check_octets(expect_sent(f, FIXTURE_G, 1, AT_S(101), false, NULL, 0), golden_v3_group, 12);
    fixture_free(f);
}

/* The list's own example: a is wanted by another, b is not, c was never blocked. */
static void test_split_by_source_timer_q104(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address a = S1, b = S2, abc[] = {S1, S2, S3};

    member_record(f, AT_S(50), IGMP_RECORD_IS_IN, abc, 3);
    member_record(f, AT_S(100), IGMP_RECORD_BLOCK, abc, 2);
    fixture_hear_record(f, AT_MS(100400), FIXTURE_H2, IGMP_RECORD_IS_IN, FIXTURE_G, &a, 1);
    fixture_run_until(f, AT_MS(101999));
    assert_int_equal(member_source_state(f, b), 1);
    fixture_run_until(f, AT_S(102));
    assert_int_equal(member_source_state(f, a), 1);
    assert_int_equal(member_source_state(f, b), -1);
    assert_int_equal(member_source_state(f, S3), 1);
    fixture_run_until(f, AT_S(110));
    expect_sent(f, FIXTURE_G, 0, AT_S(100), false, abc, 2);
    expect_sent(f, FIXTURE_G, 1, AT_S(101), true, &a, 1);
    expect_sent(f, FIXTURE_G, 2, AT_S(101), false, &b, 1);
    assert_int_equal(sent_about(f, FIXTURE_G), 3);
    const struct event *event = fixture_last_event(f, EVENT_QUERY_SENT);
    assert_int_equal(event->count, 1);
    assert_false(event->suppress);
    member_expect_gone_at(f, FIXTURE_G, AT_MS(370400)); /* c at 320, a at 370.4 */
    fixture_free(f);
}

/* The same in a group of the source-specific range, as octets. */
static void test_queries_about_sources_as_octets_q104(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address list[] = {S1, S2, S3};

    fixture_hear_record(f, AT_S(50), FIXTURE_H1, IGMP_RECORD_ALLOW, SSM_GROUP, list, 3);
    fixture_hear_record(f, AT_S(60), FIXTURE_H1, IGMP_RECORD_BLOCK, SSM_GROUP, list, 2);
    fixture_run_until(f, AT_S(62));
    check_octets(expect_sent(f, SSM_GROUP, 0, AT_S(60), false, list, 2), golden_v3_sources, 20);
    check_octets(expect_sent(f, SSM_GROUP, 1, AT_S(61), false, list, 2), golden_v3_sources, 20);
    fixture_hear_record(f, AT_S(70), FIXTURE_H1, IGMP_RECORD_BLOCK, SSM_GROUP, list + 2, 1);
    fixture_hear_record(f, AT_MS(70500), FIXTURE_H2, IGMP_RECORD_IS_IN, SSM_GROUP, list + 2, 1);
    fixture_run_until(f, AT_S(80));
    expect_sent(f, SSM_GROUP, 2, AT_S(70), false, list + 2, 1);
    check_octets(expect_sent(f, SSM_GROUP, 3, AT_S(71), true, list + 2, 1),
                 golden_v3_source_suppress, 16);
    assert_int_equal(sent_about(f, SSM_GROUP), 4);
    fixture_free(f);
}

/* EXC({a},{}), TO_IN({}): Q(G, X-A) and Q(G) at once; whether the half with S is sent beside the
 * group query is ours to choose (MAY). */
static void test_group_and_sources_at_once_q105(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address a = S1;

    member_record(f, AT_S(50), IGMP_RECORD_IS_EX, NULL, 0);
    member_record(f, AT_S(51), IGMP_RECORD_ALLOW, &a, 1);
    member_record(f, AT_S(100), IGMP_RECORD_TO_IN, NULL, 0);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    assert_int_equal(times_asked(f, a), 2);
    assert_int_equal(sent_about(f, FIXTURE_G), 4);
    expect_sent(f, FIXTURE_G, 0, AT_S(100), false, NULL, 0);
    expect_sent(f, FIXTURE_G, 1, AT_S(100), false, &a, 1);
    fixture_free(f);
}

/* New queries and those still to come are merged; each source is asked about LMQC times. */
static void test_merged_queries_q106(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address list[] = {S1, S2, S3};

    member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list, 3);
    member_record(f, AT_S(100), IGMP_RECORD_BLOCK, list, 1);
    fixture_advance(f, AT_MS(100500));
    assert_int_equal(times_asked(f, S2), 0);
    member_record(f, AT_MS(100500), IGMP_RECORD_BLOCK, list + 1, 1);
    fixture_run_until(f, AT_MS(100500));
    assert_int_equal(times_asked(f, S2), 1);
    fixture_run_until(f, AT_MS(101500));
    assert_int_equal(times_asked(f, S1), 2);
    assert_int_equal(times_asked(f, S2), 2);
    fixture_run_until(f, AT_S(110));
    assert_int_equal(times_asked(f, S1), 2);
    assert_int_equal(times_asked(f, S2), 2);
    assert_int_equal(times_asked(f, S3), 0);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 1);
    fixture_free(f);
}

/* 400 sources: 366 and 34, at the same time, each source in exactly one. */
static void test_400_sources_q20(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address list[400];

    for (unsigned i = 0; i < 400; i++)
        list[i] = member_source(i + 1);
    /* A report has no more room than a query. */
    member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list, 200);
    member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list + 200, 200);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 400);
    member_record(f, AT_S(100), IGMP_RECORD_BLOCK, list, 200);
    member_record(f, AT_S(100), IGMP_RECORD_BLOCK, list + 200, 200);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    assert_int_equal(sent_about(f, FIXTURE_G), 4);
    expect_sent(f, FIXTURE_G, 0, AT_S(100), false, list, 366);
    expect_sent(f, FIXTURE_G, 1, AT_S(100), false, list + 366, 34);
    expect_sent(f, FIXTURE_G, 2, AT_S(101), false, list, 366);
    expect_sent(f, FIXTURE_G, 3, AT_S(101), false, list + 366, 34);
    fixture_free(f);
}

/* On a link of 600 octets 141 fit: 141, 141 and 18. */
static void test_300_sources_on_a_narrow_link_q20(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address list[300];

    f->identity.mtu = 600;
    engine_link(f->engine, 0, f->segment, &f->identity, f->outbox);
    for (unsigned i = 0; i < 300; i++)
        list[i] = member_source(i + 1);
    member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list, 300);
    member_record(f, AT_S(100), IGMP_RECORD_BLOCK, list, 300);
    member_expect_gone_at(f, FIXTURE_G, AT_S(102));
    assert_int_equal(sent_about(f, FIXTURE_G), 6);
    for (size_t i = 0; i < 6; i++)
        expect_sent(f, FIXTURE_G, i, AT_S(100 + (instant)i / 3), false, list + i % 3 * 141,
                    i % 3 < 2 ? 141 : 18);
    fixture_free(f);
}

/* What no link can be is not believed: all 300 fit an MTU of 1500. */
static void test_impossible_mtu_q20(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    const unsigned mtus[] = {0, 20, 67, 65536};

    for (size_t i = 0; i < sizeof mtus / sizeof *mtus; i++) {
        struct fixture *f = fixture_start(&c3);
        struct address list[300];

        f->identity.mtu = mtus[i];
        engine_link(f->engine, 0, f->segment, &f->identity, f->outbox);
        for (unsigned source = 0; source < 300; source++)
            list[source] = member_source(source + 1);
        member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list, 300);
        member_record(f, AT_S(100), IGMP_RECORD_BLOCK, list, 300);
        member_expect_gone_at(f, FIXTURE_G, AT_S(102));
        assert_int_equal(sent_about(f, FIXTURE_G), 2);
        expect_sent(f, FIXTURE_G, 0, AT_S(100), false, list, 300);
        fixture_free(f);
    }
}

/* ---- what was owed and can no longer be said ---- */

static void test_passive_says_nothing_any_more(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address a = S1;

    member_record(f, AT_S(50), IGMP_RECORD_IS_EX, NULL, 0);
    member_record(f, AT_S(51), IGMP_RECORD_ALLOW, &a, 1);
    member_record(f, AT_S(100), IGMP_RECORD_TO_IN, NULL, 0);
    fixture_run_until(f, AT_S(100));
    fixture_forget_log(f);
    c3.mode = MODE_PASSIVE;
    fixture_configure(f, AT_MS(100500), &c3);
    fixture_run_until(f, AT_S(110));
    EXPECT_SILENCE(f);
    assert_null(member_find(f, FIXTURE_G)); /* asked, and nobody answered */
    fixture_free(f);
}

/* Down to version 2: what is left of the questions about sources is not asked later either. */
static void test_version_changes_meanwhile_q109(void **state)
{
    (void)state;
    struct params params = fixture_c3();
    struct fixture *f = fixture_start(&params);
    const struct address list[] = {S1, S2};

    member_record(f, AT_S(50), IGMP_RECORD_ALLOW, list, 2);
    member_record(f, AT_S(100), IGMP_RECORD_BLOCK, list, 1);
    fixture_run_until(f, AT_S(100));
    fixture_hear_record(f, AT_MS(100100), FIXTURE_H2, IGMP_RECORD_IS_IN, FIXTURE_G, list, 1);
    params.version = 2;
    fixture_configure(f, AT_MS(100500), &params);
    fixture_run_until(f, AT_S(110));
    params.version = 3;
    fixture_configure(f, AT_S(110), &params);
    member_record(f, AT_S(120), IGMP_RECORD_BLOCK, list + 1, 1);
    fixture_run_until(f, AT_S(130));
    EXPECT_ABOUT(f, FIXTURE_G, AT_S(100), AT_S(120), AT_S(121));
    assert_int_equal(times_asked(f, S1), 1);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leave_is_asked_about_twice_q95),
        cmocka_unit_test(test_other_counts_and_intervals_q95),
        cmocka_unit_test(test_answer_stops_version_2_q96),
        cmocka_unit_test(test_leave_before_the_join_was_told_q95),
        cmocka_unit_test(test_leave_shortly_before_the_end_q100),
        cmocka_unit_test(test_leave_after_an_answer_counts_q103),
        cmocka_unit_test(test_never_in_the_ssm_range_q23),
        cmocka_unit_test(test_into_the_ssm_range_q23),
        cmocka_unit_test(test_version_1_does_not_ask_q77),
        cmocka_unit_test(test_leave_heard_by_another_q67),
        cmocka_unit_test(test_version_2_query_lowers_q99),
        cmocka_unit_test(test_version_3_query_lowers_q99),
        cmocka_unit_test(test_query_about_sources_lowers_these_q99),
        cmocka_unit_test(test_query_never_raises_q100),
        cmocka_unit_test(test_querier_does_not_lower_q99),
        cmocka_unit_test(test_lost_role_completes_q66),
        cmocka_unit_test(test_lost_role_completes_for_sources_q66),
        cmocka_unit_test(test_role_is_kept_meanwhile_q66),
        cmocka_unit_test(test_s_flag_after_an_answer_q103),
        cmocka_unit_test(test_nobody_answers_version_3_q103),
        cmocka_unit_test(test_split_by_source_timer_q104),
        cmocka_unit_test(test_queries_about_sources_as_octets_q104),
        cmocka_unit_test(test_group_and_sources_at_once_q105),
        cmocka_unit_test(test_merged_queries_q106),
        cmocka_unit_test(test_400_sources_q20),
        cmocka_unit_test(test_300_sources_on_a_narrow_link_q20),
        cmocka_unit_test(test_impossible_mtu_q20),
        cmocka_unit_test(test_passive_says_nothing_any_more),
        cmocka_unit_test(test_version_changes_meanwhile_q109),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
