/* SPDX-License-Identifier: MIT */
/* Floor 4. The loop: one clock read a turn, frames before timers, then wait for the next deadline.
 */
#include "daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon_private.h"
#include "igmpq/clock.h"
#include "igmpq/lock.h"
#include "igmpq/log.h"
#include "igmpq/report.h"

enum { POLL_ALARM, POLL_WATCH, POLL_PORTS };

static void log_event(const struct daemon *daemon, const struct event *event)
{
    const struct segment *segment = engine_segment(daemon->engine, event->segment);
    char text[REPORT_SIZE];

    enum log_level level = report_event(event, segment, text);
    if (log_get_level() < level)
        return;
    if (event->kind == EVENT_ROLE && event->cause == ELECTION_START) {
        /* What a replay of this daemon's own capture needs to tell the same story. */
        instant wall = clock_wall() - (clock_now() - event->at);
        log_line(level, "%s: %s; start %" PRId64 ".%06" PRId64 ", seed %" PRIu64, segment->name,
                 text, wall / SECONDS, wall % SECONDS, daemon->setup->seed);
        return;
    }
    log_line(level, "%s: %s", segment->name, text);
}

static void send_query(struct daemon *daemon, const struct query *query)
{
    const struct segment *segment = engine_segment(daemon->engine, query->segment);
    struct port_io *port = daemon->port[segment->port];
    struct problem problem;

    if (port_send(port, daemon->builder, query, daemon->seat[query->segment].echo, &problem) == 0) {
        if (port->is_failing)
            log_info("%s: sending works again", port->name);
        port->is_failing = false;
        return;
    }
    port->send_failures++;
    if (!port->is_failing)
        log_error("%s: %s; will try again with each query", port->name, problem.text);
    port->is_failing = true;
}

void daemon_empty_outbox(struct daemon *daemon, instant now)
{
    (void)now;
    for (unsigned i = 0; i < daemon->outbox.query_count; i++)
        send_query(daemon, &daemon->outbox.query[i]);
    for (unsigned i = 0; i < daemon->outbox.event_count; i++)
        log_event(daemon, &daemon->outbox.event[i]);
    outbox_clear(&daemon->outbox);
}

static void tell_warning(const char *text)
{
    log_warning("%s", text);
}

int daemon_load_config(const struct daemon_setup *setup, struct config *out,
                       struct problem *problem)
{
    return config_load(setup->config_path, &setup->overrides, setup->interfaces,
                       setup->interface_count, out, tell_warning, problem);
}

static void set_log_level(const struct daemon *daemon)
{
    log_set_level(daemon->setup->is_verbose || daemon->config.is_verbose ? LOG_LEVEL_DEBUG
                                                                         : LOG_LEVEL_INFO);
}

struct daemon *daemon_open(const struct daemon_setup *setup, struct config *config,
                           struct problem *problem)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);

    if (!daemon) {
        problem_set(problem, "no memory");
        return NULL;
    }
    daemon->setup = setup;
    daemon->config = *config;
    *config = (struct config){0};
    daemon->alarm = daemon->watch = -1;
    set_log_level(daemon);
    daemon->engine = engine_create(setup->seed);
    daemon->pollfd = calloc(POLL_PORTS, sizeof *daemon->pollfd);
    daemon->builder = builder_open(problem);
    if (!daemon->engine || !daemon->pollfd)
        problem_set(problem, "no memory");
    if (!daemon->engine || !daemon->pollfd || !daemon->builder)
        goto failed;
    daemon->watch = links_watch_open(problem);
    if (daemon->watch < 0)
        log_warning("%s; changes of interfaces will not be noticed", problem->text);
    daemon->alarm = clock_alarm_open();
    if (daemon_look(daemon, true, false, problem) < 0)
        goto failed;
    return daemon;
failed:
    daemon_close(daemon);
    return NULL;
}

static void reload(struct daemon *daemon)
{
    struct problem problem;
    struct config config;

    if (daemon_load_config(daemon->setup, &config, &problem) < 0) {
        log_error("%s; the configuration stays as it was", problem.text);
        return;
    }
    if (config.count == 0) {
        log_error("%s names no interface; the configuration stays as it was",
                  daemon->setup->config_path ? daemon->setup->config_path : "the command line");
        config_free(&config);
        return;
    }
    config_free(&daemon->config);
    daemon->config = config;
    set_log_level(daemon);
    log_info("configuration read again");
    daemon_look(daemon, false, true, &problem);
}

static void drain_port(struct daemon *daemon, unsigned number, instant now)
{
    struct port_io *port = daemon->port[number];
    struct captured_frame frame;
    struct problem problem;
    enum capture_result result;

    while ((result = capture_next(port->capture, &frame, &problem)) == CAPTURE_FRAME) {
        engine_frame(daemon->engine, now, number, capture_link_type(port->capture), frame.captured,
                     frame.wire_length, NULL, &daemon->outbox);
        if (!outbox_has_room(&daemon->outbox))
            daemon_empty_outbox(daemon, now);
    }
    daemon_empty_outbox(daemon, now);
    if (result == CAPTURE_FAILED)
        daemon_port_failed(daemon, number, problem.text);
}

static void tick(struct daemon *daemon, instant now)
{
    while (engine_deadline(daemon->engine) <= now) {
        engine_tick(daemon->engine, now, &daemon->outbox);
        daemon_empty_outbox(daemon, now);
    }
}

static instant next_retry(const struct daemon *daemon)
{
    instant due = INSTANT_NEVER;
    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i])
            due = instant_earlier(due, daemon->port[i]->retry_at);
    return due;
}

/** Wait until something is to be read, the deadline has come, or a signal. */
static int wait(struct daemon *daemon, instant now, const sigset_t *mask)
{
    instant due = instant_earlier(engine_deadline(daemon->engine), next_retry(daemon));
    struct timespec timeout, *limit = NULL;

    daemon->pollfd[POLL_ALARM] = (struct pollfd){.fd = daemon->alarm, .events = POLLIN};
    daemon->pollfd[POLL_WATCH] = (struct pollfd){.fd = daemon->watch, .events = POLLIN};
    for (unsigned i = 0; i < daemon->port_count; i++) {
        const struct port_io *port = daemon->port[i];
        int descriptor = port && port->is_attached ? capture_descriptor(port->capture) : -1;
        daemon->pollfd[POLL_PORTS + i] = (struct pollfd){.fd = descriptor, .events = POLLIN};
    }
    if (daemon->alarm >= 0) {
        clock_alarm_set(daemon->alarm, due);
    } else if (due != INSTANT_NEVER) {
        duration left = due > now ? due - now : 0;
        timeout = (struct timespec){.tv_sec = (time_t)(left / SECONDS),
                                    .tv_nsec = (long)(left % SECONDS) * 1000};
        limit = &timeout;
    }
    return ppoll(daemon->pollfd, POLL_PORTS + daemon->port_count, limit, mask);
}

static void read_ready(struct daemon *daemon, instant now)
{
    struct problem ignored;
    unsigned count = daemon->port_count; /* a look may add ports that were not polled */

    for (unsigned i = 0; i < count; i++) {
        const struct port_io *port = daemon->port[i];
        if (daemon->pollfd[POLL_PORTS + i].revents && port && port->is_attached)
            drain_port(daemon, i, now);
    }
    if (daemon->pollfd[POLL_WATCH].revents && links_watch_drain(daemon->watch))
        daemon_look(daemon, false, false, &ignored);
}

int daemon_run(struct daemon *daemon, struct daemon_wishes *wishes, const sigset_t *wait_mask,
               struct problem *problem)
{
    instant now = clock_now();
    struct problem ignored;

    while (!wishes->stop) {
        tick(daemon, now);
        int ready = wait(daemon, now, wait_mask);
        if (ready < 0 && errno != EINTR)
            return problem_set(problem, "cannot wait for packets: %s", strerror(errno));
        now = clock_now();
        if (ready > 0)
            read_ready(daemon, now);
        if (wishes->reload) {
            wishes->reload = 0;
            reload(daemon);
        }
        if (next_retry(daemon) <= now)
            daemon_look(daemon, false, false, &ignored);
    }
    return 0;
}

void daemon_log_segment(const struct daemon *daemon, const struct segment *segment)
{
    char text[REPORT_SIZE];

    report_statistics(daemon->engine, segment, text);
    log_info("%s: %s", segment->name, text);
}

void daemon_log_statistics(const struct daemon *daemon)
{
    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++)
        if (engine_segment(daemon->engine, i))
            daemon_log_segment(daemon, engine_segment(daemon->engine, i));
}

void daemon_close(struct daemon *daemon)
{
    if (!daemon)
        return;
    for (unsigned i = 0; i < daemon->port_count; i++) {
        if (!daemon->port[i])
            continue;
        port_detach(daemon->port[i]);
        lock_release(daemon->port[i]->lock);
        free(daemon->port[i]);
    }
    for (unsigned i = 0; i < daemon->seat_count; i++)
        local_echo_close(daemon->seat[i].echo);
    links_watch_close(daemon->watch);
    clock_alarm_close(daemon->alarm);
    builder_close(daemon->builder);
    engine_destroy(daemon->engine);
    config_free(&daemon->config);
    free(daemon->seat);
    free(daemon->pollfd);
    free(daemon->port);
    free(daemon);
}
