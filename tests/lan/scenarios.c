/* SPDX-License-Identifier: MIT */
/* The kinds of networks, and those that are not like the others; see scenario.h. */
#include "scenario.h"

/** The same network twice, with and without forged queries: nothing that igmpq does differs. */
static void run_spoof(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                      FILE *pcap, bool is_told)
{
    uint64_t trace[2][16] = {{0}};

    for (unsigned forged = 0; forged < 2; forged++) {
        struct sim *sim = sim_create(seed, report, forged ? pcap : NULL);
        sim->is_told = is_told && forged;
        scenario_build(sim, scenario);
        if (forged) {
            struct forger forger = {.is_random = seed % 2 == 1,
                                    .version = 1 + (unsigned)(seed / 2 % 3),
                                    .interval = (1 + (duration)(seed % 7)) * SECONDS,
                                    .advertised = 31744 * SECONDS,
                                    .until = 1500 * SECONDS};
            unsigned port = sim->bridge[0].port_count;
            forger_add(sim, &forger, 0);
            sim->bridge[0].port[port].router_until = 0;
        }
        for (unsigned i = 0; i < sim->node_count; i++)
            if (sim->node[i].kind == NODE_IGMPQ)
                igmpq_start(sim, &sim->node[i]);
        scenario_calm(sim, scenario);
        igmpq_kill(sim, &sim->node[sim_random(sim, scenario->queriers[0])]);
        scenario_calm(sim, scenario);
        for (unsigned i = 0; i < sim->node_count && i < 16; i++)
            if (sim->node[i].kind == NODE_IGMPQ)
                trace[forged][i] = sim->node[i].igmpq.trace;
        for (unsigned i = 0; forged && i < 16; i++)
            if (trace[0][i] != trace[1][i])
                watch_fail(sim, INVARIANT_SPOOF, "node %u does otherwise for forged queries", i);
        sim_free(sim);
    }
}

/** One dies just after a query, long enough after the start (or not). */
static void run_failover(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                         FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap);
    bool is_backup;

    sim->is_told = is_told;
    scenario_build(sim, scenario);
    scenario_start(sim, scenario);
    sim_run_until(sim, sim->now + scenario->steady + sim_span(sim, 0, 60 * SECONDS));
    if (!scenario->is_demonstration && scenario->steady > 600 * SECONDS) {
        /* The cadence is known by now: patience is that of the interval as it is. */
        sim->patience = 2 * sim->interval_max + sim->response_max / 2 + SIM_SLACK;
        sim->settle = sim->patience + 3 * sim->interval_max;
        sim->promises_streams =
            sim->patience + sim->response_max + sim->interval_max <= sim->bridge[0].member_age;
    }
    struct node *querier = watch_expected(sim, 0, &is_backup);
    if (querier) {
        sim_run_until(sim, sim->now + 61 * SECONDS);
        instant last = querier->igmpq.last_general;
        while (querier->igmpq.last_general == last && sim->now < last + 300 * SECONDS)
            sim_run_until(sim, sim->now + 5 * MILLISECONDS);
        sim_run_until(sim, sim->now + sim_span(sim, 10 * MILLISECONDS, 12 * SECONDS));
        igmpq_kill(sim, querier);
    }
    struct scenario after = *scenario;
    after.steady = 200 * SECONDS;
    scenario_calm(sim, &after);
    sim_free(sim);
}

/** The querier is away for a little less than others bear, comes back, and dies. */
static void run_returns(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                        FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap);
    bool is_backup;

    sim->is_told = is_told;
    scenario_build(sim, scenario);
    scenario_start(sim, scenario);
    sim_run_until(sim, sim->now + scenario->steady);
    struct node *querier = watch_expected(sim, 0, &is_backup);
    if (querier) {
        igmpq_kill(sim, querier);
        sim_run_until(sim, sim->now + sim_span(sim, 150 * SECONDS, 190 * SECONDS));
        igmpq_start(sim, querier);
        sim_run_until(sim, sim->now + sim_span(sim, 30 * SECONDS, 300 * SECONDS));
        igmpq_kill(sim, querier);
    }
    scenario_calm(sim, scenario);
    sim_run_until(sim, sim->now + 600 * SECONDS);
    sim_free(sim);
}

/** A thousand queriers at once; ten thousand hosts; a year. */
static void run_large(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                      FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap);
    bool is_many_hosts = scenario->hosts[0] > 100;

    sim->is_told = is_told;
    if (is_many_hosts) {
        struct scenario without = *scenario;
        without.hosts[0] = without.hosts[1] = 0;
        scenario_build(sim, &without);
        sim->bridge[0].floods_v3 = false; /* or each report is ten thousand frames */
        for (unsigned i = 0; i < sim->node_count; i++)
            sim->node[i].igmpq.params.max_reporters = 16384;
        for (unsigned i = 0; i < scenario->hosts[0]; i++)
            host_add(sim, 3, address_of(10, 0, (uint8_t)(16 + i / 250), (uint8_t)(1 + i % 250)), 0,
                     SIM_NONE, 10);
    } else {
        scenario_build(sim, scenario);
    }
    for (unsigned i = 0; i < sim->node_count; i++)
        if (sim->node[i].kind == NODE_IGMPQ)
            igmpq_start(sim, &sim->node[i]);
    for (unsigned i = 0; i < sim->node_count; i++)
        for (unsigned g = 0; sim->node[i].kind == NODE_HOST && g < 10; g++) {
            if (is_many_hosts || g == 0)
                host_join(sim, &sim->node[i],
                          address_of(239, 2, (uint8_t)((i * 10 + g) % 2000 / 250),
                                     (uint8_t)((i * 10 + g) % 250)),
                          ADDRESS_NONE);
        }
    scenario_calm(sim, scenario);
    bool is_backup;
    struct node *querier = watch_expected(sim, 0, &is_backup);
    igmpq_kill(sim, querier);
    scenario_calm(sim, scenario);
    sim_free(sim);
}

#define ANYTHING                                                                                   \
    (HAPPENS_CRASH | HAPPENS_FLAP | HAPPENS_ADDRESS | HAPPENS_CUT | HAPPENS_REBOOT |               \
     HAPPENS_MEMBERS)
#define YEAR (365 * 86400 * SECONDS)

const struct scenario scenarios[] = {
    {.name = "pair",
     .what = "two queriers, no host, one dies",
     .share = 120,
     .queriers = {2, 2},
     .switches = {1, 1},
     .happens = HAPPENS_CRASH,
     .phases = 1},
    {.name = "small",
     .what = "up to three queriers and two hosts",
     .share = 40,
     .queriers = {1, 3},
     .hosts = {0, 2},
     .switches = {1, 1},
     .is_snooping = true,
     .happens = HAPPENS_CRASH | HAPPENS_FLAP,
     .phases = 1},
    {.name = "failover",
     .what = "the querier dies; the cadence is known",
     .share = 6,
     .queriers = {2, 5},
     .hosts = {1, 4},
     .switches = {1, 1},
     .is_snooping = true,
     .steady = 700 * SECONDS,
     .run = run_failover},
    {.name = "cable",
     .what = "one cable without switches, doubled frames",
     .share = 4,
     .queriers = {2, 6},
     .hosts = {0, 4},
     .switches = {1, 1},
     .double_percent = 20,
     .happens = HAPPENS_CRASH | HAPPENS_FLAP | HAPPENS_ADDRESS | HAPPENS_MEMBERS,
     .phases = 2},
    {.name = "lossy",
     .what = "losses that the robustness variable bears",
     .share = 5,
     .queriers = {1, 5},
     .hosts = {1, 5},
     .switches = {1, 1},
     .is_snooping = true,
     .loss_percent = 30,
     .double_percent = 10,
     .steady = 600 * SECONDS,
     .happens = HAPPENS_CRASH | HAPPENS_MEMBERS,
     .phases = 2},
    {.name = "storm",
     .what = "loss without bounds for a while",
     .share = 3,
     .queriers = {2, 6},
     .hosts = {0, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .loss_percent = 35,
     .double_percent = 15,
     .is_storm = true,
     .happens = HAPPENS_CRASH | HAPPENS_FLAP,
     .phases = 1},
    {.name = "flapping",
     .what = "links, addresses, switches that reboot",
     .share = 4,
     .queriers = {2, 4},
     .hosts = {1, 4},
     .switches = {1, 1},
     .is_snooping = true,
     .happens = HAPPENS_FLAP | HAPPENS_ADDRESS | HAPPENS_REBOOT,
     .phases = 2},
    {.name = "partition",
     .what = "two to four switches, trunks cut and healed",
     .share = 5,
     .queriers = {2, 6},
     .hosts = {1, 6},
     .switches = {2, 4},
     .is_snooping = true,
     .happens = HAPPENS_CUT | HAPPENS_CRASH,
     .phases = 2},
    {.name = "members",
     .what = "hosts that share ports join and leave",
     .share = 4,
     .queriers = {1, 3},
     .hosts = {2, 6},
     .ports = {1, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .loss_percent = 15,
     .happens = HAPPENS_MEMBERS,
     .phases = 3},
    {.name = "versions",
     .what = "IGMP 1, 2 and 3, queriers and hosts alike",
     .share = 4,
     .queriers = {2, 4},
     .hosts = {1, 4},
     .switches = {1, 1},
     .is_snooping = true,
     .version = 4,
     .happens = HAPPENS_CRASH | HAPPENS_FLAP,
     .phases = 2},
    {.name = "version3",
     .what = "IGMP 3 throughout",
     .share = 4,
     .queriers = {1, 4},
     .hosts = {1, 5},
     .switches = {1, 1},
     .is_snooping = true,
     .version = 3,
     .loss_percent = 15,
     .happens = HAPPENS_CRASH | HAPPENS_MEMBERS,
     .phases = 2},
    {.name = "spoof",
     .what = "forged queries, off the network or from 0.0.0.0",
     .share = 4,
     .queriers = {2, 4},
     .hosts = {0, 2},
     .switches = {1, 1},
     .is_snooping = true,
     .run = run_spoof},
    {.name = "backup",
     .what = "one active querier, silent backups behind a switch",
     .share = 4,
     .queriers = {2, 4},
     .hosts = {1, 4},
     .switches = {1, 1},
     .is_snooping = true,
     .mode = MODE_BACKUP,
     .happens = HAPPENS_CRASH | HAPPENS_FLAP,
     .phases = 2},
    {.name = "proxy",
     .what = "a proxy (RFC 4605) and igmpq as its backup",
     .share = 3,
     .queriers = {1, 3},
     .hosts = {1, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .mode = MODE_BACKUP,
     .peer = 3,
     .happens = HAPPENS_CRASH,
     .phases = 2},
    {.name = "peers",
     .what = "with a querier of RFC 2236 or 3376",
     .share = 4,
     .queriers = {1, 4},
     .hosts = {0, 4},
     .switches = {1, 2},
     .is_snooping = true,
     .peer = 1,
     .happens = HAPPENS_CRASH | HAPPENS_FLAP,
     .phases = 2},
    {.name = "predecessor",
     .what = "with the daemon that igmpq replaces",
     .share = 3,
     .queriers = {1, 4},
     .hosts = {0, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .peer = 2,
     .happens = HAPPENS_CRASH | HAPPENS_FLAP,
     .phases = 2},
    {.name = "anything",
     .what = "all of it together",
     .share = 4,
     .queriers = {2, 6},
     .hosts = {1, 6},
     .ports = {1, 3},
     .switches = {1, 4},
     .is_snooping = true,
     .version = 4,
     .double_percent = 5,
     .happens = ANYTHING,
     .phases = 4},
    {.name = "thousand",
     .what = "1,000 queriers on a segment",
     .is_large = true,
     .share = 1,
     .queriers = {1000, 1000},
     .switches = {1, 1},
     .run = run_large},
    {.name = "crowd",
     .what = "10,000 hosts, 100,000 memberships",
     .is_large = true,
     .share = 1,
     .queriers = {3, 3},
     .hosts = {10000, 10000},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 260 * SECONDS,
     .router_age = 255 * SECONDS,
     .version = 3,
     .is_rfc = true,
     .run = run_large},
    {.name = "year",
     .what = "a year of three queriers and four hosts",
     .is_large = true,
     .share = 1,
     .queriers = {3, 3},
     .hosts = {4, 4},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 260 * SECONDS,
     .router_age = 255 * SECONDS,
     .steady = YEAR / 2,
     .run = run_large},
    {.name = "rfc-defaults",
     .what = "125 s and a 260 s switch: Q-121",
     .is_demonstration = true,
     .share = 1,
     .queriers = {2, 2},
     .hosts = {3, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 260 * SECONDS,
     .router_age = 255 * SECONDS,
     .interval = 125 * SECONDS,
     .is_rfc = true,
     .steady = 700 * SECONDS,
     .run = run_failover},
    {.name = "young",
     .what = "a takeover before the cadence is known (255 s)",
     .is_demonstration = true,
     .share = 1,
     .queriers = {2, 2},
     .hosts = {3, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 260 * SECONDS,
     .router_age = 255 * SECONDS,
     .is_default = true,
     .steady = 100 * SECONDS,
     .run = run_failover},
    {.name = "ages-in-125",
     .what = "125 s and a switch that forgets after 125 s: Q-119",
     .is_demonstration = true,
     .share = 1,
     .queriers = {1, 1},
     .hosts = {3, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 125 * SECONDS,
     .router_age = 255 * SECONDS,
     .interval = 125 * SECONDS,
     .is_rfc = true,
     .steady = 700 * SECONDS},
    {.name = "port-125",
     .what = "125 s and a router port that ages after 125 s: Q-120",
     .is_demonstration = true,
     .share = 1,
     .queriers = {1, 1},
     .hosts = {3, 3},
     .switches = {2, 2},
     .is_snooping = true,
     .member_age = 260 * SECONDS,
     .router_age = 125 * SECONDS,
     .interval = 125 * SECONDS,
     .is_rfc = true,
     .loss_percent = 20,
     .steady = 700 * SECONDS},
    {.name = "interval-130",
     .what = "130 s, a 260 s switch, one loss in a row: Q-119",
     .is_demonstration = true,
     .share = 1,
     .queriers = {1, 1},
     .hosts = {3, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 260 * SECONDS,
     .router_age = 300 * SECONDS,
     .interval = 130 * SECONDS,
     .is_rfc = true,
     .loss_percent = 30,
     .steady = 2000 * SECONDS},
    {.name = "answered",
     .what = "version 2: a lost check, and another host answers the first: Q-96",
     .is_demonstration = true,
     .share = 1,
     .queriers = {1, 1},
     .hosts = {3, 6},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 260 * SECONDS,
     .router_age = 255 * SECONDS,
     .is_rfc = true,
     .loss_percent = 30,
     .happens = HAPPENS_MEMBERS,
     .phases = 3},
    {.name = "returns",
     .what = "a querier that was away for long, then dies: patience has grown",
     .is_demonstration = true,
     .share = 1,
     .queriers = {2, 2},
     .hosts = {3, 3},
     .switches = {1, 1},
     .is_snooping = true,
     .member_age = 300 * SECONDS,
     .router_age = 300 * SECONDS,
     .is_default = true,
     .steady = 100 * SECONDS,
     .run = run_returns},
    {.name = NULL},
};
