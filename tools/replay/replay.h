/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. What the files of igmpq-replay share: replay_options.c reads the command line,
 * replay_open.c opens all that is read and written, replay_run.c drives the engine on the capture's
 * clock, replay_lan.c knows what a segment was like over time, replay_output.c and replay_summary.c
 * tell it.
 */
#ifndef IGMPQ_TOOLS_REPLAY_H
#define IGMPQ_TOOLS_REPLAY_H

#include <signal.h>
#include <stdio.h>

#include "igmpq/build.h"
#include "igmpq/capture.h"
#include "igmpq/engine.h"
#include "igmpq/findings.h"
#include "igmpq/json.h"
#include "igmpq/problem.h"
#include "igmpq/recorder.h"

#define REPLAY_EXIT_FOUND      1 /* --fail-on */
#define REPLAY_EXIT_UNREADABLE 3 /* or unwritable */

enum replay_output { REPLAY_TIMELINE, REPLAY_SUMMARY, REPLAY_JSON, REPLAY_QUIET };

/** The command line. */
struct replay_options {
    bool wants_help, wants_version; /* then nothing else is said here */
    const char *path;               /* of a capture file */
    const char *interface;          /* or live */
    bool has_streams;               /* -i: all multicast is captured */
    duration live_time;             /* NEVER: until a signal */

    bool is_as; /* else observe */
    struct prefix as;
    struct mac mac;
    bool has_mac;
    uint16_t vlan;
    bool has_vlan;
    instant start; /* since the epoch, or since the first frame */
    bool has_start, start_is_relative;
    uint64_t seed;
    duration until;
    const char *write_path;

    enum replay_output output;
    bool is_verbose, is_local;
    int fail_on; /* enum finding_severity, or -1 */
    enum findings_place place;
    struct params params; /* resolved */
};

/** A querier over time; the core's own entry of it is about its last query. */
struct replay_querier {
    struct address address;
    struct mac mac;
    instant last_general; /* NEVER: none yet */
    duration shortest, longest;
};

/** One time that somebody was the elected querier. */
struct replay_term {
    struct address address;
    struct mac mac;
    struct json_term term;
};

#define REPLAY_TERMS_MOST 256 /* of one segment; the oldest are forgotten first */

/** What a segment was like over time: what nobody but a replay needs to remember. */
struct replay_lan {
    instant first, last; /* IGMP; NEVER: none */
    uint64_t kind[IGMP_KIND_COUNT];
    uint64_t data;
    uint64_t joined, left;
    struct replay_querier *querier;
    unsigned querier_count, querier_capacity;
    struct replay_term *term;
    unsigned term_count, term_capacity;
    uint64_t terms_forgotten;
};

struct replay {
    const struct replay_options *options;
    const char *input; /* its name, for people */
    struct capture *capture;
    enum link_type link;
    struct engine *engine;
    struct findings *findings;
    struct builder *builder;   /* --write */
    struct recorder *recorder; /* --write */
    struct problem trouble;    /* what went wrong on the way, each thing once; empty: nothing */
    bool has_trouble;

    instant now;    /* of the engine; the last frame's time, or later */
    instant origin; /* what relative times count from */
    bool has_begun;
    bool has_started; /* as: the engine's link is up */
    unsigned own;     /* as: the engine's segment */

    instant listens_since; /* live */

    uint64_t frames, igmp, data, stray, out_of_order;
    instant first, last; /* frames' own times; NEVER: none */

    uint32_t interface[64]; /* index of a cooked capture, by port */
    unsigned interface_count;
    struct replay_lan **lan; /* by the engine's segment number */
    unsigned lan_count;
    unsigned segments_refused;
    unsigned finding_count[FINDING_SEVERITY_COUNT];

    struct received received;
    struct outbox outbox;
};

/* ---- replay_options.c ---- */

/** Read the command line and the configuration file that it names: 0, or an exit status and the
 * sentence is told. `wants_help` and `wants_version` are right in either case. */
int replay_options_read(struct replay_options *out, int argc, char **argv);
/** The answer to --help. */
void replay_options_help(void);

/* ---- replay_open.c ---- */

/** Open all that is read and written, of which only a file's header is read. 0, or -1 with a
 * sentence when the input cannot be used at all; to be closed in either case. */
int replay_open(struct replay *replay, struct problem *problem);
void replay_close(struct replay *replay);

/* ---- replay_run.c ---- */

/** Read all there is and tell it; `*stop` ends a live capture early. Opens nothing. What went wrong
 * is in `trouble`. */
void replay_run(struct replay *replay, const volatile sig_atomic_t *stop);

/** "ethernet" and so on; static. */
const char *replay_link_name(enum link_type link);

/* ---- replay_lan.c ---- */

/** The segment of a frame that none was for, made where it is one to look at: IGMP, or multicast
 * data. ENGINE_NO_SEGMENT else. */
unsigned replay_lan_add(struct replay *replay, unsigned port, const struct frame *frame);
/** The segment that plays the daemon; down. */
unsigned replay_lan_add_own(struct replay *replay);
/** Where a live capture heard nothing at all: the network without a tag, whose silence is to be
 * judged. */
void replay_lan_add_silent(struct replay *replay);
/** What there is of a segment; NULL without memory, which is noted. */
struct replay_lan *replay_lan_of(struct replay *replay, unsigned segment);
/** Note an IGMP frame. */
void replay_lan_frame(struct replay *replay, const struct received *received);
/** Note an event. */
void replay_lan_event(struct replay *replay, const struct event *event);
void replay_lan_free(struct replay *replay);

/* ---- replay_output.c ---- */

/** Something went wrong: `trouble` says so, behind what went wrong before, and so does the exit
 * status. Said again it changes nothing. */
void replay_note_trouble(struct replay *replay, const char *text);
/** Something is missing for want of memory. */
void replay_note_no_memory(struct replay *replay);
void replay_output_begin(struct replay *replay);
/** A frame whose IP protocol is IGMP; only where frames are asked for. */
void replay_output_frame(struct replay *replay, instant at);
/** An event; `number` of the frame that caused it, 0: a timer. */
void replay_output_event(struct replay *replay, const struct event *event, uint64_t number);
/** A remark in the timeline. */
void replay_output_remark(struct replay *replay, const char *text);
/** "2009-02-24 10:21:47.698870", UTC or local. */
const char *replay_output_wall(const struct replay *replay, instant at, char out[40]);
/** "12.848047": seconds since the origin. */
const char *replay_output_relative(const struct replay *replay, instant at, char out[40]);
/** One line of JSON, freed. */
void replay_output_line(struct replay *replay, char *line);

/* ---- replay_findings.c ---- */

/** For people: all in order, of those that are alike some in brief. */
void replay_findings(const struct replay *replay);

/* ---- replay_summary.c ---- */

/** Findings, queriers, groups and counts; also counts the findings. */
void replay_summary(struct replay *replay);

#endif
