/* SPDX-License-Identifier: MIT */
/* Floor 3. Frames into a pcap file, with the times that the caller gives. */
#ifndef IGMPQ_RECORDER_H
#define IGMPQ_RECORDER_H

#include "igmpq/base.h"
#include "igmpq/problem.h"

struct recorder;

/** A new file of Ethernet frames in microseconds, replacing one that is there; NULL and a sentence.
 */
struct recorder *recorder_open(const char *path, struct problem *problem);

/** One frame, `at` microseconds since the epoch (outside of what 32 bits of seconds can say: the
 * nearest that they can). */
void recorder_add(struct recorder *recorder, instant at, struct octets frame);

/** Close the file; NULL is fine. -1 and a sentence when not all of it could be written. */
int recorder_close(struct recorder *recorder, struct problem *problem);

#endif
