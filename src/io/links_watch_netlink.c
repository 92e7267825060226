/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. "Look again": a netlink socket whose messages are counted as news and not read.
 */
#include "igmpq/links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NEWS_A_TURN 1024 /* the rest makes the descriptor readable again */

int links_watch_open(struct problem *problem)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR};
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (descriptor < 0)
        return problem_set(problem, "cannot watch the interfaces: %s", strerror(errno));
    if (bind(descriptor, (const struct sockaddr *)&address, sizeof address) != 0) {
        problem_set(problem, "cannot watch the interfaces: %s", strerror(errno));
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int links_watch_drain(int descriptor)
{
    bool has_news = false;
    char octet;

    for (unsigned left = NEWS_A_TURN; left > 0; left--) {
        /* ENOBUFS: so much happened that some of it was lost, which is news as well, and clears
         * itself. */
        if (recv(descriptor, &octet, sizeof octet, MSG_TRUNC) < 0 && errno != EINTR &&
            errno != ENOBUFS)
            return errno != EAGAIN && errno != EWOULDBLOCK ? -1 : has_news;
        has_news = true;
    }
    return has_news;
}

void links_watch_close(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}
