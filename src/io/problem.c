/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. One sentence that tells a person what went wrong and what to do.
 */
#include "igmpq/problem.h"

#include <errno.h>
#include <stdio.h>

int problem_set(struct problem *problem, const char *format, ...)
{
    /* Callers decide by errno after they got the sentence (inject), so making it may not change
     * errno. */
    int kept = errno;
    va_list arguments;

    if (problem != NULL) {
        va_start(arguments, format);
        vsnprintf(problem->text, sizeof problem->text, format, arguments);
        va_end(arguments);
    }
    errno = kept;
    return -1;
}
