/* SPDX-License-Identifier: MIT */
/* Floor 3. The protocol settings by name, one table for options, configuration and output. */
#include "settings_private.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "igmpq/text.h"

/** How each setting is stored; in step with `described` below. */
struct storage {
    enum value_kind kind;
    size_t offset;
};

#define AT(member) offsetof(struct params, member)

static const struct setting described[] = {
    {"profile", 0, "default|rfc9776|rfc3376|rfc2236", "a whole set of defaults (default)"},
    {"mode", 0, "active|listen-first|backup|passive",
     "listen before the first query; yield to any querier; never send (active)"},
    {"igmp-version", 'V', "1|2|3|auto",
     "version of the queries (2); auto follows the lowest version heard"},
    {"query-interval", 'q', "SECONDS", "time between general queries (60; 125 in a profile)"},
    {"timeout", 't', "SECONDS|auto",
     "take over when the other querier is silent for so long (auto: 255 until evidence allows "
     "less)"},
    {"query-response-interval", 0, "SECONDS|auto",
     "time hosts have to answer (auto: 10, or half the query interval if that is less)"},
    {"robustness", 0, "COUNT",
     "robustness variable: how many losses in a row are survived, plus one (2)"},
    {"startup-query-interval", 0, "SECONDS|auto",
     "between startup queries (auto: 5, or a quarter of the query interval)"},
    {"startup-query-count", 0, "COUNT|auto", "how many startup queries (auto: 3)"},
    {"last-member-query-interval", 0, "SECONDS", "between the queries that follow a leave (1)"},
    {"last-member-query-count", 0, "COUNT|auto",
     "how many queries follow a leave (auto: robustness)"},
    {"jitter", 0, "PERCENT|auto",
     "queries come early by up to so much (auto: 25, in version 3 none)"},
    {"listen-time", 0, "SECONDS|auto",
     "how long mode listen-first listens (auto: query plus response interval)"},
    {"backup-stagger", 0, "SECONDS", "mode backup waits up to so much longer, by chance (0)"},
    {"takeover-burst", 0, "true|false", "startup queries after a takeover too (false)"},
    {"electing-queries", 0, "general|any", "which queries take part in the election (general)"},
    {"last-member-transition", 0, "complete|defer",
     "losing the election while a group is being asked about (complete)"},
    {"membership-interval", 0, "rfc9776|rfc3376",
     "how long a membership lasts: 2 or 1 response intervals of reserve (rfc9776)"},
    {"ttl", 0, "accept|warn|drop", "frames whose TTL is not 1 (drop)"},
    {"router-alert", 0, "accept|warn|drop", "queries without Router Alert (warn)"},
    {"off-subnet", 0, "accept|warn|drop", "queriers that are not on this network (drop)"},
    {"tos", 0, "accept|warn|drop", "queries whose TOS is not 0xc0 (accept)"},
    {"unicast", 0, "accept|warn|drop", "queries to our own address alone (drop)"},
    {"allow-querier", 0, "ADDRESS[/LENGTH]",
     "only these may win the election; repeat it or separate by commas (all)"},
    {"deny-querier", 0, "ADDRESS[/LENGTH]", "these may not win the election (none)"},
    {"ssm-range", 0, "NETWORK|none", "source-specific groups (232.0.0.0/8)"},
    {"priority", 0, "0-7", "VLAN priority of tagged queries (6)"},
    {"max-groups", 0, "COUNT", "groups remembered (4096)"},
    {"max-sources", 0, "COUNT", "sources remembered over all groups (16384)"},
    {"max-reporters", 0, "COUNT", "reporting hosts remembered (4096)"},
    {"switch-timeout", 0, "SECONDS",
     "the switches forget a member after so long; for warnings only (260)"},
    {"switch-router-timeout", 0, "SECONDS",
     "the switches forget the querier's port after so long; for warnings only (255)"},
    {NULL, 0, NULL, NULL},
};

static const struct storage stored[] = {
    {VALUE_PROFILE, AT(profile)},
    {VALUE_MODE, AT(mode)},
    {VALUE_VERSION, AT(version)},
    {VALUE_DURATION, AT(query_interval)},
    {VALUE_DURATION_AUTO, AT(other_querier_present)},
    {VALUE_DURATION_AUTO, AT(query_response_interval)},
    {VALUE_COUNT, AT(robustness)},
    {VALUE_DURATION_AUTO, AT(startup_query_interval)},
    {VALUE_COUNT_AUTO, AT(startup_query_count)},
    {VALUE_DURATION, AT(last_member_query_interval)},
    {VALUE_COUNT_AUTO, AT(last_member_query_count)},
    {VALUE_PERCENT_AUTO, AT(jitter_percent)},
    {VALUE_DURATION_AUTO, AT(listen_time)},
    {VALUE_DURATION, AT(backup_stagger)},
    {VALUE_BOOL, AT(takeover_burst)},
    {VALUE_ELECTING, AT(electing)},
    {VALUE_TRANSITION, AT(transition)},
    {VALUE_MEMBERSHIP, AT(membership)},
    {VALUE_POLICY, AT(ttl)},
    {VALUE_POLICY, AT(router_alert)},
    {VALUE_POLICY, AT(off_subnet)},
    {VALUE_POLICY, AT(tos)},
    {VALUE_POLICY, AT(unicast)},
    {VALUE_PREFIXES_ALLOW, AT(allow)},
    {VALUE_PREFIXES_DENY, AT(deny)},
    {VALUE_SSM_RANGE, AT(ssm_range)},
    {VALUE_PRIORITY, AT(priority)},
    {VALUE_LIMIT, AT(max_groups)},
    {VALUE_LIMIT, AT(max_sources)},
    {VALUE_LIMIT, AT(max_reporters)},
    {VALUE_LIFETIME, AT(switch_timeout)},
    {VALUE_LIFETIME, AT(switch_router_timeout)},
};

_Static_assert(sizeof stored / sizeof *stored + 1 == sizeof described / sizeof *described,
               "every described setting is stored");

const struct setting *settings_all(void)
{
    return described;
}

const struct setting *settings_find(const char *name)
{
    for (const struct setting *setting = described; setting->name; setting++)
        if (strcmp(setting->name, name) == 0)
            return setting;
    return NULL;
}

/** The values of an enum by its name function, which ends with NULL; -1 when `value` is none of
 * them. */
#define ENUM_VALUE(function, type, value)                                                          \
    static int function##_value(const char *value)                                                 \
    {                                                                                              \
        for (int i = 0; function((type)i); i++)                                                    \
            if (strcmp(function((type)i), value) == 0)                                             \
                return i;                                                                          \
        return -1;                                                                                 \
    }

ENUM_VALUE(profile_name, enum profile, text)
ENUM_VALUE(policy_name, enum policy, text)
ENUM_VALUE(mode_name, enum mode, text)
ENUM_VALUE(electing_queries_name, enum electing_queries, text)
ENUM_VALUE(last_member_transition_name, enum last_member_transition, text)
ENUM_VALUE(membership_formula_name, enum membership_formula, text)

static bool set_version(struct params *params, const char *value)
{
    unsigned long number;

    if (strcmp(value, "auto") == 0) {
        params->version = 3;
        params->follow_version = true;
        return true;
    }
    if (!text_parse_unsigned(value, 1, 3, &number))
        return false;
    params->version = (unsigned)number;
    params->follow_version = false;
    return true;
}

static bool set_bool(bool *field, const char *value)
{
    bool is_yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
    if (!is_yes && strcmp(value, "no") != 0 && strcmp(value, "false") != 0)
        return false;
    *field = is_yes;
    return true;
}

bool settings_next_prefix(const char **at, struct prefix *out, char part[SETTINGS_PART_SIZE])
{
    const char *begin = *at + strspn(*at, " \t");
    size_t length = strcspn(begin, ",");

    *at = begin[length] == ',' ? begin + length + 1 : NULL;
    while (length > 0 && (begin[length - 1] == ' ' || begin[length - 1] == '\t'))
        length--;
    snprintf(part, SETTINGS_PART_SIZE, "%.*s", (int)length, begin);
    return length < SETTINGS_PART_SIZE && text_parse_prefix(part, out);
}

/** One or several networks onto the end of a list; all of them or none. */
static bool add_prefixes(struct prefix *list, unsigned *count, const char *value)
{
    char part[SETTINGS_PART_SIZE];
    unsigned used = *count;

    while (value)
        if (used >= PARAMS_ADDRESSES || !settings_next_prefix(&value, &list[used++], part))
            return false;
    *count = used;
    return true;
}

static bool set_ssm_range(struct prefix *field, const char *value)
{
    struct prefix range = {ADDRESS_NONE, 32};
    if (strcmp(value, "none") != 0 && (!text_parse_prefix(value, &range) ||
                                       !address_is_multicast(range.address) || range.length < 4))
        return false;
    *field = range;
    return true;
}

static bool set_enum(void *field, size_t size, int number)
{
    if (number < 0)
        return false;
    unsigned as_unsigned = (unsigned)number; /* gcc and clang: our enums are unsigned int */
    memcpy(field, &as_unsigned, size);
    return true;
}

/** What is in the range of the field; params_resolve() says what is out of the protocol's. */
static bool set_count(int *field, const char *value)
{
    unsigned long number;
    if (!text_parse_unsigned(value, 0, SETTINGS_COUNT_MAX, &number))
        return false;
    *field = (int)number;
    return true;
}

static bool set_limit(unsigned *field, const char *value)
{
    unsigned long number;
    if (!text_parse_unsigned(value, 1, SETTINGS_LIMIT_MAX, &number))
        return false;
    *field = (unsigned)number;
    return true;
}

static bool set_duration(duration *field, const char *value)
{
    duration span;
    if (!text_parse_seconds(value, &span) || span > SETTINGS_SECONDS_MAX * SECONDS)
        return false;
    *field = span;
    return true;
}

static bool set_value(struct params *params, const struct storage *storage, const char *value)
{
    void *field = (char *)params + storage->offset;
    bool is_auto = strcmp(value, "auto") == 0;
    unsigned long number;
    duration span;

    switch (storage->kind) {
    case VALUE_PROFILE:
        if (profile_name_value(value) < 0)
            return false;
        *params = params_default((enum profile)profile_name_value(value));
        return true;
    case VALUE_VERSION: return set_version(params, value);
    case VALUE_DURATION_AUTO:
        if (is_auto) {
            *(duration *)field = PARAMS_AUTO;
            return true;
        }
        return set_duration(field, value);
    case VALUE_DURATION: return set_duration(field, value);
    case VALUE_LIFETIME:
        return set_duration(&span, value) && span >= SETTINGS_LIFETIME_MIN * SECONDS &&
               set_duration(field, value);
    case VALUE_COUNT_AUTO:
    case VALUE_PERCENT_AUTO:
        if (is_auto) {
            *(int *)field = PARAMS_AUTO;
            return true;
        }
        return set_count(field, value);
    case VALUE_COUNT: return set_count(field, value);
    case VALUE_LIMIT: return set_limit(field, value);
    case VALUE_PRIORITY:
        if (!text_parse_unsigned(value, 0, SETTINGS_PRIORITY_MAX, &number))
            return false;
        *(uint8_t *)field = (uint8_t)number;
        return true;
    case VALUE_BOOL: return set_bool(field, value);
    case VALUE_POLICY: return set_enum(field, sizeof(enum policy), policy_name_value(value));
    case VALUE_MODE: return set_enum(field, sizeof(enum mode), mode_name_value(value));
    case VALUE_ELECTING:
        return set_enum(field, sizeof(enum electing_queries), electing_queries_name_value(value));
    case VALUE_TRANSITION:
        return set_enum(field, sizeof(enum last_member_transition),
                        last_member_transition_name_value(value));
    case VALUE_MEMBERSHIP:
        return set_enum(field, sizeof(enum membership_formula),
                        membership_formula_name_value(value));
    case VALUE_PREFIXES_ALLOW: return add_prefixes(params->allow, &params->allow_count, value);
    case VALUE_PREFIXES_DENY: return add_prefixes(params->deny, &params->deny_count, value);
    case VALUE_SSM_RANGE: return set_ssm_range(field, value);
    }
    return false;
}

int settings_set(struct params *params, const char *name, const char *value,
                 struct problem *problem)
{
    const struct setting *setting = settings_find(name);

    if (!setting)
        return problem_set(problem, "there is no setting '%s'", name);
    const struct storage *storage = &stored[setting - described];
    if (!set_value(params, storage, value))
        return settings_explain(setting, storage->kind, value, problem);
    return 0;
}

static void get_prefixes(const struct prefix *list, unsigned count, char *out, size_t size)
{
    size_t used = 0;
    char text[TEXT_PREFIX_SIZE];

    out[0] = '\0';
    for (unsigned i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? "," : "",
                                 text_prefix(list[i], text));
}

static const char *get_enum(const void *field, enum value_kind kind)
{
    unsigned number;

    memcpy(&number, field, sizeof number);
    switch (kind) {
    case VALUE_PROFILE: return profile_name((enum profile)number);
    case VALUE_POLICY: return policy_name((enum policy)number);
    case VALUE_MODE: return mode_name((enum mode)number);
    case VALUE_ELECTING: return electing_queries_name((enum electing_queries)number);
    case VALUE_TRANSITION: return last_member_transition_name((enum last_member_transition)number);
    case VALUE_MEMBERSHIP: return membership_formula_name((enum membership_formula)number);
    case VALUE_VERSION:
    case VALUE_DURATION:
    case VALUE_DURATION_AUTO:
    case VALUE_LIFETIME:
    case VALUE_COUNT:
    case VALUE_COUNT_AUTO:
    case VALUE_PERCENT_AUTO:
    case VALUE_LIMIT:
    case VALUE_PRIORITY:
    case VALUE_BOOL:
    case VALUE_PREFIXES_ALLOW:
    case VALUE_PREFIXES_DENY:
    case VALUE_SSM_RANGE: break;
    }
    return NULL;
}

const char *settings_get(const struct params *params, const char *name, char *out, size_t size)
{
    const struct setting *setting = settings_find(name);
    char seconds[TEXT_DURATION_SIZE], prefix[TEXT_PREFIX_SIZE];

    out[0] = '\0';
    if (!setting)
        return out;
    const struct storage *storage = &stored[setting - described];
    const void *field = (const char *)params + storage->offset;
    switch (storage->kind) {
    case VALUE_VERSION:
        if (params->follow_version)
            snprintf(out, size, "auto");
        else
            snprintf(out, size, "%u", params->version);
        break;
    case VALUE_DURATION:
    case VALUE_DURATION_AUTO:
    case VALUE_LIFETIME:
        if (*(const duration *)field == PARAMS_AUTO)
            snprintf(out, size, "auto");
        else
            snprintf(out, size, "%s", text_seconds(*(const duration *)field, seconds));
        break;
    case VALUE_COUNT:
    case VALUE_COUNT_AUTO:
    case VALUE_PERCENT_AUTO:
        if (*(const int *)field == PARAMS_AUTO)
            snprintf(out, size, "auto");
        else
            snprintf(out, size, "%d", *(const int *)field);
        break;
    case VALUE_LIMIT: snprintf(out, size, "%u", *(const unsigned *)field); break;
    case VALUE_PRIORITY: snprintf(out, size, "%u", (unsigned)*(const uint8_t *)field); break;
    case VALUE_BOOL: snprintf(out, size, "%s", *(const bool *)field ? "true" : "false"); break;
    case VALUE_PREFIXES_ALLOW: get_prefixes(params->allow, params->allow_count, out, size); break;
    case VALUE_PREFIXES_DENY: get_prefixes(params->deny, params->deny_count, out, size); break;
    case VALUE_SSM_RANGE:
        snprintf(out, size, "%s",
                 address_is_none(params->ssm_range.address)
                     ? "none"
                     : text_prefix(params->ssm_range, prefix));
        break;
    case VALUE_PROFILE:
    case VALUE_POLICY:
    case VALUE_MODE:
    case VALUE_ELECTING:
    case VALUE_TRANSITION:
    case VALUE_MEMBERSHIP: snprintf(out, size, "%s", get_enum(field, storage->kind)); break;
    }
    return out;
}
