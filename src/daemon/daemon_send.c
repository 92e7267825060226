/* SPDX-License-Identifier: MIT */
/* Floor 4. What the core asks for: queries out, events to the log; and again what could not be
 * sent. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon_private.h"
#include "igmpq/log.h"
#include "igmpq/report.h"

#define SEND_QUIET (60 * SECONDS) /* between two reports that sending fails on an interface */

static void tell_event(struct daemon *daemon, const struct event *event)
{
    const struct segment *segment = engine_segment(daemon->engine, event->segment);
    char text[REPORT_SIZE];

    daemon->is_status_stale |= event->kind == EVENT_ROLE;
    enum log_level level = report_event(event, segment, text);
    daemon_publish(daemon, event, level, text);
    if (log_get_level() < level)
        return;
    if (event->kind == EVENT_ROLE && event->cause == ELECTION_START) {
        /* What a replay of this daemon's own capture needs to tell the same story. */
        instant wall = instant_after(event->at, daemon->wall);
        log_line(level, "%s: %s; start %" PRId64 ".%06" PRId64 ", seed %" PRIu64, segment->name,
                 text, wall / SECONDS, wall % SECONDS, daemon->setup->seed);
        return;
    }
    log_line(level, "%s: %s", segment->name, text);
}

void daemon_forget_unsent(struct daemon *daemon, unsigned id)
{
    struct seat *seat = &daemon->seat[id];

    if (!seat->is_unsent)
        return;
    seat->is_unsent = false;
    daemon->port[engine_segment(daemon->engine, id)->port]->unsent--;
}

static void sending_works(struct daemon *daemon, struct port_io *port, unsigned id)
{
    daemon_forget_unsent(daemon, id);
    if (port->unsent > 0 || !port->is_send_failing)
        return;
    log_info("%s: sending works again", port->name);
    port->is_send_failing = false;
    port->resend_after = 0;
}

/** Told once, and not again for a while: one query in many may fail for ever. */
static void sending_fails(struct daemon *daemon, struct port_io *port, unsigned id, const char *why,
                          instant now)
{
    struct seat *seat = &daemon->seat[id];

    seat->send_failures++;
    port->unsent += !seat->is_unsent;
    seat->is_unsent = true;
    if (port->resend_at == INSTANT_NEVER)
        port_back_off_sending(port, now);
    if (port->is_send_failing || now < port->send_quiet)
        return;
    log_error("%s; will try again", why);
    port->is_send_failing = true;
    port->send_quiet = instant_after(now, SEND_QUIET);
}

/** Once, and once more when it works again. */
static void tell_echo(struct port_io *port)
{
    if (port->is_echo_failing == port->has_told_echo)
        return;
    port->has_told_echo = port->is_echo_failing;
    if (port->is_echo_failing)
        log_warning(
            "%s: members on this host cannot be asked (%s); a firewall that drops IGMP on output?",
            port->name, port->echo_problem.text);
    else
        log_info("%s: members on this host are asked again", port->name);
}

static bool send_query(struct daemon *daemon, const struct query *query, instant now)
{
    const struct segment *segment = engine_segment(daemon->engine, query->segment);
    struct port_io *port = daemon->port[segment->port];
    struct problem problem;

    if (!port->is_attached) /* the look that is to come tells why, and begins anew */
        return false;
    int sent = port_send(port, daemon->builder, query, daemon->seat[query->segment].echo, &problem);
    tell_echo(port);
    if (sent == 0) {
        sending_works(daemon, port, query->segment);
        return true;
    }
    sending_fails(daemon, port, query->segment, problem.text, now);
    /* NetBSD gives a new interface the number of the last one that went, and reading from the old
     * one's BPF device tells nothing: only sending does. */
    if (port->is_gone)
        daemon_ask_look(daemon, now);
    return false;
}

void daemon_empty_outbox(struct daemon *daemon, instant now)
{
    bool is_sent[OUTBOX_QUERIES];
    unsigned query = 0;

    for (unsigned i = 0; i < daemon->outbox.query_count; i++)
        is_sent[i] = send_query(daemon, &daemon->outbox.query[i], now);
    for (unsigned i = 0; i < daemon->outbox.event_count; i++) {
        const struct event *event = &daemon->outbox.event[i];
        /* Each query comes with an event of its own, in the same order. */
        if (event->kind != EVENT_QUERY_SENT || is_sent[query++])
            tell_event(daemon, event);
    }
    outbox_clear(&daemon->outbox);
}

static void resend_on(struct daemon *daemon, unsigned number, instant now)
{
    struct port_io *port = daemon->port[number];
    unsigned count = 0;

    port->resend_at = INSTANT_NEVER;
    for (unsigned id = 0; id < daemon->seat_count && port->unsent > 0; id++) {
        if (!daemon->seat[id].is_unsent || engine_segment(daemon->engine, id)->port != number)
            continue;
        if (count++ == BUNCH_QUERIES) {
            port->resend_at = instant_after(now, BUNCH_GAP);
            return;
        }
        if (!engine_query_now(daemon->engine, now, id, ADDRESS_NONE, &daemon->outbox))
            daemon_forget_unsent(daemon, id); /* somebody else is querier by now */
        daemon_empty_outbox(daemon, now);
        if (daemon->seat[id].is_unsent)
            return; /* it still fails: later */
    }
}

void daemon_resend(struct daemon *daemon, instant now)
{
    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i] && daemon->port[i]->resend_at <= now)
            resend_on(daemon, i, now);
}
