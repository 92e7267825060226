/* SPDX-License-Identifier: MIT */
/*
 * What a daemon with two segments tells: on eth0 it is the querier, on eth1/10 it has lost to
 * another. One line is one object; #END counts them.
 */
#ifndef IGMPQ_TESTS_CTL_CANNED_H
#define IGMPQ_TESTS_CTL_CANNED_H

#include "ctl_fixture.h"

#define END(count) "{\"type\":\"end\",\"ok\":true,\"count\":" #count "}\n"

#define DAEMON                                                                                     \
    "{\"type\":\"daemon\",\"version\":\"0.1.0\",\"process\":4711,"                                 \
    "\"started\":\"1793253300.000000\",\"uptime\":\"11100.250000\","                               \
    "\"config\":\"/etc/igmpqd.conf\",\"socket\":\"/run/igmpq/igmpqd.sock\",\"verbose\":false,"     \
    "\"segments\":2,\"clients\":1,\"clients_refused\":0,\"hook\":false,\"hook_dropped\":0,"        \
    "\"events\":12}\n"

#define SEGMENT_QUERIER                                                                            \
    "{\"type\":\"segment\",\"segment\":\"eth0\",\"interface\":\"eth0\",\"vlan\":0,"                \
    "\"role\":\"querier\",\"since\":\"1793253315.000000\",\"mode\":\"active\","                    \
    "\"address\":\"192.168.1.10\",\"prefix_length\":24,\"mac\":\"00:00:5e:00:53:0a\","             \
    "\"proxy\":false,\"version\":2,\"query_interval\":\"62.500000\","                              \
    "\"response_interval\":\"10.000000\",\"robustness\":2,\"next_query_in\":\"42.400000\","        \
    "\"startup_left\":0,\"takeover_in\":null,\"other_querier_timeout\":\"130.000000\","            \
    "\"elected\":null,\"groups\":2,\"max_groups\":4096,\"sources\":0,\"max_sources\":16384,"       \
    "\"hosts\":2,\"max_hosts\":4096,\"queriers\":0,\"expected\":2,"                                \
    "\"missing\":[\"239.9.9.9\"],\"present\":true,\"attached\":true,\"up\":true,"                  \
    "\"carrier\":true,\"mtu\":1500,\"state\":\"ready\"}\n"

#define SEGMENT_OTHER                                                                              \
    "{\"type\":\"segment\",\"segment\":\"eth1/10\",\"interface\":\"eth1\",\"vlan\":10,"            \
    "\"role\":\"non-querier\",\"since\":\"1793253316.000000\",\"mode\":\"active\","                \
    "\"address\":\"192.168.10.10\",\"prefix_length\":24,\"mac\":\"00:00:5e:00:53:0b\","            \
    "\"proxy\":false,\"version\":3,\"query_interval\":\"125.000000\","                             \
    "\"response_interval\":\"10.000000\",\"robustness\":2,\"next_query_in\":null,"                 \
    "\"startup_left\":0,\"takeover_in\":\"252.100000\","                                           \
    "\"other_querier_timeout\":\"255.000000\",\"elected\":{\"address\":\"192.168.10.1\","          \
    "\"mac\":\"00:00:5e:00:53:01\",\"version\":3,\"since\":\"1793253316.000000\","                 \
    "\"last\":\"1793264397.000000\",\"silent\":\"3.250000\","                                      \
    "\"measured_interval\":\"125.020000\",\"proven\":true,"                                        \
    "\"advertised_interval\":\"125.000000\",\"response_interval\":\"10.000000\","                  \
    "\"robustness\":2},\"groups\":1,\"max_groups\":4096,\"sources\":6,\"max_sources\":16384,"      \
    "\"hosts\":1,\"max_hosts\":4096,\"queriers\":2,\"expected\":0,\"missing\":[],"                 \
    "\"present\":true,\"attached\":true,\"up\":true,\"carrier\":true,\"mtu\":1500,"                \
    "\"state\":\"ready\"}\n"

#define SEGMENT_DOWN                                                                               \
    "{\"type\":\"segment\",\"segment\":\"eth2\",\"interface\":\"eth2\",\"vlan\":0,"                \
    "\"role\":\"down\",\"since\":\"1793253316.000000\",\"mode\":\"listen-first\","                 \
    "\"address\":null,\"prefix_length\":0,\"mac\":\"00:00:5e:00:53:0c\",\"proxy\":false,"          \
    "\"version\":2,\"query_interval\":\"125.000000\",\"response_interval\":\"10.000000\","         \
    "\"robustness\":2,\"next_query_in\":null,\"startup_left\":0,\"takeover_in\":null,"             \
    "\"other_querier_timeout\":\"255.000000\",\"elected\":null,\"groups\":0,"                      \
    "\"max_groups\":4096,\"sources\":0,\"max_sources\":16384,\"hosts\":0,\"max_hosts\":4096,"      \
    "\"queriers\":0,\"expected\":0,\"missing\":[],\"present\":true,\"attached\":false,"            \
    "\"up\":true,\"carrier\":false,\"mtu\":1500,\"state\":\"no carrier\"}\n"

#define GROUP_SIMPLE                                                                               \
    "{\"type\":\"group\",\"segment\":\"eth0\",\"group\":\"239.1.1.10\",\"mode\":\"exclude\","      \
    "\"sources\":[],\"blocked\":[],\"expires_in\":\"130.500000\",\"version\":2,"                   \
    "\"since\":\"1793264100.000000\",\"last_report\":\"1793264390.000000\","                       \
    "\"last_reporter\":\"192.168.1.21\",\"last_reporter_mac\":\"00:00:5e:00:53:21\","              \
    "\"source_count\":0,\"checking\":true,\"expected\":true}\n"

#define GROUP_BLOCKED                                                                              \
    "{\"type\":\"group\",\"segment\":\"eth0\",\"group\":\"239.1.1.9\",\"mode\":\"exclude\","       \
    "\"sources\":[],\"blocked\":[\"10.0.0.9\"],\"expires_in\":\"29.000000\",\"version\":3,"        \
    "\"since\":\"1793170800.000000\",\"last_report\":\"1793264395.000000\","                       \
    "\"last_reporter\":\"192.168.1.3\",\"last_reporter_mac\":null,\"source_count\":1,"             \
    "\"checking\":false,\"expected\":false}\n"

#define GROUP_SOURCES                                                                              \
    "{\"type\":\"group\",\"segment\":\"eth1/10\",\"group\":\"232.1.1.1\",\"mode\":\"include\","    \
    "\"sources\":[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\",\"10.0.0.4\",\"10.0.0.5\"],"              \
    "\"blocked\":[],\"expires_in\":\"250.000000\",\"version\":3,"                                  \
    "\"since\":\"1793257200.000000\",\"last_report\":\"1793264398.000000\","                       \
    "\"last_reporter\":\"192.168.10.21\",\"last_reporter_mac\":\"00:00:5e:00:53:22\","             \
    "\"source_count\":6,\"checking\":false,\"expected\":false}\n"                                  \
    "{\"type\":\"sources\",\"segment\":\"eth1/10\",\"group\":\"232.1.1.1\","                       \
    "\"sources\":[\"10.0.0.6\"],\"blocked\":[]}\n"

#define HOSTS                                                                                      \
    "{\"type\":\"host\",\"segment\":\"eth0\",\"address\":\"192.168.1.21\","                        \
    "\"mac\":\"00:00:5e:00:53:21\",\"version\":2,\"first\":\"1793264100.000000\","                 \
    "\"last\":\"1793264390.000000\",\"silent\":\"10.250000\",\"reports\":12}\n"                    \
    "{\"type\":\"host\",\"segment\":\"eth0\",\"address\":\"192.168.1.3\",\"mac\":null,"            \
    "\"version\":3,\"first\":\"1793170800.000000\",\"last\":\"1793264395.000000\","                \
    "\"silent\":\"5.250000\",\"reports\":3}\n"                                                     \
    "{\"type\":\"host\",\"segment\":\"eth1/10\",\"address\":\"192.168.10.21\","                    \
    "\"mac\":\"00:00:5e:00:53:23\",\"version\":3,\"first\":\"1793264100.000000\","                 \
    "\"last\":\"1793264000.000000\",\"silent\":\"400.250000\",\"reports\":100}\n"

#define QUERIERS                                                                                   \
    "{\"type\":\"querier\",\"segment\":\"eth1/10\",\"address\":\"192.168.10.1\","                  \
    "\"mac\":\"00:00:5e:00:53:01\",\"version\":3,\"elected\":true,"                                \
    "\"first\":\"1793253316.000000\",\"last\":\"1793264397.000000\",\"silent\":\"3.250000\","      \
    "\"queries\":90,\"refused\":0,\"verdict\":\"accepted\",\"verdict_text\":\"accepted\"}\n"       \
    "{\"type\":\"querier\",\"segment\":\"eth1/10\",\"address\":\"192.168.10.2\","                  \
    "\"mac\":\"00:00:5e:00:53:02\",\"version\":2,\"elected\":false,"                               \
    "\"first\":\"1793253310.000000\",\"last\":\"1793253311.000000\",\"silent\":\"11089.250000\","  \
    "\"queries\":2,\"refused\":2,\"verdict\":\"bad-ttl\","                                         \
    "\"verdict_text\":\"its TTL is not 1\"}\n"

#define FINDINGS_CLEAN                                                                             \
    "{\"type\":\"watched\",\"segment\":\"eth0\",\"since\":\"1793253300.000000\",\"down\":false,"   \
    "\"horizon\":\"10800.000000\",\"complete\":true,\"errors\":0,\"warnings\":0,\"notes\":0}\n"
#define FINDINGS_SOME                                                                              \
    "{\"type\":\"watched\",\"segment\":\"eth1/"                                                    \
    "10\",\"since\":\"1793264300.000000\",\"down\":false,"                                         \
    "\"horizon\":\"10800.000000\",\"complete\":false,\"errors\":1,\"warnings\":0,\"notes\":2}\n"   \
    "{\"type\":\"finding\",\"id\":\"D-01\",\"severity\":\"error\",\"title\":\"no querier\","       \
    "\"segment\":\"eth1/10\",\"first\":\"1793264300.000000\",\"last\":\"1793264300.000000\","      \
    "\"first_frame\":0,\"last_frame\":0,\"count\":1,\"address\":\"192.168.10.1\","                 \
    "\"text\":\"After the querier 192.168.10.1 no query was heard for 300 s, although hosts "      \
    "reported.\",\"consequence\":\"Streams stop.\",\"advice\":\"\"}\n"                             \
    "{\"type\":\"finding\",\"id\":\"D-27\",\"severity\":\"note\",\"title\":\"too short to "        \
    "judge\","                                                                                     \
    "\"segment\":\"eth1/10\",\"first\":\"1793264300.000000\",\"last\":\"1793264400.000000\","      \
    "\"count\":12,\"text\":\"Only 100 s were seen.\",\"consequence\":\"\",\"advice\":null}\n"
#define FINDINGS_NONE                                                                              \
    "{\"type\":\"watched\",\"segment\":\"eth2\",\"since\":null,\"down\":false,\"horizon\":\"0."    \
    "000000\","                                                                                    \
    "\"complete\":true,\"errors\":0,\"warnings\":0,\"notes\":0}\n"

#define STATS                                                                                      \
    "{\"type\":\"stats\",\"segment\":\"eth0\",\"general_sent\":180,\"specific_sent\":2,"           \
    "\"elections_lost\":0,\"takeovers\":1,\"odd_tos\":0,\"no_router_alert\":0,"                    \
    "\"groups_refused\":0,\"sources_refused\":0,\"hosts_refused\":0,"                              \
    "\"verdicts\":{\"accepted\":300,\"not-igmp\":0,\"bad-ttl\":2}}\n"                              \
    "{\"type\":\"port\",\"interface\":\"eth0\",\"attached\":true,\"capture_drops\":0,"             \
    "\"send_failures\":1,\"stray\":{\"accepted\":0,\"not-igmp\":7}}\n"

#define EVENT_START                                                                                \
    "{\"type\":\"event\",\"event\":\"role\",\"time\":\"1793264300.123456\","                       \
    "\"segment\":\"eth0\",\"serial\":3,\"level\":\"info\","                                        \
    "\"text\":\"querier: nobody else asks here\"}\n"
#define EVENT_WARNING                                                                              \
    "{\"type\":\"event\",\"event\":\"warning\",\"time\":\"1793264301.500000\","                    \
    "\"segment\":\"eth1/10\",\"serial\":4,\"level\":\"warning\","                                  \
    "\"text\":\"192.168.10.2 asks with a TTL of 64\"}\n"
#define EVENT_DEBUG                                                                                \
    "{\"type\":\"event\",\"event\":\"query-sent\",\"time\":\"1793264302.000000\","                 \
    "\"segment\":\"eth0\",\"serial\":5,\"level\":\"debug\",\"text\":\"general query sent\"}\n"
#define EVENT_LATER                                                                                \
    "{\"type\":\"event\",\"event\":\"role\",\"time\":\"1793264400.000000\","                       \
    "\"segment\":\"eth0\",\"serial\":6,\"level\":\"error\",\"text\":\"it is over\"}\n"

#define CONFIG                                                                                     \
    "{\"type\":\"config\",\"config\":\"/etc/igmpqd.conf\",\"verbose\":false,"                      \
    "\"control-socket\":\"/run/igmpq/igmpqd.sock\",\"control-group\":\"\","                        \
    "\"control-mode\":\"0660\",\"hook\":[\"/usr/bin/true\",\"-x\"],"                               \
    "\"hook-timeout\":\"10.000000\",\"findings-horizon\":\"10800.000000\"}\n"                      \
    "{\"type\":\"settings\",\"interface\":\"eth0\",\"vlan\":0,\"address\":\"192.168.1.10/24\","    \
    "\"expect-groups\":[\"239.9.9.9\",\"239.1.1.10\"],"                                            \
    "\"settings\":{\"profile\":\"default\",\"query-interval\":\"62.5\"}}\n"

#define SETTINGS(interface, vlan)                                                                  \
    "{\"type\":\"settings\",\"interface\":\"" interface "\",\"vlan\":" vlan                        \
    ",\"address\":\"auto\"}\n"

#define INTERFACES                                                                                 \
    "{\"type\":\"interface\",\"interface\":\"lo\",\"index\":1,\"ethernet\":false,"                 \
    "\"loopback\":true,\"up\":true,\"carrier\":true,\"mac\":null,\"vlan\":0,"                      \
    "\"parent_index\":0,\"mtu\":65536,\"address\":\"127.0.0.1\",\"prefix_length\":8,"              \
    "\"addresses\":1,\"used\":false}\n"                                                            \
    "{\"type\":\"interface\",\"interface\":\"eth0\",\"index\":2,\"ethernet\":true,"                \
    "\"loopback\":false,\"up\":true,\"carrier\":false,\"mac\":\"00:00:5e:00:53:0a\","              \
    "\"vlan\":0,\"parent_index\":0,\"mtu\":1500,\"address\":null,\"prefix_length\":0,"             \
    "\"addresses\":0,\"used\":true}\n"

#define METRICS                                                                                    \
    "{\"type\":\"metric\",\"name\":\"igmpq_querier\",\"kind\":\"gauge\","                          \
    "\"help\":\"1 where \\\\ is querier\"}\n"                                                      \
    "{\"type\":\"sample\",\"labels\":{\"segment\":\"eth0\"},\"value\":\"1\"}\n"                    \
    "{\"type\":\"sample\",\"labels\":{\"segment\":\"e\\\"\\\\1\",\"b\":\"\"},\"value\":\"0\"}\n"   \
    "{\"type\":\"metric\",\"name\":\"igmpq_uptime_seconds\",\"kind\":\"gauge\","                   \
    "\"help\":\"since it was started\"}\n"                                                         \
    "{\"type\":\"sample\",\"labels\":{},\"value\":\"11100.25\"}\n"

/** All of it, and another verb is not known. */
static const struct canned whole[] = {
    {"status", CANNED_HEADER DAEMON SEGMENT_QUERIER SEGMENT_OTHER END(3), CANNED_ANSWERS, 0},
    {"status eth1/10", CANNED_HEADER DAEMON SEGMENT_OTHER END(2), CANNED_ANSWERS, 0},
    {"groups", CANNED_HEADER GROUP_SIMPLE GROUP_BLOCKED GROUP_SOURCES END(4), CANNED_ANSWERS, 0},
    {"groups eth0", CANNED_HEADER GROUP_SIMPLE GROUP_BLOCKED END(2), CANNED_ANSWERS, 0},
    {"hosts", CANNED_HEADER HOSTS END(3), CANNED_ANSWERS, 0},
    {"queriers", CANNED_HEADER QUERIERS END(2), CANNED_ANSWERS, 0},
    {"findings", CANNED_HEADER FINDINGS_CLEAN FINDINGS_SOME END(4), CANNED_ANSWERS, 0},
    {"findings eth2", CANNED_HEADER FINDINGS_NONE END(1), CANNED_ANSWERS, 0},
    {"stats", CANNED_HEADER STATS END(2), CANNED_ANSWERS, 0},
    {"events", CANNED_HEADER EVENT_START EVENT_WARNING EVENT_DEBUG END(3), CANNED_ANSWERS, 0},
    {"events follow", CANNED_HEADER EVENT_START EVENT_WARNING EVENT_DEBUG EVENT_LATER,
     CANNED_ANSWERS, 0},
    {"config", CANNED_HEADER CONFIG END(2), CANNED_ANSWERS, 0},
    {"interfaces", CANNED_HEADER INTERFACES END(2), CANNED_ANSWERS, 0},
    {"metrics", CANNED_HEADER METRICS END(5), CANNED_ANSWERS, 0},
    {NULL, CANNED_HEADER "{\"type\":\"error\",\"code\":\"unknown-verb\",\"text\":\"what?\"}\n",
     CANNED_ANSWERS, 0},
};

#endif
