/* SPDX-License-Identifier: MIT */
/* Floor 4. The configuration of the daemon: where its parts come from, and reading it again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon_private.h"
#include "igmpq/clock.h"
#include "igmpq/log.h"

static void tell_warning(const char *text)
{
    log_warning("%s", text);
}

static void tell_nothing(const char *text)
{
    (void)text;
}

/** Command line, file, environment, default: the first that says something. */
static int choose_socket(const struct daemon_setup *setup, struct daemon_config *config,
                         struct problem *problem)
{
    const char *environment = getenv(CONTROL_ENVIRONMENT);
    const char *given = setup->control_socket;
    struct problem inner;

    if ((!given || strcmp(given, CONTROL_AUTO) == 0) && config->control_socket[0] != '\0')
        return 0;
    if ((!given || strcmp(given, CONTROL_AUTO) == 0) && environment && environment[0] != '\0') {
        given = environment;
        if (config_socket_check(given, &inner) < 0)
            return problem_set(problem, CONTROL_ENVIRONMENT ": %s", inner.text);
    }
    if (!given || strcmp(given, CONTROL_AUTO) == 0)
        given = CONTROL_SOCKET;
    snprintf(config->control_socket, sizeof config->control_socket, "%s", given);
    return 0;
}

static int load_segments(const struct daemon_setup *setup, struct config *out,
                         struct problem *problem)
{
    int result = config_load(setup->config_path, &setup->overrides, setup->interfaces,
                             setup->interface_count, out, tell_warning, problem);
    if (result < 0 || out->count > 0 || !setup->route)
        return result;
    config_free(out);
    return config_load(setup->config_path, &setup->overrides, &setup->route, 1, out, tell_nothing,
                       problem);
}

int daemon_load_config(const struct daemon_setup *setup, struct config *out,
                       struct problem *problem)
{
    if (load_segments(setup, out, problem) < 0)
        return -1;
    if (choose_socket(setup, &out->daemon, problem) < 0) {
        config_free(out);
        return -1;
    }
    if (setup->user)
        snprintf(out->daemon.user, sizeof out->daemon.user, "%s", setup->user);
    out->daemon.is_unconfined |= setup->is_unconfined;
    out->daemon.has_syslog |= setup->has_syslog;
    return 0;
}

void daemon_apply_verbosity(const struct daemon *daemon)
{
    bool is_verbose = daemon->setup->is_verbose || daemon->config.is_verbose;

    if (daemon->verbosity != VERBOSITY_CONFIGURED)
        is_verbose = daemon->verbosity == VERBOSITY_ON;
    log_set_level(is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
}

void daemon_set_verbosity(struct daemon *daemon, enum verbosity verbosity)
{
    daemon->verbosity = verbosity;
    daemon_apply_verbosity(daemon);
}

static bool is_same_hook(char *const *a, char *const *b)
{
    if (!a || !b)
        return a == b;
    while (*a && *b && strcmp(*a, *b) == 0) {
        a++;
        b++;
    }
    return !*a && !*b;
}

/** What was made at the start stays: the socket, and the helper that was forked before anything. */
static void tell_unapplied(const struct daemon_config *before, const struct daemon_config *now)
{
    const struct {
        const char *name;
        bool has_changed;
    } settings[] = {
        {"control-socket", strcmp(before->control_socket, now->control_socket) != 0},
        {"control-group", strcmp(before->control_group, now->control_group) != 0},
        {"control-mode", before->control_mode != now->control_mode},
        {"metrics-address", strcmp(before->metrics_address, now->metrics_address) != 0},
        {"hook", !is_same_hook(before->hook, now->hook)},
        {"hook-timeout", before->hook_timeout != now->hook_timeout},
        {"user", strcmp(before->user, now->user) != 0},
        {"sandbox", before->is_unconfined != now->is_unconfined},
        {"syslog", before->has_syslog != now->has_syslog},
        {"findings-horizon", before->findings_horizon != now->findings_horizon},
    };
    char names[160] = "";
    size_t used = 0;
    unsigned changed = 0;

    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (settings[i].has_changed)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                     changed++ ? ", " : "", settings[i].name);
    if (changed > 0)
        log_warning("%s changed: taken over when igmpqd is started again", names);
}

static int reload(struct daemon *daemon, struct problem *problem)
{
    struct problem ignored;
    struct config config;

    if (!daemon->setup->config_path) {
        problem_set(problem, "there is no configuration file to read again");
        log_info("%s", problem->text);
        return -1;
    }
    if (config_is_pipe(daemon->setup->config_path)) {
        problem_set(problem, "%s is a pipe: what it had to say was read at the start",
                    daemon->setup->config_path);
        log_error("%s; the configuration stays as it was", problem->text);
        return -1;
    }
    if (daemon_load_config(daemon->setup, &config, problem) < 0) {
        log_error("%s; the configuration stays as it was", problem->text);
        return -1;
    }
    if (config.count == 0) {
        problem_set(problem, "%s names no interface", daemon->setup->config_path);
        log_error("%s; the configuration stays as it was", problem->text);
        config_free(&config);
        return -1;
    }
    /* Reloads in a row say so each time, until it is started again or set as it was. */
    if (!daemon->is_reloaded) {
        daemon->is_reloaded = true;
        daemon->started_with.daemon = daemon->config.daemon;
        daemon->config.daemon.hook = NULL; /* it has another owner now */
    }
    tell_unapplied(&daemon->started_with.daemon, &config.daemon);
    config_free(&daemon->config);
    daemon->config = config;
    daemon_apply_verbosity(daemon);
    log_info("configuration read again");
    daemon->is_reload_pending = true;
    daemon_look(daemon, false, &ignored);
    return 0;
}

int daemon_reload(struct daemon *daemon, struct problem *problem)
{
    notify_reloading(daemon->setup->notify);
    int result = reload(daemon, problem);
    daemon_notify_ready(daemon, clock_now());
    return result;
}
