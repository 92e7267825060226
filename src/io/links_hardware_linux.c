/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. The link-layer entry of getifaddrs() is a packet socket's address.
 */
#include "system.h"

#include <ifaddrs.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <string.h>

bool links_read_hardware(const struct ifaddrs *entry, struct link_info *link)
{
    const struct sockaddr *address = entry->ifa_addr;
    struct sockaddr_ll hardware;

    if (address->sa_family != AF_PACKET)
        return false;
    memcpy(&hardware, address, sizeof hardware);
    link->index = (unsigned)hardware.sll_ifindex;
    link->is_ethernet =
        hardware.sll_hatype == ARPHRD_ETHER && hardware.sll_halen == sizeof link->mac.octet;
    if (link->is_ethernet)
        memcpy(link->mac.octet, hardware.sll_addr, sizeof link->mac.octet);
    return true;
}
