/* SPDX-License-Identifier: MIT */
/* Floor 4. The daemon's tables as tables. */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

#define SOURCES_SHOWN 4
#define GROUPS_SHOWN  6

/** A verb whose answer is a table. */
struct list {
    const char *verb;
    const char *type;
    const char *address; /* the key that --filter is about; NULL: it is not */
    const char *const *headings;
    unsigned columns;
    void (*add)(struct ctl_table *, const json_t *, const json_t *);
};

static const char *const group_headings[] = {"GROUP", "SEGMENT", "MODE",     ">V",   "REPORTER",
                                             ">AGE",  ">HEARD",  ">EXPIRES", "NOTE", "SOURCES"};
static const char *const host_headings[] = {"HOST",     "MAC",   "SEGMENT", ">V",
                                            ">REPORTS", ">SEEN", ">SILENT", "LAST TO REPORT"};
static const char *const querier_headings[] = {"QUERIER",  "MAC",      "SEGMENT", "ELECTED",   ">V",
                                               ">QUERIES", ">REFUSED", ">SILENT", "LAST QUERY"};
static const char *const interface_headings[] = {"INTERFACE", "STATE", "USED", "MAC",
                                                 "ADDRESS",   ">VLAN", ">MTU", "KIND"};

/** How long ago a time was when the daemon answered. */
static void add_age(struct ctl_table *table, const json_t *object, const char *key,
                    const json_t *header)
{
    double then = 0, now = 0;
    bool is_known = ctl_seconds(object, key, &then) && ctl_seconds(header, "time", &now);

    ctl_table_add_span(table, is_known, now - then);
}

static void add_span(struct ctl_table *table, const json_t *object, const char *key)
{
    double span = 0;
    bool is_known = ctl_seconds(object, key, &span);

    ctl_table_add_span(table, is_known, span);
}

/** The first of a list of texts, and how many there are beyond these; "-" for none. */
static void add_texts(struct ctl_table *table, const char *prefix, const json_t *list, size_t most,
                      size_t count)
{
    char out[160] = "";
    size_t used = 0, i = 0;

    for (; i < json_array_size(list) && i < most; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        int length =
            snprintf(out + used, sizeof out - used, "%s%.16s", i ? " " : prefix, text ? text : "?");
        used += (size_t)length;
    }
    if (count > i)
        snprintf(out + used, sizeof out - used, " +%zu", count - i);
    ctl_table_add(table, "%s", out[0] ? out : "-");
}

static void add_group(struct ctl_table *table, const json_t *group, const json_t *header)
{
    const json_t *blocked = json_object_get(group, "blocked");
    bool has_blocked = json_array_size(blocked) > 0;
    bool is_expected = ctl_is_true(group, "expected"), is_asked = ctl_is_true(group, "checking");
    json_int_t count = json_integer_value(json_object_get(group, "source_count"));

    ctl_table_add_member(table, group, "group");
    ctl_table_add_member(table, group, "segment");
    ctl_table_add_member(table, group, "mode");
    ctl_table_add_member(table, group, "version");
    ctl_table_add_member(table, group, "last_reporter");
    add_age(table, group, "since", header);
    add_age(table, group, "last_report", header);
    add_span(table, group, "expires_in");
    ctl_table_add(table, "%s%s%s", is_asked ? "leaving?" : "", is_asked && is_expected ? " " : "",
                  is_expected ? "expected"
                  : is_asked  ? ""
                              : "-");
    /* Of a group that wants all but some, those are told; it seldom has both. */
    add_texts(table, has_blocked ? "not " : "",
              has_blocked ? blocked : json_object_get(group, "sources"), SOURCES_SHOWN,
              count > 0 ? (size_t)count : 0);
}

/** The groups that this host was the last to report. The daemon does not remember more. */
static void add_host(struct ctl_table *table, const json_t *host, const json_t *header)
{
    char key[160], a[32], b[32], c[32];
    const json_t *reporters = json_object_get(header, "reporters");

    snprintf(key, sizeof key, "%.60s %.40s %.40s", ctl_text(host, "segment", a),
             ctl_text(host, "address", b), ctl_text(host, "mac", c));
    const json_t *groups = json_object_get(reporters, key);
    ctl_table_add_member(table, host, "address");
    ctl_table_add_member(table, host, "mac");
    ctl_table_add_member(table, host, "segment");
    ctl_table_add_member(table, host, "version");
    ctl_table_add_member(table, host, "reports");
    add_age(table, host, "first", header);
    add_span(table, host, "silent");
    add_texts(table, "", groups, GROUPS_SHOWN, json_array_size(groups));
}

static void add_querier(struct ctl_table *table, const json_t *querier, const json_t *header)
{
    char a[32], b[32];
    const char *verdict = ctl_text(querier, "verdict", a);

    (void)header;
    ctl_table_add_member(table, querier, "address");
    ctl_table_add_member(table, querier, "mac");
    ctl_table_add_member(table, querier, "segment");
    ctl_table_add_member(table, querier, "elected");
    ctl_table_add_member(table, querier, "version");
    ctl_table_add_member(table, querier, "queries");
    ctl_table_add_member(table, querier, "refused");
    add_span(table, querier, "silent");
    if (strcmp(verdict, "accepted") == 0)
        ctl_table_add(table, "accepted");
    else
        ctl_table_add(table, "%s: %s", verdict, ctl_text(querier, "verdict_text", b));
}

static void add_interface(struct ctl_table *table, const json_t *link, const json_t *header)
{
    bool has_address = !ctl_is_null(link, "address");
    char a[32], b[32];

    (void)header;
    ctl_table_add_member(table, link, "interface");
    ctl_table_add(table, "%s",
                  !ctl_is_true(link, "up")       ? "down"
                  : ctl_is_true(link, "carrier") ? "up"
                                                 : "no carrier");
    ctl_table_add_member(table, link, "used");
    ctl_table_add_member(table, link, "mac");
    ctl_table_add(table, "%s%s%s", ctl_text(link, "address", a), has_address ? "/" : "",
                  has_address ? ctl_text(link, "prefix_length", b) : "");
    ctl_table_add_member(table, link, "vlan");
    ctl_table_add_member(table, link, "mtu");
    ctl_table_add(table, "%s",
                  ctl_is_true(link, "ethernet")   ? "ethernet"
                  : ctl_is_true(link, "loopback") ? "loopback"
                                                  : "other");
}

static const struct list group_list = {"groups", "group", "group", group_headings, 10, add_group};
static const struct list host_list = {"hosts", "host", "address", host_headings, 8, add_host};
static const struct list querier_list = {"queriers",       "querier", "address",
                                         querier_headings, 9,         add_querier};
static const struct list interface_list = {"interfaces",       "interface", NULL,
                                           interface_headings, 8,           add_interface};

/** Whether --sort names a column; 0, or an exit status with those that there are. */
static int check_sort(const struct ctl *ctl, const struct list *list, struct problem *problem)
{
    char headings[160] = "";
    size_t used = 0;

    if (!ctl->sort || ctl_table_column(list->headings, list->columns, ctl->sort) >= 0)
        return 0;
    for (unsigned i = 0; i < list->columns && used < sizeof headings; i++)
        used += (size_t)snprintf(headings + used, sizeof headings - used, "%s%s", i ? ", " : "",
                                 list->headings[i] + (list->headings[i][0] == '>'));
    problem_set(problem, "--sort: '%s' is not the heading of a column of %s: %s", ctl->sort,
                list->verb, headings);
    return CTL_EXIT_USAGE;
}

/** The rows that the command line wants, sorted. NULL with exit status and sentence. `reporters`
 * may be NULL. */
static struct ctl_table *make_table(const struct ctl *ctl, const struct list *list,
                                    json_t *reporters, int *status, struct problem *problem)
{
    char text[32];

    *status = check_sort(ctl, list, problem);
    json_t *answer = *status ? NULL : ctl_ask_verb(ctl, list->verb, status, problem);
    if (!answer)
        return NULL;
    struct ctl_table *table = ctl_table_new(list->headings, list->columns);
    json_t *header = json_copy(json_array_get(answer, 0));
    if (reporters)
        json_object_set(header, "reporters", reporters);
    for (size_t i = 0; i < json_array_size(answer); i++) {
        const json_t *object = json_array_get(answer, i);
        if (ctl_is_type(object, list->type) &&
            (!list->address || ctl_matches(ctl->filter, ctl_text(object, list->address, text))))
            list->add(table, object, header);
    }
    json_decref(header);
    json_decref(answer);
    if (ctl->sort)
        ctl_table_sort(table, ctl->sort);
    return table;
}

static int print_table(const struct ctl *ctl, struct ctl_table *table, const char *when_empty,
                       FILE *to, struct problem *problem)
{
    bool is_printed = true;

    if (ctl_table_is_whole(table) && ctl_table_rows(table) == 0)
        fprintf(to, "%s%s.\n", when_empty,
                ctl->filter    ? " in this network"
                : ctl->segment ? " on this segment"
                               : "");
    else
        is_printed = ctl_table_print(table, to, ctl_has_colors(ctl, to), 0, 0);
    ctl_table_free(table);
    if (is_printed)
        return 0;
    problem_set(problem, "no memory");
    return CTL_EXIT_REFUSED;
}

static int show_list(const struct ctl *ctl, const struct list *list, json_t *reporters,
                     const char *when_empty, FILE *to, struct problem *problem)
{
    int status;
    struct ctl_table *table = make_table(ctl, list, reporters, &status, problem);

    return status ? status : print_table(ctl, table, when_empty, to, problem);
}

struct ctl_table *ctl_group_table(const struct ctl *ctl, int *status, struct problem *problem)
{
    return make_table(ctl, &group_list, NULL, status, problem);
}

int ctl_check_group_sort(const struct ctl *ctl, struct problem *problem)
{
    return check_sort(ctl, &group_list, problem);
}

int ctl_show_groups(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    return show_list(ctl, &group_list, NULL, "Nobody listens to any group", to, problem);
}

/** The groups by their last reporters; NULL without memory. */
static json_t *index_reporters(const json_t *groups)
{
    json_t *reporters = json_object();
    bool has_room = reporters != NULL;
    char key[160], a[32], b[32], c[32];

    for (size_t i = 0; has_room && i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        if (!ctl_is_type(group, "group"))
            continue;
        snprintf(key, sizeof key, "%.60s %.40s %.40s", ctl_text(group, "segment", a),
                 ctl_text(group, "last_reporter", b), ctl_text(group, "last_reporter_mac", c));
        json_t *list = json_object_get(reporters, key);
        if (!list) {
            list = json_array();
            has_room = json_object_set_new(reporters, key, list) == 0;
        }
        json_t *address = json_object_get(group, "group");
        if (has_room && address)
            has_room = json_array_append(list, address) == 0;
    }
    if (has_room)
        return reporters;
    json_decref(reporters);
    return NULL;
}

int ctl_show_hosts(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    int status;
    json_t *groups = ctl_ask_verb(ctl, "groups", &status, problem);

    if (!groups)
        return status;
    json_t *reporters = index_reporters(groups);
    if (reporters) {
        status = show_list(ctl, &host_list, reporters, "No host has reported", to, problem);
    } else {
        problem_set(problem, "no memory");
        status = CTL_EXIT_REFUSED;
    }
    json_decref(reporters);
    json_decref(groups);
    return status;
}

int ctl_show_queriers(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    return show_list(ctl, &querier_list, NULL, "No other querier was heard", to, problem);
}

int ctl_show_interfaces(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    struct ctl all = *ctl;

    all.segment = NULL;
    return show_list(&all, &interface_list, NULL, "This host has no interface", to, problem);
}
