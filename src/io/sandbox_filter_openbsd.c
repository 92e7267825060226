/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, OpenBSD. pledge(2) and unveil(2). The daemon reads its configuration again, opens
 * /dev/bpf and sockets for interfaces that return, takes the locks of those that come later, which
 * are files in the run directory, and removes its own socket; a helper runs programs, which are
 * bound by nothing.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "igmpq/sandbox.h"

static int reveal(const char *unlinked)
{
    if (unveil("/", "r") != 0 || unveil("/dev/bpf", "rw") != 0 || unveil(RUNSTATEDIR, "rwc") != 0)
        return -1;
    if (unlinked && unveil(unlinked, "rc") != 0)
        return -1;
    return unveil(NULL, NULL);
}

static const char *promises_of(enum sandbox_role role)
{
    switch (role) {
    case SANDBOX_DAEMON: return "stdio rpath wpath cpath flock inet mcast route unix bpf";
    case SANDBOX_HELPER: return "stdio rpath proc exec";
    case SANDBOX_READER: break;
    }
    return "stdio";
}

int sandbox_filter(enum sandbox_role role, const char *unlinked, struct problem *problem)
{
    if ((role == SANDBOX_DAEMON && reveal(unlinked) != 0) || pledge(promises_of(role), NULL) != 0) {
        problem_set(problem, "%s", strerror(errno));
        return 1;
    }
    return 0;
}
