/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. How the captures of the corpus are told: who is there, what is said when, and what kind
 * of file it goes into. The frames are those of the project's own builder, bent afterwards where a
 * scene is about bent frames.
 *
 * The cast: queriers have 192.168.50.1 to .19, hosts .20 and up, groups are 239.1.1.n and streams
 * come from 192.168.50.200; who has the last octet n has the MAC address 02:00:00:00:00:n.
 */
#ifndef IGMPQ_TESTS_SCENE_H
#define IGMPQ_TESTS_SCENE_H

#include <stdio.h>

#include "igmpq/build.h"

#define SCENE_BEGINS (1700000000 * SECONDS)

enum scene_format {
    FORMAT_PCAP,
    FORMAT_PCAP_NANO,
    FORMAT_PCAP_MODIFIED, /* of Alexey Kuznetsov: longer record headers */
    FORMAT_PCAPNG
};

/* Link types, as pcap files number them. */
#define DLT_OF_LOOPBACK  0
#define DLT_OF_ETHERNET  1
#define DLT_OF_PPP       9
#define DLT_OF_RAW       101
#define DLT_OF_80211     105
#define DLT_OF_COOKED    113
#define DLT_OF_RADIOTAP  127
#define DLT_OF_COOKED_V2 276

struct scene {
    struct builder *builder;
    FILE *file;
    enum scene_format format;
    bool is_big_endian;
    unsigned dlt;
    size_t snaplen; /* 0: whole frames */

    instant now;
    uint16_t vlan;         /* of the next frames */
    uint16_t outer_vlan;   /* around it */
    unsigned extra_tags;   /* around both */
    unsigned interface;    /* pcapng: number; cooked version 2: index */
    bool is_padded_to_60;  /* as on Ethernet; else cut to the IP packet */
    struct envelope shape; /* TOS, TTL, Router Alert and priority of the next frames */
};

/** A scene in its file, at second 0, in Ethernet frames. */
void scene_open(struct scene *scene, const char *folder, const char *name, enum scene_format format,
                bool is_big_endian, unsigned dlt);
void scene_close(struct scene *scene);

/** One more interface in a pcapng file. */
void scene_interface(struct scene *scene, unsigned dlt);

/** It is now so many seconds after the beginning. */
void scene_at(struct scene *scene, double seconds);

struct address scene_peer(unsigned number);
struct mac scene_mac(unsigned number);
struct address scene_group(unsigned number);

/** An IGMP message from a peer to an address. */
void scene_message(struct scene *scene, unsigned from, struct address to, const uint8_t *message,
                   size_t length);
/** The same with the address of somebody else, or of nobody. */
void scene_message_as(struct scene *scene, struct address source, struct mac mac, struct address to,
                      const uint8_t *message, size_t length);
/** A frame that was made by hand. */
void scene_frame(struct scene *scene, const uint8_t *frame, size_t length, size_t wire_length);

/** Queries: general when the group is none; 10 s to answer, 1 s to specific ones; in version 3 QRV
 * 2 and the interval given. */
void scene_query(struct scene *scene, unsigned from, unsigned version, struct address group);
void scene_query_v3(struct scene *scene, unsigned from, struct address group, duration interval,
                    const struct address *sources, unsigned count);
void scene_query_as(struct scene *scene, struct address source, struct mac mac, unsigned version);
/** Version 1 and 2 reports, and the leave. */
void scene_report(struct scene *scene, unsigned from, unsigned version, struct address group);
void scene_leave(struct scene *scene, unsigned from, struct address group);
/** A version 3 report of one record. */
void scene_record(struct scene *scene, unsigned from, enum igmp_record_type type,
                  struct address group, const struct address *sources, unsigned count);
/** A frame of a stream, passed on by `by`. */
void scene_data(struct scene *scene, struct address source, struct mac by, struct address group);

/** The frame of a message, for bending it before scene_frame(); its length. */
size_t scene_build(struct scene *scene, unsigned from, struct address to, const uint8_t *message,
                   size_t length, uint8_t *frame);
/** The IP header's checksum anew, after bending. */
void scene_mend_ip(uint8_t *frame);
/** A query or report as octets; its length. */
size_t scene_general(unsigned version, uint8_t *out);

/** Octets into the file as they are. */
void scene_octets(struct scene *scene, const void *octets, size_t length);

/** A quiet LAN from `from` to `to` seconds: `querier` asks every `interval` seconds in version 2,
 * host 20 answers for group 1 and host 21 for group 2. */
void scene_quiet(struct scene *scene, unsigned querier, double from, double to, double interval);

/* The captures, by topic: each writes its files into `folder`. */
void scenes_files(const char *folder);
void scenes_links(const char *folder);
void scenes_frames(const char *folder);
void scenes_life(const char *folder);
void scenes_queriers(const char *folder);
void scenes_hosts(const char *folder);
void scenes_calm(const char *folder);
void scenes_field(const char *folder);

#endif
