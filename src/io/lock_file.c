/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, systems without abstract sockets. The lock is a locked file below the run directory that
 * holds the process number of its holder; the lock, not the file, is what counts, so a file left
 * behind does no harm.
 */
#include "lock_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* As its holder wrote it, or 0. */
static long lock_read_holder(int descriptor)
{
    char text[16] = "";
    ssize_t length = pread(descriptor, text, sizeof text - 1, 0);

    return length > 0 ? strtol(text, NULL, 10) : 0;
}

int lock_take(const char *interface, uid_t service, struct problem *problem)
{
    char path[sizeof RUNSTATEDIR + 96];
    char text[16];
    int descriptor;
    int length;

    (void)service; /* who may write to the run directory is one of us */
    if (strchr(interface, '/') != NULL)
        return problem_set(problem, "there is no interface %s", interface);
    snprintf(path, sizeof path, RUNSTATEDIR "/igmpqd-%.64s.lock", interface);
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0)
        return problem_set(problem, "cannot lock %s: %s: %s", interface, path, strerror(errno));
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            lock_explain_busy(interface, lock_read_holder(descriptor), problem);
        else
            problem_set(problem, "cannot lock %s: %s: %s", interface, path, strerror(errno));
        close(descriptor);
        return -1;
    }
    /* Best effort: the number is for people. */
    length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, text, (size_t)length, 0) != length)
        errno = 0;
    return descriptor;
}

void lock_release(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

bool lock_is_held(const char *interface, uid_t service)
{
    char path[sizeof RUNSTATEDIR + 96];
    int descriptor;
    bool is_held;

    (void)service;
    if (strchr(interface, '/') != NULL)
        return false;
    snprintf(path, sizeof path, RUNSTATEDIR "/igmpqd-%.64s.lock", interface);
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0)
        return false;
    is_held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(descriptor);
    return is_held;
}
