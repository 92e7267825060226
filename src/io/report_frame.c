/* SPDX-License-Identifier: MIT */
/* Floor 3. A received frame in words: who said what to whom, and what came of it. */
#include "igmpq/report.h"
#include "igmpq/text.h"

static void add_address(struct text_line *line, struct address address)
{
    char text[TEXT_ADDRESS_SIZE];
    text_line_add(line, "%s", text_address(address, text));
}

/** At most a few: there may be hundreds. */
static void add_sources(struct text_line *line, struct octets sources, unsigned count)
{
    text_line_add(line, " {");
    for (unsigned i = 0; i < count && i < 4; i++) {
        text_line_add(line, "%s", i > 0 ? " " : "");
        add_address(line, igmp_source_at(sources, i));
    }
    text_line_add(line, count > 4 ? " and %u more}" : "}", count - 4);
}

static void add_query(struct text_line *line, const struct igmp_message *query)
{
    char seconds[TEXT_DURATION_SIZE];

    if (address_is_none(query->group)) {
        text_line_add(line, ", general");
    } else {
        text_line_add(line, " ");
        add_address(line, query->group);
        if (query->count > 0)
            add_sources(line, query->items, query->count);
    }
    text_line_add(line, ", answers within %s s", text_seconds(query->max_response, seconds));
    if (query->kind == IGMP_KIND_V3_QUERY)
        text_line_add(line, ", QRV %u, QQI %s s%s", query->robustness,
                      text_seconds(query->query_interval, seconds),
                      query->suppress ? ", S flag" : "");
}

static void add_records(struct text_line *line, const struct igmp_message *report)
{
    static const char *const name[] = {"?", "is_in", "is_ex", "to_in", "to_ex", "allow", "block"};
    struct igmp_record record;
    size_t offset = 0;

    for (unsigned i = 0; igmp_record_next(report, &offset, &record); i++) {
        if (i == 4) {
            text_line_add(line, ", and more");
            return;
        }
        text_line_add(line, "%s %s ", i > 0 ? "," : "",
                      record.type < sizeof name / sizeof *name ? name[record.type] : "?");
        add_address(line, record.group);
        if (record.count > 0)
            add_sources(line, record.sources, record.count);
    }
}

static void add_message(struct text_line *line, const struct igmp_message *message)
{
    switch (message->kind) {
    case IGMP_KIND_V1_QUERY:
    case IGMP_KIND_V2_QUERY:
    case IGMP_KIND_V3_QUERY: add_query(line, message); break;
    case IGMP_KIND_V1_REPORT:
    case IGMP_KIND_V2_REPORT:
    case IGMP_KIND_V2_LEAVE:
        text_line_add(line, " ");
        add_address(line, message->group);
        break;
    case IGMP_KIND_V3_REPORT: add_records(line, message); break;
    case IGMP_KIND_OTHER:
    case IGMP_KIND_COUNT: break;
    }
}

void report_frame(const struct received *received, char out[REPORT_SIZE])
{
    struct text_line line = {out, REPORT_SIZE, 0};

    out[0] = '\0';
    add_address(&line, received->frame.source);
    text_line_add(&line, " > ");
    add_address(&line, received->frame.destination);
    text_line_add(&line, " %s", igmp_kind_name(received->message.kind));
    if (received->message.kind == IGMP_KIND_OTHER && received->message.type != 0)
        text_line_add(&line, " 0x%02x", (unsigned)received->message.type);
    if (received->decoded == VERDICT_ACCEPTED)
        add_message(&line, &received->message);
    if (received->verdict != VERDICT_ACCEPTED)
        text_line_add(&line, ": %s (%s)", verdict_name(received->verdict),
                      report_verdict(received->verdict));
}
