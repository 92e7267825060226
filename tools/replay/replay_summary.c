/* SPDX-License-Identifier: MIT */
/* Floor 4. What there was in all, and what is wrong with it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "igmpq/report.h"
#include "igmpq/text.h"
#include "replay.h"

#define GROUPS_SHOWN 40
#define TERMS_SHOWN  12

static int compare_groups(const void *a, const void *b)
{
    const struct group *const *left = a, *const *right = b;
    return address_compare((*left)->address, (*right)->address);
}

/** A segment's groups by address, or NULL when there are none (or no memory for the list). */
static const struct group **sorted_groups(struct replay *replay, const struct segment *segment)
{
    const struct membership *membership = &segment->membership;
    unsigned count = 0;

    if (membership->group_count == 0)
        return NULL;
    const struct group **list = calloc(membership->group_count, sizeof *list);
    if (list == NULL) {
        replay_note_no_memory(replay);
        return NULL;
    }
    for (const struct group *group = membership->groups; group; group = group->hh.next)
        list[count++] = group;
    qsort(list, count, sizeof *list, compare_groups);
    return list;
}

/** The terms of one querier, out of all of its segment's; freed by the caller, NULL for none. */
static struct json_term *terms_of(struct replay *replay, const struct replay_lan *lan,
                                  struct address address, struct mac mac, unsigned *count)
{
    struct json_term *list = NULL;

    *count = 0;
    for (unsigned i = 0; i < lan->term_count; i++) {
        const struct replay_term *term = &lan->term[i];
        if (!address_equal(term->address, address) || !mac_equal(term->mac, mac))
            continue;
        if (list == NULL)
            list = calloc(lan->term_count, sizeof *list);
        if (list == NULL) {
            replay_note_no_memory(replay);
            return NULL;
        }
        list[(*count)++] = term->term;
    }
    return list;
}

static struct json_querier describe(const struct segment *segment, const struct replay_lan *lan,
                                    const struct querier *querier)
{
    struct json_querier out = {
        .address = querier->address,
        .mac = querier->mac,
        .version = querier->version,
        .first = querier->first_heard,
        .last = querier->last_heard,
        .queries = querier->queries,
        .refused = querier->refused,
        .is_elected = segment->has_elected && address_equal(segment->elected, querier->address) &&
                      mac_equal(segment->elected_mac, querier->mac),
    };
    for (unsigned i = 0; i < lan->querier_count; i++)
        if (address_equal(lan->querier[i].address, querier->address) &&
            mac_equal(lan->querier[i].mac, querier->mac)) {
            out.shortest = lan->querier[i].shortest;
            out.longest = lan->querier[i].longest;
        }
    return out;
}

/** The daemon that was played, as one of the queriers. */
static bool describe_own(const struct replay *replay, const struct segment *segment,
                         struct json_querier *out)
{
    if (!replay->options->is_as || segment->id != replay->own ||
        segment->counters.general_sent == 0)
        return false;
    *out = (struct json_querier){
        .address = segment->identity.own.address,
        .mac = segment->identity.mac,
        .version = segment->params.version,
        .first = INSTANT_NEVER,
        .last = INSTANT_NEVER,
        .queries = segment->counters.general_sent + segment->counters.specific_sent,
        .is_elected = segment->role == ROLE_QUERIER,
    };
    return true;
}

/* ---- for people ---- */

static void print_count(const char *before, uint64_t count, const char *one, const char *many)
{
    printf("%s%" PRIu64 " %s", before, count, count == 1 ? one : many);
}

static void print_span(const struct replay *replay, instant from, instant to)
{
    char a[40], b[40];

    printf("%s s to ", replay_output_relative(replay, from, a));
    if (to == INSTANT_NEVER)
        printf("the end");
    else
        printf("%s s", replay_output_relative(replay, to, b));
}

static void print_terms(struct replay *replay, const struct replay_lan *lan,
                        const struct json_querier *querier)
{
    unsigned count;
    struct json_term *terms = terms_of(replay, lan, querier->address, querier->mac, &count);
    unsigned skipped = count > TERMS_SHOWN ? count - TERMS_SHOWN : 0;

    if (skipped > 0)
        printf("        was the querier %u times; of these the last:\n", count);
    for (unsigned i = skipped; i < count; i++) {
        printf("        was the querier from ");
        print_span(replay, terms[i].from, terms[i].to);
        putchar('\n');
    }
    free(terms);
}

static void print_querier(struct replay *replay, const struct replay_lan *lan,
                          const struct json_querier *querier, bool is_own)
{
    char address[TEXT_ADDRESS_SIZE], mac[TEXT_MAC_SIZE];
    char shortest[TEXT_DURATION_SIZE], longest[TEXT_DURATION_SIZE];

    printf("    %-15s", text_address(querier->address, address));
    if (is_own)
        printf(" (this igmpq)");
    else if (!mac_is_none(querier->mac))
        printf(" (%s)", text_mac(querier->mac, mac));
    printf(": version %u", querier->version);
    print_count(", ", querier->queries, "query", "queries");
    if (querier->refused > 0)
        printf(" (%" PRIu64 " refused)", querier->refused);
    if (querier->longest > 0 && querier->shortest == querier->longest)
        printf(", %s s apart", text_seconds(querier->longest, longest));
    else if (querier->longest > 0)
        printf(", %s to %s s apart", text_seconds(querier->shortest, shortest),
               text_seconds(querier->longest, longest));
    putchar('\n');
    print_terms(replay, lan, querier);
}

static void print_group(const struct replay *replay, const struct group *group, instant now)
{
    char address[TEXT_ADDRESS_SIZE], reporter[TEXT_ADDRESS_SIZE], relative[40];
    unsigned wanted = 0, blocked = 0;

    for (unsigned i = 0; i < group->source_count; i++)
        if (group->sources[i].expires > now)
            wanted++;
        else
            blocked++;
    printf("    %-15s ", text_address(group->address, address));
    if (group->mode == FILTER_INCLUDE)
        printf("from %u source%s only", wanted, wanted == 1 ? "" : "s");
    else if (blocked > 0)
        printf("from any source but %u", blocked);
    else
        printf("from any source");
    printf(", version %u, last reported by %s at %s s\n", group_compatibility(group, now),
           text_address(group->last_reporter, reporter),
           replay_output_relative(replay, group->last_report, relative));
}

static void print_counts(const struct segment *segment, const struct replay_lan *lan)
{
    const char *separator = "    ";

    for (enum igmp_kind kind = IGMP_KIND_V1_QUERY; kind < IGMP_KIND_COUNT; kind++) {
        if (lan->kind[kind] == 0)
            continue;
        printf("%s%" PRIu64 " %s", separator, lan->kind[kind], igmp_kind_name(kind));
        separator = ", ";
    }
    if (lan->data > 0)
        printf("%s%" PRIu64 " multicast data", separator, lan->data);
    if (lan->first != INSTANT_NEVER || lan->data > 0)
        putchar('\n');
    for (enum verdict v = VERDICT_ACCEPTED; v < VERDICT_COUNT; v++)
        if (report_is_refusal(v) && segment->counters.verdict[v] > 0)
            printf("    %" PRIu64 " refused as %s: %s\n", segment->counters.verdict[v],
                   verdict_name(v), report_verdict(v));
}

static void print_segment(struct replay *replay, const struct segment *segment,
                          const struct replay_lan *lan)
{
    const struct group **groups = sorted_groups(replay, segment);
    unsigned group_count = groups != NULL ? segment->membership.group_count : 0;
    struct json_querier querier;

    printf("\n%s", segment->name);
    if (lan->first != INSTANT_NEVER) {
        printf(", IGMP from ");
        print_span(replay, lan->first, lan->last);
    }
    print_count(": ", segment->querier_count, "querier", "queriers");
    print_count(", ", group_count, "group", "groups");
    print_count(", ", segment->membership.reporter_count, "host", "hosts");
    putchar('\n');
    print_counts(segment, lan);
    bool is_own = describe_own(replay, segment, &querier);
    printf("  queriers%s\n", is_own || segment->querier_count > 0 ? "" : ": none heard");
    if (is_own)
        print_querier(replay, lan, &querier, true);
    for (unsigned i = 0; i < segment->querier_count; i++) {
        querier = describe(segment, lan, &segment->queriers[i]);
        print_querier(replay, lan, &querier, false);
    }
    if (group_count > 0)
        printf("  groups with members at the end\n");
    for (unsigned i = 0; i < group_count && i < GROUPS_SHOWN; i++)
        print_group(replay, groups[i], replay->now);
    if (group_count > GROUPS_SHOWN)
        printf("    and %u more (--json lists all)\n", group_count - GROUPS_SHOWN);
    free(groups);
}

static void print_all(struct replay *replay)
{
    char first[40], last[40];

    print_count(replay->options->output == REPLAY_TIMELINE ? "\n" : "", replay->frames, "frame",
                "frames");
    printf(", %" PRIu64 " of them IGMP", replay->igmp);
    if (replay->stray > 0)
        printf(" (%" PRIu64 " of no segment)", replay->stray);
    if (replay->frames > 0)
        printf(", from %s to %s%s", replay_output_wall(replay, replay->first, first),
               replay_output_wall(replay, replay->last, last),
               replay->options->is_local ? "" : " UTC");
    putchar('\n');
    if (replay->out_of_order > 0)
        printf("out of order: %" PRIu64 " (each was taken to be as late as the latest before it)\n",
               replay->out_of_order);
    if (replay->options->interface != NULL && capture_drops(replay->capture) > 0)
        printf("%" PRIu64 " frames were lost by the capture: what follows may be wrong\n",
               capture_drops(replay->capture));
    if (replay->frames == 0)
        printf("nothing was captured: the wrong interface or filter (igmp alone takes no tagged "
               "frames), "
               "too short a\ntime, or nobody queries here: a querier is heard about once in two "
               "minutes%s\n",
               replay->options->interface != NULL
                   ? ""
                   : "\n(igmpq-replay -i INTERFACE --for 300 would tell)");
    else if (replay->igmp == 0)
        printf("no IGMP: nobody reports or queries here, or the capture's place or filter lets "
               "nothing "
               "of it through\n");
    if (replay->segments_refused > 0)
        printf("more VLANs than can be looked at: %u frames were left out\n",
               replay->segments_refused);
    for (unsigned i = 0; i < engine_segment_count(replay->engine); i++) {
        const struct segment *segment = engine_segment(replay->engine, i);
        const struct replay_lan *lan = replay_lan_of(replay, i);
        if (segment != NULL && lan != NULL)
            print_segment(replay, segment, lan);
    }
    replay_findings(replay);
    print_count("\nfindings: ", replay->finding_count[FINDING_ERROR], "error", "errors");
    print_count(", ", replay->finding_count[FINDING_WARNING], "warning", "warnings");
    print_count(", ", replay->finding_count[FINDING_NOTE], "note", "notes");
    putchar('\n');
}

/* ---- JSON ---- */

static void write_querier(struct replay *replay, const struct segment *segment,
                          const struct replay_lan *lan, struct json_querier *querier)
{
    struct json_term *terms =
        terms_of(replay, lan, querier->address, querier->mac, &querier->term_count);

    querier->terms = terms;
    replay_output_line(replay, json_line_querier(querier, segment, 0));
    free(terms);
}

static void write_segment(struct replay *replay, const struct segment *segment,
                          const struct replay_lan *lan)
{
    const struct group **groups = sorted_groups(replay, segment);
    struct json_querier querier;

    if (describe_own(replay, segment, &querier))
        write_querier(replay, segment, lan, &querier);
    for (unsigned i = 0; i < segment->querier_count; i++) {
        querier = describe(segment, lan, &segment->queriers[i]);
        write_querier(replay, segment, lan, &querier);
    }
    for (unsigned i = 0; groups != NULL && i < segment->membership.group_count; i++)
        replay_output_line(replay, json_line_group(groups[i], segment, replay->now, 0));
    free(groups);
}

static struct json_summary_segment summary_of(const struct segment *segment,
                                              const struct replay_lan *lan)
{
    struct json_summary_segment out = {
        .segment = segment,
        .first = lan->first,
        .last = lan->last,
        .data = lan->data,
        .queriers = segment->querier_count,
        .groups = segment->membership.group_count,
        .hosts = segment->membership.reporter_count,
        .joined = lan->joined,
        .left = lan->left,
    };
    memcpy(out.kind, lan->kind, sizeof out.kind);
    memcpy(out.verdict, segment->counters.verdict, sizeof out.verdict);
    out.verdict[VERDICT_NOT_IGMP] = 0;
    return out;
}

static void write_summary(struct replay *replay)
{
    unsigned count = engine_segment_count(replay->engine);
    struct json_summary_segment *segments = calloc(count + 1, sizeof *segments);
    struct json_summary summary = {
        .frames = replay->frames,
        .igmp = replay->igmp,
        .data = replay->data,
        .stray = replay->stray,
        .out_of_order = replay->out_of_order,
        .dropped = capture_drops(replay->capture),
        .first = replay->first,
        .last = replay->last,
        .damage = replay->has_trouble ? replay->trouble.text : NULL,
        .segments = segments,
    };

    if (segments == NULL) {
        replay_output_line(replay, NULL);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        const struct segment *segment = engine_segment(replay->engine, i);
        const struct replay_lan *lan = replay_lan_of(replay, i);
        if (segment != NULL && lan != NULL)
            segments[summary.segment_count++] = summary_of(segment, lan);
    }
    for (enum finding_severity s = FINDING_NOTE; s < FINDING_SEVERITY_COUNT; s++)
        summary.finding[s] = replay->finding_count[s];
    replay_output_line(replay, json_line_summary(&summary, 0));
    free(segments);
}

static void write_all(struct replay *replay)
{
    for (unsigned i = 0; i < engine_segment_count(replay->engine); i++) {
        const struct segment *segment = engine_segment(replay->engine, i);
        const struct replay_lan *lan = replay_lan_of(replay, i);
        if (segment != NULL && lan != NULL)
            write_segment(replay, segment, lan);
    }
    for (unsigned i = 0; i < findings_count(replay->findings); i++) {
        const struct finding *finding = findings_at(replay->findings, i);
        struct finding_words words;
        report_finding(finding, replay->origin, &words);
        replay_output_line(
            replay, json_line_finding(finding, engine_segment(replay->engine, finding->segment),
                                      &words, 0));
    }
    write_summary(replay);
}

void replay_summary(struct replay *replay)
{
    for (unsigned i = 0; i < findings_count(replay->findings); i++)
        replay->finding_count[findings_at(replay->findings, i)->severity]++;
    switch (replay->options->output) {
    case REPLAY_TIMELINE:
    case REPLAY_SUMMARY: print_all(replay); break;
    case REPLAY_JSON: write_all(replay); break;
    case REPLAY_QUIET: break;
    }
}
