/* SPDX-License-Identifier: MIT */
/* Our own frames, as they left or come back, and others that look like ours. */
#include "fixture.h"

/* The verdict, counted under its name. */
static void expect(const struct fixture *f, enum verdict got, enum verdict expected)
{
    EXPECT_VERDICT(got, expected);
    assert_true(fixture_segment(f)->counters.verdict[expected] > 0);
}

static struct fixture *start_c2(void)
{
    struct params params = fixture_c2();
    struct fixture *f = fixture_start(&params);
    fixture_run_until(f, AT_S(1));
    return f;
}

static struct outside to_all(struct address source)
{
    return fixture_outside(source, ADDRESS_ALL_HOSTS);
}

/* the first copy is what the capture shows of our sending, the second came back. */
static void test_q63_own_and_looped(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    expect(f, fixture_hear_echo(f, AT_S(1) + 1000, 0), VERDICT_OWN);
    assert_int_equal(fixture_count_events(f, EVENT_REFUSED), 0); /* not worth a word */
    expect(f, fixture_hear_echo(f, AT_S(1) + 2000, 0), VERDICT_LOOPED);
    assert_int_equal(fixture_last_event(f, EVENT_REFUSED)->verdict, VERDICT_LOOPED);
    EXPECT_ROLE(f, ROLE_QUERIER);
    assert_int_equal(fixture_segment(f)->querier_count, 0);

    /* Two equal queries in a row have two echoes. */
    fixture_query_now(f, AT_S(10), ADDRESS_NONE);
    fixture_query_now(f, AT_S(11), ADDRESS_NONE);
    expect(f, fixture_hear_echo(f, AT_S(11), 1), VERDICT_OWN);
    expect(f, fixture_hear_echo(f, AT_S(11), 2), VERDICT_OWN);
    expect(f, fixture_hear_echo(f, AT_S(11), 2), VERDICT_LOOPED);

    /* Where the capture does not show what we send, the first copy came back already. */
    engine_sees_own(f->engine, f->segment, false);
    fixture_query_now(f, AT_S(20), ADDRESS_NONE);
    expect(f, fixture_hear_echo(f, AT_S(20), 3), VERDICT_LOOPED);
    fixture_free(f);
}

/* specific queries, of version 3 with sources and S flag too. */
static void test_q63_own_specific(void **state)
{
    (void)state;
    struct params params = fixture_c3();
    struct fixture *f = fixture_start(&params);
    struct address sources[3] = {address_of(10, 0, 0, 1), address_of(10, 0, 0, 2),
                                 address_of(10, 0, 0, 3)};
    fixture_run_until(f, AT_S(1));
    fixture_hear_record(f, AT_S(2), FIXTURE_H1, IGMP_RECORD_ALLOW, FIXTURE_G, sources, 3);
    fixture_hear_record(f, AT_S(3), FIXTURE_H1, IGMP_RECORD_BLOCK, FIXTURE_G, sources, 2);
    fixture_run_until(f, AT_S(3));
    fixture_query_now(f, AT_S(3), FIXTURE_G);
    assert_int_equal(f->sent_count, 3);
    for (size_t i = 1; i < 3; i++) {
        expect(f, fixture_hear_echo(f, AT_S(4) - 1, i), VERDICT_OWN);
        expect(f, fixture_hear_echo(f, AT_S(4) - 1, i), VERDICT_LOOPED);
    }
    fixture_free(f);
}

/* Of our address, MAC address and form, but not what we sent: another program on this host, which
 * has another robustness variable or other sources to ask about. */
static void test_q63_not_what_was_sent(void **state)
{
    (void)state;
    struct params params = fixture_c3();
    struct fixture *f = fixture_start(&params);
    struct outside outside = to_all(FIXTURE_OWN);
    struct igmp_query query = fixture_general(3);

    fixture_run_until(f, AT_S(1));
    query.robustness = 3;
    expect(f, fixture_hear_inside(f, AT_S(1), &outside, &query), VERDICT_SAME_HOST);
    query.robustness = 2;
    expect(f, fixture_hear_inside(f, AT_S(1), &outside, &query), VERDICT_OWN);
    fixture_query_now(f, AT_S(2), FIXTURE_G);
    outside = fixture_outside(FIXTURE_OWN, FIXTURE_G);
    query = fixture_specific(3, FIXTURE_G);
    query.suppress = true;
    query.source_count = 1;
    query.sources[0] = address_of(10, 0, 0, 1);
    expect(f, fixture_hear_inside(f, AT_S(2), &outside, &query), VERDICT_SAME_HOST);
    query.source_count = 0;
    expect(f, fixture_hear_inside(f, AT_S(2), &outside, &query), VERDICT_OWN);
    fixture_free(f);
}

/* A storm of leaves: more of our queries are on their way back than are remembered. None of them
 * makes another program of us. */
static void test_q63_own_storm(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    fixture_forget_log(f);
    for (unsigned i = 0; i < 200; i++)
        fixture_hear_report(f, AT_S(2), FIXTURE_H1, IGMP_KIND_V2_REPORT,
                            address_of(239, 0, 0, (uint8_t)i));
    for (unsigned i = 0; i < 200; i++)
        fixture_hear_report(f, AT_S(3), FIXTURE_H1, IGMP_KIND_V2_LEAVE,
                            address_of(239, 0, 0, (uint8_t)i));
    fixture_run_until(f, AT_S(3));
    assert_int_equal(f->sent_count, 200);
    for (size_t i = 0; i < 200; i++)
        expect(f, fixture_hear_echo(f, AT_S(3) + 500, i), VERDICT_OWN);
    fixture_free(f);
}

/* Another querier program on this host: our MAC address, but not what we sent. */
static void test_same_host(void **state)
{
    (void)state;
    struct igmp_query query = fixture_general(2);
    struct outside other = to_all(FIXTURE_OWN);
    struct fixture *f = start_c2();

    other.tos = 0; /* the predecessor's */
    expect(f, fixture_hear_inside(f, AT_S(1), &other, &query), VERDICT_SAME_HOST);
    other = to_all(FIXTURE_OWN);
    other.ip_id = 4711;
    expect(f, fixture_hear_inside(f, AT_S(1), &other, &query), VERDICT_SAME_HOST);
    other.ip_id = 0;
    other.dont_fragment = false;
    expect(f, fixture_hear_inside(f, AT_S(1), &other, &query), VERDICT_SAME_HOST);
    other = to_all(FIXTURE_OWN);
    query.max_response = 5 * SECONDS; /* our form, but not our query */
    expect(f, fixture_hear_inside(f, AT_S(1), &other, &query), VERDICT_SAME_HOST);
    query = fixture_general(2);
    expect(f, fixture_hear_inside(f, AT_S(10), &other, &query), VERDICT_SAME_HOST); /* too late */
    query = fixture_general(3);
    expect(f, fixture_hear_inside(f, AT_S(10), &other, &query), VERDICT_SAME_HOST);
    EXPECT_ROLE(f, ROLE_QUERIER);
    assert_int_equal(fixture_count_events(f, EVENT_REFUSED), 1);
    fixture_free(f);
}

/* A bridge of this host that queries from 0.0.0.0 in exactly our form: not our echo, and our own
 * echo afterwards is no loop. */
static void test_same_host_bridge(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    struct igmp_query query = fixture_general(2);
    struct outside bridge = to_all(ADDRESS_NONE);
    bridge.source_mac = fixture_mac(FIXTURE_OWN);

    expect(f, fixture_hear_inside(f, AT_S(1), &bridge, &query), VERDICT_SAME_HOST);
    expect(f, fixture_hear_echo(f, AT_S(1), 0), VERDICT_OWN);
    fixture_free(f);
}

/* Our MAC address but another IP address: a second address of this host takes part, and is named.
 */
static void test_same_host_other_address(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    struct igmp_query query = fixture_general(2);
    struct outside other = to_all(FIXTURE_L);
    other.source_mac = fixture_mac(FIXTURE_OWN);

    expect(f, fixture_hear_inside(f, AT_S(2), &other, &query), VERDICT_ACCEPTED);
    assert_int_equal(fixture_count_warnings(f, WARNING_SAME_HOST), 1);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* our address from another MAC address. */
static void test_q62_own_address(void **state)
{
    (void)state;
    struct outside outside = to_all(FIXTURE_OWN);
    outside.source_mac = fixture_mac(FIXTURE_L);
    struct fixture *f = start_c2();
    struct igmp_query query = fixture_general(2);
    expect(f, fixture_hear_inside(f, AT_S(10), &outside, &query), VERDICT_OWN_ADDRESS);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_free(f);
}

/* Link layers that tell no addresses: a query from our address is taken for ours. */
static void test_own_without_macs(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    struct igmp_query query = fixture_general(2);
    struct outside outside = to_all(FIXTURE_OWN);
    memset(&outside.source_mac, 0, sizeof outside.source_mac);
    expect(f, fixture_hear_inside(f, AT_S(1), &outside, &query), VERDICT_OWN);
    outside = to_all(FIXTURE_L);
    memset(&outside.source_mac, 0, sizeof outside.source_mac);
    expect(f, fixture_hear_inside(f, AT_S(1), &outside, &query), VERDICT_ACCEPTED);
    assert_int_equal(fixture_count_warnings(f, WARNING_SAME_HOST), 0);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q63_own_and_looped),
        cmocka_unit_test(test_q63_own_specific),
        cmocka_unit_test(test_q63_not_what_was_sent),
        cmocka_unit_test(test_q63_own_storm),
        cmocka_unit_test(test_same_host),
        cmocka_unit_test(test_same_host_bridge),
        cmocka_unit_test(test_same_host_other_address),
        cmocka_unit_test(test_q62_own_address),
        cmocka_unit_test(test_own_without_macs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
