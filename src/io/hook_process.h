/* SPDX-License-Identifier: MIT */
/* Floor 3. The helper process of the hook, behind the pipe. */
#ifndef IGMPQ_IO_HOOK_PROCESS_H
#define IGMPQ_IO_HOOK_PROCESS_H

#include "igmpq/hook.h"

#define HOOK_LANES          2 /* urgent notes, and the others */
#define HOOK_VARIABLES_MOST 24

/** Run the program for each note that comes, those of the first pipe before those of the second,
 * until the other ends are closed; never returns. As `user`, unless that is NULL. */
void hook_process_run(const int lanes[HOOK_LANES], char *const *words, duration limit,
                      const struct service_user *user) __attribute__((noreturn));

#endif
