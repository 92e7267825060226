/* SPDX-License-Identifier: MIT */
/* Floor 3. Events in words. */
#include "igmpq/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "igmpq/text.h"

static void add_querier(struct text_line *line, const struct event *event)
{
    text_line_who(line, event->address, event->mac);
}

static void add_seconds(struct text_line *line, duration span)
{
    char seconds[TEXT_DURATION_SIZE];
    text_line_add(line, "%s s", text_seconds(span, seconds));
}

static void add_unreported(struct text_line *line, uint64_t count)
{
    if (count > 0)
        text_line_add(line, " (and %" PRIu64 " more like it since the last report)", count);
}

static void add_start(struct text_line *line, const struct segment *segment, enum role to)
{
    char own[TEXT_PREFIX_SIZE], mac[TEXT_MAC_SIZE];

    if (to == ROLE_QUERIER)
        text_line_add(line, "querier");
    else if (segment->params.mode == MODE_PASSIVE)
        text_line_add(line, "listening only");
    else
        text_line_add(line, "listening first");
    if (segment->identity.is_proxy)
        text_line_add(line, " without an address (0.0.0.0)");
    else if (!address_is_none(segment->identity.own.address))
        text_line_add(line, " as %s", text_prefix(segment->identity.own, own));
    if (!mac_is_none(segment->identity.mac))
        text_line_add(line, ", %s", text_mac(segment->identity.mac, mac));
    if (to == ROLE_NON_QUERIER && segment->other_expires != INSTANT_NEVER) {
        text_line_add(line, ", speaks after ");
        add_seconds(line, segment->other_expires - segment->role_since);
        text_line_add(line, " of silence");
    }
}

static const char *why_down(const struct segment *segment)
{
    const struct identity *identity = &segment->identity;

    if (!identity->is_up)
        return "no link";
    if (!identity->is_proxy && address_is_none(identity->own.address))
        return "no address";
    return "stopped";
}

static void add_role(struct text_line *line, const struct event *event,
                     const struct segment *segment)
{
    switch (event->cause) {
    case ELECTION_START: add_start(line, segment, event->role_to); return;
    case ELECTION_STOP:
        text_line_add(line, "down: %s; memberships forgotten", why_down(segment));
        return;
    case ELECTION_BEATEN:
        /* In neither case has the address decided. */
        text_line_add(line, segment->params.mode == MODE_BACKUP || segment->identity.is_proxy
                                ? "yields to "
                                : "LOST to lower IP ");
        add_querier(line, event);
        text_line_add(line, ": silent from now on, takes over when no such query is heard for ");
        add_seconds(line, segment_other_querier_present(segment));
        return;
    case ELECTION_OTHER_GONE: text_line_add(line, "taking over as querier"); return;
    case ELECTION_UNBEATEN:
    case ELECTION_EVENT_COUNT: break;
    }
    text_line_add(line, "%s", role_name(event->role_to));
}

static void add_query(struct text_line *line, const struct event *event)
{
    char group[TEXT_ADDRESS_SIZE];

    if (event->reason == QUERY_STARTUP)
        text_line_add(line, "startup query %u of %u", event->number, event->of);
    else
        text_line_add(line, "%s query", query_reason_name(event->reason));
    text_line_add(line, " sent, version %u", event->version);
    if (address_is_none(event->group)) {
        text_line_add(line, ", general");
        return;
    }
    text_line_add(line, ", for group %s", text_address(event->group, group));
    if (event->count > 0)
        text_line_add(line, " and %" PRIu64 " of its sources", event->count);
    if (event->suppress)
        text_line_add(line, ", S flag");
}

static void add_warning(struct text_line *line, const struct event *event,
                        const struct segment *segment)
{
    switch (event->warning) {
    case WARNING_OTHER_VERSION:
        text_line_add(line, "querier ");
        add_querier(line, event);
        text_line_add(
            line,
            " speaks version %u, this one version %u: all queriers of a network must be set to the "
            "same "
            "version",
            event->version, segment->params.version);
        break;
    case WARNING_NO_ROUTER_ALERT:
        text_line_add(line, "querier ");
        add_querier(line, event);
        text_line_add(line, " leaves out the Router Alert option: strict hosts will not answer it");
        break;
    case WARNING_ODD_TOS:
        text_line_add(line, "querier ");
        add_querier(line, event);
        text_line_add(line, " does not use TOS 0xc0");
        break;
    case WARNING_BAD_TTL:
        text_line_add(line, "querier ");
        add_querier(line, event);
        text_line_add(line, " does not use TTL 1: its queries may have come through a router");
        break;
    case WARNING_OFF_SUBNET:
        text_line_add(line, "querier ");
        add_querier(line, event);
        text_line_add(line, " is not on this network: some hosts will not answer it");
        break;
    case WARNING_UNICAST_QUERY:
        text_line_add(line, "query from ");
        add_querier(line, event);
        text_line_add(line, " to our own address alone");
        break;
    case WARNING_SAME_HOST:
        text_line_add(line, "another querier program on this host speaks as ");
        add_querier(line, event);
        text_line_add(line, ": stop one of the two");
        break;
    case WARNING_DISPLACED:
        text_line_add(line, "querier ");
        add_querier(line, event);
        text_line_add(
            line, " is here with a higher address and has to fall silent for this one; if it is an "
                  "IGMP proxy, "
                  "streams from outside stop: run with --mode backup then");
        break;
    case WARNING_TABLE_FULL:
        text_line_add(line, "a table is full (last seen from %s",
                      text_address(event->address, (char[TEXT_ADDRESS_SIZE]){0}));
        text_line_add(
            line,
            "): what is new is not remembered, queries go on; there is room for %u groups "
            "(max-groups), %u sources (max-sources), %u reporting hosts (max-reporters) and %u "
            "queriers (fixed)",
            segment->params.max_groups, segment->params.max_sources, segment->params.max_reporters,
            segment->params.max_queriers);
        break;
    case WARNING_COUNT: break;
    }
    add_unreported(line, event->count);
}

static enum log_level refusal_level(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_LOOPED:
    case VERDICT_SAME_HOST:
    case VERDICT_OWN_ADDRESS:
    case VERDICT_OFF_SUBNET:
    case VERDICT_BAD_TTL:
    case VERDICT_UNICAST_QUERY:
    case VERDICT_NO_ROUTER_ALERT:
    case VERDICT_ODD_TOS:
    case VERDICT_DENIED: return LOG_LEVEL_WARNING;
    case VERDICT_PROXY_QUERY:
    case VERDICT_BAD_SOURCE:
    case VERDICT_WRONG_DESTINATION:
    case VERDICT_WRONG_VLAN: return LOG_LEVEL_INFO;
    case VERDICT_ACCEPTED:
    case VERDICT_NOT_IGMP:
    case VERDICT_CUT:
    case VERDICT_TOO_MANY_TAGS:
    case VERDICT_BAD_IP_HEADER:
    case VERDICT_BAD_IP_LENGTH:
    case VERDICT_BAD_IP_CHECKSUM:
    case VERDICT_FRAGMENT:
    case VERDICT_BAD_LENGTH:
    case VERDICT_BAD_CHECKSUM:
    case VERDICT_UNKNOWN_TYPE:
    case VERDICT_BAD_GROUP:
    case VERDICT_BAD_SOURCE_COUNT:
    case VERDICT_BAD_RECORD:
    case VERDICT_SEGMENT_DOWN:
    case VERDICT_OWN:
    case VERDICT_SPECIFIC_QUERY:
    case VERDICT_IGNORED_LEAVE:
    case VERDICT_SSM_RANGE:
    case VERDICT_NOT_TRACKED:
    case VERDICT_TABLE_FULL:
    case VERDICT_COUNT: break;
    }
    return LOG_LEVEL_DEBUG; /* RFC 3376 section 7.1: silently ignored */
}

static enum log_level query_level(const struct event *event)
{
    return event->reason == QUERY_PERIODIC || event->reason == QUERY_LAST_MEMBER ? LOG_LEVEL_DEBUG
                                                                                 : LOG_LEVEL_INFO;
}

static void add_group(struct text_line *line, const struct event *event)
{
    char group[TEXT_ADDRESS_SIZE];

    text_line_add(line, "group %s", text_address(event->group, group));
    if (event->kind == EVENT_GROUP_JOINED) {
        text_line_add(line, " has a member: ");
        add_querier(line, event);
        text_line_add(line, ", version %u", event->version);
    } else {
        text_line_add(line, " has no member any more, after ");
        add_seconds(line, event->span);
    }
}

enum log_level report_event(const struct event *event, const struct segment *segment,
                            char out[REPORT_SIZE])
{
    struct text_line line = {out, REPORT_SIZE, 0};

    out[0] = '\0';
    switch (event->kind) {
    case EVENT_ROLE: add_role(&line, event, segment); break;
    case EVENT_QUERY_SENT: add_query(&line, event); return query_level(event);
    case EVENT_QUERIER_SEEN:
        text_line_add(&line, "querier heard for the first time: ");
        add_querier(&line, event);
        text_line_add(&line, ", version %u", event->version);
        break;
    case EVENT_QUERIER_ELECTED:
        text_line_add(&line, "the querier is ");
        add_querier(&line, event);
        text_line_add(&line, ", version %u", event->version);
        break;
    case EVENT_QUERIER_GONE:
        text_line_add(&line, "querier ");
        add_querier(&line, event);
        text_line_add(&line, " has not been heard for ");
        add_seconds(&line, event->span);
        break;
    case EVENT_GROUP_JOINED:
    case EVENT_GROUP_LEFT: add_group(&line, event); return LOG_LEVEL_DEBUG;
    case EVENT_REFUSED:
        text_line_add(&line, "refused (%s): ", verdict_name(event->verdict));
        add_querier(&line, event);
        text_line_add(&line, ": %s", report_verdict(event->verdict));
        add_unreported(&line, event->count);
        return refusal_level(event->verdict);
    case EVENT_WARNING:
        add_warning(&line, event, segment);
        return event->warning == WARNING_ODD_TOS ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
    case EVENT_KIND_COUNT: break;
    }
    return LOG_LEVEL_INFO;
}

const char *report_verdict(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_ACCEPTED: return "accepted";
    case VERDICT_NOT_IGMP: return "not IGMP";
    case VERDICT_CUT: return "the capture holds only its beginning";
    case VERDICT_TOO_MANY_TAGS: return "more than two VLAN tags";
    case VERDICT_BAD_IP_HEADER: return "not a sane IPv4 header";
    case VERDICT_BAD_IP_LENGTH: return "the IP header gives a length that the frame does not have";
    case VERDICT_BAD_IP_CHECKSUM: return "the checksum of the IP header is wrong";
    case VERDICT_FRAGMENT: return "a fragment; IGMP is never fragmented";
    case VERDICT_BAD_LENGTH: return "no IGMP message has this length";
    case VERDICT_BAD_CHECKSUM: return "the IGMP checksum is wrong";
    case VERDICT_UNKNOWN_TYPE: return "not a membership message";
    case VERDICT_BAD_GROUP: return "its group is no multicast address";
    case VERDICT_BAD_SOURCE_COUNT: return "it claims more sources than it holds";
    case VERDICT_BAD_RECORD: return "it claims more records than it holds";
    case VERDICT_WRONG_VLAN: return "tagged with a VLAN that is not served here";
    case VERDICT_SEGMENT_DOWN: return "no link or no address";
    case VERDICT_OWN: return "our own query";
    case VERDICT_LOOPED:
        return "our own query came back: there is a loop in the network, a mirror port feeds it "
               "back, "
               "or another program of this host (igmpq-inject) sent the same";
    case VERDICT_SAME_HOST:
        return "another querier program on this host sends from our MAC address, as our IP address "
               "or as 0.0.0.0; unless that was igmpq-inject, stop it (an older igmp-querier, a "
               "bridge's own mcast_querier, pimd, ...)";
    case VERDICT_OWN_ADDRESS:
        return "duplicate address: another device queries with our IP address; give one of them "
               "another";
    case VERDICT_BAD_SOURCE: return "no host can have this address";
    case VERDICT_PROXY_QUERY:
        return "a query from 0.0.0.0 (a snooping switch's proxy query) never takes part in the "
               "election";
    case VERDICT_OFF_SUBNET:
        return "its address is not on this network, so it takes no part in the election "
               "(--off-subnet "
               "accept changes that)";
    case VERDICT_WRONG_DESTINATION: return "sent to the wrong address for what it is";
    case VERDICT_UNICAST_QUERY:
        return "a query to our own address alone takes no part in the election (--unicast accept "
               "changes that)";
    case VERDICT_BAD_TTL: return "its TTL is not 1, so it may come from another network";
    case VERDICT_NO_ROUTER_ALERT: return "it lacks the Router Alert option";
    case VERDICT_ODD_TOS: return "its TOS is not 0xc0";
    case VERDICT_DENIED: return "this querier is not allowed by the configuration";
    case VERDICT_SPECIFIC_QUERY: return "a specific query does not elect (RFC 9776)";
    case VERDICT_IGNORED_LEAVE: return "a leave that changes nothing";
    case VERDICT_SSM_RANGE: return "an any-source message for a source-specific group";
    case VERDICT_NOT_TRACKED: return "nothing in it is kept track of";
    case VERDICT_TABLE_FULL: return "a table is full";
    case VERDICT_COUNT: break;
    }
    return "?";
}

bool report_is_refusal(enum verdict verdict)
{
    return verdict != VERDICT_ACCEPTED && verdict != VERDICT_NOT_IGMP && verdict != VERDICT_OWN &&
           verdict != VERDICT_SPECIFIC_QUERY && verdict != VERDICT_IGNORED_LEAVE &&
           verdict != VERDICT_NOT_TRACKED;
}

void report_statistics(const struct engine *engine, const struct segment *segment,
                       char out[REPORT_SIZE])
{
    const struct segment_counters *counters = &segment->counters;
    struct text_line line = {out, REPORT_SIZE, 0};
    uint64_t count[VERDICT_COUNT], accepted = 0, refused = 0;

    for (enum verdict v = VERDICT_ACCEPTED; v < VERDICT_COUNT; v++) {
        count[v] = counters->verdict[v];
        if (segment->vlan == VLAN_NONE)
            count[v] += engine_stray(engine, segment->port, v);
        if (report_is_refusal(v))
            refused += count[v];
        else if (v != VERDICT_OWN && v != VERDICT_NOT_IGMP)
            accepted += count[v]; /* what changed nothing was heard all the same */
    }
    text_line_add(&line, "%" PRIu64 " queries sent (%" PRIu64 " general, %" PRIu64 " specific)",
                  counters->general_sent + counters->specific_sent, counters->general_sent,
                  counters->specific_sent);
    text_line_add(&line, ", %" PRIu64 " elections lost, %" PRIu64 " takeovers",
                  counters->elections_lost, counters->takeovers);
    text_line_add(&line, ", %" PRIu64 " frames accepted", accepted);
    text_line_add(&line, ", %" PRIu64 " frames refused", refused);
    const char *separator = " (";
    for (enum verdict v = VERDICT_ACCEPTED; v < VERDICT_COUNT; v++) {
        if (!report_is_refusal(v) || count[v] == 0)
            continue;
        text_line_add(&line, "%s%s %" PRIu64, separator, verdict_name(v), count[v]);
        separator = ", ";
    }
    if (refused > 0)
        text_line_add(&line, ")");
}

void report_settings(const struct params *params, char out[REPORT_SIZE])
{
    struct text_line line = {out, REPORT_SIZE, 0};
    struct tenure nobody;

    tenure_begin(&nobody);
    text_line_add(&line, "version %u%s, query interval ", params->version,
                  params->follow_version ? " at most" : "");
    add_seconds(&line, params->query_interval);
    if (params->jitter_percent > 0)
        text_line_add(&line, " less up to %d %%", params->jitter_percent);
    text_line_add(&line, ", response interval ");
    add_seconds(&line, params->query_response_interval);
    text_line_add(&line, ", other querier timeout ");
    add_seconds(&line, tenure_other_querier_present(&nobody, params));
    text_line_add(&line, params->other_querier_present == PARAMS_AUTO ? " (auto)" : " (fixed)");
    text_line_add(&line, ", startup %d queries ", params->startup_query_count);
    add_seconds(&line, params->startup_query_interval);
    text_line_add(&line, " apart, profile %s, mode %s", profile_name(params->profile),
                  mode_name(params->mode));
}
