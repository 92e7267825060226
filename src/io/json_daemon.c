/* SPDX-License-Identifier: MIT */
/* Floor 3. The state and the configuration of igmpqd as lines of JSON. */
#include "igmpq/json_daemon.h"

#include <stdio.h>

#include "igmpq/text.h"
#include "json_value.h"

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_value_text(text) : json_null();
}

char *json_line_control_header(const char *version, instant at, const char *verb)
{
    json_t *object = json_value_object("header");

    json_value_put(&object, "schema", json_value_count(CONTROL_SCHEMA));
    json_value_put(&object, "program", json_value_text("igmpqd"));
    json_value_put(&object, "version", json_value_text(version));
    json_value_put(&object, "time", json_value_time(at));
    json_value_put(&object, "verb", text_or_null(verb));
    return json_value_line(object);
}

char *json_line_control_end(uint64_t count)
{
    json_t *object = json_value_object("end");

    json_value_put(&object, "ok", json_true());
    json_value_put(&object, "count", json_value_count(count));
    return json_value_line(object);
}

char *json_line_control_error(const char *code, const char *text)
{
    json_t *object = json_value_object("error");

    json_value_put(&object, "code", json_value_text(code));
    json_value_put(&object, "text", json_value_text(text));
    return json_value_line(object);
}

char *json_line_daemon(const struct json_daemon *daemon)
{
    json_t *object = json_value_object("daemon");

    json_value_put(&object, "version", json_value_text(daemon->version));
    json_value_put(&object, "process", json_integer(daemon->process));
    json_value_put(&object, "started", json_value_time(daemon->started));
    json_value_put(&object, "uptime", json_value_span(daemon->uptime));
    json_value_put(&object, "config", text_or_null(daemon->config));
    json_value_put(&object, "socket", json_value_text(daemon->socket));
    json_value_put(&object, "verbose", json_boolean(daemon->is_verbose));
    json_value_put(&object, "segments", json_value_count(daemon->segments));
    json_value_put(&object, "clients", json_value_count(daemon->clients));
    json_value_put(&object, "clients_refused", json_value_count(daemon->clients_refused));
    json_value_put(&object, "hook", json_boolean(daemon->has_hook));
    json_value_put(&object, "hook_dropped", json_value_count(daemon->hook_dropped));
    json_value_put(&object, "events", json_value_count(daemon->events));
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
    json_value_put(&object, "address", json_value_address(segment->elected));
    json_value_put(&object, "mac", json_value_mac(segment->elected_mac));
    json_value_put(&object, "version", json_value_count(segment->elected_version));
    json_value_put(&object, "since", json_value_wall(segment->elected_since, wall));
    json_value_put(&object, "last", json_value_wall(segment->elected_last, wall));
    json_value_put(&object, "silent", json_value_span(now - segment->elected_last));
    json_value_put(&object, "measured_interval", span_or_null(tenure->longest_gap));
    json_value_put(&object, "proven", json_boolean(tenure->is_proven));
    json_value_put(&object, "advertised_interval", span_or_null(tenure->advertised));
    json_value_put(&object, "response_interval", span_or_null(tenure->response));
    json_value_put(&object, "robustness",
                   tenure->robustness > 0 ? json_value_count(tenure->robustness) : json_null());
    return object;
}

static json_t *duplicate(const struct segment *segment, instant now, duration wall)
{
    const struct limited *other = segment_duplicate(segment, now);
    json_t *object;

    if (!other)
        return json_null();
    object = json_object();
    json_value_put(&object, "mac", json_value_mac(other->mac));
    json_value_put(&object, "last", json_value_wall(other->seen, wall));
    json_value_put(&object, "silent", json_value_span(now - other->seen));
    return object;
}

static void add_who(json_t **object, const struct segment *segment)
{
    const struct identity *identity = &segment->identity;

    json_value_put(
        object, "address",
        json_value_address_or_null(identity->is_proxy ? ADDRESS_NONE : identity->own.address));
    json_value_put(object, "prefix_length", json_value_count(identity->own.length));
    json_value_put(object, "mac", json_value_mac(identity->mac));
    json_value_put(object, "proxy", json_boolean(identity->is_proxy));
}

static void add_times(json_t **object, const struct segment *segment, instant now)
{
    const struct params *params = &segment->params;
    bool is_querier = segment->role == ROLE_QUERIER;
    bool is_waiting = segment->role == ROLE_NON_QUERIER && segment->other_expires != INSTANT_NEVER;

    json_value_put(object, "version", json_value_count(segment_send_version(segment, now)));
    json_value_put(object, "query_interval", json_value_span(params->query_interval));
    json_value_put(object, "response_interval", json_value_span(params->query_response_interval));
    json_value_put(object, "robustness", json_integer(params->robustness));
    json_value_put(object, "next_query_in",
                   is_querier ? json_value_span(segment->next_query - now) : json_null());
    json_value_put(object, "startup_left",
                   json_value_count(is_querier ? segment->startup_left : 0));
    json_value_put(object, "takeover_in",
                   is_waiting ? json_value_span(segment->other_expires - now) : json_null());
    json_value_put(object, "other_querier_timeout",
                   json_value_span(segment_other_querier_present(segment)));
}

static void add_tables(json_t **object, const struct segment *segment)
{
    const struct membership *membership = &segment->membership;
    const struct params *params = &segment->params;

    json_value_put(object, "groups", json_value_count(membership->group_count));
    json_value_put(object, "max_groups", json_value_count(params->max_groups));
    json_value_put(object, "sources", json_value_count(membership_source_count(membership)));
    json_value_put(object, "max_sources", json_value_count(params->max_sources));
    json_value_put(object, "hosts", json_value_count(membership->reporter_count));
    json_value_put(object, "max_hosts", json_value_count(params->max_reporters));
    json_value_put(object, "queriers", json_value_count(segment->querier_count));
}

static void add_expected(json_t **object, const struct json_expected *expected)
{
    json_t *missing = json_array(), *awaited = json_array();

    for (unsigned i = 0; i < expected->count; i++)
        if (!expected->is_present[i])
            json_value_append(expected->is_missing[i] ? &missing : &awaited,
                              json_value_address(expected->group[i]));
    json_value_put(object, "expected", json_value_count(expected->count));
    json_value_put(object, "missing", missing);
    json_value_put(object, "awaited", awaited);
}

char *json_line_segment(const struct segment *segment, const struct port_io *port,
                        const struct json_expected *expected, instant now, duration wall)
{
    json_t *object = json_value_object("segment");

    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "interface", json_value_text(port->name));
    json_value_put(&object, "vlan", json_value_count(segment->vlan));
    json_value_put(&object, "role", json_value_text(role_name(segment->role)));
    json_value_put(&object, "since", json_value_wall(segment->role_since, wall));
    json_value_put(&object, "mode", json_value_text(mode_name(segment->params.mode)));
    add_who(&object, segment);
    add_times(&object, segment, now);
    json_value_put(&object, "elected", elected(segment, now, wall));
    json_value_put(&object, "duplicate", duplicate(segment, now, wall));
    add_tables(&object, segment);
    add_expected(&object, expected);
    json_value_put(&object, "present", json_boolean(port->is_present));
    json_value_put(&object, "attached", json_boolean(port->is_attached));
    json_value_put(&object, "up", json_boolean(port->is_present && port->link.is_up));
    json_value_put(&object, "carrier", json_boolean(port->is_present && port->link.has_carrier));
    json_value_put(&object, "mtu", json_value_count(port->link.mtu));
    json_value_put(&object, "state", json_value_text(port->told));
    return json_value_line(object);
}

char *json_line_config(const struct config *config, const char *path, bool is_verbose)
{
    const struct daemon_config *daemon = &config->daemon;
    json_t *object = json_value_object("config"), *hook = json_array();
    char mode[16];

    snprintf(mode, sizeof mode, "%04o", daemon->control_mode);
    for (char **word = daemon->hook; word && *word; word++)
        json_value_append(&hook, json_value_text(*word));
    json_value_put(&object, "config", text_or_null(path));
    json_value_put(&object, "verbose", json_boolean(is_verbose));
    json_value_put(&object, "control-socket", json_value_text(daemon->control_socket));
    json_value_put(&object, "control-group", json_value_text(daemon->control_group));
    json_value_put(&object, "control-mode", json_value_text(mode));
    json_value_put(&object, "metrics-address", json_value_text(daemon->metrics_address));
    json_value_put(&object, "user", json_value_text(daemon->user));
    json_value_put(&object, "sandbox", json_boolean(!daemon->is_unconfined));
    json_value_put(&object, "syslog", json_boolean(daemon->has_syslog));
    json_value_put(&object, "hook", hook);
    json_value_put(&object, "hook-timeout", json_value_span(daemon->hook_timeout));
    json_value_put(&object, "findings-horizon", json_value_span(daemon->findings_horizon));
    return json_value_line(object);
}

char *json_line_settings(const struct segment_config *segment)
{
    json_t *object = json_value_object("settings"), *settings = json_object();
    json_t *expected = json_array();
    char value[1024], prefix[TEXT_PREFIX_SIZE];

    for (unsigned i = 0; i < segment->expected.count; i++)
        json_value_append(&expected, json_value_address(segment->expected.group[i]));
    for (const struct setting *setting = settings_all(); setting->name; setting++)
        json_value_put(
            &settings, setting->name,
            json_value_text(settings_get(&segment->params, setting->name, value, sizeof value)));
    json_value_put(&object, "interface", json_value_text(segment->interface));
    json_value_put(&object, "vlan", json_value_count(segment->vlan));
    json_value_put(&object, "address",
                   json_value_text(segment->source == SOURCE_AUTO ? "auto"
                                   : segment->source == SOURCE_PROXY
                                       ? "proxy"
                                       : text_prefix(segment->address, prefix)));
    json_value_put(&object, "expect-groups", expected);
    json_value_put(&object, "settings", settings);
    return json_value_line(object);
}

char *json_line_interface(const struct link_info *link, bool is_used)
{
    json_t *object = json_value_object("interface");

    json_value_put(&object, "interface", json_value_text(link->name));
    json_value_put(&object, "index", json_value_count(link->index));
    json_value_put(&object, "ethernet", json_boolean(link->is_ethernet));
    json_value_put(&object, "loopback", json_boolean(link->is_loopback));
    json_value_put(&object, "up", json_boolean(link->is_up));
    json_value_put(&object, "carrier", json_boolean(link->has_carrier));
    json_value_put(&object, "mac", json_value_mac(link->mac));
    json_value_put(&object, "vlan", json_value_count(link->vlan));
    json_value_put(&object, "parent_index", json_value_count(link->parent_index));
    json_value_put(&object, "mtu", json_value_count(link->mtu));
    json_value_put(&object, "address", json_value_address_or_null(link->primary.address));
    json_value_put(&object, "prefix_length", json_value_count(link->primary.length));
    json_value_put(&object, "addresses", json_value_count(link->address_count));
    json_value_put(&object, "used", json_boolean(is_used));
    return json_value_line(object);
}

char *json_line_query_done(const struct segment *segment, struct address group, const char *why)
{
    json_t *object = json_value_object("query");

    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "group", json_value_address_or_null(group));
    json_value_put(&object, "sent", json_boolean(why == NULL));
    json_value_put(&object, "why", text_or_null(why));
    return json_value_line(object);
}

char *json_line_verbose(bool is_verbose)
{
    json_t *object = json_value_object("verbose");

    json_value_put(&object, "verbose", json_boolean(is_verbose));
    return json_value_line(object);
}

char *json_line_warning(const char *text)
{
    json_t *object = json_value_object("warning");

    json_value_put(&object, "text", json_value_text(text));
    return json_value_line(object);
}
