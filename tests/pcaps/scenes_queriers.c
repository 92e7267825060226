/* SPDX-License-Identifier: MIT */
/* Floor 4. What can be wrong with queriers: a capture for each finding, which raises it and nothing
 * else. */
#include "scene.h"

static void begin(struct scene *scene, const char *folder, const char *name)
{
    scene_open(scene, folder, name, FORMAT_PCAP, false, DLT_OF_ETHERNET);
}

/** Two hosts answer whatever was asked at `at`. */
static void answers(struct scene *scene, double at)
{
    scene_at(scene, at + 1.25);
    scene_report(scene, 20, 2, scene_group(1));
    scene_at(scene, at + 3.5);
    scene_report(scene, 21, 2, scene_group(2));
}

static void none(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "61-d01-no-querier-at-all.pcap");
    for (int i = 0; i < 5; i++) {
        scene_at(&scene, 80 * i);
        scene_report(&scene, 20 + (unsigned)i, 2, scene_group(1 + (unsigned)i));
    }
    scene_close(&scene);

    begin(&scene, folder, "62-d01-the-querier-dies.pcap");
    scene_quiet(&scene, 5, 0, 181, 60);
    for (int i = 0; i < 30; i++) {
        scene_at(&scene, 200 + 10 * i);
        scene_data(&scene, scene_peer(200), scene_mac(200), scene_group(1));
    }
    scene_close(&scene);
}

static void proxies(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "63-d02-one-proxy-only.pcap");
    for (int i = 0; i < 8; i++) {
        scene_at(&scene, 60 * i);
        scene_query_as(&scene, ADDRESS_NONE, scene_mac(101), 2);
        answers(&scene, 60 * i);
    }
    scene_close(&scene);

    begin(&scene, folder, "64-d03-two-proxies-only.pcap");
    for (int i = 0; i < 8; i++) {
        scene_at(&scene, 60 * i);
        scene_query_as(&scene, ADDRESS_NONE, scene_mac(101), 2);
        answers(&scene, 60 * i);
        scene_at(&scene, 60 * i + 20);
        scene_query_as(&scene, ADDRESS_NONE, scene_mac(102), 2);
    }
    scene_close(&scene);
}

static void too_many(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "65-d04-two-queriers.pcap");
    for (int i = 0; i < 10; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        answers(&scene, 60 * i);
        scene_at(&scene, 60 * i + 30);
        scene_query(&scene, 9, 2, ADDRESS_NONE);
        answers(&scene, 60 * i + 30);
    }
    scene_close(&scene);

    begin(&scene, folder, "66-d05-one-address-twice.pcap");
    for (int i = 0; i < 10; i++) {
        scene_at(&scene, 60 * i);
        scene_query_as(&scene, scene_peer(5), scene_mac(i % 2 == 0 ? 5 : 105), 2);
        answers(&scene, 60 * i);
    }
    scene_close(&scene);

    begin(&scene, folder, "67-d06-of-another-network.pcap");
    for (int i = 0; i < 8; i++) {
        scene_at(&scene, 60 * i);
        scene_query_as(&scene, address_of(10, 9, 9, 9), scene_mac(5), 2);
        answers(&scene, 60 * i);
        scene_at(&scene, 60 * i + 5);
        scene_report(&scene, 22, 2, scene_group(3));
    }
    scene_close(&scene);
}

static void kinds(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "68-d07-older-after-newer.pcap");
    for (int i = 0; i < 10; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, i < 5 ? 3 : 2, ADDRESS_NONE);
        scene_at(&scene, 60 * i + 1);
        scene_record(&scene, 20, IGMP_RECORD_IS_EX, scene_group(1), NULL, 0);
    }
    scene_close(&scene);

    begin(&scene, folder, "69-d08-version-1-querier.pcap");
    for (int i = 0; i < 6; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 1, ADDRESS_NONE);
        scene_at(&scene, 60 * i + 3);
        scene_report(&scene, 20, 1, scene_group(1));
    }
    scene_close(&scene);

    begin(&scene, folder, "70-d09-asks-more-often-than-it-says.pcap");
    for (int i = 0; i < 10; i++) {
        scene_at(&scene, 60 * i);
        scene_query_v3(&scene, 5, ADDRESS_NONE, 125 * SECONDS, NULL, 0);
        scene_at(&scene, 60 * i + 1);
        scene_record(&scene, 20, IGMP_RECORD_IS_EX, scene_group(1), NULL, 0);
    }
    scene_close(&scene);

    begin(&scene, folder, "71-d10-no-router-alert.pcap");
    scene.shape.has_router_alert = false;
    scene_quiet(&scene, 5, 0, 400, 60);
    scene_close(&scene);
}

static void rhythms(const char *folder)
{
    static const double uneven[] = {0, 30, 90, 120, 180, 210, 270, 300, 360, 390, 450, 480, 540};
    struct scene scene;

    begin(&scene, folder, "72-d11-asks-every-200-s.pcap");
    scene_quiet(&scene, 5, 0, 1201, 200);
    scene_close(&scene);

    begin(&scene, folder, "74-d18-uneven-queries.pcap");
    for (size_t i = 0; i < sizeof uneven / sizeof *uneven; i++) {
        scene_at(&scene, uneven[i]);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        answers(&scene, uneven[i]);
    }
    scene_close(&scene);

    begin(&scene, folder, "77-d26-query-storm.pcap");
    scene_quiet(&scene, 5, 0, 301, 60);
    for (int i = 0; i < 30; i++) {
        scene_at(&scene, 310 + 0.2 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
    }
    answers(&scene, 316);
    scene_close(&scene);
}

static void changes(const char *folder)
{
    struct scene scene;

    /* 9 is an IGMP proxy: it passes on streams of others until 5 displaces it. */
    begin(&scene, folder, "73-d17-proxy-displaced.pcap");
    for (int i = 0; i < 10; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, i < 5 ? 9 : 5, 2, ADDRESS_NONE);
        scene_at(&scene, 60 * i + 1.25);
        scene_report(&scene, 20, 2, scene_group(1));
        for (int k = 0; i < 5 && k < 11; k++) {
            scene_at(&scene, 60 * i + 4 + 5 * k);
            scene_data(&scene, address_of(10, 77, 1, 1), scene_mac(9), scene_group(1));
        }
    }
    scene_close(&scene);

    begin(&scene, folder, "76-d23-flapping.pcap");
    for (int i = 0; i < 4; i++) {
        double at = 800 * i;
        scene_quiet(&scene, 5, at, at + 241, 60);
        scene_quiet(&scene, 9, at + 240 + 255, at + 750, 60);
    }
    scene_quiet(&scene, 5, 3200, 3321, 60);
    scene_close(&scene);
}

void scenes_queriers(const char *folder)
{
    none(folder);
    proxies(folder);
    too_many(folder);
    kinds(folder);
    rhythms(folder);
    changes(folder);
}
