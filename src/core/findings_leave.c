/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: what becomes of a leave: does the querier ask (D-13), and was somebody still
 * there (D-30). */
#include "findings_private.h"

void watch_settle_leave(struct watch *watch, struct seen_group *group, instant now)
{
    if (group->leave_is_asked) {
        if (now < instant_after(group->leave.at, LEFT_TIME))
            return;
        if (group->last_report.at <= group->leave.at) {
            group->left = group->leave.at;
            group->over_since = instant_after(group->leave.at, LEFT_TIME);
            group->last_use = INSTANT_NEVER;
        }
        group->leave.at = INSTANT_NEVER;
    } else if (now > instant_after(group->leave.at, LEAVE_TIME)) {
        if (!group->leave_need_not_be_asked) {
            tally_add(&group->ignored, group->leave);
            group->ignored_host = group->leave_host;
            group->ignored_querier = watch->last_real;
        }
        group->leave.at = INSTANT_NEVER;
    }
}

void watch_group_query(struct watch *watch, struct moment now, const struct igmp_message *query)
{
    struct seen_group *group = watch_find_group(watch, query->group);

    if (!group)
        return;
    watch_settle_group(watch, group, now.at);
    group->asked = now.at;
    group->asked_response = query->max_response;
    if (group->leave.at != INSTANT_NEVER && !group->leave_is_asked) {
        group->leave_is_asked = true;
        watch->leaves_asked++;
    }
}

/** A querier of a version that asks after a leave is there, as a querier (not a proxy). */
static bool has_asking_querier(const struct findings *findings, const struct watch *watch,
                               instant now)
{
    const struct seen_querier *speaker = watch->speaker;
    return speaker && is_within(speaker->last_general.at, now, findings->setup.router_timeout) &&
           !is_within(watch->version_heard[1], now, findings->setup.router_timeout);
}

/** Another host is known to be in the group. */
static bool has_other_member(const struct findings *findings, const struct watch *watch,
                             const struct seen_group *group, const struct seen_host *host,
                             instant now)
{
    bool is_last = group->last_member == host;
    const struct seen_host *other = is_last ? group->other_member : group->last_member;
    instant reported = is_last ? group->other_report : group->last_report.at;

    if (!other || !is_within(reported, now, findings->setup.switch_timeout))
        return false;
    const struct seen_member *member = watch_find_member(watch, other, group->address);
    return member && !member->has_left;
}

/** In version 3 every member reports, so who keeps track of each (RFC 3376 appendix A.2) need not
 * ask while another is there. */
static bool is_tracked(const struct findings *findings, const struct watch *watch,
                       const struct seen_group *group, const struct seen_host *host, instant now)
{
    return !is_within(group->v2_report, now, V1_HOST_TIME) && watch->round_version == 3 &&
           has_other_member(findings, watch, group, host, now);
}

void watch_begin_leave(const struct findings *findings, struct watch *watch, struct moment now,
                       struct seen_group *group, const struct seen_host *host)
{
    if (group->leave.at != INSTANT_NEVER || group->over_since != INSTANT_NEVER ||
        !is_within(group->last_report.at, now.at, findings->setup.switch_timeout) ||
        is_within(group->v1_report, now.at, V1_HOST_TIME) ||
        !has_asking_querier(findings, watch, now.at))
        return;
    group->leave_need_not_be_asked = is_tracked(findings, watch, group, host, now.at);
    group->leave = now;
    group->leave_host = host;
    group->left_round = watch->round;
    group->leave_is_asked = is_within(group->asked, now.at, LEAVE_TIME);
}

void watch_note_cut(const struct findings *findings, const struct watch *watch, struct moment now,
                    struct seen_group *group, const struct seen_member *member, unsigned version)
{
    if (group->left == INSTANT_NEVER ||
        !is_within(member->last_report.at, group->left, findings->setup.switch_timeout) ||
        watch->round - group->left_round > 2 || member->last_round == watch->round ||
        !watch_is_answer_time(watch, now.at))
        return;
    duration span = now.at - group->left;
    tally_add(&group->cuts, now);
    group->cut_is_sure |= version == 3 || group->cuts.count > 1;
    if (span > group->cut_worst) {
        group->cut_worst = span;
        group->cut_stops = group->left;
        group->cut_host = member->key.host;
        group->cut_leaver = group->leave_host;
    }
}
