/* SPDX-License-Identifier: MIT */
/*
 * Floor 0. Time, addresses, readers and writers of octets: the words every other file uses.
 *
 * Time is an argument, never fetched. One unit, microseconds; an instant is a point on the caller's
 * clock, a duration the distance between two. Addresses are in host order inside a type of their
 * own; only igmp.c and frame.c (and the builder) know that the wire is big-endian. Everyone else
 * goes through address_*(): another family is added there and nowhere else.
 */
#ifndef IGMPQ_BASE_H
#define IGMPQ_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef int64_t instant;
typedef int64_t duration;

#define INSTANT_NEVER INT64_MAX
#define MICROSECONDS  ((duration)1)
#define MILLISECONDS  ((duration)1000)
#define DECISECONDS   ((duration)100000)
#define SECONDS       ((duration)1000000)

/** The instant `span` after `at`; NEVER stays NEVER and sums that do not fit become NEVER. */
static inline instant instant_after(instant at, duration span)
{
    if (at == INSTANT_NEVER || (span > 0 && at > INSTANT_NEVER - span))
        return INSTANT_NEVER;
    return at + span;
}

/** NEVER is later than everything. */
static inline instant instant_earlier(instant a, instant b)
{
    return a < b ? a : b;
}

/** An IPv4 address in host order; 0 is 0.0.0.0, "none" or "any" by context. */
struct address {
    uint32_t ipv4;
};

/** An address and the length in bits of the network it is on (0 to 32). */
struct prefix {
    struct address address;
    unsigned length;
};

/** An Ethernet address in the order of the wire. */
struct mac {
    uint8_t octet[6];
};

/** a.b.c.d */
static inline struct address address_of(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (struct address){(uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8 | d};
}

#define ADDRESS_NONE        (address_of(0, 0, 0, 0))
#define ADDRESS_ALL_HOSTS   (address_of(224, 0, 0, 1))
#define ADDRESS_ALL_ROUTERS (address_of(224, 0, 0, 2))
#define ADDRESS_IGMPV3      (address_of(224, 0, 0, 22))

static inline bool address_equal(struct address a, struct address b)
{
    return a.ipv4 == b.ipv4;
}

/** Less than, equal to or greater than zero: unsigned and in network order on all bits. */
static inline int address_compare(struct address a, struct address b)
{
    return (a.ipv4 > b.ipv4) - (a.ipv4 < b.ipv4);
}

static inline bool address_is_none(struct address a)
{
    return a.ipv4 == 0;
}

/** 224.0.0.0/4. */
static inline bool address_is_multicast(struct address a)
{
    return a.ipv4 >> 28 == 0xe;
}

/** 224.0.0.0/24: never routed, always flooded by switches (RFC 4541 section 2.1.2). */
static inline bool address_is_link_local_multicast(struct address a)
{
    return a.ipv4 >> 8 == 0xe00000;
}

/** The mask of a length from 0 to 32, in host order. */
static inline uint32_t prefix_mask(unsigned length)
{
    return length == 0 ? 0 : UINT32_MAX << (32 - length);
}

/** Whether the address is in that network; length 0 contains all. */
static inline bool prefix_contains(struct prefix p, struct address a)
{
    return ((p.address.ipv4 ^ a.ipv4) & prefix_mask(p.length)) == 0;
}

/** True for the all-ones host address of a network that has one (length 1 to 30). */
static inline bool prefix_is_broadcast(struct prefix p, struct address a)
{
    return p.length >= 1 && p.length <= 30 && prefix_contains(p, a) &&
           (a.ipv4 | prefix_mask(p.length)) == UINT32_MAX;
}

/** Whether a host can have this address: not in 0/8 or 127/8, not multicast, nor reserved. */
static inline bool address_is_of_host(struct address a)
{
    uint32_t first = a.ipv4 >> 24;
    return first != 0 && first != 127 && first < 224;
}

/** The same in its network: neither the network's own number nor its broadcast address (length 1 to
 * 30). */
static inline bool prefix_is_of_host(struct prefix p)
{
    bool is_network = p.length <= 30 && (p.address.ipv4 & ~prefix_mask(p.length)) == 0;
    return address_is_of_host(p.address) && !is_network && !prefix_is_broadcast(p, p.address);
}

static inline bool mac_equal(struct mac a, struct mac b)
{
    return memcmp(a.octet, b.octet, sizeof a.octet) == 0;
}

/** 00:00:00:00:00:00, which stands for "not known". */
static inline bool mac_is_none(struct mac a)
{
    return mac_equal(a, (struct mac){{0}});
}

/** Its 48 bits as a number. */
static inline uint64_t mac_number(struct mac mac)
{
    return (uint64_t)mac.octet[0] << 40 | (uint64_t)mac.octet[1] << 32 |
           (uint64_t)mac.octet[2] << 24 | (uint64_t)mac.octet[3] << 16 |
           (uint64_t)mac.octet[4] << 8 | mac.octet[5];
}

/** The Ethernet address of an IPv4 group: 01:00:5e and its low 23 bits (RFC 1112 section 6.4). */
static inline struct mac mac_of_group(struct address group)
{
    return (struct mac){{0x01, 0x00, 0x5e, (uint8_t)(group.ipv4 >> 16 & 0x7f),
                         (uint8_t)(group.ipv4 >> 8), (uint8_t)group.ipv4}};
}

/** Borrowed memory: `length` octets at `data`, owned by someone else and unchanged meanwhile. */
struct octets {
    const uint8_t *data;
    size_t length;
};

/** True when `count` octets at `offset` lie inside; never overflows. */
static inline bool octets_have(struct octets from, size_t offset, size_t count)
{
    return offset <= from.length && count <= from.length - offset;
}

/** What lies behind `offset`; empty when nothing does. */
static inline struct octets octets_from(struct octets from, size_t offset)
{
    if (offset >= from.length)
        return (struct octets){from.data, 0};
    return (struct octets){from.data + offset, from.length - offset};
}

/* Big-endian readers. Reading outside gives 0: callers ask octets_have() first, and a mistake is
 * then a wrong value that a test sees, never an access out of bounds. */
static inline uint8_t octets_u8(struct octets from, size_t offset)
{
    return octets_have(from, offset, 1) ? from.data[offset] : 0;
}

static inline uint16_t octets_be16(struct octets from, size_t offset)
{
    if (!octets_have(from, offset, 2))
        return 0;
    return (uint16_t)(from.data[offset] << 8 | from.data[offset + 1]);
}

static inline uint32_t octets_be32(struct octets from, size_t offset)
{
    if (!octets_have(from, offset, 4))
        return 0;
    return (uint32_t)from.data[offset] << 24 | (uint32_t)from.data[offset + 1] << 16 |
           (uint32_t)from.data[offset + 2] << 8 | from.data[offset + 3];
}

static inline struct address octets_address(struct octets from, size_t offset)
{
    return (struct address){octets_be32(from, offset)};
}

/* Big-endian writers, for those few who make octets; the caller has seen to the room. */
static inline void octets_put_be16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void octets_put_address(uint8_t *at, struct address address)
{
    octets_put_be16(at, address.ipv4 >> 16);
    octets_put_be16(at + 2, address.ipv4);
}

#endif
