/* SPDX-License-Identifier: MIT */
/* Floor 4. The command line of igmpq-replay: read, checked, and its settings resolved. */
#include <stdlib.h>
#include <string.h>

#include "igmpq/config.h"
#include "igmpq/options.h"
#include "igmpq/text.h"
#include "replay.h"

/** What the command line says, with what only this file wants to know. */
struct command {
    struct replay_options replay;
    const char *config_path;
    const char *role_option; /* one that makes sense with --as only */
    const char *output_option;
    bool has_two_outputs;
    bool has_live_time;
};

static const struct setting own_options[] = {
    {"interface", 'i', "NAME", "listen on an interface instead of reading a file; sends nothing"},
    {"for", 0, "SECONDS", "with -i: for so long (until Ctrl-C)"},
    {"streams", 0, NULL, "with -i: look at streams as well, and not at IGMP alone"},
    {"summary", 's', NULL, "the summary and the findings, without the timeline"},
    {"json", 'j', NULL, "everything as lines of JSON"},
    {"quiet", 0, NULL, "no output but the exit status"},
    {"verbose", 'v', NULL, "every IGMP frame in the timeline"},
    {"local", 0, NULL, "local time instead of UTC"},
    {"fail-on", 0, "error|warning|note", "exit with 1 when there is such a finding, or a graver"},
    {"place", 0, "unknown|host|querier", "where the capture was made (unknown: a mirror port)"},
    {"router-timeout", 0, "SECONDS", "the same as --switch-router-timeout"},
    {"until", 0, "SECONDS", "go on for so long after the last frame (0)"},
    {"as", 0, "ADDRESS/LENGTH",
     "what igmpqd would do if it had this address; 0.0.0.0/LENGTH for a proxy"},
    {"mac", 0, "MAC", "with --as: its MAC address"},
    {"vlan", 0, "1-4094", "with --as: its VLAN (untagged)"},
    {"start", 0, "[+]SECONDS",
     "with --as: when it starts, since 1970 or with + since the first frame (the first frame)"},
    {"seed", 0, "NUMBER", "with --as: the seed of its jitter (0)"},
    {"write", 'w', "FILE", "with --as: the frames it would send, as a pcap file"},
    {"config", 'c', "FILE", "with --as: protocol settings from igmpqd's configuration file"},
    {"help", 'h', NULL, "this text"},
    {"version", 0, NULL, "the version"},
    {NULL, 0, NULL, NULL},
};

/* What a value of each option is. */
static const struct {
    const char *name, *wanted;
} wanted_values[] = {
    {"for", "a number of seconds such as 60 or 2.5"},
    {"fail-on", "error, warning or note"},
    {"place", "unknown, host or querier"},
    {"until", "a number of seconds such as 60 or 2.5"},
    {"as", "an address with its prefix length such as 192.168.10.1/24"},
    {"mac", "a MAC address such as 02:00:00:00:00:05"},
    {"vlan", "a VLAN ID from 1 to 4094"},
    {"start", "a number of seconds such as 1700000000, or behind a + such as +60"},
    {"seed", "a number from 0 to 4294967295"},
};

static int fail_value(const char *name, const char *value, struct problem *problem)
{
    size_t i = 0;

    while (i + 1 < sizeof wanted_values / sizeof *wanted_values &&
           strcmp(wanted_values[i].name, name) != 0)
        i++;
    return problem_set(problem, "--%s: '%s' is not %s", name, value, wanted_values[i].wanted);
}

static bool set_severity(int *out, const char *value)
{
    for (enum finding_severity s = FINDING_NOTE; s < FINDING_SEVERITY_COUNT; s++)
        if (strcmp(value, finding_severity_name(s)) == 0) {
            *out = (int)s;
            return true;
        }
    return false;
}

static bool set_place(enum findings_place *out, const char *value)
{
    for (enum findings_place p = FINDINGS_PLACE_UNKNOWN; p < FINDINGS_PLACE_COUNT; p++)
        if (strcmp(value, findings_place_name(p)) == 0) {
            *out = p;
            return true;
        }
    return false;
}

static bool set_start(struct replay_options *replay, const char *value)
{
    replay->has_start = true;
    replay->start_is_relative = value[0] == '+';
    return text_parse_seconds(value + replay->start_is_relative, &replay->start);
}

static bool set_number(const char *value, unsigned long low, unsigned long high, uint64_t *out)
{
    unsigned long number;

    if (!text_parse_unsigned(value, low, high, &number))
        return false;
    *out = number;
    return true;
}

/** The options of --as, which make no sense without it. True when `name` was one and its value
 * good; `*is_known` whether it was one. */
static bool take_role_option(struct command *command, const char *name, const char *value,
                             bool *is_known)
{
    struct replay_options *replay = &command->replay;
    uint64_t number;

    *is_known = true;
    if (strcmp(name, "as") == 0) {
        replay->is_as = text_parse_prefix(value, &replay->as) && strchr(value, '/') != NULL &&
                        (address_is_none(replay->as.address) || prefix_is_of_host(replay->as));
        return replay->is_as;
    }
    command->role_option = name;
    if (strcmp(name, "mac") == 0)
        return replay->has_mac = text_parse_mac(value, &replay->mac);
    if (strcmp(name, "start") == 0)
        return set_start(replay, value);
    if (strcmp(name, "seed") == 0)
        return set_number(value, 0, UINT32_MAX, &replay->seed);
    if (strcmp(name, "vlan") == 0) {
        if (!set_number(value, 1, VLAN_MAX, &number))
            return false;
        replay->vlan = (uint16_t)number;
        return replay->has_vlan = true;
    }
    if (strcmp(name, "write") == 0)
        replay->write_path = value;
    else if (strcmp(name, "config") == 0)
        command->config_path = value;
    else
        *is_known = false;
    if (!*is_known)
        command->role_option = NULL;
    return true;
}

static void take_output(struct command *command, const char *name, enum replay_output output)
{
    command->has_two_outputs |= command->output_option && strcmp(command->output_option, name) != 0;
    command->output_option = name;
    command->replay.output = output;
}

/** Options without an argument. */
static void take_switch(struct command *command, const char *name)
{
    struct replay_options *replay = &command->replay;

    if (strcmp(name, "summary") == 0)
        take_output(command, name, REPLAY_SUMMARY);
    else if (strcmp(name, "json") == 0)
        take_output(command, name, REPLAY_JSON);
    else if (strcmp(name, "quiet") == 0)
        take_output(command, name, REPLAY_QUIET);
    else if (strcmp(name, "verbose") == 0)
        replay->is_verbose = true;
    else if (strcmp(name, "streams") == 0)
        replay->has_streams = true;
    else if (strcmp(name, "local") == 0)
        replay->is_local = true;
    else if (strcmp(name, "help") == 0)
        replay->wants_help = true;
    else if (strcmp(name, "version") == 0)
        replay->wants_version = true;
}

/** The setting by its shorter name. */
static int take_router_timeout(struct replay_options *replay, const char *value,
                               struct problem *problem)
{
    struct problem inner;

    if (settings_set(&replay->params, "switch-router-timeout", value, &inner) == 0)
        return 0;
    return problem_set(problem, "--%s", inner.text + strlen("switch-"));
}

static int take_option(void *context, const char *name, const char *value, struct problem *problem)
{
    struct command *command = context;
    struct replay_options *replay = &command->replay;
    bool is_good = true, is_known;

    if (value == NULL) {
        take_switch(command, name);
        return 0;
    }
    const char *role_option = command->role_option;
    is_good = take_role_option(command, name, value, &is_known);
    if (!is_known) {
        command->role_option = role_option;
        if (strcmp(name, "interface") == 0)
            replay->interface = value;
        else if (strcmp(name, "for") == 0)
            is_good = command->has_live_time = text_parse_seconds(value, &replay->live_time);
        else if (strcmp(name, "until") == 0)
            is_good = text_parse_seconds(value, &replay->until);
        else if (strcmp(name, "router-timeout") == 0)
            return take_router_timeout(replay, value, problem);
        else if (strcmp(name, "fail-on") == 0)
            is_good = set_severity(&replay->fail_on, value);
        else if (strcmp(name, "place") == 0)
            is_good = set_place(&replay->place, value);
    }
    return is_good ? 0 : fail_value(name, value, problem);
}

void replay_options_help(void)
{
    struct params any = params_default(PROFILE_DEFAULT);
    struct options options = {.own = own_options, .params = &any};

    printf("Usage: igmpq-replay [-s | -j | --quiet] [-v] [OPTION]... FILE\n"
           "       igmpq-replay [-s | -j | --quiet] [-v] [OPTION]... -i INTERFACE [--for SECONDS]\n"
           "       igmpq-replay --as ADDRESS/LENGTH [-w FILE] [OPTION]... FILE\n"
           "\n"
           "Reads a capture of a network (pcap or pcapng, also gzip; - is standard input), tells\n"
           "who was the querier when and who wanted which group, and what is wrong with it. With\n"
           "--as it tells what igmpqd would have done there.\n"
           "\n");
    options_print(&options, stdout);
    printf("\n"
           "Exit status: 0 done, 1 something was found (--fail-on), 2 wrong usage, 3 the input\n"
           "could not be read (or not all of it), or the output not be written.\n"
           "Example: igmpq-replay -s --fail-on warning monday.pcapng\n");
}

static int fail_usage(const char *text)
{
    fprintf(stderr, "igmpq-replay: %s\n", text);
    return EXIT_STATUS_USAGE;
}

static void tell_complaint(bool is_error, const char *text)
{
    fprintf(stderr, "igmpq-replay: %s%s\n", is_error ? "" : "note: ", text);
}

static void tell_warning(const char *text)
{
    tell_complaint(false, text);
}

/** Settings from a configuration file: those of its first segment, or its first on --vlan. */
static int load_config(struct command *command, const struct overrides *overrides)
{
    struct replay_options *replay = &command->replay;
    struct config config;
    struct problem problem;

    if (config_load(command->config_path, overrides, NULL, 0, &config, tell_warning, &problem) < 0)
        return fail_usage(problem.text);
    const struct segment_config *chosen = NULL;
    for (size_t i = 0; i < config.count && chosen == NULL; i++)
        if (!replay->has_vlan || config.segment[i].vlan == replay->vlan)
            chosen = &config.segment[i];
    if (chosen != NULL) {
        replay->params = chosen->params;
        replay->vlan = chosen->vlan;
    }
    config_free(&config);
    if (chosen == NULL)
        return fail_usage("the configuration file has no such segment; see --vlan");
    return 0;
}

/** What was asked for together makes sense? 0 or an exit status. */
static int check(const struct command *command, int operands)
{
    const struct replay_options *replay = &command->replay;
    char text[120];

    if (command->has_two_outputs)
        return fail_usage("--summary, --json and --quiet exclude each other");
    if (!replay->is_as && command->role_option != NULL) {
        snprintf(text, sizeof text, "--%s needs --as: who is to be played?", command->role_option);
        return fail_usage(text);
    }
    if (replay->interface == NULL && command->has_live_time)
        return fail_usage("--for needs -i: a file has its own end");
    if (replay->interface == NULL && replay->has_streams)
        return fail_usage("--streams needs -i: of a file all is read");
    if (operands + (replay->interface != NULL) > 1)
        return fail_usage("one file, or one interface with -i, at a time");
    if (operands == 0 && replay->interface == NULL)
        return fail_usage("which capture? name a file, or an interface with -i; see --help");
    if (replay->write_path != NULL && strcmp(replay->write_path, "-") == 0)
        return fail_usage("--write needs a file: standard output is taken by the report");
    if (replay->interface != NULL && (replay->has_start || replay->until > 0))
        return fail_usage("--start and --until are for files: -i goes by the clock");
    return 0;
}

/** An observer never speaks, and understands the newest version. */
static int settle_params(struct command *command, const struct overrides *overrides,
                         struct params *asked)
{
    struct replay_options *replay = &command->replay;
    struct params resolved;
    duration router_timeout = replay->params.switch_router_timeout;

    if (command->config_path != NULL) {
        int status = load_config(command, overrides);
        if (router_timeout > 0)
            replay->params.switch_router_timeout = router_timeout;
        return status;
    }
    if (!replay->is_as) {
        asked->mode = MODE_PASSIVE;
        asked->version = 3;
        asked->follow_version = false;
        asked->jitter_percent = 0;
    }
    enum params_complaint complaints[PARAMS_COMPLAINTS];
    if (replay->is_as) {
        if (!options_resolve(asked, &resolved, tell_complaint))
            return EXIT_STATUS_USAGE;
    } else if (params_resolve(asked, &resolved, complaints) > 0 &&
               params_complaint_is_error(complaints[0])) {
        return fail_usage(params_complaint_text(complaints[0]));
    }
    replay->params = resolved;
    if (router_timeout > 0)
        replay->params.switch_router_timeout = router_timeout;
    return 0;
}

int replay_options_read(struct replay_options *out, int argc, char **argv)
{
    struct command command = {.replay = {.fail_on = -1, .live_time = INSTANT_NEVER}};
    struct params asked = params_default(PROFILE_DEFAULT);
    struct overrides overrides = {0};
    struct options options = {own_options, &asked, take_option, &command, &overrides};
    struct problem problem;
    int status = 0;

    int operand = options_read(&options, argc, argv, &problem);
    if (!command.replay.wants_help && !command.replay.wants_version) {
        if (operand < 0)
            status = fail_usage(problem.text);
        if (status == 0 && operand < argc)
            command.replay.path = argv[operand];
        if (status == 0)
            status = check(&command, argc - operand);
        if (status == 0)
            status = settle_params(&command, &overrides, &asked);
    }
    free(overrides.item);
    *out = command.replay;
    return status;
}
