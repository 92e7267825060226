/* SPDX-License-Identifier: MIT */
/* Floor 2. Two findings that take turns, so that the past is bounded. */
#include "igmpq/horizon.h"

#include <stdlib.h>

#define ONLY 0 /* the segment's number: each segment has a horizon of its own */

struct generation {
    struct findings *findings; /* NULL: there is none */
    instant since;
};

struct horizon {
    struct findings_setup setup;
    duration span;
    struct prefix network;
    struct mac own;
    enum findings_place place;
    struct generation older, younger;
    instant judged;
    bool is_judged; /* the older one, by then */
};

static void begin(struct horizon *horizon, struct generation *generation, instant now)
{
    generation->since = now;
    generation->findings = findings_create(&horizon->setup);
    if (generation->findings)
        findings_network(generation->findings, ONLY, horizon->network, horizon->own,
                         horizon->place);
}

struct horizon *horizon_create(const struct findings_setup *setup, duration span, instant now)
{
    struct horizon *horizon = calloc(1, sizeof *horizon);

    if (!horizon)
        return NULL;
    horizon->setup = *setup;
    horizon->setup.pause = INSTANT_NEVER;
    horizon->span = span;
    begin(horizon, &horizon->older, now);
    if (horizon->older.findings)
        return horizon;
    free(horizon);
    return NULL;
}

void horizon_destroy(struct horizon *horizon)
{
    if (!horizon)
        return;
    findings_destroy(horizon->older.findings);
    findings_destroy(horizon->younger.findings);
    free(horizon);
}

void horizon_configure(struct horizon *horizon, const struct findings_setup *setup)
{
    horizon->setup = *setup;
    horizon->setup.pause = INSTANT_NEVER;
    findings_configure(horizon->older.findings, &horizon->setup);
    if (horizon->younger.findings)
        findings_configure(horizon->younger.findings, &horizon->setup);
}

void horizon_network(struct horizon *horizon, struct prefix network, struct mac own,
                     enum findings_place place)
{
    horizon->network = network;
    horizon->own = own;
    horizon->place = place;
    findings_network(horizon->older.findings, ONLY, network, own, place);
    if (horizon->younger.findings)
        findings_network(horizon->younger.findings, ONLY, network, own, place);
}

static bool is_due(const struct horizon *horizon, const struct generation *generation, instant now)
{
    return generation->findings && now >= instant_after(generation->since, horizon->span);
}

static void advance(struct horizon *horizon, instant now)
{
    if (is_due(horizon, &horizon->younger, now)) {
        findings_destroy(horizon->older.findings);
        horizon->older = horizon->younger;
        horizon->younger = (struct generation){0};
        horizon->is_judged = false;
    }
    if (!horizon->younger.findings && is_due(horizon, &horizon->older, now))
        begin(horizon, &horizon->younger, now);
}

void horizon_frame(struct horizon *horizon, instant now, const struct received *received)
{
    struct received only = *received;

    only.segment = ONLY;
    advance(horizon, now);
    findings_frame(horizon->older.findings, now, 0, &only);
    if (horizon->younger.findings)
        findings_frame(horizon->younger.findings, now, 0, &only);
}

void horizon_pause(struct horizon *horizon, instant now)
{
    findings_pause(horizon->older.findings, now, ONLY);
    if (horizon->younger.findings)
        findings_pause(horizon->younger.findings, now, ONLY);
}

bool horizon_judge(struct horizon *horizon, instant now)
{
    horizon->judged = now;
    horizon->is_judged = true;
    return findings_end(horizon->older.findings, now);
}

bool horizon_is_judged(const struct horizon *horizon)
{
    return horizon->is_judged;
}

unsigned horizon_count(const struct horizon *horizon)
{
    return findings_count(horizon->older.findings);
}

const struct finding *horizon_next(const struct horizon *horizon, unsigned *index)
{
    const struct finding *finding;

    while ((finding = findings_at(horizon->older.findings, (*index)++)))
        if (instant_after(finding->last, 2 * horizon->span) >= horizon->judged)
            return finding;
    return NULL;
}

instant horizon_since(const struct horizon *horizon)
{
    return horizon->older.since;
}
