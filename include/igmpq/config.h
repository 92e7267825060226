/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. What the daemon is to do, from the configuration file and the command line: a list of
 * segments, each with its settings resolved. Hides libconfig. Every error names file, line,
 * setting, what was found and what is allowed.
 */
#ifndef IGMPQ_CONFIG_H
#define IGMPQ_CONFIG_H

#include <stdio.h>

#include "igmpq/control.h"
#include "igmpq/http.h"
#include "igmpq/links.h"
#include "igmpq/options.h"
#include "igmpq/params.h"
#include "igmpq/sandbox.h"
#include "igmpq/segment.h"

/** Where a segment's source address comes from. */
enum source_kind {
    SOURCE_AUTO,  /* the interface's (or VLAN device's) primary address */
    SOURCE_FIXED, /* as configured */
    SOURCE_PROXY  /* 0.0.0.0 */
};

#define EXPECTED_GROUPS_MOST 32

/** Groups that are to have members, always. */
struct expected_groups {
    struct address group[EXPECTED_GROUPS_MOST];
    unsigned count;
};

/** Where something was given. */
struct config_place {
    const char *file; /* that @include named; NULL: the file that was asked for */
    unsigned line;    /* 0: on the command line, or nowhere */
};

/** The names that places point to, each once; owned. */
struct config_names {
    char **name;
    size_t count;
};

/** One segment, or with a wildcard one per interface that matches. */
struct segment_config {
    char interface[LINK_NAME_SIZE]; /* may hold the wildcards of fnmatch(3) */
    uint16_t vlan;                  /* VLAN_NONE: untagged */
    char within[LINK_NAME_SIZE];    /* a pattern that has to match as well; empty: none */
    bool is_rest; /* a pattern for what no other segment is for, whatever its VLAN */
    enum source_kind source;
    struct prefix address; /* of SOURCE_FIXED */
    struct params params;  /* resolved */
    struct expected_groups expected;
    struct config_place place;
};

/** What is for the daemon as a whole, and not for a segment. */
struct daemon_config {
    char control_socket[CONTROL_PATH_SIZE]; /* or "none"; empty: not given */
    char control_group[64];                 /* empty: the daemon's own */
    unsigned control_mode;
    char metrics_address[HTTP_ADDRESS_SIZE]; /* where they are served, or "none" */
    char **hook; /* a program and its arguments, ended by NULL; owned; NULL: none */
    duration hook_timeout;
    char user[SANDBOX_NAME_SIZE]; /* whom to become; empty: the default */
    bool is_unconfined;           /* stay what was started: no drop, no filter */
    bool has_syslog;
    duration findings_horizon; /* how far back they go at least; 0: there are none */
    struct config_place group_place, hook_place, user_place;
};

/** All segments, owned; free with config_free(). */
struct config {
    struct segment_config *segment;
    size_t count;
    bool is_verbose;
    struct daemon_config daemon;
    struct config_names included;
};

/**
 * Read `path` (NULL: no file, only the command line) and apply the command line over it:
 * `interfaces`, when there are any, choose: only these are there, each as the file has it (entries
 * of its name, and patterns that match it), or with the settings outside of all entries where the
 * file has none; `overrides` override the file's settings in every segment. Warnings are told with
 * `tell`. 0, or -1 with a sentence and `*out` empty. No interface at all is no error: count is 0.
 */
int config_load(const char *path, const struct overrides *overrides, const char *const *interfaces,
                unsigned interface_count, struct config *out, void (*tell)(const char *text),
                struct problem *problem);
/** Free what config_load() made, and leave `*config` empty. */
void config_free(struct config *config);

/** Whether `path` is a pipe or a socket, which says what it has to say once: opening it again waits
 * for somebody to write, and all queries with it. What cannot be told is left to config_load(). */
bool config_is_pipe(const char *path);

/**
 * Whether this system has the group, the users and the program that the file names. To be asked at
 * the start, while the system's tables of users can be read, and not on a host that only reads
 * captures. -1 with a sentence.
 */
int config_check_names(const struct config *config, const char *path, struct problem *problem);

/** Whether the path of a control socket can be one, or is "auto" or "none". 0, or -1 with a
 * sentence. */
int config_socket_check(const char *text, struct problem *problem);

/** True when the name holds wildcards. */
bool config_is_pattern(const char *interface);
/** Whether an interface's name is meant. */
bool config_matches(const struct segment_config *segment, const char *interface);
/** The same, where a pattern for the rest leaves out what the others of `config` mean. */
bool config_wants(const struct config *config, const struct segment_config *segment,
                  const char *interface);

/** The effective settings, for people (igmpqd -T): a configuration file that means the same, with
 * what follows from each segment's as comments; with `links` (NULL: not known) also which address
 * "auto" is now. */
void config_print(const struct config *config, const struct links *links, FILE *to);

#endif
