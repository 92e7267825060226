/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Giving up what a daemon no longer needs: root, capabilities, and the system calls that
 * it never makes. Before the drop everything is opened; after it frames are read, and not earlier.
 *
 * Linux: a user of its own and no other groups; CAP_NET_RAW in the effective and permitted sets and
 * nothing else, since an interface that returns has to be opened again; ambient, inheritable and
 * bounding sets empty; no new privileges; not dumpable; then a filter of system calls (seccomp)
 * where the build and the kernel have one.
 *
 * The BSDs have no right that could be kept to open /dev/bpf and a raw socket again: there root is
 * given up only for a user who is named, and an interface that went and returned is not captured
 * any more then. OpenBSD: unveil(2) as well, and pledge(2) for the helper. FreeBSD's capability
 * mode has no way to an interface by its name, and so none to one that returns: the daemon does not
 * enter it.
 *
 * A program that reads a capture of strangers needs nothing but what it has open: it is filtered
 * everywhere, and in capability mode on FreeBSD.
 */
#ifndef IGMPQ_SANDBOX_H
#define IGMPQ_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "igmpq/problem.h"

#define SANDBOX_NAME_SIZE 64

/** Whom the daemon is when it has given root up. */
struct service_user {
    char name[SANDBOX_NAME_SIZE]; /* or a number, where the user has no name */
    uid_t user;
    gid_t group;
    bool is_change;   /* from who we are */
    bool is_named;    /* by a person; else it is the default */
    bool is_fallback; /* the default is not there, and this is "nobody" */
};

/**
 * Whom to become: `wanted`, or with NULL or "" the system user of the build, or "nobody" where that
 * does not exist. Who is not root stays who he is. -1 with a sentence: no such user, or a wish that
 * only root could grant. To be called before the drop: it looks into the system's tables of users.
 */
int sandbox_choose(const char *wanted, struct service_user *out, struct problem *problem);

/** Whether there is a user of that name who is not root. -1 with a sentence. */
int sandbox_check_user(const char *name, struct problem *problem);

/** The system user of the build, whose locks count; -1 (as uid_t) where there is none. */
uid_t sandbox_default_user(void);

/** What a process keeps. */
enum sandbox_role {
    SANDBOX_DAEMON, /* sending and receiving frames */
    SANDBOX_HELPER, /* running programs */
    SANDBOX_READER  /* reading and writing what is open; sandbox_filter() alone */
};

/**
 * Become `user` and keep nothing but what the role needs. 0; -1 with a sentence. 1 with a sentence:
 * this system does not let us (a container without CAP_SETUID); we are root as before, but without
 * its capabilities.
 */
int sandbox_drop(const struct service_user *user, enum sandbox_role role, struct problem *problem);

/**
 * From now on only the system calls that the role makes. `unlinked`: a path that is removed later;
 * NULL: none. 0; or 1 with a sentence that says why there is no filter. There is no way back.
 */
int sandbox_filter(enum sandbox_role role, const char *unlinked, struct problem *problem);

/** Close every descriptor from `first` on, but not those in `kept`. */
void sandbox_close_descriptors(int first, const int *kept, unsigned count);

#endif
