/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. A program that is run when something happens. The daemon may be locked in and is not to
 * wait: a small helper process, forked before anything else, starts the program, one event after
 * the other, and ends it when it takes too long. The daemon writes notes into two pipes that never
 * block, urgent ones and others; what finds no room is dropped and counted.
 *
 * The program is run without a shell, as ARGUMENTS... EVENT SEGMENT, with standard input empty,
 * output and errors where the daemon's own go, and in its environment nothing but PATH and the
 * variables of the note, each beginning with IGMPQ_.
 */
#ifndef IGMPQ_HOOK_H
#define IGMPQ_HOOK_H

#include "igmpq/base.h"
#include "igmpq/problem.h"
#include "igmpq/sandbox.h"

/* A write of so much into a pipe is all or nothing on every system (POSIX: _POSIX_PIPE_BUF). */
#define HOOK_NOTE_SIZE 512

/** One event: IGMPQ_EVENT, IGMPQ_SEGMENT and more as "NAME=value", each ended by a zero. */
struct hook_note {
    char text[HOOK_NOTE_SIZE];
};

/** Begin a note with what every one has. */
void hook_note_begin(struct hook_note *note, const char *event, const char *segment);
/** Add IGMPQ_`name`; what does not fit is cut, and left out where nothing fits. Control characters
 * become '?'. */
void hook_note_add(struct hook_note *note, const char *name, const char *value);

struct hook;

/**
 * Fork the helper. `words`: the program, by its path, and its arguments, ended by NULL; `limit`:
 * how long it may take; `user`: whom the helper becomes, without any capability, and its programs
 * with it (NULL: they are what we are). To be called before root is given up. NULL with a sentence.
 */
struct hook *hook_open(char *const *words, duration limit, const struct service_user *user,
                       struct problem *problem);

/** Tell the helper. Never waits. False when it was dropped; NULL: there is no hook, and nothing to
 * drop. */
bool hook_tell(struct hook *hook, const struct hook_note *note, bool is_urgent);

/** How many notes were dropped so far. */
uint64_t hook_dropped(const struct hook *hook);

/** The helper ends by itself, after what it has been told already or when that takes too long. */
void hook_close(struct hook *hook);

#endif
