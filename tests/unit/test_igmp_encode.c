/* SPDX-License-Identifier: MIT */
/* Unit tests of what is sent: queries and reports octet by octet, the 8-bit code, the checksum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "igmpq/igmp.h"
#include "wire.h"

/* byte for byte, and into no octet less or more. */
static void test_golden_queries_encode(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        struct octets wire = golden_payload(&golden_frames[g]);
        for (size_t capacity = 0; capacity <= wire.length; capacity++) {
            uint8_t *out = malloc(capacity);
            size_t length = igmp_encode_query(&golden_frames[g].query, out, capacity);
            assert_int_equal(length, capacity == wire.length ? wire.length : 0);
            if (length > 0)
                assert_memory_equal(out, wire.data, wire.length);
            free(out);
        }
    }
}

/* Encode `query` and expect octet `at` of `length`. */
static void expect_octet(const struct igmp_query *query, size_t length, size_t at, unsigned octet)
{
    uint8_t out[IGMP_LENGTH_MAX];
    assert_int_equal(igmp_encode_query(query, out, sizeof out), length);
    assert_int_equal(out[at], octet);
    assert_int_equal(wire_naive_checksum(out, length), 0);
}

/* linear over the full 8 bits, and never 0, which would be a version 1 query. */
static void test_v2_response_times_q07_q08(void **state)
{
    (void)state;
    struct igmp_query query = {.version = 2};
    uint8_t out[8];
    for (unsigned tenths = 1; tenths <= 0xff; tenths++) {
        query.max_response = tenths * DECISECONDS;
        expect_octet(&query, 8, 1, tenths);
        query.max_response += DECISECONDS - 1; /* rounded down */
        expect_octet(&query, 8, 1, tenths);
    }
    query.max_response = 20 * SECONDS;
    expect_octet(&query, 8, 1, 0xc8); /* not 0x89, as version 3 would say */
    query.max_response = 3600 * SECONDS;
    expect_octet(&query, 8, 1, 0xff);
    query.max_response = INT64_MAX;
    expect_octet(&query, 8, 1, 0xff);
    query.max_response = ((duration)1 << 32) * DECISECONDS; /* 0 in 32 bits */
    expect_octet(&query, 8, 1, 0xff);
    query.max_response = DECISECONDS - 1;
    assert_int_equal(igmp_encode_query(&query, out, sizeof out), 0);
    query.max_response = 0;
    assert_int_equal(igmp_encode_query(&query, out, sizeof out), 0);
    query.max_response = -SECONDS;
    assert_int_equal(igmp_encode_query(&query, out, sizeof out), 0);
}

/* the fields of version 3. */
static void test_v3_fields(void **state)
{
    (void)state;
    struct igmp_query query = {.version = 3, .max_response = 20 * SECONDS};
    expect_octet(&query, 12, 1, 0x89);                              /* RFC 6636 section 4.2 */
    for (unsigned robustness = 0; robustness <= 20; robustness++) { /* */
        query.robustness = robustness;
        expect_octet(&query, 12, 8, robustness > 7 ? 0 : robustness);
    }
    query.robustness = UINT32_MAX;
    query.suppress = true;
    expect_octet(&query, 12, 8, 0x08);
    query.query_interval = 300 * SECONDS; /* what is advertised is 288 s */
    expect_octet(&query, 12, 9, 0x92);
    query.query_interval = 129 * SECONDS - 1;
    expect_octet(&query, 12, 9, 0x80);
    query.query_interval = 128 * SECONDS - 1;
    expect_octet(&query, 12, 9, 0x7f);
    query.query_interval = 40000 * SECONDS;
    expect_octet(&query, 12, 9, 0xff);
    query.query_interval = ((duration)1 << 32) * SECONDS;
    expect_octet(&query, 12, 9, 0xff);
    query.query_interval = INT64_MAX;
    expect_octet(&query, 12, 9, 0xff);
    query.max_response = 4000 * SECONDS;
    expect_octet(&query, 12, 1, 0xff);
    query.max_response = 0;
    expect_octet(&query, 12, 1, 0);
}

/* 366 sources fill 1500 octets of IP, nothing follows them, more are refused. */
static void test_v3_source_lists_q13_q20(void **state)
{
    (void)state;
    static struct igmp_query query = {.version = 3, .group = {0xe8010101}};
    for (unsigned i = 0; i < IGMP_SOURCES_MAX; i++)
        query.sources[i] = address_of(10, 0, (uint8_t)(i >> 8), (uint8_t)i);
    for (query.source_count = 0; query.source_count <= IGMP_SOURCES_MAX; query.source_count++) {
        size_t length = 12 + 4 * (size_t)query.source_count;
        uint8_t *out = malloc(length);
        assert_int_equal(igmp_encode_query(&query, out, length), length);
        assert_int_equal(out[10] << 8 | out[11], query.source_count);

        struct igmp_message message;
        assert_int_equal(igmp_decode((struct octets){out, length}, length, &message),
                         VERDICT_ACCEPTED);
        assert_int_equal(message.count, query.source_count);
        for (unsigned i = 0; i < message.count; i++)
            assert_true(address_equal(igmp_source_at(message.items, i), query.sources[i]));
        free(out);
    }
    assert_true(12 + 4 * IGMP_SOURCES_MAX <= IGMP_LENGTH_MAX);
    assert_true(12 + 4 * (IGMP_SOURCES_MAX + 1) > IGMP_LENGTH_MAX);
    uint8_t large[2000];
    assert_int_equal(query.source_count, IGMP_SOURCES_MAX + 1);
    assert_int_equal(igmp_encode_query(&query, large, sizeof large), 0);
}

static void test_queries_that_do_not_exist(void **state)
{
    (void)state;
    const struct igmp_query queries[] = {
        {.version = 0, .max_response = SECONDS},
        {.version = 4, .max_response = SECONDS},
        {.version = 1, .group = {0xef010203}},
        {.version = 1, .source_count = 1},
        {.version = 2, .max_response = SECONDS, .group = {0xef010203}, .source_count = 1},
        {.version = 3, .max_response = SECONDS, .source_count = 1}, /* sources of no group */
    };
    uint8_t out[64];
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        assert_int_equal(igmp_encode_query(&queries[i], out, sizeof out), 0);
}

static void test_reports_of_one_group(void **state)
{
    (void)state;
    const struct {
        enum igmp_kind kind;
        uint8_t wire[8];
    } reports[] = {
        {IGMP_KIND_V1_REPORT, {0x12, 0, 0xfc, 0xfa, 0xef, 1, 2, 3}},
        {IGMP_KIND_V2_REPORT, {0x16, 0, 0xf8, 0xfa, 0xef, 1, 2, 3}},
        {IGMP_KIND_V2_LEAVE, {0x17, 0, 0xf7, 0xfa, 0xef, 1, 2, 3}},
    };
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        uint8_t *out = malloc(8);
        struct address group = address_of(239, 1, 2, 3);
        assert_int_equal(igmp_encode_report(reports[i].kind, group, out, 7), 0);
        assert_int_equal(igmp_encode_report(reports[i].kind, group, out, 8), 8);
        assert_memory_equal(out, reports[i].wire, 8);
        struct igmp_message message;
        assert_int_equal(igmp_decode((struct octets){out, 8}, 8, &message), VERDICT_ACCEPTED);
        assert_int_equal(message.kind, reports[i].kind);
        assert_true(address_equal(message.group, group));
        free(out);
    }
    const enum igmp_kind others[] = {IGMP_KIND_V1_QUERY, IGMP_KIND_V2_QUERY, IGMP_KIND_V3_QUERY,
                                     IGMP_KIND_V3_REPORT, IGMP_KIND_OTHER};
    uint8_t out[8];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(igmp_encode_report(others[i], ADDRESS_ALL_HOSTS, out, sizeof out), 0);
}

/* the vectors, and the two properties on everything there is. */
static void test_codes_q16_q17(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDEN_CODE_COUNT; i++) {
        assert_int_equal(igmp_code_encode(golden_codes[i].value), golden_codes[i].code);
        assert_int_equal(igmp_code_decode(golden_codes[i].code), golden_codes[i].decoded);
    }
    for (unsigned code = 0; code <= 0xff; code++)
        assert_int_equal(igmp_code_encode(igmp_code_decode((uint8_t)code)), code);

    /* The largest value of any code that is not above v: codes ascend, so one index follows v. */
    unsigned best = 0;
    for (unsigned v = 0; v <= 31744; v++) {
        while (best < 0xff && igmp_code_decode((uint8_t)(best + 1)) <= v)
            best++;
        assert_int_equal(igmp_code_encode(v), best);
        assert_true(igmp_code_decode((uint8_t)best) <= v);
    }
    assert_int_equal(best, 0xff);
    assert_int_equal(igmp_code_encode(31745), 0xff);
    assert_int_equal(igmp_code_encode(UINT32_MAX), 0xff);
}

/* as RFC 1071 says it word by word, at every length, odd ones too, and at every alignment. */
static void test_checksum_against_the_naive_one_q05(void **state)
{
    (void)state;
    uint64_t seed = 1071;
    for (size_t length = 0; length <= IGMP_LENGTH_MAX; length++) {
        uint8_t *data = malloc(length + 3);
        for (size_t i = 0; i < length + 3; i++)
            data[i] = (uint8_t)wire_random(&seed);
        for (size_t start = 0; start <= 3; start++) {
            struct octets all = {data + start, length};
            assert_int_equal(igmp_checksum(all), wire_naive_checksum(all.data, length));
        }
        free(data);
    }
    /* Carries all the way, and none. */
    static uint8_t full[65535];
    memset(full, 0xff, sizeof full);
    assert_int_equal(igmp_checksum((struct octets){full, 65534}), 0);
    assert_int_equal(igmp_checksum((struct octets){full, 65535}), 0x00ff);
    memset(full, 0, sizeof full);
    assert_int_equal(igmp_checksum((struct octets){full, sizeof full}), 0xffff);
    assert_int_equal(igmp_checksum((struct octets){NULL, 0}), 0xffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_queries_encode),
        cmocka_unit_test(test_v2_response_times_q07_q08),
        cmocka_unit_test(test_v3_fields),
        cmocka_unit_test(test_v3_source_lists_q13_q20),
        cmocka_unit_test(test_queries_that_do_not_exist),
        cmocka_unit_test(test_reports_of_one_group),
        cmocka_unit_test(test_codes_q16_q17),
        cmocka_unit_test(test_checksum_against_the_naive_one_q05),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
