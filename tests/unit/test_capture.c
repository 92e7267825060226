/* SPDX-License-Identifier: MIT */
/* Unit tests of captures from files: both byte orders and resolutions, cut, damaged and foreign
 * ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden.h"
#include "igmpq/capture.h"
#include "says.h"

#define CAPTURE_MAX 4096

/* A capture file in the making, and its path. */
struct maker {
    uint8_t data[CAPTURE_MAX];
    size_t length;
    bool big_endian;
    char path[64];
};

static void put(struct maker *maker, const void *data, size_t length)
{
    assert_true(maker->length + length <= sizeof maker->data);
    memcpy(maker->data + maker->length, data, length);
    maker->length += length;
}

static void put32(struct maker *maker, uint32_t value)
{
    uint8_t octets[4];

    for (unsigned i = 0; i < 4; i++)
        octets[i] = (uint8_t)(value >> (maker->big_endian ? 24 - 8 * i : 8 * i));
    put(maker, octets, sizeof octets);
}

static void put16(struct maker *maker, uint16_t value)
{
    uint8_t octets[2] = {(uint8_t)value, (uint8_t)(value >> 8)};

    if (maker->big_endian) {
        octets[0] = (uint8_t)(value >> 8);
        octets[1] = (uint8_t)value;
    }
    put(maker, octets, sizeof octets);
}

static void put_header(struct maker *maker, uint32_t magic, uint32_t link)
{
    put32(maker, magic);
    put16(maker, 2);
    put16(maker, 4);
    put32(maker, 0);
    put32(maker, 0);
    put32(maker, 65535);
    put32(maker, link);
}

static void put_record(struct maker *maker, uint32_t seconds, uint32_t fraction, const void *data,
                       uint32_t captured, uint32_t length)
{
    put32(maker, seconds);
    put32(maker, fraction);
    put32(maker, captured);
    put32(maker, length);
    put(maker, data, captured);
}

static const char *store(struct maker *maker)
{
    int descriptor;

    snprintf(maker->path, sizeof maker->path, "test_io.XXXXXX");
    descriptor = mkstemp(maker->path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, maker->data, maker->length), maker->length);
    close(descriptor);
    return maker->path;
}

/* Open what was made; the file itself may go at once. */
static struct capture *open_made(struct maker *maker, struct problem *problem)
{
    struct capture *capture = capture_open_file(store(maker), problem);

    unlink(maker->path);
    return capture;
}

#define MAGIC_MICRO 0xa1b2c3d4
#define MAGIC_NANO  0xa1b23c4d

/* Both byte orders, both resolutions: order and octets as they are, nanoseconds cut off (not
 * rounded). */
static void test_capture_reads_files(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        struct maker maker = {.big_endian = (variant & 1) != 0};
        bool nano = (variant & 2) != 0;
        struct captured_frame frame;
        struct problem problem = {""};
        struct capture *capture;

        put_header(&maker, nano ? MAGIC_NANO : MAGIC_MICRO, 1);
        for (uint32_t g = 0; g < GOLDEN_COUNT; g++)
            put_record(&maker, 1235470907 + g, nano ? 999999999 : 999999, golden_frames[g].octets,
                       (uint32_t)golden_frames[g].length, (uint32_t)golden_frames[g].length);
        capture = open_made(&maker, &problem);
        assert_non_null(capture);
        assert_int_equal(capture_link_type(capture), LINK_ETHERNET);
        assert_int_equal(capture_descriptor(capture), -1);
        assert_false(capture_sees_own(capture));
        assert_int_equal(capture_drops(capture), 0);
        assert_null(capture_warning(capture));
        for (uint32_t g = 0; g < GOLDEN_COUNT; g++) {
            assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_FRAME);
            assert_int_equal(frame.at, (1235470907 + (int64_t)g) * SECONDS + 999999);
            assert_int_equal(frame.captured.length, golden_frames[g].length);
            assert_int_equal(frame.wire_length, golden_frames[g].length);
            assert_memory_equal(frame.captured.data, golden_frames[g].octets,
                                golden_frames[g].length);
        }
        assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_END);
        assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_END);
        capture_close(capture);
    }
}

/* caplen < len is normal input; len < caplen is nonsense that must not get any further. */
static void test_capture_lengths(void **state)
{
    struct maker maker = {.length = 0};
    struct captured_frame frame;
    struct capture *capture;

    (void)state;
    put_header(&maker, MAGIC_MICRO, 1);
    put_record(&maker, 1, 0, golden_v2_general, 42, 60);
    put_record(&maker, 1, 0, golden_v2_general, 60, 8);
    put_record(&maker, 1, 0, golden_v2_general, 0, 60);
    capture = open_made(&maker, NULL);
    assert_non_null(capture);
    assert_int_equal(capture_next(capture, &frame, NULL), CAPTURE_FRAME);
    assert_int_equal(frame.captured.length, 42);
    assert_int_equal(frame.wire_length, 60);
    assert_int_equal(capture_next(capture, &frame, NULL), CAPTURE_FRAME);
    assert_int_equal(frame.captured.length, 60);
    assert_int_equal(frame.wire_length, 60);
    assert_int_equal(capture_next(capture, &frame, NULL), CAPTURE_FRAME);
    assert_int_equal(frame.captured.length, 0);
    assert_int_equal(capture_next(capture, &frame, NULL), CAPTURE_END);
    capture_close(capture);
}

/* The descriptor that the next open(2) would give. */
static int next_descriptor(void)
{
    int descriptor = dup(STDERR_FILENO);

    close(descriptor);
    return descriptor;
}

/* Every length of a file of two frames: what is whole is read, and the rest is reported with the
 * frame's number. */
static void test_capture_cut_files(void **state)
{
    struct maker whole = {.length = 0};
    int unused = next_descriptor();
    size_t first;

    (void)state;
    put_header(&whole, MAGIC_MICRO, 1);
    put_record(&whole, 1, 0, golden_v2_general, 60, 60);
    first = whole.length;
    put_record(&whole, 2, 0, golden_v2_general, 60, 60);
    for (size_t length = 0; length < whole.length; length++) {
        struct maker maker = whole;
        struct captured_frame frame;
        struct problem problem = {""};
        struct capture *capture;

        maker.length = length;
        capture = open_made(&maker, &problem);
        if (length < 24) {
            assert_null(capture);
            assert_says(&problem, maker.path);
            assert_says(&problem, length == 0 ? "is empty" : "cannot be read as pcap or pcapng");
            continue;
        }
        assert_non_null(capture);
        if (length >= first)
            assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_FRAME);
        if (length == 24 || length == first) {
            assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_END);
        } else {
            assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_FAILED);
            assert_says(&problem,
                        length < first ? "damaged behind frame 0" : "damaged behind frame 1");
        }
        capture_close(capture);
    }
    assert_int_equal(next_descriptor(), unused); /* refused files were closed */
}

static void test_capture_link_types(void **state)
{
    static const struct {
        uint32_t number; /* in the file: LINKTYPE_, not DLT_ */
        enum link_type link;
    } known[] = {
        {1, LINK_ETHERNET},       {113, LINK_COOKED_V1}, {276, LINK_COOKED_V2},
        {101, LINK_RAW_IP},       {228, LINK_RAW_IP},    {0, LINK_BSD_LOOPBACK},
        {108, LINK_BSD_LOOPBACK}, {105, LINK_80211},     {127, LINK_80211_RADIOTAP},
    };
    static const struct {
        uint32_t number;
        const char *says;
    } unknown[] = {{9, "link type PPP cannot"}, {195, "IEEE802_15_4"}, {65432, "number 65432"}};

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct maker maker = {.length = 0};
        struct capture *capture;

        put_header(&maker, MAGIC_MICRO, known[i].number);
        capture = open_made(&maker, NULL);
        assert_non_null(capture);
        assert_int_equal(capture_link_type(capture), known[i].link);
        capture_close(capture);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        struct maker maker = {.length = 0};
        struct problem problem = {""};

        put_header(&maker, MAGIC_MICRO, unknown[i].number);
        assert_null(open_made(&maker, &problem));
        assert_says(&problem, unknown[i].says);
        assert_says(&problem, "cannot be decoded");
    }
}

/* One pcapng interface whose unit is a whole second, and one frame at `when` of them. */
static void make_pcapng(struct maker *maker, uint64_t when)
{
    put32(maker, 0x0a0d0d0a); /* section */
    put32(maker, 28);
    put32(maker, 0x1a2b3c4d);
    put16(maker, 1);
    put16(maker, 0);
    put32(maker, UINT32_MAX);
    put32(maker, UINT32_MAX);
    put32(maker, 28);
    put32(maker, 1); /* interface */
    put32(maker, 32);
    put16(maker, 1);
    put16(maker, 0);
    put32(maker, 65535);
    put16(maker, 9); /* if_tsresol: 10^0 */
    put16(maker, 1);
    put32(maker, 0);
    put32(maker, 0); /* end of options */
    put32(maker, 32);
    put32(maker, 6); /* frame */
    put32(maker, 32 + 60);
    put32(maker, 0);
    put32(maker, (uint32_t)(when >> 32));
    put32(maker, (uint32_t)when);
    put32(maker, 60);
    put32(maker, 60);
    put(maker, golden_v2_general, 60);
    put32(maker, 32 + 60);
}

/* A damaged file may claim any time: intervals can still be added to what comes out. */
static void test_capture_absurd_times(void **state)
{
    static const uint64_t when[] = {0,         1235470907,        UINT64_C(1) << 41,
                                    INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof when / sizeof when[0]; i++) {
        struct maker maker = {.length = 0};
        struct captured_frame frame;
        struct problem problem = {""};
        struct capture *capture;

        make_pcapng(&maker, when[i]);
        capture = open_made(&maker, &problem);
        if (capture == NULL)
            fail_msg("%s", problem.text);
        assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_FRAME);
        if (when[i] < UINT64_C(1) << 40)
            assert_int_equal(frame.at, (int64_t)when[i] * SECONDS);
        assert_true(frame.at < INSTANT_NEVER / 4);
        assert_true(frame.at > -(INSTANT_NEVER / 4));
        capture_close(capture);
    }
}

static void test_capture_other_files(void **state)
{
    struct maker maker = {.length = 0};
    struct problem problem = {""};
    struct captured_frame frame;
    struct capture *capture;

    (void)state;
    assert_null(capture_open_file("no/such/file.pcap", &problem));
    assert_says(&problem, "cannot open no/such/file.pcap: ");
    assert_null(capture_open_file(".", &problem));
    put(&maker, "This is not a capture, however long it goes on.", 47);
    assert_null(open_made(&maker, &problem));
    assert_says(&problem, "cannot be read as pcap or pcapng");

    /* "-" is standard input, which stays open. */
    maker = (struct maker){.length = 0};
    put_header(&maker, MAGIC_MICRO, 1);
    put_record(&maker, 5, 6, golden_v1_general, 60, 60);
    assert_non_null(freopen(store(&maker), "rb", stdin));
    unlink(maker.path);
    capture = capture_open_file("-", &problem);
    assert_non_null(capture);
    assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_FRAME);
    assert_int_equal(frame.at, 5 * SECONDS + 6);
    assert_int_equal(capture_next(capture, &frame, &problem), CAPTURE_END);
    capture_close(capture);
    assert_int_equal(fileno(stdin), STDIN_FILENO);
    capture_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capture_reads_files),  cmocka_unit_test(test_capture_lengths),
        cmocka_unit_test(test_capture_cut_files),    cmocka_unit_test(test_capture_link_types),
        cmocka_unit_test(test_capture_absurd_times), cmocka_unit_test(test_capture_other_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
