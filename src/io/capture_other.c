/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, systems other than Linux. No all-multicast that ends with the capture: the BSDs have
 * IFF_ALLMULTI only as a flag that the kernel sets by itself, and what SIOCADDMULTI adds stays when
 * a program dies.
 */
#include "system.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <net/if.h>

int capture_ask_allmulti(int descriptor, const char *interface)
{
    (void)descriptor;
    (void)interface;
    return -1;
}

int capture_ask_promiscuous(int descriptor, const char *interface, bool is_wanted)
{
    (void)descriptor;
    (void)interface;
    (void)is_wanted;
    return 0;
}

/* A BPF device does not tell; any socket does. */
bool capture_is_down(int descriptor, const char *interface)
{
    struct ifreq request;
    bool is_down = false;
    int any = socket(AF_INET, SOCK_DGRAM, 0);

    (void)descriptor;
    memset(&request, 0, sizeof request);
    if (any >= 0 && strlen(interface) < sizeof request.ifr_name) {
        memcpy(request.ifr_name, interface, strlen(interface));
        is_down = ioctl(any, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) == 0;
    }
    if (any >= 0)
        close(any);
    return is_down;
}
