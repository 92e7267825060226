/* SPDX-License-Identifier: MIT */
/* Floor 4. What the parts of the answering side share: daemon_control.c (verbs), daemon_lists.c
 * (who is there), daemon_find.c (which segment is meant), daemon_findings.c (what is wrong),
 * daemon_metrics.c. */
#ifndef IGMPQ_DAEMON_CONTROL_H
#define IGMPQ_DAEMON_CONTROL_H

#include "daemon_private.h"
#include "igmpq/control.h"
#include "igmpq/text.h"

/** Of a reload; the log has all of them. */
#define WARNINGS_MOST 32

/** A member of a list that was taken down when its turn came. */
struct listed {
    struct address address;
    struct mac mac;
};

/** How far one answer has come. Between two lines anything may change: segments, tables, settings.
 */
struct cursor {
    unsigned segment, segment_end; /* the next segment to tell of; ENGINE_NO_SEGMENT: to the end */
    bool has_told_daemon;          /* what comes before the segments */
    unsigned port;

    /* A list of one segment: who is in the table when its turn comes. Those who go meanwhile are
     * left out, those who come are not in it. In the order of the table, which is that of coming.
     */
    struct listed *list;
    struct finding *finding; /* findings: in the place of that */
    char found_on[SEGMENT_NAME_SIZE];
    size_t list_count, list_at;
    bool has_list;
    bool is_split; /* the group told last has more sources, behind this one */
    struct address after;

    uint64_t serial, last; /* events: told up to; the last one when the answer began */
    size_t index;          /* settings, interfaces, families of metrics */
    unsigned sample;
    bool has_told_family;
    bool has_done;                /* query: one was sent */
    char *warning[WARNINGS_MOST]; /* reload: what the log was told */
    unsigned warnings, warnings_lost;
    struct links links;
};

/** The segment whose turn it is, or NULL: there are no more. */
const struct segment *cursor_segment(const struct daemon *daemon, struct cursor *cursor);

/** The number of the segment of that name; ENGINE_NO_SEGMENT with a sentence: which there are, and
 * which may be meant. */
unsigned daemon_find_segment(const struct daemon *daemon, const char *name,
                             struct problem *problem);

/** The next line of groups, hosts or queriers. */
enum control_step daemon_next_listed(const struct daemon *daemon, struct cursor *cursor,
                                     enum control_verb verb, instant now, char **line);

/** The next line of findings. */
enum control_step daemon_next_finding(const struct daemon *daemon, struct cursor *cursor,
                                      instant now, char **line);

/** A line of the metrics: the head of a family, or a sample of it. */
struct metric_line {
    const char *name;
    const char *kind, *help; /* NULL: a sample */
    const char *label;       /* beside that of the segment or interface; NULL: none */
    const char *label_value;
    const char *severity;         /* a label more; NULL: none */
    const char *labels[7];        /* all of them, names and values in turn, ended by NULL */
    char value[48];               /* empty: there is none just now */
    char text[TEXT_ADDRESS_SIZE]; /* for a label's value that is not static */
};

/** The next of them; false: that was all. The labels point into `*out` and the daemon. */
bool daemon_next_metric(const struct daemon *daemon, struct cursor *cursor, instant now,
                        struct metric_line *out);

/** A cursor from the beginning, over all segments; NULL: no memory. Free with daemon_free_cursor().
 */
struct cursor *daemon_make_cursor(void);
void daemon_free_cursor(struct cursor *cursor);

#endif
