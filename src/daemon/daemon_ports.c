/* SPDX-License-Identifier: MIT */
/* Floor 4. Interfaces that come and go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon_private.h"
#include "igmpq/clock.h"
#include "igmpq/lock.h"
#include "igmpq/log.h"

/** Tell a person about the state of an interface, once per change. */
static void tell_state_as(struct port_io *port, enum log_level level, const char *state,
                          const char *text)
{
    if (strcmp(port->told, state) == 0)
        return;
    snprintf(port->told, sizeof port->told, "%s", state);
    log_line(level, "%s: %s", port->name, text);
}

static void tell_state(struct port_io *port, const char *state, const char *text)
{
    tell_state_as(port, LOG_LEVEL_INFO, state, text);
}

const char *daemon_name_advice(const char *name)
{
    return strchr(name, ',')
               ? "; a comma does not separate names: repeat -i, or give each an entry "
                 "of its own"
               : "";
}

static void tell_absent(struct port_io *port, const struct links *links)
{
    char names[256], text[400];

    snprintf(text, sizeof text, "there is no such interface (there are: %s)%s; waiting for it",
             links_names(links, names, sizeof names), daemon_name_advice(port->name));
    tell_state(port, "absent", text);
}

static bool is_told_addressless(const struct port_io *port)
{
    return strcmp(port->told, "no address") == 0 || strcmp(port->told, "bridge port") == 0;
}

static void tell_present(struct port_io *port)
{
    if (!port->link.has_carrier)
        tell_state(port, "no carrier",
                   "no carrier: the cable or the other end is missing; waiting");
    else if (!is_told_addressless(port))
        tell_state(port, "ready", "ready");
}

const struct link_info *daemon_bridge_of(const struct links *links, const struct link_info *link)
{
    unsigned bridge = links_bridge(link->index);

    return bridge ? links_find_index(links, bridge) : NULL;
}

static void tell_addressless(struct port_io *port, const struct links *links)
{
    const struct link_info *bridge = daemon_bridge_of(links, &port->link);
    char text[128];

    if (!bridge) {
        tell_state(port, "no address",
                   "no IPv4 address: a querier needs one to take part in the election; waiting");
        return;
    }
    snprintf(text, sizeof text, "no IPv4 address, and it is a port of %s: use -i %s; waiting",
             bridge->name, bridge->name);
    tell_state_as(port, LOG_LEVEL_WARNING, "bridge port", text);
}

void daemon_tell_address(struct port_io *port, bool has_address, const struct links *links)
{
    if (!has_address)
        tell_addressless(port, links);
    else if (is_told_addressless(port))
        snprintf(port->told, sizeof port->told, "ready"); /* the segment says as whom it speaks */
}

static int reserve_port(struct daemon *daemon, unsigned number)
{
    struct port_io **ports = realloc(daemon->port, (number + 1) * sizeof *ports);
    if (!ports)
        return -1;
    daemon->port = ports;
    struct pollfd *polls = realloc(daemon->pollfd, (POLL_PORTS + number + 1) * sizeof *polls);
    if (!polls)
        return -1;
    daemon->pollfd = polls;
    ports[number] = NULL;
    daemon->port_count = number + 1;
    return 0;
}

static void tell_failing(struct port_io *port, const struct problem *problem)
{
    if (!port->is_failing)
        log_error("%s; will try again", problem->text);
    port->is_failing = true;
}

int daemon_port_of(struct daemon *daemon, const char *name, bool is_first, struct problem *problem)
{
    unsigned number = daemon->port_count;

    for (unsigned i = 0; i < daemon->port_count; i++) {
        if (daemon->port[i] && strcmp(daemon->port[i]->name, name) == 0)
            return (int)i;
        if (!daemon->port[i] && i < number)
            number = i;
    }
    if (number == daemon->port_count && reserve_port(daemon, number) < 0)
        return problem_set(problem, "no memory");
    struct port_io *port = malloc(sizeof *port);
    if (!port)
        return problem_set(problem, "no memory");
    port_init(port, name);
    port->lock = lock_take(name, daemon->lock_user, problem);
    if (port->lock < 0 && is_first) {
        free(port);
        return -1;
    }
    daemon->port[number] = port;
    return (int)number;
}

static void remove_port(struct daemon *daemon, unsigned number)
{
    port_detach(daemon->port[number]);
    lock_release(daemon->port[number]->lock);
    free(daemon->port[number]);
    daemon->port[number] = NULL;
}

void daemon_remove_ports(struct daemon *daemon)
{
    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i])
            daemon->port[i]->is_wanted = false;
    for (unsigned id = 0; id < daemon->seat_count; id++)
        if (daemon->seat[id].is_used)
            daemon->port[engine_segment(daemon->engine, id)->port]->is_wanted = true;
    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i] && !daemon->port[i]->is_wanted)
            remove_port(daemon, i);
}

void daemon_prepare_ports(struct daemon *daemon)
{
    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i] && daemon->port[i]->is_present)
            daemon->port[i]->carrier_now = links_carrier_changes(daemon->port[i]->link.index);
}

/** The interface is not there, or down: that is no failure. */
static void leave(struct port_io *port, const struct link_info *link, const struct links *links)
{
    port_detach(port);
    port->link.primary = (struct prefix){0};
    port->link.has_carrier = false;
    port->has_failed = port->is_failing = port->is_send_failing = false;
    port->retry_at = INSTANT_NEVER;
    port->backoff = 0;
    if (!link)
        tell_absent(port, links);
    else
        tell_state(port, "down", "the interface is down (ip link set it up); waiting");
}

/** What was attached is another interface by now, or has been without carrier unseen. */
static void note_changes(struct port_io *port, bool is_same)
{
    bool is_known = port->carrier_now != 0 && port->carrier_changes != 0;

    if (is_same && !(is_known && port->carrier_now != port->carrier_changes)) {
        port->carrier_changes = port->carrier_now;
        return;
    }
    if (!is_same) {
        port_detach(port);
        port->carrier_now = links_carrier_changes(port->link.index);
    }
    port->carrier_changes = port->carrier_now;
    port->is_interrupted = true;
    port->has_failed = false;
    port->retry_at = INSTANT_NEVER;
    port->backoff = 0;
}

static int attach(const struct daemon *daemon, struct port_io *port, instant now,
                  struct problem *problem)
{
    if (port->retry_at != INSTANT_NEVER && port->retry_at > now)
        return 0; /* it failed a moment ago; in its own time */
    if (port->lock < 0)
        port->lock = lock_take(port->name, daemon->lock_user, problem);
    if (port->lock < 0 || port_attach(port, now, problem) < 0) {
        port_back_off(port, now);
        return -1;
    }
    if (capture_warning(port->capture))
        log_warning("%s: %s", port->name, capture_warning(port->capture));
    if (port->is_failing)
        port->proven_at = instant_after(now, port->backoff);
    return 0;
}

/** Attach or detach as the interface comes and goes. -1 with a sentence when that failed. */
static int follow(const struct daemon *daemon, struct port_io *port, const struct links *links,
                  instant now, struct problem *problem)
{
    const struct link_info *link = links_find(links, port->name);
    bool is_same = link && port->is_present && link->index == port->link.index;

    port->is_present = link != NULL;
    if (!link || !link->is_up) {
        leave(port, link, links);
        if (link)
            port->link.index = link->index;
        return 0;
    }
    port->link = *link;
    if (!link->is_ethernet) {
        port_detach(port);
        port->retry_at = INSTANT_NEVER;
        return problem_set(problem, "%s is not an Ethernet interface: IGMP queries need one",
                           port->name);
    }
    if (is_same && port->is_gone) {
        /* Another one of the same number; or one that says so of itself, time and again. */
        port_back_off(port, now);
        port_detach(port);
    }
    note_changes(port, is_same);
    if (port->has_failed) {
        port->has_failed = false;
        port->capture_failures++;
        *problem = port->failure;
        return -1;
    }
    if (!port->is_attached && attach(daemon, port, now, problem) < 0)
        return -1;
    if (port->is_attached && port->is_failing && port->proven_at <= now) {
        log_info("%s: works again", port->name);
        port->is_failing = false;
        port->proven_at = INSTANT_NEVER;
    }
    if (port->is_attached)
        tell_present(port);
    return 0;
}

/** Nothing to attach to yet, but whether we may can be told already. */
static int probe_privilege(struct problem *problem)
{
    struct local_echo *probe = local_echo_open(0, problem);
    local_echo_close(probe);
    return probe ? 0 : -1;
}

int daemon_follow_ports(struct daemon *daemon, const struct links *links, bool is_first,
                        struct problem *problem)
{
    for (unsigned i = 0; i < daemon->port_count; i++) {
        struct port_io *port = daemon->port[i];
        if (!port)
            continue;
        int result = follow(daemon, port, links, clock_now(), problem);
        if (is_first && result == 0 && !port->is_attached)
            result = probe_privilege(problem);
        if (result == 0)
            continue;
        /* What went while it was being attached is waited for, as at any other time. */
        if (is_first && links_mtu(port->name) > 0)
            return -1;
        tell_failing(port, problem);
    }
    return 0;
}

void daemon_port_failed(struct daemon *daemon, unsigned number, const struct problem *why)
{
    struct port_io *port = daemon->port[number];
    instant now = clock_now();

    port->has_failed = true;
    port->failure = *why;
    port_back_off(port, now);
    port_detach(port);
    daemon_ask_look(daemon, now);
}

instant daemon_ports_due(const struct daemon *daemon)
{
    instant due = INSTANT_NEVER;

    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i])
            due = instant_earlier(
                due, instant_earlier(daemon->port[i]->retry_at, daemon->port[i]->proven_at));
    return due;
}
