/* SPDX-License-Identifier: MIT */
/* Floor 3. A received frame as a line of JSON. */
#include "igmpq/json.h"
#include "json_value.h"

static json_t *sources(struct octets from, unsigned count)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < count && octets_have(from, (size_t)i * 4, 4); i++)
        json_value_append(&list, json_value_address(igmp_source_at(from, i)));
    return list;
}

static const char *record_name(uint8_t type)
{
    switch ((enum igmp_record_type)type) {
    case IGMP_RECORD_IS_IN: return "is-in";
    case IGMP_RECORD_IS_EX: return "is-ex";
    case IGMP_RECORD_TO_IN: return "to-in";
    case IGMP_RECORD_TO_EX: return "to-ex";
    case IGMP_RECORD_ALLOW: return "allow";
    case IGMP_RECORD_BLOCK: return "block";
    }
    return "unknown";
}

static json_t *records(const struct igmp_message *report)
{
    json_t *list = json_array();
    struct igmp_record record;
    size_t offset = 0;

    while (igmp_record_next(report, &offset, &record)) {
        json_t *entry = json_object();
        json_value_put(&entry, "record", json_value_text(record_name(record.type)));
        json_value_put(&entry, "group", json_value_address(record.group));
        json_value_put(&entry, "sources", sources(record.sources, record.count));
        json_value_append(&list, entry);
    }
    return list;
}

static const char *query_kind(const struct igmp_message *query)
{
    if (address_is_none(query->group))
        return "general";
    return query->count > 0 ? "group-source" : "group";
}

/* What only version 3 queries say. */
static void add_query_v3(json_t **object, const struct igmp_message *query)
{
    json_value_put(object, "suppress", json_boolean(query->suppress));
    json_value_put(object, "robustness", json_value_count(query->robustness));
    json_value_put(object, "query_interval", json_value_span(query->query_interval));
    json_value_put(object, "sources", sources(query->items, query->count));
}

/* What the message says; "kind", "group" and "max_resp_ms" are always there, null where it says
 * nothing of the sort, or could not be decoded. */
static void add_message(json_t **object, const struct igmp_message *message, bool is_decoded)
{
    bool is_query = is_decoded && igmp_kind_is_query(message->kind);
    bool has_group = is_decoded && message->kind != IGMP_KIND_V3_REPORT;
    uint64_t max_response = (uint64_t)(message->max_response / MILLISECONDS);

    json_value_put(object, "kind", is_query ? json_value_text(query_kind(message)) : json_null());
    json_value_put(object, "group",
                   has_group ? json_value_address_or_null(message->group) : json_null());
    json_value_put(object, "max_resp_ms", is_query ? json_value_count(max_response) : json_null());
    if (is_decoded && message->kind == IGMP_KIND_V3_QUERY)
        add_query_v3(object, message);
    if (is_decoded && message->kind == IGMP_KIND_V3_REPORT)
        json_value_put(object, "records", records(message));
}

char *json_line_frame(uint64_t number, instant at, const struct segment *segment,
                      const struct received *received)
{
    const struct frame *frame = &received->frame;
    const struct igmp_message *message = &received->message;
    json_t *object = json_value_object("frame");

    json_value_put(&object, "n", number > 0 ? json_value_count(number) : json_null());
    json_value_put(&object, "time", json_value_time(at));
    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "vlan", json_value_count(frame->vlan));
    json_value_put(&object, "src", json_value_address(frame->source));
    json_value_put(&object, "dst", json_value_address(frame->destination));
    json_value_put(&object, "mac", json_value_mac(frame->source_mac));
    json_value_put(&object, "ttl", json_value_count(frame->ttl));
    json_value_put(&object, "igmp", json_value_text(igmp_kind_name(message->kind)));
    json_value_put(&object, "igmp_type", json_value_count(message->type));
    add_message(&object, message, received->decoded == VERDICT_ACCEPTED);
    json_value_put(&object, "verdict", json_value_text(verdict_name(received->verdict)));
    return json_value_line(object);
}
