/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The clock of the daemon, which no change of the wall clock moves, and an alarm on it.
 * Where the system has a clock that also counts the time it was suspended, that is the one: an
 * election that was lost in the sleep is noticed on waking.
 */
#ifndef IGMPQ_CLOCK_H
#define IGMPQ_CLOCK_H

#include <time.h>

#include "igmpq/base.h"

/** Now; only differences mean anything. Read it once per turn of a loop. */
instant clock_now(void);

/** Microseconds since the epoch: for what is shown to people, never for a timer. */
instant clock_wall(void);

/** A span that is not below 0 (or a point on these clocks) as the system's calls take it. */
static inline struct timespec clock_timespec(duration span)
{
    return (struct timespec){.tv_sec = (time_t)(span / SECONDS),
                             .tv_nsec = (long)(span % SECONDS) * 1000};
}

/**
 * A descriptor that becomes readable at the time set, also when that time passed while the system
 * slept; -1 where there is none: then the time-out of poll is the alarm.
 */
int clock_alarm_open(void);
/** Set it, NEVER switches it off; what it told before is forgotten. False: it will not ring, as
 * with -1. */
bool clock_alarm_set(int descriptor, instant at);
/** -1 is fine. */
void clock_alarm_close(int descriptor);

#endif
