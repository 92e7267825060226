/* SPDX-License-Identifier: MIT */
/* Floor 3, Linux. The filter of system calls before it is put in force, for its tests. */
#ifndef IGMPQ_IO_SANDBOX_FILTER_H
#define IGMPQ_IO_SANDBOX_FILTER_H

#include <seccomp.h>
#include <stdint.h>

#include "igmpq/sandbox.h"

/** A filter for a processor (SCMP_ARCH_NATIVE: this one), to be freed with seccomp_release(). NULL
 * with a sentence. */
scmp_filter_ctx sandbox_filter_make(enum sandbox_role role, uint32_t processor,
                                    struct problem *problem);

#endif
