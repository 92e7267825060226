/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, FreeBSD. Capability mode, capsicum(4), for who has open what he needs. The daemon opens
 * interfaces by their names as long as it runs, and the helper runs programs, which would be in
 * that mode as well.
 */
#include <sys/capsicum.h>

#include <errno.h>
#include <string.h>

#include "config.h"
#include "igmpq/sandbox.h"

int sandbox_filter(enum sandbox_role role, const char *unlinked, struct problem *problem)
{
    (void)unlinked;
    if (role != SANDBOX_READER) {
        problem_set(problem, "%s", IGMPQ_NO_FILTER);
        return 1;
    }
    /* A kernel may be built without it: ENOSYS. */
    if (cap_enter() != 0) {
        problem_set(problem, "capability mode was not entered: %s", strerror(errno));
        return 1;
    }
    return 0;
}
