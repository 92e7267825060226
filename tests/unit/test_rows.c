/* SPDX-License-Identifier: MIT */
/* Section 4 of the conformance list row by row: each event in each role, as profile rfc9776 and as
 * profile rfc2236, where they differ and where they do not. */
#include "fixture.h"
#include "wire.h"

/* What follows, as far as role, timers and queries go. */
enum reaction {
    NOTHING,  /* role and both timers as they were, no query */
    BEATEN,   /* non-querier, the other querier present timer (re)started, no query */
    RESTART,  /* querier, a query at once, the next after the startup interval */
    TAKEOVER, /* querier, a query at once, the next after the plain interval */
    PERIODIC, /* a query at once, the next after the plain interval */
    STOP      /* down, no timer */
};

#define NOW AT_S(200) /* when it happens, but for timers */

/* ---- events ---- */

static void link_up(struct fixture *f)
{
    fixture_link_up(f, NOW, (struct prefix){FIXTURE_OWN, 24});
}

static void link_down(struct fixture *f)
{
    fixture_link_down(f, NOW);
}

static void address_lost(struct fixture *f)
{
    fixture_link_up(f, NOW, (struct prefix){ADDRESS_NONE, 0});
}

static void address_changed(struct fixture *f)
{
    fixture_link_up(f, NOW, (struct prefix){FIXTURE_H2, 24});
}

static void lower_general(struct fixture *f)
{
    fixture_hear_general(f, NOW, FIXTURE_L, 2);
}

static void higher_general(struct fixture *f)
{
    fixture_hear_general(f, NOW, FIXTURE_H, 2);
}

static void lower_specific(struct fixture *f)
{
    struct igmp_query query = fixture_specific(2, FIXTURE_G);
    fixture_hear_query(f, NOW, FIXTURE_L, &query);
}

static void higher_specific(struct fixture *f)
{
    struct igmp_query query = fixture_specific(2, FIXTURE_G);
    fixture_hear_query(f, NOW, FIXTURE_H, &query);
}

static void hear_inside(struct fixture *f, const struct outside *outside)
{
    struct igmp_query query = fixture_general(2);
    fixture_hear_inside(f, NOW, outside, &query);
}

static void own_looped(struct fixture *f)
{
    struct outside outside = fixture_outside(FIXTURE_OWN, ADDRESS_ALL_HOSTS);
    hear_inside(f, &outside);
}

static void own_other_mac(struct fixture *f)
{
    struct outside outside = fixture_outside(FIXTURE_OWN, ADDRESS_ALL_HOSTS);
    outside.source_mac = fixture_mac(FIXTURE_L);
    hear_inside(f, &outside);
}

static void proxy_general(struct fixture *f)
{
    struct outside outside = fixture_outside(ADDRESS_NONE, ADDRESS_ALL_HOSTS);
    outside.source_mac = fixture_mac(FIXTURE_L);
    hear_inside(f, &outside);
}

static void off_subnet(struct fixture *f)
{
    fixture_hear_general(f, NOW, address_of(10, 9, 9, 9), 2);
}

static void lower_unicast(struct fixture *f)
{
    struct outside outside = fixture_outside(FIXTURE_L, FIXTURE_OWN);
    hear_inside(f, &outside);
}

static void lower_ttl_64(struct fixture *f)
{
    struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    outside.ttl = 64;
    hear_inside(f, &outside);
}

static void lower_nine_octets(struct fixture *f)
{
    struct outside outside = fixture_outside(FIXTURE_L, ADDRESS_ALL_HOSTS);
    uint8_t igmp[9] = {0x11, 100};
    wire_seal_igmp(igmp, sizeof igmp);
    fixture_hear_igmp(f, NOW, &outside, igmp, sizeof igmp);
}

/* A leave half a second before, so that last member queries are under way. */
static void lower_general_while_checking(struct fixture *f)
{
    fixture_hear_report(f, NOW - AT_S(2), FIXTURE_H1, IGMP_KIND_V2_REPORT, FIXTURE_G);
    fixture_hear_report(f, NOW - AT_MS(500), FIXTURE_H1, IGMP_KIND_V2_LEAVE, FIXTURE_G);
    fixture_advance(f, NOW);
    fixture_forget_log(f);
    lower_general(f);
}

/* To the time of the next timer, and what is due then. */
static void timer_expires(struct fixture *f)
{
    instant due = engine_deadline(f->engine);
    if (due != INSTANT_NEVER)
        fixture_run_until(f, due);
}

/* ---- rows ---- */

static const struct {
    const char *name;
    void (*happens)(struct fixture *f);
    enum reaction rfc9776[ROLE_COUNT]; /* as it was: down, querier, non-querier */
    enum reaction rfc2236[ROLE_COUNT];
} rows[] = {
    {"address and link up (Q-53)",
     link_up,
     {RESTART, NOTHING, NOTHING},
     {RESTART, NOTHING, NOTHING}},
    {"timer expires (Q-56, Q-58, Q-85)",
     timer_expires,
     {NOTHING, PERIODIC, TAKEOVER},
     {NOTHING, PERIODIC, TAKEOVER}},
    {"lower general query (Q-54, Q-57)",
     lower_general,
     {NOTHING, BEATEN, BEATEN},
     {NOTHING, BEATEN, BEATEN}},
    {"higher general query (Q-55)",
     higher_general,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, NOTHING, NOTHING}},
    {"lower specific query (Q-61)",
     lower_specific,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, BEATEN, BEATEN}},
    {"higher specific query (Q-55)",
     higher_specific,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, NOTHING, NOTHING}},
    {"own address, same MAC (Q-63)",
     own_looped,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, NOTHING, NOTHING}},
    {"own address, other MAC (Q-62)",
     own_other_mac,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, NOTHING, NOTHING}},
    {"from 0.0.0.0 (Q-46)",
     proxy_general,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, NOTHING, NOTHING}},
    {"off-subnet (Q-49)", off_subnet, {NOTHING, NOTHING, NOTHING}, {NOTHING, NOTHING, NOTHING}},
    {"lower, to our unicast address (Q-39)",
     lower_unicast,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, NOTHING, NOTHING}},
    {"lower, TTL 64 (Q-40)", lower_ttl_64, {NOTHING, NOTHING, NOTHING}, {NOTHING, BEATEN, BEATEN}},
    {"lower, 9 octets (Q-30)",
     lower_nine_octets,
     {NOTHING, NOTHING, NOTHING},
     {NOTHING, BEATEN, BEATEN}},
    {"lower general query while checking (Q-66)",
     lower_general_while_checking,
     {NOTHING, BEATEN, BEATEN},
     {NOTHING, NOTHING, BEATEN}},
    {"own address changes",
     address_changed,
     {RESTART, RESTART, RESTART},
     {RESTART, RESTART, RESTART}},
    {"link down", link_down, {NOTHING, STOP, STOP}, {NOTHING, STOP, STOP}},
    {"address lost (Q-52)", address_lost, {NOTHING, STOP, STOP}, {NOTHING, STOP, STOP}},
};

/* At 200 s, in this role: a querier since 0, or a non-querier since the lower one's query at 100.
 */
static struct fixture *in_role(enum profile profile, enum role role)
{
    struct params params = params_default(profile);
    struct fixture *f = fixture_create(&params);

    if (role != ROLE_DOWN)
        fixture_link_up(f, 0, (struct prefix){FIXTURE_OWN, 24});
    if (role == ROLE_NON_QUERIER)
        fixture_hear_general(f, AT_S(100), FIXTURE_L, 2);
    fixture_run_until(f, NOW - AT_S(3));
    fixture_forget_log(f);
    EXPECT_ROLE(f, role);
    return f;
}

static void check(const char *name, enum profile profile, enum role role,
                  void (*happens)(struct fixture *f), enum reaction expected)
{
    struct fixture *f = in_role(profile, role);
    const struct segment *segment = fixture_segment(f);
    instant next_query = segment->next_query, other_expires = segment->other_expires;
    size_t queries = 0;

    happens(f);
    fixture_run_until(f, f->now);
    enum role now_role = role;
    switch (expected) {
    case NOTHING: break;
    case BEATEN:
        now_role = ROLE_NON_QUERIER;
        next_query = INSTANT_NEVER;
        other_expires = f->now + AT_S(255);
        break;
    case RESTART:
        now_role = ROLE_QUERIER;
        next_query = f->now + AT_MS(31250);
        other_expires = INSTANT_NEVER;
        queries = 1;
        break;
    case TAKEOVER:
    case PERIODIC:
        now_role = ROLE_QUERIER;
        next_query = f->now + AT_S(125);
        other_expires = INSTANT_NEVER;
        queries = 1;
        break;
    case STOP:
        now_role = ROLE_DOWN;
        next_query = other_expires = INSTANT_NEVER;
        break;
    }
    if (segment->role != now_role || segment->next_query != next_query ||
        segment->other_expires != other_expires || f->sent_count != queries)
        fail_msg("%s, %s as %s: %s, next query %lld, other expires %lld, %zu queries", name,
                 profile_name(profile), role_name(role), role_name(segment->role),
                 (long long)segment->next_query, (long long)segment->other_expires, f->sent_count);
    if (queries == 1)
        assert_int_equal(f->sent[0].reason, expected == TAKEOVER   ? QUERY_TAKEOVER
                                            : expected == PERIODIC ? QUERY_PERIODIC
                                                                   : QUERY_STARTUP);
    fixture_free(f);
}

static void test_every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int role = 0; role < ROLE_COUNT; role++) {
            check(rows[i].name, PROFILE_RFC9776, (enum role)role, rows[i].happens,
                  rows[i].rfc9776[role]);
            check(rows[i].name, PROFILE_RFC2236, (enum role)role, rows[i].happens,
                  rows[i].rfc2236[role]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
