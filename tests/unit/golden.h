/* SPDX-License-Identifier: MIT */
/*
 * Test data. The IPv4 golden frames of the conformance list, with the RFCs' field names, and what
 * each means. Known good: two independent dissectors find nothing to complain about in them. Codec
 * and builder are held against the same octets.
 */
#ifndef IGMPQ_TEST_GOLDEN_H
#define IGMPQ_TEST_GOLDEN_H

#include "igmpq/frame.h"
#include "igmpq/igmp.h"

/* One field a line. */
/* clang-format off */

/* v1 general */
static const uint8_t golden_v1_general[] = {
    0x01, 0x00, 0x5e, 0x00, 0x00, 0x01,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x20,                            /* Total Length 32 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x11, 0x69,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xe0, 0x00, 0x00, 0x01,                /* Destination 224.0.0.1 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x00,                                  /* Unused */
    0xee, 0xff,                            /* Checksum */
    0x00, 0x00, 0x00, 0x00,                /* Group Address 0.0.0.0 */
    /* 14 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v2 general MRT10s */
static const uint8_t golden_v2_general[] = {
    0x01, 0x00, 0x5e, 0x00, 0x00, 0x01,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x20,                            /* Total Length 32 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x11, 0x69,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xe0, 0x00, 0x00, 0x01,                /* Destination 224.0.0.1 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x64,                                  /* Max Resp Time 10.0 s */
    0xee, 0x9b,                            /* Checksum */
    0x00, 0x00, 0x00, 0x00,                /* Group Address 0.0.0.0 */
    /* 14 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v3 general MRC100 QRV2 QQI125 */
static const uint8_t golden_v3_general[] = {
    0x01, 0x00, 0x5e, 0x00, 0x00, 0x01,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x24,                            /* Total Length 36 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x11, 0x65,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xe0, 0x00, 0x00, 0x01,                /* Destination 224.0.0.1 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x64,                                  /* Max Resp Code 10.0 s */
    0xec, 0x1e,                            /* Checksum */
    0x00, 0x00, 0x00, 0x00,                /* Group Address 0.0.0.0 */
    0x02,                                  /* Flags 0, S 0, QRV 2 */
    0x7d,                                  /* QQIC 125 s */
    0x00, 0x00,                            /* Number of Sources */
    /* 10 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v2 GSQ 239.1.2.3 LMQI 1s */
static const uint8_t golden_v2_group[] = {
    0x01, 0x00, 0x5e, 0x01, 0x02, 0x03,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x20,                            /* Total Length 32 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x00, 0x66,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xef, 0x01, 0x02, 0x03,                /* Destination 239.1.2.3 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x0a,                                  /* Max Resp Time 1.0 s */
    0xfd, 0xf0,                            /* Checksum */
    0xef, 0x01, 0x02, 0x03,                /* Group Address 239.1.2.3 */
    /* 14 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v3 GSQ 239.1.2.3 S=0 */
static const uint8_t golden_v3_group[] = {
    0x01, 0x00, 0x5e, 0x01, 0x02, 0x03,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x24,                            /* Total Length 36 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x00, 0x62,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xef, 0x01, 0x02, 0x03,                /* Destination 239.1.2.3 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x0a,                                  /* Max Resp Code 1.0 s */
    0xfb, 0x73,                            /* Checksum */
    0xef, 0x01, 0x02, 0x03,                /* Group Address 239.1.2.3 */
    0x02,                                  /* Flags 0, S 0, QRV 2 */
    0x7d,                                  /* QQIC 125 s */
    0x00, 0x00,                            /* Number of Sources */
    /* 10 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v3 GSQ 239.1.2.3 S=1 */
static const uint8_t golden_v3_group_suppress[] = {
    0x01, 0x00, 0x5e, 0x01, 0x02, 0x03,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x24,                            /* Total Length 36 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x00, 0x62,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xef, 0x01, 0x02, 0x03,                /* Destination 239.1.2.3 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x0a,                                  /* Max Resp Code 1.0 s */
    0xf3, 0x73,                            /* Checksum */
    0xef, 0x01, 0x02, 0x03,                /* Group Address 239.1.2.3 */
    0x0a,                                  /* Flags 0, S 1, QRV 2 */
    0x7d,                                  /* QQIC 125 s */
    0x00, 0x00,                            /* Number of Sources */
    /* 10 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v3 GSSQ 232.1.1.1 {10.0.0.1,10.0.0.2} S=0 */
static const uint8_t golden_v3_sources[] = {
    0x01, 0x00, 0x5e, 0x01, 0x01, 0x01,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x2c,                            /* Total Length 44 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x08, 0x5c,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xe8, 0x01, 0x01, 0x01,                /* Destination 232.1.1.1 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x0a,                                  /* Max Resp Code 1.0 s */
    0xef, 0x70,                            /* Checksum */
    0xe8, 0x01, 0x01, 0x01,                /* Group Address 232.1.1.1 */
    0x02,                                  /* Flags 0, S 0, QRV 2 */
    0x7d,                                  /* QQIC 125 s */
    0x00, 0x02,                            /* Number of Sources */
    0x0a, 0x00, 0x00, 0x01,                /* Source Address [1] 10.0.0.1 */
    0x0a, 0x00, 0x00, 0x02,                /* Source Address [2] 10.0.0.2 */
    /* 2 octets of padding */
    0x00, 0x00,
};

/* v3 GSSQ 232.1.1.1 {10.0.0.3} S=1 */
static const uint8_t golden_v3_source_suppress[] = {
    0x01, 0x00, 0x5e, 0x01, 0x01, 0x01,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x28,                            /* Total Length 40 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x08, 0x60,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xe8, 0x01, 0x01, 0x01,                /* Destination 232.1.1.1 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x0a,                                  /* Max Resp Code 1.0 s */
    0xf1, 0x71,                            /* Checksum */
    0xe8, 0x01, 0x01, 0x01,                /* Group Address 232.1.1.1 */
    0x0a,                                  /* Flags 0, S 1, QRV 2 */
    0x7d,                                  /* QQIC 125 s */
    0x00, 0x01,                            /* Number of Sources */
    0x0a, 0x00, 0x00, 0x03,                /* Source Address [1] 10.0.0.3 */
    /* 6 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v2 general VLAN 100 */
static const uint8_t golden_v2_tagged[] = {
    0x01, 0x00, 0x5e, 0x00, 0x00, 0x01,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x81, 0x00,                            /* 802.1Q: TPID */
    0x00, 0x64,                            /* PCP 0, DEI 0, VID 100 */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x20,                            /* Total Length 32 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x11, 0x69,                            /* Header Checksum */
    0xc0, 0xa8, 0x32, 0x05,                /* Source 192.168.50.5 */
    0xe0, 0x00, 0x00, 0x01,                /* Destination 224.0.0.1 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x64,                                  /* Max Resp Time 10.0 s */
    0xee, 0x9b,                            /* Checksum */
    0x00, 0x00, 0x00, 0x00,                /* Group Address 0.0.0.0 */
    /* 10 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* v2 general proxy src 0.0.0.0 */
static const uint8_t golden_v2_proxy[] = {
    0x01, 0x00, 0x5e, 0x00, 0x00, 0x01,    /* Ethernet: destination */
    0x02, 0x00, 0x00, 0x00, 0x00, 0x05,    /* source */
    0x08, 0x00,                            /* EtherType IPv4 */
    0x46,                                  /* IPv4: Version 4, IHL 6 */
    0xc0,                                  /* Type of Service */
    0x00, 0x20,                            /* Total Length 32 */
    0x00, 0x00,                            /* Identification */
    0x40, 0x00,                            /* Flags DF, Fragment Offset 0 */
    0x01,                                  /* Time to Live */
    0x02,                                  /* Protocol IGMP */
    0x04, 0x17,                            /* Header Checksum */
    0x00, 0x00, 0x00, 0x00,                /* Source 0.0.0.0 */
    0xe0, 0x00, 0x00, 0x01,                /* Destination 224.0.0.1 */
    0x94, 0x04, 0x00, 0x00,                /* Option: Router Alert, length 4, value 0 */
    0x11,                                  /* IGMP: Type, Membership Query */
    0x64,                                  /* Max Resp Time 10.0 s */
    0xee, 0x9b,                            /* Checksum */
    0x00, 0x00, 0x00, 0x00,                /* Group Address 0.0.0.0 */
    /* 14 octets of padding */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* clang-format on */

/** A golden frame and its meaning. Every one: source 02:00:00:00:00:05, TOS 0xc0, TTL 1, DF. */
struct golden_frame {
    const char *name;
    const uint8_t *octets;
    size_t length;
    size_t ip_offset;      /* of the IP header, whose length is 24 */
    size_t payload_length; /* of the IGMP message */
    enum igmp_kind kind;
    uint16_t vlan;
    struct address source;
    struct address destination;
    struct igmp_query query; /* encodes to the payload */
};

#define GOLDEN_IP_HEADER 24 /* Router Alert included */

static const struct golden_frame golden_frames[] = {
    {
        .name = "v1 general",
        .octets = golden_v1_general,
        .length = sizeof golden_v1_general,
        .ip_offset = 14,
        .payload_length = 8,
        .kind = IGMP_KIND_V1_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xe0000001},
        .query = {.version = 1},
    },
    {
        .name = "v2 general MRT10s",
        .octets = golden_v2_general,
        .length = sizeof golden_v2_general,
        .ip_offset = 14,
        .payload_length = 8,
        .kind = IGMP_KIND_V2_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xe0000001},
        .query = {.version = 2, .max_response = 100 * DECISECONDS},
    },
    {
        .name = "v3 general MRC100 QRV2 QQI125",
        .octets = golden_v3_general,
        .length = sizeof golden_v3_general,
        .ip_offset = 14,
        .payload_length = 12,
        .kind = IGMP_KIND_V3_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xe0000001},
        .query = {.version = 3,
                  .max_response = 100 * DECISECONDS,
                  .robustness = 2,
                  .query_interval = 125 * SECONDS},
    },
    {
        .name = "v2 GSQ 239.1.2.3 LMQI 1s",
        .octets = golden_v2_group,
        .length = sizeof golden_v2_group,
        .ip_offset = 14,
        .payload_length = 8,
        .kind = IGMP_KIND_V2_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xef010203},
        .query = {.version = 2, .group = {0xef010203}, .max_response = 10 * DECISECONDS},
    },
    {
        .name = "v3 GSQ 239.1.2.3 S=0",
        .octets = golden_v3_group,
        .length = sizeof golden_v3_group,
        .ip_offset = 14,
        .payload_length = 12,
        .kind = IGMP_KIND_V3_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xef010203},
        .query = {.version = 3,
                  .group = {0xef010203},
                  .max_response = 10 * DECISECONDS,
                  .robustness = 2,
                  .query_interval = 125 * SECONDS},
    },
    {
        .name = "v3 GSQ 239.1.2.3 S=1",
        .octets = golden_v3_group_suppress,
        .length = sizeof golden_v3_group_suppress,
        .ip_offset = 14,
        .payload_length = 12,
        .kind = IGMP_KIND_V3_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xef010203},
        .query = {.version = 3,
                  .group = {0xef010203},
                  .max_response = 10 * DECISECONDS,
                  .suppress = true,
                  .robustness = 2,
                  .query_interval = 125 * SECONDS},
    },
    {
        .name = "v3 GSSQ 232.1.1.1 {10.0.0.1,10.0.0.2} S=0",
        .octets = golden_v3_sources,
        .length = sizeof golden_v3_sources,
        .ip_offset = 14,
        .payload_length = 20,
        .kind = IGMP_KIND_V3_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xe8010101},
        .query = {.version = 3,
                  .group = {0xe8010101},
                  .max_response = 10 * DECISECONDS,
                  .robustness = 2,
                  .query_interval = 125 * SECONDS,
                  .source_count = 2,
                  .sources = {{0x0a000001}, {0x0a000002}}},
    },
    {
        .name = "v3 GSSQ 232.1.1.1 {10.0.0.3} S=1",
        .octets = golden_v3_source_suppress,
        .length = sizeof golden_v3_source_suppress,
        .ip_offset = 14,
        .payload_length = 16,
        .kind = IGMP_KIND_V3_QUERY,
        .vlan = VLAN_NONE,
        .source = {0xc0a83205},
        .destination = {0xe8010101},
        .query = {.version = 3,
                  .group = {0xe8010101},
                  .max_response = 10 * DECISECONDS,
                  .suppress = true,
                  .robustness = 2,
                  .query_interval = 125 * SECONDS,
                  .source_count = 1,
                  .sources = {{0x0a000003}}},
    },
    {
        .name = "v2 general VLAN 100",
        .octets = golden_v2_tagged,
        .length = sizeof golden_v2_tagged,
        .ip_offset = 18,
        .payload_length = 8,
        .kind = IGMP_KIND_V2_QUERY,
        .vlan = 100,
        .source = {0xc0a83205},
        .destination = {0xe0000001},
        .query = {.version = 2, .max_response = 100 * DECISECONDS},
    },
    {
        .name = "v2 general proxy src 0.0.0.0",
        .octets = golden_v2_proxy,
        .length = sizeof golden_v2_proxy,
        .ip_offset = 14,
        .payload_length = 8,
        .kind = IGMP_KIND_V2_QUERY,
        .vlan = VLAN_NONE,
        .source = {0x00000000},
        .destination = {0xe0000001},
        .query = {.version = 2, .max_response = 100 * DECISECONDS},
    },
};

#define GOLDEN_COUNT (sizeof golden_frames / sizeof golden_frames[0])

/** A value, the code it is sent as (rounded down) and what a receiver reads. */
struct golden_code {
    unsigned value;
    uint8_t code;
    unsigned decoded;
};

static const struct golden_code golden_codes[] = {
    {127, 0x7f, 127},     {128, 0x80, 128},     {129, 0x80, 128},   {135, 0x80, 128},
    {136, 0x81, 136},     {200, 0x89, 200},     {255, 0x8f, 248},   {256, 0x90, 256},
    {271, 0x90, 256},     {272, 0x91, 272},     {288, 0x92, 288},   {300, 0x92, 288},
    {600, 0xa2, 576},     {1000, 0xaf, 992},    {3600, 0xcc, 3584}, {31743, 0xfe, 30720},
    {31744, 0xff, 31744}, {40000, 0xff, 31744}, {128, 0x80, 128},   {248, 0x8f, 248},
    {256, 0x90, 256},     {496, 0x9f, 496},     {512, 0xa0, 512},   {992, 0xaf, 992},
    {1024, 0xb0, 1024},   {1984, 0xbf, 1984},   {2048, 0xc0, 2048}, {3968, 0xcf, 3968},
    {4096, 0xd0, 4096},   {7936, 0xdf, 7936},   {8192, 0xe0, 8192}, {15872, 0xef, 15872},
    {16384, 0xf0, 16384}, {31744, 0xff, 31744},
};

#define GOLDEN_CODE_COUNT (sizeof golden_codes / sizeof golden_codes[0])

/** The IP packet in a golden frame, without padding. */
static inline struct octets golden_packet(const struct golden_frame *golden)
{
    return (struct octets){golden->octets + golden->ip_offset,
                           GOLDEN_IP_HEADER + golden->payload_length};
}

/** The IGMP message in a golden frame. */
static inline struct octets golden_payload(const struct golden_frame *golden)
{
    return (struct octets){golden->octets + golden->ip_offset + GOLDEN_IP_HEADER,
                           golden->payload_length};
}

#endif
