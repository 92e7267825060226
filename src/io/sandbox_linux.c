/* SPDX-License-Identifier: MIT */
/* Floor 3, Linux. Capabilities, without libcap: what is kept fits into one bit. */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox_private.h"

#define CAPABILITIES_MOST 64
#define NET_RAW           (UINT32_C(1) << CAP_NET_RAW)

bool sandbox_keeps_rights(void)
{
    return true;
}

void sandbox_before_user(void)
{
    prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL);
    /* It takes CAP_SETPCAP, which who is not root has not: then the set stays, and without new
     * privileges it means nothing. */
    for (unsigned long i = 0; i < CAPABILITIES_MOST; i++)
        prctl(PR_CAPBSET_DROP, i, 0UL, 0UL, 0UL);
}

/** Two words each since version 3 of the interface; what we keep is in the first. */
static int read_capabilities(struct __user_cap_data_struct data[2])
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

    return (int)syscall(SYS_capget, &header, data);
}

static int keep_capabilities(uint32_t kept)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};

    if (read_capabilities(data) != 0)
        return -1;
    kept &= data[0].permitted;
    data[0] = (struct __user_cap_data_struct){.effective = kept, .permitted = kept};
    data[1] = (struct __user_cap_data_struct){0};
    return (int)syscall(SYS_capset, &header, data);
}

int sandbox_after_user(enum sandbox_role role, struct problem *problem)
{
    uint32_t kept = role == SANDBOX_DAEMON ? NET_RAW : 0;
    struct __user_cap_data_struct now[2] = {{0}};

    /* Fails before Linux 4.3, which has no ambient set. */
    prctl(PR_CAP_AMBIENT, (unsigned long)PR_CAP_AMBIENT_CLEAR_ALL, 0UL, 0UL, 0UL);
    /* A service manager may refuse the call itself: then what it left us is to be little enough.
     * (That a helper has CAP_NET_RAW then means nothing for its programs: it is in no set that is
     * handed on.) */
    bool is_refused = keep_capabilities(kept) != 0 && errno == EPERM;
    if (read_capabilities(now) != 0)
        return problem_set(problem, "cannot give up capabilities: %s", strerror(errno));
    if (is_refused) {
        kept = NET_RAW;
        now[0].inheritable = 0;
    }
    if ((now[0].permitted | now[0].effective) & ~kept || now[0].inheritable != 0 ||
        now[1].permitted != 0 || now[1].effective != 0 || now[1].inheritable != 0)
        return problem_set(problem, "capabilities were given up and are still there");
    prctl(PR_SET_KEEPCAPS, 0UL, 0UL, 0UL, 0UL);
    prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
        return problem_set(problem, "cannot rule out new privileges: %s", strerror(errno));
    return 0;
}
