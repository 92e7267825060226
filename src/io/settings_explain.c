/* SPDX-License-Identifier: MIT */
/* Floor 3. What is wrong with the value of a setting, and what is allowed. */
#include "settings_private.h"

#include <stdio.h>
#include <string.h>

#include "igmpq/text.h"

/** "active|listen-first" as "active, listen-first". */
static int explain_choice(const struct setting *setting, const char *value, struct problem *problem)
{
    char choices[128];
    size_t used = 0;

    for (const char *at = setting->argument; *at != '\0' && used + 3 < sizeof choices; at++) {
        choices[used++] = *at == '|' ? ',' : *at;
        if (*at == '|')
            choices[used++] = ' ';
    }
    choices[used] = '\0';
    return problem_set(problem, "%s: '%s' is not one of %s", setting->name, value, choices);
}

static int explain_seconds(const char *name, const char *value, const char *or_auto,
                           struct problem *problem)
{
    duration seconds;

    /* Digits alone are refused only when they are too many. */
    if (text_parse_seconds(value, &seconds) ||
        (value[0] != '\0' && value[strspn(value, "0123456789")] == '\0'))
        return problem_set(problem, "%s: %s seconds are too many; at most %ld are allowed", name,
                           value, SETTINGS_SECONDS_MAX);
    return problem_set(problem, "%s: '%s' is not a number of seconds such as 60 or 2.5%s", name,
                       value, or_auto);
}

static int explain_lifetime(const char *name, const char *value, struct problem *problem)
{
    duration seconds;

    if (text_parse_seconds(value, &seconds))
        return problem_set(problem, "%s: '%s' is not %ld to %ld seconds", name, value,
                           SETTINGS_LIFETIME_MIN, SETTINGS_SECONDS_MAX);
    return explain_seconds(name, value, "", problem);
}

static int explain_number(const char *name, const char *value, int low, int high,
                          const char *or_auto, struct problem *problem)
{
    return problem_set(problem, "%s: '%s' is not a whole number from %d to %d%s", name, value, low,
                       high, or_auto);
}

static int explain_prefixes(const char *name, const char *value, struct problem *problem)
{
    struct prefix prefix;
    char part[SETTINGS_PART_SIZE];

    while (value != NULL)
        if (!settings_next_prefix(&value, &prefix, part))
            return problem_set(problem,
                               "%s: '%s' is not an address or a network such as 10.0.0.1 or "
                               "10.0.0.0/24",
                               name, part);
    return problem_set(problem, "%s: more than %d addresses or networks", name, PARAMS_ADDRESSES);
}

int settings_explain(const struct setting *setting, enum value_kind kind, const char *value,
                     struct problem *problem)
{
    const char *name = setting->name;

    switch (kind) {
    case VALUE_DURATION: return explain_seconds(name, value, "", problem);
    case VALUE_DURATION_AUTO: return explain_seconds(name, value, ", or auto", problem);
    case VALUE_LIFETIME: return explain_lifetime(name, value, problem);
    case VALUE_COUNT: return explain_number(name, value, 1, SETTINGS_COUNT_MAX, "", problem);
    case VALUE_COUNT_AUTO:
        return explain_number(name, value, 1, SETTINGS_COUNT_MAX, ", or auto", problem);
    case VALUE_PERCENT_AUTO:
        return explain_number(name, value, 0, SETTINGS_PERCENT_MAX, ", or auto", problem);
    case VALUE_LIMIT: return explain_number(name, value, 1, SETTINGS_LIMIT_MAX, "", problem);
    case VALUE_PRIORITY: return explain_number(name, value, 0, SETTINGS_PRIORITY_MAX, "", problem);
    case VALUE_PREFIXES_ALLOW:
    case VALUE_PREFIXES_DENY: return explain_prefixes(name, value, problem);
    case VALUE_SSM_RANGE:
        return problem_set(problem,
                           "%s: '%s' is not a network of multicast addresses such as 232.0.0.0/8, "
                           "or none",
                           name, value);
    case VALUE_PROFILE:
    case VALUE_VERSION:
    case VALUE_BOOL:
    case VALUE_POLICY:
    case VALUE_MODE:
    case VALUE_ELECTING:
    case VALUE_TRANSITION:
    case VALUE_MEMBERSHIP: break;
    }
    return explain_choice(setting, value, problem);
}
