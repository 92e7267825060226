/* SPDX-License-Identifier: MIT */
/*
 * A model of the calls of a BSD's kernel and C library that src/io/\*_bsd.c and its neighbours
 * make. It takes the part of the functions of the same names when the program is linked. What it
 * does was read in the sources: sys/net/rtsock.c, sys/netinet/ip_output.c and raw_ip.c,
 * sys/net/if_vlan.c and if_vxlan.c, sys/net/bpf.c, lib/libc/net/getifaddrs.c.
 */
#include <sys/types.h>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/bpf.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#if defined __FreeBSD__
#include <net/if_vlan_var.h>
#elif defined __NetBSD__
#include <net/if_ether.h>
#include <net/if_vlanvar.h>
#endif
#include <net/route.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

#define SOCKETS       8
#define SOCKETS_FIRST 100
#define PROCESS       4711
#define ROUTING_TABLE 3
#define MESSAGE_SIZE  240 /* of each: longer than the header that is looked at */

struct message {
    struct rt_msghdr header;
    char more[MESSAGE_SIZE - sizeof(struct rt_msghdr)];
};

struct socket_state {
    int domain, type; /* no domain: not open */
    bool header_is_ours;
    bool tells_loss; /* SO_RERROR */
    bool has_lost;
    uint8_t multicast_ttl;
    unsigned interface;
    struct message message[KERNEL_MESSAGES];
    unsigned messages;
};

struct link_address {
    struct sockaddr_dl fixed;
    char more[IFNAMSIZ + 8];
};

static struct {
    struct kernel_interface interface[KERNEL_INTERFACES + 1];
    unsigned interfaces, default_route;
    int route_flags;
    struct socket_state socket[SOCKETS];
    struct kernel_seen seen;
} kernel;

static int refuse(int why)
{
    errno = why;
    return -1;
}

static int unknown(void)
{
    kernel.seen.unknown++;
    return refuse(ENOTTY);
}

/* ---- for the tests ---- */

void kernel_reset(void)
{
    memset(&kernel, 0, sizeof kernel);
    kernel_add(&(struct kernel_interface){.name = "lo0",
                                          .type = IFT_LOOP,
                                          .flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING,
                                          .has_no_mac = true,
                                          .address = 0x7f000001});
}

unsigned kernel_add(const struct kernel_interface *interface)
{
    struct kernel_interface *added = &kernel.interface[++kernel.interfaces];

    *added = *interface;
    if (added->flags == 0)
        added->flags = IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST;
    if (added->type == 0)
        added->type = IFT_ETHER;
    if (added->lower_type == 0)
        added->lower_type = added->type;
    if (added->mtu == 0)
        added->mtu = 1500;
    return kernel.interfaces;
}

void kernel_set_default_route(unsigned index, int flags)
{
    kernel.default_route = index;
    kernel.route_flags = RTF_UP | flags;
}

struct kernel_seen kernel_seen(void)
{
    kernel.seen.open = 0;
    for (unsigned i = 0; i < SOCKETS; i++)
        kernel.seen.open += kernel.socket[i].domain != 0;
    return kernel.seen;
}

/* ---- interfaces ---- */

static const struct kernel_interface *find(const char *name, unsigned *index)
{
    for (unsigned i = 1; i <= kernel.interfaces; i++) {
        if (strcmp(kernel.interface[i].name, name) != 0)
            continue;
        if (index != NULL)
            *index = i;
        return &kernel.interface[i];
    }
    return NULL;
}

unsigned if_nametoindex(const char *name)
{
    unsigned index;

    return find(name, &index) != NULL ? index : 0;
}

char *if_indextoname(unsigned index, char *name)
{
    if (index == 0 || index > kernel.interfaces) {
        errno = ENXIO;
        return NULL;
    }
    return strcpy(name, kernel.interface[index].name);
}

static struct sockaddr *put_address(uint32_t address)
{
    struct sockaddr_in *in = calloc(1, sizeof *in);

    in->sin_len = sizeof *in;
    in->sin_family = AF_INET;
    in->sin_addr.s_addr = htonl(address);
    return (struct sockaddr *)in;
}

/* The name stands in front of the hardware address, and without a zero. */
static struct sockaddr *put_link_address(const struct kernel_interface *interface, unsigned index)
{
    struct link_address *out = calloc(1, sizeof *out);
    struct sockaddr_dl *link = &out->fixed;
    char *data = (char *)out + offsetof(struct sockaddr_dl, sdl_data);

    link->sdl_len = sizeof *link;
    link->sdl_family = AF_LINK;
    link->sdl_index = (uint16_t)index;
    link->sdl_type = interface->lower_type;
    link->sdl_nlen = (uint8_t)strlen(interface->name);
    memcpy(data, interface->name, link->sdl_nlen);
    if (!interface->has_no_mac) {
        link->sdl_alen = sizeof interface->mac;
        memcpy(data + link->sdl_nlen, interface->mac, sizeof interface->mac);
    }
    return (struct sockaddr *)link;
}

static struct ifaddrs *put_entry(struct ifaddrs *next, const struct kernel_interface *interface,
                                 struct sockaddr *address)
{
    struct ifaddrs *entry = calloc(1, sizeof *entry);

    entry->ifa_next = next;
    entry->ifa_name = strdup(interface->name);
    entry->ifa_flags = interface->flags;
    entry->ifa_addr = address;
    return entry;
}

int getifaddrs(struct ifaddrs **out)
{
    *out = NULL;
    for (unsigned i = kernel.interfaces; i > 0; i--) {
        const struct kernel_interface *interface = &kernel.interface[i];
        if (interface->address != 0) {
            *out = put_entry(*out, interface, put_address(interface->address));
            (*out)->ifa_netmask = put_address(0xffffff00);
        }
        *out = put_entry(*out, interface, put_link_address(interface, i));
        struct if_data *data = calloc(1, sizeof *data);
        data->ifi_type = interface->type;
        data->ifi_link_state = interface->link_state;
        (*out)->ifa_data = data;
    }
    return 0;
}

void freeifaddrs(struct ifaddrs *entries)
{
    while (entries != NULL) {
        struct ifaddrs *next = entries->ifa_next;
        free(entries->ifa_name);
        free(entries->ifa_addr);
        free(entries->ifa_netmask);
        free(entries->ifa_data);
        free(entries);
        entries = next;
    }
}

/* ---- route sockets ---- */

static void deliver(const struct message *message)
{
    for (unsigned i = 0; i < SOCKETS; i++) {
        struct socket_state *state = &kernel.socket[i];
        if (state->domain != PF_ROUTE)
            continue;
        if (state->messages < KERNEL_MESSAGES)
            state->message[state->messages++] = *message;
        else
            state->has_lost = true;
    }
}

void kernel_tell(int type)
{
    struct message message = {.header = {.rtm_msglen = sizeof message, .rtm_version = RTM_VERSION}};

    message.header.rtm_type = (unsigned char)type;
    deliver(&message);
}

/* Which addresses come with a request, by bit; 0: it is refused. (rt_xaddrs, rtm_xaddrs) */
static unsigned addresses_of(const struct rt_msghdr *header, const char *octets, size_t length)
{
    unsigned seen = 0;
    size_t at = sizeof *header;

#ifdef __OpenBSD__
    /* 0: as those ask who know no other length */
    at = header->rtm_hdrlen ? header->rtm_hdrlen : sizeof *header;
    if (at != sizeof *header)
        return 0;
#endif
    for (unsigned bit = 1; bit < 1u << RTAX_MAX; bit <<= 1) {
        struct sockaddr address = {0};

        if (((unsigned)header->rtm_addrs & bit) == 0)
            continue;
        if (at >= length) {
#if defined __FreeBSD__
            return seen;
#elif defined __NetBSD__
            return (bit & (RTA_IFP | RTA_IFA)) != 0 ? seen : 0;
#else
            return 0;
#endif
        }
        memcpy(&address, octets + at, offsetof(struct sockaddr, sa_data));
        if (address.sa_len == 0 || at + address.sa_len > length)
            return 0;
        if (bit == RTA_IFP && (address.sa_family != AF_LINK || address.sa_len < 4))
            return 0;
        seen |= bit;
        at += (address.sa_len + 7u) & ~7u;
    }
    return seen;
}

ssize_t write(int descriptor, const void *data, size_t length)
{
    struct message answer = {{0}, ""};

    if (length < sizeof answer.header || length > sizeof answer ||
        kernel.socket[descriptor - SOCKETS_FIRST].domain != PF_ROUTE)
        return refuse(EINVAL);
    memcpy(&answer, data, length);
    struct rt_msghdr *header = &answer.header;
    if (header->rtm_msglen != length || header->rtm_version != RTM_VERSION ||
        header->rtm_type != RTM_GET ||
        (addresses_of(header, data, length) & (RTA_DST | RTA_NETMASK)) != (RTA_DST | RTA_NETMASK))
        return refuse(EINVAL);
    if (kernel.default_route == 0)
        return refuse(ESRCH);
#ifdef __OpenBSD__
    if (header->rtm_tableid != ROUTING_TABLE)
        return refuse(ESRCH);
#endif
    /* Somebody else asked as well, and something happened. */
    kernel_tell(RTM_IFINFO);
    header->rtm_pid = PROCESS + 1;
    header->rtm_index = 1;
    deliver(&answer);
    header->rtm_pid = PROCESS;
    header->rtm_seq++; /* and we asked something else before */
    deliver(&answer);
    header->rtm_seq--;
    header->rtm_flags = kernel.route_flags;
    header->rtm_index = (unsigned short)kernel.default_route;
#ifdef __NetBSD__
    if ((header->rtm_addrs & RTA_IFP) == 0)
        header->rtm_index = 0;
#endif
    deliver(&answer);
    return (ssize_t)length;
}

/* One message a call; what does not fit is dropped. */
ssize_t recv(int descriptor, void *out, size_t size, int flags)
{
    struct socket_state *state = &kernel.socket[descriptor - SOCKETS_FIRST];

    (void)flags;
    if (state->messages == 0) {
        if (!state->has_lost)
            return refuse(EAGAIN);
        state->has_lost = false;
#if defined RTM_DESYNC
        state->message[state->messages++] = (struct message){
            .header = {.rtm_msglen = sizeof(struct message), .rtm_type = RTM_DESYNC}};
#else
        return refuse(state->tells_loss ? ENOBUFS : EAGAIN);
#endif
    }
    size_t length = sizeof state->message[0] < size ? sizeof state->message[0] : size;
    memcpy(out, &state->message[0], length);
    state->messages--;
    memmove(state->message, state->message + 1, state->messages * sizeof state->message[0]);
    return (ssize_t)length;
}

/* ---- sockets ---- */

int socket(int domain, int type, int protocol)
{
    (void)protocol;
    for (int i = 0; i < SOCKETS; i++) {
        if (kernel.socket[i].domain != 0)
            continue;
        kernel.socket[i] =
            (struct socket_state){.domain = domain, .type = type, .multicast_ttl = 1};
        return SOCKETS_FIRST + i;
    }
    return refuse(EMFILE);
}

int close(int descriptor)
{
    kernel.socket[descriptor - SOCKETS_FIRST].domain = 0;
    return 0;
}

int fcntl(int descriptor, int command, ...)
{
    (void)descriptor;
    return command == F_SETFL || command == F_SETFD ? 0 : unknown();
}

#ifdef __OpenBSD__
int getrtable(void)
{
    return ROUTING_TABLE;
}
#endif

pid_t getpid(void)
{
    return PROCESS;
}

static int choose_interface(struct socket_state *state, const void *value, socklen_t size)
{
#ifdef __NetBSD__
    struct in_addr address;

    if (size != sizeof address)
        return refuse(EINVAL);
    memcpy(&address, value, sizeof address);
    state->interface = ntohl(address.s_addr);
    if (state->interface >> 24 != 0)
        return refuse(EADDRNOTAVAIL); /* an address, and we have not that one */
#else
    struct ip_mreqn request;

    if (size != sizeof request)
        return refuse(EINVAL);
    memcpy(&request, value, sizeof request);
    state->interface = (unsigned)request.imr_ifindex;
#endif
    return state->interface <= kernel.interfaces ? 0 : refuse(EADDRNOTAVAIL);
}

int setsockopt(int descriptor, int level, int name, const void *value, socklen_t size)
{
    struct socket_state *state = &kernel.socket[descriptor - SOCKETS_FIRST];
    int number = 0;

    memcpy(&number, value, size < sizeof number ? size : sizeof number);
    if (level == SOL_SOCKET && name == SO_RCVTIMEO)
        return size == sizeof(struct timeval) ? 0 : refuse(EINVAL);
#ifdef SO_RERROR
    if (level == SOL_SOCKET && name == SO_RERROR) {
        state->tells_loss = number != 0;
        return 0;
    }
#endif
    if (level != IPPROTO_IP || state->type != SOCK_RAW)
        return unknown();
    if (name == IP_HDRINCL && size == sizeof(int)) {
        state->header_is_ours = number != 0;
        return 0;
    }
    if (name == IP_MULTICAST_IF)
        return choose_interface(state, value, size);
    if (name == IP_MULTICAST_LOOP && size == 1 && number == 1)
        return 0;
    if (name == IP_MULTICAST_TTL && size == 1) {
        state->multicast_ttl = (uint8_t)number;
        return 0;
    }
    return unknown();
}

/* rip_output and ip_output: the length is in the host's order on NetBSD. Of a packet to a multicast
 * address the socket's TTL takes the place of the header's, and what has none left goes to members
 * on this host alone. Who is one of 224.0.0.1 hears a query with the Router Alert option. */
ssize_t sendto(int descriptor, const void *data, size_t length, int flags,
               const struct sockaddr *to, socklen_t to_size)
{
    const struct socket_state *state = &kernel.socket[descriptor - SOCKETS_FIRST];
    const uint8_t *packet = data;
    uint16_t told;

    (void)flags;
    memcpy(&told, packet + 2, sizeof told);
#ifndef __NetBSD__
    told = ntohs(told);
#endif
    if (!state->header_is_ours || told != length || to->sa_family != AF_INET ||
        to_size != sizeof(struct sockaddr_in)) {
        kernel.seen.malformed++;
        return refuse(EINVAL);
    }
    struct sockaddr_in hop;
    static const uint8_t all_hosts[] = {224, 0, 0, 1}, router_alert[] = {0x94, 4, 0, 0};
    memcpy(&hop, to, sizeof hop);
    bool is_to_all =
        memcmp(packet + 16, all_hosts, 4) == 0 && memcmp(&hop.sin_addr, all_hosts, 4) == 0;
    bool is_heard = packet[0] == 0x46 && packet[9] == IPPROTO_IGMP &&
                    memcmp(packet + 20, router_alert, 4) == 0 && state->interface > 0;
    kernel.seen.loopback += is_to_all && is_heard;
    kernel.seen.wire += !is_to_all || state->multicast_ttl > 0;
    return (ssize_t)length;
}

/* ---- ioctl ---- */

#if defined SIOCGETVLAN && !defined SIOCGIFPARENT
static int get_vlan(const struct kernel_interface *interface, const struct ifreq *request)
{
    struct vlanreq answer = {.vlr_tag = (unsigned short)interface->tag};

#ifdef __FreeBSD__
    bool is_vlan = interface->type == IFT_L2VLAN;
#else
    bool is_vlan = strncmp(interface->name, "vlan", 4) == 0;
#endif
    if (!is_vlan)
        return refuse(EINVAL);
    if (interface->parent != NULL)
        memcpy(answer.vlr_parent, interface->parent, strlen(interface->parent));
    memcpy(request->ifr_data, &answer, sizeof answer);
    return 0;
}
#endif

#if defined SIOCGIFPARENT
static int get_network(const struct kernel_interface *interface, struct ifreq *request)
{
    if (strncmp(interface->name, "vlan", 4) != 0 && !interface->is_virtual)
        return refuse(ENOTTY);
    if (interface->tag == 0)
        return refuse(EADDRNOTAVAIL);
    request->ifr_vnetid = interface->tag;
    return 0;
}

static int get_parent(const struct kernel_interface *interface, struct if_parent *request)
{
    if (interface->parent == NULL)
        return refuse(EADDRNOTAVAIL);
    memcpy(request->ifp_parent, interface->parent, strlen(interface->parent));
    return 0;
}
#endif

static int ask_interface(unsigned long command, void *argument)
{
    struct ifreq *request = argument; /* the name comes first in all of them */
    const struct kernel_interface *interface = find(request->ifr_name, NULL);

    if (interface == NULL)
        return refuse(ENXIO);
    switch (command) {
    case SIOCGIFMTU: request->ifr_mtu = interface->mtu; return 0;
    case SIOCGIFFLAGS: request->ifr_flags = (short)interface->flags; return 0;
#if defined SIOCGIFPARENT
    case SIOCGVNETID: return get_network(interface, request);
    case SIOCGIFPARENT: return get_parent(interface, argument);
#elif defined SIOCGETVLAN
    case SIOCGETVLAN: return get_vlan(interface, request);
#endif
    default: return unknown();
    }
}

int ioctl(int descriptor, unsigned long command, ...)
{
    va_list arguments;

    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (descriptor >= SOCKETS_FIRST)
        return ask_interface(command, argument);
#ifdef BIOCFEEDBACK
    if (command == BIOCFEEDBACK) {
        kernel.seen.feedback += *(unsigned *)argument == 1;
        return 0;
    }
#endif
    if (command == BIOCSETF) {
        const struct bpf_program *program = argument;
        const struct bpf_insn *first = program->bf_insns;
        kernel.seen.deaf +=
            program->bf_len == 1 && first->code == (BPF_RET | BPF_K) && first->k == 0;
        return 0;
    }
    return unknown();
}
