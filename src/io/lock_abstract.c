/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. The lock is a listening Unix socket of an abstract name: it belongs to the
 * network namespace, as the interface does, leaves no file behind, and tells who holds it to
 * whoever connects.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ucred */
#endif

#include "igmpq/lock.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Those who ask who holds the lock stay in the queue, since nobody accepts; beyond that many they
 * are not told. */
#define LOCK_BACKLOG 64

/* The first octet of the path stays zero: that makes the name abstract. */
static socklen_t lock_make_address(const char *interface, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                       (size_t)snprintf(out->sun_path + 1, sizeof out->sun_path - 1, "igmpqd/%.64s",
                                        interface));
}

/* The process that listens at `address`, or 0 when it cannot be known (also: in another PID
 * namespace). */
static int lock_find_holder(const struct sockaddr_un *address, socklen_t size)
{
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct ucred holder = {0};
    socklen_t length = sizeof holder;

    if (descriptor < 0)
        return 0;
    if (connect(descriptor, (const struct sockaddr *)address, size) != 0 ||
        getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &holder, &length) != 0)
        holder.pid = 0;
    close(descriptor);
    return holder.pid;
}

static int lock_explain_busy(const char *interface, int holder, struct problem *problem)
{
    if (holder > 0)
        return problem_set(problem,
                           "another igmpqd is running on %s already (process %d): stop it first, "
                           "or name another interface",
                           interface, holder);
    return problem_set(
        problem,
        "another igmpqd is running on %s already: stop it first, or name another interface",
        interface);
}

int lock_take(const char *interface, struct problem *problem)
{
    struct sockaddr_un address;
    socklen_t size = lock_make_address(interface, &address);
    int descriptor;

    descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return problem_set(problem, "cannot lock %s: %s", interface, strerror(errno));
    if (bind(descriptor, (const struct sockaddr *)&address, size) != 0) {
        if (errno == EADDRINUSE)
            lock_explain_busy(interface, lock_find_holder(&address, size), problem);
        else
            problem_set(problem, "cannot lock %s: %s", interface, strerror(errno));
        close(descriptor);
        return -1;
    }
    /* The lock is held by now; listening only lets others know by whom. */
    listen(descriptor, LOCK_BACKLOG);
    return descriptor;
}

void lock_release(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

/* A queue that is full says as well that somebody listens. */
bool lock_is_held(const char *interface)
{
    struct sockaddr_un address;
    socklen_t size = lock_make_address(interface, &address);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_held;

    if (descriptor < 0)
        return false;
    is_held = connect(descriptor, (const struct sockaddr *)&address, size) == 0 || errno == EAGAIN;
    close(descriptor);
    return is_held;
}
