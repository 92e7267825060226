/* SPDX-License-Identifier: MIT */
/* Floor 3, the BSDs. Whether this host's own stack hears what is written at the link layer. */
#include "system.h"

#include <sys/types.h>

#include <net/bpf.h>
#include <sys/ioctl.h>
#include <sys/time.h>

/*
 * igmp_input() of FreeBSD drops every message whose TTL is not 1, so a packet of TTL 0 that never
 * leaves the host reaches no member there. With feedback the stack hears the query itself, and a
 * capture gets the copy that comes back in place of the one that goes out.
 */
#if defined(__FreeBSD__) && defined(BIOCFEEDBACK)
int inject_let_stack_hear(int descriptor)
{
    unsigned on = 1;

    return ioctl(descriptor, BIOCFEEDBACK, &on) == 0 ? 0 : -1;
}

bool local_echo_is_needed(void)
{
    return false;
}
#else
int inject_let_stack_hear(int descriptor)
{
    (void)descriptor;
    return 0;
}

bool local_echo_is_needed(void)
{
    return true;
}
#endif
