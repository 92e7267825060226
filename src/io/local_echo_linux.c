/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. What local_echo needs to know about raw IP sockets here.
 */
#include "system.h"

#include <arpa/inet.h>
#include <netinet/in.h>

int local_echo_choose_interface(int descriptor, unsigned interface_index)
{
    struct ip_mreqn choice = {.imr_ifindex = (int)interface_index};

    return setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_IF, &choice, sizeof choice);
}

uint16_t local_echo_header_length(uint16_t length)
{
    return htons(length);
}
