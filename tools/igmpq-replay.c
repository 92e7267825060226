/* SPDX-License-Identifier: MIT */
/* Floor 4. igmpq-replay: signals and exit statuses of the replay. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "igmpq/json.h"
#include "igmpq/links.h"
#include "igmpq/options.h"
#include "igmpq/sandbox.h"
#include "replay/replay.h"

static volatile sig_atomic_t stop_signal;

static void on_stop(int number)
{
    stop_signal = number;
}

/** A live capture ends with its summary. */
static void set_signals(bool is_live)
{
    struct sigaction action = {.sa_handler = on_stop};

    if (!is_live)
        return;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/** A capture comes from strangers, and all that is needed is open: should a frame ever make this
 * program do what it is not meant to, it can do little. Where the system has no such thing, nothing
 * is lost. A live capture has a socket to go on with, and is not confined. */
static void confine(const struct replay_options *options)
{
    struct problem ignored;

    if (options->interface != NULL)
        return;
    /* Who draws on the system once, now or never. */
    json_draw_seed();
    tzset();
    sandbox_filter(SANDBOX_READER, NULL, &ignored);
}

/** Whether there is the interface to listen on, told as the other programs tell it. What cannot be
 * asked is left to the capture. */
static bool check_interface(const char *name, struct problem *problem)
{
    struct links links;
    char names[256];

    if (!name || links_take(&links, NULL) < 0)
        return true;
    bool is_there = links_find(&links, name) != NULL;
    if (!is_there)
        problem_set(problem, "there is no interface %s; there are: %s", name,
                    links_names(&links, names, sizeof names));
    links_free(&links);
    return is_there;
}

static int finish_output(int status)
{
    struct problem problem;

    if (options_finish_output(stdout, &problem))
        return status;
    fprintf(stderr, "igmpq-replay: %s\n", problem.text);
    return REPLAY_EXIT_UNREADABLE;
}

static int run(const struct replay_options *options)
{
    struct replay *replay = calloc(1, sizeof *replay);
    struct problem problem;
    int status = EXIT_SUCCESS;

    if (replay == NULL) {
        fprintf(stderr, "igmpq-replay: no memory\n");
        return REPLAY_EXIT_UNREADABLE;
    }
    set_signals(options->interface != NULL);
    replay->options = options;
    replay->input = options->interface != NULL        ? options->interface
                    : strcmp(options->path, "-") == 0 ? "standard input"
                                                      : options->path;
    if (!check_interface(options->interface, &problem) || replay_open(replay, &problem) < 0) {
        fprintf(stderr, "igmpq-replay: %s\n", problem.text);
        status = REPLAY_EXIT_UNREADABLE;
    } else {
        confine(options);
        replay_run(replay, &stop_signal);
    }
    if (replay->has_trouble) {
        fprintf(stderr, "igmpq-replay: %s\n", replay->trouble.text);
        status = REPLAY_EXIT_UNREADABLE;
    }
    for (int s = options->fail_on; s >= 0 && s < FINDING_SEVERITY_COUNT; s++)
        if (replay->finding_count[s] > 0 && status == EXIT_SUCCESS)
            status = REPLAY_EXIT_FOUND;
    replay_close(replay);
    free(replay);
    return finish_output(status);
}

int main(int argc, char **argv)
{
    struct replay_options options;

    int status = replay_options_read(&options, argc, argv);
    if (options.wants_help) {
        replay_options_help();
        return finish_output(EXIT_SUCCESS);
    }
    if (options.wants_version) {
        printf("igmpq-replay %s\n", PACKAGE_VERSION);
        return finish_output(EXIT_SUCCESS);
    }
    return status == 0 ? run(&options) : status;
}
