/* SPDX-License-Identifier: MIT */
/* Floor 4. Counters, settings and events, line by line. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "igmpq/frame.h"
#include "igmpq/links.h"
#include "igmpq/text.h"

/** "general_sent" as "general sent". */
static void print_key(const char *key, int width, FILE *to)
{
    for (; *key; key++, width--)
        fputc(*key == '_' ? ' ' : *key, to);
    fprintf(to, "%*s", width > 0 ? width : 0, "");
}

/** One that is not 0. */
static bool has_number(json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (json_integer_value(value) != 0)
            return true;
    }
    return false;
}

/** Every number of an object. Of the objects in it, such as the verdicts, only what is not 0. */
static void print_numbers(json_t *object, int depth, FILE *to)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (json_is_object(value) && depth == 0 && has_number(value)) {
            fprintf(to, "  ");
            print_key(key, 0, to);
            fputc('\n', to);
            print_numbers(value, 1, to);
        } else if (json_is_integer(value) && (depth == 0 || json_integer_value(value) != 0)) {
            fprintf(to, "%*s", 2 + 2 * depth, "");
            print_key(key, 28 - 2 * depth, to);
            fprintf(to, " %10" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
        }
    }
}

int ctl_show_stats(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    const char *separator = "";
    char name[32];
    int status;
    json_t *list = ctl_ask_verb(ctl, "stats", &status, problem);

    if (!list)
        return status;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *object = json_array_get(list, i);
        bool is_port = ctl_is_type(object, "port");
        if (!is_port && !ctl_is_type(object, "stats"))
            continue;
        fprintf(to, "%s%s %s\n", separator, is_port ? "interface" : "segment",
                ctl_text(object, is_port ? "interface" : "segment", name));
        print_numbers(object, 0, to);
        separator = "\n";
    }
    json_decref(list);
    return 0;
}

/* ---- settings ---- */

static void print_list(const json_t *list, FILE *to)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        fprintf(to, "%s%s", i ? " " : "", text ? text : "?");
    }
    fputs(json_array_size(list) ? "\n" : "-\n", to);
}

static void print_settings(json_t *object, FILE *to)
{
    const char *key;
    json_t *value;
    char text[32];

    json_object_foreach(object, key, value)
    {
        if (strcmp(key, "type") == 0 || strcmp(key, "interface") == 0 || strcmp(key, "vlan") == 0)
            continue; /* they are in the line above */
        if (json_is_object(value)) {
            print_settings(value, to);
            continue;
        }
        fprintf(to, "  %-30s ", key);
        if (json_is_array(value)) {
            print_list(value, to);
        } else {
            bool is_span = strcmp(key, "hook-timeout") == 0 || strcmp(key, "findings-horizon") == 0;
            const char *shown =
                is_span ? ctl_exact(object, key, text) : ctl_text(object, key, text);
            fprintf(to, "%s\n", shown[0] ? shown : "-");
        }
    }
}

bool ctl_means_segment(const json_t *settings, const char *segment)
{
    char interface[LINK_NAME_SIZE], out[32];
    size_t length = strcspn(segment, "/");
    unsigned long vlan = VLAN_NONE;

    if (!ctl_is_type(settings, "settings") || length >= sizeof interface ||
        (segment[length] == '/' && !text_parse_unsigned(segment + length + 1, 1, VLAN_MAX, &vlan)))
        return false;
    snprintf(interface, sizeof interface, "%.*s", (int)length, segment);
    return fnmatch(ctl_text(settings, "interface", out), interface, 0) == 0 &&
           json_integer_value(json_object_get(settings, "vlan")) == (json_int_t)vlan;
}

int ctl_fail_segment(const struct ctl *ctl, struct problem *problem)
{
    problem_set(problem, "the configuration has no segment '%s'; 'config' alone shows all of it",
                ctl->segment);
    return CTL_EXIT_REFUSED;
}

int ctl_show_config(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    const char *separator = "";
    char a[32], b[32];
    int status;
    json_t *list = ctl_ask_all(ctl, "config", &status, problem);

    if (!list)
        return status;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *object = json_array_get(list, i);
        bool has_vlan = json_integer_value(json_object_get(object, "vlan")) != 0;
        if (ctl->segment && !ctl_means_segment(object, ctl->segment))
            continue;
        if (ctl_is_type(object, "config"))
            fprintf(to, "%sdaemon\n", separator);
        else if (ctl_is_type(object, "settings"))
            fprintf(to, "%ssegment %s%s%s\n", separator, ctl_text(object, "interface", a),
                    has_vlan ? "/" : "", has_vlan ? ctl_text(object, "vlan", b) : "");
        else
            continue;
        print_settings(object, to);
        separator = "\n";
    }
    json_decref(list);
    return ctl->segment && separator[0] == '\0' ? ctl_fail_segment(ctl, problem) : 0;
}

/* ---- events ---- */

const char *ctl_level_color(bool has_colors, const char *level)
{
    if (!has_colors)
        return "";
    return strcmp(level, "error") == 0 ? CTL_BAD : strcmp(level, "warning") == 0 ? CTL_UNEASY : "";
}

/** Whether the command line wants it. Queries and groups come and go all the time, and are kept
 * from people who do not ask for them. */
static bool is_wanted(const struct ctl *ctl, const json_t *event)
{
    char a[32];

    if (!ctl_is_type(event, "event"))
        return ctl_is_type(event, "lost");
    if (ctl->segment && strcmp(ctl_text(event, "segment", a), ctl->segment) != 0)
        return false;
    return ctl->is_long || strcmp(ctl_text(event, "level", a), "debug") != 0;
}

static void print_event(const json_t *event, bool is_short, bool has_colors, FILE *to)
{
    char a[32], b[32], c[32];
    const char *time = json_string_value(json_object_get(event, "time"));
    const char *fraction = time && !is_short ? strchr(time, '.') : NULL;

    if (ctl_is_type(event, "lost")) {
        fprintf(to, "(%s events came too fast and are not shown)\n", ctl_text(event, "count", b));
        return;
    }
    const char *color = ctl_level_color(has_colors, ctl_text(event, "level", c));
    const char *shown = ctl_time(event, "time", a);
    fprintf(to, "%s%.4s  ", is_short && strlen(shown) > 11 ? shown + 11 : shown,
            fraction ? fraction : "");
    fprintf(to, "%-8s  ", ctl_text(event, "segment", a));
    if (!is_short)
        fprintf(to, "%-19s  ", ctl_text(event, "event", b));
    fprintf(to, "%s%s%s\n", color, ctl_text(event, "text", c), color[0] ? CTL_PLAIN : "");
}

void ctl_print_events(const struct ctl *ctl, const json_t *list, size_t most, bool is_short,
                      bool has_colors, FILE *to)
{
    size_t first = json_array_size(list), wanted = 0;

    while (first > 0 && wanted < most)
        wanted += is_wanted(ctl, json_array_get(list, --first));
    for (size_t i = first; wanted > 0 && i < json_array_size(list); i++)
        if (is_wanted(ctl, json_array_get(list, i)))
            print_event(json_array_get(list, i), is_short, has_colors, to);
}

/** The serial of the last event that was kept, or 0. */
static json_int_t last_serial(const json_t *list)
{
    json_int_t last = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        json_int_t serial = json_integer_value(json_object_get(json_array_get(list, i), "serial"));
        last = serial > last ? serial : last;
    }
    return last;
}

/** Events behind that of this serial, for as long as they come. */
static int follow(const struct ctl *ctl, json_int_t last, FILE *to, struct problem *problem)
{
    bool has_colors = ctl_has_colors(ctl, to);
    int status;
    json_t *event;
    struct ctl_answer *answer = ctl_ask(ctl, "events follow", &status, problem);

    if (!answer)
        return status;
    ctl_be_patient(answer);
    while ((event = ctl_next(answer, &status, problem))) {
        bool is_new = ctl_is_type(event, "lost") ||
                      json_integer_value(json_object_get(event, "serial")) > last;
        if (is_new && is_wanted(ctl, event))
            print_event(event, false, has_colors, to);
        json_decref(event);
        if (fflush(to) != 0)
            break;
    }
    ctl_close(answer);
    return status;
}

int ctl_show_events(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    unsigned long most = SIZE_MAX;
    int status;
    json_t *list = ctl_ask_all(ctl, "events", &status, problem);

    if (!list)
        return status;
    if (ctl->count)
        text_parse_unsigned(ctl->count, 0, SIZE_MAX, &most);
    ctl_print_events(ctl, list, most, false, ctl_has_colors(ctl, to), to);
    json_int_t last = last_serial(list);
    json_decref(list);
    if (!ctl->is_following || fflush(to) != 0)
        return 0;
    return follow(ctl, last, to, problem);
}
