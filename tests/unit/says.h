/* SPDX-License-Identifier: MIT */
/* What went wrong is told in a sentence that holds this, or the test shows what it was. To be
 * included behind cmocka.h. */
#ifndef IGMPQ_TEST_SAYS_H
#define IGMPQ_TEST_SAYS_H

#include <string.h>

#include "igmpq/problem.h"

static inline void assert_says(const struct problem *problem, const char *part)
{
    if (strstr(problem->text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", problem->text, part);
}

#endif
