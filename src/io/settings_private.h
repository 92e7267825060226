/* SPDX-License-Identifier: MIT */
/* Floor 3. What the values of a setting can be, for those who read them and those who explain. */
#ifndef IGMPQ_IO_SETTINGS_PRIVATE_H
#define IGMPQ_IO_SETTINGS_PRIVATE_H

#include "igmpq/settings.h"

/** Longer than any timer of the protocol can be: the largest interval that a version 3 query can
 * tell, as often as the largest robustness variable. Sums of several stay far from overflow. */
#define SETTINGS_SECONDS_MAX (31744L * 255)

#define SETTINGS_LIFETIME_MIN 1L /* seconds */
#define SETTINGS_COUNT_MAX    255
#define SETTINGS_PERCENT_MAX  50
#define SETTINGS_LIMIT_MAX    1000000
#define SETTINGS_PRIORITY_MAX 7

enum value_kind {
    VALUE_PROFILE,
    VALUE_VERSION,
    VALUE_DURATION,
    VALUE_DURATION_AUTO,
    VALUE_LIFETIME, /* a duration that is not 0 */
    VALUE_COUNT,
    VALUE_COUNT_AUTO,
    VALUE_PERCENT_AUTO,
    VALUE_LIMIT,
    VALUE_PRIORITY,
    VALUE_BOOL,
    VALUE_POLICY,
    VALUE_MODE,
    VALUE_ELECTING,
    VALUE_TRANSITION,
    VALUE_MEMBERSHIP,
    VALUE_PREFIXES_ALLOW,
    VALUE_PREFIXES_DENY,
    VALUE_SSM_RANGE
};

/** The next of several networks separated by commas, with or without blanks, from `*at`, which
 * moves on and is NULL after the last; false when it is none, with its text in `part`. */
#define SETTINGS_PART_SIZE 64
bool settings_next_prefix(const char **at, struct prefix *out, char part[SETTINGS_PART_SIZE]);

/** The sentence about a value that was refused. Always -1. */
int settings_explain(const struct setting *setting, enum value_kind kind, const char *value,
                     struct problem *problem);

#endif
