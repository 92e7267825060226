# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Leaves and what follows them: group-specific and group-and-source-specific queries, on the kernel's bridge with the
# kernel's own hosts, and on a cable with records made by hand (Q-09, Q-11, Q-12, Q-19, Q-20, Q-94 to Q-110).

group=239.1.2.3

# specific NAME SINCE: group-specific queries since then, one a line: seconds since then, the group, S or - for the
# S flag of version 3, the sources joined by commas or - for none.
specific()
{
    local flag filter
    for flag in S -; do
        filter='igmp[0] == 0x11 and igmp[4:4] != 0'
        # the S flag is there in version 3 only, whose queries have 12 octets and more
        case $flag in
        S) filter="$filter and ip[2:2] >= 36 and igmp[8] & 8 != 0" ;;
        -) filter="$filter and (ip[2:2] < 36 or igmp[8] & 8 == 0)" ;;
        esac
        tcpdump -r "$E2E_DIR/$1.pcap" -tt -nn -vvv "$filter" 2>/dev/null | awk -v flag="$flag" -v since="$2" '
            /^[0-9]/ { time = $1; next }
            time >= since {
                group = $3; sub(/:$/, "", group)
                sources = "-"
                if (match($0, /\{.*\}/)) { sources = substr($0, RSTART + 2, RLENGTH - 4); gsub(/ /, ",", sources) }
                printf "%.3f %s %s %s\n", time - since, group, flag, sources
            }'
    done | sort -s -n -k 1,1
}

# said NAME SINCE: the same without times, for comparison as a whole; and into the log.
said()
{
    specific "$1" "$2" >"$E2E_DIR/specific.txt"
    cut -c 1-160 "$E2E_DIR/specific.txt" >&2
    cut -d ' ' -f 2- "$E2E_DIR/specific.txt"
}

# spaced: the lines of the last said are a second apart, where they differ in time at all. On a busy machine the first of two
# is late or the second.
spaced()
{
    awk 'NR > 1 && $1 - last > 0.2 && ($1 - last < 0.6 || $1 - last > 1.5) { exit 1 } { last = $1 }' \
        "$E2E_DIR/specific.txt" || fail "not a second apart: $(cut -d ' ' -f 1 "$E2E_DIR/specific.txt" | paste -s -d ' ')"
}

expect_said()
{
    local heard
    heard=$(said "$1" "$2")
    [ "$heard" = "$3" ] || fail "specific queries: \"$heard\", not \"$3\""
}

# --- the kernel's bridge and hosts ----------------------------------------------------------------------

# two_members VERSION: h1 and h2 in one group, igmpqd queries, and all have settled.
two_members()
{
    lan switch mcast_igmp_version "$1"
    host h1 switch 192.168.50.21/24
    host h2 switch 192.168.50.22/24
    host q switch 192.168.50.10/24
    capture wire q eth0
    querier igmpqd q -i eth0 -q 8 -V "$1" -v
    within 15 has_query wire 0 || fail 'no query'
    sleep 0.3
    member m1 h1 $group
    member m2 h2 $group
    # the startup queries are at 0, 2 and 4 s, and hosts take up to 4 s to answer
    sleep 8.5
    has_entry switch $group h1 || fail 'the first member is not in the table'
    has_entry switch $group h2 || fail 'the second member is not in the table'
}

# first_leaves: m1 goes; its port is out after two seconds, the other's stays.
first_leaves()
{
    left=$(now)
    stop m1
    within 4 not has_entry switch $group h1 || fail 'the port that left is still in the table after 4 s'
    report "the port that left is out of the table after $(since "$left") s"
    throughout 3 has_entry switch $group h2 || fail 'the port of the other member fell out'
}

last_leaves()
{
    left=$(now)
    stop m2
    within 4 not has_entry switch $group h2 || fail 'the last member is still in the table after 4 s'
    report "the last member is out of the table after $(since "$left") s"
    expect "$(since "$left") >= 1.5" 'time to answer'
    sleep 1
}

# Q-09, Q-95, Q-96
# about 24 s
test_two_members_version_2()
{
    two_members 2
    first_leaves
    # one query, or two where the answer took the whole second
    case $(said wire "$left") in
    "$group - -" | "$group - -"$'\n'"$group - -") ;;
    *) fail "specific queries after the first leave: $(said wire "$left")" ;;
    esac
    tcpdump -r "$E2E_DIR/wire.pcap" -nn "igmp[0] == 0x11 and igmp[1] == 10 and dst host $group" 2>/dev/null | grep -q . ||
        fail 'the response time of specific queries is not 1 s'
    last_leaves
    expect_said wire "$left" "$group - -"$'\n'"$group - -"
    spaced
}

# Q-11, Q-103. The kernel says twice that it leaves, within a second, and each of these begins two queries.
# S is for test_to_in_version_3: here it depends on who spoke first.
# about 24 s
test_two_members_version_3()
{
    two_members 3
    first_leaves
    said wire "$left" >"$E2E_DIR/first.log"
    head -n 1 "$E2E_DIR/first.log" | grep -Fxq "$group - -" || fail 'the first specific query is wrong'
    if grep -Evx "$group [S-] -" "$E2E_DIR/first.log"; then fail 'a specific query for something else'; fi
    expect "$(wc -l <"$E2E_DIR/first.log") >= 2 && $(wc -l <"$E2E_DIR/first.log") <= 4" 'specific queries after the first leave'
    spaced
    last_leaves
    said wire "$left" >"$E2E_DIR/last.log"
    # nobody answers, so none has S
    if grep -Fvx "$group - -" "$E2E_DIR/last.log"; then fail 'a specific query for something else, or with S'; fi
    expect "$(wc -l <"$E2E_DIR/last.log") >= 2 && $(wc -l <"$E2E_DIR/last.log") <= 4" 'specific queries after the last leave'
    spaced
}

# Q-110: a source-specific member keeps its entry.
# about 20 s
test_ssm_member_is_kept()
{
    lan switch mcast_igmp_version 3 mcast_membership_interval 600
    host h1 switch 192.168.50.21/24
    host q switch 192.168.50.10/24
    capture wire q eth0
    querier igmpqd q -i eth0 -q 2 -t 7 -V 3
    member m1 h1 232.1.2.3 10.0.0.1
    within 10 has_entry switch 232.1.2.3 h1 || fail 'the member never came into the table'
    mdb switch 232.1.2.3 h1 | grep -q 'src 10.0.0.1' || fail "without its source: $(mdb switch 232.1.2.3 h1)"
    throughout 16 has_ssm_entry || fail 'the member fell out of the table'
}

has_ssm_entry()
{
    mdb switch 232.1.2.3 h1 | grep -q 'src 10.0.0.1'
}

# --- by hand, on a cable ------------------------------------------------------------------------------

# cable VERSION: igmpqd, and a peer that plays the hosts. The interval is long, so that nothing else is said.
cable()
{
    pair q 192.168.50.10/24 peer 192.168.50.21/24
    capture wire peer eth0
    querier igmpqd q -i eth0 -q 60 -V "$1"
    within 15 has_query wire 0 || fail 'no query'
}

# host_says WHAT [OPTION...] [--wait SECONDS WHAT [OPTION...]]...
host_says()
{
    local what=$1
    shift
    frame peer "$what" --src 192.168.50.21 "$@"
}

# records RECORD... [--wait SECONDS RECORD...]...: version 3 reports
records()
{
    local list=()
    while [ $# -gt 0 ]; do
        if [ "$1" = --wait ]; then
            list+=(--wait "$2" v3report)
            shift 2
        else
            list+=(--record "$1")
            shift
        fi
    done
    host_says v3report "${list[@]}"
}

# Q-95, Q-97, Q-98
# about 12 s
test_leave_version_2()
{
    local t
    cable 2
    t=$(now)
    host_says leave --group 239.9.9.9
    sleep 1.5
    expect_said wire "$t" ''
    host_says report --group $group
    t=$(now)
    host_says leave --group $group
    sleep 2.5
    expect_said wire "$t" "$group - -"$'\n'"$group - -"
    spaced
    # it is gone: another leave is for a group that is not known
    t=$(now)
    host_says leave --group $group
    sleep 1.5
    expect_said wire "$t" ''
    # a version 1 host is deaf to such queries and never leaves
    host_says report --version 1 --group 239.1.2.4
    host_says report --group 239.1.2.4
    t=$(now)
    host_says leave --group 239.1.2.4
    sleep 1.5
    expect_said wire "$t" ''
}

# Q-96
# about 4 s
test_report_ends_last_member_queries()
{
    local t
    cable 2
    host_says report --group $group
    t=$(now)
    host_says leave --group $group --wait 0.3 report --group $group
    sleep 2
    expect_said wire "$t" "$group - -"
}

# Q-77
# about 4 s
test_no_specific_queries_in_version_1()
{
    local t
    cable 1
    t=$(now)
    host_says report --group $group
    host_says leave --group $group
    sleep 2
    expect_said wire "$t" ''
}

# Q-67
# about 5 s
test_non_querier_ignores_leaves()
{
    local t
    cable 2
    host_says report --group $group
    frame peer query --src 192.168.50.5
    wait_log igmpqd 'LOST to lower IP' 2
    t=$(now)
    host_says leave --group $group
    sleep 2
    expect_said wire "$t" ''
}

# Q-66: queries that were begun are completed after losing the role (RFC 9776).
# about 5 s
test_last_member_queries_survive_a_lost_election()
{
    local t
    cable 2
    host_says report --group $group
    t=$(now)
    host_says leave --group $group --wait 0.2 query --src 192.168.50.5
    wait_log igmpqd 'LOST to lower IP' 2
    sleep 2
    expect_said wire "$t" "$group - -"$'\n'"$group - -"
}

# Q-23, Q-110
# about 4 s
test_leave_in_ssm_range()
{
    local t
    cable 2
    t=$(now)
    host_says report --group 232.1.1.1
    host_says leave --group 232.1.1.1
    sleep 2
    expect_said wire "$t" ''
}

# Q-103: EXCLUDE({}), TO_IN({}), and somebody answers
# about 4 s
test_to_in_version_3()
{
    local t
    cable 3
    records IS_EX:$group
    t=$(now)
    records TO_IN:$group --wait 0.3 IS_EX:$group
    sleep 2
    expect_said wire "$t" "$group - -"$'\n'"$group S -"
    spaced
}

# Q-104: INCLUDE(a, b, c), BLOCK(a, b), and somebody still wants a
# about 8 s
test_block_version_3()
{
    local t a=10.0.0.1 b=10.0.0.2 c=10.0.0.3 g=232.1.1.1
    cable 3
    records IS_IN:$g:$a,$b,$c
    t=$(now)
    records BLOCK:$g:$a,$b --wait 0.3 IS_IN:$g:$a
    sleep 2
    # the order of two messages at one time is not said
    case $(said wire "$t") in
    "$g - $a,$b"$'\n'"$g S $a"$'\n'"$g - $b") ;;
    "$g - $a,$b"$'\n'"$g - $b"$'\n'"$g S $a") ;;
    *) fail "specific queries after BLOCK: $(said wire "$t")" ;;
    esac
    # a and c are there, b is not: only those that are there are asked for
    t=$(now)
    records BLOCK:$g:$a,$b,$c
    sleep 2.5
    expect_said wire "$t" "$g - $a,$c"$'\n'"$g - $a,$c"
    # and now nothing is
    t=$(now)
    records BLOCK:$g:$a,$b,$c
    sleep 1.5
    expect_said wire "$t" ''
}

# INCLUDE(a), TO_EX(a, b): a is asked for; then EXCLUDE(a; b), TO_IN(c): a again, and the group
# about 8 s
test_to_ex_and_back_version_3()
{
    local t a=10.0.0.1 b=10.0.0.2 c=10.0.0.3
    cable 3
    records IS_IN:$group:$a
    t=$(now)
    records TO_EX:$group:$a,$b --wait 0.3 ALLOW:$group:$a
    sleep 2.2
    expect_said wire "$t" "$group - $a"$'\n'"$group S $a"
    t=$(now)
    records TO_IN:$group:$c
    sleep 2.5
    # Each of the group and of its source a is asked for twice, without S: nobody answered.
    [ "$(said wire "$t" | sort | uniq -c | awk '{ print $1, $2, $3, $4 }' | paste -s -d ';')" = \
        "2 $group - -;2 $group - $a" ] || fail "specific queries after TO_IN: $(said wire "$t")"
}

# Q-102: answers to queries ask for nothing
# about 3 s
test_current_state_asks_nothing()
{
    local t
    cable 3
    t=$(now)
    records IS_EX:$group:10.0.0.1 IS_IN:232.1.1.1:10.0.0.1
    records IS_IN:$group:10.0.0.2 ALLOW:232.1.1.1:10.0.0.2
    sleep 1.5
    expect_said wire "$t" ''
}

# Q-20: 400 sources do not fit in one query.
# about 6 s
test_400_sources_are_split()
{
    local t g=232.1.2.3
    cable 3
    t=$(now)
    records "ALLOW:$g:200*10.0.0.1" --wait 0.1 "ALLOW:$g:200*10.0.1.1" --wait 0.1 "TO_IN:$g"
    sleep 2.5
    specific wire "$t" >"$E2E_DIR/specific.txt"
    awk '{ print $1, $2, $3, split($4, a, ",") }' "$E2E_DIR/specific.txt" >"$E2E_DIR/split.log"
    cat "$E2E_DIR/split.log"
    # 366 and 34, now and after a second
    [ "$(awk '{ print $4 }' "$E2E_DIR/split.log" | paste -s -d ' ')" = '366 34 366 34' ] || fail 'not split as 366 and 34, twice'
    awk 'NR == 1 { t = $1 } NR == 2 && $1 - t > 0.2 || NR == 3 && ($1 - t < 0.6 || $1 - t > 1.5) { exit 1 }' \
        "$E2E_DIR/split.log" || fail 'not at 0 and 1 s'
    # each source once each time
    expect "$(awk 'NR <= 2 { print $4 }' "$E2E_DIR/specific.txt" | tr ',' '\n' | sort -u | wc -l) == 400" 'sources asked for'
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 'ip[2:2] == 1500' 2>/dev/null | grep -q . || fail 'the first part does not fill the MTU'
    if tcpdump -r "$E2E_DIR/wire.pcap" -nn 'ip[2:2] > 1500' 2>/dev/null | grep -q .; then fail 'more than the MTU'; fi
}
