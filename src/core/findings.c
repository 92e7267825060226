/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: the border. Sorts frames by what they can say, and hands them on. */
#include "findings_private.h"

#include <stdlib.h>

const char *findings_place_name(enum findings_place place)
{
    switch (place) {
    case FINDINGS_PLACE_UNKNOWN: return "unknown";
    case FINDINGS_PLACE_QUERIER: return "querier";
    case FINDINGS_PLACE_HOST: return "host";
    case FINDINGS_PLACE_COUNT: break;
    }
    return "?";
}

struct findings_setup findings_setup_default(void)
{
    return (struct findings_setup){
        .switch_timeout = 260 * SECONDS,
        .router_timeout = 255 * SECONDS,
        .ssm_range = {address_of(232, 0, 0, 0), 8},
        .max_queriers = 64,
        .max_hosts = 4096,
        .max_groups = 4096,
        .max_members = 16384,
        .pause = FINDINGS_PAUSE,
    };
}

struct findings *findings_create(const struct findings_setup *setup)
{
    struct findings *findings = calloc(1, sizeof *findings);
    if (findings)
        findings->setup = *setup;
    return findings;
}

void findings_destroy(struct findings *findings)
{
    if (!findings)
        return;
    for (unsigned i = 0; i < findings->watch_count; i++)
        watch_free(findings->watch[i]);
    free(findings->watch);
    free(findings->list);
    free(findings);
}

void findings_configure(struct findings *findings, const struct findings_setup *setup)
{
    findings->setup = *setup;
}

static struct watch *new_watch(unsigned segment)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->segment = segment;
    watch->first.at = watch->since.at = watch->last_query.at = INSTANT_NEVER;
    watch->last_report.at = INSTANT_NEVER;
    for (unsigned version = 0; version < 4; version++)
        watch->version_heard[version] = INSTANT_NEVER;
    return watch;
}

static bool reserve_watch(struct findings *findings, unsigned segment)
{
    if (segment < findings->watch_count)
        return true;
    unsigned capacity = findings->watch_count ? findings->watch_count : 4;
    while (capacity <= segment && capacity < UINT32_MAX / 2)
        capacity *= 2;
    struct watch **watches = realloc(findings->watch, capacity * sizeof(struct watch *));
    if (!watches)
        return false;
    for (unsigned i = findings->watch_count; i < capacity; i++)
        watches[i] = NULL;
    findings->watch = watches;
    findings->watch_count = capacity;
    return true;
}

/** The watch over a segment, made if need be; NULL without memory. */
static struct watch *watch_of(struct findings *findings, unsigned segment)
{
    if (segment < findings->watch_count && findings->watch[segment])
        return findings->watch[segment];
    if (segment == ENGINE_NO_SEGMENT)
        return NULL;
    struct watch *watch = reserve_watch(findings, segment) ? new_watch(segment) : NULL;
    if (watch)
        findings->watch[segment] = watch;
    else
        findings->is_short_of_memory = true;
    return watch;
}

void findings_network(struct findings *findings, unsigned segment, struct prefix network,
                      struct mac own, enum findings_place place)
{
    struct watch *watch = watch_of(findings, segment);
    if (!watch)
        return;
    watch->network = network;
    watch->own = own;
    watch->place = place;
}

duration watch_silence_limit(const struct findings *findings, const struct watch *watch)
{
    /* Who takes over waits for RV * QI + QRI / 2: with 10 s that is 255 s, with 25.5 s more. */
    duration grace = watch->round_response / 2;
    return findings->setup.router_timeout + (grace > FINDINGS_GRACE ? grace : FINDINGS_GRACE);
}

bool watch_is_off_subnet(const struct watch *watch, struct address address)
{
    return watch->network.length > 0 && !prefix_contains(watch->network, address);
}

bool watch_is_queried(const struct findings *findings, const struct watch *watch, instant now)
{
    return is_within(watch->last_query.at, now, watch_silence_limit(findings, watch));
}

/** What a frame with this verdict can say. */
enum worth {
    WORTH_NOTHING,
    WORTH_CUT,         /* that there was something */
    WORTH_FLAW,        /* it was a query, and damaged */
    WORTH_COPY,        /* our own, once more */
    WORTH_DESTINATION, /* whole, but sent to where it does not belong */
    WORTH_ALL
};

static enum worth worth_of(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_BAD_LENGTH:
    case VERDICT_BAD_CHECKSUM:
    case VERDICT_BAD_GROUP:
    case VERDICT_BAD_SOURCE_COUNT:
    case VERDICT_BAD_RECORD: return WORTH_FLAW;
    case VERDICT_LOOPED: return WORTH_COPY;
    case VERDICT_WRONG_DESTINATION: return WORTH_DESTINATION;
    case VERDICT_ACCEPTED:
    case VERDICT_OWN:
    case VERDICT_SAME_HOST:
    case VERDICT_OWN_ADDRESS:
    case VERDICT_PROXY_QUERY:
    case VERDICT_OFF_SUBNET:
    case VERDICT_BAD_TTL:
    case VERDICT_NO_ROUTER_ALERT:
    case VERDICT_ODD_TOS:
    case VERDICT_DENIED:
    case VERDICT_SPECIFIC_QUERY:
    case VERDICT_IGNORED_LEAVE:
    case VERDICT_SSM_RANGE:
    case VERDICT_NOT_TRACKED:
    case VERDICT_TABLE_FULL: return WORTH_ALL;
    case VERDICT_CUT: return WORTH_CUT;
    case VERDICT_NOT_IGMP:
    case VERDICT_TOO_MANY_TAGS:
    case VERDICT_BAD_IP_HEADER:
    case VERDICT_BAD_IP_LENGTH:
    case VERDICT_BAD_IP_CHECKSUM:
    case VERDICT_FRAGMENT:
    case VERDICT_UNKNOWN_TYPE:
    case VERDICT_WRONG_VLAN:
    case VERDICT_SEGMENT_DOWN:
    case VERDICT_BAD_SOURCE:
    case VERDICT_UNICAST_QUERY: /* a person's debugging aid, for one host alone */
    case VERDICT_COUNT: break;
    }
    return WORTH_NOTHING;
}

/** The clock never goes back. */
static struct moment moment_of(struct findings *findings, instant now, uint64_t number)
{
    if (findings->has_begun && now > instant_after(findings->last, findings->setup.pause))
        for (unsigned i = 0; i < findings->watch_count; i++)
            if (findings->watch[i])
                watch_resume(findings, findings->watch[i]);
    if (!findings->has_begun || now > findings->last)
        findings->last = now;
    findings->has_begun = true;
    return (struct moment){findings->last, number};
}

static void note_seen(struct watch *watch, struct moment now)
{
    if (watch->first.at == INSTANT_NEVER)
        watch->first = now;
    if (watch->since.at == INSTANT_NEVER)
        watch->since = now;
    watch->last = now;
}

void findings_listen(struct findings *findings, unsigned segment, instant since)
{
    struct watch *watch = watch_of(findings, segment);
    if (!watch)
        return;
    watch->is_listened = true;
    if (watch->first.at == INSTANT_NEVER)
        watch->first = watch->last = (struct moment){since, 0};
    if (watch->since.at == INSTANT_NEVER)
        watch->since = (struct moment){since, 0};
    if (!findings->has_begun || since > findings->last)
        findings->last = since;
    findings->has_begun = true;
}

void findings_frame(struct findings *findings, instant now, uint64_t number,
                    const struct received *received)
{
    enum worth worth = worth_of(received->verdict);
    bool is_query = igmp_kind_is_query(received->message.kind);

    if (worth == WORTH_NOTHING)
        return;
    struct watch *watch = watch_of(findings, received->segment);
    if (!watch)
        return;
    struct moment moment = moment_of(findings, now, number);
    note_seen(watch, moment);
    watch->whole += worth != WORTH_CUT;
    switch (worth) {
    case WORTH_CUT: tally_add(&watch->cut, moment); break;
    case WORTH_ALL:
        if (is_query)
            watch_query(findings, watch, moment, received);
        else
            watch_report(findings, watch, moment, received);
        break;
    case WORTH_FLAW:
    case WORTH_DESTINATION:
        if (is_query)
            watch_flawed_query(findings, watch, moment, received);
        else
            watch_flawed_report(findings, watch, moment, received);
        break;
    case WORTH_COPY: watch_flood(watch, moment, &received->frame); break;
    case WORTH_NOTHING: break;
    }
}

void findings_data(struct findings *findings, instant now, uint64_t number, unsigned segment,
                   struct address group, struct address source, struct mac mac)
{
    if (!address_is_multicast(group))
        return;
    if (address_is_link_local_multicast(group)) {
        /* Always there, so neither a beginning nor an end of what is seen. */
        if (segment < findings->watch_count && findings->watch[segment])
            watch_local_data(findings, findings->watch[segment], (struct moment){now, number},
                             group, source, mac);
        return;
    }
    struct watch *watch = watch_of(findings, segment);
    if (!watch)
        return;
    struct moment moment = moment_of(findings, now, number);
    note_seen(watch, moment);
    watch_data(findings, watch, moment, group, source, mac);
}

void findings_pause(struct findings *findings, instant now, unsigned segment)
{
    struct watch *watch = segment < findings->watch_count ? findings->watch[segment] : NULL;

    if (!watch || watch->since.at == INSTANT_NEVER)
        return;
    watch->last.at = moment_of(findings, now, 0).at;
    watch_resume(findings, watch);
}
