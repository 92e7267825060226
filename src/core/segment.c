/* SPDX-License-Identifier: MIT */
/* Floor 2. A segment's life: link, roles, the general query timer. */
#include "igmpq/segment.h"

#include <stdlib.h>

#include "segment_private.h"

bool segment_init(struct segment *segment, const char *name, unsigned id, unsigned port,
                  uint16_t vlan, const struct params *params, uint64_t seed)
{
    *segment = (struct segment){.id = id,
                                .port = port,
                                .vlan = vlan,
                                .params = *params,
                                .sees_own = true,
                                .role = ROLE_DOWN,
                                .role_since = INSTANT_NEVER,
                                .next_query = INSTANT_NEVER,
                                .other_expires = INSTANT_NEVER,
                                .random = seed};
    for (size_t i = 0; i + 1 < sizeof segment->name && name[i]; i++)
        segment->name[i] = name[i];
    for (unsigned i = 0; i < 4; i++)
        segment->version_heard[i] = INSTANT_NEVER;
    tenure_begin(&segment->tenure);
    membership_init(&segment->membership, params);
    segment->queriers = calloc(params->max_queriers, sizeof *segment->queriers);
    return segment->queriers != NULL;
}

void segment_free(struct segment *segment)
{
    membership_clear(&segment->membership);
    free(segment->queriers);
    segment->queriers = NULL;
}

/** splitmix64 (Steele, Lea, Flood 2014): one addition and a good mix; enough for jitter. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static duration random_up_to(struct segment *segment, duration most)
{
    if (most <= 0)
        return 0;
    return (duration)(next_random(&segment->random) % ((uint64_t)most + 1));
}

struct adopted segment_adopted(const struct segment *segment)
{
    return tenure_adopted(&segment->tenure, &segment->params);
}

duration segment_other_querier_present(const struct segment *segment)
{
    return tenure_other_querier_present(&segment->tenure, &segment->params);
}

const struct limited *segment_duplicate(const struct segment *segment, instant now)
{
    const struct limited *refused = &segment->refused[VERDICT_OWN_ADDRESS];
    bool is_ours = address_equal(refused->address, segment->identity.own.address);

    return segment->role != ROLE_DOWN && refused->has_happened && is_ours &&
                   now < instant_after(refused->seen, segment_other_querier_present(segment))
               ? refused
               : NULL;
}

unsigned segment_send_version(const struct segment *segment, instant now)
{
    if (!segment->params.follow_version)
        return segment->params.version;
    for (unsigned version = 1; version < segment->params.version; version++)
        if (segment->version_heard[version] != INSTANT_NEVER &&
            now < instant_after(segment->version_heard[version],
                                segment_other_querier_present(segment)))
            return version;
    return segment->params.version;
}

/** Behind an IP header with Router Alert and the 12 octets of the query's own. */
static unsigned sources_that_fit(unsigned mtu)
{
    unsigned room = mtu < 68 || mtu > 1500 ? 1500 : mtu; /* RFC 791: no link is narrower than 68 */
    return (room - 24 - 12) / 4;
}

static struct origin segment_origin(const struct segment *segment)
{
    return (struct origin){
        .segment = segment->id,
        .mac = segment->identity.mac,
        .address = segment->identity.is_proxy ? ADDRESS_NONE : segment->identity.own.address,
        .is_tagged = segment->vlan != VLAN_NONE,
        .vlan = segment->vlan,
        .priority = segment->params.priority,
        .sources_max = sources_that_fit(segment->identity.mtu),
    };
}

struct membership_context segment_context(const struct segment *segment, instant now)
{
    const struct params *params = &segment->params;
    struct adopted adopted = segment_adopted(segment);

    return (struct membership_context){
        .params = params,
        .timers.version = segment_send_version(segment, now),
        .timers.is_querier = segment->role == ROLE_QUERIER,
        .timers.membership = params_group_membership(params->membership, adopted.robustness,
                                                     adopted.query_interval, adopted.response),
        .timers.older_host_present =
            params_older_host_present(adopted.robustness, adopted.query_interval, adopted.response),
        .timers.last_member_interval = params->last_member_query_interval,
        .timers.last_member_count = (unsigned)params->last_member_query_count,
    };
}

/** Remember what was sent, to know it again when the capture shows it. */
static void note_sent(struct segment *segment, instant now, const struct query *query)
{
    const struct igmp_query *message = &query->message;
    uint8_t octets[12 + 4 * IGMP_SOURCES_MAX];
    size_t length = igmp_encode_query(message, octets, sizeof octets);

    segment->sent[segment->sent_next] = (struct sent_query){
        .at = now,
        .code = length >= 8 ? octets[1] : 0,
        .flags = length >= 12 ? octets[8] : 0,
        .version = message->version,
        .count = message->source_count,
        .group = message->group,
    };
    segment->sent_next = (segment->sent_next + 1) % SEGMENT_SENT;
}

static void send_general(struct segment *segment, instant now, enum query_reason reason,
                         struct outbox *outbox)
{
    const struct params *params = &segment->params;
    struct origin origin = segment_origin(segment);
    struct query *query = outbox_query(outbox, &origin, now, reason,
                                       segment_send_version(segment, now), ADDRESS_NONE);
    query->message.max_response = params->query_response_interval;
    query->message.robustness = (unsigned)params->robustness;
    query->message.query_interval = params->query_interval;
    note_sent(segment, now, query);
    segment->counters.general_sent++;
}

/** The interval to the next general query: shorter by chance where jitter is on, never longer
 * (Q-89). */
static duration query_interval(struct segment *segment)
{
    const struct params *params = &segment->params;
    return params->query_interval -
           random_up_to(segment, params->query_interval / 100 * params->jitter_percent);
}

/** The general query timer ran out: RFC 2236 section 7; the startup burst of section 8.6 and 8.7.
 */
static void general_query_due(struct segment *segment, instant now, struct outbox *outbox)
{
    bool is_startup = segment->startup_left > 0;

    send_general(segment, now, is_startup ? QUERY_STARTUP : QUERY_PERIODIC, outbox);
    if (is_startup) {
        struct event *event = &outbox->event[outbox->event_count - 1];
        event->number = segment->startup_of - --segment->startup_left;
        event->of = segment->startup_of;
    }
    duration interval = segment->startup_left > 0 ? segment->params.startup_query_interval
                                                  : query_interval(segment);
    /* From when it was due, so that small delays do not add up; but a late one is not made up for
     * (Q-93). */
    instant next = instant_after(segment->next_query, interval);
    segment->next_query = next > now ? next : instant_after(now, interval);
}

void segment_set_role(struct segment *segment, instant now, enum election_event cause,
                      const struct frame *querier, struct outbox *outbox)
{
    enum role from = segment->role;

    segment->role = election_next(from, cause, segment->params.mode);
    if (from == segment->role && cause != ELECTION_START)
        return;
    segment->role_since = now;
    struct event *event = outbox_event(outbox, EVENT_ROLE, segment->id, now);
    event->role_from = from;
    event->role_to = segment->role;
    event->cause = cause;
    if (querier) {
        event->address = querier->source;
        event->mac = querier->source_mac;
    }
}

static void begin_burst(struct segment *segment, instant now)
{
    segment->startup_of = segment->startup_left = (unsigned)segment->params.startup_query_count;
    segment->next_query = now;
}

static void forget_elected(struct segment *segment)
{
    segment->has_elected = false;
    segment->elected = ADDRESS_NONE;
    tenure_begin(&segment->tenure);
}

static void start(struct segment *segment, instant now, struct outbox *outbox)
{
    const struct params *params = &segment->params;

    forget_elected(segment);
    segment->next_query = segment->other_expires = INSTANT_NEVER;
    segment->startup_left = 0;
    segment->is_staggered = false;
    segment->settle_until = now;
    segment_set_role(segment, now, ELECTION_START, NULL, outbox);
    switch (params->mode) {
    case MODE_ACTIVE: begin_burst(segment, now); break;
    case MODE_LISTEN_FIRST: segment->other_expires = instant_after(now, params->listen_time); break;
    case MODE_BACKUP:
        segment->other_expires = instant_after(now, segment_other_querier_present(segment));
        break;
    case MODE_PASSIVE:
    case MODE_COUNT: break;
    }
}

static void stop(struct segment *segment, instant now, struct outbox *outbox)
{
    forget_elected(segment);
    membership_clear(&segment->membership);
    segment->next_query = segment->other_expires = INSTANT_NEVER;
    segment->startup_left = 0;
    for (unsigned i = 0; i < 4; i++)
        segment->version_heard[i] = INSTANT_NEVER;
    segment_set_role(segment, now, ELECTION_STOP, NULL, outbox);
}

/** Nobody can speak without a link, and only a proxy without an address; who never speaks needs
 * none. */
static bool can_run(const struct segment *segment)
{
    const struct identity *identity = &segment->identity;
    return identity->is_up && (identity->is_proxy || !address_is_none(identity->own.address) ||
                               segment->params.mode == MODE_PASSIVE);
}

void segment_link(struct segment *segment, instant now, const struct identity *identity,
                  struct outbox *outbox)
{
    struct identity was = segment->identity;

    segment->identity = *identity;
    if (segment->role_since == INSTANT_NEVER)
        segment->role_since = now;
    if (!can_run(segment)) {
        if (segment->role != ROLE_DOWN)
            stop(segment, now, outbox);
        return;
    }
    if (segment->role == ROLE_DOWN || was.is_proxy != identity->is_proxy ||
        !address_equal(was.own.address, identity->own.address) ||
        !mac_equal(was.mac, identity->mac))
        start(segment, now, outbox);
}

void segment_configure(struct segment *segment, instant now, const struct params *params,
                       struct outbox *outbox)
{
    bool is_restart = params->mode != segment->params.mode;
    duration patience = segment_other_querier_present(segment);
    unsigned max_queriers = segment->params.max_queriers; /* that table keeps its size */

    segment->params = *params;
    segment->params.max_queriers = max_queriers;
    membership_configure(&segment->membership, params);
    if (segment->role == ROLE_DOWN) {
        struct identity identity = segment->identity;
        segment_link(segment, now, &identity, outbox);
        return;
    }
    if (is_restart) {
        if (can_run(segment))
            start(segment, now, outbox);
        else /* it was passive and has no address to speak from */
            stop(segment, now, outbox);
        return;
    }
    /* A shorter interval is not to wait for the end of a longer one. */
    if (segment->role == ROLE_QUERIER)
        segment->next_query = instant_earlier(segment->next_query,
                                              instant_after(now, segment->params.query_interval));
    else if (segment->has_elected && !params_allow_querier(params, segment->elected))
        segment->other_expires = now; /* what is denied from now on was never heard */
    else if (segment->has_elected && segment->other_expires != INSTANT_NEVER)
        segment->other_expires += segment_other_querier_present(segment) - patience;
}

/** The other querier fell silent, or nobody spoke while we listened: RFC 2236 section 7. */
static void other_querier_gone(struct segment *segment, instant now, struct outbox *outbox)
{
    const struct params *params = &segment->params;
    bool had_elected = segment->has_elected;

    if (params->mode == MODE_BACKUP && params->backup_stagger > 0 && !segment->is_staggered) {
        segment->is_staggered = true;
        segment->other_expires =
            instant_after(segment->other_expires, random_up_to(segment, params->backup_stagger));
        if (segment->other_expires > now)
            return;
    }
    if (had_elected) {
        struct event *event = outbox_event(outbox, EVENT_QUERIER_GONE, segment->id, now);
        event->address = segment->elected;
        event->mac = segment->elected_mac;
        event->span = now - segment->elected_last;
    }
    instant due = segment->other_expires;
    segment->other_expires = INSTANT_NEVER;
    forget_elected(segment); /* back to our own intervals */
    segment_set_role(segment, now, ELECTION_OTHER_GONE, NULL, outbox);
    if (segment->role != ROLE_QUERIER)
        return;
    segment->settle_until = instant_after(now, SEGMENT_SETTLE_TIME);
    segment->counters.takeovers += had_elected;
    if (!had_elected && params->mode == MODE_LISTEN_FIRST) {
        begin_burst(segment, now);
        return;
    }
    /* A query at once, then the plain interval: the diagram sets the general timer, not the initial
     * one. */
    send_general(segment, now, QUERY_TAKEOVER, outbox);
    if (params->takeover_burst && params->startup_query_count > 1) {
        segment->startup_of = (unsigned)params->startup_query_count;
        segment->startup_left = segment->startup_of - 1;
    }
    duration interval =
        segment->startup_left > 0 ? params->startup_query_interval : query_interval(segment);
    instant next = instant_after(due, interval);
    segment->next_query = next > now ? next : instant_after(now, interval);
}

instant segment_deadline(const struct segment *segment)
{
    if (segment->role == ROLE_DOWN)
        return INSTANT_NEVER;
    instant due = segment->role == ROLE_QUERIER ? segment->next_query : segment->other_expires;
    return instant_earlier(due, membership_deadline(&segment->membership));
}

instant segment_true_deadline(struct segment *segment)
{
    membership_put_off(&segment->membership);
    return segment_deadline(segment);
}

static void tick_membership(struct segment *segment, instant now, struct outbox *outbox)
{
    if (membership_deadline(&segment->membership) > now)
        return;
    struct membership_context context = segment_context(segment, now);
    struct origin origin = segment_origin(segment);
    context.origin = &origin;
    unsigned before = outbox->query_count;
    membership_tick(&segment->membership, now, &context, outbox);
    for (unsigned i = before; i < outbox->query_count; i++) {
        note_sent(segment, now, &outbox->query[i]);
        segment->counters.specific_sent++;
    }
}

void segment_tick(struct segment *segment, instant now, struct outbox *outbox)
{
    if (segment->role == ROLE_NON_QUERIER && segment->other_expires <= now &&
        outbox_has_room(outbox))
        other_querier_gone(segment, now, outbox);
    if (segment->role == ROLE_QUERIER && segment->next_query <= now && outbox_has_room(outbox))
        general_query_due(segment, now, outbox);
    if (segment->role != ROLE_DOWN)
        tick_membership(segment, now, outbox);
}

bool segment_query_now(struct segment *segment, instant now, struct address group,
                       struct outbox *outbox)
{
    if (segment->role != ROLE_QUERIER)
        return false;
    if (address_is_none(group)) {
        send_general(segment, now, QUERY_REQUESTED, outbox);
        return true;
    }
    unsigned version = segment_send_version(segment, now);
    if (!address_is_multicast(group) || version < 2 ||
        (version == 2 && params_is_ssm(&segment->params, group))) /* */
        return false;
    struct origin origin = segment_origin(segment);
    struct query *query = outbox_query(outbox, &origin, now, QUERY_REQUESTED, version, group);
    query->message.max_response = segment->params.last_member_query_interval;
    query->message.robustness = (unsigned)segment->params.robustness;
    query->message.query_interval = segment->params.query_interval;
    /* Nobody left: other queriers are not to lower their timers for it (S flag, RFC 9776
     * section 4.1.5). */
    query->message.suppress = version == 3;
    outbox->event[outbox->event_count - 1].suppress = query->message.suppress;
    note_sent(segment, now, query);
    segment->counters.specific_sent++;
    return true;
}
