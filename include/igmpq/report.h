/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Events, refusals and counters in words. The core gives identifiers and typed evidence;
 * what a person reads is made here, once, for every program.
 */
#ifndef IGMPQ_REPORT_H
#define IGMPQ_REPORT_H

#include "igmpq/engine.h"
#include "igmpq/log.h"

#define REPORT_SIZE 512

/**
 * One sentence about an event, without the segment's name; `segment` is the one it happened on, as
 * it is right after. Returns the level at which it belongs into a log: periodic queries and
 * refusals that mean nothing to most people are debug.
 */
enum log_level report_event(const struct event *event, const struct segment *segment,
                            char out[REPORT_SIZE]);

/**
 * A frame whose IP protocol is IGMP: "192.168.1.21 > 239.1.1.1 v2-report 239.1.1.1", and the
 * verdict where it was not simply accepted. Of long lists the first few.
 */
void report_frame(const struct received *received, char out[REPORT_SIZE]);

/** What a refusal means, and what to do about it; static, never NULL. */
const char *report_verdict(enum verdict verdict);

/** Whether frames with this verdict were turned away (and not merely our own, or of no
 * consequence). */
bool report_is_refusal(enum verdict verdict);

/** "12 queries sent (10 general, 2 specific), 1 elections lost, ..., 3 frames refused (bad-checksum
 * 1, bad-ttl 2)". */
void report_statistics(const struct engine *engine, const struct segment *segment,
                       char out[REPORT_SIZE]);

/** "query interval 60 s, response interval 10 s, ...": the settings that matter, one line. */
void report_settings(const struct params *params, char out[REPORT_SIZE]);

#endif
