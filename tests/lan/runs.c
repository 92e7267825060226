/* SPDX-License-Identifier: MIT */
/* The kinds of networks whose course is not like that of the others; see scenario.h. */
#include "scenario.h"

/** The same network twice, with and without forged queries: nothing that igmpq does differs. */
void run_spoof(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
               FILE *pcap, bool is_told)
{
    uint64_t trace[2][16] = {{0}};

    for (unsigned forged = 0; forged < 2; forged++) {
        struct sim *sim = sim_create(seed, report, forged ? pcap : NULL, is_told && forged);
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
void run_failover(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                  FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap, is_told);
    bool is_backup;

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

/** The switch keeps all reports from a backup, and it takes over none the worse for it. */
void run_blind(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
               FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap, is_told);
    uint64_t heard[2] = {0};

    scenario_build(sim, scenario);
    sim->bridge[0].floods_v3 = false;
    scenario_start(sim, scenario);
    sim_run_until(sim, sim->now + sim->bridge[0].router_age + SIM_SLACK);
    for (unsigned turn = 0; turn < 2; turn++) {
        for (unsigned i = 0; i < sim->node_count; i++)
            if (sim->node[i].kind == NODE_IGMPQ && sim->node[i].igmpq.role != ROLE_QUERIER)
                heard[turn] += sim->node[i].igmpq.reports_heard;
        sim_run_until(sim, sim->now + (turn ? 0 : scenario->steady));
    }
    if (heard[0] != heard[1])
        watch_fail(sim, INVARIANT_SILENT, "a backup hears reports: this shows nothing");
    igmpq_kill(sim, &sim->node[0]);
    scenario_calm(sim, scenario);
    sim_run_until(sim, sim->now + scenario->steady);
    watch_calm(sim);
    sim_free(sim);
}

/** A switch below another loses its memory, and before the next round a host leaves what others
 * want. */
void run_cleared(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                 FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap, is_told);
    struct address group = address_of(239, 1, 0, 1);
    unsigned host = SIM_NONE;

    scenario_build(sim, scenario);
    for (unsigned i = 0; i < 3; i++)
        host = host_add(sim, 3, scenario_address(sim), 1, SIM_NONE, 1)->id;
    sim->bridge[1].floods_v3 = true; /* so that the leave gets through */
    igmpq_start(sim, &sim->node[0]);
    for (unsigned i = host - 2; i <= host; i++)
        host_join(sim, &sim->node[i], group, ADDRESS_NONE);
    sim_run_until(sim, sim->now + scenario->steady + sim_span(sim, 0, 60 * SECONDS));
    bridge_reboot(sim, 1);
    host_leave(sim, &sim->node[host], group);
    sim_run_until(sim, sim->now + scenario->steady);
    sim_free(sim);
}

/** The querier is away for a little less than others bear, comes back, and dies. */
void run_returns(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                 FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap, is_told);
    bool is_backup;

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
void run_large(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
               FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap, is_told);
    bool is_many_hosts = scenario->hosts[0] > 100;

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
