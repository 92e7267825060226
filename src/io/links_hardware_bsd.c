/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. The link-layer entry of getifaddrs() is a sockaddr_dl, which may be longer
 * than the structure.
 */
#include "system.h"

#include <sys/types.h>

#include <ifaddrs.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <string.h>

/*
 * Plain Ethernet are also tap, vether, epair, lagg, trunk and vport, and a VLAN of NetBSD and
 * OpenBSD; one of FreeBSD has a type of its own. A bridge counts where it has an address, as
 * FreeBSD's does. A port of a lagg or trunk is no network of its own: the interface's type says so,
 * while its link-layer address still has that of Ethernet.
 */
static bool is_ethernet_type(unsigned type)
{
    return type == IFT_ETHER || type == IFT_BRIDGE || type == IFT_L2VLAN;
}

/* IFF_RUNNING only tells of the driver here. A card that cannot say counts as connected. */
static bool has_carrier(const struct if_data *state)
{
#ifdef LINK_STATE_IS_UP
    return LINK_STATE_IS_UP(state->ifi_link_state);
#else
    return state->ifi_link_state != LINK_STATE_DOWN;
#endif
}

bool links_read_hardware(const struct ifaddrs *entry, struct link_info *link)
{
    const struct sockaddr *address = entry->ifa_addr;
    struct sockaddr_dl hardware;
    struct if_data state = {.ifi_link_state = LINK_STATE_UNKNOWN};
    const char *octets;

    if (address->sa_family != AF_LINK)
        return false;
    memcpy(&hardware, address, offsetof(struct sockaddr_dl, sdl_data));
    octets = (const char *)address + offsetof(struct sockaddr_dl, sdl_data) + hardware.sdl_nlen;
    state.ifi_type = hardware.sdl_type;
    if (entry->ifa_data != NULL)
        memcpy(&state, entry->ifa_data, sizeof state);
    link->index = hardware.sdl_index;
    link->is_ethernet =
        is_ethernet_type(state.ifi_type) && hardware.sdl_alen == sizeof link->mac.octet;
    if (link->is_ethernet)
        memcpy(link->mac.octet, octets, sizeof link->mac.octet);
    link->has_carrier = link->has_carrier && has_carrier(&state);
    return true;
}
