/* SPDX-License-Identifier: MIT */
/* Floor 4. What the halves of the daemon share: daemon.c (loop), daemon_segments.c (interfaces and
 * segments). */
#ifndef IGMPQ_DAEMON_PRIVATE_H
#define IGMPQ_DAEMON_PRIVATE_H

#include <poll.h>

#include "daemon.h"
#include "igmpq/engine.h"
#include "igmpq/port.h"

/** What the daemon knows of a segment beyond the engine. */
struct seat {
    bool is_used;
    unsigned generation; /* of the last look that wanted it */
    enum source_kind source;
    struct prefix address;
    struct local_echo
        *echo;           /* a VLAN's: through the host's own device of it; NULL: there is none */
    unsigned echo_index; /* of that device */
    bool has_told_proxy;
};

struct daemon {
    const struct daemon_setup *setup;
    struct config config;
    struct engine *engine;
    struct builder *builder;
    struct port_io **port; /* by the engine's port number; NULL: free */
    unsigned port_count;
    struct seat *seat; /* by the engine's segment number */
    unsigned seat_count;
    struct pollfd *pollfd; /* two of our own, then one per port */
    int alarm;
    int watch;
    unsigned generation;
    struct outbox outbox;
};

/** Send and tell what the core asked for. */
void daemon_empty_outbox(struct daemon *daemon, instant now);

/**
 * Look at all interfaces: attach what came, detach what went, make and remove segments as
 * configured, tell each how its link stands. `is_first`: what cannot work at all is an error then,
 * -1 with a sentence. `is_reload`: settings of segments that are there are applied again.
 */
int daemon_look(struct daemon *daemon, bool is_first, bool is_reload, struct problem *problem);

/** A capture failed: the port is detached and tried again later. */
void daemon_port_failed(struct daemon *daemon, unsigned number, const char *why);

/** Log a segment's statistics. */
void daemon_log_segment(const struct daemon *daemon, const struct segment *segment);

#endif
