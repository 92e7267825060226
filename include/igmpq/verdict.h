/* SPDX-License-Identifier: MIT */
/*
 * Floor 1. What was decided about one received frame: accepted, or the one named reason why not.
 * Each verdict has a counter per segment, a name that is the same in logs, JSON and metrics, and a
 * test.
 */
#ifndef IGMPQ_VERDICT_H
#define IGMPQ_VERDICT_H

enum verdict {
    VERDICT_ACCEPTED,

    /* frame_decode(): not for us, or not sane below IGMP */
    VERDICT_NOT_IGMP,        /* not IPv4, or not protocol 2 */
    VERDICT_CUT,             /* the capture holds less of the frame than was on the wire */
    VERDICT_TOO_MANY_TAGS,   /* more than two VLAN tags */
    VERDICT_BAD_IP_HEADER,   /* version not 4, or header length below 20 or beyond the packet */
    VERDICT_BAD_IP_LENGTH,   /* total length below the header's or beyond the frame */
    VERDICT_BAD_IP_CHECKSUM, /* header checksum (RFC 4541 section 2.1.1 (5)) */
    VERDICT_FRAGMENT,        /* IGMP is never fragmented; reassembly is not attempted */

    /* igmp_decode(): not sane inside IGMP */
    VERDICT_BAD_LENGTH,   /* shorter than 8 octets, or a query of 9 to 11 (RFC 3376 section 7.1) */
    VERDICT_BAD_CHECKSUM, /* over the whole IGMP payload */
    VERDICT_UNKNOWN_TYPE, /* silently ignored */
    VERDICT_BAD_GROUP,    /* neither 0 nor multicast where that is needed */
    VERDICT_BAD_SOURCE_COUNT, /* a version 3 query that claims more sources than it holds */
    VERDICT_BAD_RECORD,       /* a version 3 report that claims more records than can fit */

    /* the segment: sane, but not accepted here */
    VERDICT_WRONG_VLAN,   /* tagged with a VLAN that no segment of this interface is for */
    VERDICT_SEGMENT_DOWN, /* no link or no address: nothing is listened to */
    VERDICT_OWN,          /* our own query, seen as it left */
    VERDICT_LOOPED,       /* our own query, seen once more than it was sent */
    VERDICT_SAME_HOST,    /* our MAC address, not our query: another querier program on this host */
    VERDICT_OWN_ADDRESS,  /* our IP address from another MAC address: a duplicate */
    VERDICT_BAD_SOURCE,  /* cannot be a host: 127/8, 224/4, 240/4, the network's broadcast */
    VERDICT_PROXY_QUERY, /* from 0.0.0.0: never part of the election */
    VERDICT_OFF_SUBNET,  /* source outside the segment's network */
    VERDICT_WRONG_DESTINATION, /* general query not to 224.0.0.1, report not to its group, ...
 */
    VERDICT_UNICAST_QUERY,     /* a query to our own unicast address */
    VERDICT_BAD_TTL,           /* TTL not 1 */
    VERDICT_NO_ROUTER_ALERT,   /* only where the policy says drop */
    VERDICT_ODD_TOS,           /* only where the policy says drop */
    VERDICT_DENIED,         /* the querier's address is denied, or not allowed, by configuration */
    VERDICT_SPECIFIC_QUERY, /* not a general query: does not elect under RFC 9776 */
    VERDICT_IGNORED_LEAVE,  /* a leave that changes nothing: unknown group, version 1 host, not the
                               querier */
    VERDICT_SSM_RANGE,      /* an any-source message for a source-specific group */
    VERDICT_NOT_TRACKED,    /* 224.0.0.1, and where nothing of a report was of use */
    VERDICT_TABLE_FULL,     /* a new group or source beyond the configured maximum, or a report that
                               is too much work */

    VERDICT_COUNT
};

/** The name: lower case, words joined by '-', never NULL, static. */
const char *verdict_name(enum verdict verdict);

#endif
