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

/** What the daemon knows of an interface, and has open of it. */
struct port_io {
    char name[LINK_NAME_SIZE];
    int lock;                 /* held as long as the port is there; -1: another igmpqd has it */
    struct link_info link;    /* as last seen */
    uint32_t carrier_changes; /* as counted when it was last seen */
    uint32_t carrier_now;     /* as counted before the snapshot that is being looked at */
    bool is_present;          /* in the last snapshot */
    bool is_wanted;           /* some segment is on it */
    bool is_attached;
    bool has_bare_vlan;      /* a segment on it is a VLAN that this host has no device of */
    bool has_told_bare_vlan; /* that it may not be heard */
    bool is_interrupted; /* attached anew, or its carrier went and came back between two looks */
    struct capture *capture;
    struct injector *injector;
    struct local_echo *echo; /* NULL: members on this host are not asked */

    bool is_gone;    /* nothing can be sent: the interface that it was attached to is no more */
    bool has_failed; /* the capture did, of `failure`, which nobody was told yet */
    struct problem failure;
    uint64_t capture_failures; /* so far */
    instant attached_at;
    instant retry_at; /* when attaching is tried again; NEVER: not needed */
    duration backoff;
    bool is_failing; /* that was reported */
    instant
        proven_at; /* failing no more if it works until then; NEVER: not attached, not failing */

    unsigned unsent;       /* segments whose last query could not be sent */
    bool is_send_failing;  /* that was reported */
    instant send_quiet;    /* not to be reported again before */
    instant resend_at;     /* when they query again; NEVER: not needed */
    duration resend_after; /* the last delay; 0: none yet */

    char told[32];        /* the state that was last reported to a person */
    bool is_echo_failing; /* this host's own members could not be asked the last time */
    bool has_told_echo;
    struct problem echo_problem; /* why */
};

/** `name` is copied. Nothing is opened. */
void port_init(struct port_io *port, const char *name);

/** Open capture, injector and echo of the interface in `port->link`. 0, or -1 with a sentence and
 * all closed. */
int port_attach(struct port_io *port, instant now, struct problem *problem);
/** Close all that port_attach() opened; fine where nothing is open. */
void port_detach(struct port_io *port);

/**
 * Make a query's frame, send it, and give it to this host's own members: of the interface, or of a
 * tagged query's VLAN through `vlan_echo` (NULL: this host has no device of that VLAN). 0, or -1
 * with a sentence.
 */
int port_send(struct port_io *port, struct builder *builder, const struct query *query,
              struct local_echo *vlan_echo, struct problem *problem);

/** After a failure: when to attach again; doubles up to PORT_RETRY_MOST, and begins anew after
 * having worked for so long. */
void port_back_off(struct port_io *port, instant now);

/** The same for a query that could not be sent. */
void port_back_off_sending(struct port_io *port, instant now);

#endif
