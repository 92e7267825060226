/* SPDX-License-Identifier: MIT */
/* Floor 4. Finding a MAC address without making ARP packets of our own. */
#include "inject_neighbour.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "igmpq/text.h"

#define ARP_TABLE    "/proc/net/arp"
#define PORT_DISCARD 9
#define LOOKS        40
#define LOOK_PAUSE   50000000L /* ns */

enum look { LOOK_FOUND, LOOK_MISSING, LOOK_NO_TABLE };

/* Lines of: IP address, HW type, Flags, HW address, Mask, Device; incomplete ones have a MAC of 0.
 */
static enum look look_up(const char *interface, struct address host, struct mac *out)
{
    FILE *table = fopen(ARP_TABLE, "re");
    char line[256], ip[32], mac[32], device[32];
    enum look look = LOOK_MISSING;

    if (!table)
        return LOOK_NO_TABLE;
    while (look == LOOK_MISSING && fgets(line, sizeof line, table)) {
        struct address address;
        if (sscanf(line, "%31s %*s %*s %31s %*s %31s", ip, mac, device) == 3 &&
            text_parse_address(ip, &address) && address_equal(address, host) &&
            strcmp(device, interface) == 0 && text_parse_mac(mac, out) && !mac_is_none(*out))
            look = LOOK_FOUND;
    }
    fclose(table);
    return look;
}

bool neighbour_is_self(struct address host)
{
    struct ifaddrs *all;
    bool is_own = false;

    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        struct sockaddr_in in;
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET)
            continue;
        memcpy(&in, one->ifa_addr, sizeof in);
        is_own |= ntohl(in.sin_addr.s_addr) == host.ipv4;
    }
    freeifaddrs(all);
    return is_own;
}

static int provoke(struct address host, struct problem *problem)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT_DISCARD)};
    char text[TEXT_ADDRESS_SIZE];
    int on = 1, status;

    to.sin_addr.s_addr = htonl(host.ipv4);
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (descriptor < 0)
        return problem_set(problem, "cannot look for %s: %s", text_address(host, text),
                           strerror(errno));
    /* Without a route: behind a router its MAC address would be the router's. */
    status = setsockopt(descriptor, SOL_SOCKET, SO_DONTROUTE, &on, sizeof on);
    if (status == 0)
        status = (int)sendto(descriptor, "", 0, 0, (const struct sockaddr *)&to, sizeof to);
    if (status < 0)
        problem_set(problem, "cannot look for %s: %s", text_address(host, text), strerror(errno));
    close(descriptor);
    return status < 0 ? -1 : 0;
}

int neighbour_find(const char *interface, struct address host, const char *option, struct mac *out,
                   struct problem *problem)
{
    const struct timespec pause = {.tv_nsec = LOOK_PAUSE};
    enum look look = look_up(interface, host, out);
    char text[TEXT_ADDRESS_SIZE], reason[128] = "it does not answer";
    struct problem why;

    if (look == LOOK_MISSING && provoke(host, &why) < 0)
        snprintf(reason, sizeof reason, "%.100s", why.text);
    else
        for (int i = 0; i < LOOKS && look == LOOK_MISSING; i++) {
            nanosleep(&pause, NULL);
            look = look_up(interface, host, out);
        }
    if (look == LOOK_FOUND)
        return 0;
    if (look == LOOK_NO_TABLE)
        snprintf(reason, sizeof reason, "this system does not show its ARP table in " ARP_TABLE);
    return problem_set(problem, "%s: no MAC address is known for it on %s (%s); give it with %s",
                       text_address(host, text), interface, reason, option);
}
