# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Modes, policies and limits: what an option changes in the reaction to the same frame.

cable()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
}

# about 8 s
test_passive_never_sends()
{
    cable
    querier igmpqd q -i eth0 -q 2 --mode passive
    sleep 1
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    frame peer leave --group 239.1.2.3 --src 192.168.50.21
    sleep 5
    expect "$(query_count wire 0) == 0" 'queries of a passive one'
    stop igmpqd
    ended_with 0
}

# Q-117
# about 5 s
test_listen_first()
{
    local began listened
    cable
    querier igmpqd q -i eth0 -q 2 --mode listen-first --listen-time 3
    wait_log igmpqd 'listening first' 15
    within 8 has_query wire 0 || fail 'no query after listening'
    # Of the first query and of the line before it, when each was there: this test itself may be slow.
    began=$(logged_at igmpqd 'listening first')
    listened=$(awk -v a="$began" -v b="$(queries wire | awk 'NR == 1 { print $1 }')" 'BEGIN { printf "%.3f", b - a }')
    report "first query $listened s after it began to listen, for 3 s"
    expect "$listened >= 2.9 && $listened <= 4" 'seconds from listening to the first query'
}

# Q-75: a backup yields to any querier, of a higher address too, and takes over when that is gone.
# about 22 s
test_backup()
{
    local began
    lan switch
    host backup switch 192.168.50.10/24
    host main switch 192.168.50.20/24
    capture wire switch br0
    querier main main -i eth0 -q 2 -t 5
    sleep 0.5
    querier backup backup -i eth0 -q 2 -t 5 --mode backup
    began=$(now)
    sleep 7
    [ "$(queriers_since wire "$began")" = 192.168.50.20 ] || fail "queriers: $(queriers_since wire "$began")"
    began=$(now)
    stop main KILL
    within 15 has_query wire "$began" 'src host 192.168.50.10' || fail 'the backup did not take over'
    sleep 2
    querier again main -i eth0 -q 2 -t 5
    wait_log backup 'yields to 192\.168\.50\.20' 3
    began=$(now)
    sleep 4
    [ "$(queriers_since wire "$began")" = 192.168.50.20 ] ||
        fail "queriers after the main one came back: $(queriers_since wire "$began")"
    never_logged main LOST
    never_logged again LOST
}

# policy LOST|KEPT OPTION... -- FRAME...: on a cable of its own.
policy_number=0
policy()
{
    local wanted=$1 options=() name
    shift
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    policy_number=$((policy_number + 1))
    name=p$policy_number
    pair "$name" 192.168.50.10/24 "$name-peer" 192.168.50.20/24
    querier "$name" "$name" -i eth0 -q 60 "${options[@]}"
    wait_log "$name" 'uery' 15
    sleep 0.3
    frame "$name-peer" query "$@"
    if [ "$wanted" = LOST ]; then
        wait_log "$name" 'LOST to lower IP' 2
    else
        sleep 1
        never_logged "$name" LOST
    fi
    stop "$name"
    ended_with 0
}

# Q-39, Q-40, Q-41, Q-42, Q-49, Q-61 with the knobs the other way round
# about 15 s
test_policies()
{
    policy LOST --ttl accept -- --ttl 64
    policy LOST --off-subnet accept -- --src 10.9.9.9
    policy LOST --electing-queries any -- --group 239.1.2.3
    policy KEPT --router-alert drop -- --no-alert
    policy KEPT --tos drop -- --tos 0
    policy KEPT --deny-querier 192.168.50.5 -- --src 192.168.50.5
    policy KEPT --allow-querier 192.168.50.6 -- --src 192.168.50.5
    policy LOST --allow-querier 192.168.50.0/29 -- --src 192.168.50.5
    # hard refusals stay hard
    policy KEPT --off-subnet accept -- --src 0.0.0.0
    policy KEPT --off-subnet accept -- --src 127.0.0.1
}

# One process, two networks: what happens on one does not reach the other.
# about 8 s
test_two_interfaces()
{
    local began
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    namespace other
    ip -n "$(ns q)" link add name eth1 type veth peer name eth0 netns "$(ns other)"
    ip -n "$(ns q)" addr add 192.168.60.10/24 dev eth1
    ip -n "$(ns other)" addr add 192.168.60.20/24 dev eth0
    ip -n "$(ns q)" link set eth1 up
    ip -n "$(ns other)" link set eth0 up
    capture wire peer eth0
    capture second other eth0
    # that other querier is heard once, and for a minute nobody takes over
    querier igmpqd q -i eth0 -i eth1 -q 2 -t 60
    within 15 has_query wire 0 'src host 192.168.50.10' || fail 'no query on the first'
    within 15 has_query second 0 'src host 192.168.60.10' || fail 'no query on the second'
    sleep 1
    frame other query --src 192.168.60.5
    wait_log igmpqd 'eth1: .*LOST to lower IP 192\.168\.60\.5' 2
    began=$(now)
    sleep 4
    expect "$(query_count second "$began" 'src host 192.168.60.10') == 0" 'our queries on the second'
    expect "$(query_count wire "$began" 'src host 192.168.50.10') >= 2" 'our queries on the first'
    stop igmpqd
    ended_with 0
    [ "$(grep -Ec '[0-9]+ quer(y|ies) sent' "$E2E_DIR/igmpqd.log")" -eq 2 ] || fail 'not a statistics line for each interface'
}

queried_twice() # SINCE
{
    [ "$(query_count wire "$1")" -ge 2 ]
}

# A table that is full refuses the new, and nothing else suffers (Q-101).
# about 14 s
test_full_table()
{
    local before after began
    cable
    # Memberships of two minutes: none ends meanwhile and makes room for another.
    querier igmpqd q -i eth0 -q 2 --max-groups 1000 --robustness 60 --startup-query-count 3
    within 15 has_query wire 0 || fail 'no query'
    in_ns peer python3 "$E2E_HERE/reports.py" eth0 0 5000 "$(pid_of igmpqd)"
    before=$(resident)
    began=$(now)
    in_ns peer python3 "$E2E_HERE/reports.py" eth0 5000 50000 "$(pid_of igmpqd)"
    within 8 queried_twice "$began" || fail 'no two queries meanwhile'
    after=$(resident)
    report "memory with 1000 groups of 5000: $before kB; after 50,000 more were refused: $after kB"
    expect "$after - $before <= 256" 'kB more'
    stop igmpqd
    ended_with 0
    expect "$(counted igmpqd table-full) == 54000" 'counted as table-full'
    expect "$(grep -Eic 'full' "$E2E_DIR/igmpqd.log") <= 2" 'lines about it, the statistics with them'
}
