# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The configuration file in a running daemon: SIGHUP, wildcards, the default route, two daemons that want the same.

cable()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
}

# second_cable: eth1 of q, to a host of its own.
second_cable()
{
    namespace other
    ip -n "$(ns q)" link add name eth1 type veth peer name eth0 netns "$(ns other)"
    ip -n "$(ns q)" addr add 192.168.60.10/24 dev eth1
    ip -n "$(ns q)" link set eth1 up
    ip -n "$(ns other)" link set eth0 up
}

# configure TEXT: replaces the file in one step.
configure()
{
    printf '%s\n' "$1" >"$E2E_DIR/igmpqd.conf.new"
    mv "$E2E_DIR/igmpqd.conf.new" "$E2E_DIR/igmpqd.conf"
}

file_querier()
{
    querier igmpqd q -c "$E2E_DIR/igmpqd.conf" -v "$@"
}

# reload [PATTERN]: and wait for the line that says so.
reload()
{
    begin
    kill -s HUP "$(pid_of igmpqd)"
    await "${1-configuration read again}"
}

begin()
{
    mark=$(wc -l <"$E2E_DIR/igmpqd.log")
    began=$(now)
}

log_since()
{
    tail -n "+$((mark + 1))" "$E2E_DIR/igmpqd.log"
}

logged_since()
{
    log_since | grep -Eq -- "$1"
}

await()
{
    within "${2-2}" logged_since "$1" || fail "no line \"$1\" within ${2-2} s: $(log_since)"
}

no_more()
{
    if logged_since "$1"; then
        fail "after the reload: $(log_since | grep -E -- "$1" | head -n 1)"
    fi
}

# The seconds between the queries since TIME, one a line.
gaps_since()
{
    queries_since wire "$1" 'src host 192.168.50.10' | awk 'NR > 1 { printf "%.3f\n", $1 - last } { last = $1 }'
}

# The role, the groups and the cadence stay. The groups' age is seen at their end: a membership of 6 s, refreshed
# 4 s before the end of what follows, must end on time in spite of reloads meanwhile.
# about 14 s
test_querier_keeps_all()
{
    local lasted number
    cable
    configure 'interfaces = ( "eth0" ); query-interval = 2; igmp-version = 3;'
    file_querier
    wait_log igmpqd 'startup query 3 of 3' 15
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    wait_log igmpqd 'group 239\.1\.2\.3 has a member' 2
    begin
    for number in 1 2 3 4 5; do
        sleep 0.7
        kill -s HUP "$(pid_of igmpqd)"
        within 2 logged_times 'configuration read again' "$number" || fail "reload $number"
    done
    within 6 logged_since 'group 239\.1\.2\.3 has no member any more' || fail 'the membership does not end'
    lasted="$(logged_at igmpqd 'has no member any more') - $(logged_at igmpqd 'has a member')"
    expect "$lasted >= 5.9 && $lasted <= 6.9" 'seconds that the membership lasted'
    no_more 'startup|querier as|has a member|LOST|down:'
    within 10 queried_thrice || fail 'not three queries'
    gaps_since "$began" >"$E2E_DIR/gaps.log"
    # version 3 has no jitter; this one and the one before may be late
    expect "$(awk '$1 < 1.5 || $1 > 2.5' "$E2E_DIR/gaps.log" | wc -l) == 0" 'gaps other than 2 s'
    is_running igmpqd || fail 'it died'
}

queried_thrice()
{
    [ "$(query_count wire "$began" 'src host 192.168.50.10')" -ge 3 ]
}

# about 14 s
test_non_querier_stays_so()
{
    local round held
    cable
    configure 'interfaces = ( "eth0" ); query-interval = 2;'
    file_querier
    wait_log igmpqd 'startup query 3 of 3' 15
    frame peer query --src 192.168.50.5
    wait_log igmpqd 'LOST to lower IP' 2
    begin
    held=$(find "/proc/$(pid_of igmpqd)/fd" -mindepth 1 | wc -l)
    for round in {1..20}; do
        kill -s HUP "$(pid_of igmpqd)"
        within 2 logged_times 'configuration read again' "$round" || fail "reload $round"
    done
    sleep 3
    expect "$(query_count wire "$began" 'src host 192.168.50.10') == 0" 'our queries'
    no_more 'startup|querier as|LOST|taking over'
    is_running igmpqd || fail 'it died'
    expect "$(find "/proc/$(pid_of igmpqd)/fd" -mindepth 1 | wc -l) == $held" 'descriptors'
    # still listening: the other one's death is noticed at the end of the timer that runs since before the reloads
    stop igmpqd
    ended_with 0
}

logged_times()
{
    [ "$(log_since | grep -c "$1")" -ge "$2" ]
}

# The timer of the other querier's presence is not started anew by reloads.
# about 10 s
test_takeover_on_time()
{
    cable
    configure 'interfaces = ( "eth0" ); query-interval = 2; timeout = 5;'
    file_querier
    wait_log igmpqd 'startup query 3 of 3' 15
    frame peer query --src 192.168.50.5
    wait_log igmpqd 'LOST to lower IP' 2
    local took
    sleep 2.5
    reload
    within 10 logged igmpqd 'taking over' || fail 'it does not take over'
    took="$(logged_at igmpqd 'taking over') - $(logged_at igmpqd 'LOST')"
    expect "$took >= 4.9 && $took <= 6" 'seconds to the takeover'
}

# A changed interval is used from the next query: a longer one lets the query come that is due, a shorter one does not wait
# for the end of the longer.
# about 22 s
test_interval_changes()
{
    cable
    configure 'interfaces = ( "eth0" ); query-interval = 2; igmp-version = 3;'
    file_querier
    wait_log igmpqd 'startup query 3 of 3' 15
    configure 'interfaces = ( "eth0" ); query-interval = 5; igmp-version = 3;'
    reload
    within 3 has_query wire "$began" || fail 'the query that was due has not come'
    local due
    due=$(now)
    sleep 6
    expect "$(gaps_since "$began" | awk 'NR == 1') >= 4.8" 's to the next one'
    # the interval in the message is the new one too
    queries_since wire "$due" 'igmp[9] == 5' | grep -q . || fail 'the old interval in the query'
    configure 'interfaces = ( "eth0" ); query-interval = 60; igmp-version = 3;'
    reload
    within 6 has_query wire "$began" || fail 'the query that was due has not come'
    configure 'interfaces = ( "eth0" ); query-interval = 1; igmp-version = 3;'
    reload
    within 2.5 has_query wire "$began" || fail 'it waits for the end of the long interval'
    no_more 'startup|querier as'
}

# about 6 s
test_broken_file()
{
    cable
    configure 'interfaces = ( "eth0" ); query-interval = 2; igmp-version = 3;'
    file_querier
    wait_log igmpqd 'startup query 3 of 3' 15
    configure 'interfaces = ( "eth0" );
query-interval = 5;
robustnes = 2;'
    reload "igmpqd\.conf:3: there is no setting 'robustnes'; did you mean 'robustness'\?; the configuration stays as it was"
    configure 'interfaces = ( "eth0"
query-interval = 5;'
    reload 'igmpqd\.conf:2: .*; the configuration stays as it was'
    configure '# nothing at all'
    reload 'igmpqd\.conf names no interface; the configuration stays as it was'
    configure "@include \"$E2E_DIR/more.conf\""
    reload 'igmpqd\.conf:1: cannot include .*/more\.conf: No such file or directory; the configuration stays as it was'
    printf 'interfaces = ( "eth0" );\n\nrobustnes = 2;\n' >"$E2E_DIR/more.conf"
    reload "more\.conf:3: there is no setting 'robustnes'; .*; the configuration stays as it was"
    rm "$E2E_DIR/igmpqd.conf"
    reload 'igmpqd\.conf: No such file or directory; the configuration stays as it was'
    begin
    sleep 3
    no_more 'startup|querier as|eth0: down'
    expect "$(query_count wire "$began") >= 1" 'queries at the old interval'
    # and the next good one is taken
    configure 'interfaces = ( "eth0" ); query-interval = 3; igmp-version = 3;'
    reload
    never_logged igmpqd 'Sanitizer|runtime error'
}

# about 8 s
test_interfaces_added_and_removed()
{
    cable
    second_cable
    capture second other eth0
    configure 'interfaces = ( "eth0" ); query-interval = 2;'
    file_querier
    wait_log igmpqd 'eth0: startup query 3 of 3' 15
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    wait_log igmpqd 'eth0: group 239\.1\.2\.3 has a member' 2
    configure 'interfaces = ( "eth0", "eth1", { name = "eth1"; vlan = 10; address = "10.10.0.10/24"; } ); query-interval = 2;'
    reload
    await 'eth1: startup query 3 of 3' 4
    await 'eth1/10: startup query 3 of 3' 4
    has_query second "$began" 'src host 192.168.60.10' || fail 'no query on the interface that was added'
    # one of two on the same interface goes
    configure 'interfaces = ( "eth0", { name = "eth1"; vlan = 10; address = "10.10.0.10/24"; } ); query-interval = 2;'
    reload
    await 'eth1: no longer wanted'
    await 'eth1: [0-9]+ queries sent'
    sleep 3
    expect "$(query_count second "$began" 'src host 192.168.60.10') == 0" 'untagged queries on eth1'
    # and then the other
    configure 'interfaces = ( "eth0" ); query-interval = 2;'
    reload
    await 'eth1/10: [0-9]+ queries sent'
    no_more 'eth0: (startup|querier|group|down)'
    never_logged igmpqd 'eth0: .*(LOST|no member any more, after [0-2]\.)'
    # another igmpqd may have it now, once all of it is closed
    sleep 0.5
    querier other q -i eth1 -q 60
    wait_log other 'eth1: querier as' 15
    stop igmpqd
    ended_with 0
}

# The address of a segment changes with the file: it begins anew under it, and only it.
# about 6 s
test_address_in_file_changes()
{
    cable
    configure 'interfaces = ( "eth0", { name = "eth0"; vlan = 10; address = "10.10.0.10/24"; } ); query-interval = 2;'
    file_querier
    wait_log igmpqd 'eth0/10: startup query 3 of 3' 15
    configure 'interfaces = ( "eth0", { name = "eth0"; vlan = 10; address = "10.10.0.11/24"; } ); query-interval = 2;'
    reload
    await 'eth0/10: querier as 10\.10\.0\.11/24'
    no_more 'eth0: '
}

# With -i the file's settings count, and its interfaces do not.
# about 6 s
test_option_and_file()
{
    cable
    second_cable
    configure 'interfaces = ( "eth1" ); query-interval = 2; igmp-version = 3;'
    file_querier -i eth0
    wait_log igmpqd 'eth0: startup query 3 of 3' 15
    never_logged igmpqd 'eth1: '
    queries wire 'igmp[9] == 2' | grep -q . || fail 'the interval of the file is not used'
    configure 'interfaces = ( "eth1" ); query-interval = 4; igmp-version = 3;'
    reload
    await 'periodic query sent' 4
    never_logged igmpqd 'eth1: '
    # what the command line says outlives a reload
    stop igmpqd
    file_querier -i eth0 -q 3
    wait_log igmpqd 'query interval 3 s' 15
    reload
    sleep 0.5
    never_logged igmpqd 'eth1: '
}

# Wildcards: what matches is taken up when it comes and let go when it goes, with its own entry first.
# about 10 s
test_wildcards()
{
    cable
    configure 'interfaces = ( "eth*", { name = "eth1"; query-interval = 7; igmp-version = 3; } ); query-interval = 2;'
    file_querier
    wait_log igmpqd 'eth0: startup query 3 of 3' 15
    wait_log igmpqd 'eth1: there is no such interface' 15
    second_cable
    wait_log igmpqd 'eth1: startup query 1 of 3 sent, version 3' 15
    ip -n "$(ns q)" link add name eth22 type veth peer name lan22
    wait_log igmpqd 'eth22: the interface is down' 2
    ip -n "$(ns q)" addr add 192.168.70.10/24 dev eth22
    ip -n "$(ns q)" link set eth22 up
    ip -n "$(ns q)" link set lan22 up
    wait_log igmpqd 'eth22: startup query 3 of 3 sent, version 2' 15
    ip -n "$(ns q)" link del eth22
    wait_log igmpqd 'eth22: no longer wanted' 2
    wait_log igmpqd 'eth22: [0-9]+ queries sent' 2
    # a name of the file is waited for, a match of a pattern is not
    ip -n "$(ns q)" link del eth1
    wait_log igmpqd 'eth1: there is no such interface' 15
    is_running igmpqd || fail 'it died'
    never_logged igmpqd 'lan22: |lo: '
    stop igmpqd
    ended_with 0
}

# -i with wildcards: an interface of the file is what the file says, here a VLAN alone; the others are as they come.
# about 4 s
test_wildcards_choose()
{
    cable
    second_cable
    configure 'interfaces = ( { name = "eth0"; vlan = 9; address = "proxy"; }, "lan0" ); query-interval = 2;'
    file_querier -i 'eth*'
    wait_log igmpqd 'eth0/9: startup query 1 of 3' 15
    wait_log igmpqd 'eth1: startup query 1 of 3' 15
    ip -n "$(ns q)" link add name eth22 type veth peer name lan22
    wait_log igmpqd 'eth22: the interface is down' 2
    never_logged igmpqd 'eth0: startup|eth0: querier|lan0: '
}

# What another igmpqd has is waited for where it came later, said once, and costs nothing.
# about 14 s
test_two_daemons()
{
    local before after status=0
    cable
    querier first q -i eth1 -q 60
    wait_log first 'eth1: there is no such interface' 15
    configure 'interfaces = ( "eth*" ); query-interval = 60;'
    file_querier
    wait_log igmpqd 'eth0: startup query 1 of 3' 15
    second_cable
    wait_log first 'eth1: querier as' 3
    wait_log igmpqd 'another igmpqd is running on eth1 already \(process [0-9]+\).*; will try again' 3
    # other changes are no reason to say it again
    ip -n "$(ns q)" link add other type bridge
    ip -n "$(ns q)" link del other
    before=$(switches)
    sleep 4
    after=$(switches)
    expect "$after - $before <= 20" 'voluntary context switches in 4 s'
    expect "$(grep -c 'another igmpqd' "$E2E_DIR/igmpqd.log") == 1" 'lines about it'
    never_logged igmpqd 'eth1: querier as'
    stop first
    wait_log igmpqd 'eth1: querier as' 9
    # At the start it is an error: there is somebody to read it.
    in_ns q timeout 5 "$IGMPQ_BIN/igmpqd" -c "$E2E_DIR/igmpqd.conf" >"$E2E_DIR/second.log" 2>&1 || status=$?
    [ "$status" -eq 1 ] || fail "a second one that wants the same: exit status $status"
    grep -q 'another igmpqd' "$E2E_DIR/second.log" || fail "it says $(cat "$E2E_DIR/second.log")"
}

# Without -i and without interfaces in a file: that of the default route, inside this test's own namespace.
# about 6 s
test_default_route()
{
    cable
    second_cable
    ip -n "$(ns q)" route add default via 192.168.60.1 metric 200
    ip -n "$(ns q)" route add default via 192.168.50.1 metric 100
    # what only rejects is no way out
    ip -n "$(ns q)" route add unreachable default metric 50
    querier igmpqd q -c /dev/null -q 2
    wait_log igmpqd 'no interface is named: using eth0, which the default route uses' 15
    wait_log igmpqd 'eth0: startup query 3 of 3' 15
    never_logged igmpqd 'eth1: '
    stop igmpqd
    rm "$E2E_DIR/igmpqd.log"
    # a file that names none, and later does
    configure 'query-interval = 2;'
    file_querier
    wait_log igmpqd 'eth0: startup query 3 of 3' 15
    reload
    configure 'interfaces = ( "eth1" ); query-interval = 2;'
    reload
    await 'eth1: startup query 3 of 3' 4
    await 'eth0: no longer wanted'
    stop igmpqd
    ended_with 0
}

# At boot the file is right and the route is late: the unit does not start again what ends with 2.
# about 2 s
test_no_default_route()
{
    local status=0
    cable
    ip -n "$(ns q)" route add unreachable default
    in_ns q timeout 5 "$IGMPQ_BIN/igmpqd" -c /dev/null >"$E2E_DIR/igmpqd.log" 2>&1 || status=$?
    note "$(cat "$E2E_DIR/igmpqd.log")"
    [ "$status" -eq 1 ] || fail "exit status $status, not 1"
    grep -q 'which interface? there is no default route to tell; give one with -i; there are: eth0' "$E2E_DIR/igmpqd.log" ||
        fail 'it does not say what to do'
    [ "$(wc -l <"$E2E_DIR/igmpqd.log")" -eq 1 ] || fail 'more than a line'
    # The file itself is right: who tests it before each start, as OpenRC's script does, must not give up for ever.
    in_ns q "$IGMPQ_BIN/igmpqd" -T -c /dev/null >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" || fail '-T refuses the file'
    grep -q 'it will be that of the default route, which there is none of now' "$E2E_DIR/said.log" || fail '-T does not say so'
    sleep 0.5
    expect "$(query_count wire 0) == 0" 'queries'
}

# Nothing to do and nothing to say while what it is for is down, absent or without address.
# about 8 s
test_waiting_costs_nothing()
{
    local before after
    cable
    namespace other
    ip -n "$(ns q)" link add name eth1 type veth peer name eth0 netns "$(ns other)"
    ip -n "$(ns q)" link add name eth2 type veth peer name eth1 netns "$(ns other)"
    ip -n "$(ns other)" link set eth1 up
    ip -n "$(ns q)" link set eth2 up
    querier igmpqd q -i eth1 -i eth2 -i eth3 -v
    wait_log igmpqd 'eth1: the interface is down' 15
    wait_log igmpqd 'eth2: no IPv4 address' 15
    wait_log igmpqd 'eth3: there is no such interface' 15
    sleep 1
    before=$(switches)
    sleep 5
    after=$(switches)
    expect "$after - $before <= 2" 'voluntary context switches in 5 s'
    expect "$(wc -l <"$E2E_DIR/igmpqd.log") <= 8" 'lines in the log'
}

# A pipe had its say at the start: opening it again would wait for a writer, and all queries with it.
# about 4 s
test_from_a_pipe()
{
    local before
    cable
    mkfifo "$E2E_DIR/igmpqd.conf"
    (printf 'interfaces = ( "eth0" ); query-interval = 1; query-response-interval = 0.5;\n' >"$E2E_DIR/igmpqd.conf") &
    file_querier
    wait_log igmpqd 'startup query 1' 15
    reload 'is a pipe: what it had to say was read at the start; the configuration stays as it was'
    before=$(now)
    sleep 2.5
    expect "$(query_count wire "$before" 'src host 192.168.50.10') >= 2" 'queries after that'
    stop igmpqd
    ended_with 0
    # Without interfaces it would be read once more, for that of the default route.
    ip -n "$(ns q)" route add default via 192.168.50.1
    echo 'verbose = true;' >"$E2E_DIR/igmpqd.conf" &
    in_ns q timeout 5 "$IGMPQ_BIN/igmpqd" -T -c "$E2E_DIR/igmpqd.conf" 2>"$E2E_DIR/said.log" && fail 'it is taken for right'
    grep -q 'comes from a pipe has to name its interfaces' "$E2E_DIR/said.log" || fail "it says $(cat "$E2E_DIR/said.log")"
}
