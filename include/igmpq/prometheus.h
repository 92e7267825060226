/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Lines of Prometheus' text format, version 0.0.4: what igmpqctl prints and what the
 * daemon serves are made by the same two functions.
 */
#ifndef IGMPQ_PROMETHEUS_H
#define IGMPQ_PROMETHEUS_H

#include <stdio.h>

/** What a server says that it is. */
#define PROMETHEUS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/** The two lines that begin a family. `kind`: "counter" or "gauge". `help` has no line break. */
void prometheus_print_family(const char *name, const char *kind, const char *help, FILE *to);

/** One sample of the family `name`. `labels`: names and values in turn, ended by NULL; values have
 * no line break. */
void prometheus_print_sample(const char *name, const char *const *labels, const char *value,
                             FILE *to);

#endif
