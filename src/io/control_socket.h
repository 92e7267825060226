/* SPDX-License-Identifier: MIT */
/* Floor 3. The listening socket of the control server, as a file: its folder, its mode, one that a
 * dead daemon has left. */
#ifndef IGMPQ_IO_CONTROL_SOCKET_H
#define IGMPQ_IO_CONTROL_SOCKET_H

#include <sys/types.h>

#include "igmpq/control.h"

struct control_socket {
    int descriptor;
    char path[CONTROL_PATH_SIZE];
    dev_t device; /* of the file, so that another one's is never removed */
    ino_t inode;
};

/** Non-blocking and listening. 0, or -1 with a sentence. */
int control_socket_open(struct control_socket *out, const struct control_setup *setup,
                        struct problem *problem);
void control_socket_close(struct control_socket *socket);

/** Non-blocking and not for programs that are started. `descriptor`, or -1 and it is closed. */
int control_socket_prepare(int descriptor);

#endif
