/* SPDX-License-Identifier: MIT */
/* Versions side by side: section 5 of the conformance list, and the limit on warnings. */
#include "fixture.h"

static struct fixture *start_version(unsigned version, bool follow)
{
    struct params params = fixture_c2();
    params.version = version;
    params.follow_version = follow;
    return fixture_start(&params);
}

/* The version of the last general query sent. */
static unsigned last_version(const struct fixture *f)
{
    assert_true(f->sent_count > 0);
    return f->sent[f->sent_count - 1].version;
}

/* what is sent in each version; 2 without being asked. */
static void test_q76_what_is_sent(void **state)
{
    (void)state;
    struct params params = params_default(PROFILE_DEFAULT);
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(0));
    assert_int_equal(f->sent[0].version, 2);
    assert_int_equal(f->sent[0].max_response, 10 * SECONDS);
    fixture_free(f);

    for (unsigned version = 1; version <= 3; version++) {
        f = start_version(version, false);
        fixture_run_until(f, AT_S(0));
        assert_int_equal(f->sent[0].version, version);
        const struct envelope *envelope = &f->sent[0].envelope;
        assert_int_equal(envelope->tos, 0xc0);
        assert_int_equal(envelope->ttl, 1);
        assert_true(envelope->has_router_alert); /* in version 1 too */
        assert_true(address_equal(envelope->destination, ADDRESS_ALL_HOSTS));
        assert_true(address_equal(envelope->source, FIXTURE_OWN));
        assert_false(envelope->is_tagged);
        assert_int_equal(fixture_last_event(f, EVENT_QUERY_SENT)->version, version);
        fixture_free(f);
    }
}

/* as version 1 leaves are ignored, and no specific query is sent. */
static void test_q77_version_1(void **state)
{
    (void)state;
    struct fixture *f = start_version(1, false);
    fixture_hear_report(f, AT_S(5), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    EXPECT_VERDICT(fixture_hear_report(f, AT_S(10), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G),
                   VERDICT_IGNORED_LEAVE);
    fixture_run_until(f, AT_S(30));
    EXPECT_GENERAL(f, AT_S(0));
    assert_int_equal(f->sent_count, 1);
    fixture_free(f);
}

/* who is warned of what: queries of another version, but version 3 not of
 * version 2's specific ones. */
static void test_q77_q78_q79_warnings(void **state)
{
    (void)state;
    static const struct {
        unsigned own, heard;
        bool is_specific, is_warned;
    } cases[] = {
        {1, 1, false, false}, {1, 2, false, true},  {1, 3, false, true},  /* */
        {2, 1, false, true},  {2, 2, false, false}, {2, 3, false, true},  /* */
        {3, 1, false, true},  {3, 2, false, true},  {3, 3, false, false}, /* */
        {3, 2, true, false},  {3, 3, true, false},  {2, 2, true, false},  {2, 3, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = start_version(cases[i].own, false);
        struct igmp_query query = cases[i].is_specific ? fixture_specific(cases[i].heard, FIXTURE_G)
                                                       : fixture_general(cases[i].heard);
        fixture_hear_query(f, AT_S(10), FIXTURE_H, &query);
        assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), cases[i].is_warned);
        if (cases[i].is_warned) {
            const struct event *event = NULL;
            for (size_t j = 0; j < f->event_count; j++)
                if (f->event[j].kind == EVENT_WARNING &&
                    f->event[j].warning == WARNING_OTHER_VERSION)
                    event = &f->event[j];
            assert_non_null(event);
            assert_int_equal(event->version, cases[i].heard);
            assert_true(address_equal(event->address, FIXTURE_H));
        }
        EXPECT_ROLE(f, ROLE_QUERIER); /* nobody is fought */
        fixture_free(f);
    }
}

/* 100 version 3 queries in 10 s: one warning; ever fewer while the same sender goes on, and
 * at once again when it had ceased for long. */
static void test_q78_rate_limit(void **state)
{
    (void)state;
    struct fixture *f = start_version(2, false);
    for (unsigned i = 0; i < 100; i++)
        fixture_hear_general(f, AT_MS(100 * i), FIXTURE_H, 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 1);
    for (unsigned i = 0; i < 600; i++) /* ten minutes, one a second */
        fixture_hear_general(f, AT_S(10 + i), FIXTURE_H, 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 2); /* 0, 60 s */
    uint64_t told = 2, kept = 0;
    for (size_t i = 0; i < f->event_count; i++)
        if (f->event[i].kind == EVENT_WARNING && f->event[i].warning == WARNING_OTHER_VERSION)
            kept += f->event[i].count;
    assert_int_equal(told + kept, 100 + 51); /* those after the last warning are still to come */
    for (unsigned i = 61; i < 500; i++)      /* to 5,000 s: then at 660 and 4,260 s */
        fixture_hear_general(f, AT_S(10 * i), FIXTURE_H, 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 4);
    fixture_hear_general(f, AT_S(10000), FIXTURE_H, 3); /* silent for more than an hour */
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 5);
    fixture_free(f);
}

/* Exactly a minute is long enough; one microsecond less is not. */
static void test_rate_limit_edge(void **state)
{
    (void)state;
    struct fixture *f = start_version(2, false);
    fixture_hear_general(f, AT_S(10), FIXTURE_H, 3);
    fixture_hear_general(f, AT_S(70) - 1, FIXTURE_H, 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 1);
    fixture_hear_general(f, AT_S(70), FIXTURE_H, 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 2);
    fixture_free(f);
}

/* the election is by address across versions, and a loss to a lower version is told. */
static void test_q81_across_versions(void **state)
{
    (void)state;
    for (unsigned own = 1; own <= 3; own++) {
        for (unsigned heard = 1; heard <= 3; heard++) {
            struct fixture *f = start_version(own, false);
            EXPECT_VERDICT(fixture_hear_general(f, AT_S(10), FIXTURE_L, heard), VERDICT_ACCEPTED);
            EXPECT_ROLE(f, ROLE_NON_QUERIER);
            assert_int_equal(fixture_segment(f)->elected_version, heard);
            assert_int_equal(fixture_last_event(f, EVENT_QUERIER_ELECTED)->version, heard);
            assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), own != heard);
            fixture_run_until(f, AT_S(265));
            EXPECT_GENERAL(f, AT_S(0), AT_S(265));
            assert_int_equal(last_version(f), own); /* our own version again */
            fixture_free(f);
        }
    }
}

/* by default nobody is followed. */
static void test_q80_not_followed(void **state)
{
    (void)state;
    struct fixture *f = start_version(3, false);
    fixture_hear_general(f, AT_S(10), FIXTURE_H, 2);
    fixture_run_until(f, AT_S(40));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250));
    assert_int_equal(last_version(f), 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_OTHER_VERSION), 1);
    fixture_free(f);
}

/* where asked, the lowest version heard within the other querier present interval is sent,
 * and after that our own again. */
static void test_q80_followed(void **state)
{
    (void)state;
    struct fixture *f = start_version(3, true);
    fixture_run_until(f, AT_S(0));
    assert_int_equal(last_version(f), 3);
    fixture_hear_general(f, AT_S(10), FIXTURE_H, 2); /* higher: we stay querier */
    fixture_run_until(f, AT_S(40));
    assert_int_equal(last_version(f), 2);
    fixture_run_until(f, AT_S(160)); /* 156.25 */
    assert_int_equal(last_version(f), 2);
    fixture_run_until(f, AT_S(290)); /* 281.25: the last was heard 271.25 s ago, limit 255 */
    assert_int_equal(last_version(f), 3);

    fixture_hear_general(f, AT_S(300), FIXTURE_H, 2);
    fixture_hear_general(f, AT_S(301), FIXTURE_H, 1);
    fixture_hear_general(f, AT_S(302), FIXTURE_H, 3);
    fixture_run_until(f, AT_S(410)); /* 406.25 */
    assert_int_equal(last_version(f), 1);
    fixture_hear_general(f, AT_S(450), FIXTURE_H, 2); /* it was upgraded */
    fixture_run_until(f, AT_S(660)); /* 656.25: version 1 is 355 s old, version 2 206 s */
    assert_int_equal(last_version(f), 2);
    fixture_free(f);
}

/* the limit is exactly the other querier present interval. */
static void test_q80_limit(void **state)
{
    (void)state;
    struct fixture *f = start_version(3, true);
    fixture_run_until(f, AT_S(0));
    fixture_hear_general(f, AT_S(10), FIXTURE_H, 2);
    assert_int_equal(segment_send_version(fixture_segment(f), AT_S(265) - 1), 2);
    assert_int_equal(segment_send_version(fixture_segment(f), AT_S(265)), 3);
    fixture_link_down(f, AT_S(20)); /* another network perhaps: nothing is known of it */
    fixture_link_up(f, AT_S(21), (struct prefix){FIXTURE_OWN, 24});
    fixture_run_until(f, AT_S(21));
    assert_int_equal(last_version(f), 3);
    fixture_free(f);
}

/* only queries that count are followed, and never upwards. */
static void test_q80_who_is_followed(void **state)
{
    (void)state;
    struct fixture *f = start_version(2, true);
    fixture_hear_general(f, AT_S(10), FIXTURE_H, 3);
    fixture_hear_general(f, AT_S(11), address_of(10, 9, 9, 9), 1); /* off-subnet */
    fixture_run_until(f, AT_S(40));
    assert_int_equal(last_version(f), 2);
    fixture_free(f);
}

/* Q-18 with Q-80: version 3 that speaks version 2 for a while keeps its cadence. */
static void test_q80_cadence(void **state)
{
    (void)state;
    struct fixture *f = start_version(3, true);
    fixture_hear_general(f, AT_S(10), FIXTURE_H, 2);
    fixture_run_until(f, AT_S(420));
    EXPECT_GENERAL(f, AT_S(0), AT_MS(31250), AT_MS(156250), AT_MS(281250), AT_MS(406250));
    fixture_free(f);
}

/* what a version 3 query says of us. */
static void test_q10_version_3_fields(void **state)
{
    (void)state;
    struct params params = fixture_c3();
    params.robustness = 3;
    params.query_interval = 300 * SECONDS; /* advertised and done as 288 */
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(1000));
    EXPECT_GENERAL(f, AT_S(0), AT_S(72), AT_S(144), AT_S(432), AT_S(720));
    for (size_t i = 0; i < f->sent_count; i++) {
        assert_int_equal(f->sent[i].robustness, 3);
        assert_int_equal(f->sent[i].query_interval, 288 * SECONDS);
        assert_int_equal(f->sent[i].max_response, 10 * SECONDS);
        assert_false(f->sent[i].suppress); /* */
    }
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q76_what_is_sent),
        cmocka_unit_test(test_q77_version_1),
        cmocka_unit_test(test_q77_q78_q79_warnings),
        cmocka_unit_test(test_q78_rate_limit),
        cmocka_unit_test(test_rate_limit_edge),
        cmocka_unit_test(test_q81_across_versions),
        cmocka_unit_test(test_q80_not_followed),
        cmocka_unit_test(test_q80_followed),
        cmocka_unit_test(test_q80_limit),
        cmocka_unit_test(test_q80_who_is_followed),
        cmocka_unit_test(test_q80_cadence),
        cmocka_unit_test(test_q10_version_3_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
