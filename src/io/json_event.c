/* SPDX-License-Identifier: MIT */
/* Floor 3. An event as a line of JSON: the fields that its kind has, and no others. */
#include "igmpq/json.h"
#include "json_value.h"

static void add_querier(json_t *object, const struct event *event)
{
    json_object_set_new(object, "address", json_value_address(event->address));
    json_object_set_new(object, "mac", json_value_mac(event->mac));
    json_object_set_new(object, "version", json_value_count(event->version));
}

static void add_role(json_t *object, const struct event *event)
{
    bool has_querier = event->cause == ELECTION_BEATEN;

    json_object_set_new(object, "from", json_string(role_name(event->role_from)));
    json_object_set_new(object, "to", json_string(role_name(event->role_to)));
    json_object_set_new(object, "cause", json_string(election_event_name(event->cause)));
    json_object_set_new(object, "address",
                        has_querier ? json_value_address(event->address) : json_null());
    json_object_set_new(object, "mac", json_value_mac(event->mac));
}

static void add_query(json_t *object, const struct event *event)
{
    bool is_general = address_is_none(event->group);

    json_object_set_new(object, "reason", json_string(query_reason_name(event->reason)));
    json_object_set_new(object, "version", json_value_count(event->version));
    json_object_set_new(object, "group", json_value_address_or_null(event->group));
    if (!is_general) {
        json_object_set_new(object, "sources", json_value_count(event->count));
        json_object_set_new(object, "suppress", json_boolean(event->suppress));
    }
    if (event->reason == QUERY_STARTUP) {
        json_object_set_new(object, "number", json_value_count(event->number));
        json_object_set_new(object, "of", json_value_count(event->of));
    }
}

static void add_fields(json_t *object, const struct event *event)
{
    switch (event->kind) {
    case EVENT_ROLE: add_role(object, event); break;
    case EVENT_QUERY_SENT: add_query(object, event); break;
    case EVENT_QUERIER_SEEN:
    case EVENT_QUERIER_ELECTED: add_querier(object, event); break;
    case EVENT_QUERIER_GONE:
        json_object_set_new(object, "address", json_value_address(event->address));
        json_object_set_new(object, "mac", json_value_mac(event->mac));
        json_object_set_new(object, "silent", json_value_span(event->span));
        break;
    case EVENT_GROUP_JOINED:
        json_object_set_new(object, "group", json_value_address(event->group));
        add_querier(object, event);
        break;
    case EVENT_GROUP_LEFT:
        json_object_set_new(object, "group", json_value_address(event->group));
        json_object_set_new(object, "lasted", json_value_span(event->span));
        break;
    case EVENT_REFUSED:
        json_object_set_new(object, "verdict", json_string(verdict_name(event->verdict)));
        add_querier(object, event);
        json_object_set_new(object, "unreported", json_value_count(event->count));
        break;
    case EVENT_WARNING:
        json_object_set_new(object, "warning", json_string(warning_name(event->warning)));
        add_querier(object, event);
        json_object_set_new(object, "unreported", json_value_count(event->count));
        break;
    case EVENT_KIND_COUNT: break;
    }
}

json_t *json_value_event(const struct event *event, const char *segment, duration wall)
{
    json_t *object = json_value_object("event");

    json_object_set_new(object, "event", json_string(event_kind_name(event->kind)));
    json_object_set_new(object, "time", json_value_time(event->at + wall));
    json_object_set_new(object, "segment", segment != NULL ? json_string(segment) : json_null());
    add_fields(object, event);
    return object;
}

char *json_line_event(const struct event *event, const struct segment *segment, duration wall)
{
    return json_value_line(json_value_event(event, segment != NULL ? segment->name : NULL, wall));
}
