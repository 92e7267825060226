/* SPDX-License-Identifier: MIT */
/*
 * Floor 0. uthash with a hash function for keys as short as ours: addresses and pairs of them. The
 * one it brings is made for long keys, and took half the time of a replay. Include this, never
 * <uthash.h>: all tables must agree.
 */
#ifndef IGMPQ_HASH_H
#define IGMPQ_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** For a key whose parts are at hand: one that was just written to memory in pieces takes long to
 * be read back in one. */
static inline uint32_t hash_words(uint64_t first, uint64_t second)
{
    uint64_t hash = (first ^ 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;

    hash = (hash ^ hash >> 32 ^ second) * 0xd6e8feb86659fd93u;
    return (uint32_t)(hash >> 32 ^ hash);
}

/** Multiply and fold, eight octets at a time, so that every bit of the key reaches the low bits,
 * which choose the bucket. */
static inline uint32_t hash_octets(const void *key, size_t length)
{
    const uint8_t *at = key;
    uint64_t hash = 0x9e3779b97f4a7c15u;
    uint64_t word;

    for (; length >= sizeof word; at += sizeof word, length -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * 0xd6e8feb86659fd93u;
        hash ^= hash >> 32;
    }
    if (length > 0) {
        word = 0;
        memcpy(&word, at, length);
        hash = (hash ^ word) * 0xd6e8feb86659fd93u;
        hash ^= hash >> 32;
    }
    hash *= 0xd6e8feb86659fd93u;
    return (uint32_t)(hash >> 32);
}

#define HASH_FUNCTION(key, length, value) ((value) = hash_octets((key), (length)))

#include <uthash.h>

/* A chain of ten is ten cache misses: rather more buckets. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 3U

#endif
