/* SPDX-License-Identifier: MIT */
/* Floor 3. An event as a line of JSON: the fields that its kind has, and no others. */
#include "igmpq/json.h"
#include "json_value.h"

static void add_querier(json_t **object, const struct event *event)
{
    json_value_put(object, "address", json_value_address(event->address));
    json_value_put(object, "mac", json_value_mac(event->mac));
    json_value_put(object, "version", json_value_count(event->version));
}

static void add_role(json_t **object, const struct event *event)
{
    bool has_querier = event->cause == ELECTION_BEATEN;

    json_value_put(object, "from", json_value_text(role_name(event->role_from)));
    json_value_put(object, "to", json_value_text(role_name(event->role_to)));
    json_value_put(object, "cause", json_value_text(election_event_name(event->cause)));
    json_value_put(object, "address",
                   has_querier ? json_value_address(event->address) : json_null());
    json_value_put(object, "mac", json_value_mac(event->mac));
}

static void add_query(json_t **object, const struct event *event)
{
    bool is_general = address_is_none(event->group);

    json_value_put(object, "reason", json_value_text(query_reason_name(event->reason)));
    json_value_put(object, "version", json_value_count(event->version));
    json_value_put(object, "group", json_value_address_or_null(event->group));
    if (!is_general) {
        json_value_put(object, "sources", json_value_count(event->count));
        json_value_put(object, "suppress", json_boolean(event->suppress));
    }
    if (event->reason == QUERY_STARTUP) {
        json_value_put(object, "number", json_value_count(event->number));
        json_value_put(object, "of", json_value_count(event->of));
    }
}

static void add_fields(json_t **object, const struct event *event)
{
    switch (event->kind) {
    case EVENT_ROLE: add_role(object, event); break;
    case EVENT_QUERY_SENT: add_query(object, event); break;
    case EVENT_QUERIER_SEEN:
    case EVENT_QUERIER_ELECTED: add_querier(object, event); break;
    case EVENT_QUERIER_GONE:
        json_value_put(object, "address", json_value_address(event->address));
        json_value_put(object, "mac", json_value_mac(event->mac));
        json_value_put(object, "silent", json_value_span(event->span));
        break;
    case EVENT_GROUP_JOINED:
        json_value_put(object, "group", json_value_address(event->group));
        add_querier(object, event);
        break;
    case EVENT_GROUP_LEFT:
        json_value_put(object, "group", json_value_address(event->group));
        json_value_put(object, "lasted", json_value_span(event->span));
        break;
    case EVENT_REFUSED:
        json_value_put(object, "verdict", json_value_text(verdict_name(event->verdict)));
        add_querier(object, event);
        json_value_put(object, "unreported", json_value_count(event->count));
        break;
    case EVENT_WARNING:
        json_value_put(object, "warning", json_value_text(warning_name(event->warning)));
        add_querier(object, event);
        json_value_put(object, "unreported", json_value_count(event->count));
        break;
    case EVENT_KIND_COUNT: break;
    }
}

json_t *json_value_event(const struct event *event, const char *segment, duration wall)
{
    json_t *object = json_value_object("event");

    json_value_put(&object, "event", json_value_text(event_kind_name(event->kind)));
    json_value_put(&object, "time", json_value_time(event->at + wall));
    json_value_put(&object, "segment", segment != NULL ? json_value_text(segment) : json_null());
    add_fields(&object, event);
    return object;
}

char *json_line_event(const struct event *event, const struct segment *segment, duration wall)
{
    return json_value_line(json_value_event(event, segment != NULL ? segment->name : NULL, wall));
}
