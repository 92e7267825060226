/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The same query once more for this host's own members: a frame written at the link layer
 * does not reach the host's own IP stack, so its members would fall out of the switch's table. A
 * raw IP socket (IPPROTO_RAW, which receives nothing) with TTL 0 and multicast loopback delivers it
 * locally; the kernel then answers with reports on the wire and puts nothing else there.
 */
#ifndef IGMPQ_LOCAL_ECHO_H
#define IGMPQ_LOCAL_ECHO_H

#include "igmpq/base.h"
#include "igmpq/frame.h"
#include "igmpq/problem.h"

struct local_echo;

/** For the members on `interface_index` (the VLAN's own device where the segment is a VLAN). NULL
 * and a sentence on failure. */
struct local_echo *local_echo_open(unsigned interface_index, struct problem *problem);

/**
 * Deliver `payload` (an IGMP message) locally, from the envelope's source. 0, or -1 with a sentence
 * and errno. The packet is always addressed to 224.0.0.1, whatever the envelope says: to a group
 * without a local member Linux would transmit it. A source of 0.0.0.0 becomes the interface's own
 * address where it has one, which nobody but this host sees.
 */
int local_echo_send(struct local_echo *echo, const struct envelope *envelope, struct octets payload,
                    struct problem *problem);

/** NULL is fine. */
void local_echo_close(struct local_echo *echo);

#endif
