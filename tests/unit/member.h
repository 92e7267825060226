/* SPDX-License-Identifier: MIT */
/* Test tools for memberships, on top of the fixture: hosts that join and leave the group G, and
 * looks into the table, each of which finds it in order. */
#ifndef IGMPQ_TEST_MEMBER_H
#define IGMPQ_TEST_MEMBER_H

#include "fixture.h"
#include "membership_check.h"

#define EXPECT_NONE_ABOUT(fixture, group)                                                          \
    assert_int_equal(fixture_find_sent(fixture, group, NULL, 0), 0)

/** Source n of group G: 10.0.0.n. */
static inline struct address member_source(unsigned n)
{
    return address_of(10, 0, (uint8_t)(n >> 8), (uint8_t)n);
}

/** Groups beside G: 239.2.x.y. */
static inline struct address member_group(unsigned n)
{
    return address_of(239, 2, (uint8_t)(n >> 8), (uint8_t)n);
}

static inline enum verdict member_report(struct fixture *fixture, instant at, struct address host)
{
    return fixture_hear_report(fixture, at, host, IGMP_KIND_V2_REPORT, FIXTURE_G);
}

static inline enum verdict member_leave(struct fixture *fixture, instant at)
{
    return fixture_hear_report(fixture, at, FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
}

/** A record about G from host 1. */
static inline enum verdict member_record(struct fixture *fixture, instant at,
                                         enum igmp_record_type type, const struct address *sources,
                                         unsigned count)
{
    return fixture_hear_record(fixture, at, FIXTURE_H1, type, FIXTURE_G, sources, count);
}

static inline const struct membership *member_table(const struct fixture *fixture)
{
    return &fixture_segment(fixture)->membership;
}

/** The group in the table, or NULL; the table is in order. */
static inline const struct group *member_find(const struct fixture *fixture, struct address group)
{
    const char *problem = membership_problem(member_table(fixture), fixture->now);
    if (problem)
        fail_msg("%s", problem);
    return membership_group(member_table(fixture), group);
}

/** Is that source of G wanted (1), blocked (0) or unknown (-1)? */
static inline int member_source_state(const struct fixture *fixture, struct address source)
{
    const struct group *group = member_find(fixture, FIXTURE_G);
    const struct source *found = group ? group_source(group, source) : NULL;
    return found ? found->expires > fixture->now : -1;
}

/** The group is there just before `at`, and gone when the timers of `at` have acted. */
static inline void member_expect_gone_at(struct fixture *fixture, struct address group, instant at)
{
    fixture_advance(fixture, at);
    assert_non_null(member_find(fixture, group));
    fixture_run_until(fixture, at);
    assert_null(member_find(fixture, group));
    const struct event *left = fixture_last_event(fixture, EVENT_GROUP_LEFT);
    assert_true(left->at == at);
    assert_true(address_equal(left->group, group));
}

#endif
