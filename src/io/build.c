/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Frames made with libnet, which computes the IP header checksum; the IGMP checksum is the
 * caller's. The blocks are made anew for each frame: libnet's updating of blocks with options gets
 * lengths wrong.
 */
#include "igmpq/build.h"

#include <arpa/inet.h>
#include <libnet.h>
#include <stdlib.h>
#include <string.h>

#define ETHERNET_HEADER  14
#define VLAN_TAG         4
#define IPV4_HEADER      20
#define IGMP_HEADER      8
#define PROTOCOL_IGMP    2
#define DONT_FRAGMENT    0x4000
#define PRIORITY_MAX     7
#define VLAN_ON_WIRE_MAX 4095

/* RFC 2113: copied, class 0, number 20, length 4, value 0. */
static const uint8_t router_alert[] = {0x94, 0x04, 0x00, 0x00};

struct builder {
    libnet_t *libnet;
};

struct builder *builder_open(struct problem *problem)
{
    char error[LIBNET_ERRBUF_SIZE] = "";
    struct builder *builder = calloc(1, sizeof *builder);

    if (builder == NULL) {
        problem_set(problem, "cannot make frames: not enough memory");
        return NULL;
    }
    builder->libnet = libnet_init(LIBNET_NONE, NULL, error);
    if (builder->libnet == NULL) {
        problem_set(problem, "cannot make frames: libnet says %s", error);
        free(builder);
        return NULL;
    }
    return builder;
}

void builder_close(struct builder *builder)
{
    if (builder == NULL)
        return;
    libnet_destroy(builder->libnet);
    free(builder);
}

static size_t envelope_ip_header(const struct envelope *envelope)
{
    return IPV4_HEADER + (envelope->has_router_alert ? sizeof router_alert : 0);
}

static size_t envelope_link_header(const struct envelope *envelope)
{
    return ETHERNET_HEADER + (envelope->is_tagged ? VLAN_TAG : 0);
}

/* libnet knows the first 8 octets of IGMP; what follows them is their payload, and less than 8 is
 * plain data. */
static bool build_igmp(libnet_t *libnet, struct octets payload)
{
    struct octets rest = octets_from(payload, IGMP_HEADER);
    libnet_ptag_t tag;

    if (payload.length == 0)
        return true;
    if (payload.length < IGMP_HEADER)
        return libnet_build_data(payload.data, (uint32_t)payload.length, libnet, 0) != -1;
    tag = libnet_build_igmp(octets_u8(payload, 0), octets_u8(payload, 1), octets_be16(payload, 2),
                            htonl(octets_be32(payload, 4)), rest.length > 0 ? rest.data : NULL,
                            (uint32_t)rest.length, libnet, 0);
    /* A checksum of 0 means "compute it" to libnet, but here it is as wanted as any other. */
    return tag != -1 && libnet_toggle_checksum(libnet, tag, LIBNET_OFF) != -1;
}

static bool build_ipv4(libnet_t *libnet, const struct envelope *envelope, size_t total_length)
{
    if (envelope->has_router_alert &&
        libnet_build_ipv4_options(router_alert, sizeof router_alert, libnet, 0) == -1)
        return false;
    return libnet_build_ipv4((uint16_t)total_length, envelope->tos, 0, DONT_FRAGMENT, envelope->ttl,
                             PROTOCOL_IGMP, 0, htonl(envelope->source.ipv4),
                             htonl(envelope->destination.ipv4), NULL, 0, libnet, 0) != -1;
}

static bool build_link(libnet_t *libnet, const struct envelope *envelope)
{
    const uint8_t *destination = envelope->destination_mac.octet;
    const uint8_t *source = envelope->source_mac.octet;

    if (envelope->is_tagged)
        return libnet_build_802_1q(destination, source, ETHERTYPE_VLAN, envelope->priority, 0,
                                   envelope->vlan, ETHERTYPE_IP, NULL, 0, libnet, 0) != -1;
    return libnet_build_ethernet(destination, source, ETHERTYPE_IP, NULL, 0, libnet, 0) != -1;
}

int build_frame(struct builder *builder, const struct envelope *envelope, struct octets payload,
                uint8_t *out, size_t capacity, struct problem *problem)
{
    libnet_t *libnet = builder->libnet;
    size_t total_length = envelope_ip_header(envelope) + payload.length;
    size_t minimum = envelope->is_tagged ? FRAME_MIN_TAGGED : FRAME_MIN;
    size_t length = envelope_link_header(envelope) + total_length;
    uint8_t *packet = NULL;
    uint32_t size = 0;

    if (envelope->is_tagged &&
        (envelope->vlan > VLAN_ON_WIRE_MAX || envelope->priority > PRIORITY_MAX))
        return problem_set(problem, "there is no VLAN %u with priority %u", envelope->vlan,
                           envelope->priority);
    if (length > capacity || minimum > capacity || payload.length > UINT16_MAX ||
        total_length > UINT16_MAX)
        return problem_set(problem, "an IGMP message of %zu octets does not fit into a frame",
                           payload.length);
    libnet_clear_packet(libnet);
    if (!build_igmp(libnet, payload) || !build_ipv4(libnet, envelope, total_length) ||
        !build_link(libnet, envelope) || libnet_pblock_coalesce(libnet, &packet, &size) == -1)
        return problem_set(problem, "libnet cannot make the frame: %s", libnet_geterror(libnet));
    if (size != length) {
        libnet_adv_free_packet(libnet, packet);
        return problem_set(problem, "libnet made a frame of %u octets instead of %zu",
                           (unsigned)size, length);
    }
    memcpy(out, packet, length);
    libnet_adv_free_packet(libnet, packet);
    if (length < minimum) {
        memset(out + length, 0, minimum - length); /* */
        length = minimum;
    }
    return (int)length;
}

int build_query(struct builder *builder, const struct envelope *envelope,
                const struct igmp_query *query, uint8_t *out, size_t capacity,
                struct problem *problem)
{
    uint8_t message[IGMP_LENGTH_MAX];
    size_t length = igmp_encode_query(query, message, sizeof message);

    if (length == 0)
        return problem_set(problem, "IGMP version %u has no query with this group and %u sources",
                           query->version, query->source_count);
    return build_frame(builder, envelope, (struct octets){message, length}, out, capacity, problem);
}
