/* SPDX-License-Identifier: MIT */
/*
 * How libFuzzer changes a capture: as it likes, and then, mostly, the file is made a good one
 * again: records as long as they say, frames with true lengths and checksums. Otherwise nearly
 * every change would end at the file's reader or at a checksum.
 */
#include <string.h>

#include "seal.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
/* Of libFuzzer; not there with AFL++, which never calls the above. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most) __attribute__((weak));

#define FILE_HEADER   24
#define RECORD_HEADER 16

/** Numbers of a pcap file in either order. */
struct order {
    bool is_big;
};

static uint32_t get32(const struct order *order, const uint8_t *at)
{
    return order->is_big
               ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
               : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void put32(const struct order *order, uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[order->is_big ? 3 - i : i] = (uint8_t)(value >> 8 * i);
}

static enum link_type link_of(uint32_t number)
{
    switch (number) {
    case 1: return LINK_ETHERNET;
    case 113: return LINK_COOKED_V1;
    case 276: return LINK_COOKED_V2;
    case 101:
    case 228: return LINK_RAW_IP;
    case 0:
    case 108: return LINK_BSD_LOOPBACK;
    case 105: return LINK_80211;
    case 127: return LINK_80211_RADIOTAP;
    default: return LINK_TYPE_COUNT;
    }
}

/** Records of a pcap file, one after the other; what is behind the last whole one becomes one. */
static void repair(uint8_t *data, size_t size, unsigned seed)
{
    const struct order order = {size > 0 && (data[0] == 0xa1)};
    size_t at = FILE_HEADER;

    if (size < FILE_HEADER + RECORD_HEADER || (data[0] != 0xa1 && data[3] != 0xa1))
        return; /* pcapng, packed or none */
    uint32_t last = get32(&order, data + at);
    while (size - at >= RECORD_HEADER) {
        uint8_t *record = data + at;
        uint32_t length = get32(&order, record + 8), seconds = get32(&order, record);
        at += RECORD_HEADER;
        if (length > size - at) {
            length = (uint32_t)(size - at);
            put32(&order, record + 8, length);
        }
        if (get32(&order, record + 12) < length)
            put32(&order, record + 12, length);
        /* The clock goes on by minutes and not by years, mostly. */
        if (seed & 8 && (seconds < last || seconds - last > 1000))
            put32(&order, record, last + seconds % 300);
        last = get32(&order, record);
        if (seed & 3)
            seal_frame(link_of(get32(&order, data + 20)), data + at, length);
        at += length;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, most);
    if (seed & 7)
        repair(data, size, seed);
    return size;
}
