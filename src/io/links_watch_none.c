/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, other systems. No notice of changes: the caller looks again from time to time.
 */
#include "igmpq/links.h"

int links_watch_open(struct problem *problem)
{
    return problem_set(problem, "this system gives no notice of interface changes");
}

int links_watch_drain(int descriptor)
{
    (void)descriptor;
    return 0;
}

void links_watch_close(int descriptor)
{
    (void)descriptor;
}
