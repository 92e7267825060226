/* SPDX-License-Identifier: MIT */
/* What igmpqctl says when there is no daemon, a hanging one, one of another version, or a liar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_canned.h"
#include "ctl_fixture.h"

static void every_command_fails(int status, const char *sentence)
{
    static const char *const words[] = {
        "",          "status",     "groups",         "hosts",      "queriers",     "findings",
        "stats",     "events",     "config",         "events -f",  "events -j -f", "metrics",
        "support",   "interfaces", "query",          "query eth0", "reload",       "verbose on",
        "groups -j", "metrics -j", "support --mask",
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        fails(words[i], status, sentence);
}

/* ---- there is no daemon ---- */

static void test_no_socket(void **state)
{
    (void)state;
    every_command_fails(3, daemon_socket());
    every_command_fails(3, "No such file or directory");
    fails("-s /nowhere/at/all", 3, "/nowhere/at/all");
    fails("-s none", 3, "there is no socket to ask at");
    fails("-s "
          "/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789"
          "/0123456789/0123456789",
          3, "too long");
}

static void test_dead_daemon(void **state)
{
    (void)state;
    daemon_dies();
    every_command_fails(3, daemon_socket());
    every_command_fails(3, "Connection refused");
}

/* ---- it hangs ---- */

static const struct canned silent[] = {
    {"groups", CANNED_HEADER, CANNED_STAYS_SILENT, 0},
    {"hosts", CANNED_HEADER "{\"type\":\"ho", CANNED_STAYS_SILENT, 0},
    {NULL, "", CANNED_STAYS_SILENT, 0},
};

/* Stopped, with room for one more connection: no header, no next line, half a line. */
static void test_silent_daemon(void **state)
{
    (void)state;
    daemon_answers(silent);
    fails("--timeout 0.2 status", 3, "no answer");
    fails("--timeout 0.2 status", 3, "within 0.2 s");
    fails("-t 0.2 groups", 3, "within 0.2 s");
    fails("-t 0.2 hosts -S eth0", 3, "within 0.2 s");
    fails("-t 0.2 events -f", 3, "within 0.2 s");
    assert_int_equal(run_ctl("-t 0.2 hosts --json"), 3);
    assert_string_equal(said(), CANNED_HEADER);
}

static const struct canned stopped[] = {
    {"events", CANNED_HEADER "{\"type\":\"end\",\"ok\":true,\"count\":0}\n", CANNED_ANSWERS, 0},
    {"events follow", CANNED_HEADER "{\"type\":\"alive\",\"every\":\"0.100000\"}\n",
     CANNED_STAYS_SILENT, 0},
    {NULL, "", CANNED_ANSWERS, 0},
};

/* Stopped amid what it tells, when it has told before that it is alive. */
static void test_daemon_that_falls_silent(void **state)
{
    (void)state;
    daemon_answers(stopped);
    fails("events -f", 3, "silent for 2.75 s");
    assert_string_equal(said(), "");
}

/* Stopped for long: even connecting has to wait. */
static void test_hanging_daemon(void **state)
{
    (void)state;
    daemon_hangs();
    fails("--timeout 0.2 status", 3, "does not take the connection");
    fails("-t 0.2 verbose on", 3, daemon_socket());
}

/* ---- it says no ---- */

#define ERROR(code, text) "{\"type\":\"error\",\"code\":\"" code "\",\"text\":\"" text "\"}\n"

static const struct canned refusing[] = {
    {"groups", CANNED_HEADER GROUP_SIMPLE ERROR("failed", "no memory"), CANNED_ANSWERS, 0},
    {NULL, CANNED_HEADER ERROR("denied", "only root may do that"), CANNED_ANSWERS, 0},
};

static void test_refusal(void **state)
{
    (void)state;
    daemon_answers(refusing);
    fails("reload", 1, "igmpqd says no: only root may do that\n");
    fails("verbose off", 1, "only root may do that");
    fails("query eth0 239.1.1.1", 1, "only root may do that");
    /* after some objects: half a list is no list */
    fails("groups", 1, "no memory");
    assert_int_equal(run_ctl("groups --json"), 1);
    assert_string_equal(said(), CANNED_HEADER GROUP_SIMPLE ERROR("failed", "no memory"));
    assert_string_equal(complained(), "igmpqctl: igmpqd says no: no memory\n");
}

/* ---- it is another, or broken ---- */

static const struct canned other_schema[] = {
    {NULL,
     "{\"type\":\"header\",\"schema\":2,\"program\":\"igmpqd\",\"version\":\"9.9\"}\n"
     "{\"type\":\"wonder\"}\n" END(1),
     CANNED_ANSWERS, 0},
};

static void test_other_schema(void **state)
{
    (void)state;
    daemon_answers(other_schema);
    every_command_fails(3, "is of version 9.9 and answers in schema 2, and this igmpqctl reads "
                           "schema 1: use the igmpqctl that came with it\n");
}

/* No line of these is an answer. */
static void test_nonsense(void **state)
{
    static const char *const texts[] = {
        "",
        "\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "[]\n",
        "{}\n",
        "null\n",
        "\"header\"\n",
        "{\"type\":\"header\"}\n",
        "{\"type\":\"header\",\"schema\":\"1\"}\n",
        "{\"type\":\"header\",\"schema\":1.0}\n",
        "{\"type\":\"header\",\"schema\":1",
        "{\"type\":\"header\",\"schema\":1} x\n",
        "{\"type\":7,\"schema\":1}\n",
        "{\"type\":\"header\",\"schema\":99999999999999999999999}\n",
        "{\"type\":\"status\",\"schema\":1}\n",
        "\xff\xfe{\"type\":\"header\",\"schema\":1}\n",
        "{\"type\":\"header\",\"schema\":1,\"version\":\"\xff\"}\n",
        "{\"type\":\"header\",\"schema\":1,\"version\":\"\\u0000\"}\n",
        CANNED_HEADER,
        CANNED_HEADER DAEMON,
        CANNED_HEADER "\n" END(0),
        CANNED_HEADER "[]\n" END(1),
        CANNED_HEADER "{\"a\":1}\n" END(1),
        CANNED_HEADER "{\"type\":\"daemon\"}" END(1),
        CANNED_HEADER DAEMON END(2),
        CANNED_HEADER DAEMON END(0),
        CANNED_HEADER DAEMON "{\"type\":\"end\",\"ok\":true}\n",
        CANNED_HEADER DAEMON "{\"type\":\"end\",\"ok\":true,\"count\":\"1\"}\n",
        CANNED_HEADER DAEMON "{\"type\":\"end\",\"ok\":true,\"count\":1}",
    };
    struct canned canned[] = {{NULL, NULL, CANNED_ANSWERS, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        canned->text = texts[i];
        daemon_answers(canned);
        if (run_ctl("status") != 3 || said()[0] || !complained()[0])
            fail_msg("%s: %s%s", texts[i], said(), complained());
    }
}

/* No line is so long that it is kept without end. */
static void test_endless_line(void **state)
{
    char *text = malloc(65537);
    struct canned canned[] = {{NULL, text, CANNED_FLOODS, 0}};

    (void)state;
    memset(text, 'a', 65536);
    text[65536] = '\0';
    daemon_answers(canned);
    fails("status", 3, "cannot be understood");
    free(text);
}

/* Unknown objects and keys are of a later version, and passed over. */
static void test_unknown_objects(void **state)
{
    static const struct canned later[] = {
        {"status", CANNED_HEADER "{\"type\":\"moon\",\"phase\":[{}]}\n" DAEMON SEGMENT_OTHER END(3),
         CANNED_ANSWERS, 0},
        {NULL, CANNED_HEADER "{\"type\":\"moon\",\"phase\":[{}]}\n" END(1), CANNED_ANSWERS, 0},
    };

    (void)state;
    daemon_answers(later);
    assert_int_equal(run_ctl("status"), 0);
    assert_non_null(strstr(said(), "eth1/10: querier 192.168.10.1, "));
    assert_null(strstr(said(), "moon"));
    assert_int_equal(run_ctl("support"), 0);
    assert_null(strstr(said(), "moon"));
    assert_int_equal(run_ctl("metrics"), 0);
    assert_string_equal(said(), "");
    assert_int_equal(run_ctl("config"), 0);
    assert_int_equal(run_ctl("query"), 0);
}

/* Known objects whose members are of the wrong kind. */
static void test_wrong_kinds(void **state)
{
    static const char *const types[] = {"daemon",  "segment", "group",   "sources",  "host",
                                        "watched", "finding", "querier", "stats",    "port",
                                        "event",   "lost",    "config",  "settings", "interface",
                                        "query",   "verbose"};
    static const char *const members[] = {
        "",
        ",\"segment\":1,\"elected\":[],\"missing\":[1,null,{}],\"time\":{},\"serial\":\"x\"",
        ",\"segment\":{},\"elected\":{\"address\":[]},\"sources\":[[],7],\"blocked\":[{}],"
        "\"source_count\":-5,\"uptime\":\"x\",\"time\":\"1e999\",\"since\":\"-1e18\"",
        ",\"expires_in\":\"nan\",\"silent\":\"\",\"verdict\":null,\"settings\":[],\"hook\":{},"
        "\"time\":\"999999999999999\",\"since\":\"99999999999999\",\"hook-timeout\":\"9e14\","
        "\"errors\":\"x\",\"text\":[],\"count\":-1,\"first\":{}",
    };
    static const char *const commands[] = {"status",     "groups", "hosts",     "queriers",
                                           "findings",   "stats",  "events -l", "config",
                                           "interfaces", "query",  "support",   "groups -o age"};
    char *text = malloc(sizeof types / sizeof *types * 400);
    struct canned canned[] = {{NULL, text, CANNED_ANSWERS, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char *to = text + sprintf(text, "%s", CANNED_HEADER);
        for (size_t k = 0; k < sizeof types / sizeof *types; k++)
            to += sprintf(to, "{\"type\":\"%s\"%s}\n", types[k], members[i]);
        sprintf(to, "{\"type\":\"end\",\"ok\":true,\"count\":%zu}\n", sizeof types / sizeof *types);
        daemon_answers(canned);
        for (size_t k = 0; k < sizeof commands / sizeof *commands; k++)
            assert_int_equal(run_ctl(commands[k]), 0);
    }
    free(text);
}

/* One wrong line would lose all others in Prometheus, so nothing is printed. */
static void test_wrong_metrics(void **state)
{
    static const char *const metrics[] = {
        "{\"type\":\"sample\",\"labels\":{},\"value\":\"1\"}\n",
        "{\"type\":\"metric\",\"name\":\"a-b\",\"kind\":\"gauge\",\"help\":\"\"}\n",
        "{\"type\":\"metric\",\"name\":\"1a\",\"kind\":\"gauge\",\"help\":\"\"}\n",
        "{\"type\":\"metric\",\"name\":\"\",\"kind\":\"gauge\",\"help\":\"\"}\n",
        "{\"type\":\"metric\",\"name\":\"a\",\"kind\":\"toy\",\"help\":\"\"}\n",
        METRICS "{\"type\":\"sample\",\"labels\":{},\"value\":\"\"}\n",
        METRICS "{\"type\":\"sample\",\"labels\":{},\"value\":\"0x10\"}\n",
        METRICS "{\"type\":\"sample\",\"labels\":{},\"value\":\"1 2\"}\n",
        METRICS "{\"type\":\"sample\",\"labels\":{},\"value\":5}\n",
        METRICS "{\"type\":\"sample\",\"labels\":{\"a:b\":\"\"},\"value\":\"1\"}\n",
        METRICS "{\"type\":\"sample\",\"labels\":{\"a\":1},\"value\":\"1\"}\n",
    };
    char text[4096];
    struct canned canned[] = {{NULL, text, CANNED_ANSWERS, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        size_t lines = 0;
        for (const char *at = metrics[i]; *at; at++)
            lines += *at == '\n';
        snprintf(text, sizeof text,
                 CANNED_HEADER "%s{\"type\":\"end\",\"ok\":true,\"count\":%zu}\n", metrics[i],
                 lines);
        daemon_answers(canned);
        fails("metrics", 3, "Prometheus would refuse");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_no_socket, daemon_ends),
        cmocka_unit_test_teardown(test_dead_daemon, daemon_ends),
        cmocka_unit_test_teardown(test_silent_daemon, daemon_ends),
        cmocka_unit_test_teardown(test_daemon_that_falls_silent, daemon_ends),
        cmocka_unit_test_teardown(test_hanging_daemon, daemon_ends),
        cmocka_unit_test_teardown(test_refusal, daemon_ends),
        cmocka_unit_test_teardown(test_other_schema, daemon_ends),
        cmocka_unit_test_teardown(test_nonsense, daemon_ends),
        cmocka_unit_test_teardown(test_endless_line, daemon_ends),
        cmocka_unit_test_teardown(test_unknown_objects, daemon_ends),
        cmocka_unit_test_teardown(test_wrong_kinds, daemon_ends),
        cmocka_unit_test_teardown(test_wrong_metrics, daemon_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
