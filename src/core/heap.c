/* SPDX-License-Identifier: MIT */
/* Floor 2. Binary heap of deadlines. */
#include "igmpq/heap.h"

#include <stdlib.h>

static bool is_before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->due != b->due ? a->due < b->due : a->rank < b->rank;
}

static void place(struct heap *heap, size_t slot, struct heap_entry *entry)
{
    heap->entry[slot] = entry;
    entry->slot = slot;
}

static void sift_up(struct heap *heap, struct heap_entry *entry)
{
    size_t slot = entry->slot;
    while (slot > 0 && is_before(entry, heap->entry[(slot - 1) / 2])) {
        place(heap, slot, heap->entry[(slot - 1) / 2]);
        slot = (slot - 1) / 2;
    }
    place(heap, slot, entry);
}

static void sift_down(struct heap *heap, struct heap_entry *entry)
{
    size_t slot = entry->slot;
    for (;;) {
        size_t child = 2 * slot + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && is_before(heap->entry[child + 1], heap->entry[child]))
            child++;
        if (!is_before(heap->entry[child], entry))
            break;
        place(heap, slot, heap->entry[child]);
        slot = child;
    }
    place(heap, slot, entry);
}

bool heap_reserve(struct heap *heap)
{
    if (heap->count < heap->capacity)
        return true;
    size_t capacity = heap->capacity ? heap->capacity * 2 : 16;
    struct heap_entry **entry = realloc(heap->entry, capacity * sizeof *entry);
    if (!entry)
        return false;
    heap->entry = entry;
    heap->capacity = capacity;
    return true;
}

void heap_insert(struct heap *heap, struct heap_entry *entry)
{
    entry->slot = heap->count++;
    sift_up(heap, entry);
}

void heap_update(struct heap *heap, struct heap_entry *entry, instant due)
{
    instant was = entry->due;
    entry->due = due;
    if (due < was)
        sift_up(heap, entry);
    else if (due > was)
        sift_down(heap, entry);
}

void heap_remove(struct heap *heap, struct heap_entry *entry)
{
    struct heap_entry *last = heap->entry[--heap->count];
    if (last == entry)
        return;
    place(heap, entry->slot, last);
    sift_up(heap, last);
    sift_down(heap, last);
}

void heap_free(struct heap *heap)
{
    free(heap->entry);
    *heap = (struct heap){0};
}
