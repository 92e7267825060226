# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# VLANs of a trunk without any VLAN device: a querier in each, and none of another's business (Q-124 to Q-128).

# trunk CONFIGURATION [OPTION...]
trunk()
{
    local configuration=$1
    shift
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    printf '%s\n' "$configuration" >"$E2E_DIR/igmpqd.conf"
    querier igmpqd q -c "$E2E_DIR/igmpqd.conf" -v "$@"
}

# A file that names four networks of one cable, each with an address of its own.
four='interfaces = ( "eth0",
    { name = "eth0"; vlan = 10; address = "10.10.0.10/24"; },
    { name = "eth0"; vlan = 20; address = "10.20.0.10/24"; },
    { name = "eth0"; vlan = 4094; address = "10.94.0.10/24"; } );'

# tagged NAME [SINCE]: the tagged queries that were captured: time, VLAN, PCP, length of the frame, source.
tagged()
{
    tcpdump -r "$E2E_DIR/$1.pcap" -tt -e -nn 'vlan and igmp' 2>/dev/null | awk -v since="${2-0}" '
        $1 >= since && /igmp query/ {
            match($0, /length [0-9]+: vlan/); length_of = substr($0, RSTART + 7, RLENGTH - 13)
            match($0, /vlan [0-9]+, p [0-9]/); split(substr($0, RSTART + 5, RLENGTH - 5), tag, /, p /)
            match($0, /[0-9.]+ > 224/); source = substr($0, RSTART, RLENGTH - 6)
            print $1, tag[1], tag[2], length_of, source
        }'
}

# tagged_count VLAN SINCE SOURCE
tagged_count()
{
    tagged wire "$2" | awk -v vlan="$1" -v source="$3" '$2 == vlan && $5 == source' | wc -l
}

# Untagged queries from our own address.
untagged_count()
{
    tcpdump -r "$E2E_DIR/wire.pcap" -tt -nn 'igmp[0] == 0x11 and src host 192.168.50.10' 2>/dev/null |
        awk -v since="$1" '$1 >= since' | wc -l
}

speaks_everywhere()
{
    [ "$(untagged_count "$1")" -ge "$2" ] && [ "$(tagged_count 10 "$1" 10.10.0.10)" -ge "$2" ] &&
        [ "$(tagged_count 20 "$1" 10.20.0.10)" -ge "$2" ] && [ "$(tagged_count 4094 "$1" 10.94.0.10)" -ge "$2" ]
}

# Q-124, Q-125, Q-126, Q-127
# about 5 s
test_tagged_queries()
{
    trunk "$four" -q 2
    within 15 speaks_everywhere 0 3 || fail "queries: $(tagged wire)"
    stop igmpqd
    tagged wire >"$E2E_DIR/tagged.log"
    # own source, and nobody else's
    [ "$(awk '{ print $2, $5 }' "$E2E_DIR/tagged.log" | sort -u -n | paste -s -d ';')" = \
        '10 10.10.0.10;20 10.20.0.10;4094 10.94.0.10' ] || fail "$(awk '{ print $2, $5 }' "$E2E_DIR/tagged.log" | sort -u)"
    expect "$(awk '$3 != 6' "$E2E_DIR/tagged.log" | wc -l) == 0" 'queries of another priority than 6'
    expect "$(awk '{ print $4 }' "$E2E_DIR/tagged.log" | sort -n | head -n 1) >= 64" 'octets of the shortest tagged frame'
    # octets 12 to 17: 8100, priority and VLAN, 0800
    tcpdump -r "$E2E_DIR/wire.pcap" -xx -c 1 'vlan 10' 2>/dev/null | sed -n 's/^\t0x00[0-9]*: *//p' | tr -d ' \n' |
        grep -Eq '^.{24}8100c00a0800' || fail 'not the octets of a tag'
    [ "$(grep -Ec '[0-9]+ queries sent' "$E2E_DIR/igmpqd.log")" -eq 4 ] || fail 'not a statistics line for each'
}

# about 4 s
test_priority_setting()
{
    trunk 'interfaces = ( { name = "eth0"; vlan = 10; address = "10.10.0.10/24"; priority = 3; } );' -q 2
    within 15 tagged_once || fail 'no query'
    expect "$(tagged wire | awk '$3 == 3' | wc -l) >= 1" 'queries of priority 3'
    # Nobody asked for the untagged network.
    expect "$(untagged_count 0) == 0" 'untagged queries'
}

tagged_once()
{
    tagged wire | grep -q .
}

# A lower querier in VLAN 10 silences VLAN 10 only.
# about 8 s
test_lower_querier_in_one()
{
    local since
    trunk "$four" -q 2
    within 15 speaks_everywhere 0 3 || fail 'no queries'
    frame peer query --vlan 10 --src 10.10.0.5
    wait_log igmpqd 'eth0/10: LOST to lower IP 10\.10\.0\.5' 2
    since=$(now)
    sleep 4
    expect "$(tagged_count 10 "$since" 10.10.0.10) == 0" 'queries in VLAN 10'
    expect "$(tagged_count 20 "$since" 10.20.0.10) >= 1" 'queries in VLAN 20'
    expect "$(tagged_count 4094 "$since" 10.94.0.10) >= 1" 'queries in VLAN 4094'
    expect "$(untagged_count "$since") >= 1" 'untagged queries'
    [ "$(grep -c LOST "$E2E_DIR/igmpqd.log")" -eq 1 ] || fail 'another one lost as well'
    # An address of the untagged network is nobody's business in a VLAN (Q-49), and the other way round.
    frame peer query --vlan 20 --src 192.168.50.5
    frame peer query --src 10.20.0.5
    sleep 1
    [ "$(grep -c LOST "$E2E_DIR/igmpqd.log")" -eq 1 ] || fail 'lost to an address of another network'
}

# A report is a member of its VLAN only.
# about 5 s
test_report_in_one()
{
    # memberships that do not end before the leave comes
    trunk "$four" -q 60
    within 15 speaks_everywhere 0 1 || fail 'no queries'
    frame peer report --vlan 10 --group 239.1.2.3 --src 10.10.0.21
    wait_log igmpqd 'eth0/10: group 239\.1\.2\.3 has a member: 10\.10\.0\.21' 2
    frame peer report --group 239.1.2.4 --src 192.168.50.21
    wait_log igmpqd 'eth0: group 239\.1\.2\.4 has a member: 192\.168\.50\.21' 2
    # a leave there asks about the group there
    frame peer leave --vlan 10 --group 239.1.2.3 --src 10.10.0.21
    wait_log igmpqd 'eth0/10: last-member query sent, version 2, for group 239\.1\.2\.3' 2
    sleep 0.5
    [ "$(grep -c 'has a member' "$E2E_DIR/igmpqd.log")" -eq 2 ] || fail 'a report was heard in more than one network'
    [ "$(tcpdump -r "$E2E_DIR/wire.pcap" -nn -e 'vlan and igmp[4:4] == 0xef010203 and igmp[0] == 0x11' 2>/dev/null |
        grep -vc 'vlan 10,')" -eq 0 ] || fail 'asked about in another VLAN'
}

# send_hex NAMESPACE OCTETS
send_hex()
{
    in_ns "$1" python3 -c '
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
wire.bind(("eth0", 0))
wire.send(bytes.fromhex(sys.argv[1]))' "$2"
}

# promiscuity COUNT: so many want q's card to let everything in.
promiscuity()
{
    ip -n "$(ns q)" -d link show eth0 | grep -Eq "promiscuity $1( |\$)"
}

# A card that filters VLANs lets in those that have a device, others in promiscuous mode only. No card in a network
# namespace filters them, so what is tested is what igmpqd asks for: as long as it is needed, no longer.
# about 4 s
test_card_lets_them_in()
{
    trunk "$four" -q 2
    within 4 speaks_everywhere 0 1 || fail 'no queries'
    promiscuity 1 || fail 'VLANs without a device: not promiscuous'
    printf 'interfaces = ( "eth0" );\n' >"$E2E_DIR/igmpqd.conf"
    kill -HUP "$(pid_of igmpqd)"
    within 2 promiscuity 0 || fail 'promiscuous without a VLAN'
    printf '%s\n' "$four" >"$E2E_DIR/igmpqd.conf"
    kill -HUP "$(pid_of igmpqd)"
    within 2 promiscuity 1 || fail 'not promiscuous with VLANs again'
    if ip -n "$(ns q)" link add link eth0 name ten type vlan id 10 2>/dev/null; then
        ip -n "$(ns q)" link add link eth0 name twenty type vlan id 20
        ip -n "$(ns q)" link add link eth0 name last type vlan id 4094
        within 2 promiscuity 0 || fail 'promiscuous though each VLAN has a device'
        ip -n "$(ns q)" link del last
        within 2 promiscuity 1 || fail 'not promiscuous with one that has none'
    else
        note 'this kernel has no VLAN devices'
    fi
    stop igmpqd
    promiscuity 0 || fail 'promiscuous after its end'
}

# VLAN 0 is a priority and the untagged network (Q-124); two tags are another network, and so are VLANs that are not
# served (Q-128).
# about 8 s
test_odd_tags()
{
    local octets tags options
    trunk "$four" -q 2
    within 15 speaks_everywhere 0 1 || fail 'no queries'
    for tags in '30' '4095' '10 10' '30 10' '10 30' '10 20 10'; do
        read -r -a options <<<"--vlan ${tags// / --vlan }"
        frame peer query --src 10.10.0.5 "${options[@]}" --wait 0 \
            report --src 10.10.0.21 --group 239.1.2.9 "${options[@]}"
    done
    # the outer tag of a service provider
    octets=$(grep -Eo '^01005e0000010?[0-9a-f]{11,12}8100000a8100000a.*' "$E2E_DIR/frames.log" | head -n 1)
    [ -n "$octets" ] || fail 'no frame with two tags was sent'
    send_hex peer "${octets:0:24}88a8${octets:28}"
    sleep 1
    never_logged igmpqd 'LOST|239\.1\.2\.9'
    frame peer query --src 192.168.50.5 --vlan 49152
    wait_log igmpqd 'eth0: LOST to lower IP 192\.168\.50\.5' 2
    # any priority is right in a tag
    frame peer query --src 10.20.0.5 --vlan $((7 << 13 | 20))
    wait_log igmpqd 'eth0/20: LOST to lower IP 10\.20\.0\.5' 2
    stop igmpqd
    ended_with 0
    grep -E 'eth0: .*queries sent' "$E2E_DIR/igmpqd.log" | grep -Eq 'wrong-vlan [0-9]+' || fail 'not counted'
}

# Q-127: no address, so no part in the election; it says so in one line and ends when a real querier is heard (Q-52).
# about 7 s
test_range_without_addresses()
{
    local since
    trunk 'interfaces = ( { name = "eth0"; vlan = "100-103,200"; } );' -q 2
    wait_log igmpqd 'eth0/100 and 4 more VLANs: no address is configured.*querying from 0\.0\.0\.0' 15
    [ "$(grep -c 'no address is configured' "$E2E_DIR/igmpqd.log")" -eq 1 ] || fail 'said more than once'
    sleep 2
    [ "$(tagged wire | awk '{ print $2, $5 }' | sort -u -n | paste -s -d ';')" = \
        '100 0.0.0.0;101 0.0.0.0;102 0.0.0.0;103 0.0.0.0;200 0.0.0.0' ] || fail "queries: $(tagged wire)"
    # the address of the untagged network is not for them
    frame peer query --vlan 101 --src 10.101.0.77
    wait_log igmpqd 'eth0/101: .*10\.101\.0\.77' 2
    sleep 0.5
    since=$(now)
    sleep 3
    expect "$(tagged_count 101 "$since" 0.0.0.0) == 0" 'queries in VLAN 101 with a real querier'
    expect "$(tagged_count 102 "$since" 0.0.0.0) >= 1" 'queries in VLAN 102'
}

# All of them begin again when the trunk comes back, each with its own burst; groups of one are forgotten in all.
# about 7 s
test_trunk_flaps()
{
    local vlan lines
    trunk "$four" -q 2
    within 15 speaks_everywhere 0 3 || fail 'no queries'
    ip -n "$(ns peer)" link set eth0 down
    wait_log igmpqd 'eth0: no carrier' 2
    lines=$(wc -l <"$E2E_DIR/igmpqd.log")
    ip -n "$(ns peer)" link set eth0 up
    for vlan in eth0 eth0/10 eth0/20 eth0/4094; do
        within 3 again_from "$lines" "$vlan" || fail "$vlan does not begin again"
    done
    is_running igmpqd || fail 'it died'
    # The capture on the other end is as old as its link.
    stop igmpqd
    ended_with 0
}

again_from()
{
    tail -n "+$(($1 + 1))" "$E2E_DIR/igmpqd.log" | grep -Eq "$2: startup query 3 of 3"
}

# "igmpqd -T" tells who speaks from where, as far as this host knows now.
# about 1 s
test_test_tells_the_addresses()
{
    local office
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    office='0.0.0.0 proxy'
    if ip -n "$(ns q)" link add link eth0 name office type vlan id 11 2>/dev/null; then
        ip -n "$(ns q)" addr add 10.11.0.1/24 dev office
        ip -n "$(ns q)" link set office up
        ip -n "$(ns q)" link add link eth0 name down type vlan id 12
        ip -n "$(ns q)" addr add 10.12.0.1/24 dev down
        office='10.11.0.1/24, of office'
    else
        note 'this kernel has no VLAN devices'
    fi
    ip -n "$(ns q)" link add bare type bridge
    cat >"$E2E_DIR/igmpqd.conf" <<'END'
interfaces = ( "eth0", "bare", "absent", { name = "eth0"; vlan = "10-12"; }, { name = "absent"; vlan = 10; },
    { name = "eth0"; vlan = 13; address = "10.13.0.1/24"; } );
END
    in_ns q "$IGMPQ_BIN/igmpqd" -T -c "$E2E_DIR/igmpqd.conf" >"$E2E_DIR/out.log" 2>/dev/null || fail 'refused'
    awk '/^        name = / { now = substr($3, 2, length($3) - 3) } /^        vlan = / { now = now "/" ($3 + 0) }
        /# address now/ { sub(/^ *# address now: /, ""); print now " " $0 }' "$E2E_DIR/out.log" \
        >"$E2E_DIR/now.log"
    sed 's/, as proxy, .*/ proxy/' "$E2E_DIR/now.log" | paste -s -d ';' >"$E2E_DIR/short.log"
    [ "$(cat "$E2E_DIR/short.log")" = "eth0 192.168.50.10/24, of eth0;bare none; it waits for one;eth0/10 0.0.0.0 proxy;\
eth0/11 $office;eth0/12 0.0.0.0 proxy" ] || fail "$(cat "$E2E_DIR/now.log")"
}

# unknown NAME SENTENCE: igmpqctl is told so of a segment that there is not.
unknown()
{
    local said
    said=$(in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" status "$1" 2>&1) && fail "there is a segment $1"
    [ "$said" = "igmpqctl: igmpqd says no: there is no segment '$1'$2" ] || fail "$said"
}

# A slip in the name of a VLAN is put right where only one can be meant; the others are listed, eight of them.
# about 2 s
test_unknown_segment()
{
    trunk "$four" --control-socket "$E2E_DIR/s.sock"
    within 15 test -S "$E2E_DIR/s.sock" || fail 'no socket'
    unknown eth0.10 "; did you mean 'eth0/10'? (there are: eth0, eth0/10, eth0/20, eth0/4094)"
    unknown 4094 "; did you mean 'eth0/4094'? (there are: eth0, eth0/10, eth0/20, eth0/4094)"
    unknown ETH0 "; did you mean 'eth0'? (there are: eth0, eth0/10, eth0/20, eth0/4094)"
    unknown eth1 ' (there are: eth0, eth0/10, eth0/20, eth0/4094)'
    unknown eth0.11 ' (there are: eth0, eth0/10, eth0/20, eth0/4094)'
    printf 'interfaces = ( { name = "eth0"; vlan = "10-20"; } );\n' >"$E2E_DIR/igmpqd.conf"
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" reload >/dev/null || fail 'reload'
    unknown eth0 ' (there are: eth0/10, eth0/20, eth0/11, eth0/12, eth0/13, eth0/14, eth0/15, eth0/16 and 3 more)'
    printf 'interfaces = ( { name = "eth0"; vlan = 10; } );\n' >"$E2E_DIR/igmpqd.conf"
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" reload >/dev/null || fail 'reload'
    unknown eth0 "; did you mean 'eth0/10'? (there are: eth0/10)"
}
