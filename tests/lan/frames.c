/* SPDX-License-Identifier: MIT */
/* Frames as the simulated hosts, peers and switches make and read them: by the RFCs, without the
 * core. */
#include <stdlib.h>

#include "../unit/wire.h"
#include "sim.h"

#define IP_AT   14
#define IGMP_AT (IP_AT + 24) /* all of ours have Router Alert */

static struct parcel *new_parcel(size_t length)
{
    size_t room = length < 60 ? 60 : length;
    struct parcel *parcel = calloc(1, sizeof *parcel + room);
    if (!parcel)
        abort();
    parcel->length = room;
    return parcel;
}

void parcel_release(struct parcel *parcel)
{
    if (parcel->users-- <= 1)
        free(parcel);
}

static void put_address(uint8_t *at, struct address address)
{
    wire_put_be16(at, address.ipv4 >> 16);
    wire_put_be16(at + 2, address.ipv4 & 0xffff);
}

static struct address get_address(const uint8_t *at)
{
    return address_of(at[0], at[1], at[2], at[3]);
}

/** Everything around the IGMP message, and its checksum. */
static struct parcel *wrap(struct parcel *parcel, struct mac mac, struct address source,
                           struct address destination, size_t igmp_length)
{
    uint8_t *frame = parcel->octets, *ip = frame + IP_AT;

    memcpy(frame, mac_of_group(destination).octet, 6);
    memcpy(frame + 6, mac.octet, 6);
    wire_put_be16(frame + 12, 0x0800);
    ip[0] = 0x46;
    ip[1] = 0xc0;
    wire_put_be16(ip + 2, (unsigned)(24 + igmp_length));
    ip[6] = 0x40;
    ip[8] = 1;
    ip[9] = 2;
    put_address(ip + 12, source);
    put_address(ip + 16, destination);
    ip[20] = 0x94;
    ip[21] = 4;
    wire_seal_ip(ip);
    wire_seal_igmp(frame + IGMP_AT, igmp_length);
    parcel->message = wire_read(frame, parcel->length);
    return parcel;
}

/** RFC 3376 section 4.1.1, the other way round: the largest code that is not above the value. */
static uint8_t float_code(unsigned value)
{
    unsigned exponent = 0;

    if (value < 128)
        return (uint8_t)value;
    while (exponent < 7 && value >> (exponent + 3) > 0x1f)
        exponent++;
    return (uint8_t)(0x80 | exponent << 4 | (value >> (exponent + 3) & 0xf));
}

static unsigned float_value(uint8_t code)
{
    return code < 128 ? code : (16u + (code & 15u)) << ((code >> 4 & 7) + 3);
}

struct parcel *wire_query(const struct message *query)
{
    size_t length = query->version == 3 ? 12 : 8;
    struct parcel *parcel = new_parcel(IGMP_AT + length);
    uint8_t *igmp = parcel->octets + IGMP_AT;
    unsigned tenths = (unsigned)(query->response / DECISECONDS);

    igmp[0] = 0x11;
    if (query->version == 2)
        igmp[1] = (uint8_t)tenths;
    if (query->version == 3) {
        igmp[1] = float_code(tenths);
        igmp[8] = (uint8_t)query->robustness;
        igmp[9] = float_code((unsigned)(query->interval / SECONDS));
    }
    put_address(igmp + 4, query->group);
    return wrap(parcel, query->mac, query->source,
                address_is_none(query->group) ? ADDRESS_ALL_HOSTS : query->group, length);
}

struct parcel *wire_report(struct mac mac, struct address source, unsigned version, bool is_leave,
                           struct address group)
{
    struct parcel *parcel = new_parcel(IGMP_AT + 8);
    uint8_t *igmp = parcel->octets + IGMP_AT;

    igmp[0] = is_leave ? 0x17 : version == 1 ? 0x12 : 0x16;
    put_address(igmp + 4, group);
    return wrap(parcel, mac, source, is_leave ? ADDRESS_ALL_ROUTERS : group, 8);
}

struct parcel *wire_v3_report(struct mac mac, struct address source,
                              const struct wire_record *records, unsigned count)
{
    size_t length = 8;
    for (unsigned i = 0; i < count; i++)
        length += 8 + 4 * records[i].source_count;
    struct parcel *parcel = new_parcel(IGMP_AT + length);
    uint8_t *igmp = parcel->octets + IGMP_AT, *at = igmp + 8;

    igmp[0] = 0x22;
    wire_put_be16(igmp + 6, count);
    for (unsigned i = 0; i < count; i++) {
        at[0] = records[i].type;
        wire_put_be16(at + 2, records[i].source_count);
        put_address(at + 4, records[i].group);
        at += 8;
        for (unsigned s = 0; s < records[i].source_count; s++, at += 4)
            put_address(at, records[i].source[s]);
    }
    return wrap(parcel, mac, source, ADDRESS_IGMPV3, length);
}

/* The core's message in an envelope as the daemon's builder makes it. */
struct parcel *wire_of_core(const struct query *query)
{
    uint8_t igmp[IGMP_LENGTH_MAX];
    const struct envelope *envelope = &query->envelope;
    size_t length = igmp_encode_query(&query->message, igmp, sizeof igmp);
    struct parcel *parcel = new_parcel(IGMP_AT + length);
    uint8_t *frame = parcel->octets, *ip = frame + IP_AT;

    memcpy(frame + IGMP_AT, igmp, length);
    wrap(parcel, envelope->source_mac, envelope->source, envelope->destination, length);
    memcpy(frame, envelope->destination_mac.octet, 6);
    ip[1] = envelope->tos;
    ip[8] = envelope->ttl;
    if (!envelope->has_router_alert)
        ip[20] = ip[21] = 1; /* no operation */
    wire_seal_ip(ip);
    memcpy(frame + IGMP_AT, igmp, length); /* with the checksum that the core gave it */
    parcel->message = wire_read(frame, parcel->length);
    return parcel;
}

static void read_query(const uint8_t *igmp, size_t length, struct message *out)
{
    out->group = get_address(igmp + 4);
    out->talk = address_is_none(out->group) ? TALK_GENERAL : TALK_SPECIFIC;
    if (length == 8) {
        out->version = igmp[1] == 0 ? 1 : 2;
        out->response = (igmp[1] == 0 ? 100 : igmp[1]) * DECISECONDS;
        return;
    }
    if (length < 12) {
        out->fault = "a query of 9 to 11 octets";
        return;
    }
    out->version = 3;
    out->response = float_value(igmp[1]) * DECISECONDS;
    out->suppress = (igmp[8] & 8) != 0;
    out->robustness = igmp[8] & 7;
    out->interval = float_value(igmp[9]) * SECONDS;
    out->count = (unsigned)(igmp[10] << 8 | igmp[11]);
    out->items = igmp + 12;
    if (12 + 4 * (size_t)out->count > length)
        out->fault = "more sources than octets";
}

/** What every reader that is strict asks of a query (RFC 3376 sections 4, 4.1.12 and 9.1). */
static const char *query_fault(const uint8_t *frame, const struct message *message)
{
    const uint8_t *ip = frame + IP_AT;
    struct address to = message->talk == TALK_GENERAL ? ADDRESS_ALL_HOSTS : message->group;

    if (message->version > 1 && !((ip[0] & 0xf) > 5 && ip[20] == 0x94 && ip[21] == 4))
        return "no Router Alert";
    if (ip[1] != 0xc0)
        return "TOS is not 0xc0";
    if (!address_equal(message->destination, to))
        return "not where such a query goes";
    if (message->response <= 0)
        return "no time to answer";
    return NULL;
}

struct message wire_read(const uint8_t *frame, size_t length)
{
    struct message message = {.talk = TALK_OTHER};
    const uint8_t *ip = frame + IP_AT;
    size_t header = (size_t)(ip[0] & 0xf) * 4, total = (size_t)(ip[2] << 8 | ip[3]);

    memcpy(message.mac.octet, frame + 6, 6);
    message.source = get_address(ip + 12);
    message.destination = get_address(ip + 16);
    if (frame[12] != 8 || ip[0] >> 4 != 4 || ip[9] != 2 || IP_AT + total > length ||
        total < header + 8) {
        message.fault = "no IGMP";
        return message;
    }
    const uint8_t *igmp = ip + header;
    size_t igmp_length = total - header;
    if (wire_naive_checksum(ip, header) != 0 || wire_naive_checksum(igmp, igmp_length) != 0)
        message.fault = "a wrong checksum";
    else if (ip[8] != 1)
        message.fault = "TTL is not 1";
    else if (memcmp(mac_of_group(message.destination).octet, frame, 6) != 0)
        message.fault = "MAC and IP address do not belong together";
    if (message.fault)
        return message;
    message.group = get_address(igmp + 4);
    switch (igmp[0]) {
    case 0x11:
        read_query(igmp, igmp_length, &message);
        if (!message.fault)
            message.fault = query_fault(frame, &message);
        break;
    case 0x12:
    case 0x16:
        message.talk = TALK_REPORT;
        message.version = igmp[0] == 0x12 ? 1 : 2;
        break;
    case 0x17:
        message.talk = TALK_LEAVE;
        message.version = 2;
        break;
    case 0x22:
        message.talk = TALK_V3_REPORT;
        message.version = 3;
        message.count = (unsigned)(igmp[6] << 8 | igmp[7]);
        message.items = igmp + 8;
        break;
    default: message.fault = "an unknown type";
    }
    return message;
}

bool wire_has_source(const struct message *query, struct address source)
{
    for (unsigned i = 0; i < query->count; i++)
        if (address_equal(get_address(query->items + 4 * (size_t)i), source))
            return true;
    return false;
}

bool wire_record_at(const struct message *report, unsigned index, struct wire_record *out)
{
    const uint8_t *at = report->items;

    if (index >= report->count)
        return false;
    for (unsigned i = 0; i < index; i++)
        at += 8 + 4 * (size_t)(at[2] << 8 | at[3]);
    out->type = at[0];
    out->source_count = (unsigned)(at[2] << 8 | at[3]);
    out->group = get_address(at + 4);
    for (unsigned i = 0; i < out->source_count && i < 4; i++)
        out->source[i] = get_address(at + 8 + 4 * (size_t)i);
    return true;
}
