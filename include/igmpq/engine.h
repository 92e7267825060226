/* SPDX-License-Identifier: MIT */
/*
 * Floor 2, its upper edge: the border. Time and octets go in; queries to send and events come out,
 * in an outbox that the caller owns. The daemon, the replay tool, the simulator and the tests are
 * ways of feeding this.
 *
 * It returns, it never calls: no clock, no socket, no log. The same seed and the same input give
 * the same output, always.
 *
 * A call that takes an outbox wants room in it (outbox_has_room()). After each call the caller
 * sends and publishes what is in it, clears it, and while engine_deadline() is not after its clock
 * calls engine_tick().
 */
#ifndef IGMPQ_ENGINE_H
#define IGMPQ_ENGINE_H

#include "igmpq/segment.h"

struct engine;

#define ENGINE_NO_SEGMENT UINT32_MAX

/** What became of a frame, for those who show it. `frame` and `message` as far as `decoded` lets
 * them be valid. */
struct received {
    enum verdict verdict;
    enum verdict decoded; /* what frame_decode() and igmp_decode() said, before a segment judged */
    unsigned segment;     /* ENGINE_NO_SEGMENT: none is for this port and VLAN */
    struct frame frame;
    struct igmp_message message;
};

/** NULL without memory. `seed` decides all randomness (jitter). */
struct engine *engine_create(uint64_t seed);
/** With all its segments. NULL is fine. */
void engine_destroy(struct engine *engine);

/**
 * A new segment on `port` (the caller's number of an interface, small and dense) and `vlan`
 * (VLAN_NONE: untagged), down at first. Its number, or ENGINE_NO_SEGMENT when one is there already,
 * a name is too long, or without memory.
 */
unsigned engine_segment_add(struct engine *engine, const char *name, unsigned port, uint16_t vlan,
                            const struct params *params);
/** The same for a VLAN inside a service provider's VLAN (two tags): no segment hears frames with
 * two tags but one that was added for exactly these. */
unsigned engine_segment_add_inner(struct engine *engine, const char *name, unsigned port,
                                  uint16_t outer_vlan, uint16_t vlan, const struct params *params);
/** Forget a segment; its number may be given again. */
void engine_segment_remove(struct engine *engine, unsigned segment);

/** Number of segment slots, those of removed ones too. */
unsigned engine_segment_count(const struct engine *engine);
/** The segment of that number, until it is removed; NULL: there is none. */
const struct segment *engine_segment(const struct engine *engine, unsigned segment);
/** The one for this port and VLAN, or ENGINE_NO_SEGMENT. */
unsigned engine_segment_find(const struct engine *engine, unsigned port, uint16_t vlan);

/** Whether the capture of this segment shows what this host itself sends (at first: yes). */
void engine_sees_own(struct engine *engine, unsigned segment, bool sees_own);

/** A captured frame, as it was on `port`. `out` may be NULL. */
enum verdict engine_frame(struct engine *engine, instant now, unsigned port, enum link_type link,
                          struct octets captured, size_t wire_length, struct received *out,
                          struct outbox *outbox);

/** When engine_tick() is to be called next; NEVER when nothing is due. */
instant engine_deadline(const struct engine *engine);

/** The same for who is about to sleep: engine_deadline() may be too early, since timers that were
 * restarted keep their place. Moving those takes a moment, once before a sleep instead of with each
 * frame. */
instant engine_true_deadline(struct engine *engine);

/** Do what is due, in the order of due time, port and VLAN. With a full outbox the rest stays due.
 */
void engine_tick(struct engine *engine, instant now, struct outbox *outbox);

/** See segment_link(), segment_configure(), segment_query_now(). A number that no segment has:
 * nothing is done, false. */
void engine_link(struct engine *engine, instant now, unsigned segment,
                 const struct identity *identity, struct outbox *outbox);
void engine_configure(struct engine *engine, instant now, unsigned segment,
                      const struct params *params, struct outbox *outbox);
bool engine_query_now(struct engine *engine, instant now, unsigned segment, struct address group,
                      struct outbox *outbox);

/** Frames of a port that no segment was for, by verdict (VERDICT_WRONG_VLAN and what could not be
 * decoded). */
uint64_t engine_stray(const struct engine *engine, unsigned port, enum verdict verdict);

#endif
