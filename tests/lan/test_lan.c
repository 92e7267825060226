/* SPDX-License-Identifier: MIT */
/* The election on simulated LANs, thousands of them: what must hold whatever the addresses, the
 * order of starting, the delays and the losses are. */
#include "../unit/fixture.h"
#include "sim.h"

static const struct weather clear = {.delay_min = 100 * MICROSECONDS,
                                     .delay_max = 5 * MILLISECONDS};
static const struct weather doubling = {
    .delay_min = 100 * MICROSECONDS, .delay_max = 5 * MILLISECONDS, .double_percent = 20};

/* Longer than anything takes to arrive. */
#define ARRIVAL (6 * MILLISECONDS)
#define NOBODY  SIM_NONE

/* Settings of profile `default` with the same query interval, in another version or profile if so
 * wished. */
static struct params profile_60(enum profile profile, unsigned version)
{
    struct params params = params_default(profile);
    params.query_interval = 60 * SECONDS;
    params.version = version;
    return params;
}

/* Two halves of a cable, joined. What is promised here is asserted here, to the microsecond: the
 * simulator's own invariants are about what holds with clocks that drift. */
static struct sim *new_lan(uint64_t seed, struct weather weather)
{
    static struct sim_report report;
    struct sim *sim = sim_create(seed, &report, NULL, false);

    report = (struct sim_report){0};
    sim->weather = weather;
    sim->patience = sim->settle = 365 * 86400 * SECONDS;
    for (unsigned i = 0; i < 2; i++)
        bridge_add(sim, false, 0, 0);
    bridge_trunk(sim, 0, 1);
    return sim;
}

/* Whoever was beaten kept still, and what was sent was what the settings say, when they say it. */
static void finish(struct sim *sim)
{
    assert_int_equal(sim->report->violations[INVARIANT_SILENT], 0);
    assert_int_equal(sim->report->violations[INVARIANT_WIRE], 0);
    assert_int_equal(sim->report->violations[INVARIANT_PACE], 0);
    sim_free(sim);
}

static struct address random_address(struct sim *sim)
{
    for (;;) {
        struct address address = address_of(10, 0, 0, (uint8_t)(1 + sim_random(sim, 254)));
        bool is_taken = false;
        for (unsigned i = 0; i < sim->node_count; i++)
            is_taken |= address_equal(sim->node[i].address, address);
        if (!is_taken)
            return address;
    }
}

/* A new node with a clock that is right, not started yet: on the one half and the other in turn. */
static void join(struct sim *sim, const struct params *params, struct address address)
{
    igmpq_add(sim, params, address, sim->node_count % 2)->drift_ppm = 0;
}

/* Nodes with these settings at random addresses, started at random times within 20 s. */
static struct sim *start_lan(unsigned seed, struct weather weather, unsigned nodes,
                             const struct params *params)
{
    struct sim *sim = new_lan(seed, weather);

    for (unsigned i = 0; i < nodes; i++)
        join(sim, params, random_address(sim));
    for (unsigned i = 0; i < nodes; i++) {
        igmpq_start(sim, &sim->node[i]);
        sim_run_until(sim, sim->now + sim_random(sim, (unsigned)(20 * SECONDS) / nodes));
    }
    return sim;
}

static void pass(struct sim *sim, duration span)
{
    sim_run_until(sim, sim->now + span);
}

static const struct segment *segment_of(const struct sim *sim, unsigned node)
{
    return igmpq_segment(&sim->node[node]);
}

/* How many queriers there are on a side, and the last of them. */
static unsigned queriers(const struct sim *sim, unsigned side, unsigned *which)
{
    unsigned count = 0;

    *which = NOBODY;
    for (unsigned i = 0; i < sim->node_count; i++) {
        const struct node *node = &sim->node[i];
        if (node->kind != NODE_IGMPQ || !node->is_alive || cable_side(sim, node->bridge) != side ||
            igmpq_segment(node)->role != ROLE_QUERIER)
            continue;
        count++;
        *which = i;
    }
    return count;
}

/* The node that ought to query on this side: the lowest that is there. */
static unsigned lowest_on(const struct sim *sim, unsigned side)
{
    bool is_backup;
    const struct node *node = watch_expected(sim, side, &is_backup);
    return node ? node->id : NOBODY;
}

/* Exactly one querier on the side, and it is the lowest. */
static void expect_lowest(const struct sim *sim, unsigned side, unsigned seed)
{
    unsigned which, lowest = lowest_on(sim, side), count = queriers(sim, side, &which);
    if (count != 1 || which != lowest)
        fail_msg("seed %u: at %lld us side %u has %u queriers, the last is %u, not %u", seed,
                 (long long)sim->now, side, count, which, lowest);
}

/* The general queries of all but one, so far. */
static uint64_t words_of_others(const struct sim *sim, unsigned but)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < sim->node_count; i++)
        if (sim->node[i].kind == NODE_IGMPQ && i != but)
            count += sim->node[i].igmpq.generals;
    return count;
}

/* For so long only this one speaks, if anybody does. */
static void expect_silence(struct sim *sim, unsigned but, duration span)
{
    uint64_t before = words_of_others(sim, but);
    pass(sim, span);
    assert_int_equal(words_of_others(sim, but), before);
}

/* The querier dies when its last query has arrived. When the next query was sent, by whomever; a
 * second later nobody has sent more than one, and there have been `*words`. */
static instant take_over(struct sim *sim, unsigned dead, unsigned *words)
{
    uint64_t before[8];
    instant first = INSTANT_NEVER;

    assert_true(sim->node_count <= 8);
    pass(sim, ARRIVAL);
    igmpq_kill(sim, &sim->node[dead]);
    for (unsigned i = 0; i < sim->node_count; i++)
        before[i] = sim->node[i].igmpq.generals;
    uint64_t all = words_of_others(sim, NOBODY);
    for (instant dies = sim->now; words_of_others(sim, NOBODY) == all;) {
        assert_true(sim->now - dies < TENURE_SPAN_MAX);
        pass(sim, 10 * MILLISECONDS);
    }
    for (unsigned i = 0; i < sim->node_count; i++)
        if (sim->node[i].igmpq.generals > before[i])
            first = instant_earlier(first, sim->node[i].igmpq.last_general);
    sim_run_until(sim, first + SECONDS);
    *words = 0;
    for (unsigned i = 0; i < sim->node_count; i++) {
        assert_true(sim->node[i].igmpq.generals <= before[i] + 1);
        *words += (unsigned)(sim->node[i].igmpq.generals - before[i]);
    }
    return first;
}

/* when the last has come up and its first query has arrived there is one
 * querier, the lowest; from then on the others are quiet. Nothing but our own frames looks like
 * ours. */
static void test_one_querier_the_lowest(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 1000; seed++) {
        struct params params = profile_60(seed % 2 ? PROFILE_DEFAULT : PROFILE_RFC9776, 2);
        struct sim *sim = start_lan(seed, doubling, 2 + seed % 5, &params);
        pass(sim, 61 * SECONDS);
        expect_lowest(sim, 0, seed);
        expect_silence(sim, lowest_on(sim, 0), 600 * SECONDS);
        expect_lowest(sim, 0, seed);
        for (unsigned i = 0; i < sim->node_count; i++) {
            const struct segment *segment = segment_of(sim, i);
            assert_int_equal(segment->counters.verdict[VERDICT_OWN], sim->node[i].igmpq.generals);
            assert_int_equal(segment->counters.verdict[VERDICT_LOOPED], 0);
            assert_int_equal(segment->counters.verdict[VERDICT_SAME_HOST], 0);
        }
        finish(sim);
    }
}

/* In clear weather two query at a time for as long as a query takes to arrive, when one comes up or
 * comes back; never when a full interval has passed. */
static void test_never_two_after_an_interval(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 200; seed++) {
        struct params params = profile_60(PROFILE_DEFAULT, 2);
        struct sim *sim = start_lan(seed, clear, 4, &params);
        unsigned lowest = lowest_on(sim, 0), which;
        instant two_since = INSTANT_NEVER;
        for (unsigned step = 0; step < 900; step++) {
            if (step == 100)
                igmpq_kill(sim, &sim->node[lowest]);
            if (step == 500)
                igmpq_start(sim, &sim->node[lowest]);
            pass(sim, SECONDS);
            if (queriers(sim, 0, &which) < 2)
                two_since = INSTANT_NEVER;
            else if (two_since == INSTANT_NEVER)
                two_since = sim->now;
            else
                assert_true(sim->now - two_since < 60 * SECONDS);
        }
        finish(sim);
    }
}

/* the querier dies. The next query comes at most the other querier present interval
 * after its last; a second later there is exactly one querier, the lowest left, and nobody has sent
 * more than one query. Comparing with the dead querier's address instead of one's own leaves two.
 */
static void test_failover(void **state)
{
    (void)state;
    static const struct {
        enum profile profile;
        duration before, present;
    } cases[] = {
        {PROFILE_DEFAULT, 300 * SECONDS, 255 * SECONDS}, /* little is known of it */
        {PROFILE_DEFAULT, 900 * SECONDS, 125 * SECONDS}, /* its cadence is proven */
        {PROFILE_RFC9776, 300 * SECONDS, 125 * SECONDS},
        {PROFILE_RFC2236, 300 * SECONDS, 125 * SECONDS},
    };
    for (unsigned seed = 1; seed <= 1200; seed++) {
        size_t c = seed % 4;
        struct params params = profile_60(cases[c].profile, 2);
        struct sim *sim = start_lan(seed, clear, 3 + seed % 3, &params);
        pass(sim, cases[c].before + sim_random(sim, 60000000));
        unsigned dead = lowest_on(sim, 0), words;
        instant last = sim->node[dead].igmpq.last_general;
        instant takeover = take_over(sim, dead, &words);
        assert_within(takeover - last, cases[c].present, cases[c].present + ARRIVAL);
        expect_lowest(sim, 0, seed);
        expect_silence(sim, lowest_on(sim, 0), 300 * SECONDS);

        igmpq_start(sim, &sim->node[dead]); /* and takes the role back at once */
        pass(sim, ARRIVAL);
        expect_lowest(sim, 0, seed);
        finish(sim);
    }
}

/* Loss of up to 30 %, doubling, overtaking: the lowest never yields, and one interval after the
 * weather has cleared it is alone. */
static void test_loss(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 500; seed++) {
        struct weather bad = doubling;
        struct params params = profile_60(seed % 2 ? PROFILE_RFC9776 : PROFILE_DEFAULT, 2);
        bad.loss_percent = seed % 31;
        bad.double_percent = 10;
        struct sim *sim = start_lan(seed, bad, 2 + seed % 4, &params);
        unsigned lowest = lowest_on(sim, 0);
        for (unsigned minute = 0; minute < 20; minute++) {
            pass(sim, 60 * SECONDS);
            const struct segment *segment = segment_of(sim, lowest);
            assert_int_equal(segment->role, ROLE_QUERIER);
            assert_int_equal(segment->counters.elections_lost, segment->counters.takeovers);
        }
        sim->weather = clear;
        pass(sim, 60 * SECONDS + ARRIVAL);
        expect_lowest(sim, 0, seed);
        finish(sim);
    }
}

/* The cable breaks: each side gets its querier. It heals: one interval later there is one. */
static void test_partition(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 500; seed++) {
        struct params params = profile_60(seed % 2 ? PROFILE_RFC9776 : PROFILE_DEFAULT, 2);
        struct sim *sim = start_lan(seed, clear, 4 + seed % 4, &params);
        pass(sim, 100 * SECONDS);
        bridge_cut(sim, 1, true);
        pass(sim, 256 * SECONDS);
        expect_lowest(sim, 0, seed);
        expect_lowest(sim, 1, seed);
        pass(sim, sim_random(sim, 60000000));
        bridge_cut(sim, 1, false);
        pass(sim, 60 * SECONDS + ARRIVAL);
        expect_lowest(sim, 0, seed);
        expect_silence(sim, lowest_on(sim, 0), 600 * SECONDS);
        finish(sim);
    }
}

/* versions and profiles side by side, someone who only listens among them. */
static void test_mixed(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 500; seed++) {
        struct sim *sim = new_lan(seed, doubling);
        for (unsigned i = 0; i < 6; i++) {
            struct params params =
                profile_60((enum profile)sim_random(sim, PROFILE_COUNT), 1 + sim_random(sim, 3));
            params.follow_version = sim_random(sim, 2) == 1;
            if (i == 5)
                params.mode = MODE_PASSIVE;
            join(sim, &params, random_address(sim));
        }
        for (unsigned i = 0; i < 6; i++) {
            pass(sim, sim_random(sim, 5000000));
            igmpq_start(sim, &sim->node[i]);
        }
        pass(sim, 61 * SECONDS);
        expect_lowest(sim, 0, seed);
        igmpq_kill(sim, &sim->node[lowest_on(sim, 0)]);
        pass(sim, 256 * SECONDS);
        expect_lowest(sim, 0, seed);
        unsigned lowest = lowest_on(sim, 0);
        expect_silence(sim, lowest, 600 * SECONDS);
        assert_int_equal(sim->node[5].igmpq.generals, 0);
        assert_true(address_equal(segment_of(sim, 5)->elected, sim->node[lowest].address));
        sim_free(sim); /* who follows another version sends not what is set */
    }
}

/* One active querier at the highest address and three backups, which it silences. It dies; the
 * number of general queries in the second after the takeover. */
static unsigned backup_failover(unsigned seed, duration stagger)
{
    struct sim *sim = new_lan(seed, clear);
    struct params params = profile_60(PROFILE_DEFAULT, 2);
    unsigned backups = 2 + seed % 2, querier, words;

    join(sim, &params, address_of(10, 0, 0, 254));
    params.mode = MODE_BACKUP;
    params.backup_stagger = stagger;
    for (unsigned i = 0; i < backups; i++)
        join(sim, &params, random_address(sim));
    for (unsigned i = 0; i <= backups; i++)
        igmpq_start(sim, &sim->node[i]);
    sim_run_until(sim, AT_S(300) + sim_random(sim, 60000000));
    assert_int_equal(queriers(sim, 0, &querier), 1);
    assert_int_equal(querier, 0); /* the lower addresses keep still */
    assert_int_equal(words_of_others(sim, 0), 0);

    instant last = sim->node[0].igmpq.last_general;
    instant takeover = take_over(sim, 0, &words);
    assert_within(takeover - last, AT_S(255), AT_S(255) + stagger + ARRIVAL);
    assert_int_equal(queriers(sim, 0, &querier), 1);
    expect_silence(sim, querier, 900 * SECONDS);
    finish(sim);
    return words;
}

/* Q-65 with Q-75: backups that share a deadline send at most one query more each and are settled
 * within a second; with a stagger of ten seconds hardly ever one. */
static void test_backups(void **state)
{
    (void)state;
    unsigned extra = 0, staggered_extra = 0;

    for (unsigned seed = 1; seed <= 400; seed++) {
        extra += backup_failover(seed, 0) - 1;
        staggered_extra += backup_failover(seed, 10 * SECONDS) - 1;
    }
    assert_true(extra > 100); /* it does happen: the test looks at something */
    assert_true(staggered_extra < 10);
}

/* the same seed tells the same story. */
static void test_q149_repeatable(void **state)
{
    (void)state;
    struct weather bad = doubling;
    struct params params = profile_60(PROFILE_DEFAULT, 2);
    struct sim *sim[2];

    bad.loss_percent = 20;
    for (unsigned i = 0; i < 2; i++) {
        sim[i] = start_lan(4711, bad, 5, &params);
        sim_run_until(sim[i], AT_S(5000));
    }
    assert_true(words_of_others(sim[0], NOBODY) > 80);
    for (unsigned i = 0; i < sim[0]->node_count; i++) {
        assert_int_equal(sim[0]->node[i].igmpq.generals, sim[1]->node[i].igmpq.generals);
        assert_true(sim[0]->node[i].igmpq.trace == sim[1]->node[i].igmpq.trace);
    }
    sim_free(sim[0]);
    sim_free(sim[1]);
}

/* ---- a day of a network where everything happens ---- */

#define DAY_NODES 5 /* and behind them a host, through which a hundred speak */

/* A hundred hosts join or leave at once. */
static void storm(struct sim *sim)
{
    bool is_leave = sim_random(sim, 2) == 1;
    for (unsigned i = 0; i < 100; i++) {
        struct address host = address_of(10, 0, 0, (uint8_t)(1 + sim_random(sim, 254)));
        struct address group = address_of(239, 1, 1, (uint8_t)sim_random(sim, 64));
        cable_send(sim, &sim->node[DAY_NODES],
                   wire_report((struct mac){{2, 0, 0, 0, 2, 1}}, host, 2, is_leave, group));
    }
}

static void change_settings(struct sim *sim, struct node *node)
{
    static const duration intervals[] = {30 * SECONDS, 60 * SECONDS, 125 * SECONDS};
    struct params params = params_default(PROFILE_DEFAULT);
    params.query_interval = intervals[sim_random(sim, 3)];
    params.version = 1 + sim_random(sim, 3);
    params.takeover_burst = sim_random(sim, 2) == 1;
    if (sim_random(sim, 8) == 0)
        params.mode = MODE_PASSIVE;
    igmpq_configure(sim, node, &params);
}

static void something_happens(struct sim *sim)
{
    struct node *node = &sim->node[sim_random(sim, DAY_NODES)];

    switch (sim_random(sim, 6)) {
    case 0:
        if (node->is_alive)
            igmpq_kill(sim, node);
        else
            igmpq_start(sim, node);
        break;
    case 1:
        if (node->is_alive)
            igmpq_link(sim, node, !node->has_link);
        break;
    case 2:
        if (node->is_alive)
            igmpq_address(sim, node, random_address(sim));
        break;
    case 3:
        if (node->is_alive)
            change_settings(sim, node);
        break;
    default: storm(sim); break;
    }
}

/* When all must be settled if nothing more happens: a newcomer has heard the querier's next query,
 * and every timer that waits for a dead one has run out. */
static instant settled_at(const struct sim *sim)
{
    instant at = sim->now + 126 * SECONDS;
    for (unsigned i = 0; i < DAY_NODES; i++) {
        if (!igmpq_may_query(&sim->node[i]))
            continue;
        instant expires = segment_of(sim, i)->other_expires;
        if (expires != INSTANT_NEVER && expires > at)
            at = expires;
    }
    return at + SECONDS;
}

/* Until `end` only this node speaks, and never pauses for longer than its query interval. Looked at
 * so often that each query is seen. */
static void expect_cadence(struct sim *sim, const struct node *node, instant end, unsigned seed)
{
    instant last = sim->now, said = node->igmpq.last_general;
    uint64_t before = words_of_others(sim, node->id);

    while (sim->now < end) {
        sim_run_until(sim, instant_earlier(sim->now + 4 * SECONDS, end));
        bool has_spoken = node->igmpq.last_general != said;
        instant until = has_spoken ? node->igmpq.last_general : sim->now;
        if (until - last > node->igmpq.params.query_interval)
            fail_msg("seed %u: node %u paused for %lld us until %lld us", seed, node->id,
                     (long long)(until - last), (long long)until);
        if (has_spoken)
            last = said = until;
    }
    assert_int_equal(words_of_others(sim, node->id), before);
}

/* 24 hours of links, addresses, settings and members that come and go. Whenever it has been calm
 * for the longest that a takeover may take, one node queries, the right one, at its interval. */
static void test_a_day(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 20; seed++) {
        struct params params = params_default(PROFILE_DEFAULT);
        struct sim *sim = start_lan(seed, doubling, DAY_NODES, &params);
        unsigned calms = 0;
        host_add(sim, 2, random_address(sim), 0, SIM_NONE, 1);
        while (sim->now < AT_S(24 * 3600)) {
            something_happens(sim);
            instant next = sim->now + (1 + sim_random(sim, 1200)) * SECONDS;
            instant settled = settled_at(sim);
            if (next <= settled || lowest_on(sim, 0) == NOBODY) {
                sim_run_until(sim, next);
                continue;
            }
            sim_run_until(sim, settled);
            expect_lowest(sim, 0, seed);
            expect_cadence(sim, &sim->node[lowest_on(sim, 0)], next, seed);
            expect_lowest(sim, 0, seed);
            calms++;
        }
        assert_true(calms > 50);
        pass(sim, 3600 * SECONDS);
        for (unsigned i = 0; i < DAY_NODES; i++) /* members are forgotten in time */
            if (sim->node[i].is_alive)
                assert_int_equal(segment_of(sim, i)->membership.group_count, 0);
        /* the pace is that of settings which come and go: see expect_cadence() */
        assert_int_equal(sim->report->violations[INVARIANT_WIRE], 0);
        sim_free(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_querier_the_lowest),
        cmocka_unit_test(test_never_two_after_an_interval),
        cmocka_unit_test(test_failover),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_partition),
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_backups),
        cmocka_unit_test(test_q149_repeatable),
        cmocka_unit_test(test_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
