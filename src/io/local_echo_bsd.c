/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. What local_echo needs to know about raw IP sockets here.
 */
#include "config.h"
#include "system.h"

#include <sys/param.h>
#include <sys/types.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#ifndef HAVE_STRUCT_IP_MREQN
/* ip(4) of NetBSD: there is no struct ip_mreqn; an address in 0/8 is taken as the number of the
 * interface. */
int local_echo_choose_interface(int descriptor, unsigned interface_index)
{
    struct in_addr choice = {.s_addr = htonl(interface_index & 0xffffff)};

    return setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_IF, &choice, sizeof choice);
}
#else
int local_echo_choose_interface(int descriptor, unsigned interface_index)
{
    struct ip_mreqn choice = {.imr_ifindex = (int)interface_index};

    return setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_IF, &choice, sizeof choice);
}
#endif

/* ip(4): NetBSD, and FreeBSD before 11, take length and offset in host order. */
uint16_t local_echo_header_length(uint16_t length)
{
#if defined(__NetBSD__) || (defined(__FreeBSD_version) && __FreeBSD_version < 1100030)
    return length;
#else
    return htons(length);
#endif
}
