/* SPDX-License-Identifier: MIT */
/* Floor 3, BSD. Who is at the other end of a Unix socket. */
#include <unistd.h>

#include "system.h"

int control_peer_user(int descriptor, uid_t *out)
{
    gid_t ignored;

    return getpeereid(descriptor, out, &ignored);
}
