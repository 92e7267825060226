/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The command line of every program: its own options and the protocol settings, described
 * by one kind of table, read with getopt_long.
 */
#ifndef IGMPQ_OPTIONS_H
#define IGMPQ_OPTIONS_H

#include <stdio.h>

#include "igmpq/settings.h"

/** Exit statuses that all programs share. */
#define EXIT_STATUS_FAILURE 1
#define EXIT_STATUS_USAGE   2

/** A protocol setting that was given, to be applied over what a file says. */
struct override {
    const char *name;
    const char *value; /* borrowed from the command line */
};

/** In the order given; free `item` with free(). */
struct overrides {
    struct override *item;
    size_t count;
};

/** A program's command line. */
struct options {
    const struct setting
        *own; /* the program's own options; ends with a NULL name; argument NULL: takes none */
    struct params *params; /* protocol settings go here; NULL: the program has none */
    /** One of the program's own, in the order given; `value` is NULL where it takes none. -1 with a
     * sentence. */
    int (*take)(void *context, const char *name, const char *value, struct problem *problem);
    void *context;
    struct overrides
        *overrides; /* the protocol settings given are kept here too; NULL: not wanted */
};

/**
 * Read the command line: `--profile` first, then all in order. Returns the index of the first
 * operand, or -1 with a sentence about the option that is wrong.
 */
int options_read(const struct options *options, int argc, char **argv, struct problem *problem);

/** The list of options for --help: the program's own, then the protocol settings. */
void options_print(const struct options *options, FILE *to);

/** Whether all that was printed could be written; false with a sentence: what was not told is a
 * failure too. To be asked once, at the end. */
bool options_finish_output(FILE *to, struct problem *problem);

/**
 * params_resolve(), each error or warning told with `tell` in words. False when there is an error.
 */
bool options_resolve(const struct params *asked, struct params *resolved,
                     void (*tell)(bool is_error, const char *text));

#endif
