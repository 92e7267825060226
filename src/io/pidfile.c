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

#define TRIES 20

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

/** Whether the path still leads to the file that we have open. */
static bool is_in_place(const struct pidfile *pidfile)
{
    struct stat ours, there;

    return fstat(pidfile->descriptor, &ours) == 0 && lstat(pidfile->path, &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/** Open it, made where it is missing, and lock it. 0, or -1 with a sentence and no descriptor. */
static int take(struct pidfile *pidfile, struct problem *problem)
{
    pidfile->descriptor =
        open(pidfile->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (pidfile->descriptor < 0)
        return problem_set(problem, "%s cannot be made: %s", pidfile->path, strerror(errno));
    if (check(pidfile, problem) == 0)
        return 0;
    close(pidfile->descriptor);
    pidfile->descriptor = -1;
    return -1;
}

struct pidfile *pidfile_open(const char *path, struct problem *problem)
{
    struct pidfile *pidfile = calloc(1, sizeof *pidfile);

    if (!pidfile) {
        problem_set(problem, "no memory");
        return NULL;
    }
    pidfile->path = path;
    for (unsigned i = 0; i < TRIES && take(pidfile, problem) == 0; i++) {
        if (is_in_place(pidfile))
            return pidfile;
        /* Another igmpqd has ended and removed it between our opening and locking it: what we have
         * would be a file that nobody finds. */
        close(pidfile->descriptor);
        problem_set(problem, "%s is removed again and again", path);
    }
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
    if (!pidfile)
        return;
    /* In a folder of root's, who is not root any more can only make it empty. */
    if ((!is_in_place(pidfile) || unlink(pidfile->path) != 0) &&
        ftruncate(pidfile->descriptor, 0) != 0)
        errno = 0;
    pidfile_leave(pidfile);
}

void pidfile_leave(struct pidfile *pidfile)
{
    if (!pidfile)
        return;
    close(pidfile->descriptor);
    free(pidfile);
}
