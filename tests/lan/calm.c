/* SPDX-License-Identifier: MIT */
/* The invariants when nothing has happened for long enough; see watch.c for those of every moment.
 */
#include "sim.h"

static void check_tables(struct sim *sim, const struct node *node)
{
    const struct segment *segment = igmpq_segment(node);
    const struct membership *membership = &segment->membership;
    const struct params *params = &node->igmpq.params;

    if (membership->group_count > params->max_groups ||
        membership_source_count(membership) > params->max_sources ||
        membership->reporter_count > params->max_reporters ||
        segment->querier_count > params->max_queriers)
        watch_fail(sim, INVARIANT_MEMORY, "node %u: a table is larger than its limit", node->id);
}

static const struct group *group_of(const struct node *querier, const struct wish *wish)
{
    const struct group *group = membership_group(&igmpq_segment(querier)->membership, wish->group);
    if (group && !address_is_none(wish->source) && group->mode == FILTER_INCLUDE &&
        !group_source(group, wish->source))
        return NULL;
    return group;
}

/** On whichever side: it may have reported before the cable broke. */
static bool has_member(const struct sim *sim, struct address group, instant since)
{
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_HOST)
            continue;
        for (unsigned w = 0; w < node->host.wish_count; w++) {
            const struct wish *wish = &node->host.wish[w];
            if (address_equal(wish->group, group) && (wish->is_joined || wish->joined_at > since))
                return true;
        }
    }
    return false;
}

/** A source that nobody wants ends at the latest with the group membership interval. */
static void check_sources(struct sim *sim, const struct node *querier, const struct group *group,
                          duration most)
{
    for (unsigned i = 0; i < group->source_count; i++)
        if (group->mode == FILTER_INCLUDE && group->sources[i].expires > sim->now + most)
            watch_fail(sim, INVARIANT_MEMBERS, "node %u keeps a source for too long", querier->id);
}

/** What the querier knows is what its network wants. */
static void check_members(struct sim *sim, const struct node *querier, unsigned side)
{
    duration round = 2 * sim->interval_max + 2 * sim->response_max;

    if (!sim->promises_members || sim->now - querier->igmpq.querier_since <= round ||
        sim->now - sim->disturbed <= round)
        return;
    unsigned version = querier->igmpq.params.version;
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_HOST || !node->has_link || cable_side(sim, node->bridge) != side)
            continue;
        for (unsigned w = 0; w < node->host.wish_count; w++) {
            const struct wish *wish = &node->host.wish[w];
            bool can_say = address_is_none(wish->source) || version == 3;
            if (wish->is_joined && can_say && sim->now - wish->joined_at > round &&
                !group_of(querier, wish)) {
                watch_fail(sim, INVARIANT_MEMBERS, "node %u does not know what host %u wants",
                           querier->id, i);
                return;
            }
        }
    }
    const struct membership *membership = &igmpq_segment(querier)->membership;
    instant since = sim->now - 2 * round - sim->settle;
    for (const struct group *group = membership->groups; group; group = group->hh.next) {
        check_sources(sim, querier, group, 2 * round);
        if (!has_member(sim, group->address, since) &&
            sim->now - group->last_report > 2 * round + sim->settle)
            watch_fail(sim, INVARIANT_MEMBERS, "node %u does not forget who left", querier->id);
    }
}

static void check_receivers(struct sim *sim)
{
    duration round = 2 * sim->interval_max + 2 * sim->response_max;

    if (!sim->promises_streams || watch_healthy_since(sim, 0) > sim->now - round)
        return;
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_HOST || !node->has_link || cable_side(sim, node->bridge) != 0)
            continue;
        for (unsigned w = 0; w < node->host.wish_count; w++) {
            const struct wish *wish = &node->host.wish[w];
            bool can_say = address_is_none(wish->source) || sim->promises_sources;
            if (wish->is_joined && can_say && sim->now - wish->joined_at > round &&
                sim->now - sim->disturbed > round && !cable_carries(sim, node, wish->group)) {
                watch_fail(sim, INVARIANT_STREAM, "host %u has no stream", i);
                return;
            }
        }
    }
}

static void check_side(struct sim *sim, unsigned side)
{
    bool is_backup;
    const struct node *expected = watch_expected(sim, side, &is_backup), *querier = NULL;
    unsigned queriers = 0;

    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_IGMPQ || !node->is_alive || cable_side(sim, node->bridge) != side)
            continue;
        check_tables(sim, node);
        if (node->igmpq.role != ROLE_QUERIER)
            continue;
        queriers++;
        querier = node;
        duration since = sim->now - (node->igmpq.has_spoken ? node->igmpq.last_general
                                                            : node->igmpq.querier_since);
        if (since > node->igmpq.params.query_interval + SIM_SLACK)
            watch_fail(sim, INVARIANT_PACE, "node %u is the querier and has not asked for %.0f s",
                       node->id, (double)since / SECONDS);
    }
    if (is_backup ? queriers != 1 : (querier != expected || queriers != (expected != NULL)))
        watch_fail(sim, INVARIANT_ONE, "%u queriers, the last is node %d; it ought to be %d",
                   queriers, querier ? (int)querier->id : -1, expected ? (int)expected->id : -1);
    else if (querier)
        check_members(sim, querier, side);
}

void watch_calm(struct sim *sim)
{
    if (sim->now <= sim->disturbed + sim->settle)
        return;
    for (unsigned i = 0; i < sim->bridge_count; i++)
        if (cable_side(sim, i) == i)
            check_side(sim, i);
    for (unsigned i = 0; i < sim->bridge_count; i++)
        watch_silence(sim, i);
    check_receivers(sim);
}
