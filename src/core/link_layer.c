/* SPDX-License-Identifier: MIT */
/*
 * Floor 1. The link layers below IPv4: Ethernet with VLAN tags, Linux cooked, raw IP, BSD loopback
 * and 802.11. Bounded readers only; a header that is not all there is "cut" when the capture lacks
 * it, and "not IGMP" when the wire did.
 */
#include "igmpq/link_layer.h"

#define TYPE_IPV4         0x0800
#define TYPE_VLAN         0x8100 /* IEEE 802.1Q customer tag */
#define TYPE_SERVICE_VLAN 0x88a8 /* IEEE 802.1ad service tag */
#define TYPE_OLD_QINQ     0x9100 /* service tag of switches older than 802.1ad */
#define TAG_LENGTH        4
#define TAGS_MAX          2

#define ETHERNET_LENGTH  14
#define COOKED_V1_LENGTH 16
#define COOKED_V2_LENGTH 20
#define COOKED_OUTGOING  4
#define LOOPBACK_LENGTH  4
#define FAMILY_INET      2 /* the same on every system, unlike IPv6's */

/* 802.11 frame control, first octet: version, type and subtype. */
#define CONTROL_KIND    0x0f
#define CONTROL_DATA    0x08
#define CONTROL_NO_DATA 0x40
#define CONTROL_QOS     0x80
/* Second octet. */
#define CONTROL_TO_DS     0x01
#define CONTROL_FROM_DS   0x02
#define CONTROL_MORE      0x04
#define CONTROL_PROTECTED 0x40
#define CONTROL_ORDER     0x80
#define SEQUENCE_FRAGMENT 0x0f
#define QOS_AGGREGATE     0x80
#define SNAP_LENGTH       8

#define RADIOTAP_LENGTH   8
#define RADIOTAP_TSFT     0x00000001
#define RADIOTAP_FLAGS    0x00000002
#define RADIOTAP_MORE     0x80000000
#define RADIOTAP_DATA_PAD 0x20

/* The first `need` octets are not all captured: were they there at all? */
static enum verdict missing(size_t need, size_t wire_length)
{
    return need <= wire_length ? VERDICT_CUT : VERDICT_NOT_IGMP;
}

static void read_mac(struct octets from, size_t offset, struct mac *out)
{
    if (octets_have(from, offset, sizeof out->octet))
        memcpy(out->octet, from.data + offset, sizeof out->octet);
}

static bool is_tag(unsigned type)
{
    return type == TYPE_VLAN || type == TYPE_SERVICE_VLAN || type == TYPE_OLD_QINQ;
}

/* Walk the tags behind a field of EtherType `type`; `offset` is what follows that field. */
static enum verdict find_ipv4(unsigned type, size_t offset, struct octets captured,
                              size_t wire_length, struct frame *out, size_t *ip_offset)
{
    while (is_tag(type)) {
        if (out->tag_count == TAGS_MAX)
            return VERDICT_TOO_MANY_TAGS;
        if (octets_have(captured, offset, 2)) {
            unsigned control = octets_be16(captured, offset);
            out->outer_vlan = out->tag_count == 0 ? 0 : out->vlan;
            out->vlan = control & 0xfff; /* 0, a priority tag, is VLAN_NONE */
            out->priority = (uint8_t)(control >> 13);
            out->tag_count++;
        }
        if (!octets_have(captured, offset, TAG_LENGTH))
            return missing(offset + TAG_LENGTH, wire_length);
        type = octets_be16(captured, offset + 2);
        offset += TAG_LENGTH;
    }
    /* Below 0x600 the field is a length and LLC follows: nothing that carries IGMP on Ethernet. */
    if (type != TYPE_IPV4)
        return VERDICT_NOT_IGMP;
    *ip_offset = offset;
    return VERDICT_ACCEPTED;
}

static enum verdict decode_ethernet(struct octets captured, size_t wire_length, struct frame *out,
                                    size_t *ip_offset)
{
    read_mac(captured, 0, &out->destination_mac);
    read_mac(captured, 6, &out->source_mac);
    if (captured.length < ETHERNET_LENGTH)
        return missing(ETHERNET_LENGTH, wire_length);
    return find_ipv4(octets_be16(captured, 12), ETHERNET_LENGTH, captured, wire_length, out,
                     ip_offset);
}

/* Packet type, ARPHRD type, address length (2 octets each), address (8), protocol (2). */
static enum verdict decode_cooked_v1(struct octets captured, size_t wire_length, struct frame *out,
                                     size_t *ip_offset)
{
    if (captured.length < COOKED_V1_LENGTH)
        return missing(COOKED_V1_LENGTH, wire_length);
    out->is_outgoing = octets_be16(captured, 0) == COOKED_OUTGOING;
    if (octets_be16(captured, 4) == sizeof out->source_mac.octet)
        read_mac(captured, 6, &out->source_mac);
    return find_ipv4(octets_be16(captured, 14), COOKED_V1_LENGTH, captured, wire_length, out,
                     ip_offset);
}

/* Protocol, reserved (2 octets each), interface index (4), ARPHRD type (2), packet type, address
 * length (1 each), address (8). */
static enum verdict decode_cooked_v2(struct octets captured, size_t wire_length, struct frame *out,
                                     size_t *ip_offset)
{
    if (captured.length < COOKED_V2_LENGTH)
        return missing(COOKED_V2_LENGTH, wire_length);
    out->interface_index = octets_be32(captured, 4);
    out->is_outgoing = octets_u8(captured, 10) == COOKED_OUTGOING;
    if (octets_u8(captured, 11) == sizeof out->source_mac.octet)
        read_mac(captured, 12, &out->source_mac);
    return find_ipv4(octets_be16(captured, 0), COOKED_V2_LENGTH, captured, wire_length, out,
                     ip_offset);
}

/* IPv6 is ordinary here and not for us; any other version is for the IPv4 decoder to judge. */
static enum verdict decode_raw_ip(struct octets captured, size_t wire_length, size_t *ip_offset)
{
    if (captured.length == 0)
        return missing(1, wire_length);
    *ip_offset = 0;
    return octets_u8(captured, 0) >> 4 == 6 ? VERDICT_NOT_IGMP : VERDICT_ACCEPTED;
}

/* DLT_NULL has the byte order of the host that captured, DLT_LOOP that of the network. */
static enum verdict decode_loopback(struct octets captured, size_t wire_length, size_t *ip_offset)
{
    if (captured.length < LOOPBACK_LENGTH)
        return missing(LOOPBACK_LENGTH, wire_length);
    uint32_t family = octets_be32(captured, 0);
    *ip_offset = LOOPBACK_LENGTH;
    return family == FAMILY_INET || family == (uint32_t)FAMILY_INET << 24 ? VERDICT_ACCEPTED
                                                                          : VERDICT_NOT_IGMP;
}

/* LLC for SNAP, an organisation of 00-00-00 (RFC 1042) or 00-00-f8 (802.1H), EtherType IPv4. */
static bool is_snap_ipv4(struct octets captured, size_t offset)
{
    uint32_t llc = octets_be32(captured, offset);
    uint32_t rest = octets_be32(captured, offset + 4);
    return llc == 0xaaaa0300 && (rest == TYPE_IPV4 || rest == (0xf80000 | TYPE_IPV4));
}

/*
 * Data frames in the clear. Fragments and aggregates are left alone: access points send multicast
 * in neither, and putting them together is not a querier's work.
 */
static enum verdict decode_80211(struct octets captured, size_t wire_length, size_t start,
                                 bool is_padded, struct frame *out, size_t *ip_offset)
{
    if (!octets_have(captured, start, 2))
        return missing(start + 2, wire_length);
    unsigned kind = octets_u8(captured, start);
    unsigned flags = octets_u8(captured, start + 1);
    if ((kind & CONTROL_KIND) != CONTROL_DATA)
        return VERDICT_NOT_IGMP;

    /* Where the addresses are depends on the direction (IEEE 802.11, "Data frames"). */
    bool to_ds = (flags & CONTROL_TO_DS) != 0;
    bool from_ds = (flags & CONTROL_FROM_DS) != 0;
    size_t source = !from_ds ? 10 : to_ds ? 24 : 16;
    read_mac(captured, start + (to_ds ? 16 : 4), &out->destination_mac);
    read_mac(captured, start + source, &out->source_mac);
    if ((kind & CONTROL_NO_DATA) != 0 || (flags & (CONTROL_PROTECTED | CONTROL_MORE)) != 0)
        return VERDICT_NOT_IGMP;

    size_t qos = to_ds && from_ds ? 30 : 24; /* behind the addresses, the fourth included */
    size_t header = qos;
    if ((kind & CONTROL_QOS) != 0)
        header += (flags & CONTROL_ORDER) != 0 ? 6 : 2; /* QoS control, then HT control */
    if (is_padded)
        header = (header + 3) & ~(size_t)3;

    size_t end = start + header + SNAP_LENGTH;
    if (captured.length < end)
        return missing(end, wire_length);
    if ((octets_u8(captured, start + 22) & SEQUENCE_FRAGMENT) != 0 ||
        ((kind & CONTROL_QOS) != 0 && (octets_u8(captured, start + qos) & QOS_AGGREGATE) != 0) ||
        !is_snap_ipv4(captured, start + header))
        return VERDICT_NOT_IGMP;
    *ip_offset = end;
    return VERDICT_ACCEPTED;
}

static uint32_t read_le32(struct octets from, size_t offset)
{
    uint32_t value = octets_be32(from, offset);
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

/*
 * Some drivers (Atheros on the BSDs) hand over 802.11 headers padded to four octets and say so in
 * the second radiotap field; before it there can only be a time stamp, aligned to its eight octets.
 */
static bool radiotap_is_padded(struct octets header)
{
    uint32_t present = read_le32(header, 4);
    size_t offset = RADIOTAP_LENGTH;
    for (uint32_t word = present; (word & RADIOTAP_MORE) != 0; offset += 4) {
        if (!octets_have(header, offset, 4))
            return false;
        word = read_le32(header, offset);
    }
    if ((present & RADIOTAP_FLAGS) == 0)
        return false;
    if ((present & RADIOTAP_TSFT) != 0)
        offset = ((offset + 7) & ~(size_t)7) + 8;
    return (octets_u8(header, offset) & RADIOTAP_DATA_PAD) != 0;
}

/* Version, pad (1 octet each), length (2), present bits (4); the only little-endian wire here. */
static enum verdict decode_radiotap(struct octets captured, size_t wire_length, struct frame *out,
                                    size_t *ip_offset)
{
    if (captured.length < RADIOTAP_LENGTH)
        return missing(RADIOTAP_LENGTH, wire_length);
    size_t length = (size_t)captured.data[2] | (size_t)captured.data[3] << 8;
    if (captured.data[0] != 0 || length < RADIOTAP_LENGTH)
        return VERDICT_NOT_IGMP;
    if (captured.length < length)
        return missing(length, wire_length);
    struct octets header = {captured.data, length};
    return decode_80211(captured, wire_length, length, radiotap_is_padded(header), out, ip_offset);
}

enum verdict link_layer_decode(enum link_type link, struct octets captured, size_t wire_length,
                               struct frame *out, size_t *ip_offset)
{
    switch (link) {
    case LINK_ETHERNET: return decode_ethernet(captured, wire_length, out, ip_offset);
    case LINK_COOKED_V1: return decode_cooked_v1(captured, wire_length, out, ip_offset);
    case LINK_COOKED_V2: return decode_cooked_v2(captured, wire_length, out, ip_offset);
    case LINK_RAW_IP: return decode_raw_ip(captured, wire_length, ip_offset);
    case LINK_BSD_LOOPBACK: return decode_loopback(captured, wire_length, ip_offset);
    case LINK_80211: return decode_80211(captured, wire_length, 0, false, out, ip_offset);
    case LINK_80211_RADIOTAP: return decode_radiotap(captured, wire_length, out, ip_offset);
    case LINK_TYPE_COUNT: break;
    }
    return VERDICT_NOT_IGMP;
}
