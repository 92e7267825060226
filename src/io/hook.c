/* SPDX-License-Identifier: MIT */
/* Floor 3. The daemon's end of the hook: notes into a pipe. */
#include "igmpq/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook_process.h"
#include "igmpq/log.h"

#define PREFIX "IGMPQ_"

struct hook {
    int lane[HOOK_LANES];
    pid_t process;
    bool is_gone; /* the helper */
    uint64_t dropped;
    bool is_dropping; /* that was reported */
};

/** Where the next variable goes: behind the last, which two zeros end. */
static size_t note_length(const struct hook_note *note)
{
    size_t at = 0;

    while (at < sizeof note->text && note->text[at] != '\0')
        at += strlen(note->text + at) + 1;
    return at;
}

void hook_note_begin(struct hook_note *note, const char *event, const char *segment)
{
    *note = (struct hook_note){{0}};
    hook_note_add(note, "EVENT", event);
    hook_note_add(note, "SEGMENT", segment);
}

void hook_note_add(struct hook_note *note, const char *name, const char *value)
{
    size_t at = note_length(note);
    size_t head = strlen(PREFIX) + strlen(name) + 1;

    if (at + head + 2 > sizeof note->text) /* its own zero and the one behind the last */
        return;
    snprintf(note->text + at, sizeof note->text - at - 1, PREFIX "%s=%s", name, value);
    for (unsigned char *c = (unsigned char *)note->text + at + head; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
}

static void close_both(const int ends[HOOK_LANES])
{
    for (unsigned i = 0; i < HOOK_LANES; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/** Reading ends in `from`, writing ends in `to`, which never block. -1 with errno. */
static int make_lanes(int from[HOOK_LANES], int to[HOOK_LANES])
{
    for (unsigned i = 0; i < HOOK_LANES; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
            return -1;
        from[i] = ends[0];
        to[i] = ends[1];
        if (fcntl(to[i], F_SETFL, O_NONBLOCK) < 0)
            return -1;
    }
    return 0;
}

struct hook *hook_open(char *const *words, duration limit, const struct service_user *user,
                       struct problem *problem)
{
    struct hook *hook = calloc(1, sizeof *hook);
    int from[HOOK_LANES] = {-1, -1};

    if (!hook) {
        problem_set(problem, "no memory");
        return NULL;
    }
    hook->lane[0] = hook->lane[1] = -1;
    hook->process = make_lanes(from, hook->lane) == 0 ? fork() : -1;
    if (hook->process == 0) {
        close_both(hook->lane);
        hook_process_run(from, words, limit, user);
    }
    if (hook->process < 0) {
        problem_set(problem, "the hook's helper cannot be started: %s", strerror(errno));
        close_both(hook->lane);
        free(hook);
        hook = NULL;
    }
    close_both(from);
    return hook;
}

/** Once for each time that it happens. */
static void tell_dropping(struct hook *hook, const char *why)
{
    if (!hook->is_dropping)
        log_warning("%s; events are dropped", why);
    hook->is_dropping = true;
}

bool hook_tell(struct hook *hook, const struct hook_note *note, bool is_urgent)
{
    if (!hook)
        return true;
    if (hook->is_gone) {
        hook->dropped++;
        return false;
    }
    int lane = hook->lane[is_urgent ? 0 : 1];
    if (write(lane, note->text, sizeof note->text) == (ssize_t)sizeof note->text) {
        if (hook->is_dropping)
            log_info("the hook keeps up again; %" PRIu64 " events were dropped so far",
                     hook->dropped);
        hook->is_dropping = false;
        return true;
    }
    hook->dropped++;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        tell_dropping(hook, "the hook does not keep up");
        return false;
    }
    hook->is_gone = true;
    hook->is_dropping = false; /* this is worse, and told once more */
    waitpid(hook->process, NULL, WNOHANG);
    tell_dropping(hook, "the hook's helper is gone");
    return false;
}

uint64_t hook_dropped(const struct hook *hook)
{
    return hook ? hook->dropped : 0;
}

void hook_close(struct hook *hook)
{
    if (!hook)
        return;
    close_both(hook->lane);
    free(hook);
}
