/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. One interface in use: capture, injector and local echo together, attached while the
 * interface is there and up, and attached again when it comes back.
 */
#ifndef IGMPQ_PORT_H
#define IGMPQ_PORT_H

#include "igmpq/build.h"
#include "igmpq/capture.h"
#include "igmpq/event.h"
#include "igmpq/inject.h"
#include "igmpq/links.h"
#include "igmpq/local_echo.h"

#define PORT_RETRY_FIRST (1 * SECONDS)
#define PORT_RETRY_MOST  (60 * SECONDS)

struct port_io {
    char name[LINK_NAME_SIZE];
    int lock;              /* held as long as the daemon runs */
    struct link_info link; /* as last seen */
    bool is_present;       /* in the last snapshot */
    bool is_attached;
    struct capture *capture;
    struct injector *injector;
    struct local_echo *echo; /* NULL: members on this host are not asked */
    instant retry_at;        /* when attaching is tried again; NEVER: not needed */
    duration backoff;
    bool is_failing; /* an attempt or a send failed and that was reported */
    uint64_t send_failures;
    char told[32]; /* the state that was last reported to a person */
};

/** `name` is copied. Nothing is opened. */
void port_init(struct port_io *port, const char *name);

/** Open capture, injector and echo of the interface in `port->link`. 0, or -1 with a sentence and
 * all closed. */
int port_attach(struct port_io *port, struct problem *problem);
void port_detach(struct port_io *port);

/**
 * Make a query's frame, send it, and give it to this host's own members: of the interface, or of a
 * tagged query's VLAN through `vlan_echo` (NULL: this host has no device of that VLAN). 0, or -1
 * with a sentence.
 */
int port_send(struct port_io *port, struct builder *builder, const struct query *query,
              struct local_echo *vlan_echo, struct problem *problem);

/** After a failure: when to try again; doubles up to PORT_RETRY_MOST. */
void port_back_off(struct port_io *port, instant now);

#endif
