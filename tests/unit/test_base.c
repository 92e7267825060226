/* SPDX-License-Identifier: MIT */
/* Unit tests of base.h (time, addresses, bounded readers) and of the verdicts' names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "igmpq/base.h"
#include "igmpq/verdict.h"
#include "wire.h"

static void test_instants_never_wrap(void **state)
{
    (void)state;
    assert_true(instant_after(5, 3) == 8);
    assert_true(instant_after(5, -3) == 2);
    assert_true(instant_after(-5, 3) == -2);
    assert_true(instant_after(INSTANT_NEVER, 1) == INSTANT_NEVER);
    assert_true(instant_after(INSTANT_NEVER, -1) == INSTANT_NEVER);
    assert_true(instant_after(INSTANT_NEVER - 1, 1) == INSTANT_NEVER);
    assert_true(instant_after(INSTANT_NEVER - 1, 2) == INSTANT_NEVER);
    assert_true(instant_after(INSTANT_NEVER - 3, 2) == INSTANT_NEVER - 1);
    assert_true(instant_after(1, INT64_MAX) == INSTANT_NEVER);
    assert_true(instant_earlier(1, INSTANT_NEVER) == 1);
    assert_true(instant_earlier(INSTANT_NEVER, 1) == 1);
    assert_true(instant_earlier(-1, 1) == -1);
}

/* unsigned, most significant octet first, on all 32 bits. */
static void test_addresses_compare_as_the_election_needs(void **state)
{
    (void)state;
    const struct {
        struct address low, high;
    } pairs[] = {
        {address_of(192, 168, 0, 200), address_of(192, 168, 1, 10)}, /* fooled: little-endian */
        {address_of(192, 168, 1, 9), address_of(192, 168, 1, 10)},   /* fooled: strings */
        {address_of(10, 0, 0, 1), address_of(192, 168, 0, 1)},       /* fooled: signed */
        {address_of(127, 255, 255, 255), address_of(128, 0, 0, 0)},
        {address_of(0, 0, 0, 0), address_of(255, 255, 255, 255)},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_true(address_compare(pairs[i].low, pairs[i].high) < 0);
        assert_true(address_compare(pairs[i].high, pairs[i].low) > 0);
        assert_true(address_compare(pairs[i].low, pairs[i].low) == 0);
        assert_false(address_equal(pairs[i].low, pairs[i].high));
        assert_true(address_equal(pairs[i].low, pairs[i].low));
    }
}

static void test_address_ranges(void **state)
{
    (void)state;
    assert_true(address_is_none(ADDRESS_NONE));
    assert_false(address_is_none(address_of(0, 0, 0, 1)));
    assert_false(address_is_multicast(address_of(223, 255, 255, 255)));
    assert_true(address_is_multicast(address_of(224, 0, 0, 0)));
    assert_true(address_is_multicast(address_of(239, 255, 255, 255)));
    assert_false(address_is_multicast(address_of(240, 0, 0, 0)));
    assert_true(address_is_link_local_multicast(address_of(224, 0, 0, 0)));
    assert_true(address_is_link_local_multicast(address_of(224, 0, 0, 255)));
    assert_false(address_is_link_local_multicast(address_of(224, 0, 1, 0)));
    assert_int_equal(ADDRESS_ALL_HOSTS.ipv4, 0xe0000001);
    assert_int_equal(ADDRESS_ALL_ROUTERS.ipv4, 0xe0000002);
    assert_int_equal(ADDRESS_IGMPV3.ipv4, 0xe0000016);
}

static void test_prefixes(void **state)
{
    (void)state;
    assert_int_equal(prefix_mask(0), 0);
    assert_int_equal(prefix_mask(1), 0x80000000);
    assert_int_equal(prefix_mask(23), 0xfffffe00);
    assert_int_equal(prefix_mask(32), 0xffffffff);

    struct prefix net = {address_of(192, 168, 1, 10), 23};
    assert_true(prefix_contains(net, address_of(192, 168, 0, 200)));
    assert_false(prefix_contains(net, address_of(192, 168, 2, 1)));
    assert_true(prefix_is_broadcast(net, address_of(192, 168, 1, 255)));
    assert_false(prefix_is_broadcast(net, address_of(192, 168, 0, 255)));
    assert_false(prefix_is_broadcast(net, address_of(192, 168, 3, 255)));

    /* A point-to-point link and a lone host have no broadcast address (RFC 3021). */
    struct prefix pair = {address_of(10, 0, 0, 0), 31};
    assert_false(prefix_is_broadcast(pair, address_of(10, 0, 0, 1)));
    struct prefix host = {address_of(10, 0, 0, 1), 32};
    assert_true(prefix_contains(host, address_of(10, 0, 0, 1)));
    assert_false(prefix_contains(host, address_of(10, 0, 0, 2)));
    assert_false(prefix_is_broadcast(host, address_of(10, 0, 0, 1)));
    struct prefix all = {ADDRESS_NONE, 0};
    assert_true(prefix_contains(all, address_of(255, 1, 2, 3)));

    /* What a querier may speak from. */
    assert_true(prefix_is_of_host(net));
    assert_true(prefix_is_of_host(pair));
    assert_true(prefix_is_of_host(host));
    assert_false(prefix_is_of_host((struct prefix){address_of(192, 168, 0, 0), 23}));
    assert_true(prefix_is_of_host((struct prefix){address_of(192, 168, 1, 0), 23}));
    assert_false(prefix_is_of_host((struct prefix){address_of(192, 168, 1, 255), 23}));
    assert_false(prefix_is_of_host((struct prefix){address_of(10, 0, 0, 0), 30}));
    assert_false(prefix_is_of_host((struct prefix){address_of(0, 0, 0, 1), 24}));
    assert_false(prefix_is_of_host((struct prefix){address_of(127, 0, 0, 1), 8}));
    assert_true(prefix_is_of_host((struct prefix){address_of(223, 255, 255, 1), 24}));
    assert_false(prefix_is_of_host((struct prefix){address_of(224, 0, 0, 1), 32}));
}

/* the low 23 bits of the group, so 32 groups share an Ethernet address. */
static void test_mac_of_group_q21(void **state)
{
    (void)state;
    const struct mac all_hosts = {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}};
    const struct mac shared = {{0x01, 0x00, 0x5e, 0x01, 0x02, 0x03}};
    assert_true(mac_equal(mac_of_group(ADDRESS_ALL_HOSTS), all_hosts));
    assert_true(mac_equal(mac_of_group(address_of(239, 1, 2, 3)), shared));
    assert_true(mac_equal(mac_of_group(address_of(239, 129, 2, 3)), shared));
    assert_false(mac_equal(all_hosts, shared));
    assert_true(mac_is_none((struct mac){{0}}));
    assert_false(mac_is_none(all_hosts));
}

static void test_readers_stay_inside(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0x81, 0x92, 0xa3, 0xb4, 0xc5};
    uint8_t *copy = wire_copy(bytes, sizeof bytes);
    struct octets all = {copy, sizeof bytes};

    assert_int_equal(octets_u8(all, 4), 0xc5);
    assert_int_equal(octets_u8(all, 5), 0);
    assert_int_equal(octets_be16(all, 3), 0xb4c5);
    assert_int_equal(octets_be16(all, 4), 0);
    assert_int_equal(octets_be32(all, 0), 0x8192a3b4);
    assert_int_equal(octets_be32(all, 1), 0x92a3b4c5);
    assert_int_equal(octets_be32(all, 2), 0);
    assert_int_equal(octets_address(all, 0).ipv4, 0x8192a3b4);
    assert_int_equal(octets_u8(all, SIZE_MAX), 0);
    assert_int_equal(octets_be32(all, SIZE_MAX - 1), 0);

    assert_true(octets_have(all, 0, 5));
    assert_true(octets_have(all, 5, 0));
    assert_false(octets_have(all, 6, 0));
    assert_false(octets_have(all, 1, 5));
    assert_false(octets_have(all, 1, SIZE_MAX));
    assert_false(octets_have(all, SIZE_MAX, 2));

    assert_int_equal(octets_from(all, 2).length, 3);
    assert_ptr_equal(octets_from(all, 2).data, copy + 2);
    assert_int_equal(octets_from(all, 5).length, 0);
    assert_int_equal(octets_from(all, SIZE_MAX).length, 0);
    free(copy);
}

/* The names go into logs, JSON and metrics: present, different, lower case words joined by '-'. */
static void test_verdict_names(void **state)
{
    (void)state;
    for (int v = 0; v < VERDICT_COUNT; v++) {
        const char *name = verdict_name((enum verdict)v);
        assert_non_null(name);
        assert_string_not_equal(name, "unknown");
        assert_true(strlen(name) > 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        assert_true(name[0] != '-' && name[strlen(name) - 1] != '-');
        for (int other = 0; other < v; other++)
            assert_string_not_equal(name, verdict_name((enum verdict)other));
    }
    assert_string_equal(verdict_name(VERDICT_ACCEPTED), "accepted");
    assert_string_equal(verdict_name(VERDICT_BAD_IP_CHECKSUM), "bad-ip-checksum");
    assert_string_equal(verdict_name(VERDICT_TABLE_FULL), "table-full");
    assert_string_equal(verdict_name(VERDICT_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instants_never_wrap),
        cmocka_unit_test(test_addresses_compare_as_the_election_needs),
        cmocka_unit_test(test_address_ranges),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_mac_of_group_q21),
        cmocka_unit_test(test_readers_stay_inside),
        cmocka_unit_test(test_verdict_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
