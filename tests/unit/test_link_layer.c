/* SPDX-License-Identifier: MIT */
/* Unit tests of the link layers: VLAN tags, cooked, raw, loopback, 802.11; each whole, cut and too
 * short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "igmpq/frame.h"
#include "wire.h"

#define HEADER_MAX 96

static const struct mac mac_a = {{0x02, 0, 0, 0, 0, 0x0a}};
static const struct mac mac_b = {{0x02, 0, 0, 0, 0, 0x0b}};
static const struct mac mac_none = {{0}};

/* A link-layer header in front of the golden version 2 query. */
struct header {
    size_t length;
    uint8_t octets[HEADER_MAX];
};

static enum verdict decode_behind(enum link_type link, const struct header *header,
                                  struct frame *frame)
{
    struct octets packet = golden_packet(&golden_frames[1]);
    size_t length = header->length + packet.length;
    uint8_t *copy = malloc(length);
    memcpy(copy, header->octets, header->length);
    memcpy(copy + header->length, packet.data, packet.length);
    enum verdict verdict = frame_decode(link, (struct octets){copy, length}, length, frame);
    if (verdict == VERDICT_ACCEPTED) {
        assert_ptr_equal(frame->payload.data, copy + header->length + GOLDEN_IP_HEADER);
        assert_int_equal(frame->payload_length, 8);
        assert_true(address_equal(frame->source, golden_frames[1].source));
    }
    frame->payload.data = NULL;
    free(copy);
    return verdict;
}

static void expect(enum link_type link, const struct header *header, enum verdict verdict,
                   struct frame *frame)
{
    assert_string_equal(verdict_name(decode_behind(link, header, frame)), verdict_name(verdict));
}

/* The same header, of which the capture or the wire had less: cut, or nothing of ours. */
static void expect_every_length(enum link_type link, const struct header *header)
{
    for (size_t held = 0; held < header->length; held++) {
        uint8_t *copy = wire_copy(header->octets, held);
        struct octets captured = {copy, held};
        struct frame frame;
        assert_string_equal(verdict_name(frame_decode(link, captured, 200, &frame)), "cut");
        assert_string_equal(verdict_name(frame_decode(link, captured, held, &frame)), "not-igmp");
        free(copy);
    }
}

#define MACS 0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a

/* none to two tags, of the three kinds that exist. */
static void test_vlan_tags(void **state)
{
    (void)state;
    const struct {
        struct header header;
        enum verdict verdict;
        unsigned tag_count;
        uint16_t vlan, outer_vlan;
        uint8_t priority;
    } cases[] = {
        {{14, {MACS, 0x08, 0x00}}, VERDICT_ACCEPTED, 0, VLAN_NONE, 0, 0},
        {{18, {MACS, 0x81, 0x00, 0xc0, 0x64, 0x08, 0x00}}, VERDICT_ACCEPTED, 1, 100, 0, 6},
        {{18, {MACS, 0x88, 0xa8, 0x00, 0x64, 0x08, 0x00}}, VERDICT_ACCEPTED, 1, 100, 0, 0},
        {{18, {MACS, 0x91, 0x00, 0x00, 0x64, 0x08, 0x00}}, VERDICT_ACCEPTED, 1, 100, 0, 0},
        /* DEI is not part of the VLAN ID, and a priority tag names no VLAN */
        {{18, {MACS, 0x81, 0x00, 0x1f, 0xfe, 0x08, 0x00}}, VERDICT_ACCEPTED, 1, 4094, 0, 0},
        {{18, {MACS, 0x81, 0x00, 0xe0, 0x00, 0x08, 0x00}}, VERDICT_ACCEPTED, 1, VLAN_NONE, 0, 7},
        {{22, {MACS, 0x88, 0xa8, 0x20, 0x0a, 0x81, 0x00, 0x60, 0x14, 0x08, 0x00}},
         VERDICT_ACCEPTED,
         2,
         20,
         10,
         3},
        {{22, {MACS, 0x81, 0x00, 0x00, 0x0a, 0x91, 0x00, 0x00, 0x00, 0x08, 0x00}},
         VERDICT_ACCEPTED,
         2,
         VLAN_NONE,
         10,
         0},
        {{26, {MACS, 0x88, 0xa8, 0, 10, 0x81, 0x00, 0, 20, 0x81, 0x00, 0, 30, 0x08, 0x00}},
         VERDICT_TOO_MANY_TAGS,
         2,
         20,
         10,
         0},
        {{18, {MACS, 0x81, 0x00, 0x00, 0x64, 0x86, 0xdd}}, VERDICT_NOT_IGMP, 1, 100, 0, 0},
        {{14, {MACS, 0x86, 0xdd}}, VERDICT_NOT_IGMP, 0, VLAN_NONE, 0, 0},
        {{14, {MACS, 0x08, 0x06}}, VERDICT_NOT_IGMP, 0, VLAN_NONE, 0, 0},
        /* LLC and SNAP behind a length: the field is no EtherType */
        {{22, {MACS, 0x00, 0x28, 0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00}},
         VERDICT_NOT_IGMP,
         0,
         VLAN_NONE,
         0,
         0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame frame;
        expect(LINK_ETHERNET, &cases[i].header, cases[i].verdict, &frame);
        assert_true(mac_equal(frame.source_mac, mac_a));
        assert_true(mac_equal(frame.destination_mac, mac_b));
        assert_int_equal(frame.tag_count, cases[i].tag_count);
        assert_int_equal(frame.vlan, cases[i].vlan);
        assert_int_equal(frame.outer_vlan, cases[i].outer_vlan);
        assert_int_equal(frame.priority, cases[i].priority);
        if (cases[i].verdict == VERDICT_ACCEPTED)
            expect_every_length(LINK_ETHERNET, &cases[i].header);
    }
}

/* A tag whose own two octets are there tells the VLAN, even where the capture ends behind them. */
static void test_cut_tags_still_tell_the_vlan(void **state)
{
    (void)state;
    for (size_t held = 16; held < 18; held++) {
        uint8_t *copy = wire_copy(golden_v2_tagged, held);
        struct frame frame;
        struct octets captured = {copy, held};
        assert_int_equal(frame_decode(LINK_ETHERNET, captured, 60, &frame), VERDICT_CUT);
        assert_int_equal(frame.vlan, 100);
        free(copy);
    }
}

static void test_cooked_v1(void **state)
{
    (void)state;
    struct header header = {16, {0, 4, 0, 1, 0, 6, 0x02, 0, 0, 0, 0, 0x0a, 0xff, 0xff, 0x08, 0x00}};
    struct frame frame;
    expect(LINK_COOKED_V1, &header, VERDICT_ACCEPTED, &frame);
    assert_true(frame.is_outgoing);
    assert_true(mac_equal(frame.source_mac, mac_a));
    assert_true(mac_equal(frame.destination_mac, mac_none));
    expect_every_length(LINK_COOKED_V1, &header);

    header.octets[1] = 2; /* multicast, received */
    header.octets[5] = 4; /* not an Ethernet address */
    expect(LINK_COOKED_V1, &header, VERDICT_ACCEPTED, &frame);
    assert_false(frame.is_outgoing);
    assert_true(mac_is_none(frame.source_mac));

    header.octets[14] = 0x86;
    header.octets[15] = 0xdd;
    expect(LINK_COOKED_V1, &header, VERDICT_NOT_IGMP, &frame);

    /* libpcap puts a stripped tag back before the protocol */
    const struct header tagged = {
        20, {0, 2, 0, 1, 0, 6, 0x02, 0, 0, 0, 0, 0x0a, 0, 0, 0x81, 0x00, 0, 100, 0x08, 0x00}};
    expect(LINK_COOKED_V1, &tagged, VERDICT_ACCEPTED, &frame);
    assert_int_equal(frame.vlan, 100);
    assert_true(mac_equal(frame.source_mac, mac_a));
    expect_every_length(LINK_COOKED_V1, &tagged);
}

static void test_cooked_v2(void **state)
{
    (void)state;
    struct header header = {
        20, {0x08, 0x00, 0, 0, 0, 1, 0, 7, 0, 1, 4, 6, 2, 0x00, 0, 0, 0, 0x0a, 0xff, 0xff}};
    struct frame frame;
    expect(LINK_COOKED_V2, &header, VERDICT_ACCEPTED, &frame);
    assert_true(frame.is_outgoing);
    assert_int_equal(frame.interface_index, 0x10007);
    assert_true(mac_equal(frame.source_mac, mac_a));
    assert_true(mac_equal(frame.destination_mac, mac_none));
    expect_every_length(LINK_COOKED_V2, &header);

    header.octets[10] = 0;
    header.octets[11] = 0;
    expect(LINK_COOKED_V2, &header, VERDICT_ACCEPTED, &frame);
    assert_false(frame.is_outgoing);
    assert_true(mac_is_none(frame.source_mac));

    header.octets[0] = 0x00;
    header.octets[1] = 0x04; /* 802.2 */
    expect(LINK_COOKED_V2, &header, VERDICT_NOT_IGMP, &frame);

    const struct header tagged = {24, {0x81, 0x00, 0, 0, 0, 0,    0, 7, 0, 1,   2,    6,
                                       2,    0x00, 0, 0, 0, 0x0a, 0, 0, 0, 100, 0x08, 0x00}};
    expect(LINK_COOKED_V2, &tagged, VERDICT_ACCEPTED, &frame);
    assert_int_equal(frame.vlan, 100);
    expect_every_length(LINK_COOKED_V2, &tagged);
}

static void test_raw_ip_and_loopback(void **state)
{
    (void)state;
    struct frame frame;
    const struct header none = {0, {0}};
    expect(LINK_RAW_IP, &none, VERDICT_ACCEPTED, &frame);
    assert_true(mac_is_none(frame.source_mac));
    const uint8_t ipv6[40] = {0x60};
    assert_int_equal(frame_decode(LINK_RAW_IP, (struct octets){ipv6, 40}, 40, &frame),
                     VERDICT_NOT_IGMP);
    const uint8_t junk[40] = {0x50};
    assert_int_equal(frame_decode(LINK_RAW_IP, (struct octets){junk, 40}, 40, &frame),
                     VERDICT_BAD_IP_HEADER);
    assert_int_equal(frame_decode(LINK_RAW_IP, (struct octets){junk, 0}, 40, &frame), VERDICT_CUT);
    assert_int_equal(frame_decode(LINK_RAW_IP, (struct octets){junk, 0}, 0, &frame),
                     VERDICT_NOT_IGMP);

    const struct {
        struct header header;
        enum verdict verdict;
    } cases[] = {
        {{4, {0, 0, 0, 2}}, VERDICT_ACCEPTED},  {{4, {2, 0, 0, 0}}, VERDICT_ACCEPTED},
        {{4, {0, 0, 0, 24}}, VERDICT_NOT_IGMP}, {{4, {30, 0, 0, 0}}, VERDICT_NOT_IGMP},
        {{4, {0, 2, 0, 0}}, VERDICT_NOT_IGMP},  {{4, {2, 0, 0, 2}}, VERDICT_NOT_IGMP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(LINK_BSD_LOOPBACK, &cases[i].header, cases[i].verdict, &frame);
    expect_every_length(LINK_BSD_LOOPBACK, &cases[0].header);
}

/* An 802.11 data header with SNAP; addresses 1 to 4 end in 1 to 4. */
static struct header wlan(unsigned kind, unsigned flags)
{
    struct header header = {24, {(uint8_t)kind, (uint8_t)flags}};
    for (size_t i = 0; i < 3; i++) {
        header.octets[4 + 6 * i] = 0x02;
        header.octets[9 + 6 * i] = (uint8_t)(i + 1);
    }
    if ((flags & 3) == 3) {
        header.octets[24] = 0x02;
        header.octets[29] = 4;
        header.length = 30;
    }
    if ((kind & 0x80) != 0)
        header.length += (flags & 0x80) != 0 ? 6 : 2;
    return header;
}

static void add_snap(struct header *header, uint8_t organisation, unsigned type)
{
    const uint8_t snap[8] = {0xaa, 0xaa, 0x03, 0, 0, organisation};
    memcpy(header->octets + header->length, snap, sizeof snap);
    wire_put_be16(header->octets + header->length + 6, type);
    header->length += 8;
}

/* Data and QoS data in all four directions, with HT control where the order bit says so. */
static void test_80211_directions(void **state)
{
    (void)state;
    const struct {
        unsigned flags;
        uint8_t destination, source;
    } directions[] = {{0x00, 1, 2}, {0x02, 1, 3}, {0x01, 3, 2}, {0x03, 3, 4}};
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        for (unsigned qos = 0; qos <= 0x80; qos += 0x80) {
            for (unsigned order = 0; order <= 0x80; order += 0x80) {
                struct header header = wlan(0x08 | qos, directions[i].flags | order);
                add_snap(&header, order != 0 ? 0xf8 : 0x00, 0x0800);
                struct frame frame;
                expect(LINK_80211, &header, VERDICT_ACCEPTED, &frame);
                assert_int_equal(frame.destination_mac.octet[5], directions[i].destination);
                assert_int_equal(frame.source_mac.octet[5], directions[i].source);
                assert_int_equal(frame.source_mac.octet[0], 2);
                expect_every_length(LINK_80211, &header);
            }
        }
    }
}

/* Everything that is not a whole data frame in the clear with IPv4 in SNAP. */
static void test_80211_others(void **state)
{
    (void)state;
    struct frame frame;
    const struct {
        unsigned kind, flags;
    } others[] = {
        {0x80, 0x00}, {0x40, 0x00}, {0xd4, 0x00}, {0xb4, 0x00}, /* management, control */
        {0x09, 0x02}, {0x0a, 0x02}, {0x0c, 0x02},               /* version, extension */
        {0x48, 0x02}, {0xc8, 0x02},                             /* no data, QoS no data */
        {0x08, 0x42}, {0x88, 0x42},                             /* encrypted */
        {0x08, 0x06},                                           /* more fragments */
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct header header = wlan(others[i].kind, others[i].flags);
        add_snap(&header, 0, 0x0800);
        expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);
    }

    struct header header = wlan(0x08, 0x42);
    add_snap(&header, 0, 0x0800);
    expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);
    assert_int_equal(frame.source_mac.octet[5], 3); /* encrypted, yet one knows from whom */

    header = wlan(0x08, 0x02);
    add_snap(&header, 0, 0x86dd);
    expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);
    header = wlan(0x08, 0x02);
    add_snap(&header, 1, 0x0800); /* another organisation's type */
    expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);
    header = wlan(0x08, 0x02);
    add_snap(&header, 0, 0x0800);
    header.octets[24] = 0x42; /* not SNAP */
    expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);

    header = wlan(0x88, 0x02);
    header.octets[22] = 0xf0; /* a sequence number is no fragment number */
    add_snap(&header, 0, 0x0800);
    expect(LINK_80211, &header, VERDICT_ACCEPTED, &frame);
    header.octets[22] = 0x01;
    expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);
    header.octets[22] = 0;
    header.octets[24] = 0x87; /* an aggregate (A-MSDU) of traffic class 7 */
    expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);
    header.octets[24] = 0x07;
    expect(LINK_80211, &header, VERDICT_ACCEPTED, &frame);
    header = wlan(0x88, 0x03); /* four addresses: QoS control is six octets further on */
    header.octets[30] = 0x80;
    add_snap(&header, 0, 0x0800);
    expect(LINK_80211, &header, VERDICT_NOT_IGMP, &frame);
}

/* `radiotap` in front of an 802.11 header with SNAP, with `pad` octets between the two. */
static struct header with_radiotap(const uint8_t *radiotap, size_t length, size_t pad)
{
    struct header inner = wlan(0x88, 0x02);
    struct header header = {length, {0}};
    memcpy(header.octets, radiotap, length);
    memcpy(header.octets + header.length, inner.octets, inner.length);
    header.length += inner.length + pad;
    add_snap(&header, 0, 0x0800);
    return header;
}

static void test_radiotap(void **state)
{
    (void)state;
    const struct {
        size_t length, pad;
        uint8_t octets[48];
    } cases[] = {
        {8, 0, {0, 0, 8, 0}},
        {13, 0, {0, 0, 13, 0, [9] = 0x20}},                   /* no flags field: no padding */
        {9, 0, {0, 0, 9, 0, 2, 0, 0, 0, 0x10}},               /* flags: FCS at the end */
        {9, 2, {0, 0, 9, 0, 2, 0, 0, 0, 0x20}},               /* flags: padded */
        {18, 2, {0, 0, 18, 0, 3, 0, 0, 0, [16] = 0x30, 0}},   /* behind a time stamp */
        {13, 2, {0, 0, 13, 0, 2, 0, 0, 0x80, [12] = 0x20}},   /* behind another present word */
        {25, 2, {0, 0, 25, 0, 3, 0, 0, 0x80, [24] = 0x20}},   /* and aligned */
        {12, 0, {0, 0, 12, 0, 2, 0, 0, 0x80, 0, 0, 0, 0x80}}, /* words without an end */
        {8, 0, {0, 0, 8, 0, 2, 0, 0, 0}},                     /* a flags field that is not there */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct header header = with_radiotap(cases[i].octets, cases[i].length, cases[i].pad);
        struct frame frame;
        expect(LINK_80211_RADIOTAP, &header, VERDICT_ACCEPTED, &frame);
        assert_int_equal(frame.source_mac.octet[5], 3);
        assert_int_equal(frame.destination_mac.octet[5], 1);
        expect_every_length(LINK_80211_RADIOTAP, &header);
    }

    const uint8_t version[8] = {1, 0, 8, 0};
    const uint8_t too_short[8] = {0, 0, 7, 0};
    const uint8_t too_long[8] = {0, 0, 0xff, 0xff};
    struct frame frame;
    struct header header = with_radiotap(version, 8, 0);
    expect(LINK_80211_RADIOTAP, &header, VERDICT_NOT_IGMP, &frame);
    header = with_radiotap(too_short, 8, 0);
    expect(LINK_80211_RADIOTAP, &header, VERDICT_NOT_IGMP, &frame);
    header = with_radiotap(too_long, 8, 0);
    expect(LINK_80211_RADIOTAP, &header, VERDICT_NOT_IGMP, &frame);
}

static void test_link_types_that_do_not_exist(void **state)
{
    (void)state;
    const struct header none = {0, {0}};
    struct frame frame;
    expect(LINK_TYPE_COUNT, &none, VERDICT_NOT_IGMP, &frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vlan_tags),
        cmocka_unit_test(test_cut_tags_still_tell_the_vlan),
        cmocka_unit_test(test_cooked_v1),
        cmocka_unit_test(test_cooked_v2),
        cmocka_unit_test(test_raw_ip_and_loopback),
        cmocka_unit_test(test_80211_directions),
        cmocka_unit_test(test_80211_others),
        cmocka_unit_test(test_radiotap),
        cmocka_unit_test(test_link_types_that_do_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
