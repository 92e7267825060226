/* SPDX-License-Identifier: MIT */
/* Floor 4. What looks odd and is in order: no finding may come of it. */
#include <string.h>

#include "scene.h"

static void begin(struct scene *scene, const char *folder, const char *name)
{
    scene_open(scene, folder, name, FORMAT_PCAP, false, DLT_OF_ETHERNET);
}

static void vlans(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "95-calm-two-vlans-two-queriers.pcap");
    for (int i = 0; i < 8; i++) {
        scene.vlan = 10;
        scene_quiet(&scene, 5, 60 * i, 60 * i + 1, 60);
        scene.vlan = 20;
        scene_quiet(&scene, 9, 60 * i + 30, 60 * i + 31, 60);
    }
    scene_close(&scene);
}

/** IGMP that is not on this link: inside a tunnel (IP protocol 4), and quoted in an ICMP error. */
static void elsewhere(const char *folder)
{
    uint8_t message[16], inner[1600], frame[1600];
    struct scene scene;

    begin(&scene, folder, "97-calm-igmp-in-tunnel-and-icmp.pcap");
    scene_quiet(&scene, 5, 0, 301, 60);
    size_t length =
        scene_build(&scene, 9, ADDRESS_ALL_HOSTS, message, scene_general(3, message), inner);
    size_t packet = (size_t)inner[16] << 8 | inner[17];
    for (int i = 0; i < 4; i++) {
        scene_at(&scene, 310 + i);
        size_t quoted = i % 2 == 0 ? 0 : 8; /* ICMP: type 3, code 2, checksum, unused */
        length = scene_build(&scene, 200, scene_peer(20), inner + 14, packet, frame);
        memmove(frame + 38 + quoted, inner + 14, packet);
        if (quoted != 0)
            memcpy(frame + 38, (const uint8_t[]){3, 2, 0xff, 0xff, 0, 0, 0, 0}, 8);
        frame[17] = (uint8_t)(24 + quoted + packet);
        frame[23] = quoted != 0 ? 1 : 4;
        scene_mend_ip(frame);
        scene_frame(&scene, frame, length + quoted, length + quoted);
    }
    scene_close(&scene);
}

/** A mirror port that shows every frame twice. */
static void copies(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "99-calm-every-frame-twice.pcap");
    for (int i = 0; i < 8; i++)
        for (int copy = 0; copy < 2; copy++) {
            scene_at(&scene, 60 * i + 0.00004 * copy);
            scene_query(&scene, 5, 2, ADDRESS_NONE);
            if (copy == 1)
                for (int twice = 0; twice < 2; twice++) {
                    scene_at(&scene, 60 * i + 1.25 + 0.00004 * twice);
                    scene_report(&scene, 20, 2, scene_group(1));
                }
        }
    scene_close(&scene);
}

void scenes_calm(const char *folder)
{
    static const double jitter[] = {0, 47, 106, 152, 210, 258, 317, 365, 424, 470, 528, 585};
    struct scene scene;

    begin(&scene, folder, "94-calm-lan.pcap");
    scene_quiet(&scene, 5, 0, 400, 60);
    scene_close(&scene);

    vlans(folder);

    begin(&scene, folder, "96-calm-legal-takeover.pcap");
    scene_quiet(&scene, 9, 0, 241, 60);
    scene_quiet(&scene, 5, 260, 561, 60);
    scene_quiet(&scene, 9, 560 + 125, 1000, 60);
    scene_close(&scene);

    elsewhere(folder);

    begin(&scene, folder, "98-calm-jitter-of-a-quarter.pcap");
    for (size_t i = 0; i < sizeof jitter / sizeof *jitter; i++)
        scene_quiet(&scene, 5, jitter[i], jitter[i] + 1, 60);
    scene_close(&scene);

    copies(folder);
}
