/* SPDX-License-Identifier: MIT */
/* Floor 4. The captures of the corpus: frames and files. */
#include "scene.h"

#include <stdlib.h>
#include <string.h>

#define SNAPLEN_OF_FILE 65535
#define FRAME_ROOM      1600

static void fail(const char *text)
{
    fprintf(stderr, "generate: %s\n", text);
    exit(1);
}

/* ---- octets ---- */

void scene_octets(struct scene *scene, const void *octets, size_t length)
{
    if (fwrite(octets, 1, length, scene->file) != length)
        fail("cannot write");
}

static void put16(struct scene *scene, unsigned value)
{
    uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};

    if (!scene->is_big_endian) {
        octets[0] = (uint8_t)value;
        octets[1] = (uint8_t)(value >> 8);
    }
    scene_octets(scene, octets, sizeof octets);
}

static void put32(struct scene *scene, uint32_t value)
{
    if (scene->is_big_endian) {
        put16(scene, value >> 16);
        put16(scene, value & 0xffff);
    } else {
        put16(scene, value & 0xffff);
        put16(scene, value >> 16);
    }
}

/* ---- files ---- */

void scene_interface(struct scene *scene, unsigned dlt)
{
    put32(scene, 1);
    put32(scene, 20);
    put16(scene, dlt);
    put16(scene, 0);
    put32(scene, SNAPLEN_OF_FILE);
    put32(scene, 20);
}

static void pcapng_begin(struct scene *scene)
{
    put32(scene, 0x0a0d0d0a);
    put32(scene, 28);
    put32(scene, 0x1a2b3c4d);
    put16(scene, 1);
    put16(scene, 0);
    put32(scene, 0xffffffff);
    put32(scene, 0xffffffff);
    put32(scene, 28);
    scene_interface(scene, scene->dlt);
}

static void pcap_begin(struct scene *scene)
{
    static const uint32_t magic[] = {0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34};

    put32(scene, magic[scene->format]);
    put16(scene, 2);
    put16(scene, 4);
    put32(scene, 0);
    put32(scene, 0);
    put32(scene, SNAPLEN_OF_FILE);
    put32(scene, scene->dlt);
}

static void write_record(struct scene *scene, const uint8_t *frame, size_t length, size_t wire)
{
    uint32_t seconds = (uint32_t)(scene->now / SECONDS);
    uint32_t micro = (uint32_t)(scene->now % SECONDS);

    if (scene->snaplen > 0 && length > scene->snaplen)
        length = scene->snaplen;
    if (scene->format == FORMAT_PCAPNG) {
        uint32_t padded = (uint32_t)(length + 3) & ~3u;
        put32(scene, 6);
        put32(scene, 32 + padded);
        put32(scene, scene->interface);
        put32(scene, (uint32_t)((uint64_t)scene->now >> 32));
        put32(scene, (uint32_t)scene->now);
        put32(scene, (uint32_t)length);
        put32(scene, (uint32_t)wire);
        scene_octets(scene, frame, length);
        scene_octets(scene, "\0\0\0", padded - length);
        put32(scene, 32 + padded);
        return;
    }
    put32(scene, seconds);
    put32(scene, scene->format == FORMAT_PCAP_NANO ? micro * 1000 + 789 : micro);
    put32(scene, (uint32_t)length);
    put32(scene, (uint32_t)wire);
    if (scene->format == FORMAT_PCAP_MODIFIED)
        scene_octets(scene, "\0\0\0\0\0\0\0", 8);
    scene_octets(scene, frame, length);
}

void scene_open(struct scene *scene, const char *folder, const char *name, enum scene_format format,
                bool is_big_endian, unsigned dlt)
{
    char path[512];
    struct problem problem;

    *scene = (struct scene){.format = format,
                            .is_big_endian = is_big_endian,
                            .dlt = dlt,
                            .now = SCENE_BEGINS,
                            .shape = {.tos = 0xc0, .ttl = 1, .has_router_alert = true}};
    scene->is_padded_to_60 = dlt == DLT_OF_ETHERNET;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    scene->builder = builder_open(&problem);
    if (scene->builder == NULL)
        fail(problem.text);
    scene->file = fopen(path, "wb");
    if (scene->file == NULL)
        fail("cannot open a file for writing");
    if (format == FORMAT_PCAPNG)
        pcapng_begin(scene);
    else
        pcap_begin(scene);
}

void scene_close(struct scene *scene)
{
    if (fclose(scene->file) != 0)
        fail("cannot write");
    builder_close(scene->builder);
}

void scene_at(struct scene *scene, double seconds)
{
    scene->now = SCENE_BEGINS + (instant)(seconds * 1000000 + 0.5);
}

/* ---- link layers ---- */

static size_t add_tag(uint8_t *frame, size_t length, unsigned type, unsigned control)
{
    memmove(frame + 16, frame + 12, length - 12);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
    frame[14] = (uint8_t)(control >> 8);
    frame[15] = (uint8_t)control;
    return length + 4;
}

/** From Ethernet to the link layer of the file: what is in front of the IP packet is another. */
static size_t dress(const struct scene *scene, uint8_t *frame, size_t length)
{
    static const uint8_t loopback[] = {2, 0, 0, 0};
    static const uint8_t ppp[] = {0xff, 0x03, 0x00, 0x21};
    static const uint8_t radiotap[] = {0, 0, 8, 0, 0, 0, 0, 0};
    static const uint8_t snap[] = {0xaa, 0xaa, 3, 0, 0, 0, 8, 0};
    uint8_t header[64] = {0};
    size_t size = 0, ip = (size_t)frame[16] << 8 | frame[17];

    switch (scene->dlt) {
    case DLT_OF_ETHERNET: return length;
    case DLT_OF_LOOPBACK: memcpy(header, loopback, size = sizeof loopback); break;
    case DLT_OF_PPP: memcpy(header, ppp, size = sizeof ppp); break;
    case DLT_OF_COOKED: /* multicast, ARPHRD_ETHER, 6 octets of address */
        memcpy(header, (const uint8_t[]){0, 2, 0, 1, 0, 6}, 6);
        memcpy(header + 6, frame + 6, 6);
        header[14] = 8;
        size = 16;
        break;
    case DLT_OF_COOKED_V2:
        header[0] = 8;
        header[7] = (uint8_t)scene->interface;
        memcpy(header + 8, (const uint8_t[]){0, 1, 2, 6}, 4);
        memcpy(header + 12, frame + 6, 6);
        size = 20;
        break;
    case DLT_OF_RADIOTAP: memcpy(header, radiotap, size = sizeof radiotap); /* fall through */
    case DLT_OF_80211: /* data, from the access point: destination, BSSID, source */
        header[size] = 0x08;
        header[size + 1] = 0x02;
        memcpy(header + size + 4, frame, 6);
        memcpy(header + size + 10, (const uint8_t[]){2, 0, 0, 0, 0, 99}, 6);
        memcpy(header + size + 16, frame + 6, 6);
        memcpy(header + size + 24, snap, sizeof snap);
        size += 24 + sizeof snap;
        break;
    }
    memmove(frame + size, frame + 14, ip);
    memcpy(frame, header, size);
    return size + ip;
}

void scene_frame(struct scene *scene, const uint8_t *frame, size_t length, size_t wire_length)
{
    uint8_t dressed[FRAME_ROOM];

    memcpy(dressed, frame, length);
    if (scene->dlt != DLT_OF_ETHERNET)
        length = wire_length = dress(scene, dressed, length);
    if (scene->outer_vlan != 0) {
        length = add_tag(dressed, length, 0x88a8, scene->outer_vlan);
        wire_length += 4;
    }
    for (unsigned i = 0; i < scene->extra_tags; i++) {
        length = add_tag(dressed, length, 0x88a8, 7);
        wire_length += 4;
    }
    write_record(scene, dressed, length, wire_length);
}

/* ---- frames ---- */

struct address scene_peer(unsigned number)
{
    return address_of(192, 168, 50, (uint8_t)number);
}

struct mac scene_mac(unsigned number)
{
    return (struct mac){{2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

struct address scene_group(unsigned number)
{
    return address_of(239, 1, 1, (uint8_t)number);
}

static size_t build_as(struct scene *scene, struct address source, struct mac mac,
                       struct address to, const uint8_t *message, size_t length, uint8_t *frame)
{
    struct envelope envelope = envelope_for(mac, source, to);
    struct problem problem;

    envelope.tos = scene->shape.tos;
    envelope.ttl = scene->shape.ttl;
    envelope.has_router_alert = scene->shape.has_router_alert;
    envelope.is_tagged = scene->vlan != 0 || scene->shape.is_tagged;
    envelope.vlan = scene->vlan;
    int made = build_frame(scene->builder, &envelope, (struct octets){message, length}, frame,
                           FRAME_ROOM, &problem);
    if (made < 0)
        fail(problem.text);
    return (size_t)made;
}

size_t scene_build(struct scene *scene, unsigned from, struct address to, const uint8_t *message,
                   size_t length, uint8_t *frame)
{
    return build_as(scene, scene_peer(from), scene_mac(from), to, message, length, frame);
}

void scene_mend_ip(uint8_t *frame)
{
    size_t length = (size_t)(frame[14] & 15) * 4;

    frame[24] = frame[25] = 0;
    uint16_t sum = igmp_checksum((struct octets){frame + 14, length});
    frame[24] = (uint8_t)(sum >> 8);
    frame[25] = (uint8_t)sum;
}

void scene_message_as(struct scene *scene, struct address source, struct mac mac, struct address to,
                      const uint8_t *message, size_t length)
{
    uint8_t frame[FRAME_ROOM];
    size_t made = build_as(scene, source, mac, to, message, length, frame);

    scene_frame(scene, frame, made, made);
}

void scene_message(struct scene *scene, unsigned from, struct address to, const uint8_t *message,
                   size_t length)
{
    scene_message_as(scene, scene_peer(from), scene_mac(from), to, message, length);
}

static size_t encode(const struct igmp_query *query, uint8_t *out)
{
    size_t length = igmp_encode_query(query, out, IGMP_LENGTH_MAX);

    if (length == 0)
        fail("there is no such query");
    return length;
}

size_t scene_general(unsigned version, uint8_t *out)
{
    struct igmp_query query = {.version = version,
                               .max_response = 10 * SECONDS,
                               .robustness = 2,
                               .query_interval = 60 * SECONDS};
    return encode(&query, out);
}

void scene_query(struct scene *scene, unsigned from, unsigned version, struct address group)
{
    struct igmp_query query = {.version = version,
                               .group = group,
                               .max_response = address_is_none(group) ? 10 * SECONDS : SECONDS,
                               .robustness = 2,
                               .query_interval = 60 * SECONDS};
    uint8_t message[IGMP_LENGTH_MAX];

    scene_message(scene, from, address_is_none(group) ? ADDRESS_ALL_HOSTS : group, message,
                  encode(&query, message));
}

void scene_query_v3(struct scene *scene, unsigned from, struct address group, duration interval,
                    const struct address *sources, unsigned count)
{
    struct igmp_query query = {.version = 3,
                               .group = group,
                               .max_response = address_is_none(group) ? 10 * SECONDS : SECONDS,
                               .robustness = 2,
                               .query_interval = interval,
                               .source_count = count};
    uint8_t message[IGMP_LENGTH_MAX];

    for (unsigned i = 0; i < count; i++)
        query.sources[i] = sources[i];
    scene_message(scene, from, address_is_none(group) ? ADDRESS_ALL_HOSTS : group, message,
                  encode(&query, message));
}

void scene_query_as(struct scene *scene, struct address source, struct mac mac, unsigned version)
{
    uint8_t message[IGMP_LENGTH_MAX];

    scene_message_as(scene, source, mac, ADDRESS_ALL_HOSTS, message,
                     scene_general(version, message));
}

static void old_message(struct scene *scene, unsigned from, enum igmp_kind kind,
                        struct address group, struct address to)
{
    uint8_t message[8];

    scene_message(scene, from, to, message,
                  igmp_encode_report(kind, group, message, sizeof message));
}

void scene_report(struct scene *scene, unsigned from, unsigned version, struct address group)
{
    old_message(scene, from, version == 1 ? IGMP_KIND_V1_REPORT : IGMP_KIND_V2_REPORT, group,
                group);
}

void scene_leave(struct scene *scene, unsigned from, struct address group)
{
    old_message(scene, from, IGMP_KIND_V2_LEAVE, group, ADDRESS_ALL_ROUTERS);
}

void scene_record(struct scene *scene, unsigned from, enum igmp_record_type type,
                  struct address group, const struct address *sources, unsigned count)
{
    struct igmp_record_spec record = {(uint8_t)type, group, sources, count};
    uint8_t message[IGMP_LENGTH_MAX];

    scene_message(scene, from, ADDRESS_IGMPV3, message,
                  igmp_encode_v3_report(&record, 1, message, sizeof message));
}

void scene_data(struct scene *scene, struct address source, struct mac by, struct address group)
{
    struct scene plain = *scene;
    uint8_t nothing[32] = {0}, frame[FRAME_ROOM];

    plain.vlan = 0;
    plain.shape = (struct envelope){.ttl = 16};
    size_t length = build_as(&plain, source, by, group, nothing, sizeof nothing, frame);
    frame[23] = 17; /* UDP */
    scene_mend_ip(frame);
    scene_frame(scene, frame, length, 1342);
}

void scene_quiet(struct scene *scene, unsigned querier, double from, double to, double interval)
{
    for (double at = from; at < to; at += interval) {
        scene_at(scene, at);
        scene_query(scene, querier, 2, ADDRESS_NONE);
        scene_at(scene, at + 1.25);
        scene_report(scene, 20, 2, scene_group(1));
        scene_at(scene, at + 3.5);
        scene_report(scene, 21, 2, scene_group(2));
    }
}
