/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The interfaces of this host: a whole snapshot with getifaddrs(3).
 */
#include "igmpq/links.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <net/if.h>

#include "system.h"

bool links_is_name(const char *name)
{
    return name[0] != '\0' && strlen(name) < LINK_NAME_SIZE && strchr(name, '/') == NULL;
}

static unsigned links_ask_mtu(int descriptor, const char *name)
{
    struct ifreq request;

    memset(&request, 0, sizeof request);
    if (strlen(name) >= sizeof request.ifr_name)
        return 0;
    memcpy(request.ifr_name, name, strlen(name));
    if (ioctl(descriptor, SIOCGIFMTU, &request) != 0 || request.ifr_mtu < 0)
        return 0;
    return (unsigned)request.ifr_mtu;
}

unsigned links_mtu(const char *name)
{
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    unsigned mtu;

    if (descriptor < 0)
        return 0;
    mtu = links_ask_mtu(descriptor, name);
    close(descriptor);
    return mtu;
}

/* An address may carry a label ("eth0:1"), which getifaddrs() gives as the name: it belongs to
 * eth0. */
static size_t links_name_length(const char *label)
{
    return strcspn(label, ":");
}

static struct link_info *links_get(struct links *links, const char *label)
{
    size_t length = links_name_length(label);

    for (size_t i = 0; i < links->count; i++) {
        struct link_info *link = &links->link[i];

        if (strlen(link->name) == length && memcmp(link->name, label, length) == 0)
            return link;
    }
    return NULL;
}

/* The link of that entry, new if need be, with the flags of its first entry; NULL without memory or
 * for a name that is too long to be one. */
static struct link_info *links_get_or_add(struct links *links, const struct ifaddrs *entry)
{
    const char *label = entry->ifa_name;
    size_t length = links_name_length(label);
    struct link_info *link = links_get(links, label);

    if (link != NULL || length >= LINK_NAME_SIZE)
        return link;
    link = realloc(links->link, (links->count + 1) * sizeof *link);
    if (link == NULL)
        return NULL;
    links->link = link;
    link += links->count++;
    memset(link, 0, sizeof *link);
    memcpy(link->name, label, length);
    link->is_up = (entry->ifa_flags & IFF_UP) != 0;
    link->has_carrier = (entry->ifa_flags & IFF_RUNNING) != 0;
    link->is_loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    return link;
}

static struct address address_from(const struct sockaddr *from)
{
    struct sockaddr_in in;

    memcpy(&in, from, sizeof in);
    return (struct address){ntohl(in.sin_addr.s_addr)};
}

/* The number of leading ones; masks with holes are no prefixes. */
static unsigned prefix_length_from(const struct sockaddr *mask)
{
    uint32_t bits = mask != NULL ? address_from(mask).ipv4 : UINT32_MAX;
    unsigned length = 0;

    while (length < 32 && (bits >> (31 - length) & 1) != 0)
        length++;
    return length;
}

static bool address_is_link_local(struct address address)
{
    return address.ipv4 >> 16 == 0xa9fe; /* 169.254/16, RFC 3927 */
}

static void link_add_address(struct link_info *link, const struct ifaddrs *entry)
{
    struct prefix prefix = {address_from(entry->ifa_addr), prefix_length_from(entry->ifa_netmask)};

    if (address_is_none(prefix.address))
        return;
    if (link->address_count++ == 0 ||
        (address_is_link_local(link->primary.address) && !address_is_link_local(prefix.address)))
        link->primary = prefix;
}

static int link_compare(const void *a, const void *b)
{
    const struct link_info *one = a;
    const struct link_info *other = b;

    return (one->index > other->index) - (one->index < other->index);
}

static int links_fill(struct links *out, const struct ifaddrs *entries)
{
    for (const struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next) {
        struct link_info *link = links_get_or_add(out, entry);

        if (link == NULL)
            return -1;
        if (entry->ifa_addr == NULL)
            continue;
        if (entry->ifa_addr->sa_family == AF_INET)
            link_add_address(link, entry);
        else
            links_read_hardware(entry, link);
    }
    return 0;
}

int links_take(struct links *out, struct problem *problem)
{
    struct ifaddrs *entries;
    int descriptor;
    int status;

    *out = (struct links){0};
    if (getifaddrs(&entries) != 0)
        return problem_set(problem, "cannot list the interfaces: %s", strerror(errno));
    status = links_fill(out, entries);
    freeifaddrs(entries);
    if (status != 0) {
        links_free(out);
        return problem_set(problem, "cannot list the interfaces: not enough memory");
    }
    descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (descriptor < 0) {
        /* Half of the truth would look as if VLAN devices had gone. */
        problem_set(problem, "cannot list the interfaces: %s", strerror(errno));
        links_free(out);
        return -1;
    }
    for (size_t i = 0; i < out->count; i++) {
        struct link_info *link = &out->link[i];

        link->mtu = links_ask_mtu(descriptor, link->name);
        if (link->is_ethernet)
            links_read_vlan(descriptor, link);
        if (link->index == 0)
            link->index = if_nametoindex(link->name);
    }
    close(descriptor);
    if (out->count > 0)
        qsort(out->link, out->count, sizeof *out->link, link_compare);
    return 0;
}

void links_free(struct links *links)
{
    free(links->link);
    *links = (struct links){0};
}

const struct link_info *links_find(const struct links *links, const char *name)
{
    for (size_t i = 0; i < links->count; i++) {
        if (strcmp(links->link[i].name, name) == 0)
            return &links->link[i];
    }
    return NULL;
}

const struct link_info *links_find_index(const struct links *links, unsigned index)
{
    for (size_t i = 0; i < links->count; i++) {
        if (links->link[i].index == index)
            return &links->link[i];
    }
    return NULL;
}

const struct link_info *links_find_vlan(const struct links *links, unsigned parent_index,
                                        uint16_t vlan)
{
    for (size_t i = 0; i < links->count; i++) {
        if (links->link[i].vlan == vlan && links->link[i].parent_index == parent_index)
            return &links->link[i];
    }
    return NULL;
}

static bool link_is_usable(const struct link_info *link)
{
    return link->is_ethernet && !link->is_loopback;
}

const char *links_names(const struct links *links, char *out, size_t size)
{
    size_t left = 0;
    size_t length = 0;

    for (size_t i = 0; i < links->count; i++)
        left += link_is_usable(&links->link[i]);
    if (left == 0) {
        snprintf(out, size, "none");
        return out;
    }
    for (size_t i = 0; i < links->count && length < size; i++) {
        if (!link_is_usable(&links->link[i]))
            continue;
        left--;
        length += (size_t)snprintf(out + length, size - length, "%s%s", links->link[i].name,
                                   left > 1    ? ", "
                                   : left == 1 ? " and "
                                               : "");
    }
    return out;
}
