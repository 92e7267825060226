/* SPDX-License-Identifier: MIT */
/* Unit tests of what forged or many leaves cost: queries are few, in turn, and none is lost
 * (Q-101, RFC 9776 section 9.3). */
#include "member.h"

#define S1 (address_of(10, 0, 0, 1))

/** The most queries about G in any span of `window`. */
static size_t most_in(const struct fixture *fixture, duration window)
{
    size_t most = 0;

    for (size_t i = 0, first = 0; i < fixture->sent_count; i++) {
        while (fixture->sent[first].at + window <= fixture->sent[i].at)
            first++;
        if (i - first + 1 > most)
            most = i - first + 1;
    }
    return most;
}

/* 10^5 leaves a second, for five seconds: at most LMQC queries in each LMQT, and the general query
 * is on time. */
static void test_leaves_for_one_group_q101(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(29), FIXTURE_H1);
    fixture_run_until(f, AT_S(29));
    fixture_forget_log(f);
    for (unsigned i = 0; i < 500000; i++) {
        if (i % 100000 == 50000) /* a member answers each second */
            member_report(f, AT_S(29) + i * 10 * MICROSECONDS, FIXTURE_H2);
        member_leave(f, AT_S(29) + i * 10 * MICROSECONDS);
    }
    fixture_run_until(f, AT_S(34));
    EXPECT_GENERAL(f, AT_MS(31250));
    assert_true(f->sent_count >= 5);
    assert_true(most_in(f, 2 * SECONDS) <= 2 + 1); /* two about G, one general */
    assert_non_null(member_find(f, FIXTURE_G));
    fixture_free(f);
}

/* Report and leave in turn: one query in each last member interval. */
static void test_reports_and_leaves_in_turn_q101(void **state)
{
    (void)state;
    struct params versions[] = {fixture_c2(), fixture_c3()};
    for (size_t v = 0; v < 2; v++) {
        struct fixture *f = fixture_start(&versions[v]);
        fixture_run_until(f, AT_S(40));
        fixture_forget_log(f);
        for (unsigned i = 0; i < 100000; i++) {
            instant at = AT_S(40) + i * 50 * MICROSECONDS;
            if (i % 2 == 0 && v == 0)
                member_report(f, at, FIXTURE_H1);
            else if (i % 2 == 0)
                member_record(f, at, IGMP_RECORD_TO_EX, NULL, 0);
            else if (v == 0)
                member_leave(f, at);
            else
                member_record(f, at, IGMP_RECORD_TO_IN, NULL, 0);
        }
        assert_true(f->sent_count >= 4 && f->sent_count <= 6);
        assert_int_equal(most_in(f, 1 * SECONDS), 1);
        fixture_run_until(f, AT_S(60));
        assert_null(member_find(f, FIXTURE_G)); /* the last was a leave */
        fixture_free(f);
    }
}

/* Allow and block in turn: the same for a source. */
static void test_allows_and_blocks_in_turn_q101(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    const struct address s = S1;

    fixture_run_until(f, AT_S(40));
    fixture_forget_log(f);
    for (unsigned i = 0; i < 100000; i++)
        member_record(f, AT_S(40) + i * 50 * MICROSECONDS,
                      i % 2 == 0 ? IGMP_RECORD_ALLOW : IGMP_RECORD_BLOCK, &s, 1);
    assert_true(f->sent_count >= 4 && f->sent_count <= 6);
    assert_int_equal(most_in(f, 1 * SECONDS), 1);
    fixture_run_until(f, AT_S(60));
    assert_null(member_find(f, FIXTURE_G));
    fixture_free(f);
}

/** All `count` groups have members at 10 s. */
static struct fixture *with_groups(const struct params *params, unsigned count)
{
    struct fixture *f = fixture_start(params);

    for (unsigned i = 0; i < count; i++)
        fixture_hear_report(f, AT_S(10), FIXTURE_H1, IGMP_KIND_V2_REPORT, member_group(i));
    fixture_run_until(f, AT_S(10));
    fixture_forget_log(f);
    return f;
}

/* All of 4,000 groups are left at once: 1,024 are asked about at once, then 1,024 a second, each
 * twice and a second apart however many wait; none is forgotten. */
static void test_leaves_for_many_groups_q101(void **state)
{
    enum { GROUPS = 4000 };
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = with_groups(&c2, GROUPS);

    for (unsigned i = 0; i < GROUPS; i++)
        EXPECT_VERDICT(
            fixture_hear_report(f, AT_S(30), FIXTURE_H1, IGMP_KIND_V2_LEAVE, member_group(i)),
            VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(30));
    assert_int_equal(f->sent_count, MEMBERSHIP_QUERY_BURST);
    fixture_run_until(f, AT_S(31));
    /* As many new ones, and the first ones again. */
    assert_within(f->sent_count, 3 * MEMBERSHIP_QUERY_BURST - 2, 3 * MEMBERSHIP_QUERY_BURST + 2);
    fixture_run_until(f, AT_S(60));
    EXPECT_GENERAL(f, AT_MS(31250));
    assert_int_equal(member_table(f)->group_count, 0);
    for (unsigned i = 0; i < GROUPS; i += 37) { /* each look goes through the whole log */
        const struct sent *sent[3];
        assert_int_equal(fixture_find_sent(f, member_group(i), sent, 3), 2);
        assert_true(sent[1]->at - sent[0]->at == 1 * SECONDS);
    }
    fixture_free(f);
}

/* A flood for the groups with low addresses does not keep one with a high address waiting: first
 * come, first served. */
static void test_flood_does_not_starve_q101(void **state)
{
    enum { FLOODED = 3000 };
    const struct address victim = address_of(239, 255, 0, 1);
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = with_groups(&c2, FLOODED);

    fixture_hear_report(f, AT_S(11), FIXTURE_H1, IGMP_KIND_V2_REPORT, victim);
    for (instant at = AT_S(40); at < AT_S(60); at += 250 * MILLISECONDS) {
        for (unsigned i = 0; i < FLOODED; i++) {
            fixture_hear_report(f, at, FIXTURE_H1, IGMP_KIND_V2_REPORT, member_group(i));
            fixture_hear_report(f, at, FIXTURE_H1, IGMP_KIND_V2_LEAVE, member_group(i));
        }
        if (at == AT_S(50))
            fixture_hear_report(f, at, FIXTURE_H1, IGMP_KIND_V2_LEAVE, victim);
    }
    const struct sent *sent[2];
    assert_int_equal(fixture_find_sent(f, victim, sent, 2), 2);
    assert_true(sent[0]->at < AT_S(54)); /* no more than 3,001 can be before it */
    assert_null(member_find(f, victim));
    assert_within(f->sent_count, 20000, 23000); /* 1,024 a second, not more */
    fixture_free(f);
}

/* 600 groups that have both to be asked about, group and sources: more than the burst has room for.
 * What waits is asked about no less often. */
static void test_sources_in_turn_q101(void **state)
{
    enum { GROUPS = 600, SOURCES = 3 };
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address list[SOURCES];

    for (unsigned i = 0; i < SOURCES; i++)
        list[i] = member_source(i + 1);
    for (unsigned g = 0; g < GROUPS; g++) {
        fixture_hear_record(f, AT_S(10), FIXTURE_H1, IGMP_RECORD_IS_EX, member_group(g), NULL, 0);
        fixture_hear_record(f, AT_S(10), FIXTURE_H1, IGMP_RECORD_ALLOW, member_group(g), list,
                            SOURCES);
    }
    fixture_run_until(f, AT_S(40));
    fixture_forget_log(f);
    for (unsigned g = 0; g < GROUPS; g++) /* Q(G) and Q(G, X) */
        fixture_hear_record(f, AT_S(50), FIXTURE_H1, IGMP_RECORD_TO_IN, member_group(g), NULL, 0);
    fixture_run_until(f, AT_S(50));
    assert_int_equal(f->sent_count, MEMBERSHIP_QUERY_BURST);
    fixture_run_until(f, AT_S(60));
    assert_int_equal(f->sent_count, GROUPS * 4);
    assert_int_equal(member_table(f)->group_count, 0);
    fixture_free(f);
}

/* While one source waits for its turn, another that is being asked about gets its repetition in
 * time, and does not go unasked. */
static void test_repetitions_do_not_wait_q101(void **state)
{
    enum { FLOODED = 3500 };
    (void)state;
    struct params c3 = fixture_c3();
    struct fixture *f = with_groups(&c3, FLOODED);
    const struct address list[] = {member_source(1), member_source(2)};
    const struct sent *sent[8];

    member_record(f, AT_S(20), IGMP_RECORD_ALLOW, list, 2);
    member_record(f, AT_S(40), IGMP_RECORD_BLOCK, list, 1);
    fixture_run_until(f, AT_S(40));
    for (unsigned i = 0; i < FLOODED; i++)
        fixture_hear_report(f, AT_MS(40200), FIXTURE_H1, IGMP_KIND_V2_LEAVE, member_group(i));
    fixture_run_until(f, AT_MS(40200));
    member_record(f, AT_MS(40500), IGMP_RECORD_BLOCK, list + 1, 1);
    fixture_run_until(f, AT_S(50));
    assert_int_equal(fixture_find_sent(f, FIXTURE_G, sent, 8), 4);
    assert_true(sent[0]->at == AT_S(40));
    assert_true(sent[1]->at == AT_S(41)); /* the first source again, alone */
    assert_int_equal(sent[1]->source_count, 1);
    assert_true(address_equal(sent[1]->sources[0], list[0]));
    assert_true(sent[2]->at > AT_MS(42000)); /* the second, after the others' turns */
    assert_true(address_equal(sent[2]->sources[0], list[1]));
    assert_true(sent[3]->at == sent[2]->at + 1 * SECONDS);
    assert_null(member_find(f, FIXTURE_G));
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaves_for_one_group_q101),
        cmocka_unit_test(test_reports_and_leaves_in_turn_q101),
        cmocka_unit_test(test_allows_and_blocks_in_turn_q101),
        cmocka_unit_test(test_leaves_for_many_groups_q101),
        cmocka_unit_test(test_flood_does_not_starve_q101),
        cmocka_unit_test(test_sources_in_turn_q101),
        cmocka_unit_test(test_repetitions_do_not_wait_q101),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
