/* SPDX-License-Identifier: MIT */
/* Floor 4. What igmpqd answers on its control socket, verb by verb. */
#include "daemon_control.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon_events.h"
#include "igmpq/json_daemon.h"
#include "igmpq/log.h"
#include "igmpq/text.h"

const struct segment *cursor_segment(const struct daemon *daemon, struct cursor *cursor)
{
    unsigned end = engine_segment_count(daemon->engine);

    if (cursor->segment_end < end)
        end = cursor->segment_end;
    for (; cursor->segment < end; cursor->segment++)
        if (engine_segment(daemon->engine, cursor->segment))
            return engine_segment(daemon->engine, cursor->segment);
    return NULL;
}

struct cursor *daemon_make_cursor(void)
{
    struct cursor *cursor = calloc(1, sizeof *cursor);

    if (cursor)
        cursor->segment_end = ENGINE_NO_SEGMENT;
    return cursor;
}

void daemon_free_cursor(struct cursor *cursor)
{
    if (!cursor)
        return;
    free(cursor->list);
    free(cursor->finding);
    for (unsigned i = 0; i < cursor->warnings; i++)
        free(cursor->warning[i]);
    links_free(&cursor->links);
    free(cursor);
}

/* ---- status and counters ---- */

static unsigned count_segments(const struct daemon *daemon)
{
    unsigned count = 0;

    for (unsigned i = 0; i < engine_segment_count(daemon->engine); i++)
        count += engine_segment(daemon->engine, i) != NULL;
    return count;
}

static char *daemon_line(const struct daemon *daemon, instant now)
{
    struct control_figures figures = control_figures(daemon->control);
    struct json_daemon about = {
        .version = daemon->setup->version,
        .process = (long)getpid(),
        .uptime = now - daemon->started,
        .started = daemon->started + daemon->wall,
        .config = daemon->setup->config_path,
        .socket = daemon->control_path,
        .is_verbose = log_get_level() == LOG_LEVEL_DEBUG,
        .segments = count_segments(daemon),
        .clients = figures.clients,
        .clients_refused = figures.refused,
        .has_hook = daemon->hook != NULL,
        .hook_dropped = hook_dropped(daemon->hook),
        .events = event_log_last(daemon->events),
    };
    return json_line_daemon(&about);
}

static enum control_step next_status(const struct daemon *daemon, struct cursor *cursor,
                                     instant now, char **line)
{
    if (!cursor->has_told_daemon) {
        cursor->has_told_daemon = true;
        *line = daemon_line(daemon, now);
        return CONTROL_LINE;
    }
    const struct segment *segment = cursor_segment(daemon, cursor);
    if (!segment)
        return CONTROL_DONE;
    const struct seat *seat = &daemon->seat[cursor->segment++];
    struct json_expected expected = {seat->expected.group, seat->is_expected_present,
                                     seat->is_absence_told, seat->expected.count};
    *line = json_line_segment(segment, daemon->port[segment->port], &expected, now, daemon->wall);
    return CONTROL_LINE;
}

/** The ports behind the segments; with one segment only its own. */
static enum control_step next_stats(const struct daemon *daemon, struct cursor *cursor, char **line)
{
    const struct segment *segment = cursor_segment(daemon, cursor);
    bool is_single = cursor->segment_end != ENGINE_NO_SEGMENT;

    if (segment) {
        cursor->segment++;
        if (is_single)
            cursor->port = segment->port;
        *line = json_line_stats(segment, daemon->seat[segment->id].send_failures);
        return CONTROL_LINE;
    }
    while (cursor->port < daemon->port_count && !daemon->port[cursor->port])
        cursor->port++;
    if (cursor->port >= daemon->port_count || cursor->has_done)
        return CONTROL_DONE;
    *line = json_line_port(daemon->port[cursor->port], daemon->engine, cursor->port);
    cursor->port++;
    cursor->has_done = is_single;
    return CONTROL_LINE;
}

/* ---- events ---- */

static enum control_step next_event(const struct daemon *daemon, struct cursor *cursor,
                                    bool is_following, char **line)
{
    const struct recorded *recorded = event_log_next(daemon->events, cursor->serial);
    char text[REPORT_SIZE];

    if (!recorded || (!is_following && recorded->serial > cursor->last))
        return is_following ? CONTROL_WAITING : CONTROL_DONE;
    /* Gaps in what there was before the client came are as they should be. */
    uint64_t since = cursor->serial > cursor->last ? cursor->serial : cursor->last;
    uint64_t lost = recorded->serial > since ? recorded->serial - since - 1 : 0;
    if (lost > 0) {
        cursor->serial = recorded->serial - 1;
        *line = json_line_lost(lost);
        return CONTROL_LINE;
    }
    if (!recorded->text)
        report_event(&recorded->event, NULL, text);
    cursor->serial = recorded->serial;
    *line =
        json_line_event_now(&recorded->event, recorded->name, recorded->segment, recorded->serial,
                            recorded->level, recorded->text ? recorded->text : text, daemon->wall);
    return CONTROL_LINE;
}

/* ---- what is in force ---- */

static enum control_step next_config(const struct daemon *daemon, struct cursor *cursor,
                                     char **line)
{
    const struct config *config = &daemon->config;

    if (!cursor->has_told_daemon) {
        cursor->has_told_daemon = true;
        *line = json_line_config(config, daemon->setup->config_path,
                                 log_get_level() == LOG_LEVEL_DEBUG);
        return CONTROL_LINE;
    }
    if (cursor->index >= config->count)
        return CONTROL_DONE;
    *line = json_line_settings(&config->segment[cursor->index++]);
    return CONTROL_LINE;
}

static enum control_step next_metric(const struct daemon *daemon, struct cursor *cursor,
                                     instant now, char **line)
{
    struct metric_line metric;

    if (!daemon_next_metric(daemon, cursor, now, &metric))
        return CONTROL_DONE;
    *line = metric.kind ? json_line_metric(metric.name, metric.kind, metric.help)
                        : json_line_sample(metric.labels, metric.value);
    return CONTROL_LINE;
}

static enum control_step next_interface(const struct daemon *daemon, struct cursor *cursor,
                                        char **line)
{
    if (cursor->index >= cursor->links.count)
        return CONTROL_DONE;
    const struct link_info *link = &cursor->links.link[cursor->index++];
    bool is_used = false;
    for (unsigned i = 0; i < daemon->port_count; i++)
        is_used |= daemon->port[i] && strcmp(daemon->port[i]->name, link->name) == 0;
    *line = json_line_interface(link, is_used);
    return CONTROL_LINE;
}

/* ---- what changes something ---- */

static const char *why_not(const struct segment *segment)
{
    switch (segment->role) {
    case ROLE_DOWN: return "no link, or no address";
    case ROLE_NON_QUERIER: return "not the querier";
    case ROLE_QUERIER:
    case ROLE_COUNT: break;
    }
    return "there is no such query in this IGMP version";
}

static enum control_step next_query(struct daemon *daemon, struct cursor *cursor,
                                    struct control_exchange *exchange, instant now, char **line)
{
    const struct segment *segment = cursor_segment(daemon, cursor);
    struct address group = exchange->request.group;

    if (!segment && cursor->has_done)
        return CONTROL_DONE;
    if (!segment) {
        exchange->code = CONTROL_REFUSED;
        problem_set(&exchange->problem, "no query was sent");
        return CONTROL_BROKEN;
    }
    bool is_sent = engine_query_now(daemon->engine, now, cursor->segment++, group, &daemon->outbox);
    daemon_empty_outbox(daemon, now);
    cursor->has_done |= is_sent;
    *line = json_line_query_done(segment, group, is_sent ? NULL : why_not(segment));
    return CONTROL_LINE;
}

static void keep_warning(void *context, enum log_level level, const char *text)
{
    struct cursor *cursor = context;

    if (level > LOG_LEVEL_WARNING)
        return;
    char *copy = cursor->warnings < WARNINGS_MOST ? strdup(text) : NULL;
    if (copy)
        cursor->warning[cursor->warnings++] = copy;
    else
        cursor->warnings_lost++;
}

/** Who asks for it learns what the log is told of it: of the file, of what takes a restart, of the
 * interfaces. */
static enum control_code begin_reload(struct daemon *daemon, struct cursor *cursor,
                                      struct problem *problem)
{
    const struct log_listener listener = {keep_warning, cursor};

    if (!daemon->setup->config_path) {
        problem_set(problem, "igmpqd was started without a configuration file");
        return CONTROL_REFUSED;
    }
    log_listen(&listener);
    int result = daemon_reload(daemon, problem);
    log_listen(NULL);
    return result < 0 ? CONTROL_FAILED : CONTROL_OK;
}

static enum control_step next_warning(struct cursor *cursor, char **line)
{
    char text[64];

    if (cursor->index < cursor->warnings) {
        *line = json_line_warning(cursor->warning[cursor->index++]);
        return CONTROL_LINE;
    }
    if (cursor->warnings_lost == 0 || cursor->has_done)
        return CONTROL_DONE;
    cursor->has_done = true;
    snprintf(text, sizeof text, "%u more, which the log has", cursor->warnings_lost);
    *line = json_line_warning(text);
    return CONTROL_LINE;
}

static enum control_step next_verbose(struct cursor *cursor, char **line)
{
    if (cursor->has_done)
        return CONTROL_DONE;
    cursor->has_done = true;
    *line = json_line_verbose(log_get_level() == LOG_LEVEL_DEBUG);
    return CONTROL_LINE;
}

/* ---- one exchange ---- */

static enum control_code choose_segment(const struct daemon *daemon, struct cursor *cursor,
                                        struct control_exchange *exchange)
{
    const char *name = exchange->request.segment;

    if (name[0] == '\0')
        return CONTROL_OK;
    unsigned id = daemon_find_segment(daemon, name, &exchange->problem);
    if (id == ENGINE_NO_SEGMENT)
        return CONTROL_NO_SEGMENT;
    cursor->segment = id;
    cursor->segment_end = id + 1;
    return CONTROL_OK;
}

static enum control_code begin(void *context, struct control_exchange *exchange, instant now)
{
    struct daemon *daemon = context;
    const struct control_request *request = &exchange->request;
    struct cursor *cursor = daemon_make_cursor();

    (void)now;
    exchange->state = cursor;
    if (!cursor) {
        problem_set(&exchange->problem, "no memory");
        return CONTROL_FAILED;
    }
    enum control_code code = choose_segment(daemon, cursor, exchange);
    if (code != CONTROL_OK)
        return code;
    switch (request->verb) {
    case CONTROL_EVENTS:
        cursor->last = event_log_last(daemon->events);
        cursor->serial = event_log_before(daemon->events, request->count);
        break;
    case CONTROL_INTERFACES:
        if (links_take(&cursor->links, &exchange->problem) < 0)
            return CONTROL_FAILED;
        break;
    case CONTROL_RELOAD: return begin_reload(daemon, cursor, &exchange->problem);
    case CONTROL_VERBOSE:
        daemon_set_verbosity(daemon, request->is_on ? VERBOSITY_ON : VERBOSITY_OFF);
        break;
    case CONTROL_STATUS:
    case CONTROL_GROUPS:
    case CONTROL_HOSTS:
    case CONTROL_QUERIERS:
    case CONTROL_FINDINGS:
    case CONTROL_STATS:
    case CONTROL_CONFIG:
    case CONTROL_METRICS:
    case CONTROL_QUERY:
    case CONTROL_VERB_COUNT: break;
    }
    return CONTROL_OK;
}

static enum control_step next(void *context, struct control_exchange *exchange, instant now,
                              char **line)
{
    struct daemon *daemon = context;
    struct cursor *cursor = exchange->state;
    const struct control_request *request = &exchange->request;

    switch (request->verb) {
    case CONTROL_STATUS: return next_status(daemon, cursor, now, line);
    case CONTROL_GROUPS:
    case CONTROL_HOSTS:
    case CONTROL_QUERIERS: return daemon_next_listed(daemon, cursor, request->verb, now, line);
    case CONTROL_FINDINGS: return daemon_next_finding(daemon, cursor, now, line);
    case CONTROL_STATS: return next_stats(daemon, cursor, line);
    case CONTROL_EVENTS: return next_event(daemon, cursor, request->is_following, line);
    case CONTROL_CONFIG: return next_config(daemon, cursor, line);
    case CONTROL_INTERFACES: return next_interface(daemon, cursor, line);
    case CONTROL_METRICS: return next_metric(daemon, cursor, now, line);
    case CONTROL_QUERY: return next_query(daemon, cursor, exchange, now, line);
    case CONTROL_VERBOSE: return next_verbose(cursor, line);
    case CONTROL_RELOAD: return next_warning(cursor, line);
    case CONTROL_VERB_COUNT: break;
    }
    return CONTROL_DONE;
}

static void end(void *context, struct control_exchange *exchange)
{
    (void)context;
    daemon_free_cursor(exchange->state);
    exchange->state = NULL;
}

void daemon_open_control(struct daemon *daemon)
{
    const struct daemon_config *config = &daemon->config.daemon;
    struct problem problem;

    snprintf(daemon->control_path, sizeof daemon->control_path, "%s", config->control_socket);
    if (strcmp(daemon->control_path, CONTROL_NONE) == 0)
        return;
    struct control_setup setup = {
        .path = daemon->control_path,
        .group = config->control_group,
        .mode = config->control_mode,
        /* What is nobody's is everybody's. */
        .owner = daemon->is_confined && !daemon->user.is_fallback ? &daemon->user : NULL,
        .version = daemon->setup->version,
        .answerer = {daemon, begin, next, end},
    };
    daemon->control = control_open(&setup, &problem);
    if (!daemon->control)
        log_warning("%s; this igmpqd cannot be asked", problem.text);
}
