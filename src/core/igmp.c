/* SPDX-License-Identifier: MIT */
/*
 * Floor 1. IGMP octets to typed messages, and the two number formats of the wire: the checksum and
 * the 8-bit code. A message is decoded completely or refused; nobody acts on half of one.
 */
#include "igmpq/igmp.h"

#define HEADER_LENGTH        8
#define V3_QUERY_LENGTH      12
#define RECORD_HEADER_LENGTH 8
#define SOURCE_LENGTH        4
#define AUXILIARY_UNIT       4

#define FLAG_SUPPRESS   0x08
#define MASK_ROBUSTNESS 0x07

const char *igmp_kind_name(enum igmp_kind kind)
{
    switch (kind) {
    case IGMP_KIND_V1_QUERY: return "v1-query";
    case IGMP_KIND_V2_QUERY: return "v2-query";
    case IGMP_KIND_V3_QUERY: return "v3-query";
    case IGMP_KIND_V1_REPORT: return "v1-report";
    case IGMP_KIND_V2_REPORT: return "v2-report";
    case IGMP_KIND_V2_LEAVE: return "v2-leave";
    case IGMP_KIND_V3_REPORT: return "v3-report";
    case IGMP_KIND_OTHER: return "other";
    case IGMP_KIND_COUNT: break;
    }
    return "unknown";
}

uint16_t igmp_checksum(struct octets data)
{
    /*
     * The one's complement sum does not care in which byte order words are read, as long as the
     * result is written back in the same one (RFC 1071 section 2), nor how wide the words are that
     * are added before folding. 64 bits cannot overflow on any length that exists.
     */
    size_t left = data.length % 4, whole = data.length - left;
    uint64_t sum = 0;

    for (size_t at = 0; at < whole; at += 4) {
        uint32_t word;
        memcpy(&word, data.data + at, sizeof word);
        sum += word;
    }
    if (left > 0) {
        uint32_t word = 0; /* what is missing counts as zero octets */
        memcpy(&word, data.data + whole, left);
        sum += word;
    }
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);

    uint16_t folded = (uint16_t)sum;
    uint8_t wire[2];
    memcpy(wire, &folded, sizeof wire);
    return (uint16_t) ~(wire[0] << 8 | wire[1]);
}

unsigned igmp_code_decode(uint8_t code)
{
    if (code < 0x80)
        return code;
    unsigned exponent = code >> 4 & 0x7u;
    unsigned mantissa = code & 0xfu;
    return (mantissa | 0x10u) << (exponent + 3);
}

uint8_t igmp_code_encode(unsigned value)
{
    if (value < 0x80)
        return (uint8_t)value;
    if (value >= igmp_code_decode(0xff))
        return 0xff;
    unsigned exponent = 0;
    while (value >> (exponent + 3) > 0x1f)
        exponent++;
    return (uint8_t)(0x80u | exponent << 4 | (value >> (exponent + 3) & 0xfu));
}

/* A query's version is told by its length, and at 8 octets by its code (RFC 3376 section 7.1). */
static enum igmp_kind kind_of_query(struct octets payload, size_t length)
{
    if (length >= V3_QUERY_LENGTH)
        return IGMP_KIND_V3_QUERY;
    if (length < HEADER_LENGTH || payload.length < 2)
        return IGMP_KIND_OTHER;
    return octets_u8(payload, 1) == 0 ? IGMP_KIND_V1_QUERY : IGMP_KIND_V2_QUERY;
}

static enum igmp_kind kind_of(struct octets payload, size_t length)
{
    switch (octets_u8(payload, 0)) {
    case IGMP_TYPE_QUERY: return kind_of_query(payload, length);
    case IGMP_TYPE_V1_REPORT: return IGMP_KIND_V1_REPORT;
    case IGMP_TYPE_V2_REPORT: return IGMP_KIND_V2_REPORT;
    case IGMP_TYPE_V2_LEAVE: return IGMP_KIND_V2_LEAVE;
    case IGMP_TYPE_V3_REPORT: return IGMP_KIND_V3_REPORT;
    default: return IGMP_KIND_OTHER;
    }
}

static enum verdict decode_v2_query(struct octets payload, struct igmp_message *out)
{
    out->max_response = out->code * DECISECONDS;
    out->group = octets_address(payload, 4);
    if (!address_is_none(out->group) && !address_is_multicast(out->group))
        return VERDICT_BAD_GROUP;
    return VERDICT_ACCEPTED;
}

static enum verdict decode_v3_query(struct octets payload, struct igmp_message *out)
{
    enum verdict verdict = decode_v2_query(payload, out);
    if (verdict != VERDICT_ACCEPTED)
        return verdict;

    uint8_t flags = octets_u8(payload, 8);
    size_t count = octets_be16(payload, 10);
    if (count * SOURCE_LENGTH > payload.length - V3_QUERY_LENGTH)
        return VERDICT_BAD_SOURCE_COUNT;

    out->max_response = igmp_code_decode(out->code) * DECISECONDS;
    out->suppress = (flags & FLAG_SUPPRESS) != 0;
    out->robustness = flags & MASK_ROBUSTNESS;
    out->query_interval = igmp_code_decode(octets_u8(payload, 9)) * SECONDS;
    out->count = (unsigned)count;
    out->items = (struct octets){payload.data + V3_QUERY_LENGTH, count * SOURCE_LENGTH};
    return VERDICT_ACCEPTED;
}

/* Reports of versions 1 and 2 and the leave: one group, which must be one. */
static enum verdict decode_group(struct octets payload, struct igmp_message *out)
{
    out->group = octets_address(payload, 4);
    return address_is_multicast(out->group) ? VERDICT_ACCEPTED : VERDICT_BAD_GROUP;
}

/* How long the record is that these octets begin with, auxiliary data included; 0: not all of it is
 * there. */
static size_t record_length(struct octets from)
{
    if (from.length < RECORD_HEADER_LENGTH)
        return 0;
    size_t auxiliary = (size_t)octets_u8(from, 1) * AUXILIARY_UNIT;
    size_t sources = (size_t)octets_be16(from, 2) * SOURCE_LENGTH;
    size_t length = RECORD_HEADER_LENGTH + sources + auxiliary;
    return length <= from.length ? length : 0;
}

static enum verdict decode_v3_report(struct octets payload, struct igmp_message *out)
{
    struct octets behind = octets_from(payload, HEADER_LENGTH);
    size_t count = octets_be16(payload, 6);
    if (count * RECORD_HEADER_LENGTH > behind.length)
        return VERDICT_BAD_RECORD;

    /* Octets behind the last record are not records (RFC 3376 section 4.2.11), nor is anything
     * behind one that does not fit. Cutting them off here lets the walk need no more state than its
     * offset. */
    out->count = (unsigned)count;
    size_t end = 0, length;
    for (size_t i = 0; i < count && (length = record_length(octets_from(behind, end))) > 0; i++)
        end += length;
    out->items = (struct octets){behind.data, end};
    return VERDICT_ACCEPTED;
}

static enum verdict decode_body(struct octets payload, struct igmp_message *out)
{
    switch (out->kind) {
    case IGMP_KIND_V1_QUERY:
        /* The group is "ignored when received" (RFC 1112 appendix I, Q-37); hosts answer within 10
         * s. */
        out->max_response = 10 * SECONDS;
        return VERDICT_ACCEPTED;
    case IGMP_KIND_V2_QUERY: return decode_v2_query(payload, out);
    case IGMP_KIND_V3_QUERY: return decode_v3_query(payload, out);
    case IGMP_KIND_V1_REPORT:
    case IGMP_KIND_V2_REPORT:
    case IGMP_KIND_V2_LEAVE: return decode_group(payload, out);
    case IGMP_KIND_V3_REPORT: return decode_v3_report(payload, out);
    case IGMP_KIND_OTHER:
    case IGMP_KIND_COUNT: break;
    }
    return VERDICT_UNKNOWN_TYPE;
}

enum verdict igmp_decode(struct octets payload, size_t length, struct igmp_message *out)
{
    bool is_cut = payload.length < length;
    if (!is_cut)
        payload.length = length; /* whatever lies behind is not part of the message */

    *out = (struct igmp_message){
        .kind = kind_of(payload, length),
        .type = octets_u8(payload, 0),
        .code = octets_u8(payload, 1),
    };
    if (length < HEADER_LENGTH)
        return VERDICT_BAD_LENGTH;
    if (is_cut)
        return VERDICT_CUT; /* the checksum covers what is not there */
    if (igmp_checksum(payload) != 0)
        return VERDICT_BAD_CHECKSUM;

    enum verdict verdict = decode_body(payload, out);
    /* A wrong group stays a wrong group: a profile that lets 9 to 11 octets pass relies on the
     * rest. */
    if (verdict == VERDICT_ACCEPTED && out->type == IGMP_TYPE_QUERY && length > HEADER_LENGTH &&
        length < V3_QUERY_LENGTH)
        return VERDICT_BAD_LENGTH;
    return verdict;
}

bool igmp_record_next(const struct igmp_message *report, size_t *offset, struct igmp_record *out)
{
    struct octets record = octets_from(report->items, *offset);
    size_t length = record_length(record);
    if (length == 0)
        return false;

    size_t count = octets_be16(record, 2);
    *out = (struct igmp_record){
        .type = octets_u8(record, 0),
        .group = octets_address(record, 4),
        .count = (unsigned)count,
        .sources = {record.data + RECORD_HEADER_LENGTH, count * SOURCE_LENGTH},
    };
    *offset += length;
    return true;
}
