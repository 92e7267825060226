/* SPDX-License-Identifier: MIT */
/* Floor 3, systems where no right to open an interface can be kept without being root. */
#include "sandbox_private.h"

bool sandbox_keeps_rights(void)
{
    return false;
}

void sandbox_before_user(void)
{
}

int sandbox_after_user(enum sandbox_role role, struct problem *problem)
{
    (void)role;
    (void)problem;
    return 0;
}
