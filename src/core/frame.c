/* SPDX-License-Identifier: MIT */
/* Floor 1. From a captured frame to the IGMP payload in it: IPv4, above link_layer.c. */
#include "igmpq/frame.h"

#include "igmpq/igmp.h"
#include "igmpq/link_layer.h"

#define IP_HEADER_LENGTH   20
#define IP_PROTOCOL_OFFSET 9
#define IP_PROTOCOL_IGMP   2
#define IP_DONT_FRAGMENT   0x4000
#define IP_FRAGMENT_BITS   0x3fff /* more fragments, and the offset */

#define OPTION_END          0
#define OPTION_NOTHING      1
#define OPTION_ROUTER_ALERT 148
#define ROUTER_ALERT_LENGTH 4

/*
 * A Router Alert of any value counts: unknown values are to be ignored, not the option (RFC 2113
 * section 2.2, Q-42). An option that cannot be walked over ends the search and is no refusal, since
 * nothing but this one bit comes from the options.
 */
static bool has_router_alert(struct octets options)
{
    size_t at = 0;
    while (at < options.length) {
        uint8_t type = octets_u8(options, at);
        if (type == OPTION_END)
            return false;
        if (type == OPTION_NOTHING) {
            at++;
            continue;
        }
        size_t length = octets_u8(options, at + 1);
        if (length < 2 || !octets_have(options, at, length))
            return false;
        if (type == OPTION_ROUTER_ALERT && length == ROUTER_ALERT_LENGTH)
            return true;
        at += length;
    }
    return false;
}

/* The fields of a fixed header, sane or not: a refusal can then say whose packet it was. */
static void read_header(struct octets ip, struct frame *out)
{
    out->tos = octets_u8(ip, 1);
    out->ip_id = octets_be16(ip, 4);
    out->dont_fragment = (octets_be16(ip, 6) & IP_DONT_FRAGMENT) != 0;
    out->ttl = octets_u8(ip, 8);
    out->source = octets_address(ip, 12);
    out->destination = octets_address(ip, 16);
}

/* `ip` is what the capture holds from the first octet of the IP header on, `wire_length` what there
 * was. */
static enum verdict decode_ipv4(struct octets ip, size_t wire_length, struct frame *out)
{
    uint8_t first = octets_u8(ip, 0);
    if (ip.length > 0 && first >> 4 != 4)
        return VERDICT_BAD_IP_HEADER;

    /* Before any complaint about the rest: what other protocols do wrong is not ours to count. */
    if (ip.length > IP_PROTOCOL_OFFSET) {
        out->protocol = octets_u8(ip, IP_PROTOCOL_OFFSET);
        if (out->protocol != IP_PROTOCOL_IGMP) {
            out->source = octets_address(ip, 12); /* whose stream it is, where it is one */
            out->destination = octets_address(ip, 16);
            return VERDICT_NOT_IGMP;
        }
    }
    if (ip.length < IP_HEADER_LENGTH)
        return wire_length < IP_HEADER_LENGTH ? VERDICT_BAD_IP_HEADER : VERDICT_CUT;
    read_header(ip, out);

    size_t header_length = (size_t)(first & 0xf) * 4;
    if (header_length < IP_HEADER_LENGTH || header_length > wire_length)
        return VERDICT_BAD_IP_HEADER;
    size_t total_length = octets_be16(ip, 2);
    if (total_length < header_length || total_length > wire_length)
        return VERDICT_BAD_IP_LENGTH;
    if (ip.length < header_length)
        return VERDICT_CUT;

    struct octets header = {ip.data, header_length};
    out->has_router_alert = has_router_alert(octets_from(header, IP_HEADER_LENGTH));
    out->payload = octets_from(ip, header_length);
    out->payload_length = total_length - header_length;
    if (out->payload.length > out->payload_length)
        out->payload.length = out->payload_length; /* the rest is padding */
    if (igmp_checksum(header) != 0)
        return VERDICT_BAD_IP_CHECKSUM;
    if ((octets_be16(ip, 6) & IP_FRAGMENT_BITS) != 0)
        return VERDICT_FRAGMENT;
    return VERDICT_ACCEPTED;
}

enum verdict frame_decode(enum link_type link, struct octets captured, size_t wire_length,
                          struct frame *out)
{
    *out = (struct frame){0};
    if (wire_length < captured.length)
        wire_length = captured.length; /* a capture file may say anything */

    size_t ip_offset = 0;
    enum verdict verdict = link_layer_decode(link, captured, wire_length, out, &ip_offset);
    if (verdict != VERDICT_ACCEPTED)
        return verdict;
    return decode_ipv4(octets_from(captured, ip_offset), wire_length - ip_offset, out);
}

struct envelope envelope_for(struct mac source_mac, struct address source,
                             struct address destination)
{
    return (struct envelope){
        .source_mac = source_mac,
        .destination_mac = mac_of_group(destination),
        .priority = 6, /* internetwork control; of use where a tag is added */
        .source = source,
        .destination = destination,
        .tos = 0xc0,
        .ttl = 1,
        .has_router_alert = true,
    };
}
