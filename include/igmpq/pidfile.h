/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. A file with the number of the process, for init systems that want one. What counts is
 * that it is locked, so one that a dead daemon has left does no harm. It stays root's: whoever
 * could write to it would choose which process root ends.
 */
#ifndef IGMPQ_PIDFILE_H
#define IGMPQ_PIDFILE_H

#include "igmpq/problem.h"

struct pidfile;

/** Make (or take over) the file and lock it; the lock is inherited by fork(2). `path` begins with
 * '/', and is borrowed. NULL with a sentence: another igmpqd has it, or it is something else. */
struct pidfile *pidfile_open(const char *path, struct problem *problem);

/** Write the number of this process. 0, or -1 with a sentence. */
int pidfile_write(struct pidfile *pidfile, struct problem *problem);

/** Remove the file, or make it empty where that is not allowed any more. NULL is fine. */
void pidfile_close(struct pidfile *pidfile);

/** Leave it, and its lock, to the process that was forked with it. NULL is fine. */
void pidfile_leave(struct pidfile *pidfile);

#endif
