/* SPDX-License-Identifier: MIT */
/* Floor 4. Interfaces that come and go, and the segments on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon_private.h"
#include "igmpq/clock.h"
#include "igmpq/lock.h"
#include "igmpq/log.h"
#include "igmpq/text.h"

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
    else
        tell_state(port, "ready", "ready");
}

static int reserve_port(struct daemon *daemon, unsigned number)
{
    struct port_io **ports = realloc(daemon->port, (number + 1) * sizeof *ports);
    if (!ports)
        return -1;
    daemon->port = ports;
    struct pollfd *polls = realloc(daemon->pollfd, (number + 3) * sizeof *polls);
    if (!polls)
        return -1;
    daemon->pollfd = polls;
    ports[number] = NULL;
    daemon->port_count = number + 1;
    return 0;
}

/** The number of the port of that name, new (and locked) if need be; -1 with a sentence. */
static int port_of(struct daemon *daemon, const char *name, struct problem *problem)
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
    port->lock = lock_take(name, problem);
    if (port->lock < 0) {
        free(port);
        return -1;
    }
    daemon->port[number] = port;
    return (int)number;
}

static struct seat *reserve_seat(struct daemon *daemon, unsigned id)
{
    if (id >= daemon->seat_count) {
        unsigned count = daemon->seat_count ? daemon->seat_count : 4;
        while (count <= id)
            count *= 2;
        struct seat *seats = realloc(daemon->seat, count * sizeof *seats);
        if (!seats)
            return NULL;
        memset(seats + daemon->seat_count, 0, (count - daemon->seat_count) * sizeof *seats);
        daemon->seat = seats;
        daemon->seat_count = count;
    }
    return &daemon->seat[id];
}

/** There is to be a segment on that interface as configured. */
static int want(struct daemon *daemon, const char *name, const struct segment_config *config,
                bool is_reload, struct problem *problem)
{
    char segment_name[SEGMENT_NAME_SIZE];

    int port = port_of(daemon, name, problem);
    if (port < 0)
        return -1;
    unsigned id = engine_segment_find(daemon->engine, (unsigned)port, config->vlan);
    if (id != ENGINE_NO_SEGMENT) {
        if (daemon->seat[id].generation == daemon->generation)
            return 0; /* wanted already by an entry that names it, or that comes earlier */
        if (is_reload) {
            engine_configure(daemon->engine, clock_now(), id, &config->params, &daemon->outbox);
            daemon_empty_outbox(daemon, clock_now());
        }
    } else {
        if (config->vlan == VLAN_NONE)
            snprintf(segment_name, sizeof segment_name, "%s", name);
        else
            snprintf(segment_name, sizeof segment_name, "%s/%u", name, config->vlan);
        id = engine_segment_add(daemon->engine, segment_name, (unsigned)port, config->vlan,
                                &config->params);
        if (id == ENGINE_NO_SEGMENT || !reserve_seat(daemon, id))
            return problem_set(problem, "%s: no memory for it", segment_name);
        daemon->seat[id] = (struct seat){.is_used = true};
    }
    daemon->seat[id].generation = daemon->generation;
    daemon->seat[id].source = config->source;
    daemon->seat[id].address = config->address;
    return 0;
}

/** Every segment that the configuration asks for on the interfaces that there are: by name first,
 * then by pattern. */
static int want_all(struct daemon *daemon, const struct links *links, bool is_first, bool is_reload,
                    struct problem *problem)
{
    const struct config *config = &daemon->config;

    daemon->generation++;
    for (size_t i = 0; i < config->count; i++) {
        const struct segment_config *segment = &config->segment[i];
        if (!config_is_pattern(segment->interface) &&
            want(daemon, segment->interface, segment, is_reload, problem) < 0) {
            if (is_first)
                return -1;
            log_error("%s", problem->text);
        }
    }
    for (size_t i = 0; i < config->count; i++) {
        const struct segment_config *segment = &config->segment[i];
        for (size_t j = 0; config_is_pattern(segment->interface) && j < links->count; j++) {
            const struct link_info *link = &links->link[j];
            if (!link->is_ethernet || link->is_loopback || !config_matches(segment, link->name))
                continue;
            if (want(daemon, link->name, segment, is_reload, problem) < 0) {
                if (is_first)
                    return -1;
                log_error("%s", problem->text);
            }
        }
    }
    return 0;
}

static void remove_port(struct daemon *daemon, unsigned number)
{
    port_detach(daemon->port[number]);
    lock_release(daemon->port[number]->lock);
    free(daemon->port[number]);
    daemon->port[number] = NULL;
}

/** Segments that nobody wants any more, then ports without segments. */
static void remove_unwanted(struct daemon *daemon)
{
    for (unsigned id = 0; id < daemon->seat_count; id++) {
        struct seat *seat = &daemon->seat[id];
        if (!seat->is_used || seat->generation == daemon->generation)
            continue;
        const struct segment *segment = engine_segment(daemon->engine, id);
        log_info("%s: no longer wanted", segment->name);
        daemon_log_segment(daemon, segment);
        engine_segment_remove(daemon->engine, id);
        local_echo_close(seat->echo);
        *seat = (struct seat){0};
    }
    for (unsigned i = 0; i < daemon->port_count; i++) {
        bool is_used = false;
        for (unsigned id = 0; id < daemon->seat_count && daemon->port[i]; id++)
            is_used |= daemon->seat[id].is_used && engine_segment(daemon->engine, id)->port == i;
        if (daemon->port[i] && !is_used)
            remove_port(daemon, i);
    }
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
    if (!(port->is_attached && is_same)) {
        if (port->retry_at != INSTANT_NEVER && port->retry_at > now && is_same)
            return 0; /* it failed a moment ago; in its own time */
        if (port_attach(port, problem) < 0) {
            port_back_off(port, now);
            return -1;
        }
        if (capture_warning(port->capture))
            log_warning("%s: %s", port->name, capture_warning(port->capture));
        if (port->is_failing)
            log_info("%s: works again", port->name);
        port->is_failing = false;
    }
    tell_present(port);
    return 0;
}

/** The local echo of a VLAN goes through the host's own device of it, which may come and go. */
static void follow_echo(struct seat *seat, const struct link_info *device)
{
    struct problem ignored;
    unsigned index = device && device->is_up ? device->index : 0;

    if (index == seat->echo_index)
        return;
    local_echo_close(seat->echo);
    seat->echo = index ? local_echo_open(index, &ignored) : NULL;
    seat->echo_index = seat->echo ? index : 0;
}

/** Who we are on a segment, as things stand. */
static struct identity identity_of(struct daemon *daemon, unsigned id, const struct links *links)
{
    const struct segment *segment = engine_segment(daemon->engine, id);
    const struct port_io *port = daemon->port[segment->port];
    struct seat *seat = &daemon->seat[id];
    struct prefix primary = port->link.primary;

    if (segment->vlan != VLAN_NONE) {
        const struct link_info *device = links_find_vlan(links, port->link.index, segment->vlan);
        follow_echo(seat, device);
        primary = device && device->is_up ? device->primary : (struct prefix){0};
    }
    struct identity identity = {
        .is_up = port->is_attached && port->link.has_carrier,
        .mac = port->link.mac,
        .own = seat->source == SOURCE_FIXED ? seat->address : primary,
        .is_proxy = seat->source == SOURCE_PROXY,
        .mtu = port->link.mtu,
    };
    if (seat->source == SOURCE_AUTO && segment->vlan != VLAN_NONE &&
        address_is_none(identity.own.address))
        identity.is_proxy = true; /* */
    return identity;
}

/** What a person must know about the address, once per change. */
static void tell_address(struct daemon *daemon, unsigned id, const struct identity *identity)
{
    const struct segment *segment = engine_segment(daemon->engine, id);
    struct seat *seat = &daemon->seat[id];
    struct port_io *port = daemon->port[segment->port];

    if (!identity->is_up)
        return;
    bool is_forced = identity->is_proxy && seat->source == SOURCE_AUTO;
    if (is_forced && !seat->has_told_proxy)
        log_info(
            "%s: no address is configured and this host has no device for this VLAN: querying from "
            "0.0.0.0, which ends as soon as a real querier is heard",
            segment->name);
    seat->has_told_proxy = is_forced;
    if (!identity->is_proxy && address_is_none(identity->own.address))
        tell_state(port, "no address",
                   "no IPv4 address: a querier needs one to take part in the election; waiting");
}

static void tell_links(struct daemon *daemon, const struct links *links)
{
    for (unsigned id = 0; id < daemon->seat_count; id++) {
        if (!daemon->seat[id].is_used)
            continue;
        const struct segment *segment = engine_segment(daemon->engine, id);
        const struct port_io *port = daemon->port[segment->port];
        struct identity identity = identity_of(daemon, id, links);
        tell_address(daemon, id, &identity);
        engine_sees_own(daemon->engine, id, port->is_attached && capture_sees_own(port->capture));
        /* Attaching takes a while, and a burst counts from its own beginning. */
        instant now = clock_now();
        engine_link(daemon->engine, now, id, &identity, &daemon->outbox);
        daemon_empty_outbox(daemon, now);
    }
}

/** Nothing to attach to yet, but whether we may can be told already. */
static int probe_privilege(struct problem *problem)
{
    struct local_echo *probe = local_echo_open(0, problem);
    local_echo_close(probe);
    return probe ? 0 : -1;
}

static int follow_all(struct daemon *daemon, const struct links *links, bool is_first,
                      struct problem *problem)
{
    for (unsigned i = 0; i < daemon->port_count; i++) {
        struct port_io *port = daemon->port[i];
        if (!port)
            continue;
        int result = follow(port, links, clock_now(), problem);
        if (is_first && result == 0 && !port->is_attached)
            result = probe_privilege(problem);
        if (result == 0)
            continue;
        if (is_first)
            return -1;
        if (!port->is_failing)
            log_error("%s; will try again", problem->text);
        port->is_failing = true;
    }
    return 0;
}

int daemon_look(struct daemon *daemon, bool is_first, bool is_reload, struct problem *problem)
{
    struct links links;

    if (links_take(&links, problem) < 0) {
        if (!is_first)
            log_error("%s", problem->text);
        return -1;
    }
    int result = want_all(daemon, &links, is_first, is_reload, problem);
    if (result == 0) {
        remove_unwanted(daemon);
        result = follow_all(daemon, &links, is_first, problem);
    }
    if (result == 0)
        tell_links(daemon, &links);
    links_free(&links);
    return result;
}

void daemon_port_failed(struct daemon *daemon, unsigned number, const char *why)
{
    struct port_io *port = daemon->port[number];

    if (!port->is_failing)
        log_info("%s", why);
    port->is_failing = true;
    port_detach(port);
    port_back_off(port, clock_now());
    struct problem ignored;
    daemon_look(daemon, false, false, &ignored);
}
