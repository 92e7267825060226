/* SPDX-License-Identifier: MIT */
/* Floor 4. What is wrong on each segment, found in the frames that are heard anyway. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon_control.h"
#include "igmpq/json_daemon.h"
#include "igmpq/log.h"

/* Less than a capture may have: there are two of each, on every segment. About 2 MB each. */
#define QUERIERS_MOST 32
#define HOSTS_MOST    1024
#define GROUPS_MOST   1024
#define MEMBERS_MOST  4096

static unsigned at_most(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static struct findings_setup setup_of(const struct segment *segment)
{
    const struct params *params = &segment->params;
    struct findings_setup setup = findings_setup_default();

    setup.switch_timeout = params->switch_timeout;
    setup.router_timeout = params->switch_router_timeout;
    setup.ssm_range = params->ssm_range;
    setup.max_queriers = QUERIERS_MOST;
    setup.max_hosts = at_most(params->max_reporters, HOSTS_MOST);
    setup.max_groups = at_most(params->max_groups, GROUPS_MOST);
    setup.max_members = MEMBERS_MOST;
    return setup;
}

void daemon_findings_begin(struct daemon *daemon, instant now, unsigned id)
{
    const struct segment *segment = engine_segment(daemon->engine, id);
    struct findings_setup setup = setup_of(segment);

    if (daemon->findings_span == 0)
        return;
    daemon->seat[id].horizon = horizon_create(&setup, daemon->findings_span, now);
    if (!daemon->seat[id].horizon)
        log_warning("%s: no memory to find out what is wrong there; querying all the same",
                    segment->name);
}

void daemon_findings_configure(struct daemon *daemon, unsigned id)
{
    struct findings_setup setup = setup_of(engine_segment(daemon->engine, id));

    if (daemon->seat[id].horizon)
        horizon_configure(daemon->seat[id].horizon, &setup);
}

void daemon_findings_network(struct daemon *daemon, unsigned id)
{
    const struct segment *segment = engine_segment(daemon->engine, id);
    const struct identity *identity = &segment->identity;
    bool has_network = !identity->is_proxy && !address_is_none(identity->own.address);

    /* Even the querier's port is none where reports have to come: a VLAN may well be idle. */
    if (daemon->seat[id].horizon)
        horizon_network(daemon->seat[id].horizon, has_network ? identity->own : (struct prefix){0},
                        identity->mac, FINDINGS_PLACE_UNKNOWN);
}

void daemon_findings_frame(struct daemon *daemon, instant now, const struct received *received)
{
    if (received->segment != ENGINE_NO_SEGMENT && daemon->seat[received->segment].horizon)
        horizon_frame(daemon->seat[received->segment].horizon, now, received);
}

void daemon_findings_pause(struct daemon *daemon, instant now, unsigned id)
{
    if (daemon->seat[id].horizon)
        horizon_pause(daemon->seat[id].horizon, now);
}

void daemon_findings_awake(struct daemon *daemon, instant now)
{
    if (now <= instant_after(daemon->wake_at, FINDINGS_GRACE))
        return;
    for (unsigned id = 0; id < daemon->seat_count; id++)
        daemon_findings_pause(daemon, daemon->wake_at, id);
}

/* ---- telling ---- */

/** What there is at this moment, and how many of each severity; false without memory. */
static bool take(const struct seat *seat, struct cursor *cursor, instant now,
                 struct json_watched *watched)
{
    const struct finding *finding;
    unsigned index = 0;

    if (!seat->horizon)
        return true;
    watched->is_complete = horizon_judge(seat->horizon, now);
    watched->since = horizon_since(seat->horizon);
    cursor->finding = calloc(horizon_count(seat->horizon) + 1, sizeof *cursor->finding);
    if (!cursor->finding)
        return false;
    while ((finding = horizon_next(seat->horizon, &index))) {
        cursor->finding[cursor->list_count++] = *finding;
        watched->count[finding->severity]++;
    }
    return true;
}

static void drop(struct cursor *cursor)
{
    free(cursor->finding);
    cursor->finding = NULL;
    cursor->list_count = cursor->list_at = 0;
    cursor->has_list = false;
}

enum control_step daemon_next_finding(const struct daemon *daemon, struct cursor *cursor,
                                      instant now, char **line)
{
    struct json_watched watched = {
        .since = INSTANT_NEVER, .horizon = daemon->findings_span, .is_complete = true};
    struct finding_words words;

    for (;;) {
        unsigned before = cursor->segment;
        const struct segment *segment = cursor_segment(daemon, cursor);
        if (cursor->segment != before ||
            (segment && cursor->has_list && strcmp(segment->name, cursor->found_on) != 0))
            drop(cursor); /* that segment was removed, and perhaps another has its number */
        if (!segment)
            return CONTROL_DONE;
        if (!cursor->has_list) {
            cursor->has_list = true;
            watched.is_down = segment->role == ROLE_DOWN;
            snprintf(cursor->found_on, sizeof cursor->found_on, "%s", segment->name);
            if (take(&daemon->seat[segment->id], cursor, now, &watched))
                *line = json_line_watched(&watched, segment, daemon->wall);
            return CONTROL_LINE; /* without one: no memory */
        }
        if (cursor->list_at < cursor->list_count) {
            const struct finding *finding = &cursor->finding[cursor->list_at++];
            report_finding_now(finding, now, &words);
            *line = json_line_finding(finding, segment, &words, daemon->wall);
            return CONTROL_LINE;
        }
        drop(cursor);
        cursor->segment++;
    }
}
