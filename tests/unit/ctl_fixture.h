/* SPDX-License-Identifier: MIT */
/*
 * igmpqctl inside a test: a daemon in a process of its own that gives canned answers, and the whole
 * program run with its output caught.
 */
#ifndef IGMPQ_TESTS_CTL_FIXTURE_H
#define IGMPQ_TESTS_CTL_FIXTURE_H

#include <stddef.h>

/** What the daemon does with a request. */
enum canned_manner {
    CANNED_ANSWERS,      /* `text`, and closes */
    CANNED_STAYS_SILENT, /* `text`, and keeps the connection open */
    CANNED_FLOODS,       /* `text` again and again without end */
    CANNED_REPEATS,      /* a header, `text` `count` times, and an end */
};

/** The answer to a request; the last one of a list has no request, and is for every other. */
struct canned {
    const char *request;
    const char *text;
    enum canned_manner manner;
    unsigned count;
};

#define CANNED_HEADER                                                                              \
    "{\"type\":\"header\",\"schema\":1,\"program\":\"igmpqd\",\"version\":\"0.1.0\","              \
    "\"time\":\"1793264400.250000\",\"verb\":\"status\"}\n"

/** The daemon gives these answers from now on. */
void daemon_answers(const struct canned *list);
/** Nobody listens any more, and the socket is left as a dead daemon leaves it. */
void daemon_dies(void);
/** It takes no connections any more, and there is no room for those that wait. */
void daemon_hangs(void);
/** And removes all that this made. For a test's teardown. */
int daemon_ends(void **state);

/** The socket that is given to each run. */
const char *daemon_socket(void);
/** What it was asked since the last time, one request a line. */
const char *daemon_was_asked(void);

/** Run igmpqctl with the words of a command line, separated by blanks, and IGMPQ_SOCKET set to the
 * daemon's. Returns the exit status. */
int run_ctl(const char *words);
/** What it printed. */
const char *said(void);
const char *complained(void);

/** Run it so: it shows this and no more, and complains of nothing. */
void shows(const char *words, const char *text);
/** The same that the run before showed. */
void shows_the_same(const char *words);
/** Run it so: it ends with this status, has nothing to show, and its one sentence holds this. */
void fails(const char *words, int status, const char *sentence);

#endif
