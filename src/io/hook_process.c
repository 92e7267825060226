/* SPDX-License-Identifier: MIT */
/* Floor 3. The helper process: takes notes from the pipe and runs the program for each. It has no
 * other descriptor than the pipe and the daemon's standard ones. */
#include "config.h"

#include "hook_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "igmpq/clock.h"
#include "igmpq/log.h"

#define HOOK_PATH  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define HOOK_GRACE (1 * SECONDS) /* from asking the program to end until it has to */
#define HOOK_PAUSE (100 * MILLISECONDS)
#define HOOK_WORDS 40

/** What the helper knows. */
struct helper {
    int lane[HOOK_LANES];
    char *const *words;
    duration limit;
    sigset_t wait_mask; /* lets the end of the program in */
    instant ends;       /* no program is started after that; NEVER while the daemon lives */
    bool is_failing;    /* that was reported */
};

/** Wakes the wait for the program; that it came is all it has to say. */
static void on_child(int number)
{
    (void)number;
}

/** Waiting has failed: where it fails again and again, that is not to be a busy loop. */
static void pause_unless_interrupted(void)
{
    const struct timespec pause = clock_timespec(HOOK_PAUSE);

    if (errno != EINTR)
        nanosleep(&pause, NULL);
}

/** A note in full: true. False at the end of the pipe, which is that of the daemon. */
static bool read_note(int descriptor, struct hook_note *note)
{
    size_t have = 0;

    while (have < sizeof note->text) {
        ssize_t got = read(descriptor, note->text + have, sizeof note->text - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    note->text[sizeof note->text - 1] = note->text[sizeof note->text - 2] = '\0';
    return true;
}

/** The environment and the last two arguments are what the note says. */
static void become_program(const struct helper *helper, struct hook_note *note)
{
    char path[] = HOOK_PATH;
    char *environment[HOOK_VARIABLES_MOST + 2] = {path};
    char *arguments[HOOK_WORDS];
    unsigned count = 0, variables = 1;
    sigset_t none;

    for (char *at = note->text; *at != '\0' && variables <= HOOK_VARIABLES_MOST;
         at += strlen(at) + 1)
        environment[variables++] = at;
    for (char *const *word = helper->words; *word && count < HOOK_WORDS - 3; word++)
        arguments[count++] = *word;
    for (unsigned i = 1; i <= 2 && environment[i]; i++) /* EVENT and SEGMENT come first */
        arguments[count++] = strchr(environment[i], '=') + 1;
    arguments[count] = NULL;
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    if (nothing > STDERR_FILENO)
        close(nothing);
    execve(arguments[0], arguments, environment);
    _exit(127);
}

/** Wait for the program; true when it ended within `span`. */
static bool wait_for(const struct helper *helper, pid_t process, duration span, int *status)
{
    instant until = instant_after(clock_now(), span);

    for (;;) {
        if (waitpid(process, status, WNOHANG) != 0)
            return true;
        duration left = until - clock_now();
        if (left <= 0)
            return false;
        struct timespec timeout = clock_timespec(left);
        if (ppoll(NULL, 0, &timeout, &helper->wait_mask) < 0)
            pause_unless_interrupted();
    }
}

/** What came of it, once for each change. */
static void tell(struct helper *helper, bool is_late, int status)
{
    const char *program = helper->words[0];
    bool is_good = !is_late && WIFEXITED(status) && WEXITSTATUS(status) == 0;

    if (is_good && helper->is_failing)
        log_info("hook %s: works again", program);
    if (!is_good && !helper->is_failing) {
        if (is_late)
            log_warning("hook %s: took too long and was ended (hook-timeout)", program);
        else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
            log_warning("hook %s: cannot be run", program);
        else if (WIFEXITED(status))
            log_warning("hook %s: ended with status %d", program, WEXITSTATUS(status));
        else
            log_warning("hook %s: ended by signal %d", program, WTERMSIG(status));
    }
    helper->is_failing = !is_good;
}

static void run_program(struct helper *helper, struct hook_note *note)
{
    int status = 0;

    pid_t process = fork();
    if (process < 0) {
        tell(helper, false, 127 << 8);
        return;
    }
    if (process == 0)
        become_program(helper, note);
    setpgid(process, process); /* whoever of the two comes first */
    bool is_late = !wait_for(helper, process, helper->limit, &status);
    if (is_late) {
        kill(-process, SIGTERM);
        bool has_ended = wait_for(helper, process, HOOK_GRACE, &status);
        kill(-process, SIGKILL); /* and whatever else it has started in its group */
        if (!has_ended)
            waitpid(process, &status, 0);
    }
    tell(helper, is_late, status);
}

/** The next note, of the first lane that has one. False: the daemon is gone, and there are none. */
static bool next_note(struct helper *helper, struct hook_note *note)
{
    struct pollfd lanes[HOOK_LANES];

    for (;;) {
        for (unsigned i = 0; i < HOOK_LANES; i++)
            lanes[i] = (struct pollfd){.fd = helper->lane[i], .events = POLLIN};
        if (poll(lanes, HOOK_LANES, -1) < 0) {
            pause_unless_interrupted(); /* by a program's late child */
            continue;
        }
        if (helper->ends == INSTANT_NEVER && (lanes[0].revents & POLLHUP) != 0)
            helper->ends = instant_after(clock_now(), helper->limit);
        for (unsigned i = 0; i < HOOK_LANES; i++)
            if ((lanes[i].revents & POLLIN) != 0)
                return read_note(lanes[i].fd, note);
        if ((lanes[0].revents & POLLHUP) != 0)
            return false;
    }
}

/** No more than the pipes and the standard descriptors; no more rights than `user` has, without any
 * capability. */
static void confine(const struct helper *helper, const struct service_user *user)
{
    struct problem problem;

    sandbox_close_descriptors(STDERR_FILENO + 1, helper->lane, HOOK_LANES);
    if (!user)
        return;
    int dropped = sandbox_drop(user, SANDBOX_HELPER, &problem);
    if (dropped < 0) {
        log_error("the hook's helper: %s", problem.text);
        _exit(1);
    }
    if (dropped > 0)
        log_warning("the hook's helper: %s: hooks run as root, without its capabilities",
                    problem.text);
    if (access(helper->words[0], X_OK) != 0)
        log_warning("hook: %s cannot be run by user %s: %s", helper->words[0], user->name,
                    strerror(errno));
    /* That there is no filter is told by the daemon. */
    sandbox_filter(SANDBOX_HELPER, NULL, &problem);
}

void hook_process_run(const int lanes[HOOK_LANES], char *const *words, duration limit,
                      const struct service_user *user)
{
    struct helper helper = {.words = words, .limit = limit, .ends = INSTANT_NEVER};
    struct sigaction action = {.sa_handler = on_child};
    struct hook_note note;
    sigset_t blocked;

    /* A Ctrl-C is for the daemon; the helper ends with it, and a program is not torn down midway.
     */
    setsid();
#ifdef HAVE_SETPROCTITLE
    setproctitle("hook"); /* rc.subr of OpenBSD finds the daemon by its command line */
#endif
    for (unsigned i = 0; i < HOOK_LANES; i++) {
        helper.lane[i] = lanes[i];
        fcntl(lanes[i], F_SETFD, FD_CLOEXEC);
    }
    confine(&helper, user);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&blocked);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    helper.wait_mask = blocked;
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    while (next_note(&helper, &note) && clock_now() < helper.ends)
        run_program(&helper, &note);
    _exit(0);
}
