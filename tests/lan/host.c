/* SPDX-License-Identifier: MIT */
/* Hosts: RFC 1112 appendix I, RFC 2236 section 6, RFC 3376 sections 5 and 7.2, with the suppression
 * of reports that versions 1 and 2 have. */
#include <stdlib.h>

#include "sim.h"

#define UNSOLICITED_V2  (10 * SECONDS)
#define UNSOLICITED_V3  (1 * SECONDS)
#define V1_QUERIER_TIME (400 * SECONDS) /* RFC 2236 section 4 */
#define V2_QUERIER_TIME (260 * SECONDS) /* RFC 3376 section 8.12 */
#define RECORDS_AT_ONCE 64
#define ROBUSTNESS      2

struct node *host_add(struct sim *sim, unsigned version, struct address address, unsigned bridge,
                      unsigned port, unsigned wishes)
{
    struct node *node = sim_node(sim, NODE_HOST, address, bridge, port);

    node->host = (struct host){.version = version, .report_all_at = INSTANT_NEVER};
    node->host.wish = calloc(wishes, sizeof *node->host.wish);
    if (!node->host.wish)
        abort();
    node->host.wish_count = wishes;
    for (unsigned i = 0; i < wishes; i++)
        node->host.wish[i].report_at = INSTANT_NEVER;
    node->is_alive = true;
    sim->report->receivers++;
    return node;
}

/** The version it speaks now: not newer than the queriers it has heard. */
static unsigned mode(const struct sim *sim, const struct host *host)
{
    if (host->v1_until > sim->now || host->version == 1)
        return 1;
    return host->v2_until > sim->now || host->version == 2 ? 2 : 3;
}

static instant within(struct sim *sim, const struct node *node, duration most, unsigned salt)
{
    uint64_t chance = sim_mix(sim->seed ^ (uint64_t)node->id << 32 ^ node->frames,
                              (uint64_t)sim->now ^ (uint64_t)most << 20 ^ (uint64_t)salt << 44);
    return sim->now + node_span(node, (duration)(chance % (uint64_t)most) + 1);
}

static void reschedule(struct sim *sim, struct node *node)
{
    instant at = node->host.report_all_at;
    for (unsigned i = 0; i < node->host.wish_count; i++)
        at = instant_earlier(at, node->host.wish[i].report_at);
    if (at != INSTANT_NEVER)
        sim_wake(sim, node, at);
}

/* ---- what it says ---- */

static void say_record(struct sim *sim, struct node *node, const struct wish *wish, uint8_t any,
                       uint8_t some)
{
    struct wire_record record = {.type = any, .group = wish->group};

    if (!address_is_none(wish->source)) {
        record.type = some;
        record.source_count = 1;
        record.source[0] = wish->source;
    }
    cable_send(sim, node, wire_v3_report(node->mac, node->address, &record, 1));
}

static void say_joined(struct sim *sim, struct node *node, const struct wish *wish, bool is_change)
{
    unsigned version = mode(sim, &node->host);

    if (version == 3)
        say_record(sim, node, wish, is_change ? IGMP_RECORD_TO_EX : IGMP_RECORD_IS_EX,
                   is_change ? IGMP_RECORD_ALLOW : IGMP_RECORD_IS_IN);
    else if (address_is_none(wish->source))
        cable_send(sim, node, wire_report(node->mac, node->address, version, false, wish->group));
}

static void say_left(struct sim *sim, struct node *node, const struct wish *wish)
{
    unsigned version = mode(sim, &node->host);

    if (version == 3)
        say_record(sim, node, wish, IGMP_RECORD_TO_IN, IGMP_RECORD_BLOCK);
    else if (version == 2 && address_is_none(wish->source))
        cable_send(sim, node, wire_report(node->mac, node->address, 2, true, wish->group));
}

static void say_all(struct sim *sim, struct node *node)
{
    struct wire_record record[RECORDS_AT_ONCE];
    unsigned count = 0;

    for (unsigned i = 0; i < node->host.wish_count; i++) {
        const struct wish *wish = &node->host.wish[i];
        if (wish->is_joined) {
            bool is_any = address_is_none(wish->source);
            record[count++] =
                (struct wire_record){.type = is_any ? IGMP_RECORD_IS_EX : IGMP_RECORD_IS_IN,
                                     .group = wish->group,
                                     .source_count = !is_any,
                                     .source = {wish->source}};
        }
        if (count > 0 && (count == RECORDS_AT_ONCE || i + 1 == node->host.wish_count)) {
            cable_send(sim, node, wire_v3_report(node->mac, node->address, record, count));
            count = 0;
        }
    }
    if (count > 0)
        cable_send(sim, node, wire_v3_report(node->mac, node->address, record, count));
}

/* ---- what its owner wants ---- */

void host_join(struct sim *sim, struct node *node, struct address group, struct address source)
{
    for (unsigned i = 0; i < node->host.wish_count; i++) {
        struct wish *wish = &node->host.wish[i];
        if (wish->is_joined && address_equal(wish->group, group))
            return;
    }
    for (unsigned i = 0; i < node->host.wish_count; i++) {
        struct wish *wish = &node->host.wish[i];
        if (wish->is_joined)
            continue;
        *wish = (struct wish){.group = group,
                              .source = source,
                              .is_joined = true,
                              .joined_at = sim->now,
                              .repeats = ROBUSTNESS - 1};
        watch_tell(sim, "host %u joins %#x", node->id, (unsigned)group.ipv4);
        say_joined(sim, node, wish, true);
        wish->report_at =
            within(sim, node, mode(sim, &node->host) == 3 ? UNSOLICITED_V3 : UNSOLICITED_V2,
                   wish->group.ipv4);
        reschedule(sim, node);
        return;
    }
}

void host_leave(struct sim *sim, struct node *node, struct address group)
{
    for (unsigned i = 0; i < node->host.wish_count; i++) {
        struct wish *wish = &node->host.wish[i];
        if (!wish->is_joined || !address_equal(wish->group, group))
            continue;
        watch_tell(sim, "host %u leaves %#x", node->id, (unsigned)group.ipv4);
        wish->is_joined = wish->is_receiving = false;
        wish->repeats = ROBUSTNESS - 1;
        wish->report_at = INSTANT_NEVER;
        say_left(sim, node, wish);
        if (mode(sim, &node->host) == 3)
            wish->report_at = within(sim, node, UNSOLICITED_V3, wish->group.ipv4);
        reschedule(sim, node);
    }
}

/* ---- time and ears ---- */

void host_wake(struct sim *sim, struct node *node)
{
    struct host *host = &node->host;

    if (host->report_all_at <= sim->now) {
        host->report_all_at = INSTANT_NEVER;
        if (mode(sim, host) == 3)
            say_all(sim, node);
    }
    for (unsigned i = 0; i < host->wish_count; i++) {
        struct wish *wish = &host->wish[i];
        if (wish->report_at > sim->now)
            continue;
        wish->report_at = INSTANT_NEVER;
        bool is_change = wish->repeats > 0;
        if (is_change)
            wish->repeats--;
        if (wish->is_joined)
            say_joined(sim, node, wish, is_change);
        else
            say_left(sim, node, wish);
    }
    reschedule(sim, node);
}

/** RFC 2236 section 3: a timer that runs is set anew only when it would run longer. */
static void answer_within(struct sim *sim, struct node *node, struct wish *wish, duration response)
{
    instant at = within(sim, node, response, wish->group.ipv4);
    if (wish->is_joined && (wish->report_at == INSTANT_NEVER || wish->report_at > at))
        wish->report_at = at;
}

static void hear_query(struct sim *sim, struct node *node, const struct message *query)
{
    struct host *host = &node->host;

    if (query->talk == TALK_GENERAL && query->version == 1)
        host->v1_until = sim->now + V1_QUERIER_TIME;
    if (query->talk == TALK_GENERAL && query->version == 2)
        host->v2_until = sim->now + V2_QUERIER_TIME;
    if (query->talk == TALK_GENERAL && host->stale_until == INSTANT_NEVER)
        host->stale_until = sim->now + query->response + SIM_SLACK;
    if (query->talk == TALK_GENERAL && mode(sim, host) == 3) {
        instant at = within(sim, node, query->response, 0);
        if (at < host->report_all_at)
            host->report_all_at = at;
    } else {
        for (unsigned i = 0; i < host->wish_count; i++) {
            struct wish *wish = &host->wish[i];
            bool is_meant = query->count == 0 || address_is_none(wish->source) ||
                            wire_has_source(query, wish->source); /* RFC 3376 section 5.2 */
            if (query->talk == TALK_GENERAL ||
                (address_equal(wish->group, query->group) && is_meant))
                answer_within(sim, node, wish, query->response);
        }
    }
    reschedule(sim, node);
}

void host_hear(struct sim *sim, struct node *node, const struct message *message)
{
    if (message->fault)
        return;
    if (message->talk == TALK_GENERAL || message->talk == TALK_SPECIFIC) {
        hear_query(sim, node, message);
        return;
    }
    if (message->talk != TALK_REPORT || mode(sim, &node->host) == 3)
        return;
    for (unsigned i = 0; i < node->host.wish_count; i++) { /* somebody has said it for us */
        struct wish *wish = &node->host.wish[i];
        if (wish->is_joined && address_equal(wish->group, message->group))
            wish->report_at = INSTANT_NEVER;
    }
}
