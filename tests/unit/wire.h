/* SPDX-License-Identifier: MIT */
/* Test tools for octets: copies of exactly their size, checksums by the book, repeatable noise. */
#ifndef IGMPQ_TEST_WIRE_H
#define IGMPQ_TEST_WIRE_H

#include "igmpq/base.h"

#include <assert.h>
#include <stdlib.h>

/** A heap copy of exactly that many octets, so that a sanitizer sees a read of one more. Freed by
 * the caller. */
static inline uint8_t *wire_copy(const uint8_t *from, size_t length)
{
    uint8_t *copy = malloc(length);
    assert(copy != NULL || length == 0);
    if (length > 0)
        memcpy(copy, from, length);
    return copy;
}

static inline void wire_put_be16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/** RFC 1071 word by word as its text says it, to hold the quick one against. */
static inline uint16_t wire_naive_checksum(const uint8_t *at, size_t length)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i += 2) {
        sum += (uint32_t)at[i] << 8 | (i + 1 < length ? at[i + 1] : 0u);
        if (sum > 0xffff)
            sum -= 0xffff; /* the carry comes round */
    }
    return (uint16_t)~sum;
}

/** Put the right checksum into an IGMP message. */
static inline void wire_seal_igmp(uint8_t *igmp, size_t length)
{
    if (length < 4)
        return;
    wire_put_be16(igmp + 2, 0);
    wire_put_be16(igmp + 2, wire_naive_checksum(igmp, length));
}

/** Put the right checksum into an IPv4 header; what its length field says, the octets must hold. */
static inline void wire_seal_ip(uint8_t *ip)
{
    wire_put_be16(ip + 10, 0);
    wire_put_be16(ip + 10, wire_naive_checksum(ip, (size_t)(ip[0] & 0xf) * 4));
}

/** The next of a repeatable row of numbers (the linear congruence of POSIX drand48). */
static inline uint32_t wire_random(uint64_t *seed)
{
    *seed = (*seed * 0x5deece66d + 0xb) & 0xffffffffffff;
    return (uint32_t)(*seed >> 16);
}

#endif
