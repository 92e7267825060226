/* SPDX-License-Identifier: MIT */
/* Floor 2. What the two halves of the membership table share. */
#ifndef IGMPQ_MEMBERSHIP_PRIVATE_H
#define IGMPQ_MEMBERSHIP_PRIVATE_H

#include "igmpq/membership.h"

/** The group, or NULL. */
struct group *membership_find(const struct membership *membership, struct address address);

/** After a change: the group's wake is at or before what is due. Later deadlines are left to
 * membership_put_off(). */
void membership_rekey(struct membership *membership, struct group *group, instant now);

/** Take a group out of every table and free it. */
void membership_forget(struct membership *membership, struct group *group);

/** After sources were freed: those over a lowered limit are not to be replaced. */
void membership_settle(struct membership *membership);

#endif
