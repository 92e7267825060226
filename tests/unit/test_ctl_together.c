/* SPDX-License-Identifier: MIT */
/* What igmpqctl makes of several answers together, what it does, and what it passes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/ctl/ctl.h"
#include "ctl_canned.h"
#include "ctl_fixture.h"

/* Colours where they are wanted, and around whole words. */
static void test_colors(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows(
        "queriers --color never",
        "QUERIER       MAC                SEGMENT  ELECTED  V  QUERIES  REFUSED  SILENT  LAST "
        "QUERY\n"
        "192.168.10.1  00:00:5e:00:53:01  eth1/10  yes      3       90        0      3s  accepted\n"
        "192.168.10.2  00:00:5e:00:53:02  eth1/10  no       2        2        2   3h04m  bad-ttl: "
        "its TTL is not 1\n");
    shows(
        "queriers --color always",
        "\033[1mQUERIER       MAC                SEGMENT  ELECTED  V  QUERIES  REFUSED  SILENT  "
        "LAST QUERY\033[0m\n"
        "192.168.10.1  00:00:5e:00:53:01  eth1/10  yes      3       90        0      3s  accepted\n"
        "192.168.10.2  00:00:5e:00:53:02  eth1/10  no       2        2        2   3h04m  bad-ttl: "
        "its TTL is not 1\n");
    shows("status eth1/10 --color always",
          "igmpqd 0.1.0, process 4711, up 3 h 05 min, configuration /etc/igmpqd.conf\n"
          "\n"
          "eth1/10: \033[1mquerier 192.168.10.1\033[0m, MAC 00:00:5e:00:53:01, version 3\n"
          "  elected    since 2026-10-29 05:55:16, last heard 3 s ago\n"
          "  it asks    every 125 s as measured, every 125 s as it says\n"
          "  here       non-querier since 2026-10-29 05:55:16\n"
          "  source     192.168.10.10/24, MAC 00:00:5e:00:53:0b, version 3, mode active\n"
          "  next       takes over in 252 s, unless a querier is heard (timeout 255 s)\n"
          "  intervals  query 125 s, response 10 s, robustness 2\n"
          "  members    1 group, 1 host, 2 other queriers heard\n");
    shows("events --color always",
          "2026-10-29 08:58:20.123  eth0      role                 querier: nobody else asks here\n"
          "2026-10-29 08:58:21.500  eth1/10   warning              \033[33m192.168.10.2 asks with "
          "a TTL of 64\033[0m\n");
}

/** No more lines than there are rows, none longer than there are columns; a colour takes no room.
 */
static void assert_fits(const char *text, unsigned rows, unsigned columns)
{
    unsigned lines = 0, length = 0;

    for (; *text; text++) {
        if (*text == '\033') {
            text += strcspn(text, "m");
        } else if (*text == '\n') {
            lines++;
            length = 0;
        } else {
            length++;
            assert_true(length <= columns);
        }
    }
    if (lines > rows && rows >= 3)
        fail_msg("%u lines on %u rows", lines, rows);
}

static const struct canned crowd[] = {
    {"status", CANNED_HEADER DAEMON SEGMENT_QUERIER SEGMENT_OTHER SEGMENT_DOWN END(4),
     CANNED_ANSWERS, 0},
    {"groups", GROUP_BLOCKED, CANNED_REPEATS, 30},
    {"events", EVENT_WARNING, CANNED_REPEATS, 30},
    {NULL, CANNED_HEADER END(0), CANNED_ANSWERS, 0},
};

/* What watch draws fits on every terminal, and who is the querier is on each of three rows. */
static void test_screen(void **state)
{
    struct ctl ctl = {.socket = daemon_socket(),
                      .color = "auto",
                      .timeout = 10 * SECONDS,
                      .keyboard = -1,
                      .kept = json_object()};
    size_t first, page;

    (void)state;
    daemon_answers(crowd);
    for (unsigned rows = 0; rows < 70; rows++) {
        for (unsigned columns = 1; columns < 130; columns += 13) {
            first = 0;
            char *text = ctl_screen(&ctl, rows % 2, rows, columns, &first, &page);
            assert_non_null(text);
            assert_fits(text, rows, columns);
            if (rows >= 4 && columns > 40)
                assert_non_null(strstr(text, "eth0     querier      192.168.1.10"));
            free(text);
        }
    }
    /* The usual terminal has room for all headings; a wider one has wider gaps. */
    first = 0;
    char *usual = ctl_screen(&ctl, false, 23, 80, &first, &page);
    assert_non_null(strstr(usual, " EXPIRES NOTE "));
    assert_non_null(strstr(usual, " SOURCES\n"));
    free(usual);
    char *wide = ctl_screen(&ctl, false, 23, 120, &first, &page);
    assert_non_null(strstr(wide, "  EXPIRES  NOTE  "));
    free(wide);
    /* 24 rows but one: pages, the last of which is not left */
    for (unsigned i = 0; i < 9; i++) {
        free(ctl_screen(&ctl, false, 23, 80, &first, &page));
        first += page;
    }
    char *text = ctl_screen(&ctl, false, 23, 80, &first, &page);
    assert_non_null(strstr(text, " to 30 of 30\n"));
    assert_true(first % page == 0 && first + page >= 30);
    free(text);
    json_decref(ctl.kept);
}

static void test_support(void **state)
{
    static const char *const parts[] = {"Status",   "Findings",       "Configuration",
                                        "Counters", "Other queriers", "Hosts",
                                        "Groups",   "Interfaces",     "Events"};
    char title[40];
    const char *at;

    (void)state;
    daemon_answers(whole);
    assert_int_equal(run_ctl("support"), 0);
    at = said();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(title, sizeof title, "\n==== %s ====\n\n", parts[i]);
        at = strstr(at, title);
        assert_non_null(at);
    }
    assert_non_null(strstr(said(), "query-sent           general query sent"));
    assert_non_null(strstr(said(), "\n192.168.10.2  00:00:5e:00:53:02  eth1/10"));
    /* Each question once: what is shown in two places is the same. */
    assert_string_equal(
        daemon_was_asked(),
        "status\nfindings\nconfig\nstats\nqueriers\ngroups\nhosts\ninterfaces\nevents\n");
}

/* No address of a host is left, groups are, and the order of addresses is. */
static void test_support_masked(void **state)
{
    (void)state;
    daemon_answers(whole);
    assert_int_equal(run_ctl("support --mask"), 0);
    assert_null(strstr(said(), "192.168."));
    assert_null(strstr(said(), "10.0.0."));
    assert_null(strstr(said(), "127.0.0.1"));
    assert_null(strstr(said(), "00:00:5e"));
    assert_non_null(strstr(said(), "239.1.1.10"));
    /* 192.168.1.10 is lower than 192.168.10.1, although not as a text */
    assert_non_null(strstr(said(), "eth0: querier is this host, address-10, since"));
    assert_non_null(strstr(said(), "eth1/10: querier address-12, MAC mac-1, version 3\n"));
    assert_non_null(strstr(said(), "  source     address-10/24, MAC mac-3, version 2"));
    assert_non_null(strstr(said(), "\naddress-13  mac-2  eth1/10  no "));
    assert_non_null(strstr(said(), "  warning              address-13 asks with a TTL of 64\n"));
}

static const struct canned no_groups[] = {
    {"groups",
     CANNED_HEADER
     "{\"type\":\"error\",\"code\":\"failed\",\"text\":\"no memory for 192.168.1.1\"}\n",
     CANNED_ANSWERS, 0},
    {NULL, CANNED_HEADER END(0), CANNED_ANSWERS, 0},
};

/* A part that is refused is told in its place; the others are of use without it. */
static void test_support_in_part(void **state)
{
    (void)state;
    daemon_answers(no_groups);
    assert_int_equal(run_ctl("support --mask"), 1);
    assert_non_null(strstr(said(), "==== Groups ====\n\nigmpqd says no: no memory for address-1\n\n"
                                   "==== Interfaces ====\n"));
}

static const struct canned commands[] = {
    {"query",
     CANNED_HEADER
     "{\"type\":\"query\",\"segment\":\"eth0\",\"group\":null,\"sent\":true,\"why\":null}\n"
     "{\"type\":\"query\",\"segment\":\"eth1/10\",\"group\":null,\"sent\":false,"
     "\"why\":\"192.168.10.1 is the querier\"}\n" END(2),
     CANNED_ANSWERS, 0},
    {"query eth0 239.1.1.1",
     CANNED_HEADER "{\"type\":\"query\",\"segment\":\"eth0\",\"group\":\"239.1.1.1\",\"sent\":true,"
                   "\"why\":null}\n" END(1),
     CANNED_ANSWERS, 0},
    {"query eth1/10",
     CANNED_HEADER "{\"type\":\"query\",\"segment\":\"eth1/10\",\"group\":null,\"sent\":false,"
                   "\"why\":\"192.168.10.1 is the querier\"}\n"
                   "{\"type\":\"error\",\"code\":\"refused\",\"text\":\"no query was sent\"}\n",
     CANNED_ANSWERS, 0},
    {"reload",
     CANNED_HEADER "{\"type\":\"warning\",\"text\":\"hook changed: taken over later\"}\n" END(1),
     CANNED_ANSWERS, 0},
    {"verbose on", CANNED_HEADER "{\"type\":\"verbose\",\"verbose\":true}\n" END(1), CANNED_ANSWERS,
     0},
    {NULL, CANNED_HEADER END(0), CANNED_ANSWERS, 0},
};

static void test_commands(void **state)
{
    (void)state;
    daemon_answers(commands);
    shows("query", "eth0: a query was sent\n"
                   "eth1/10: no query was sent: 192.168.10.1 is the querier\n");
    shows("query eth0 239.1.1.1", "eth0: a query was sent for 239.1.1.1\n");
    shows_the_same("query -S eth0 239.1.1.1");
    assert_int_equal(run_ctl("query eth1/10"), 1);
    assert_string_equal(said(), "eth1/10: no query was sent: 192.168.10.1 is the querier\n");
    assert_string_equal(complained(), "igmpqctl: igmpqd says no: no query was sent\n");
    shows("reload", "warning: hook changed: taken over later\n"
                    "The configuration was read again.\n");
    shows("verbose on", "verbose: on\n");
}

/* The lines as they came. What a filter leaves out is not counted at the end. */
static void test_json(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("--json hosts", CANNED_HEADER HOSTS END(3));
    shows("--json groups -F 239.1.1.10/31", CANNED_HEADER GROUP_SIMPLE END(1));
    shows("--json groups -F 232.0.0.0/8", CANNED_HEADER GROUP_SOURCES END(2));
    shows("--json events -S eth1/10", CANNED_HEADER EVENT_WARNING END(1));
    daemon_was_asked();
    assert_int_equal(run_ctl("-j events -n 7 -f"), 1);
    assert_string_equal(daemon_was_asked(), "events 7 follow\n");
    assert_int_equal(run_ctl("-j events -f"), 3);
    assert_string_equal(said(), CANNED_HEADER EVENT_START EVENT_WARNING EVENT_DEBUG EVENT_LATER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_colors, daemon_ends),
        cmocka_unit_test_teardown(test_screen, daemon_ends),
        cmocka_unit_test_teardown(test_support, daemon_ends),
        cmocka_unit_test_teardown(test_support_masked, daemon_ends),
        cmocka_unit_test_teardown(test_support_in_part, daemon_ends),
        cmocka_unit_test_teardown(test_commands, daemon_ends),
        cmocka_unit_test_teardown(test_json, daemon_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
