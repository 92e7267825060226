/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. The series. Its frames have a unicast Ethernet destination, so that no other host hears
 * them and is taken back to an older version, and no querier.
 *
 * The device itself is taken back by the version 1 and 2 queries, for "robustness * query interval
 * in the last query received + query response interval" (RFC 3376 section 8.12). So they come last,
 * and the version 3 queries before them announce a robustness of 1 and an interval just long enough
 * for the series: a host that goes by the RFC is back in seconds, not in the 260 s of the defaults.
 * The last query, in version 3 again, tells whether it is, and announces what the querier of the
 * network does.
 */
#include "inject_probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "igmpq/text.h"
#include "inject_neighbour.h"
#include "inject_output.h"

#define COUNT_DEFAULT 3
#define SLACK         (250 * MILLISECONDS) /* for answers that are late */
#define ROBUSTNESS    1
#define INTERVAL      (11 * SECONDS) /* longer than a version 1 answer takes */
#define BACK_AFTER    (INTERVAL + 10 * SECONDS + 1 * SECONDS)
#define V1_RESPONSE   (10 * SECONDS)

enum origin_of_probe { FROM_OURS, FROM_NOBODY, FROM_ELSEWHERE };

struct probe {
    const char *query;
    const char *silence; /* what it means when nothing answers */
    unsigned version;
    duration max_response;
    enum origin_of_probe from;
    bool no_router_alert, to_host;
    bool is_far, is_plain; /* TTL 64; type of service 0 */
    duration patience;     /* for hosts that answer in their own time */
};

#define SHOULD "should be answered"
#define MAY    "allowed (RFC 9776 section 9.1)"
/* What every one of the table is, unless it says otherwise. */
#define PROBE(version_, response_, query_, silence_)                                               \
    .query = (query_), .silence = (silence_), .version = (version_), .max_response = (response_)

static const struct probe probes[] = {
    {PROBE(3, SECONDS, "version 3", SHOULD)},
    {PROBE(3, DECISECONDS, "version 3, response time 0.1 s", SHOULD)},
    {PROBE(3, 5 * SECONDS, "version 3, response time 5 s", SHOULD)},
    {PROBE(3, SECONDS, "version 3, no Router Alert", MAY), .no_router_alert = true},
    {PROBE(3, SECONDS, "version 3, from 0.0.0.0", "a querier needs an address for this host"),
     .from = FROM_NOBODY},
    {PROBE(3, SECONDS, "version 3, from another network",
           "a querier needs an address of this network"),
     .from = FROM_ELSEWHERE},
    {PROBE(3, SECONDS, "version 3, TTL 64", "allowed: queries have TTL 1"), .is_far = true},
    {PROBE(3, SECONDS, "version 3, type of service 0", SHOULD), .is_plain = true},
    {PROBE(3, SECONDS, "version 3, to the host's own address",
           "should be answered (RFC 9776 section 4.1.12)"),
     .to_host = true},
    {PROBE(2, SECONDS, "version 2", SHOULD)},
    {PROBE(2, SECONDS, "version 2, no Router Alert", MAY), .no_router_alert = true},
    {PROBE(2, SECONDS, "version 2, from 0.0.0.0", "a querier needs an address for this host"),
     .from = FROM_NOBODY},
    {PROBE(1, V1_RESPONSE, "version 1", SHOULD)},
};

#define PROBES (sizeof probes / sizeof *probes)

/* A host that is still in version 1 takes the 10 s of that. */
static const struct probe probe_again = {.query = "version 3 again",
                                         .silence = SHOULD,
                                         .version = 3,
                                         .max_response = SECONDS,
                                         .from = FROM_OURS,
                                         .patience = V1_RESPONSE};

/** One host under test. */
struct subject {
    struct session *session;
    struct address host;
    struct mac mac;
    unsigned count;
    unsigned answers;       /* to the whole series */
    unsigned first_version; /* that it answered the first query in; 0: not at all */
};

/** TEST-NET-2, or TEST-NET-3 for whoever uses that (RFC 5737). */
static struct address elsewhere(const struct session *session)
{
    struct address there = address_of(198, 51, 100, 1);

    if (session->own_count > 0 && prefix_contains(session->own[0], there))
        return address_of(203, 0, 113, 1);
    return there;
}

static int make_probe(struct subject *subject, const struct probe *probe, unsigned robustness,
                      duration interval, struct problem *problem)
{
    struct session *session = subject->session;
    struct request request = {
        .kind = INJECT_QUERY,
        .max_resp = probe->version == 1 ? INJECT_UNSET : probe->max_response,
        .query_interval = INJECT_UNSET,
        .robustness = INJECT_UNSET,
        .vlan = INJECT_UNSET,
        .priority = INJECT_UNSET,
        .tos = probe->is_plain ? 0 : INJECT_UNSET,
        .ttl = probe->is_far ? 64 : INJECT_UNSET,
        .no_router_alert = probe->no_router_alert,
        .length = INJECT_UNSET,
        .pad = INJECT_UNSET,
        .destination = subject->host,
        .has_destination = probe->to_host,
        .destination_mac = subject->mac,
        .has_destination_mac = true,
    };
    struct choice choice = {
        .version = probe->version,
        .robustness = robustness,
        .query_interval = interval,
        .source_mac = session->link.mac,
    };
    if (probe->from == FROM_OURS && session->own_count > 0)
        choice.source = session->own[0].address;
    if (probe->from == FROM_ELSEWHERE)
        choice.source = elsewhere(session);
    return message_make(session->builder, &request, &choice, &session->made, problem);
}

/** The subject's first answer to the last query: its delay, and the version; -1 without one. */
static duration find_answer(const struct subject *subject, unsigned *version)
{
    const struct heard *heard = &subject->session->heard;
    duration least = -1;

    for (unsigned i = 0; i < heard->member_count; i++) {
        const struct heard_member *member = &heard->member[i];
        if (member->round != heard->round || !mac_equal(member->mac, subject->mac))
            continue;
        duration delay = member->answered - subject->session->sent_at;
        if (delay < 0)
            delay = 0;
        if (least < 0 || delay < least) {
            least = delay;
            *version = member->version;
        }
    }
    return least;
}

static int compare_delays(const void *a, const void *b)
{
    const duration *one = a, *other = b;

    return (*one > *other) - (*one < *other);
}

/** How long answers are waited for. */
static duration listens(duration max_response)
{
    return decide_late_after(max_response) + SLACK;
}

/** Send a probe `count` times and tell the result. */
static int run_probe(struct subject *subject, const struct probe *probe, unsigned count,
                     unsigned robustness, duration interval, unsigned *version,
                     struct problem *problem)
{
    struct session *session = subject->session;
    duration delays[INJECT_DELAYS_MOST];
    struct probe_row row = {
        .query = probe->query, .max_response = probe->max_response, .delay = delays, .note = ""};

    if (make_probe(subject, probe, robustness, interval, problem) < 0)
        return -1;
    while (row.sent < count && !*session->stop) {
        if (session_send(session, problem) < 0)
            return -1;
        row.sent++;
        if (session_listen(session, listens(probe->max_response) + probe->patience, problem) < 0)
            return -1;
        duration delay = find_answer(subject, &row.version);
        if (delay < 0)
            continue;
        row.late += delay > decide_late_after(probe->max_response);
        delays[row.answered++] = delay;
    }
    qsort(delays, row.answered, sizeof *delays, compare_delays);
    if (row.answered == 0)
        row.note = probe->silence;
    subject->answers += row.answered;
    *version = row.version;
    output_probe_row(session, subject->host, subject->mac, &row);
    return 0;
}

/** Give the host time to go back to version 3, and look whether it did. */
static int bring_back(struct subject *subject, struct problem *problem)
{
    struct session *session = subject->session;
    struct knowledge known = session_knowledge(session);
    unsigned version, robustness;
    duration interval;
    char text[200];

    if (session_listen(session, BACK_AFTER - listens(V1_RESPONSE), problem) < 0)
        return -1;
    decide_announced(&known, &robustness, &interval);
    if (run_probe(subject, &probe_again, 1, robustness, interval, &version, problem) < 0)
        return -1;
    if (version == 0)
        snprintf(text, sizeof text,
                 "did not answer the last query: it may speak an older version for some minutes");
    else if (version < subject->first_version)
        snprintf(text, sizeof text,
                 "still speaks version %u; it returns to version %u some four minutes after the "
                 "last older query",
                 version, subject->first_version);
    else
        snprintf(text, sizeof text, "speaks version %u, as before", version);
    output_probe_end(session, subject->host, subject->mac, text);
    return 0;
}

static int run_series(struct subject *subject, struct problem *problem)
{
    const struct session *session = subject->session;

    for (size_t i = 0; i < PROBES && !*session->stop; i++) {
        unsigned version = 0;
        if (run_probe(subject, &probes[i], subject->count, ROBUSTNESS, INTERVAL, &version,
                      problem) < 0)
            return -1;
        if (i == 0)
            subject->first_version = version;
    }
    if (*session->stop) {
        output_probe_end(session, subject->host, subject->mac,
                         "interrupted; after version 1 and 2 queries it speaks these for a while");
        return 0;
    }
    if (subject->answers == 0) {
        output_probe_end(session, subject->host, subject->mac,
                         "answered nothing: it may be a member of no group, or its reports do not "
                         "come to this port (a snooping switch hands them to the querier's)");
        return 0;
    }
    return bring_back(subject, problem);
}

static duration series_takes(unsigned count)
{
    duration once = 0;

    for (size_t i = 0; i < PROBES; i++)
        once += listens(probes[i].max_response);
    return once * count + BACK_AFTER + SECONDS;
}

static bool find_heard(const struct heard *heard, struct address host, struct mac *out)
{
    for (unsigned i = 0; i < heard->member_count; i++)
        if (address_equal(heard->member[i].address, host)) {
            *out = heard->member[i].mac;
            return true;
        }
    return false;
}

static int find_mac(struct subject *subject, struct problem *problem)
{
    const struct session *session = subject->session;
    const struct request *request = session->request;
    char text[TEXT_ADDRESS_SIZE];

    if (neighbour_is_self(subject->host))
        return problem_set(problem,
                           "--probe-host: %s is this host's own address, and it does not "
                           "hear what it sends itself; probe it from another host",
                           text_address(subject->host, text));
    subject->mac = request->host_mac;
    if (!request->has_host_mac && !find_heard(&session->heard, subject->host, &subject->mac) &&
        neighbour_find(session->link.name, subject->host, "--host-mac", &subject->mac, problem) < 0)
        return -1;
    if (mac_equal(subject->mac, session->link.mac))
        return problem_set(problem, "--probe-host: this host does not hear what it sends itself; "
                                    "probe it from another one");
    if (subject->mac.octet[0] & 1)
        return problem_set(problem, "--host-mac: every host would hear the series at a multicast "
                                    "address, and fall back to version 1");
    for (unsigned i = 0; i < session->heard.querier_count && !request->force; i++)
        if (mac_equal(session->heard.querier[i].mac, subject->mac))
            return problem_set(problem, "--probe-host: this host is a querier, and the series "
                                        "would silence it for minutes; --force probes it all the "
                                        "same");
    return 0;
}

int probe_hosts(struct session *session, struct problem *problem)
{
    const struct request *request = session->request;
    int answering = 0;

    for (unsigned i = 0; i < request->host_count && !*session->stop; i++) {
        struct subject subject = {
            .session = session,
            .host = request->host[i],
            .count = request->count > 0 ? (unsigned)request->count : COUNT_DEFAULT,
        };
        if (find_mac(&subject, problem) < 0)
            return -1;
        output_probe_begin(session, subject.host, subject.mac, subject.count,
                           series_takes(subject.count));
        if (run_series(&subject, problem) < 0)
            return -1;
        answering += subject.answers > 0;
    }
    return answering;
}
