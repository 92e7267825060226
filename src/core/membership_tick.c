/* SPDX-License-Identifier: MIT */
/* Floor 2. The timers of the membership table: specific queries, their pace, and expiry. */
#include <stdlib.h>

#include "membership_private.h"

instant membership_deadline(const struct membership *membership)
{
    const struct heap_entry *first = heap_first(&membership->wakes);
    return first ? first->due : INSTANT_NEVER;
}

void membership_put_off(struct membership *membership)
{
    const struct heap_entry *first;

    while ((first = heap_first(&membership->wakes))) {
        struct group *group = first->owner;
        instant due = group_deadline(group);
        if (due <= first->due)
            return;
        heap_update(&membership->wakes, &group->wake, due);
    }
}

void membership_rekey(struct membership *membership, struct group *group, instant now)
{
    instant due = group_deadline_bound(group);
    if (due < group->wake.due)
        heap_update(&membership->wakes, &group->wake, due < now ? now : due);
}

bool membership_is_checking(const struct membership *membership, instant now)
{
    for (const struct group *group = membership->groups; group; group = group->hh.next)
        if (group_is_checking(group, now))
            return true;
    return false;
}

/**
 * May a first query go now? If not, `*turn` is when: first come, first served, so that a flood of
 * leaves for some groups cannot keep others waiting for ever, and nobody wakes in vain.
 */
static bool take_turn(struct membership *membership, instant now, instant *turn)
{
    const duration step = SECONDS / MEMBERSHIP_QUERIES_PER_S;
    const instant all_at_once = now - MEMBERSHIP_QUERY_BURST * step;

    if (*turn <= now) {
        *turn = INSTANT_NEVER;
        return true;
    }
    if (*turn != INSTANT_NEVER)
        return false;
    if (membership->turn < all_at_once)
        membership->turn = all_at_once;
    membership->turn += step;
    if (membership->turn <= now)
        return true;
    *turn = membership->turn;
    return false;
}

static struct query *specific_query(instant now, const struct membership_context *context,
                                    const struct group *group, struct outbox *outbox)
{
    const struct params *params = context->params;
    struct query *query = outbox_query(outbox, context->origin, now, QUERY_LAST_MEMBER,
                                       context->timers.version, group->address);
    query->message.max_response = params->last_member_query_interval;
    query->message.robustness = (unsigned)params->robustness;
    query->message.query_interval = params->query_interval;
    return query;
}

static struct event *last_event(struct outbox *outbox)
{
    return &outbox->event[outbox->event_count - 1];
}

/** One group-specific query: RFC 2236 section 3; RFC 9776 section 6.6.3.1. */
static void ask_group(struct group *group, instant now, const struct membership_context *context,
                      struct outbox *outbox)
{
    instant last_member = instant_after(now, params_last_member_time(context->params));

    if (!group->is_lowered) {
        group_lower(group, last_member);
        group->is_lowered = true;
        group->checking_until = group->expires;
    }
    struct query *query = specific_query(now, context, group, outbox);
    query->message.suppress = context->timers.version == 3 && group->expires > last_member;
    last_event(outbox)->suppress = query->message.suppress;
    group->last_query = now;
    group->queries_left--;
    group->query_at = instant_after(now, context->params->last_member_query_interval);
}

/** Sources of the transmission under way that are in the half with (or without) the S flag; one
 * that waits for its first turn is not lowered yet. */
static bool is_of_half(const struct source *source, bool suppress, instant last_member)
{
    return source->queries_left > 0 && source->is_lowered && !source->is_asked &&
           (source->expires > last_member) == suppress;
}

static bool has_half(const struct group *group, bool suppress, instant last_member)
{
    for (unsigned i = 0; i < group->source_count; i++)
        if (is_of_half(&group->sources[i], suppress, last_member))
            return true;
    return false;
}

/** One group-and-source-specific query of at most as many sources of that half as fit. */
static void ask_sources(struct group *group, instant now, const struct membership_context *context,
                        bool suppress, struct outbox *outbox)
{
    instant last_member = instant_after(now, params_last_member_time(context->params));
    struct query *query = specific_query(now, context, group, outbox);

    query->message.suppress = suppress;
    for (unsigned i = 0; i < group->source_count; i++) {
        struct source *source = &group->sources[i];
        if (!is_of_half(source, suppress, last_member))
            continue;
        query->message.sources[query->message.source_count++] = source->address;
        source->is_asked = true;
        if (query->message.source_count >= context->origin->sources_max) /* */
            break;
    }
    last_event(outbox)->suppress = suppress;
    last_event(outbox)->count = query->message.source_count;
}

/** Before a transmission: what is over meanwhile is not asked about, and what is new to be asked
 * about is lowered, if it is its turn. */
static void prepare_sources(struct membership *membership, struct group *group, instant now,
                            instant last_member)
{
    bool has_new = false;

    for (unsigned i = 0; i < group->source_count; i++) {
        struct source *source = &group->sources[i];
        if (source->expires <= now) {
            source->queries_left = 0;
            source->is_asked = false;
        }
        has_new |= source->queries_left > 0 && !source->is_lowered;
    }
    if (!has_new || !take_turn(membership, now, &group->sources_turn))
        return;
    group->sources_repeat_at = now; /* with them, all that are being asked about */
    for (unsigned i = 0; i < group->source_count; i++) {
        struct source *source = &group->sources[i];
        if (source->queries_left == 0 || source->is_lowered)
            continue;
        source->is_lowered = true;
        if (source->expires > last_member)
            source->expires = last_member;
        group->sources_end = instant_earlier(group->sources_end, source->expires);
    }
}

/** A whole transmission (RFC 9776 section 6.6.3.2, Q-20, Q-104): false when the outbox had no room
 * for all of it. */
static bool transmit_sources(struct membership *membership, struct group *group, instant now,
                             const struct membership_context *context, struct outbox *outbox)
{
    instant last_member = instant_after(now, params_last_member_time(context->params));
    bool is_more = false;

    prepare_sources(membership, group, now, last_member);
    for (int half = 1; half >= 0 && group->sources_repeat_at <= now; half--) {
        while (has_half(group, half == 1, last_member)) {
            if (!outbox_has_room(outbox))
                return false;
            ask_sources(group, now, context, half == 1, outbox);
        }
    }
    for (unsigned i = 0; i < group->source_count; i++) {
        struct source *source = &group->sources[i];
        if (source->is_asked) {
            source->is_asked = false;
            source->queries_left--;
        }
        is_more |= source->queries_left > 0 && source->is_lowered;
    }
    if (!is_more)
        group->sources_repeat_at = INSTANT_NEVER;
    else if (group->sources_repeat_at <= now)
        group->sources_repeat_at = instant_after(now, context->params->last_member_query_interval);
    if (group->sources_turn <= now)
        group->sources_turn = INSTANT_NEVER; /* nobody is left to take it */
    group->sources_query_at = instant_earlier(group->sources_repeat_at, group->sources_turn);
    return true;
}

/** What was owed and can no longer be said: the segment has come down to an older version, or to
 * silence, since; or the group has become source-specific. */
static void drop_unspeakable(struct group *group, const struct membership_context *context)
{
    bool is_silent = context->params->mode == MODE_PASSIVE;
    bool is_ssm = params_is_ssm(context->params, group->address);

    if (is_silent || context->timers.version < (is_ssm ? 3 : 2))
        group_stop_queries(group);
    if ((is_silent || context->timers.version < 3) && group->sources_query_at != INSTANT_NEVER) {
        for (unsigned i = 0; i < group->source_count; i++)
            group->sources[i].queries_left = 0;
        group->sources_query_at = INSTANT_NEVER;
        group->sources_turn = group->sources_repeat_at = INSTANT_NEVER;
    }
}

/** All that one group owes now; false when there is more to do but no room. */
static bool wake_group(struct membership *membership, struct group *group, instant now,
                       const struct membership_context *context, struct outbox *outbox)
{
    if (!group->is_announced) {
        struct event *event =
            outbox_event(outbox, EVENT_GROUP_JOINED, context->origin->segment, now);
        event->group = group->address;
        event->address = group->last_reporter;
        event->mac = group->last_reporter_mac;
        event->version = group->last_version;
        group->is_announced = true;
    }
    drop_unspeakable(group, context);
    if (group->queries_left > 0 && group->query_at <= now && group->expires > now) {
        if (!outbox_has_room(outbox))
            return false;
        if (group->is_lowered || take_turn(membership, now, &group->turn))
            ask_group(group, now, context, outbox);
        else
            group->query_at = group->turn;
    }
    return group->sources_query_at > now ||
           transmit_sources(membership, group, now, context, outbox);
}

void membership_tick(struct membership *membership, instant now,
                     const struct membership_context *context, struct outbox *outbox)
{
    const struct heap_entry *first;

    while ((first = heap_first(&membership->wakes)) && first->due <= now &&
           outbox_has_room(outbox)) {
        struct group *group = first->owner;
        if (!wake_group(membership, group, now, context, outbox))
            return;
        if (!outbox_has_room(outbox))
            return;
        bool is_left = !group_expire(group, now, &membership->source_budget);
        membership_settle(membership);
        if (!is_left) {
            heap_update(&membership->wakes, &group->wake, group_deadline(group));
            continue;
        }
        struct event *event = outbox_event(outbox, EVENT_GROUP_LEFT, context->origin->segment, now);
        event->group = group->address;
        event->span = now - group->since;
        membership_forget(membership, group);
    }
}

void membership_query_heard(struct membership *membership, instant now,
                            const struct membership_context *context,
                            const struct igmp_message *query)
{
    struct group *group = membership_find(membership, query->group);
    if (!group || query->suppress)
        return;

    instant until = instant_after(now, params_last_member_time(context->params));
    if (query->kind == IGMP_KIND_V2_QUERY)
        until = instant_after(now, context->params->last_member_query_count * query->max_response);
    if (query->kind == IGMP_KIND_V3_QUERY && query->count > 0) {
        for (unsigned i = 0; i < query->count; i++)
            group_lower_source(group, now, igmp_source_at(query->items, i), until);
    } else {
        group_lower(group, until);
    }
    membership_rekey(membership, group, now);
}
