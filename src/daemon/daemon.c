/* SPDX-License-Identifier: MIT */
/* Floor 4. The loop: one clock read a turn, frames before timers, then wait for the next deadline.
 */
#include "daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "daemon_events.h"
#include "daemon_private.h"
#include "igmpq/clock.h"
#include "igmpq/lock.h"
#include "igmpq/log.h"
#include "igmpq/report.h"
#ifdef IGMPQ_TEST_BREACH
#include "../../tests/e2e/breach.h"
#endif

#define WAIT_PAUSE      100000000 /* nanoseconds */
#define FRAMES_PER_TURN 256       /* of one interface: a flood is not to stop the timers */
#define WALL_SET        (100 * MILLISECONDS) /* the clock was set, rather than read a little late */

/** Before anything is opened that a program should not have. A hook that cannot be is no reason not
 * to query. */
static void open_hook(struct daemon *daemon)
{
    const struct daemon_config *config = &daemon->config.daemon;
    struct problem problem;

    if (!config->hook)
        return;
    daemon->hook = hook_open(config->hook, config->hook_timeout,
                             daemon->is_confined ? &daemon->user : NULL, &problem);
    if (!daemon->hook)
        log_error("%s", problem.text);
}

/** Each interface takes about six descriptors, each VLAN device of this host one, and the usual
 * limit is 1,024 with leave to raise it. */
static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void tell_unwatched(const struct problem *problem)
{
    log_warning("%s; will look at them every now and then instead", problem->text);
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
    daemon->expect_due = INSTANT_NEVER;
    daemon_apply_verbosity(daemon);
    daemon->started = clock_now();
    daemon->wall = clock_wall() - daemon->started;
    daemon->findings_span = daemon->config.daemon.findings_horizon;
    if (daemon_choose_user(daemon, problem) < 0)
        goto failed;
    open_hook(daemon);
    allow_descriptors();
    daemon->engine = engine_create(setup->seed);
    daemon->pollfd = calloc(POLL_PORTS, sizeof *daemon->pollfd);
    daemon->events = event_log_open();
    daemon->builder = builder_open(problem);
    if (!daemon->engine || !daemon->pollfd || !daemon->events)
        problem_set(problem, "no memory");
    if (!daemon->engine || !daemon->pollfd || !daemon->events || !daemon->builder)
        goto failed;
    daemon->watch = links_watch_open(problem);
    if (daemon->watch < 0)
        tell_unwatched(problem);
    daemon->alarm = clock_alarm_open();
    if (daemon_look(daemon, true, problem) < 0)
        goto failed;
    daemon_open_control(daemon);
    daemon_open_http(daemon);
    if (daemon_confine(daemon, problem) < 0)
        goto failed;
    daemon_notify_ready(daemon, clock_now());
    return daemon;
failed:
    daemon_close(daemon);
    return NULL;
}

/** With --verbose: what was heard on a segment, before what comes of it. What this host sent was
 * told of when it was sent. */
static void log_frame(const struct daemon *daemon, const struct received *received)
{
    char text[REPORT_SIZE];

    if (log_get_level() < LOG_LEVEL_DEBUG || received->segment == ENGINE_NO_SEGMENT ||
        received->verdict == VERDICT_OWN)
        return;
    report_frame(received, text);
    log_debug("%s: %s", engine_segment(daemon->engine, received->segment)->name, text);
}

static void drain_port(struct daemon *daemon, unsigned number, instant now)
{
    struct port_io *port = daemon->port[number];
    struct captured_frame frame;
    struct received received;
    struct problem problem;
    enum capture_result result = CAPTURE_FRAME;

    for (unsigned i = 0; i < FRAMES_PER_TURN && result == CAPTURE_FRAME; i++) {
        result = capture_next(port->capture, &frame, &problem);
        if (result != CAPTURE_FRAME)
            break;
        engine_frame(daemon->engine, now, number, capture_link_type(port->capture), frame.captured,
                     frame.wire_length, &received, &daemon->outbox);
        log_frame(daemon, &received);
        daemon_findings_frame(daemon, now, &received);
        if (!outbox_has_room(&daemon->outbox))
            daemon_empty_outbox(daemon, now);
    }
    daemon_empty_outbox(daemon, now);
    if (result == CAPTURE_FAILED)
        daemon_port_failed(daemon, number, &problem);
    daemon->is_behind |= result == CAPTURE_FRAME;
}

/** What is due, in bunches. */
static void tick(struct daemon *daemon, instant now)
{
    unsigned sent = 0;

    if (now < daemon->tick_at)
        return;
    while (engine_deadline(daemon->engine) <= now && sent < BUNCH_QUERIES) {
        engine_tick(daemon->engine, now, &daemon->outbox);
        sent += daemon->outbox.query_count;
        daemon_empty_outbox(daemon, now);
    }
    daemon->tick_at = sent < BUNCH_QUERIES ? 0 : instant_after(now, BUNCH_GAP);
}

static instant later(instant a, instant b)
{
    return a > b ? a : b;
}

static instant look_due(const struct daemon *daemon)
{
    return later(instant_earlier(daemon->look_at, daemon_ports_due(daemon)), daemon->look_next);
}

/** When there is something to be done without anything to be read. */
static instant next_due(const struct daemon *daemon)
{
    instant due = later(engine_true_deadline(daemon->engine), daemon->tick_at);

    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i])
            due = instant_earlier(due, daemon->port[i]->resend_at);
    due = instant_earlier(due, control_deadline(daemon->control));
    due = instant_earlier(due, daemon->http_due);
    due = instant_earlier(due, daemon_notify_due(daemon));
    due = instant_earlier(due, daemon->expect_due);
    return instant_earlier(due, look_due(daemon));
}

/** Wait until something is to be read, the deadline has come, or a signal. */
static int wait(struct daemon *daemon, instant now, const sigset_t *mask)
{
    instant due = daemon->is_behind ? now : next_due(daemon);
    struct timespec timeout, *limit = NULL;

    daemon->wake_at = due;
    daemon->pollfd[POLL_ALARM] = (struct pollfd){.fd = daemon->alarm, .events = POLLIN};
    daemon->pollfd[POLL_WATCH] = (struct pollfd){.fd = daemon->watch, .events = POLLIN};
    control_poll(daemon->control, &daemon->pollfd[POLL_CONTROL]);
    daemon->pollfd[POLL_HTTP] =
        (struct pollfd){.fd = http_descriptor(daemon->http), .events = POLLIN};
    for (unsigned i = 0; i < daemon->port_count; i++) {
        const struct port_io *port = daemon->port[i];
        int descriptor = port && port->is_attached ? capture_descriptor(port->capture) : -1;
        daemon->pollfd[POLL_PORTS + i] = (struct pollfd){.fd = descriptor, .events = POLLIN};
    }
    if (!clock_alarm_set(daemon->alarm, due)) {
        /* One that has rung and cannot be set anew rings on. */
        daemon->pollfd[POLL_ALARM].fd = -1;
        timeout = clock_timespec(due > now ? due - now : 0);
        limit = due != INSTANT_NEVER ? &timeout : NULL;
    }
    return ppoll(daemon->pollfd, POLL_PORTS + daemon->port_count, limit, mask);
}

/** There was no waiting, for want of memory perhaps: look at everything, ten times a second. */
static void wait_failed(struct daemon *daemon, const sigset_t *mask)
{
    const struct timespec pause = {.tv_nsec = WAIT_PAUSE};
    sigset_t blocked;

    if (!daemon->is_wait_failing)
        log_error("cannot wait for packets: %s; looking for them now and then instead",
                  strerror(errno));
    daemon->is_wait_failing = true;
    daemon->is_behind = true;
    sigprocmask(SIG_SETMASK, mask, &blocked); /* signals come in only while waiting */
    nanosleep(&pause, NULL);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static void wait_worked(struct daemon *daemon)
{
    if (daemon->is_wait_failing)
        log_info("waiting for packets works again");
    daemon->is_wait_failing = false;
}

/** Something happened to interfaces. A descriptor that cannot be read would be readable for ever.
 */
static void read_news(struct daemon *daemon, instant now)
{
    struct problem problem;
    int news = links_watch_drain(daemon->watch);

    if (news < 0) {
        log_warning("news of interfaces cannot be read (%s): asking for them anew",
                    strerror(errno));
        links_watch_close(daemon->watch);
        daemon->watch = links_watch_open(&problem);
        if (daemon->watch < 0)
            tell_unwatched(&problem);
    }
    if (news != 0)
        daemon_ask_look(daemon, now);
}

static void read_ready(struct daemon *daemon, instant now)
{
    /* What a library keeps in a buffer of its own makes no descriptor readable. */
    bool was_behind = daemon->is_behind;

    daemon->is_behind = false;
    for (unsigned i = 0; i < daemon->port_count; i++) {
        const struct port_io *port = daemon->port[i];
        if ((daemon->pollfd[POLL_PORTS + i].revents || was_behind) && port && port->is_attached)
            drain_port(daemon, i, now);
    }
    if (daemon->pollfd[POLL_WATCH].revents)
        read_news(daemon, now);
}

/** A turn where one is due; then anew when the next is. */
static void turn_http(struct daemon *daemon, instant now)
{
    if (daemon->pollfd[POLL_HTTP].revents || daemon->http_due <= now)
        http_turn(daemon->http);
    daemon->http_due = http_deadline(daemon->http, now);
}

/** Two looks at the clocks are never the same time apart, and what began at one time is to be told
 * with one time always: only where the clock was set there is another. */
static void note_wall(struct daemon *daemon, instant now)
{
    duration wall = clock_wall() - now;
    duration change = wall - daemon->wall;

    if (change > WALL_SET || change < -WALL_SET)
        daemon->wall = wall;
}

void daemon_run(struct daemon *daemon, struct daemon_wishes *wishes, const sigset_t *wait_mask)
{
    instant now = clock_now();
    struct problem ignored;

#ifdef IGMPQ_TEST_BREACH
    breach();
#endif
    while (!wishes->stop) {
        tick(daemon, now);
        control_turn(daemon->control, now, &daemon->pollfd[POLL_CONTROL]);
        turn_http(daemon, now);
        int ready = wait(daemon, now, wait_mask);
        if (ready < 0 && errno != EINTR)
            wait_failed(daemon, wait_mask);
        else
            wait_worked(daemon);
        now = clock_now();
        note_wall(daemon, now);
        daemon_findings_awake(daemon, now);
        if (ready > 0 || daemon->is_behind)
            read_ready(daemon, now);
        if (wishes->reload) {
            wishes->reload = 0;
            daemon_reload(daemon, &ignored);
        }
        if (look_due(daemon) <= now)
            daemon_look(daemon, false, &ignored);
        daemon_resend(daemon, now);
        daemon_expect_turn(daemon, now);
        daemon_notify_turn(daemon, now);
    }
    notify_stopping(daemon->setup->notify);
}

void daemon_log_segment(const struct daemon *daemon, const struct segment *segment)
{
    char text[REPORT_SIZE], unsent[80] = "", failed[80] = "";

    report_statistics(daemon->engine, segment, text);
    if (daemon->seat[segment->id].send_failures > 0)
        snprintf(unsent, sizeof unsent, ", %" PRIu64 " of the queries could not be sent",
                 daemon->seat[segment->id].send_failures);
    if (daemon->port[segment->port]->capture_failures > 0)
        snprintf(failed, sizeof failed, ", the capture failed %" PRIu64 " times",
                 daemon->port[segment->port]->capture_failures);
    log_info("%s: %s%s%s", segment->name, text, unsent, failed);
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
    control_close(daemon->control);
    http_close(daemon->http);
    hook_close(daemon->hook);
    for (unsigned i = 0; i < daemon->port_count; i++) {
        if (!daemon->port[i])
            continue;
        port_detach(daemon->port[i]);
        lock_release(daemon->port[i]->lock);
        free(daemon->port[i]);
    }
    for (unsigned i = 0; i < daemon->seat_count; i++) {
        local_echo_close(daemon->seat[i].echo);
        horizon_destroy(daemon->seat[i].horizon);
    }
    links_watch_close(daemon->watch);
    clock_alarm_close(daemon->alarm);
    builder_close(daemon->builder);
    engine_destroy(daemon->engine);
    event_log_close(daemon->events);
    config_free(&daemon->config);
    config_free(&daemon->started_with);
    free(daemon->seat);
    free(daemon->pollfd);
    free(daemon->port);
    free(daemon);
}
