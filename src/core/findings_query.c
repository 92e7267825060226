/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: evidence from queries: who asks, in what form, and whether they agree. */
#include "findings_private.h"

/* ---- the form (D-10) ---- */

/** A bridge of Linux that is a version 3 querier asks so after a version 2 leave. */
static bool is_specific_to_all(const struct received *received)
{
    return !address_is_none(received->message.group) &&
           address_equal(received->frame.destination, ADDRESS_ALL_HOSTS);
}

static unsigned flaws_of(const struct received *received)
{
    const struct frame *frame = &received->frame;
    const struct igmp_message *query = &received->message;
    unsigned version = igmp_kind_version(query->kind), flaws = 0;

    /* RFC 1112 knows neither Router Alert nor a type of service. */
    if (version > 1 && !frame->has_router_alert)
        flaws |= FINDING_FLAW_NO_ROUTER_ALERT;
    if (version > 1 && frame->tos != 0xc0)
        flaws |= FINDING_FLAW_TOS;
    if (frame->ttl != 1)
        flaws |= FINDING_FLAW_TTL;
    if (received->verdict == VERDICT_BAD_CHECKSUM)
        return flaws | FINDING_FLAW_CHECKSUM;
    if (received->verdict == VERDICT_BAD_LENGTH || received->verdict == VERDICT_BAD_SOURCE_COUNT)
        return flaws | FINDING_FLAW_LENGTH;
    if (received->verdict == VERDICT_BAD_GROUP)
        return flaws | FINDING_FLAW_DESTINATION;
    /* Accepted by a profile that wants so; most hosts do not. */
    if (frame->payload_length > 8 && frame->payload_length < 12)
        flaws |= FINDING_FLAW_LENGTH;
    struct address expected = address_is_none(query->group) ? ADDRESS_ALL_HOSTS : query->group;
    if (is_specific_to_all(received))
        flaws |= FINDING_FLAW_SPECIFIC_TO_ALL;
    else if (address_is_multicast(frame->destination) &&
             !address_equal(frame->destination, expected))
        flaws |= FINDING_FLAW_DESTINATION;
    return flaws;
}

static void note_form(struct seen_querier *querier, struct moment now,
                      const struct received *received)
{
    unsigned flaws = flaws_of(received);
    if (flaws == 0)
        return;
    querier->flaws |= flaws;
    tally_add(&querier->flawed, now);
}

void watch_flawed_query(struct findings *findings, struct watch *watch, struct moment now,
                        const struct received *received)
{
    const struct frame *frame = &received->frame;
    if (!address_is_multicast(frame->destination))
        return; /* asks one host alone: a person's debugging aid */
    struct seen_querier *querier =
        watch_querier(findings, watch, now, frame->source, frame->source_mac);
    if (querier)
        note_form(querier, now, received);
}

/* ---- storms (D-26) ---- */

static void note_storm(struct storm *storm, instant *ring, unsigned size, struct moment now,
                       const struct frame *frame)
{
    instant *oldest = &ring[storm->next];

    if (storm->filled < size) {
        storm->filled++;
    } else if (now.at - *oldest <= FINDINGS_STORM_TIME) {
        duration span = now.at - *oldest;
        if (storm->tally.count == 0 || span < storm->shortest)
            storm->shortest = span;
        tally_add(&storm->tally, now);
        storm->mac = frame->source_mac;
        storm->address = frame->source;
    }
    *oldest = now.at;
    storm->next = (storm->next + 1) % size;
}

void watch_flood(struct watch *watch, struct moment now, const struct frame *frame)
{
    note_storm(&watch->flood, watch->flood_ring, FINDINGS_FLOOD, now, frame);
}

/* ---- silence and rounds (D-01, D-02, D-03) ---- */

struct silence watch_silence_until(const struct findings *findings, const struct watch *watch,
                                   struct moment end)
{
    struct moment since = watch->last_query.at == INSTANT_NEVER ? watch->since : watch->last_query;
    struct silence silence = {.since = since, .stops_at = INSTANT_NEVER};

    silence.span = since.at == INSTANT_NEVER ? 0 : end.at - since.at;
    silence.is_idle = watch->activity.count == 0;
    silence.is_fault = (!silence.is_idle || watch->is_listened) &&
                       silence.span > watch_silence_limit(findings, watch);
    if (!silence.is_fault)
        return silence;
    const struct seen_group *group = watch_last_alive(watch);
    silence.querier = watch->last_real;
    if (group) {
        silence.group = group->address;
        silence.host = group->last_member->key.address;
        silence.stops_at = instant_after(group->last_report.at, findings->setup.switch_timeout);
    }
    return silence;
}

static void end_silence(const struct findings *findings, struct watch *watch, struct moment now)
{
    struct silence silence = watch_silence_until(findings, watch, now);

    if (silence.is_fault) {
        if (watch->silences.count == 0)
            watch->silences.first = silence.since;
        watch->silences.count++;
        watch->silences.last = now;
        if (silence.stops_at >= now.at)
            silence.stops_at = INSTANT_NEVER; /* it was asked for in time */
        if (silence.span > watch->longest_silence.span)
            watch->longest_silence = silence;
    }
    watch->activity = (struct tally){0};
}

static void note_round(struct watch *watch, struct moment now, const struct received *received)
{
    const struct igmp_message *query = &received->message;
    instant end = instant_after(now.at, query->max_response);

    if (watch->round == 0 || now.at > watch->round_end) {
        watch->round++;
        watch->round_reports = 0;
        watch->round_end = end;
    } else if (end > watch->round_end) {
        watch->round_end = end;
    }
    watch->round_query = now.at;
    watch->round_response = query->max_response;
    watch->round_version = igmp_kind_version(query->kind);
    watch->round_querier = received->frame.source;
    tally_add(&watch->general, now);
    watch->last_query = now;
}

void watch_settle_proxies(const struct findings *findings, struct watch *watch, instant now)
{
    const struct tally *proxied = &watch->proxied;
    duration span = now - proxied->first.at;

    if (proxied->count < 2 || span <= watch_silence_limit(findings, watch) ||
        span < watch->proxies_span)
        return;
    watch->proxies_only = *proxied;
    watch->proxies_span = span;
    watch->only_proxy = watch->proxy;
    watch->only_other_proxy = watch->other_proxy;
}

static void note_proxy(struct watch *watch, struct moment now, struct mac mac)
{
    if (watch->proxied.count == 0) {
        watch->proxy = mac;
        watch->other_proxy = (struct mac){{0}};
    } else if (!mac_equal(mac, watch->proxy) && mac_is_none(watch->other_proxy)) {
        watch->other_proxy = mac;
    }
    tally_add(&watch->proxied, now);
}

static void note_real(const struct findings *findings, struct watch *watch, struct moment now,
                      struct address address)
{
    watch_settle_proxies(findings, watch, now.at);
    watch->proxied = (struct tally){0};
    watch->last_real = address;
}

void watch_resume(const struct findings *findings, struct watch *watch)
{
    struct seen_querier *querier, *next;

    if (watch->since.at == INSTANT_NEVER)
        return;
    end_silence(findings, watch, watch->last);
    watch_settle_proxies(findings, watch, watch->last.at);
    watch->proxied = (struct tally){0};
    if (watch->last.at - watch->since.at > watch->longest)
        watch->longest = watch->last.at - watch->since.at;
    watch->since.at = watch->last_query.at = INSTANT_NEVER;
    watch->last_report.at = INSTANT_NEVER;
    watch->speaker = NULL;
    for (querier = watch->queriers; querier; querier = next) {
        next = querier->hh.next;
        cadence_break(&querier->cadence);
        querier->contest_intervals = 0;
        querier->took_over_from = NULL;
        watch_settle_displacement(watch, querier, watch->last.at);
        querier->displaced.at = INSTANT_NEVER;
    }
    watch_forget_members(watch);
}

/* ---- who (D-05, D-07, D-08) ---- */

static void note_mac(struct seen_querier *querier, struct moment now, struct mac mac)
{
    if (mac_is_none(mac) || mac_equal(mac, querier->mac))
        return;
    if (mac_equal(mac, querier->before_mac) || mac_equal(mac, querier->first_mac))
        tally_add(&querier->duplicate, now);
    querier->before_mac = querier->mac;
    querier->mac = mac;
}

static void note_version(struct watch *watch, struct seen_querier *querier, struct moment now,
                         unsigned version)
{
    if (version == 1) {
        tally_add(&querier->v1, now);
    } else {
        const struct seen_querier *by = watch->version_by[5 - version];
        /* Hosts fall back to version 2 for minutes after each such query; the way up is an upgrade
         * unless it is another's. */
        if (by && (version == 2 || by != querier)) {
            tally_add(&watch->mixed, now);
            watch->mixed_older = version == 2 ? querier : by;
            watch->mixed_newer = version == 2 ? by : querier;
        }
    }
    watch->version_heard[version] = now.at;
    watch->version_by[version] = querier;
}

/* ---- the election (D-04, D-17, D-23) ---- */

/** The lowest querier that was heard since the last query of this one and ought to have silenced
 * it; NULL when there is none. */
static const struct seen_querier *find_winner(const struct watch *watch,
                                              const struct seen_querier *querier, instant now)
{
    const struct seen_querier *winner = NULL, *next;

    for (const struct seen_querier *other = watch->queriers; other; other = next) {
        next = other->hh.next;
        if (other == querier || other->version < 2 || other->last_general.at == INSTANT_NEVER ||
            address_compare(other->address, querier->address) >= 0)
            continue;
        /* Later than CONTEST_TIME it may be a takeover. */
        if (other->last_general.at <= querier->last_general.at ||
            now - other->last_general.at >= CONTEST_TIME)
            continue;
        if (!winner || address_compare(other->address, winner->address) < 0)
            winner = other;
    }
    return winner;
}

static void contest(const struct watch *watch, struct seen_querier *querier, struct moment now)
{
    if (querier->version < 2 || querier->last_general.at == INSTANT_NEVER)
        return;
    const struct seen_querier *winner = find_winner(watch, querier, now.at);
    duration interval = now.at - querier->last_general.at;
    if (!winner || interval > YIELDED_TIME) {
        querier->contest_intervals = 0;
        return;
    }
    if (querier->contest_intervals++ == 0) {
        querier->contest_from = querier->last_general;
        querier->contest_longest = 0;
        querier->contest = (struct tally){0};
    }
    if (interval > querier->contest_longest)
        querier->contest_longest = interval;
    tally_add(&querier->contest, now);
    duration span = now.at - querier->contest_from.at;
    if (querier->contest_intervals >= 3 && span >= 2 * querier->contest_longest) {
        if (querier->conflict.count == 0)
            querier->conflict = querier->contest;
        else
            tally_add(&querier->conflict, now);
        if (span > querier->conflict_span)
            querier->conflict_span = span;
        querier->contest_lower = winner;
    }
}

bool watch_stream_stopped(const struct watch *watch, const struct seen_querier *querier)
{
    instant limit = instant_after(querier->displaced.at, DISPLACED_TIME);
    const struct seen_group *group = watch_find_group(watch, querier->forwarded_group);

    return querier->forwarded.last.at <= limit && (!group || group->last_data <= limit);
}

void watch_settle_displacement(const struct watch *watch, struct seen_querier *querier, instant now)
{
    instant since = querier->displaced.at;

    if (since == INSTANT_NEVER || now - since <= DISPLACED_SURE)
        return;
    if (watch_stream_stopped(watch, querier))
        tally_add(&querier->displacements, querier->displaced);
    querier->displaced.at = INSTANT_NEVER;
}

/** Another one than before speaks. */
static void change_speaker(struct seen_querier *before, struct seen_querier *querier,
                           struct moment now)
{
    duration silence = now.at - before->last_general.at;

    if (address_compare(before->address, querier->address) < 0) {
        bool is_takeover = silence >= CONTEST_TIME || (before->cadence.is_proven &&
                                                       silence * 2 >= before->cadence.longest * 3);
        querier->took_over_from = is_takeover ? before : NULL;
        if (is_takeover && silence > querier->flap_silence)
            querier->flap_silence = silence;
    } else {
        if (before->took_over_from == querier) {
            tally_add(&before->flaps, now);
            before->flap_lower = querier;
        }
        before->took_over_from = NULL;
        if (tally_is_stream(&before->forwarded) &&
            is_within(before->forwarded.last.at, now.at, STREAM_GAP)) {
            before->displaced = now;
            before->displaced_by = querier;
        }
    }
    cadence_break(&before->cadence);
}

static void elect(struct watch *watch, struct seen_querier *querier, struct moment now)
{
    if (watch->speaker && watch->speaker != querier)
        change_speaker(watch->speaker, querier, now);
    watch_settle_displacement(watch, querier, now.at);
    querier->displaced.at = INSTANT_NEVER; /* it speaks again */
    contest(watch, querier, now);
    querier->last_general = now;
    watch->speaker = querier;
}

/** Ought others to yield to it? A query that many refuse elects nobody for certain. */
static bool is_eligible(const struct watch *watch, const struct received *received)
{
    enum verdict verdict = received->verdict;

    return !address_is_none(received->frame.source) && verdict != VERDICT_OFF_SUBNET &&
           verdict != VERDICT_BAD_TTL && verdict != VERDICT_NO_ROUTER_ALERT &&
           verdict != VERDICT_ODD_TOS && !watch_is_off_subnet(watch, received->frame.source);
}

static void note_general(struct findings *findings, struct watch *watch, struct moment now,
                         const struct received *received, struct seen_querier *querier)
{
    const struct igmp_message *query = &received->message;
    unsigned version = igmp_kind_version(query->kind);

    note_mac(querier, now, received->frame.source_mac);
    note_version(watch, querier, now, version);
    tally_add(&querier->queries, now);
    querier->version = version;
    querier->response = query->max_response;
    querier->robustness = version == 3 ? query->robustness : 0;
    querier->advertised = version == 3 ? query->query_interval : 0;
    /* Version 1 has no election: two may well speak in turn (RFC 2236 section 13). */
    if (version > 1 && is_eligible(watch, received))
        elect(watch, querier, now);
    cadence_query(&querier->cadence, now, querier, &findings->setup);
}

void watch_query(struct findings *findings, struct watch *watch, struct moment now,
                 const struct received *received)
{
    const struct frame *frame = &received->frame;
    const struct igmp_message *query = &received->message;
    struct seen_querier *querier =
        watch_querier(findings, watch, now, frame->source, frame->source_mac);

    if (!address_is_none(query->group)) {
        if (querier)
            note_form(querier, now, received);
        watch_group_query(watch, now, query);
        return;
    }
    watch_flood(watch, now, frame);
    if (querier && querier->queries.count > 0 &&
        is_within(querier->queries.last.at, now.at, REPEAT_TIME))
        return; /* the same frame, seen at two places */
    note_storm(&watch->storm, watch->storm_ring, FINDINGS_STORM, now, frame);
    end_silence(findings, watch, now);
    note_round(watch, now, received);
    if (address_is_none(frame->source))
        note_proxy(watch, now, frame->source_mac);
    else
        note_real(findings, watch, now, frame->source);
    if (!querier)
        return;
    note_form(querier, now, received);
    note_general(findings, watch, now, received, querier);
}
