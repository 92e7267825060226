/* SPDX-License-Identifier: MIT */
/*
 * Makes an IPv4 packet in a frame say the truth about itself: version, lengths, checksums of the
 * header and of the IGMP message. What a fuzzer changed elsewhere then gets past the first checks.
 */
#ifndef IGMPQ_FUZZ_SEAL_H
#define IGMPQ_FUZZ_SEAL_H

#include "igmpq/frame.h"
#include "wire.h"

/** Where the IP packet is, or `length` where that is not known. */
static inline size_t seal_offset(enum link_type link, const uint8_t *frame, size_t length)
{
    size_t at = length;

    switch (link) {
    case LINK_ETHERNET:
        for (at = 12; at + 4 <= length; at += 4)
            if (!(frame[at] == 0x81 && frame[at + 1] == 0) &&
                !(frame[at] == 0x88 && frame[at + 1] == 0xa8))
                break;
        at += 2;
        break;
    case LINK_COOKED_V1: at = 16; break;
    case LINK_COOKED_V2: at = 20; break;
    case LINK_RAW_IP: at = 0; break;
    case LINK_BSD_LOOPBACK: at = 4; break;
    case LINK_80211: at = 32; break; /* data without quality of service */
    case LINK_80211_RADIOTAP:
        at = length >= 4 ? 32u + frame[2] + ((size_t)frame[3] << 8) : length;
        break;
    case LINK_TYPE_COUNT: break;
    }
    return at < length ? at : length;
}

static inline void seal_frame(enum link_type link, uint8_t *frame, size_t length)
{
    size_t at = seal_offset(link, frame, length);
    uint8_t *ip = frame + at;
    size_t room = length - at;

    if (room < 20)
        return;
    size_t header = (size_t)(ip[0] & 0xf) * 4;
    if (header < 20 || header > room)
        header = room >= 24 ? 24 : 20;
    ip[0] = (uint8_t)(0x40 | header / 4);
    wire_put_be16(ip + 2, (unsigned)room);
    ip[9] = 2;
    wire_seal_ip(ip);
    wire_seal_igmp(ip + header, room - header);
}

#endif
