/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, OpenBSD. unveil(2) for the daemon, pledge(2) for those who need less.
 *
 * The daemon opens /dev/bpf and raw sockets for interfaces that return and asks for their MTU and
 * VLAN: pledge has no promise for the ioctls of that ("bpf" means the statistics of an open one),
 * and ends who calls them without one. So it is not pledged. It reads its configuration again,
 * takes the locks of interfaces that come later, which are files in the run directory, and removes
 * its own socket: what else it could write to or run is out of its sight.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "igmpq/sandbox.h"

/* Each of the two names of the device opens a new one. */
static int reveal(const char *unlinked)
{
    if (unveil("/", "r") != 0 || unveil("/dev/bpf", "rw") != 0 || unveil("/dev/bpf0", "rw") != 0 ||
        unveil(RUNSTATEDIR, "rwc") != 0)
        return -1;
    if (unlinked && unveil(unlinked, "rc") != 0)
        return -1;
    return unveil(NULL, NULL);
}

int sandbox_filter(enum sandbox_role role, const char *unlinked, struct problem *problem)
{
    int result = 0;

    switch (role) {
    case SANDBOX_DAEMON: result = reveal(unlinked); break;
    case SANDBOX_HELPER: result = pledge("stdio rpath proc exec", NULL); break;
    case SANDBOX_READER: result = pledge("stdio", NULL); break;
    }
    if (result != 0) {
        problem_set(problem, "%s", strerror(errno));
        return 1;
    }
    if (role != SANDBOX_DAEMON)
        return 0;
    problem_set(problem, "files out of sight cannot be opened; system calls are not filtered: "
                         "pledge(2) has no promise for interfaces that return");
    return 1;
}
