/* SPDX-License-Identifier: MIT */
/* Floor 4. Elections and memberships as they should be; also what igmpq itself says on the wire. */
#include <stdlib.h>

#include "igmpq/engine.h"
#include "scene.h"

static void begin(struct scene *scene, const char *folder, const char *name)
{
    scene_open(scene, folder, name, FORMAT_PCAP, false, DLT_OF_ETHERNET);
}

static void elections(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "50-lower-address-wins.pcap");
    scene_quiet(&scene, 9, 0, 130, 60);
    scene_quiet(&scene, 5, 130, 400, 60); /* 9 hears it and falls silent */
    scene_close(&scene);

    begin(&scene, folder, "51-takeover-after-255-s.pcap");
    scene_quiet(&scene, 5, 0, 61, 60);
    scene_quiet(&scene, 9, 60 + 255, 700, 60);
    scene_close(&scene);

    begin(&scene, folder, "52-takeover-after-125-s.pcap");
    scene_quiet(&scene, 5, 0, 241, 60);
    scene_quiet(&scene, 9, 240 + 125, 700, 60);
    scene_close(&scene);

    begin(&scene, folder, "53-higher-one-restarts.pcap");
    scene_quiet(&scene, 5, 0, 241, 60);
    scene_at(&scene, 290); /* its first query, before it has heard anybody */
    scene_query(&scene, 9, 2, ADDRESS_NONE);
    scene_quiet(&scene, 5, 300, 500, 60);
    scene_close(&scene);
}

static void versions(const char *folder)
{
    const struct address one = scene_group(1);
    struct scene scene;

    begin(&scene, folder, "54-version-1.pcap");
    scene_query(&scene, 5, 1, ADDRESS_NONE);
    scene_at(&scene, 4);
    scene_report(&scene, 20, 1, one);
    scene_at(&scene, 20); /* a leave means nothing while a version 1 host is there */
    scene_leave(&scene, 21, one);
    scene_close(&scene);

    begin(&scene, folder, "55-hosts-of-three-versions.pcap");
    scene_query_v3(&scene, 5, ADDRESS_NONE, 125 * SECONDS, NULL, 0);
    scene_at(&scene, 1);
    scene_record(&scene, 20, IGMP_RECORD_IS_EX, one, NULL, 0);
    scene_at(&scene, 2);
    scene_report(&scene, 21, 2, one);
    scene_at(&scene, 3);
    scene_report(&scene, 22, 1, one);
    scene_at(&scene, 4); /* of a source list nothing counts in version 1 and 2 compatibility */
    scene_record(&scene, 20, IGMP_RECORD_BLOCK, one, (struct address[]){scene_peer(200)}, 1);
    scene_close(&scene);
}

static void sources(const char *folder)
{
    const struct address wanted = address_of(232, 1, 1, 1), any = scene_group(1);
    const struct address list[] = {scene_peer(200), scene_peer(201), scene_peer(202)};
    struct scene scene;

    begin(&scene, folder, "56-include-allow-block.pcap");
    scene_query_v3(&scene, 5, ADDRESS_NONE, 125 * SECONDS, NULL, 0);
    scene_at(&scene, 1);
    scene_record(&scene, 20, IGMP_RECORD_ALLOW, wanted, list, 2);
    scene_at(&scene, 5);
    scene_record(&scene, 20, IGMP_RECORD_ALLOW, wanted, list + 2, 1);
    scene_at(&scene, 10);
    scene_record(&scene, 20, IGMP_RECORD_BLOCK, wanted, list, 1);
    for (int i = 0; i < 2; i++) {
        scene_at(&scene, 10.01 + i);
        scene_query_v3(&scene, 5, wanted, 125 * SECONDS, list, 1);
    }
    scene_at(&scene, 15);
    scene_record(&scene, 20, IGMP_RECORD_IS_IN, wanted, list + 1, 2);
    scene_close(&scene);

    begin(&scene, folder, "57-exclude-and-block.pcap");
    scene_query_v3(&scene, 5, ADDRESS_NONE, 125 * SECONDS, NULL, 0);
    scene_at(&scene, 1);
    scene_record(&scene, 20, IGMP_RECORD_TO_EX, any, list, 1);
    scene_at(&scene, 2);
    scene_record(&scene, 21, IGMP_RECORD_TO_EX, any, list, 2);
    for (int i = 0; i < 2; i++) {
        scene_at(&scene, 2.01 + i);
        scene_query_v3(&scene, 5, any, 125 * SECONDS, list, 2);
    }
    scene_at(&scene, 20);
    scene_record(&scene, 21, IGMP_RECORD_IS_EX, any, list, 1);
    scene_close(&scene);

    begin(&scene, folder, "58-leave-by-to-in.pcap");
    scene_query_v3(&scene, 5, ADDRESS_NONE, 125 * SECONDS, NULL, 0);
    scene_at(&scene, 1);
    scene_record(&scene, 20, IGMP_RECORD_TO_EX, any, NULL, 0);
    scene_at(&scene, 9);
    scene_record(&scene, 20, IGMP_RECORD_TO_IN, any, NULL, 0);
    for (int i = 0; i < 2; i++) {
        scene_at(&scene, 9.01 + i);
        scene_query_v3(&scene, 5, any, 125 * SECONDS, NULL, 0);
    }
    scene_at(&scene, 30);
    scene_query_v3(&scene, 5, ADDRESS_NONE, 125 * SECONDS, NULL, 0);
    scene_close(&scene);

    begin(&scene, folder, "59-member-vanishes.pcap");
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_at(&scene, 1);
    scene_report(&scene, 20, 2, any);
    for (int i = 1; i < 5; i++) {
        scene_at(&scene, 125 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
    }
    scene_close(&scene);
}

/** igmpqd itself, alone but for a host that leaves, as its engine speaks; recorded 0.3 ms later. */
static void own(const char *folder)
{
    struct params asked = params_default(PROFILE_DEFAULT), params;
    enum params_complaint complaints[PARAMS_COMPLAINTS];
    const struct identity identity = {
        .is_up = true, .mac = scene_mac(5), .own = {scene_peer(5), 24}};
    struct outbox *outbox = calloc(1, sizeof *outbox);
    struct engine *engine = engine_create(42);
    struct scene scene;

    if (outbox == NULL || engine == NULL)
        exit(1);
    params_resolve(&asked, &params, complaints);
    begin(&scene, folder, "60-igmpq-recorded.pcap");
    unsigned segment = engine_segment_add(engine, "if0", 0, VLAN_NONE, &params);
    engine_link(engine, SCENE_BEGINS, segment, &identity, outbox);
    outbox_clear(outbox);
    for (instant due; (due = engine_deadline(engine)) < SCENE_BEGINS + 400 * SECONDS;) {
        engine_tick(engine, due, outbox);
        for (unsigned i = 0; i < outbox->query_count; i++) {
            uint8_t message[IGMP_LENGTH_MAX];
            size_t length = igmp_encode_query(&outbox->query[i].message, message, sizeof message);
            scene.now = due + 300 * MICROSECONDS;
            scene_message(&scene, 5, outbox->query[i].envelope.destination, message, length);
            scene.now += SECONDS;
            scene_report(&scene, 20, 2, scene_group(1));
        }
        outbox_clear(outbox);
    }
    scene_close(&scene);
    engine_destroy(engine);
    free(outbox);
}

void scenes_life(const char *folder)
{
    elections(folder);
    versions(folder);
    sources(folder);
    own(folder);
}
