/* SPDX-License-Identifier: MIT */
/* Floor 4. JSON lines. The keys are documented in igmpq-inject(1), and only ever added to while the
 * schema stays. Times are strings of seconds, as those of the other programs are. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "igmpq/text.h"
#include "inject_output.h"

#define INJECT_SCHEMA 1

static json_t *value_seconds(int64_t at)
{
    char text[40];
    uint64_t size = at < 0 ? -(uint64_t)at : (uint64_t)at;

    snprintf(text, sizeof text, "%s%" PRIu64 ".%06" PRIu64, at < 0 ? "-" : "",
             size / (uint64_t)SECONDS, size % (uint64_t)SECONDS);
    return json_string(text);
}

static json_t *value_address(struct address address)
{
    char text[TEXT_ADDRESS_SIZE];

    return json_string(text_address(address, text));
}

static json_t *value_group(struct address group)
{
    return address_is_none(group) ? json_null() : value_address(group);
}

static json_t *value_mac(struct mac mac)
{
    char text[TEXT_MAC_SIZE];

    return json_string(text_mac(mac, text));
}

/** null for none, which is "" too. */
static json_t *value_text(const char *text)
{
    return text && text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *value_hex(const uint8_t *data, size_t length)
{
    char text[2 * INJECT_FRAME_MOST + 1];

    for (size_t i = 0; i < length && i < INJECT_FRAME_MOST; i++)
        snprintf(text + 2 * i, 3, "%02x", data[i]);
    text[2 * length] = '\0';
    return json_string(text);
}

/** One line, at once, and the object is gone. */
static void print_line(json_t *object)
{
    char *line = object ? json_dumps(object, JSON_COMPACT) : NULL;

    if (line)
        puts(line);
    else
        fputs("igmpq-inject: no memory for a line of JSON\n", stderr);
    fflush(stdout);
    free(line);
    json_decref(object);
}

void json_header(const struct session *session)
{
    print_line(json_pack("{s:s, s:i, s:s, s:s, s:s, s:o, s:o}", "type", "header", "schema",
                         INJECT_SCHEMA, "program", "igmpq-inject", "version", PACKAGE_VERSION,
                         "interface", session->link.name, "mac", value_mac(session->link.mac),
                         "address", value_group(session->own[0].address)));
}

void json_heard(const struct session *session)
{
    const struct heard *heard = &session->heard;

    print_line(json_pack("{s:s, s:o, s:b, s:i, s:i}", "type", "listened", "seconds",
                         value_seconds(heard->listened), "igmpqd", session->runs_igmpqd, "queriers",
                         (int)heard->querier_count, "members", (int)heard->member_count));
    for (unsigned i = 0; i < heard->querier_count; i++) {
        const struct heard_querier *querier = &heard->querier[i];
        bool says_interval = querier->query_interval > 0;
        print_line(json_pack(
            "{s:s, s:o, s:o, s:i, s:i, s:o, s:o}", "type", "querier", "address",
            value_address(querier->address), "mac", value_mac(querier->mac), "version",
            (int)querier->version, "queries", (int)querier->queries, "robustness",
            says_interval ? json_integer(querier->robustness) : json_null(), "query_interval",
            says_interval ? value_seconds(querier->query_interval) : json_null()));
    }
}

void json_sent(const struct session *session, const struct sent *sent)
{
    const struct made *made = &session->made;
    const struct request *request = session->request;

    print_line(
        json_pack("{s:s, s:i, s:o, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:i, s:o}", "type", "sent",
                  "n", (int)sent->number, "time", value_seconds(session->sent_at), "kind",
                  inject_kind_name(request->kind), "version", (int)sent->version, "version_why",
                  value_text(sent->why_version), "group", value_group(request->group), "source",
                  value_address(made->envelope.source), "source_why", value_text(sent->why_source),
                  "destination", value_address(made->envelope.destination), "length",
                  (int)made->length, "frame", value_hex(made->frame, made->length)));
}

static json_t *value_sources(const struct heard_member *member)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < member->source_count && i < HEARD_SOURCES_MOST; i++)
        json_array_append_new(list, value_address(member->sources[i]));
    return list;
}

void json_answer(const struct session *session, const struct sent *sent,
                 const struct heard_member *member, enum answer answer)
{
    duration delay = member->answered - session->sent_at;
    bool is_given = answer == ANSWER_GIVEN;

    print_line(json_pack("{s:s, s:i, s:o, s:o, s:i, s:o, s:o, s:o, s:s, s:o}", "type", "answer",
                         "n", (int)sent->number, "address", value_address(member->address), "mac",
                         value_mac(member->mac), "version", (int)member->version, "group",
                         value_address(member->group), "mode", value_text(member_mode(member)),
                         "sources", value_sources(member), "answer", answer_name(answer), "delay",
                         is_given ? value_seconds(delay > 0 ? delay : 0) : json_null()));
}

void json_tally(const struct sent *sent, const struct tally *tally)
{
    print_line(json_pack("{s:s, s:i, s:i, s:i, s:i}", "type", "summary", "n", (int)sent->number,
                         "hosts", (int)tally->hosts, "groups", (int)tally->groups, "silent",
                         (int)tally->silent));
}

void json_probe_row(struct address host, struct mac mac, const struct probe_row *row)
{
    json_t *delays = json_array();

    for (unsigned i = 0; i < row->answered; i++)
        json_array_append_new(delays, value_seconds(row->delay[i]));
    print_line(json_pack(
        "{s:s, s:o, s:o, s:s, s:i, s:i, s:i, s:o, s:o, s:o, s:s}", "type", "probe", "address",
        value_address(host), "mac", value_mac(mac), "query", row->query, "sent", (int)row->sent,
        "answered", (int)row->answered, "late", (int)row->late, "version",
        row->answered > 0 ? json_integer(row->version) : json_null(), "max_response",
        value_seconds(row->max_response), "delays", delays, "note", row->note));
}

void json_probe_end(struct address host, struct mac mac, const char *text)
{
    print_line(json_pack("{s:s, s:o, s:o, s:s}", "type", "probed", "address", value_address(host),
                         "mac", value_mac(mac), "text", text));
}
