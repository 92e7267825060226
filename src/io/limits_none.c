/* SPDX-License-Identifier: MIT */
/* Floor 3, other systems. What this system lacks. */
#include "igmpq/limits.h"

#include <stddef.h>

const char *const *system_limits(void)
{
    static const char *const limits[] = {
        "nobody has said yet how to use the interfaces of this system: only captures in files can "
        "be "
        "worked with",
        "who asks on the control socket cannot be told here: nobody may change anything through it",
        NULL,
    };

    return limits;
}
