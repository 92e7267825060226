/* SPDX-License-Identifier: MIT */
/* Floor 3, other systems. Nobody has said how to choose the interface of a raw socket: it uses that
 * of the routing table. */
#include "system.h"

#include <arpa/inet.h>

int local_echo_choose_interface(int descriptor, unsigned interface_index)
{
    (void)descriptor;
    (void)interface_index;
    return 0;
}

uint16_t local_echo_header_length(uint16_t length)
{
    return htons(length);
}
