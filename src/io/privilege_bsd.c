/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. What to do about "permission denied".
 */
#include "system.h"

#include <stdio.h>

const char *privilege_advice(char out[PRIVILEGE_ADVICE_SIZE])
{
    snprintf(out, PRIVILEGE_ADVICE_SIZE, "run it as root (it needs /dev/bpf and a raw socket)");
    return out;
}
