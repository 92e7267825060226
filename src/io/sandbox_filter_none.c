/* SPDX-License-Identifier: MIT */
/* Floor 3, builds and systems without a filter of system calls. */
#include "config.h"
#include "igmpq/sandbox.h"

int sandbox_filter(enum sandbox_role role, const char *unlinked, struct problem *problem)
{
    (void)role;
    (void)unlinked;
    problem_set(problem, "%s", IGMPQ_NO_FILTER);
    return 1;
}
