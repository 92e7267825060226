/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. An intrusive binary heap of deadlines: the earliest first, at equal times the
 * earlier-numbered first, so that the order is the same on every run.
 */
#ifndef IGMPQ_HEAP_H
#define IGMPQ_HEAP_H

#include "igmpq/base.h"

/** A member of a heap; embed it, and get back to the owner with `owner`. */
struct heap_entry {
    instant due;
    uint64_t rank; /* breaks ties: interface and VLAN of a segment, address of a group */
    size_t slot;   /* position, kept by the heap */
    void *owner;
};

struct heap {
    struct heap_entry **entry;
    size_t count;
    size_t capacity;
};

/** Room for one more; false when memory is short (nothing changed). Call it before heap_insert().
 */
bool heap_reserve(struct heap *heap);
/** Insert `entry` with its due, rank and owner set. Room must have been reserved. */
void heap_insert(struct heap *heap, struct heap_entry *entry);
/** The entry's due became another. */
void heap_update(struct heap *heap, struct heap_entry *entry, instant due);
/** Take out an entry that is in it. */
void heap_remove(struct heap *heap, struct heap_entry *entry);
/** The earliest, or NULL. */
static inline struct heap_entry *heap_first(const struct heap *heap)
{
    return heap->count ? heap->entry[0] : NULL;
}
/** Free the array; the entries are their owners'. */
void heap_free(struct heap *heap);

#endif
