/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. What capture needs to know about packet sockets.
 */
#include "system.h"

#include <net/if.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* A membership of the capture's own socket: the kernel takes it back when the socket is closed,
 * however the process ends, and counts it with everybody else's. */
int capture_ask_allmulti(int descriptor, const char *interface)
{
    struct packet_mreq membership = {.mr_type = PACKET_MR_ALLMULTI};

    membership.mr_ifindex = (int)if_nametoindex(interface);
    if (membership.mr_ifindex == 0)
        return -1;
    return setsockopt(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                      sizeof membership);
}

/* There is no "all VLANs" beside this: drivers switch their filter of VLANs off with it. */
int capture_ask_promiscuous(int descriptor, const char *interface, bool is_wanted)
{
    struct packet_mreq membership = {.mr_type = PACKET_MR_PROMISC};

    membership.mr_ifindex = (int)if_nametoindex(interface);
    if (membership.mr_ifindex == 0)
        return -1;
    return setsockopt(descriptor, SOL_PACKET,
                      is_wanted ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP, &membership,
                      sizeof membership);
}

/* libpcap 1.10 reports an interface that is gone, but waits in silence for one that was taken down.
 */
bool capture_is_down(int descriptor, const char *interface)
{
    struct ifreq request;

    memset(&request, 0, sizeof request);
    if (strlen(interface) >= sizeof request.ifr_name)
        return false;
    memcpy(request.ifr_name, interface, strlen(interface));
    return ioctl(descriptor, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) == 0;
}
