/* SPDX-License-Identifier: MIT */
/* Floor 3, other systems. What a sending descriptor hears cannot be filtered: its queue fills up,
 * and nobody reads it. */
#include "igmpq/inject.h"
#include "system.h"

int inject_refuse_input(int descriptor)
{
    (void)descriptor;
    return 0;
}

unsigned inject_tag_in_mtu(void)
{
    return 0;
}
