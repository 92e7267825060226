/* SPDX-License-Identifier: MIT */
/* Floor 3. The text of a configuration file, for libconfig, which would end the whole program where
 * a file that it reads or includes cannot be read to its end (a folder, a disk error). */
#ifndef IGMPQ_CONFIG_TEXT_H
#define IGMPQ_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "igmpq/problem.h"

/**
 * All of a file, ended by a zero octet and freed by the caller, once what it includes is known to
 * be readable too. NULL with a sentence when it cannot be read, is a folder, holds a zero octet or
 * is far too large; also when something that it includes is no file or cannot be read to its end.
 * What is included and cannot be opened is left to libconfig.
 */
char *config_text_read(const char *path, struct problem *problem);

/** How many octets of a byte order mark a text begins with, which libconfig cannot read. */
size_t config_text_mark(const char *text);

/** Whether a file that the line includes cannot be opened, and then a sentence that says which and
 * why: libconfig says neither. */
bool config_text_explain_include(const char *path, unsigned line, struct problem *problem);

#endif
