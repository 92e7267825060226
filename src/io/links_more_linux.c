/* SPDX-License-Identifier: MIT */
/* Floor 3, Linux. Which VLAN an interface is the device of, and which interface the default route
 * uses. */
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <net/if.h>

#include "system.h"

static bool ask_vlan(int descriptor, const char *name, int command, struct vlan_ioctl_args *out)
{
    memset(out, 0, sizeof *out);
    out->cmd = command;
    snprintf(out->device1, sizeof out->device1, "%s", name);
    /* Fails for all that is no VLAN device, and where the kernel knows no VLANs. */
    return ioctl(descriptor, SIOCGIFVLAN, out) == 0;
}

void links_read_vlan(int descriptor, struct link_info *link)
{
    struct vlan_ioctl_args answer;

    if (!ask_vlan(descriptor, link->name, GET_VLAN_VID_CMD, &answer))
        return;
    int vlan = answer.u.VID;
    if (!ask_vlan(descriptor, link->name, GET_VLAN_REALDEV_NAME_CMD, &answer))
        return;
    link->vlan = (uint16_t)vlan;
    link->parent_index = if_nametoindex(answer.u.device2);
}

bool links_default_route(char out[LINK_NAME_SIZE])
{
    char line[256], name[LINK_NAME_SIZE];
    unsigned long destination, gateway, flags, mask;
    long metric, best = -1;
    FILE *routes = fopen("/proc/net/route", "r");

    if (!routes)
        return false;
    while (fgets(line, sizeof line, routes)) {
        /* The heading does not scan. */
        if (sscanf(line, "%15s %lx %lx %lx %*d %*d %ld %lx", name, &destination, &gateway, &flags,
                   &metric, &mask) != 6 ||
            destination != 0 || mask != 0 || (flags & 1) == 0)
            continue;
        if (best < 0 || metric < best) {
            best = metric;
            memcpy(out, name, sizeof name);
        }
    }
    fclose(routes);
    return best >= 0;
}
