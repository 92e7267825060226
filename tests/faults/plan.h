/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. What a program under faults and the one that plans them share: a file, named by
 * FAULTS_PLAN, that both have in memory. tests/faults/run lays it out with the same numbers.
 */
#ifndef IGMPQ_FAULTS_PLAN_H
#define IGMPQ_FAULTS_PLAN_H

#include <stdint.h>

#define PLAN_SITES 2048

enum plan_mode {
    PLAN_COUNT,
    PLAN_ONCE,  /* call number `number` from now on fails, of those that `call` and `site` choose */
    PLAN_ALWAYS /* and all after it */
};

/** A place in the program that calls something: where it returns to, from the program's begin. */
struct plan_site {
    uint32_t call; /* by its place in calls.h, from 0 */
    uint32_t place;
    uint32_t count;
};

struct plan {
    uint32_t mode;
    uint32_t call;
    uint32_t place;  /* 0: wherever it is called */
    uint32_t number; /* counted down to 1 */
    int32_t error;   /* errno; 0: that of calls.h */
    uint32_t fired;  /* how many failed */
    uint32_t sites;
    uint32_t is_full; /* there were more */
    struct plan_site site[PLAN_SITES];
};

#endif
