/* SPDX-License-Identifier: MIT */
/* Unit tests of the membership table when it is full, and of whom it remembers. */
#include "member.h"

#define S1 (address_of(10, 0, 0, 1))
#define S2 (address_of(10, 0, 0, 2))
#define S3 (address_of(10, 0, 0, 3))

/* ---- reporters ---- */

static const struct reporter *only_reporter(const struct fixture *fixture)
{
    assert_int_equal(member_table(fixture)->reporter_count, 1);
    return member_table(fixture)->reporter_list;
}

/* a host without an address reports from 0.0.0.0, and counts. */
static void test_reporters_q44(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);
    struct outside outside = fixture_outside(ADDRESS_NONE, FIXTURE_G);
    uint8_t igmp[8];

    igmp_encode_report(IGMP_KIND_V2_REPORT, FIXTURE_G, igmp, sizeof igmp);
    outside.source_mac = fixture_mac(FIXTURE_H1);
    EXPECT_VERDICT(fixture_hear_igmp(f, AT_S(10), &outside, igmp, 8), VERDICT_ACCEPTED);
    EXPECT_VERDICT(fixture_hear_igmp(f, AT_S(20), &outside, igmp, 8), VERDICT_ACCEPTED);
    assert_non_null(member_find(f, FIXTURE_G));
    const struct reporter *reporter = only_reporter(f);
    assert_true(address_is_none(reporter->key.address));
    assert_true(mac_equal(reporter->key.mac, fixture_mac(FIXTURE_H1)));
    assert_true(reporter->first_report == AT_S(10));
    assert_true(reporter->last_report == AT_S(20));
    assert_int_equal(reporter->reports, 2);
    assert_int_equal(reporter->last_version, 2);
    /* The same address from another machine is another reporter. */
    outside.source_mac = fixture_mac(FIXTURE_H2);
    fixture_hear_igmp(f, AT_S(30), &outside, igmp, 8);
    assert_int_equal(member_table(f)->reporter_count, 2);
    fixture_free(f);
}

static void test_reporters_are_forgotten_q101(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(10), FIXTURE_H1);
    member_report(f, AT_S(20), FIXTURE_H2);
    member_report(f, AT_S(3600), FIXTURE_H1);
    member_report(f, AT_S(3619), FIXTURE_H1);
    assert_int_equal(member_table(f)->reporter_count, 2);
    member_report(f, AT_S(3620), FIXTURE_H1); /* h2 has been silent for an hour */
    assert_true(address_equal(only_reporter(f)->key.address, FIXTURE_H1));
    assert_true(only_reporter(f)->first_report == AT_S(10));
    /* Who comes back after an hour is new. */
    member_report(f, AT_S(3620 + 3600), FIXTURE_H1);
    assert_true(only_reporter(f)->first_report == AT_S(3620 + 3600));
    assert_int_equal(only_reporter(f)->reports, 1);
    fixture_free(f);
}

/* ---- full tables (Q-101) ---- */

static void test_5000_groups_for_1000_places_q101(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    c2.max_groups = 1000;
    struct fixture *f = fixture_start(&c2);

    for (unsigned i = 0; i < 5000; i++)
        EXPECT_VERDICT(fixture_hear_report(f, AT_S(10) + i * MILLISECONDS, FIXTURE_H1,
                                           IGMP_KIND_V2_REPORT, member_group(i)),
                       i < 1000 ? VERDICT_ACCEPTED : VERDICT_TABLE_FULL);
    fixture_run_until(f, AT_S(16));
    assert_int_equal(member_table(f)->group_count, 1000);
    assert_int_equal(member_table(f)->refused.groups, 4000);
    assert_non_null(member_find(f, member_group(0)));
    assert_non_null(member_find(f, member_group(999)));
    assert_null(member_find(f, member_group(1000)));
    assert_int_equal(fixture_count_warnings(f, WARNING_TABLE_FULL), 1);
    assert_int_equal(fixture_count_events(f, EVENT_GROUP_JOINED), 1000);
    /* Who has a place keeps it, and queries are on time. */
    EXPECT_VERDICT(
        fixture_hear_report(f, AT_S(20), FIXTURE_H1, IGMP_KIND_V2_REPORT, member_group(7)),
        VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(282));
    EXPECT_GENERAL(f, 0, AT_MS(31250), AT_MS(156250), AT_MS(281250));
    assert_int_equal(member_table(f)->group_count, 1);
    /* There is room again. */
    EXPECT_VERDICT(
        fixture_hear_report(f, AT_S(283), FIXTURE_H1, IGMP_KIND_V2_REPORT, member_group(4000)),
        VERDICT_ACCEPTED);
    assert_int_equal(member_table(f)->refused.groups, 4000);
    fixture_free(f);
}

static void test_full_of_sources_q101(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    c3.max_sources = 4;
    struct fixture *f = fixture_start(&c3);
    const struct address list[] = {S1, S2, S3, address_of(10, 0, 0, 4), address_of(10, 0, 0, 5)};

    EXPECT_VERDICT(member_record(f, AT_S(10), IGMP_RECORD_ALLOW, list, 3), VERDICT_ACCEPTED);
    /* Two more, of which one has room; then no group comes of nothing but refused sources. */
    EXPECT_VERDICT(member_record(f, AT_S(11), IGMP_RECORD_ALLOW, list, 5), VERDICT_TABLE_FULL);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 4);
    assert_int_equal(member_table(f)->refused.sources, 1);
    EXPECT_VERDICT(
        fixture_hear_record(f, AT_S(12), FIXTURE_H1, IGMP_RECORD_ALLOW, member_group(1), list, 2),
        VERDICT_TABLE_FULL);
    assert_null(member_find(f, member_group(1)));
    assert_int_equal(member_table(f)->refused.sources, 3);
    /* Members of any source need no room for sources. */
    EXPECT_VERDICT(
        fixture_hear_record(f, AT_S(13), FIXTURE_H1, IGMP_RECORD_IS_EX, member_group(2), list, 2),
        VERDICT_TABLE_FULL);
    assert_int_equal(member_find(f, member_group(2))->mode, FILTER_EXCLUDE);
    assert_int_equal(member_find(f, member_group(2))->source_count, 0);
    /* What is known is refreshed as ever; what expires makes room. */
    EXPECT_VERDICT(member_record(f, AT_S(14), IGMP_RECORD_ALLOW, list, 2), VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(281));
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 2);
    EXPECT_VERDICT(
        fixture_hear_record(f, AT_S(282), FIXTURE_H1, IGMP_RECORD_ALLOW, member_group(1), list, 2),
        VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(600));
    assert_int_equal(member_table(f)->group_count, 0);
    assert_int_equal(member_table(f)->source_budget, 4);
    fixture_free(f);
}

static void test_full_of_reporters_q101(void **state)
{
    (void)state;
    struct params c2 = fixture_c2();
    c2.max_reporters = 2;
    struct fixture *f = fixture_start(&c2);

    member_report(f, AT_S(10), FIXTURE_H1);
    member_report(f, AT_S(11), FIXTURE_H2);
    /* The third is not remembered, but what it wants is: its report is not refused. */
    EXPECT_VERDICT(
        fixture_hear_report(f, AT_S(12), FIXTURE_H, IGMP_KIND_V2_REPORT, member_group(1)),
        VERDICT_ACCEPTED);
    EXPECT_VERDICT(fixture_hear_report(f, AT_S(12), FIXTURE_H, IGMP_KIND_V2_LEAVE, member_group(2)),
                   VERDICT_IGNORED_LEAVE);
    assert_non_null(member_find(f, member_group(1)));
    assert_int_equal(member_table(f)->reporter_count, 2);
    assert_int_equal(member_table(f)->refused.reporters, 2);
    EXPECT_VERDICT(member_report(f, AT_S(13), FIXTURE_H1), VERDICT_ACCEPTED);
    assert_int_equal(member_table(f)->refused.reporters, 2);
    fixture_free(f);
}

/* ---- work (Q-101) ---- */

enum { RECORDS = 122, MANY = 16376 }; /* records of one source in a frame; sources of one group */

/** G has MANY sources until 280 s. */
static struct fixture *with_many_sources(void)
{
    struct params c3 = fixture_c3();
    struct fixture *f = fixture_start(&c3);
    struct address list[356];

    for (unsigned i = 0; i < MANY;) {
        unsigned count = 0;
        while (count < 356 && i < MANY)
            list[count++] = member_source(++i);
        EXPECT_VERDICT(member_record(f, AT_S(10), IGMP_RECORD_ALLOW, list, count),
                       VERDICT_ACCEPTED);
    }
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, MANY);
    return f;
}

/** RECORDS records about G in one frame, each with another source (one: each with the first). */
static enum verdict hear_many(struct fixture *f, instant at, enum igmp_record_type type, bool one)
{
    struct igmp_record_spec records[RECORDS];
    struct address sources[RECORDS];

    for (unsigned i = 0; i < RECORDS; i++) {
        sources[i] = member_source(one ? 1 : 1 + 100 * i);
        records[i] = (struct igmp_record_spec){
            .type = (uint8_t)type, .group = FIXTURE_G, .sources = &sources[i], .source_count = 1};
    }
    return fixture_hear_records(f, at, FIXTURE_H1, records, RECORDS);
}

/* A frame that asks for too much work: what goes too far is refused, nothing known is lost. */
static void test_too_much_work_q101(void **state)
{
    (void)state;
    struct fixture *f = with_many_sources();
    const unsigned taken = MEMBERSHIP_VISITS_LEAST / MANY;

    EXPECT_VERDICT(hear_many(f, AT_S(20), IGMP_RECORD_TO_IN, false), VERDICT_TABLE_FULL);
    assert_int_equal(member_table(f)->refused.sources, RECORDS - taken);
    const struct group *group = member_find(f, FIXTURE_G);
    assert_int_equal(group->source_count, MANY);
    for (unsigned i = 0; i < RECORDS; i++) /* the first records counted */
        assert_true(group_source(group, member_source(1 + 100 * i))->expires ==
                    (i < taken ? AT_S(290) : AT_S(280)));
    /* The next frame starts anew. */
    EXPECT_VERDICT(member_record(f, AT_S(20), IGMP_RECORD_TO_IN, NULL, 0), VERDICT_ACCEPTED);
    fixture_free(f);
}

/* What lists its sources costs no more than these: no limit is felt. */
static void test_listed_sources_are_no_work_q101(void **state)
{
    (void)state;
    struct fixture *f = with_many_sources();

    EXPECT_VERDICT(hear_many(f, AT_S(20), IGMP_RECORD_ALLOW, false), VERDICT_ACCEPTED);
    EXPECT_VERDICT(hear_many(f, AT_S(30), IGMP_RECORD_IS_IN, false), VERDICT_ACCEPTED);
    const struct group *group = member_find(f, FIXTURE_G);
    for (unsigned i = 0; i < RECORDS; i++)
        assert_true(group_source(group, member_source(1 + 100 * i))->expires == AT_S(300));
    EXPECT_VERDICT(hear_many(f, AT_S(40), IGMP_RECORD_BLOCK, false), VERDICT_ACCEPTED);
    fixture_run_until(f, AT_S(43));
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, MANY - RECORDS);
    fixture_run_until(f, AT_S(280));
    assert_null(member_find(f, FIXTURE_G));
    assert_int_equal(member_table(f)->refused.sources, 0);
    fixture_free(f);
}

/* A record that says the same again is no work either. */
static void test_repeated_records_q101(void **state)
{
    (void)state;
    struct fixture *f = with_many_sources();

    EXPECT_VERDICT(hear_many(f, AT_S(20), IGMP_RECORD_TO_IN, true), VERDICT_ACCEPTED);
    assert_int_equal(member_table(f)->refused.sources, 0);
    fixture_run_until(f, AT_S(30)); /* all but that source were asked about and are over */
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 1);
    assert_int_equal(member_source_state(f, member_source(1)), 1);
    fixture_free(f);
}

/* Lowered limits evict nobody; what goes is not replaced until the table is below the new limit. */
static void test_lowered_limits_q101(void **state)
{
    (void)state;
    struct params c3 = fixture_c3();
    c3.max_sources = 10;
    struct fixture *f = fixture_start(&c3);
    struct address list[8];

    for (unsigned i = 0; i < 8; i++)
        list[i] = address_of(10, 0, 0, (uint8_t)(1 + i));
    member_record(f, AT_S(10), IGMP_RECORD_ALLOW, list, 5);
    fixture_hear_record(f, AT_S(20), FIXTURE_H1, IGMP_RECORD_ALLOW, member_group(1), list, 2);
    c3.max_sources = 3;
    c3.max_groups = 1;
    fixture_configure(f, AT_S(30), &c3);
    assert_int_equal(member_find(f, FIXTURE_G)->source_count, 5);
    EXPECT_VERDICT(member_record(f, AT_S(31), IGMP_RECORD_ALLOW, list + 5, 1), VERDICT_TABLE_FULL);
    EXPECT_VERDICT(
        fixture_hear_record(f, AT_S(32), FIXTURE_H1, IGMP_RECORD_IS_EX, member_group(2), NULL, 0),
        VERDICT_TABLE_FULL);
    /* The five are gone at 280: two are left, one may come. */
    fixture_run_until(f, AT_S(281));
    assert_null(member_find(f, FIXTURE_G));
    EXPECT_VERDICT(
        fixture_hear_record(f, AT_S(282), FIXTURE_H1, IGMP_RECORD_ALLOW, member_group(1), list, 4),
        VERDICT_TABLE_FULL);
    assert_int_equal(member_find(f, member_group(1))->source_count, 3);
    /* And up again. */
    c3.max_sources = 6;
    fixture_configure(f, AT_S(283), &c3);
    EXPECT_VERDICT(
        fixture_hear_record(f, AT_S(284), FIXTURE_H1, IGMP_RECORD_ALLOW, member_group(1), list, 6),
        VERDICT_ACCEPTED);
    assert_int_equal(member_find(f, member_group(1))->source_count, 6);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reporters_q44),
        cmocka_unit_test(test_reporters_are_forgotten_q101),
        cmocka_unit_test(test_5000_groups_for_1000_places_q101),
        cmocka_unit_test(test_full_of_sources_q101),
        cmocka_unit_test(test_full_of_reporters_q101),
        cmocka_unit_test(test_too_much_work_q101),
        cmocka_unit_test(test_listed_sources_are_no_work_q101),
        cmocka_unit_test(test_repeated_records_q101),
        cmocka_unit_test(test_lowered_limits_q101),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
