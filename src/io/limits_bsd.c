/* SPDX-License-Identifier: MIT */
/* Floor 3, the BSDs. What this system lacks. */
#include "igmpq/limits.h"

#include <stddef.h>

const char *const *system_limits(void)
{
    static const char *const limits[] = {
        "this system has no all-multicast for a capture: the interfaces are promiscuous while they "
        "are "
        "in use",
        NULL,
    };

    return limits;
}
