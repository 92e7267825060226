/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: the verdicts about queriers. */
#include "findings_private.h"

#define UNEVEN_CHANGES 9
#define UNEVEN_LEAST   5
#define FLAPS          3
#define FLAP_TIME      (3 * 3600 * SECONDS)

static struct finding *add(struct findings *findings, const struct watch *watch, enum finding_id id,
                           enum finding_severity severity, const struct tally *evidence,
                           const struct seen_querier *querier)
{
    struct finding *finding = judge_add(findings, watch, id, severity, evidence);
    finding->address = querier->address;
    finding->mac = querier->mac;
    return finding;
}

static void set_other(struct finding *finding, const struct seen_querier *other)
{
    finding->other = other->address;
    finding->other_mac = other->mac;
}

/* ---- one querier ---- */

static void judge_form(struct findings *findings, const struct watch *watch,
                       const struct seen_querier *querier)
{
    const unsigned fatal = FINDING_FLAW_CHECKSUM | FINDING_FLAW_LENGTH | FINDING_FLAW_DESTINATION;
    const unsigned risky = FINDING_FLAW_NO_ROUTER_ALERT | FINDING_FLAW_TTL;
    enum finding_severity severity = FINDING_NOTE;

    if (querier->flaws == 0)
        return;
    if (querier->flaws & fatal)
        severity = FINDING_ERROR;
    else if (querier->flaws & risky)
        severity = FINDING_WARNING;
    add(findings, watch, FINDING_QUERY_FORMAT, severity, &querier->flawed, querier)->detail =
        querier->flaws;
}

static void judge_cadence(struct findings *findings, const struct watch *watch,
                          const struct seen_querier *querier)
{
    const struct cadence *cadence = &querier->cadence;
    const struct findings_setup *setup = &findings->setup;
    struct finding *finding;

    if (cadence->long_interval.count > 0) {
        duration by_member = (setup->switch_timeout - cadence->long_response) / 2;
        duration by_router = setup->router_timeout / 2;
        duration limit = by_member < by_router ? by_member : by_router;
        /* Twice that is the time itself: it runs out even when nothing is lost. */
        finding = add(findings, watch, FINDING_LONG_INTERVAL,
                      cadence->long_worst > 2 * limit ? FINDING_ERROR : FINDING_WARNING,
                      &cadence->long_interval, querier);
        finding->measured = cadence->long_worst;
        finding->limit = limit;
    }
    if (cadence->belied.count > 0) {
        finding =
            add(findings, watch, FINDING_MISMATCH, FINDING_WARNING, &cadence->belied, querier);
        finding->detail = FINDING_MISMATCH_ADVERTISED;
        finding->measured = cadence->belied_measured;
        finding->limit = cadence->belied_advertised;
        finding->version = querier->robustness;
    }
    if (cadence->v1_often.count > 0) {
        finding = add(findings, watch, FINDING_CADENCE, FINDING_NOTE, &cadence->v1_often, querier);
        finding->detail = FINDING_CADENCE_V1;
        finding->measured = finding->limit = cadence->v1_interval;
    }
    if (cadence->changes >= UNEVEN_CHANGES && cadence->uneven.count >= UNEVEN_LEAST &&
        cadence->uneven.count * 4 >= cadence->changes) {
        finding = add(findings, watch, FINDING_CADENCE, FINDING_NOTE, &cadence->uneven, querier);
        finding->detail = FINDING_CADENCE_UNEVEN;
        finding->measured = cadence->gap_shortest;
        finding->limit = cadence->gap_longest;
    }
}

static void judge_election(struct findings *findings, const struct watch *watch,
                           struct seen_querier *querier, instant now)
{
    struct finding *finding;

    if (querier->conflict.count > 0) {
        finding =
            add(findings, watch, FINDING_TWO_QUERIERS, FINDING_ERROR, &querier->conflict, querier);
        set_other(finding, querier->contest_lower);
        finding->measured = querier->conflict_span;
    } else if (querier->flaps.count >= FLAPS &&
               querier->flaps.last.at - querier->flaps.first.at <= FLAP_TIME) {
        finding = add(findings, watch, FINDING_FLAPPING, FINDING_WARNING, &querier->flaps, querier);
        set_other(finding, querier->flap_lower);
        finding->measured = querier->flap_silence;
    }
    watch_settle_displacement(watch, querier, now);
    struct tally evidence = querier->displacements;
    bool is_certain = evidence.count > 0;
    if (!is_certain) {
        instant since = querier->displaced.at;
        if (since == INSTANT_NEVER || now <= instant_after(since, DISPLACED_TIME) ||
            !watch_stream_stopped(watch, querier))
            return;
        evidence =
            (struct tally){.count = 1, .first = querier->displaced, .last = querier->displaced};
    }
    finding = add(findings, watch, FINDING_DISPLACED, is_certain ? FINDING_ERROR : FINDING_WARNING,
                  &evidence, querier);
    set_other(finding, querier->displaced_by);
    finding->group = querier->forwarded_group;
}

/* ---- is it on this network (D-06) ---- */

/** Networks that do not reach into each other: the private ones each, and the rest by first
 * octet. */
static unsigned block_of(struct address address)
{
    if (prefix_contains((struct prefix){address_of(172, 16, 0, 0), 12}, address))
        return 0x10000 + 172;
    if (prefix_contains((struct prefix){address_of(192, 168, 0, 0), 16}, address))
        return 0x10000 + 192;
    if (prefix_contains((struct prefix){address_of(169, 254, 0, 0), 16}, address))
        return 0x10000 + 169;
    if (prefix_contains((struct prefix){address_of(100, 64, 0, 0), 10}, address))
        return 0x10000 + 100;
    return address.ipv4 >> 24;
}

/** The block that three or more hosts are in, and none is not; 0: there is no such. A host that
 * has not got its address yet does not count. */
static unsigned block_of_hosts(const struct watch *watch, struct address *example)
{
    const struct seen_host *host, *next;
    unsigned block = 0, count = 0;

    for (host = watch->hosts; host; host = next) {
        next = host->hh.next;
        unsigned its = block_of(host->key.address);
        if (address_is_none(host->key.address) || its == 0x10000 + 169)
            continue;
        if (count > 0 && its != block)
            return 0;
        block = its;
        count++;
        *example = host->key.address;
    }
    return count >= 3 ? block : 0;
}

static void judge_subnet(struct findings *findings, const struct watch *watch,
                         const struct seen_querier *querier)
{
    struct address example = ADDRESS_NONE;
    struct finding *finding;

    if (querier->queries.count == 0)
        return;
    if (watch->network.length > 0) {
        if (!watch_is_off_subnet(watch, querier->address))
            return;
        finding =
            add(findings, watch, FINDING_OFF_SUBNET, FINDING_WARNING, &querier->queries, querier);
        finding->network = watch->network;
        finding->network_is_known = true;
        return;
    }
    unsigned block = block_of_hosts(watch, &example);
    if (block == 0 || block == block_of(querier->address))
        return;
    finding = add(findings, watch, FINDING_OFF_SUBNET, FINDING_NOTE, &querier->queries, querier);
    finding->network = (struct prefix){example, 32};
}

/* ---- two queriers (D-09) ---- */

/** Those of different size by more than the tenth that D-09 allows. */
static bool differs(duration a, duration b)
{
    duration smaller = a < b ? a : b, larger = a < b ? b : a;
    return smaller > 0 && larger * 10 > smaller * 11;
}

static void judge_pair(struct findings *findings, const struct watch *watch,
                       const struct seen_querier *querier, const struct seen_querier *reference)
{
    unsigned detail = 0;
    duration measured = 0, limit = 0;

    if (querier->cadence.is_proven && reference->cadence.is_proven) {
        duration a = querier->cadence.longest, b = reference->cadence.longest;
        /* Both may be early by up to a quarter, and what was measured is not yet the longest. */
        if ((a < b ? a : b) * 3 < (a < b ? b : a) * 2) {
            detail |= FINDING_MISMATCH_PERIODS;
            measured = a;
            limit = b;
        }
    }
    if (differs(querier->advertised, reference->advertised)) {
        detail |= FINDING_MISMATCH_QQIC;
        measured = querier->advertised;
        limit = reference->advertised;
    }
    if (querier->robustness > 0 && reference->robustness > 0 &&
        querier->robustness != reference->robustness)
        detail |= FINDING_MISMATCH_QRV;
    if (detail == 0)
        return;
    struct finding *finding =
        add(findings, watch, FINDING_MISMATCH, FINDING_WARNING, &querier->queries, querier);
    set_other(finding, reference);
    finding->detail = detail;
    finding->measured = measured;
    finding->limit = limit;
    finding->version = querier->robustness;
    finding->other_version = reference->robustness;
}

static bool is_real(const struct seen_querier *querier)
{
    return !address_is_none(querier->address) && querier->last_general.at != INSTANT_NEVER;
}

/** The lowest is the one to compare the others with: it ought to be the querier. */
static const struct seen_querier *reference_of(const struct watch *watch)
{
    const struct seen_querier *lowest = NULL, *querier, *next;

    for (querier = watch->queriers; querier; querier = next) {
        next = querier->hh.next;
        if (is_real(querier) && (!lowest || address_compare(querier->address, lowest->address) < 0))
            lowest = querier;
    }
    return lowest;
}

void judge_queriers(struct findings *findings, struct watch *watch, instant now)
{
    const struct seen_querier *reference = reference_of(watch);
    struct seen_querier *querier, *next;

    for (querier = watch->queriers; querier; querier = next) {
        next = querier->hh.next;
        judge_form(findings, watch, querier);
        judge_cadence(findings, watch, querier);
        if (address_is_none(querier->address))
            continue;
        judge_election(findings, watch, querier, now);
        judge_subnet(findings, watch, querier);
        if (querier->duplicate.count > 0) {
            struct finding *finding = add(findings, watch, FINDING_DUPLICATE_QUERIER, FINDING_ERROR,
                                          &querier->duplicate, querier);
            finding->other_mac = querier->before_mac;
        }
        if (querier->v1.count > 0)
            add(findings, watch, FINDING_V1_QUERIER, FINDING_WARNING, &querier->v1, querier);
        if (reference && querier != reference && is_real(querier))
            judge_pair(findings, watch, querier, reference);
    }
}
