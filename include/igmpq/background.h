/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Standard descriptors, and going on in the background, for init systems that expect a
 * daemon to do so. Whoever started it waits until it is ready, or is told why it is not.
 */
#ifndef IGMPQ_BACKGROUND_H
#define IGMPQ_BACKGROUND_H

#include "igmpq/problem.h"

/**
 * Make sure that the standard descriptors are open, if only for nothing: else what is opened next,
 * such as a socket that sends, would get their numbers and be sent what is meant for people. What
 * is opened so fails when it is used, as it did before. To be called first of all.
 */
void background_fill_standard(void);

/** Who has returned from background_start(). */
enum background {
    BACKGROUND_FAILED, /* who was started; with a sentence */
    BACKGROUND_DAEMON, /* the daemon, without a terminal, in the folder "/" */
    BACKGROUND_READY   /* who was started; the daemon is ready */
};

/** Go into the background. `*report` is for background_tell(), -1 where nobody waits. To be called
 * before anything is opened but what is meant to stay open. */
enum background background_start(int *report, struct problem *problem);

/** How the start went: NULL: it is ready; else why it is not. `report` -1: nobody waits. */
void background_tell(int report, const char *failure);

#endif
