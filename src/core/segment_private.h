/* SPDX-License-Identifier: MIT */
/* Floor 2. What the halves of the segment share: segment.c (roles and timers), segment_receive.c
 * (what is heard). */
#ifndef IGMPQ_SEGMENT_PRIVATE_H
#define IGMPQ_SEGMENT_PRIVATE_H

#include "igmpq/segment.h"

/** What the membership table has to know of the segment at this moment; without who speaks, as
 * nearly every frame only listens. */
struct membership_context segment_context(const struct segment *segment, instant now);

/** Change the role, with its event; `querier` is who caused it, NULL for none. */
void segment_set_role(struct segment *segment, instant now, enum election_event cause,
                      const struct frame *querier, struct outbox *outbox);

/** A counting query: the election (segment_election.c). */
void segment_elect(struct segment *segment, instant now, const struct frame *frame,
                   const struct igmp_message *query, struct outbox *outbox);

/** Report a warning, unless the same was given a short while ago. */
void segment_warn(struct segment *segment, instant now, enum warning warning,
                  const struct frame *frame, unsigned version, struct outbox *outbox);

#endif
