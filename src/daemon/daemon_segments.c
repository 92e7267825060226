/* SPDX-License-Identifier: MIT */
/* Floor 4. Which segments are wanted on the interfaces that there are, and who we are on each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon_private.h"
#include "igmpq/clock.h"
#include "igmpq/log.h"

/* With thousands of interfaces that come one by one a look takes long: one tenth of the time. */
#define LOOK_SHARE      9
#define LOOK_PAUSE_MOST (500 * MILLISECONDS)
#define LOOK_AGAIN      (1 * SECONDS) /* when it failed */
#define LOOK_UNASKED    (2 * SECONDS) /* where the system does not tell of changes */

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
                bool is_first, struct problem *problem)
{
    char segment_name[SEGMENT_NAME_SIZE];

    int port = daemon_port_of(daemon, name, is_first, problem);
    if (port < 0)
        return -1;
    unsigned id = engine_segment_find(daemon->engine, (unsigned)port, config->vlan);
    if (id != ENGINE_NO_SEGMENT) {
        if (daemon->seat[id].generation == daemon->generation)
            return 0; /* wanted already by an entry that names it, or that comes earlier */
        if (daemon->is_reload_pending) {
            engine_configure(daemon->engine, clock_now(), id, &config->params, &daemon->outbox);
            daemon_empty_outbox(daemon, clock_now());
            daemon_expect(daemon, clock_now(), id, &config->expected);
            daemon_findings_configure(daemon, id);
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
        daemon->seat[id] = (struct seat){.is_used = true, .expect_at = INSTANT_NEVER};
        daemon_expect(daemon, clock_now(), id, &config->expected);
        daemon_findings_begin(daemon, clock_now(), id);
    }
    daemon->seat[id].generation = daemon->generation;
    daemon->seat[id].source = config->source;
    daemon->seat[id].address = config->address;
    return 0;
}

/** Every segment that the configuration asks for on the interfaces that there are: by name first,
 * then by pattern. */
static int want_all(struct daemon *daemon, const struct links *links, bool is_first,
                    struct problem *problem)
{
    const struct config *config = &daemon->config;

    daemon->generation++;
    for (size_t i = 0; i < config->count; i++) {
        const struct segment_config *segment = &config->segment[i];
        if (!config_is_pattern(segment->interface) &&
            want(daemon, segment->interface, segment, is_first, problem) < 0)
            return -1;
    }
    for (size_t i = 0; i < config->count; i++) {
        const struct segment_config *segment = &config->segment[i];
        for (size_t j = 0; config_is_pattern(segment->interface) && j < links->count; j++) {
            const struct link_info *link = &links->link[j];
            if (link->is_ethernet && !link->is_loopback &&
                config_wants(config, segment, link->name) &&
                want(daemon, link->name, segment, is_first, problem) < 0)
                return -1;
        }
    }
    return 0;
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
        daemon_forget_unsent(daemon, id);
        engine_segment_remove(daemon->engine, id);
        local_echo_close(seat->echo);
        horizon_destroy(seat->horizon);
        *seat = (struct seat){0};
    }
    daemon_remove_ports(daemon);
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
    struct port_io *port = daemon->port[segment->port];
    struct seat *seat = &daemon->seat[id];
    struct prefix primary = port->link.primary;

    if (segment->vlan != VLAN_NONE) {
        const struct link_info *device = links_find_vlan(links, port->link.index, segment->vlan);
        follow_echo(seat, device);
        port->has_bare_vlan |= !device;
        primary = device && device->is_up ? device->primary : (struct prefix){0};
    }
    struct identity identity = {
        .is_up = port->is_attached && port->link.has_carrier,
        .mac = port->link.mac,
        .own = seat->source == SOURCE_FIXED ? seat->address : primary,
        .is_proxy = seat->source == SOURCE_PROXY,
        .mtu = port->link.mtu,
    };
    if (segment->vlan != VLAN_NONE && identity.mtu > 0)
        identity.mtu -= inject_tag_in_mtu();
    if (seat->source == SOURCE_AUTO && segment->vlan != VLAN_NONE &&
        address_is_none(identity.own.address))
        identity.is_proxy = true; /* */
    return identity;
}

/** VLANs that are queried from 0.0.0.0 for want of an address: one line for all that begin so now.
 */
struct forced {
    const char *first;
    unsigned count;
};

static void note_forced(struct seat *seat, const struct segment *segment, bool is_forced,
                        struct forced *forced)
{
    if (is_forced && !seat->has_told_proxy && forced->count++ == 0)
        forced->first = segment->name;
    seat->has_told_proxy = is_forced;
}

static void tell_forced(const struct forced *forced)
{
    char more[40] = "";

    if (forced->count == 0)
        return;
    if (forced->count > 1)
        snprintf(more, sizeof more, " and %u more VLANs", forced->count - 1);
    log_info("%s%s: no address is configured, and this host has none there: querying from 0.0.0.0, "
             "which ends as soon as a real querier is heard",
             forced->first, more);
}

static void tell_link(struct daemon *daemon, unsigned id, const struct links *links,
                      struct forced *forced)
{
    const struct segment *segment = engine_segment(daemon->engine, id);
    struct port_io *port = daemon->port[segment->port];
    struct seat *seat = &daemon->seat[id];
    struct identity identity = identity_of(daemon, id, links);

    if (identity.is_up) {
        note_forced(seat, segment, identity.is_proxy && seat->source == SOURCE_AUTO, forced);
        if (segment->vlan == VLAN_NONE)
            daemon_tell_address(port, identity.is_proxy || !address_is_none(identity.own.address),
                                links);
    } else {
        daemon_forget_unsent(daemon, id);
    }
    engine_sees_own(daemon->engine, id, port->is_attached && capture_sees_own(port->capture));
    /* Attaching takes a while, and a burst counts from its own beginning. */
    instant now = clock_now();
    if (identity.is_up && port->is_interrupted) {
        struct identity gone = identity;
        gone.is_up = false;
        engine_link(daemon->engine, now, id, &gone, &daemon->outbox);
        daemon_empty_outbox(daemon, now);
    }
    engine_link(daemon->engine, now, id, &identity, &daemon->outbox);
    daemon_empty_outbox(daemon, now);
    daemon_findings_network(daemon, id);
}

/** Where nobody but us wants a VLAN, the network card has to be told to let it in. */
static void follow_bare_vlans(struct port_io *port)
{
    struct problem problem;

    if (capture_hear_every_vlan(port->capture, port->has_bare_vlan, &problem) == 0) {
        port->has_told_bare_vlan = false;
        return;
    }
    if (!port->has_told_bare_vlan)
        log_warning("%s", problem.text);
    port->has_told_bare_vlan = true;
}

static void tell_links(struct daemon *daemon, const struct links *links)
{
    struct forced forced = {0};

    for (unsigned i = 0; i < daemon->port_count; i++)
        if (daemon->port[i])
            daemon->port[i]->has_bare_vlan = false;
    for (unsigned id = 0; id < daemon->seat_count; id++)
        if (daemon->seat[id].is_used)
            tell_link(daemon, id, links, &forced);
    tell_forced(&forced);
    for (unsigned i = 0; i < daemon->port_count; i++) {
        struct port_io *port = daemon->port[i];
        if (!port || !port->is_attached)
            continue;
        follow_bare_vlans(port);
        if (port->link.has_carrier)
            port->is_interrupted = false;
    }
}

static int look(struct daemon *daemon, bool is_first, struct problem *problem)
{
    struct links links;

    daemon_prepare_ports(daemon);
    if (links_take(&links, problem) < 0)
        return -1;
    int result = want_all(daemon, &links, is_first, problem);
    if (result == 0) {
        daemon->is_reload_pending = false;
        remove_unwanted(daemon);
        result = daemon_follow_ports(daemon, &links, is_first, problem);
    }
    if (result == 0)
        tell_links(daemon, &links);
    daemon->is_status_stale = true;
    links_free(&links);
    return result;
}

void daemon_ask_look(struct daemon *daemon, instant now)
{
    daemon->look_at = instant_earlier(daemon->look_at, now);
}

int daemon_look(struct daemon *daemon, bool is_first, struct problem *problem)
{
    instant begin = clock_now();
    int result = look(daemon, is_first, problem);
    instant end = clock_now();

    if (result == 0) {
        duration pause = (end - begin) * LOOK_SHARE;
        daemon->is_look_failing = false;
        daemon->look_at = daemon->watch < 0 ? instant_after(end, LOOK_UNASKED) : INSTANT_NEVER;
        daemon->look_next = instant_after(end, pause < LOOK_PAUSE_MOST ? pause : LOOK_PAUSE_MOST);
        return 0;
    }
    if (!is_first && !daemon->is_look_failing)
        log_error("%s; will try again", problem->text);
    daemon->is_look_failing = true;
    daemon->look_at = daemon->look_next = instant_after(end, LOOK_AGAIN);
    return -1;
}
