/* SPDX-License-Identifier: MIT */
/* Floor 4. What is opened before the first frame is read, and closed behind the last one. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay.h"

/** Whether writing would destroy what is being read, by whatever name. */
static bool is_input(const struct replay_options *options, const char *path)
{
    struct stat input, output;
    int result;

    if (options->interface != NULL || stat(path, &output) != 0)
        return false;
    result =
        strcmp(options->path, "-") == 0 ? fstat(STDIN_FILENO, &input) : stat(options->path, &input);
    return result == 0 && S_ISREG(output.st_mode) && input.st_dev == output.st_dev &&
           input.st_ino == output.st_ino;
}

static int open_engine(struct replay *replay, struct problem *problem)
{
    const struct replay_options *options = replay->options;
    struct findings_setup setup = findings_setup_default();

    setup.switch_timeout = options->params.switch_timeout;
    setup.router_timeout = options->params.switch_router_timeout;
    setup.ssm_range = options->params.ssm_range;
    setup.max_groups = options->params.max_groups;
    setup.max_hosts = options->params.max_reporters;
    if (options->interface != NULL)
        setup.pause = INSTANT_NEVER; /* who listens knows that nothing came */
    replay->engine = engine_create(options->seed);
    replay->findings = findings_create(&setup);
    if (replay->engine == NULL || replay->findings == NULL)
        return problem_set(problem, "no memory");
    if (options->is_as) {
        replay->own = replay_lan_add_own(replay);
        if (replay->own == ENGINE_NO_SEGMENT)
            return problem_set(problem, "no memory");
    }
    if (options->write_path == NULL)
        return 0;
    if (is_input(options, options->write_path))
        return problem_set(problem, "%s is the capture that is read: write to another file",
                           options->write_path);
    replay->builder = builder_open(problem);
    if (replay->builder == NULL)
        return -1;
    replay->recorder = recorder_open(options->write_path, problem);
    return replay->recorder == NULL ? -1 : 0;
}

int replay_open(struct replay *replay, struct problem *problem)
{
    const struct replay_options *options = replay->options;
    bool is_live = options->interface != NULL;

    replay->first = replay->last = INSTANT_NEVER;
    enum capture_scope scope = options->has_streams ? CAPTURE_MULTICAST : CAPTURE_IGMP;
    replay->capture = is_live ? capture_open_live(options->interface, scope, problem)
                              : capture_open_file(options->path, problem);
    if (replay->capture == NULL)
        return -1;
    if (is_live && capture_hear_every_vlan(replay->capture, true, problem) < 0)
        return -1;
    replay->link = capture_link_type(replay->capture);
    return open_engine(replay, problem);
}

void replay_close(struct replay *replay)
{
    recorder_close(replay->recorder, NULL);
    builder_close(replay->builder);
    findings_destroy(replay->findings);
    engine_destroy(replay->engine);
    capture_close(replay->capture);
    replay_lan_free(replay);
}
