/* SPDX-License-Identifier: MIT */
/* Floor 4. The state of the daemon and of each segment in words: who is the querier comes first. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

/* With more segments than this the table is all that fits on a screen. */
#define SEGMENTS_IN_WORDS 2

bool ctl_has_colors(const struct ctl *ctl, FILE *to)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (strcmp(ctl->color, "auto") != 0)
        return strcmp(ctl->color, "always") == 0;
    return fileno(to) >= 0 && isatty(fileno(to)) && !(no_color && no_color[0]) &&
           !(term && strcmp(term, "dumb") == 0);
}

const char *ctl_role_color(bool has_colors, const char *role)
{
    if (!has_colors)
        return "";
    return strcmp(role, "querier") == 0 ? CTL_GOOD : strcmp(role, "down") == 0 ? CTL_BAD : "";
}

void ctl_print_daemon(const json_t *daemon, FILE *to)
{
    char a[32], b[32], c[32];

    fprintf(to, "igmpqd %s, process %s, up %s", ctl_text(daemon, "version", a),
            ctl_text(daemon, "process", b), ctl_span(daemon, "uptime", c));
    if (ctl_is_null(daemon, "config"))
        fprintf(to, ", without a configuration file");
    else
        fprintf(to, ", configuration %s", ctl_text(daemon, "config", a));
    if (ctl_is_true(daemon, "verbose"))
        fprintf(to, ", verbose");
}

/* ---- the table ---- */

static void add_segment(struct ctl_table *table, const json_t *segment)
{
    const json_t *elected = json_object_get(segment, "elected");
    bool is_querier = strcmp(ctl_text(segment, "role", (char[32]){0}), "querier") == 0;
    char a[32], b[32];
    double next = 0;

    ctl_table_add_member(table, segment, "segment");
    ctl_table_add_member(table, segment, "role");
    if (json_is_object(elected)) {
        ctl_table_add(table, "%s", ctl_text(elected, "address", a));
        ctl_table_add(table, "%s", ctl_text(elected, "mac", b));
        ctl_table_add_member(table, elected, "version");
    } else {
        ctl_table_add(table, "%s",
                      !is_querier                       ? "none known"
                      : ctl_is_null(segment, "address") ? "0.0.0.0"
                                                        : ctl_text(segment, "address", a));
        ctl_table_add(table, "%s", is_querier ? "this host" : "-");
        ctl_table_add(table, "%s", is_querier ? ctl_text(segment, "version", a) : "-");
    }
    bool is_known =
        ctl_seconds(segment, "next_query_in", &next) || ctl_seconds(segment, "takeover_in", &next);
    ctl_table_add_span(table, is_known, next);
    ctl_table_add_member(table, segment, "groups");
}

struct ctl_table *ctl_segment_table(const json_t *status)
{
    static const char *const headings[] = {"SEGMENT", "ROLE",  "QUERIER", "MAC",
                                           ">V",      ">NEXT", ">GROUPS"};
    struct ctl_table *table = ctl_table_new(headings, 7);

    for (size_t i = 0; i < json_array_size(status); i++)
        if (ctl_is_type(json_array_get(status, i), "segment"))
            add_segment(table, json_array_get(status, i));
    return table;
}

/* ---- one segment in words ---- */

static void print_querier(const json_t *segment, bool has_colors, FILE *to)
{
    const json_t *elected = json_object_get(segment, "elected");
    const char *strong = has_colors ? CTL_STRONG : "", *plain = has_colors ? CTL_PLAIN : "";
    char a[32], b[32], c[32];

    if (json_is_object(elected)) {
        fprintf(to, "%squerier %s%s, MAC %s, version %s\n", strong, ctl_text(elected, "address", a),
                plain, ctl_text(elected, "mac", b), ctl_text(elected, "version", c));
        fprintf(to, "  elected    since %s, last heard %s ago\n", ctl_time(elected, "since", a),
                ctl_span(elected, "silent", b));
        fprintf(to, "  it asks    ");
        if (ctl_is_null(elected, "measured_interval"))
            fprintf(to, "once so far");
        else
            fprintf(to, "every %s as measured%s", ctl_span(elected, "measured_interval", a),
                    ctl_is_true(elected, "proven") ? "" : " so far");
        if (!ctl_is_null(elected, "advertised_interval"))
            fprintf(to, ", every %s as it says", ctl_exact(elected, "advertised_interval", b));
        fputc('\n', to);
    } else if (strcmp(ctl_text(segment, "role", a), "querier") == 0) {
        fprintf(to, "%squerier is this host, %s%s, since %s\n",
                ctl_role_color(has_colors, "querier"),
                ctl_is_null(segment, "address") ? "0.0.0.0" : ctl_text(segment, "address", b),
                plain, ctl_time(segment, "since", c));
        return;
    } else {
        fprintf(to, "%sno querier is known%s\n", has_colors ? CTL_BAD : "", plain);
    }
    fprintf(to, "  here       %s since %s\n", ctl_text(segment, "role", a),
            ctl_time(segment, "since", b));
}

static void print_us(const json_t *segment, FILE *to)
{
    char a[32], b[32], c[32];

    if (ctl_is_true(segment, "proxy"))
        fprintf(to, "  source     0.0.0.0 (proxy)");
    else if (ctl_is_null(segment, "address"))
        fprintf(to, "  source     no address yet");
    else
        fprintf(to, "  source     %s/%s", ctl_text(segment, "address", a),
                ctl_text(segment, "prefix_length", b));
    fprintf(to, ", MAC %s, version %s, mode %s\n", ctl_text(segment, "mac", a),
            ctl_text(segment, "version", b), ctl_text(segment, "mode", c));
}

static void print_next(const json_t *segment, FILE *to)
{
    char a[32], b[32], c[32], d[32];

    if (!ctl_is_null(segment, "next_query_in"))
        fprintf(to, "  next       query in %s", ctl_span(segment, "next_query_in", a));
    else if (!ctl_is_null(segment, "takeover_in"))
        fprintf(to, "  next       takes over in %s, unless a querier is heard (timeout %s)",
                ctl_span(segment, "takeover_in", a),
                ctl_exact(segment, "other_querier_timeout", b));
    else
        fprintf(to, "  next       sends nothing");
    if (strcmp(ctl_text(segment, "startup_left", a), "0") != 0 &&
        !ctl_is_null(segment, "next_query_in"))
        fprintf(to, " (startup, %s to go)", ctl_text(segment, "startup_left", a));
    fprintf(to, "\n  intervals  query %s, response %s, robustness %s\n",
            ctl_exact(segment, "query_interval", b), ctl_exact(segment, "response_interval", c),
            ctl_text(segment, "robustness", d));
}

/** "1 group", "2 groups". */
static void print_count(const json_t *segment, const char *key, const char *what, FILE *to)
{
    char text[32];
    const char *count = ctl_text(segment, key, text);

    fprintf(to, "%s %s%s", count, what, strcmp(count, "1") == 0 ? "" : "s");
}

static void print_members(const json_t *segment, FILE *to)
{
    fprintf(to, "  members    ");
    print_count(segment, "groups", "group", to);
    fputs(", ", to);
    print_count(segment, "hosts", "host", to);
    fputs(", ", to);
    print_count(segment, "queriers", "other querier", to);
    fputs(" heard\n", to);
}

/** Lists are short, but nothing keeps them so. */
static void print_groups(const json_t *list, FILE *to)
{
    size_t count = json_array_size(list);

    for (size_t i = 0; i < count && i < 8; i++) {
        const char *group = json_string_value(json_array_get(list, i));
        fprintf(to, "%s %s", i ? "," : "", group ? group : "?");
    }
    if (count > 8)
        fprintf(to, " and %zu more", count - 8);
}

static void print_missing(const json_t *segment, FILE *to)
{
    fprintf(to, "nobody listens to");
    print_groups(json_object_get(segment, "missing"), to);
    fprintf(to, ", which expect-groups names\n");
}

/** Whether the segment before has the same trouble, so that it was told there: a list of
 * expect-groups is often that of a whole trunk. */
static bool is_alike(const json_t *status, size_t index)
{
    const json_t *before = index > 0 ? json_array_get(status, index - 1) : NULL;
    const json_t *here = json_array_get(status, index);

    return before && ctl_is_type(before, "segment") && ctl_is_type(here, "segment") &&
           json_equal(json_object_get(before, "missing"), json_object_get(here, "missing"));
}

/** "eth0/10: ", or "eth0/10 to eth0/21 (12): " for those that are alike from there on. */
static void print_alike(const json_t *status, size_t index, bool has_colors, FILE *to)
{
    size_t last = index;
    char a[32];

    while (last + 1 < json_array_size(status) && is_alike(status, last + 1))
        last++;
    fprintf(to, "%s%s", has_colors ? CTL_BAD : "",
            ctl_text(json_array_get(status, index), "segment", a));
    if (last > index)
        fprintf(to, " to %s (%zu)", ctl_text(json_array_get(status, last), "segment", a),
                last - index + 1);
    fprintf(to, ":%s ", has_colors ? CTL_PLAIN : "");
}

/** No trouble, or none so far. */
static void print_awaited(const json_t *segment, FILE *to)
{
    const json_t *awaited = json_object_get(segment, "awaited");

    if (json_array_size(awaited) == 0)
        return;
    fprintf(to, "  expected   not seen yet:");
    print_groups(awaited, to);
    fputc('\n', to);
}

/** Neither hears the other as a querier, so that nothing else of this answer tells. */
static void print_duplicate(const json_t *segment, FILE *to)
{
    const json_t *duplicate = json_object_get(segment, "duplicate");
    char a[32], b[32], c[32];

    fprintf(to,
            "another device (MAC %s) queries with our address %s, last %s ago: give one of them "
            "another\n",
            ctl_text(duplicate, "mac", a), ctl_text(segment, "address", b),
            ctl_span(duplicate, "silent", c));
}

unsigned ctl_print_troubles(const json_t *status, bool has_colors, FILE *to)
{
    const char *bad = has_colors ? CTL_BAD : "", *plain = has_colors ? CTL_PLAIN : "";
    unsigned count = 0;
    char a[32], b[32];

    for (size_t i = 0; i < json_array_size(status); i++) {
        const json_t *segment = json_array_get(status, i);
        if (!ctl_is_type(segment, "segment"))
            continue;
        const char *name = ctl_text(segment, "segment", a), *state = ctl_text(segment, "state", b);
        if (strcmp(state, "") != 0 && strcmp(state, "-") != 0 && strcmp(state, "ready") != 0) {
            fprintf(to, "%s%s:%s the interface is not ready: %s\n", bad, name, plain,
                    strcmp(state, "bridge port") == 0
                        ? "no address, and it is a port of a bridge: the querier belongs on that"
                        : state);
            count++;
        }
        if (json_is_object(json_object_get(segment, "duplicate"))) {
            fprintf(to, "%s%s:%s ", bad, name, plain);
            print_duplicate(segment, to);
            count++;
        }
        if (json_array_size(json_object_get(segment, "missing")) > 0 && !is_alike(status, i)) {
            print_alike(status, i, has_colors, to);
            print_missing(segment, to);
            count++;
        }
    }
    return count;
}

static void show_segment(const json_t *segment, bool has_colors, FILE *to)
{
    char a[32];

    fprintf(to, "%s: ", ctl_text(segment, "segment", a));
    print_querier(segment, has_colors, to);
    print_us(segment, to);
    print_next(segment, to);
    print_members(segment, to);
    print_awaited(segment, to);
}

int ctl_show_status(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    bool has_colors = ctl_has_colors(ctl, to);
    int status;
    json_t *list = ctl_ask_verb(ctl, "status", &status, problem);

    if (!list)
        return status;
    struct ctl_table *table = ctl_segment_table(list);
    size_t segments = ctl_table_rows(table);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (ctl_is_type(json_array_get(list, i), "daemon")) {
            ctl_print_daemon(json_array_get(list, i), to);
            fputs("\n\n", to);
        }
    bool is_printed = ctl_table_is_whole(table);
    if (is_printed && segments == 0)
        fprintf(to, "It has no segment: its interfaces are not there, or none is configured.\n");
    if (segments > 1)
        is_printed = ctl_table_print(table, to, has_colors, 0, 0);
    ctl_table_free(table);
    const char *gap = ctl_print_troubles(list, has_colors, to) || segments > 1 ? "\n" : "";
    bool has_words = segments <= SEGMENTS_IN_WORDS || ctl->is_long;
    for (size_t i = 0; has_words && i < json_array_size(list); i++)
        if (ctl_is_type(json_array_get(list, i), "segment")) {
            fputs(gap, to);
            show_segment(json_array_get(list, i), has_colors, to);
            gap = "\n";
        }
    if (!has_words)
        fprintf(to, "\nNEXT is our query, or our takeover.\n"
                    "More of one segment: igmpqctl status SEGMENT; of all: --long.\n");
    json_decref(list);
    if (is_printed)
        return 0;
    problem_set(problem, "no memory");
    return CTL_EXIT_REFUSED;
}
