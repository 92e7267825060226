/* SPDX-License-Identifier: MIT */
/* Floor 4. The command line of igmpqctl, and its commands. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "ctl.h"
#include "igmpq/control.h"
#include "igmpq/options.h"
#include "igmpq/text.h"

static const struct setting own_options[] = {
    {"socket", 's', "PATH",
     "where igmpqd listens (" CONTROL_SOCKET ", or what " CONTROL_ENVIRONMENT " says)"},
    {"json", 'j', NULL, "JSON, one object a line, as the daemon tells it"},
    {"segment", 'S', "NAME", "only this segment, such as eth0 or eth0/10"},
    {"filter", 'F', "ADDRESS[/LENGTH]", "only groups, hosts or queriers in this network"},
    {"sort", 'o', "[-]COLUMN", "sort by the column of this heading; -: the other way round"},
    {"long", 'l', NULL,
     "status, findings: all of every segment; events: each query and group as well"},
    {"follow", 'f', NULL, "events: and then those to come"},
    {"count", 'n', "COUNT", "events: only so many of the last"},
    {"interval", 0, "SECONDS", "watch: from one screen to the next (2)"},
    {"mask", 0, NULL, "support: addresses of hosts replaced by numbers"},
    {"timeout", 't', "SECONDS", "wait so long for the daemon (10)"},
    {"color", 0, "auto|always|never", "colours (auto: on a terminal, unless NO_COLOR is set)"},
    {"help", 'h', NULL, "this text"},
    {"version", 0, NULL, "the version"},
    {NULL, 0, NULL, NULL},
};

/* Options that only some commands take. */
enum {
    TAKES_JSON = 1 << 0,
    TAKES_SEGMENT = 1 << 1, /* also as a word behind the command */
    TAKES_FILTER = 1 << 2,
    TAKES_SORT = 1 << 3,
    TAKES_LONG = 1 << 4,
    TAKES_FOLLOW = 1 << 5,
    TAKES_COUNT = 1 << 6,
    TAKES_INTERVAL = 1 << 7,
    TAKES_MASK = 1 << 8,
};

static const struct {
    const char *name;
    unsigned bit;
} special_options[] = {
    {"json", TAKES_JSON},   {"segment", TAKES_SEGMENT},   {"filter", TAKES_FILTER},
    {"sort", TAKES_SORT},   {"long", TAKES_LONG},         {"follow", TAKES_FOLLOW},
    {"count", TAKES_COUNT}, {"interval", TAKES_INTERVAL}, {"mask", TAKES_MASK},
};

#define SPECIAL_OPTIONS (sizeof special_options / sizeof *special_options)

/** What the command line says beyond struct ctl. */
struct command {
    struct ctl ctl;
    unsigned given; /* special options */
    bool wants_help, wants_version;
};

static int take_seconds(const char *name, const char *value, duration *out, struct problem *problem)
{
    if (text_parse_seconds(value, out) && *out >= 100 * MILLISECONDS && *out <= 3600 * SECONDS)
        return 0;
    return problem_set(problem, "--%s: '%s' is not 0.1 to 3600 seconds", name, value);
}

static int take_checked(struct ctl *ctl, const char *name, const char *value,
                        struct problem *problem)
{
    struct prefix network;
    unsigned long count;

    if (strcmp(name, "filter") == 0) {
        if (!text_parse_prefix(value, &network))
            return problem_set(problem,
                               "--filter: '%s' is not an address or a network such as 239.0.0.0/8",
                               value);
        ctl->filter = value;
    } else if (strcmp(name, "count") == 0) {
        if (!text_parse_unsigned(value, 0, 1000000, &count))
            return problem_set(problem, "--count: '%s' is not a number from 0 to 1000000", value);
        ctl->count = value;
    } else if (strcmp(name, "color") == 0) {
        if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 &&
            strcmp(value, "never") != 0)
            return problem_set(problem, "--color: '%s' is not auto, always or never", value);
        ctl->color = value;
    } else if (strcmp(name, "interval") == 0) {
        return take_seconds(name, value, &ctl->interval, problem);
    } else if (strcmp(name, "timeout") == 0) {
        return take_seconds(name, value, &ctl->timeout, problem);
    }
    return 0;
}

static int take_option(void *context, const char *name, const char *value, struct problem *problem)
{
    struct command *command = context;
    struct ctl *ctl = &command->ctl;

    for (size_t i = 0; i < SPECIAL_OPTIONS; i++)
        if (strcmp(special_options[i].name, name) == 0)
            command->given |= special_options[i].bit;
    if (strcmp(name, "socket") == 0)
        ctl->socket = ctl_socket(value);
    else if (strcmp(name, "json") == 0)
        ctl->is_json = true;
    else if (strcmp(name, "segment") == 0)
        ctl->segment = value;
    else if (strcmp(name, "sort") == 0)
        ctl->sort = value;
    else if (strcmp(name, "long") == 0)
        ctl->is_long = true;
    else if (strcmp(name, "follow") == 0)
        ctl->is_following = true;
    else if (strcmp(name, "mask") == 0)
        ctl->is_masking = true;
    else if (strcmp(name, "help") == 0)
        command->wants_help = true;
    else if (strcmp(name, "version") == 0)
        command->wants_version = true;
    else
        return take_checked(ctl, name, value, problem);
    return 0;
}

/* ---- the commands ---- */

struct view {
    const char *name;
    const char *help;
    int (*show)(const struct ctl *, FILE *, struct problem *); /* NULL: what was done is told */
    int least, most;                                           /* words behind it */
    unsigned takes;
    const char *address; /* the key that --filter is about */
};

#define LISTS (TAKES_JSON | TAKES_SEGMENT | TAKES_FILTER | TAKES_SORT)

static const struct view views[] = {
    {"status", "who is querier, who we are, what comes next (also without a command)",
     ctl_show_status, 0, 1, TAKES_JSON | TAKES_SEGMENT | TAKES_LONG, NULL},
    {"groups", "who listens to what", ctl_show_groups, 0, 1, LISTS, "group"},
    {"hosts", "who reports, and who has fallen silent", ctl_show_hosts, 0, 1, LISTS, "address"},
    {"queriers", "every other querier that was heard, and what is wrong with it", ctl_show_queriers,
     0, 1, LISTS, "address"},
    {"findings", "what is wrong with the network, and what to do", ctl_show_findings, 0, 1,
     TAKES_JSON | TAKES_SEGMENT | TAKES_LONG, NULL},
    {"stats", "every counter", ctl_show_stats, 0, 1, TAKES_JSON | TAKES_SEGMENT, NULL},
    {"events", "what happened lately; -f goes on", ctl_show_events, 0, 1,
     TAKES_JSON | TAKES_SEGMENT | TAKES_LONG | TAKES_FOLLOW | TAKES_COUNT, NULL},
    {"config", "the settings in force", ctl_show_config, 0, 1, TAKES_JSON | TAKES_SEGMENT, NULL},
    {"interfaces", "the interfaces of the daemon's host", ctl_show_interfaces, 0, 0,
     TAKES_JSON | TAKES_SORT, NULL},
    {"metrics", "Prometheus' text format", ctl_show_metrics, 0, 0, TAKES_JSON, NULL},
    {"support", "all of this in one text, to attach to a report", ctl_show_support, 0, 0,
     TAKES_MASK, NULL},
    {"watch", "a screen that refreshes", ctl_show_watch, 0, 1,
     TAKES_SEGMENT | TAKES_FILTER | TAKES_SORT | TAKES_LONG | TAKES_INTERVAL, NULL},
    {"query", "[SEGMENT] [GROUP]: send a query now", NULL, 0, 2, TAKES_JSON | TAKES_SEGMENT, NULL},
    {"reload", "read the configuration file again", NULL, 0, 0, TAKES_JSON, NULL},
    {"verbose", "on|off: log everything, or no more than usual", NULL, 1, 1, TAKES_JSON, NULL},
    {"help", "this text", NULL, 0, 0, 0, NULL},
};

#define VIEWS (sizeof views / sizeof *views)

static void print_help(const struct options *options, FILE *out)
{
    fprintf(out, "Usage: igmpqctl [OPTION]... [COMMAND]\n\nAsks a running igmpqd. Commands:\n\n");
    for (size_t i = 0; i < VIEWS; i++)
        fprintf(out, "  %-12s%s\n", views[i].name, views[i].help);
    fprintf(out, "\n");
    options_print(options, out);
    fprintf(out,
            "\nCommands about segments take the name of one. Exit status: 0 done, 1 the daemon "
            "says\nno, 2 wrong command line, 3 the daemon cannot be reached or understood.\n");
}

/** One word of a request: nothing that ends it or is not sent. */
static bool is_word(const char *text)
{
    const char *at = text;

    while (*at > 0x20 && *at <= 0x7e)
        at++;
    return *at == '\0' && at > text;
}

/** The request line of a command and its words. */
static int make_request(const struct ctl *ctl, const struct view *view, char *out, size_t size,
                        struct problem *problem)
{
    bool is_events = ctl_show_events == view->show;
    bool is_command = !view->show;
    int first_word = is_command ? 1 : ctl->argument_count;
    size_t used = (size_t)snprintf(out, size, "%s", view->name);

    if (is_events)
        snprintf(out + used, size - used, "%s%s%s", ctl->count ? " " : "",
                 ctl->count ? ctl->count : "", ctl->is_following ? " follow" : "");
    else if (ctl->segment && (view->takes & TAKES_SEGMENT) && view->show != ctl_show_config)
        used += (size_t)snprintf(out + used, size - used, " %s", ctl->segment);
    for (int i = first_word; i < ctl->argument_count && used < size; i++) {
        if (!is_word(ctl->argument[i]))
            return problem_set(problem, "%s: that is no word to send", view->name);
        used += (size_t)snprintf(out + used, size - used, " %s", ctl->argument[i]);
    }
    return used < size ? 0 : problem_set(problem, "this is too long for a request");
}

/** Whether --filter, or --segment where the daemon does not go by it, lets an object pass. */
static bool is_wanted(const struct ctl *ctl, const struct view *view, const json_t *object)
{
    char text[32];

    if (view->address)
        return ctl_matches(ctl->filter, ctl_text(object, view->address, text));
    if (view->show == ctl_show_events && ctl->segment)
        return ctl_is_null(object, "segment") ||
               strcmp(ctl_text(object, "segment", text), ctl->segment) == 0;
    if (view->show == ctl_show_config && ctl->segment)
        return ctl_means_segment(object, ctl->segment);
    return true;
}

/** Ask what the command line asks; NULL with the exit status in `*status`. */
static struct ctl_answer *ask(const struct ctl *ctl, const struct view *view, int *status,
                              struct problem *problem)
{
    char request[CONTROL_LINE_MOST];

    *status = CTL_EXIT_USAGE;
    if (make_request(ctl, view, request, sizeof request, problem) < 0)
        return NULL;
    return ctl_ask(ctl, request, status, problem);
}

/** The daemon's answer as it comes. What is left out is not counted at its end either. */
static int pass_json(const struct ctl *ctl, const struct view *view, FILE *out,
                     struct problem *problem)
{
    uint64_t count = 0, left_out = 0;
    int status;
    json_t *object;
    struct ctl_answer *answer = ask(ctl, view, &status, problem);

    if (!answer)
        return status;
    if (ctl->is_following)
        ctl_be_patient(answer);
    ctl_print_json(ctl_line(answer), out);
    while ((object = ctl_next(answer, &status, problem))) {
        bool passes = is_wanted(ctl, view, object);
        if (passes)
            ctl_print_json(ctl_line(answer), out);
        count += passes;
        left_out += !passes;
        json_decref(object);
        if (ctl->is_following && fflush(out) != 0)
            break;
    }
    if (status == 0 && left_out > 0)
        fprintf(out, "{\"type\":\"end\",\"ok\":true,\"count\":%" PRIu64 "}\n", count);
    else if (status != CTL_EXIT_UNREACHABLE)
        ctl_print_json(ctl_line(answer), out);
    ctl_close(answer);
    if (status == 0 && count == 0 && ctl->segment && view->show == ctl_show_config)
        status = ctl_fail_segment(ctl, problem);
    return status;
}

static void print_done(const json_t *object, FILE *out)
{
    char a[32], b[32];
    const char *segment = ctl_text(object, "segment", a);

    if (ctl_is_type(object, "query") && ctl_is_true(object, "sent"))
        fprintf(out, "%s: a query was sent%s%s\n", segment,
                ctl_is_null(object, "group") ? "" : " for ",
                ctl_is_null(object, "group") ? "" : ctl_text(object, "group", b));
    else if (ctl_is_type(object, "query"))
        fprintf(out, "%s: no query was sent: %s\n", segment, ctl_text(object, "why", b));
    else if (ctl_is_type(object, "verbose"))
        fprintf(out, "verbose: %s\n", ctl_is_true(object, "verbose") ? "on" : "off");
    else if (ctl_is_type(object, "warning"))
        fprintf(out, "warning: %s\n", ctl_text(object, "text", b));
}

/** query, reload, verbose: what was done, in words; an error may come behind some of it. */
static int command_daemon(const struct ctl *ctl, const struct view *view, FILE *out,
                          struct problem *problem)
{
    int status;
    json_t *object;
    struct ctl_answer *answer = ask(ctl, view, &status, problem);

    if (!answer)
        return status;
    while ((object = ctl_next(answer, &status, problem))) {
        print_done(object, out);
        json_decref(object);
    }
    ctl_close(answer);
    if (status == 0 && strcmp(view->name, "reload") == 0)
        fprintf(out, "The configuration was read again.\n");
    return status;
}

/** The command and its words are such as it takes. */
static const struct view *find_view(struct command *command, struct problem *problem)
{
    const struct view *view = NULL;
    struct ctl *ctl = &command->ctl;
    const char *name = ctl->argument_count > 0 ? ctl->argument[0] : "status";
    int words = ctl->argument_count > 0 ? ctl->argument_count - 1 : 0;

    for (size_t i = 0; i < VIEWS; i++)
        if (strcmp(views[i].name, name) == 0)
            view = &views[i];
    if (!view) {
        struct text_nearest near = text_nearest_begin(name);
        for (size_t i = 0; i < VIEWS; i++)
            text_nearest_try(&near, views[i].name);
        if (near.best)
            problem_set(problem, "there is no command '%s'; did you mean '%s'?", name, near.best);
        else
            problem_set(problem, "there is no command '%s'; --help lists them all", name);
        return NULL;
    }
    for (size_t i = 0; i < SPECIAL_OPTIONS; i++)
        if (command->given & ~view->takes & special_options[i].bit) {
            problem_set(problem, "%s takes no --%s", name, special_options[i].name);
            return NULL;
        }
    if (words < view->least) {
        problem_set(problem, "it is: igmpqctl %s %s", name, view->help);
        return NULL;
    }
    if (words > view->most) {
        problem_set(problem, "%s takes no '%s'", name, ctl->argument[view->most + 1]);
        return NULL;
    }
    return view;
}

/** What is wrong with the words together; -1 with a sentence. */
static int check_words(struct ctl *ctl, const struct view *view, struct problem *problem)
{
    const char *word = ctl->argument_count > 1 ? ctl->argument[1] : NULL;

    if (view->show && word) {
        if (ctl->segment)
            return problem_set(problem, "one segment at a time: '%s' or '%s'?", ctl->segment, word);
        ctl->segment = word;
    }
    if (ctl->segment && !is_word(ctl->segment))
        return problem_set(problem, "'%s' is not the name of a segment", ctl->segment);
    if (strcmp(view->name, "verbose") == 0 && strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
        return problem_set(problem, "verbose: '%s' is not on or off", word);
    if (ctl->is_json && ctl->sort)
        return problem_set(problem, "--sort is for tables, and has no --json");
    if (ctl->is_json && ctl->is_long)
        return problem_set(problem, "--json tells everything, and has no --long");
    return 0;
}

static int run(struct command *command, FILE *out, struct problem *problem)
{
    struct ctl *ctl = &command->ctl;
    const struct view *view = find_view(command, problem);

    if (!view || check_words(ctl, view, problem) < 0)
        return CTL_EXIT_USAGE;
    if (ctl->is_json)
        return pass_json(ctl, view, out, problem);
    if (!view->show)
        return command_daemon(ctl, view, out, problem);
    return view->show(ctl, out, problem);
}

int ctl_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct command command = {.ctl = {.socket = ctl_socket(NULL),
                                      .color = "auto",
                                      .interval = 2 * SECONDS,
                                      .timeout = 10 * SECONDS,
                                      .keyboard = -1}};
    struct options options = {.own = own_options, .take = take_option, .context = &command};
    struct problem problem = {""};
    int status = 0;

    int operand = options_read(&options, argc, argv, &problem);
    if (operand >= 0) {
        command.ctl.argument = argv + operand;
        command.ctl.argument_count = argc - operand;
    }
    if (command.ctl.argument_count > 0 && strcmp(command.ctl.argument[0], "help") == 0)
        command.wants_help = true;
    if (operand < 0)
        status = CTL_EXIT_USAGE;
    else if (command.wants_help)
        print_help(&options, out);
    else if (command.wants_version)
        fprintf(out, "igmpqctl %s\n", PACKAGE_VERSION);
    else
        status = run(&command, out, &problem);
    if (status == 0 && !options_finish_output(out, &problem))
        status = CTL_EXIT_REFUSED;
    if (status != 0)
        fprintf(err, "igmpqctl: %s\n", problem.text);
    return status;
}
