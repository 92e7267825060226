/* SPDX-License-Identifier: MIT */
/* Floor 2. For unit tests: memory that fails when it is told to (-Wl,--wrap). */
#include "failing_memory.h"

#include <stddef.h>

static long allocations_left = -1; /* until the next fails; -1: none does */
static bool fails_for_ever;        /* and all after it */
static unsigned failures;
static long live;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static bool is_to_fail(void)
{
    if (allocations_left < 0)
        return false;
    if (allocations_left > 0) {
        allocations_left--;
        return false;
    }
    if (!fails_for_ever)
        allocations_left = -1;
    failures++;
    return true;
}

void *__wrap_malloc(size_t size)
{
    void *block = is_to_fail() ? NULL : __real_malloc(size);
    live += block != NULL;
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block = is_to_fail() ? NULL : __real_calloc(count, size);
    live += block != NULL;
    return block;
}

void *__wrap_realloc(void *block, size_t size)
{
    if (is_to_fail())
        return NULL;
    void *moved = __real_realloc(block, size);
    live += !block && moved;
    return moved;
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

void memory_arm(long allocations, bool for_ever)
{
    allocations_left = allocations;
    fails_for_ever = for_ever;
    failures = 0;
}

long memory_left(void)
{
    return allocations_left;
}

unsigned memory_failures(void)
{
    return failures;
}

long memory_live(void)
{
    return live;
}
