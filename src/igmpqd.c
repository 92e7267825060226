/* SPDX-License-Identifier: MIT */
/* Floor 4. igmpqd: the command line, signals and exit statuses of the daemon. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "daemon/daemon.h"
#include "igmpq/background.h"
#include "igmpq/clock.h"
#include "igmpq/limits.h"
#include "igmpq/links.h"
#include "igmpq/log.h"
#include "igmpq/options.h"
#include "igmpq/pidfile.h"
#include "igmpq/report.h"
#include "igmpq/sandbox.h"
#include "igmpq/text.h"

#define INTERFACES_MOST 64
#define DEFAULT_CONFIG  SYSCONFDIR "/igmpqd.conf"

static struct daemon_wishes wishes; /* set by signals */

static void on_stop(int number)
{
    wishes.stop = number;
}

static void on_reload(int number)
{
    wishes.reload = number;
}

/** What the command line says. */
struct command {
    const char *interface[INTERFACES_MOST];
    unsigned interface_count;
    const char *config_path;
    const char *control_socket;
    uint64_t seed;
    bool has_seed;
    const char *user;
    const char *pidfile;
    bool is_unconfined;
    bool has_syslog;
    bool is_daemon;
    bool is_verbose;
    bool wants_help, wants_version, wants_test;
};

static const struct setting own_options[] = {
    {"interface", 'i', "NAME",
     "the interface to query on; repeat it for more, wildcards in quotes (the file's, else that of "
     "the default route)"},
    {"config", 'c', "FILE", "the configuration file (" DEFAULT_CONFIG ", if there is one)"},
    {"control-socket", 0, "PATH|none", "where igmpqctl asks (" CONTROL_SOCKET ")"},
    {"user", 0, "NAME", "become this user when all is open (" IGMPQ_USER ", else nobody)"},
    {"no-sandbox", 0, NULL, "stay root, and filter no system calls: for debugging only"},
    {"syslog", 0, NULL, "log to the system's log as well"},
    {"daemonize", 0, NULL, "go into the background when ready, and log to the system's log"},
    {"pidfile", 0, "FILE", "write the number of the process there"},
    {"test", 'T', NULL, "check the configuration, print what is in force, and exit"},
    {"verbose", 'v', NULL, "log every query, report and refused frame"},
    {"seed", 0, "NUMBER", "seed of the jitter, to repeat a run exactly (random)"},
    {"help", 'h', NULL, "this text"},
    {"version", 0, NULL, "the version"},
    {NULL, 0, NULL, NULL},
};

static int add_interface(struct command *command, const char *name, struct problem *problem)
{
    if (!links_is_name(name))
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
    if (strcmp(name, "config") == 0)
        command->config_path = value;
    if (strcmp(name, "control-socket") == 0) {
        struct problem inner;
        if (config_socket_check(value, &inner) < 0)
            return problem_set(problem, "--control-socket: %s", inner.text);
        command->control_socket = value;
    }
    if (strcmp(name, "user") == 0) {
        struct problem inner;
        if (sandbox_check_user(value, &inner) < 0)
            return problem_set(problem, "--user: %s", inner.text);
        command->user = value;
    }
    if (strcmp(name, "pidfile") == 0) {
        if (value[0] != '/')
            return problem_set(problem, "--pidfile: '%s' is not a path that begins with '/'",
                               value);
        command->pidfile = value;
    }
    if (strcmp(name, "syslog") == 0)
        command->has_syslog = true;
    if (strcmp(name, "daemonize") == 0)
        command->is_daemon = true;
    if (strcmp(name, "no-sandbox") == 0)
        command->is_unconfined = true;
    if (strcmp(name, "test") == 0)
        command->wants_test = true;
    if (strcmp(name, "verbose") == 0)
        command->is_verbose = true;
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
    printf("Usage: igmpqd [-i INTERFACE]... [-c FILE] [-q SECONDS] [-t SECONDS] [-V VERSION] [-v]\n"
           "       igmpqd -T [-c FILE] [OPTION]...\n"
           "\n"
           "Asks the hosts of a network which multicast streams they want, so that snooping\n"
           "switches keep forwarding them. Elects one querier among many and takes over when\n"
           "it dies. Runs and logs to standard error until SIGTERM or SIGINT.\n"
           "\n");
    options_print(options, stdout);
    printf("\n"
           "SIGHUP reads the configuration file again; what did not change goes on undisturbed.\n"
           "Exit status: 0 after SIGTERM or SIGINT, 2 for a wrong command line, 1 otherwise.\n"
           "Example: igmpqd -i eth0 -q 60 -v\n");
}

static int fail_usage(const char *text)
{
    fprintf(stderr, "igmpqd: %s\n", text);
    return EXIT_STATUS_USAGE;
}

static int fail(const char *text)
{
    fprintf(stderr, "igmpqd: %s\n", text);
    return EXIT_STATUS_FAILURE;
}

/** Without a file that is what was forgotten on the command line. A file that leaves it to the
 * default route is right: at boot there is none yet, and a service manager is to try again. */
static int fail_no_interface(bool has_file)
{
    struct links links;
    struct problem problem;
    char names[256], text[400] = "which interface? give one with -i";

    if (links_take(&links, &problem) == 0) {
        snprintf(text, sizeof text,
                 "which interface? there is no default route to tell; give one with -i; there are: "
                 "%s",
                 links_names(&links, names, sizeof names));
        links_free(&links);
    }
    return has_file ? fail(text) : fail_usage(text);
}

static uint64_t random_seed(void)
{
    uint32_t seed = 0;

    if (getentropy(&seed, sizeof seed) != 0)
        seed = (uint32_t)getpid();
    return seed;
}

static void set_signal(int number, void (*handler)(int), sigset_t *blocked)
{
    struct sigaction action = {.sa_handler = handler};

    sigaction(number, &action, NULL);
    sigaddset(blocked, number);
}

/** Signals are let in only while waiting, so that none is lost between looking at the flags and
 * waiting. */
static void set_signals(sigset_t *wait_mask, bool may_reload)
{
    sigset_t blocked;

    sigemptyset(&blocked);
    set_signal(SIGTERM, on_stop, &blocked);
    set_signal(SIGINT, on_stop, &blocked);
    set_signal(SIGQUIT, on_stop, &blocked);
    /* Without a file there is nothing to read again, and a terminal that goes away takes its daemon
     * along; a log rotation that signals by habit does not. */
    set_signal(SIGHUP, may_reload || !isatty(STDERR_FILENO) ? on_reload : on_stop, &blocked);
    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no reason to stop querying */
    sigprocmask(SIG_BLOCK, &blocked, wait_mask);
    sigdelset(wait_mask, SIGTERM);
    sigdelset(wait_mask, SIGINT);
    sigdelset(wait_mask, SIGQUIT);
    sigdelset(wait_mask, SIGHUP);
}

/** How somebody else may want the process to be. */
struct process {
    struct pidfile *pidfile; /* NULL: none */
    int report;              /* for background_tell() */
};

static struct daemon *open_daemon(struct daemon_setup *setup, struct config *config,
                                  const struct process *process, struct problem *problem)
{
    setup->notify = notify_open(clock_now(), problem);
    if (problem->text[0] != '\0')
        log_warning("%s", problem->text);
    if (process->pidfile && pidfile_write(process->pidfile, problem) < 0)
        return NULL;
    return daemon_open(setup, config, problem);
}

static int run(struct daemon_setup *setup, struct config *config, const struct process *process)
{
    struct problem problem;
    sigset_t wait_mask;
    char settings[REPORT_SIZE];

    set_signals(&wait_mask, setup->config_path != NULL);
    report_settings(&config->segment[0].params, settings);
    log_info("igmpqd %s: %s", PACKAGE_VERSION, settings);
    for (const char *const *limit = system_limits(); *limit; limit++)
        log_info("%s", *limit);
    struct daemon *daemon = open_daemon(setup, config, process, &problem);
    background_tell(process->report, daemon ? NULL : problem.text);
    if (!daemon) {
        log_error("%s", problem.text);
        notify_close(setup->notify);
        return EXIT_STATUS_FAILURE;
    }
    daemon_run(daemon, &wishes, &wait_mask);
    log_info("stopping on signal %d (%s)", (int)wishes.stop, strsignal((int)wishes.stop));
    daemon_log_statistics(daemon);
    daemon_close(daemon);
    notify_close(setup->notify);
    return EXIT_SUCCESS;
}

/** In the background: relative to "/", so that a reload finds the file again. 0, or -1. */
static int make_absolute(struct daemon_setup *setup, char path[PATH_MAX], struct problem *problem)
{
    if (!setup->config_path || setup->config_path[0] == '/')
        return 0;
    if (!realpath(setup->config_path, path))
        return problem_set(problem, "%s: %s", setup->config_path, strerror(errno));
    setup->config_path = path;
    return 0;
}

/** In the foreground, or in the background until this process has told that it is ready there. */
static int launch(const struct command *command, struct daemon_setup *setup, struct config *config)
{
    struct process process = {.report = -1};
    struct problem problem;
    char path[PATH_MAX];
    enum background where = BACKGROUND_DAEMON;

    if (command->is_daemon || config->daemon.has_syslog)
        log_open_syslog(NULL);
    if (command->pidfile && !(process.pidfile = pidfile_open(command->pidfile, &problem)))
        return fail(problem.text);
    if (command->is_daemon)
        where = make_absolute(setup, path, &problem) < 0
                    ? BACKGROUND_FAILED
                    : background_start(&process.report, &problem);
    int status = EXIT_SUCCESS;
    switch (where) {
    case BACKGROUND_FAILED: status = fail(problem.text); break;
    case BACKGROUND_DAEMON: status = run(setup, config, &process); break;
    case BACKGROUND_READY:
        pidfile_leave(process.pidfile);
        process.pidfile = NULL;
        break;
    }
    pidfile_close(process.pidfile);
    return status;
}

/** The configuration and, where it names no interface, that of the default route; a file that is
 * only tested is right without one as well, as at boot. 0 or an exit status. */
static int load(const struct command *command, struct daemon_setup *setup, struct config *config,
                char route[LINK_NAME_SIZE])
{
    struct problem problem;

    if (daemon_load_config(setup, config, &problem) < 0) {
        fprintf(stderr, "igmpqd: %s\n", problem.text);
        return setup->config_path ? EXIT_STATUS_FAILURE : EXIT_STATUS_USAGE;
    }
    if (config_check_names(config, setup->config_path, &problem) < 0) {
        fprintf(stderr, "igmpqd: %s\n", problem.text);
        config_free(config);
        return EXIT_STATUS_FAILURE;
    }
    if (config->count > 0)
        return 0;
    bool has_route = links_default_route(route);
    if (!has_route && command->wants_test && setup->config_path) {
        log_warning("no interface is named: it will be that of the default route, which there is "
                    "none of now");
        return 0;
    }
    config_free(config);
    if (!has_route)
        return fail_no_interface(setup->config_path != NULL);
    if (setup->config_path && config_is_pipe(setup->config_path)) /* it is read once more */
        return fail("a configuration that comes from a pipe has to name its interfaces, or give "
                    "one with -i");
    log_info("no interface is named: using %s, which the default route uses", route);
    setup->route = route;
    if (daemon_load_config(setup, config, &problem) < 0)
        return fail_usage(problem.text);
    return 0;
}

static int finish_output(void)
{
    struct problem problem;

    return options_finish_output(stdout, &problem) ? EXIT_SUCCESS : fail(problem.text);
}

/** What is right in itself may still be wrong on this host, or just now: the exit status does not
 * say so, as a file may be tested elsewhere, or at boot. */
static int test(const struct config *config)
{
    struct links links;
    struct problem problem;

    bool is_known = links_take(&links, &problem) == 0;
    if (is_known)
        daemon_check_interfaces(config, &links);
    else
        log_warning("%s", problem.text);
    config_print(config, is_known ? &links : NULL, stdout);
    links_free(&links);
    return finish_output();
}

static int start(const struct command *command, struct daemon_setup *setup)
{
    struct config config;
    char route[LINK_NAME_SIZE];

    setup->config_path = command->config_path;
    if (!setup->config_path && access(DEFAULT_CONFIG, F_OK) == 0)
        setup->config_path = DEFAULT_CONFIG;
    setup->interfaces = command->interface;
    setup->interface_count = command->interface_count;
    setup->is_verbose = command->is_verbose;
    setup->user = command->user;
    setup->is_unconfined = command->is_unconfined;
    setup->has_syslog = command->has_syslog;
    setup->control_socket = command->control_socket;
    setup->version = PACKAGE_VERSION;
    setup->seed = command->has_seed ? command->seed : random_seed();
    int status = load(command, setup, &config, route);
    if (status != 0)
        return status;
    status = command->wants_test ? test(&config) : launch(command, setup, &config);
    config_free(&config);
    return status;
}

int main(int argc, char **argv)
{
    struct command command = {0};
    struct daemon_setup setup = {0};
    struct params checked = params_default(PROFILE_DEFAULT);
    struct options options = {own_options, &checked, take_option, &command, &setup.overrides};
    struct problem problem;
    char text[400];
    int status;

    background_fill_standard();
    int operand = options_read(&options, argc, argv, &problem);
    if (command.wants_help) {
        print_help(&options);
        status = finish_output();
    } else if (command.wants_version) {
        printf("igmpqd %s\n", PACKAGE_VERSION);
        status = finish_output();
    } else if (operand < 0) {
        status = fail_usage(problem.text);
    } else if (operand < argc) {
        snprintf(text, sizeof text, "'%s' is not an option; did you mean -i %s?", argv[operand],
                 argv[operand]);
        status = fail_usage(text);
    } else {
        status = start(&command, &setup);
    }
    free(setup.overrides.item);
    return status;
}
