/* SPDX-License-Identifier: MIT */
/* Unit tests of frame_decode() from IPv4 on: lengths, checksum, options, and the verdict for each
 * fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "igmpq/frame.h"
#include "igmpq/igmp.h"
#include "wire.h"
#include "within.h"

#define ETHERNET 14

static void assert_verdict(enum verdict got, enum verdict expected)
{
    assert_string_equal(verdict_name(got), verdict_name(expected));
}

static const struct mac golden_mac = {{0x02, 0, 0, 0, 0, 0x05}};

static void assert_golden(const struct golden_frame *golden, const struct frame *frame)
{
    assert_true(mac_equal(frame->source_mac, golden_mac));
    assert_true(mac_equal(frame->destination_mac, mac_of_group(golden->destination)));
    assert_false(frame->is_outgoing);
    assert_int_equal(frame->interface_index, 0);
    assert_int_equal(frame->tag_count, golden->vlan != VLAN_NONE);
    assert_int_equal(frame->vlan, golden->vlan);
    assert_int_equal(frame->outer_vlan, 0);
    assert_int_equal(frame->priority, 0);
    assert_true(address_equal(frame->source, golden->source));
    assert_true(address_equal(frame->destination, golden->destination));
    assert_int_equal(frame->tos, 0xc0);
    assert_int_equal(frame->ttl, 1);
    assert_int_equal(frame->ip_id, 0);
    assert_true(frame->dont_fragment);
    assert_true(frame->has_router_alert);
    assert_int_equal(frame->protocol, 2);
    assert_int_equal(frame->payload_length, golden->payload_length);
}

/* */
static void test_golden_frames_decode(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        uint8_t *copy = wire_copy(golden->octets, golden->length);
        struct octets all = {copy, golden->length};
        struct frame frame;
        assert_verdict(frame_decode(LINK_ETHERNET, all, all.length, &frame), VERDICT_ACCEPTED);
        assert_golden(golden, &frame);
        assert_ptr_equal(frame.payload.data, copy + golden->ip_offset + GOLDEN_IP_HEADER);
        assert_int_equal(frame.payload.length, golden->payload_length);
        free(copy);
    }
}

/* What `held` octets of a golden frame of which `sent` were on the wire must give. */
static enum verdict verdict_by_length(const struct golden_frame *golden, size_t held, size_t sent)
{
    for (size_t header = ETHERNET; header <= golden->ip_offset; header += 4)
        if (held < header)
            return sent < header ? VERDICT_NOT_IGMP : VERDICT_CUT;
    size_t ip_held = held - golden->ip_offset;
    size_t ip_sent = sent - golden->ip_offset;
    if (ip_sent < 20 || (ip_held >= 20 && ip_sent < GOLDEN_IP_HEADER))
        return VERDICT_BAD_IP_HEADER;
    if (ip_held >= 20 && ip_sent < GOLDEN_IP_HEADER + golden->payload_length)
        return VERDICT_BAD_IP_LENGTH;
    return ip_held < GOLDEN_IP_HEADER ? VERDICT_CUT : VERDICT_ACCEPTED;
}

/* every length of every golden frame, really shorter, cut by the capture, and both. */
static void test_every_length_of_every_golden_frame(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        for (size_t held = 0; held <= golden->length; held++) {
            uint8_t *copy = wire_copy(golden->octets, held);
            for (size_t sent = held; sent <= golden->length; sent++) {
                struct frame frame;
                struct octets captured = {copy, held};
                enum verdict verdict = frame_decode(LINK_ETHERNET, captured, sent, &frame);
                assert_verdict(verdict, verdict_by_length(golden, held, sent));
                assert_true(mac_equal(frame.source_mac, held >= 12 ? golden_mac : (struct mac){0}));
                assert_int_equal(mac_is_none(frame.destination_mac), held < 6);
                assert_int_equal(frame.vlan, held >= 16 ? golden->vlan : VLAN_NONE);
                if (verdict != VERDICT_ACCEPTED)
                    continue;
                assert_golden(golden, &frame);
                struct igmp_message message;
                size_t missing = golden->ip_offset + GOLDEN_IP_HEADER + golden->payload_length;
                verdict = igmp_decode(frame.payload, frame.payload_length, &message);
                assert_verdict(verdict, held < missing ? VERDICT_CUT : VERDICT_ACCEPTED);
            }
            free(copy);
        }
    }
}

/* what the padding holds, and whether there is any, changes nothing. */
static void test_padding_of_any_kind_q25(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        size_t end = golden->ip_offset + GOLDEN_IP_HEADER + golden->payload_length;
        for (size_t length = end; length <= 128; length++) {
            uint8_t padded[128];
            memset(padded, 0xaa, sizeof padded);
            memcpy(padded, golden->octets, end);
            uint8_t *copy = wire_copy(padded, length);
            struct frame frame;
            assert_verdict(
                frame_decode(LINK_ETHERNET, (struct octets){copy, length}, length, &frame),
                VERDICT_ACCEPTED);
            assert_golden(golden, &frame);
            assert_int_equal(frame.payload.length, golden->payload_length);
            struct igmp_message message;
            assert_verdict(igmp_decode(frame.payload, frame.payload_length, &message),
                           VERDICT_ACCEPTED);
            assert_int_equal(message.kind, golden->kind);
            free(copy);
        }
    }
}

/* no packet with one wrong bit passes. */
static void test_every_flipped_bit_of_the_packet(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        size_t packet = GOLDEN_IP_HEADER + golden->payload_length;
        uint8_t *copy = wire_copy(golden->octets, golden->length);
        uint8_t *ip = copy + golden->ip_offset;
        for (size_t bit = 0; bit < packet * 8; bit++) {
            size_t octet = bit / 8;
            ip[octet] ^= (uint8_t)(1 << bit % 8);
            struct frame frame;
            struct octets all = {copy, golden->length};
            enum verdict verdict = frame_decode(LINK_ETHERNET, all, all.length, &frame);
            if (octet >= GOLDEN_IP_HEADER) {
                assert_verdict(verdict, VERDICT_ACCEPTED);
                struct igmp_message message;
                assert_verdict(igmp_decode(frame.payload, frame.payload_length, &message),
                               VERDICT_BAD_CHECKSUM);
            } else if (octet == 9) {
                assert_verdict(verdict, VERDICT_NOT_IGMP);
            } else if (octet == 0 || octet == 2 || octet == 3) {
                assert_true(verdict == VERDICT_BAD_IP_HEADER || verdict == VERDICT_BAD_IP_LENGTH ||
                            verdict == VERDICT_BAD_IP_CHECKSUM);
            } else {
                assert_verdict(verdict, VERDICT_BAD_IP_CHECKSUM);
            }
            ip[octet] ^= (uint8_t)(1 << bit % 8);
        }
        free(copy);
    }
}

/* The golden version 2 query, one or two octets of its IP header changed, its checksum right. */
static enum verdict decode_changed(size_t at, unsigned value, size_t at2, unsigned value2,
                                   struct frame *frame)
{
    const struct golden_frame *golden = &golden_frames[1];
    uint8_t *copy = wire_copy(golden->octets, golden->length);
    copy[ETHERNET + at] = (uint8_t)value;
    copy[ETHERNET + at2] = (uint8_t)value2;
    if ((copy[ETHERNET] & 0xf) * 4u <= golden->length - ETHERNET)
        wire_seal_ip(copy + ETHERNET);
    enum verdict verdict =
        frame_decode(LINK_ETHERNET, (struct octets){copy, golden->length}, golden->length, frame);
    frame->payload.data = NULL; /* not beyond the copy's life */
    free(copy);
    return verdict;
}

/* each verdict of the IPv4 decoder, from a fault that is otherwise in order. */
static void test_each_fault_has_its_verdict(void **state)
{
    (void)state;
    const struct {
        size_t at;
        unsigned value;
        size_t at2;
        unsigned value2;
        enum verdict verdict;
    } cases[] = {
        {0, 0x46, 0, 0x46, VERDICT_ACCEPTED},
        {0, 0x66, 0, 0x66, VERDICT_BAD_IP_HEADER}, /* version 6 behind EtherType IPv4 */
        {0, 0x06, 0, 0x06, VERDICT_BAD_IP_HEADER},
        {0, 0x44, 0, 0x44, VERDICT_BAD_IP_HEADER}, /* IHL 4 */
        {0, 0x40, 0, 0x40, VERDICT_BAD_IP_HEADER},
        {0, 0x4f, 0, 0x4f, VERDICT_BAD_IP_HEADER}, /* IHL 15: 60 octets of 46 */
        {0, 0x4c, 0, 0x4c, VERDICT_BAD_IP_HEADER}, /* 48 of 46 */
        {0, 0x4b, 3, 44, VERDICT_ACCEPTED},        /* 44: the whole packet, no payload */
        {0, 0x4b, 3, 43, VERDICT_BAD_IP_LENGTH},
        {3, 0, 3, 0, VERDICT_BAD_IP_LENGTH}, /* total length 0, as offloading leaves it */
        {3, 23, 3, 23, VERDICT_BAD_IP_LENGTH},
        {3, 24, 3, 24, VERDICT_ACCEPTED},
        {3, 46, 3, 46, VERDICT_ACCEPTED}, /* all of the frame */
        {3, 47, 3, 47, VERDICT_BAD_IP_LENGTH},
        {2, 0xff, 2, 0xff, VERDICT_BAD_IP_LENGTH},
        {6, 0x20, 6, 0x20, VERDICT_FRAGMENT}, /* more fragments */
        {6, 0x60, 6, 0x60, VERDICT_FRAGMENT},
        {6, 0x00, 7, 0x01, VERDICT_FRAGMENT}, /* offset */
        {6, 0x1f, 7, 0xff, VERDICT_FRAGMENT},
        {6, 0x00, 6, 0x00, VERDICT_ACCEPTED}, /* DF is not asked for */
        {6, 0x80, 6, 0x80, VERDICT_ACCEPTED}, /* nor is the reserved bit zero */
        {9, 17, 9, 17, VERDICT_NOT_IGMP},
        {9, 17, 0, 0x41, VERDICT_NOT_IGMP}, /* what others do wrong is not counted */
        {9, 17, 3, 0, VERDICT_NOT_IGMP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame frame;
        enum verdict verdict =
            decode_changed(cases[i].at, cases[i].value, cases[i].at2, cases[i].value2, &frame);
        assert_verdict(verdict, cases[i].verdict);
        /* Whose it was is known, refused or not. */
        assert_true(mac_equal(frame.source_mac, golden_mac));
        if (verdict != VERDICT_NOT_IGMP && cases[i].value >> 4 == 4)
            assert_int_equal(frame.source.ipv4, 0xc0a83205);
    }
}

/* odd fields are reported, not judged. */
static void test_fields_are_reported(void **state)
{
    (void)state;
    struct frame frame;
    assert_verdict(decode_changed(8, 64, 1, 0x28, &frame), VERDICT_ACCEPTED);
    assert_int_equal(frame.ttl, 64);
    assert_int_equal(frame.tos, 0x28);
    assert_verdict(decode_changed(4, 0x12, 5, 0x34, &frame), VERDICT_ACCEPTED);
    assert_int_equal(frame.ip_id, 0x1234);
    assert_verdict(decode_changed(6, 0, 6, 0, &frame), VERDICT_ACCEPTED);
    assert_false(frame.dont_fragment);
    assert_verdict(decode_changed(3, 24, 3, 24, &frame), VERDICT_ACCEPTED);
    assert_int_equal(frame.payload_length, 0);
    assert_verdict(decode_changed(6, 0x20, 6, 0x20, &frame), VERDICT_FRAGMENT);
    assert_int_equal(frame.payload_length, 8);
    assert_true(frame.has_router_alert);
}

/* Raw IP, so that headers of every length fit. */
static enum verdict decode_options(const uint8_t *options, size_t length, struct frame *frame)
{
    size_t total = 20 + length + 8;
    uint8_t *copy = wire_copy(golden_v2_general + ETHERNET, 20);
    uint8_t *packet = malloc(total);
    memcpy(packet, copy, 20);
    free(copy);
    packet[0] = (uint8_t)(0x40 | (20 + length) / 4);
    packet[3] = (uint8_t)total;
    if (length > 0)
        memcpy(packet + 20, options, length);
    memcpy(packet + 20 + length, golden_v2_general + ETHERNET + GOLDEN_IP_HEADER, 8);
    wire_seal_ip(packet);
    enum verdict verdict = frame_decode(LINK_RAW_IP, (struct octets){packet, total}, total, frame);
    frame->payload.data = NULL;
    free(packet);
    return verdict;
}

/* any value of Router Alert, wherever it is; options that make no sense are no refusal. */
static void test_options_q42(void **state)
{
    (void)state;
    const struct {
        size_t length;
        uint8_t octets[40];
        bool has_router_alert;
    } cases[] = {
        {0, {0}, false},
        {4, {148, 4, 0, 0}, true},
        {4, {148, 4, 0x12, 0x34}, true},
        {4, {20, 4, 0, 0}, false},              /* the number without the copied flag */
        {4, {148, 3, 0, 0}, false},             /* not Router Alert's length */
        {8, {1, 1, 148, 4, 0, 0, 0, 0}, true},  /* no-operations first */
        {8, {1, 148, 4, 0, 0, 0, 0, 0}, true},  /* aligned to nothing */
        {8, {68, 4, 5, 0, 148, 4, 0, 0}, true}, /* behind a time stamp option */
        {8, {0, 0, 0, 0, 148, 4, 0, 0}, false}, /* behind the end */
        {8, {7, 0, 0, 0, 148, 4, 0, 0}, false}, /* lengths that would not get on */
        {8, {7, 1, 0, 0, 148, 4, 0, 0}, false},
        {8, {7, 9, 0, 0, 148, 4, 0, 0}, false}, /* over the end */
        {8, {7, 255, 0, 0, 148, 4, 0, 0}, false},
        {8, {7, 2, 7, 2, 148, 4, 0, 0}, true},
        {4, {1, 1, 1, 148}, false}, /* its length would be the payload's first octet */
        {4, {1, 1, 148, 4}, false}, /* its value would be in the payload */
        {40, {131, 36, [36] = 148, 4, 0, 0}, true},
        {40, {131, 40, [36] = 148, 4, 0, 0}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame frame;
        assert_verdict(decode_options(cases[i].octets, cases[i].length, &frame), VERDICT_ACCEPTED);
        assert_int_equal(frame.has_router_alert, cases[i].has_router_alert);
        assert_int_equal(frame.payload_length, 8);
    }
}

/* A capture that ends inside long options is cut; one that claims more than the wire had is
 * believed. */
static void test_captures_that_disagree(void **state)
{
    (void)state;
    uint8_t packet[68] = {0};
    memcpy(packet, golden_v2_general + ETHERNET, 20);
    packet[0] = 0x4f;
    packet[3] = 68;
    wire_seal_ip(packet);
    struct frame frame;
    for (size_t held = 20; held < 60; held++) {
        uint8_t *copy = wire_copy(packet, held);
        struct octets captured = {copy, held};
        assert_verdict(frame_decode(LINK_RAW_IP, captured, 68, &frame), VERDICT_CUT);
        assert_true(address_equal(frame.source, golden_frames[1].source));
        free(copy);
    }
    struct octets captured = {packet, 60};
    assert_verdict(frame_decode(LINK_RAW_IP, captured, 68, &frame), VERDICT_ACCEPTED);
    assert_int_equal(frame.payload.length, 0);
    assert_int_equal(frame.payload_length, 8);

    captured = (struct octets){golden_v2_general, sizeof golden_v2_general};
    assert_verdict(frame_decode(LINK_ETHERNET, captured, 0, &frame), VERDICT_ACCEPTED);
    captured.length = ETHERNET + GOLDEN_IP_HEADER + 7; /* then what it holds is all there was */
    assert_verdict(frame_decode(LINK_ETHERNET, captured, 0, &frame), VERDICT_BAD_IP_LENGTH);
}

/* what every query travels in. */
static void test_envelope(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        struct envelope envelope = envelope_for(golden_mac, golden->source, golden->destination);
        assert_true(mac_equal(envelope.source_mac, golden_mac));
        assert_memory_equal(envelope.destination_mac.octet, golden->octets, 6);
        assert_true(address_equal(envelope.source, golden->source));
        assert_true(address_equal(envelope.destination, golden->destination));
        assert_int_equal(envelope.tos, 0xc0);
        assert_int_equal(envelope.ttl, 1);
        assert_true(envelope.has_router_alert);
        assert_false(envelope.is_tagged);
        assert_int_equal(envelope.vlan, VLAN_NONE);
        assert_int_equal(envelope.priority, 6); /* */
    }
}

/* Damaged golden frames on every link layer: no read outside, and nothing impossible accepted. */
static void test_noise(void **state)
{
    (void)state;
    uint64_t seed = 3376;
    for (int round = 0; round < 200000; round++) {
        const struct golden_frame *golden = &golden_frames[wire_random(&seed) % GOLDEN_COUNT];
        size_t length = wire_random(&seed) % (golden->length + 1);
        uint8_t *copy = wire_copy(golden->octets, length);
        for (uint32_t faults = wire_random(&seed) % 4; faults > 0 && length > 0; faults--)
            copy[wire_random(&seed) % length] = (uint8_t)wire_random(&seed);
        enum link_type link = (enum link_type)(wire_random(&seed) % (LINK_TYPE_COUNT + 1));
        struct frame frame;
        struct octets captured = {copy, length};
        enum verdict verdict =
            frame_decode(link, captured, length + wire_random(&seed) % 32, &frame);
        assert_within(verdict, VERDICT_ACCEPTED, VERDICT_FRAGMENT);
        if (verdict == VERDICT_ACCEPTED) {
            if (frame.payload.length > 0) {
                assert_true(frame.payload.data >= copy + 20);
                assert_true(frame.payload.data + frame.payload.length <= copy + length);
            }
            assert_true(frame.payload.length <= frame.payload_length);
            struct igmp_message message;
            (void)igmp_decode(frame.payload, frame.payload_length, &message);
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_frames_decode),
        cmocka_unit_test(test_every_length_of_every_golden_frame),
        cmocka_unit_test(test_padding_of_any_kind_q25),
        cmocka_unit_test(test_every_flipped_bit_of_the_packet),
        cmocka_unit_test(test_each_fault_has_its_verdict),
        cmocka_unit_test(test_fields_are_reported),
        cmocka_unit_test(test_options_q42),
        cmocka_unit_test(test_captures_that_disagree),
        cmocka_unit_test(test_envelope),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
