/* SPDX-License-Identifier: MIT */
/* Floor 3, Linux and others. What is written at the link layer does not reach this host's own
 * stack: it is told by a local echo. */
#include "system.h"

int inject_let_stack_hear(int descriptor)
{
    (void)descriptor;
    return 0;
}

bool local_echo_is_needed(void)
{
    return true;
}
