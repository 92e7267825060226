/* SPDX-License-Identifier: MIT */
/*
 * Test helper, to be preloaded: the wall clock jumps an hour ahead and back every 1.5 seconds, for
 * the program that asks the C library. Other clocks are as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#define JUMP 3600

static int real_clock(clockid_t clock, struct timespec *now)
{
    static int (*next)(clockid_t, struct timespec *);
    if (next == NULL) {
        void *symbol = dlsym(RTLD_NEXT, "clock_gettime");
        __builtin_memcpy(&next, &symbol, sizeof next);
    }
    return next(clock, now);
}

static time_t jump(void)
{
    struct timespec steady;
    real_clock(CLOCK_MONOTONIC, &steady);
    return (steady.tv_sec * 10 + steady.tv_nsec / 100000000) / 15 % 2 == 0 ? 0 : JUMP;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = real_clock(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += jump();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}

time_t time(time_t *out)
{
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (out != NULL)
        *out = exact.tv_sec;
    return exact.tv_sec;
}
