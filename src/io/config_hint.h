/* SPDX-License-Identifier: MIT */
/* Floor 3. What libconfig will not say of a text: it calls everything that it cannot read a "syntax
 * error", and cuts numbers that are too large for it down to others. */
#ifndef IGMPQ_CONFIG_HINT_H
#define IGMPQ_CONFIG_HINT_H

#include <libconfig.h>
#include <stdbool.h>

#include "igmpq/problem.h"

/** Whether the mistake that libconfig noticed in `line` of the text of the file `path` is one that
 * people make often, and then "FILE:LINE: ..." about it; LINE is where it was made. */
bool config_hint(const char *path, const char *text, unsigned line, struct problem *problem);

/** 0, or -1 with "FILE:LINE: ..." where a number was too large for libconfig in the text of the
 * first file, or in one that settings below `root` came from. */
int config_hint_numbers(const config_setting_t *root, const char *path, const char *text,
                        struct problem *problem);

#endif
