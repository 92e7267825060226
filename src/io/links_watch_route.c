/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. "Look again": a route socket. Of a message only its type is read, since a
 * router's routes change all the time and say nothing about interfaces.
 */
#include "igmpq/links.h"

#include <sys/types.h>

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <net/route.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* FreeBSD and NetBSD tell only on demand that messages had no room; OpenBSD sends RTM_DESYNC. A
 * kernel that does not know the option is no worse without. */
static void ask_for_losses(int descriptor)
{
#ifdef SO_RERROR
    int on = 1;

    (void)setsockopt(descriptor, SOL_SOCKET, SO_RERROR, &on, sizeof on);
#else
    (void)descriptor;
#endif
}

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
    ask_for_losses(descriptor);
    return descriptor;
}

/* All messages begin alike. What is not known to be of no interest is news: an overflow, and kinds
 * that a system has of its own. */
static bool is_news(const unsigned char *message, ssize_t length)
{
    size_t type = offsetof(struct rt_msghdr, rtm_type);

    if (length <= (ssize_t)type)
        return true;
    switch (message[type]) {
    case RTM_ADD:
    case RTM_DELETE:
    case RTM_CHANGE:
    case RTM_GET:
    case RTM_LOSING:
    case RTM_REDIRECT:
    case RTM_MISS: return false;
    default: return true;
    }
}

int links_watch_drain(int descriptor)
{
    unsigned char head[sizeof(struct rt_msghdr)];
    bool has_news = false;

    for (;;) {
        ssize_t length = recv(descriptor, head, sizeof head, 0);

        if (length < 0 && errno != EINTR && errno != ENOBUFS)
            return errno != EAGAIN && errno != EWOULDBLOCK ? -1 : has_news;
        has_news = has_news || is_news(head, length);
    }
}

void links_watch_close(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}
