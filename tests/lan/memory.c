/* SPDX-License-Identifier: MIT */
/* Counts what the core and the simulator allocate: the linker puts these in the place of the C
 * library's. Each block carries its size before it. */
#include <stdlib.h>

#include "sim.h"

#define HEADER 16 /* keeps the alignment of malloc() */

static size_t now, most;

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *block);

static void *hand_out(uint8_t *block, size_t size)
{
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    now += size;
    if (now > most)
        most = now;
    return block + HEADER;
}

static void take_back(const uint8_t *block)
{
    size_t size;
    memcpy(&size, block, sizeof size);
    now -= size;
}

void *__wrap_malloc(size_t size)
{
    return __wrap_calloc(1, size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (size > 0 && count > (SIZE_MAX - HEADER) / size)
        return NULL;
    return hand_out(__real_calloc(1, count * size + HEADER), count * size);
}

void *__wrap_realloc(void *old, size_t size)
{
    uint8_t *block = old ? (uint8_t *)old - HEADER : NULL;
    if (block)
        take_back(block);
    return hand_out(__real_realloc(block, size + HEADER), size);
}

void __wrap_free(void *block)
{
    if (!block)
        return;
    take_back((uint8_t *)block - HEADER);
    __real_free((uint8_t *)block - HEADER);
}

size_t memory_now(void)
{
    return now;
}

size_t memory_most(void)
{
    return most;
}

void memory_forget_most(void)
{
    most = now;
}
