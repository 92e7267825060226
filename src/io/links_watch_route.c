/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. "Look again": a route socket whose messages are counted as news and not read.
 */
#include "igmpq/links.h"

#include <sys/types.h>

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <net/route.h>
#include <string.h>
#include <unistd.h>

int links_watch_open(struct problem *problem)
{
    int descriptor = socket(PF_ROUTE, SOCK_RAW, AF_UNSPEC);

    if (descriptor < 0)
        return problem_set(problem, "cannot watch the interfaces: %s", strerror(errno));
    if (fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
        problem_set(problem, "cannot watch the interfaces: %s", strerror(errno));
        close(descriptor);
        return -1;
    }
    return descriptor;
}

bool links_watch_drain(int descriptor)
{
    bool has_news = false;
    char octet;

    while (recv(descriptor, &octet, sizeof octet, 0) >= 0 || errno == EINTR || errno == ENOBUFS)
        has_news = true;
    return has_news;
}

void links_watch_close(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}
