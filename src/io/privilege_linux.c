/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. What to do about "permission denied".
 */
#include "system.h"

#include <stdio.h>
#include <unistd.h>

const char *privilege_advice(char out[PRIVILEGE_ADVICE_SIZE])
{
    char program[PRIVILEGE_ADVICE_SIZE / 2];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length > 0 && (size_t)length < sizeof program - 1) {
        program[length] = '\0';
        snprintf(out, PRIVILEGE_ADVICE_SIZE,
                 "run it as root, or give it CAP_NET_RAW: setcap cap_net_raw=ep %s", program);
    } else {
        snprintf(out, PRIVILEGE_ADVICE_SIZE,
                 "run it as root, or give it CAP_NET_RAW: setcap cap_net_raw=ep and its path");
    }
    return out;
}
