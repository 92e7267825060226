# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Starting, waiting and ending: signals, the lock, interfaces and addresses that come and go (Q-52, Q-122).

cable()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
}

# ends_well SIGNAL STATE: exit 0 at once, with a statistics line.
ends_well()
{
    stop igmpqd "$1"
    ended_with 0
    expect "$(stop_took) < 1" "seconds to end after SIG$1 while $2"
    report "ends $(stop_took) s after SIG$1 while $2 (wanted: 0.1 s)"
}

# about 6 s
test_signals()
{
    cable
    for signal in TERM INT; do
        querier igmpqd q -i eth0 -q 60 -v
        wait_log igmpqd 'uery' 15
        sleep 1
        ends_well "$signal" 'querier'
        statistics igmpqd | grep -Eq '[1-9][0-9]* quer(y|ies) sent' || fail "no statistics line: $(tail -n 1 "$E2E_DIR/igmpqd.log")"
        rm "$E2E_DIR/igmpqd.log"
    done

    # as non-querier
    querier igmpqd q -i eth0 -q 60
    sleep 1
    frame peer query --src 192.168.50.5
    wait_log igmpqd 'LOST to lower IP' 2
    ends_well TERM 'non-querier'
    statistics igmpqd | grep -Eq '(^|[^0-9])1 elections? lost' || fail 'not one election lost'
}

# about 8 s
test_interface_comes_later()
{
    local created
    namespace q
    namespace peer
    ip -n "$(ns q)" link add eth7 type veth peer name eth7 netns "$(ns peer)"
    querier igmpqd q -i eth0 -q 60
    wait_log igmpqd 'eth0' 15
    # It says so and lists those that there are.
    wait_log igmpqd 'eth7' 15
    sleep 1
    is_running igmpqd || fail 'it does not wait'
    ip -n "$(ns q)" link add eth0 type veth peer name eth0 netns "$(ns peer)"
    ip -n "$(ns peer)" link set eth0 up
    capture wire peer eth0
    ip -n "$(ns q)" addr add 192.168.50.10/24 dev eth0
    created=$(now)
    ip -n "$(ns q)" link set eth0 up
    within 4 has_query wire 0 || fail 'no query within 4 s after the interface came'
    report "first query $(awk -v a="$created" -v b="$(queries wire | awk 'NR == 1 { print $1 }')" \
        'BEGIN { printf "%.3f", b - a }') s after the interface came up"
    stop igmpqd
    ended_with 0
}

# about 3 s
test_ends_while_waiting()
{
    namespace q
    querier igmpqd q -i eth0
    wait_log igmpqd 'eth0' 15
    ends_well TERM 'waiting for the interface'
}

# Q-52: without an address it sends nothing, and begins when there is one.
# about 8 s
test_address_comes_later()
{
    cable
    ip -n "$(ns q)" addr flush dev eth0
    querier igmpqd q -i eth0 -q 60
    sleep 2
    expect "$(query_count wire 0) == 0" 'queries without an address'
    is_running igmpqd || fail 'it does not wait for an address'
    wait_log igmpqd 'address' 2
    ip -n "$(ns q)" addr add 192.168.50.10/24 dev eth0
    within 3 has_query wire 0 'src host 192.168.50.10' || fail 'no query within 3 s after the address came'
}

# A new address is a new start (section 4, "own address changes").
# about 8 s
test_address_changes()
{
    local changed
    cable
    querier igmpqd q -i eth0 -q 60
    within 15 has_query wire 0 'src host 192.168.50.10' || fail 'no query'
    changed=$(now)
    ip -n "$(ns q)" addr flush dev eth0
    ip -n "$(ns q)" addr add 192.168.50.11/24 dev eth0
    within 3 has_query wire "$changed" 'src host 192.168.50.11' || fail 'no query from the new address within 3 s'
    sleep 6
    expect "$(query_count wire "$(awk -v t="$changed" 'BEGIN { printf "%.6f", t + 1 }')" 'src host 192.168.50.10') == 0" \
        'queries from the old address'
}

# Q-122: a link that comes back, at either end, gets a query within a second or so. The capture is on the switch, which
# stays up.
# about 10 s
test_link_flaps()
{
    local back
    lan switch
    host q switch 192.168.50.10/24
    capture wire switch br0
    querier igmpqd q -i eth0 -q 60
    within 15 has_query wire 0 || fail 'no query'
    ip -n "$(ns switch)" link set dev q down
    sleep 2
    is_running igmpqd || fail 'it died of a link that went down'
    back=$(now)
    ip -n "$(ns switch)" link set dev q up
    within 3 has_query wire "$back" || fail 'no query within 3 s after the link came back'
    ip -n "$(ns q)" link set eth0 down
    sleep 2
    is_running igmpqd || fail 'it died of an interface set down'
    back=$(now)
    ip -n "$(ns q)" link set eth0 up
    within 3 has_query wire "$back" || fail 'no query within 3 s after the interface came back'
    stop igmpqd
    ended_with 0
}

# about 10 s
test_interface_goes_and_comes()
{
    local back
    cable
    querier igmpqd q -i eth0 -q 60
    within 15 has_query wire 0 || fail 'no query'
    ip -n "$(ns q)" link del eth0
    sleep 1
    is_running igmpqd || fail 'it died with its interface'
    ip -n "$(ns q)" link add eth0 type veth peer name eth0 netns "$(ns peer)"
    ip -n "$(ns peer)" link set eth0 up
    capture again peer eth0
    ip -n "$(ns q)" addr add 192.168.50.10/24 dev eth0
    back=$(now)
    ip -n "$(ns q)" link set eth0 up
    within 4 has_query again "$back" || fail 'no query within 4 s after the interface came back'
    stop igmpqd
    ended_with 0
}

# One igmpqd per interface, and one of two hosts is not the other's business.
# about 5 s
test_lock()
{
    local status=0
    cable
    querier igmpqd q -i eth0 -q 60
    wait_log igmpqd 'uery' 15
    in_ns q timeout 5 "$IGMPQ_BIN/igmpqd" -i eth0 >"$E2E_DIR/second.log" 2>&1 || status=$?
    note "the second: status $status: $(cat "$E2E_DIR/second.log")"
    [ "$status" -eq 1 ] || fail "a second igmpqd: exit status $status, not 1"
    grep -Eiq 'igmpqd|already|another' "$E2E_DIR/second.log" || fail 'the second does not say why'
    # the same name on another host
    querier other peer -i eth0 -q 60
    sleep 1
    is_running other || fail 'the lock reaches beyond the network namespace'
    # it dies with its holder, however that ends
    stop igmpqd KILL
    querier third q -i eth0 -q 60
    wait_log third 'uery' 15
    sleep 0.5
    is_running third || fail 'the lock outlived its holder'
}
