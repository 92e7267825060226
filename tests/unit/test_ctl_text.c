/* SPDX-License-Identifier: MIT */
/* What igmpqctl does with text that a terminal would obey, with much text, and with command lines.
 */
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

#define ERROR(code, text) "{\"type\":\"error\",\"code\":\"" code "\",\"text\":\"" text "\"}\n"

/* ---- what a terminal obeys ---- */

/* ESC, BEL, CSI in one octet and in UTF-8, DEL, a new line, a right-to-left mark */
#define HOSTILE "\\u001b[2J\\u0007\\u009b2J\\u007f\\nroot# \\u202e"

static const struct canned hostile[] = {
    {"status",
     CANNED_HEADER "{\"type\":\"daemon\",\"version\":\"" HOSTILE "\",\"config\":\"" HOSTILE
                   "\"}\n{\"type\":\"segment\",\"segment\":\"" HOSTILE "\",\"role\":\"" HOSTILE
                   "\",\"state\":\"" HOSTILE "\",\"missing\":[\"" HOSTILE
                   "\"],\"mac\":\"\x7f\xc2\x9b\"}\n" END(2),
     CANNED_ANSWERS, 0},
    {"stats",
     CANNED_HEADER "{\"type\":\"stats\",\"segment\":\"" HOSTILE "\",\"" HOSTILE
                   "\":7,\"verdicts\":{\"" HOSTILE "\":1}}\n" END(1),
     CANNED_ANSWERS, 0},
    {"events",
     CANNED_HEADER "{\"type\":\"event\",\"event\":\"" HOSTILE "\",\"time\":\"" HOSTILE
                   "\",\"text\":\"" HOSTILE "\",\"serial\":1}\n" END(1),
     CANNED_ANSWERS, 0},
    {"config",
     CANNED_HEADER "{\"type\":\"settings\",\"interface\":\"" HOSTILE "\",\"settings\":{\"" HOSTILE
                   "\":\"" HOSTILE "\"}}\n" END(1),
     CANNED_ANSWERS, 0},
    {"metrics",
     CANNED_HEADER "{\"type\":\"metric\",\"name\":\"a\",\"kind\":\"gauge\",\"help\":\"" HOSTILE
                   "\"}\n{\"type\":\"sample\",\"labels\":{\"l\":\"" HOSTILE
                   "\"},\"value\":\"1\"}\n" END(2),
     CANNED_ANSWERS, 0},
    {"query",
     CANNED_HEADER "{\"type\":\"query\",\"segment\":\"" HOSTILE
                   "\",\"sent\":false,\"why\":\"" HOSTILE "\"}\n" END(1),
     CANNED_ANSWERS, 0},
    {"reload", CANNED_HEADER ERROR("failed", HOSTILE), CANNED_ANSWERS, 0},
    {"verbose on", "{\"type\":\"header\",\"schema\":3,\"version\":\"" HOSTILE "\"}\n",
     CANNED_ANSWERS, 0},
    {NULL,
     CANNED_HEADER "{\"type\":\"group\",\"group\":\"" HOSTILE "\",\"segment\":\"" HOSTILE
                   "\",\"sources\":[\"" HOSTILE "\"],\"source_count\":1}\n"
                   "{\"type\":\"watched\",\"segment\":\"" HOSTILE "\",\"since\":\"1\"}\n"
                   "{\"type\":\"finding\",\"segment\":\"" HOSTILE "\",\"id\":\"" HOSTILE
                   "\",\"severity\":\"" HOSTILE "\",\"title\":\"" HOSTILE "\",\"text\":\"" HOSTILE
                   "\",\"advice\":\"" HOSTILE "\",\"first\":\"" HOSTILE "\"}\n"
                   "{\"type\":\"host\",\"address\":\"" HOSTILE "\",\"mac\":\"" HOSTILE "\"}\n"
                   "{\"type\":\"querier\",\"address\":\"" HOSTILE "\",\"verdict\":\"" HOSTILE
                   "\",\"verdict_text\":\"" HOSTILE "\"}\n"
                   "{\"type\":\"interface\",\"interface\":\"" HOSTILE "\"}\n" END(6),
     CANNED_ANSWERS, 0},
};

static void assert_printable(const char *text)
{
    for (; *text; text++)
        if (*text != '\n' && (*text < 0x20 || *text > 0x7e))
            fail_msg("octet %02x", (unsigned char)*text);
}

/* Control characters never reach the terminal, neither in tables nor in JSON nor in sentences. */
static void test_hostile_text(void **state)
{
    static const char *const words[] = {"status",   "status -l",  "groups",  "hosts",
                                        "queriers", "findings",   "stats",   "events -l",
                                        "config",   "interfaces", "metrics", "query",
                                        "reload",   "verbose on", "support", "support --mask"};
    char line[64];

    (void)state;
    daemon_answers(hostile);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        run_ctl(words[i]);
        assert_printable(said());
        assert_printable(complained());
        assert_null(strstr(said(), "\nroot#"));
        assert_null(strstr(complained(), "\nroot#"));
        if (i > 0 && strstr(words[i], "support"))
            continue;
        snprintf(line, sizeof line, "%s --json",
                 strcmp(words[i], "status -l") ? words[i] : "stats");
        run_ctl(strcmp(words[i], "events -l") ? line : "events --json");
        assert_printable(said());
    }
    assert_int_equal(run_ctl("queriers"), 0);
    assert_non_null(
        strstr(said(), "\n\\x1b[2J\\x07\\xc2\\x9b2J\\x7f\\x0aroot# \\xe2\\x80\\xae  -"));
    assert_int_equal(run_ctl("reload"), 1);
    assert_string_equal(complained(), "igmpqctl: igmpqd says no: "
                                      "\\x1b[2J\\x07\\xc2\\x9b2J\\x7f\\x0aroot# \\xe2\\x80\\xae\n");
}

/* JSON stays what it was: what is not ASCII is escaped, in surrogates where it has to be. */
static void test_json_is_escaped(void **state)
{
    static const struct canned utf8[] = {
        {NULL,
         "{\"type\":\"header\",\t\"schema\":1}\r\n"
         "{\"type\":\"x\", \"a\":\"\x7f \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \\u001b\"}\n" END(1),
         CANNED_ANSWERS, 0},
    };

    (void)state;
    daemon_answers(utf8);
    assert_int_equal(run_ctl("status --json"), 0);
    assert_string_equal(
        said(),
        "{\"type\":\"header\", \"schema\":1} \n"
        "{\"type\":\"x\", \"a\":\"\\u007f \\u00e4 \\u20ac \\ud83d\\ude00 \\u001b\"}\n" END(1));
}

/* ---- much ---- */

/* Twice as many groups as anybody has asked for: complete, and sorted. */
static void test_huge_table(void **state)
{
    static const struct canned huge[] = {
        {"groups", GROUP_SIMPLE, CANNED_REPEATS, 20000},
        {NULL, HOSTS, CANNED_REPEATS, 3},
    };
    size_t lines = 0;

    (void)state;
    daemon_answers(huge);
    assert_int_equal(run_ctl("groups --sort -reporter"), 0);
    for (const char *at = said(); *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 20001);
    assert_int_equal(run_ctl("groups --json"), 0);
    assert_non_null(strstr(said(), END(20000)));
}

/* Every host is looked up among all groups, and the list of its groups is cut. */
static void test_many_groups_of_a_host(void **state)
{
    static const struct canned many[] = {
        {"groups", GROUP_SIMPLE, CANNED_REPEATS, 20000},
        {NULL, CANNED_HEADER HOSTS END(3), CANNED_ANSWERS, 0},
    };

    (void)state;
    daemon_answers(many);
    assert_int_equal(run_ctl("hosts"), 0);
    assert_non_null(strstr(said(), "10s  239.1.1.10 239.1.1.10 239.1.1.10 239.1.1.10 239.1.1.10 "
                                   "239.1.1.10 +19994\n"));
}

/* ---- the command line ---- */

static void test_usage(void **state)
{
    static const struct {
        const char *words, *sentence;
    } wrong[] = {
        {"--nonsense", "--nonsense"},
        {"-x", "-x"},
        {"--socket", "needs"},
        {"dance", "no command 'dance'"},
        {"status eth0 eth1", "takes no 'eth1'"},
        {"status eth0 -S eth1", "one segment at a time"},
        {"group", "there is no command 'group'; did you mean 'groups'?"},
        {"statu", "there is no command 'statu'; did you mean 'status'?"},
        {"frobnicate", "there is no command 'frobnicate'; --help lists them all"},
        {"config eth0 eth1", "takes no 'eth1'"},
        {"interfaces -S eth0", "interfaces takes no --segment"},
        {"groups --follow", "groups takes no --follow"},
        {"stats --mask", "stats takes no --mask"},
        {"status --sort role", "status takes no --sort"},
        {"support --json", "support takes no --json"},
        {"watch --json", "watch takes no --json"},
        {"watch -n 3", "watch takes no --count"},
        {"watch --interval 0", "--interval: '0'"},
        {"watch --interval 1h", "--interval: '1h'"},
        {"watch", "needs a terminal"},
        {"verbose", "igmpqctl verbose on|off"},
        {"verbose loud", "'loud' is not on or off"},
        {"reload now", "takes no 'now'"},
        {"query eth0 239.1.1.1 x", "takes no 'x'"},
        {"groups -F 239.0.0.0/33", "--filter: '239.0.0.0/33'"},
        {"groups -F all", "--filter: 'all'"},
        {"groups --sort age --json", "--sort is for tables"},
        {"status --long --json", "--json tells everything"},
        {"events -n -1", "--count: '-1'"},
        {"events -n 1000001", "--count"},
        {"--color blue", "--color: 'blue'"},
        {"--timeout 0", "--timeout: '0'"},
        {"--timeout 3601", "--timeout: '3601'"},
        {"-S eth0\033[2J", "not the name of a segment"},
        {"query \x01", "no word to send"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        fails(wrong[i].words, 2, wrong[i].sentence);
}

static void test_sort_by_nothing(void **state)
{
    static const struct canned groups[] = {
        {NULL, CANNED_HEADER GROUP_SIMPLE END(1), CANNED_ANSWERS, 0},
    };

    (void)state;
    daemon_answers(groups);
    fails("groups --sort color", 2,
          "--sort: 'color' is not the heading of a column of groups: GROUP, SEGMENT, MODE, V, "
          "REPORTER, AGE, HEARD, EXPIRES, NOTE, SOURCES\n");
    fails("hosts --sort group", 2, "MAC, SEGMENT, V, REPORTS, SEEN, SILENT, LAST TO REPORT\n");
    fails("groups --sort -", 2, "--sort: '-'");
    fails("watch --sort color", 2, "--sort: 'color'");
}

/* A word of the length that the daemon takes, and one octet more. */
static void test_long_request(void **state)
{
    static const struct canned status[] = {{NULL, CANNED_HEADER END(0), CANNED_ANSWERS, 0}};
    char words[700];

    (void)state;
    daemon_answers(status);
    memset(words, 'e', sizeof words);
    memcpy(words, "status ", 7);
    words[511] = '\0';
    assert_int_equal(run_ctl(words), 0);
    assert_int_equal(strlen(daemon_was_asked()), 512);
    words[511] = 'e';
    words[512] = '\0';
    fails(words, 2, "too long");
    memcpy(words, "query ", 6);
    words[6] = 'e';
    fails(words, 2, "too long");
}

static void test_help(void **state)
{
    (void)state;
    assert_int_equal(run_ctl("--help"), 0);
    assert_non_null(strstr(said(), "Usage: igmpqctl"));
    assert_int_equal(run_ctl("groups --version"), 0);
    assert_memory_equal(said(), "igmpqctl ", 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_hostile_text, daemon_ends),
        cmocka_unit_test_teardown(test_json_is_escaped, daemon_ends),
        cmocka_unit_test_teardown(test_huge_table, daemon_ends),
        cmocka_unit_test_teardown(test_many_groups_of_a_host, daemon_ends),
        cmocka_unit_test_teardown(test_usage, daemon_ends),
        cmocka_unit_test_teardown(test_sort_by_nothing, daemon_ends),
        cmocka_unit_test_teardown(test_long_request, daemon_ends),
        cmocka_unit_test_teardown(test_help, daemon_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
