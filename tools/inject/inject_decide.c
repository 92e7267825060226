/* SPDX-License-Identifier: MIT */
/* Floor 4. The rule of SAFETY in the manual page, line by line. */
#include "inject_decide.h"

#include <stdio.h>

#include "igmpq/text.h"

#define LATE (250 * MILLISECONDS) /* the delay of a network */

static const struct heard_querier *lowest_version(const struct heard *heard)
{
    const struct heard_querier *lowest = NULL;

    for (unsigned i = 0; i < heard->querier_count; i++)
        if (!lowest || heard->querier[i].version < lowest->version)
            lowest = &heard->querier[i];
    return lowest;
}

/** A querier by its address, or by its MAC address where it asks from 0.0.0.0. */
static const char *querier_name(const struct heard_querier *querier, char out[64])
{
    char text[TEXT_MAC_SIZE];

    if (address_is_none(querier->address))
        snprintf(out, 64, "the proxy querier %s", text_mac(querier->mac, text));
    else
        text_address(querier->address, out);
    return out;
}

const char *decide_text_seconds(duration span, char out[TEXT_DURATION_SIZE])
{
    return text_seconds((span + DECISECONDS / 2) / DECISECONDS * DECISECONDS, out);
}

unsigned decide_version(const struct knowledge *known, bool is_query, char why[DECIDE_TEXT_SIZE])
{
    const struct heard *heard = known->heard;
    const struct heard_querier *querier = lowest_version(heard);
    char name[64], listened[TEXT_DURATION_SIZE];

    if (querier) {
        snprintf(why, DECIDE_TEXT_SIZE, "%s speaks it", querier_name(querier, name));
        return querier->version;
    }
    /* A version 3 query changes no host's version and is answered by all of them (RFC 9776 section
     * 7.2.1), a version 2 query takes version 3 hosts back to version 2. */
    if (heard->reports[3] > 0) {
        snprintf(why, DECIDE_TEXT_SIZE, "hosts speak it here");
        return 3;
    }
    if (heard->reports[1] + heard->reports[2] > 0) {
        snprintf(why, DECIDE_TEXT_SIZE, "hosts speak version %s here",
                 heard->reports[2] > 0 ? "2" : "1");
        return 2;
    }
    snprintf(why, DECIDE_TEXT_SIZE, "nothing was heard in %s s, so it is a guess%s",
             decide_text_seconds(heard->listened, listened),
             is_query ? "; hosts of version 3 will speak version 2 for some minutes (-V 3 leaves "
                        "them as they are)"
                      : "");
    return 2;
}

void decide_announced(const struct knowledge *known, unsigned *robustness, duration *query_interval)
{
    *robustness = 2;
    *query_interval = 125 * SECONDS;
    for (unsigned i = 0; i < known->heard->querier_count; i++) {
        const struct heard_querier *querier = &known->heard->querier[i];
        if (querier->version != 3 || querier->query_interval == 0)
            continue;
        *robustness = querier->robustness;
        *query_interval = querier->query_interval;
        return;
    }
}

static bool is_own(const struct knowledge *known, struct address address)
{
    for (unsigned i = 0; i < known->own_count; i++)
        if (address_equal(known->own[i].address, address))
            return true;
    return false;
}

/** What was heard of queriers, as far as it matters to one address. */
struct contest {
    const struct heard_querier *self;   /* that address asks already, from our own MAC address */
    const struct heard_querier *twin;   /* it asks already, from another MAC address */
    const struct heard_querier *winner; /* beats it in every querier's eyes */
    const struct heard_querier *loser;  /* would be silenced by it */
};

static struct contest hold_contest(const struct knowledge *known, struct address address)
{
    struct contest contest = {0};

    for (unsigned i = 0; i < known->heard->querier_count; i++) {
        const struct heard_querier *querier = &known->heard->querier[i];
        bool is_ours = mac_equal(querier->mac, known->own_mac);
        if (address_is_none(querier->address))
            continue;
        int order = address_compare(querier->address, address);
        if (order == 0 && is_ours)
            contest.self = querier;
        else if (order == 0)
            contest.twin = querier;
        else if (order > 0)
            contest.loser = querier;
        else if (querier->is_candidate && known->own_count > 0 &&
                 prefix_contains(known->own[0], querier->address))
            contest.winner = querier;
    }
    return contest;
}

/**
 * Whether a query from `address`, one of ours, can silence nobody who is not silenced already; why,
 * or why not, as the rest of a sentence.
 */
static bool is_harmless(const struct knowledge *known, struct address address,
                        char why[DECIDE_TEXT_SIZE])
{
    const struct heard *heard = known->heard;
    struct contest contest = hold_contest(known, address);
    char own[TEXT_ADDRESS_SIZE], other[TEXT_ADDRESS_SIZE], span[TEXT_DURATION_SIZE];

    text_address(address, own);
    if (contest.twin) {
        char mac[TEXT_MAC_SIZE];
        snprintf(why, DECIDE_TEXT_SIZE, "%s asks from %s too: two hosts have that address",
                 text_mac(contest.twin->mac, mac), own);
        return false;
    }
    if (contest.self) {
        snprintf(why, DECIDE_TEXT_SIZE, "%s is the querier already", own);
        return true;
    }
    if (contest.winner) {
        snprintf(why, DECIDE_TEXT_SIZE, "%s asks here and wins over %s",
                 text_address(contest.winner->address, other), own);
        return true;
    }
    if (contest.loser) {
        snprintf(why, DECIDE_TEXT_SIZE,
                 "%s asks here, and a query from %s would silence it for "
                 "minutes",
                 text_address(contest.loser->address, other), own);
        return false;
    }
    if (heard->listened >= DECIDE_SILENCE) {
        snprintf(why, DECIDE_TEXT_SIZE, "%s s of silence say that there is no querier",
                 decide_text_seconds(heard->listened, span));
        return true;
    }
    if (known->runs_igmpqd)
        snprintf(why, DECIDE_TEXT_SIZE,
                 "an igmpqd runs here, but whether it is the querier was not heard in %s s",
                 decide_text_seconds(heard->listened, span));
    else
        snprintf(why, DECIDE_TEXT_SIZE,
                 "%s s are too short to tell whether there is a querier (one speaks every 60 to "
                 "125 s), and a query from %s might silence it for minutes",
                 decide_text_seconds(heard->listened, span), own);
    return false;
}

static int decide_asked_source(const struct knowledge *known, const struct request *request,
                               struct address *source, char why[DECIDE_TEXT_SIZE],
                               struct problem *problem)
{
    char text[TEXT_ADDRESS_SIZE];

    *source = request->source;
    snprintf(why, DECIDE_TEXT_SIZE, "--source-ip asks for it");
    if (request->force || address_is_none(*source))
        return 0;
    text_address(*source, text);
    if (!is_own(known, *source))
        return problem_set(problem,
                           "--source-ip: %s is not an address of this interface%s; --force sends "
                           "from it all the same",
                           text, request->vlan > 0 ? " in that VLAN" : "");
    char reason[DECIDE_TEXT_SIZE];
    if (request->kind == INJECT_QUERY && !is_harmless(known, *source, reason))
        return problem_set(problem,
                           "--source-ip: not sent from %s, because %s; without --source-ip it is "
                           "sent from 0.0.0.0, with --force from %s",
                           text, reason, text);
    return 0;
}

int decide_source(const struct knowledge *known, const struct request *request,
                  struct address *source, char why[DECIDE_TEXT_SIZE], struct problem *problem)
{
    why[0] = '\0';
    if (request->has_source)
        return decide_asked_source(known, request, source, why, problem);
    *source = known->own_count > 0 ? known->own[0].address : ADDRESS_NONE;
    if (known->own_count == 0)
        snprintf(why, DECIDE_TEXT_SIZE, "%s",
                 request->vlan > 0 ? "this host has no address in that VLAN"
                                   : "the interface has no address");
    else if (request->kind == INJECT_QUERY && request->force)
        snprintf(why, DECIDE_TEXT_SIZE, "--force was given");
    else if (request->kind == INJECT_QUERY && !is_harmless(known, *source, why))
        *source = ADDRESS_NONE;
    return 0;
}

duration decide_late_after(duration max_response)
{
    return max_response + max_response / 8 + LATE;
}

int decide_frame(const struct knowledge *known, const struct request *request,
                 struct problem *problem)
{
    char faults[256];

    if (request->force)
        return 0;
    if (request_faults(request, faults, sizeof faults)[0] != '\0')
        return problem_set(problem, "%s: a faulty frame is sent with --force only", faults);
    if (request->has_source_mac && !mac_equal(request->source_mac, known->own_mac))
        return problem_set(problem, "--source-mac: it is not this interface's; switches would "
                                    "send that host's traffic here. --force sends from it all the "
                                    "same");
    return 0;
}
