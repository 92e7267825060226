/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. The events of the recent past, for those who ask. Two rings with one count through both:
 * what happens all the time (level debug: periodic queries, groups that come and go) does not push
 * out what is worth knowing.
 */
#ifndef IGMPQ_DAEMON_EVENTS_H
#define IGMPQ_DAEMON_EVENTS_H

#include "igmpq/report.h"

#define EVENTS_NOTABLE 256
#define EVENTS_ROUTINE 1024

struct recorded {
    struct event event;
    const char *name; /* static: the kind's own, or another */
    uint64_t serial;  /* of all events, from 1 */
    enum log_level level;
    char segment[SEGMENT_NAME_SIZE]; /* which may be gone by now */
    const char *text; /* NULL: routine, which report_event() tells without a segment */
};

struct event_log;

struct event_log *event_log_open(void);
void event_log_close(struct event_log *log);

/** Keep one. `text` as report_event() told it. */
void event_log_add(struct event_log *log, const struct event *event, const char *name,
                   const char *segment, enum log_level level, const char *text);

/** The first one that is kept of those after number `after`, or NULL. Valid until the next
 * event_log_add(). */
const struct recorded *event_log_next(const struct event_log *log, uint64_t after);

/** The number behind which the last `count` lie. */
uint64_t event_log_before(const struct event_log *log, uint64_t count);

/** The number of the last one; 0: none. */
uint64_t event_log_last(const struct event_log *log);

#endif
