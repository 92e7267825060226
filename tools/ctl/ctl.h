/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. What the files of igmpqctl share. ctl_command.c reads the command line, ctl_connection.c
 * asks the daemon; ctl_show.c, ctl_detail.c, ctl_findings.c and ctl_lists.c print its answers for
 * people with the help of ctl_value.c and ctl_table.c, ctl_metrics.c prints them for Prometheus;
 * ctl_support.c and ctl_screen.c put several together, and ctl_watch.c is the terminal.
 */
#ifndef IGMPQ_TOOLS_CTL_H
#define IGMPQ_TOOLS_CTL_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "igmpq/base.h"
#include "igmpq/problem.h"

#define CTL_EXIT_REFUSED     1 /* the daemon says no, or what it said cannot be written */
#define CTL_EXIT_USAGE       2
#define CTL_EXIT_UNREACHABLE 3

/** The command line. */
struct ctl {
    const char *socket;
    bool is_json;
    bool is_long;
    bool is_following;
    bool is_masking;
    const char *color;   /* "auto", "always", "never" */
    const char *segment; /* NULL: all */
    const char *filter;  /* a network of groups, hosts or queriers; NULL: all */
    const char *sort;    /* a column, '-' before it: the other way round; NULL: as they come */
    const char *count;   /* of events; NULL: all */
    duration interval;   /* of watch */
    duration timeout;    /* how long a line of an answer may take */
    char **argument;     /* the command and its words */
    int argument_count;

    /* Of the program itself. A wait for the daemon ends when this becomes true, or when there is
     * something to read on this descriptor; NULL and -1: it does not. */
    const volatile sig_atomic_t *is_over;
    int keyboard;
    /* Answers, or the sentence of why there is none, by their requests: the same question is asked
     * once. NULL: it is always asked. */
    json_t *kept;
    bool *has_lost; /* set where an answer could not be kept, for want of memory; NULL: no matter */
};

/** The whole program. Returns its exit status. */
int ctl_main(int argc, char **argv, FILE *out, FILE *err);

/* ---- ctl_connection.c ---- */

struct ctl_answer;

/**
 * Ask the daemon, and wait for the header of its answer. NULL and a sentence with an exit status
 * when it cannot be reached, or speaks another version.
 */
struct ctl_answer *ctl_ask(const struct ctl *ctl, const char *request, int *status,
                           struct problem *problem);
/** The header. */
json_t *ctl_header(const struct ctl_answer *answer);
/** Whatever the daemon has to tell may take any time from now on. */
void ctl_be_patient(struct ctl_answer *answer);
/**
 * The next object, to be given back with json_decref(); NULL at the end. `*status` is then 0, or an
 * exit status with a sentence. Texts in it are printable ASCII; ctl_line() has them as they came.
 */
json_t *ctl_next(struct ctl_answer *answer, int *status, struct problem *problem);
/** The line that came last: of the header, of an object, or of the end. Borrowed until the next. */
const char *ctl_line(const struct ctl_answer *answer);
/** NULL is fine. */
void ctl_close(struct ctl_answer *answer);

/** The header and every object of an answer in one array, to be given back; NULL with exit status
 * and sentence. */
json_t *ctl_ask_all(const struct ctl *ctl, const char *request, int *status,
                    struct problem *problem);
/** The same for a verb with the segment of the command line, if any, behind it. */
json_t *ctl_ask_verb(const struct ctl *ctl, const char *verb, int *status, struct problem *problem);

/* ---- ctl_reach.c ---- */

/** The path that is meant by `given`, or without it (NULL) by the environment. */
const char *ctl_socket(const char *given);
/** A descriptor of a connection to `ctl->socket`; -1 with a sentence: what was tried, whether
 * igmpqd runs, and what to do. */
int ctl_connect(const struct ctl *ctl, struct problem *problem);

/* ---- ctl_value.c ---- */

/** Make every text inside printable ASCII: what came from elsewhere is not to command a terminal.
 */
void ctl_clean(json_t *value);
/** A line of JSON as it came, but with everything escaped that is not printable ASCII. */
void ctl_print_json(const char *line, FILE *to);

/** Its "type"; "" without one. */
const char *ctl_type(const json_t *object);
bool ctl_is_type(const json_t *object, const char *type);
/** A member as text: strings as they are, numbers in decimal, true and false "yes" and "no", all
 * else "-". Borrowed from the object or from `out`. */
const char *ctl_text(const json_t *object, const char *key, char out[32]);
bool ctl_is_true(const json_t *object, const char *key);
bool ctl_is_null(const json_t *object, const char *key);
/** Seconds of a member that is a time or a span; false when it is neither. */
bool ctl_seconds(const json_t *object, const char *key, double *out);
/** "42 s", "12 min", "3 h 05 min", "2 d 3 h"; "-" for null. */
const char *ctl_span(const json_t *object, const char *key, char out[32]);
/** The same for a table: "42s", "12m", "3h05m", "2d03h". */
const char *ctl_short_span(double seconds, char out[32]);
/** A setting to the digit: "125 s", "0.5 s". */
const char *ctl_exact(const json_t *object, const char *key, char out[32]);
/** "2026-11-23 10:00:00" in local time; "-" for null. */
const char *ctl_time(const json_t *object, const char *key, char out[32]);
/** Whether an address is inside `filter` ("239.0.0.0/8" or one address; NULL: all are). */
bool ctl_matches(const char *filter, const char *address);

/* ---- ctl_table.c ---- */

struct ctl_table;

/** Columns by their headings; a heading that begins with '>' is of a column that is aligned to the
 * right. NULL without memory, which all the functions below take. */
struct ctl_table *ctl_table_new(const char *const *headings, unsigned columns);
/** The next cell of the present row, which is full after the last column. Addresses and numbers are
 * sorted as such. */
void ctl_table_add(struct ctl_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** A member of an object as ctl_text() has it. */
void ctl_table_add_member(struct ctl_table *table, const json_t *object, const char *key);
/** A span, sorted by its length. */
void ctl_table_add_span(struct ctl_table *table, bool is_known, double seconds);
/** Which of the headings is that of a column to sort by, '-' before it: the other way round; -1:
 * none. */
int ctl_table_column(const char *const *headings, unsigned columns, const char *column);
/** Sort by a column, '-' before it: the other way round. No such column: stay as it is. */
void ctl_table_sort(struct ctl_table *table, const char *column);
size_t ctl_table_rows(const struct ctl_table *table);
/** Whether everything that was added is there: false without memory. */
bool ctl_table_is_whole(const struct ctl_table *table);
/** It is for a screen of so many columns: gaps are narrower where it does not fit. */
void ctl_table_fit(struct ctl_table *table, unsigned room);
/** Print `most` rows (0: all) from `first` on. False without memory. */
bool ctl_table_print(const struct ctl_table *table, FILE *to, bool has_colors, size_t first,
                     size_t most);
void ctl_table_free(struct ctl_table *table);

/* ---- what is shown ---- */

/** Colours are for terminals that want them. */
bool ctl_has_colors(const struct ctl *ctl, FILE *to);
#define CTL_PLAIN  "\033[0m"
#define CTL_STRONG "\033[1m"
#define CTL_GOOD   "\033[1;32m"
#define CTL_BAD    "\033[1;31m"
#define CTL_UNEASY "\033[33m"
/** The colour of a role, a level; "" without colours. */
const char *ctl_role_color(bool has_colors, const char *role);
const char *ctl_level_color(bool has_colors, const char *level);

/* Each returns an exit status, the sentence in `problem` when it is not 0. */
int ctl_show_status(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_stats(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_events(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_config(const struct ctl *ctl, FILE *to, struct problem *problem);
/** Whether settings are those of a segment: its interface (a pattern, where it has wildcards) and
 * its VLAN. */
bool ctl_means_segment(const json_t *settings, const char *segment);
/** The exit status and the sentence where no settings are. */
int ctl_fail_segment(const struct ctl *ctl, struct problem *problem);
int ctl_show_groups(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_hosts(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_queriers(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_findings(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_interfaces(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_metrics(const struct ctl *ctl, FILE *to, struct problem *problem);
int ctl_show_support(const struct ctl *ctl, FILE *to, struct problem *problem);
/** Whether --sort names a column of the groups; 0 or an exit status with a sentence. */
int ctl_check_group_sort(const struct ctl *ctl, struct problem *problem);
int ctl_show_watch(const struct ctl *ctl, FILE *to, struct problem *problem);

/* ---- parts of these ---- */

/** "igmpqd 0.1.0, process 12, ...", without new line. */
void ctl_print_daemon(const json_t *daemon, FILE *to);
/** Who is the querier, one line a segment; to be freed. */
struct ctl_table *ctl_segment_table(const json_t *status);
/** What is amiss on the segments, one line each; how many there were. */
unsigned ctl_print_troubles(const json_t *status, bool has_colors, FILE *to);
/** The groups that the command line wants, sorted; NULL with exit status and sentence. */
struct ctl_table *ctl_group_table(const struct ctl *ctl, int *status, struct problem *problem);
/** The last `most` events that the command line wants of an answer; short ones without the day. */
void ctl_print_events(const struct ctl *ctl, const json_t *list, size_t most, bool is_short,
                      bool has_colors, FILE *to);

/* ---- ctl_mask.c ---- */

/** Put numbered names in the place of all addresses of hosts in the answers kept, lower numbers for
 * lower addresses. False without memory. */
bool ctl_mask(json_t *kept);

/* ---- ctl_screen.c ---- */

/** What watch shows on so many rows and columns: lines that may hold colours, to be freed. Groups
 * are shown from `*first` on, which is put right when there are fewer, and `*page` is how many of
 * them had room. NULL without memory. */
char *ctl_screen(const struct ctl *ctl, bool has_colors, unsigned rows, unsigned columns,
                 size_t *first, size_t *page);

#endif
