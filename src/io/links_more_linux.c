/* SPDX-License-Identifier: MIT */
/* Floor 3, Linux. Which VLAN an interface is the device of, how often its carrier changed, of which
 * bridge it is a port, and which interface the default route uses. */
#include <linux/if_vlan.h>
#include <linux/netlink.h>
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

#define LINK_ANSWER_SIZE 16384
#define BRIDGE_KIND      "bridge"

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

/** What an attribute holds, or where attributes follow one another; size 0: nothing. */
struct held {
    const char *data;
    size_t size;
};

static struct held find_attribute(struct held in, unsigned type)
{
    struct rtattr attribute;

    for (size_t at = 0; at + sizeof attribute <= in.size; at += RTA_ALIGN(attribute.rta_len)) {
        memcpy(&attribute, in.data + at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > in.size)
            break;
        if ((attribute.rta_type & NLA_TYPE_MASK) == type)
            return (struct held){in.data + at + RTA_LENGTH(0), attribute.rta_len - RTA_LENGTH(0)};
    }
    return (struct held){NULL, 0};
}

static uint32_t number_of(struct held held)
{
    uint32_t number = 0;

    if (held.size == sizeof number)
        memcpy(&number, held.data, sizeof number);
    return number;
}

/** The attributes in the answer to RTM_GETLINK, which is left in `out`. */
static struct held ask_link(unsigned index, char *out, size_t size)
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
    struct nlmsghdr header;
    size_t begin = NLMSG_LENGTH(sizeof(struct ifinfomsg));
    ssize_t length = -1;

    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0)
        return (struct held){NULL, 0};
    if (send(descriptor, &request, sizeof request, 0) == (ssize_t)sizeof request)
        length = recv(descriptor, out, size, 0);
    close(descriptor);
    if (length < (ssize_t)begin)
        return (struct held){NULL, 0};
    memcpy(&header, out, sizeof header);
    if (header.nlmsg_type != RTM_NEWLINK || header.nlmsg_len < begin)
        return (struct held){NULL, 0};
    size_t end = header.nlmsg_len < (size_t)length ? header.nlmsg_len : (size_t)length;
    return (struct held){out + begin, end - begin};
}

uint32_t links_carrier_changes(unsigned index)
{
    char answer[LINK_ANSWER_SIZE];

    return number_of(find_attribute(ask_link(index, answer, sizeof answer), IFLA_CARRIER_CHANGES));
}

unsigned links_bridge(unsigned index)
{
    char answer[LINK_ANSWER_SIZE];
    struct held link = ask_link(index, answer, sizeof answer);
    /* A bond or a VRF is a master too. */
    struct held kind = find_attribute(find_attribute(link, IFLA_LINKINFO), IFLA_INFO_SLAVE_KIND);

    if (kind.size != sizeof BRIDGE_KIND || memcmp(kind.data, BRIDGE_KIND, kind.size) != 0)
        return 0;
    return number_of(find_attribute(link, IFLA_MASTER));
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
