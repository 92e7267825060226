/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. One sentence that tells a person what went wrong and what to do, filled in by whoever
 * knows and logged once by whoever decides. Functions of the world return 0 or -1 and fill one of
 * these.
 */
#ifndef IGMPQ_PROBLEM_H
#define IGMPQ_PROBLEM_H

#include <stdarg.h>

struct problem {
    char text[512];
};

/** Write the sentence; `problem` may be NULL. Always returns -1, so that `return problem_set(...)`
 * reads well. */
int problem_set(struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
