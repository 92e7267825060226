/* SPDX-License-Identifier: MIT */
/* Unit tests of what people read and write: addresses, networks, MAC addresses, durations, numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "igmpq/text.h"

static void test_addresses_are_written(void **state)
{
    char out[TEXT_ADDRESS_SIZE];

    (void)state;
    assert_string_equal(text_address(ADDRESS_NONE, out), "0.0.0.0");
    assert_string_equal(text_address(address_of(192, 168, 50, 5), out), "192.168.50.5");
    assert_string_equal(text_address(address_of(255, 255, 255, 255), out), "255.255.255.255");
}

static void test_addresses_are_read(void **state)
{
    static const char *const bad[] = {
        "",          "1",          "1.2.3",     "1.2.3.",    "1.2.3.4.", "1.2.3.4 ", " 1.2.3.4",
        "1.2.3.256", "1.2.3.1000", "1..3.4",    "+1.2.3.4",  "1.2.3.-4", "01.2.3.4", "1.2.3.00",
        "0x1.2.3.4", "1.2.3.4/8",  "localhost", "1.2.3.4.5", "a.b.c.d",  "1,2,3,4"};
    struct address out = {0xdeadbeef};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(text_parse_address(bad[i], &out));
        assert_int_equal(out.ipv4, 0xdeadbeef);
    }
    assert_true(text_parse_address("0.0.0.0", &out));
    assert_int_equal(out.ipv4, 0);
    assert_true(text_parse_address("192.168.50.5", &out));
    assert_int_equal(out.ipv4, 0xc0a83205);
    assert_true(text_parse_address("255.255.255.255", &out));
    assert_int_equal(out.ipv4, 0xffffffff);
}

static void test_prefixes(void **state)
{
    static const char *const bad[] = {"1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/8 ",
                                      "1.2.3/8",  "1.2.3.4//8", "/8",         "1.2.3.4/a",
                                      "",         "1.2.3.4x"};
    struct prefix out = {{1}, 2};
    char text[TEXT_PREFIX_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(text_parse_prefix(bad[i], &out));
        assert_int_equal(out.address.ipv4, 1);
        assert_int_equal(out.length, 2);
    }
    assert_true(text_parse_prefix("192.168.1.10/24", &out));
    assert_int_equal(out.address.ipv4, 0xc0a8010a);
    assert_int_equal(out.length, 24);
    assert_string_equal(text_prefix(out, text), "192.168.1.10/24");
    assert_true(text_parse_prefix("10.0.0.1", &out));
    assert_int_equal(out.length, 32);
    assert_true(text_parse_prefix("0.0.0.0/0", &out));
    assert_int_equal(out.length, 0);
    assert_true(text_parse_prefix("255.255.255.255/32", &out));
    assert_string_equal(text_prefix(out, text), "255.255.255.255/32");
}

static void test_macs(void **state)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "02",
                                      "02:",
                                      "02:00:00:00:00",
                                      "02:00:00:00:00:",
                                      "02:00:00:00:00:5",
                                      "02:00:00:00:00:055",
                                      "02:00:00:00:00:05:",
                                      "02:00-00:00:00:05",
                                      "02.00.00.00.00.05",
                                      "2:0:0:0:0:5",
                                      "020000000005",
                                      "02:00:00:00:00:0g",
                                      " 02:00:00:00:00:05"};
    struct mac out = {{1, 2, 3, 4, 5, 6}};
    struct mac before = out;
    char text[TEXT_MAC_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(text_parse_mac(bad[i], &out));
        assert_true(mac_equal(out, before));
    }
    assert_true(text_parse_mac("02:0a:Bc:dE:f0:05", &out));
    assert_string_equal(text_mac(out, text), "02:0a:bc:de:f0:05");
    assert_true(text_parse_mac("FF-ff-00-99-AA-9f", &out));
    assert_string_equal(text_mac(out, text), "ff:ff:00:99:aa:9f");
}

static void test_seconds_are_written(void **state)
{
    static const struct {
        duration span;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "0.000001"},
        {60 * SECONDS, "60"},
        {31250 * MILLISECONDS, "31.25"},
        {-500 * MILLISECONDS, "-0.5"},
        {-1, "-0.000001"},
        {100 * SECONDS, "100"},
        {-10 * SECONDS, "-10"},
        {DECISECONDS, "0.1"},
        {INSTANT_NEVER, "never"},
        {INSTANT_NEVER - 1, "9223372036854.775806"},
        {INT64_MIN, "-9223372036854.775808"},
    };
    char out[TEXT_DURATION_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(text_seconds(cases[i].span, out), cases[i].text);
}

static void test_seconds_are_read(void **state)
{
    static const struct {
        const char *text;
        duration span;
    } good[] = {
        {"0", 0},
        {"60", 60 * SECONDS},
        {"060", 60 * SECONDS},
        {"2.5", 2500 * MILLISECONDS},
        {".5", 500 * MILLISECONDS},
        {"0.000001", 1},
        {"1.50000000000", 1500 * MILLISECONDS},
        {"9223372036854.775806", INSTANT_NEVER - 1},
    };
    static const char *const bad[] = {"",
                                      ".",
                                      "5.",
                                      "-1",
                                      "+1",
                                      "1e3",
                                      "1 ",
                                      " 1",
                                      "1s",
                                      "1.2.3",
                                      "..5",
                                      "inf",
                                      "nan",
                                      "0x10",
                                      "0.0000001",
                                      "1,5",
                                      "9223372036854.775807",
                                      "9223372036855",
                                      "92233720368540",
                                      "99999999999999999999999999999999999999"};
    duration out = -7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(text_parse_seconds(bad[i], &out));
        assert_int_equal(out, -7);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(text_parse_seconds(good[i].text, &out));
        assert_int_equal(out, good[i].span);
    }
}

static void test_unsigned_numbers(void **state)
{
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "1.0", "0x1", "a", "4095", "0", "99999999999999999999999999"};
    unsigned long out = 77;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(text_parse_unsigned(bad[i], 1, 4094, &out));
        assert_int_equal(out, 77);
    }
    assert_true(text_parse_unsigned("1", 1, 4094, &out));
    assert_int_equal(out, 1);
    assert_true(text_parse_unsigned("4094", 1, 4094, &out));
    assert_int_equal(out, 4094);
    assert_true(text_parse_unsigned("0", 0, 0, &out));
    assert_int_equal(out, 0);
    if (ULONG_MAX > UINT32_MAX) {
        assert_true(text_parse_unsigned("18446744073709551615", 0, ULONG_MAX, &out));
        assert_true(out == ULONG_MAX);
        assert_false(text_parse_unsigned("18446744073709551616", 0, ULONG_MAX, &out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_are_written),
        cmocka_unit_test(test_addresses_are_read),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_macs),
        cmocka_unit_test(test_seconds_are_written),
        cmocka_unit_test(test_seconds_are_read),
        cmocka_unit_test(test_unsigned_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
