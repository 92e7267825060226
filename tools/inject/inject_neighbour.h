/* SPDX-License-Identifier: MIT */
/* Floor 4. The MAC address of a host on the same network, as this host's own address resolution
 * finds it. */
#ifndef IGMPQ_INJECT_NEIGHBOUR_H
#define IGMPQ_INJECT_NEIGHBOUR_H

#include "igmpq/base.h"
#include "igmpq/problem.h"

/** Whether one of this host's interfaces has the address; false as well where that cannot be asked.
 */
bool neighbour_is_self(struct address host);

/**
 * Ask the kernel who has `host` on `interface`, for up to two seconds: one empty datagram to the
 * discard port makes it look. -1 with a sentence when nobody has, or when this system does not show
 * what it found (only Linux does, in /proc/net/arp): `option` is then the one that helps.
 */
int neighbour_find(const char *interface, struct address host, const char *option, struct mac *out,
                   struct problem *problem);

#endif
