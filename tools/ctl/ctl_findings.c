/* SPDX-License-Identifier: MIT */
/* Floor 4. What is wrong on each segment, in words. */
#include <string.h>

#include "ctl.h"
#include "igmpq/report_finding.h"
#include "igmpq/text.h"

#define WIDTH  79
#define INDENT 4

/* With more segments than this notes are left out, and those where nothing else is are counted. */
#define SEGMENTS_IN_WORDS 2

/** "1 error", "2 warnings". */
static void print_count(const json_t *watched, const char *key, const char *what, FILE *to)
{
    json_int_t count = json_integer_value(json_object_get(watched, key));

    fprintf(to, "%" JSON_INTEGER_FORMAT " %s%s", count, what, count == 1 ? "" : "s");
}

static bool has_none(const json_t *watched, const char *key)
{
    return json_integer_value(json_object_get(watched, key)) == 0;
}

/** Nobody has to look at it, unless for notes. */
static bool is_clean(const json_t *watched)
{
    return json_is_string(json_object_get(watched, "since")) && ctl_is_true(watched, "complete") &&
           !ctl_is_true(watched, "down") && has_none(watched, "errors") &&
           has_none(watched, "warnings");
}

static void print_watched(const json_t *watched, const json_t *header, FILE *to)
{
    double since = 0, now = 0;
    char name[32], span[32];

    fprintf(to, "%s: ", ctl_text(watched, "segment", name));
    if (!ctl_seconds(watched, "since", &since) || !ctl_seconds(header, "time", &now)) {
        double horizon = 0;
        bool is_wanted = ctl_seconds(watched, "horizon", &horizon) && horizon > 0;
        fprintf(to, "nobody looks for what is wrong (%s)\n",
                is_wanted ? "no memory" : "findings-horizon is 0");
        return;
    }
    fprintf(to, "%s for %s: ",
            ctl_is_true(watched, "down") ? "down, nothing is heard; watched, while it was up,"
                                         : "watched",
            ctl_short_span(now - since, span));
    print_count(watched, "errors", "error", to);
    fputs(", ", to);
    print_count(watched, "warnings", "warning", to);
    fputs(", ", to);
    print_count(watched, "notes", "note", to);
    fprintf(to, "%s\n", ctl_is_true(watched, "complete") ? "" : "; no memory for all of them");
}

/** "at 10:00:00" with the day, or how often from when to when. */
static void print_evidence(const json_t *finding, FILE *to)
{
    const char *first = json_string_value(json_object_get(finding, "first"));
    const char *last = json_string_value(json_object_get(finding, "last"));
    char a[32], b[32], count[32];
    const char *times = ctl_text(finding, "count", count);

    fprintf(to, "%*sEvidence: ", INDENT, "");
    if (strcmp(times, "1") != 0)
        fprintf(to, "%s times ", times);
    if (first && last && strcmp(first, last) == 0)
        fprintf(to, "at %s.\n", ctl_time(finding, "last", a));
    else
        fprintf(to, "from %s to %s.\n", ctl_time(finding, "first", a),
                ctl_time(finding, "last", b));
}

static void print_words(const json_t *finding, const char *key, FILE *to)
{
    const char *words = json_string_value(json_object_get(finding, key));

    if (words && words[0] != '\0')
        text_print_wrapped(to, words, INDENT, WIDTH);
}

static void print_finding(const json_t *finding, bool has_colors, FILE *to)
{
    char id[32], severity[32], title[32], segment[32];
    const char *grave = ctl_text(finding, "severity", severity);
    const char *color = ctl_level_color(has_colors, grave);

    fprintf(to, "\n%s%s %s%s: %s (%s)\n", color, ctl_text(finding, "id", id), grave,
            color[0] ? CTL_PLAIN : "", ctl_text(finding, "title", title),
            ctl_text(finding, "segment", segment));
    print_words(finding, "text", to);
    print_words(finding, "consequence", to);
    print_words(finding, "advice", to);
    print_evidence(finding, to);
}

/** The advice too: what is told in brief is told without it. */
static bool is_alike(const json_t *one, const json_t *other)
{
    static const char *const keys[] = {"type", "segment", "id", "severity", "advice"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_equal(json_object_get(one, keys[i]), json_object_get(other, keys[i])))
            return false;
    return true;
}

/** How many from the one at `first` on differ in who is concerned alone. */
static size_t count_alike(const json_t *list, size_t first)
{
    size_t count = 1;

    while (is_alike(json_array_get(list, first), json_array_get(list, first + count)))
        count++;
    return count;
}

/** What was seen, without what follows from it: that stands with the others. */
static void print_likewise(const json_t *list, size_t first, size_t count, FILE *to)
{
    const json_t *one = json_array_get(list, first);
    char id[32], severity[32], segment[32];

    fprintf(to, "\n%s %s: %zu more of these (%s)\n", ctl_text(one, "id", id),
            ctl_text(one, "severity", severity), count, ctl_text(one, "segment", segment));
    for (size_t i = 0; i < count && i < REPORT_FINDINGS_IN_BRIEF; i++)
        print_words(json_array_get(list, first + i), "text", to);
    if (count > REPORT_FINDINGS_IN_BRIEF)
        fprintf(to, "%*sAnd %zu more (--long shows all).\n", INDENT, "",
                count - REPORT_FINDINGS_IN_BRIEF);
}

/** Those from the one at `first` on that are alike: their number. */
static size_t print_alike(const json_t *list, size_t first, bool is_long, bool has_colors, FILE *to)
{
    size_t alike = count_alike(list, first), full = REPORT_FINDINGS_IN_FULL;

    if (is_long || alike <= full + 1)
        full = alike;
    for (size_t i = 0; i < full; i++)
        print_finding(json_array_get(list, first + i), has_colors, to);
    if (alike > full)
        print_likewise(list, first + full, alike - full, to);
    return alike;
}

static size_t count_watched(const json_t *list)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        count += ctl_is_type(json_array_get(list, i), "watched");
    return count;
}

/** What was left out. */
static void print_rest(size_t clean, size_t segments, size_t notes, const char *gap, FILE *to)
{
    if (clean > 0 || notes > 0)
        fputs(gap, to);
    if (clean == 1)
        fputs("The other segment has no error and no warning.\n", to);
    else if (clean > 0)
        fprintf(to, "%s %zu segments have no error and no warning.\n",
                clean < segments ? "The other" : "All", clean);
    if (notes > 0)
        fprintf(to, "Notes are left out: --long shows them (%zu).\n", notes);
}

int ctl_show_findings(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    bool has_colors = ctl_has_colors(ctl, to);
    size_t clean = 0, notes = 0;
    const char *gap = "";
    int status;
    json_t *list = ctl_ask_verb(ctl, "findings", &status, problem);

    if (!list)
        return status;
    size_t segments = count_watched(list);
    bool is_short = segments > SEGMENTS_IN_WORDS && !ctl->is_long;
    for (size_t i = 0, next; i < json_array_size(list); i = next) {
        const json_t *object = json_array_get(list, i);
        char severity[32];
        next = i + 1;
        bool is_finding = ctl_is_type(object, "finding");
        if (is_finding && is_short && strcmp(ctl_text(object, "severity", severity), "note") == 0) {
            notes++;
        } else if (is_finding) {
            next = i + print_alike(list, i, ctl->is_long, has_colors, to);
            gap = "\n";
        } else if (ctl_is_type(object, "watched") && is_short && is_clean(object)) {
            clean++;
        } else if (ctl_is_type(object, "watched")) {
            fputs(gap, to);
            print_watched(object, json_array_get(list, 0), to);
        }
    }
    print_rest(clean, segments, notes, gap, to);
    if (segments == 0)
        fprintf(to, "There is no segment.\n");
    json_decref(list);
    return 0;
}
