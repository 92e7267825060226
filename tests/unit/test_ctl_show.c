/* SPDX-License-Identifier: MIT */
/* What igmpqctl shows of a daemon's answers, to the letter. */
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

static const struct canned many[] = {
    {"status", CANNED_HEADER DAEMON SEGMENT_QUERIER SEGMENT_OTHER SEGMENT_DOWN END(4),
     CANNED_ANSWERS, 0},
    {NULL, CANNED_HEADER END(0), CANNED_ANSWERS, 0},
};

/* Among others of the run before. */
static void shows_line(const char *line)
{
    if (!strstr(said(), line))
        fail_msg("no line \"%s\" in:\n%s", line, said());
}

/* Who is the querier is in the first lines, whatever else there is. */
static void test_status(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("", "igmpqd 0.1.0, process 4711, up 3 h 05 min, configuration /etc/igmpqd.conf\n"
              "\n"
              "SEGMENT  ROLE         QUERIER       MAC                V  NEXT  GROUPS\n"
              "eth0     querier      192.168.1.10  this host          2   42s       2\n"
              "eth1/10  non-querier  192.168.10.1  00:00:5e:00:53:01  3  252s       1\n"
              "eth0: nobody listens to 239.9.9.9, which expect-groups names\n"
              "\n"
              "eth0: querier is this host, 192.168.1.10, since 2026-10-29 05:55:15\n"
              "  source     192.168.1.10/24, MAC 00:00:5e:00:53:0a, version 2, mode active\n"
              "  next       query in 42 s\n"
              "  intervals  query 62.5 s, response 10 s, robustness 2\n"
              "  members    2 groups, 2 hosts, 0 other queriers heard\n"
              "\n"
              "eth1/10: querier 192.168.10.1, MAC 00:00:5e:00:53:01, version 3\n"
              "  elected    since 2026-10-29 05:55:16, last heard 3 s ago\n"
              "  it asks    every 125 s as measured, every 125 s as it says\n"
              "  here       non-querier since 2026-10-29 05:55:16\n"
              "  source     192.168.10.10/24, MAC 00:00:5e:00:53:0b, version 3, mode active\n"
              "  next       takes over in 252 s, unless a querier is heard (timeout 255 s)\n"
              "  intervals  query 125 s, response 10 s, robustness 2\n"
              "  members    1 group, 1 host, 2 other queriers heard\n");
    shows_the_same("status");
    assert_string_equal(daemon_was_asked(), "status\nstatus\n");
    shows("status eth1/10",
          "igmpqd 0.1.0, process 4711, up 3 h 05 min, configuration /etc/igmpqd.conf\n"
          "\n"
          "eth1/10: querier 192.168.10.1, MAC 00:00:5e:00:53:01, version 3\n"
          "  elected    since 2026-10-29 05:55:16, last heard 3 s ago\n"
          "  it asks    every 125 s as measured, every 125 s as it says\n"
          "  here       non-querier since 2026-10-29 05:55:16\n"
          "  source     192.168.10.10/24, MAC 00:00:5e:00:53:0b, version 3, mode active\n"
          "  next       takes over in 252 s, unless a querier is heard (timeout 255 s)\n"
          "  intervals  query 125 s, response 10 s, robustness 2\n"
          "  members    1 group, 1 host, 2 other queriers heard\n");
    shows_the_same("-S eth1/10");
    assert_string_equal(daemon_was_asked(), "status eth1/10\nstatus eth1/10\n");
}

/* Of many segments only the table has room on a screen. */
static void test_status_of_many(void **state)
{
    (void)state;
    daemon_answers(many);
    shows("status", "igmpqd 0.1.0, process 4711, up 3 h 05 min, configuration /etc/igmpqd.conf\n"
                    "\n"
                    "SEGMENT  ROLE         QUERIER       MAC                V  NEXT  GROUPS\n"
                    "eth0     querier      192.168.1.10  this host          2   42s       2\n"
                    "eth1/10  non-querier  192.168.10.1  00:00:5e:00:53:01  3  252s       1\n"
                    "eth2     down         none known    -                  -     -       0\n"
                    "eth0: nobody listens to 239.9.9.9, which expect-groups names\n"
                    "eth2: the interface is not ready: no carrier\n"
                    "\n"
                    "NEXT is our query, or our takeover.\n"
                    "More of one segment: igmpqctl status SEGMENT; of all: --long.\n");
    shows("status --long",
          "igmpqd 0.1.0, process 4711, up 3 h 05 min, configuration /etc/igmpqd.conf\n"
          "\n"
          "SEGMENT  ROLE         QUERIER       MAC                V  NEXT  GROUPS\n"
          "eth0     querier      192.168.1.10  this host          2   42s       2\n"
          "eth1/10  non-querier  192.168.10.1  00:00:5e:00:53:01  3  252s       1\n"
          "eth2     down         none known    -                  -     -       0\n"
          "eth0: nobody listens to 239.9.9.9, which expect-groups names\n"
          "eth2: the interface is not ready: no carrier\n"
          "\n"
          "eth0: querier is this host, 192.168.1.10, since 2026-10-29 05:55:15\n"
          "  source     192.168.1.10/24, MAC 00:00:5e:00:53:0a, version 2, mode active\n"
          "  next       query in 42 s\n"
          "  intervals  query 62.5 s, response 10 s, robustness 2\n"
          "  members    2 groups, 2 hosts, 0 other queriers heard\n"
          "\n"
          "eth1/10: querier 192.168.10.1, MAC 00:00:5e:00:53:01, version 3\n"
          "  elected    since 2026-10-29 05:55:16, last heard 3 s ago\n"
          "  it asks    every 125 s as measured, every 125 s as it says\n"
          "  here       non-querier since 2026-10-29 05:55:16\n"
          "  source     192.168.10.10/24, MAC 00:00:5e:00:53:0b, version 3, mode active\n"
          "  next       takes over in 252 s, unless a querier is heard (timeout 255 s)\n"
          "  intervals  query 125 s, response 10 s, robustness 2\n"
          "  members    1 group, 1 host, 2 other queriers heard\n"
          "\n"
          "eth2: no querier is known\n"
          "  here       down since 2026-10-29 05:55:16\n"
          "  source     no address yet, MAC 00:00:5e:00:53:0c, version 2, mode listen-first\n"
          "  next       sends nothing\n"
          "  intervals  query 125 s, response 10 s, robustness 2\n"
          "  members    0 groups, 0 hosts, 0 other queriers heard\n");
}

#define ON(vlan, octet)                                                                            \
    "{\"type\":\"segment\",\"segment\":\"eth0/" vlan "\",\"missing\":[\"239.9.9." octet "\"]}\n"

static const struct canned odd[] = {
    {"status a",
     CANNED_HEADER
     "{\"type\":\"segment\",\"segment\":\"a\",\"role\":\"querier\",\"proxy\":true,"
     "\"address\":null,\"since\":\"0.000000\",\"next_query_in\":\"-3.000000\","
     "\"startup_left\":1,\"state\":\"ready\",\"from_the_future\":{\"a\":[1]}}\n" END(1),
     CANNED_ANSWERS, 0},
    {"status b",
     CANNED_HEADER "{\"type\":\"segment\",\"segment\":\"b\",\"role\":\"non-querier\","
                   "\"elected\":{\"address\":\"0.0.0.0\",\"measured_interval\":null,"
                   "\"proven\":false,\"advertised_interval\":null}}\n" END(1),
     CANNED_ANSWERS, 0},
    {"status d",
     CANNED_HEADER
     "{\"type\":\"segment\",\"segment\":\"d\",\"role\":\"querier\","
     "\"address\":\"192.168.1.10\",\"missing\":[],"
     "\"awaited\":[\"239.9.9.8\",\"239.9.9.9\"],\"duplicate\":{\"mac\":\"00:00:5e:00:53:07\","
     "\"last\":\"1793264397.000000\",\"silent\":\"3.250000\"}}\n" END(1),
     CANNED_ANSWERS, 0},
    {"status v", CANNED_HEADER ON("10", "1") ON("11", "1") ON("12", "1") ON("13", "2") END(4),
     CANNED_ANSWERS, 0},
    {NULL, CANNED_HEADER DAEMON END(1), CANNED_ANSWERS, 0},
};

/* A proxy; a querier of which little is known; no segment; keys that are missing or unknown. */
static void test_status_oddities(void **state)
{
    (void)state;
    daemon_answers(odd);
    shows("status a", "a: querier is this host, 0.0.0.0, since 1970-01-01 00:00:00\n"
                      "  source     0.0.0.0 (proxy), MAC -, version -, mode -\n"
                      "  next       query in -3 s (startup, 1 to go)\n"
                      "  intervals  query -, response -, robustness -\n"
                      "  members    - groups, - hosts, - other queriers heard\n");
    shows("status b", "b: querier 0.0.0.0, MAC -, version -\n"
                      "  elected    since -, last heard - ago\n"
                      "  it asks    once so far\n"
                      "  here       non-querier since -\n"
                      "  source     no address yet, MAC -, version -, mode -\n"
                      "  next       sends nothing\n"
                      "  intervals  query -, response -, robustness -\n"
                      "  members    - groups, - hosts, - other queriers heard\n");
    shows("status", "igmpqd 0.1.0, process 4711, up 3 h 05 min, configuration /etc/igmpqd.conf\n"
                    "\n"
                    "It has no segment: its interfaces are not there, or none is configured.\n");
    assert_int_equal(run_ctl("status v"), 0);
    shows_line("\neth0/10 to eth0/12 (3): nobody listens to 239.9.9.1, which expect-groups names\n"
               "eth0/13: nobody listens to 239.9.9.2, which expect-groups names\n");
    assert_int_equal(run_ctl("status d"), 0);
    shows_line("  expected   not seen yet: 239.9.9.8, 239.9.9.9\n");
    shows_line("d: another device (MAC 00:00:5e:00:53:07) queries with our address "
               "192.168.1.10, last 3 s ago: give one of them another\n");
}

static void test_groups(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("groups", "GROUP       SEGMENT  MODE     V  REPORTER          AGE  HEARD  EXPIRES  NOTE  "
                    "             SOURCES\n"
                    "239.1.1.10  eth0     exclude  2  192.168.1.21     300s    10s     131s  "
                    "leaving? expected  -\n"
                    "239.1.1.9   eth0     exclude  3  192.168.1.3    26h00m     5s      29s  -     "
                    "             not 10.0.0.9\n"
                    "232.1.1.1   eth1/10  include  3  192.168.10.21   2h00m     2s     250s  -     "
                    "             10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 +2\n");
    shows("groups eth0", "GROUP       SEGMENT  MODE     V  REPORTER         AGE  HEARD  EXPIRES  "
                         "NOTE               SOURCES\n"
                         "239.1.1.10  eth0     exclude  2  192.168.1.21    300s    10s     131s  "
                         "leaving? expected  -\n"
                         "239.1.1.9   eth0     exclude  3  192.168.1.3   26h00m     5s      29s  - "
                         "                 not 10.0.0.9\n");
    assert_string_equal(daemon_was_asked(), "groups\ngroups eth0\n");
}

/* Addresses by their value, spans by their length, and the other way round. */
static void test_groups_sorted(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("groups --sort group",
          "GROUP       SEGMENT  MODE     V  REPORTER          AGE  HEARD  EXPIRES  NOTE            "
          "   SOURCES\n"
          "232.1.1.1   eth1/10  include  3  192.168.10.21   2h00m     2s     250s  -               "
          "   10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 +2\n"
          "239.1.1.9   eth0     exclude  3  192.168.1.3    26h00m     5s      29s  -               "
          "   not 10.0.0.9\n"
          "239.1.1.10  eth0     exclude  2  192.168.1.21     300s    10s     131s  leaving? "
          "expected  -\n");
    shows("groups --sort -Expires",
          "GROUP       SEGMENT  MODE     V  REPORTER          AGE  HEARD  EXPIRES  NOTE            "
          "   SOURCES\n"
          "232.1.1.1   eth1/10  include  3  192.168.10.21   2h00m     2s     250s  -               "
          "   10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 +2\n"
          "239.1.1.10  eth0     exclude  2  192.168.1.21     300s    10s     131s  leaving? "
          "expected  -\n"
          "239.1.1.9   eth0     exclude  3  192.168.1.3    26h00m     5s      29s  -               "
          "   not 10.0.0.9\n");
    shows("groups -o age -F 239.0.0.0/8", "GROUP       SEGMENT  MODE     V  REPORTER         AGE  "
                                          "HEARD  EXPIRES  NOTE               SOURCES\n"
                                          "239.1.1.10  eth0     exclude  2  192.168.1.21    300s   "
                                          " 10s     131s  leaving? expected  -\n"
                                          "239.1.1.9   eth0     exclude  3  192.168.1.3   26h00m   "
                                          "  5s      29s  -                  not 10.0.0.9\n");
}

static void test_groups_filtered(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("groups --filter 239.1.1.9",
          "GROUP      SEGMENT  MODE     V  REPORTER        AGE  HEARD  EXPIRES  NOTE  SOURCES\n"
          "239.1.1.9  eth0     exclude  3  192.168.1.3  26h00m     5s      29s  -     not "
          "10.0.0.9\n");
    shows("groups --filter 224.0.0.0/24", "Nobody listens to any group in this network.\n");
    daemon_answers(many);
    shows("groups --sort age", "Nobody listens to any group.\n");
    shows("hosts -S eth0", "No host has reported on this segment.\n");
}

/* The groups of a host are those that it was the last to report, by address and MAC address. */
static void test_hosts(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("hosts",
          "HOST           MAC                SEGMENT  V  REPORTS    SEEN  SILENT  LAST TO REPORT\n"
          "192.168.1.21   00:00:5e:00:53:21  eth0     2       12    300s     10s  239.1.1.10\n"
          "192.168.1.3    -                  eth0     3        3  26h00m      5s  239.1.1.9\n"
          "192.168.10.21  00:00:5e:00:53:23  eth1/10  3      100    300s    400s  -\n");
    assert_string_equal(daemon_was_asked(), "groups\nhosts\n");
}

static void test_queriers(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows(
        "queriers",
        "QUERIER       MAC                SEGMENT  ELECTED  V  QUERIES  REFUSED  SILENT  LAST "
        "QUERY\n"
        "192.168.10.1  00:00:5e:00:53:01  eth1/10  yes      3       90        0      3s  accepted\n"
        "192.168.10.2  00:00:5e:00:53:02  eth1/10  no       2        2        2   3h04m  bad-ttl: "
        "its TTL is not 1\n");
}

static void test_findings(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("findings",
          "eth0: watched for 3h05m: 0 errors, 0 warnings, 0 notes\n"
          "eth1/10: watched for 100s: 1 error, 0 warnings, 2 notes; no memory for all of them\n"
          "\n"
          "D-01 error: no querier (eth1/10)\n"
          "    After the querier 192.168.10.1 no query was heard for 300 s, although hosts\n"
          "    reported.\n"
          "    Streams stop.\n"
          "    Evidence: at 2026-10-29 08:58:20.\n"
          "\n"
          "D-27 note: too short to judge (eth1/10)\n"
          "    Only 100 s were seen.\n"
          "    Evidence: 12 times from 2026-10-29 08:58:20 to 2026-10-29 09:00:00.\n");
    shows("findings -S eth2", "eth2: nobody looks for what is wrong (findings-horizon is 0)\n");
    assert_int_equal(run_ctl("findings --color always"), 0);
    assert_non_null(strstr(said(), "\n\033[1;31mD-01 error\033[0m: no querier"));
    assert_int_equal(run_ctl("findings --sort age"), 2);
}

#define ALIKE(severity, who) ADVISED(severity, who, "")
#define ADVISED(severity, who, advice)                                                             \
    "{\"type\":\"finding\",\"id\":\"D-12\",\"severity\":\"" severity                               \
    "\",\"title\":\"a stream was cut\",\"segment\":\"eth0\",\"first\":\"1793264300.000000\","      \
    "\"last\":\"1793264300.000000\",\"count\":1,\"text\":\"" who " was cut off.\","                \
    "\"consequence\":\"It stopped.\",\"advice\":\"" advice "\"}\n"
#define ALIKE_IN_FULL(who)                                                                         \
    "\nD-12 error: a stream was cut (eth0)\n    " who                                              \
    " was cut off.\n    It stopped.\n    Evidence: at 2026-10-29 08:58:20.\n"

/* A hundred members of which the same is to be said do not fill pages. */
static void test_findings_alike(void **state)
{
    static const struct canned canned[] = {
        {"findings a",
         CANNED_HEADER FINDINGS_CLEAN ALIKE("error", "A") ALIKE("error", "B") ALIKE("error", "C")
             ALIKE("error", "D") ALIKE("error", "E") ALIKE("warning", "F") END(7),
         CANNED_ANSWERS, 0},
        {"findings b",
         CANNED_HEADER FINDINGS_CLEAN ALIKE("error", "A") ALIKE("error", "B") ALIKE("error", "C")
             ALIKE("error", "D") END(5),
         CANNED_ANSWERS, 0},
        {"findings c",
         CANNED_HEADER FINDINGS_CLEAN ALIKE("error", "A") ALIKE("error", "B") ALIKE("error", "C")
             ALIKE("error", "D") ADVISED("error", "E", "Do something else.") END(6),
         CANNED_ANSWERS, 0},
        {NULL, CANNED_HEADER END(0), CANNED_ANSWERS, 0},
    };

    (void)state;
    daemon_answers(canned);
    assert_int_equal(run_ctl("findings a"), 0);
    assert_non_null(strstr(said(), "0 notes\n" ALIKE_IN_FULL("A") ALIKE_IN_FULL("B")
                                       ALIKE_IN_FULL("C") "\nD-12 error: 2 more of these (eth0)\n"
                                                          "    D was cut off.\n"
                                                          "    E was cut off.\n"
                                                          "\nD-12 warning: a stream"));
    assert_int_equal(run_ctl("findings a --long"), 0);
    assert_null(strstr(said(), "more of these"));
    assert_non_null(strstr(said(), ALIKE_IN_FULL("D") ALIKE_IN_FULL("E")));
    /* One line less would not be worth a title. */
    assert_int_equal(run_ctl("findings b"), 0);
    assert_non_null(strstr(said(), ALIKE_IN_FULL("D")));
    /* What to do must not be lost. */
    assert_int_equal(run_ctl("findings c"), 0);
    assert_non_null(
        strstr(said(), "    E was cut off.\n    It stopped.\n    Do something else.\n"));
}

/* Where there are many, those where all is well are counted; not those where nobody looks. */
#define WATCHED(complete, errors, warnings)                                                        \
    "{\"type\":\"watched\",\"segment\":\"eth3\",\"since\":\"1793264300.000000\","                  \
    "\"complete\":" complete ",\"errors\":" errors ",\"warnings\":" warnings ",\"notes\":0}\n"

static void test_findings_of_many(void **state)
{
    static const struct canned many_clean[] = {
        {"findings",
         CANNED_HEADER FINDINGS_CLEAN FINDINGS_CLEAN FINDINGS_CLEAN FINDINGS_NONE END(4),
         CANNED_ANSWERS, 0},
        {"findings a", CANNED_HEADER FINDINGS_CLEAN FINDINGS_CLEAN FINDINGS_CLEAN END(3),
         CANNED_ANSWERS, 0},
        {"findings b", CANNED_HEADER END(0), CANNED_ANSWERS, 0},
        {"findings c", CANNED_HEADER FINDINGS_CLEAN FINDINGS_SOME FINDINGS_NONE END(5),
         CANNED_ANSWERS, 0},
        {"findings d",
         CANNED_HEADER "{\"type\":\"watched\",\"segment\":\"eth2\",\"since\":null,"
                       "\"horizon\":\"600.000000\",\"complete\":true}\n" END(1),
         CANNED_ANSWERS, 0},
        {"findings e",
         CANNED_HEADER WATCHED("true", "0", "0") WATCHED("false", "0", "0")
             WATCHED("true", "2", "0") WATCHED("true", "0", "3") END(4),
         CANNED_ANSWERS, 0},
        {NULL, CANNED_HEADER END(0), CANNED_ANSWERS, 0},
    };

    (void)state;
    daemon_answers(many_clean);
    shows("findings", "eth2: nobody looks for what is wrong (findings-horizon is 0)\n"
                      "The other 3 segments have no error and no warning.\n");
    shows("findings a", "All 3 segments have no error and no warning.\n");
    shows("findings b", "There is no segment.\n");
    assert_int_equal(run_ctl("findings c"), 0);
    assert_non_null(strstr(said(), "08:58:20.\n\neth2: nobody looks"));
    assert_non_null(strstr(said(), "\nThe other segment has no error and no warning.\n"
                                   "Notes are left out: --long shows them (1).\n"));
    assert_int_equal(run_ctl("findings c --long"), 0);
    assert_non_null(strstr(said(), "\nD-27 note: too short to judge (eth1/10)\n"));
    assert_null(strstr(said(), "other segment"));
    shows("findings e",
          "eth3: watched for 100s: 0 errors, 0 warnings, 0 notes; no memory for all of them\n"
          "eth3: watched for 100s: 2 errors, 0 warnings, 0 notes\n"
          "eth3: watched for 100s: 0 errors, 3 warnings, 0 notes\n"
          "The other segment has no error and no warning.\n");
    shows("findings d", "eth2: nobody looks for what is wrong (no memory)\n");
}

static void test_stats(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("stats", "segment eth0\n"
                   "  general sent                        180\n"
                   "  specific sent                         2\n"
                   "  elections lost                        0\n"
                   "  takeovers                             1\n"
                   "  odd tos                               0\n"
                   "  no router alert                       0\n"
                   "  groups refused                        0\n"
                   "  sources refused                       0\n"
                   "  hosts refused                         0\n"
                   "  verdicts\n"
                   "    accepted                          300\n"
                   "    bad-ttl                             2\n"
                   "\n"
                   "interface eth0\n"
                   "  capture drops                         0\n"
                   "  send failures                         1\n"
                   "  stray\n"
                   "    not-igmp                            7\n");
}

/* Routine ones only when they are asked for, and the last ones of what is shown. */
static void test_events(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("events",
          "2026-10-29 08:58:20.123  eth0      role                 querier: nobody else asks here\n"
          "2026-10-29 08:58:21.500  eth1/10   warning              192.168.10.2 asks with a TTL of "
          "64\n");
    shows("events --long",
          "2026-10-29 08:58:20.123  eth0      role                 querier: nobody else asks here\n"
          "2026-10-29 08:58:21.500  eth1/10   warning              192.168.10.2 asks with a TTL of "
          "64\n"
          "2026-10-29 08:58:22.000  eth0      query-sent           general query sent\n");
    shows("events -n 1", "2026-10-29 08:58:21.500  eth1/10   warning              192.168.10.2 "
                         "asks with a TTL of 64\n");
    shows("events -n 0", "");
    shows(
        "events eth0",
        "2026-10-29 08:58:20.123  eth0      role                 querier: nobody else asks here\n");
}

/* What was told before is not told again; the end of the daemon is not silent. */
static void test_events_followed(void **state)
{
    (void)state;
    daemon_answers(whole);
    assert_int_equal(run_ctl("events -n 1 -f"), 3);
    assert_string_equal(said(),
                        "2026-10-29 08:58:21.500  eth1/10   warning              192.168.10.2 asks "
                        "with a TTL of 64\n"
                        "2026-10-29 09:00:00.000  eth0      role                 it is over\n");
    assert_string_equal(complained(),
                        "igmpqctl: igmpqd broke off: it ended or was started again, or it dropped "
                        "this program, which read too slowly\n");
    assert_string_equal(daemon_was_asked(), "events\nevents follow\n");
}

static void test_config(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("config", "daemon\n"
                    "  config                         /etc/igmpqd.conf\n"
                    "  verbose                        no\n"
                    "  control-socket                 /run/igmpq/igmpqd.sock\n"
                    "  control-group                  -\n"
                    "  control-mode                   0660\n"
                    "  hook                           /usr/bin/true -x\n"
                    "  hook-timeout                   10 s\n"
                    "  findings-horizon               10800 s\n"
                    "\n"
                    "segment eth0\n"
                    "  address                        192.168.1.10/24\n"
                    "  expect-groups                  239.9.9.9 239.1.1.10\n"
                    "  profile                        default\n"
                    "  query-interval                 62.5\n");
}

static const struct canned several_segments[] = {
    {"config",
     CANNED_HEADER CONFIG SETTINGS("eth1", "7") SETTINGS("eth1", "10") SETTINGS("tap*", "0") END(5),
     CANNED_ANSWERS, 0},
    {NULL, CANNED_HEADER "{\"type\":\"error\",\"code\":\"unknown-verb\",\"text\":\"what?\"}\n",
     CANNED_ANSWERS, 0},
};

/* Of one segment: the daemon is asked for all, and is not told. */
static void test_config_of_one(void **state)
{
    static const char of_ten[] = "segment eth1/10\n"
                                 "  address                        auto\n";
    static const char of_taps[] = "segment tap*\n"
                                  "  address                        auto\n";

    (void)state;
    daemon_answers(several_segments);
    shows("config -S eth1/10", of_ten);
    shows("config eth1/10", of_ten);
    shows("config tap3", of_taps);
    assert_string_equal(daemon_was_asked(), "config\nconfig\nconfig\n");
    shows("--json config eth1/10", CANNED_HEADER SETTINGS("eth1", "10") END(1));
    static const char *const none[] = {"eth1", "eth1/1", "eth1/x", "eth1/", "/10", "eth1/10/10"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char words[64];
        snprintf(words, sizeof words, "config -S %s", none[i]);
        assert_int_equal(run_ctl(words), 1);
        assert_string_equal(said(), "");
        assert_non_null(strstr(complained(), "the configuration has no segment '"));
        snprintf(words, sizeof words, "--json config -S %s", none[i]);
        assert_int_equal(run_ctl(words), 1);
    }
}

static void test_help(void **state)
{
    (void)state;
    assert_int_equal(run_ctl("--help"), 0);
    char *wanted = strdup(said());
    assert_non_null(strstr(wanted, "\n  help        this text\n"));
    shows("help", wanted);
    free(wanted);
}

static void test_interfaces(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("interfaces",
          "INTERFACE  STATE       USED  MAC                ADDRESS      VLAN    MTU  KIND\n"
          "lo         up          no    -                  127.0.0.1/8     0  65536  loopback\n"
          "eth0       no carrier  yes   00:00:5e:00:53:0a  -               0   1500  ethernet\n");
}

/* Prometheus' text format 0.0.4, with what it wants escaped. */
static void test_metrics(void **state)
{
    (void)state;
    daemon_answers(whole);
    shows("metrics", "# HELP igmpq_querier 1 where \\\\ is querier\n"
                     "# TYPE igmpq_querier gauge\n"
                     "igmpq_querier{segment=\"eth0\"} 1\n"
                     "igmpq_querier{segment=\"e\\\"\\\\1\",b=\"\"} 0\n"
                     "# HELP igmpq_uptime_seconds since it was started\n"
                     "# TYPE igmpq_uptime_seconds gauge\n"
                     "igmpq_uptime_seconds 11100.25\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_status, daemon_ends),
        cmocka_unit_test_teardown(test_status_of_many, daemon_ends),
        cmocka_unit_test_teardown(test_status_oddities, daemon_ends),
        cmocka_unit_test_teardown(test_groups, daemon_ends),
        cmocka_unit_test_teardown(test_groups_sorted, daemon_ends),
        cmocka_unit_test_teardown(test_groups_filtered, daemon_ends),
        cmocka_unit_test_teardown(test_hosts, daemon_ends),
        cmocka_unit_test_teardown(test_queriers, daemon_ends),
        cmocka_unit_test_teardown(test_findings, daemon_ends),
        cmocka_unit_test_teardown(test_findings_alike, daemon_ends),
        cmocka_unit_test_teardown(test_findings_of_many, daemon_ends),
        cmocka_unit_test_teardown(test_stats, daemon_ends),
        cmocka_unit_test_teardown(test_events, daemon_ends),
        cmocka_unit_test_teardown(test_events_followed, daemon_ends),
        cmocka_unit_test_teardown(test_config, daemon_ends),
        cmocka_unit_test_teardown(test_config_of_one, daemon_ends),
        cmocka_unit_test_teardown(test_help, daemon_ends),
        cmocka_unit_test_teardown(test_interfaces, daemon_ends),
        cmocka_unit_test_teardown(test_metrics, daemon_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
