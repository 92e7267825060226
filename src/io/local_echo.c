/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The same query once more for this host's own members, through a raw IP socket, with TTL
 * 0 and loopback: delivered here, never transmitted. Where the stack hears what is injected,
 * nothing is sent; the socket is opened all the same, since it tells who may do such things.
 */
#include "igmpq/local_echo.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "igmpq/igmp.h"
#include "system.h"

#define ECHO_HEADER 24 /* IPv4 with the Router Alert option */

struct local_echo {
    int descriptor;
};

static int local_echo_prepare(struct local_echo *echo, unsigned interface_index,
                              struct problem *problem)
{
    char advice[PRIVILEGE_ADVICE_SIZE];
    unsigned char loop = 1;
    unsigned char ttl = 0;  /* Linux goes by the header; the BSDs put this in its place */
    int header_is_ours = 1; /* Linux knows by IPPROTO_RAW; a BSD would put another one in front */

    /* IPPROTO_RAW: we write the header, and nothing is ever received. */
    echo->descriptor = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (echo->descriptor < 0) {
        if (errno == EPERM || errno == EACCES)
            return problem_set(
                problem, "no permission for the socket that reaches this host's own members: %s",
                privilege_advice(advice));
        return problem_set(problem, "cannot reach this host's own members: %s", strerror(errno));
    }
    if (setsockopt(echo->descriptor, IPPROTO_IP, IP_HDRINCL, &header_is_ours,
                   sizeof header_is_ours) != 0 ||
        local_echo_choose_interface(echo->descriptor, interface_index) != 0 ||
        setsockopt(echo->descriptor, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) != 0 ||
        setsockopt(echo->descriptor, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) != 0)
        return problem_set(problem, "cannot reach this host's own members on interface %u: %s",
                           interface_index, strerror(errno));
    return 0;
}

struct local_echo *local_echo_open(unsigned interface_index, struct problem *problem)
{
    struct local_echo *echo = calloc(1, sizeof *echo);

    if (echo == NULL) {
        problem_set(problem, "cannot reach this host's own members: not enough memory");
        return NULL;
    }
    if (local_echo_prepare(echo, interface_index, problem) != 0) {
        local_echo_close(echo);
        return NULL;
    }
    return echo;
}

/*
 * The destination is always 224.0.0.1, also of a query for one group. Linux transmits a multicast
 * packet of TTL 0 to a group that no socket of this host has joined (measured on 6.18: only packets
 * that it would loop back take the path that looks at the TTL). Every host is a member of
 * 224.0.0.1, and hosts go by the group in the message.
 */
static void local_echo_write_header(const struct envelope *envelope, size_t payload_length,
                                    uint8_t out[ECHO_HEADER])
{
    uint16_t length = local_echo_header_length((uint16_t)(ECHO_HEADER + payload_length));

    memset(out, 0, ECHO_HEADER);
    out[0] = 4 << 4 | ECHO_HEADER / 4; /* version, header length in words */
    out[1] = envelope->tos;
    memcpy(out + 2, &length, sizeof length);
    /* 4: ID 0, 6: no fragment, 8: TTL 0, 10: the kernel fills in the checksum. */
    out[9] = IPPROTO_IGMP;
    octets_put_address(out + 12,
                       envelope->source); /* 0.0.0.0: the kernel puts the interface's address */
    octets_put_address(out + 16, ADDRESS_ALL_HOSTS);
    memcpy(out + 20, "\x94\x04\x00\x00",
           4); /* Router Alert: strict hosts ask for it (RFC 9776 section 9.1) */
}

int local_echo_send(struct local_echo *echo, const struct envelope *envelope, struct octets payload,
                    struct problem *problem)
{
    uint8_t packet[ECHO_HEADER + IGMP_LENGTH_MAX];
    struct sockaddr_in to = {.sin_family = AF_INET};

    if (payload.length > IGMP_LENGTH_MAX) {
        errno = EMSGSIZE;
        return problem_set(problem, "an IGMP message of %zu octets is too long", payload.length);
    }
    if (!local_echo_is_needed())
        return 0;
    local_echo_write_header(envelope, payload.length, packet);
    memcpy(packet + ECHO_HEADER, payload.data, payload.length);
    to.sin_addr.s_addr = htonl(ADDRESS_ALL_HOSTS.ipv4);
    if (sendto(echo->descriptor, packet, ECHO_HEADER + payload.length, 0,
               (const struct sockaddr *)&to, sizeof to) < 0)
        return problem_set(problem, "cannot reach this host's own members: %s", strerror(errno));
    return 0;
}

void local_echo_close(struct local_echo *echo)
{
    if (echo == NULL)
        return;
    if (echo->descriptor >= 0)
        close(echo->descriptor);
    free(echo);
}
