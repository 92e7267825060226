/* SPDX-License-Identifier: MIT */
/* Floor 3. Who is there, what was found and what there was in all, as lines of JSON. */
#include <limits.h>

#include "igmpq/json.h"
#include "json_value.h"

char *json_line_header(const struct json_header *header)
{
    json_t *object = json_value_object("header");

    json_value_put(&object, "schema", json_value_count(JSON_SCHEMA));
    json_value_put(&object, "program", json_value_text(header->program));
    json_value_put(&object, "input", json_value_text(header->input));
    json_value_put(&object, "link", json_value_text(header->link));
    json_value_put(&object, "view", json_value_text(header->view));
    return json_value_line(object);
}

char *json_line_querier(const struct json_querier *querier, const struct segment *segment,
                        duration wall)
{
    json_t *object = json_value_object("querier");
    json_t *terms = json_array();

    for (unsigned i = 0; i < querier->term_count; i++) {
        json_t *term = json_object();
        json_value_put(&term, "from", json_value_wall(querier->terms[i].from, wall));
        json_value_put(&term, "to", json_value_wall(querier->terms[i].to, wall));
        json_value_append(&terms, term);
    }
    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "address", json_value_address(querier->address));
    json_value_put(&object, "mac", json_value_mac(querier->mac));
    json_value_put(&object, "version", json_value_count(querier->version));
    json_value_put(&object, "elected", json_boolean(querier->is_elected));
    json_value_put(&object, "first", json_value_wall(querier->first, wall));
    json_value_put(&object, "last", json_value_wall(querier->last, wall));
    json_value_put(&object, "queries", json_value_count(querier->queries));
    json_value_put(&object, "refused", json_value_count(querier->refused));
    bool has_gaps = querier->longest > 0;
    json_value_put(&object, "shortest_gap",
                   has_gaps ? json_value_span(querier->shortest) : json_null());
    json_value_put(&object, "longest_gap",
                   has_gaps ? json_value_span(querier->longest) : json_null());
    json_value_put(&object, "terms", terms);
    return json_value_line(object);
}

/** When the group is over, if nobody reports again: a source that is wanted outlives the group
 * timer. */
static instant group_end(const struct group *group)
{
    instant end = group->mode == FILTER_EXCLUDE ? group->expires : 0;

    for (unsigned i = 0; i < group->source_count; i++)
        if (group->sources[i].expires > end)
            end = group->sources[i].expires;
    return end;
}

void json_value_add_sources(json_t **object, const struct group *group, unsigned first,
                            unsigned most, instant now)
{
    json_t *wanted = json_array(), *blocked = json_array();

    for (unsigned i = first; i < group->source_count && i - first < most; i++) {
        const struct source *source = &group->sources[i];
        json_value_append(source->expires > now ? &wanted : &blocked,
                          json_value_address(source->address));
    }
    json_value_put(object, "sources", wanted);
    json_value_put(object, "blocked", blocked);
}

json_t *json_value_group(const struct group *group, const struct segment *segment,
                         unsigned most_sources, instant now, duration wall)
{
    json_t *object = json_value_object("group");

    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "group", json_value_address(group->address));
    json_value_put(&object, "mode", json_value_text(filter_mode_name(group->mode)));
    json_value_add_sources(&object, group, 0, most_sources, now);
    json_value_put(&object, "expires_in", json_value_span(group_end(group) - now));
    json_value_put(&object, "version", json_value_count(group_compatibility(group, now)));
    json_value_put(&object, "since", json_value_wall(group->since, wall));
    json_value_put(&object, "last_report", json_value_wall(group->last_report, wall));
    json_value_put(&object, "last_reporter", json_value_address(group->last_reporter));
    return object;
}

char *json_line_group(const struct group *group, const struct segment *segment, instant now,
                      duration wall)
{
    return json_value_line(json_value_group(group, segment, UINT_MAX, now, wall));
}

char *json_line_finding(const struct finding *finding, const struct segment *segment,
                        const struct finding_words *words, duration wall)
{
    json_t *object = json_value_object("finding");

    json_value_put(&object, "id", json_value_text(finding_id_name(finding->id)));
    json_value_put(&object, "severity", json_value_text(finding_severity_name(finding->severity)));
    json_value_put(&object, "title", json_value_text(report_finding_title(finding)));
    json_value_put(&object, "segment", json_value_segment(segment));
    json_value_put(&object, "first", json_value_wall(finding->first, wall));
    json_value_put(&object, "last", json_value_wall(finding->last, wall));
    json_value_put(&object, "first_frame", json_value_count(finding->first_frame));
    json_value_put(&object, "last_frame", json_value_count(finding->last_frame));
    json_value_put(&object, "count", json_value_count(finding->count));
    json_value_put(&object, "address", json_value_address_or_null(finding->address));
    json_value_put(&object, "mac", json_value_mac(finding->mac));
    json_value_put(&object, "other", json_value_address_or_null(finding->other));
    json_value_put(&object, "other_mac", json_value_mac(finding->other_mac));
    json_value_put(&object, "group", json_value_address_or_null(finding->group));
    json_value_put(&object, "stops_at", json_value_wall(finding->stops_at, wall));
    json_value_put(&object, "text", json_value_text(words->text));
    json_value_put(&object, "consequence", json_value_text(words->consequence));
    json_value_put(&object, "advice", json_value_text(words->advice));
    return json_value_line(object);
}

static json_t *kinds(const uint64_t count[IGMP_KIND_COUNT])
{
    json_t *object = json_object();

    for (enum igmp_kind kind = IGMP_KIND_V1_QUERY; kind < IGMP_KIND_COUNT; kind++)
        if (count[kind] > 0)
            json_value_put(&object, igmp_kind_name(kind), json_value_count(count[kind]));
    return object;
}

static json_t *verdicts(const uint64_t count[VERDICT_COUNT])
{
    json_t *object = json_object();

    for (enum verdict verdict = VERDICT_ACCEPTED; verdict < VERDICT_COUNT; verdict++)
        if (count[verdict] > 0)
            json_value_put(&object, verdict_name(verdict), json_value_count(count[verdict]));
    return object;
}

static json_t *summary_segment(const struct json_summary_segment *of, duration wall)
{
    json_t *object = json_object();

    json_value_put(&object, "segment", json_value_segment(of->segment));
    json_value_put(&object, "first", json_value_wall(of->first, wall));
    json_value_put(&object, "last", json_value_wall(of->last, wall));
    json_value_put(&object, "messages", kinds(of->kind));
    json_value_put(&object, "verdicts", verdicts(of->verdict));
    json_value_put(&object, "data", json_value_count(of->data));
    json_value_put(&object, "queriers", json_value_count(of->queriers));
    json_value_put(&object, "groups", json_value_count(of->groups));
    json_value_put(&object, "hosts", json_value_count(of->hosts));
    json_value_put(&object, "joined", json_value_count(of->joined));
    json_value_put(&object, "left", json_value_count(of->left));
    return object;
}

char *json_line_summary(const struct json_summary *summary, duration wall)
{
    json_t *object = json_value_object("summary");
    json_t *segments = json_array(), *findings = json_object();

    for (unsigned i = 0; i < summary->segment_count; i++)
        json_value_append(&segments, summary_segment(&summary->segments[i], wall));
    for (enum finding_severity s = FINDING_NOTE; s < FINDING_SEVERITY_COUNT; s++)
        json_value_put(&findings, finding_severity_name(s), json_value_count(summary->finding[s]));
    json_value_put(&object, "frames", json_value_count(summary->frames));
    json_value_put(&object, "igmp", json_value_count(summary->igmp));
    json_value_put(&object, "data", json_value_count(summary->data));
    json_value_put(&object, "stray", json_value_count(summary->stray));
    json_value_put(&object, "out_of_order", json_value_count(summary->out_of_order));
    json_value_put(&object, "dropped", json_value_count(summary->dropped));
    json_value_put(&object, "first", json_value_wall(summary->first, wall));
    json_value_put(&object, "last", json_value_wall(summary->last, wall));
    json_value_put(&object, "damage",
                   summary->damage != NULL ? json_value_text(summary->damage) : json_null());
    json_value_put(&object, "findings", findings);
    json_value_put(&object, "segments", segments);
    return json_value_line(object);
}
