/* SPDX-License-Identifier: MIT */
/* Floor 4. What an igmpqd of this host knows of the network: it has listened for longer than any
 * tool will. */
#ifndef IGMPQ_INJECT_DAEMON_H
#define IGMPQ_INJECT_DAEMON_H

#include "inject_heard.h"

/**
 * Ask the igmpqd of this host for its segment on `interface` and `vlan` (VLAN_NONE: untagged), and
 * enter into `heard` who is the querier there: itself, or the one it has elected. False when it
 * could not be asked or knows of none; listening is then all there is.
 */
bool daemon_tell(struct heard *heard, const char *interface, uint16_t vlan);

#endif
