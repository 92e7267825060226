/* SPDX-License-Identifier: MIT */
/* Floor 3. The monotonic clock of POSIX; poll's time-out is the alarm. */
#include "igmpq/clock.h"

static instant read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (instant)now.tv_sec * SECONDS + now.tv_nsec / 1000;
}

instant clock_now(void)
{
#ifdef CLOCK_BOOTTIME /* on OpenBSD it counts suspended time, and so does poll; on FreeBSD it is   \
                         another name of CLOCK_UPTIME */
    return read_clock(CLOCK_BOOTTIME);
#else
    return read_clock(CLOCK_MONOTONIC);
#endif
}

instant clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

int clock_alarm_open(void)
{
    return -1;
}

bool clock_alarm_set(int descriptor, instant at)
{
    (void)descriptor;
    (void)at;
    return false;
}

void clock_alarm_close(int descriptor)
{
    (void)descriptor;
}
