/* SPDX-License-Identifier: MIT */
/* Unit tests of what the service manager is told. The manager is a socket of the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "igmpq/notify.h"
#include "says.h"

#define NOON (12 * 3600 * SECONDS)

/** Bind a manager's socket and name it in the environment. */
static int make_manager(bool is_abstract, char path[64])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    assert_true(descriptor >= 0);
    snprintf(path, 64, "%s%s/igmpq-notify-%ld", is_abstract ? "@" : "", P_tmpdir, (long)getpid());
    memcpy(address.sun_path, path, strlen(path));
    if (is_abstract)
        address.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, size + !is_abstract), 0);
    setenv("NOTIFY_SOCKET", path, 1);
    return descriptor;
}

/** The next message, or "". */
static const char *heard(int manager, char out[512])
{
    ssize_t length = recv(manager, out, 511, 0);

    out[length > 0 ? length : 0] = '\0';
    return out;
}

static void test_nobody_asks(void **state)
{
    struct problem problem = {"x"};

    (void)state;
    unsetenv("NOTIFY_SOCKET");
    assert_null(notify_open(NOON, &problem));
    assert_string_equal(problem.text, "");
    notify_ready(NULL, NOON, "well");
    notify_reloading(NULL);
    notify_stopping(NULL);
    notify_turn(NULL, NOON);
    assert_true(notify_deadline(NULL) == INSTANT_NEVER);
    notify_close(NULL);
}

static void tell_all(bool is_abstract)
{
    struct problem problem;
    char path[64], text[512];
    int manager = make_manager(is_abstract, path);

    unsetenv("WATCHDOG_USEC");
    struct notify *notify = notify_open(NOON, &problem);
    if (!notify)
        fail_msg("%s", problem.text);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_true(notify_deadline(notify) == INSTANT_NEVER);
    notify_ready(notify, NOON, "querier on 1 of 1 segment");
    assert_string_equal(heard(manager, text), "READY=1\nSTATUS=querier on 1 of 1 segment\n");
    notify_status(notify, NOON, "querier on 0 of 1 segment");
    assert_string_equal(heard(manager, text), "STATUS=querier on 0 of 1 segment\n");
    notify_reloading(notify);
    assert_int_equal(strncmp(heard(manager, text), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
    assert_true(strtoll(text + 27, NULL, 10) > 0);
    notify_turn(notify, NOON + 3600 * SECONDS);
    assert_string_equal(heard(manager, text), "");
    notify_stopping(notify);
    assert_string_equal(heard(manager, text), "STOPPING=1\nSTATUS=stopping\n");
    notify_close(notify);
    close(manager);
    if (!is_abstract)
        unlink(path);
}

static void test_at_a_path(void **state)
{
    (void)state;
    tell_all(false);
}

static void test_at_an_abstract_name(void **state)
{
    (void)state;
#ifdef __linux__
    tell_all(true);
#else
    skip();
#endif
}

static void test_watchdog(void **state)
{
    struct problem problem;
    char path[64], text[512], process[24];
    int manager = make_manager(false, path);

    (void)state;
    snprintf(process, sizeof process, "%ld", (long)getpid());
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", process, 1);
    struct notify *notify = notify_open(NOON, &problem);
    assert_non_null(notify);
    assert_null(getenv("WATCHDOG_USEC"));
    assert_null(getenv("WATCHDOG_PID"));
    assert_true(notify_deadline(notify) == NOON);
    notify_turn(notify, NOON);
    assert_string_equal(heard(manager, text), "WATCHDOG=1\n");
    assert_true(notify_deadline(notify) == NOON + 15 * SECONDS);
    notify_turn(notify, NOON + 14 * SECONDS);
    assert_string_equal(heard(manager, text), "");
    notify_turn(notify, NOON + 15 * SECONDS);
    assert_string_equal(heard(manager, text), "WATCHDOG=1\n");
    assert_true(notify_deadline(notify) == NOON + 30 * SECONDS);
    notify_close(notify);

    /* For another process; and no number. */
    setenv("NOTIFY_SOCKET", path, 1);
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    notify = notify_open(NOON, &problem);
    assert_true(notify_deadline(notify) == INSTANT_NEVER);
    notify_close(notify);
    setenv("NOTIFY_SOCKET", path, 1);
    setenv("WATCHDOG_USEC", "soon", 1);
    notify = notify_open(NOON, &problem);
    assert_true(notify_deadline(notify) == INSTANT_NEVER);
    notify_close(notify);
    close(manager);
    unlink(path);
}

/* Whose queue is full is told again, of the last state, and once. */
static void test_a_manager_that_does_not_read(void **state)
{
    struct problem problem;
    char path[64], text[512];
    int manager = make_manager(false, path);
    unsigned count = 0, ready = 0;

    (void)state;
    struct notify *notify = notify_open(NOON, &problem);
    assert_non_null(notify);
    while (notify_deadline(notify) == INSTANT_NEVER && count++ < 100000)
        notify_status(notify, NOON, count % 2 == 0 ? "busy" : "still busy");
    assert_true(count < 100000);
    notify_ready(notify, NOON, "at last");
    while (heard(manager, text)[0] != '\0')
        ready += strncmp(text, "READY", 5) == 0;
    assert_int_equal(ready, 0);
    assert_true(notify_deadline(notify) > NOON);
    notify_turn(notify, notify_deadline(notify));
    assert_string_equal(heard(manager, text), "READY=1\nSTATUS=at last\n");
    assert_true(notify_deadline(notify) == INSTANT_NEVER);
    /* One that is gone is no reason to wait. */
    close(manager);
    unlink(path);
    notify_ready(notify, NOON, "alone");
    assert_true(notify_deadline(notify) == INSTANT_NEVER);
    notify_close(notify);
}

/* It is fed again soon where its queue is full, and not half a time-out later, which is its end. */
static void test_a_watchdog_whose_queue_is_full(void **state)
{
    struct problem problem;
    char path[64], text[512];
    int manager = make_manager(false, path);
    bool is_fed = false;

    (void)state;
    setenv("WATCHDOG_USEC", "30000000", 1);
    unsetenv("WATCHDOG_PID");
    struct notify *notify = notify_open(NOON, &problem);
    assert_non_null(notify);
    for (unsigned i = 0; i < 100000; i++)
        notify_status(notify, NOON, i % 2 == 0 ? "busy" : "still busy");
    notify_turn(notify, NOON);
    while (heard(manager, text)[0] != '\0')
        assert_null(strstr(text, "WATCHDOG"));
    notify_turn(notify, NOON + 100 * MILLISECONDS);
    while (heard(manager, text)[0] != '\0')
        is_fed |= strcmp(text, "WATCHDOG=1\n") == 0;
    assert_true(is_fed);
    assert_true(notify_deadline(notify) == NOON + 100 * MILLISECONDS + 15 * SECONDS);
    notify_close(notify);
    close(manager);
    unlink(path);
}

static void test_what_is_no_address(void **state)
{
    static const char *const wrong[] = {"vsock:2:1234", "relative", "/", "@"};
    struct problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        setenv("NOTIFY_SOCKET", wrong[i], 1);
        assert_null(notify_open(NOON, &problem));
        assert_says(&problem, "NOTIFY_SOCKET");
        assert_null(getenv("NOTIFY_SOCKET"));
    }
    setenv("NOTIFY_SOCKET", "/no/such/socket", 1);
    assert_null(notify_open(NOON, &problem));
    assert_says(&problem, "cannot be told");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_asks),
        cmocka_unit_test(test_at_a_path),
        cmocka_unit_test(test_at_an_abstract_name),
        cmocka_unit_test(test_watchdog),
        cmocka_unit_test(test_a_manager_that_does_not_read),
        cmocka_unit_test(test_a_watchdog_whose_queue_is_full),
        cmocka_unit_test(test_what_is_no_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
