/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. Which VLAN an interface is the device of, and which interface the default
 * route uses. Carrier changes are not counted here: the route socket tells of each.
 */
#include "config.h"
#include "system.h"

#include <sys/types.h>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net/if.h>
#include <net/if_dl.h>
#ifdef HAVE_NET_IF_ETHER_H
#include <net/if_ether.h>
#endif
#ifdef HAVE_NET_IF_VLANVAR_H
#include <net/if_vlanvar.h>
#elif defined HAVE_NET_IF_VLAN_VAR_H
#include <net/if_vlan_var.h>
#endif
#include <net/route.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* An answer has room for every address that may come with a route. */
#define ANSWER_SIZE 2048
/* The kernel answers at once; among other news the answer may stand further back. */
#define ANSWERS_MOST 64

#if defined SIOCGIFPARENT
/* vxlan(4), bpe(4) and others answer as well; a vlan(4) is Ethernet by its type, and a name is the
 * driver's, with a number, for good. */
static bool is_vlan(const char *name)
{
    return strncmp(name, "vlan", 4) == 0 && name[4] >= '0' && name[4] <= '9';
}

static bool ask_vlan(int descriptor, const char *name, int64_t *vlan, char parent[IFNAMSIZ])
{
    struct ifreq tag;
    struct if_parent above;

    memset(&tag, 0, sizeof tag);
    memset(&above, 0, sizeof above);
    memcpy(tag.ifr_name, name, strlen(name));
    memcpy(above.ifp_name, name, strlen(name));
    if (!is_vlan(name) || ioctl(descriptor, SIOCGVNETID, &tag) != 0 ||
        ioctl(descriptor, SIOCGIFPARENT, &above) != 0)
        return false;
    *vlan = tag.ifr_vnetid;
    memcpy(parent, above.ifp_parent, IFNAMSIZ);
    return true;
}
#elif defined SIOCGETVLAN
/* A vlan(4) of NetBSD is plain Ethernet by its type: this is the way to know it. */
static bool ask_vlan(int descriptor, const char *name, int64_t *vlan, char parent[IFNAMSIZ])
{
    struct ifreq request;
    struct vlanreq answer;

    memset(&request, 0, sizeof request);
    memset(&answer, 0, sizeof answer);
    memcpy(request.ifr_name, name, strlen(name));
    request.ifr_data = (void *)&answer;
    if (ioctl(descriptor, SIOCGETVLAN, &request) != 0)
        return false;
    *vlan = answer.vlr_tag;
    memcpy(parent, answer.vlr_parent, IFNAMSIZ);
    return true;
}
#else
static bool ask_vlan(int descriptor, const char *name, int64_t *vlan, char parent[IFNAMSIZ])
{
    (void)descriptor;
    (void)name;
    (void)vlan;
    (void)parent;
    return false;
}
#endif

void links_read_vlan(int descriptor, struct link_info *link)
{
    char parent[IFNAMSIZ + 1] = "";
    int64_t vlan;

    /* One that was not set up yet has no parent. */
    if (strlen(link->name) >= IFNAMSIZ || !ask_vlan(descriptor, link->name, &vlan, parent) ||
        vlan < 1 || vlan > 4094 || parent[0] == '\0')
        return;
    link->vlan = (uint16_t)vlan;
    link->parent_index = if_nametoindex(parent);
}

uint32_t links_carrier_changes(unsigned index)
{
    (void)index;
    return 0;
}

unsigned links_bridge(unsigned index)
{
    (void)index;
    return 0;
}

/* As route(8) asks: NetBSD tells the interface only to whom asks for it, and OpenBSD wants an
 * address behind each bit of rtm_addrs. */
struct route_question {
    struct rt_msghdr header;
    struct sockaddr_in destination, mask;
    struct sockaddr_dl interface;
};

/* The index of the interface in the answer to our question, or 0. */
static unsigned read_answer(int descriptor, const struct route_question *question)
{
    union {
        struct rt_msghdr header;
        char octets[ANSWER_SIZE];
    } answer;

    for (int i = 0; i < ANSWERS_MOST; i++) {
        ssize_t length = recv(descriptor, &answer, sizeof answer, 0);

        if (length < (ssize_t)sizeof answer.header)
            return 0;
        if (answer.header.rtm_type != RTM_GET || answer.header.rtm_pid != getpid() ||
            answer.header.rtm_seq != question->header.rtm_seq)
            continue;
        if (answer.header.rtm_errno != 0 ||
            (answer.header.rtm_flags & (RTF_REJECT | RTF_BLACKHOLE)) != 0)
            return 0;
        return answer.header.rtm_index;
    }
    return 0;
}

bool links_default_route(char out[LINK_NAME_SIZE])
{
    struct sockaddr_in any = {.sin_len = sizeof any, .sin_family = AF_INET};
    struct route_question question = {
        .header = {.rtm_msglen = sizeof question,
                   .rtm_version = RTM_VERSION,
                   .rtm_type = RTM_GET,
                   .rtm_addrs = RTA_DST | RTA_NETMASK | RTA_IFP,
                   .rtm_flags = RTF_UP | RTF_GATEWAY,
                   .rtm_seq = 1},
        .destination = any,
        .mask = any,
        .interface = {.sdl_len = sizeof question.interface, .sdl_family = AF_LINK},
    };
    struct timeval patience = {.tv_sec = 1};
    char name[IF_NAMESIZE];
    unsigned index = 0;
    int descriptor = socket(PF_ROUTE, SOCK_RAW, AF_INET);

    if (descriptor < 0)
        return false;
#ifdef HAVE_STRUCT_RT_MSGHDR_RTM_HDRLEN
    question.header.rtm_hdrlen = sizeof question.header;
#endif
#ifdef HAVE_GETRTABLE
    question.header.rtm_tableid = (u_short)getrtable();
#endif
    /* Without a default route the kernel refuses the question. */
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        write(descriptor, &question, sizeof question) == (ssize_t)sizeof question)
        index = read_answer(descriptor, &question);
    close(descriptor);
    if (index == 0 || if_indextoname(index, name) == NULL || strlen(name) >= LINK_NAME_SIZE)
        return false;
    memcpy(out, name, strlen(name) + 1);
    return true;
}
