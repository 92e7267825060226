/* SPDX-License-Identifier: MIT */
/* Unit tests of events in words: what is said has to be true of the segment it happened on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "igmpq/report.h"

static const struct prefix own = {{0xc0a8010a}, 24};

static const char *said_of(const struct event *event, const struct segment *segment)
{
    static char text[REPORT_SIZE];

    report_event(event, segment, text);
    return text;
}

static void assert_begins(const char *text, const char *wanted)
{
    if (strncmp(text, wanted, strlen(wanted)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", text, wanted);
}

/* Who speaks from 0.0.0.0 or as backup yields to any querier, whatever its address. */
static void test_report_beaten(void **state)
{
    struct event event = {.kind = EVENT_ROLE, .cause = ELECTION_BEATEN, .address = {0xc0a80105}};
    struct segment segment = {.params = params_default(PROFILE_DEFAULT),
                              .identity = {.is_up = true, .own = own}};

    (void)state;
    assert_begins(said_of(&event, &segment), "LOST to lower IP 192.168.1.5: ");
    segment.params.mode = MODE_BACKUP;
    assert_begins(said_of(&event, &segment), "yields to 192.168.1.5: ");
    segment.params.mode = MODE_ACTIVE;
    segment.identity.is_proxy = true;
    assert_begins(said_of(&event, &segment), "yields to 192.168.1.5: ");
}

static void test_report_down(void **state)
{
    struct event event = {.kind = EVENT_ROLE, .cause = ELECTION_STOP, .role_to = ROLE_DOWN};
    struct segment segment = {.identity = {.own = own}};

    (void)state;
    assert_string_equal(said_of(&event, &segment), "down: no link; memberships forgotten");
    segment.identity = (struct identity){.is_up = true};
    assert_string_equal(said_of(&event, &segment), "down: no address; memberships forgotten");
    segment.identity = (struct identity){0};
    assert_string_equal(said_of(&event, &segment), "down: no link; memberships forgotten");
}

/* One warning for each of four tables: it names the limits of all. */
static void test_report_table_full(void **state)
{
    struct event event = {
        .kind = EVENT_WARNING, .warning = WARNING_TABLE_FULL, .address = {0xc0a80105}};
    struct segment segment = {.params = params_default(PROFILE_DEFAULT)};

    (void)state;
    segment.params.max_queriers = 17;
    assert_begins(said_of(&event, &segment), "a table is full (last seen from 192.168.1.5): ");
    assert_non_null(strstr(said_of(&event, &segment), "4096 groups (max-groups)"));
    assert_non_null(strstr(said_of(&event, &segment), "16384 sources (max-sources)"));
    assert_non_null(strstr(said_of(&event, &segment), "4096 reporting hosts (max-reporters)"));
    assert_non_null(strstr(said_of(&event, &segment), "17 queriers (fixed)"));
}

static void test_report_same_host(void **state)
{
    (void)state;
    assert_non_null(strstr(report_verdict(VERDICT_SAME_HOST), "another querier program on this"));
    assert_non_null(strstr(report_verdict(VERDICT_SAME_HOST), "0.0.0.0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_beaten),
        cmocka_unit_test(test_report_down),
        cmocka_unit_test(test_report_table_full),
        cmocka_unit_test(test_report_same_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
