/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, other systems. No all-multicast per capture: the BSDs have IFF_ALLMULTI only as a flag
 * that the kernel sets by itself. Reading a BPF device fails by itself when the interface goes
 * down.
 */
#include "system.h"

int capture_ask_allmulti(int descriptor, const char *interface)
{
    (void)descriptor;
    (void)interface;
    return -1;
}

bool capture_is_down(int descriptor, const char *interface)
{
    (void)descriptor;
    (void)interface;
    return false;
}
