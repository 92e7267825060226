/* SPDX-License-Identifier: MIT */
/* Floor 4. What the service manager is told of the daemon. */
#include <stdio.h>

#include "daemon_private.h"

#define STATUS_PAUSE (1 * SECONDS) /* between two: a flood of elections is none of reports */

static void status_of(const struct daemon *daemon, char out[NOTIFY_STATUS_SIZE])
{
    unsigned all = 0, querying = 0, down = 0;
    char more[40] = "";

    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++) {
        const struct segment *segment = engine_segment(daemon->engine, i);
        if (!segment)
            continue;
        all++;
        querying += segment->role == ROLE_QUERIER;
        down += segment->role == ROLE_DOWN;
    }
    if (all == 0) {
        snprintf(out, NOTIFY_STATUS_SIZE, "waiting for an interface");
        return;
    }
    if (down > 0)
        snprintf(more, sizeof more, ", %u without link or address", down);
    snprintf(out, NOTIFY_STATUS_SIZE, "querier on %u of %u segment%s%s", querying, all,
             all == 1 ? "" : "s", more);
}

/** By notify_ready() or notify_status(). */
static void tell(struct daemon *daemon, instant now,
                 void (*how)(struct notify *notify, instant now, const char *status))
{
    char status[NOTIFY_STATUS_SIZE];

    if (!daemon->setup->notify)
        return;
    status_of(daemon, status);
    how(daemon->setup->notify, now, status);
    daemon->is_status_stale = false;
    daemon->status_next = instant_after(now, STATUS_PAUSE);
}

void daemon_notify_ready(struct daemon *daemon, instant now)
{
    tell(daemon, now, notify_ready);
}

void daemon_notify_turn(struct daemon *daemon, instant now)
{
    notify_turn(daemon->setup->notify, now);
    if (daemon->is_status_stale && now >= daemon->status_next)
        tell(daemon, now, notify_status);
}

instant daemon_notify_due(const struct daemon *daemon)
{
    if (!daemon->setup->notify)
        return INSTANT_NEVER;
    return instant_earlier(notify_deadline(daemon->setup->notify),
                           daemon->is_status_stale ? daemon->status_next : INSTANT_NEVER);
}
