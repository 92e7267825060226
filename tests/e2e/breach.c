/* SPDX-License-Identifier: MIT */
/* Floor 4, tests. The deeds, each by its name; "BREACH name: done" or why not. */
#include "breach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int try_execve(void)
{
    char *const arguments[] = {(char[]){"sh"}, (char[]){"-c"},
                               (char[]){"echo BREACH execve: done >&2"}, NULL};

    return execve("/bin/sh", arguments, environ);
}

static int try_write(void)
{
    const char *path = getenv("IGMPQ_BREACH_FILE");

    return open(path ? path : "", O_WRONLY | O_CREAT, 0644);
}

static int try_stream(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int try_fork(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return child < 0 ? -1 : (int)waitpid(child, NULL, 0);
}

/** The smallest of what the call can do; an empty command fails with EINVAL, which is being let in.
 */
static int try_bpf(void)
{
    long result = syscall(SYS_bpf, 0, NULL, 0);

    return result < 0 && errno != EPERM && errno != ENOSYS ? 0 : (int)result;
}

static int try_root(void)
{
    return setuid(0) == 0 && geteuid() == 0 ? 0 : -1;
}

void breach(void)
{
    static const struct {
        const char *name;
        int (*deed)(void);
    } deeds[] = {
        {"execve", try_execve}, {"write", try_write}, {"stream", try_stream},
        {"fork", try_fork},     {"bpf", try_bpf},     {"root", try_root},
    };
    const char *wanted = getenv("IGMPQ_BREACH");

    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (!wanted || strcmp(wanted, deeds[i].name) != 0)
            continue;
        int result = deeds[i].deed();
        fprintf(stderr, "BREACH %s: %s\n", wanted, result >= 0 ? "done" : strerror(errno));
    }
}
