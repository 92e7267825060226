/* SPDX-License-Identifier: MIT */
/* Floor 4. What can be wrong with hosts, groups and streams, and with the capture itself. */
#include "scene.h"

static void begin(struct scene *scene, const char *folder, const char *name)
{
    scene_open(scene, folder, name, FORMAT_PCAP, false, DLT_OF_ETHERNET);
}

/** Host 20 leaves group 1 and the querier asks. */
static void leave(struct scene *scene, double at)
{
    scene_at(scene, at);
    scene_leave(scene, 20, scene_group(1));
    for (int i = 0; i < 2; i++) {
        scene_at(scene, at + 0.01 + i);
        scene_query(scene, 5, 2, scene_group(1));
    }
}

static void gaps(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "80-d12-report-gap.pcap");
    for (int i = 0; i < 5; i++) {
        scene_at(&scene, 127 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        if (i == 1) /* its answer is lost */
            continue;
        scene_at(&scene, 127 * i + (i == 0 ? 0.05 : 9.95));
        scene_report(&scene, 20, 2, scene_group(1));
    }
    scene_close(&scene);

    begin(&scene, folder, "81-d13-leaves-ignored.pcap");
    scene_quiet(&scene, 5, 0, 181, 60);
    scene_at(&scene, 200);
    scene_leave(&scene, 20, scene_group(1));
    scene_at(&scene, 240);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_at(&scene, 243.5);
    scene_report(&scene, 21, 2, scene_group(2));
    scene_at(&scene, 300);
    scene_query(&scene, 5, 2, ADDRESS_NONE);
    scene_at(&scene, 303.5);
    scene_report(&scene, 21, 2, scene_group(2));
    scene_close(&scene);
}

static void places(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "82-d14-no-reports.pcap");
    for (int i = 0; i < 8; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
    }
    scene_close(&scene);

    begin(&scene, folder, "83-d14-reports-at-a-hosts-port.pcap");
    scene_quiet(&scene, 5, 0, 400, 60);
    scene_close(&scene);
}

static void groups(const char *folder)
{
    const struct address alias = address_of(239, 0, 0, 251), ssm = address_of(232, 1, 1, 1);
    struct scene scene;

    begin(&scene, folder, "84-d15-shares-an-address-with-224.0.0.251.pcap");
    for (int i = 0; i < 6; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        scene_at(&scene, 60 * i + 2);
        scene_report(&scene, 20, 2, alias);
    }
    scene_close(&scene);

    begin(&scene, folder, "85-d16-version-2-report-of-232.1.1.1.pcap");
    scene_quiet(&scene, 5, 0, 301, 60);
    scene_at(&scene, 310);
    scene_report(&scene, 22, 2, ssm);
    scene_close(&scene);
}

static void answering(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "86-d19-silent-host.pcap");
    scene_at(&scene, 0);
    scene_report(&scene, 22, 2, scene_group(3));
    scene_quiet(&scene, 5, 1, 302, 60);
    scene_at(&scene, 310);
    scene_leave(&scene, 22, scene_group(3));
    scene_at(&scene, 310.01);
    scene_query(&scene, 5, 2, scene_group(3));
    scene_at(&scene, 311.01);
    scene_query(&scene, 5, 2, scene_group(3));
    scene_close(&scene);

    begin(&scene, folder, "87-d20-late-answers.pcap");
    for (int i = 0; i < 8; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        scene_at(&scene, 60 * i + (i == 0 ? 2 : 14));
        scene_report(&scene, 20, 2, scene_group(1));
    }
    scene_close(&scene);

    begin(&scene, folder, "88-d21-answers-in-a-burst.pcap");
    for (int i = 0; i < 8; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        for (unsigned k = 0; k < 6; k++) {
            scene_at(&scene, 60 * i + 2 + 0.01 * k);
            scene_report(&scene, 20, 2, scene_group(1 + k));
        }
    }
    scene_close(&scene);

    begin(&scene, folder, "89-d22-answers-in-an-older-version.pcap");
    for (int i = 0; i < 10; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 3, ADDRESS_NONE);
        scene_at(&scene, 60 * i + 2);
        scene_report(&scene, 20, 2, scene_group(1));
    }
    scene_close(&scene);
}

static void streams(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "90-d24-stream-nobody-wants.pcap");
    for (int i = 0; i < 10; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        scene_at(&scene, 60 * i + 1.25);
        scene_report(&scene, 20, 2, scene_group(1));
        for (int k = 0; k < 11; k++) {
            scene_at(&scene, 60 * i + 4 + 5 * k);
            scene_data(&scene, scene_peer(200), scene_mac(200), scene_group(9));
        }
    }
    scene_close(&scene);

    begin(&scene, folder, "91-d25-stream-outlives-its-member.pcap");
    scene_quiet(&scene, 5, 0, 301, 60);
    leave(&scene, 310);
    for (int i = 0; i < 30; i++) {
        scene_at(&scene, 312 + i);
        scene_data(&scene, scene_peer(200), scene_mac(200), scene_group(1));
    }
    scene_close(&scene);

    begin(&scene, folder, "92-d27-too-short.pcap");
    scene_quiet(&scene, 5, 0, 100, 60);
    scene_close(&scene);

    begin(&scene, folder, "93-d28-more-groups-than-fit.pcap");
    scene_quiet(&scene, 5, 0, 301, 60);
    for (unsigned i = 0; i < 8; i++) {
        scene_at(&scene, 310 + i);
        scene_report(&scene, 20, 2, scene_group(10 + i));
    }
    scene_close(&scene);
}

void scenes_hosts(const char *folder)
{
    gaps(folder);
    places(folder);
    groups(folder);
    answering(folder);
    streams(folder);
}
