/* SPDX-License-Identifier: MIT */
/* Floor 4. Who is told of an event: the log, those who ask for the recent past, the hook. And the
 * groups that are expected to have members. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon_events.h"
#include "daemon_private.h"
#include "igmpq/report.h"
#include "igmpq/text.h"

#define EXPECTED_LOST "expected-group-lost"
#define EXPECTED_BACK "expected-group-back"
#define DUPLICATE     "duplicate-address"

/** What it is called in the list of events. A duplicate address is no refusal like others: a person
 * has to see to it. */
static const char *listed_name(const struct event *event)
{
    bool is_duplicate = event->kind == EVENT_REFUSED && event->verdict == VERDICT_OWN_ADDRESS;

    return is_duplicate ? DUPLICATE : event_kind_name(event->kind);
}

/** What the hook calls it, or NULL: nothing for the hook. */
static const char *hook_name(const struct event *event, const char *name)
{
    switch (event->kind) {
    case EVENT_ROLE:
    case EVENT_QUERIER_SEEN:
    case EVENT_QUERIER_ELECTED:
    case EVENT_QUERIER_GONE:
    case EVENT_GROUP_JOINED:
    case EVENT_GROUP_LEFT: return name;
    case EVENT_REFUSED: return event->verdict == VERDICT_OWN_ADDRESS ? name : NULL;
    case EVENT_QUERY_SENT:
    case EVENT_WARNING:
    case EVENT_KIND_COUNT: break;
    }
    return NULL;
}

static void tell_hook(struct daemon *daemon, const struct event *event, const char *name,
                      const char *segment, enum log_level level, const char *text)
{
    const char *hook = hook_name(event, name);
    struct hook_note note;
    char number[32], address[TEXT_ADDRESS_SIZE], mac[TEXT_MAC_SIZE];

    if (!daemon->hook || !hook)
        return;
    instant wall = instant_after(event->at, daemon->wall);
    hook_note_begin(&note, hook, segment);
    snprintf(number, sizeof number, "%" PRId64 ".%06" PRId64, wall / SECONDS, wall % SECONDS);
    hook_note_add(&note, "TIME", number);
    snprintf(number, sizeof number, "%" PRIu64, event_log_last(daemon->events));
    hook_note_add(&note, "SERIAL", number);
    if (event->kind == EVENT_ROLE) {
        hook_note_add(&note, "ROLE", role_name(event->role_to));
        hook_note_add(&note, "ROLE_BEFORE", role_name(event->role_from));
    }
    if (!address_is_none(event->address))
        hook_note_add(&note, "ADDRESS", text_address(event->address, address));
    if (!mac_is_none(event->mac))
        hook_note_add(&note, "MAC", text_mac(event->mac, mac));
    if (!address_is_none(event->group))
        hook_note_add(&note, "GROUP", text_address(event->group, address));
    snprintf(number, sizeof number, "%" PRIu64, hook_dropped(daemon->hook));
    hook_note_add(&note, "DROPPED", number);
    hook_note_add(&note, "TEXT", text);
    hook_tell(daemon->hook, &note, level != LOG_LEVEL_DEBUG);
}

static void keep(struct daemon *daemon, const struct event *event, const char *name,
                 enum log_level level, const char *text)
{
    const struct segment *segment = engine_segment(daemon->engine, event->segment);

    event_log_add(daemon->events, event, name, segment->name, level, text);
    tell_hook(daemon, event, name, segment->name, level, text);
}

/** A group that is expected has members, or has none; each is told once. */
static void change_expected(struct daemon *daemon, const struct event *cause, unsigned index,
                            bool is_present)
{
    struct seat *seat = &daemon->seat[cause->segment];
    struct event event = {
        .kind = is_present ? EVENT_GROUP_JOINED : EVENT_GROUP_LEFT,
        .segment = cause->segment,
        .at = cause->at,
        .group = seat->expected.group[index],
        .address = is_present ? cause->address : ADDRESS_NONE,
        .mac = is_present ? cause->mac : (struct mac){{0}},
        .version = is_present ? cause->version : 0,
        .span = is_present ? 0 : cause->span,
    };
    bool was_present = seat->is_expected_present[index];
    enum log_level level = is_present ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
    char group[TEXT_ADDRESS_SIZE], text[REPORT_SIZE];

    if (is_present ? was_present : seat->is_absence_told[index])
        return;
    seat->is_expected_present[index] = is_present;
    seat->is_absence_told[index] = !is_present;
    snprintf(text, sizeof text, "expected group %s has %s", text_address(event.group, group),
             is_present    ? "a member"
             : was_present ? "lost its last member"
                           : "no member");
    log_line(level, "%s: %s", engine_segment(daemon->engine, event.segment)->name, text);
    keep(daemon, &event, is_present ? EXPECTED_BACK : EXPECTED_LOST, level, text);
}

/** Whoever is there has been asked and has answered when a membership would have run out: from now
 * on, where somebody asks. */
static void await_expected(struct daemon *daemon, const struct segment *segment, instant now)
{
    struct seat *seat = &daemon->seat[segment->id];
    const struct params *params = &segment->params;
    duration patience =
        params_group_membership(params->membership, (unsigned)params->robustness,
                                params->query_interval, params->query_response_interval);

    seat->expect_at = INSTANT_NEVER;
    for (unsigned i = 0; i < seat->expected.count && seat->is_asked; i++)
        if (!seat->is_expected_present[i] && !seat->is_absence_told[i])
            seat->expect_at = instant_after(now, patience);
    daemon->expect_due = instant_earlier(daemon->expect_due, seat->expect_at);
}

void daemon_expect_turn(struct daemon *daemon, instant now)
{
    if (daemon->expect_due > now)
        return;
    daemon->expect_due = INSTANT_NEVER;
    for (unsigned id = 0; id < daemon->seat_count; id++) {
        struct seat *seat = &daemon->seat[id];
        const struct event cause = {.segment = id, .at = now};

        if (!seat->is_used)
            continue;
        if (seat->expect_at > now) {
            daemon->expect_due = instant_earlier(daemon->expect_due, seat->expect_at);
            continue;
        }
        seat->expect_at = INSTANT_NEVER;
        for (unsigned i = 0; i < seat->expected.count; i++)
            if (!seat->is_expected_present[i])
                change_expected(daemon, &cause, i, false);
    }
}

/** Asking begins with the first general query after the link came up, by whomever; who asks next
 * does not matter. */
static void watch_asking(struct daemon *daemon, const struct event *event)
{
    const struct segment *segment = engine_segment(daemon->engine, event->segment);
    struct seat *seat = &daemon->seat[event->segment];
    bool is_query = event->kind == EVENT_QUERIER_ELECTED ||
                    (event->kind == EVENT_QUERY_SENT && address_is_none(event->group));

    if (event->kind == EVENT_ROLE && event->role_to == ROLE_DOWN) {
        seat->is_asked = false;
        await_expected(daemon, segment, event->at);
    } else if (is_query && !seat->is_asked) {
        seat->is_asked = true;
        await_expected(daemon, segment, event->at);
    }
}

/** Memberships end with a role too: when the link goes. */
static void watch_expected(struct daemon *daemon, const struct event *event)
{
    const struct segment *segment = engine_segment(daemon->engine, event->segment);
    const struct seat *seat = &daemon->seat[event->segment];

    for (unsigned i = 0; i < seat->expected.count; i++) {
        struct address group = seat->expected.group[i];
        if (event->kind == EVENT_ROLE && seat->is_expected_present[i] &&
            !membership_group(&segment->membership, group))
            change_expected(daemon, event, i, false);
        else if (event->kind != EVENT_ROLE && address_equal(group, event->group))
            change_expected(daemon, event, i, event->kind == EVENT_GROUP_JOINED);
    }
}

void daemon_publish(struct daemon *daemon, const struct event *event, enum log_level level,
                    const char *text)
{
    struct seat *seat = &daemon->seat[event->segment];

    keep(daemon, event, listed_name(event), level, text);
    seat->querier_changes += event->kind == EVENT_QUERIER_ELECTED ||
                             (event->kind == EVENT_ROLE && event->role_to == ROLE_QUERIER);
    if (event->kind == EVENT_ROLE || event->kind == EVENT_GROUP_JOINED ||
        event->kind == EVENT_GROUP_LEFT)
        watch_expected(daemon, event);
    watch_asking(daemon, event);
    if (event->kind == EVENT_ROLE && event->role_to == ROLE_DOWN)
        daemon_findings_pause(daemon, event->at, event->segment);
}

/** The index of that group among those that are expected; their count: it is not. */
static unsigned find_expected(const struct seat *seat, struct address group)
{
    unsigned i = 0;

    while (i < seat->expected.count && !address_equal(seat->expected.group[i], group))
        i++;
    return i;
}

void daemon_expect(struct daemon *daemon, instant now, unsigned id,
                   const struct expected_groups *expected)
{
    const struct segment *segment = engine_segment(daemon->engine, id);
    struct seat *seat = &daemon->seat[id];
    const struct seat before = *seat;
    bool is_any_new = false;

    seat->expected = *expected;
    for (unsigned i = 0; i < expected->count; i++) {
        const struct group *group = membership_group(&segment->membership, expected->group[i]);
        seat->is_expected_present[i] = group && group->is_announced;
        unsigned old = find_expected(&before, expected->group[i]);
        is_any_new |= old == before.expected.count;
        seat->is_absence_told[i] = !seat->is_expected_present[i] && old < before.expected.count &&
                                   before.is_absence_told[old];
    }
    /* A reload that names no other group is no reason to wait longer. */
    if (is_any_new)
        await_expected(daemon, segment, now);
}

bool daemon_is_expected(const struct seat *seat, struct address group)
{
    return find_expected(seat, group) < seat->expected.count;
}
