/* SPDX-License-Identifier: MIT */
/*
 * Test helper, to be preloaded: calls fail as the file named by FAULTS says, which is read at each
 * of them. Its lines: "link ERRNO", a frame is not sent; "echo ERRNO", an IP packet is not;
 * "capture ERRNO", waiting for a frame fails.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/** The errno that calls of that kind fail with; 0: they do not. */
static int fault(const char *wanted)
{
    const char *path = getenv("FAULTS");
    FILE *file = path ? fopen(path, "r") : NULL;
    char kind[16];
    int number, found = 0;

    if (!file)
        return 0;
    while (fscanf(file, "%15s %d", kind, &number) == 2)
        if (strcmp(kind, wanted) == 0)
            found = number;
    fclose(file);
    return found;
}

ssize_t sendto(int descriptor, const void *data, size_t length, int flags,
               const struct sockaddr *to, socklen_t size)
{
    ssize_t (*next)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    void *symbol = dlsym(RTLD_NEXT, "sendto");
    int number = to ? fault(to->sa_family == AF_INET ? "echo" : "link") : 0;

    if (number) {
        errno = number;
        return -1;
    }
    __builtin_memcpy(&next, &symbol, sizeof next);
    return next(descriptor, data, length, flags, to, size);
}

static int is_capture(int descriptor)
{
    int domain = 0;
    socklen_t size = sizeof domain;

    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
           domain == AF_PACKET;
}

int poll(struct pollfd *list, nfds_t count, int timeout)
{
    int (*next)(struct pollfd *, nfds_t, int);
    void *symbol = dlsym(RTLD_NEXT, "poll");
    int number = count > 0 && is_capture(list[0].fd) ? fault("capture") : 0;

    if (number) {
        errno = number;
        return -1;
    }
    __builtin_memcpy(&next, &symbol, sizeof next);
    return next(list, count, timeout);
}
