/* SPDX-License-Identifier: MIT */
/* Floor 4. igmpqd: the command line, signals and exit statuses of the daemon. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "daemon.h"
#include "igmpq/links.h"
#include "igmpq/log.h"
#include "igmpq/options.h"
#include "igmpq/report.h"
#include "igmpq/text.h"

#define INTERFACES_MOST 64

static volatile sig_atomic_t stop_signal;

static void on_stop(int number)
{
    stop_signal = number;
}

/** What the command line says. */
struct command {
    const char *interface[INTERFACES_MOST];
    unsigned interface_count;
    uint64_t seed;
    bool has_seed;
    bool wants_help, wants_version;
};

static const struct setting own_options[] = {
    {"interface", 'i', "NAME", "the interface to query on; repeat it for more"},
    {"verbose", 'v', NULL, "log every query, report and refused frame"},
    {"seed", 0, "NUMBER", "seed of the jitter, to repeat a run exactly (random)"},
    {"help", 'h', NULL, "this text"},
    {"version", 0, NULL, "the version"},
    {NULL, 0, NULL, NULL},
};

static int add_interface(struct command *command, const char *name, struct problem *problem)
{
    if (name[0] == '\0' || strlen(name) >= LINK_NAME_SIZE || strchr(name, '/'))
        return problem_set(problem, "'%s' cannot be the name of an interface", name);
    for (unsigned i = 0; i < command->interface_count; i++)
        if (strcmp(command->interface[i], name) == 0)
            return problem_set(problem, "interface %s is given twice", name);
    if (command->interface_count == INTERFACES_MOST)
        return problem_set(problem, "more than %d interfaces", INTERFACES_MOST);
    command->interface[command->interface_count++] = name;
    return 0;
}

static int take_option(void *context, const char *name, const char *value, struct problem *problem)
{
    struct command *command = context;
    unsigned long seed;

    if (strcmp(name, "interface") == 0)
        return add_interface(command, value, problem);
    if (strcmp(name, "verbose") == 0)
        log_set_level(LOG_LEVEL_DEBUG);
    if (strcmp(name, "help") == 0)
        command->wants_help = true;
    if (strcmp(name, "version") == 0)
        command->wants_version = true;
    if (strcmp(name, "seed") == 0) {
        if (!text_parse_unsigned(value, 0, UINT32_MAX, &seed))
            return problem_set(problem, "--seed: '%s' is not a number from 0 to %lu", value,
                               (unsigned long)UINT32_MAX);
        command->seed = seed;
        command->has_seed = true;
    }
    return 0;
}

static void print_help(const struct options *options)
{
    printf("Usage: igmpqd -i INTERFACE [-q SECONDS] [-t SECONDS] [-V VERSION] [-v]\n"
           "\n"
           "Asks the hosts of a network which multicast streams they want, so that snooping\n"
           "switches keep forwarding them. Elects one querier among many and takes over when\n"
           "it dies. Runs in the foreground and logs to standard error until SIGTERM or SIGINT.\n"
           "\n");
    options_print(options, stdout);
    printf("\n"
           "Exit status: 0 after SIGTERM or SIGINT, 2 for a wrong command line, 1 otherwise.\n"
           "Example: igmpqd -i eth0 -q 60 -v\n");
}

static int fail_usage(const char *text)
{
    fprintf(stderr, "igmpqd: %s\n", text);
    return EXIT_STATUS_USAGE;
}

static int fail_no_interface(void)
{
    struct links links;
    struct problem problem;
    char names[256], text[400];

    if (links_take(&links, &problem) < 0)
        return fail_usage("which interface? give one with -i");
    snprintf(text, sizeof text, "which interface? give one with -i; there are: %s",
             links_names(&links, names, sizeof names));
    links_free(&links);
    return fail_usage(text);
}

static void tell_complaint(bool is_error, const char *text)
{
    if (is_error)
        fprintf(stderr, "igmpqd: %s\n", text);
    else
        log_warning("%s", text);
}

static uint64_t random_seed(void)
{
    uint32_t seed = 0;

    if (getentropy(&seed, sizeof seed) != 0)
        seed = (uint32_t)getpid();
    return seed;
}

/** Stop signals are let in only while waiting, so that none is lost between looking at the flag and
 * waiting. */
static void set_signals(sigset_t *wait_mask)
{
    static const int stops[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = on_stop};
    sigset_t blocked;

    sigemptyset(&blocked);
    for (unsigned i = 0; i < sizeof stops / sizeof *stops; i++) {
        sigaction(stops[i], &action, NULL);
        sigaddset(&blocked, stops[i]);
    }
    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no reason to stop querying */
    sigprocmask(SIG_BLOCK, &blocked, wait_mask);
    for (unsigned i = 0; i < sizeof stops / sizeof *stops; i++)
        sigdelset(wait_mask, stops[i]);
}

static int run(const struct daemon_setup *setup)
{
    struct problem problem;
    sigset_t wait_mask;
    char settings[REPORT_SIZE];

    set_signals(&wait_mask);
    report_settings(&setup->params, settings);
    log_info("igmpqd %s: %s", PACKAGE_VERSION, settings);
    struct daemon *daemon = daemon_open(setup, &problem);
    if (!daemon) {
        log_error("%s", problem.text);
        return EXIT_STATUS_FAILURE;
    }
    int result = daemon_run(daemon, &stop_signal, &wait_mask, &problem);
    if (result < 0)
        log_error("%s", problem.text);
    daemon_log_statistics(daemon);
    daemon_close(daemon);
    return result < 0 ? EXIT_STATUS_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct command command = {0};
    struct params asked = params_default(PROFILE_DEFAULT);
    struct options options = {own_options, &asked, take_option, &command};
    struct daemon_setup setup = {0};
    struct problem problem;
    char text[400];

    int operand = options_read(&options, argc, argv, &problem);
    if (command.wants_help) {
        print_help(&options);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_STATUS_FAILURE;
    }
    if (command.wants_version) {
        printf("igmpqd %s\n", PACKAGE_VERSION);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_STATUS_FAILURE;
    }
    if (operand < 0)
        return fail_usage(problem.text);
    if (operand < argc) {
        snprintf(text, sizeof text, "'%s' is not an option; did you mean -i %s?", argv[operand],
                 argv[operand]);
        return fail_usage(text);
    }
    if (!options_resolve(&asked, &setup.params, tell_complaint))
        return EXIT_STATUS_USAGE;
    if (command.interface_count == 0)
        return fail_no_interface();
    setup.interfaces = command.interface;
    setup.interface_count = command.interface_count;
    setup.seed = command.has_seed ? command.seed : random_seed();
    return run(&setup);
}
