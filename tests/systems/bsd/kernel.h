/* SPDX-License-Identifier: MIT */
/*
 * What the tests of src/io/\*_bsd.c set up, and what they see. Behind it stands a model of what the
 * kernel of a BSD does with the calls that those files make, as its sources say (kernel.c names
 * them); it is compiled, as they are, with the headers of that BSD.
 */
#ifndef IGMPQ_TESTS_BSD_KERNEL_H
#define IGMPQ_TESTS_BSD_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_INTERFACES 8
#define KERNEL_MESSAGES   4 /* that a route socket holds */

struct kernel_interface {
    const char *name;
    unsigned flags;     /* IFF_*; 0: up, running, broadcast, multicast */
    uint8_t type;       /* IFT_*, of the interface itself; 0: IFT_ETHER */
    uint8_t lower_type; /* as its link-layer address has it; 0: the same */
    uint8_t link_state; /* LINK_STATE_*; 0: unknown */
    bool has_no_mac;
    uint8_t mac[6];
    uint32_t address; /* IPv4, host order; 0: none. /24 */
    int mtu;          /* 0: 1500 */
    int tag;          /* what the ioctl for VLANs says; 0: not set up */
    const char *parent;
    bool is_virtual; /* has a network number and a parent without being a VLAN: vxlan(4) */
};

/* Nothing but lo0, no default route, no socket. */
void kernel_reset(void);

/* With the next free number, which is returned. */
unsigned kernel_add(const struct kernel_interface *interface);
/* `flags`: RTF_REJECT and the like, beside RTF_UP. */
void kernel_set_default_route(unsigned index, int flags);

/* To every route socket, as when something happens. Where it is full the message is lost, and what
 * is told of that is as on the system. */
void kernel_tell(int type);

struct kernel_seen {
    unsigned wire;      /* packets of raw sockets that were transmitted */
    unsigned loopback;  /* that the host's own members got */
    unsigned malformed; /* that were refused for their header */
    unsigned feedback;  /* BPF devices that let the stack hear */
    unsigned deaf;      /* BPF devices with a filter that takes nothing */
    unsigned open;      /* sockets */
    unsigned unknown;   /* calls that the model does not know */
};
struct kernel_seen kernel_seen(void);

#endif
