/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. What is safe to send, decided from what is known and from nothing else: which version is
 * spoken, and whose address a query may carry. A query from a low address silences the querier of
 * the network for minutes, and one of an old version takes every host back to that version.
 */
#ifndef IGMPQ_INJECT_DECIDE_H
#define IGMPQ_INJECT_DECIDE_H

#include "igmpq/problem.h"
#include "igmpq/text.h"
#include "inject_heard.h"
#include "inject_options.h"

#define DECIDE_TEXT_SIZE 320

/**
 * Silence that long means that there is no querier: the RFCs' Other Querier Present Interval at
 * their defaults, 2 * 125 s + 10 s / 2.
 */
#define DECIDE_SILENCE (255 * SECONDS)

/** Everything a decision rests on. */
struct knowledge {
    const struct heard *heard;
    const struct prefix *own; /* addresses of our interface, its primary one first */
    unsigned own_count;       /* 0: none, or none that belongs to the VLAN asked for */
    struct mac own_mac;
    bool runs_igmpqd; /* a daemon of this host is on the interface */
};

/** The version to send, when the options leave it open, and why: "192.168.50.20 speaks it". */
unsigned decide_version(const struct knowledge *known, bool is_query, char why[DECIDE_TEXT_SIZE]);

/** Seconds to a tenth, which is all that matters of listening. Returns out. */
const char *decide_text_seconds(duration span, char out[TEXT_DURATION_SIZE]);

/** QRV and QQI as the querier says them, so that those who adopt them notice no change; else 2 and
 * 125 s. */
void decide_announced(const struct knowledge *known, unsigned *robustness,
                      duration *query_interval);

/**
 * The source address of the next message, and why; "" where there is nothing to explain. -1 with a
 * sentence when what was asked for is not safe without --force.
 */
int decide_source(const struct knowledge *known, const struct request *request,
                  struct address *source, char why[DECIDE_TEXT_SIZE], struct problem *problem);

/**
 * When an answer is late, counted from its query: behind the response time, what networks take, and
 * what hosts do to theirs. Linux keeps timers the coarser the longer they are, up to an eighth of
 * their time; 10 s may be 10.64.
 */
duration decide_late_after(duration max_response);

/** Whether a frame may leave at all: faults and foreign MAC addresses need --force. 0 or -1. */
int decide_frame(const struct knowledge *known, const struct request *request,
                 struct problem *problem);

#endif
