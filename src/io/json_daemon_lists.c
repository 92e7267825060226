/* SPDX-License-Identifier: MIT */
/* Floor 3. Who is there, what was counted and what happened, as igmpqd tells it. */
#include "igmpq/json_daemon.h"
#include "igmpq/report.h"
#include "json_value.h"

char *json_line_group_now(const struct group *group, const struct segment *segment,
                          bool is_expected, instant now, duration wall)
{
    json_t *object = json_value_group(group, segment, CONTROL_SOURCES_MOST, now, wall);

    json_value_put(&object, "last_reporter_mac", json_value_mac(group->last_reporter_mac));
    json_value_put(&object, "source_count", json_value_count(group->source_count));
    json_value_put(&object, "checking", json_boolean(group_is_checking(group, now)));
    json_value_put(&object, "expected", json_boolean(is_expected));
    return json_value_line(object);
}

char *json_line_group_sources(const struct group *group, const struct segment *segment,
                              unsigned first, instant now)
{
    json_t *object = json_value_object("sources");

    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "group", json_value_address(group->address));
    json_value_add_sources(&object, group, first, CONTROL_SOURCES_MOST, now);
    return json_value_line(object);
}

char *json_line_host(const struct reporter *reporter, const struct segment *segment, instant now,
                     duration wall)
{
    json_t *object = json_value_object("host");

    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "address", json_value_address(reporter->key.address));
    json_value_put(&object, "mac", json_value_mac(reporter->key.mac));
    json_value_put(&object, "version", json_value_count(reporter->last_version));
    json_value_put(&object, "first", json_value_wall(reporter->first_report, wall));
    json_value_put(&object, "last", json_value_wall(reporter->last_report, wall));
    json_value_put(&object, "silent", json_value_span(now - reporter->last_report));
    json_value_put(&object, "reports", json_value_count(reporter->reports));
    return json_value_line(object);
}

static bool is_elected(const struct querier *querier, const struct segment *segment)
{
    return segment->role == ROLE_NON_QUERIER && segment->has_elected &&
           address_equal(querier->address, segment->elected) &&
           mac_equal(querier->mac, segment->elected_mac);
}

char *json_line_querier_now(const struct querier *querier, const struct segment *segment,
                            instant now, duration wall)
{
    json_t *object = json_value_object("querier");

    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "address", json_value_address(querier->address));
    json_value_put(&object, "mac", json_value_mac(querier->mac));
    json_value_put(&object, "version", json_value_count(querier->version));
    json_value_put(&object, "elected", json_boolean(is_elected(querier, segment)));
    json_value_put(&object, "first", json_value_wall(querier->first_heard, wall));
    json_value_put(&object, "last", json_value_wall(querier->last_heard, wall));
    json_value_put(&object, "silent", json_value_span(now - querier->last_heard));
    json_value_put(&object, "queries", json_value_count(querier->queries));
    json_value_put(&object, "refused", json_value_count(querier->refused));
    json_value_put(&object, "verdict", json_value_text(verdict_name(querier->last_verdict)));
    json_value_put(&object, "verdict_text", json_value_text(report_verdict(querier->last_verdict)));
    return json_value_line(object);
}

char *json_line_watched(const struct json_watched *watched, const struct segment *segment,
                        duration wall)
{
    json_t *object = json_value_object("watched");

    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "since", json_value_wall(watched->since, wall));
    json_value_put(&object, "down", json_boolean(watched->is_down));
    json_value_put(&object, "horizon", json_value_span(watched->horizon));
    json_value_put(&object, "complete", json_boolean(watched->is_complete));
    json_value_put(&object, "errors", json_value_count(watched->count[FINDING_ERROR]));
    json_value_put(&object, "warnings", json_value_count(watched->count[FINDING_WARNING]));
    json_value_put(&object, "notes", json_value_count(watched->count[FINDING_NOTE]));
    return json_value_line(object);
}

char *json_line_stats(const struct segment *segment, uint64_t send_failures)
{
    const struct segment_counters *counters = &segment->counters;
    const struct membership_refused *refused = &segment->membership.refused;
    json_t *object = json_value_object("stats"), *verdicts = json_object();

    for (enum verdict v = VERDICT_ACCEPTED; v < VERDICT_COUNT; v++)
        json_value_put(&verdicts, verdict_name(v), json_value_count(counters->verdict[v]));
    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "general_sent", json_value_count(counters->general_sent));
    json_value_put(&object, "specific_sent", json_value_count(counters->specific_sent));
    json_value_put(&object, "elections_lost", json_value_count(counters->elections_lost));
    json_value_put(&object, "takeovers", json_value_count(counters->takeovers));
    json_value_put(&object, "odd_tos", json_value_count(counters->odd_tos));
    json_value_put(&object, "no_router_alert", json_value_count(counters->no_router_alert));
    json_value_put(&object, "groups_refused", json_value_count(refused->groups));
    json_value_put(&object, "sources_refused", json_value_count(refused->sources));
    json_value_put(&object, "hosts_refused", json_value_count(refused->reporters));
    json_value_put(&object, "send_failures", json_value_count(send_failures));
    json_value_put(&object, "verdicts", verdicts);
    return json_value_line(object);
}

char *json_line_port(const struct port_io *port, const struct engine *engine, unsigned number)
{
    json_t *object = json_value_object("port"), *stray = json_object();
    uint64_t drops = port->is_attached ? capture_drops(port->capture) : 0;

    for (enum verdict v = VERDICT_ACCEPTED; v < VERDICT_COUNT; v++)
        json_value_put(&stray, verdict_name(v), json_value_count(engine_stray(engine, number, v)));
    json_value_put(&object, "interface", json_value_text(port->name));
    json_value_put(&object, "attached", json_boolean(port->is_attached));
    json_value_put(&object, "capture_drops", json_value_count(drops));
    json_value_put(&object, "capture_failures", json_value_count(port->capture_failures));
    json_value_put(&object, "stray", stray);
    return json_value_line(object);
}

char *json_line_metric(const char *name, const char *kind, const char *help)
{
    json_t *object = json_value_object("metric");

    json_value_put(&object, "name", json_value_text(name));
    json_value_put(&object, "kind", json_value_text(kind));
    json_value_put(&object, "help", json_value_text(help));
    return json_value_line(object);
}

char *json_line_sample(const char *const *labels, const char *value)
{
    json_t *object = json_value_object("sample"), *named = json_object();

    for (; labels[0] != NULL; labels += 2)
        json_value_put(&named, labels[0], json_value_text(labels[1]));
    json_value_put(&object, "labels", named);
    json_value_put(&object, "value", json_value_text(value));
    return json_value_line(object);
}

char *json_line_event_now(const struct event *event, const char *name, const char *segment,
                          uint64_t serial, enum log_level level, const char *text, duration wall)
{
    json_t *object = json_value_event(event, segment, wall);

    json_value_put(&object, "event", json_value_text(name));
    json_value_put(&object, "serial", json_value_count(serial));
    json_value_put(&object, "level", json_value_text(log_level_name(level)));
    json_value_put(&object, "text", json_value_text(text));
    return json_value_line(object);
}

char *json_line_alive(duration every)
{
    json_t *object = json_value_object("alive");

    json_value_put(&object, "every", json_value_span(every));
    return json_value_line(object);
}

char *json_line_lost(uint64_t count)
{
    json_t *object = json_value_object("lost");

    json_value_put(&object, "count", json_value_count(count));
    return json_value_line(object);
}
