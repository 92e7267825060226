/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Frames in, through libpcap: from an interface or from a file. Hides libpcap.
 *
 * The filter is an optimisation, never a validation: what comes out may be anything.
 */
#ifndef IGMPQ_CAPTURE_H
#define IGMPQ_CAPTURE_H

#include "igmpq/base.h"
#include "igmpq/frame.h"
#include "igmpq/problem.h"

struct capture;

/** One captured frame; `captured` is valid until the next call on the same capture. */
struct captured_frame {
    instant at; /* microseconds since the epoch, from the capture; truncated from nanoseconds */
    struct octets captured;
    size_t wire_length;
};

enum capture_result {
    CAPTURE_FRAME, /* `*out` is filled */
    CAPTURE_EMPTY, /* live: nothing waits */
    CAPTURE_END,   /* file: the end, cleanly */
    CAPTURE_FAILED /* `problem` tells; live: the interface is gone or went down */
};

/** What is to be captured live; frames with tags as well. */
enum capture_scope {
    CAPTURE_IGMP,     /* and nothing else: what a querier needs */
    CAPTURE_MULTICAST /* all that goes to a multicast address, and IGMP that does not */
};

/**
 * Open `interface` for reading, tagged or not: non-blocking, immediate, whole frames.
 * All-multicast, not promiscuous until capture_hear_every_vlan() asks for that: version 2 reports
 * go to the group's own address, and a network card filters what was not joined (Linux:
 * PACKET_MR_ALLMULTI on the capture's own socket; elsewhere, or where that fails, promiscuous
 * mode). The interface must be Ethernet. Returns NULL and a sentence that says what to do (no
 * privilege; not Ethernet and what it is; no such interface; down).
 */
struct capture *capture_open_live(const char *interface, enum capture_scope scope,
                                  struct problem *problem);

/**
 * Open a pcap or pcapng file, "-" for standard input; gzip is unpacked. NULL and a sentence when it
 * is none, is empty, or its link type cannot be decoded. What can be read of a damaged file comes
 * before CAPTURE_FAILED, whose sentence names the last good frame and where reading stopped.
 */
struct capture *capture_open_file(const char *path, struct problem *problem);

/** The descriptor to poll for reading (live), or -1. */
int capture_descriptor(const struct capture *capture);

/** How to decode the frames. */
enum link_type capture_link_type(const struct capture *capture);

/** The next frame. A live capture is to be drained until CAPTURE_EMPTY after every wake. */
enum capture_result capture_next(struct capture *capture, struct captured_frame *out,
                                 struct problem *problem);

/** How far a file has been read, in octets of the file, and how many it has: 0 where that is not
 * known. */
void capture_progress(const struct capture *capture, uint64_t *done, uint64_t *of);

/** Whether frames that this host sends are captured too (Linux: yes). */
bool capture_sees_own(const struct capture *capture);

/**
 * Whether those VLANs are to be heard too that this host has no device of (live; at first: no). A
 * network card that filters VLANs lets in those of the host's devices, all-multicast or not, and
 * all others in promiscuous mode only. 0, or -1 with a sentence; asked again, it is tried again.
 */
int capture_hear_every_vlan(struct capture *capture, bool is_wanted, struct problem *problem);

/** Frames the kernel dropped because nobody read them in time (live), since opening. */
uint64_t capture_drops(const struct capture *capture);

/** Something that a person should know about an open capture (nothing asks the card for all
 * multicast), or NULL. */
const char *capture_warning(const struct capture *capture);

/** Close; NULL is fine. */
void capture_close(struct capture *capture);

#endif
