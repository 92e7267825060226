/* SPDX-License-Identifier: MIT */
/* Floor 2. For unit tests: memory that fails when it is told to. A test that uses it is linked with
 * $(failing_memory_flags), which puts it in the place of the C library's. */
#ifndef IGMPQ_TEST_FAILING_MEMORY_H
#define IGMPQ_TEST_FAILING_MEMORY_H

#include <stdbool.h>

/** Let so many allocations be, and then one fail, or with `for_ever` every one. Negative: none. */
void memory_arm(long allocations, bool for_ever);
/** As given to memory_arm(), less what was allocated since; to go on with later. */
long memory_left(void);
/** How many have failed since memory_arm(). */
unsigned memory_failures(void);
/** How many blocks are allocated and not freed. */
long memory_live(void);

#endif
