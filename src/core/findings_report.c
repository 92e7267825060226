/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: evidence from reports and leaves: do hosts answer, in time and as they ought.
 */
#include "findings_private.h"

#define LATE_ROUNDS   3 /* response times; what comes later still is no answer but another join */
#define CROWD_TIME    (1 * SECONDS)
#define BURST_REPORTS 4
#define BURST_PART    20 /* of the maximum response time */

/* ---- groups in use (D-15) ---- */

void watch_use_group(const struct findings *findings, struct watch *watch, struct moment now,
                     struct seen_group *group)
{
    duration switch_timeout = findings->setup.switch_timeout;

    watch_settle_group(watch, group, now.at);
    if ((group->address.ipv4 & 0x7fffff) < 256) /* the Ethernet address of 224.0.0.x */
        tally_add(&group->used, now);
    for (struct seen_group *other = group->namesake; other != group; other = other->namesake) {
        watch_settle_group(watch, other, now.at);
        if (!is_within(other->last_use, now.at, switch_timeout))
            continue;
        bool is_higher = address_compare(group->address, other->address) > 0;
        struct seen_group *higher = is_higher ? group : other;
        higher->shared_with = is_higher ? other : group;
        tally_add(&higher->shared, now);
    }
    group->last_use = now.at;
}

/* ---- hosts ---- */

/** Rounds of queries that nobody answered for the group, `until` being the last that counts. */
static void note_missed(const struct findings *findings, struct seen_host *host,
                        const struct seen_group *group, struct moment now, uint64_t until)
{
    if (until <= group->last_round)
        return;
    uint64_t before = host->missed.count;
    tally_add(&host->missed, now);
    if (before == 0)
        host->missed.first = group->last_report; /* since then it was asked in vain */
    host->missed.count = before + (until - group->last_round);
    host->missed_group = group->address;
    host->missed_stops = instant_after(group->last_report.at, findings->setup.switch_timeout);
}

/** An answer in an older version than asked, and no older query to blame (D-22; Q-84). */
static void note_older(const struct watch *watch, struct seen_host *host, struct moment now,
                       struct address group, unsigned version)
{
    if (version >= watch->round_version || is_within(watch->since.at, now.at, V1_HOST_TIME))
        return;
    for (unsigned older = 1; older <= version; older++)
        if (is_within(watch->version_heard[older], now.at, V1_HOST_TIME))
            return;
    tally_add(&host->older, now);
    host->older_group = group;
    host->older_version = version;
    host->older_asked = watch->round_version;
}

void watch_settle_burst(const struct watch *watch, struct seen_host *host, instant now)
{
    if (host->burst_round == watch->round && watch_is_answer_time(watch, now))
        return;
    duration span = host->burst_last.at - host->burst_first.at;
    if (host->burst_reports >= BURST_REPORTS && span * BURST_PART < host->burst_response) {
        if (host->bursts.count == 0 || span < host->burst_shortest)
            host->burst_shortest = span;
        if (host->bursts.count++ == 0)
            host->bursts.first = host->burst_first;
        host->bursts.last = host->burst_last;
        host->burst_limit = host->burst_response;
        host->burst_told_version = host->burst_version;
    }
    host->burst_reports = 0;
}

static void note_burst(const struct watch *watch, struct seen_host *host, struct moment now,
                       unsigned version)
{
    watch_settle_host(watch, host, now.at);
    if (version > 2 || watch->round_response < 1 * SECONDS)
        return; /* a version 3 host says all in one report */
    if (host->burst_reports++ == 0) {
        host->burst_round = watch->round;
        host->burst_first = now;
        host->burst_response = watch->round_response;
    }
    host->burst_last = now;
    host->burst_version = version;
}

/** Somebody who is known as a member reports again: an answer, in time or late? */
static void note_answer(struct watch *watch, struct moment now, struct seen_host *host,
                        const struct seen_group *group, const struct seen_member *member,
                        unsigned version)
{
    bool is_repeat = is_within(member->last_report.at, now.at, UNSOLICITED_TIME);

    if (member->last_round == watch->round)
        return; /* has answered, or joined since */
    if (watch_is_answer_time(watch, now.at)) {
        host->answers++;
        note_older(watch, host, now, group->address, version);
        if (!is_repeat)
            note_burst(watch, host, now, version);
        return;
    }
    bool is_asked = is_within(group->asked, now.at, group->asked_response + LATE_TIME);
    if (is_repeat || is_asked)
        return;
    duration delay = now.at - watch->round_query;
    if (delay > LATE_ROUNDS * watch->round_response) {
        host->rejoins++;
        return;
    }
    tally_add(&host->late, now);
    if (delay > host->late_worst) {
        host->late_worst = delay;
        host->late_limit = watch->round_response;
        host->late_group = group->address;
    }
}

/** A stream that stopped before this answer (D-12). */
static void note_gap(const struct findings *findings, const struct watch *watch, struct moment now,
                     const struct seen_group *group, struct seen_member *member)
{
    duration gap = now.at - group->last_report.at;
    uint64_t rounds = watch->round - group->last_round;

    if (gap <= findings->setup.switch_timeout || rounds < 1 || rounds > 2 ||
        !watch_is_answer_time(watch, now.at))
        return;
    if (member->gaps.count++ == 0)
        member->gaps.first = group->last_report;
    member->gaps.last = now;
    if (gap > member->gap_worst) {
        member->gap_worst = gap;
        member->gap_stops = instant_after(group->last_report.at, findings->setup.switch_timeout);
    }
}

/** What a host says of a group that nobody keeps track of: that it answers at all. */
static void note_untracked(struct watch *watch, struct moment now, struct seen_host *host,
                           struct address group, unsigned version)
{
    if (!watch_is_answer_time(watch, now.at) || host->known_round >= watch->round)
        return;
    host->answers++;
    note_older(watch, host, now, group, version);
}

static void note_place(struct watch *watch, struct moment now, const struct seen_host *host,
                       struct address group, unsigned version)
{
    if (watch->place != FINDINGS_PLACE_HOST || version > 2 || mac_is_none(watch->own) ||
        mac_is_none(host->key.mac) || mac_equal(host->key.mac, watch->own))
        return;
    tally_add(&watch->flooded, now);
    watch->flooded_group = group;
    watch->flooded_host = host;
}

/** A report that makes or keeps its host a member; one of version 3 says whether it is news. */
static void keep(struct findings *findings, struct watch *watch, struct moment now,
                 struct seen_host *host, struct address address, unsigned version, bool is_change)
{
    if (address_is_link_local_multicast(address)) {
        note_untracked(watch, now, host, address, version);
        return;
    }
    note_place(watch, now, host, address, version);
    tally_add(&watch->activity, now);
    struct seen_member *member = watch_find_member(watch, host, address);
    struct seen_group *group = member ? member->group : watch_group(findings, watch, now, address);
    if (!group)
        return;
    watch_use_group(findings, watch, now, group);
    if (!member)
        member = watch_add_member(findings, watch, now, host, group);
    if (member) {
        if (!member->has_left) {
            note_missed(findings, host, group, now, watch->round > 0 ? watch->round - 1 : 0);
            note_gap(findings, watch, now, group, member);
            /* Who starts anew joins, and nothing was cut. */
            if (!is_change && group->over_since != INSTANT_NEVER)
                watch_note_cut(findings, watch, now, group, member, version);
            note_answer(watch, now, host, group, member, version);
        }
        member->has_left = false;
        member->last_report = now;
        member->last_round = watch->round;
    }
    group->reports++;
    if (group->last_member != host) {
        group->other_member = group->last_member;
        group->other_report = group->last_report.at;
    }
    group->last_report = now;
    group->last_round = watch->round;
    group->last_member = host;
    group->over_since = INSTANT_NEVER;
    group->is_left = false;
    if (version == 1)
        group->v1_report = now.at;
    if (version == 2)
        group->v2_report = now.at;
}

static void leave(struct findings *findings, struct watch *watch, struct moment now,
                  struct seen_host *host, struct address address)
{
    struct seen_group *group = watch_find_group(watch, address);

    if (!group || group->reports == 0)
        return;
    watch_settle_group(watch, group, now.at);
    group->is_left = true;
    struct seen_member *member = watch_find_member(watch, host, address);
    if (member && !member->has_left) {
        bool is_open = watch_is_answer_time(watch, now.at);
        note_missed(findings, host, group, now, is_open ? watch->round - 1 : watch->round);
        member->has_left = true;
    }
    watch_begin_leave(findings, watch, now, group, host);
}

void watch_forget_members(struct watch *watch)
{
    struct seen_member *member, *next_member;
    HASH_ITER(hh, watch->members, member, next_member)
    {
        member->has_left = true;
    }
    struct seen_group *group, *next_group;
    HASH_ITER(hh, watch->groups, group, next_group)
    {
        group->reports = 0;
        group->is_left = false;
        group->last_report.at = group->other_report = INSTANT_NEVER;
        group->v1_report = group->v2_report = group->last_use = INSTANT_NEVER;
        group->leave.at = group->left = group->asked = group->over_since = INSTANT_NEVER;
    }
    struct seen_host *host, *next_host;
    HASH_ITER(hh, watch->hosts, host, next_host)
    {
        host->burst_reports = 0;
    }
}

/* ---- the form (D-31) ---- */

static unsigned flaws_of(const struct received *received)
{
    enum verdict verdict = received->verdict;
    unsigned flaws = received->frame.ttl != 1 ? FINDING_FLAW_TTL : 0;

    if (verdict == VERDICT_BAD_CHECKSUM)
        flaws |= FINDING_FLAW_CHECKSUM;
    if (verdict == VERDICT_BAD_LENGTH || verdict == VERDICT_BAD_RECORD)
        flaws |= FINDING_FLAW_LENGTH;
    if (verdict == VERDICT_BAD_GROUP || verdict == VERDICT_WRONG_DESTINATION)
        flaws |= FINDING_FLAW_DESTINATION;
    return flaws;
}

static void note_form(struct seen_host *host, struct moment now, const struct received *received)
{
    unsigned flaws = flaws_of(received);

    if (flaws == 0) {
        host->whole++;
        return;
    }
    host->flaws |= flaws;
    tally_add(&host->flawed, now);
}

void watch_flawed_report(struct findings *findings, struct watch *watch, struct moment now,
                         const struct received *received)
{
    const struct frame *frame = &received->frame;

    if (igmp_kind_version(received->message.kind) == 0 || !address_is_multicast(frame->destination))
        return;
    watch->reports++;
    watch->last_report = now;
    struct seen_host *host = watch_host(findings, watch, now, frame->source, frame->source_mac);
    if (host)
        note_form(host, now, received);
}

/** One more answer; are there too many for the time that the query gave (D-33)? */
static void note_crowd(struct watch *watch, struct moment now)
{
    if (!watch_is_answer_time(watch, now.at) || watch->round_response > CROWD_TIME)
        return;
    watch->round_reports++;
    if (watch->round_reports == FINDINGS_CROWD)
        tally_add(&watch->crowds, now);
    if (watch->round_reports >= FINDINGS_CROWD && watch->round_reports > watch->crowd_most) {
        watch->crowd_most = watch->round_reports;
        watch->crowd_response = watch->round_response;
        watch->crowd_querier = watch->round_querier;
    }
}

/* ---- border ---- */

static void receive_records(struct findings *findings, struct watch *watch, struct moment now,
                            struct seen_host *host, const struct igmp_message *report)
{
    struct igmp_record record;
    size_t offset = 0;

    while (igmp_record_next(report, &offset, &record)) {
        if (!address_is_multicast(record.group))
            continue;
        switch ((enum igmp_record_type)record.type) {
        case IGMP_RECORD_IS_EX: keep(findings, watch, now, host, record.group, 3, false); break;
        case IGMP_RECORD_TO_EX: keep(findings, watch, now, host, record.group, 3, true); break;
        case IGMP_RECORD_IS_IN:
            if (record.count > 0)
                keep(findings, watch, now, host, record.group, 3, false);
            break;
        case IGMP_RECORD_ALLOW:
            if (record.count > 0)
                keep(findings, watch, now, host, record.group, 3, true);
            break;
        case IGMP_RECORD_TO_IN:
            if (record.count > 0)
                keep(findings, watch, now, host, record.group, 3, true);
            else
                leave(findings, watch, now, host, record.group);
            break;
        case IGMP_RECORD_BLOCK: break; /* it may want other sources still */
        }
    }
}

/** Version 1 and 2 do not exist in the SSM range (RFC 4604 section 2.2.1, Q-110). */
static bool note_ssm(const struct findings *findings, const struct watch *watch, struct moment now,
                     struct seen_host *host, const struct igmp_message *message)
{
    if (!prefix_contains(findings->setup.ssm_range, message->group))
        return false;
    tally_add(&host->ssm, now);
    host->ssm_group = message->group;
    host->ssm_version = igmp_kind_version(message->kind);
    host->ssm_asked = watch_old_version(watch, now.at);
    if (host->ssm_asked > 0)
        host->ssm_querier = watch->version_by[host->ssm_asked]->address;
    return true;
}

void watch_report(struct findings *findings, struct watch *watch, struct moment now,
                  const struct received *received)
{
    const struct igmp_message *message = &received->message;
    unsigned version = igmp_kind_version(message->kind);

    watch->reports++;
    watch->last_report = now;
    if (message->kind != IGMP_KIND_V2_LEAVE)
        note_crowd(watch, now);
    struct seen_host *host =
        watch_host(findings, watch, now, received->frame.source, received->frame.source_mac);
    if (!host)
        return;
    note_form(host, now, received);
    switch (message->kind) {
    case IGMP_KIND_V1_REPORT:
    case IGMP_KIND_V2_REPORT:
        if (note_ssm(findings, watch, now, host, message))
            note_untracked(watch, now, host, message->group, version);
        else
            keep(findings, watch, now, host, message->group, version, false);
        break;
    case IGMP_KIND_V2_LEAVE:
        if (!note_ssm(findings, watch, now, host, message))
            leave(findings, watch, now, host, message->group);
        break;
    case IGMP_KIND_V3_REPORT: receive_records(findings, watch, now, host, message); break;
    case IGMP_KIND_V1_QUERY:
    case IGMP_KIND_V2_QUERY:
    case IGMP_KIND_V3_QUERY:
    case IGMP_KIND_OTHER:
    case IGMP_KIND_COUNT: break;
    }
}
