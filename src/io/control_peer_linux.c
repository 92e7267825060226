/* SPDX-License-Identifier: MIT */
/* Floor 3, Linux. Who is at the other end of a Unix socket. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ucred */
#endif

#include "system.h"

int control_peer_user(int descriptor, uid_t *out)
{
    struct ucred peer;
    socklen_t length = sizeof peer;

    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return -1;
    *out = peer.uid;
    return 0;
}
