/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Frames out, through libnet's advanced link mode: finished octets onto one interface.
 * On Linux the handle is a packet socket that nobody reads: it is given a filter that rejects
 * everything, since the querier's port receives every stream of the network.
 */
#ifndef IGMPQ_INJECT_H
#define IGMPQ_INJECT_H

#include "igmpq/base.h"
#include "igmpq/problem.h"

struct injector;

/** NULL and a sentence that says what to do (privilege, no such interface). */
struct injector *injector_open(const char *interface, struct problem *problem);

/**
 * Send one frame, without waiting; 0, or -1 with a sentence. errno is kept: ENOBUFS, EAGAIN (the
 * queue is full), ENETDOWN, EPERM (a firewall) are to be retried, and ENODEV and ENXIO (the
 * interface is gone) when it was opened anew.
 */
int inject(struct injector *injector, struct octets frame, struct problem *problem);

/** How many octets of the interface's MTU the tag of a VLAN takes in a frame that is sent with one:
 * 4 where a BPF device counts it, else 0. */
unsigned inject_tag_in_mtu(void);

/** NULL is fine. */
void injector_close(struct injector *injector);

#endif
