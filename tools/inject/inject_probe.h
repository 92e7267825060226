/* SPDX-License-Identifier: MIT */
/* Floor 4. How one device behaves: a short series of queries to its MAC address alone. */
#ifndef IGMPQ_INJECT_PROBE_H
#define IGMPQ_INJECT_PROBE_H

#include "inject_session.h"

/** Probe the hosts of the request, one after the other. How many answered at all, or -1 with a
 * sentence. */
int probe_hosts(struct session *session, struct problem *problem);

#endif
