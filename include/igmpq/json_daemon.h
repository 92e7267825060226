/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. What igmpqd tells on its control socket, as lines of JSON: the objects that control.h
 * describes. As in json.h, every function returns a line without new line that the caller frees
 * with free(), or NULL without memory; `wall` is what is to be added to the engine's time to get
 * the time since the epoch.
 */
#ifndef IGMPQ_JSON_DAEMON_H
#define IGMPQ_JSON_DAEMON_H

#include "igmpq/config.h"
#include "igmpq/json.h"
#include "igmpq/links.h"
#include "igmpq/log.h"
#include "igmpq/port.h"

/* ---- around every answer ---- */

/** `verb` NULL: not understood. `at`: since the epoch. */
char *json_line_control_header(const char *version, instant at, const char *verb);
/** `count` objects were between header and end. */
char *json_line_control_end(uint64_t count);
/** `code`: control_code_name(); `text`: a sentence. */
char *json_line_control_error(const char *code, const char *text);

/* ---- status ---- */

/** The daemon as a whole. */
struct json_daemon {
    const char *version;
    long process;
    duration uptime;
    instant started;    /* since the epoch */
    const char *config; /* NULL: none */
    const char *socket;
    bool is_verbose;
    unsigned segments, clients;
    uint64_t clients_refused;
    bool has_hook;
    uint64_t hook_dropped, events;
};
/** "daemon". */
char *json_line_daemon(const struct json_daemon *daemon);

/** The groups that are expected on a segment: which of them have members, and of which that there
 * are none was told; the others were not seen yet, and still have time. */
struct json_expected {
    const struct address *group;
    const bool *is_present, *is_missing;
    unsigned count;
};
/** "segment", of the interface `port`. */
char *json_line_segment(const struct segment *segment, const struct port_io *port,
                        const struct json_expected *expected, instant now, duration wall);

/* ---- who is there ---- */

/** A group with its first CONTROL_SOURCES_MOST sources. */
char *json_line_group_now(const struct group *group, const struct segment *segment,
                          bool is_expected, instant now, duration wall);
/** CONTROL_SOURCES_MOST more, from `first` on. */
char *json_line_group_sources(const struct group *group, const struct segment *segment,
                              unsigned first, instant now);
/** "host". */
char *json_line_host(const struct reporter *reporter, const struct segment *segment, instant now,
                     duration wall);
/** "querier". */
char *json_line_querier_now(const struct querier *querier, const struct segment *segment,
                            instant now, duration wall);

/* ---- what is wrong there ---- */

/** How a segment is watched, and what was found there. */
struct json_watched {
    instant since; /* NEVER: it is not */
    bool is_down;  /* nothing is heard just now */
    duration horizon;
    bool is_complete;
    unsigned count[FINDING_SEVERITY_COUNT];
};
/** json_line_finding() makes the lines behind it. */
char *json_line_watched(const struct json_watched *watched, const struct segment *segment,
                        duration wall);

/* ---- counters ---- */

/** `send_failures`: queries that could not be sent. */
char *json_line_stats(const struct segment *segment, uint64_t send_failures);
/** "port"; `number` is that of the engine. */
char *json_line_port(const struct port_io *port, const struct engine *engine, unsigned number);

/** A family of metrics, and one sample of it. `labels`: names and values in turn, ended by NULL. */
char *json_line_metric(const char *name, const char *kind, const char *help);
/** `value` is a number as text, to be printed as it stands. */
char *json_line_sample(const char *const *labels, const char *value);

/* ---- events ---- */

/** `name` may be another than the kind's own. */
char *json_line_event_now(const struct event *event, const char *name, const char *segment,
                          uint64_t serial, enum log_level level, const char *text, duration wall);
/** So many events were overwritten before this client took them. */
char *json_line_lost(uint64_t count);
/** For who waits for events; the next comes after `every` at the latest. */
char *json_line_alive(duration every);

/* ---- what is in force ---- */

/** "config": what is for the daemon as a whole. `path` NULL: without a file. */
char *json_line_config(const struct config *config, const char *path, bool is_verbose);
/** "settings": of one segment, all of them. */
char *json_line_settings(const struct segment_config *segment);
/** "interface". `is_used`: a segment is on it. */
char *json_line_interface(const struct link_info *link, bool is_used);

/* ---- what was done ---- */

/** `why` NULL: it was sent. */
char *json_line_query_done(const struct segment *segment, struct address group, const char *why);
/** Whether everything is logged now. */
char *json_line_verbose(bool is_verbose);
/** A sentence that the log was warned with. */
char *json_line_warning(const char *text);

#endif
