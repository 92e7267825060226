/* SPDX-License-Identifier: MIT */
/* Floor 4. The daemon: igmpqd.c reads the command line and calls it. */
#ifndef IGMPQ_DAEMON_H
#define IGMPQ_DAEMON_H

#include <signal.h>

#include "igmpq/config.h"
#include "igmpq/links.h"
#include "igmpq/notify.h"
#include "igmpq/problem.h"

struct daemon;

/** What the daemon is to do; borrowed for its whole life, since a reload reads it again. */
struct daemon_setup {
    const char *config_path; /* NULL: none */
    struct overrides overrides;
    const char *const *interfaces; /* of the command line */
    unsigned interface_count;
    const char *route;          /* the interface to use where nothing names one; NULL: none */
    const char *control_socket; /* by the command line: a path, "none" or "auto"; NULL: not given */
    const char *version;
    uint64_t seed;
    bool is_verbose;       /* by the command line */
    struct notify *notify; /* whom to tell how we are; NULL: nobody */
    const char *user;      /* by the command line: whom to become; NULL: not given */
    bool is_unconfined;    /* by the command line: stay what we are */
    bool has_syslog;       /* by the command line */
};

/** The configuration as `setup` says, warnings logged. 0, or -1 with a sentence. */
int daemon_load_config(const struct daemon_setup *setup, struct config *out,
                       struct problem *problem);

/** Warn of interfaces that the start would refuse or wait for, as they are now; for a configuration
 * that is only tested. */
void daemon_check_interfaces(const struct config *config, const struct links *links);

/**
 * Take the locks, open what can be opened and start the segments of `config`, which becomes the
 * daemon's. NULL with a sentence when it cannot run at all: no privilege, another igmpqd, an
 * interface that is not Ethernet. An interface that does not exist is waited for.
 */
struct daemon *daemon_open(const struct daemon_setup *setup, struct config *config,
                           struct problem *problem);

/** What signal handlers have asked for; each is reset when it is done. */
struct daemon_wishes {
    volatile sig_atomic_t stop;
    volatile sig_atomic_t reload;
};

/** Run until a stop is wished for; `wait_mask` is the signal mask while waiting. */
void daemon_run(struct daemon *daemon, struct daemon_wishes *wishes, const sigset_t *wait_mask);

/** Log one line of statistics for each segment. */
void daemon_log_statistics(const struct daemon *daemon);

void daemon_close(struct daemon *daemon);

#endif
