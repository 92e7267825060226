/* SPDX-License-Identifier: MIT */
/* Floor 1. Typed IGMP messages to octets: what a querier sends, and what hosts send, for the
 * injector. */
#include "igmpq/igmp.h"

#define HEADER_LENGTH        8
#define V3_QUERY_LENGTH      12
#define RECORD_HEADER_LENGTH 8
#define SOURCE_LENGTH        4

#define FLAG_SUPPRESS  0x08
#define ROBUSTNESS_MAX 7

/* The checksum is computed with its own field zero (RFC 2236 section 2.3, Q-05). */
static size_t seal(uint8_t *out, size_t length)
{
    octets_put_be16(out + 2, 0);
    octets_put_be16(out + 2, igmp_checksum((struct octets){out, length}));
    return length;
}

/* How many whole units there are in a duration, as the wire's codes count; never below 0. */
static unsigned units_of(duration span, duration unit)
{
    if (span <= 0)
        return 0;
    return span / unit > UINT16_MAX ? UINT16_MAX : (unsigned)(span / unit);
}

static size_t encode_v2_query(uint8_t code, struct address group, uint8_t *out, size_t capacity)
{
    if (capacity < HEADER_LENGTH)
        return 0;
    out[0] = IGMP_TYPE_QUERY;
    out[1] = code;
    octets_put_address(out + 4, group);
    return seal(out, HEADER_LENGTH);
}

static size_t encode_v3_query(const struct igmp_query *query, uint8_t *out, size_t capacity)
{
    if (query->source_count > IGMP_SOURCES_MAX ||
        (query->source_count > 0 && address_is_none(query->group)))
        return 0;
    size_t length = V3_QUERY_LENGTH + (size_t)query->source_count * SOURCE_LENGTH;
    if (capacity < length)
        return 0;

    unsigned robustness = query->robustness > ROBUSTNESS_MAX ? 0 : query->robustness;
    out[0] = IGMP_TYPE_QUERY;
    out[1] = igmp_code_encode(units_of(query->max_response, DECISECONDS));
    octets_put_address(out + 4, query->group);
    out[8] = (uint8_t)((query->suppress ? FLAG_SUPPRESS : 0) | robustness); /* Flags are 0 */
    out[9] = igmp_code_encode(units_of(query->query_interval, SECONDS));
    octets_put_be16(out + 10, query->source_count);
    for (unsigned i = 0; i < query->source_count; i++)
        octets_put_address(out + V3_QUERY_LENGTH + (size_t)i * SOURCE_LENGTH, query->sources[i]);
    return seal(out, length);
}

size_t igmp_encode_query(const struct igmp_query *query, uint8_t *out, size_t capacity)
{
    if (query->version == 3)
        return encode_v3_query(query, out, capacity);
    if (query->source_count > 0)
        return 0;
    if (query->version == 2) {
        unsigned tenths = units_of(query->max_response, DECISECONDS);
        if (tenths == 0)
            return 0; /* code 0 would make a version 1 query of it */
        /* Linear over all 8 bits, not the code of version 3. */
        return encode_v2_query((uint8_t)(tenths > 0xff ? 0xff : tenths), query->group, out,
                               capacity);
    }
    if (query->version == 1 && address_is_none(query->group))
        return encode_v2_query(0, ADDRESS_NONE, out, capacity);
    return 0;
}

/* 0, which no message has, for every kind that is not one group in 8 octets. */
static uint8_t type_of_report(enum igmp_kind kind)
{
    switch (kind) {
    case IGMP_KIND_V1_REPORT: return IGMP_TYPE_V1_REPORT;
    case IGMP_KIND_V2_REPORT: return IGMP_TYPE_V2_REPORT;
    case IGMP_KIND_V2_LEAVE: return IGMP_TYPE_V2_LEAVE;
    case IGMP_KIND_V1_QUERY:
    case IGMP_KIND_V2_QUERY:
    case IGMP_KIND_V3_QUERY:
    case IGMP_KIND_V3_REPORT:
    case IGMP_KIND_OTHER:
    case IGMP_KIND_COUNT: break;
    }
    return 0;
}

size_t igmp_encode_report(enum igmp_kind kind, struct address group, uint8_t *out, size_t capacity)
{
    uint8_t type = type_of_report(kind);
    if (type == 0 || capacity < HEADER_LENGTH)
        return 0;
    out[0] = type;
    out[1] = 0;
    octets_put_address(out + 4, group);
    return seal(out, HEADER_LENGTH);
}

size_t igmp_encode_v3_report(const struct igmp_record_spec *records, unsigned count, uint8_t *out,
                             size_t capacity)
{
    if (count > UINT16_MAX || capacity < HEADER_LENGTH)
        return 0;
    memset(out, 0, HEADER_LENGTH);
    out[0] = IGMP_TYPE_V3_REPORT;
    octets_put_be16(out + 6, count);

    size_t length = HEADER_LENGTH;
    for (unsigned i = 0; i < count; i++) {
        const struct igmp_record_spec *record = &records[i];
        size_t sources = (size_t)record->source_count * SOURCE_LENGTH;
        if (record->source_count > UINT16_MAX || capacity - length < RECORD_HEADER_LENGTH + sources)
            return 0;
        uint8_t *at = out + length;
        at[0] = record->type;
        at[1] = 0; /* no auxiliary data: version 3 defines none (RFC 3376 section 4.2.10) */
        octets_put_be16(at + 2, record->source_count);
        octets_put_address(at + 4, record->group);
        for (unsigned s = 0; s < record->source_count; s++)
            octets_put_address(at + RECORD_HEADER_LENGTH + (size_t)s * SOURCE_LENGTH,
                               record->sources[s]);
        length += RECORD_HEADER_LENGTH + sources;
    }
    return seal(out, length);
}
