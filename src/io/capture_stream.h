/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The octets of a capture file as a stdio stream, unpacked where it is gzip; a part of
 * capture.c, for it alone.
 */
#ifndef IGMPQ_IO_CAPTURE_STREAM_H
#define IGMPQ_IO_CAPTURE_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "igmpq/problem.h"

struct capture_stream;

/** Open a file, "-" for standard input. NULL and a sentence when it cannot be read. */
struct capture_stream *capture_stream_open(const char *path, struct problem *problem);

/**
 * The stream. Whoever takes it closes it, with fclose(); after that only capture_stream_free() may
 * be called.
 */
FILE *capture_stream_take(struct capture_stream *stream);

/** What unpacking had to say when it failed, or NULL. */
const char *capture_stream_error(const struct capture_stream *stream);

/** Whether nothing at all could be read. */
bool capture_stream_is_empty(const struct capture_stream *stream);

/** True when the first octets read are those of `text`. */
bool capture_stream_starts_with(const struct capture_stream *stream, const char *text);

/** Octets of the file that have been read, and how many it has: 0 where that is not known. */
void capture_stream_progress(const struct capture_stream *stream, uint64_t *done, uint64_t *of);

/** Free, and close what was not taken; NULL is fine. */
void capture_stream_free(struct capture_stream *stream);

#endif
