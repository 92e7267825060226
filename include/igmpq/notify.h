/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Telling the service manager how we are: the datagrams of sd_notify(3), which are a few
 * words of text, without its library. Sending never waits. Every function takes NULL, which is the
 * daemon that nobody asked to tell.
 */
#ifndef IGMPQ_NOTIFY_H
#define IGMPQ_NOTIFY_H

#include "igmpq/base.h"
#include "igmpq/problem.h"

#define NOTIFY_STATUS_SIZE 128

struct notify;

/**
 * Connect to who asked in the environment (NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID), which is
 * cleared, lest children speak for us. NULL: nobody asked, and `problem` is empty; or with a
 * sentence why he cannot be told.
 */
struct notify *notify_open(instant now, struct problem *problem);

/** Ready, at the start or after a reload; `status` is a line for people. */
void notify_ready(struct notify *notify, instant now, const char *status);
/** Another line for people; sent where it is another. */
void notify_status(struct notify *notify, instant now, const char *status);
/** A reload begins; notify_ready() ends it. */
void notify_reloading(struct notify *notify);
/** The daemon is about to end. */
void notify_stopping(struct notify *notify);

/** Feed the watchdog and send what could not be sent, when that is due. */
void notify_turn(struct notify *notify, instant now);

/** When notify_turn() is to be called at the latest; NEVER: there is no watchdog. */
instant notify_deadline(const struct notify *notify);

/** Tells nothing. */
void notify_close(struct notify *notify);

#endif
