/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. The lock is a listening Unix socket of an abstract name: it belongs to the
 * network namespace, as the interface does, leaves no file behind, and tells who holds it to
 * whoever connects. Abstract names have no owner, so anybody may take ours: only a holder who is
 * root, our own user or the service's counts. (A daemon takes the locks of interfaces that appear
 * later when it has given up root.)
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ucred */
#endif

#include "lock_private.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "igmpq/log.h"

/* Those who ask who holds the lock stay in the queue, since nobody accepts; beyond that many they
 * are not told. */
#define LOCK_BACKLOG 64

/* States of linux/net/tcp_states.h, which Unix sockets share: bound, and listening. What waits in
 * the queue of a listening socket bears its name as well, in another state. */
#define LOCK_STATES (1U << 7 | 1U << 10)

struct lock_name {
    struct sockaddr_un address;
    socklen_t size;
    uid_t service; /* may hold it, too */
};

struct lock_holder {
    pid_t process; /* 0: not known, as in another PID namespace */
    uid_t user;
    bool has_user;
    bool is_absent; /* nobody listens */
};

/* The first octet of the path stays zero: that makes the name abstract. */
static struct lock_name lock_make_name(const char *interface, const char *more, uid_t service)
{
    struct lock_name name = {.address.sun_family = AF_UNIX, .service = service};
    char *path = name.address.sun_path;

    name.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                            (size_t)snprintf(path + 1, sizeof name.address.sun_path - 1,
                                             "igmpqd/%.64s%s", interface, more));
    return name;
}

static bool lock_is_trusted(const struct lock_name *name, uid_t user)
{
    return user == 0 || user == geteuid() ||
           (name->service != LOCK_NO_USER && user == name->service);
}

static int lock_open_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static struct lock_holder lock_ask_holder(const struct lock_name *name)
{
    struct lock_holder holder = {0};
    struct ucred peer;
    socklen_t length = sizeof peer;
    int descriptor = lock_open_socket();

    if (descriptor < 0)
        return holder;
    if (connect(descriptor, (const struct sockaddr *)&name->address, name->size) != 0)
        holder.is_absent = errno == ECONNREFUSED;
    else if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
        holder = (struct lock_holder){.process = peer.pid, .user = peer.uid, .has_user = true};
    close(descriptor);
    return holder;
}

/* Whether this socket is the lock of the interface, under its name or under one that begins with it
 * and '/', and of somebody who counts. */
static bool lock_is_this(struct nlmsghdr *message, const struct lock_name *main,
                         struct lock_name *found)
{
    struct unix_diag_msg *socket = NLMSG_DATA(message);
    size_t head = offsetof(struct sockaddr_un, sun_path);
    size_t wanted = main->size - head;
    unsigned left = (unsigned)NLMSG_PAYLOAD(message, sizeof *socket);
    const char *path = NULL;
    size_t length = 0;
    uint32_t user = UINT32_MAX;

    for (struct rtattr *at = (struct rtattr *)(socket + 1); RTA_OK(at, left);
         at = RTA_NEXT(at, left)) {
        if (at->rta_type == UNIX_DIAG_NAME) {
            path = RTA_DATA(at);
            length = RTA_PAYLOAD(at);
        } else if (at->rta_type == UNIX_DIAG_UID && RTA_PAYLOAD(at) >= sizeof user) {
            memcpy(&user, RTA_DATA(at), sizeof user);
        }
    }
    if (socket->udiag_type != SOCK_STREAM || path == NULL || user == UINT32_MAX ||
        !lock_is_trusted(main, user) || length < wanted ||
        length > sizeof found->address.sun_path ||
        memcmp(path, main->address.sun_path, wanted) != 0 ||
        (length > wanted && path[wanted] != '/'))
        return false;
    *found = (struct lock_name){.address.sun_family = AF_UNIX, .size = (socklen_t)(head + length)};
    memcpy(found->address.sun_path, path, length);
    return true;
}

/*
 * Look for the lock among all sockets of the network namespace: 1 found, 0 not there, -1 the kernel
 * does not tell. Unlike connect(2) this tells the owner of a socket that does not listen, or whose
 * queue was filled, which is how anybody could hide who he is.
 */
static int lock_search(const struct lock_name *main, struct lock_name *found)
{
    struct {
        struct nlmsghdr header;
        struct unix_diag_req body;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.sdiag_family = AF_UNIX,
                 .udiag_states = LOCK_STATES,
                 .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_UID},
    };
    _Alignas(struct nlmsghdr) char answer[32768];
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    int result = -1;

    if (descriptor < 0)
        return -1;
    if (send(descriptor, &request, sizeof request, 0) != (ssize_t)sizeof request)
        goto done;
    for (;;) {
        ssize_t length = recv(descriptor, answer, sizeof answer, 0);
        unsigned left = length > 0 ? (unsigned)length : 0;

        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            goto done;
        for (struct nlmsghdr *at = (struct nlmsghdr *)answer; NLMSG_OK(at, left);
             at = NLMSG_NEXT(at, left)) {
            if (at->nlmsg_type == NLMSG_DONE)
                result = 0;
            else if (at->nlmsg_type == SOCK_DIAG_BY_FAMILY && lock_is_this(at, main, found))
                result = 1;
            if (result >= 0 || at->nlmsg_type == NLMSG_ERROR)
                goto done;
        }
    }
done:
    close(descriptor);
    return result;
}

/* Whether somebody who counts holds the lock; and who. */
static bool lock_find(const struct lock_name *main, pid_t *process)
{
    struct lock_name found;
    struct lock_holder holder;
    int result = lock_search(main, &found);

    *process = 0;
    if (result == 0)
        return false;
    holder = lock_ask_holder(result > 0 ? &found : main);
    *process = holder.process;
    return result > 0 ||
           (!holder.is_absent && (!holder.has_user || lock_is_trusted(main, holder.user)));
}

/* The name is taken by somebody who does not count: that may not keep the querier from starting. It
 * takes a name of its own, by which lock_search() finds it. */
static void lock_go_on(const char *interface, const struct lock_name *main, int descriptor)
{
    struct lock_holder holder = lock_ask_holder(main);
    char program[LOCK_PROGRAM_SIZE];
    char more[24];
    struct lock_name name;

    snprintf(more, sizeof more, "/%ld", (long)getpid());
    name = lock_make_name(interface, more, LOCK_NO_USER);
    if (bind(descriptor, (const struct sockaddr *)&name.address, name.size) == 0)
        listen(descriptor, LOCK_BACKLOG);
    if (holder.has_user)
        log_warning("%s: the name of its lock is taken by user %lu (%s, process %ld), who may not "
                    "run a querier: going on all the same; find out what that process does",
                    interface, (unsigned long)holder.user,
                    lock_program(holder.process, program)[0] != '\0' ? program : "unknown program",
                    (long)holder.process);
    else
        log_warning("%s: the name of its lock is taken by somebody who may not run a querier: "
                    "going on all the same; find out who (ss -xlp)",
                    interface);
}

int lock_take(const char *interface, uid_t service, struct problem *problem)
{
    struct lock_name main = lock_make_name(interface, "", service);
    pid_t process;
    int descriptor;

    if (lock_find(&main, &process))
        return lock_explain_busy(interface, process, problem);
    descriptor = lock_open_socket();
    if (descriptor < 0)
        return problem_set(problem, "cannot lock %s: %s", interface, strerror(errno));
    if (bind(descriptor, (const struct sockaddr *)&main.address, main.size) == 0) {
        /* The lock is held by now; listening only lets others know by whom. */
        listen(descriptor, LOCK_BACKLOG);
        return descriptor;
    }
    if (errno != EADDRINUSE)
        problem_set(problem, "cannot lock %s: %s", interface, strerror(errno));
    else if (lock_find(&main, &process)) /* it started at the same time */
        lock_explain_busy(interface, process, problem);
    else {
        lock_go_on(interface, &main, descriptor);
        return descriptor;
    }
    close(descriptor);
    return -1;
}

void lock_release(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

bool lock_is_held(const char *interface, uid_t service)
{
    struct lock_name main = lock_make_name(interface, "", service);
    pid_t process;

    return lock_find(&main, &process);
}
