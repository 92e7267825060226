/* SPDX-License-Identifier: MIT */
/* Floor 2. A counting query meets the election: RFC 2236 section 7, RFC 9776 section 6.6.2. */
#include "segment_private.h"

/** Somebody else is the querier now, as far as we can tell. */
static void elect(struct segment *segment, instant now, const struct frame *frame,
                  const struct igmp_message *query, struct outbox *outbox)
{
    segment->has_elected = true;
    segment->elected = frame->source;
    segment->elected_mac = frame->source_mac;
    segment->elected_since = now;
    tenure_begin(&segment->tenure);

    struct event *event = outbox_event(outbox, EVENT_QUERIER_ELECTED, segment->id, now);
    event->address = frame->source;
    event->mac = frame->source_mac;
    event->version = igmp_kind_version(query->kind);
}

/** What its query tells of the elected querier's settings: for our timers only, never
 * for our cadence. */
static void adopt(struct segment *segment, instant now, const struct igmp_message *query)
{
    struct tenure *tenure = &segment->tenure;
    bool is_general = address_is_none(query->group);

    segment->elected_last = now;
    segment->elected_version = igmp_kind_version(query->kind);
    if (is_general) {
        tenure_general_query(tenure, now);
        tenure->response = query->max_response;
    }
    tenure->robustness = query->robustness; /* 0 in versions 1 and 2: ours */
    tenure->advertised = query->query_interval;
}

/**
 * Is the sender of this query the one to be called the elected querier? The lowest of those that
 * beat us; another only when the present one has missed its turn. Information alone: the timer
 * restarts for each that beats us.
 */
static bool is_new_elected(const struct segment *segment, instant now, struct address heard)
{
    if (!segment->has_elected)
        return true;
    if (address_equal(heard, segment->elected))
        return false;
    if (address_compare(heard, segment->elected) < 0)
        return true;
    struct adopted adopted = segment_adopted(segment);
    duration turn = segment_other_querier_present(segment) / adopted.robustness;
    const struct tenure *tenure = &segment->tenure;
    /* An observer loses nothing by calling it early, and four queries are past every usual startup
     * burst. */
    if (segment->params.mode == MODE_PASSIVE && tenure->generals >= TENURE_GLIMPSE &&
        !tenure->advertised && turn > tenure->longest_gap)
        turn = tenure->longest_gap;
    return now - segment->elected_last > turn + adopted.response;
}

static void be_beaten(struct segment *segment, instant now, const struct frame *frame,
                      const struct igmp_message *query, struct outbox *outbox)
{
    if (segment->role == ROLE_QUERIER) {
        segment->next_query = INSTANT_NEVER;
        segment->startup_left = 0;
        segment->counters.elections_lost++;
        segment_set_role(segment, now, ELECTION_BEATEN, frame, outbox);
        elect(segment, now, frame, query, outbox);
    } else if (is_new_elected(segment, now, frame->source)) {
        elect(segment, now, frame, query, outbox);
    }
    if (address_equal(frame->source, segment->elected))
        adopt(segment, now, query);
    segment->is_staggered = false;
    segment->other_expires = instant_after(now, segment_other_querier_present(segment));
}

void segment_elect(struct segment *segment, instant now, const struct frame *frame,
                   const struct igmp_message *query, struct outbox *outbox)
{
    const struct params *params = &segment->params;
    struct address own = segment->identity.is_proxy ? ADDRESS_NONE : segment->identity.own.address;

    if (election_beats(frame->source, own, params->mode, now < segment->settle_until)) {
        /* RFC 2236 section 3, read per segment: no transition while last member queries are under
         * way. */
        if (segment->role == ROLE_QUERIER && params->transition == TRANSITION_DEFER &&
            membership_is_checking(&segment->membership, now))
            return;
        be_beaten(segment, now, frame, query, outbox);
    } else if (segment->role == ROLE_QUERIER && address_is_none(query->group) &&
               now < instant_after(segment->role_since, segment_other_querier_present(segment))) {
        /* We are the newcomer; one that comes later starts with a query, as we did, and yields. */
        segment_warn(segment, now, WARNING_DISPLACED, frame, igmp_kind_version(query->kind),
                     outbox);
    }
}
