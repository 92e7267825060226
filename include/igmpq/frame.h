/* SPDX-License-Identifier: MIT */
/*
 * Floor 1. From a captured frame to the IGMP payload in it: link layer, VLAN tags, IPv4.
 * Lengths come from the IP header, never from the frame (padding is not part of the packet, Q-25).
 */
#ifndef IGMPQ_FRAME_H
#define IGMPQ_FRAME_H

#include "igmpq/base.h"
#include "igmpq/verdict.h"

#define FRAME_MIN        60 /* octets without FCS */
#define FRAME_MIN_TAGGED 64 /* so that a switch that removes the tag still has 60 */
#define FRAME_MAX        1522

#define VLAN_NONE 0
#define VLAN_MAX  4094

/** Link layers that can be decoded; the capture maps libpcap's DLT_ values to them. */
enum link_type {
    LINK_ETHERNET,
    LINK_COOKED_V1,    /* Linux "any", DLT_LINUX_SLL */
    LINK_COOKED_V2,    /* DLT_LINUX_SLL2 */
    LINK_RAW_IP,       /* DLT_RAW, DLT_IPV4 */
    LINK_BSD_LOOPBACK, /* DLT_NULL and DLT_LOOP: family in either byte order */
    LINK_80211,
    LINK_80211_RADIOTAP,
    LINK_TYPE_COUNT
};

/** What was found around the IGMP payload. Fields a link layer does not have are zero. */
struct frame {
    struct mac source_mac;
    struct mac destination_mac;
    bool is_outgoing;         /* cooked link layers tell */
    unsigned interface_index; /* cooked version 2 tells; else 0 */
    unsigned tag_count;       /* 0 to 2 */
    uint16_t vlan;       /* innermost VLAN ID; VLAN_NONE without a tag or with a priority tag */
    uint16_t outer_vlan; /* of two tags */
    uint8_t priority;    /* PCP of the innermost tag */

    struct address source;
    struct address destination;
    uint8_t tos;
    uint8_t ttl;
    uint16_t ip_id;
    bool dont_fragment;
    bool has_router_alert; /* option 148 of any value */
    uint8_t protocol;

    struct octets payload; /* what the capture holds of the IP payload; borrowed */
    size_t payload_length; /* its length as the IP header says */
};

/**
 * Decode one captured frame down to its IGMP payload.
 *
 * `captured` is what the capture holds, `wire_length` what was on the wire (at least as much).
 * VERDICT_ACCEPTED also when the payload is cut short by the capture: igmp_decode() finds that out.
 * VERDICT_CUT when headers themselves are cut. On every verdict the fields decoded so far are
 * valid, at least MACs and VLAN where they could be read, so that a refusal can be attributed to a
 * segment.
 */
enum verdict frame_decode(enum link_type link, struct octets captured, size_t wire_length,
                          struct frame *out);

/** Everything around an IGMP payload that is to be sent on Ethernet. The builder makes octets of
 * it. */
struct envelope {
    struct mac source_mac;
    struct mac destination_mac;
    bool is_tagged;
    uint16_t vlan;
    uint8_t priority; /* PCP, 0 to 7 */
    struct address source;
    struct address destination;
    uint8_t tos;           /* 0xc0 */
    uint8_t ttl;           /* 1 */
    bool has_router_alert; /* */
};

/** The envelope every query of igmpq travels in: TOS 0xc0, TTL 1, Router Alert, the group's MAC. */
struct envelope envelope_for(struct mac source_mac, struct address source,
                             struct address destination);

#endif
