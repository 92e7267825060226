/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. A long capture for the benchmark: one querier, 250 hosts and 200 groups, IGMP alone or
 * among multicast data. The same on every run.
 *
 * Usage: generate FILE FRAMES [data]
 *
 * Each minute: a general query; 125 version 2 hosts answer for the 200 groups (one for each group,
 * as suppression has it), 125 version 3 hosts with one report of four records each; four leaves,
 * each with its two group-specific queries, and new joins. With "data", nineteen frames of streams
 * come behind each frame of IGMP.
 */
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igmpq/build.h"

#define HOSTS      250
#define GROUPS     200
#define DATA_EACH  19
#define DATA_BYTES 128 /* that the capture kept of a stream's frame */
#define DATA_WIRE  1370

struct generator {
    struct builder *builder;
    pcap_dumper_t *dumper;
    unsigned long left;
    bool with_data;
    instant now;
    unsigned stream;
};

static struct address host(unsigned number)
{
    return address_of(10, 0, (uint8_t)(1 + number / 200), (uint8_t)(1 + number % 200));
}

static struct mac host_mac(unsigned number)
{
    return (struct mac){{2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

static struct address group(unsigned number)
{
    return address_of(239, 7, 1, (uint8_t)(1 + number % GROUPS));
}

static void write_frame(struct generator *to, const uint8_t *frame, size_t length, size_t wire)
{
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(to->now / SECONDS), .tv_usec = (suseconds_t)(to->now % SECONDS)},
        .caplen = (bpf_u_int32)length,
        .len = (bpf_u_int32)wire,
    };

    if (to->left == 0)
        return;
    to->left--;
    pcap_dump((u_char *)to->dumper, &header, frame);
}

static void write_data(struct generator *to)
{
    uint8_t frame[DATA_BYTES] = {0};
    struct address group_address = group(to->stream);
    struct mac mac = mac_of_group(group_address);

    memcpy(frame, mac.octet, 6);
    memcpy(frame + 6, (const uint8_t[]){2, 0, 0, 1, 0, 1, 8, 0, 0x45, 0, 5, 0x4c}, 12);
    memcpy(frame + 22, (const uint8_t[]){16, 17, 0, 0, 10, 0, 9, 9}, 8);
    memcpy(frame + 30,
           (const uint8_t[]){(uint8_t)(group_address.ipv4 >> 24),
                             (uint8_t)(group_address.ipv4 >> 16),
                             (uint8_t)(group_address.ipv4 >> 8), (uint8_t)group_address.ipv4},
           4);
    write_frame(to, frame, sizeof frame, DATA_WIRE);
    to->stream = (to->stream + 1) % GROUPS;
    to->now += 100;
}

static void put(struct generator *to, const struct envelope *envelope, struct octets message)
{
    uint8_t frame[FRAME_MAX];
    struct problem problem;

    int length = build_frame(to->builder, envelope, message, frame, sizeof frame, &problem);
    if (length < 0) {
        fprintf(stderr, "generate: %s\n", problem.text);
        exit(1);
    }
    write_frame(to, frame, (size_t)length, (size_t)length);
    for (int i = 0; to->with_data && i < DATA_EACH; i++)
        write_data(to);
}

static void query(struct generator *to, struct address about)
{
    struct igmp_query query = {.version = 2, .group = about};
    uint8_t message[8];
    bool is_general = address_is_none(about);

    query.max_response = is_general ? 10 * SECONDS : SECONDS;
    struct envelope envelope =
        envelope_for((struct mac){{2, 0, 0, 9, 9, 9}}, address_of(10, 0, 0, 1),
                     is_general ? ADDRESS_ALL_HOSTS : about);
    size_t length = igmp_encode_query(&query, message, sizeof message);
    put(to, &envelope, (struct octets){message, length});
}

static void report(struct generator *to, unsigned from, enum igmp_kind kind, struct address about)
{
    uint8_t message[8];
    struct envelope envelope = envelope_for(
        host_mac(from), host(from), kind == IGMP_KIND_V2_LEAVE ? ADDRESS_ALL_ROUTERS : about);
    size_t length = igmp_encode_report(kind, about, message, sizeof message);

    put(to, &envelope, (struct octets){message, length});
}

static void report_v3(struct generator *to, unsigned from)
{
    struct igmp_record_spec records[4];
    uint8_t message[128];

    for (unsigned i = 0; i < 4; i++)
        records[i] =
            (struct igmp_record_spec){.type = IGMP_RECORD_IS_EX, .group = group(from * 4 + i)};
    struct envelope envelope = envelope_for(host_mac(from), host(from), ADDRESS_IGMPV3);
    size_t length = igmp_encode_v3_report(records, 4, message, sizeof message);
    put(to, &envelope, (struct octets){message, length});
}

/** Each version 2 host is in eight groups, so that five of them are in each: another one answers
 * first each time. */
static unsigned member(unsigned group_number, unsigned turn)
{
    return group_number % GROUPS / 8 + GROUPS / 8 * ((turn * 7 + group_number) % 5);
}

static void minute(struct generator *to, unsigned number, instant begin)
{
    to->now = begin;
    query(to, ADDRESS_NONE);
    for (unsigned i = 0; i < GROUPS + HOSTS / 2; i++) {
        to->now = begin + 50 * MILLISECONDS + (instant)i * 30 * MILLISECONDS;
        if (i < GROUPS)
            report(to, member(i, number), IGMP_KIND_V2_REPORT, group(i));
        else
            report_v3(to, HOSTS / 2 + i - GROUPS);
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned left = number * 4 + i;
        struct address about = group(left);
        to->now = begin + (20 + 8 * (instant)i) * SECONDS;
        report(to, member(left, number), IGMP_KIND_V2_LEAVE, about);
        query(to, about);
        to->now += 200 * MILLISECONDS;
        report(to, member(left, number + 1), IGMP_KIND_V2_REPORT, about);
        to->now += 800 * MILLISECONDS;
        query(to, about);
    }
}

int main(int argc, char **argv)
{
    struct generator to = {0};
    struct problem problem;

    if (argc < 3) {
        fprintf(stderr, "Usage: generate FILE FRAMES [data]\n");
        return 2;
    }
    to.left = strtoul(argv[2], NULL, 10);
    to.with_data = argc > 3;
    to.builder = builder_open(&problem);
    if (to.builder == NULL) {
        fprintf(stderr, "generate: %s\n", problem.text);
        return 1;
    }
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
    to.dumper = pcap_dump_open(pcap, argv[1]);
    if (to.dumper == NULL) {
        fprintf(stderr, "generate: %s\n", pcap_geterr(pcap));
        return 1;
    }
    for (unsigned i = 0; to.left > 0; i++)
        minute(&to, i, 1700000000 * SECONDS + (instant)i * 60 * SECONDS);
    pcap_dump_close(to.dumper);
    pcap_close(pcap);
    builder_close(to.builder);
    return 0;
}
