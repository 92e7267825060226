/* SPDX-License-Identifier: MIT */
/*
 * What holds of a membership table between any two calls, whatever was heard: for unit tests, tests
 * without memory, and the fuzzer.
 */
#ifndef IGMPQ_TEST_MEMBERSHIP_CHECK_H
#define IGMPQ_TEST_MEMBERSHIP_CHECK_H

#include "igmpq/membership.h"

static inline const char *group_problem(const struct group *group, instant now)
{
    bool owes_sources = false;

    if (group->source_count > group->source_capacity)
        return "more sources than there is room for";
    for (unsigned i = 0; i < group->source_count; i++) {
        if (i > 0 && address_compare(group->sources[i - 1].address, group->sources[i].address) >= 0)
            return "sources are not ascending";
        owes_sources |= group->sources[i].queries_left > 0;
    }
    if (owes_sources && group->sources_query_at == INSTANT_NEVER)
        return "queries about sources are owed, but never due";
    if (group->mode == FILTER_INCLUDE && group->queries_left > 0)
        return "group-specific queries are owed in mode include";
    if (group->mode == FILTER_INCLUDE && group->source_count == 0 && group->wake.due > now)
        return "an empty group is not on its way out";
    /* Lazy: it may wake too early, never too late. */
    instant due = group_deadline(group);
    if (group->wake.due > (due < now ? now : due))
        return "a group sleeps longer than it may";
    return NULL;
}

static inline const char *reporters_problem(const struct membership *membership)
{
    unsigned listed = 0;

    for (const struct reporter *r = membership->reporter_list; r; r = r->next) {
        if (membership_reporter(membership, r->key.address, r->key.mac) != r)
            return "a reporter is in the list, but not found in the table";
        if (r->next && r->next->last_report < r->last_report)
            return "reporters are not in the order of their last reports";
        listed++;
    }
    if (listed != membership->reporter_count || listed != HASH_COUNT(membership->reporters))
        return "reporters: list, table and count differ";
    return NULL;
}

/** NULL when all is well, else what is not. */
static inline const char *membership_problem(const struct membership *membership, instant now)
{
    unsigned groups = 0, sources = 0;

    for (const struct group *group = membership->groups; group; group = group->hh.next) {
        const char *problem = group_problem(group, now);
        if (problem)
            return problem;
        if (membership_group(membership, group->address) != group)
            return "a group is in the table, but not found there";
        if (group->wake.slot >= membership->wakes.count ||
            membership->wakes.entry[group->wake.slot] != &group->wake)
            return "a group is not in the heap where it says";
        groups++;
        sources += group->source_count;
    }
    if (groups != membership->group_count || groups != membership->wakes.count)
        return "groups: table, heap and count differ";
    for (size_t i = 1; i < membership->wakes.count; i++)
        if (membership->wakes.entry[i]->due < membership->wakes.entry[(i - 1) / 2]->due)
            return "the heap is out of order";
    if (membership->source_budget > 0 && membership->source_debt > 0)
        return "room for sources and debt at once";
    if (sources + membership->source_budget != membership->max_sources + membership->source_debt)
        return "sources and the room for them do not add up";
    return reporters_problem(membership);
}

#endif
