/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of the findings without memory: every allocation fails once, and all from one on. What
 * finds no room is told of as a full table, or findings_end() says that the list is not complete;
 * nothing leaks, and when there is memory again it goes on.
 */
#include "failing_memory.h"
#include "findings_scene.h"

#include <stdlib.h>

enum { HOSTS = 60, ROUNDS = 2 };

/** A report as engine_frame() would give it. */
static struct received report_of(unsigned host)
{
    struct received received = {.verdict = VERDICT_ACCEPTED, .segment = host % 3};

    received.frame.source = address_of(192, 168, 50, (uint8_t)(30 + host));
    received.frame.source_mac = fixture_mac(received.frame.source);
    received.frame.ttl = 1;
    received.message.kind = IGMP_KIND_V2_REPORT;
    received.message.group = address_of(239, 128, 0, (uint8_t)host); /* D-15 each */
    received.frame.destination = received.message.group;
    return received;
}

static struct received query_of(unsigned segment)
{
    struct received received = {.verdict = VERDICT_ACCEPTED, .segment = segment};

    received.frame.source = FIXTURE_L;
    received.frame.source_mac = fixture_mac(FIXTURE_L);
    received.frame.destination = ADDRESS_ALL_HOSTS;
    received.frame.has_router_alert = true;
    received.frame.tos = 0xc0;
    received.frame.ttl = 1;
    received.message.kind = IGMP_KIND_V2_QUERY;
    received.message.max_response = 10 * SECONDS;
    return received;
}

/** A network of three segments; with memory failing from `allocations` on. False when the list at
 * the end was not complete, by its own words (D-28) or those of findings_end(). Ends with memory
 * again, and one more judgement. */
static bool watch_network(long allocations, bool for_ever, unsigned *found)
{
    struct findings_setup setup = findings_setup_default();
    struct findings *findings = findings_create(&setup);
    uint64_t number = 0;

    assert_non_null(findings);
    memory_arm(allocations, for_ever);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned segment = 0; segment < 3; segment++) {
            struct received query = query_of(segment);
            findings_frame(findings, AT_S(60 * round), ++number, &query);
        }
        for (unsigned host = 0; host < HOSTS; host++) {
            struct received report = report_of(host);
            findings_frame(findings, AT_S(60 * round + 2), ++number, &report);
        }
    }
    bool is_complete = findings_end(findings, AT_S(300));
    *found = findings_count(findings);
    for (unsigned i = 0; i < *found; i++)
        is_complete = is_complete && findings_at(findings, i)->id != FINDING_TABLE_FULL;
    memory_arm(-1, false);
    findings_end(findings, AT_S(300));
    assert_true(findings_count(findings) >= *found);
    for (unsigned i = 0; i < *found; i++)
        scene_check(findings_at(findings, i));
    findings_destroy(findings);
    return is_complete;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    unsigned all, found;
    long before = memory_live();

    assert_true(watch_network(-1, false, &all));
    assert_int_equal(all, HOSTS);
    assert_int_equal(memory_live(), before);
    for (unsigned for_ever = 0; for_ever < 2; for_ever++) {
        unsigned incomplete = 0;
        for (long at = 0; at < 400; at++) {
            bool is_complete = watch_network(at, for_ever != 0, &found);
            assert_int_equal(memory_live(), before);
            incomplete += !is_complete;
            if (is_complete)
                assert_int_equal(found, all); /* nothing is missing that is not said */
        }
        assert_true(incomplete > 0 && incomplete < 400);
    }
}

/* Nothing at all can be allocated: nothing is found, and that is said. */
static void no_memory_at_all(void **state)
{
    (void)state;
    unsigned found;
    struct findings_setup setup = findings_setup_default();

    assert_false(watch_network(0, true, &found));
    assert_int_equal(found, 0);
    memory_arm(0, false);
    assert_null(findings_create(&setup));
    memory_arm(-1, false);
    findings_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails),
        cmocka_unit_test(no_memory_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
