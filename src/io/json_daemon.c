/* SPDX-License-Identifier: MIT */
/* Floor 3. The state and the configuration of igmpqd as lines of JSON. */
#include "igmpq/json_daemon.h"

#include <stdio.h>

#include "igmpq/text.h"
#include "json_value.h"

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

char *json_line_control_header(const char *version, instant at, const char *verb)
{
    json_t *object = json_value_object("header");

    json_object_set_new(object, "schema", json_value_count(CONTROL_SCHEMA));
    json_object_set_new(object, "program", json_string("igmpqd"));
    json_object_set_new(object, "version", json_string(version));
    json_object_set_new(object, "time", json_value_time(at));
    json_object_set_new(object, "verb", text_or_null(verb));
    return json_value_line(object);
}

char *json_line_control_end(uint64_t count)
{
    json_t *object = json_value_object("end");

    json_object_set_new(object, "ok", json_true());
    json_object_set_new(object, "count", json_value_count(count));
    return json_value_line(object);
}

char *json_line_control_error(const char *code, const char *text)
{
    json_t *object = json_value_object("error");

    json_object_set_new(object, "code", json_string(code));
    json_object_set_new(object, "text", json_string(text));
    return json_value_line(object);
}

char *json_line_daemon(const struct json_daemon *daemon)
{
    json_t *object = json_value_object("daemon");

    json_object_set_new(object, "version", json_string(daemon->version));
    json_object_set_new(object, "process", json_integer(daemon->process));
    json_object_set_new(object, "started", json_value_time(daemon->started));
    json_object_set_new(object, "uptime", json_value_span(daemon->uptime));
    json_object_set_new(object, "config", text_or_null(daemon->config));
    json_object_set_new(object, "socket", json_string(daemon->socket));
    json_object_set_new(object, "verbose", json_boolean(daemon->is_verbose));
    json_object_set_new(object, "segments", json_value_count(daemon->segments));
    json_object_set_new(object, "clients", json_value_count(daemon->clients));
    json_object_set_new(object, "clients_refused", json_value_count(daemon->clients_refused));
    json_object_set_new(object, "hook", json_boolean(daemon->has_hook));
    json_object_set_new(object, "hook_dropped", json_value_count(daemon->hook_dropped));
    json_object_set_new(object, "events", json_value_count(daemon->events));
    return json_value_line(object);
}

static json_t *span_or_null(duration span)
{
    return span > 0 ? json_value_span(span) : json_null();
}

static json_t *elected(const struct segment *segment, instant now, duration wall)
{
    const struct tenure *tenure = &segment->tenure;
    json_t *object;

    if (segment->role != ROLE_NON_QUERIER || !segment->has_elected)
        return json_null();
    object = json_object();
    json_object_set_new(object, "address", json_value_address(segment->elected));
    json_object_set_new(object, "mac", json_value_mac(segment->elected_mac));
    json_object_set_new(object, "version", json_value_count(segment->elected_version));
    json_object_set_new(object, "since",
                        json_value_time(instant_after(segment->elected_since, wall)));
    json_object_set_new(object, "last",
                        json_value_time(instant_after(segment->elected_last, wall)));
    json_object_set_new(object, "silent", json_value_span(now - segment->elected_last));
    json_object_set_new(object, "measured_interval", span_or_null(tenure->longest_gap));
    json_object_set_new(object, "proven", json_boolean(tenure->is_proven));
    json_object_set_new(object, "advertised_interval", span_or_null(tenure->advertised));
    json_object_set_new(object, "response_interval", span_or_null(tenure->response));
    json_object_set_new(object, "robustness",
                        tenure->robustness > 0 ? json_value_count(tenure->robustness)
                                               : json_null());
    return object;
}

static void add_who(json_t *object, const struct segment *segment)
{
    const struct identity *identity = &segment->identity;

    json_object_set_new(
        object, "address",
        json_value_address_or_null(identity->is_proxy ? ADDRESS_NONE : identity->own.address));
    json_object_set_new(object, "prefix_length", json_value_count(identity->own.length));
    json_object_set_new(object, "mac", json_value_mac(identity->mac));
    json_object_set_new(object, "proxy", json_boolean(identity->is_proxy));
}

static void add_times(json_t *object, const struct segment *segment, instant now)
{
    const struct params *params = &segment->params;
    bool is_querier = segment->role == ROLE_QUERIER;
    bool is_waiting = segment->role == ROLE_NON_QUERIER && segment->other_expires != INSTANT_NEVER;

    json_object_set_new(object, "version", json_value_count(segment_send_version(segment, now)));
    json_object_set_new(object, "query_interval", json_value_span(params->query_interval));
    json_object_set_new(object, "response_interval",
                        json_value_span(params->query_response_interval));
    json_object_set_new(object, "robustness", json_integer(params->robustness));
    json_object_set_new(object, "next_query_in",
                        is_querier ? json_value_span(segment->next_query - now) : json_null());
    json_object_set_new(object, "startup_left",
                        json_value_count(is_querier ? segment->startup_left : 0));
    json_object_set_new(object, "takeover_in",
                        is_waiting ? json_value_span(segment->other_expires - now) : json_null());
    json_object_set_new(object, "other_querier_timeout",
                        json_value_span(segment_other_querier_present(segment)));
}

static void add_tables(json_t *object, const struct segment *segment)
{
    const struct membership *membership = &segment->membership;
    const struct params *params = &segment->params;

    json_object_set_new(object, "groups", json_value_count(membership->group_count));
    json_object_set_new(object, "max_groups", json_value_count(params->max_groups));
    json_object_set_new(object, "sources", json_value_count(membership_source_count(membership)));
    json_object_set_new(object, "max_sources", json_value_count(params->max_sources));
    json_object_set_new(object, "hosts", json_value_count(membership->reporter_count));
    json_object_set_new(object, "max_hosts", json_value_count(params->max_reporters));
    json_object_set_new(object, "queriers", json_value_count(segment->querier_count));
}

static void add_expected(json_t *object, const struct json_expected *expected)
{
    json_t *missing = json_array();

    for (unsigned i = 0; i < expected->count; i++)
        if (!expected->is_present[i])
            json_array_append_new(missing, json_value_address(expected->group[i]));
    json_object_set_new(object, "expected", json_value_count(expected->count));
    json_object_set_new(object, "missing", missing);
}

char *json_line_segment(const struct segment *segment, const struct port_io *port,
                        const struct json_expected *expected, instant now, duration wall)
{
    json_t *object = json_value_object("segment");

    json_object_set_new(object, "segment", json_value_segment(segment));
    json_object_set_new(object, "interface", json_string(port->name));
    json_object_set_new(object, "vlan", json_value_count(segment->vlan));
    json_object_set_new(object, "role", json_string(role_name(segment->role)));
    json_object_set_new(object, "since", json_value_time(instant_after(segment->role_since, wall)));
    json_object_set_new(object, "mode", json_string(mode_name(segment->params.mode)));
    add_who(object, segment);
    add_times(object, segment, now);
    json_object_set_new(object, "elected", elected(segment, now, wall));
    add_tables(object, segment);
    add_expected(object, expected);
    json_object_set_new(object, "present", json_boolean(port->is_present));
    json_object_set_new(object, "attached", json_boolean(port->is_attached));
    json_object_set_new(object, "up", json_boolean(port->is_present && port->link.is_up));
    json_object_set_new(object, "carrier",
                        json_boolean(port->is_present && port->link.has_carrier));
    json_object_set_new(object, "mtu", json_value_count(port->link.mtu));
    json_object_set_new(object, "state", json_string(port->told));
    return json_value_line(object);
}

char *json_line_config(const struct config *config, const char *path, bool is_verbose)
{
    const struct daemon_config *daemon = &config->daemon;
    json_t *object = json_value_object("config"), *hook = json_array();
    char mode[16];

    snprintf(mode, sizeof mode, "%04o", daemon->control_mode);
    for (char **word = daemon->hook; word && *word; word++)
        json_array_append_new(hook, json_string(*word));
    json_object_set_new(object, "config", text_or_null(path));
    json_object_set_new(object, "verbose", json_boolean(is_verbose));
    json_object_set_new(object, "control-socket", json_string(daemon->control_socket));
    json_object_set_new(object, "control-group", json_string(daemon->control_group));
    json_object_set_new(object, "control-mode", json_string(mode));
    json_object_set_new(object, "metrics-address", json_string(daemon->metrics_address));
    json_object_set_new(object, "hook", hook);
    json_object_set_new(object, "hook-timeout", json_value_span(daemon->hook_timeout));
    return json_value_line(object);
}

char *json_line_settings(const struct segment_config *segment)
{
    json_t *object = json_value_object("settings"), *settings = json_object();
    json_t *expected = json_array();
    char value[1024], prefix[TEXT_PREFIX_SIZE];

    for (unsigned i = 0; i < segment->expected.count; i++)
        json_array_append_new(expected, json_value_address(segment->expected.group[i]));
    for (const struct setting *setting = settings_all(); setting->name; setting++)
        json_object_set_new(
            settings, setting->name,
            json_string(settings_get(&segment->params, setting->name, value, sizeof value)));
    json_object_set_new(object, "interface", json_string(segment->interface));
    json_object_set_new(object, "vlan", json_value_count(segment->vlan));
    json_object_set_new(object, "address",
                        json_string(segment->source == SOURCE_AUTO ? "auto"
                                    : segment->source == SOURCE_PROXY
                                        ? "proxy"
                                        : text_prefix(segment->address, prefix)));
    json_object_set_new(object, "expect-groups", expected);
    json_object_set_new(object, "settings", settings);
    return json_value_line(object);
}

char *json_line_interface(const struct link_info *link, bool is_used)
{
    json_t *object = json_value_object("interface");

    json_object_set_new(object, "interface", json_string(link->name));
    json_object_set_new(object, "index", json_value_count(link->index));
    json_object_set_new(object, "ethernet", json_boolean(link->is_ethernet));
    json_object_set_new(object, "loopback", json_boolean(link->is_loopback));
    json_object_set_new(object, "up", json_boolean(link->is_up));
    json_object_set_new(object, "carrier", json_boolean(link->has_carrier));
    json_object_set_new(object, "mac", json_value_mac(link->mac));
    json_object_set_new(object, "vlan", json_value_count(link->vlan));
    json_object_set_new(object, "parent_index", json_value_count(link->parent_index));
    json_object_set_new(object, "mtu", json_value_count(link->mtu));
    json_object_set_new(object, "address", json_value_address_or_null(link->primary.address));
    json_object_set_new(object, "prefix_length", json_value_count(link->primary.length));
    json_object_set_new(object, "addresses", json_value_count(link->address_count));
    json_object_set_new(object, "used", json_boolean(is_used));
    return json_value_line(object);
}

char *json_line_query_done(const struct segment *segment, struct address group, const char *why)
{
    json_t *object = json_value_object("query");

    json_object_set_new(object, "segment", json_value_segment(segment));
    json_object_set_new(object, "group", json_value_address_or_null(group));
    json_object_set_new(object, "sent", json_boolean(why == NULL));
    json_object_set_new(object, "why", text_or_null(why));
    return json_value_line(object);
}

char *json_line_verbose(bool is_verbose)
{
    json_t *object = json_value_object("verbose");

    json_object_set_new(object, "verbose", json_boolean(is_verbose));
    return json_value_line(object);
}
