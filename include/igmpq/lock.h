/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. One igmpqd per interface: a lock that dies with its process, however it dies, and that
 * belongs to the network namespace. Linux: an abstract Unix socket (per network namespace, no file
 * to leave behind); elsewhere a locked file below the run directory.
 */
#ifndef IGMPQ_LOCK_H
#define IGMPQ_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "igmpq/problem.h"

/**
 * A descriptor to keep open while the lock is held, or -1 with a sentence that names the program
 * and the process holding it where that can be known. Only root, our own user and `service` (the
 * user that igmpqd runs as; LOCK_NO_USER: none) can hold it against us: whoever else took its name
 * is warned of in the log, and no obstacle.
 */
int lock_take(const char *interface, uid_t service, struct problem *problem);
/** -1 is fine. */
void lock_release(int descriptor);

#define LOCK_NO_USER ((uid_t)-1)

/** Whether an igmpqd holds the lock of that interface, as far as this user may know. Takes nothing.
 */
bool lock_is_held(const char *interface, uid_t service);

#endif
