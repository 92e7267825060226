/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. Findings of one segment over the recent past, for who watches for months: what is told
 * was seen in the last `span` at least, and nothing older than twice that is told.
 *
 * findings.h never forgets, so there are two of them: the older one answers, and half-way through
 * its life a younger one begins, sees the same frames, and takes its place when it is one span old.
 * That is done when a frame comes, never by a timer. Where no frame comes for longer than a span,
 * the older one stays, so that a silence is told at its full length.
 *
 * Memory is twice that of findings.h with the setup's bounds, and the list that was judged last;
 * work is twice that of findings.h for a frame, and once a span the tables of one are freed.
 */
#ifndef IGMPQ_HORIZON_H
#define IGMPQ_HORIZON_H

#include "igmpq/findings.h"

struct horizon;

/** Begins to watch `now`. `setup` is copied; its `pause` is not used: the caller knows when it
 * cannot see (horizon_pause()). `span` is more than 0. NULL without memory. */
struct horizon *horizon_create(const struct findings_setup *setup, duration span, instant now);
/** NULL is fine. */
void horizon_destroy(struct horizon *horizon);

/** As findings_configure(), findings_network(). */
void horizon_configure(struct horizon *horizon, const struct findings_setup *setup);
void horizon_network(struct horizon *horizon, struct prefix network, struct mac own,
                     enum findings_place place);

/** As findings_frame(), of whatever segment `received` is. Without memory for a younger one the
 * older one goes on, until there is. */
void horizon_frame(struct horizon *horizon, instant now, const struct received *received);
/** As findings_pause(). */
void horizon_pause(struct horizon *horizon, instant now);

/** Judge what was seen up to `now`, as findings_end() does; false without memory: then the list is
 * not complete. */
bool horizon_judge(struct horizon *horizon, instant now);
/** Whether there is a list: not before it was judged for the first time, nor after the generations
 * turned. */
bool horizon_is_judged(const struct horizon *horizon);
/** How many findings there are at most. */
unsigned horizon_count(const struct horizon *horizon);
/** What was judged last, one by one: begin with `*index` 0; NULL behind the last. Their `segment`
 * and frame numbers are 0. They stay until the next call of any other function. */
const struct finding *horizon_next(const struct horizon *horizon, unsigned *index);
/** Since when what is told was watched. */
instant horizon_since(const struct horizon *horizon);

#endif
