/* SPDX-License-Identifier: MIT */
/* Floor 3. What each system adds to giving up root. */
#ifndef IGMPQ_IO_SANDBOX_PRIVATE_H
#define IGMPQ_IO_SANDBOX_PRIVATE_H

#include "igmpq/sandbox.h"

/** Whether a right to open interfaces again can be kept without being root. */
bool sandbox_keeps_rights(void);

/** Before the user is changed: what only root can give up. */
void sandbox_before_user(void);

/** After it: keep the rights of the role and no more. 0, or -1 with a sentence. */
int sandbox_after_user(enum sandbox_role role, struct problem *problem);

#endif
