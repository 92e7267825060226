/* SPDX-License-Identifier: MIT */
/* Floor 4. The loop: one clock read a turn, frames before timers, then wait for the next deadline.
 */
#include "daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "igmpq/clock.h"
#include "igmpq/lock.h"
#include "igmpq/log.h"
#include "igmpq/port.h"
#include "igmpq/report.h"

struct daemon {
    struct engine *engine;
    struct builder *builder;
    struct port_io *port; /* by the engine's port number */
    unsigned port_count;
    struct pollfd *pollfd; /* the two below, then one per port */
    int alarm;
    int watch;
    uint64_t seed;
    struct outbox outbox;
};

enum { POLL_ALARM, POLL_WATCH, POLL_PORTS };

static void log_event(struct daemon *daemon, const struct event *event)
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
                 text, wall / SECONDS, wall % SECONDS, daemon->seed);
        return;
    }
    log_line(level, "%s: %s", segment->name, text);
}

static void send_query(struct daemon *daemon, instant now, const struct query *query)
{
    const struct segment *segment = engine_segment(daemon->engine, query->segment);
    struct port_io *port = &daemon->port[segment->port];
    struct problem problem;

    if (port_send(port, daemon->builder, query, &problem) == 0) {
        if (port->is_failing)
            log_info("%s: sending works again", port->name);
        port->is_failing = false;
        return;
    }
    port->send_failures++;
    if (!port->is_failing)
        log_error("%s: %s; will try again with each query", port->name, problem.text);
    port->is_failing = true;
    (void)now;
}

/** Send and tell what the core asked for. */
static void empty_outbox(struct daemon *daemon, instant now)
{
    for (unsigned i = 0; i < daemon->outbox.query_count; i++)
        send_query(daemon, now, &daemon->outbox.query[i]);
    for (unsigned i = 0; i < daemon->outbox.event_count; i++)
        log_event(daemon, &daemon->outbox.event[i]);
    outbox_clear(&daemon->outbox);
}

static void tell_link(struct daemon *daemon, unsigned number, instant now)
{
    const struct port_io *port = &daemon->port[number];
    struct identity identity = {
        .is_up = port->is_attached && port->link.has_carrier,
        .mac = port->link.mac,
        .own = port->link.primary,
    };
    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++) {
        const struct segment *segment = engine_segment(daemon->engine, i);
        if (!segment || segment->port != number)
            continue;
        engine_sees_own(daemon->engine, i, port->is_attached && capture_sees_own(port->capture));
        engine_link(daemon->engine, now, i, &identity, &daemon->outbox);
        empty_outbox(daemon, now);
    }
}

/** Tell a person about the state of an interface, once per change. */
static void tell_state(struct port_io *port, const char *state, const char *text)
{
    if (strcmp(port->told, state) == 0)
        return;
    snprintf(port->told, sizeof port->told, "%s", state);
    log_info("%s: %s", port->name, text);
}

static void tell_absent(struct port_io *port, const struct links *links)
{
    char names[256], text[320];

    snprintf(text, sizeof text, "there is no such interface (there are: %s); waiting for it",
             links_names(links, names, sizeof names));
    tell_state(port, "absent", text);
}

static void tell_present(struct port_io *port)
{
    if (!port->link.has_carrier)
        tell_state(port, "no carrier",
                   "no carrier: the cable or the other end is missing; waiting");
    else if (address_is_none(port->link.primary.address))
        tell_state(port, "no address",
                   "no IPv4 address: a querier needs one to take part in the election; waiting");
    else
        tell_state(port, "ready", "ready");
}

/** Attach or detach as the interface comes and goes. -1 with a sentence when attaching failed. */
static int follow(struct port_io *port, const struct links *links, instant now,
                  struct problem *problem)
{
    const struct link_info *link = links_find(links, port->name);
    bool is_same = link && port->is_present && link->index == port->link.index;

    port->is_present = link != NULL;
    if (!link || !link->is_up) {
        port_detach(port);
        port->retry_at = INSTANT_NEVER;
        port->link.primary = (struct prefix){0};
        port->link.has_carrier = false;
        if (!link)
            tell_absent(port, links);
        else
            tell_state(port, "down", "the interface is down (ip link set it up); waiting");
        return 0;
    }
    port->link = *link;
    if (!link->is_ethernet)
        return problem_set(problem, "%s is not an Ethernet interface: IGMP queries need one",
                           port->name);
    if (port->is_attached && is_same)
        goto present;
    if (port_attach(port, problem) < 0) {
        port_back_off(port, now);
        return -1;
    }
    if (capture_warning(port->capture))
        log_warning("%s: %s", port->name, capture_warning(port->capture));
    if (port->is_failing)
        log_info("%s: works again", port->name);
    port->is_failing = false;
present:
    tell_present(port);
    return 0;
}

/** Look at all interfaces; afterwards each segment knows how its link stands. */
static void look_again(struct daemon *daemon, instant now)
{
    struct links links;
    struct problem problem;

    if (links_take(&links, &problem) < 0) {
        log_error("%s", problem.text);
        return;
    }
    for (unsigned i = 0; i < daemon->port_count; i++) {
        struct port_io *port = &daemon->port[i];
        if (follow(port, &links, now, &problem) < 0) {
            if (!port->is_failing)
                log_error("%s; will try again", problem.text);
            port->is_failing = true;
        }
        tell_link(daemon, i, clock_now()); /* attaching takes a while */
    }
    links_free(&links);
}

/** The first look is strict: what cannot work is better said at once. */
static int look_first(struct daemon *daemon, instant now, struct problem *problem)
{
    struct links links;

    if (links_take(&links, problem) < 0)
        return -1;
    int result = 0;
    for (unsigned i = 0; i < daemon->port_count && result == 0; i++) {
        result = follow(&daemon->port[i], &links, now, problem);
        if (result == 0 && !daemon->port[i].is_attached) {
            /* Nothing to attach to yet, but privilege can be told already. */
            struct local_echo *probe = local_echo_open(0, problem);
            result = probe ? 0 : -1;
            local_echo_close(probe);
        }
    }
    links_free(&links);
    for (unsigned i = 0; i < daemon->port_count && result == 0; i++)
        tell_link(daemon, i, clock_now()); /* attaching takes a while, and the burst counts from here */
    return result;
}

static int add_ports(struct daemon *daemon, const struct daemon_setup *setup,
                     struct problem *problem)
{
    for (unsigned i = 0; i < setup->interface_count; i++) {
        const char *name = setup->interfaces[i];
        struct port_io *port = &daemon->port[i];
        port_init(port, name);
        daemon->port_count++;
        port->lock = lock_take(name, problem);
        if (port->lock < 0)
            return -1;
        if (engine_segment_add(daemon->engine, name, i, VLAN_NONE, &setup->params) ==
            ENGINE_NO_SEGMENT)
            return problem_set(problem, "%s: no memory for it", name);
    }
    return 0;
}

struct daemon *daemon_open(const struct daemon_setup *setup, struct problem *problem)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);

    if (!daemon) {
        problem_set(problem, "no memory");
        return NULL;
    }
    daemon->alarm = daemon->watch = -1;
    daemon->seed = setup->seed;
    daemon->engine = engine_create(setup->seed);
    daemon->port = calloc(setup->interface_count, sizeof *daemon->port);
    daemon->pollfd = calloc(POLL_PORTS + setup->interface_count, sizeof *daemon->pollfd);
    if (!daemon->engine || !daemon->port || !daemon->pollfd) {
        problem_set(problem, "no memory");
        goto failed;
    }
    daemon->builder = builder_open(problem);
    if (!daemon->builder || add_ports(daemon, setup, problem) < 0)
        goto failed;
    daemon->watch = links_watch_open(problem);
    if (daemon->watch < 0)
        log_warning("%s; changes of interfaces will not be noticed", problem->text);
    daemon->alarm = clock_alarm_open();
    if (look_first(daemon, clock_now(), problem) < 0)
        goto failed;
    return daemon;
failed:
    daemon_close(daemon);
    return NULL;
}

static void drain_port(struct daemon *daemon, unsigned number, instant now)
{
    struct port_io *port = &daemon->port[number];
    struct captured_frame frame;
    struct problem problem;
    enum capture_result result;

    while ((result = capture_next(port->capture, &frame, &problem)) == CAPTURE_FRAME) {
        engine_frame(daemon->engine, now, number, capture_link_type(port->capture), frame.captured,
                     frame.wire_length, NULL, &daemon->outbox);
        if (!outbox_has_room(&daemon->outbox))
            empty_outbox(daemon, now);
    }
    empty_outbox(daemon, now);
    if (result != CAPTURE_FAILED)
        return;
    if (!port->is_failing)
        log_info("%s: %s", port->name, problem.text);
    port->is_failing = true;
    port_detach(port);
    port_back_off(port, now);
    tell_link(daemon, number, now);
}

static void tick(struct daemon *daemon, instant now)
{
    while (engine_deadline(daemon->engine) <= now) {
        engine_tick(daemon->engine, now, &daemon->outbox);
        empty_outbox(daemon, now);
    }
}

static instant next_deadline(const struct daemon *daemon)
{
    instant due = engine_deadline(daemon->engine);
    for (unsigned i = 0; i < daemon->port_count; i++)
        due = instant_earlier(due, daemon->port[i].retry_at);
    return due;
}

/** Wait until something is to be read, the deadline has come, or a signal. */
static int wait(struct daemon *daemon, instant now, const sigset_t *mask)
{
    instant due = next_deadline(daemon);
    struct timespec timeout, *limit = NULL;

    daemon->pollfd[POLL_ALARM] = (struct pollfd){.fd = daemon->alarm, .events = POLLIN};
    daemon->pollfd[POLL_WATCH] = (struct pollfd){.fd = daemon->watch, .events = POLLIN};
    for (unsigned i = 0; i < daemon->port_count; i++) {
        const struct port_io *port = &daemon->port[i];
        int descriptor = port->is_attached ? capture_descriptor(port->capture) : -1;
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

int daemon_run(struct daemon *daemon, const volatile sig_atomic_t *stop, const sigset_t *wait_mask,
               struct problem *problem)
{
    instant now = clock_now();

    while (!*stop) {
        tick(daemon, now);
        int ready = wait(daemon, now, wait_mask);
        if (ready < 0 && errno != EINTR)
            return problem_set(problem, "cannot wait for packets: %s", strerror(errno));
        now = clock_now();
        if (ready > 0) {
            for (unsigned i = 0; i < daemon->port_count; i++)
                if (daemon->pollfd[POLL_PORTS + i].revents && daemon->port[i].is_attached)
                    drain_port(daemon, i, now);
            if (daemon->pollfd[POLL_WATCH].revents && links_watch_drain(daemon->watch))
                look_again(daemon, now);
        }
        for (unsigned i = 0; i < daemon->port_count; i++)
            if (daemon->port[i].retry_at <= now) {
                look_again(daemon, now);
                break;
            }
    }
    return 0;
}

void daemon_log_statistics(const struct daemon *daemon)
{
    char text[REPORT_SIZE];

    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++) {
        const struct segment *segment = engine_segment(daemon->engine, i);
        if (!segment)
            continue;
        report_statistics(daemon->engine, segment, text);
        log_info("%s: %s", segment->name, text);
    }
}

void daemon_close(struct daemon *daemon)
{
    if (!daemon)
        return;
    for (unsigned i = 0; i < daemon->port_count; i++) {
        port_detach(&daemon->port[i]);
        lock_release(daemon->port[i].lock);
    }
    links_watch_close(daemon->watch);
    clock_alarm_close(daemon->alarm);
    builder_close(daemon->builder);
    engine_destroy(daemon->engine);
    free(daemon->pollfd);
    free(daemon->port);
    free(daemon);
}
