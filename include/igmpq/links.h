/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The interfaces of this host: a whole snapshot with getifaddrs(3), and a descriptor that
 * only says "look again" (Linux: a netlink socket; BSD: a route socket; elsewhere: none).
 */
#ifndef IGMPQ_LINKS_H
#define IGMPQ_LINKS_H

#include "igmpq/base.h"
#include "igmpq/problem.h"

#define LINK_NAME_SIZE 16 /* IFNAMSIZ on every system here */

struct link_info {
    char name[LINK_NAME_SIZE];
    unsigned index;
    bool is_ethernet;
    bool is_loopback;
    bool is_up;       /* administratively */
    bool has_carrier; /* IFF_RUNNING */
    struct mac mac;
    uint16_t vlan;         /* the device of this VLAN of another interface; 0: no such device */
    unsigned parent_index; /* of that other interface */
    unsigned mtu;
    unsigned address_count; /* IPv4 addresses it has */
    struct prefix primary;  /* the first IPv4 address that is not link-local (169.254/16), else the
                               first; length 0 and none without any */
};

/** A snapshot; owned by the caller. */
struct links {
    struct link_info *link;
    size_t count;
};

/** Whether an interface can have this name: not empty, not longer than LINK_NAME_SIZE has room for,
 * and no '/' in it. */
bool links_is_name(const char *name);

/** Take a snapshot, ordered by index; 0 or -1. */
int links_take(struct links *out, struct problem *problem);
/** Leaves `*links` empty, which is fine too. */
void links_free(struct links *links);

/** The one of that name, or NULL. */
const struct link_info *links_find(const struct links *links, const char *name);

/** The MTU of one interface as it is now; 0 when it cannot be told. */
unsigned links_mtu(const char *name);

/** How often that interface has lost or got its carrier (also by being set down and up), which
 * tells of what came and went between two snapshots; 0 where this cannot be asked. */
uint32_t links_carrier_changes(unsigned index);

/** The index of the bridge that it is a port of; 0: of none, or where this cannot be asked. */
unsigned links_bridge(unsigned index);

/** The one of that index, or NULL. */
const struct link_info *links_find_index(const struct links *links, unsigned index);

/** The device of that VLAN of the interface with that index (not 0), or NULL. */
const struct link_info *links_find_vlan(const struct links *links, unsigned parent_index,
                                        uint16_t vlan);

/** The interface that the IPv4 default route uses; false without one, or where this cannot be
 * asked. */
bool links_default_route(char out[LINK_NAME_SIZE]);

/** "eth0, eth1 and wlan0": the Ethernet ones other than loopback, for a message; "none" when there
 * is none. Returns out. */
const char *links_names(const struct links *links, char *out, size_t size);

/** A non-blocking descriptor that becomes readable when interfaces or addresses change, or -1. */
int links_watch_open(struct problem *problem);
/** Throw away what waits there. 1: something did; 0: nothing; -1 with errno: it cannot be read, and
 * would stay readable: open another. */
int links_watch_drain(int descriptor);
/** -1 is fine. */
void links_watch_close(int descriptor);

#endif
