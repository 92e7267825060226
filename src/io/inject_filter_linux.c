/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. libnet's link handle is a packet socket for all protocols of all interfaces that
 * nobody reads. It would keep its receive buffer full and cost a copy per frame until then, so the
 * kernel is told to drop everything.
 */
#include "igmpq/inject.h"
#include "system.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>

int inject_refuse_input(int descriptor)
{
    struct sock_filter reject_all = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &reject_all};
    char octet;

    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
        return -1;
    /* What came between opening the socket and the filter; nothing can follow it. */
    while (recv(descriptor, &octet, sizeof octet, MSG_DONTWAIT | MSG_TRUNC) >= 0 || errno == EINTR)
        continue;
    return 0;
}

unsigned inject_tag_in_mtu(void)
{
    return 0;
}
