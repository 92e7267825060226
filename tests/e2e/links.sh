# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Whatever can happen to an interface, with and without a known lower querier, with and without a member (Q-52, Q-54,
# Q-122): igmpqd goes on, says each thing once, and queries again at once where a switch may have forgotten it.
#
# One igmpqd for each of the four cases, on a cable of its own into the namespace "hub": its end there is called as the
# case, and a bridge br-CASE, which neither snoops nor learns, is the wire: captures are made on it, and neighbours speak
# from it.

cases=(alone member lower both)
group=239.1.2.3
declare -A mark=() began=()

# plug CASE: a cable from the hub to the case's host, whose end there is down and has no address.
plug()
{
    ip -n "$(ns hub)" link add name "$1" type veth peer name eth0 netns "$(ns "$1")"
    ip -n "$(ns hub)" link set dev "$1" master "br-$1" up
}

# address CASE VERB ADDRESS
address()
{
    ip -n "$(ns "$1")" addr "$2" "$3" dev eth0
}

link()
{
    ip -n "$(ns "$1")" link set dev "${3-eth0}" "$2"
}

wires()
{
    local each
    namespace hub
    for each in "${cases[@]}"; do
        ip -n "$(ns hub)" link add name "br-$each" type bridge mcast_snooping 0 ageing_time 0
        ip -n "$(ns hub)" link set "br-$each" up
        namespace "$each"
    done
}

has_lower()
{
    [ "$1" = lower ] || [ "$1" = both ]
}

has_member()
{
    [ "$1" = member ] || [ "$1" = both ]
}

lower_speaks()
{
    FRAME_INTERFACE=br-$1 frame hub query --src 192.168.50.5
}

member_speaks()
{
    FRAME_INTERFACE=br-$1 frame hub report --group $group --src 192.168.50.21
}

# stage [OPTION...]: all four running, their startup bursts over, the lower querier and the member known.
stage()
{
    local each
    wires
    for each in "${cases[@]}"; do
        plug "$each"
        address "$each" add 192.168.50.10/24
        link "$each" up
        capture "wire-$each" hub "br-$each"
        querier "$each" "$each" -i eth0 -q 2 -v "$@"
    done
    settle
}

settle()
{
    local each
    for each in "${cases[@]}"; do
        wait_log "$each" 'startup query 3 of 3' 15
    done
    for each in "${cases[@]}"; do
        neighbours_speak "$each"
    done
}

neighbours_speak()
{
    local knows_member=false
    # A new address or MAC address alone is no reason to forget a member.
    if has_member "$1" && [ "${mark[$1]-0}" -gt 0 ] && ! logged_since "$1" 'memberships forgotten'; then
        knows_member=true
    fi
    begin "$1"
    if has_lower "$1"; then
        lower_speaks "$1"
        await "$1" 'LOST to lower IP 192\.168\.50\.5'
    fi
    if has_member "$1"; then
        member_speaks "$1"
        "$knows_member" || await "$1" "group $group has a member"
    fi
}

# begin CASE: what the log holds by now is not looked at any more.
begin()
{
    mark[$1]=$(wc -l <"$E2E_DIR/$1.log")
    began[$1]=$(now)
}

log_since()
{
    tail -n "+$((${mark[$1]} + 1))" "$E2E_DIR/$1.log"
}

logged_since()
{
    log_since "$1" | grep -Eq -- "$2"
}

# When the first line since then that matches was logged, in seconds since the event.
logged_after()
{
    local line
    line=$(log_since "$1" | grep -E -- "$2" | head -n 1)
    awk -v a="${began[$1]}" -v b="$(date -d "${line:0:23}" +%s.%3N)" 'BEGIN { printf "%.3f\n", b - a }'
}

# await CASE PATTERN [SECONDS]: handled within 1 s is what is wanted; a busy machine gets a little more.
await()
{
    within "${3-2}" logged_since "$1" "$2" || fail "$1: no line \"$2\" within ${3-2} s: $(log_since "$1")"
}

# Everything but debug lines is said once.
says_nothing_twice()
{
    local repeated
    repeated=$(log_since "$1" | grep -Ev '^[^ ]* [^ ]* debug: ' | cut -d ' ' -f 3- | sort | uniq -d)
    [ -z "$repeated" ] || fail "$1 says it twice: $repeated"
}

# It is quiet: no line at all but of queries sent and of groups.
says_nothing()
{
    ! log_since "$1" | grep -Ev '(periodic|requested) query sent|has no member any more'
}

is_well()
{
    is_running "$1" || fail "$1 died: $(tail -n 5 "$E2E_DIR/$1.log")"
    [ "$(grep -c ' igmpqd [0-9]' "$E2E_DIR/$1.log")" -eq 1 ] || fail "$1 started again"
    # a sanitizer's report goes where the log goes
    never_logged "$1" 'Sanitizer|runtime error'
}

# starts_again CASE [ADDRESS]: querier at once with the whole burst, on the wire too; and it loses again when the lower one speaks, and
# learns the member again.
starts_again()
{
    local each=$1 took
    await "$each" "querier as ${2-192.168.50.10}/24"
    await "$each" 'startup query 1 of 3'
    took=$(logged_after "$each" 'startup query 1 of 3')
    holds "$took <= ${slowest-0}" || slowest=$took
    await "$each" 'startup query 3 of 3' 3
    within 2 has_queries "$each" 3 "src host ${2-192.168.50.10}" || fail "$each: the burst is not on the wire"
    says_nothing_twice "$each"
    is_well "$each"
    neighbours_speak "$each"
}

has_queries()
{
    [ "$(query_count "wire-$1" "${began[$1]}" "${3-}")" -ge "$2" ]
}

# What went on undisturbed: role, members, cadence; nothing is said.
goes_on()
{
    local each=$1
    if has_lower "$each"; then
        expect "$(query_count "wire-$each" "${began[$each]}" 'src host 192.168.50.10') == 0" "$each: our queries as non-querier"
    else
        within 4 has_queries "$each" 1 'src host 192.168.50.10' || fail "$each: no query in 4 s"
    fi
    says_nothing "$each" || fail "$each: $(log_since "$each")"
    is_well "$each"
}

# all_do FUNCTION [ARGUMENT...]: for each case, with its name as first argument.
all_do()
{
    local each
    for each in "${cases[@]}"; do
        "$1" "$each" "${@:2}"
    done
}

# event COMMAND...: happens to each, and each is looked at from then on.
event()
{
    local each
    for each in "${cases[@]}"; do
        begin "$each"
        "$1" "$each" "${@:2}"
    done
}

all_end()
{
    local each
    for each in "${cases[@]}"; do
        stop "$each"
        ended_with 0
        is_well_ended "$each"
    done
    [ -z "${slowest-}" ] || report "the slowest first query came $slowest s after the event (wanted: 1 s)"
}

is_well_ended()
{
    never_logged "$1" 'Sanitizer|runtime error'
    statistics "$1" >/dev/null || fail "$1: no statistics line"
}

# --- it comes and goes ----------------------------------------------------------------------------------------

# about 10 s
test_absent_then_created()
{
    local each
    wires
    for each in "${cases[@]}"; do
        querier "$each" "$each" -i eth0 -q 2 -v
        capture "wire-$each" hub "br-$each"
    done
    for each in "${cases[@]}"; do
        wait_log "$each" 'there is no such interface' 3
        begin "$each"
        plug "$each"
        await "$each" 'the interface is down'
        address "$each" add 192.168.50.10/24
        begin "$each"
        link "$each" up
    done
    all_do starts_again
    all_end
}

unplug()
{
    ip -n "$(ns "$1")" link del eth0
}

# about 12 s
test_deleted_and_created_again()
{
    local each
    stage
    event unplug
    all_do await 'there is no such interface'
    all_do is_well
    sleep 1
    all_do says_nothing_twice
    for each in "${cases[@]}"; do
        # another index than the old one
        ip -n "$(ns "$each")" link add dummy0 type dummy 2>/dev/null || true
        begin "$each"
        plug "$each"
        address "$each" add 192.168.50.10/24
        link "$each" up
    done
    all_do starts_again
    all_end
}

# Between two looks at the interfaces: nothing seems to have changed but the index.
recreate_at_once()
{
    local mac
    mac=$(mac_of "$1")
    ip -n "$(ns "$1")" -batch - <<END
link del eth0
link add name eth0 address $mac type veth peer name $1 netns $(ns hub)
addr add 192.168.50.10/24 dev eth0
link set eth0 up
END
    ip -n "$(ns hub)" link set dev "$1" master "br-$1" up
}

# about 10 s
test_deleted_and_created_at_once()
{
    stage
    event recreate_at_once
    all_do starts_again
    all_end
}

rename()
{
    link "$1" down "$2"
    ip -n "$(ns "$1")" link set dev "$2" name "$3"
    link "$1" up "$3"
}

rename_up()
{
    # some kernels rename what is up
    ip -n "$(ns "$1")" link set dev "$2" name "$3" 2>/dev/null || rename "$@"
}

# about 12 s
test_renamed_and_back()
{
    stage
    event rename_up eth0 lan7
    all_do await 'there is no such interface'
    event rename_up lan7 eth0
    all_do starts_again
    event rename eth0 lan7
    all_do await 'there is no such interface'
    event rename lan7 eth0
    all_do starts_again
    all_end
}

# about 10 s
test_down_and_up()
{
    stage
    event link down
    all_do await 'the interface is down'
    sleep 1
    all_do says_nothing_twice
    event link up
    all_do starts_again
    all_end
}

carrier()
{
    ip -n "$(ns hub)" link set dev "$1" "$2"
}

# about 10 s
test_carrier_lost_and_back()
{
    stage
    event carrier down
    all_do await 'no carrier'
    sleep 1
    all_do says_nothing_twice
    event carrier up
    all_do starts_again
    all_end
}

flap_at_once()
{
    ip -n "$(ns "$1")" -batch - <<END
link set eth0 down
link set eth0 up
END
}

carrier_flaps_at_once()
{
    ip -n "$(ns hub)" -batch - <<END
link set $1 down
link set $1 up
END
}

# Faster than anybody looks: the switch has forgotten us all the same.
# about 12 s
test_flaps_at_once()
{
    stage
    event flap_at_once
    all_do starts_again
    event carrier_flaps_at_once
    all_do starts_again
    all_end
}

# --- addresses ------------------------------------------------------------------------------------------------

# about 10 s
test_address_removed()
{
    stage
    event address del 192.168.50.10/24
    all_do await 'no IPv4 address'
    sleep 3
    all_do says_nothing_twice
    all_do is_well
    for each in "${cases[@]}"; do
        expect "$(query_count "wire-$each" "${began[$each]}" 'src host 192.168.50.10') == 0" "$each: queries without an address"
    done
    event address add 192.168.50.10/24
    all_do starts_again
    all_end
}

# An interface without an address is said to be without one once, whatever else happens on this host.
# about 6 s
test_no_address_said_once()
{
    local each number
    stage
    event address del 192.168.50.10/24
    all_do await 'no IPv4 address'
    all_do begin
    for number in 1 2 3 4; do
        for each in "${cases[@]}"; do
            ip -n "$(ns "$each")" link add "other$number" type bridge
        done
    done
    sleep 1
    all_do says_nothing
    all_end
}

# about 10 s
test_address_changed()
{
    stage
    event address_replaced
    all_do starts_again 192.168.50.11
    all_end
}

address_replaced()
{
    ip -n "$(ns "$1")" -batch - <<END
addr del 192.168.50.10/24 dev eth0
addr add 192.168.50.11/24 dev eth0
END
}

# The new one comes first, and is secondary until the old one goes.
# about 10 s
test_address_added_then_removed()
{
    local each
    stage
    for each in "${cases[@]}"; do
        in_ns "$each" sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries'
    done
    event address add 192.168.50.12/24
    all_do goes_on
    event address del 192.168.50.10/24
    all_do starts_again 192.168.50.12
    all_end
}

# A second address, lower than the first and even lower than the other querier's, changes nothing.
# about 10 s
test_second_lower_address()
{
    stage
    event address add 192.168.50.4/24
    all_do goes_on
    event address add 10.0.0.1/8
    all_do goes_on
    all_end
}

# Link-local is better than nothing, and never preferred.
# about 10 s
test_link_local()
{
    stage
    event address del 192.168.50.10/24
    all_do await 'no IPv4 address'
    event address add 169.254.7.7/16
    all_do await 'querier as 169\.254\.7\.7'
    all_do await 'startup query 3 of 3' 4
    event address add 192.168.50.10/24
    all_do starts_again
    all_end
}

# --- MAC address, MTU -----------------------------------------------------------------------------------------

# about 10 s
test_mac_changed()
{
    stage
    event change_mac
    all_do starts_again
    for each in "${cases[@]}"; do
        tcpdump -r "$E2E_DIR/wire-$each.pcap" -nn 'ether src 02:00:00:00:77:01 and igmp[0] == 0x11' 2>/dev/null |
            grep -q . || fail "$each: no query from the new MAC address"
    done
    all_end
}

change_mac()
{
    ip -n "$(ns "$1")" link set dev eth0 address 02:00:00:00:77:01
}

set_mtu()
{
    ip -n "$(ns "$1")" link set dev eth0 mtu "$2"
}

# Q-20: 200 sources do not fit into 576 octets, so they are asked about in two queries; the change of MTU itself disturbs
# nothing.
# about 10 s
test_mtu_small()
{
    local each
    stage -V 3
    event set_mtu 576
    all_do goes_on
    for each in alone member; do
        # in two reports, which have to fit as well, and then none of them any more
        FRAME_INTERFACE=br-$each frame hub v3report --src 192.168.50.22 --record 'ALLOW:232.1.2.3:100*10.0.0.1' \
            --wait 0.1 v3report --src 192.168.50.22 --record 'ALLOW:232.1.2.3:100*10.0.1.1' \
            --wait 0.1 v3report --src 192.168.50.22 --record 'TO_IN:232.1.2.3'
        within 2 has_queries "$each" 2 'igmp[4:4] == 0xe8010203' || fail "$each: not two queries about the sources"
        lengths "$each" | head -n 2 >"$E2E_DIR/lengths-$each.log"
        # 14 for Ethernet, 24 for IP with its option, 12 for the query's header, 4 for each source
        expect "$(sort -n "$E2E_DIR/lengths-$each.log" | tail -n 1) <= 590" "$each: octets of the longest query"
        expect "$(awk '{ sum += ($1 - 50) / 4 } END { print sum }' "$E2E_DIR/lengths-$each.log") == 200" \
            "$each: sources in both"
    done
    event set_mtu 1500
    all_do is_well
    all_end
}

lengths()
{
    tcpdump -r "$E2E_DIR/wire-$1.pcap" -nn -e 'igmp[0] == 0x11 and igmp[4:4] == 0xe8010203' 2>/dev/null |
        sed -n 's/^.*(0x0800), length \([0-9]*\): .*/\1/p'
}

# --- what fails -----------------------------------------------------------------------------------------------

# As stage; calls fail as faults says.
faulty_stage()
{
    local each
    need cc
    cc -shared -fPIC -O1 -o "$E2E_DIR/faults.so" "$E2E_HERE/faults.c" -ldl ||
        skip 'a shared library cannot be built here'
    wires
    faults ''
    for each in "${cases[@]}"; do
        plug "$each"
        address "$each" add 192.168.50.10/24
        link "$each" up
        capture "wire-$each" hub "br-$each"
        # A sanitizer's runtime wants to be first in line; it need not be.
        start "$each" "$each" env ASAN_OPTIONS=verify_asan_link_order=0 "LD_PRELOAD=$E2E_DIR/faults.so" \
            "FAULTS=$E2E_DIR/faults" "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 -v
    done
    settle
}

# faults LINES: replaced in one step, since it is read at any time.
faults()
{
    printf '%s\n' "$1" >"$E2E_DIR/faults.new"
    mv "$E2E_DIR/faults.new" "$E2E_DIR/faults"
}

# send_fault LINE TEXT: told once while it lasts, tried again in between, and told once when it is over.
send_fault()
{
    local each
    all_do begin
    faults "$1"
    for each in alone member; do
        await "$each" "$2; will try again" 4
    done
    sleep 5
    all_do says_nothing_twice
    faults ''
    for each in alone member; do
        await "$each" 'sending works again' 9
        within 2 has_queries "$each" 1 'src host 192.168.50.10' || fail "$each: no query on the wire"
        says_nothing_twice "$each"
    done
    for each in lower both; do
        says_nothing "$each" || fail "$each: $(log_since "$each")"
    done
    all_do is_well
}

# Each is told at most once a minute, so that each has a daemon of its own.
# about 16 s
test_send_enobufs()
{
    faulty_stage
    send_fault 'link 105' 'cannot send on eth0: No buffer space available'
    # a second time within a minute is only counted
    all_do begin
    faults 'link 105'
    sleep 3
    faults ''
    sleep 2
    for each in "${cases[@]}"; do
        says_nothing "$each" || fail "$each: $(log_since "$each")"
    done
    all_end
    statistics alone | grep -Eq '[0-9]+ of the queries could not be sent' || fail 'not counted'
}

# about 14 s
test_send_eperm()
{
    faulty_stage
    send_fault 'link 1' 'cannot send on eth0: Operation not permitted'
    all_end
}

# A firewall that stops what goes to this host's own members, as iptables does in its chain OUTPUT: the wire is queried.
# about 14 s
test_echo_eperm()
{
    local each
    faulty_stage
    all_do begin
    faults 'echo 1'
    for each in alone member; do
        await "$each" "members on this host cannot be asked .*Operation not permitted" 4
        within 4 has_queries "$each" 1 'src host 192.168.50.10' || fail "$each: no query on the wire"
    done
    sleep 4
    all_do says_nothing_twice
    # The wire is asked no more often for it.
    for each in alone member; do
        ! log_since "$each" | grep -q 'could not be sent' || fail "$each: counts it as a query that failed"
    done
    faults ''
    for each in alone member; do
        await "$each" 'members on this host are asked again' 9
        says_nothing_twice "$each"
    done
    all_end
}

# It asks for less and less, is told once, and is told to work when it has worked for a while.
# about 20 s
test_capture_fails()
{
    local each
    faulty_stage
    all_do begin
    faults 'capture 5'
    for each in "${cases[@]}"; do
        lower_speaks "$each"
    done
    all_do await 'eth0 can no longer be captured: .*; will try again'
    sleep 4
    for each in "${cases[@]}"; do
        expect "$(log_since "$each" | grep -c 'can no longer be captured') == 1" "$each: lines about it"
        expect "$(log_since "$each" | grep -c 'querier as') <= 3" "$each: attempts in 4 s"
        is_well "$each"
    done
    all_do begin
    faults ''
    all_do await 'querier as' 9
    all_do await 'eth0: works again' 18
    all_do says_nothing_twice
    all_do neighbours_speak
    all_end
    statistics alone | grep -Eq 'the capture failed [0-9]+ times' || fail 'not counted'
}

# An interface that does not get rid of what it is given holds up neither the others nor the end of the daemon.
# about 6 s
test_stuck_interface()
{
    need tc
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    namespace other
    ip -n "$(ns q)" link add name eth1 type veth peer name eth0 netns "$(ns other)"
    ip -n "$(ns q)" addr add 192.168.60.10/24 dev eth1
    ip -n "$(ns q)" link set eth1 up
    ip -n "$(ns other)" link set eth0 up
    tc -n "$(ns q)" qdisc add dev eth0 root tbf rate 8bit burst 100 limit 10000000 2>/dev/null ||
        skip 'this kernel cannot hold packets back'
    printf 'interfaces = ( "eth1", { name = "eth0"; vlan = "1-1000"; } );\n' >"$E2E_DIR/igmpqd.conf"
    capture wire other eth0
    querier igmpqd q -c "$E2E_DIR/igmpqd.conf" -q 1
    wait_log igmpqd 'cannot send on eth0: Resource temporarily unavailable; will try again' 15
    sleep 3
    expect "$(query_count wire 0) >= 4" 'queries on the other interface'
    expect "$(grep -c 'cannot send' "$E2E_DIR/igmpqd.log") == 1" 'lines about it'
    stop igmpqd
    ended_with 0
    expect "$(stop_took) < 1" 'seconds to end'
}

# --- what others die of ---------------------------------------------------------------------------------------

descriptors()
{
    find "/proc/$(pid_of "$1")/fd" -mindepth 1 | wc -l
}

# is_as_before CASE: after all that it holds no more descriptors than at first.
is_as_before()
{
    is_well "$1"
    expect "$(descriptors "$1") == ${held[$1]}" "$1: descriptors"
}

note_held()
{
    held[$1]=$(descriptors "$1")
}

# A member joins, the link goes down and comes up, and one membership interval (0.8 s here) passes.
# about 34 s
test_member_then_flap_20_times()
{
    local round each
    declare -A held=()
    cases=(member both)
    stage -q 0.3 --query-response-interval 0.1
    all_do note_held
    for round in {1..20}; do
        all_do member_speaks
        event link down
        event link up
        sleep 0.8
        all_do is_well
    done
    sleep 1
    all_do is_as_before
    all_do neighbours_speak
    all_end
    note "$round rounds"
}

# about 30 s
test_deleted_with_querier_known_20_times()
{
    local round each
    declare -A held=()
    cases=(lower both)
    stage
    all_do note_held
    for round in {1..20}; do
        event unplug
        for each in "${cases[@]}"; do
            plug "$each"
            address "$each" add 192.168.50.10/24
            link "$each" up
        done
        all_do await 'querier as'
        all_do lower_speaks
        all_do await 'LOST to lower IP'
    done
    all_do is_as_before
    all_end
    note "$round rounds"
}
