/* SPDX-License-Identifier: MIT */
/* Floor 4. Faults as they are met in the field, where several things are seen at once, and what
 * must not be taken for one. */
#include "scene.h"

static void begin(struct scene *scene, const char *folder, const char *name)
{
    scene_open(scene, folder, name, FORMAT_PCAP, false, DLT_OF_ETHERNET);
}

/** A bridge of Linux that is a version 3 querier asks after a version 2 leave, but all hosts. */
static void bridge(const char *folder)
{
    const struct igmp_query query = {.version = 3,
                                     .group = scene_group(1),
                                     .max_response = SECONDS,
                                     .robustness = 2,
                                     .query_interval = 60 * SECONDS};
    uint8_t message[IGMP_LENGTH_MAX];
    struct scene scene;

    begin(&scene, folder, "100-field-a-bridge-asks-all-hosts.pcap");
    size_t length = igmp_encode_query(&query, message, sizeof message);
    for (int i = 0; i < 6; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 3, ADDRESS_NONE);
        if (i == 2) {
            scene_at(&scene, 60 * i + 1);
            scene_report(&scene, 20, 2, scene_group(1));
            scene_at(&scene, 60 * i + 20);
            scene_leave(&scene, 20, scene_group(1));
            scene_at(&scene, 60 * i + 20.01);
            scene_message(&scene, 5, ADDRESS_ALL_HOSTS, message, length);
        }
    }
    scene_close(&scene);
}

/** A querier whose interval is longer than switches remember. */
static void seldom(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "101-field-asks-every-300-s.pcap");
    scene_quiet(&scene, 5, 0, 1501, 300);
    scene_close(&scene);
}

/** The same for many: a person wants to read of a few. */
static void seldom_for_many(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "110-field-asks-many-every-300-s.pcap");
    for (int i = 0; i < 3; i++) {
        scene_at(&scene, 300 * i);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        for (unsigned host = 1; host <= 20; host++) {
            scene_at(&scene, 300 * i + 0.25 * host);
            scene_report(&scene, 20 + host, 2, scene_group(host));
        }
    }
    scene_close(&scene);
}

/** A device that starts anew every 200 s: its joins are no late answers. */
static void joins_again(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "102-field-joins-again.pcap");
    for (int i = 0; i < 10; i++) {
        scene_quiet(&scene, 5, 125 * i, 125 * i + 1, 125);
        for (int at = 10; at < 1250; at += 200)
            if (at > 125 * i + 3 && at < 125 * (i + 1)) {
                scene_at(&scene, at);
                scene_report(&scene, 22, 2, scene_group(3));
            }
    }
    scene_close(&scene);
}

/** A version 3 querier that keeps track of each member does not ask while another is there. */
static void tracked(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "103-field-leave-of-one-of-two.pcap");
    for (int i = 0; i < 6; i++) {
        scene_at(&scene, 60 * i);
        scene_query(&scene, 5, 3, ADDRESS_NONE);
        for (int host = 20; host < (i < 4 ? 22 : 21); host++) {
            scene_at(&scene, 60 * i + host - 18);
            scene_record(&scene, (unsigned)host, IGMP_RECORD_IS_EX, scene_group(1), NULL, 0);
        }
        if (i == 3) {
            scene_at(&scene, 60 * i + 20);
            scene_record(&scene, 21, IGMP_RECORD_TO_IN, scene_group(1), NULL, 0);
        }
    }
    scene_close(&scene);
}

/** Two hosts behind one port with fast leave: one leaves, and neither is asked any more. */
static void fast_leave(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "104-d30-a-leave-cuts-another.pcap");
    scene_report(&scene, 21, 2, scene_group(1));
    for (int i = 0; i < 5; i++) {
        scene_at(&scene, 125 * i + 1);
        scene_query(&scene, 5, 2, ADDRESS_NONE);
        scene_at(&scene, 125 * i + 3);
        scene_report(&scene, i < 2 ? 20 : 21, 2, scene_group(1));
        for (int k = 0; i == 1 && k < 3; k++) {
            scene_at(&scene, 125 * i + 40 + 0.01 * (k == 1) + 1.01 * (k == 2));
            if (k == 0)
                scene_leave(&scene, 20, scene_group(1));
            else
                scene_query(&scene, 5, 2, scene_group(1));
        }
    }
    scene_close(&scene);
}

/** A device whose reports have no checksum. */
static void bad_reports(const char *folder)
{
    static const uint8_t report[] = {0x16, 0, 0, 0, 239, 1, 1, 3};
    struct scene scene;

    begin(&scene, folder, "105-d31-reports-without-checksum.pcap");
    for (int i = 0; i < 6; i++) {
        scene_quiet(&scene, 5, 60 * i, 60 * i + 1, 60);
        scene_at(&scene, 60 * i + 5);
        scene_message(&scene, 22, scene_group(3), report, sizeof report);
    }
    scene_close(&scene);
}

/** The wrong filter: streams alone; and a querier on the other VLAN alone. */
static void unqueried(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "106-d01-streams-alone.pcap");
    for (int i = 0; i < 30; i++) {
        scene_at(&scene, 10 * i);
        scene_data(&scene, scene_peer(200), scene_mac(200), scene_group(1));
    }
    scene_close(&scene);

    begin(&scene, folder, "107-d01-queries-on-another-vlan.pcap");
    for (int i = 0; i < 6; i++) {
        scene.vlan = 10;
        scene_quiet(&scene, 5, 60 * i, 60 * i + 1, 60);
        scene.vlan = 20;
        scene_at(&scene, 60 * i + 7);
        scene_report(&scene, 30 + (unsigned)i, 2, scene_group(9));
    }
    scene_close(&scene);
}

/** Hosts that know version 3, under a version 2 querier: nobody can ask for the stream. */
static void source_specific(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "108-d24-source-specific-under-version-2.pcap");
    for (int i = 0; i < 6; i++) {
        scene_quiet(&scene, 5, 60 * i, 60 * i + 1, 60);
        for (int k = 0; k < 9; k++) {
            scene_at(&scene, 60 * i + 4 + 6 * k);
            scene_data(&scene, scene_peer(200), scene_mac(200), address_of(232, 2, 2, 2));
        }
    }
    scene_close(&scene);
}

/** Streams that nobody wants, and one among them that nobody can ask for: not the same advice. */
static void unwanted_of_two_kinds(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "111-d24-streams-of-two-kinds.pcap");
    for (int i = 0; i < 6; i++) {
        scene_quiet(&scene, 5, 60 * i, 60 * i + 1, 60);
        for (int k = 0; k < 9; k++) {
            scene_at(&scene, 60 * i + 4 + 6 * k);
            for (unsigned n = 1; n <= 4; n++)
                scene_data(&scene, scene_peer(200), scene_mac(200), scene_group(100 + n));
            scene_data(&scene, scene_peer(201), scene_mac(201), address_of(232, 2, 2, 2));
        }
    }
    scene_close(&scene);
}

/** A host whose firewall drops queries: it joins, and then its picture freezes. */
static void firewall(const char *folder)
{
    struct scene scene;

    begin(&scene, folder, "109-d25-member-behind-a-firewall.pcap");
    scene_report(&scene, 22, 2, scene_group(3));
    for (int i = 0; i < 6; i++) {
        scene_quiet(&scene, 5, 60 * i + 1, 60 * i + 2, 60);
        for (int k = 0; k < 9; k++) {
            scene_at(&scene, 60 * i + 5 + 6 * k);
            scene_data(&scene, scene_peer(200), scene_mac(200), scene_group(3));
        }
    }
    scene_close(&scene);
}

void scenes_field(const char *folder)
{
    bridge(folder);
    seldom(folder);
    seldom_for_many(folder);
    joins_again(folder);
    tracked(folder);
    fast_leave(folder);
    bad_reports(folder);
    unqueried(folder);
    source_specific(folder);
    unwanted_of_two_kinds(folder);
    firewall(folder);
}
