/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. What every operating system has to provide, in small files that the build chooses:
 * *_linux.c, *_bsd.c and so on. Nothing else in the world knows on which system it runs. (Whole
 * modules that differ by system, links_watch_*() and lock_*(), are declared in their own headers.)
 */
#ifndef IGMPQ_IO_SYSTEM_H
#define IGMPQ_IO_SYSTEM_H

#include <sys/socket.h>
#include <sys/types.h>

#include "igmpq/links.h"

struct ifaddrs;

#define PRIVILEGE_ADVICE_SIZE 256

/** What a person is to do about "permission denied", as an imperative without full stop. Returns
 * out. */
const char *privilege_advice(char out[PRIVILEGE_ADVICE_SIZE]);

/**
 * Ask the network card for every multicast frame for as long as the capture's descriptor is open.
 * 0, or -1 where there is no such thing: promiscuous mode is then the way.
 */
int capture_ask_allmulti(int descriptor, const char *interface);

/**
 * Put the network card into promiscuous mode, or no longer, for as long as the capture's descriptor
 * is open. 0, also where it is in that mode anyway, since there is no all-multicast; or -1 with
 * errno.
 */
int capture_ask_promiscuous(int descriptor, const char *interface, bool is_wanted);

/** Whether the interface is down, where reading from the capture would not tell. */
bool capture_is_down(int descriptor, const char *interface);

/** Make sure that nothing ever waits in the queue of a descriptor that only sends. 0, or -1 with
 * errno. */
int inject_refuse_input(int descriptor);

/**
 * Make this host's own stack hear what the descriptor sends, where that is the only way to reach
 * its members (`local_echo_is_needed` is false then). 0, also where it is not; or -1 with errno.
 */
int inject_let_stack_hear(int descriptor);

/** Whether a query has to be sent through a raw socket once more for this host's own members. */
bool local_echo_is_needed(void);

/** Send multicast of this socket on one interface. 0, or -1 with errno. */
int local_echo_choose_interface(int descriptor, unsigned interface_index);

/** The length field of an IP header, as the system wants it from a raw socket, in memory order. */
uint16_t local_echo_header_length(uint16_t length);

/**
 * When the entry's address is a link-layer address (getifaddrs() gives one per interface), take
 * index, kind and MAC from it, clear `has_carrier` where the flags do not tell the truth about it,
 * and return true; else false.
 */
bool links_read_hardware(const struct ifaddrs *entry, struct link_info *link);

/** The number of a group of users. 0, or -1: there is none of that name. (A file of its own, since
 * the system has another struct group than we.) */
int control_group_find(const char *name, gid_t *out);

/** The user at the other end of a Unix socket, as it was when it connected. 0, or -1 where that
 * cannot be told. */
int control_peer_user(int descriptor, uid_t *out);

/** Where the interface is the device of a VLAN, set its `vlan` and `parent_index`. `descriptor`:
 * any socket. */
void links_read_vlan(int descriptor, struct link_info *link);

#endif
