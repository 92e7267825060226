/* SPDX-License-Identifier: MIT */
/* Floor 3, other systems. What a sending descriptor hears cannot be filtered: its queue fills up,
 * and nobody reads it. */
#include "system.h"

int inject_refuse_input(int descriptor)
{
    (void)descriptor;
    return 0;
}
