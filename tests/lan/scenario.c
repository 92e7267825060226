/* SPDX-License-Identifier: MIT */
/* How a network of a kind is built, and what happens on it; see scenario.h. */
#include "scenario.h"

static struct address group_of(const struct scenario *scenario, unsigned number)
{
    return address_of(scenario->is_ssm ? 232 : 239, 1, 0, (uint8_t)(1 + number));
}

void scenario_join(struct sim *sim, const struct scenario *scenario, struct node *host,
                   unsigned number)
{
    struct address source = ADDRESS_NONE;

    if (scenario->is_ssm)
        source = address_of(192, 0, 2, (uint8_t)(1 + sim_random(sim, 2)));
    host_join(sim, host, group_of(scenario, number), source);
}

static unsigned between(struct sim *sim, const unsigned range[2])
{
    return range[0] + sim_random(sim, range[1] - range[0] + 1);
}

struct address scenario_address(struct sim *sim)
{
    for (;;) {
        struct address address =
            address_of(10, 0, (uint8_t)sim_random(sim, 4), (uint8_t)(1 + sim_random(sim, 254)));
        bool is_taken = false;
        for (unsigned i = 0; i < sim->node_count; i++)
            is_taken |= address_equal(sim->node[i].address, address);
        if (!is_taken)
            return address;
    }
}

/** What the RFCs' formulae promise of this network. */
static void promise(struct sim *sim, const struct scenario *scenario)
{
    duration longest, stagger = 0;
    bool is_adaptive = false;

    sim->interval_max = sim->response_max = 10 * SECONDS;
    sim->interval_min = sim->response_min = 3600 * SECONDS;
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_IGMPQ && node->kind != NODE_PEER)
            continue;
        const struct params *params = &node->igmpq.params;
        bool is_own = node->kind == NODE_IGMPQ;
        duration interval = is_own ? params->query_interval : node->peer.interval;
        duration response = is_own ? params->query_response_interval : node->peer.response;
        if (interval > sim->interval_max)
            sim->interval_max = interval;
        if (interval < sim->interval_min)
            sim->interval_min = interval;
        if (response < sim->response_min)
            sim->response_min = response;
        is_adaptive |= is_own && params->adapt_other_querier;
        if (is_own && params->backup_stagger > stagger)
            stagger = params->backup_stagger;
    }
    longest = sim->interval_max;
    if (is_adaptive && longest < 125 * SECONDS)
        longest = 125 * SECONDS; /* assumed until more is known */
    /* The project's own estimate grows with the longest pause that the querier has made in its
     * tenure, as when it was away for a while (or its queries were lost); up to a quarter of an
     * hour. */
    bool makes_pauses =
        scenario->is_storm || (scenario->happens & ~(unsigned)(HAPPENS_REBOOT | HAPPENS_MEMBERS));
    sim->patience = 2 * longest + sim->response_max / 2 + stagger;
    /* Never two rounds in a row, be it that a takeover lies between them. */
    sim->weather.calm = sim->patience + sim->response_max + SIM_SLACK;
    if (is_adaptive && makes_pauses)
        sim->patience = TENURE_SPAN_MAX + stagger;
    unsigned lost = scenario->loss_percent > 0;
    sim->settle = sim->patience + (1 + 2 * lost) * sim->interval_max + SIM_SLACK;

    duration age = INSTANT_NEVER, router = INSTANT_NEVER;
    for (unsigned i = 0; i < sim->bridge_count; i++) {
        age = instant_earlier(age, sim->bridge[i].member_age);
        router = instant_earlier(router, sim->bridge[i].router_age);
    }
    duration round = (1 + lost) * sim->interval_max + SIM_SLACK;
    duration takeover = sim->patience + sim->response_max + lost * sim->interval_max + SIM_SLACK;
    sim->promises_members = !scenario->is_storm && (!scenario->is_snooping || round < router);
    sim->promises_streams = sim->promises_members && round + sim->response_max <= age &&
                            takeover <= age && (sim->bridge_count == 1 || takeover <= router);
    sim->promises_sources = scenario->version == 3;
    sim->is_strict = scenario->is_demonstration;
    if (scenario->is_demonstration)
        sim->promises_members = sim->promises_streams = true;
    sim->report->is_promised |= sim->promises_streams;
}

static struct params settings(struct sim *sim, const struct scenario *scenario)
{
    bool is_rfc = scenario->is_rfc || (!scenario->is_default && sim_chance(sim, 60));
    struct params params = params_default(is_rfc ? PROFILE_RFC9776 : PROFILE_DEFAULT);

    params.query_interval = scenario->interval ? scenario->interval : 60 * SECONDS;
    params.version = scenario->version == 4 ? 1 + sim_random(sim, 3)
                     : scenario->version    ? scenario->version
                                            : 2;
    params.max_queriers = 16;
    return params;
}

static void add_hosts(struct sim *sim, const struct scenario *scenario)
{
    unsigned hosts = between(sim, scenario->hosts), shared = SIM_NONE, shared_on = 0;

    for (unsigned i = 0; i < hosts; i++) {
        unsigned bridge = sim_random(sim, sim->bridge_count), port = SIM_NONE;
        if (scenario->ports[1] > 0 && shared != SIM_NONE && sim_chance(sim, 60)) {
            bridge = shared_on;
            port = shared;
        }
        unsigned version = scenario->is_ssm         ? 3
                           : scenario->version == 0 ? 2 + sim_random(sim, 2)
                                                    : 1 + sim_random(sim, 3);
        struct node *node = host_add(sim, version, scenario_address(sim), bridge, port, 3);
        shared = node->port;
        shared_on = node->bridge;
    }
}

/** With --tell: who is where, and how long switches remember. */
static void tell_network(const struct sim *sim)
{
    static const char *const kind[] = {"igmpq", "peer", "host", "forger"};

    for (unsigned i = 0; i < sim->bridge_count; i++) {
        const struct bridge *bridge = &sim->bridge[i];
        printf("switch %u: members %.0f s, router ports %.0f s%s%s", i,
               (double)bridge->member_age / SECONDS, (double)bridge->router_age / SECONDS,
               bridge->is_snooping ? "" : ", does not snoop",
               bridge->floods_v3 ? ", floods version 3 reports" : "");
        for (unsigned port = 0; port < bridge->port_count; port++)
            if (bridge->port[port].trunk_bridge != SIM_NONE)
                printf(", port %u to switch %u", port, bridge->port[port].trunk_bridge);
        putchar('\n');
    }
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        unsigned address = node->address.ipv4;
        printf("node %u: %s %u.%u.%u.%u on switch %u, port %u", i, kind[node->kind], address >> 24,
               address >> 16 & 255, address >> 8 & 255, address & 255, node->bridge, node->port);
        if (node->kind != NODE_FORGER)
            printf(", version %u", node->kind == NODE_IGMPQ  ? (unsigned)node->igmpq.params.version
                                   : node->kind == NODE_PEER ? node->peer.version
                                                             : node->host.version);
        if (node->kind == NODE_IGMPQ)
            printf(", %s", mode_name(node->igmpq.params.mode));
        putchar('\n');
    }
}

void scenario_build(struct sim *sim, const struct scenario *scenario)
{
    unsigned switches = between(sim, scenario->switches);
    duration ages[2] = {scenario->member_age, scenario->router_age};

    for (unsigned i = 0; i < 2; i++)
        if (ages[i] == 0)
            ages[i] = sim_span(sim, 125 * SECONDS, 300 * SECONDS);
    for (unsigned i = 0; i < switches; i++) {
        unsigned bridge = bridge_add(sim, scenario->is_snooping, ages[0], ages[1]);
        sim->bridge[bridge].floods_v3 = sim_chance(sim, 50);
        if (i > 0)
            bridge_trunk(sim, sim_random(sim, i), bridge);
    }
    struct params params = settings(sim, scenario);
    unsigned queriers = between(sim, scenario->queriers);
    for (unsigned i = 0; i < queriers; i++) {
        if (scenario->version == 4)
            params.version = 1 + sim_random(sim, 3);
        params.mode = i == 0 && scenario->mode == MODE_BACKUP && !scenario->peer ? MODE_ACTIVE
                                                                                 : scenario->mode;
        struct params own = params;
        if (i > 0 && scenario->mode == MODE_ACTIVE && sim_chance(sim, 10))
            own.mode = sim_chance(sim, 50) ? MODE_LISTEN_FIRST : MODE_PASSIVE;
        igmpq_add(sim, &own, scenario_address(sim), sim_random(sim, switches));
    }
    if (scenario->peer) {
        struct peer peer = scenario->peer == 2
                               ? peer_predecessor()
                               : peer_rfc(2 + sim_random(sim, 2), params.query_interval);
        peer.is_proxy = scenario->peer == 3;
        peer_add(sim, &peer, scenario_address(sim), sim_random(sim, switches));
    }
    add_hosts(sim, scenario);
    sim->weather.loss_percent = scenario->loss_percent;
    sim->weather.double_percent = scenario->double_percent;
    sim->weather.is_bounded = !scenario->is_storm;
    sim->weather.spares_checks = !scenario->is_demonstration;
    promise(sim, scenario);
    if (sim->is_told)
        tell_network(sim);
}

static void start(struct sim *sim, unsigned id)
{
    if (sim->node[id].kind == NODE_IGMPQ)
        igmpq_start(sim, &sim->node[id]);
    if (sim->node[id].kind == NODE_PEER)
        peer_start(sim, &sim->node[id]);
}

void scenario_start(struct sim *sim, const struct scenario *scenario)
{
    for (unsigned i = 0; i < sim->node_count; i++) {
        sim_run_until(sim, sim->now + sim_span(sim, 0, 4 * SECONDS));
        start(sim, i);
        if (sim->node[i].kind == NODE_HOST)
            scenario_join(sim, scenario, &sim->node[i], sim_random(sim, 3));
    }
}

void scenario_calm(struct sim *sim, const struct scenario *scenario)
{
    sim_run_until(sim, sim->disturbed + sim->settle + SECONDS);
    watch_calm(sim);
    sim_run_until(sim, sim->now + (scenario->steady ? scenario->steady : 200 * SECONDS) +
                           sim_span(sim, 0, 60 * SECONDS));
    watch_calm(sim);
}

/* ---- what happens ---- */

static unsigned pick(struct sim *sim, unsigned kinds)
{
    unsigned from = sim_random(sim, sim->node_count);
    for (unsigned i = 0; i < sim->node_count; i++) {
        unsigned id = (from + i) % sim->node_count;
        if (kinds >> sim->node[id].kind & 1)
            return id;
    }
    return SIM_NONE;
}

static void crash(struct sim *sim)
{
    unsigned id = pick(sim, 1 << NODE_IGMPQ | 1 << NODE_PEER);

    for (unsigned i = 0; i < sim->node_count; i++) /* the querier, if there is one */
        if (sim->node[i].kind == NODE_IGMPQ && sim->node[i].igmpq.role == ROLE_QUERIER &&
            sim_chance(sim, 80))
            id = i;
    struct node *node = &sim->node[id];
    if (!node->is_alive) {
        start(sim, id);
    } else if (node->kind == NODE_IGMPQ) {
        igmpq_kill(sim, node);
    } else {
        node->is_alive = false;
        watch_disturbed(sim);
    }
}

static void revive_all(struct sim *sim)
{
    for (unsigned i = 0; i < sim->node_count; i++)
        if (!sim->node[i].is_alive)
            start(sim, i);
}

static void flap(struct sim *sim)
{
    unsigned id = pick(sim, 1 << NODE_IGMPQ | 1 << NODE_HOST);
    struct node *node = &sim->node[id];

    if (node->kind == NODE_HOST) {
        for (unsigned w = 0; w < node->host.wish_count; w++)
            node->host.wish[w].is_receiving = false;
        cable_link(sim, node, false);
        sim_run_until(sim, sim->now + sim_span(sim, 0, 400 * SECONDS));
        cable_link(sim, node, true);
        node->up_since = sim->now;
        node->host.stale_until = INSTANT_NEVER;
        watch_disturbed(sim);
    } else if (node->is_alive) {
        igmpq_link(sim, node, false);
        sim_run_until(sim, sim->now + sim_span(sim, 0, 30 * SECONDS));
        igmpq_link(sim, node, true);
    }
}

static void change_address(struct sim *sim)
{
    struct node *node = &sim->node[pick(sim, 1 << NODE_IGMPQ)];
    if (node->is_alive)
        igmpq_address(sim, node, scenario_address(sim));
}

static void cut(struct sim *sim, const struct scenario *scenario)
{
    if (sim->bridge_count < 2)
        return;
    unsigned lower = 1 + sim_random(sim, sim->bridge_count - 1);
    bridge_cut(sim, lower, true);
    if (sim_chance(sim, 60))
        scenario_calm(sim, scenario);
    else
        sim_run_until(sim, sim->now + sim_span(sim, 0, 300 * SECONDS));
    bridge_cut(sim, lower, false);
}

static void move_members(struct sim *sim, const struct scenario *scenario)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned id = pick(sim, 1 << NODE_HOST);
        if (id == SIM_NONE)
            return;
        unsigned group = sim_random(sim, 3);
        if (sim_chance(sim, 50))
            host_leave(sim, &sim->node[id], group_of(scenario, group));
        else
            scenario_join(sim, scenario, &sim->node[id], group);
        sim_run_until(sim, sim->now + sim_span(sim, 0, 20 * SECONDS));
    }
}

static void something_happens(struct sim *sim, const struct scenario *scenario)
{
    unsigned bit;
    do
        bit = 1u << sim_random(sim, 6);
    while (!(scenario->happens & bit));
    switch ((enum happening)bit) {
    case HAPPENS_CRASH: crash(sim); break;
    case HAPPENS_FLAP: flap(sim); break;
    case HAPPENS_ADDRESS: change_address(sim); break;
    case HAPPENS_CUT: cut(sim, scenario); break;
    case HAPPENS_REBOOT: bridge_reboot(sim, sim_random(sim, sim->bridge_count)); break;
    case HAPPENS_MEMBERS: move_members(sim, scenario); break;
    }
}

void scenario_campaign(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                       FILE *pcap, bool is_told)
{
    struct sim *sim = sim_create(seed, report, pcap, is_told);

    scenario_build(sim, scenario);
    scenario_start(sim, scenario);
    for (unsigned phase = 0; phase < scenario->phases; phase++) {
        if (scenario->is_storm) {
            sim_run_until(sim, sim->now + sim_span(sim, 0, 900 * SECONDS));
            sim->weather.loss_percent = 0;
            watch_disturbed(sim);
        }
        scenario_calm(sim, scenario);
        sim->weather.loss_percent = scenario->loss_percent;
        /* Two takeovers in a row with a lost round between are more than anybody promises. */
        bool is_lossy = scenario->loss_percent > 0;
        unsigned times = 1 + (!is_lossy && sim_chance(sim, 30) ? sim_random(sim, 3) : 0);
        for (unsigned i = 0; i < times && scenario->happens; i++) {
            something_happens(sim, scenario);
            sim_run_until(sim, sim->now + sim_span(sim, 0, 90 * SECONDS));
        }
    }
    if (scenario->is_storm) {
        sim->weather.loss_percent = 0;
        watch_disturbed(sim);
    }
    scenario_calm(sim, scenario);
    revive_all(sim);
    scenario_calm(sim, scenario);
    sim_free(sim);
}

void scenario_run(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                  FILE *pcap, bool is_told)
{
    size_t before = memory_now();

    memory_forget_most();
    (scenario->run ? scenario->run : scenario_campaign)(scenario, seed, report, pcap, is_told);
    if (memory_most() - before > report->memory)
        report->memory = memory_most() - before;
    if (memory_now() != before && !report->text[0]) {
        report->violations[INVARIANT_MEMORY]++;
        report->first = INVARIANT_MEMORY;
        snprintf(report->text, sizeof report->text, "%zu octets are not given back",
                 memory_now() - before);
    }
}
