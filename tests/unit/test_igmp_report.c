/* SPDX-License-Identifier: MIT */
/* Unit tests of version 3 reports: the records that count and those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "igmpq/igmp.h"
#include "wire.h"

#define RECORDS_MAX 8

/* A report, decoded from exactly as many octets as it has, and its records. */
struct decoded {
    uint8_t *copy;
    enum verdict verdict;
    struct igmp_message message;
    unsigned walked;
    struct igmp_record records[RECORDS_MAX];
};

static struct decoded decode_sealed(const uint8_t *octets, size_t length)
{
    struct decoded got = {.copy = wire_copy(octets, length)};
    wire_seal_igmp(got.copy, length);
    got.verdict = igmp_decode((struct octets){got.copy, length}, length, &got.message);
    if (got.verdict != VERDICT_ACCEPTED)
        return got;
    size_t offset = 0;
    while (got.walked < RECORDS_MAX &&
           igmp_record_next(&got.message, &offset, &got.records[got.walked]))
        got.walked++;
    size_t end = offset;
    struct igmp_record none;
    assert_false(igmp_record_next(&got.message, &offset, &none));
    assert_int_equal(offset, end);
    return got;
}

/* Three records: two sources; one auxiliary word and no source; one source. */
static const uint8_t three_records[] = {
    0x22, 0x00, 0x00, 0x00,                         /* Type, Reserved, Checksum */
    0x00, 0x00, 0x00, 0x03,                         /* Flags, Number of Group Records (M) */
    0x05, 0x00, 0x00, 0x02,                         /* Record Type ALLOW, Aux Data Len, N */
    0xe8, 0x01, 0x01, 0x01,                         /* Multicast Address 232.1.1.1 */
    0x0a, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x02, /* Source Addresses */
    0x04, 0x01, 0x00, 0x00,                         /* TO_EX, one word of auxiliary data, N 0 */
    0xef, 0x01, 0x02, 0x03,                         /* 239.1.2.3 */
    0xde, 0xad, 0xbe, 0xef,                         /* Auxiliary Data */
    0x63, 0x00, 0x00, 0x01,                         /* a record type nobody has defined */
    0x0a, 0x01, 0x01, 0x01,                         /* not even multicast: the segment's business */
    0x0a, 0x00, 0x00, 0x09,
};

static void test_records_aux_data_and_unknown_types_q111(void **state)
{
    (void)state;
    struct decoded got = decode_sealed(three_records, sizeof three_records);
    assert_int_equal(got.verdict, VERDICT_ACCEPTED);
    assert_int_equal(got.message.kind, IGMP_KIND_V3_REPORT);
    assert_int_equal(got.message.count, 3);
    assert_int_equal(got.walked, 3);

    assert_int_equal(got.records[0].type, IGMP_RECORD_ALLOW);
    assert_true(address_equal(got.records[0].group, address_of(232, 1, 1, 1)));
    assert_int_equal(got.records[0].count, 2);
    assert_true(address_equal(igmp_source_at(got.records[0].sources, 0), address_of(10, 0, 0, 1)));
    assert_true(address_equal(igmp_source_at(got.records[0].sources, 1), address_of(10, 0, 0, 2)));
    assert_true(address_is_none(igmp_source_at(got.records[0].sources, 2)));

    assert_int_equal(got.records[1].type, IGMP_RECORD_TO_EX);
    assert_true(address_equal(got.records[1].group, address_of(239, 1, 2, 3)));
    assert_int_equal(got.records[1].count, 0);
    assert_int_equal(got.records[1].sources.length, 0);

    assert_int_equal(got.records[2].type, 0x63);
    assert_true(address_equal(got.records[2].group, address_of(10, 1, 1, 1)));
    assert_int_equal(got.records[2].count, 1);
    free(got.copy);
}

/* Every shorter report: records that are whole count, the first that is not ends the walk. */
static void test_every_length_of_a_report_q111(void **state)
{
    (void)state;
    const size_t ends[] = {24, 36, 48};
    for (size_t length = 0; length <= sizeof three_records; length++) {
        struct decoded got = decode_sealed(three_records, length);
        if (length < 8) {
            assert_int_equal(got.verdict, VERDICT_BAD_LENGTH);
        } else if (length < 8 + 3 * 8) {
            assert_int_equal(got.verdict, VERDICT_BAD_RECORD); /* three can never fit */
        } else {
            assert_int_equal(got.verdict, VERDICT_ACCEPTED);
            unsigned whole = 0;
            while (whole < 3 && ends[whole] <= length)
                whole++;
            assert_int_equal(got.walked, whole);
            assert_int_equal(got.message.count, 3);
        }
        free(got.copy);
    }
}

static void test_every_cut_of_a_report(void **state)
{
    (void)state;
    for (size_t held = 0; held < sizeof three_records; held++) {
        uint8_t *copy = wire_copy(three_records, held);
        struct igmp_message message;
        enum verdict verdict =
            igmp_decode((struct octets){copy, held}, sizeof three_records, &message);
        assert_int_equal(verdict, VERDICT_CUT);
        assert_int_equal(message.kind, held > 0 ? IGMP_KIND_V3_REPORT : IGMP_KIND_OTHER);
        free(copy);
    }
}

static void test_more_records_than_fit_q111(void **state)
{
    (void)state;
    uint8_t report[24] = {0x22, 0, 0, 0, 0, 0, 0x03, 0xe8, 4,   0, 0, 0,
                          239,  1, 2, 3, 4, 0, 0,    0,    239, 1, 2, 4};
    const struct {
        size_t length;
        unsigned claimed;
        enum verdict verdict;
        unsigned walked;
    } cases[] = {
        {16, 1000, VERDICT_BAD_RECORD, 0}, {16, 0xffff, VERDICT_BAD_RECORD, 0},
        {16, 2, VERDICT_BAD_RECORD, 0},    {16, 1, VERDICT_ACCEPTED, 1},
        {8, 0, VERDICT_ACCEPTED, 0},       {8, 1, VERDICT_BAD_RECORD, 0},
        {24, 2, VERDICT_ACCEPTED, 2},      {24, 0, VERDICT_ACCEPTED, 0},
        {24, 1, VERDICT_ACCEPTED, 1}, /* what follows looks like a record and is none */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire_put_be16(report + 6, cases[i].claimed);
        struct decoded got = decode_sealed(report, cases[i].length);
        assert_string_equal(verdict_name(got.verdict), verdict_name(cases[i].verdict));
        assert_int_equal(got.walked, cases[i].walked);
        free(got.copy);
    }
}

/* Sources or auxiliary data that run over the end, at both ends of what the fields can say. */
static void test_records_that_do_not_fit_end_the_walk_q111(void **state)
{
    (void)state;
    const struct {
        uint8_t auxiliary;
        unsigned sources;
        unsigned walked;
    } cases[] = {
        {0, 0, 2},    {1, 0, 2}, {0, 1, 2},      {1, 1, 1},         {2, 0, 1},
        {0xff, 0, 1}, {0, 2, 1}, {0, 0xffff, 1}, {0xff, 0xffff, 1}, {0, 0x4000, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t report[28] = {0x22, 0, 0, 0, 0, 0, 0, 2, 4,   0, 0, 0,
                              239,  1, 2, 3, 4, 0, 0, 0, 239, 1, 2, 4};
        report[17] = cases[i].auxiliary;
        wire_put_be16(report + 18, cases[i].sources);
        struct decoded got = decode_sealed(report, sizeof report);
        assert_int_equal(got.verdict, VERDICT_ACCEPTED);
        assert_int_equal(got.walked, cases[i].walked);
        free(got.copy);
    }
}

static void test_reports_encode_and_decode(void **state)
{
    (void)state;
    const struct address sources[] = {address_of(10, 0, 0, 1), address_of(10, 0, 0, 2)};
    const struct igmp_record_spec specs[] = {
        {IGMP_RECORD_ALLOW, address_of(232, 1, 1, 1), sources, 2},
        {IGMP_RECORD_TO_EX, address_of(239, 1, 2, 3), NULL, 0},
    };
    uint8_t *exact = malloc(8 + 16 + 8);
    assert_int_equal(igmp_encode_v3_report(specs, 2, exact, 32), 32);
    assert_int_equal(wire_naive_checksum(exact, 32), 0);
    struct decoded got = decode_sealed(exact, 32);
    assert_memory_equal(got.copy, exact, 32);
    assert_int_equal(got.verdict, VERDICT_ACCEPTED);
    assert_int_equal(got.walked, 2);
    assert_int_equal(got.records[0].type, IGMP_RECORD_ALLOW);
    assert_int_equal(got.records[0].count, 2);
    assert_true(address_equal(igmp_source_at(got.records[0].sources, 1), sources[1]));
    assert_true(address_equal(got.records[1].group, address_of(239, 1, 2, 3)));
    free(got.copy);

    for (size_t capacity = 0; capacity < 32; capacity++) {
        uint8_t *small = malloc(capacity);
        assert_int_equal(igmp_encode_v3_report(specs, 2, small, capacity), 0);
        free(small);
    }
    assert_int_equal(igmp_encode_v3_report(specs, 0, exact, 32), 8);
    assert_int_equal(exact[7], 0);
    assert_int_equal(igmp_encode_v3_report(specs, 0x10000, exact, 32), 0);
    free(exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_aux_data_and_unknown_types_q111),
        cmocka_unit_test(test_every_length_of_a_report_q111),
        cmocka_unit_test(test_every_cut_of_a_report),
        cmocka_unit_test(test_more_records_than_fit_q111),
        cmocka_unit_test(test_records_that_do_not_fit_end_the_walk_q111),
        cmocka_unit_test(test_reports_encode_and_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
