/* SPDX-License-Identifier: MIT */
/* Floor 4. What watch shows: who is the querier, what is amiss, who listens, what happened. */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

/** A screen that is being filled. */
struct screen {
    const struct ctl *ctl;
    bool has_colors;
    FILE *to;
    unsigned left; /* rows */
    unsigned columns;
};

static void take_rows(struct screen *screen, size_t count)
{
    screen->left = count < screen->left ? screen->left - (unsigned)count : 0;
}

static void print_heading(struct screen *screen, const char *text)
{
    if (screen->left < 2)
        return;
    fprintf(screen->to, "\n%s%s%s\n", screen->has_colors ? CTL_STRONG : "", text,
            screen->has_colors ? CTL_PLAIN : "");
    take_rows(screen, 2);
}

/** At most so many lines of a text. */
static void print_lines(struct screen *screen, const char *text, size_t most)
{
    for (size_t i = 0; i < most && screen->left > 0 && *text; i++) {
        size_t length = strcspn(text, "\n");
        fprintf(screen->to, "%.*s\n", (int)length, text);
        take_rows(screen, 1);
        text += length + (text[length] == '\n');
    }
}

static void print_table(struct screen *screen, const struct ctl_table *table, size_t first,
                        size_t most)
{
    size_t rows = ctl_table_rows(table) - first;

    if (screen->left < 2)
        return;
    most = most < screen->left - 1 ? most : screen->left - 1;
    ctl_table_print(table, screen->to, screen->has_colors, first, most);
    take_rows(screen, 1 + (rows < most ? rows : most));
}

/** What `print` prints of an answer as one text, to be freed; NULL without memory. */
static char *collect(const struct screen *screen, const json_t *list,
                     void (*print)(const struct screen *, const json_t *, FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    if (!to)
        return NULL;
    print(screen, list, to);
    fclose(to);
    return text;
}

static void print_troubles(const struct screen *screen, const json_t *status, FILE *to)
{
    ctl_print_troubles(status, screen->has_colors, to);
}

static void print_state(struct screen *screen, const json_t *status)
{
    for (size_t i = 0; i < json_array_size(status); i++)
        if (ctl_is_type(json_array_get(status, i), "daemon")) {
            ctl_print_daemon(json_array_get(status, i), screen->to);
            fputs("\n\n", screen->to);
            take_rows(screen, 2);
        }
    struct ctl_table *table = ctl_segment_table(status);
    size_t count = ctl_table_rows(table), most = screen->left < 9 ? 2 : screen->left / 3;
    print_table(screen, table, 0, most);
    if (count > most && screen->left > 0) {
        fprintf(screen->to, "... and %zu more segments\n", count - most);
        take_rows(screen, 1);
    }
    ctl_table_free(table);
    char *troubles = collect(screen, status, print_troubles);
    print_lines(screen, troubles ? troubles : "", 3);
    free(troubles);
}

/** The latest events below: a sixth of the screen, and what the groups leave. */
static size_t rows_of_events(const struct screen *screen, size_t groups)
{
    size_t least = screen->left / 6 < 3 ? 3 : screen->left / 6;
    size_t used = groups + 5; /* and an empty line, a heading, and how many more there are */

    if (screen->left < 12)
        return 0;
    return screen->left > used + least ? screen->left - used : least;
}

static void print_groups(struct screen *screen, struct ctl_table *table, size_t rows, size_t *first,
                         size_t *page)
{
    size_t count = ctl_table_rows(table);
    char heading[80];

    if (count == 0) {
        print_heading(screen, "Nobody listens to any group");
        return;
    }
    if (*first >= count)
        *first = (count - 1) / rows * rows;
    *page = rows;
    size_t last = rows < count - *first ? *first + rows : count;
    snprintf(heading, sizeof heading, "Groups %zu to %zu of %zu", *first + 1, last, count);
    print_heading(screen, heading);
    ctl_table_fit(table, screen->columns);
    print_table(screen, table, *first, rows);
}

static int fill(struct screen *screen, size_t *first, size_t *page, struct problem *problem)
{
    int result = 0;
    json_t *events = NULL;
    struct ctl_table *groups = NULL;
    json_t *status = ctl_ask_verb(screen->ctl, "status", &result, problem);

    if (status)
        groups = ctl_group_table(screen->ctl, &result, problem);
    if (groups)
        events = ctl_ask_all(screen->ctl, "events", &result, problem);
    if (events) {
        print_state(screen, status);
        size_t event_rows = rows_of_events(screen, ctl_table_rows(groups));
        /* Two lines above the groups, and as many above the events. */
        size_t around = 3 + (event_rows ? event_rows + 2 : 0);
        print_groups(screen, groups, screen->left > around ? screen->left - around : 1, first,
                     page);
        if (event_rows) {
            print_heading(screen, "Latest events");
            ctl_print_events(screen->ctl, events, event_rows, true, screen->has_colors, screen->to);
        }
    }
    json_decref(events);
    ctl_table_free(groups);
    json_decref(status);
    return result;
}

/** Cut lines at the right edge; colours take no room. */
static char *cut(const char *text, unsigned columns)
{
    char *out = NULL;
    size_t size = 0, used = 0;
    FILE *to = open_memstream(&out, &size);

    if (!to)
        return NULL;
    for (; *text; text++) {
        if (*text == '\033') {
            size_t length = strcspn(text, "m");
            fprintf(to, "%.*s", (int)length + 1, text);
            text += length;
        } else if (*text == '\n') {
            fputc('\n', to);
            used = 0;
        } else if (used++ < columns) {
            fputc(*text, to);
        }
    }
    fclose(to);
    return out;
}

/** A sentence, broken at the last blank before the right edge. */
static char *wrap(const char *sentence, unsigned columns, bool has_colors)
{
    char *out = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&out, &size);

    if (!to)
        return NULL;
    while (*sentence) {
        size_t length = strlen(sentence), end = length;
        if (length > columns) {
            for (end = columns; end > 0 && sentence[end] != ' '; end--)
                ;
            end = end ? end : columns;
        }
        fprintf(to, "%s%.*s%s\n", has_colors ? CTL_BAD : "", (int)end, sentence,
                has_colors ? CTL_PLAIN : "");
        sentence += end + (sentence[end] == ' ');
    }
    fclose(to);
    return out;
}

char *ctl_screen(const struct ctl *ctl, bool has_colors, unsigned rows, unsigned columns,
                 size_t *first, size_t *page)
{
    struct problem problem;
    char *text = NULL;
    size_t size = 0;
    struct screen screen = {ctl, has_colors, open_memstream(&text, &size), rows, columns};

    if (!screen.to)
        return NULL;
    *page = 1;
    int status = fill(&screen, first, page, &problem);
    fclose(screen.to);
    if (status) { /* it may come again: that is what there is to be seen meanwhile */
        free(text);
        return wrap(problem.text, columns, has_colors);
    }
    char *out = text ? cut(text, columns) : NULL;
    free(text);
    return out;
}
