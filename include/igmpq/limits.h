/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. What this system lacks of what others have, for people to know. (docs/systems.md has the
 * reasons.)
 */
#ifndef IGMPQ_LIMITS_H
#define IGMPQ_LIMITS_H

/** Sentences without full stop, one line each, for the start of a daemon; the list ends with NULL.
 */
const char *const *system_limits(void);

#endif
