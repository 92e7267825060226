/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of the hook: what the program is told, that one which does not end is ended, and that
 * telling never waits. The program is a shell that the test hands its script to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "igmpq/clock.h"
#include "igmpq/hook.h"
#include "igmpq/log.h"
#include "within.h"

#define PATIENCE (20 * SECONDS) /* for what ought to take an instant */
#define LIMIT    (1 * SECONDS)  /* in which a busy machine starts a shell, all the same */

static char folder[48];
static char file[64]; /* in it, what the programs write */

static int make_file(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, P_tmpdir "/igmpq-hook-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/said", folder);
    int descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(descriptor >= 0);
    close(descriptor);
    setenv("IGMPQ_TEST_SECRET", "not for the program", 1);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    /* A program that outlived its test may still write; where the folder is gone it cannot. */
    do
        unlink(file);
    while (rmdir(folder) < 0 && errno == ENOTEMPTY);
    return 0;
}

static const char *content(void)
{
    static char text[65536];
    int descriptor = open(file, O_RDONLY);
    ssize_t got = read(descriptor, text, sizeof text - 1);

    close(descriptor);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

/** Until the file holds `what`, or for ever so long. */
static bool comes(const char *what)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    instant until = clock_now() + PATIENCE;

    while (!strstr(content(), what)) {
        if (clock_now() > until)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static struct hook *open_hook(const char *script, duration limit)
{
    /* $0 is the file; what the hook adds follows. */
    char *words[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, strdup(script), file, NULL};
    struct problem problem;

    struct hook *hook = hook_open(words, limit, NULL, &problem);
    assert_non_null(hook);
    free(words[2]);
    return hook;
}

static struct hook_note note_of(const char *event)
{
    struct hook_note note;

    hook_note_begin(&note, event, "eth0/10");
    return note;
}

static void test_the_program_is_told(void **state)
{
    struct hook *hook =
        open_hook("exec >$0; echo \"$# $1 $2\"; env; cat; for n in 3 4 5 6 7 8 9; do "
                  "(eval \": <&$n\") 2>/dev/null && echo open; done; echo done",
                  10 * SECONDS);
    struct hook_note note = note_of("role");

    (void)state;
    hook_note_add(&note, "ROLE", "querier");
    hook_note_add(&note, "TEXT", "two words; $(reboot)\nand a line");
    assert_true(hook_tell(hook, &note, true));
    assert_true(comes("done"));
    assert_non_null(strstr(content(), "2 role eth0/10\n"));
    assert_non_null(strstr(content(), "\nIGMPQ_EVENT=role\n"));
    assert_non_null(strstr(content(), "\nIGMPQ_SEGMENT=eth0/10\n"));
    assert_non_null(strstr(content(), "\nIGMPQ_ROLE=querier\n"));
    assert_non_null(strstr(content(), "\nIGMPQ_TEXT=two words; $(reboot)?and a line\n"));
    assert_non_null(strstr(content(), "\nPATH=/"));
    assert_null(strstr(content(), "SECRET"));
    assert_null(strstr(content(), "open"));
    hook_close(hook);
}

static void test_one_after_the_other_and_to_the_end(void **state)
{
    struct hook *hook = open_hook("sleep 0.05; echo $1 >>$0", 10 * SECONDS);
    struct hook_note first = note_of("first"), second = note_of("second"), third = note_of("third");

    (void)state;
    assert_true(hook_tell(hook, &first, true));
    assert_true(hook_tell(hook, &second, true));
    assert_true(hook_tell(hook, &third, true));
    hook_close(hook); /* what was told is done all the same */
    assert_true(comes("first\nsecond\nthird\n"));
}

static void test_urgent_ones_go_first(void **state)
{
    struct hook *hook = open_hook("sleep 0.2; echo $1 >>$0", 10 * SECONDS);
    struct hook_note group = note_of("group"), role = note_of("role");

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_true(hook_tell(hook, &group, false));
    assert_true(hook_tell(hook, &role, true));
    assert_true(comes("role"));
    assert_null(strstr(content(), "group\ngroup\ngroup\n")); /* at most one had begun already */
    hook_close(hook);
}

static void test_one_that_does_not_end_is_ended(void **state)
{
    struct hook *hook =
        open_hook("test $1 = stuck || { echo $1 >>$0; exit; }; sleep 100 & wait", LIMIT);
    struct hook_note stuck = note_of("stuck"), next = note_of("next");

    (void)state;
    instant began = clock_now();
    assert_true(hook_tell(hook, &stuck, true));
    assert_true(hook_tell(hook, &next, true));
    assert_true(comes("next"));
    assert_true(clock_now() - began >= LIMIT);
    hook_close(hook);
}

static void test_one_that_will_not_be_ended_is_killed(void **state)
{
    struct hook *hook = open_hook("test $1 = stuck || { echo $1 >>$0; exit; }\n"
                                  "trap '' TERM; while :; do sleep 1; done",
                                  LIMIT);
    struct hook_note stuck = note_of("stuck"), next = note_of("next");

    (void)state;
    assert_true(hook_tell(hook, &stuck, true));
    assert_true(hook_tell(hook, &next, true));
    assert_true(comes("next"));
    hook_close(hook);
}

static void test_telling_never_waits(void **state)
{
    struct hook *hook = open_hook("sleep 100", SECONDS / 10);
    struct hook_note group = note_of("group"), role = note_of("role");
    unsigned told = 0;

    (void)state;
    for (unsigned i = 0; i < 5000; i++)
        told += hook_tell(hook, &group, false);
    assert_within(told, 8, 4999); /* what a pipe holds, on every system */
    assert_int_equal(hook_dropped(hook), 5000 - told);
    assert_true(hook_tell(hook, &role, true)); /* has a lane of its own */
    hook_close(hook);
}

static void test_a_program_that_is_not_there(void **state)
{
    char *words[] = {(char[]){"/no/such/program"}, NULL};
    struct problem problem;
    struct hook_note note = note_of("role");

    (void)state;
    struct hook *hook = hook_open(words, SECONDS, NULL, &problem);
    assert_non_null(hook);
    assert_true(hook_tell(hook, &note, true));
    hook_close(hook);
    assert_true(hook_tell(NULL, &note, true)); /* no hook, nothing to drop */
    assert_int_equal(hook_dropped(NULL), 0);
    hook_close(NULL);
}

static void test_a_note_that_is_full_is_cut(void **state)
{
    char long_value[600];
    struct hook_note note = note_of("role");

    (void)state;
    memset(long_value, 'x', sizeof long_value - 1);
    long_value[sizeof long_value - 1] = '\0';
    hook_note_add(&note, "TEXT", long_value);
    assert_int_equal(note.text[sizeof note.text - 1], '\0');
    assert_int_equal(note.text[sizeof note.text - 2], '\0');
    assert_int_equal(note.text[sizeof note.text - 3], 'x');
    struct hook_note before = note;
    hook_note_add(&note, "MORE", "y");
    assert_memory_equal(&note, &before, sizeof note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_program_is_told, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_one_after_the_other_and_to_the_end, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(test_urgent_ones_go_first, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_one_that_does_not_end_is_ended, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(test_one_that_will_not_be_ended_is_killed, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(test_telling_never_waits, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_a_program_that_is_not_there, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_a_note_that_is_full_is_cut, make_file, remove_file),
    };

    signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
