/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of findings over the recent past: what is told goes back one span at least and two at
 * most, silences count at their full length and pauses do not, and months of a busy or hostile
 * network take no more memory than its first hours.
 */
#include "failing_memory.h"
#include "findings_scene.h"

#include "igmpq/horizon.h"

#define SPAN (3600 * SECONDS)

static struct horizon *start(void)
{
    struct findings_setup setup = findings_setup_default();
    struct horizon *horizon = horizon_create(&setup, SPAN, AT_S(0));

    assert_non_null(horizon);
    return horizon;
}

/** As engine_frame() gives it, of some segment: which does not matter. */
static struct received frame_of(struct address source, enum igmp_kind kind, struct address group)
{
    struct received received = {.verdict = VERDICT_ACCEPTED, .segment = 4000};

    received.frame.source = source;
    received.frame.source_mac = fixture_mac(source);
    received.frame.destination = igmp_kind_is_query(kind) ? ADDRESS_ALL_HOSTS : group;
    received.frame.has_router_alert = true;
    received.frame.tos = 0xc0;
    received.frame.ttl = 1;
    received.message.kind = kind;
    received.message.group = group;
    received.message.max_response = 10 * SECONDS;
    return received;
}

static void query(struct horizon *horizon, instant at, enum igmp_kind kind)
{
    struct received received = frame_of(FIXTURE_L, kind, ADDRESS_NONE);
    horizon_frame(horizon, at, &received);
}

static void report(struct horizon *horizon, instant at, struct address host, struct address group)
{
    struct received received = frame_of(host, IGMP_KIND_V2_REPORT, group);
    horizon_frame(horizon, at, &received);
}

/** A good life: queries every minute, each answered. */
static void live(struct horizon *horizon, instant from, instant until)
{
    for (instant at = from; at <= until; at += 60 * SECONDS) {
        query(horizon, at, IGMP_KIND_V2_QUERY);
        report(horizon, at + 3 * SECONDS, FIXTURE_H1, FIXTURE_G);
    }
}

/** The finding of that id as things stand, or NULL. */
static const struct finding *find(struct horizon *horizon, instant now, enum finding_id id)
{
    const struct finding *finding;
    unsigned index = 0, count = 0;

    assert_true(horizon_judge(horizon, now));
    while ((finding = horizon_next(horizon, &index)) && finding->id != id)
        count++;
    assert_true(count <= horizon_count(horizon));
    return finding;
}

/* What was seen last just before the younger one begins is told for a whole span, and no longer
 * than to the frame with which it takes over. */
static void goes_back_a_span(void **state)
{
    (void)state;
    struct horizon *horizon = start();

    live(horizon, AT_S(0), AT_S(3540));
    query(horizon, AT_S(3598), IGMP_KIND_V1_QUERY);
    live(horizon, AT_S(3600), AT_S(7140));
    assert_non_null(find(horizon, AT_S(7198), FINDING_V1_QUERIER));
    assert_int_equal(horizon_since(horizon), AT_S(0));
    report(horizon, AT_S(7200) - 1, FIXTURE_H1, FIXTURE_G);
    assert_non_null(find(horizon, AT_S(7200) - 1, FINDING_V1_QUERIER));
    query(horizon, AT_S(7200), IGMP_KIND_V2_QUERY);
    assert_null(find(horizon, AT_S(7200), FINDING_V1_QUERIER));
    assert_int_equal(horizon_since(horizon), AT_S(3600));
    /* The next turn: seen with the second one's first frame, it goes with the second one. */
    query(horizon, AT_S(7201), IGMP_KIND_V1_QUERY);
    live(horizon, AT_S(7260), AT_S(10740));
    assert_non_null(find(horizon, AT_S(10799), FINDING_V1_QUERIER));
    live(horizon, AT_S(10800), AT_S(14340));
    assert_non_null(find(horizon, AT_S(14399), FINDING_V1_QUERIER));
    live(horizon, AT_S(14400), AT_S(14400));
    assert_null(find(horizon, AT_S(14400), FINDING_V1_QUERIER));
    horizon_destroy(horizon);
}

/* At no time anything is told that is not so, and there is always enough to judge by. */
static void is_quiet_on_a_good_network(void **state)
{
    (void)state;
    struct horizon *horizon = start();
    unsigned index;

    for (instant at = 0; at < 20 * SPAN; at += 60 * SECONDS) {
        live(horizon, at, at);
        index = 0;
        assert_true(horizon_judge(horizon, at + 10 * SECONDS));
        const struct finding *finding = horizon_next(horizon, &index);
        assert_true(!finding || (at < AT_S(260) && finding->id == FINDING_TOO_SHORT));
        assert_true(at + 10 * SECONDS - horizon_since(horizon) <= 2 * SPAN);
        assert_true(at < SPAN || at - horizon_since(horizon) >= SPAN);
    }
    horizon_destroy(horizon);
}

/* Hosts report, and nobody asks any more: told at its full length however long it is, with frames
 * or without. */
static void silence(void **state)
{
    (void)state;
    struct horizon *horizon = start();

    live(horizon, AT_S(0), AT_S(240));
    const struct finding *finding = find(horizon, 10 * SPAN, FINDING_NO_QUERIER);
    assert_non_null(finding);
    assert_int_equal(finding->measured, 10 * SPAN - AT_S(240));
    horizon_destroy(horizon);
    horizon = start();
    live(horizon, AT_S(0), AT_S(240));
    report(horizon, 10 * SPAN, FIXTURE_H2, FIXTURE_G);
    assert_non_null(find(horizon, 10 * SPAN + AT_S(1), FINDING_NO_QUERIER));
    for (instant at = 10 * SPAN; at < 15 * SPAN; at += 600 * SECONDS) {
        report(horizon, at, FIXTURE_H2, FIXTURE_G);
        assert_non_null(find(horizon, at, FINDING_NO_QUERIER));
    }
    horizon_destroy(horizon);
}

/* What was over long ago is not told, although no frame has come since. */
static void old_evidence(void **state)
{
    (void)state;
    struct horizon *horizon = start();

    query(horizon, AT_S(10), IGMP_KIND_V1_QUERY);
    assert_non_null(find(horizon, 2 * SPAN + AT_S(10), FINDING_V1_QUERIER));
    assert_null(find(horizon, 2 * SPAN + AT_S(10) + 1, FINDING_V1_QUERIER));
    horizon_destroy(horizon);
}

/* While a link is down nobody is missed; both generations know of it. */
static void pause_for_a_link(void **state)
{
    (void)state;
    struct horizon *horizon = start();

    live(horizon, AT_S(0), AT_S(5400));
    horizon_pause(horizon, AT_S(5410));
    assert_null(find(horizon, AT_S(6900), FINDING_NO_QUERIER));
    live(horizon, AT_S(6000), AT_S(10740));
    assert_int_equal(horizon_since(horizon), AT_S(3600));
    assert_null(find(horizon, AT_S(10750), FINDING_NO_QUERIER));
    assert_non_null(find(horizon, AT_S(11400), FINDING_NO_QUERIER));
    horizon_destroy(horizon);
}

/* Both have the same setup and network, and those to come as well. */
static void setup_and_network(void **state)
{
    (void)state;
    struct findings_setup setup = findings_setup_default();
    struct horizon *horizon = start();
    struct prefix network = {address_of(10, 0, 0, 1), 8};

    live(horizon, AT_S(0), AT_S(3660));
    assert_null(find(horizon, AT_S(3670), FINDING_OFF_SUBNET));
    setup.router_timeout = 20 * SECONDS;
    horizon_configure(horizon, &setup);
    horizon_network(horizon, network, (struct mac){{0}}, FINDINGS_PLACE_QUERIER);
    for (instant at = AT_S(3720); at < 5 * SPAN; at += 600 * SECONDS) {
        live(horizon, at, at + 540 * SECONDS);
        assert_non_null(find(horizon, at + 550 * SECONDS, FINDING_OFF_SUBNET));
        assert_non_null(find(horizon, at + 550 * SECONDS, FINDING_LONG_INTERVAL));
    }
    horizon_destroy(horizon);
}

/* A clock that stands still or goes back ends nothing and begins nothing. */
static void clock_back(void **state)
{
    (void)state;
    struct horizon *horizon = start();

    live(horizon, AT_S(0), AT_S(3600));
    live(horizon, AT_S(3500), AT_S(3500));
    live(horizon, AT_S(-60), AT_S(0));
    assert_null(find(horizon, AT_S(1), FINDING_NO_QUERIER));
    assert_int_equal(horizon_since(horizon), AT_S(0));
    live(horizon, AT_S(3660), AT_S(7200));
    assert_int_equal(horizon_since(horizon), AT_S(3600));
    assert_null(find(horizon, AT_S(7210), FINDING_NO_QUERIER));
    horizon_destroy(horizon);
}

/* Somebody makes up hosts and groups for half a month: blocks are bounded, and all are given
 * back. */
static void memory_is_bounded(void **state)
{
    (void)state;
    struct findings_setup setup = findings_setup_default();
    long before = memory_live(), most = 0;

    setup.max_hosts = setup.max_groups = setup.max_members = 100;
    struct horizon *horizon = horizon_create(&setup, SPAN, AT_S(0));
    for (uint32_t i = 0; i < 200000; i++) {
        report(horizon, AT_S(6) * i, (struct address){0x0a000000 + i},
               (struct address){0xef000000 + i % 70000});
        most = memory_live() - before > most ? memory_live() - before : most;
    }
    /* Entries, hash tables of two blocks each, rings of aliases, and what is around them. */
    assert_true(most > 2 * 300 && most <= 2 * (400 + 30));
    assert_non_null(find(horizon, AT_S(6) * 200000, FINDING_TABLE_FULL));
    horizon_destroy(horizon);
    assert_int_equal(memory_live(), before);
}

/* Without memory for a younger one the older one goes on; when there is some again, so does its
 * end. */
static void no_memory(void **state)
{
    (void)state;
    struct findings_setup setup = findings_setup_default();
    long before = memory_live();

    for (long at = 0; at < 2; at++) {
        memory_arm(at, false);
        assert_null(horizon_create(&setup, SPAN, AT_S(0)));
    }
    struct horizon *horizon = start();
    query(horizon, AT_S(0), IGMP_KIND_V1_QUERY);
    memory_arm(0, true);
    live(horizon, AT_S(60), AT_S(9000));
    assert_true(memory_failures() > 0);
    memory_arm(-1, false);
    assert_non_null(find(horizon, AT_S(7200), FINDING_V1_QUERIER));
    assert_int_equal(horizon_since(horizon), AT_S(0));
    live(horizon, AT_S(9060), AT_S(9060) + SPAN);
    assert_int_equal(horizon_since(horizon), AT_S(9060));
    horizon_destroy(horizon);
    horizon_destroy(NULL);
    assert_int_equal(memory_live(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_back_a_span), cmocka_unit_test(is_quiet_on_a_good_network),
        cmocka_unit_test(silence),          cmocka_unit_test(old_evidence),
        cmocka_unit_test(pause_for_a_link), cmocka_unit_test(setup_and_network),
        cmocka_unit_test(clock_back),       cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
