/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. The link-layer entry of getifaddrs() is a sockaddr_dl, which may be longer
 * than the structure.
 */
#include "system.h"

#include <sys/types.h>

#include <net/if_dl.h>
#include <net/if_types.h>
#include <string.h>

/* A VLAN has a type of its own on FreeBSD and OpenBSD, and is plain Ethernet on NetBSD. */
static bool is_ethernet_type(unsigned type)
{
    return type == IFT_ETHER || type == IFT_BRIDGE || type == IFT_L2VLAN;
}

bool links_read_hardware(const struct sockaddr *address, struct link_info *link)
{
    struct sockaddr_dl hardware;
    const char *octets;

    if (address->sa_family != AF_LINK)
        return false;
    memcpy(&hardware, address, offsetof(struct sockaddr_dl, sdl_data));
    octets = (const char *)address + offsetof(struct sockaddr_dl, sdl_data) + hardware.sdl_nlen;
    link->index = hardware.sdl_index;
    link->is_ethernet =
        is_ethernet_type(hardware.sdl_type) && hardware.sdl_alen == sizeof link->mac.octet;
    if (link->is_ethernet)
        memcpy(link->mac.octet, octets, sizeof link->mac.octet);
    return true;
}
