/* SPDX-License-Identifier: MIT */
/* cmocka 2 has assert_in_range() under other names, cmocka 1 under this one alone: ours works with
 * both. To be included behind cmocka.h. */
#ifndef IGMPQ_TEST_WITHIN_H
#define IGMPQ_TEST_WITHIN_H

#include <stdint.h>

#define assert_within(value, least, most)                                                          \
    do {                                                                                           \
        intmax_t within_value = (intmax_t)(value);                                                 \
        if (within_value < (intmax_t)(least) || within_value > (intmax_t)(most))                   \
            fail_msg("%s is %jd, not within %s and %s", #value, within_value, #least, #most);      \
    } while (0)

#endif
