/* SPDX-License-Identifier: MIT */
/* What a segment accepts of what it hears: each verdict of it by a frame that gives exactly that
 * one, and the policies. Our own frames are in test_own.c. */
#include "fixture.h"

#include "wire.h"

/* Every verdict that was seen, for the last test. */
static bool is_seen[VERDICT_COUNT];

/* The verdict, and nothing else, was counted. */
static void expect(const struct fixture *f, enum verdict got, enum verdict expected)
{
    EXPECT_VERDICT(got, expected);
    EXPECT_VERDICT(f->received.verdict, expected);
    is_seen[expected] = true;
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

/* A version 2 general query inside `outside`, on a fresh segment with these settings: the verdict
 * and which role that leaves. */
static void expect_on_fresh(const struct params *params, const struct outside *outside,
                            enum verdict expected, enum role role)
{
    struct fixture *f = fixture_start(params);
    struct igmp_query query = fixture_general(2);

    expect(f, fixture_hear_inside(f, AT_S(10), outside, &query), expected);
    EXPECT_ROLE(f, role);
    const struct segment *segment = fixture_segment(f);
    for (int i = 0; i < VERDICT_COUNT; i++)
        assert_int_equal(segment->counters.verdict[i], i == (int)expected);
    assert_int_equal(fixture_count_events(f, EVENT_REFUSED), expected != VERDICT_ACCEPTED);
    assert_int_equal(f->received.segment, f->segment);
    fixture_free(f);
}

static void expect_on_c2(const struct outside *outside, enum verdict expected)
{
    struct params params = fixture_c2();
    expect_on_fresh(&params, outside, expected,
                    expected == VERDICT_ACCEPTED ? ROLE_NON_QUERIER : ROLE_QUERIER);
}

/* ---- addresses ---- */

/* sources that no host can have; Q-46: 0.0.0.0; and the good ones beside them. */
static void test_q46_q50_sources(void **state)
{
    (void)state;
    static const uint8_t bad[][4] = {
        {127, 0, 0, 1},      {127, 255, 255, 255}, {224, 0, 0, 5}, {239, 255, 255, 255},
        {240, 0, 0, 1},      {255, 255, 255, 255}, {0, 0, 0, 1},   {0, 1, 2, 3},
        {192, 168, 50, 255}, /* the network's broadcast */
    };
    struct params params = fixture_c2();
    params.off_subnet = POLICY_ACCEPT; /* so that only this rule can refuse them */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct outside outside = to_all(address_of(bad[i][0], bad[i][1], bad[i][2], bad[i][3]));
        expect_on_fresh(&params, &outside, VERDICT_BAD_SOURCE, ROLE_QUERIER);
    }
    struct outside outside = to_all(address_of(126, 255, 255, 255));
    expect_on_fresh(&params, &outside, VERDICT_ACCEPTED, ROLE_NON_QUERIER);
    outside = to_all(address_of(128, 0, 0, 1));
    expect_on_fresh(&params, &outside, VERDICT_ACCEPTED, ROLE_NON_QUERIER);
    outside = to_all(ADDRESS_NONE);
    outside.source_mac = fixture_mac(FIXTURE_L);
    expect_on_fresh(&params, &outside, VERDICT_PROXY_QUERY, ROLE_QUERIER);
}

/* outside the segment's network, by its prefix length. */
static void test_q49_off_subnet(void **state)
{
    (void)state;
    struct outside outside = to_all(address_of(192, 168, 49, 5));
    expect_on_c2(&outside, VERDICT_OFF_SUBNET);
    outside = to_all(FIXTURE_L);
    expect_on_c2(&outside, VERDICT_ACCEPTED);

    struct params params = fixture_c2();
    struct fixture *f = fixture_create(&params);
    fixture_link_up(f, 0, (struct prefix){FIXTURE_OWN, 30}); /* .8 to .11 */
    expect(f, fixture_hear_general(f, AT_S(1), FIXTURE_L, 2), VERDICT_OFF_SUBNET);
    expect(f, fixture_hear_general(f, AT_S(1), address_of(192, 168, 50, 9), 2), VERDICT_ACCEPTED);
    fixture_free(f);
}

/* The allow and deny lists. */
static void test_denied(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct outside outside = to_all(FIXTURE_L);

    params.deny[params.deny_count++] = (struct prefix){FIXTURE_L, 32};
    expect_on_fresh(&params, &outside, VERDICT_DENIED, ROLE_QUERIER);
    params.deny_count = 0;
    params.allow[params.allow_count++] = (struct prefix){address_of(192, 168, 50, 8), 29};
    expect_on_fresh(&params, &outside, VERDICT_DENIED, ROLE_QUERIER);
    outside = to_all(address_of(192, 168, 50, 8));
    expect_on_fresh(&params, &outside, VERDICT_ACCEPTED, ROLE_NON_QUERIER);
}

/* ---- destinations ---- */

/* a general query goes to 224.0.0.1; Q-09: a specific one to its group. */
static void test_q38_wrong_destination(void **state)
{
    (void)state;
    struct outside outside = fixture_outside(FIXTURE_L, FIXTURE_G);
    expect_on_c2(&outside, VERDICT_WRONG_DESTINATION);
    outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_ROUTERS);
    expect_on_c2(&outside, VERDICT_WRONG_DESTINATION);
    outside = fixture_outside(FIXTURE_L, FIXTURE_B); /* somebody else's unicast address */
    expect_on_c2(&outside, VERDICT_WRONG_DESTINATION);

    struct params params = params_default(PROFILE_RFC3376); /* any query elects */
    struct fixture *f = fixture_start(&params);
    struct igmp_query query = fixture_specific(2, FIXTURE_G);
    outside = fixture_outside(FIXTURE_L, address_of(239, 1, 2, 4));
    expect(f, fixture_hear_inside(f, AT_S(1), &outside, &query), VERDICT_WRONG_DESTINATION);
    EXPECT_ROLE(f, ROLE_QUERIER);
    /* any address of the interface will do, and 224.0.0.1 is one; bridges of Linux send some
     * so. */
    outside = to_all(FIXTURE_L);
    expect(f, fixture_hear_inside(f, AT_S(2), &outside, &query), VERDICT_ACCEPTED);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_free(f);
}

/* where reports and leaves may go. */
static void test_q45_report_destinations(void **state)
{
    (void)state;
    static const struct {
        enum igmp_kind kind;
        enum verdict to_group, to_us, to_other_group, to_all_routers, to_all_hosts, to_stranger;
    } cases[] = {
        {IGMP_KIND_V1_REPORT, VERDICT_ACCEPTED, VERDICT_WRONG_DESTINATION,
         VERDICT_WRONG_DESTINATION, VERDICT_WRONG_DESTINATION, VERDICT_WRONG_DESTINATION,
         VERDICT_WRONG_DESTINATION},
        {IGMP_KIND_V2_REPORT, VERDICT_ACCEPTED, VERDICT_ACCEPTED, VERDICT_WRONG_DESTINATION,
         VERDICT_WRONG_DESTINATION, VERDICT_WRONG_DESTINATION, VERDICT_WRONG_DESTINATION},
        {IGMP_KIND_V2_LEAVE, VERDICT_ACCEPTED, VERDICT_WRONG_DESTINATION, VERDICT_WRONG_DESTINATION,
         VERDICT_ACCEPTED, VERDICT_WRONG_DESTINATION, VERDICT_WRONG_DESTINATION},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct {
            struct address destination;
            enum verdict expected;
        } to[] = {
            {FIXTURE_G, cases[i].to_group},
            {FIXTURE_OWN, cases[i].to_us},
            {address_of(239, 1, 2, 4), cases[i].to_other_group},
            {ADDRESS_ALL_ROUTERS, cases[i].to_all_routers},
            {ADDRESS_ALL_HOSTS, cases[i].to_all_hosts},
            {FIXTURE_H2, cases[i].to_stranger},
        };
        for (size_t j = 0; j < sizeof to / sizeof *to; j++) {
            struct fixture *f = start_c2();
            struct outside outside = fixture_outside(FIXTURE_H1, to[j].destination);
            uint8_t igmp[8];
            fixture_hear_report(f, AT_S(1), FIXTURE_H2, IGMP_KIND_V2_REPORT, FIXTURE_G);
            igmp_encode_report(cases[i].kind, FIXTURE_G, igmp, sizeof igmp);
            expect(f, fixture_hear_igmp(f, AT_S(2), &outside, igmp, sizeof igmp), to[j].expected);
            assert_int_equal(fixture_count_events(f, EVENT_REFUSED), 0);
            fixture_free(f);
        }
    }
    struct fixture *f = start_c2();
    struct igmp_record_spec record = {.type = IGMP_RECORD_IS_EX, .group = FIXTURE_G};
    uint8_t igmp[64];
    size_t length = igmp_encode_v3_report(&record, 1, igmp, sizeof igmp);
    struct outside outside = fixture_outside(FIXTURE_H1, FIXTURE_G);
    expect(f, fixture_hear_igmp(f, AT_S(2), &outside, igmp, length), VERDICT_WRONG_DESTINATION);
    outside = fixture_outside(FIXTURE_H1, FIXTURE_OWN);
    expect(f, fixture_hear_igmp(f, AT_S(2), &outside, igmp, length), VERDICT_ACCEPTED);
    outside = fixture_outside(FIXTURE_H1, ADDRESS_IGMPV3);
    expect(f, fixture_hear_igmp(f, AT_S(2), &outside, igmp, length), VERDICT_ACCEPTED);
    fixture_free(f);
}

/* reports come from 0.0.0.0 too, and leaves; but not from where no host can be. */
static void test_q44_q50_report_sources(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    expect(
        f,
        fixture_hear_report(f, AT_S(2), address_of(127, 0, 0, 1), IGMP_KIND_V2_REPORT, FIXTURE_G),
        VERDICT_BAD_SOURCE);
    assert_null(membership_group(&fixture_segment(f)->membership, FIXTURE_G));
    expect(f, fixture_hear_report(f, AT_S(2), ADDRESS_NONE, IGMP_KIND_V2_REPORT, FIXTURE_G),
           VERDICT_ACCEPTED);
    assert_non_null(membership_group(&fixture_segment(f)->membership, FIXTURE_G));
    expect(f, fixture_hear_report(f, AT_S(3), ADDRESS_NONE, IGMP_KIND_V2_LEAVE, FIXTURE_G),
           VERDICT_ACCEPTED);
    expect(f,
           fixture_hear_report(f, AT_S(4), address_of(10, 9, 9, 9), IGMP_KIND_V2_REPORT, FIXTURE_G),
           VERDICT_ACCEPTED); /* a member with a strange address is a member */
    fixture_free(f);
}

/* ---- policies: each accept, warn, drop ---- */

struct policy_case {
    enum verdict verdict;
    enum warning warning;
    size_t offset; /* of the policy in struct params */
    struct outside outside;
};

static void check_policy(const struct policy_case *c)
{
    for (int policy = 0; policy < POLICY_COUNT; policy++) {
        struct params params = fixture_c2();
        params.router_alert = POLICY_ACCEPT;
        *(enum policy *)(void *)((char *)&params + c->offset) = (enum policy)policy;
        enum verdict expected = policy == POLICY_DROP ? c->verdict : VERDICT_ACCEPTED;
        expect_on_fresh(&params, &c->outside, expected,
                        policy == POLICY_DROP ? ROLE_QUERIER : ROLE_NON_QUERIER);

        struct fixture *f = fixture_start(&params);
        struct igmp_query query = fixture_general(2);
        for (unsigned i = 0; i < 10; i++)
            fixture_hear_inside(f, AT_S(10 + i), &c->outside, &query);
        assert_int_equal(fixture_count_warnings(f, c->warning), policy == POLICY_WARN);
        assert_int_equal(fixture_count_events(f, EVENT_WARNING), policy == POLICY_WARN);
        fixture_free(f);
    }
}

/* TTL not 1. */
static void test_q40_ttl(void **state)
{
    (void)state;
    struct policy_case c = {VERDICT_BAD_TTL, WARNING_BAD_TTL, offsetof(struct params, ttl),
                            to_all(FIXTURE_L)};
    c.outside.ttl = 64;
    check_policy(&c);
    c.outside.ttl = 0;
    check_policy(&c);
    expect_on_c2(&c.outside, VERDICT_BAD_TTL); /* by default */

    /* Reports likewise; a warning about each host would be too much. */
    struct params params = fixture_c2();
    struct outside outside = fixture_outside(FIXTURE_H1, FIXTURE_G);
    uint8_t igmp[8];
    igmp_encode_report(IGMP_KIND_V2_REPORT, FIXTURE_G, igmp, sizeof igmp);
    outside.ttl = 2;
    for (int policy = 0; policy < POLICY_COUNT; policy++) {
        params.ttl = (enum policy)policy;
        struct fixture *f = fixture_start(&params);
        expect(f, fixture_hear_igmp(f, AT_S(1), &outside, igmp, sizeof igmp),
               policy == POLICY_DROP ? VERDICT_BAD_TTL : VERDICT_ACCEPTED);
        fixture_free(f);
    }
}

/* another TOS. */
static void test_q41_tos(void **state)
{
    (void)state;
    struct policy_case c = {VERDICT_ODD_TOS, WARNING_ODD_TOS, offsetof(struct params, tos),
                            to_all(FIXTURE_L)};
    c.outside.tos = 0;
    check_policy(&c);

    struct fixture *f = start_c2(); /* by default accepted and counted */
    struct igmp_query query = fixture_general(2);
    expect(f, fixture_hear_inside(f, AT_S(10), &c.outside, &query), VERDICT_ACCEPTED);
    assert_int_equal(fixture_segment(f)->counters.odd_tos, 1);
    assert_int_equal(fixture_count_events(f, EVENT_WARNING), 0);
    fixture_free(f);
}

/* no Router Alert. */
static void test_q42_router_alert(void **state)
{
    (void)state;
    struct policy_case c = {VERDICT_NO_ROUTER_ALERT, WARNING_NO_ROUTER_ALERT,
                            offsetof(struct params, router_alert), to_all(FIXTURE_L)};
    c.outside.has_router_alert = false;
    check_policy(&c);

    struct fixture *f = start_c2(); /* by default accepted with a warning */
    struct igmp_query query = fixture_general(2);
    expect(f, fixture_hear_inside(f, AT_S(10), &c.outside, &query), VERDICT_ACCEPTED);
    assert_int_equal(fixture_segment(f)->counters.no_router_alert, 1);
    assert_int_equal(fixture_count_warnings(f, WARNING_NO_ROUTER_ALERT), 1);
    fixture_free(f);

    struct params params = fixture_c2(); /* version 1 has none, by its RFC */
    params.router_alert = POLICY_DROP;
    f = fixture_start(&params);
    query = fixture_general(1);
    expect(f, fixture_hear_inside(f, AT_S(10), &c.outside, &query), VERDICT_ACCEPTED);
    assert_int_equal(fixture_segment(f)->counters.no_router_alert, 0);
    fixture_free(f);
}

/* off-subnet. */
static void test_q49_policy(void **state)
{
    (void)state;
    struct policy_case c = {VERDICT_OFF_SUBNET, WARNING_OFF_SUBNET,
                            offsetof(struct params, off_subnet), to_all(address_of(10, 9, 9, 9))};
    check_policy(&c);
}

/* a query to our unicast address, general or specific. */
static void test_q39_unicast(void **state)
{
    (void)state;
    struct policy_case c = {VERDICT_UNICAST_QUERY, WARNING_UNICAST_QUERY,
                            offsetof(struct params, unicast),
                            fixture_outside(FIXTURE_L, FIXTURE_OWN)};
    check_policy(&c);
    expect_on_c2(&c.outside, VERDICT_UNICAST_QUERY); /* by default */

    struct fixture *f = start_c2();
    struct igmp_query query = fixture_specific(2, FIXTURE_G);
    expect(f, fixture_hear_inside(f, AT_S(10), &c.outside, &query), VERDICT_UNICAST_QUERY);
    fixture_free(f);
}

/* ---- what the decoder refused ---- */

/* Refusals below the segment are counted there under their names, and told of but for what is
 * nobody's fault. */
static void test_decoder_refusals(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        unsigned at;   /* this octet of the frame ... */
        uint8_t value; /* ... becomes this; its place tells which checksum is then repaired */
        bool is_told, repair_ip, repair_igmp;
    } cases[] = {
        {VERDICT_NOT_IGMP, 23, 17, false, true, false},
        {VERDICT_NOT_IGMP, 12, 0x86, false, false, false},
        {VERDICT_BAD_IP_HEADER, 14, 0x44, true, false, false},
        {VERDICT_BAD_IP_LENGTH, 17, 255, true, true, false},
        {VERDICT_BAD_IP_CHECKSUM, 24, 0x99, true, false, false},
        {VERDICT_FRAGMENT, 21, 8, true, true, false},
        {VERDICT_BAD_LENGTH, 17, 33, true, true, false}, /* 9 octets, Q-29 */
        {VERDICT_BAD_CHECKSUM, 39, 101, true, false, false},
        {VERDICT_UNKNOWN_TYPE, 38, 0x13, false, false, true}, /* */
        {VERDICT_BAD_GROUP, 42, 10, true, false, true},       /* */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = start_c2();
        struct outside outside = to_all(FIXTURE_L);
        struct igmp_query query = fixture_general(2);
        uint8_t igmp[8], frame[FIXTURE_FRAME_MAX];
        igmp_encode_query(&query, igmp, sizeof igmp);
        size_t length = fixture_make_frame(&outside, igmp, sizeof igmp, frame);
        frame[cases[i].at] = cases[i].value;
        if (cases[i].repair_ip)
            wire_seal_ip(frame + 14);
        if (cases[i].repair_igmp)
            wire_seal_igmp(frame + 38, 8);
        expect(f, fixture_hear(f, AT_S(10), frame, length), cases[i].verdict);
        EXPECT_ROLE(f, ROLE_QUERIER);
        assert_int_equal(fixture_segment(f)->counters.verdict[cases[i].verdict], 1);
        assert_int_equal(fixture_count_events(f, EVENT_REFUSED), cases[i].is_told);
        if (cases[i].is_told)
            assert_int_equal(fixture_last_event(f, EVENT_REFUSED)->verdict, cases[i].verdict);
        fixture_free(f);
    }
}

/* The same for what needs another message, and what the capture cut off. */
static void test_decoder_refusals_v3(void **state)
{
    (void)state;
    struct fixture *f = start_c2();
    struct igmp_query query = fixture_general(3);
    struct outside outside = to_all(FIXTURE_L);
    uint8_t igmp[64];
    size_t length = igmp_encode_query(&query, igmp, sizeof igmp);
    igmp[10] = igmp[11] = 0xff;
    wire_seal_igmp(igmp, length);
    expect(f, fixture_hear_igmp(f, AT_S(10), &outside, igmp, length), VERDICT_BAD_SOURCE_COUNT);

    struct igmp_record_spec record = {.type = IGMP_RECORD_IS_EX, .group = FIXTURE_G};
    length = igmp_encode_v3_report(&record, 1, igmp, sizeof igmp);
    igmp[7] = 200;
    wire_seal_igmp(igmp, length);
    outside = fixture_outside(FIXTURE_H1, ADDRESS_IGMPV3);
    expect(f, fixture_hear_igmp(f, AT_S(10), &outside, igmp, length), VERDICT_BAD_RECORD);

    uint8_t frame[FIXTURE_FRAME_MAX];
    length = fixture_make_frame(&outside, igmp, length, frame);
    enum verdict verdict =
        engine_frame(f->engine, AT_S(10), FIXTURE_PORT, LINK_ETHERNET, (struct octets){frame, 42},
                     length, &f->received, f->outbox);
    expect(f, verdict, VERDICT_CUT);

    memmove(frame + 24, frame + 12, length - 12); /* three priority tags: of no VLAN, but odd */
    for (size_t at = 12; at < 24; at += 4)
        memcpy(frame + at, (const uint8_t[]){0x81, 0x00, 0xc0, 0x00}, 4);
    expect(f, fixture_hear(f, AT_S(11), frame, length + 12), VERDICT_TOO_MANY_TAGS);
    outbox_clear(f->outbox);
    EXPECT_ROLE(f, ROLE_QUERIER);
    fixture_free(f);
}

/* a query of 9 to 11 octets elects where the profile reads RFC 2236 section 2.5, and only
 * there; a bad checksum over it never. */
static void test_q29_q30_odd_lengths(void **state)
{
    (void)state;
    for (size_t length = 7; length <= 11; length++) {
        for (int profile = 0; profile < PROFILE_COUNT; profile++) {
            struct params params = params_default((enum profile)profile);
            uint8_t igmp[12] = {0x11, 100};
            struct outside outside = to_all(FIXTURE_L);
            bool is_read = profile == PROFILE_RFC2236 && length > 8;
            struct fixture *f = fixture_start(&params);
            wire_seal_igmp(igmp, length);
            enum verdict expected = is_read || length == 8 ? VERDICT_ACCEPTED : VERDICT_BAD_LENGTH;
            expect(f, fixture_hear_igmp(f, AT_S(10), &outside, igmp, length), expected);
            EXPECT_ROLE(f, expected == VERDICT_ACCEPTED ? ROLE_NON_QUERIER : ROLE_QUERIER);
            fixture_free(f);

            f = fixture_start(&params);
            igmp[2] ^= 1;
            EXPECT_VERDICT(fixture_hear_igmp(f, AT_S(10), &outside, igmp, length),
                           length < 8 ? VERDICT_BAD_LENGTH : VERDICT_BAD_CHECKSUM);
            EXPECT_ROLE(f, ROLE_QUERIER);
            fixture_free(f);
        }
    }
}

/* ---- verdicts of state ---- */

/* Down: nothing is listened to. Tagged: not ours. */
static void test_down_and_vlan(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    struct fixture *f = fixture_create(&params);
    expect(f, fixture_hear_general(f, AT_S(1), FIXTURE_L, 2), VERDICT_SEGMENT_DOWN);
    assert_int_equal(f->event_count, 0);
    fixture_link_up(f, AT_S(2), (struct prefix){FIXTURE_OWN, 24});

    struct outside outside = to_all(FIXTURE_L);
    struct igmp_query query = fixture_general(2);
    outside.is_tagged = true;
    outside.vlan = 7;
    expect(f, fixture_hear_inside(f, AT_S(3), &outside, &query), VERDICT_WRONG_VLAN);
    assert_int_equal(f->received.segment, ENGINE_NO_SEGMENT);
    assert_int_equal(engine_stray(f->engine, FIXTURE_PORT, VERDICT_WRONG_VLAN), 1);
    outside.vlan = 0; /* a priority tag is no VLAN */
    expect(f, fixture_hear_inside(f, AT_S(4), &outside, &query), VERDICT_ACCEPTED);
    fixture_free(f);
}

/* sane, but of no use here. */
static void test_of_no_use(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.max_groups = 1;
    struct fixture *f = fixture_start(&params);
    struct igmp_query query = fixture_specific(2, FIXTURE_G);
    struct address ssm = address_of(232, 1, 1, 1);

    expect(f, fixture_hear_query(f, AT_S(1), FIXTURE_L, &query), VERDICT_SPECIFIC_QUERY);
    expect(f, fixture_hear_report(f, AT_S(1), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G),
           VERDICT_IGNORED_LEAVE);
    expect(f, fixture_hear_report(f, AT_S(1), FIXTURE_H1, IGMP_KIND_V2_REPORT, ssm),
           VERDICT_SSM_RANGE);
    expect(f, fixture_hear_report(f, AT_S(1), FIXTURE_H1, IGMP_KIND_V2_REPORT, ADDRESS_ALL_HOSTS),
           VERDICT_NOT_TRACKED);
    expect(f, fixture_hear_report(f, AT_S(1), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G),
           VERDICT_ACCEPTED);
    expect(
        f,
        fixture_hear_report(f, AT_S(1), FIXTURE_H1, IGMP_KIND_V2_REPORT, address_of(239, 9, 9, 9)),
        VERDICT_TABLE_FULL);
    assert_int_equal(fixture_count_warnings(f, WARNING_TABLE_FULL), 1);
    fixture_free(f);
}

/* ---- who is remembered ---- */

/* Every querier is kept, with what became of its queries; a full table refuses the new. */
static void test_queriers(void **state)
{
    (void)state;
    struct params params = fixture_c2();
    params.max_queriers = 3;
    struct fixture *f = fixture_start(&params);
    struct igmp_query query = fixture_general(2);
    struct outside proxy = to_all(ADDRESS_NONE);

    proxy.source_mac = fixture_mac(FIXTURE_B);
    fixture_hear_general(f, AT_S(1), address_of(127, 0, 0, 1), 2); /* nobody */
    fixture_hear_general(f, AT_S(1), FIXTURE_H, 2);
    fixture_hear_general(f, AT_S(2), FIXTURE_H, 3);
    fixture_hear_inside(f, AT_S(3), &proxy, &query);
    fixture_hear_general(f, AT_S(4), address_of(10, 0, 0, 1), 2);
    fixture_hear_general(f, AT_S(5), FIXTURE_B, 2); /* no room, but the election goes on */
    const struct segment *segment = fixture_segment(f);
    assert_int_equal(segment->querier_count, 3);
    assert_int_equal(segment->queriers[0].queries, 2);
    assert_int_equal(segment->queriers[0].refused, 0);
    assert_int_equal(segment->queriers[0].version, 3);
    assert_int_equal(segment->queriers[0].first_heard, AT_S(1));
    assert_int_equal(segment->queriers[0].last_heard, AT_S(2));
    assert_int_equal(segment->queriers[1].refused, 1);
    assert_int_equal(segment->queriers[1].last_verdict, VERDICT_PROXY_QUERY);
    assert_int_equal(segment->queriers[2].last_verdict, VERDICT_OFF_SUBNET);
    assert_int_equal(fixture_count_events(f, EVENT_QUERIER_SEEN), 3);
    assert_int_equal(fixture_count_warnings(f, WARNING_TABLE_FULL), 1);
    fixture_hear_general(f, AT_S(5), FIXTURE_L, 2);
    EXPECT_ROLE(f, ROLE_NON_QUERIER);
    fixture_hear_general(f, AT_S(4000), FIXTURE_L, 2); /* who was silent for an hour makes room */
    assert_int_equal(fixture_segment(f)->querier_count, 3);
    assert_int_equal(fixture_count_events(f, EVENT_QUERIER_SEEN), 4);
    fixture_free(f);
}

/* The last: of all verdicts that a segment can give none was left out above. */
static void test_all_verdicts_seen(void **state)
{
    (void)state;
    for (int i = 0; i < VERDICT_COUNT; i++) {
        bool is_elsewhere = i >= VERDICT_OWN && i <= VERDICT_OWN_ADDRESS; /* test_own.c */
        if (!is_seen[i] && !is_elsewhere)
            fail_msg("no frame above gave %s", verdict_name((enum verdict)i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_q46_q50_sources),
        cmocka_unit_test(test_q49_off_subnet),
        cmocka_unit_test(test_denied),
        cmocka_unit_test(test_q38_wrong_destination),
        cmocka_unit_test(test_q45_report_destinations),
        cmocka_unit_test(test_q44_q50_report_sources),
        cmocka_unit_test(test_q40_ttl),
        cmocka_unit_test(test_q41_tos),
        cmocka_unit_test(test_q42_router_alert),
        cmocka_unit_test(test_q49_policy),
        cmocka_unit_test(test_q39_unicast),
        cmocka_unit_test(test_decoder_refusals),
        cmocka_unit_test(test_decoder_refusals_v3),
        cmocka_unit_test(test_q29_q30_odd_lengths),
        cmocka_unit_test(test_down_and_vlan),
        cmocka_unit_test(test_of_no_use),
        cmocka_unit_test(test_queriers),
        cmocka_unit_test(test_all_verdicts_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
