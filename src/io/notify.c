/* SPDX-License-Identifier: MIT */
/* Floor 3. The protocol of sd_notify(3). */
#include "igmpq/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "igmpq/text.h"

#define NOTIFY_AGAIN (100 * MILLISECONDS) /* when the manager's queue is full */

struct notify {
    int descriptor;
    duration watchdog; /* how often to feed it; 0: there is none */
    instant feed_at;   /* NEVER: there is none */
    instant again_at;  /* NEVER: nothing is owed */
    bool owes_ready;
    char status[NOTIFY_STATUS_SIZE];
};

/** The address of NOTIFY_SOCKET: a path, or with '@' an abstract name. 0: it is neither. */
static socklen_t address_of_manager(const char *path, struct sockaddr_un *out)
{
    size_t length = strlen(path);

    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((path[0] != '/' && path[0] != '@') || length < 2 || length >= sizeof out->sun_path)
        return 0;
    memcpy(out->sun_path, path, length);
    if (path[0] == '@')
        out->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] == '/'));
}

/** Half of what is allowed, so that one that comes late is in time; 0: no watchdog, or not ours. */
static duration watchdog_of_environment(void)
{
    const char *microseconds = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
    char *end;

    if (!microseconds || (process && strtol(process, NULL, 10) != (long)getpid()))
        return 0;
    errno = 0;
    long long all = strtoll(microseconds, &end, 10);
    if (errno != 0 || end == microseconds || *end != '\0' || all < 2)
        return 0;
    return (duration)all / 2;
}

static int connect_manager(struct notify *notify, const char *path, struct problem *problem)
{
    struct sockaddr_un address;
    socklen_t size = address_of_manager(path, &address);

    if (size == 0)
        return problem_set(
            problem,
            "NOTIFY_SOCKET: '%s' is neither a path nor an abstract name: the service "
            "manager is told nothing",
            path);
    notify->descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify->descriptor < 0 ||
        connect(notify->descriptor, (const struct sockaddr *)&address, size) != 0)
        return problem_set(problem, "NOTIFY_SOCKET: the service manager cannot be told: %s",
                           strerror(errno));
    return 0;
}

struct notify *notify_open(instant now, struct problem *problem)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct notify *notify = NULL;

    problem->text[0] = '\0';
    if (path && path[0] != '\0') {
        notify = calloc(1, sizeof *notify);
        if (!notify) {
            problem_set(problem, "no memory");
            return NULL;
        }
        notify->descriptor = -1;
        notify->watchdog = watchdog_of_environment();
        notify->feed_at = notify->watchdog > 0 ? now : INSTANT_NEVER;
        notify->again_at = INSTANT_NEVER;
        if (connect_manager(notify, path, problem) < 0) {
            notify_close(notify);
            notify = NULL;
        }
    }
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return notify;
}

/** False: its queue is full, and it is to be tried again. A manager that is gone is told nothing.
 */
static bool send_text(const struct notify *notify, const char *text)
{
    ssize_t sent;

    do {
        sent = send(notify->descriptor, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS);
}

/** What is to be known by now: that we are ready, if so, and how we are. */
static void send_state(struct notify *notify, instant now)
{
    char text[NOTIFY_STATUS_SIZE + 32];

    snprintf(text, sizeof text, "%sSTATUS=%s\n", notify->owes_ready ? "READY=1\n" : "",
             notify->status);
    if (!send_text(notify, text)) {
        notify->again_at = instant_after(now, NOTIFY_AGAIN);
        return;
    }
    notify->owes_ready = false;
    notify->again_at = INSTANT_NEVER;
}

void notify_ready(struct notify *notify, instant now, const char *status)
{
    if (!notify)
        return;
    notify->owes_ready = true;
    notify_status(notify, now, status);
}

void notify_status(struct notify *notify, instant now, const char *status)
{
    if (!notify || (!notify->owes_ready && strcmp(status, notify->status) == 0))
        return;
    snprintf(notify->status, sizeof notify->status, "%s", status);
    send_state(notify, now);
}

void notify_reloading(struct notify *notify)
{
    struct timespec now;
    char text[80];

    if (!notify)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n",
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    (void)send_text(notify, text);
}

void notify_stopping(struct notify *notify)
{
    if (notify)
        (void)send_text(notify, "STOPPING=1\nSTATUS=stopping\n");
}

void notify_turn(struct notify *notify, instant now)
{
    if (!notify)
        return;
    if (notify->again_at <= now)
        send_state(notify, now);
    if (notify->feed_at <= now) {
        /* Not at half time only, where that was refused: the next would come too late. */
        bool is_fed = send_text(notify, "WATCHDOG=1\n");
        duration pause =
            is_fed || notify->watchdog < NOTIFY_AGAIN ? notify->watchdog : NOTIFY_AGAIN;
        notify->feed_at = instant_after(now, pause);
    }
}

instant notify_deadline(const struct notify *notify)
{
    return notify ? instant_earlier(notify->feed_at, notify->again_at) : INSTANT_NEVER;
}

void notify_close(struct notify *notify)
{
    if (!notify)
        return;
    if (notify->descriptor >= 0)
        close(notify->descriptor);
    free(notify);
}
