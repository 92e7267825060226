/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. For systems where nobody has said how: interfaces are no VLAN devices as far as we know,
 * so a VLAN's address is configured; the interface is named, not found; and what came and went
 * between two looks stays unseen.
 */
#include "system.h"

void links_read_vlan(int descriptor, struct link_info *link)
{
    (void)descriptor;
    (void)link;
}

uint32_t links_carrier_changes(unsigned index)
{
    (void)index;
    return 0;
}

unsigned links_bridge(unsigned index)
{
    (void)index;
    return 0;
}

bool links_default_route(char out[LINK_NAME_SIZE])
{
    (void)out;
    return false;
}
