/* SPDX-License-Identifier: MIT */
/* Floor 3. CLOCK_BOOTTIME and a timerfd on it: poll's own time-out does not count suspended time.
 */
#include <sys/timerfd.h>
#include <unistd.h>

#include "igmpq/clock.h"

static instant read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (instant)now.tv_sec * SECONDS + now.tv_nsec / 1000;
}

instant clock_now(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

instant clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

int clock_alarm_open(void)
{
    return timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
}

bool clock_alarm_set(int descriptor, instant at)
{
    struct itimerspec spec = {0};

    if (descriptor < 0)
        return false;
    if (at != INSTANT_NEVER) {
        if (at < 1)
            at = 1; /* zero would switch it off; any time that is past rings at once */
        spec.it_value = clock_timespec(at);
    }
    return timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &spec, NULL) == 0;
}

void clock_alarm_close(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}
