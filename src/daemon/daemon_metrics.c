/* SPDX-License-Identifier: MIT */
/* Floor 4. Counters and states as metrics: a table of families, and how each gets its samples. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon_control.h"
#include "daemon_events.h"
#include "igmpq/text.h"

/** Whose turn it is; `segment` or `port` is NULL where the family is not of these. */
struct subject {
    const struct daemon *daemon;
    const struct segment *segment;
    const struct seat *seat;
    const struct port_io *port;
    unsigned number; /* of the port */
    instant now;
};

enum scope { SCOPE_DAEMON, SCOPE_SEGMENT, SCOPE_PORT };

struct family {
    enum scope scope;
    const char *name, *kind, *help;
    /** Sample `index` of this subject; an empty value: none such, but there may be more. False
     * behind the last. */
    bool (*sample)(const struct subject *subject, unsigned index, struct metric_line *out);
};

static bool count_of(struct metric_line *out, uint64_t value)
{
    snprintf(out->value, sizeof out->value, "%" PRIu64, value);
    return true;
}

static bool seconds_of(struct metric_line *out, duration span)
{
    text_seconds(span, out->value);
    return true;
}

static bool labelled(struct metric_line *out, const char *label, const char *label_value,
                     uint64_t value)
{
    out->label = label;
    out->label_value = label_value;
    return count_of(out, value);
}

static bool build_info(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && labelled(out, "version", subject->daemon->setup->version, 1);
}

static bool start_time(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && seconds_of(out, subject->daemon->started + subject->daemon->wall);
}

static bool clients(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, control_figures(subject->daemon->control).clients);
}

static bool events(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, event_log_last(subject->daemon->events));
}

static bool dropped(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, hook_dropped(subject->daemon->hook));
}

static bool roles(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index < ROLE_COUNT && labelled(out, "role", role_name((enum role)index),
                                          subject->segment->role == (enum role)index);
}

static bool role_since(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && seconds_of(out, subject->segment->role_since + subject->daemon->wall);
}

static bool sent(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct segment_counters *counters = &subject->segment->counters;

    if (index == 0)
        return labelled(out, "kind", "general", counters->general_sent);
    return index == 1 && labelled(out, "kind", "specific", counters->specific_sent);
}

static bool unsent(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->seat->send_failures);
}

static bool frames(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index < VERDICT_COUNT && labelled(out, "verdict", verdict_name((enum verdict)index),
                                             subject->segment->counters.verdict[index]);
}

static bool elections_lost(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->segment->counters.elections_lost);
}

static bool takeovers(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->segment->counters.takeovers);
}

static bool querier_changes(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->seat->querier_changes);
}

static bool next_query(const struct subject *subject, unsigned index, struct metric_line *out)
{
    if (subject->segment->role == ROLE_QUERIER)
        seconds_of(out, subject->segment->next_query - subject->now);
    return index == 0;
}

static bool takeover_in(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct segment *segment = subject->segment;

    if (segment->role == ROLE_NON_QUERIER && segment->other_expires != INSTANT_NEVER)
        seconds_of(out, segment->other_expires - subject->now);
    return index == 0;
}

static bool elected_silent(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct segment *segment = subject->segment;

    if (segment->role == ROLE_NON_QUERIER && segment->has_elected)
        seconds_of(out, subject->now - segment->elected_last);
    return index == 0;
}

static bool elected_info(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct segment *segment = subject->segment;
    bool is_own = segment->role == ROLE_QUERIER;

    if (is_own || (segment->role == ROLE_NON_QUERIER && segment->has_elected)) {
        text_address(is_own ? segment->identity.own.address : segment->elected, out->text);
        labelled(out, "address", out->text, 1);
    }
    return index == 0;
}

static bool groups(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->segment->membership.group_count);
}

static bool sources(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, membership_source_count(&subject->segment->membership));
}

static bool hosts(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->segment->membership.reporter_count);
}

static bool queriers(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->segment->querier_count);
}

static bool limits(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct params *params = &subject->segment->params;

    switch (index) {
    case 0: return labelled(out, "table", "groups", params->max_groups);
    case 1: return labelled(out, "table", "sources", params->max_sources);
    case 2: return labelled(out, "table", "hosts", params->max_reporters);
    default: return false;
    }
}

static bool refused(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct membership_refused *by_table = &subject->segment->membership.refused;

    switch (index) {
    case 0: return labelled(out, "table", "groups", by_table->groups);
    case 1: return labelled(out, "table", "sources", by_table->sources);
    case 2: return labelled(out, "table", "hosts", by_table->reporters);
    default: return false;
    }
}

static bool expected(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct seat *seat = subject->seat;

    if (index >= seat->expected.count)
        return false;
    text_address(seat->expected.group[index], out->text);
    return labelled(out, "group", out->text, seat->is_expected_present[index]);
}

/** One sample for each kind of finding and severity that there is; judged with the first. */
static bool findings(const struct subject *subject, unsigned index, struct metric_line *out)
{
    struct horizon *horizon = subject->seat->horizon;
    enum finding_id id = FINDING_NO_QUERIER + index / FINDING_SEVERITY_COUNT;
    enum finding_severity severity = index % FINDING_SEVERITY_COUNT;
    const struct finding *finding;
    unsigned at = 0, count = 0;

    if (!horizon || id >= FINDING_ID_END)
        return false;
    if (index == 0 || !horizon_is_judged(horizon)) /* frames may come between two samples */
        horizon_judge(horizon, subject->now);
    while ((finding = horizon_next(horizon, &at)))
        count += finding->id == id && finding->severity == severity;
    out->severity = finding_severity_name(severity);
    if (count > 0)
        labelled(out, "code", finding_id_name(id), count);
    return true;
}

static bool watched(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct horizon *horizon = subject->seat->horizon;

    return index == 0 && horizon && subject->segment->role != ROLE_DOWN &&
           seconds_of(out, subject->now - horizon_since(horizon));
}

static bool attached(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->port->is_attached);
}

static bool drops(const struct subject *subject, unsigned index, struct metric_line *out)
{
    const struct port_io *port = subject->port;

    return index == 0 && count_of(out, port->is_attached ? capture_drops(port->capture) : 0);
}

static bool failures(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index == 0 && count_of(out, subject->port->capture_failures);
}

static bool strays(const struct subject *subject, unsigned index, struct metric_line *out)
{
    return index < VERDICT_COUNT &&
           labelled(out, "verdict", verdict_name((enum verdict)index),
                    engine_stray(subject->daemon->engine, subject->number, (enum verdict)index));
}

static const struct family families[] = {
    {SCOPE_DAEMON, "igmpq_build_info", "gauge", "The version of igmpqd.", build_info},
    {SCOPE_DAEMON, "igmpq_start_time_seconds", "gauge", "When igmpqd was started, since the epoch.",
     start_time},
    {SCOPE_DAEMON, "igmpq_control_clients", "gauge", "Clients of the control socket.", clients},
    {SCOPE_DAEMON, "igmpq_events_total", "counter", "Events, of every kind.", events},
    {SCOPE_DAEMON, "igmpq_hook_dropped_total", "counter", "Events that the hook was not told.",
     dropped},
    {SCOPE_SEGMENT, "igmpq_role", "gauge", "1 for the role that this querier has.", roles},
    {SCOPE_SEGMENT, "igmpq_role_since_seconds", "gauge",
     "Since when it has this role, since the epoch.", role_since},
    {SCOPE_SEGMENT, "igmpq_queries_sent_total", "counter", "Queries sent.", sent},
    {SCOPE_SEGMENT, "igmpq_query_send_failures_total", "counter", "Queries that could not be sent.",
     unsent},
    {SCOPE_SEGMENT, "igmpq_frames_received_total", "counter",
     "Frames received, by what was decided about them.", frames},
    {SCOPE_SEGMENT, "igmpq_elections_lost_total", "counter", "Elections lost.", elections_lost},
    {SCOPE_SEGMENT, "igmpq_takeovers_total", "counter",
     "Times that this querier took over from another that fell silent.", takeovers},
    {SCOPE_SEGMENT, "igmpq_querier_changes_total", "counter",
     "Times that another querier, or this one, became the one that queries.", querier_changes},
    {SCOPE_SEGMENT, "igmpq_next_query_seconds", "gauge", "Time to the next general query.",
     next_query},
    {SCOPE_SEGMENT, "igmpq_takeover_in_seconds", "gauge",
     "Time until this querier takes over, if no other is heard.", takeover_in},
    {SCOPE_SEGMENT, "igmpq_elected_querier_silent_seconds", "gauge",
     "Time since the elected querier was heard.", elected_silent},
    {SCOPE_SEGMENT, "igmpq_elected_querier_info", "gauge", "The address of who is querying.",
     elected_info},
    {SCOPE_SEGMENT, "igmpq_groups", "gauge", "Groups with members.", groups},
    {SCOPE_SEGMENT, "igmpq_sources", "gauge", "Sources of all groups.", sources},
    {SCOPE_SEGMENT, "igmpq_hosts", "gauge", "Hosts that reported in the last hour.", hosts},
    {SCOPE_SEGMENT, "igmpq_queriers", "gauge", "Other queriers heard in the last hour.", queriers},
    {SCOPE_SEGMENT, "igmpq_table_limit", "gauge", "How many entries a table can have.", limits},
    {SCOPE_SEGMENT, "igmpq_table_refused_total", "counter",
     "Entries that found no room in a table.", refused},
    {SCOPE_SEGMENT, "igmpq_expected_group_present", "gauge",
     "1 while a group of expect-groups has members.", expected},
    {SCOPE_SEGMENT, "igmpq_findings", "gauge",
     "What is wrong there, by its code in igmpqctl findings; what was not found has no sample.",
     findings},
    {SCOPE_SEGMENT, "igmpq_findings_watched_seconds", "gauge", "How far igmpq_findings looks back.",
     watched},
    {SCOPE_PORT, "igmpq_interface_attached", "gauge", "1 while the interface is captured on.",
     attached},
    {SCOPE_PORT, "igmpq_capture_drops_total", "counter",
     "Frames that were not taken from the capture in time.", drops},
    {SCOPE_PORT, "igmpq_capture_failures_total", "counter", "Times that the capture failed.",
     failures},
    {SCOPE_PORT, "igmpq_stray_frames_total", "counter",
     "Frames that were for no segment, by what was decided about them.", strays},
};

/** The next subject of a family from where the cursor stands; false: no more. */
static bool find_subject(const struct daemon *daemon, struct cursor *cursor, enum scope scope,
                         struct subject *out)
{
    switch (scope) {
    case SCOPE_DAEMON: return cursor->port == 0;
    case SCOPE_SEGMENT:
        out->segment = cursor_segment(daemon, cursor);
        if (out->segment)
            out->seat = &daemon->seat[out->segment->id];
        return out->segment != NULL;
    case SCOPE_PORT:
        while (cursor->port < daemon->port_count && !daemon->port[cursor->port])
            cursor->port++;
        if (cursor->port >= daemon->port_count)
            return false;
        out->port = daemon->port[cursor->port];
        out->number = cursor->port;
        return true;
    }
    return false;
}

static void fill_labels(const struct subject *subject, struct metric_line *out)
{
    unsigned count = 0;

    if (subject->segment || subject->port) {
        out->labels[count++] = subject->segment ? "segment" : "interface";
        out->labels[count++] = subject->segment ? subject->segment->name : subject->port->name;
    }
    if (out->label) {
        out->labels[count++] = out->label;
        out->labels[count++] = out->label_value;
    }
    if (out->severity) {
        out->labels[count++] = "severity";
        out->labels[count++] = out->severity;
    }
    out->labels[count] = NULL;
}

/** The next sample of the family; false: it has no more. */
static bool next_sample(const struct daemon *daemon, struct cursor *cursor,
                        const struct family *family, instant now, struct metric_line *out)
{
    struct subject subject = {.daemon = daemon, .now = now};
    unsigned segment = cursor->segment, port = cursor->port;

    while (find_subject(daemon, cursor, family->scope, &subject)) {
        if (cursor->segment != segment || cursor->port != port)
            cursor->sample = 0; /* the one whose turn it was is gone */
        *out = (struct metric_line){.name = family->name};
        while (family->sample(&subject, cursor->sample++, out)) {
            if (out->value[0] != '\0') {
                fill_labels(&subject, out);
                return true;
            }
        }
        cursor->sample = 0;
        if (family->scope == SCOPE_SEGMENT)
            segment = ++cursor->segment;
        else
            port = ++cursor->port;
    }
    return false;
}

bool daemon_next_metric(const struct daemon *daemon, struct cursor *cursor, instant now,
                        struct metric_line *out)
{
    for (; cursor->index < sizeof families / sizeof *families; cursor->index++) {
        const struct family *family = &families[cursor->index];
        if (!cursor->has_told_family) {
            cursor->has_told_family = true;
            *out = (struct metric_line){
                .name = family->name, .kind = family->kind, .help = family->help};
            return true;
        }
        if (next_sample(daemon, cursor, family, now, out))
            return true;
        cursor->segment = cursor->port = 0;
        cursor->has_told_family = false;
    }
    return false;
}
