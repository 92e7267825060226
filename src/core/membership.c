/* SPDX-License-Identifier: MIT */
/* Floor 2. The tables of groups and reporters: what reports do to them. Timers are in
 * membership_tick.c. */

/* Memory running out is a refusal like a full table, never an exit. */
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)

#include "igmpq/membership.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "membership_private.h"

void membership_init(struct membership *membership, const struct params *params)
{
    *membership = (struct membership){.source_budget = params->max_sources,
                                      .max_groups = params->max_groups,
                                      .max_sources = params->max_sources,
                                      .max_reporters = params->max_reporters};
}

void membership_configure(struct membership *membership, const struct params *params)
{
    unsigned used = membership->max_sources - membership->source_budget + membership->source_debt;

    membership->max_groups = params->max_groups;
    membership->max_reporters = params->max_reporters;
    membership->max_sources = params->max_sources;
    membership->source_budget = used < params->max_sources ? params->max_sources - used : 0;
    membership->source_debt = used > params->max_sources ? used - params->max_sources : 0;
}

void membership_settle(struct membership *membership)
{
    unsigned settled = membership->source_budget < membership->source_debt
                           ? membership->source_budget
                           : membership->source_debt;
    membership->source_budget -= settled;
    membership->source_debt -= settled;
}

void membership_forget(struct membership *membership, struct group *group)
{
    membership->source_budget += group->source_count;
    membership_settle(membership);
    heap_remove(&membership->wakes, &group->wake);
    HASH_DEL(membership->groups, group);
    membership->group_count--;
    free(group->sources);
    free(group);
}

static void forget_reporter(struct membership *membership, struct reporter *reporter)
{
    HASH_DEL(membership->reporters, reporter);
    DL_DELETE2(membership->reporter_list, reporter, previous, next);
    membership->reporter_count--;
    free(reporter);
}

void membership_clear(struct membership *membership)
{
    struct group *group, *next_group;
    HASH_ITER(hh, membership->groups, group, next_group)
    {
        membership_forget(membership, group);
    }
    struct reporter *reporter, *next_reporter;
    HASH_ITER(hh, membership->reporters, reporter, next_reporter)
    {
        forget_reporter(membership, reporter);
    }
    heap_free(&membership->wakes);
    free(membership->scratch);
    membership->scratch = NULL;
    membership->scratch_capacity = 0;
}

struct group *membership_find(const struct membership *membership, struct address address)
{
    struct group *group;
    HASH_FIND(hh, membership->groups, &address, sizeof address, group);
    return group;
}

const struct group *membership_group(const struct membership *membership, struct address address)
{
    return membership_find(membership, address);
}

/** A new group in mode include with no sources, as the tables start; NULL when there is no room. */
static struct group *new_group(struct membership *membership, instant now, struct address address)
{
    if (membership->group_count >= membership->max_groups || !heap_reserve(&membership->wakes))
        return NULL;
    struct group *group = calloc(1, sizeof *group);
    if (!group)
        return NULL;
    group->address = address;
    group->mode = FILTER_INCLUDE;
    group->expires = group->v1_host_until = group->v2_host_until = now;
    group->since = group->last_report = now;
    group->last_query = group->checking_until = group->sources_query_at = INSTANT_NEVER;
    group->turn = group->sources_turn = group->sources_repeat_at = INSTANT_NEVER;
    group->sources_end = INSTANT_NEVER;
    group->wake = (struct heap_entry){.due = now, .rank = address.ipv4, .owner = group};
    HASH_ADD(hh, membership->groups, address, sizeof group->address, group);
    if (!group->hh.tbl) {
        free(group);
        return NULL;
    }
    heap_insert(&membership->wakes, &group->wake);
    membership->group_count++;
    return group;
}

/** The same, and that there was no room is counted. */
static struct group *enter_group(struct membership *membership, instant now, struct address address)
{
    struct group *group = new_group(membership, now, address);
    if (!group)
        membership->refused.groups++;
    return group;
}

static uint32_t reporter_hash(struct address address, struct mac mac)
{
    return hash_words(address.ipv4, mac_number(mac));
}

const struct reporter *membership_reporter(const struct membership *membership,
                                           struct address address, struct mac mac)
{
    struct reporter_key key = {.address = address, .mac = mac};
    struct reporter *reporter;

    HASH_FIND_BYHASHVALUE(hh, membership->reporters, &key, sizeof key, reporter_hash(address, mac),
                          reporter);
    return reporter;
}

/** Remember who reported; the list keeps the order of the last report, so its head is the next to
 * be forgotten. */
static bool note_reporter(struct membership *membership, instant now, const struct frame *frame,
                          unsigned version)
{
    struct reporter_key key = {.address = frame->source, .mac = frame->source_mac};
    struct reporter *reporter;

    while (membership->reporter_list &&
           membership->reporter_list->last_report + REPORTER_LIFETIME <= now)
        forget_reporter(membership, membership->reporter_list);
    uint32_t hash = reporter_hash(frame->source, frame->source_mac);
    HASH_FIND_BYHASHVALUE(hh, membership->reporters, &key, sizeof key, hash, reporter);
    if (reporter) {
        DL_DELETE2(membership->reporter_list, reporter, previous, next);
    } else {
        if (membership->reporter_count >= membership->max_reporters)
            return false;
        reporter = calloc(1, sizeof *reporter);
        if (!reporter)
            return false;
        reporter->key = key;
        reporter->first_report = now;
        HASH_ADD_BYHASHVALUE(hh, membership->reporters, key, sizeof reporter->key, hash, reporter);
        if (!reporter->hh.tbl) {
            free(reporter);
            return false;
        }
        membership->reporter_count++;
    }
    DL_APPEND2(membership->reporter_list, reporter, previous, next);
    reporter->last_report = now;
    reporter->last_version = version;
    reporter->reports++;
    return true;
}

static int compare_addresses(const void *a, const void *b)
{
    const struct address *left = a, *right = b;
    return address_compare(*left, *right);
}

/** The record's sources, ascending and without doubles, in the scratch space; their number, or -1
 * without memory. */
static int sort_sources(struct membership *membership, const struct igmp_record *record)
{
    if (record->count > membership->scratch_capacity) {
        struct address *scratch = realloc(membership->scratch, record->count * sizeof *scratch);
        if (!scratch)
            return -1;
        membership->scratch = scratch;
        membership->scratch_capacity = record->count;
    }
    struct address *list = membership->scratch;
    for (unsigned i = 0; i < record->count; i++)
        list[i] = igmp_source_at(record->sources, i);
    if (record->count > 1)
        qsort(list, record->count, sizeof *list, compare_addresses);
    int kept = 0;
    for (unsigned i = 0; i < record->count; i++)
        if (i == 0 || !address_equal(list[i], list[kept - 1]))
            list[kept++] = list[i];
    return kept;
}

/** What one message needs at each of its records. */
struct report {
    instant now;
    const struct membership_context *context;
    const struct frame *frame;
    unsigned version;
    uint64_t visits; /* sources that may still be gone through for it */
};

static void note_report(struct group *group, const struct report *report)
{
    group->last_report = report->now;
    group->last_reporter = report->frame->source;
    group->last_reporter_mac = report->frame->source_mac;
    group->last_version = report->version;
}

static bool is_exclude(enum igmp_record_type type)
{
    return type == IGMP_RECORD_IS_EX || type == IGMP_RECORD_TO_EX;
}

static bool brings_members(enum igmp_record_type type, unsigned listed_count)
{
    return is_exclude(type) || (type != IGMP_RECORD_BLOCK && listed_count > 0);
}

/** Apply one record to its group. */
static enum verdict apply(struct membership *membership, struct report *report, struct group *group,
                          enum igmp_record_type type, unsigned listed_count)
{
    unsigned cost = group_record_cost(group, type, membership->scratch, listed_count);
    if (cost > report->visits) {
        membership->refused.sources += listed_count ? listed_count : 1;
        return VERDICT_TABLE_FULL;
    }
    report->visits -= cost;
    if (brings_members(type, listed_count)) /* who leaves is not the last who reported */
        note_report(group, report);
    unsigned no_room = group_record(group, report->now, type, membership->scratch, listed_count,
                                    &report->context->timers, &membership->source_budget);
    membership_settle(membership);
    if (group->mode == FILTER_INCLUDE && group->source_count == 0) {
        /* Memory ran out under a new group: it never was. */
        if (!group->is_announced)
            membership_forget(membership, group);
        else
            membership_rekey(membership, group, report->now);
        membership->refused.sources += no_room;
        return VERDICT_TABLE_FULL;
    }
    if (is_exclude(type) && report->context->timers.version < 3)
        group_stop_queries(group); /* RFC 2236 section 7: back to members present */
    membership_rekey(membership, group, report->now);
    membership->refused.sources += no_room;
    return no_room ? VERDICT_TABLE_FULL : VERDICT_ACCEPTED;
}

static enum verdict apply_older(struct membership *membership, struct report *report,
                                const struct igmp_message *message)
{
    if (address_equal(message->group, ADDRESS_ALL_HOSTS))
        return VERDICT_NOT_TRACKED;
    if (params_is_ssm(report->context->params, message->group))
        return VERDICT_SSM_RANGE;

    struct group *group = membership_find(membership, message->group);
    if (message->kind == IGMP_KIND_V2_LEAVE) {
        if (!group || !report->context->timers.is_querier || report->context->timers.version < 2 ||
            group_compatibility(group, report->now) == 1)
            return VERDICT_IGNORED_LEAVE; /* */
        group_record(group, report->now, IGMP_RECORD_TO_IN, NULL, 0, &report->context->timers,
                     &membership->source_budget);
        membership_rekey(membership, group, report->now);
        return VERDICT_ACCEPTED;
    }
    if (!group)
        group = enter_group(membership, report->now, message->group);
    if (!group)
        return VERDICT_TABLE_FULL;
    instant until = instant_after(report->now, report->context->timers.older_host_present);
    if (message->kind == IGMP_KIND_V1_REPORT)
        group->v1_host_until = until;
    else
        group->v2_host_until = until;
    return apply(membership, report, group, IGMP_RECORD_IS_EX, 0);
}

/** A record of version 3, as the group's oldest host lets it count (RFC 9776 section 7.3.2, Q-108,
 * */
static enum verdict apply_record(struct membership *membership, struct report *report,
                                 const struct igmp_record *record)
{
    if (record->type < IGMP_RECORD_IS_IN || record->type > IGMP_RECORD_BLOCK)
        return VERDICT_NOT_TRACKED;
    if (!address_is_multicast(record->group))
        return VERDICT_BAD_GROUP;
    if (address_equal(record->group, ADDRESS_ALL_HOSTS))
        return VERDICT_NOT_TRACKED;

    enum igmp_record_type type = (enum igmp_record_type)record->type;
    if (is_exclude(type) && params_is_ssm(report->context->params, record->group))
        return VERDICT_SSM_RANGE;

    struct group *group = membership_find(membership, record->group);
    unsigned compatibility = group ? group_compatibility(group, report->now) : 3;
    if (type == IGMP_RECORD_BLOCK && compatibility < 3)
        return VERDICT_NOT_TRACKED;
    bool is_leave = type == IGMP_RECORD_TO_IN || type == IGMP_RECORD_BLOCK;
    if (type == IGMP_RECORD_TO_IN && compatibility == 1)
        return VERDICT_IGNORED_LEAVE;
    if (is_leave && record->count == 0 && (!group || !report->context->timers.is_querier))
        return VERDICT_IGNORED_LEAVE;

    int listed = 0;
    if (!(type == IGMP_RECORD_TO_EX && compatibility < 3))
        listed = sort_sources(membership, record);
    if (listed < 0) {
        membership->refused.sources += record->count;
        return VERDICT_TABLE_FULL;
    }
    if (!group) {
        if (!brings_members(type, (unsigned)listed))
            return VERDICT_NOT_TRACKED;
        if (!is_exclude(type) && membership->source_budget == 0) {
            membership->refused.sources += (unsigned)listed;
            return VERDICT_TABLE_FULL; /* a group of mode include is nothing without a source */
        }
        group = enter_group(membership, report->now, record->group);
    }
    if (!group)
        return VERDICT_TABLE_FULL;
    return apply(membership, report, group, type, (unsigned)listed);
}

/** Of several records the most telling verdict: accepted if one was, but a full table is to be
 * seen. */
static enum verdict worse_kept(enum verdict so_far, enum verdict next)
{
    if (so_far == VERDICT_TABLE_FULL || next == VERDICT_TABLE_FULL)
        return VERDICT_TABLE_FULL;
    if (so_far == VERDICT_ACCEPTED || next == VERDICT_ACCEPTED)
        return VERDICT_ACCEPTED;
    return so_far == VERDICT_NOT_TRACKED ? next : so_far;
}

static bool is_same_record(const struct igmp_record *a, const struct igmp_record *b)
{
    return a->type == b->type && address_equal(a->group, b->group) && a->count == b->count &&
           memcmp(a->sources.data, b->sources.data, a->sources.length) == 0;
}

static enum verdict apply_records(struct membership *membership, struct report *report,
                                  const struct igmp_message *message)
{
    enum verdict verdict = VERDICT_NOT_TRACKED, last_verdict = VERDICT_NOT_TRACKED;
    struct igmp_record record, last = {0};
    size_t offset = 0;

    while (igmp_record_next(message, &offset, &record)) {
        if (last_verdict == VERDICT_ACCEPTED && is_same_record(&record, &last))
            continue; /* at one instant, twice is once */
        last_verdict = apply_record(membership, report, &record);
        last = record;
        verdict = worse_kept(verdict, last_verdict);
    }
    return verdict;
}

static uint64_t visits_of_one_report(const struct membership *membership)
{
    uint64_t visits = (uint64_t)MEMBERSHIP_VISITS_PER_SOURCE * membership_source_count(membership);
    return visits > MEMBERSHIP_VISITS_LEAST ? visits : MEMBERSHIP_VISITS_LEAST;
}

enum verdict membership_report(struct membership *membership, instant now,
                               const struct membership_context *context, const struct frame *frame,
                               const struct igmp_message *message)
{
    struct report report = {
        .now = now,
        .context = context,
        .frame = frame,
        .version = igmp_kind_version(message->kind),
        .visits = visits_of_one_report(membership),
    };

    if (!note_reporter(membership, now, frame, report.version))
        membership->refused.reporters++; /* what it wants counts all the same */
    if (message->kind == IGMP_KIND_V3_REPORT)
        return apply_records(membership, &report, message);
    return apply_older(membership, &report, message);
}
