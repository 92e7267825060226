/* SPDX-License-Identifier: MIT */
/* Floor 2. Names of events, and the outbox. */
#include "igmpq/event.h"

#include <assert.h>

const char *query_reason_name(enum query_reason reason)
{
    switch (reason) {
    case QUERY_STARTUP: return "startup";
    case QUERY_PERIODIC: return "periodic";
    case QUERY_TAKEOVER: return "takeover";
    case QUERY_LAST_MEMBER: return "last-member";
    case QUERY_REQUESTED: return "requested";
    case QUERY_REASON_COUNT: break;
    }
    return "?";
}

const char *warning_name(enum warning warning)
{
    switch (warning) {
    case WARNING_OTHER_VERSION: return "other-version";
    case WARNING_NO_ROUTER_ALERT: return "no-router-alert";
    case WARNING_ODD_TOS: return "odd-tos";
    case WARNING_BAD_TTL: return "bad-ttl";
    case WARNING_OFF_SUBNET: return "off-subnet";
    case WARNING_UNICAST_QUERY: return "unicast-query";
    case WARNING_SAME_HOST: return "same-host";
    case WARNING_DISPLACED: return "displaced";
    case WARNING_TABLE_FULL: return "table-full";
    case WARNING_COUNT: break;
    }
    return "?";
}

const char *event_kind_name(enum event_kind kind)
{
    switch (kind) {
    case EVENT_ROLE: return "role";
    case EVENT_QUERY_SENT: return "query-sent";
    case EVENT_QUERIER_SEEN: return "querier-seen";
    case EVENT_QUERIER_ELECTED: return "querier-elected";
    case EVENT_QUERIER_GONE: return "querier-gone";
    case EVENT_GROUP_JOINED: return "group-joined";
    case EVENT_GROUP_LEFT: return "group-left";
    case EVENT_REFUSED: return "refused";
    case EVENT_WARNING: return "warning";
    case EVENT_KIND_COUNT: break;
    }
    return "?";
}

struct event *outbox_event(struct outbox *outbox, enum event_kind kind, unsigned segment,
                           instant at)
{
    assert(outbox->event_count < OUTBOX_EVENTS);
    struct event *event = &outbox->event[outbox->event_count++];
    *event = (struct event){.kind = kind, .segment = segment, .at = at};
    return event;
}

struct query *outbox_query(struct outbox *outbox, const struct origin *origin, instant now,
                           enum query_reason reason, unsigned version, struct address group)
{
    assert(outbox->query_count < OUTBOX_QUERIES);
    struct query *query = &outbox->query[outbox->query_count++];
    query->segment = origin->segment;
    query->reason = reason;
    query->envelope = envelope_for(origin->mac, origin->address,
                                   address_is_none(group) ? ADDRESS_ALL_HOSTS : group);
    query->envelope.is_tagged = origin->is_tagged;
    query->envelope.vlan = origin->vlan;
    query->envelope.priority = origin->priority;
    /* Not the whole struct: its sources alone are 1.5 kB, and source_count says that there are
     * none. */
    query->message.version = version;
    query->message.group = group;
    query->message.max_response = 0;
    query->message.suppress = false;
    query->message.robustness = 0;
    query->message.query_interval = 0;
    query->message.source_count = 0;

    struct event *event = outbox_event(outbox, EVENT_QUERY_SENT, origin->segment, now);
    event->reason = reason;
    event->version = version;
    event->group = group;
    return query;
}
