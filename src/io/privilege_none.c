/* SPDX-License-Identifier: MIT */
/* Floor 3, other systems. What to do about "permission denied". */
#include "system.h"

#include <stdio.h>

const char *privilege_advice(char out[PRIVILEGE_ADVICE_SIZE])
{
    snprintf(out, PRIVILEGE_ADVICE_SIZE, "run it as root");
    return out;
}
