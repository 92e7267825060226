/* SPDX-License-Identifier: MIT */
/* Unit tests of the memory of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/daemon/daemon_events.h"
#include "igmpq/control.h"

static void remember(struct event_log *log, unsigned times, enum log_level level, const char *text)
{
    struct event event = {.kind = EVENT_ROLE};

    for (; times > 0; times--)
        event_log_add(log, &event, "role", "eth0", level, text);
}

static void test_events_are_kept_in_order(void **state)
{
    struct event_log *log = event_log_open();

    (void)state;
    assert_null(event_log_next(log, 0));
    assert_int_equal(event_log_before(log, 5), 0);
    remember(log, 2, LOG_LEVEL_INFO, "notable");
    remember(log, 1, LOG_LEVEL_DEBUG, "routine");
    remember(log, 1, LOG_LEVEL_WARNING, "another");
    for (uint64_t serial = 1; serial <= 4; serial++)
        assert_int_equal(event_log_next(log, serial - 1)->serial, serial);
    assert_null(event_log_next(log, 4));
    assert_string_equal(event_log_next(log, 1)->text, "notable");
    assert_null(event_log_next(log, 2)->text);
    assert_string_equal(event_log_next(log, 3)->text, "another");
    assert_int_equal(event_log_before(log, 0), 4);
    assert_int_equal(event_log_before(log, 2), 2);
    assert_int_equal(event_log_before(log, CONTROL_EVERYTHING), 0);
    event_log_close(log);
}

static void test_routine_does_not_push_out_what_matters(void **state)
{
    struct event_log *log = event_log_open();

    (void)state;
    remember(log, 1, LOG_LEVEL_INFO, "the role");
    remember(log, 5 * EVENTS_ROUTINE, LOG_LEVEL_DEBUG, "a group");
    assert_int_equal(event_log_last(log), 1 + 5 * EVENTS_ROUTINE);
    assert_string_equal(event_log_next(log, 0)->text, "the role");
    assert_int_equal(event_log_next(log, 1)->serial, 2 + 4 * EVENTS_ROUTINE);
    assert_int_equal(event_log_before(log, EVENTS_ROUTINE), 1);
    assert_int_equal(event_log_before(log, EVENTS_ROUTINE + 1), 0);
    remember(log, EVENTS_NOTABLE, LOG_LEVEL_INFO, "later");
    assert_int_equal(event_log_next(log, 0)->serial, 2 + 4 * EVENTS_ROUTINE);
    event_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_kept_in_order),
        cmocka_unit_test(test_routine_does_not_push_out_what_matters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
