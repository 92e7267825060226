/* SPDX-License-Identifier: MIT */
/* Unit tests of one group: the twelve rows of RFC 9776 section 6.4, each for some and all
 * of them for every constellation of four sources, and what owes which query. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "igmpq/group.h"
#include "wire.h"

/* Sources are bits: a is 10.0.0.1, b .2, c .3 and d .4. */
enum { NONE = 0, A = 1, B = 2, C = 4, D = 8, SOURCES = 4 };

#define NOW         (100 * SECONDS)
#define GROUP_TIMER (150 * SECONDS) /* runs out then, before the record */
#define RENEWED     (370 * SECONDS) /* NOW + GMI */
#define PLENTY      1000u

static const struct group_timers as_querier = {
    .version = 3,
    .is_querier = true,
    .membership = 270 * SECONDS,
    .older_host_present = 260 * SECONDS,
    .last_member_interval = 1 * SECONDS,
    .last_member_count = 2,
};

/** When the timer of a source that runs before the record ends: each at another time. */
static instant own_timer(unsigned index)
{
    return NOW + (30 + (instant)index) * SECONDS;
}

static struct address source_of(unsigned index)
{
    return address_of(10, 0, 0, (uint8_t)(1 + index));
}

static unsigned list_of(unsigned set, struct address *out)
{
    unsigned count = 0;
    for (unsigned i = 0; i < SOURCES; i++)
        if (set & 1u << i)
            out[count++] = source_of(i);
    return count;
}

static struct group new_group(enum filter_mode mode)
{
    return (struct group){
        .address = address_of(239, 1, 2, 3),
        .mode = mode,
        .expires = mode == FILTER_EXCLUDE ? GROUP_TIMER : NOW,
        .last_query = INSTANT_NEVER,
        .checking_until = INSTANT_NEVER,
        .sources_query_at = INSTANT_NEVER,
        .turn = INSTANT_NEVER,
        .sources_turn = INSTANT_NEVER,
        .sources_repeat_at = INSTANT_NEVER,
        .sources_end = INSTANT_NEVER,
        .is_announced = true,
    };
}

/** INCLUDE (running), or EXCLUDE (running, stopped). */
static struct group group_with(enum filter_mode mode, unsigned running, unsigned stopped)
{
    struct group group = new_group(mode);

    group.source_capacity = SOURCES;
    group.sources = calloc(SOURCES, sizeof *group.sources);
    assert_non_null(group.sources);
    for (unsigned i = 0; i < SOURCES; i++)
        if ((running | stopped) & 1u << i)
            group.sources[group.source_count++] = (struct source){
                .address = source_of(i),
                .expires = running & 1u << i ? own_timer(i) : NOW - 1,
            };
    for (unsigned i = 0; i < group.source_count; i++)
        group.sources_end = instant_earlier(group.sources_end, group.sources[i].expires);
    return group;
}

static unsigned apply(struct group *group, enum igmp_record_type type, unsigned set,
                      const struct group_timers *timers, unsigned *budget)
{
    struct address list[SOURCES];
    unsigned count = list_of(set, list);
    return group_record(group, NOW, type, list, count, timers, budget);
}

/** A row of the tables: what is there, what comes, what is then to be. */
struct row {
    const char *name;
    enum filter_mode mode;
    unsigned running, stopped; /* INCLUDE's A; EXCLUDE's X and Y */
    enum igmp_record_type type;
    unsigned list;

    enum filter_mode then;
    unsigned then_running, then_stopped;
    unsigned renewed;     /* (..)=GMI */
    unsigned group_timed; /* (..)=group timer */
    unsigned asked;       /* Q(G,..) */
    bool asks_group;      /* Q(G) */
    bool renews_group;    /* group timer=GMI */
};

static const struct row rows[] = {
    {"INC(a,b) IS_IN(b,c)", FILTER_INCLUDE, A | B, NONE, IGMP_RECORD_IS_IN, B | C, /* -> */
     FILTER_INCLUDE, A | B | C, NONE, B | C, NONE, NONE, false, false},
    {"INC(a,b) IS_EX(b,c)", FILTER_INCLUDE, A | B, NONE, IGMP_RECORD_IS_EX, B | C, /* -> */
     FILTER_EXCLUDE, B, C, NONE, NONE, NONE, false, true},
    {"EXC(a;b) IS_IN(b,c)", FILTER_EXCLUDE, A, B, IGMP_RECORD_IS_IN, B | C, /* -> */
     FILTER_EXCLUDE, A | B | C, NONE, B | C, NONE, NONE, false, false},
    {"EXC(a,d;b) IS_EX(b,c,d)", FILTER_EXCLUDE, A | D, B, IGMP_RECORD_IS_EX, B | C | D, /* -> */
     FILTER_EXCLUDE, C | D, B, C, NONE, NONE, false, true},
    {"INC(a,b) ALLOW(b,c)", FILTER_INCLUDE, A | B, NONE, IGMP_RECORD_ALLOW, B | C, /* -> */
     FILTER_INCLUDE, A | B | C, NONE, B | C, NONE, NONE, false, false},
    {"INC(a,b) BLOCK(b,c)", FILTER_INCLUDE, A | B, NONE, IGMP_RECORD_BLOCK, B | C, /* -> */
     FILTER_INCLUDE, A | B, NONE, NONE, NONE, B, false, false},
    {"INC(a,b) TO_EX(b,c)", FILTER_INCLUDE, A | B, NONE, IGMP_RECORD_TO_EX, B | C, /* -> */
     FILTER_EXCLUDE, B, C, NONE, NONE, B, false, true},
    {"INC(a,b) TO_IN(b,c)", FILTER_INCLUDE, A | B, NONE, IGMP_RECORD_TO_IN, B | C, /* -> */
     FILTER_INCLUDE, A | B | C, NONE, B | C, NONE, A, false, false},
    {"EXC(a;b) ALLOW(b,c)", FILTER_EXCLUDE, A, B, IGMP_RECORD_ALLOW, B | C, /* -> */
     FILTER_EXCLUDE, A | B | C, NONE, B | C, NONE, NONE, false, false},
    {"EXC(a,d;b) BLOCK(b,c,d)", FILTER_EXCLUDE, A | D, B, IGMP_RECORD_BLOCK, B | C | D, /* -> */
     FILTER_EXCLUDE, A | C | D, B, NONE, C, C | D, false, false},
    {"EXC(a,d;b) TO_EX(b,c,d)", FILTER_EXCLUDE, A | D, B, IGMP_RECORD_TO_EX, B | C | D, /* -> */
     FILTER_EXCLUDE, C | D, B, NONE, C, C | D, false, true},
    {"EXC(a,d;b) TO_IN(b,d)", FILTER_EXCLUDE, A | D, B, IGMP_RECORD_TO_IN, B | D, /* -> */
     FILTER_EXCLUDE, A | B | D, NONE, B | D, NONE, A, true, false},
};

#define ROWS (sizeof rows / sizeof rows[0])

#define EXPECT(row, condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: not %s", (row)->name, #condition);                                       \
    } while (0)

/** One source after the record. */
static void check_source(const struct row *row, const struct group *group, unsigned index)
{
    unsigned bit = 1u << index;
    const struct source *source = group_source(group, source_of(index));

    EXPECT(row, (source != NULL) == (((row->then_running | row->then_stopped) & bit) != 0));
    if (!source)
        return;
    EXPECT(row, (source->expires > NOW) == ((row->then_running & bit) != 0));
    if (row->renewed & bit)
        EXPECT(row, source->expires == RENEWED);
    else if (row->group_timed & bit)
        EXPECT(row, source->expires == GROUP_TIMER);
    else if (row->then_running & bit)
        EXPECT(row, source->expires == own_timer(index));
    EXPECT(row, source->queries_left == (row->asked & bit ? as_querier.last_member_count : 0));
}

static void check_row(const struct row *row)
{
    struct group group = group_with(row->mode, row->running, row->stopped);
    unsigned before = group.source_count, budget = PLENTY;

    unsigned no_room = apply(&group, row->type, row->list, &as_querier, &budget);
    EXPECT(row, no_room == 0);
    EXPECT(row, group.mode == row->then);
    for (unsigned i = 0; i < SOURCES; i++)
        check_source(row, &group, i);
    EXPECT(row, budget + group.source_count == PLENTY + before);
    EXPECT(row, (group.sources_query_at == NOW) == (row->asked != NONE));
    EXPECT(row, group.queries_left == (row->asks_group ? as_querier.last_member_count : 0));
    if (row->asks_group)
        EXPECT(row, group.query_at == NOW);
    EXPECT(row, group_deadline_bound(&group) <= group_deadline(&group));
    if (row->then == FILTER_EXCLUDE)
        EXPECT(row, group.expires == (row->renews_group ? RENEWED : GROUP_TIMER));
    free(group.sources);
}

static void test_twelve_rows_q102(void **state)
{
    (void)state;
    assert_int_equal(ROWS, 12);
    for (size_t i = 0; i < ROWS; i++)
        check_row(&rows[i]);
}

/** Table 8 and 9 as sets, as the RFC prints them: the other way to say what group.c says source by
 * source. */
static void expect_include(struct row *row)
{
    unsigned have = row->running, list = row->list;

    row->then = FILTER_INCLUDE;
    row->then_running = have;
    switch (row->type) {
    case IGMP_RECORD_IS_IN:
    case IGMP_RECORD_ALLOW:
        row->then_running = have | list;
        row->renewed = list;
        break;
    case IGMP_RECORD_BLOCK: row->asked = have & list; break;
    case IGMP_RECORD_TO_IN:
        row->then_running = have | list;
        row->renewed = list;
        row->asked = have & ~list;
        break;
    case IGMP_RECORD_IS_EX:
    case IGMP_RECORD_TO_EX:
        row->then = FILTER_EXCLUDE;
        row->then_running = have & list;
        row->then_stopped = list & ~have;
        row->asked = row->type == IGMP_RECORD_TO_EX ? have & list : NONE;
        row->renews_group = true;
        break;
    }
}

static void expect_exclude(struct row *row)
{
    unsigned x = row->running, y = row->stopped, list = row->list;

    row->then = FILTER_EXCLUDE;
    switch (row->type) {
    case IGMP_RECORD_IS_IN:
    case IGMP_RECORD_ALLOW:
    case IGMP_RECORD_TO_IN:
        row->then_running = x | list;
        row->then_stopped = y & ~list;
        row->renewed = list;
        if (row->type == IGMP_RECORD_TO_IN) {
            row->asked = x & ~list;
            row->asks_group = true;
        }
        break;
    case IGMP_RECORD_BLOCK:
        row->then_running = x | (list & ~y);
        row->then_stopped = y;
        row->group_timed = list & ~x & ~y;
        row->asked = list & ~y;
        break;
    case IGMP_RECORD_IS_EX:
        row->then_running = list & ~y;
        row->then_stopped = y & list;
        row->renewed = list & ~x & ~y;
        row->renews_group = true;
        break;
    case IGMP_RECORD_TO_EX:
        row->then_running = list & ~y;
        row->then_stopped = y & list;
        row->group_timed = list & ~x & ~y;
        row->asked = list & ~y;
        row->renews_group = true;
        break;
    }
}

/* Every state that four sources can be in, every list, every type: 9,312 constellations. */
static void test_every_constellation_q102(void **state)
{
    char name[64];
    unsigned constellations = 0;

    (void)state;
    for (unsigned mode = FILTER_INCLUDE; mode <= FILTER_EXCLUDE; mode++)
        for (unsigned running = 0; running < 16; running++)
            for (unsigned stopped = 0; stopped < 16; stopped++) {
                if (running & stopped || (mode == FILTER_INCLUDE && stopped))
                    continue;
                for (unsigned list = 0; list < 16; list++)
                    for (unsigned type = IGMP_RECORD_IS_IN; type <= IGMP_RECORD_BLOCK; type++) {
                        struct row row = {.name = name,
                                          .mode = (enum filter_mode)mode,
                                          .running = running,
                                          .stopped = stopped,
                                          .type = (enum igmp_record_type)type,
                                          .list = list};
                        snprintf(name, sizeof name, "%s(%u;%u) type %u (%u)",
                                 filter_mode_name(row.mode), running, stopped, type, list);
                        if (row.mode == FILTER_INCLUDE)
                            expect_include(&row);
                        else
                            expect_exclude(&row);
                        check_row(&row);
                        constellations++;
                    }
            }
    assert_int_equal(constellations, (16 + 81) * 16 * 6);
}

/* IS_IN, IS_EX and ALLOW say what is wanted; nobody is asked because of them. */
static void test_current_state_asks_nothing_q102(void **state)
{
    const enum igmp_record_type types[] = {IGMP_RECORD_IS_IN, IGMP_RECORD_IS_EX, IGMP_RECORD_ALLOW};
    (void)state;
    for (size_t t = 0; t < 3; t++)
        for (unsigned list = 0; list < 16; list++) {
            struct group group = group_with(FILTER_EXCLUDE, A | B, C);
            unsigned budget = PLENTY;
            apply(&group, types[t], list, &as_querier, &budget);
            assert_int_equal(group.queries_left, 0);
            assert_true(group.sources_query_at == INSTANT_NEVER);
            free(group.sources);
        }
}

/* Who is not the querier, or speaks a version that cannot ask, owes nothing. */
static void test_who_owes_queries_q67_q77(void **state)
{
    struct {
        bool is_querier;
        unsigned version;
        bool owes_group, owes_sources;
    } cases[] = {
        {false, 3, false, false}, {false, 2, false, false}, {true, 1, false, false},
        {true, 2, true, false},   {true, 3, true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct group group = group_with(FILTER_EXCLUDE, A | B, NONE);
        struct group_timers timers = as_querier;
        unsigned budget = PLENTY;
        timers.is_querier = cases[i].is_querier;
        timers.version = cases[i].version;
        apply(&group, IGMP_RECORD_TO_IN, A, &timers, &budget);
        assert_int_equal(group.queries_left > 0, cases[i].owes_group);
        assert_int_equal(group.sources_query_at != INSTANT_NEVER, cases[i].owes_sources);
        assert_int_equal(group_is_checking(&group, NOW),
                         cases[i].owes_group || cases[i].owes_sources);
        free(group.sources);
    }
}

/* Section 6.6.3.2: asked about are sources whose timer is larger than LMQT; the others are over
 * soon anyway. */
static void test_sources_that_are_over_soon_are_not_asked_q104(void **state)
{
    (void)state;
    struct group group = group_with(FILTER_INCLUDE, A | B, NONE);
    unsigned budget = PLENTY;

    group.sources[0].expires = NOW + 2 * SECONDS;
    group.sources[1].expires = NOW + 2 * SECONDS + 1;
    apply(&group, IGMP_RECORD_BLOCK, A | B, &as_querier, &budget);
    assert_int_equal(group.sources[0].queries_left, 0);
    assert_int_equal(group.sources[1].queries_left, 2);
    free(group.sources);
}

/* what asks already is not asked more often; Q-103: but an answer makes the next leave
 * count. */
static void test_leave_while_asking_q101_q103(void **state)
{
    (void)state;
    struct group group = group_with(FILTER_EXCLUDE, NONE, NONE);
    unsigned budget = PLENTY;

    apply(&group, IGMP_RECORD_TO_IN, NONE, &as_querier, &budget);
    assert_int_equal(group.queries_left, 2);
    /* As the first query does. */
    group_lower(&group, NOW + 2 * SECONDS);
    group.is_lowered = true;
    group.checking_until = group.expires;
    group.queries_left = 1;
    group.last_query = NOW;
    group.query_at = NOW + SECONDS;

    apply(&group, IGMP_RECORD_TO_IN, NONE, &as_querier, &budget);
    assert_int_equal(group.queries_left, 1); /* nobody has answered: nothing more */

    apply(&group, IGMP_RECORD_IS_EX, NONE, &as_querier, &budget);
    apply(&group, IGMP_RECORD_TO_IN, NONE, &as_querier, &budget);
    assert_int_equal(group.queries_left, 2); /* asked anew, but not before its time */
    assert_false(group.is_lowered);
    assert_true(group.query_at == NOW + SECONDS);

    apply(&group, IGMP_RECORD_IS_EX, NONE, &as_querier, &budget);
    group_stop_queries(&group);
    apply(&group, IGMP_RECORD_TO_IN, NONE, &as_querier, &budget);
    assert_int_equal(group.queries_left, 2);
    assert_true(group.query_at == NOW + SECONDS); /* a last member interval after the last */
    free(group.sources);
}

/* down, never up. */
static void test_lower_never_raises_q99_q100(void **state)
{
    (void)state;
    struct group group = group_with(FILTER_EXCLUDE, A, B);

    group_lower(&group, GROUP_TIMER + 1);
    assert_true(group.expires == GROUP_TIMER);
    group_lower(&group, NOW + 2 * SECONDS);
    assert_true(group.expires == NOW + 2 * SECONDS);

    group_lower_source(&group, NOW, source_of(0), own_timer(0) + 1);
    assert_true(group_source(&group, source_of(0))->expires == own_timer(0));
    group_lower_source(&group, NOW, source_of(0), NOW + 1);
    assert_true(group_source(&group, source_of(0))->expires == NOW + 1);
    /* A blocked source stays so; one that is not there does not come. */
    group_lower_source(&group, NOW, source_of(1), NOW - 2);
    assert_true(group_source(&group, source_of(1))->expires == NOW - 1);
    group_lower_source(&group, NOW, source_of(2), NOW + 1);
    assert_null(group_source(&group, source_of(2)));
    free(group.sources);

    group = group_with(FILTER_INCLUDE, A, NONE); /* no group timer there */
    group_lower(&group, NOW - 1);
    assert_true(group.expires == NOW);
    free(group.sources);
}

/* mode exclude falls back to the sources whose timers run, and the group is gone without
 * any. */
static void test_group_timer_runs_out_q107(void **state)
{
    unsigned budget = 0;

    (void)state;
    struct group group = group_with(FILTER_EXCLUDE, A | C, B);
    group.expires = NOW + 1;
    group.queries_left = 1;
    assert_true(group_expire(&group, NOW, &budget));
    assert_int_equal(group.mode, FILTER_EXCLUDE);
    assert_int_equal(group.source_count, 3);
    group.expires = NOW;
    assert_true(group_expire(&group, NOW, &budget));
    assert_int_equal(group.mode, FILTER_INCLUDE);
    assert_int_equal(group.source_count, 2);
    assert_non_null(group_source(&group, source_of(0)));
    assert_null(group_source(&group, source_of(1)));
    assert_non_null(group_source(&group, source_of(2)));
    assert_int_equal(group.queries_left, 0);
    assert_int_equal(budget, 1);
    assert_true(group_deadline(&group) == own_timer(0));
    assert_true(group_expire(&group, own_timer(0), &budget));
    assert_int_equal(group.source_count, 1);
    assert_false(group_expire(&group, own_timer(2), &budget));
    assert_int_equal(budget, 3);
    free(group.sources);

    group = group_with(FILTER_EXCLUDE, NONE, A | B);
    group.expires = NOW;
    assert_false(group_expire(&group, NOW, &budget));
    assert_int_equal(budget, 5);
    free(group.sources);
}

static void test_deadline(void **state)
{
    (void)state;
    struct group group = group_with(FILTER_EXCLUDE, A | B, NONE);
    assert_true(group_deadline(&group) == GROUP_TIMER); /* sources just stop: nothing to do */
    group.queries_left = 1;
    group.query_at = NOW + 3;
    assert_true(group_deadline(&group) == NOW + 3);
    group.sources_query_at = NOW + 2;
    assert_true(group_deadline(&group) == NOW + 2);
    group.is_announced = false;
    group.since = NOW - 1;
    assert_true(group_deadline(&group) == NOW - 1);
    free(group.sources);

    group = group_with(FILTER_INCLUDE, B | C, NONE);
    assert_true(group_deadline(&group) == own_timer(1));
    /* The bound follows what comes earlier, and is exact again after a look at all. */
    group_lower_source(&group, NOW, source_of(2), NOW + 5);
    assert_true(group_deadline_bound(&group) == NOW + 5);
    unsigned budget = PLENTY;
    apply(&group, IGMP_RECORD_ALLOW, C, &as_querier, &budget);
    assert_true(group_deadline(&group) == own_timer(1));
    assert_true(group_deadline_bound(&group) == NOW + 5);
    assert_true(group_expire(&group, NOW, &budget));
    assert_true(group_deadline_bound(&group) == own_timer(1));
    free(group.sources);
    group = group_with(FILTER_INCLUDE, NONE, NONE); /* nothing left: at once */
    group.last_report = NOW;
    assert_true(group_deadline(&group) == NOW);
    free(group.sources);
}

/* The oldest host counts. */
static void test_compatibility_q108(void **state)
{
    (void)state;
    struct group group = new_group(FILTER_EXCLUDE);
    assert_int_equal(group_compatibility(&group, NOW), 3);
    group.v2_host_until = NOW + 2;
    assert_int_equal(group_compatibility(&group, NOW), 2);
    group.v1_host_until = NOW + 1;
    assert_int_equal(group_compatibility(&group, NOW), 1);
    assert_int_equal(group_compatibility(&group, NOW + 1), 2);
    assert_int_equal(group_compatibility(&group, NOW + 2), 3);
}

/* a full table refuses what is new, counts it, and keeps what is there. */
static void test_source_budget_q101(void **state)
{
    (void)state;
    struct group group = group_with(FILTER_INCLUDE, B, NONE);
    unsigned budget = 1;

    assert_int_equal(apply(&group, IGMP_RECORD_ALLOW, A | B | C | D, &as_querier, &budget), 2);
    assert_int_equal(budget, 0);
    assert_int_equal(group.source_count, 2);
    assert_non_null(group_source(&group, source_of(0))); /* the lowest that is new */
    assert_true(group_source(&group, source_of(1))->expires == RENEWED); /* the known: as ever */
    assert_int_equal(apply(&group, IGMP_RECORD_ALLOW, A | B, &as_querier, &budget), 0);
    free(group.sources);

    /* What the same record frees is room: IS_EX drops a and b, and brings c and d. */
    group = group_with(FILTER_EXCLUDE, A, B);
    budget = 0;
    assert_int_equal(apply(&group, IGMP_RECORD_IS_EX, C | D, &as_querier, &budget), 0);
    assert_int_equal(budget, 0);
    assert_int_equal(group.source_count, 2);
    assert_non_null(group_source(&group, source_of(3)));
    free(group.sources);

    /* BLOCK in mode include brings nothing: nothing is refused. */
    group = group_with(FILTER_INCLUDE, A, NONE);
    assert_int_equal(apply(&group, IGMP_RECORD_BLOCK, A | B | C, &as_querier, &budget), 0);
    assert_int_equal(group.source_count, 1);
    free(group.sources);
}

/* what a record costs. What leaves unlisted sources alone is looked up; a new source costs
 * the room that is made for it. */
static void test_record_cost_q101(void **state)
{
    enum { KNOWN = 1000 };
    struct group group = new_group(FILTER_INCLUDE);
    struct address list[KNOWN];
    unsigned budget = KNOWN;

    (void)state;
    for (unsigned i = 0; i < KNOWN; i++)
        list[i] = address_of(10, 1, (uint8_t)(i >> 8), (uint8_t)i);
    assert_int_equal(group_record_cost(&group, IGMP_RECORD_TO_EX, list, KNOWN), 0);
    group_record(&group, NOW, IGMP_RECORD_ALLOW, list, KNOWN, &as_querier, &budget);
    assert_int_equal(group.source_count, KNOWN);

    const struct address low = address_of(10, 0, 0, 1), high = address_of(10, 2, 0, 1);
    const enum igmp_record_type all[] = {IGMP_RECORD_IS_EX, IGMP_RECORD_TO_IN, IGMP_RECORD_TO_EX};
    const enum igmp_record_type listed[] = {IGMP_RECORD_IS_IN, IGMP_RECORD_ALLOW,
                                            IGMP_RECORD_BLOCK};
    for (int exclude = 0; exclude < 2; exclude++) {
        group.mode = exclude ? FILTER_EXCLUDE : FILTER_INCLUDE;
        for (size_t i = 0; i < 3; i++) {
            bool adds = exclude || listed[i] != IGMP_RECORD_BLOCK;
            assert_int_equal(group_record_cost(&group, all[i], NULL, 0), KNOWN);
            assert_int_equal(group_record_cost(&group, listed[i], NULL, 0), 0);
            assert_int_equal(group_record_cost(&group, listed[i], list, KNOWN), 0);
            assert_int_equal(group_record_cost(&group, listed[i], &high, 1), 0);
            assert_int_equal(group_record_cost(&group, listed[i], &low, 1), adds ? KNOWN / 4 : 0);
        }
    }
    free(group.sources);
}

/** Ascending, without doubles, and each of `have` (bits by last octet) there or not. */
static void check_table(const struct group *group, const bool have[256])
{
    unsigned count = 0;
    for (unsigned i = 0; i < 256; i++) {
        const struct source *source = group_source(group, address_of(10, 0, 0, (uint8_t)i));
        assert_int_equal(source != NULL, have[i]);
        count += have[i];
    }
    assert_int_equal(group->source_count, count);
    for (unsigned i = 1; i < group->source_count; i++)
        assert_true(address_compare(group->sources[i - 1].address, group->sources[i].address) < 0);
}

/* Lists of any length are merged in order: random ones against an array of booleans. */
static void test_merge_of_random_lists_q102(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (int round = 0; round < 50; round++) {
        struct group group = new_group(FILTER_EXCLUDE);
        bool have[256] = {false};
        unsigned budget = PLENTY;
        for (int record = 0; record < 8; record++) {
            struct address list[256];
            unsigned count = 0, density = 1 + wire_random(&seed) % 8;
            bool is_set = wire_random(&seed) % 4 == 0; /* else added to */
            for (unsigned i = 0; i < 256; i++) {
                bool is_listed = wire_random(&seed) % density == 0;
                if (is_listed)
                    list[count++] = address_of(10, 0, 0, (uint8_t)i);
                have[i] = is_set ? is_listed : have[i] || is_listed;
            }
            enum igmp_record_type type = is_set ? IGMP_RECORD_IS_EX : IGMP_RECORD_ALLOW;
            assert_int_equal(group_record(&group, NOW, type, list, count, &as_querier, &budget), 0);
            check_table(&group, have);
            assert_int_equal(budget + group.source_count, PLENTY);
        }
        free(group.sources);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(filter_mode_name(FILTER_INCLUDE), "include");
    assert_string_equal(filter_mode_name(FILTER_EXCLUDE), "exclude");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twelve_rows_q102),
        cmocka_unit_test(test_every_constellation_q102),
        cmocka_unit_test(test_current_state_asks_nothing_q102),
        cmocka_unit_test(test_who_owes_queries_q67_q77),
        cmocka_unit_test(test_sources_that_are_over_soon_are_not_asked_q104),
        cmocka_unit_test(test_leave_while_asking_q101_q103),
        cmocka_unit_test(test_lower_never_raises_q99_q100),
        cmocka_unit_test(test_group_timer_runs_out_q107),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_compatibility_q108),
        cmocka_unit_test(test_source_budget_q101),
        cmocka_unit_test(test_record_cost_q101),
        cmocka_unit_test(test_merge_of_random_lists_q102),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
