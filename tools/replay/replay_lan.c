/* SPDX-License-Identifier: MIT */
/* Floor 4. Segments of a capture, and what each was like over time. */
#include <stdlib.h>
#include <string.h>

#include "igmpq/links.h"
#include "replay.h"

/* More VLANs than one trunk can have, fewer than a forged capture could ask for. */
#define SEGMENTS_MOST 8192

struct replay_lan *replay_lan_of(struct replay *replay, unsigned segment)
{
    if (segment < replay->lan_count && replay->lan[segment] != NULL)
        return replay->lan[segment];
    if (segment >= replay->lan_count) {
        struct replay_lan **lan = realloc(replay->lan, (segment + 1) * sizeof *lan);
        if (lan == NULL) {
            replay_note_no_memory(replay);
            return NULL;
        }
        memset(lan + replay->lan_count, 0, (segment + 1 - replay->lan_count) * sizeof *lan);
        replay->lan = lan;
        replay->lan_count = segment + 1;
    }
    replay->lan[segment] = calloc(1, sizeof *replay->lan[segment]);
    if (replay->lan[segment] != NULL)
        replay->lan[segment]->first = replay->lan[segment]->last = INSTANT_NEVER;
    else
        replay_note_no_memory(replay);
    return replay->lan[segment];
}

static void segment_name(const struct replay *replay, unsigned port, const struct frame *frame,
                         char out[SEGMENT_NAME_SIZE])
{
    char interface[LINK_NAME_SIZE];

    if (replay->options->interface != NULL)
        snprintf(interface, sizeof interface, "%s", replay->options->interface);
    else
        snprintf(interface, sizeof interface, "if%u",
                 replay->link == LINK_COOKED_V2 ? replay->interface[port] : port);
    /* No tag holds more than 12 bits: the masks say so to the compiler too. */
    if (frame->outer_vlan != VLAN_NONE)
        snprintf(out, SEGMENT_NAME_SIZE, "%.12s/%u.%u", interface, frame->outer_vlan & 0xfffu,
                 frame->vlan & 0xfffu);
    else if (frame->vlan != VLAN_NONE)
        snprintf(out, SEGMENT_NAME_SIZE, "%s/%u", interface, frame->vlan & 0xfffu);
    else
        snprintf(out, SEGMENT_NAME_SIZE, "%s", interface);
}

unsigned replay_lan_add(struct replay *replay, unsigned port, const struct frame *frame)
{
    char name[SEGMENT_NAME_SIZE];
    const struct identity listener = {.is_up = true};

    if (frame->protocol != 2 && (!address_is_multicast(frame->destination) ||
                                 address_is_link_local_multicast(frame->destination)))
        return ENGINE_NO_SEGMENT;
    if (engine_segment_count(replay->engine) >= SEGMENTS_MOST) {
        replay->segments_refused++;
        return ENGINE_NO_SEGMENT;
    }
    segment_name(replay, port, frame, name);
    unsigned segment = engine_segment_add_inner(replay->engine, name, port, frame->outer_vlan,
                                                frame->vlan, &replay->options->params);
    if (segment == ENGINE_NO_SEGMENT) {
        replay_note_no_memory(replay);
        return ENGINE_NO_SEGMENT;
    }
    engine_link(replay->engine, replay->now, segment, &listener, &replay->outbox);
    outbox_clear(&replay->outbox); /* that an observer began to listen is no news */
    if (replay->options->place != FINDINGS_PLACE_UNKNOWN)
        findings_network(replay->findings, segment, (struct prefix){0}, (struct mac){{0}},
                         replay->options->place);
    if (replay->options->interface != NULL)
        findings_listen(replay->findings, segment, replay->listens_since);
    return segment;
}

unsigned replay_lan_add_own(struct replay *replay)
{
    const struct replay_options *options = replay->options;
    const struct frame like = {.vlan = options->vlan};
    char name[SEGMENT_NAME_SIZE];

    segment_name(replay, 0, &like, name);
    unsigned segment = engine_segment_add(replay->engine, name, 0, options->vlan, &options->params);
    if (segment != ENGINE_NO_SEGMENT)
        findings_network(replay->findings, segment, options->as, options->mac, options->place);
    return segment;
}

void replay_lan_add_silent(struct replay *replay)
{
    const struct frame like = {.vlan = VLAN_NONE, .outer_vlan = VLAN_NONE, .protocol = 2};

    replay_lan_add(replay, 0, &like);
}

static struct replay_querier *querier_of(struct replay *replay, struct replay_lan *lan,
                                         const struct frame *frame)
{
    for (unsigned i = 0; i < lan->querier_count; i++)
        if (address_equal(lan->querier[i].address, frame->source) &&
            mac_equal(lan->querier[i].mac, frame->source_mac))
            return &lan->querier[i];
    if (lan->querier_count >= replay->options->params.max_queriers)
        return NULL;
    if (lan->querier_count == lan->querier_capacity) {
        unsigned capacity = lan->querier_capacity ? lan->querier_capacity * 2 : 4;
        struct replay_querier *more = realloc(lan->querier, capacity * sizeof *more);
        if (more == NULL) {
            replay_note_no_memory(replay);
            return NULL;
        }
        lan->querier = more;
        lan->querier_capacity = capacity;
    }
    lan->querier[lan->querier_count] = (struct replay_querier){
        .address = frame->source, .mac = frame->source_mac, .last_general = INSTANT_NEVER};
    return &lan->querier[lan->querier_count++];
}

/** The gaps between the general queries of one querier; doubles of one frame are none. */
static void note_query(struct replay *replay, struct replay_lan *lan,
                       const struct received *received)
{
    struct replay_querier *querier = querier_of(replay, lan, &received->frame);

    if (querier == NULL || !address_is_none(received->message.group))
        return;
    if (querier->last_general != INSTANT_NEVER) {
        duration gap = replay->now - querier->last_general;
        if (gap < TENURE_GAP_MIN)
            return;
        if (querier->longest == 0 || gap < querier->shortest)
            querier->shortest = gap;
        if (gap > querier->longest)
            querier->longest = gap;
    }
    querier->last_general = replay->now;
}

void replay_lan_frame(struct replay *replay, const struct received *received)
{
    struct replay_lan *lan = replay_lan_of(replay, received->segment);

    if (lan == NULL)
        return;
    if (lan->first == INSTANT_NEVER)
        lan->first = replay->now;
    lan->last = replay->now;
    lan->kind[received->message.kind]++;
    if (received->decoded == VERDICT_ACCEPTED && igmp_kind_is_query(received->message.kind))
        note_query(replay, lan, received);
}

static void end_term(struct replay_lan *lan, instant at)
{
    if (lan->term_count > 0 && lan->term[lan->term_count - 1].term.to == INSTANT_NEVER)
        lan->term[lan->term_count - 1].term.to = at;
}

static void begin_term(struct replay *replay, struct replay_lan *lan, instant at,
                       struct address address, struct mac mac)
{
    end_term(lan, at);
    if (lan->term_count == REPLAY_TERMS_MOST) {
        memmove(lan->term, lan->term + 1, (REPLAY_TERMS_MOST - 1) * sizeof *lan->term);
        lan->term_count--;
        lan->terms_forgotten++;
    }
    if (lan->term_count == lan->term_capacity) {
        unsigned capacity = lan->term_capacity ? lan->term_capacity * 2 : 4;
        struct replay_term *more = realloc(lan->term, capacity * sizeof *more);
        if (more == NULL) {
            replay_note_no_memory(replay);
            return;
        }
        lan->term = more;
        lan->term_capacity = capacity;
    }
    lan->term[lan->term_count++] = (struct replay_term){address, mac, {at, INSTANT_NEVER}};
}

void replay_lan_event(struct replay *replay, const struct event *event)
{
    struct replay_lan *lan = replay_lan_of(replay, event->segment);
    const struct segment *segment = engine_segment(replay->engine, event->segment);

    if (lan == NULL)
        return;
    switch (event->kind) {
    case EVENT_ROLE:
        if (event->role_to == ROLE_QUERIER)
            begin_term(replay, lan, event->at, segment->identity.own.address,
                       segment->identity.mac);
        else
            end_term(lan, event->at);
        break;
    case EVENT_QUERIER_ELECTED:
        begin_term(replay, lan, event->at, event->address, event->mac);
        break;
    case EVENT_QUERIER_GONE: end_term(lan, event->at); break;
    case EVENT_GROUP_JOINED: lan->joined++; break;
    case EVENT_GROUP_LEFT: lan->left++; break;
    case EVENT_QUERY_SENT:
    case EVENT_QUERIER_SEEN:
    case EVENT_REFUSED:
    case EVENT_WARNING:
    case EVENT_KIND_COUNT: break;
    }
}

void replay_lan_free(struct replay *replay)
{
    for (unsigned i = 0; i < replay->lan_count; i++) {
        if (replay->lan[i] == NULL)
            continue;
        free(replay->lan[i]->querier);
        free(replay->lan[i]->term);
        free(replay->lan[i]);
    }
    free(replay->lan);
}
