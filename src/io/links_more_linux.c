/* SPDX-License-Identifier: MIT */
/* Floor 3, Linux. Which VLAN an interface is the device of, how often its carrier changed, and
 * which interface the default route uses. */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <net/if.h>
#include <net/route.h>

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

/** The number in an answer to RTM_GETLINK; 0 when it is not there. */
static uint32_t find_carrier_changes(const char *answer, size_t size)
{
    struct nlmsghdr header;
    struct rtattr attribute;
    uint32_t changes = 0;

    if (size < sizeof header)
        return 0;
    memcpy(&header, answer, sizeof header);
    if (header.nlmsg_type != RTM_NEWLINK)
        return 0;
    size_t end = header.nlmsg_len < size ? header.nlmsg_len : size;
    size_t at = NLMSG_LENGTH(sizeof(struct ifinfomsg));
    for (; at + sizeof attribute <= end; at += RTA_ALIGN(attribute.rta_len)) {
        memcpy(&attribute, answer + at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > end)
            break;
        if (attribute.rta_type == IFLA_CARRIER_CHANGES &&
            attribute.rta_len == RTA_LENGTH(sizeof changes))
            memcpy(&changes, answer + at + RTA_LENGTH(0), sizeof changes);
    }
    return changes;
}

uint32_t links_carrier_changes(unsigned index)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST},
        .link = {.ifi_index = (int)index},
    };
    char answer[16384];
    uint32_t changes = 0;

    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0)
        return 0;
    if (send(descriptor, &request, sizeof request, 0) == (ssize_t)sizeof request) {
        ssize_t length = recv(descriptor, answer, sizeof answer, 0);
        changes = find_carrier_changes(answer, length > 0 ? (size_t)length : 0);
    }
    close(descriptor);
    return changes;
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
            destination != 0 || mask != 0 || (flags & RTF_UP) == 0 || (flags & RTF_REJECT) != 0)
            continue; /* a route that rejects belongs to an interface "*" */
        if (best < 0 || metric < best) {
            best = metric;
            memcpy(out, name, sizeof name);
        }
    }
    fclose(routes);
    return best >= 0;
}
