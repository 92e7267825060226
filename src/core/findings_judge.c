/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: the verdicts about a segment as a whole, and the list of all. */
#include "findings_private.h"

#include <stdlib.h>

const char *finding_id_name(enum finding_id id)
{
    switch (id) {
    case FINDING_NO_QUERIER: return "D-01";
    case FINDING_PROXY_ONLY: return "D-02";
    case FINDING_PROXIES_ONLY: return "D-03";
    case FINDING_TWO_QUERIERS: return "D-04";
    case FINDING_DUPLICATE_QUERIER: return "D-05";
    case FINDING_OFF_SUBNET: return "D-06";
    case FINDING_VERSION_MIX: return "D-07";
    case FINDING_V1_QUERIER: return "D-08";
    case FINDING_MISMATCH: return "D-09";
    case FINDING_QUERY_FORMAT: return "D-10";
    case FINDING_LONG_INTERVAL: return "D-11";
    case FINDING_REPORT_GAP: return "D-12";
    case FINDING_LEAVE_IGNORED: return "D-13";
    case FINDING_PLACE: return "D-14";
    case FINDING_ALIAS: return "D-15";
    case FINDING_SSM_V2: return "D-16";
    case FINDING_DISPLACED: return "D-17";
    case FINDING_CADENCE: return "D-18";
    case FINDING_SILENT_HOST: return "D-19";
    case FINDING_LATE_ANSWERS: return "D-20";
    case FINDING_BURST_ANSWERS: return "D-21";
    case FINDING_OLDER_ANSWERS: return "D-22";
    case FINDING_FLAPPING: return "D-23";
    case FINDING_UNWANTED_DATA: return "D-24";
    case FINDING_OUTLIVED_DATA: return "D-25";
    case FINDING_QUERY_STORM: return "D-26";
    case FINDING_TOO_SHORT: return "D-27";
    case FINDING_TABLE_FULL: return "D-28";
    case FINDING_CUT: return "D-29";
    case FINDING_LEAVE_CUTS: return "D-30";
    case FINDING_REPORT_FORMAT: return "D-31";
    case FINDING_LOCAL_DATA: return "D-32";
    case FINDING_CROWD: return "D-33";
    case FINDING_ID_END: break;
    }
    return "?";
}

const char *finding_severity_name(enum finding_severity severity)
{
    switch (severity) {
    case FINDING_NOTE: return "note";
    case FINDING_WARNING: return "warning";
    case FINDING_ERROR: return "error";
    case FINDING_SEVERITY_COUNT: break;
    }
    return "?";
}

struct finding *judge_add(struct findings *findings, const struct watch *watch, enum finding_id id,
                          enum finding_severity severity, const struct tally *evidence)
{
    struct finding *finding = &findings->spare;

    if (findings->count == findings->capacity) {
        unsigned capacity = findings->capacity ? findings->capacity * 2 : 16;
        struct finding *list = realloc(findings->list, capacity * sizeof *list);
        if (list) {
            findings->list = list;
            findings->capacity = capacity;
        }
    }
    if (findings->count < findings->capacity)
        finding = &findings->list[findings->count++];
    else
        findings->is_short_of_memory = true;
    *finding = (struct finding){
        .id = id,
        .severity = severity,
        .segment = watch->segment,
        .first = evidence->first.at,
        .last = evidence->last.at,
        .first_frame = evidence->first.frame,
        .last_frame = evidence->last.frame,
        .count = evidence->count,
        .stops_at = INSTANT_NEVER,
    };
    return finding;
}

/* ---- the segment as a whole ---- */

/** A silence that is only the regular pause of a slow querier: D-11 tells of that. */
static bool is_regular_pause(const struct watch *watch, duration silence)
{
    const struct seen_querier *querier, *next;

    for (querier = watch->queriers; querier; querier = next) {
        next = querier->hh.next;
        duration longest = querier->cadence.longest > querier->advertised ? querier->cadence.longest
                                                                          : querier->advertised;
        if (silence / 100 * 74 <= longest)
            return true;
    }
    return false;
}

/** What is to be said of a segment where nobody ever queried. */
static unsigned never_queried(const struct findings *findings, const struct watch *watch)
{
    unsigned detail = 0;

    if (watch->general.count > 0)
        return 0;
    /* Who listens live hears IGMP, whatever there is. */
    if (watch->whole == 0 && watch->cut.count == 0 && !watch->is_listened)
        detail |= FINDING_SILENCE_ONLY_DATA;
    for (unsigned i = 0; i < findings->watch_count; i++)
        if (findings->watch[i] && findings->watch[i]->general.count > 0)
            detail |= FINDING_SILENCE_ELSEWHERE;
    return detail;
}

static void judge_silence(struct findings *findings, struct watch *watch, struct moment end)
{
    struct silence running = watch_silence_until(findings, watch, end);
    const struct silence *longest = &watch->longest_silence;
    struct tally evidence = watch->silences;

    if (running.is_fault) {
        if (evidence.count++ == 0)
            evidence.first = running.since;
        evidence.last = end;
        if (running.span >= longest->span)
            longest = &running;
    }
    if (evidence.count == 0 || is_regular_pause(watch, longest->span))
        return;
    unsigned never = never_queried(findings, watch);
    struct finding *finding =
        judge_add(findings, watch, FINDING_NO_QUERIER,
                  never & FINDING_SILENCE_ONLY_DATA ? FINDING_WARNING : FINDING_ERROR, &evidence);
    finding->measured = longest->span;
    finding->limit = findings->setup.router_timeout;
    finding->address = longest->querier;
    finding->group = longest->group;
    finding->other = longest->host;
    finding->stops_at = longest->stops_at;
    finding->detail = never | (longest->is_idle ? FINDING_SILENCE_IDLE : 0);
}

static void judge_proxies(struct findings *findings, struct watch *watch, struct moment end)
{
    watch_settle_proxies(findings, watch, end.at);
    if (watch->proxies_only.count == 0)
        return;
    bool has_other = !mac_is_none(watch->only_other_proxy);
    struct finding *finding =
        judge_add(findings, watch, has_other ? FINDING_PROXIES_ONLY : FINDING_PROXY_ONLY,
                  has_other ? FINDING_ERROR : FINDING_WARNING, &watch->proxies_only);
    finding->mac = watch->only_proxy;
    finding->other_mac = watch->only_other_proxy;
    finding->measured = watch->proxies_span;
}

static void judge_versions(struct findings *findings, const struct watch *watch)
{
    if (watch->mixed.count == 0)
        return;
    struct finding *finding =
        judge_add(findings, watch, FINDING_VERSION_MIX, FINDING_WARNING, &watch->mixed);
    finding->address = watch->mixed_older->address;
    finding->mac = watch->mixed_older->mac;
    finding->version = 2;
    finding->other = watch->mixed_newer->address;
    finding->other_mac = watch->mixed_newer->mac;
    finding->other_version = 3;
}

static void judge_place(struct findings *findings, const struct watch *watch)
{
    struct finding *finding;

    if (watch->flooded.count > 0) {
        finding = judge_add(findings, watch, FINDING_PLACE, FINDING_WARNING, &watch->flooded);
        finding->detail = FINDING_PLACE_FLOODED;
        finding->group = watch->flooded_group;
        finding->address = watch->flooded_host->key.address;
        finding->mac = watch->flooded_host->key.mac;
    }
    bool is_long = watch->general.count >= 3 &&
                   watch->general.last.at - watch->general.first.at >= 120 * SECONDS;
    /* At an ordinary port a switch that snoops shows no reports: all is well. */
    if (is_long && watch->reports == 0 && watch->place != FINDINGS_PLACE_HOST) {
        finding = judge_add(findings, watch, FINDING_PLACE,
                            watch->place == FINDINGS_PLACE_QUERIER ? FINDING_WARNING : FINDING_NOTE,
                            &watch->general);
        finding->detail = FINDING_PLACE_NO_REPORTS;
        finding->address = watch->last_real;
    }
}

static void judge_storm(struct findings *findings, const struct watch *watch)
{
    bool is_storm = watch->storm.tally.count > 0;
    const struct storm *storm = is_storm ? &watch->storm : &watch->flood;

    if (storm->tally.count == 0)
        return;
    struct finding *finding =
        judge_add(findings, watch, FINDING_QUERY_STORM, FINDING_ERROR, &storm->tally);
    finding->address = storm->address;
    finding->mac = storm->mac;
    finding->measured = storm->shortest;
    finding->limit = FINDINGS_STORM_TIME;
    finding->detail = is_storm ? FINDINGS_STORM : FINDINGS_FLOOD;
}

static void judge_crowd(struct findings *findings, const struct watch *watch)
{
    if (watch->crowds.count < 2)
        return;
    struct finding *finding =
        judge_add(findings, watch, FINDING_CROWD, FINDING_WARNING, &watch->crowds);
    finding->address = watch->crowd_querier;
    finding->detail = watch->crowd_most;
    finding->limit = watch->crowd_response;
}

static void judge_knowledge(struct findings *findings, const struct watch *watch, struct moment end)
{
    duration needed = findings->setup.router_timeout + FINDINGS_GRACE;
    struct tally whole = {.count = 1, .first = watch->first, .last = end};
    duration seen = watch->since.at == INSTANT_NEVER ? 0 : end.at - watch->since.at;
    struct finding *finding;

    if (seen < watch->longest)
        seen = watch->longest;
    if (seen < needed) {
        finding = judge_add(findings, watch, FINDING_TOO_SHORT, FINDING_NOTE, &whole);
        finding->measured = seen;
        finding->limit = needed;
    }
    if (watch->full.count > 0) {
        finding = judge_add(findings, watch, FINDING_TABLE_FULL, FINDING_NOTE, &watch->full);
        finding->detail = watch->full_tables;
    }
    if (watch->cut.count > 0) {
        unsigned percent = (unsigned)(watch->cut.count * 100 / (watch->cut.count + watch->whole));
        finding = judge_add(findings, watch, FINDING_CUT,
                            percent >= 50 ? FINDING_WARNING : FINDING_NOTE, &watch->cut);
        finding->detail = percent > 0 ? percent : 1;
    }
}

/* ---- the list ---- */

#define ORDER(a, b)                                                                                \
    do {                                                                                           \
        if ((a) != (b))                                                                            \
            return (a) < (b) ? -1 : 1;                                                             \
    } while (0)

static int compare(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;

    ORDER(a->segment, b->segment);
    ORDER(a->id, b->id);
    ORDER(a->address.ipv4, b->address.ipv4);
    ORDER(a->group.ipv4, b->group.ipv4);
    ORDER(a->other.ipv4, b->other.ipv4);
    ORDER(a->other_group.ipv4, b->other_group.ipv4);
    ORDER(memcmp(a->mac.octet, b->mac.octet, sizeof a->mac.octet), 0);
    ORDER(a->detail, b->detail);
    ORDER(a->first_frame, b->first_frame);
    return 0;
}

bool findings_end(struct findings *findings, instant now)
{
    if (!findings->has_begun || now < findings->last)
        now = findings->last;
    findings->last = now;
    findings->count = 0;
    bool was_short = findings->is_short_of_memory;
    for (unsigned i = 0; i < findings->watch_count; i++) {
        struct watch *watch = findings->watch[i];
        if (!watch || watch->first.at == INSTANT_NEVER)
            continue;
        struct moment end = {now, watch->last.frame};
        judge_hosts(findings, watch, now);
        judge_queriers(findings, watch, now);
        judge_silence(findings, watch, end);
        judge_proxies(findings, watch, end);
        judge_versions(findings, watch);
        judge_place(findings, watch);
        judge_storm(findings, watch);
        judge_crowd(findings, watch);
        judge_knowledge(findings, watch, end);
    }
    if (findings->count > 1)
        qsort(findings->list, findings->count, sizeof *findings->list, compare);
    bool is_complete = !findings->is_short_of_memory;
    findings->is_short_of_memory = was_short; /* a longer list may fit the next time */
    return is_complete;
}

unsigned findings_count(const struct findings *findings)
{
    return findings->count;
}

const struct finding *findings_at(const struct findings *findings, unsigned index)
{
    return index < findings->count ? &findings->list[index] : NULL;
}
