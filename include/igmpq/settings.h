/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The protocol settings by name, as people write them: long options of every program, and
 * names of the configuration file.
 */
#ifndef IGMPQ_SETTINGS_H
#define IGMPQ_SETTINGS_H

#include "igmpq/params.h"
#include "igmpq/problem.h"

struct setting {
    const char *name;     /* "query-interval" */
    char letter;          /* its short option, or 0 */
    const char *argument; /* "SECONDS" */
    const char *help;     /* half a sentence, with the default */
};

/** All of them, in the order of the documentation; ends with a NULL name. "profile" is first: it
 * must be applied before the others. */
const struct setting *settings_all(void);

/** The setting of that name, or NULL. */
const struct setting *settings_find(const char *name);

/**
 * Set one by name. -1 and a sentence that names the setting, what was given and what is allowed.
 * "profile" replaces every value in `params`, so it must come before the rest.
 */
int settings_set(struct params *params, const char *name, const char *value,
                 struct problem *problem);

/** The value in force, as text that settings_set() takes back. Returns out. */
const char *settings_get(const struct params *params, const char *name, char *out, size_t size);

#endif
