/* SPDX-License-Identifier: MIT */
/* Floor 3. Two forks and a pipe. */
#include "igmpq/background.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY '+' /* no sentence begins so */

void background_fill_standard(void)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (fcntl(i, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", i == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
}

/** All there is to read until the other end is closed. */
static size_t read_all(int descriptor, char *out, size_t size)
{
    size_t length = 0;

    while (length < size - 1) {
        ssize_t got = read(descriptor, out + length, size - 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += (size_t)got;
        if (out[0] == READY)
            break;
    }
    out[length] = '\0';
    return length;
}

static enum background wait_for_daemon(int descriptor, pid_t child, struct problem *problem)
{
    char text[sizeof problem->text];
    size_t length = read_all(descriptor, text, sizeof text);

    close(descriptor);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (length > 0 && text[0] == READY)
        return BACKGROUND_READY;
    problem_set(problem, "%s", length > 0 ? text : "it ended before it was ready");
    return BACKGROUND_FAILED;
}

/** No terminal, no folder that somebody wants to unmount, nobody's standard descriptors. */
static void detach(void)
{
    int nothing = open("/dev/null", O_RDWR);

    for (int i = STDIN_FILENO; nothing >= 0 && i <= STDERR_FILENO; i++)
        dup2(nothing, i);
    if (nothing > STDERR_FILENO)
        close(nothing);
    if (chdir("/") != 0)
        errno = 0;
}

enum background background_start(int *report, struct problem *problem)
{
    int ends[2];
    pid_t child = -1;

    *report = -1;
    if (pipe2(ends, O_CLOEXEC) == 0) {
        child = fork();
        if (child < 0) {
            close(ends[0]);
            close(ends[1]);
        }
    }
    if (child < 0) {
        problem_set(problem, "cannot go into the background: %s", strerror(errno));
        return BACKGROUND_FAILED;
    }
    if (child > 0) {
        close(ends[1]);
        return wait_for_daemon(ends[0], child, problem);
    }
    close(ends[0]);
    setsid();
    child = fork(); /* not the leader of its session: it gets no terminal again */
    if (child < 0)
        background_tell(ends[1], strerror(errno));
    if (child != 0)
        _exit(0);
    detach();
    *report = ends[1];
    return BACKGROUND_DAEMON;
}

void background_tell(int report, const char *failure)
{
    const char ready[] = {READY, '\0'};
    const char *text = failure ? failure : ready;

    if (report < 0)
        return;
    /* Who does not wait any more need not know. */
    if (write(report, text, strlen(text)) < 0)
        errno = 0;
    close(report);
}
