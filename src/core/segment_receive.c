/* SPDX-License-Identifier: MIT */
/* Floor 2. What a segment accepts of what it hears, and whom it tells about the rest. */
#include "segment_private.h"

/**
 * Report something odd: at once, then with growing gaps while the same sender goes on (a switch's
 * proxy query every minute is news once, not 1,440 times a day); another sender after
 * SEGMENT_REPORT_GAP. NULL: it is only counted now.
 */
static struct event *report(struct segment *segment, instant now, enum event_kind kind,
                            struct limited *limited, const struct frame *frame, unsigned version,
                            struct outbox *outbox)
{
    static const duration gaps[] = {SEGMENT_REPORT_GAP, 10 * SEGMENT_REPORT_GAP,
                                    60 * SEGMENT_REPORT_GAP, 1440 * SEGMENT_REPORT_GAP};
    bool goes_on = limited->has_happened && address_equal(limited->address, frame->source) &&
                   now < instant_after(limited->seen, QUERIER_LIFETIME); /* else it is news again */
    duration gap = gaps[goes_on ? limited->times : 0];

    if (limited->has_happened && now < instant_after(limited->last, gap)) {
        limited->unreported++;
        if (goes_on) {
            limited->seen = now;
            limited->mac = frame->source_mac;
        }
        return NULL;
    }
    unsigned times = !goes_on ? 0 : limited->times < 3 ? limited->times + 1 : 3;
    struct event *event = outbox_event(outbox, kind, segment->id, now);
    event->address = frame->source;
    event->mac = frame->source_mac;
    event->version = version;
    event->count = limited->unreported;
    *limited = (struct limited){.has_happened = true,
                                .last = now,
                                .seen = now,
                                .address = frame->source,
                                .mac = frame->source_mac,
                                .times = times};
    return event;
}

void segment_warn(struct segment *segment, instant now, enum warning warning,
                  const struct frame *frame, unsigned version, struct outbox *outbox)
{
    struct event *event =
        report(segment, now, EVENT_WARNING, &segment->warned[warning], frame, version, outbox);
    if (event)
        event->warning = warning;
}

static void report_refusal(struct segment *segment, instant now, enum verdict verdict,
                           const struct frame *frame, unsigned version, struct outbox *outbox)
{
    struct event *event =
        report(segment, now, EVENT_REFUSED, &segment->refused[verdict], frame, version, outbox);
    if (event)
        event->verdict = verdict;
}

/** The entry of a querier, a new one where there is room (or where one has been silent for long);
 * NULL when full. */
static struct querier *note_querier(struct segment *segment, instant now, const struct frame *frame,
                                    unsigned version, struct outbox *outbox)
{
    struct querier *free_entry = NULL;

    for (unsigned i = 0; i < segment->querier_count; i++) {
        struct querier *querier = &segment->queriers[i];
        if (address_equal(querier->address, frame->source) &&
            mac_equal(querier->mac, frame->source_mac))
            return querier;
        if (!free_entry && querier->last_heard + QUERIER_LIFETIME <= now)
            free_entry = querier;
    }
    if (!free_entry && segment->querier_count < segment->params.max_queriers)
        free_entry = &segment->queriers[segment->querier_count++];
    if (!free_entry) {
        segment_warn(segment, now, WARNING_TABLE_FULL, frame, version, outbox);
        return NULL;
    }
    *free_entry =
        (struct querier){.address = frame->source, .mac = frame->source_mac, .first_heard = now};
    struct event *event = outbox_event(outbox, EVENT_QUERIER_SEEN, segment->id, now);
    event->address = frame->source;
    event->mac = frame->source_mac;
    event->version = version;
    return free_entry;
}

/** Our own query, as it left or come back; or another program's on this host. */
static enum verdict recognise_own(struct segment *segment, instant now, const struct frame *frame,
                                  const struct igmp_message *query)
{
    struct address own = segment->identity.is_proxy ? ADDRESS_NONE : segment->identity.own.address;
    bool is_ours_by_form = address_equal(frame->source, own) && frame->tos == 0xc0 &&
                           frame->ttl == 1 && frame->ip_id == 0 && frame->dont_fragment &&
                           frame->has_router_alert;
    uint8_t flags = (uint8_t)(query->suppress << 3 | query->robustness);
    bool is_known = false;

    if (!is_ours_by_form)
        return VERDICT_SAME_HOST;
    for (unsigned i = 0; i < SEGMENT_SENT; i++) {
        struct sent_query *sent = &segment->sent[i];
        if (sent->version != igmp_kind_version(query->kind) || sent->code != query->code ||
            sent->flags != flags || sent->count != query->count ||
            !address_equal(sent->group, query->group) ||
            now > instant_after(sent->at, SEGMENT_ECHO_TIME))
            continue;
        is_known = true;
        if (segment->sees_own && !sent->is_echoed) {
            sent->is_echoed = true;
            return VERDICT_OWN;
        }
    }
    if (is_known)
        return VERDICT_LOOPED;
    /* After a storm of leaves more specific queries may be on their way back than are remembered:
     * no reason to suspect anybody. */
    const struct sent_query *oldest = &segment->sent[segment->sent_next];
    bool is_overrun = oldest->version > 0 && now <= instant_after(oldest->at, SEGMENT_ECHO_TIME);
    return is_overrun && segment->sees_own ? VERDICT_OWN : VERDICT_SAME_HOST;
}

/** Ours, from our address, or neither: VERDICT_ACCEPTED means somebody else's. */
static enum verdict check_identity(struct segment *segment, instant now, const struct frame *frame,
                                   const struct igmp_message *query)
{
    struct address own = segment->identity.is_proxy ? ADDRESS_NONE : segment->identity.own.address;
    bool has_macs = !mac_is_none(frame->source_mac) && !mac_is_none(segment->identity.mac);
    bool is_our_mac = has_macs && mac_equal(frame->source_mac, segment->identity.mac);
    bool is_our_address = address_equal(frame->source, own);

    if (is_our_mac && (is_our_address || address_is_none(frame->source)))
        return recognise_own(segment, now, frame, query);
    if (is_our_address && !address_is_none(own))
        return has_macs ? VERDICT_OWN_ADDRESS : VERDICT_OWN;
    return VERDICT_ACCEPTED;
}

/** Sources that no host can have. */
static bool is_impossible_source(const struct segment *segment, struct address source)
{
    return !address_is_of_host(source) || prefix_is_broadcast(segment->identity.own, source);
}

/** A property that is judged by policy: VERDICT_ACCEPTED, with a warning if so wished, or
 * `verdict`. */
static enum verdict judge(struct segment *segment, instant now, enum policy policy,
                          enum verdict verdict, enum warning warning, const struct frame *frame,
                          unsigned version, struct outbox *outbox)
{
    switch (policy) {
    case POLICY_ACCEPT: return VERDICT_ACCEPTED;
    case POLICY_WARN:
        segment_warn(segment, now, warning, frame, version, outbox);
        return VERDICT_ACCEPTED;
    case POLICY_DROP:
    case POLICY_COUNT: break;
    }
    return verdict;
}

/** Where a query may go: general ones to all hosts, specific ones to their group, or, as bridges of
 * Linux send them, to all hosts too; both also to our own address. */
static enum verdict check_destination(struct segment *segment, instant now,
                                      const struct frame *frame, const struct igmp_message *query,
                                      struct outbox *outbox)
{
    bool is_general = address_is_none(query->group);

    if (address_equal(frame->destination, ADDRESS_ALL_HOSTS) ||
        (!is_general && address_equal(frame->destination, query->group)))
        return VERDICT_ACCEPTED;
    if (address_equal(frame->destination, segment->identity.own.address) &&
        !address_is_none(frame->destination))
        return judge(segment, now, segment->params.unicast, VERDICT_UNICAST_QUERY,
                     WARNING_UNICAST_QUERY, frame, igmp_kind_version(query->kind), outbox);
    return VERDICT_WRONG_DESTINATION;
}

static enum verdict check_policies(struct segment *segment, instant now, const struct frame *frame,
                                   const struct igmp_message *query, struct outbox *outbox)
{
    const struct params *params = &segment->params;
    const struct prefix *own = &segment->identity.own;
    unsigned version = igmp_kind_version(query->kind);
    enum verdict verdict = VERDICT_ACCEPTED;

    if (frame->ttl != 1)
        verdict = judge(segment, now, params->ttl, VERDICT_BAD_TTL, WARNING_BAD_TTL, frame, version,
                        outbox);
    if (verdict == VERDICT_ACCEPTED && own->length > 0 && !prefix_contains(*own, frame->source))
        verdict = judge(segment, now, params->off_subnet, VERDICT_OFF_SUBNET, WARNING_OFF_SUBNET,
                        frame, version, outbox);
    /* Version 1 knows no Router Alert (RFC 1112). */
    if (verdict == VERDICT_ACCEPTED && version > 1 && !frame->has_router_alert)
        verdict = judge(segment, now, params->router_alert, VERDICT_NO_ROUTER_ALERT,
                        WARNING_NO_ROUTER_ALERT, frame, version, outbox);
    if (verdict == VERDICT_ACCEPTED && frame->tos != 0xc0)
        verdict = judge(segment, now, params->tos, VERDICT_ODD_TOS, WARNING_ODD_TOS, frame, version,
                        outbox);
    if (verdict == VERDICT_ACCEPTED && !params_allow_querier(params, frame->source))
        verdict = VERDICT_DENIED;
    return verdict;
}

/** Everything that must hold before a query counts, in the order in which a refusal tells most. */
static enum verdict check_query(struct segment *segment, instant now, const struct frame *frame,
                                const struct igmp_message *query, struct outbox *outbox)
{
    if (address_is_none(frame->source))
        return VERDICT_PROXY_QUERY;
    if (is_impossible_source(segment, frame->source))
        return VERDICT_BAD_SOURCE;
    enum verdict verdict = check_destination(segment, now, frame, query, outbox);
    if (verdict != VERDICT_ACCEPTED)
        return verdict;
    return check_policies(segment, now, frame, query, outbox);
}

/** Versions that do not go together: version 3 complains of specific queries of
 * version 2 as little as the RFC does. */
static void check_version(struct segment *segment, instant now, const struct frame *frame,
                          const struct igmp_message *query, struct outbox *outbox)
{
    unsigned version = igmp_kind_version(query->kind);

    if (version == segment->params.version || segment->params.mode == MODE_PASSIVE)
        return; /* who never speaks has no version */
    if (segment->params.version == 3 && version == 2 && !address_is_none(query->group))
        return;
    segment_warn(segment, now, WARNING_OTHER_VERSION, frame, version, outbox);
}

static enum verdict receive_query(struct segment *segment, instant now, const struct frame *frame,
                                  const struct igmp_message *query, struct outbox *outbox)
{
    unsigned version = igmp_kind_version(query->kind);
    enum verdict verdict = check_identity(segment, now, frame, query);

    if (verdict == VERDICT_OWN)
        return verdict;
    if (verdict != VERDICT_ACCEPTED) {
        report_refusal(segment, now, verdict, frame, version, outbox);
        return verdict;
    }
    if (mac_equal(frame->source_mac, segment->identity.mac) && !mac_is_none(frame->source_mac))
        segment_warn(segment, now, WARNING_SAME_HOST, frame, version, outbox);
    verdict = check_query(segment, now, frame, query, outbox);
    /* An address that no host can have is not a querier, and forged ones are not to fill the table.
     */
    struct querier *querier =
        verdict == VERDICT_BAD_SOURCE ? NULL : note_querier(segment, now, frame, version, outbox);
    if (querier) {
        querier->version = version;
        querier->last_heard = now;
        querier->queries++;
        querier->refused += verdict != VERDICT_ACCEPTED;
        querier->last_verdict = verdict;
    }
    if (verdict != VERDICT_ACCEPTED) {
        report_refusal(segment, now, verdict, frame, version, outbox);
        return verdict;
    }

    segment->counters.odd_tos += frame->tos != 0xc0;
    segment->counters.no_router_alert += version > 1 && !frame->has_router_alert;
    check_version(segment, now, frame, query, outbox);
    bool is_specific = !address_is_none(query->group);
    if (!is_specific || segment->params.electing == ELECTING_ANY) {
        segment->version_heard[version] = now;
        segment_elect(segment, now, frame, query, outbox);
    }
    if (is_specific && segment->role == ROLE_NON_QUERIER) {
        struct membership_context context = segment_context(segment, now);
        membership_query_heard(&segment->membership, now, &context, query);
        return VERDICT_ACCEPTED;
    }
    return is_specific && segment->params.electing == ELECTING_GENERAL ? VERDICT_SPECIFIC_QUERY
                                                                       : VERDICT_ACCEPTED;
}

/** Where reports and leaves may go. */
static bool is_report_destination(const struct segment *segment, const struct frame *frame,
                                  const struct igmp_message *message)
{
    bool is_ours = address_equal(frame->destination, segment->identity.own.address) &&
                   !address_is_none(frame->destination);

    switch (message->kind) {
    case IGMP_KIND_V1_REPORT: return address_equal(frame->destination, message->group);
    case IGMP_KIND_V2_REPORT: return address_equal(frame->destination, message->group) || is_ours;
    case IGMP_KIND_V2_LEAVE:
        return address_equal(frame->destination, ADDRESS_ALL_ROUTERS) ||
               address_equal(frame->destination, message->group);
    case IGMP_KIND_V3_REPORT: return address_equal(frame->destination, ADDRESS_IGMPV3) || is_ours;
    case IGMP_KIND_V1_QUERY:
    case IGMP_KIND_V2_QUERY:
    case IGMP_KIND_V3_QUERY:
    case IGMP_KIND_OTHER:
    case IGMP_KIND_COUNT: break;
    }
    return false;
}

static enum verdict receive_report(struct segment *segment, instant now, const struct frame *frame,
                                   const struct igmp_message *message, struct outbox *outbox)
{
    const struct params *params = &segment->params;

    if (!is_report_destination(segment, frame, message))
        return VERDICT_WRONG_DESTINATION;
    if (frame->ttl != 1 && params->ttl == POLICY_DROP)
        return VERDICT_BAD_TTL;
    if (!address_is_none(frame->source) && is_impossible_source(segment, frame->source))
        return VERDICT_BAD_SOURCE;
    struct membership_context context = segment_context(segment, now);
    uint64_t unremembered = segment->membership.refused.reporters;
    enum verdict verdict = membership_report(&segment->membership, now, &context, frame, message);
    if (verdict == VERDICT_TABLE_FULL || segment->membership.refused.reporters != unremembered)
        segment_warn(segment, now, WARNING_TABLE_FULL, frame, igmp_kind_version(message->kind),
                     outbox);
    return verdict;
}

static enum verdict receive(struct segment *segment, instant now, const struct frame *frame,
                            const struct igmp_message *message, enum verdict decoded,
                            struct outbox *outbox)
{
    bool is_query = igmp_kind_is_query(message->kind);

    if (segment->role == ROLE_DOWN)
        return VERDICT_SEGMENT_DOWN;
    if (decoded == VERDICT_BAD_LENGTH && is_query && segment->params.accept_odd_query_length &&
        message->count == 0 && message->kind != IGMP_KIND_V3_QUERY)
        decoded = VERDICT_ACCEPTED; /* RFC 2236 section 2.5 */
    if (decoded != VERDICT_ACCEPTED) {
        if (decoded != VERDICT_NOT_IGMP && decoded != VERDICT_UNKNOWN_TYPE)
            report_refusal(segment, now, decoded, frame, igmp_kind_version(message->kind), outbox);
        return decoded;
    }
    return is_query ? receive_query(segment, now, frame, message, outbox)
                    : receive_report(segment, now, frame, message, outbox);
}

enum verdict segment_frame(struct segment *segment, instant now, const struct frame *frame,
                           const struct igmp_message *message, enum verdict decoded,
                           struct outbox *outbox)
{
    enum verdict verdict = receive(segment, now, frame, message, decoded, outbox);
    segment->counters.verdict[verdict]++;
    return verdict;
}
