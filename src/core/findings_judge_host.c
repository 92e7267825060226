/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: the verdicts about hosts, groups and streams. */
#include "findings_private.h"

#define MISSED_QUERIES 3
#define LATE_ANSWERS   3
#define BURSTS         2
#define FLAWED_REPORTS 3

/* ---- hosts ---- */

static struct finding *add_host(struct findings *findings, const struct watch *watch,
                                enum finding_id id, enum finding_severity severity,
                                const struct tally *evidence, const struct seen_host *host)
{
    struct finding *finding = judge_add(findings, watch, id, severity, evidence);
    finding->address = host->key.address;
    finding->mac = host->key.mac;
    return finding;
}

static void judge_form(struct findings *findings, const struct watch *watch,
                       const struct seen_host *host)
{
    bool is_fatal = (host->flaws & ~FINDING_FLAW_TTL) != 0;

    /* One frame may be damaged anywhere. */
    if (host->flawed.count == 0 || (host->flawed.count < FLAWED_REPORTS && host->whole > 0))
        return;
    add_host(findings, watch, FINDING_REPORT_FORMAT,
             is_fatal && host->whole == 0 ? FINDING_ERROR : FINDING_WARNING, &host->flawed, host)
        ->detail = host->flaws;
}

static void judge_host(struct findings *findings, const struct watch *watch,
                       const struct seen_host *host)
{
    struct finding *finding;

    if (host->ssm.count > 0) {
        finding = add_host(findings, watch, FINDING_SSM_V2, FINDING_WARNING, &host->ssm, host);
        finding->group = host->ssm_group;
        finding->version = host->ssm_version;
        finding->other_version = host->ssm_asked;
        if (host->ssm_asked > 0)
            finding->other = host->ssm_querier;
    }
    if (host->missed.count >= MISSED_QUERIES && host->answers == 0) {
        finding =
            add_host(findings, watch, FINDING_SILENT_HOST, FINDING_WARNING, &host->missed, host);
        finding->group = host->missed_group;
        finding->stops_at = host->missed_stops;
    }
    if (host->late.count >= LATE_ANSWERS && host->late.count > host->answers + host->rejoins) {
        finding =
            add_host(findings, watch, FINDING_LATE_ANSWERS, FINDING_WARNING, &host->late, host);
        finding->group = host->late_group;
        finding->measured = host->late_worst;
        finding->limit = host->late_limit;
    }
    if (host->bursts.count >= BURSTS) {
        finding =
            add_host(findings, watch, FINDING_BURST_ANSWERS, FINDING_NOTE, &host->bursts, host);
        finding->version = host->burst_told_version;
        finding->measured = host->burst_shortest;
        finding->limit = host->burst_limit;
    }
    if (host->older.count > 0) {
        finding =
            add_host(findings, watch, FINDING_OLDER_ANSWERS, FINDING_NOTE, &host->older, host);
        finding->group = host->older_group;
        finding->version = host->older_version;
        finding->other_version = host->older_asked;
    }
}

static void judge_member(struct findings *findings, const struct watch *watch,
                         const struct seen_member *member)
{
    if (member->gaps.count == 0)
        return;
    struct finding *finding = add_host(findings, watch, FINDING_REPORT_GAP, FINDING_ERROR,
                                       &member->gaps, member->key.host);
    finding->group = member->key.group;
    finding->measured = member->gap_worst;
    finding->limit = findings->setup.switch_timeout;
    finding->stops_at = member->gap_stops;
}

/* ---- groups ---- */

static void judge_alias(struct findings *findings, const struct watch *watch,
                        const struct seen_group *group)
{
    struct finding *finding;

    if (group->used.count > 0) {
        finding = judge_add(findings, watch, FINDING_ALIAS, FINDING_WARNING, &group->used);
        finding->group = group->address;
        finding->other_group = address_of(224, 0, 0, (uint8_t)group->address.ipv4);
        finding->mac = mac_of_group(group->address);
    }
    if (group->shared.count > 0) {
        finding = judge_add(findings, watch, FINDING_ALIAS, FINDING_NOTE, &group->shared);
        finding->group = group->address;
        finding->other_group = group->shared_with->address;
        finding->mac = mac_of_group(group->address);
    }
}

static void judge_stream(struct findings *findings, const struct watch *watch,
                         const struct seen_group *group)
{
    enum finding_severity severity =
        watch->place == FINDINGS_PLACE_HOST ? FINDING_WARNING : FINDING_NOTE;
    unsigned old = prefix_contains(findings->setup.ssm_range, group->address)
                       ? watch_old_version(watch, group->last_data)
                       : 0;
    struct finding *finding;

    if (tally_is_stream(&group->unwanted)) {
        finding = judge_add(findings, watch, FINDING_UNWANTED_DATA, severity, &group->unwanted);
        finding->group = group->address;
        finding->address = group->data_source;
        finding->mac = group->data_mac;
        finding->version = old;
    }
    if (tally_is_stream(&group->outlived)) {
        finding = judge_add(findings, watch, FINDING_OUTLIVED_DATA, severity, &group->outlived);
        finding->group = group->address;
        finding->address = group->data_source;
        finding->mac = group->data_mac;
        finding->other = group->last_member->key.address;
        finding->stops_at = group->outlived_since;
        finding->detail = group->outlived_in_silence ? FINDING_OUTLIVED_SILENT : 0;
        finding->version = old;
    }
}

static void judge_leaves(struct findings *findings, const struct watch *watch,
                         const struct seen_group *group)
{
    if (group->ignored.count == 0)
        return;
    struct finding *finding = add_host(findings, watch, FINDING_LEAVE_IGNORED,
                                       watch->leaves_asked == 0 ? FINDING_WARNING : FINDING_NOTE,
                                       &group->ignored, group->ignored_host);
    finding->group = group->address;
    finding->other = group->ignored_querier;
}

static void judge_cut_by_leave(struct findings *findings, const struct watch *watch,
                               const struct seen_group *group)
{
    if (group->cuts.count == 0)
        return;
    struct finding *finding = add_host(findings, watch, FINDING_LEAVE_CUTS,
                                       group->cut_is_sure ? FINDING_ERROR : FINDING_WARNING,
                                       &group->cuts, group->cut_host);
    finding->group = group->address;
    finding->other = group->cut_leaver->key.address;
    finding->other_mac = group->cut_leaver->key.mac;
    finding->measured = group->cut_worst;
    finding->stops_at = group->cut_stops;
}

static void judge_local_data(struct findings *findings, const struct watch *watch)
{
    for (unsigned i = 0; watch->local_data && i < 256; i++) {
        const struct local_data *data = &watch->local_data[i];
        if (data->streams.count == 0)
            continue;
        struct finding *finding =
            judge_add(findings, watch, FINDING_LOCAL_DATA, FINDING_WARNING, &data->streams);
        finding->group = address_of(224, 0, 0, (uint8_t)i);
        finding->address = data->told_source;
        finding->mac = data->told_mac;
        finding->measured = data->shortest;
    }
}

void judge_hosts(struct findings *findings, struct watch *watch, instant now)
{
    judge_local_data(findings, watch);
    struct seen_group *group, *next_group;
    HASH_ITER(hh, watch->groups, group, next_group)
    {
        watch_settle_group(watch, group, now);
        judge_leaves(findings, watch, group);
        judge_cut_by_leave(findings, watch, group);
        judge_alias(findings, watch, group);
        judge_stream(findings, watch, group);
    }
    struct seen_host *host, *next_host;
    HASH_ITER(hh, watch->hosts, host, next_host)
    {
        watch_settle_host(watch, host, now);
        judge_form(findings, watch, host);
        judge_host(findings, watch, host);
    }
    struct seen_member *member, *next_member;
    HASH_ITER(hh, watch->members, member, next_member)
    {
        judge_member(findings, watch, member);
    }
}
