/* SPDX-License-Identifier: MIT */
/* Unit tests of the frame builder: every golden frame, the lengths around it, and what comes back
 * from our own decoder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "igmpq/build.h"
#include "says.h"
#include "wire.h"

static int open_builder(void **state)
{
    *state = builder_open(NULL);
    return *state != NULL ? 0 : -1;
}

static int close_builder(void **state)
{
    builder_close(*state);
    return 0;
}

/* The envelope that every golden frame is in. */
static struct envelope golden_envelope(const struct golden_frame *golden)
{
    return (struct envelope){
        .source_mac = {{0x02, 0, 0, 0, 0, 0x05}},
        .destination_mac = mac_of_group(golden->destination),
        .is_tagged = golden->vlan != VLAN_NONE,
        .vlan = golden->vlan,
        .source = golden->source,
        .destination = golden->destination,
        .tos = 0xc0,
        .ttl = 1,
        .has_router_alert = true,
    };
}

static struct envelope plain_envelope(void)
{
    return golden_envelope(&golden_frames[0]);
}

static void assert_zeroes(const uint8_t *from, const uint8_t *end)
{
    while (from < end)
        assert_int_equal(*from++, 0);
}

/* byte for byte. The golden
 * tagged frame has the least length of Ethernet; ours is four octets longer. */
static void test_golden_frames(void **state)
{
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        struct envelope envelope = golden_envelope(golden);
        int wanted = envelope.is_tagged ? FRAME_MIN_TAGGED : (int)golden->length;
        uint8_t out[FRAME_MAX];
        int length;

        memset(out, 0xaa, sizeof out);
        length = build_query(*state, &envelope, &golden->query, out, sizeof out, NULL);
        assert_int_equal(length, wanted);
        assert_memory_equal(out, golden->octets, golden->length);
        assert_zeroes(out + golden->length, out + length);

        memset(out, 0xaa, sizeof out);
        length = build_frame(*state, &envelope, golden_payload(golden), out, sizeof out, NULL);
        assert_int_equal(length, wanted);
        assert_memory_equal(out, golden->octets, golden->length);
        assert_int_equal(out[length], 0xaa);
    }
}

/* envelope_for() is what the daemon uses: it must give the golden frames too (Q-02, Q-03, Q-04,
 * */
static void test_usual_envelope(void **state)
{
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        struct envelope envelope = envelope_for((struct mac){{0x02, 0, 0, 0, 0, 0x05}},
                                                golden->source, golden->destination);
        uint8_t out[FRAME_MAX];

        assert_int_equal(envelope.priority, 6); /* Q-125; the golden frame has 0 */
        envelope.priority = 0;
        envelope.is_tagged = golden->vlan != VLAN_NONE;
        envelope.vlan = golden->vlan;
        assert_true(build_query(*state, &envelope, &golden->query, out, sizeof out, NULL) > 0);
        assert_memory_equal(out, golden->octets, golden->length);
    }
}

/* PCP 6 and VLAN 100 are c0 64; every other value in its own bits. */
static void test_tag_q125(void **state)
{
    struct envelope envelope = plain_envelope();
    uint8_t out[FRAME_MAX];
    struct problem problem = {""};

    envelope.is_tagged = true;
    for (unsigned priority = 0; priority <= 7; priority++) {
        static const uint16_t vlans[] = {0, 1, 100, 1023, 4094, 4095};

        for (size_t i = 0; i < sizeof vlans / sizeof vlans[0]; i++) {
            envelope.vlan = vlans[i];
            envelope.priority = (uint8_t)priority;
            assert_int_equal(
                build_query(*state, &envelope, &golden_frames[0].query, out, sizeof out, NULL),
                FRAME_MIN_TAGGED);
            assert_memory_equal(out + 12, "\x81\x00", 2);
            assert_int_equal(out[14] << 8 | out[15], priority << 13 | vlans[i]);
            assert_memory_equal(out + 16, "\x08\x00", 2);
        }
    }
    envelope.vlan = 4096;
    assert_int_equal(
        build_query(*state, &envelope, &golden_frames[0].query, out, sizeof out, &problem), -1);
    assert_true(strlen(problem.text) > 0);
    envelope.vlan = 1;
    envelope.priority = 8;
    assert_int_equal(build_query(*state, &envelope, &golden_frames[0].query, out, sizeof out, NULL),
                     -1);
}

/* A header of 20 octets, its own checksum and length; TOS and TTL as asked for. */
static void test_without_router_alert(void **state)
{
    struct envelope envelope = plain_envelope();
    uint8_t out[FRAME_MAX];

    envelope.has_router_alert = false;
    envelope.tos = 0x00;
    envelope.ttl = 64;
    assert_int_equal(
        build_frame(*state, &envelope, golden_payload(&golden_frames[1]), out, sizeof out, NULL),
        FRAME_MIN);
    assert_memory_equal(out + 14, "\x45\x00\x00\x1c\x00\x00\x40\x00\x40\x02", 10);
    assert_int_equal(wire_naive_checksum(out + 14, 20), 0);
    assert_memory_equal(out + 26, "\xc0\xa8\x32\x05\xe0\x00\x00\x01", 8);
    assert_memory_equal(out + 34, golden_payload(&golden_frames[1]).data, 8);
    assert_zeroes(out + 42, out + FRAME_MIN);
}

/* the longest query is an IP packet of 1500 octets, and one source more is refused. */
static void test_366_sources_q20(void **state)
{
    static struct igmp_query query = {.version = 3, .group = {0xe8010101}, .source_count = 366};
    struct envelope envelope = plain_envelope();
    uint8_t out[FRAME_MAX];
    struct problem problem = {""};

    for (unsigned i = 0; i < 366; i++)
        query.sources[i] = (struct address){0x0a000000 + i};
    assert_int_equal(build_query(*state, &envelope, &query, out, sizeof out, NULL), 14 + 1500);
    assert_memory_equal(out + 14 + 2, "\x05\xdc", 2);
    assert_int_equal(wire_naive_checksum(out + 14, 24), 0);
    assert_int_equal(wire_naive_checksum(out + 38, 1476), 0);
    assert_memory_equal(out + 14 + 1500 - 4, "\x0a\x00\x01\x6d", 4);
    envelope.is_tagged = true;
    envelope.vlan = 4094;
    assert_int_equal(build_query(*state, &envelope, &query, out, sizeof out, NULL), 18 + 1500);
    query.source_count = 367;
    assert_int_equal(build_query(*state, &envelope, &query, out, sizeof out, &problem), -1);
    assert_says(&problem, "367");
}

/* Any length of payload comes out as given: its checksum is the caller's, also where it is zero or
 * wrong. */
static void test_payload_of_any_length(void **state)
{
    struct envelope envelope = plain_envelope();
    uint8_t payload[IGMP_LENGTH_MAX];

    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7 + 1);
    payload[2] = payload[3] = 0;
    for (size_t length = 0; length <= sizeof payload; length++) {
        uint8_t out[FRAME_MAX];
        uint8_t *exact = wire_copy(payload, length);
        size_t wanted = 38 + length < FRAME_MIN ? FRAME_MIN : 38 + length;

        memset(out, 0xaa, sizeof out);
        assert_int_equal(
            build_frame(*state, &envelope, (struct octets){exact, length}, out, sizeof out, NULL),
            wanted);
        assert_int_equal(out[16] << 8 | out[17], 24 + length);
        assert_int_equal(wire_naive_checksum(out + 14, 24), 0);
        assert_memory_equal(out + 38, payload, length);
        assert_zeroes(out + 38 + length, out + wanted);
        free(exact);
    }
}

/* No octet is written beyond the capacity, and what does not fit is refused with a sentence. */
static void test_capacity(void **state)
{
    struct envelope envelope = plain_envelope();

    for (size_t capacity = 0; capacity <= FRAME_MIN_TAGGED; capacity++) {
        uint8_t *out = malloc(capacity);
        struct problem problem = {""};

        assert_true(out != NULL || capacity == 0);
        envelope.is_tagged = false;
        assert_int_equal(
            build_query(*state, &envelope, &golden_frames[0].query, out, capacity, &problem),
            capacity >= FRAME_MIN ? FRAME_MIN : -1);
        assert_true((strlen(problem.text) > 0) == (capacity < FRAME_MIN));
        envelope.is_tagged = true;
        assert_int_equal(
            build_query(*state, &envelope, &golden_frames[0].query, out, capacity, NULL),
            capacity >= FRAME_MIN_TAGGED ? FRAME_MIN_TAGGED : -1);
        free(out);
    }
    envelope.is_tagged = false;
    static uint8_t large[70000];
    static uint8_t room[80000];
    assert_int_equal(
        build_frame(*state, &envelope, (struct octets){large, 65535 - 24}, room, sizeof room, NULL),
        14 + 65535);
    assert_int_equal(
        build_frame(*state, &envelope, (struct octets){large, 65535 - 23}, room, sizeof room, NULL),
        -1);
    assert_int_equal(build_frame(*state, &envelope, (struct octets){large, sizeof large}, room,
                                 sizeof room, NULL),
                     -1);
}

/* A refused frame leaves nothing behind that would get into the next one; neither do a thousand
 * good ones. */
static void test_frames_do_not_mix(void **state)
{
    static const struct igmp_query impossible = {.version = 1, .group = {0xef010203}};
    struct envelope envelope = plain_envelope();
    uint8_t out[FRAME_MAX];

    for (int i = 0; i < 1000; i++) {
        const struct golden_frame *golden = &golden_frames[(size_t)i % GOLDEN_COUNT];
        struct envelope one = golden_envelope(golden);

        assert_int_equal(build_query(*state, &envelope, &impossible, out, sizeof out, NULL), -1);
        assert_true(build_query(*state, &one, &golden->query, out, sizeof out, NULL) > 0);
        assert_memory_equal(out, golden->octets, golden->length);
    }
}

/* What we build, we read: through both decoders, tag and padding included. */
static void test_decodes_again(void **state)
{
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        const struct golden_frame *golden = &golden_frames[g];
        struct envelope envelope = golden_envelope(golden);
        uint8_t out[FRAME_MAX];
        struct igmp_message message;
        struct frame frame;
        int length = build_query(*state, &envelope, &golden->query, out, sizeof out, NULL);

        assert_true(length > 0);
        assert_int_equal(frame_decode(LINK_ETHERNET, (struct octets){out, (size_t)length},
                                      (size_t)length, &frame),
                         VERDICT_ACCEPTED);
        assert_int_equal(frame.vlan, golden->vlan);
        assert_true(frame.has_router_alert);
        assert_true(frame.dont_fragment);
        assert_int_equal(frame.payload_length, golden->payload_length);
        assert_int_equal(igmp_decode(frame.payload, frame.payload_length, &message),
                         VERDICT_ACCEPTED);
        assert_int_equal(message.kind, golden->kind);
        assert_true(address_equal(message.group, golden->query.group));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_frames),   cmocka_unit_test(test_usual_envelope),
        cmocka_unit_test(test_tag_q125),        cmocka_unit_test(test_without_router_alert),
        cmocka_unit_test(test_366_sources_q20), cmocka_unit_test(test_payload_of_any_length),
        cmocka_unit_test(test_capacity),        cmocka_unit_test(test_frames_do_not_mix),
        cmocka_unit_test(test_decodes_again),
    };

    return cmocka_run_group_tests(tests, open_builder, close_builder);
}
