/* SPDX-License-Identifier: MIT */
/* Floor 3. What both kinds of lock say. */
#ifndef IGMPQ_IO_LOCK_PRIVATE_H
#define IGMPQ_IO_LOCK_PRIVATE_H

#include "igmpq/lock.h"

/** The kernel's 15 octets and the zero. */
#define LOCK_PROGRAM_SIZE 16

/** The name of a process' program, or "" when it cannot be known. Returns out. */
const char *lock_program(long process, char out[LOCK_PROGRAM_SIZE]);

/** Process `holder` (0: not known) has the lock of that interface. Always -1. */
int lock_explain_busy(const char *interface, long holder, struct problem *problem);

#endif
