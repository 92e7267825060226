/* SPDX-License-Identifier: MIT */
/* Floor 4. The daemon's state and its loop; igmpqd.c reads the command line and calls it. */
#ifndef IGMPQ_DAEMON_H
#define IGMPQ_DAEMON_H

#include <signal.h>

#include "igmpq/engine.h"
#include "igmpq/problem.h"

struct daemon;

/** What the daemon is to do. */
struct daemon_setup {
    const char *const *interfaces;
    unsigned interface_count;
    struct params params; /* resolved */
    uint64_t seed;
};

/**
 * Take the locks, open what can be opened and start the segments. NULL with a sentence when it
 * cannot run at all: no privilege, another igmpqd, an interface that is not Ethernet. An interface
 * that does not exist is waited for.
 */
struct daemon *daemon_open(const struct daemon_setup *setup, struct problem *problem);

/** Run until `*stop` is set by a signal handler; `wait_mask` is the signal mask while waiting. 0,
 * or -1 with a sentence. */
int daemon_run(struct daemon *daemon, const volatile sig_atomic_t *stop, const sigset_t *wait_mask,
               struct problem *problem);

/** Log one line of statistics for each segment. */
void daemon_log_statistics(const struct daemon *daemon);

void daemon_close(struct daemon *daemon);

#endif
