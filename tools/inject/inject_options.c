/* SPDX-License-Identifier: MIT */
/* Floor 4. Reading the command line of igmpq-inject: a table for what is one value, functions for
 * the rest. */
#include "inject_options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "igmpq/links.h"
#include "igmpq/text.h"

#define DAY (86400 * SECONDS)

const struct setting request_options[] = {
    {"interface", 'i', "NAME", "the interface to send on"},
    {"igmp-version", 'V', "VERSION",
     "1, 2, 3, or auto: the one that is spoken there, else 2 (auto)"},
    {"group", 'g', "GROUP", "ask for one group only"},
    {"sources", 's', "ADDRESS,...", "ask for these sources of the group only (version 3)"},
    {"max-resp", 0, "SECONDS", "hosts answer within this time (10; 1 with --group)"},
    {"qrv", 0, "NUMBER", "version 3: robustness, 0 to 7 (the heard querier's, else 2)"},
    {"qqi", 0, "SECONDS", "version 3: query interval (the heard querier's, else 125)"},
    {"suppress", 0, NULL, "version 3: set the S flag"},
    {"report", 0, "GROUP", "send a report instead, as a member of GROUP"},
    {"leave", 0, "GROUP", "send a leave instead; version 3 says it with a record"},
    {"record", 0, "TYPE:GROUP[:SOURCE,...]",
     "send a version 3 report with this record; TYPE is is_in, is_ex, to_in, to_ex, allow or "
     "block; repeat it for more"},
    {"source-ip", 0, "ADDRESS", "send from this address; another host's needs --force"},
    {"source-mac", 0, "MAC", "send from this MAC address; another host's needs --force"},
    {"dst", 0, "ADDRESS", "send to this address, a host's own for example"},
    {"dst-mac", 0, "MAC", "send to this MAC address (that of --dst)"},
    {"vlan", 0, "NUMBER", "tag the frame: 1 to 4094, or 0 for a priority alone"},
    {"pcp", 0, "NUMBER", "priority in the tag, 0 to 7 (6)"},
    {"tos", 0, "NUMBER", "type of service, 0 to 255 (0xc0)"},
    {"ttl", 0, "NUMBER", "time to live, 0 to 255 (1); another needs --force"},
    {"no-router-alert", 0, NULL, "leave the Router Alert option out"},
    {"bad-checksum", 0, NULL, "fault: a wrong IGMP checksum"},
    {"length", 0, "NUMBER", "fault: cut the IGMP message to this length, or extend it with zeros"},
    {"pad", 0, "BYTE", "fault: pad short frames with this octet instead of zero"},
    {"trailing", 0, "HEX", "fault: append these octets behind the IP packet"},
    {"force", 0, NULL, "send what may do harm: see SAFETY in the manual page"},
    {"listen", 0, "SECONDS", "listen first for queriers and hosts (2)"},
    {"wait", 0, "SECONDS", "listen for answers that long (the response time and a second)"},
    {"no-wait", 0, NULL, "do not listen for answers"},
    {"count", 'c', "NUMBER", "send so many (1; 3 of each kind to a probed host)"},
    {"interval", 0, "SECONDS", "from one to the next (when the answers are in; else 1)"},
    {"json", 0, NULL, "results as JSON, one object a line"},
    {"hex", 0, NULL, "send nothing: print the frame in hexadecimal"},
    {"write", 0, "FILE", "send nothing: write the frame into a pcap file, - for standard output"},
    {"probe-host", 0, "ADDRESS",
     "send a series of queries to this host alone and tell which it answers; repeat it for more"},
    {"host-mac", 0, "MAC", "the MAC address of the host to be probed"},
    {"help", 'h', NULL, "this text"},
    {"version", 0, NULL, "the version of igmpq"},
    {NULL, 0, NULL, NULL},
};

const char *inject_kind_name(enum inject_kind kind)
{
    switch (kind) {
    case INJECT_QUERY: return "query";
    case INJECT_REPORT: return "report";
    case INJECT_LEAVE: return "leave";
    case INJECT_RECORDS: return "records";
    case INJECT_KIND_COUNT: break;
    }
    return "unknown";
}

/** How the value of an option is read; `at` and `given` are offsets in struct request. */
enum field_kind { FIELD_FLAG, FIELD_TEXT, FIELD_NUMBER, FIELD_SECONDS, FIELD_ADDRESS, FIELD_MAC };

struct field {
    const char *name;
    enum field_kind kind;
    size_t at;
    size_t given; /* a flag set when the option is there; `at` itself where there is none */
    int64_t low, high;
};

#define AT(member) offsetof(struct request, member)

static const struct field fields[] = {
    {"interface", FIELD_TEXT, AT(interface), AT(interface), 0, 0},
    {"max-resp", FIELD_SECONDS, AT(max_resp), AT(max_resp), 0, 3174400000},
    {"qrv", FIELD_NUMBER, AT(robustness), AT(robustness), 0, 7},
    {"qqi", FIELD_SECONDS, AT(query_interval), AT(query_interval), 0, 31744 * SECONDS},
    {"suppress", FIELD_FLAG, AT(suppress), AT(suppress), 0, 0},
    {"group", FIELD_ADDRESS, AT(group), AT(has_group), 0, 0},
    {"source-ip", FIELD_ADDRESS, AT(source), AT(has_source), 0, 0},
    {"source-mac", FIELD_MAC, AT(source_mac), AT(has_source_mac), 0, 0},
    {"dst", FIELD_ADDRESS, AT(destination), AT(has_destination), 0, 0},
    {"dst-mac", FIELD_MAC, AT(destination_mac), AT(has_destination_mac), 0, 0},
    {"vlan", FIELD_NUMBER, AT(vlan), AT(vlan), 0, VLAN_MAX},
    {"pcp", FIELD_NUMBER, AT(priority), AT(priority), 0, 7},
    {"tos", FIELD_NUMBER, AT(tos), AT(tos), 0, 255},
    {"ttl", FIELD_NUMBER, AT(ttl), AT(ttl), 0, 255},
    {"no-router-alert", FIELD_FLAG, AT(no_router_alert), AT(no_router_alert), 0, 0},
    {"bad-checksum", FIELD_FLAG, AT(bad_checksum), AT(bad_checksum), 0, 0},
    {"length", FIELD_NUMBER, AT(length), AT(length), 0, IGMP_LENGTH_MAX},
    {"pad", FIELD_NUMBER, AT(pad), AT(pad), 0, 255},
    {"force", FIELD_FLAG, AT(force), AT(force), 0, 0},
    {"listen", FIELD_SECONDS, AT(listen), AT(listen), 0, DAY},
    {"wait", FIELD_SECONDS, AT(wait), AT(wait), 0, DAY},
    {"interval", FIELD_SECONDS, AT(interval), AT(interval), 0, DAY},
    {"no-wait", FIELD_FLAG, AT(no_wait), AT(no_wait), 0, 0},
    {"count", FIELD_NUMBER, AT(count), AT(count), 1, 1000000},
    {"json", FIELD_FLAG, AT(json), AT(json), 0, 0},
    {"hex", FIELD_FLAG, AT(hex), AT(hex), 0, 0},
    {"write", FIELD_TEXT, AT(write), AT(write), 0, 0},
    {"host-mac", FIELD_MAC, AT(host_mac), AT(has_host_mac), 0, 0},
    {"help", FIELD_FLAG, AT(wants_help), AT(wants_help), 0, 0},
    {"version", FIELD_FLAG, AT(wants_version), AT(wants_version), 0, 0},
};

/** Decimal, or hexadecimal behind 0x as octets are mostly written. */
static bool parse_number(const char *text, unsigned long low, unsigned long high,
                         unsigned long *out)
{
    unsigned long value = 0;

    if (strncasecmp(text, "0x", 2) != 0)
        return text_parse_unsigned(text, low, high, out);
    text += 2;
    if (*text == '\0' || strlen(text) > 8)
        return false;
    for (; *text != '\0'; text++) {
        int digit = text_hex_digit(*text);
        if (digit < 0)
            return false;
        value = value << 4 | (unsigned long)digit;
    }
    if (value < low || value > high)
        return false;
    *out = value;
    return true;
}

static int take_number(const struct field *field, void *at, const char *value,
                       struct problem *problem)
{
    unsigned long number;

    if (!parse_number(value, (unsigned long)field->low, (unsigned long)field->high, &number))
        return problem_set(problem, "--%s: '%s' is not a number from %lld to %lld", field->name,
                           value, (long long)field->low, (long long)field->high);
    *(int *)at = (int)number;
    return 0;
}

static int take_seconds(const struct field *field, void *at, const char *value,
                        struct problem *problem)
{
    char high[TEXT_DURATION_SIZE];
    duration span;

    if (!text_parse_seconds(value, &span) || span > field->high)
        return problem_set(problem, "--%s: '%s' is not a number of seconds from 0 to %s",
                           field->name, value, text_seconds(field->high, high));
    *(duration *)at = span;
    return 0;
}

static int take_field(struct request *request, const struct field *field, const char *value,
                      struct problem *problem)
{
    void *at = (char *)request + field->at;
    bool *given = (bool *)((char *)request + field->given);

    switch (field->kind) {
    case FIELD_FLAG: *(bool *)at = true; return 0;
    case FIELD_TEXT: *(const char **)at = value; return 0;
    case FIELD_NUMBER: return take_number(field, at, value, problem);
    case FIELD_SECONDS: return take_seconds(field, at, value, problem);
    case FIELD_ADDRESS:
        if (!text_parse_address(value, at))
            return problem_set(problem, "--%s: '%s' is not an IPv4 address", field->name, value);
        *given = true;
        return 0;
    case FIELD_MAC:
        if (!text_parse_mac(value, at))
            return problem_set(problem, "--%s: '%s' is not a MAC address like 02:00:00:00:00:05",
                               field->name, value);
        *given = true;
        return 0;
    }
    return -1;
}

static int take_version(struct request *request, const char *value, struct problem *problem)
{
    unsigned long version = 0;

    if (strcmp(value, "auto") != 0 && !text_parse_unsigned(value, 1, 3, &version))
        return problem_set(problem, "--igmp-version: '%s' is not 1, 2, 3 or auto", value);
    request->version = (int)version;
    return 0;
}

/** Addresses separated by commas, behind those that are there already; the number, or -1. */
static int take_addresses(struct request *request, const char *name, const char *list,
                          unsigned most, struct problem *problem)
{
    int count = 0;

    for (const char *at = list;; count++) {
        char text[TEXT_ADDRESS_SIZE];
        size_t length = strcspn(at, ",");
        struct address *next = &request->address[request->address_count];

        if (request->address_count >= most)
            return problem_set(problem, "--%s: more than %u sources do not fit into a message",
                               name, most);
        snprintf(text, sizeof text, "%.*s", (int)length, at);
        if (length >= sizeof text || !text_parse_address(text, next) || address_is_none(*next) ||
            address_is_multicast(*next))
            return problem_set(problem, "--%s: '%.*s' is not the address of a source", name,
                               (int)(length < 80 ? length : 80), at);
        request->address_count++;
        if (at[length] == '\0')
            return count + 1;
        at += length + 1;
    }
}

static int take_sources(struct request *request, const char *value, struct problem *problem)
{
    int count = take_addresses(request, "sources", value, IGMP_SOURCES_MAX, problem);

    if (count < 0)
        return -1;
    request->source_count += (unsigned)count;
    return 0;
}

static const char *const record_types[] = {"is_in", "is_ex", "to_in", "to_ex", "allow", "block"};

static int take_record(struct request *request, const char *value, struct problem *problem)
{
    struct igmp_record_spec *record = &request->record[request->record_count];
    const char *group = strchr(value, ':');
    char text[TEXT_ADDRESS_SIZE];

    if (request->record_count == INJECT_RECORDS_MOST)
        return problem_set(problem, "--record: more than %d records do not fit into a report",
                           INJECT_RECORDS_MOST);
    *record = (struct igmp_record_spec){.sources = &request->address[request->address_count]};
    for (size_t i = 0; group && i < sizeof record_types / sizeof *record_types; i++)
        if (strlen(record_types[i]) == (size_t)(group - value) &&
            strncasecmp(value, record_types[i], (size_t)(group - value)) == 0)
            record->type = (uint8_t)(IGMP_RECORD_IS_IN + i);
    if (record->type == 0)
        return problem_set(problem,
                           "--record: '%.80s' does not begin with is_in:, is_ex:, to_in:, to_ex:, "
                           "allow: or block:",
                           value);
    group++;
    size_t length = strcspn(group, ":");
    snprintf(text, sizeof text, "%.*s", (int)length, group);
    if (length >= sizeof text || !text_parse_address(text, &record->group))
        return problem_set(problem, "--record: '%.*s' is not the address of a group",
                           (int)(length < 80 ? length : 80), group);
    if (group[length] == ':' && group[length + 1] != '\0') {
        int count =
            take_addresses(request, "record", group + length + 1, INJECT_ADDRESSES_MOST, problem);
        if (count < 0)
            return -1;
        record->source_count = (unsigned)count;
    }
    if (request->record_count++ == 0)
        request->kinds_given++;
    request->kind = INJECT_RECORDS;
    return 0;
}

static int take_group_of(struct request *request, enum inject_kind kind, const char *value,
                         struct problem *problem)
{
    if (!text_parse_address(value, &request->group))
        return problem_set(problem, "--%s: '%s' is not the address of a group",
                           inject_kind_name(kind), value);
    request->kind = kind;
    request->kinds_given++;
    return 0;
}

static int take_trailing(struct request *request, const char *value, struct problem *problem)
{
    size_t digits = strlen(value);

    if (digits == 0 || digits % 2 != 0 || digits / 2 > sizeof request->trailing)
        return problem_set(problem, "--trailing: '%.80s' is not 1 to %zu octets in hexadecimal",
                           value, sizeof request->trailing);
    for (size_t i = 0; i < digits; i += 2) {
        int high = text_hex_digit(value[i]), low = text_hex_digit(value[i + 1]);
        if (high < 0 || low < 0)
            return problem_set(problem, "--trailing: '%.80s' is not hexadecimal", value);
        request->trailing[i / 2] = (uint8_t)(high << 4 | low);
    }
    request->trailing_length = digits / 2;
    return 0;
}

static int take_host(struct request *request, const char *value, struct problem *problem)
{
    struct address *host = &request->host[request->host_count];

    if (request->host_count == INJECT_HOSTS_MOST)
        return problem_set(problem, "--probe-host: more than %d hosts", INJECT_HOSTS_MOST);
    if (!text_parse_address(value, host) || address_is_none(*host) || address_is_multicast(*host))
        return problem_set(problem, "--probe-host: '%s' is not the address of a host", value);
    request->host_count++;
    return 0;
}

static int take_option(void *context, const char *name, const char *value, struct problem *problem)
{
    struct request *request = context;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(name, fields[i].name) == 0)
            return take_field(request, &fields[i], value, problem);
    if (strcmp(name, "igmp-version") == 0)
        return take_version(request, value, problem);
    if (strcmp(name, "sources") == 0)
        return take_sources(request, value, problem);
    if (strcmp(name, "record") == 0)
        return take_record(request, value, problem);
    if (strcmp(name, "report") == 0)
        return take_group_of(request, INJECT_REPORT, value, problem);
    if (strcmp(name, "leave") == 0)
        return take_group_of(request, INJECT_LEAVE, value, problem);
    if (strcmp(name, "trailing") == 0)
        return take_trailing(request, value, problem);
    if (strcmp(name, "probe-host") == 0)
        return take_host(request, value, problem);
    return problem_set(problem, "--%s: not known", name);
}

int request_read(struct request *out, int argc, char **argv, struct problem *problem)
{
    struct options options = {.own = request_options, .take = take_option, .context = out};

    *out = (struct request){
        .max_resp = INJECT_UNSET,
        .query_interval = INJECT_UNSET,
        .robustness = INJECT_UNSET,
        .vlan = INJECT_UNSET,
        .priority = INJECT_UNSET,
        .tos = INJECT_UNSET,
        .ttl = INJECT_UNSET,
        .length = INJECT_UNSET,
        .pad = INJECT_UNSET,
        .listen = INJECT_UNSET,
        .wait = INJECT_UNSET,
        .interval = INJECT_UNSET,
        .count = INJECT_UNSET,
    };
    int operand = options_read(&options, argc, argv, problem);
    if (operand < 0)
        return -1;
    if (out->wants_help || out->wants_version)
        return 0;
    if (operand < argc)
        return problem_set(problem, "'%s' is not an option; did you mean %s %s?", argv[operand],
                           out->host_count > 0 ? "--probe-host" : "-i", argv[operand]);
    return request_check(out, problem);
}
