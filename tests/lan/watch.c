/* SPDX-License-Identifier: MIT */
/* The invariants: what must hold on every network whose settings satisfy the RFCs' inequalities.
 * Judged from what is on the cable and from the events, by formulae written here once more. */
#include <stdarg.h>

#include "sim.h"

#define PACE_SLACK (200 * MILLISECONDS)

const char *invariant_name(enum invariant invariant)
{
    switch (invariant) {
    case INVARIANT_ONE: return "one";
    case INVARIANT_GAP: return "gap";
    case INVARIANT_STREAM: return "stream";
    case INVARIANT_MEMBERS: return "members";
    case INVARIANT_SPOOF: return "spoof";
    case INVARIANT_SILENT: return "silent";
    case INVARIANT_PACE: return "pace";
    case INVARIANT_WIRE: return "wire";
    case INVARIANT_MEMORY: return "memory";
    case INVARIANT_COUNT: break;
    }
    return "?";
}

void watch_fail(struct sim *sim, enum invariant invariant, const char *format, ...)
{
    struct sim_report *report = sim->report;
    va_list arguments;
    char text[sizeof report->text];

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report->violations[invariant]++;
    if (sim->is_told)
        printf("%12.6f  %s: %s\n", (double)sim->now / SECONDS, invariant_name(invariant), text);
    if (report->text[0])
        return;
    report->first_at = sim->now;
    report->first = invariant;
    memcpy(report->text, text, sizeof text);
}

void watch_tell(const struct sim *sim, const char *format, ...)
{
    va_list arguments;

    if (!sim->is_told)
        return;
    printf("%12.6f  ", (double)sim->now / SECONDS);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void watch_disturbed(struct sim *sim)
{
    sim->disturbed = sim->now;
}

static bool is_calm(const struct sim *sim)
{
    bool is_storm = sim->weather.loss_percent > 0 && !sim->weather.is_bounded;
    return !is_storm && sim->now > sim->disturbed + sim->settle;
}

/* ---- who ought to query ---- */

struct node *watch_expected(const struct sim *sim, unsigned side, bool *is_backup)
{
    struct node *lowest = NULL;
    bool has_peer = false, has_backup = false;

    for (unsigned i = 0; i < sim->node_count; i++) {
        struct node *node = &sim->node[i];
        if (!igmpq_may_query(node) || cable_side(sim, node->bridge) != side)
            continue;
        if (node->igmpq.params.mode == MODE_BACKUP)
            has_backup = true;
        else if (!lowest || address_compare(node->address, lowest->address) < 0)
            lowest = node;
    }
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_PEER || !node->is_alive || cable_side(sim, node->bridge) != side)
            continue;
        has_peer = true;
        if (lowest && address_compare(node->address, lowest->address) < 0)
            lowest = NULL;
    }
    *is_backup = has_backup && !has_peer && !lowest;
    return lowest;
}

/** The least other querier present interval that anybody may have here. */
static duration least_patience(const struct sim *sim, const struct node *node)
{
    duration least = sim->interval_min * 2 + sim->response_min / 2;
    const struct params *params = &node->igmpq.params;
    if (params->other_querier_present != PARAMS_AUTO && params->other_querier_present < least)
        least = params->other_querier_present;
    return least - PACE_SLACK * 2;
}

void watch_heard(struct sim *sim, struct node *node, const struct message *message)
{
    struct igmpq *igmpq = &node->igmpq;
    bool is_backup = igmpq->params.mode == MODE_BACKUP && sim->now >= igmpq->settling_until;
    struct prefix own = {node->address, SIM_PREFIX};

    if (message->talk != TALK_GENERAL || message->fault || address_is_none(message->source) ||
        !prefix_contains(own, message->source) || address_equal(message->source, node->address))
        return;
    if (!is_backup && address_compare(message->source, node->address) > 0)
        return;
    if (igmpq->role == ROLE_QUERIER)
        igmpq->specific_until =
            sim->now + 2 * igmpq->params.last_member_query_interval + PACE_SLACK;
    igmpq->beaten_until = sim->now + least_patience(sim, node);
}

/* ---- what an igmpq sends ---- */

static void check_pace(struct sim *sim, struct node *node, enum query_reason reason)
{
    struct igmpq *igmpq = &node->igmpq;
    const struct params *params = &igmpq->params;
    duration most = params->query_interval;
    duration least = most - most / 100 * params->jitter_percent;

    if (igmpq->has_spoken) {
        duration gap = sim->now - igmpq->last_general;
        if (igmpq->burst_left > 0) {
            igmpq->burst_left--;
            least = most = params->startup_query_interval;
        }
        if (gap < least - PACE_SLACK || gap > most + PACE_SLACK)
            watch_fail(sim, INVARIANT_PACE,
                       "node %u: a %s query %.3f s after the last, not %.1f to %.1f", node->id,
                       query_reason_name(reason), (double)gap / SECONDS, (double)least / SECONDS,
                       (double)most / SECONDS);
    } else if (sim->now > igmpq->querier_since + PACE_SLACK) {
        watch_fail(sim, INVARIANT_PACE, "node %u: its first query comes late", node->id);
    }
    igmpq->has_spoken = true;
    igmpq->last_general = sim->now;
}

static void check_wire(struct sim *sim, const struct node *node, const struct message *message,
                       const struct query *query)
{
    const struct params *params = &node->igmpq.params;
    bool is_general = address_is_none(query->message.group);
    duration response =
        is_general ? params->query_response_interval : params->last_member_query_interval;
    const char *fault = message->fault;

    if (!fault && !address_equal(message->source, node->address))
        fault = "not from its own address";
    if (!fault && message->version != params->version)
        fault = "another version than is set";
    if (!fault && message->version > 1 && message->response != response)
        fault = "another time to answer than is set";
    if (!fault && message->version == 3 && is_general &&
        (message->interval != params->query_interval ||
         message->robustness != (unsigned)params->robustness))
        fault = "another QQIC or QRV than is set";
    if (fault)
        watch_fail(sim, INVARIANT_WIRE, "node %u: a %s query: %s", node->id,
                   query_reason_name(query->reason), fault);
}

void watch_sent(struct sim *sim, struct node *node, const struct message *message,
                const struct query *query)
{
    struct igmpq *igmpq = &node->igmpq;
    bool is_general = address_is_none(query->message.group), is_backup;

    watch_tell(sim, "node %u sends a %s query", node->id, query_reason_name(query->reason));
    check_wire(sim, node, message, query);
    bool is_owed = !is_general && sim->now <= igmpq->specific_until;
    if (sim->now < igmpq->beaten_until && !is_owed)
        watch_fail(sim, INVARIANT_SILENT, "node %u speaks, and has heard a better one %.3f s ago",
                   node->id,
                   (double)(sim->now - igmpq->beaten_until + least_patience(sim, node)) / SECONDS);
    if (igmpq->params.mode == MODE_PASSIVE)
        watch_fail(sim, INVARIANT_SILENT, "node %u only listens, and speaks", node->id);
    if (!is_general) {
        igmpq->specifics++;
        return;
    }
    igmpq->generals++;
    igmpq->trace = sim_mix(igmpq->trace, (uint64_t)sim->now);
    check_pace(sim, node, query->reason);
    if (!is_calm(sim))
        return;
    unsigned side = cable_side(sim, node->bridge);
    const struct node *expected = watch_expected(sim, side, &is_backup);
    if (expected != node && !is_backup)
        watch_fail(sim, INVARIANT_ONE, "node %u queries %.0f s after the last disturbance",
                   node->id, (double)(sim->now - sim->disturbed) / SECONDS);
}

void watch_role(struct sim *sim, struct node *node, const struct event *event)
{
    struct igmpq *igmpq = &node->igmpq;

    watch_tell(sim, "node %u is %s (%s)", node->id, role_name(event->role_to),
               election_event_name(event->cause));
    igmpq->trace = sim_mix(igmpq->trace, (uint64_t)sim->now ^ (uint64_t)event->role_to << 60);
    igmpq->role = event->role_to;
    igmpq->querier_since = event->role_to == ROLE_QUERIER ? sim->now : INSTANT_NEVER;
    if (event->role_to != ROLE_QUERIER)
        return;
    igmpq->has_spoken = false;
    /* Who listens first and has heard nobody starts as the others do. */
    bool is_burst = event->cause == ELECTION_START ||
                    (igmpq->params.mode == MODE_LISTEN_FIRST && igmpq->beaten_until == 0);
    igmpq->burst_left = is_burst ? (unsigned)igmpq->params.startup_query_count - 1 : 0;
    if (event->cause == ELECTION_OTHER_GONE) {
        igmpq->settling_until = sim->now + SECONDS;
        sim->report->takeovers++;
    }
}

/* ---- pauses ---- */

instant watch_healthy_since(const struct sim *sim, unsigned side)
{
    instant since = INSTANT_NEVER;
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (igmpq_may_query(node) && node->up_since < since &&
            cable_side(sim, node->bridge) == side)
            since = node->up_since;
    }
    return since;
}

void watch_silence(struct sim *sim, unsigned bridge)
{
    instant last = sim->bridge[bridge].last_general;
    duration most = sim->patience + sim->response_max + SIM_SLACK;

    if (sim->weather.loss_percent > 0)
        most += 2 * sim->interval_max;
    if (last != INSTANT_NEVER && sim->now - last <= most)
        return;
    instant since = watch_healthy_since(sim, cable_side(sim, bridge));
    if (since == INSTANT_NEVER)
        return;
    instant from = last == INSTANT_NEVER || last < since ? since : last;
    if (sim->now - from > most)
        watch_fail(sim, INVARIANT_GAP, "no query for %.3f s on switch %u",
                   (double)(sim->now - from) / SECONDS, bridge);
}

void watch_general(struct sim *sim, unsigned bridge)
{
    watch_silence(sim, bridge);
    sim->bridge[bridge].last_general = sim->now;
}

/* ---- receivers ---- */

/** A port is a member or the querier's no longer: who loses by it? */
void watch_port(struct sim *sim, unsigned bridge, unsigned port, struct address group)
{
    if (address_is_none(group) && snoop_is_router(sim, bridge, port))
        return;
    for (unsigned i = 0; i < sim->node_count; i++) {
        struct node *node = &sim->node[i];
        if (node->kind != NODE_HOST || node->bridge < bridge)
            continue;
        for (unsigned w = 0; w < node->host.wish_count; w++) {
            const struct wish *wish = &node->host.wish[w];
            if (wish->is_joined && wish->is_receiving &&
                (address_is_none(group) || address_equal(wish->group, group)) &&
                !cable_carries(sim, node, wish->group))
                sim_push(sim, sim->now + SIM_BLINK, SIM_MISSING, i, w, NULL);
        }
    }
}

void watch_missing(struct sim *sim, struct node *node, unsigned number)
{
    struct wish *wish = &node->host.wish[number];

    if (!wish->is_joined || !wish->is_receiving || cable_carries(sim, node, wish->group))
        return;
    wish->is_receiving = false;
    duration age = sim->bridge[node->bridge].member_age;
    instant since = watch_healthy_since(sim, cable_side(sim, node->bridge));
    watch_tell(sim, "host %u loses its stream %#x", node->id, (unsigned)wish->group.ipv4);
    if (!sim->promises_streams || !node->has_link || since == INSTANT_NEVER ||
        since > sim->now - age - SIM_BLINK ||
        (sim->healed > 0 && sim->healed > sim->now - age - SIM_BLINK))
        return;
    /* What a switch still knows of a host that was away, or beyond a neighbour that forgot, brings
     * the stream back for a while: only the answer to a query makes that last. */
    if (!sim->is_strict && (cable_is_blind(sim, node) || node->host.stale_until > sim->now))
        return;
    watch_fail(sim, INVARIANT_STREAM, "host %u loses its stream", node->id);
}

/** Does the querier hear of a group that it ought to know? */
static bool is_wanted(const struct sim *sim, const struct node *querier, struct address group,
                      instant since)
{
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_HOST || !node->is_alive || !node->has_link ||
            node->up_since > since ||
            cable_side(sim, node->bridge) != cable_side(sim, querier->bridge))
            continue;
        for (unsigned w = 0; w < node->host.wish_count; w++)
            if (node->host.wish[w].is_joined && node->host.wish[w].joined_at <= since &&
                address_equal(node->host.wish[w].group, group))
                return true;
    }
    return false;
}

/** Long enough the querier, and nothing has happened, so that all have answered it. */
static bool has_asked_all(const struct sim *sim, const struct node *node)
{
    duration round = 2 * sim->interval_max + 2 * sim->response_max;
    return node->igmpq.querier_since != INSTANT_NEVER && sim->promises_members &&
           sim->now - node->igmpq.querier_since > round && sim->now - sim->disturbed > round;
}

void watch_left(struct sim *sim, struct node *node, struct address group)
{
    if (has_asked_all(sim, node) && is_wanted(sim, node, group, sim->now - 30 * SECONDS))
        sim_push(sim, sim->now + SIM_BLINK, SIM_FORGOTTEN, node->id, group.ipv4, NULL);
}

void watch_forgotten(struct sim *sim, struct node *node, struct address group)
{
    if (node->is_alive && has_asked_all(sim, node) &&
        !membership_group(&igmpq_segment(node)->membership, group) &&
        is_wanted(sim, node, group, sim->now - 30 * SECONDS))
        watch_fail(sim, INVARIANT_MEMBERS, "node %u forgets a group that has members", node->id);
}
