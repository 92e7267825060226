/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. Run commands in turn, several times, and tell the shortest time of each, in
 * microseconds, and its largest memory, in KiB: one line for each command. In turn, so that what
 * else the machine does meets all of them alike.
 *
 * Usage: measure ROUNDS COMMAND...     each COMMAND is one word for sh -c; its output is thrown
 * away
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MOST 16

struct result {
    long long shortest;
    long memory;
};

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void child(const char *command)
{
    int nothing = open("/dev/null", O_WRONLY);

    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static int run(const char *command, struct result *result)
{
    long long began = now();
    int status;
    struct rusage usage;

    pid_t pid = fork();
    if (pid == 0)
        child(command);
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: this failed: %s\n", command);
        return -1;
    }
    long long took = now() - began;
    if (result->shortest == 0 || took < result->shortest)
        result->shortest = took;
    if (usage.ru_maxrss > result->memory)
        result->memory = usage.ru_maxrss;
    return 0;
}

int main(int argc, char **argv)
{
    struct result result[COMMANDS_MOST] = {{0, 0}};
    int rounds = argc > 1 ? atoi(argv[1]) : 0;
    int count = argc - 2;

    if (rounds < 1 || count < 1 || count > COMMANDS_MOST) {
        fprintf(stderr, "Usage: measure ROUNDS COMMAND...\n");
        return 2;
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            if (run(argv[i + 2], &result[i]) < 0)
                return 1;
    for (int i = 0; i < count; i++)
        printf("%lld %ld\n", result[i].shortest, result[i].memory);
    return 0;
}
