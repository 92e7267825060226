/* SPDX-License-Identifier: MIT */
/* Floor 4. Tables of what was heard: small ones, looked through from the beginning, since a person
 * reads the result. */
#include "inject_heard.h"

#include <stdlib.h>

static struct heard_querier *find_querier(struct heard *heard, const struct frame *frame)
{
    for (unsigned i = 0; i < heard->querier_count; i++) {
        struct heard_querier *querier = &heard->querier[i];
        if (address_equal(querier->address, frame->source) &&
            mac_equal(querier->mac, frame->source_mac))
            return querier;
    }
    if (heard->querier_count == HEARD_QUERIERS_MOST) {
        heard->is_full = true;
        return NULL;
    }
    struct heard_querier *querier = &heard->querier[heard->querier_count++];
    *querier = (struct heard_querier){
        .address = frame->source,
        .mac = frame->source_mac,
        .version = 3,
    };
    return querier;
}

static void take_query(struct heard *heard, instant at, const struct frame *frame,
                       const struct igmp_message *message)
{
    struct heard_querier *querier = find_querier(heard, frame);
    unsigned version = igmp_kind_version(message->kind);

    if (!querier)
        return;
    querier->queries++;
    querier->last = at;
    if (version < querier->version)
        querier->version = version;
    if (version == 3) {
        querier->robustness = message->robustness;
        querier->query_interval = message->query_interval;
    }
    if (address_is_none(message->group) && frame->ttl == 1 &&
        address_equal(frame->destination, ADDRESS_ALL_HOSTS))
        querier->is_candidate = true;
}

static struct heard_member *find_member(struct heard *heard, const struct frame *frame,
                                        struct address group)
{
    for (unsigned i = 0; i < heard->member_count; i++) {
        struct heard_member *member = &heard->member[i];
        if (address_equal(member->group, group) && address_equal(member->address, frame->source) &&
            mac_equal(member->mac, frame->source_mac))
            return member;
    }
    unsigned count = heard->member_count;
    if ((count & (count - 1)) == 0) { /* full at every power of two */
        unsigned room = count == 0 ? 1 : count * 2;
        struct heard_member *more =
            room > HEARD_MEMBERS_MOST ? NULL : realloc(heard->member, room * sizeof *more);
        if (!more) {
            heard->is_full = true;
            return NULL;
        }
        heard->member = more;
    }
    struct heard_member *member = &heard->member[heard->member_count++];
    *member = (struct heard_member){
        .address = frame->source,
        .mac = frame->source_mac,
        .group = group,
    };
    return member;
}

static void mark_answered(const struct heard *heard, struct heard_member *member, instant at)
{
    if (member->round == heard->round && heard->round > 0)
        return;
    member->round = heard->round;
    member->answered = at;
}

static void add_sources(struct heard_member *member, const struct igmp_record *record)
{
    for (unsigned i = 0; i < record->count; i++, member->source_count++) {
        if (member->source_count >= HEARD_SOURCES_MOST)
            continue;
        struct address *more =
            realloc(member->sources, (member->source_count + 1) * sizeof *member->sources);
        if (!more)
            return;
        member->sources = more;
        more[member->source_count] = igmp_source_at(record->sources, i);
    }
}

/** Current-state records are answers (RFC 9776 section 4.2.12); changes come without being asked.
 */
static void take_record(struct heard *heard, instant at, const struct frame *frame,
                        const struct igmp_record *record)
{
    bool is_answer = record->type == IGMP_RECORD_IS_IN || record->type == IGMP_RECORD_IS_EX;
    bool says_all =
        is_answer || record->type == IGMP_RECORD_TO_IN || record->type == IGMP_RECORD_TO_EX;

    if (!address_is_multicast(record->group) || record->type < IGMP_RECORD_IS_IN ||
        record->type > IGMP_RECORD_BLOCK)
        return;
    struct heard_member *member = find_member(heard, frame, record->group);
    if (!member)
        return;
    member->version = 3;
    /* A long list of sources comes in several records of one answer. */
    bool is_continued = is_answer && record->type == member->record_type && heard->round > 0 &&
                        member->round == heard->round;
    if (says_all) {
        if (!is_continued)
            member->source_count = 0;
        member->record_type = record->type;
        add_sources(member, record);
        bool is_include = record->type == IGMP_RECORD_IS_IN || record->type == IGMP_RECORD_TO_IN;
        member->is_member = !is_include || member->source_count > 0;
    } else if (record->type == IGMP_RECORD_ALLOW) {
        member->is_member = true;
    }
    if (is_answer)
        mark_answered(heard, member, at);
}

void heard_take(struct heard *heard, instant at, const struct frame *frame,
                const struct igmp_message *message)
{
    struct heard_member *member;
    struct igmp_record record;
    size_t offset = 0;

    switch (message->kind) {
    case IGMP_KIND_V1_QUERY:
    case IGMP_KIND_V2_QUERY:
    case IGMP_KIND_V3_QUERY: take_query(heard, at, frame, message); return;
    case IGMP_KIND_V1_REPORT:
    case IGMP_KIND_V2_REPORT:
        member = find_member(heard, frame, message->group);
        if (member) {
            member->version = igmp_kind_version(message->kind);
            member->record_type = 0;
            member->source_count = 0;
            member->is_member = true;
            mark_answered(heard, member, at);
        }
        break;
    case IGMP_KIND_V2_LEAVE:
        member = find_member(heard, frame, message->group);
        if (member)
            member->is_member = false;
        return;
    case IGMP_KIND_V3_REPORT:
        while (igmp_record_next(message, &offset, &record))
            take_record(heard, at, frame, &record);
        break;
    case IGMP_KIND_OTHER:
    case IGMP_KIND_COUNT: return;
    }
    if (heard->round == 0)
        heard->reports[igmp_kind_version(message->kind)]++;
}

void heard_free(struct heard *heard)
{
    for (unsigned i = 0; i < heard->member_count; i++)
        free(heard->member[i].sources);
    free(heard->member);
    heard->member = NULL;
    heard->member_count = 0;
}

const char *answer_name(enum answer answer)
{
    switch (answer) {
    case ANSWER_NONE: return "none";
    case ANSWER_GIVEN: return "given";
    case ANSWER_SUPPRESSED: return "suppressed";
    case ANSWER_SILENT: return "silent";
    case ANSWER_COUNT: break;
    }
    return "unknown";
}

static bool has_spokesman(const struct heard *heard, const struct heard_member *silent)
{
    for (unsigned i = 0; i < heard->member_count; i++) {
        const struct heard_member *member = &heard->member[i];
        if (member->round == heard->round && member->version <= 2 &&
            address_equal(member->group, silent->group))
            return true;
    }
    return false;
}

enum answer heard_answer(const struct heard *heard, const struct heard_member *member,
                         struct address group, bool names_sources)
{
    if (heard->round == 0 || (!address_is_none(group) && !address_equal(group, member->group)))
        return ANSWER_NONE;
    if (member->round == heard->round)
        return ANSWER_GIVEN;
    /* Whoever does not want one of the sources asked for is right to keep quiet. */
    if (!member->is_member || names_sources)
        return ANSWER_NONE;
    return member->version <= 2 && has_spokesman(heard, member) ? ANSWER_SUPPRESSED : ANSWER_SILENT;
}
