/* SPDX-License-Identifier: MIT */
/* Floor 3. RFC 3164, as the C library's syslog(3) writes it into the log daemon's socket. */
#include "config.h"

#include "log_syslog.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define FACILITY_DAEMON (3 << 3)
#define LINE_SIZE       2048 /* longer ones are cut by many log daemons */

static int connect_log(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (descriptor < 0 || strlen(path) >= sizeof address.sun_path)
        return descriptor;
    memcpy(address.sun_path, path, strlen(path));
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

/** False: the log daemon is gone, and perhaps another one is there. */
static bool send_line(int descriptor, const char *line, size_t length)
{
    ssize_t sent;

    if (descriptor < 0)
        return false;
    do {
        sent = send(descriptor, line, length, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
}

void log_syslog_write(const char *path, int *descriptor, int priority, const char *text)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char line[LINE_SIZE];
    struct tm local = {0};
    time_t now = time(NULL);

    if (localtime_r(&now, &local) == NULL)
        local = (struct tm){0};
    int length = snprintf(line, sizeof line, "<%d>%s %2d %02d:%02d:%02d igmpqd[%ld]: %s",
                          FACILITY_DAEMON | priority, months[local.tm_mon % 12], local.tm_mday,
                          local.tm_hour, local.tm_min, local.tm_sec, (long)getpid(), text);
    size_t size = length < (int)sizeof line ? (size_t)length : sizeof line - 1;
#ifdef HAVE_SENDSYSLOG
    /* OpenBSD: what is pledged may have no socket, and what is unveiled does not see the log
     * daemon's. */
    if (strcmp(path, _PATH_LOG) == 0) {
        sendsyslog(line, size, 0);
        return;
    }
#endif
    if (send_line(*descriptor, line, size))
        return;
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = connect_log(path);
    send_line(*descriptor, line, size);
}
