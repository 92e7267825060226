/* SPDX-License-Identifier: MIT */
/* Floor 4. Making the frame: the codec's message, the builder's frame, and the faults laid over
 * both.
 */
#include "inject_message.h"

#include <stdio.h>
#include <string.h>

#include "igmpq/text.h"

#define RESPONSE_GENERAL (10 * SECONDS)
#define RESPONSE_GROUP   (1 * SECONDS) /* the last member query interval (RFC 9776 section 8.8) */
#define ETHERNET_HEADER  14
#define VLAN_TAG         4
#define CHECKSUM_OFFSET  2

struct address message_destination(const struct request *request, unsigned version)
{
    if (request->has_destination)
        return request->destination;
    switch (request->kind) {
    case INJECT_QUERY: return address_is_none(request->group) ? ADDRESS_ALL_HOSTS : request->group;
    case INJECT_REPORT: return version == 3 ? ADDRESS_IGMPV3 : request->group;
    case INJECT_LEAVE: return version == 3 ? ADDRESS_IGMPV3 : ADDRESS_ALL_ROUTERS;
    case INJECT_RECORDS: return ADDRESS_IGMPV3;
    case INJECT_KIND_COUNT: break;
    }
    return ADDRESS_ALL_HOSTS;
}

static duration asked_max_response(const struct request *request)
{
    if (request->max_resp != INJECT_UNSET)
        return request->max_resp;
    return address_is_none(request->group) ? RESPONSE_GENERAL : RESPONSE_GROUP;
}

duration message_max_response(const struct request *request, unsigned version)
{
    duration asked = asked_max_response(request);

    if (version == 1)
        return RESPONSE_GENERAL; /* RFC 1112 appendix I: always */
    if (version == 2)
        return asked / DECISECONDS * DECISECONDS;
    return igmp_code_decode(igmp_code_encode((unsigned)(asked / DECISECONDS))) * DECISECONDS;
}

static duration sent_query_interval(duration asked)
{
    return igmp_code_decode(igmp_code_encode((unsigned)(asked / SECONDS))) * SECONDS;
}

static void tell_if_rounded(const char *option, duration asked, duration sent,
                            void (*tell)(const char *text))
{
    char from[TEXT_DURATION_SIZE], to[TEXT_DURATION_SIZE], text[INJECT_TEXT_SIZE];

    if (asked == sent)
        return;
    snprintf(text, sizeof text, "%s: %s s cannot be said on the wire; %s s is sent", option,
             text_seconds(asked, from), text_seconds(sent, to));
    tell(text);
}

void message_tell_rounding(const struct request *request, unsigned version,
                           void (*tell)(const char *text))
{
    if (request->kind != INJECT_QUERY)
        return;
    if (request->max_resp != INJECT_UNSET)
        tell_if_rounded("--max-resp", request->max_resp, message_max_response(request, version),
                        tell);
    if (request->query_interval != INJECT_UNSET)
        tell_if_rounded("--qqi", request->query_interval,
                        sent_query_interval(request->query_interval), tell);
}

const char *message_describe(const struct request *request, unsigned version,
                             char out[INJECT_TEXT_SIZE])
{
    char group[TEXT_ADDRESS_SIZE];
    const char *plural;

    text_address(request->group, group);
    switch (request->kind) {
    case INJECT_QUERY:
        plural = request->source_count == 1 ? "" : "s";
        if (address_is_none(request->group))
            snprintf(out, INJECT_TEXT_SIZE, "version %u general query", version);
        else if (request->source_count == 0)
            snprintf(out, INJECT_TEXT_SIZE, "version %u query for %s", version, group);
        else
            snprintf(out, INJECT_TEXT_SIZE, "version %u query for %s from %u source%s", version,
                     group, request->source_count, plural);
        return out;
    case INJECT_REPORT:
        snprintf(out, INJECT_TEXT_SIZE, "version %u report of %s", version, group);
        return out;
    case INJECT_LEAVE:
        snprintf(out, INJECT_TEXT_SIZE, "version %u leave of %s", version, group);
        return out;
    case INJECT_RECORDS:
        plural = request->record_count == 1 ? "" : "s";
        snprintf(out, INJECT_TEXT_SIZE, "version %u report of %u record%s", version,
                 request->record_count, plural);
        return out;
    case INJECT_KIND_COUNT: break;
    }
    out[0] = '\0';
    return out;
}

static size_t make_query(const struct request *request, const struct choice *choice, uint8_t *out)
{
    duration interval =
        request->query_interval != INJECT_UNSET ? request->query_interval : choice->query_interval;
    struct igmp_query query = {
        .version = choice->version,
        .group = request->group,
        .max_response = asked_max_response(request),
        .suppress = request->suppress,
        .robustness = request->robustness != INJECT_UNSET ? (unsigned)request->robustness
                                                          : choice->robustness,
        .query_interval = interval,
        .source_count = request->source_count,
    };
    memcpy(query.sources, request->address, request->source_count * sizeof *query.sources);
    return igmp_encode_query(&query, out, IGMP_LENGTH_MAX);
}

/** What a host of version 3 says of one group: an exclude record of no sources is "everything"
 * (RFC 9776 section 4.2.12), a change to an include record of none is a leave. */
static size_t make_v3_report(const struct request *request, uint8_t *out)
{
    struct igmp_record_spec one = {
        .type = request->kind == INJECT_LEAVE ? IGMP_RECORD_TO_IN : IGMP_RECORD_IS_EX,
        .group = request->group,
    };
    if (request->kind == INJECT_RECORDS)
        return igmp_encode_v3_report(request->record, request->record_count, out, IGMP_LENGTH_MAX);
    return igmp_encode_v3_report(&one, 1, out, IGMP_LENGTH_MAX);
}

static int make_payload(const struct request *request, const struct choice *choice,
                        struct made *out, struct problem *problem)
{
    if (request->kind == INJECT_QUERY)
        out->payload_length = make_query(request, choice, out->payload);
    else if (choice->version == 3)
        out->payload_length = make_v3_report(request, out->payload);
    else if (request->kind == INJECT_LEAVE)
        out->payload_length = igmp_encode_report(IGMP_KIND_V2_LEAVE, request->group, out->payload,
                                                 sizeof out->payload);
    else
        out->payload_length =
            igmp_encode_report(choice->version == 1 ? IGMP_KIND_V1_REPORT : IGMP_KIND_V2_REPORT,
                               request->group, out->payload, sizeof out->payload);
    if (out->payload_length == 0)
        return problem_set(problem,
                           "the message does not fit into %d octets: give less sources "
                           "or records",
                           IGMP_LENGTH_MAX);
    return 0;
}

static void put_checksum(struct made *made, uint16_t value)
{
    made->payload[CHECKSUM_OFFSET] = (uint8_t)(value >> 8);
    made->payload[CHECKSUM_OFFSET + 1] = (uint8_t)value;
}

/** The checksum is right for the octets there are, so that --length alone is one fault and not two.
 */
static void spoil_payload(const struct request *request, struct made *made)
{
    struct octets octets = {made->payload, made->payload_length};

    if (request->length != INJECT_UNSET) {
        size_t length = (size_t)request->length;
        if (length > made->payload_length)
            memset(made->payload + made->payload_length, 0, length - made->payload_length);
        octets.length = made->payload_length = length;
        if (length >= CHECKSUM_OFFSET + 2) {
            put_checksum(made, 0);
            put_checksum(made, igmp_checksum(octets));
        }
    }
    if (request->bad_checksum && made->payload_length >= CHECKSUM_OFFSET + 2)
        put_checksum(made, octets_be16(octets, CHECKSUM_OFFSET) ^ 0x0001);
}

static struct envelope make_envelope(const struct request *request, const struct choice *choice)
{
    struct envelope envelope = envelope_for(choice->source_mac, choice->source,
                                            message_destination(request, choice->version));

    if (!address_is_multicast(envelope.destination))
        envelope.destination_mac = choice->destination_mac;
    if (request->has_destination_mac)
        envelope.destination_mac = request->destination_mac;
    envelope.is_tagged = request->vlan != INJECT_UNSET;
    if (envelope.is_tagged)
        envelope.vlan = (uint16_t)request->vlan;
    if (request->priority != INJECT_UNSET)
        envelope.priority = (uint8_t)request->priority;
    if (request->tos != INJECT_UNSET)
        envelope.tos = (uint8_t)request->tos;
    if (request->ttl != INJECT_UNSET)
        envelope.ttl = (uint8_t)request->ttl;
    envelope.has_router_alert = !request->no_router_alert;
    return envelope;
}

/** Behind the IP packet: what is to trail, then padding where it is still too short. */
static void finish_frame(const struct request *request, struct made *made)
{
    size_t minimum = made->envelope.is_tagged ? FRAME_MIN_TAGGED : FRAME_MIN;
    size_t link = ETHERNET_HEADER + (made->envelope.is_tagged ? VLAN_TAG : 0);
    struct octets frame = {made->frame, made->length};
    size_t end = link + octets_be16(frame, link + 2);

    memcpy(made->frame + end, request->trailing, request->trailing_length);
    end += request->trailing_length;
    if (end < minimum) {
        memset(made->frame + end, request->pad > 0 ? request->pad : 0, minimum - end);
        end = minimum;
    }
    made->length = end;
}

int message_make(struct builder *builder, const struct request *request,
                 const struct choice *choice, struct made *out, struct problem *problem)
{
    if (make_payload(request, choice, out, problem) < 0)
        return -1;
    spoil_payload(request, out);
    out->envelope = make_envelope(request, choice);
    int length =
        build_frame(builder, &out->envelope, (struct octets){out->payload, out->payload_length},
                    out->frame, FRAME_MAX, problem);
    if (length < 0)
        return -1;
    out->length = (size_t)length;
    finish_frame(request, out);
    return 0;
}
