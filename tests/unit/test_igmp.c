/* SPDX-License-Identifier: MIT */
/* Unit tests of igmp_decode() and igmp_record_next(): which octets are which message, and which
 * none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "igmpq/igmp.h"
#include "wire.h"

/* A message whose checksum is made right first, decoded from exactly as many octets as it has. */
struct decoded {
    uint8_t *copy;
    enum verdict verdict;
    struct igmp_message message;
};

static struct decoded decode_sealed(const uint8_t *octets, size_t length)
{
    struct decoded result = {.copy = wire_copy(octets, length)};
    wire_seal_igmp(result.copy, length);
    result.verdict = igmp_decode((struct octets){result.copy, length}, length, &result.message);
    return result;
}

static void expect(const uint8_t *octets, size_t length, enum verdict verdict, enum igmp_kind kind)
{
    struct decoded got = decode_sealed(octets, length);
    assert_string_equal(verdict_name(got.verdict), verdict_name(verdict));
    assert_string_equal(igmp_kind_name(got.message.kind), igmp_kind_name(kind));
    assert_int_equal(got.message.type, length > 0 ? octets[0] : 0);
    assert_int_equal(got.message.code, length > 1 ? octets[1] : 0);
    free(got.copy);
}

/* the golden queries mean what their table says. */
static void test_golden_queries_decode(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        struct octets wire = golden_payload(golden);
        uint8_t *copy = wire_copy(wire.data, wire.length);
        struct igmp_message message;
        enum verdict verdict =
            igmp_decode((struct octets){copy, wire.length}, wire.length, &message);

        assert_int_equal(verdict, VERDICT_ACCEPTED);
        assert_int_equal(message.kind, golden->kind);
        assert_int_equal(igmp_kind_version(message.kind), golden->query.version);
        assert_true(igmp_kind_is_query(message.kind));
        assert_int_equal(message.type, IGMP_TYPE_QUERY);
        assert_int_equal(message.code, wire.data[1]);
        assert_true(address_equal(message.group, golden->query.group));
        duration response = golden->query.version == 1 ? 10 * SECONDS : golden->query.max_response;
        assert_true(message.max_response == response);
        assert_int_equal(message.suppress, golden->query.suppress);
        assert_int_equal(message.robustness, golden->query.robustness);
        assert_true(message.query_interval == golden->query.query_interval);
        assert_int_equal(message.count, golden->query.source_count);
        assert_int_equal(message.items.length, (size_t)4 * message.count);
        for (unsigned i = 0; i < message.count; i++)
            assert_true(address_equal(igmp_source_at(message.items, i), golden->query.sources[i]));
        free(copy);
    }
}

/* What a sound message of `length` octets out of a golden query must give. */
static enum verdict verdict_by_length(const uint8_t *octets, size_t length)
{
    if (length < 8)
        return VERDICT_BAD_LENGTH;
    if (wire_naive_checksum(octets, length) != 0)
        return VERDICT_BAD_CHECKSUM;
    if (length > 8 && length < 12)
        return VERDICT_BAD_LENGTH;
    size_t sources = length < 12 ? 0 : (size_t)(octets[10] << 8 | octets[11]);
    return 12 + 4 * sources > length && length >= 12 ? VERDICT_BAD_SOURCE_COUNT : VERDICT_ACCEPTED;
}

static enum igmp_kind kind_by_length(const uint8_t *octets, size_t length)
{
    if (length >= 12)
        return IGMP_KIND_V3_QUERY;
    if (length < 8)
        return IGMP_KIND_OTHER;
    return octets[1] == 0 ? IGMP_KIND_V1_QUERY : IGMP_KIND_V2_QUERY;
}

/* every shorter message, with the checksum as it stood and with a right one. */
static void test_every_length_of_every_golden_query(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        struct octets wire = golden_payload(&golden_frames[g]);
        for (size_t length = 0; length <= wire.length; length++) {
            uint8_t *copy = wire_copy(wire.data, length);
            for (int is_sealed = 0; is_sealed <= 1; is_sealed++) {
                if (is_sealed)
                    wire_seal_igmp(copy, length);
                struct igmp_message message;
                enum verdict verdict = igmp_decode((struct octets){copy, length}, length, &message);
                assert_string_equal(verdict_name(verdict),
                                    verdict_name(verdict_by_length(copy, length)));
                if (length > 1)
                    assert_int_equal(message.kind, kind_by_length(copy, length));
            }
            free(copy);
        }
    }
}

/* A capture that holds less than the packet had: cut, and the kind as far as it can be told. */
static void test_every_cut_of_every_golden_query(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        struct octets wire = golden_payload(&golden_frames[g]);
        for (size_t held = 0; held < wire.length; held++) {
            uint8_t *copy = wire_copy(wire.data, held);
            struct igmp_message message;
            enum verdict verdict = igmp_decode((struct octets){copy, held}, wire.length, &message);
            assert_int_equal(verdict, VERDICT_CUT);
            bool is_told = held >= 2 || (held == 1 && wire.length >= 12);
            assert_int_equal(message.kind, is_told ? golden_frames[g].kind : IGMP_KIND_OTHER);
            assert_int_equal(message.type, held > 0 ? IGMP_TYPE_QUERY : 0);
            free(copy);
        }
    }
}

/* octets behind the packet (padding) change nothing; nor need they sum up. */
static void test_octets_behind_the_packet_do_not_exist(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        struct octets wire = golden_payload(&golden_frames[g]);
        uint8_t padded[64];
        memset(padded, 0xaa, sizeof padded);
        memcpy(padded, wire.data, wire.length);
        struct igmp_message message;
        enum verdict verdict =
            igmp_decode((struct octets){padded, sizeof padded}, wire.length, &message);
        assert_int_equal(verdict, VERDICT_ACCEPTED);
        assert_int_equal(message.kind, golden_frames[g].kind);
        assert_int_equal(message.items.length, (size_t)4 * message.count);
    }
}

/* one wrong bit anywhere, in octets that mean something or not. */
static void test_every_flipped_bit_is_a_bad_checksum_q31(void **state)
{
    (void)state;
    uint8_t extra[20] = {0x11, 0x64, 0, 0, 0, 0, 0, 0, 0x02, 0x7d, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    wire_seal_igmp(extra, sizeof extra);
    struct igmp_message message;
    struct octets all = {extra, sizeof extra};
    assert_int_equal(igmp_decode(all, all.length, &message), VERDICT_ACCEPTED);
    for (size_t bit = 0; bit < 8 * sizeof extra; bit++) {
        extra[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(igmp_decode(all, all.length, &message), VERDICT_BAD_CHECKSUM);
        extra[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

/* the version is in the length. */
static void test_query_versions_by_length(void **state)
{
    (void)state;
    uint8_t query[20] = {0x11, 0x64};
    const struct {
        size_t length;
        uint8_t code;
        enum verdict verdict;
        enum igmp_kind kind;
    } cases[] = {
        {7, 0x64, VERDICT_BAD_LENGTH, IGMP_KIND_OTHER},
        {8, 0x00, VERDICT_ACCEPTED, IGMP_KIND_V1_QUERY},
        {8, 0x01, VERDICT_ACCEPTED, IGMP_KIND_V2_QUERY},
        {8, 0xff, VERDICT_ACCEPTED, IGMP_KIND_V2_QUERY},
        {9, 0x00, VERDICT_BAD_LENGTH, IGMP_KIND_V1_QUERY},
        {9, 0x64, VERDICT_BAD_LENGTH, IGMP_KIND_V2_QUERY},
        {10, 0x64, VERDICT_BAD_LENGTH, IGMP_KIND_V2_QUERY},
        {11, 0x64, VERDICT_BAD_LENGTH, IGMP_KIND_V2_QUERY},
        {11, 0x00, VERDICT_BAD_LENGTH, IGMP_KIND_V1_QUERY},
        {12, 0x00, VERDICT_ACCEPTED, IGMP_KIND_V3_QUERY},
        {12, 0x64, VERDICT_ACCEPTED, IGMP_KIND_V3_QUERY},
        {20, 0x64, VERDICT_ACCEPTED, IGMP_KIND_V3_QUERY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        query[1] = cases[i].code;
        expect(query, cases[i].length, cases[i].verdict, cases[i].kind);
    }
}

/* refused, but readable for the profile that follows RFC 2236 section 2.5. */
static void test_queries_of_9_to_11_octets_are_readable(void **state)
{
    (void)state;
    uint8_t query[11] = {0x11, 0x0a, 0, 0, 239, 1, 2, 3, 7, 7, 7};
    for (size_t length = 9; length <= 11; length++) {
        struct decoded got = decode_sealed(query, length);
        assert_int_equal(got.verdict, VERDICT_BAD_LENGTH);
        assert_int_equal(got.message.kind, IGMP_KIND_V2_QUERY);
        assert_true(got.message.max_response == 1 * SECONDS);
        assert_true(address_equal(got.message.group, address_of(239, 1, 2, 3)));
        got.copy[8] ^= 1;
        struct octets spoilt = {got.copy, length};
        assert_int_equal(igmp_decode(spoilt, length, &got.message), VERDICT_BAD_CHECKSUM);
        free(got.copy);
    }
    query[4] = 10;
    expect(query, 10, VERDICT_BAD_GROUP, IGMP_KIND_V2_QUERY);
}

/* none or multicast in queries (version 1: ignored), multicast in all others. */
static void test_groups(void **state)
{
    (void)state;
    const struct {
        uint8_t type, code;
        size_t length;
        enum igmp_kind kind;
        bool is_none_good, is_unicast_good;
    } cases[] = {
        {IGMP_TYPE_QUERY, 0, 8, IGMP_KIND_V1_QUERY, true, true},
        {IGMP_TYPE_QUERY, 100, 8, IGMP_KIND_V2_QUERY, true, false},
        {IGMP_TYPE_QUERY, 100, 12, IGMP_KIND_V3_QUERY, true, false},
        {IGMP_TYPE_V1_REPORT, 0, 8, IGMP_KIND_V1_REPORT, false, false},
        {IGMP_TYPE_V2_REPORT, 0, 8, IGMP_KIND_V2_REPORT, false, false},
        {IGMP_TYPE_V2_REPORT, 9, 12, IGMP_KIND_V2_REPORT, false, false}, /* */
        {IGMP_TYPE_V2_LEAVE, 0, 8, IGMP_KIND_V2_LEAVE, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t octets[12] = {cases[i].type, cases[i].code, 0, 0, 239, 1, 2, 3};
        struct decoded got = decode_sealed(octets, cases[i].length);
        assert_int_equal(got.verdict, VERDICT_ACCEPTED);
        assert_int_equal(got.message.kind, cases[i].kind);
        struct address group =
            cases[i].kind == IGMP_KIND_V1_QUERY ? ADDRESS_NONE : address_of(239, 1, 2, 3);
        assert_true(address_equal(got.message.group, group));
        free(got.copy);

        octets[4] = 10;
        expect(octets, cases[i].length,
               cases[i].is_unicast_good ? VERDICT_ACCEPTED : VERDICT_BAD_GROUP, cases[i].kind);
        octets[4] = 240;
        expect(octets, cases[i].length,
               cases[i].is_unicast_good ? VERDICT_ACCEPTED : VERDICT_BAD_GROUP, cases[i].kind);
        memset(octets + 4, 0, 4);
        expect(octets, cases[i].length,
               cases[i].is_none_good ? VERDICT_ACCEPTED : VERDICT_BAD_GROUP, cases[i].kind);
    }
}

/* DVMRP, PIM version 1, mtrace, multicast router discovery and the rest: every other type. */
static void test_unknown_types_q34(void **state)
{
    (void)state;
    for (unsigned type = 0; type <= 0xff; type++) {
        if (type == IGMP_TYPE_QUERY || type == IGMP_TYPE_V1_REPORT || type == IGMP_TYPE_V2_REPORT ||
            type == IGMP_TYPE_V2_LEAVE || type == IGMP_TYPE_V3_REPORT)
            continue;
        const uint8_t octets[8] = {(uint8_t)type, 1, 0, 0, 239, 1, 2, 3};
        expect(octets, sizeof octets, VERDICT_UNKNOWN_TYPE, IGMP_KIND_OTHER);
    }
}

/* the number of sources is never trusted. */
static void test_source_counts_q35(void **state)
{
    (void)state;
    uint8_t query[20] = {0x11, 0x64, 0, 0, 232, 1, 1, 1, 2, 125, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
    const struct {
        size_t length;
        unsigned count;
        enum verdict verdict;
    } cases[] = {
        {12, 0xffff, VERDICT_BAD_SOURCE_COUNT},
        {12, 1, VERDICT_BAD_SOURCE_COUNT},
        {15, 1, VERDICT_BAD_SOURCE_COUNT},
        {16, 1, VERDICT_ACCEPTED},
        {19, 2, VERDICT_BAD_SOURCE_COUNT},
        {20, 2, VERDICT_ACCEPTED},
        {20, 1, VERDICT_ACCEPTED}, /* the other four octets are extra */
        {20, 3, VERDICT_BAD_SOURCE_COUNT},
        {20, 0x4002, VERDICT_BAD_SOURCE_COUNT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire_put_be16(query + 10, cases[i].count);
        expect(query, cases[i].length, cases[i].verdict, IGMP_KIND_V3_QUERY);
    }
}

/* a code over tenths of seconds in version 3, linear over all 8 bits in version 2. */
static void test_response_times(void **state)
{
    (void)state;
    for (unsigned code = 0; code <= 0xff; code++) {
        const uint8_t query[12] = {0x11, (uint8_t)code, 0, 0, 0, 0, 0, 0, 0xff, (uint8_t)code};
        struct decoded v3 = decode_sealed(query, 12);
        assert_int_equal(v3.verdict, VERDICT_ACCEPTED);
        assert_true(v3.message.max_response ==
                    igmp_code_decode((uint8_t)code) * 100 * MILLISECONDS);
        assert_true(v3.message.query_interval == igmp_code_decode((uint8_t)code) * SECONDS);
        assert_int_equal(v3.message.robustness, 7); /* Flags are whatever they like */
        assert_true(v3.message.suppress);
        free(v3.copy);

        struct decoded v2 = decode_sealed(query, 8);
        duration linear = code == 0 ? 10 * SECONDS : (duration)code * DECISECONDS;
        assert_true(v2.message.max_response == linear);
        free(v2.copy);
    }
}

static void test_kind_names(void **state)
{
    (void)state;
    const unsigned versions[IGMP_KIND_COUNT] = {1, 2, 3, 1, 2, 2, 3, 0};
    for (int k = 0; k < IGMP_KIND_COUNT; k++) {
        const char *name = igmp_kind_name((enum igmp_kind)k);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz123-"), strlen(name));
        assert_int_equal(igmp_kind_version((enum igmp_kind)k), versions[k]);
        assert_int_equal(igmp_kind_is_query((enum igmp_kind)k), k <= IGMP_KIND_V3_QUERY);
        for (int other = 0; other < k; other++)
            assert_string_not_equal(name, igmp_kind_name((enum igmp_kind)other));
    }
    assert_string_equal(igmp_kind_name(IGMP_KIND_V2_QUERY), "v2-query");
    assert_string_equal(igmp_kind_name(IGMP_KIND_COUNT), "unknown");
}

/* Anything at all: no read outside (the sanitizers say), and what is accepted is sound. */
static void test_noise(void **state)
{
    (void)state;
    static const uint8_t types[] = {0x11, 0x12, 0x16, 0x17, 0x22, 0x22, 0x22, 0x30};
    uint64_t seed = 2236;
    for (int round = 0; round < 100000; round++) {
        size_t length = wire_random(&seed) % 64;
        uint8_t octets[64];
        for (size_t i = 0; i < length; i++) /* small numbers make counts that nearly fit */
            octets[i] = (uint8_t)(wire_random(&seed) & (round % 2 != 0 ? 0xff : 0x03));
        octets[0] = types[wire_random(&seed) % sizeof types];
        struct decoded got = decode_sealed(octets, length);
        if (got.verdict == VERDICT_ACCEPTED) {
            assert_true(length >= 8);
            assert_true(got.message.items.length <= length - 8);
            size_t offset = 0;
            unsigned walked = 0;
            struct igmp_record record;
            if (got.message.kind == IGMP_KIND_V3_REPORT)
                while (igmp_record_next(&got.message, &offset, &record)) {
                    walked++;
                    for (unsigned i = 0; i < record.count; i++)
                        (void)igmp_source_at(record.sources, i);
                    assert_int_equal(record.sources.length, (size_t)4 * record.count);
                }
            assert_true(walked <= got.message.count);
            assert_int_equal(offset, walked == 0 ? 0 : got.message.items.length);
        }
        free(got.copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_queries_decode),
        cmocka_unit_test(test_every_length_of_every_golden_query),
        cmocka_unit_test(test_every_cut_of_every_golden_query),
        cmocka_unit_test(test_octets_behind_the_packet_do_not_exist),
        cmocka_unit_test(test_every_flipped_bit_is_a_bad_checksum_q31),
        cmocka_unit_test(test_query_versions_by_length),
        cmocka_unit_test(test_queries_of_9_to_11_octets_are_readable),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_unknown_types_q34),
        cmocka_unit_test(test_source_counts_q35),
        cmocka_unit_test(test_response_times),
        cmocka_unit_test(test_kind_names),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
