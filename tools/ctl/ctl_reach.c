/* SPDX-License-Identifier: MIT */
/* Floor 4. The way to the daemon, and what to say when there is none. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl.h"
#include "igmpq/control.h"

/** The number of a running igmpqd as far as this system lets it be seen; 0: none seen, -1: cannot
 * be seen. */
static int running_daemon(void)
{
    char path[300], name[32];
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int found = 0;
    bool has_seen = false;

    while (folder && found == 0 && (entry = readdir(folder))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        FILE *comm = fopen(path, "r");
        if (!comm)
            continue;
        has_seen = true;
        if (fgets(name, sizeof name, comm) && strcmp(name, "igmpqd\n") == 0)
            found = atoi(entry->d_name);
        fclose(comm);
    }
    if (folder)
        closedir(folder);
    return has_seen ? found : -1;
}

#define OTHERS_SIZE 200

/** Other sockets beside `path`, each behind a blank, as far as there is room: those of igmpqd@eth0
 * and the like. */
static const char *other_sockets(const char *path, char out[OTHERS_SIZE])
{
    const char *slash = strrchr(path, '/'), *own = slash ? slash + 1 : path;
    char folder[CONTROL_PATH_SIZE] = "";
    struct dirent *entry;
    size_t length = 0;

    out[0] = '\0';
    if (!slash || (size_t)(slash - path) >= sizeof folder)
        return out;
    memcpy(folder, path, (size_t)(slash - path));
    DIR *listing = opendir(folder);
    while (listing && (entry = readdir(listing))) {
        size_t size = strlen(entry->d_name);
        if (size < 6 || strcmp(entry->d_name + size - 5, ".sock") != 0 ||
            strcmp(entry->d_name, own) == 0 || length + strlen(folder) + size + 3 > OTHERS_SIZE)
            continue;
        length +=
            (size_t)snprintf(out + length, OTHERS_SIZE - length, " %s/%s", folder, entry->d_name);
    }
    if (listing)
        closedir(listing);
    return out;
}

static void explain(const char *path, int error, struct problem *problem)
{
    int process = running_daemon();
    char others[OTHERS_SIZE];

    if (error == EACCES || error == EPERM)
        problem_set(problem,
                    "not allowed to ask igmpqd at %s: try as root, or as a member of the socket's "
                    "group",
                    path);
    else if (error == EAGAIN)
        problem_set(problem,
                    "igmpqd does not take the connection at %s: it is stopped, or very busy", path);
    else if (process > 0 && other_sockets(path, others)[0] != '\0')
        problem_set(problem,
                    "igmpqd is running (process %d), but not listening at %s (%s); beside it there "
                    "is%s: name one with --socket",
                    process, path, strerror(error), others);
    else if (process > 0)
        problem_set(problem,
                    "igmpqd is running (process %d), but not listening at %s (%s): it may use "
                    "another socket, see --socket, or none",
                    process, path, strerror(error));
    else if (process == 0)
        problem_set(problem, "igmpqd is not running: nobody listens at %s (%s)", path,
                    strerror(error));
    else
        problem_set(problem, "nobody listens at %s (%s): is igmpqd running, with another socket?",
                    path, strerror(error));
}

const char *ctl_socket(const char *given)
{
    const char *path = given ? given : getenv(CONTROL_ENVIRONMENT);

    return path && path[0] && strcmp(path, CONTROL_AUTO) != 0 ? path : CONTROL_SOCKET;
}

int ctl_connect(const struct ctl *ctl, struct problem *problem)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = (time_t)(ctl->timeout / SECONDS),
                            .tv_usec = (suseconds_t)(ctl->timeout % SECONDS)};

    if (strcmp(ctl->socket, CONTROL_NONE) == 0)
        return problem_set(problem, "there is no socket to ask at: %s says '%s'; see --socket",
                           CONTROL_ENVIRONMENT, CONTROL_NONE);
    if (strlen(ctl->socket) >= sizeof address.sun_path)
        return problem_set(problem, "%s: too long for the path of a socket", ctl->socket);
    memcpy(address.sun_path, ctl->socket, strlen(ctl->socket) + 1);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    /* A daemon that takes no connections lets even connect() wait. */
    if (descriptor < 0 || fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ||
        connect(descriptor, (const struct sockaddr *)&address, sizeof address) < 0) {
        explain(ctl->socket, errno, problem);
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    return descriptor;
}
