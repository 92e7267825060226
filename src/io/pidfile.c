/* SPDX-License-Identifier: MIT */
/* Floor 3. The number of the process, in a file. */
#include "igmpq/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct pidfile {
    const char *path;
    int descriptor;
};

/** A number and white space, or nothing. */
static bool is_number(const char *text)
{
    return text[strspn(text, "0123456789 \n")] == '\0';
}

/** Locked, and nothing but a file of a number. -1 with a sentence. */
static int check(const struct pidfile *pidfile, struct problem *problem)
{
    char text[32];
    struct stat about;

    if (fstat(pidfile->descriptor, &about) != 0 || !S_ISREG(about.st_mode))
        return problem_set(problem, "%s is there already and is no file of a process number",
                           pidfile->path);
    ssize_t length = pread(pidfile->descriptor, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    if (about.st_size >= (off_t)sizeof text || !is_number(text))
        return problem_set(problem, "%s is there already and is no file of a process number",
                           pidfile->path);
    if (flock(pidfile->descriptor, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno == EWOULDBLOCK)
        return problem_set(problem, "another igmpqd (process %ld) has %s: stop it first",
                           strtol(text, NULL, 10), pidfile->path);
    return problem_set(problem, "%s cannot be locked: %s", pidfile->path, strerror(errno));
}

struct pidfile *pidfile_open(const char *path, struct problem *problem)
{
    struct pidfile *pidfile = calloc(1, sizeof *pidfile);

    if (!pidfile) {
        problem_set(problem, "no memory");
        return NULL;
    }
    pidfile->path = path;
    pidfile->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (pidfile->descriptor < 0)
        problem_set(problem, "%s cannot be made: %s", path, strerror(errno));
    else if (check(pidfile, problem) == 0)
        return pidfile;
    if (pidfile->descriptor >= 0)
        close(pidfile->descriptor);
    free(pidfile);
    return NULL;
}

int pidfile_write(struct pidfile *pidfile, struct problem *problem)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(pidfile->descriptor, 0) == 0 &&
        pwrite(pidfile->descriptor, text, (size_t)length, 0) == length)
        return 0;
    return problem_set(problem, "%s cannot be written: %s", pidfile->path, strerror(errno));
}

void pidfile_close(struct pidfile *pidfile)
{
    struct stat ours, there;

    if (!pidfile)
        return;
    bool is_there = fstat(pidfile->descriptor, &ours) == 0 && lstat(pidfile->path, &there) == 0 &&
                    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
    /* In a folder of root's, who is not root any more can only make it empty. */
    if ((!is_there || unlink(pidfile->path) != 0) && ftruncate(pidfile->descriptor, 0) != 0)
        errno = 0;
    close(pidfile->descriptor);
    free(pidfile);
}
