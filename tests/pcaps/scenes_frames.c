/* SPDX-License-Identifier: MIT */
/* Floor 4. Link layers, and one frame for each reason to refuse one. */
#include <string.h>

#include "scene.h"

static void on_link(const char *folder, const char *name, unsigned dlt)
{
    struct scene scene;

    scene_open(&scene, folder, name, FORMAT_PCAP, false, dlt);
    scene_quiet(&scene, 5, 0, 100, 60);
    scene_close(&scene);
}

void scenes_links(const char *folder)
{
    struct scene scene;

    scene_open(&scene, folder, "20-vlan-10.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene.vlan = 10;
    scene_quiet(&scene, 5, 0, 100, 60);
    scene_close(&scene);

    scene_open(&scene, folder, "21-vlan-10-in-100.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene.vlan = 10;
    scene.outer_vlan = 100;
    scene_quiet(&scene, 5, 0, 100, 60);
    scene_close(&scene);

    scene_open(&scene, folder, "22-three-tags.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene.vlan = 10;
    scene.outer_vlan = 100;
    scene.extra_tags = 1;
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_close(&scene);

    scene_open(&scene, folder, "23-priority-tag.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene.shape.is_tagged = true;
    scene_quiet(&scene, 5, 0, 100, 60);
    scene_close(&scene);

    on_link(folder, "24-cooked-v1.pcap", DLT_OF_COOKED);
    scene_open(&scene, folder, "25-cooked-v2-two-interfaces.pcap", FORMAT_PCAP, false,
               DLT_OF_COOKED_V2);
    for (int i = 0; i < 8; i++) {
        scene_at(&scene, 15 * i);
        scene.interface = i % 2 == 0 ? 3 : 7;
        scene_query(&scene, i % 2 == 0 ? 5 : 9, 2, ADDRESS_NONE);
    }
    scene_close(&scene);
    on_link(folder, "26-raw-ip.pcap", DLT_OF_RAW);
    on_link(folder, "27-bsd-loopback.pcap", DLT_OF_LOOPBACK);
    on_link(folder, "28-wlan.pcap", DLT_OF_80211);
    on_link(folder, "29-wlan-radiotap.pcap", DLT_OF_RADIOTAP);
    on_link(folder, "30-ppp-unsupported.pcap", DLT_OF_PPP);
}

/* ---- refused ---- */

/** What is wrong with the frame of the scene. */
enum bend {
    BEND_IP_CHECKSUM,
    BEND_IP_LENGTH,
    BEND_IP_HEADER,
    BEND_FRAGMENT,
    BEND_CHECKSUM,
    BEND_TRUNCATED_FRAME
};

static void bend(const char *folder, const char *name, enum bend how)
{
    struct scene scene;
    uint8_t message[16], frame[1600];

    scene_open(&scene, folder, name, FORMAT_PCAP, false, DLT_OF_ETHERNET);
    size_t length =
        scene_build(&scene, 5, ADDRESS_ALL_HOSTS, message, scene_general(2, message), frame);
    size_t captured = length;
    switch (how) {
    case BEND_IP_CHECKSUM: frame[24] ^= 0xff; break;
    case BEND_IP_LENGTH:
        frame[16] = 5;
        scene_mend_ip(frame);
        break;
    case BEND_IP_HEADER: frame[14] = 0x43; break;
    case BEND_FRAGMENT:
        frame[20] = 0x20;
        scene_mend_ip(frame);
        break;
    case BEND_CHECKSUM: frame[41] ^= 1; break;
    case BEND_TRUNCATED_FRAME: captured = 30; break;
    }
    scene_frame(&scene, frame, captured, length);
    scene_close(&scene);
}

static void message(const char *folder, const char *name, struct address to, const uint8_t *octets,
                    size_t length)
{
    struct scene scene;
    uint8_t copy[64];

    memcpy(copy, octets, length);
    copy[2] = copy[3] = 0;
    uint16_t sum = igmp_checksum((struct octets){copy, length});
    copy[2] = (uint8_t)(sum >> 8);
    copy[3] = (uint8_t)sum;
    scene_open(&scene, folder, name, FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene_message(&scene, 5, to, copy, length);
    scene_close(&scene);
}

#define MESSAGE(name, to, ...)                                                                     \
    message(folder, name, to, (const uint8_t[]){__VA_ARGS__},                                      \
            sizeof((const uint8_t[]){__VA_ARGS__}))

static void sources(const char *folder)
{
    struct scene scene;

    scene_open(&scene, folder, "45-querier-127.0.0.1.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene_query_as(&scene, address_of(127, 0, 0, 1), scene_mac(5), 2);
    scene_close(&scene);

    scene_open(&scene, folder, "46-querier-0.0.0.0.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene_query_as(&scene, ADDRESS_NONE, scene_mac(5), 2);
    scene_close(&scene);

    scene_open(&scene, folder, "47-ttl-64.pcap", FORMAT_PCAP, false, DLT_OF_ETHERNET);
    scene.shape.ttl = 64;
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_close(&scene);

    scene_open(&scene, folder, "48-no-router-alert-tos-0.pcap", FORMAT_PCAP, false,
               DLT_OF_ETHERNET);
    scene.shape.tos = 0;
    scene.shape.has_router_alert = false;
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_close(&scene);
}

void scenes_frames(const char *folder)
{
    const struct address group = scene_group(1);

    bend(folder, "31-bad-ip-checksum.pcap", BEND_IP_CHECKSUM);
    bend(folder, "32-bad-ip-length.pcap", BEND_IP_LENGTH);
    bend(folder, "33-bad-ip-header.pcap", BEND_IP_HEADER);
    bend(folder, "34-fragment.pcap", BEND_FRAGMENT);
    bend(folder, "35-bad-checksum.pcap", BEND_CHECKSUM);
    bend(folder, "36-cut-in-ip-header.pcap", BEND_TRUNCATED_FRAME);
    MESSAGE("37-seven-octets.pcap", ADDRESS_ALL_HOSTS, 0x11, 100, 0, 0, 0, 0, 0);
    MESSAGE("38-nine-octets.pcap", ADDRESS_ALL_HOSTS, 0x11, 100, 0, 0, 0, 0, 0, 0, 0);
    MESSAGE("39-unknown-type.pcap", ADDRESS_ALL_HOSTS, 0x42, 0, 0, 0, 0, 0, 0, 0);
    MESSAGE("40-bad-group.pcap", ADDRESS_ALL_HOSTS, 0x11, 10, 0, 0, 10, 1, 2, 3);
    MESSAGE("41-bad-source-count.pcap", group, 0x11, 10, 0, 0, 239, 1, 1, 1, 2, 60, 0, 3, 10, 0, 0,
            1);
    MESSAGE("42-bad-record-count.pcap", ADDRESS_IGMPV3, 0x22, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 239,
            1, 1, 1);
    MESSAGE("43-general-query-to-a-group.pcap", group, 0x11, 100, 0, 0, 0, 0, 0, 0);
    MESSAGE("44-dvmrp.pcap", address_of(224, 0, 0, 4), 0x13, 1, 0, 0, 0, 0, 0xff, 3);
    sources(folder);
}
