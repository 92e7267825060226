/* SPDX-License-Identifier: MIT */
/*
 * Floor 1. IGMP messages of versions 1, 2 and 3: octets to typed messages and back.
 * RFC 1112 appendix I, RFC 2236 section 2, RFC 9776 (and 3376) section 4.
 */
#ifndef IGMPQ_IGMP_H
#define IGMPQ_IGMP_H

#include "igmpq/base.h"
#include "igmpq/verdict.h"

#define IGMP_TYPE_QUERY     0x11
#define IGMP_TYPE_V1_REPORT 0x12
#define IGMP_TYPE_V2_REPORT 0x16
#define IGMP_TYPE_V2_LEAVE  0x17
#define IGMP_TYPE_V3_REPORT 0x22

/** Sources in one query that fit an MTU of 1500 behind a 24-octet IP header. */
#define IGMP_SOURCES_MAX 366
/** The longest message igmpq makes: IP packets of 1500 octets less the header. */
#define IGMP_LENGTH_MAX 1476

enum igmp_kind {
    IGMP_KIND_V1_QUERY,
    IGMP_KIND_V2_QUERY,
    IGMP_KIND_V3_QUERY,
    IGMP_KIND_V1_REPORT,
    IGMP_KIND_V2_REPORT,
    IGMP_KIND_V2_LEAVE,
    IGMP_KIND_V3_REPORT,
    IGMP_KIND_OTHER,
    IGMP_KIND_COUNT
};

/** "v2-query" and so on; static. */
const char *igmp_kind_name(enum igmp_kind kind);

/** Of whatever version. */
static inline bool igmp_kind_is_query(enum igmp_kind kind)
{
    return kind == IGMP_KIND_V1_QUERY || kind == IGMP_KIND_V2_QUERY || kind == IGMP_KIND_V3_QUERY;
}

/** 1, 2 or 3 for every kind but OTHER (0). A leave is version 2. */
static inline unsigned igmp_kind_version(enum igmp_kind kind)
{
    switch (kind) {
    case IGMP_KIND_V1_QUERY:
    case IGMP_KIND_V1_REPORT: return 1;
    case IGMP_KIND_V2_QUERY:
    case IGMP_KIND_V2_REPORT:
    case IGMP_KIND_V2_LEAVE: return 2;
    case IGMP_KIND_V3_QUERY:
    case IGMP_KIND_V3_REPORT: return 3;
    case IGMP_KIND_OTHER:
    case IGMP_KIND_COUNT: break;
    }
    return 0;
}

/** A received message. Its sources or records stay in the octets it was decoded from (borrowed). */
struct igmp_message {
    enum igmp_kind kind;
    uint8_t type;          /* first octet on the wire */
    uint8_t code;          /* second octet on the wire */
    struct address group;  /* queries, version 1 and 2 reports, leave; none in general queries */
    duration max_response; /* queries; 10 s in version 1 queries (RFC 2236 section 4 reads 0 so) */
    bool suppress;         /* version 3 queries: the S flag */
    uint8_t robustness;    /* version 3 queries: QRV, 0 = not given */
    duration query_interval; /* version 3 queries: decoded QQIC, 0 = not given */
    unsigned count;          /* sources of a version 3 query, records a version 3 report claims */
    struct octets items;     /* those sources or records, borrowed */
};

enum igmp_record_type {
    IGMP_RECORD_IS_IN = 1,
    IGMP_RECORD_IS_EX = 2,
    IGMP_RECORD_TO_IN = 3,
    IGMP_RECORD_TO_EX = 4,
    IGMP_RECORD_ALLOW = 5,
    IGMP_RECORD_BLOCK = 6
};

/** One group record of a version 3 report; its sources are borrowed from the message. */
struct igmp_record {
    uint8_t type; /* enum igmp_record_type, or something unknown */
    struct address group;
    unsigned count;
    struct octets sources;
};

/**
 * Decode one IGMP message completely.
 *
 * `payload` is what the capture holds of the IP payload, `length` how long the IP header says it
 * is: where the capture holds less the verdict is VERDICT_CUT and only kind (as far as type and
 * length tell it), type and code are set. The checksum is verified over the whole payload.
 * Octets behind the defined fields are ignored but summed. A version 1 query's group is
 * ignored. A query of 9 to 11 octets gets VERDICT_BAD_LENGTH (RFC 3376 section 7.1) and is
 * nevertheless decoded as RFC 2236 section 2.5 reads it, for the profile that wants so (its
 * checksum has then been found good, and its group too: a bad one is VERDICT_BAD_GROUP). On any
 * other verdict than accepted only kind, type and code of `*out` mean anything.
 */
enum verdict igmp_decode(struct octets payload, size_t length, struct igmp_message *out);

/** Source `index` (0 to count-1) of a version 3 query or of a record. */
static inline struct address igmp_source_at(struct octets sources, unsigned index)
{
    return octets_address(sources, (size_t)index * 4);
}

/**
 * Walk the records of a version 3 report: start with `*offset` 0; false at the end.
 * Stops before a record that does not fit (earlier ones count, Q-111); auxiliary data is skipped.
 */
bool igmp_record_next(const struct igmp_message *report, size_t *offset, struct igmp_record *out);

/** A query to be sent. Intervals are encoded rounding down to what the wire can say.
 */
struct igmp_query {
    unsigned version;        /* 1, 2 or 3 */
    struct address group;    /* none: general query */
    duration max_response;   /* not in version 1 */
    bool suppress;           /* version 3: S flag */
    unsigned robustness;     /* version 3: QRV; above 7 is sent as 0 */
    duration query_interval; /* version 3: QQIC */
    unsigned source_count;   /* version 3: at most IGMP_SOURCES_MAX */
    struct address sources[IGMP_SOURCES_MAX];
};

/**
 * Encode a query with its checksum: 8 octets in versions 1 and 2, 12 + 4 per source in version 3.
 * Returns the length, or 0 when `capacity` is too small or the version has no such query
 * (version 1 with a group, version 2 with sources, sources without a group, a version 2 response
 * time below 0.1 s, which would make a version 1 query of it, Q-08). Longer than 25.5 s is sent
 * as 25.5 s in version 2.
 */
size_t igmp_encode_query(const struct igmp_query *query, uint8_t *out, size_t capacity);

/** Encode a version 1 or 2 report or a leave (8 octets); 0 when capacity is too small or kind is
 * another. */
size_t igmp_encode_report(enum igmp_kind kind, struct address group, uint8_t *out, size_t capacity);

/** A record to be sent; `sources` borrowed. */
struct igmp_record_spec {
    uint8_t type;
    struct address group;
    const struct address *sources;
    unsigned source_count;
};

/** Encode a version 3 report; its length, or 0 when it does not fit. */
size_t igmp_encode_v3_report(const struct igmp_record_spec *records, unsigned count, uint8_t *out,
                             size_t capacity);

/** One's complement of the one's complement sum (RFC 1071); odd lengths padded with a zero octet.
 */
uint16_t igmp_checksum(struct octets data);

/** The value of an 8-bit code: linear below 128, else (mant | 0x10) << (exp + 3) (RFC 3376
 * section 4.1.1). */
unsigned igmp_code_decode(uint8_t code);

/** The largest code whose value is at most `value`; 0xff for all above 31744. */
uint8_t igmp_code_encode(unsigned value);

#endif
