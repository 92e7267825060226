/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. One line of JSON for each thing that a program can tell: what was received, what
 * happened, who is there. Made with jansson, in one place for every program, so that a reader of
 * one can read all. The keys are documented in igmpq-replay(1); they are only ever added to while
 * JSON_SCHEMA stays.
 *
 * Every function returns a line without newline that the caller frees with free(), or NULL without
 * memory. Times are strings of seconds since the epoch, spans strings of seconds, both with six
 * decimals: no reader loses digits to floating point. `wall` is what is to be added to the engine's
 * time to get the time since the epoch.
 */
#ifndef IGMPQ_JSON_H
#define IGMPQ_JSON_H

#include "igmpq/engine.h"
#include "igmpq/report_finding.h"

#define JSON_SCHEMA 1

/** What a stream of lines begins with. */
struct json_header {
    const char *program;
    const char *input; /* a file or an interface */
    const char *link;  /* "ethernet" and so on */
    const char *view;  /* "observe", "as", "live" */
};
/** "header", with JSON_SCHEMA. */
char *json_line_header(const struct json_header *header);

/** A frame whose IP protocol is 2. `segment` NULL: none is for it. `number` 0: none. */
char *json_line_frame(uint64_t number, instant at, const struct segment *segment,
                      const struct received *received);

/** "event". `segment` is the one it happened on; NULL: not known. */
char *json_line_event(const struct event *event, const struct segment *segment, duration wall);

/** A time during which a querier was the elected one. */
struct json_term {
    instant from, to; /* to NEVER: still is */
};

/** A querier and what is known of it beyond the core's entry. */
struct json_querier {
    struct address address; /* none: a proxy */
    struct mac mac;
    unsigned version;
    instant first, last;
    uint64_t queries, refused;
    duration shortest, longest; /* gaps between its general queries; 0: not known */
    bool is_elected;            /* now */
    const struct json_term *terms;
    unsigned term_count;
};
/** "querier". */
char *json_line_querier(const struct json_querier *querier, const struct segment *segment,
                        duration wall);

/** "group", with its sources and their filter mode as they are `now` on the engine's clock. */
char *json_line_group(const struct group *group, const struct segment *segment, instant now,
                      duration wall);

/** "finding", with `words` that were made of it. */
char *json_line_finding(const struct finding *finding, const struct segment *segment,
                        const struct finding_words *words, duration wall);

/** What was there in all on one segment. */
struct json_summary_segment {
    const struct segment *segment;
    instant first, last;
    uint64_t kind[IGMP_KIND_COUNT];
    uint64_t verdict[VERDICT_COUNT];
    uint64_t data; /* multicast frames that are not IGMP */
    unsigned queriers, groups, hosts;
    uint64_t joined, left;
};

/** And of the whole input. */
struct json_summary {
    uint64_t frames, igmp, data, stray, out_of_order, dropped;
    instant first, last; /* NEVER: no frame */
    const char *damage;  /* NULL: none */
    uint64_t finding[FINDING_SEVERITY_COUNT];
    const struct json_summary_segment *segments;
    unsigned segment_count;
};
/** "summary". */
char *json_line_summary(const struct json_summary *summary, duration wall);

/** Draw the random number that objects are hashed with now, and not when the first one is made. */
void json_draw_seed(void);

#endif
