# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# One querier on a LAN, whatever the others do and whoever wrote them (Q-46, Q-53 to Q-65).

# The three daemons are q10, q20 and q30; -q 2 -t 5.
start_daemon()
{
    querier "q$1" "q$1" -i eth0 -q 2 -t 5
}

# last_query ADDRESS: when it sent its last one.
last_query()
{
    queries wire "src host $1" | tail -n 1 | awk '{ print $1 }'
}

# first_query_since TIME ADDRESS
first_query_since()
{
    queries_since wire "$1" "src host $2" | head -n 1 | awk '{ print $1 }'
}

# three ORDER...: started in that order, 0.7 s apart.
three()
{
    local number began killed last takeover gap back
    lan switch
    for number in 10 20 30; do
        host "q$number" switch "192.168.50.$number/24"
    done
    capture wire switch br0
    for number in "$@"; do
        start_daemon "$number"
        sleep 0.7
    done

    # Exactly one queries, the lowest.
    sleep 2
    began=$(now)
    sleep 7
    [ "$(queriers_since wire "$began")" = 192.168.50.10 ] ||
        fail "queriers: $(queriers_since wire "$began"), not the lowest alone"

    # It dies without a word: the next lowest takes over in time, the third says at most one thing (Q-65).
    killed=$(now)
    stop q10 KILL
    last=$(last_query 192.168.50.10)
    within 12 has_query wire "$killed" 'src host 192.168.50.20' || fail 'the next lowest never took over'
    takeover=$(first_query_since "$killed" 192.168.50.20)
    gap=$(awk -v a="$last" -v b="$takeover" 'BEGIN { printf "%.3f", b - a }')
    report "takeover $gap s after the last query, with a timeout of 5 s"
    expect "$gap <= 5.5 && $gap >= 4.9" 'time from the last query of the dead to the first of the next'
    within 10 logged q20 'taking over' || fail 'q20 does not say that it takes over'
    sleep 5
    expect "$(query_count wire "$killed" 'src host 192.168.50.30') <= 1" 'queries of the third'
    began=$(now)
    sleep 3
    [ "$(queriers_since wire "$began")" = 192.168.50.20 ] || fail "queriers: $(queriers_since wire "$began")"

    # It comes back: it takes the role at once.
    back=$(now)
    start_daemon 10
    within 10 has_query wire "$back" 'src host 192.168.50.10' || fail 'the first did not query at once after its start'
    within 3 logged q20 'LOST to lower IP 192\.168\.50\.10' || fail 'q20 did not yield'
    began=$(now)
    sleep 4
    [ "$(queriers_since wire "$began")" = 192.168.50.10 ] || fail "queriers: $(queriers_since wire "$began")"

    stop q30
    ended_with 0
    statistics q30 | grep -Eq '[1-9][0-9]* elections? lost' || fail "no election lost: $(statistics q30)"
}

# about 30 s
test_three_lowest_first()
{
    three 10 20 30
}

# about 30 s
test_three_highest_first()
{
    three 30 20 10
}

# about 30 s
test_three_lowest_in_the_middle()
{
    three 20 10 30
}

# The kernel bridge's own querier stops while it hears another, for mcast_querier_interval: with 1 s there it speaks
# between the queries of an igmpqd that sends one every 4 s.
bridge_querier()
{
    lan switch mcast_querier_interval 100 mcast_query_interval 100 mcast_startup_query_interval 50 "$@"
    host q switch 192.168.50.10/24
    capture wire switch br0
    capture heard q eth0
}

bridge_queries()
{
    ip -n "$(ns switch)" link set dev br0 type bridge mcast_querier "$1"
}

# Q-46: by default the bridge queries from 0.0.0.0, which wins nothing.
# about 16 s
test_bridge_querier_without_address()
{
    local began
    bridge_querier mcast_query_use_ifaddr 0
    bridge_queries 1
    querier igmpqd q -i eth0 -q 4 -t 9
    within 10 has_query heard 0 'src host 0.0.0.0' || fail 'the bridge does not query'
    began=$(now)
    sleep 9
    expect "$(query_count wire "$began" 'src host 192.168.50.10') >= 2" 'our queries in 9 s'
    expect "$(query_count heard "$began" 'src host 0.0.0.0') >= 1" 'queries of the bridge that we heard in 9 s'
    stop igmpqd
    never_logged igmpqd 'LOST'
    expect "$(counted igmpqd proxy-query) >= 1" 'counted as proxy-query'
}

# about 25 s
test_bridge_querier_lower()
{
    local began
    bridge_querier mcast_query_use_ifaddr 1
    ip -n "$(ns switch)" addr add 192.168.50.5/24 dev br0
    querier igmpqd q -i eth0 -q 4 -t 6
    within 15 has_query wire 0 'src host 192.168.50.10' || fail 'no query of ours'
    bridge_queries 1
    wait_log igmpqd 'LOST to lower IP 192\.168\.50\.5' 10
    began=$(now)
    sleep 8
    expect "$(query_count wire "$began" 'src host 192.168.50.10') == 0" 'our queries in 8 s'
    expect "$(query_count heard "$began" 'src host 192.168.50.5') >= 2" "the bridge's queries in 8 s"
    bridge_queries 0
    wait_log igmpqd 'taking over' 15
}

# Q-55
# about 16 s
test_bridge_querier_higher()
{
    local began
    bridge_querier mcast_query_use_ifaddr 1
    ip -n "$(ns switch)" addr add 192.168.50.20/24 dev br0
    bridge_queries 1
    querier igmpqd q -i eth0 -q 4 -t 9
    within 10 has_query heard 0 'src host 192.168.50.20' || fail 'the bridge does not query'
    began=$(now)
    sleep 9
    expect "$(query_count wire "$began" 'src host 192.168.50.10') >= 2" 'our queries in 9 s'
    stop igmpqd
    never_logged igmpqd 'LOST'
}

# pimd ADDRESS: Debian's pimd on a host of its own. It keeps its process number under /run, which is made private.
pimd_on()
{
    local pimd
    pimd=${IGMPQ_PIMD:-$(command -v pimd || true)}
    [ -n "$pimd" ] || pimd=/var/cache/igmpq/pimd/usr/sbin/pimd
    [ -x "$pimd" ] || skip 'pimd is not there (Debian package pimd, or IGMPQ_PIMD=/path/to/pimd)'
    host router switch "$1/24"
    ip -n "$(ns router)" route add default via 192.168.50.254 dev eth0
    printf 'igmp-query-interval 4\nigmp-querier-timeout 10\nphyint eth0 enable igmpv2\n' >"$E2E_DIR/pimd.conf"
    # shellcheck disable=SC2016 # expanded inside
    start pimd router unshare --mount sh -c \
        'mount -t tmpfs none /run && exec "$1" -f -c "$2"' sh "$pimd" "$E2E_DIR/pimd.conf"
}

pimd_queries()
{
    within 15 has_query wire 0 "src host $1" && return
    # Without multicast routing in the kernel it cannot run.
    ! grep -Eiq 'MRT_INIT|not supported|protocol not available' "$E2E_DIR/pimd.log" ||
        skip "pimd does not run on this kernel: $(tail -n 1 "$E2E_DIR/pimd.log")"
    fail 'pimd never sent a query'
}

# about 30 s
test_pimd_lower()
{
    local began
    lan switch
    host q switch 192.168.50.10/24
    capture wire switch br0
    querier igmpqd q -i eth0 -q 4 -t 12
    within 15 has_query wire 0 'src host 192.168.50.10' || fail 'no query of ours'
    pimd_on 192.168.50.5
    pimd_queries 192.168.50.5
    wait_log igmpqd 'LOST to lower IP 192\.168\.50\.5' 2
    began=$(now)
    sleep 10
    expect "$(query_count wire "$began" 'src host 192.168.50.10') == 0" 'our queries in 10 s'
    stop pimd KILL
    wait_log igmpqd 'taking over' 20
}

# about 25 s
test_pimd_higher()
{
    local began
    lan switch
    host q switch 192.168.50.10/24
    capture wire switch br0
    pimd_on 192.168.50.20
    pimd_queries 192.168.50.20
    querier igmpqd q -i eth0 -q 4 -t 12
    sleep 2
    began=$(now)
    sleep 10
    expect "$(query_count wire "$began" 'src host 192.168.50.10') >= 2" 'our queries in 10 s'
    report "while we query, pimd at a higher address sent $(query_count wire "$began" 'src host 192.168.50.20') in 10 s"
    stop igmpqd
    never_logged igmpqd 'LOST'
}
