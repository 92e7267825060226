/* SPDX-License-Identifier: MIT */
/* Floor 2. Findings: how regularly a querier asks (D-09, D-11, D-18). */
#include "findings_private.h"

#define STARTUP_GAP     (45 * SECONDS) /* a quarter of 180 s: no startup burst is so slow */
#define PROVEN_GAPS     3
#define PROVEN_GAPS_ANY 8              /* a startup burst has at most seven queries */
#define V1_INTERVAL     (60 * SECONDS) /* RFC 1112 appendix I: no more than once a minute */

void cadence_break(struct cadence *cadence)
{
    cadence->last.at = INSTANT_NEVER;
    cadence->previous_gap = 0;
    cadence->run_gaps = 0;
    cadence->run_follows_shorter = false;
}

/** The same interval, but for queries that come up to a quarter early: our own jitter. One percent
 * more, since frames are delayed. */
static bool is_steady(duration shortest, duration longest)
{
    return shortest * 100 >= longest * 74;
}

/** The run of steady gaps that is going on, with one more. */
static void extend_run(struct cadence *cadence, duration gap)
{
    duration longest = gap > cadence->run_longest ? gap : cadence->run_longest;
    duration shortest = gap < cadence->run_shortest ? gap : cadence->run_shortest;

    if (cadence->run_gaps > 0 && is_steady(shortest, longest)) {
        cadence->run_longest = longest;
        cadence->run_shortest = shortest;
        cadence->run_gaps++;
        return;
    }
    cadence->run_follows_shorter = cadence->run_gaps > 0 && gap > cadence->run_longest;
    cadence->run_longest = cadence->run_shortest = gap;
    cadence->run_gaps = 1;
}

static bool run_is_proven(const struct cadence *cadence)
{
    return cadence->run_gaps >= PROVEN_GAPS_ANY ||
           (cadence->run_gaps >= PROVEN_GAPS &&
            (cadence->run_follows_shorter || cadence->run_shortest >= STARTUP_GAP));
}

/** What the interval in force means (D-09, D-11, D-18). */
static void judge_run(struct cadence *cadence, struct moment now,
                      const struct seen_querier *querier, const struct findings_setup *setup)
{
    duration interval = cadence->run_longest;
    /* 2 % more: 125 s and 10 s make 260 s sharp, and clocks of switches are no chronometers. */
    duration member_limit = setup->switch_timeout + setup->switch_timeout / 50;
    duration router_limit = setup->router_timeout + setup->router_timeout / 50;

    cadence->is_proven = true;
    if (interval > cadence->longest)
        cadence->longest = interval;
    if (2 * interval + querier->response > member_limit || 2 * interval > router_limit) {
        tally_add(&cadence->long_interval, now);
        if (interval > cadence->long_worst) {
            cadence->long_worst = interval;
            cadence->long_response = querier->response;
        }
    }
    if (querier->version == 3 && querier->advertised > 0 &&
        (cadence->run_shortest * 10 > querier->advertised * 11 ||
         !is_steady(interval, querier->advertised))) {
        tally_add(&cadence->belied, now);
        cadence->belied_measured = interval;
        cadence->belied_advertised = querier->advertised;
    }
    /* A tenth early is still once a minute. */
    if (querier->version == 1 && interval * 10 < V1_INTERVAL * 9) {
        tally_add(&cadence->v1_often, now);
        cadence->v1_interval = interval;
    }
}

void cadence_query(struct cadence *cadence, struct moment now, const struct seen_querier *querier,
                   const struct findings_setup *setup)
{
    instant last = cadence->last.at;

    cadence->last = now;
    if (last == INSTANT_NEVER)
        return;
    duration gap = now.at - last;
    if (cadence->gap_shortest == 0 || gap < cadence->gap_shortest)
        cadence->gap_shortest = gap;
    if (gap > cadence->gap_longest)
        cadence->gap_longest = gap;
    if (cadence->previous_gap > 0) {
        duration shorter = gap < cadence->previous_gap ? gap : cadence->previous_gap;
        duration longer = gap > cadence->previous_gap ? gap : cadence->previous_gap;
        cadence->changes++;
        if (!is_steady(shorter, longer))
            tally_add(&cadence->uneven, now);
    }
    cadence->previous_gap = gap;
    extend_run(cadence, gap);
    if (run_is_proven(cadence))
        judge_run(cadence, now, querier, setup);
}
