/* SPDX-License-Identifier: MIT */
/* Floor 4. One short story in every kind of file, and files that are none. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "scene.h"

/** A querier asks, two hosts join, one leaves and is asked about. */
static void story(struct scene *scene)
{
    scene_at(scene, 0);
    scene_query(scene, 5, 2, ADDRESS_NONE);
    scene_at(scene, 1.25);
    scene_report(scene, 20, 2, scene_group(1));
    scene_at(scene, 2.000001);
    scene_report(scene, 21, 2, scene_group(2));
    scene_at(scene, 30);
    scene_leave(scene, 21, scene_group(2));
    scene_at(scene, 30.002);
    scene_query(scene, 5, 2, scene_group(2));
    scene_at(scene, 31.002);
    scene_query(scene, 5, 2, scene_group(2));
    scene_at(scene, 60);
    scene_query(scene, 5, 2, ADDRESS_NONE);
    scene_at(scene, 68.9);
    scene_report(scene, 20, 2, scene_group(1));
}

static void tell(const char *folder, const char *name, enum scene_format format, bool is_big_endian)
{
    struct scene scene;

    scene_open(&scene, folder, name, format, is_big_endian, DLT_OF_ETHERNET);
    story(&scene);
    scene_close(&scene);
}

/* ---- files made of files ---- */

static uint8_t *load(const char *folder, const char *name, size_t *length)
{
    char path[512];
    uint8_t *octets = malloc(65536);

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (octets == NULL || file == NULL) {
        fprintf(stderr, "generate: cannot read %s\n", path);
        exit(1);
    }
    *length = fread(octets, 1, 65536, file);
    fclose(file);
    return octets;
}

static void save(const char *folder, const char *name, const void *octets, size_t length)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(octets, 1, length, file) != length || fclose(file) != 0) {
        fprintf(stderr, "generate: cannot write %s\n", path);
        exit(1);
    }
}

/** gzip without compression: the same octets whichever zlib wrote it. */
static size_t pack(const uint8_t *octets, size_t length, uint8_t *out)
{
    static const uint8_t head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1};
    uint32_t sum = (uint32_t)crc32(0, octets, (uInt)length);
    size_t at = sizeof head;

    memcpy(out, head, sizeof head);
    out[at++] = (uint8_t)length;
    out[at++] = (uint8_t)(length >> 8);
    out[at++] = (uint8_t)~length;
    out[at++] = (uint8_t)(~length >> 8);
    memcpy(out + at, octets, length);
    at += length;
    for (int i = 0; i < 4; i++)
        out[at++] = (uint8_t)(sum >> 8 * i);
    for (int i = 0; i < 4; i++)
        out[at++] = (uint8_t)(length >> 8 * i);
    return at;
}

static void derive(const char *folder)
{
    static const char snoop[] = "snoop\0\0\0\0\0\0\2\0\0\0\4";
    static const char text[] = "192.168.50.5 > 224.0.0.1: igmp query v2\n";
    uint8_t packed[65536 + 64];
    size_t length;
    uint8_t *octets = load(folder, "01-micro-little-endian.pcap", &length);
    size_t packed_length = pack(octets, length, packed);

    save(folder, "08-gzip.pcap.gz", packed, packed_length);
    save(folder, "09-gzip-ends-early.pcap.gz", packed, packed_length / 2);
    save(folder, "10-last-record-cut.pcap", octets, length - 7);
    save(folder, "11-header-cut.pcap", octets, 16);
    save(folder, "12-header-only.pcap", octets, 24);
    save(folder, "13-empty.pcap", octets, 0);
    memcpy(octets + 24 + 76 + 8, "\xff\xff\xff\x7f", 4); /* the length of the second record */
    save(folder, "14-huge-length.pcap", octets, length);
    save(folder, "15-not-a-capture.pcap", text, sizeof text - 1);
    save(folder, "16-snoop.pcap", snoop, sizeof snoop - 1);
    free(octets);
}

static void tell_interfaces(const char *folder)
{
    struct scene scene;

    scene_open(&scene, folder, "06-pcapng-two-interfaces.pcapng", FORMAT_PCAPNG, false,
               DLT_OF_ETHERNET);
    scene_interface(&scene, DLT_OF_ETHERNET);
    for (int i = 0; i < 4; i++) {
        scene_at(&scene, 60 * i);
        scene.interface = (unsigned)i % 2;
        scene_query(&scene, 5, 2, ADDRESS_NONE);
    }
    scene_close(&scene);

    scene_open(&scene, folder, "07-pcapng-mixed-link-types.pcapng", FORMAT_PCAPNG, true,
               DLT_OF_ETHERNET);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_interface(&scene, DLT_OF_RAW);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_close(&scene);
}

static void tell_times(const char *folder)
{
    struct scene scene;

    scene_open(&scene, folder, "17-cut-to-42-octets.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene.snaplen = 42;
    story(&scene);
    scene_close(&scene);

    scene_open(&scene, folder, "18-time-goes-back.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene_at(&scene, 10);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_at(&scene, 9.5);
    scene_report(&scene, 20, 2, scene_group(1));
    scene_at(&scene, 10.5);
    scene_report(&scene, 21, 2, scene_group(2));
    scene_at(&scene, 3);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_at(&scene, 70);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_close(&scene);

    scene_open(&scene, folder, "19-time-leaps-100-days.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    story(&scene);
    scene_at(&scene, 8640000);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_close(&scene);
}

void scenes_files(const char *folder)
{
    tell(folder, "01-micro-little-endian.pcap", FORMAT_PCAP, false);
    tell(folder, "02-micro-big-endian.pcap", FORMAT_PCAP, true);
    tell(folder, "03-nano-little-endian.pcap", FORMAT_PCAP_NANO, false);
    tell(folder, "04-nano-big-endian.pcap", FORMAT_PCAP_NANO, true);
    tell(folder, "05-modified.pcap", FORMAT_PCAP_MODIFIED, false);
    tell_interfaces(folder);
    derive(folder);
    tell_times(folder);
}
