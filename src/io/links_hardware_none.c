/* SPDX-License-Identifier: MIT */
/* Floor 3, other systems. Which interface is Ethernet, and with which MAC address, cannot be told:
 * there are only captures in files to work with. */
#include "system.h"

bool links_read_hardware(const struct ifaddrs *entry, struct link_info *link)
{
    (void)entry;
    (void)link;
    return false;
}
