/* SPDX-License-Identifier: MIT */
/* Floor 2. Defaults, profiles, derived intervals and their limits. */
#include "igmpq/params.h"

#include "igmpq/igmp.h"

const char *profile_name(enum profile profile)
{
    switch (profile) {
    case PROFILE_DEFAULT: return "default";
    case PROFILE_RFC9776: return "rfc9776";
    case PROFILE_RFC3376: return "rfc3376";
    case PROFILE_RFC2236: return "rfc2236";
    case PROFILE_COUNT: break;
    }
    return NULL;
}

const char *policy_name(enum policy policy)
{
    switch (policy) {
    case POLICY_ACCEPT: return "accept";
    case POLICY_WARN: return "warn";
    case POLICY_DROP: return "drop";
    case POLICY_COUNT: break;
    }
    return NULL;
}

const char *mode_name(enum mode mode)
{
    switch (mode) {
    case MODE_ACTIVE: return "active";
    case MODE_LISTEN_FIRST: return "listen-first";
    case MODE_BACKUP: return "backup";
    case MODE_PASSIVE: return "passive";
    case MODE_COUNT: break;
    }
    return NULL;
}

const char *electing_queries_name(enum electing_queries which)
{
    switch (which) {
    case ELECTING_GENERAL: return "general";
    case ELECTING_ANY: return "any";
    case ELECTING_COUNT: break;
    }
    return NULL;
}

const char *last_member_transition_name(enum last_member_transition which)
{
    switch (which) {
    case TRANSITION_COMPLETE: return "complete";
    case TRANSITION_DEFER: return "defer";
    case TRANSITION_COUNT: break;
    }
    return NULL;
}

const char *membership_formula_name(enum membership_formula which)
{
    switch (which) {
    case MEMBERSHIP_RFC9776: return "rfc9776";
    case MEMBERSHIP_RFC3376: return "rfc3376";
    case MEMBERSHIP_COUNT: break;
    }
    return NULL;
}

struct params params_default(enum profile profile)
{
    struct params params = {
        .profile = profile,
        .mode = MODE_ACTIVE,
        .version = 2,
        .robustness = 2,
        .query_interval = 125 * SECONDS,
        .query_response_interval = PARAMS_AUTO,
        .startup_query_interval = PARAMS_AUTO,
        .startup_query_count = PARAMS_AUTO,
        .last_member_query_interval = 1 * SECONDS,
        .last_member_query_count = PARAMS_AUTO,
        .jitter_percent = PARAMS_AUTO,
        .other_querier_present = PARAMS_AUTO,
        .listen_time = PARAMS_AUTO,
        .electing = ELECTING_GENERAL,
        .transition = TRANSITION_COMPLETE,
        .membership = MEMBERSHIP_RFC9776,
        .response_source = RESPONSE_HEARD,
        .ttl = POLICY_DROP,
        .router_alert = POLICY_WARN,
        .off_subnet = POLICY_DROP,
        .tos = POLICY_ACCEPT,
        .unicast = POLICY_DROP,
        .ssm_range = {address_of(232, 0, 0, 0), 8},
        .priority = 6,
        .max_groups = 4096,
        .max_sources = 16384,
        .max_reporters = 4096,
        .max_queriers = 64,
        .switch_timeout = 260 * SECONDS,
        .switch_router_timeout = 255 * SECONDS,
    };
    switch (profile) {
    case PROFILE_DEFAULT:
        params.query_interval =
            60 * SECONDS; /* one lost query is survived even by a 125 s port timer */
        params.adapt_other_querier = true;
        break;
    case PROFILE_RFC9776: break;
    case PROFILE_RFC3376:
        params.electing = ELECTING_ANY;
        params.membership = MEMBERSHIP_RFC3376;
        params.response_source = RESPONSE_OWN;
        break;
    case PROFILE_RFC2236:
        params.electing = ELECTING_ANY;
        params.membership = MEMBERSHIP_RFC3376;
        params.response_source = RESPONSE_OWN;
        params.transition = TRANSITION_DEFER;
        params.accept_odd_query_length = true;
        params.ttl = POLICY_ACCEPT;
        break;
    case PROFILE_COUNT: break;
    }
    return params;
}

const char *params_complaint_text(enum params_complaint complaint)
{
    switch (complaint) {
    case PARAMS_VERSION: return "the IGMP version must be 1, 2 or 3";
    case PARAMS_ROBUSTNESS_ZERO:
        return "the robustness variable must be 1 to 255 (2 is the default)";
    case PARAMS_QUERY_INTERVAL:
        return "the query interval must be 0.2 to 31744 seconds, and at least 1 in version 3";
    case PARAMS_RESPONSE_TOO_LONG:
        return "the query response interval must be less than the query interval (RFC 3376 section "
               "8.3)";
    case PARAMS_RESPONSE_RANGE_V2:
        return "the query response interval must be 0.1 to 25.5 seconds in version 2 (its field "
               "has 8 bits)";
    case PARAMS_RESPONSE_RANGE_V3:
        return "the query response interval must be 0.1 to 3174.4 seconds";
    case PARAMS_STARTUP_INTERVAL:
        return "the startup query interval must be 0.1 seconds to the query interval";
    case PARAMS_STARTUP_COUNT: return "the startup query count must be 1 to 255";
    case PARAMS_LAST_MEMBER_INTERVAL:
        return "the last member query interval must be 0.1 to 25.5 seconds (3174.4 in version 3)";
    case PARAMS_LAST_MEMBER_COUNT: return "the last member query count must be 1 to 255";
    case PARAMS_JITTER: return "the jitter must be 0 to 50 percent";
    case PARAMS_OTHER_QUERIER:
        return "the other querier timeout must be longer than the query interval, or every lost "
               "query starts a "
               "takeover; leave it to 'auto' if in doubt";
    case PARAMS_TABLE_SIZE: return "a table's maximum must be at least 1";
    case PARAMS_ROBUSTNESS_ONE:
        return "a robustness variable of 1 means that one lost packet ends a membership (RFC 3376 "
               "section 8.1 advises against it)";
    case PARAMS_V1_TOO_OFTEN:
        return "version 1 asks for at most one query a minute (RFC 1112 appendix I); the query "
               "interval is shorter";
    case PARAMS_QUANTISED:
        return "the query interval was lowered to the next value that version 3 can advertise, so "
               "that what is "
               "advertised is what is done";
    case PARAMS_RESPONSE_QUANTISED:
        return "the query response interval was lowered to the next value that version 3 can "
               "advertise";
    case PARAMS_V3_CODE_MISREAD:
        return "hosts that speak version 2 read a version 3 response interval above 12.7 seconds "
               "as another value";
    case PARAMS_JITTER_V3:
        return "version 3 advertises its query interval, and jitter belies it to the other "
               "queriers";
    case PARAMS_SWITCH_TIMEOUT:
        return "after one lost packet a switch forgets a member: twice the query interval plus the "
               "response "
               "interval is more than switch-timeout";
    case PARAMS_ROUTER_TIMEOUT:
        return "after one lost query a switch forgets where the querier is: twice the query "
               "interval is more "
               "than switch-router-timeout";
    case PARAMS_FAILOVER:
        return "when another querier dies, a switch may forget members before this one has taken "
               "over: the "
               "other querier timeout plus the response interval is more than switch-timeout";
    case PARAMS_OK:
    case PARAMS_WARNINGS:
    case PARAMS_COMPLAINT_COUNT: break;
    }
    return "";
}

const char *params_complaint_setting(enum params_complaint complaint)
{
    switch (complaint) {
    case PARAMS_VERSION: return "igmp-version";
    case PARAMS_ROBUSTNESS_ZERO:
    case PARAMS_ROBUSTNESS_ONE: return "robustness";
    case PARAMS_QUERY_INTERVAL:
    case PARAMS_V1_TOO_OFTEN:
    case PARAMS_QUANTISED:
    case PARAMS_SWITCH_TIMEOUT:
    case PARAMS_ROUTER_TIMEOUT: return "query-interval";
    case PARAMS_RESPONSE_TOO_LONG:
    case PARAMS_RESPONSE_RANGE_V2:
    case PARAMS_RESPONSE_RANGE_V3:
    case PARAMS_RESPONSE_QUANTISED:
    case PARAMS_V3_CODE_MISREAD: return "query-response-interval";
    case PARAMS_STARTUP_INTERVAL: return "startup-query-interval";
    case PARAMS_STARTUP_COUNT: return "startup-query-count";
    case PARAMS_LAST_MEMBER_INTERVAL: return "last-member-query-interval";
    case PARAMS_LAST_MEMBER_COUNT: return "last-member-query-count";
    case PARAMS_JITTER:
    case PARAMS_JITTER_V3: return "jitter";
    case PARAMS_OTHER_QUERIER:
    case PARAMS_FAILOVER: return "timeout";
    case PARAMS_OK:
    case PARAMS_TABLE_SIZE:
    case PARAMS_WARNINGS:
    case PARAMS_COMPLAINT_COUNT: break;
    }
    return NULL;
}

static duration least(duration a, duration b)
{
    return a < b ? a : b;
}

/** A quarter of the query interval (RFC 9776 section 8.6), but nothing is sent faster than so. */
static duration quarter(duration query_interval)
{
    return query_interval / 4 > DECISECONDS ? query_interval / 4 : DECISECONDS;
}

/** Every AUTO replaced; nothing checked. */
static void fill_auto(struct params *p)
{
    bool is_default = p->profile == PROFILE_DEFAULT;

    if (p->query_response_interval == PARAMS_AUTO) {
        p->query_response_interval = least(10 * SECONDS, p->query_interval / 2);
        /* On the wire in tenths; and v3 code that is exact: 5 s = 50. */
        p->query_response_interval -= p->query_response_interval % DECISECONDS;
    }
    if (p->startup_query_interval == PARAMS_AUTO)
        p->startup_query_interval = is_default ? least(5 * SECONDS, quarter(p->query_interval))
                                               : quarter(p->query_interval);
    if (p->startup_query_count == PARAMS_AUTO)
        p->startup_query_count = is_default ? 3 : p->robustness;
    if (p->last_member_query_count == PARAMS_AUTO)
        p->last_member_query_count = p->robustness;
    if (p->jitter_percent == PARAMS_AUTO)
        p->jitter_percent = is_default && p->version != 3 ? 25 : 0;
    if (p->listen_time == PARAMS_AUTO)
        p->listen_time = p->query_interval + p->query_response_interval;
}

/** The longest time up to `span` that a coded field in `unit` can say. */
static duration quantise(duration span, duration unit)
{
    duration units = span / unit;
    if (units > igmp_code_decode(0xff))
        units = igmp_code_decode(0xff);
    return (duration)igmp_code_decode(igmp_code_encode((unsigned)units)) * unit;
}

static enum params_complaint first_error(const struct params *p)
{
    duration coded_max = (duration)igmp_code_decode(0xff) * DECISECONDS;
    duration response_max = p->version == 3 ? coded_max : 255 * DECISECONDS;

    if (p->version < 1 || p->version > 3)
        return PARAMS_VERSION;
    if (p->robustness < 1 || p->robustness > 255)
        return PARAMS_ROBUSTNESS_ZERO;
    if (p->query_interval < (p->version == 3 ? 10 : 2) * DECISECONDS ||
        p->query_interval > igmp_code_decode(0xff) * SECONDS)
        return PARAMS_QUERY_INTERVAL;
    if (p->query_response_interval >= p->query_interval)
        return PARAMS_RESPONSE_TOO_LONG;
    if (p->query_response_interval < DECISECONDS || p->query_response_interval > response_max)
        return p->version == 3 ? PARAMS_RESPONSE_RANGE_V3 : PARAMS_RESPONSE_RANGE_V2;
    if (p->startup_query_count < 1 || p->startup_query_count > 255)
        return PARAMS_STARTUP_COUNT;
    if (p->startup_query_interval < DECISECONDS || p->startup_query_interval > p->query_interval)
        return PARAMS_STARTUP_INTERVAL;
    if (p->last_member_query_interval < DECISECONDS || p->last_member_query_interval > response_max)
        return PARAMS_LAST_MEMBER_INTERVAL;
    if (p->last_member_query_count < 1 || p->last_member_query_count > 255)
        return PARAMS_LAST_MEMBER_COUNT;
    if (p->jitter_percent < 0 || p->jitter_percent > 50)
        return PARAMS_JITTER;
    if (p->other_querier_present != PARAMS_AUTO && p->other_querier_present <= p->query_interval)
        return PARAMS_OTHER_QUERIER;
    if (p->max_groups < 1 || p->max_sources < 1 || p->max_reporters < 1 || p->max_queriers < 1)
        return PARAMS_TABLE_SIZE;
    return PARAMS_OK;
}

/** Version 3 advertises its intervals, so they become what its codes can say. Returns
 * how many complaints were added at `complaints`. */
static unsigned quantise_intervals(const struct params *asked, struct params *out,
                                   enum params_complaint *complaints)
{
    duration interval = quantise(out->query_interval, SECONDS);
    unsigned count = 0;

    if (interval != out->query_interval) {
        complaints[count++] = PARAMS_QUANTISED;
        *out = *asked;
        out->query_interval = interval; /* what follows from it follows from what is done */
        fill_auto(out);
        out->startup_query_interval = least(out->startup_query_interval, interval);
    }
    duration response = quantise(out->query_response_interval, DECISECONDS);
    if (response >= interval) /* it was below the interval that was asked for */
        response = quantise(interval / 2, DECISECONDS);
    if (response != out->query_response_interval)
        complaints[count++] = PARAMS_RESPONSE_QUANTISED;
    out->query_response_interval = response;
    out->last_member_query_interval = quantise(out->last_member_query_interval, DECISECONDS);
    return count;
}

/** Intervals against what switches forget. */
static unsigned check_switches(const struct params *p, enum params_complaint *complaints)
{
    unsigned count = 0;
    duration other = p->other_querier_present;

    if (other == PARAMS_AUTO)
        other = params_other_querier_present((unsigned)p->robustness, p->query_interval,
                                             p->query_response_interval);
    if (2 * p->query_interval + p->query_response_interval > p->switch_timeout)
        complaints[count++] = PARAMS_SWITCH_TIMEOUT;
    else if (other + p->query_response_interval > p->switch_timeout)
        complaints[count++] = PARAMS_FAILOVER;
    if (2 * p->query_interval > p->switch_router_timeout)
        complaints[count++] = PARAMS_ROUTER_TIMEOUT;
    return count;
}

unsigned params_resolve(const struct params *asked, struct params *out,
                        enum params_complaint complaints[PARAMS_COMPLAINTS])
{
    unsigned count = 0;

    *out = *asked;
    fill_auto(out);
    enum params_complaint error = first_error(out);
    if (error != PARAMS_OK) {
        complaints[0] = error;
        return 1;
    }
    if (out->robustness == 1)
        complaints[count++] = PARAMS_ROBUSTNESS_ONE;
    if (out->version == 1 && out->query_interval < 60 * SECONDS)
        complaints[count++] = PARAMS_V1_TOO_OFTEN;
    if (out->version == 3) {
        count += quantise_intervals(asked, out, complaints + count);
        if (out->query_response_interval > 127 * DECISECONDS)
            complaints[count++] = PARAMS_V3_CODE_MISREAD;
        if (out->jitter_percent > 0)
            complaints[count++] = PARAMS_JITTER_V3;
    }
    return count + check_switches(out, complaints + count);
}

duration params_other_querier_present(unsigned robustness, duration interval, duration response)
{
    return robustness * interval + response / 2;
}

duration params_group_membership(enum membership_formula formula, unsigned robustness,
                                 duration interval, duration response)
{
    return robustness * interval + (formula == MEMBERSHIP_RFC9776 ? 2 : 1) * response;
}

duration params_older_host_present(unsigned robustness, duration interval, duration response)
{
    return robustness * interval + response;
}

duration params_last_member_time(const struct params *params)
{
    return params->last_member_query_count * params->last_member_query_interval;
}

bool params_allow_querier(const struct params *params, struct address querier)
{
    for (unsigned i = 0; i < params->deny_count; i++)
        if (prefix_contains(params->deny[i], querier))
            return false;
    for (unsigned i = 0; i < params->allow_count; i++)
        if (prefix_contains(params->allow[i], querier))
            return true;
    return params->allow_count == 0;
}
