/* SPDX-License-Identifier: MIT */
/* Test tools for the core: clock, frames and log; see fixture.h. */
#include "fixture.h"

#include <stdlib.h>

#include "wire.h"

struct mac fixture_mac(struct address address)
{
    return (struct mac){{0x02, 0, 0, 0, 0, (uint8_t)address.ipv4}};
}

struct params fixture_c2(void)
{
    struct params params = params_default(PROFILE_RFC9776);
    params.query_response_interval = 10 * SECONDS;
    return params;
}

struct params fixture_c3(void)
{
    struct params params = fixture_c2();
    params.version = 3;
    return params;
}

struct params fixture_c60(void)
{
    struct params params = fixture_c2();
    params.query_interval = 60 * SECONDS;
    return params;
}

/* ---- frames ---- */

struct outside fixture_outside(struct address source, struct address destination)
{
    return (struct outside){
        .source_mac = fixture_mac(source),
        .destination_mac = address_is_multicast(destination) ? mac_of_group(destination)
                                                             : fixture_mac(destination),
        .source = source,
        .destination = destination,
        .tos = 0xc0,
        .ttl = 1,
        .dont_fragment = true,
        .has_router_alert = true,
    };
}

static void put_address(uint8_t *at, struct address address)
{
    wire_put_be16(at, address.ipv4 >> 16);
    wire_put_be16(at + 2, address.ipv4 & 0xffff);
}

static size_t put_ip_header(const struct outside *outside, size_t payload_length, uint8_t *ip)
{
    size_t header = outside->has_router_alert ? 24 : 20;

    memset(ip, 0, header);
    ip[0] = (uint8_t)(0x40 | header / 4);
    ip[1] = outside->tos;
    wire_put_be16(ip + 2, (unsigned)(header + payload_length));
    wire_put_be16(ip + 4, outside->ip_id);
    ip[6] = outside->dont_fragment ? 0x40 : 0;
    ip[8] = outside->ttl;
    ip[9] = 2;
    put_address(ip + 12, outside->source);
    put_address(ip + 16, outside->destination);
    if (outside->has_router_alert)
        memcpy(ip + 20, (const uint8_t[]){0x94, 0x04, 0x00, 0x00}, 4);
    wire_seal_ip(ip);
    return header;
}

size_t fixture_make_frame(const struct outside *outside, const uint8_t *igmp, size_t length,
                          uint8_t *out)
{
    size_t at = 12, least = FRAME_MIN;

    memcpy(out, outside->destination_mac.octet, 6);
    memcpy(out + 6, outside->source_mac.octet, 6);
    if (outside->is_tagged) {
        wire_put_be16(out + at, 0x8100);
        wire_put_be16(out + at + 2, (unsigned)(outside->priority << 13 | outside->vlan));
        at += 4;
        least = FRAME_MIN_TAGGED;
    }
    wire_put_be16(out + at, 0x0800);
    at += 2;
    at += put_ip_header(outside, length, out + at);
    assert_true(at + length <= FIXTURE_FRAME_MAX);
    memcpy(out + at, igmp, length);
    at += length;
    if (at < least) {
        memset(out + at, 0, least - at);
        at = least;
    }
    return at;
}

size_t fixture_make_query_frame(const struct query *query, uint8_t *out)
{
    uint8_t igmp[IGMP_LENGTH_MAX];
    const struct envelope *envelope = &query->envelope;
    struct outside outside = {
        .source_mac = envelope->source_mac,
        .destination_mac = envelope->destination_mac,
        .is_tagged = envelope->is_tagged,
        .vlan = envelope->vlan,
        .priority = envelope->priority,
        .source = envelope->source,
        .destination = envelope->destination,
        .tos = envelope->tos,
        .ttl = envelope->ttl,
        .dont_fragment = true,
        .has_router_alert = envelope->has_router_alert,
    };
    size_t length = igmp_encode_query(&query->message, igmp, sizeof igmp);

    assert_true(length > 0);
    return fixture_make_frame(&outside, igmp, length, out);
}

struct igmp_query fixture_general(unsigned version)
{
    return (struct igmp_query){.version = version,
                               .max_response = 10 * SECONDS,
                               .robustness = 2,
                               .query_interval = 125 * SECONDS};
}

struct igmp_query fixture_specific(unsigned version, struct address group)
{
    struct igmp_query query = fixture_general(version);
    query.group = group;
    query.max_response = 1 * SECONDS;
    return query;
}

/* ---- the log ---- */

static void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? *capacity * 2 : 64;
    array = realloc(array, *capacity * size);
    assert_non_null(array);
    return array;
}

static void log_query(struct fixture *fixture, const struct query *query)
{
    const struct igmp_query *message = &query->message;

    fixture->sent =
        grow(fixture->sent, fixture->sent_count, &fixture->sent_capacity, sizeof *fixture->sent);
    struct sent *sent = &fixture->sent[fixture->sent_count++];
    *sent = (struct sent){
        .at = fixture->now,
        .reason = query->reason,
        .segment = query->segment,
        .envelope = query->envelope,
        .version = message->version,
        .group = message->group,
        .max_response = message->max_response,
        .suppress = message->suppress,
        .robustness = message->robustness,
        .query_interval = message->query_interval,
        .source_count = message->source_count,
    };
    if (sent->source_count == 0)
        return;
    sent->sources = malloc(sent->source_count * sizeof *sent->sources);
    assert_non_null(sent->sources);
    memcpy(sent->sources, message->sources, sent->source_count * sizeof *sent->sources);
}

/** Into the log, and the outbox is empty again: what the daemon's loop does after each call. */
static void empty_outbox(struct fixture *fixture)
{
    struct outbox *outbox = fixture->outbox;

    for (unsigned i = 0; i < outbox->query_count; i++)
        log_query(fixture, &outbox->query[i]);
    for (unsigned i = 0; i < outbox->event_count; i++) {
        fixture->event = grow(fixture->event, fixture->event_count, &fixture->event_capacity,
                              sizeof *fixture->event);
        fixture->event[fixture->event_count++] = outbox->event[i];
    }
    outbox_clear(outbox);
}

void fixture_forget_log(struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->sent_count; i++)
        free(fixture->sent[i].sources);
    fixture->sent_count = fixture->event_count = 0;
}

/* ---- life ---- */

struct params fixture_resolve(const struct params *asked)
{
    enum params_complaint complaints[PARAMS_COMPLAINTS];
    struct params params;

    unsigned count = params_resolve(asked, &params, complaints);
    if (count > 0 && params_complaint_is_error(complaints[0]))
        fail_msg("%s", params_complaint_text(complaints[0]));
    return params;
}

struct fixture *fixture_create(const struct params *asked)
{
    struct params params = fixture_resolve(asked);
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->outbox = calloc(1, sizeof *fixture->outbox);
    fixture->engine = engine_create(1);
    assert_non_null(fixture->outbox);
    assert_non_null(fixture->engine);
    fixture->segment = engine_segment_add(fixture->engine, "if1", FIXTURE_PORT, VLAN_NONE, &params);
    assert_int_not_equal(fixture->segment, ENGINE_NO_SEGMENT);
    return fixture;
}

struct fixture *fixture_start(const struct params *asked)
{
    struct fixture *fixture = fixture_create(asked);
    fixture_link_up(fixture, 0, (struct prefix){FIXTURE_OWN, 24});
    return fixture;
}

void fixture_free(struct fixture *fixture)
{
    fixture_forget_log(fixture);
    engine_destroy(fixture->engine);
    free(fixture->sent);
    free(fixture->event);
    free(fixture->outbox);
    free(fixture);
}

void fixture_configure(struct fixture *fixture, instant at, const struct params *asked)
{
    struct params params = fixture_resolve(asked);

    fixture_advance(fixture, at);
    engine_configure(fixture->engine, at, fixture->segment, &params, fixture->outbox);
    empty_outbox(fixture);
}

void fixture_link_up(struct fixture *fixture, instant at, struct prefix own)
{
    fixture_advance(fixture, at);
    fixture->identity =
        (struct identity){.is_up = true, .mac = fixture_mac(own.address), .own = own};
    engine_link(fixture->engine, at, fixture->segment, &fixture->identity, fixture->outbox);
    empty_outbox(fixture);
}

void fixture_link_down(struct fixture *fixture, instant at)
{
    fixture_advance(fixture, at);
    fixture->identity.is_up = false;
    engine_link(fixture->engine, at, fixture->segment, &fixture->identity, fixture->outbox);
    empty_outbox(fixture);
}

bool fixture_query_now(struct fixture *fixture, instant at, struct address group)
{
    fixture_advance(fixture, at);
    bool is_sent = engine_query_now(fixture->engine, at, fixture->segment, group, fixture->outbox);
    empty_outbox(fixture);
    return is_sent;
}

const struct segment *fixture_segment(const struct fixture *fixture)
{
    return engine_segment(fixture->engine, fixture->segment);
}

/* ---- time ---- */

/** Do what is due before `end`. A deadline that stays due at the same instant for ever is a
 * mistake of the core. */
static void tick_before(struct fixture *fixture, instant end)
{
    unsigned turns_at_once = 0;
    instant due;

    while ((due = engine_deadline(fixture->engine)) < end) {
        turns_at_once = due > fixture->now ? 0 : turns_at_once + 1;
        assert_true(turns_at_once < 100000);
        if (due > fixture->now)
            fixture->now = due;
        engine_tick(fixture->engine, fixture->now, fixture->outbox);
        empty_outbox(fixture);
    }
}

void fixture_advance(struct fixture *fixture, instant at)
{
    assert_true(at >= fixture->now);
    tick_before(fixture, at);
    fixture->now = at;
}

void fixture_run_until(struct fixture *fixture, instant at)
{
    assert_true(at >= fixture->now);
    tick_before(fixture, at + 1);
    fixture->now = at;
}

/* ---- hearing ---- */

enum verdict fixture_hear(struct fixture *fixture, instant at, const uint8_t *frame, size_t length)
{
    assert_true(length <= sizeof fixture->octets);
    fixture_advance(fixture, at);
    if (frame != fixture->octets)
        memcpy(fixture->octets, frame, length);
    enum verdict verdict = engine_frame(fixture->engine, at, FIXTURE_PORT, LINK_ETHERNET,
                                        (struct octets){fixture->octets, length}, length,
                                        &fixture->received, fixture->outbox);
    empty_outbox(fixture);
    return verdict;
}

enum verdict fixture_hear_igmp(struct fixture *fixture, instant at, const struct outside *outside,
                               const uint8_t *igmp, size_t length)
{
    uint8_t frame[FIXTURE_FRAME_MAX];
    return fixture_hear(fixture, at, frame, fixture_make_frame(outside, igmp, length, frame));
}

enum verdict fixture_hear_inside(struct fixture *fixture, instant at, const struct outside *outside,
                                 const struct igmp_query *query)
{
    uint8_t igmp[IGMP_LENGTH_MAX];
    size_t length = igmp_encode_query(query, igmp, sizeof igmp);

    assert_true(length > 0);
    return fixture_hear_igmp(fixture, at, outside, igmp, length);
}

enum verdict fixture_hear_query(struct fixture *fixture, instant at, struct address source,
                                const struct igmp_query *query)
{
    struct outside outside =
        fixture_outside(source, address_is_none(query->group) ? ADDRESS_ALL_HOSTS : query->group);
    return fixture_hear_inside(fixture, at, &outside, query);
}

enum verdict fixture_hear_general(struct fixture *fixture, instant at, struct address source,
                                  unsigned version)
{
    struct igmp_query query = fixture_general(version);
    return fixture_hear_query(fixture, at, source, &query);
}

enum verdict fixture_hear_report(struct fixture *fixture, instant at, struct address source,
                                 enum igmp_kind kind, struct address group)
{
    uint8_t igmp[8];
    size_t length = igmp_encode_report(kind, group, igmp, sizeof igmp);
    struct outside outside =
        fixture_outside(source, kind == IGMP_KIND_V2_LEAVE ? ADDRESS_ALL_ROUTERS : group);

    assert_int_equal(length, 8);
    return fixture_hear_igmp(fixture, at, &outside, igmp, length);
}

enum verdict fixture_hear_records(struct fixture *fixture, instant at, struct address source,
                                  const struct igmp_record_spec *records, unsigned count)
{
    uint8_t igmp[IGMP_LENGTH_MAX];
    struct outside outside = fixture_outside(source, ADDRESS_IGMPV3);
    size_t length = igmp_encode_v3_report(records, count, igmp, sizeof igmp);

    assert_true(length > 0);
    return fixture_hear_igmp(fixture, at, &outside, igmp, length);
}

enum verdict fixture_hear_record(struct fixture *fixture, instant at, struct address source,
                                 enum igmp_record_type type, struct address group,
                                 const struct address *sources, unsigned count)
{
    struct igmp_record_spec record = {
        .type = (uint8_t)type, .group = group, .sources = sources, .source_count = count};
    return fixture_hear_records(fixture, at, source, &record, 1);
}

enum verdict fixture_hear_echo(struct fixture *fixture, instant at, size_t index_sent)
{
    assert_true(index_sent < fixture->sent_count);
    const struct sent *sent = &fixture->sent[index_sent];
    struct query query = {.envelope = sent->envelope,
                          .message = {.version = sent->version,
                                      .group = sent->group,
                                      .max_response = sent->max_response,
                                      .suppress = sent->suppress,
                                      .robustness = sent->robustness,
                                      .query_interval = sent->query_interval,
                                      .source_count = sent->source_count}};
    uint8_t frame[FIXTURE_FRAME_MAX];

    for (unsigned i = 0; i < sent->source_count; i++)
        query.message.sources[i] = sent->sources[i];
    return fixture_hear(fixture, at, frame, fixture_make_query_frame(&query, frame));
}

/* ---- looking ---- */

size_t fixture_find_sent(const struct fixture *fixture, struct address group,
                         const struct sent **out, size_t most)
{
    size_t found = 0;

    for (size_t i = 0; i < fixture->sent_count; i++) {
        if (!address_equal(fixture->sent[i].group, group))
            continue;
        if (found < most)
            out[found] = &fixture->sent[i];
        found++;
    }
    return found;
}

size_t fixture_count_events(const struct fixture *fixture, enum event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->event_count; i++)
        count += fixture->event[i].kind == kind;
    return count;
}

size_t fixture_count_warnings(const struct fixture *fixture, enum warning warning)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->event_count; i++)
        count += fixture->event[i].kind == EVENT_WARNING && fixture->event[i].warning == warning;
    return count;
}

const struct event *fixture_last_event(const struct fixture *fixture, enum event_kind kind)
{
    for (size_t i = fixture->event_count; i > 0; i--)
        if (fixture->event[i - 1].kind == kind)
            return &fixture->event[i - 1];
    fail_msg("there was no event %s", event_kind_name(kind));
    return NULL;
}

void fixture_check_times(const struct fixture *fixture, struct address group,
                         const instant *expected, size_t count, const char *file, int line)
{
    size_t found = 0;

    for (size_t i = 0; i < fixture->sent_count; i++) {
        const struct sent *sent = &fixture->sent[i];
        if (!address_equal(sent->group, group))
            continue;
        if (found >= count)
            fail_msg("%s:%d: a query too many, at %lld us", file, line, (long long)sent->at);
        if (sent->at != expected[found])
            fail_msg("%s:%d: query %zu was sent at %lld us, not at %lld", file, line, found,
                     (long long)sent->at, (long long)expected[found]);
        found++;
    }
    if (found < count)
        fail_msg("%s:%d: no query at %lld us", file, line, (long long)expected[found]);
}
