/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. Test helper: a storm of IGMP frames. flood INTERFACE SECONDS RATE KIND: RATE a second,
 * or 0 for as many as the interface takes. KIND: "reports" of 4,096 groups from 1,000 hosts,
 * "joins": 4,096 at once and the end; or the address that queries come from. Says how many frames
 * it sent in what time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH  64
#define GROUPS 4096
#define LENGTH 46

struct storm {
    unsigned char frame[BATCH][LENGTH];
    struct iovec piece[BATCH];
    struct mmsghdr message[BATCH];
};

static void put_checksum(unsigned char *data, size_t length, size_t at)
{
    uint32_t sum = 0;

    data[at] = data[at + 1] = 0;
    for (size_t i = 0; i < length; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    data[at] = (unsigned char)(~sum >> 8);
    data[at + 1] = (unsigned char)~sum;
}

/** A report of host and group `number`, or a query from `source`. */
static void make_frame(unsigned char *frame, uint32_t number, uint32_t source)
{
    static const unsigned char like[LENGTH] = {
        1,    0,    0x5e, 0,  0,    1, 2,    0, 0,    0,   0, 1, 8,   0, /* Ethernet */
        0x46, 0xc0, 0,    32, 0,    0, 0x40, 0, 1,    2,   0, 0, 192, 168, 50, 30,
        224,  0,    0,    1,  0x94, 4, 0,    0, 0x11, 100, 0, 0, 0,   0,   0,  0};
    uint32_t host = number * 7919 % 1000;

    memcpy(frame, like, LENGTH);
    if (source) {
        source = htonl(source);
        memcpy(frame + 26, &source, 4);
    } else {
        frame[38] = 0x16;
        frame[39] = 0;
        frame[3] = 2;
        frame[4] = (unsigned char)(number % GROUPS >> 8);
        frame[5] = (unsigned char)number;
        frame[28] = (unsigned char)(50 + host / 200);
        frame[29] = frame[11] = (unsigned char)(20 + host % 200);
        frame[30] = frame[42] = 239;
        frame[31] = frame[43] = 2;
        frame[32] = frame[44] = frame[4];
        frame[33] = frame[45] = frame[5];
    }
    put_checksum(frame + 14, 24, 10);
    put_checksum(frame + 38, 8, 2);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static struct storm storm;
    struct sockaddr_ll to = {.sll_family = AF_PACKET};
    struct in_addr address = {0};
    uint32_t number = 0;
    double began, seconds, rate;
    unsigned long sent = 0, limit;

    if (argc != 5)
        return 2;
    seconds = strtod(argv[2], NULL);
    rate = strtod(argv[3], NULL);
    limit = strcmp(argv[4], "joins") == 0 ? GROUPS : 0;
    if (!limit && strcmp(argv[4], "reports") != 0 && inet_pton(AF_INET, argv[4], &address) != 1)
        return 2;
    /* 0.0.0.0 is an address too. */
    uint32_t source = ntohl(address.s_addr);
    int is_query = !limit && strcmp(argv[4], "reports") != 0;
    to.sll_ifindex = (int)if_nametoindex(argv[1]);
    int out = socket(AF_PACKET, SOCK_RAW, 0);
    if (out < 0 || bind(out, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("flood");
        return 1;
    }
    for (unsigned i = 0; i < BATCH; i++) {
        storm.piece[i] = (struct iovec){storm.frame[i], LENGTH};
        storm.message[i].msg_hdr = (struct msghdr){.msg_iov = &storm.piece[i], .msg_iovlen = 1};
    }
    began = now();
    while (now() - began < seconds && (!limit || sent < limit)) {
        double ahead = rate > 0 ? (double)sent / rate - (now() - began) : 0;
        if (ahead > 0) {
            struct timespec pause = {.tv_nsec = (long)(ahead * 1e9) % 1000000000};
            nanosleep(&pause, NULL);
        }
        for (unsigned i = 0; i < BATCH; i++) {
            make_frame(storm.frame[i], number++, is_query ? (source ? source : 1) : 0);
            if (is_query && !source) {
                memset(storm.frame[i] + 26, 0, 4);
                put_checksum(storm.frame[i] + 14, 24, 10);
            }
        }
        int count = sendmmsg(out, storm.message, BATCH, 0);
        if (count < 0 && errno != ENOBUFS) {
            perror("flood");
            return 1;
        }
        sent += count > 0 ? (unsigned long)count : 0;
    }
    printf("%lu frames in %.2f s, %.0f a second\n", sent, now() - began,
           (double)sent / (now() - began));
    return 0;
}
