# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Inside User-Mode Linux: a VLAN-aware switch that snoops in each VLAN, the kernel's own bridge with mcast_vlan_snooping, which
# many kernels are built without, and igmpqd on its trunk (Q-113, Q-124): the tables of VLANs 10 and 20 stay alive, and the
# querier's port is a router port in exactly those.
#
#   q     trunk: VLANs 10, 20 and 30 tagged; igmpqd serves 10 (with an address of its own) and 20 (with that of eth0.20)
#   h1    a host that is tagged in VLAN 10        h2  a host on an access port of VLAN 10
#   h3    a host on an access port of VLAN 20     h4  one of VLAN 30, which nobody queries
#
# The switch forgets a member after 6 s.

set -u

say()
{
    printf '%s %s\n' "$(cut -d ' ' -f 1 /proc/uptime)" "$*"
}

fail()
{
    say "FAILED: $*"
    bridge -d -s mdb show
    bridge -d vlan show
    cat "$E2E_DIR/igmpqd.log"
    exit 1
}

cd /run || exit 1
say "up: $(uname -r)"
ip link add br0 type bridge vlan_filtering 1 mcast_snooping 1 mcast_querier 0 || exit 77
ip link set br0 type bridge mcast_vlan_snooping 1 || exit 77
for host in q h1 h2 h3 h4; do
    ip netns add "$host"
    ip link add "$host" type veth peer name eth0 netns "$host"
    ip link set "$host" master br0 up
    # shellcheck disable=SC2016 # expanded inside
    ip netns exec "$host" sh -c 'for f in all default; do echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6; done' 2>/dev/null
    ip -n "$host" link set lo up
    ip -n "$host" link set eth0 up
done
for vlan in 10 20 30; do
    bridge vlan add dev q vid "$vlan"
    bridge vlan add dev br0 vid "$vlan" self
    bridge vlan global set dev br0 vid "$vlan" mcast_snooping 1 mcast_membership_interval 600 || exit 77
done
bridge vlan add dev h1 vid 10

# access PORT VLAN
access()
{
    bridge vlan del dev "$1" vid 1
    bridge vlan add dev "$1" vid "$2" pvid untagged
}
access h2 10
access h3 20
access h4 30
ip link set br0 up

# tagged HOST VLAN ADDRESS: a VLAN device of the host.
tagged()
{
    ip -n "$1" link add link eth0 name "eth0.$2" type vlan id "$2"
    ip -n "$1" addr add "$3" dev "eth0.$2"
    ip -n "$1" link set "eth0.$2" up
}
tagged h1 10 10.10.0.11/24
tagged q 20 10.20.0.1/24
ip -n h2 addr add 10.10.0.12/24 dev eth0
ip -n h3 addr add 10.20.0.13/24 dev eth0
ip -n h4 addr add 10.30.0.14/24 dev eth0

# member HOST INTERFACE GROUP
member()
{
    ip netns exec "$1" python3 "$E2E_HERE/member.py" "$2" "$3" &
}

for host in h2 h4; do
    ip netns exec "$host" tcpdump -Z root -i eth0 -U --immediate-mode -w "$E2E_DIR/$host.pcap" igmp 2>"$E2E_DIR/$host.log" &
done
printf 'interfaces = ( { name = "eth0"; vlan = 10; address = "10.10.0.1/24"; }, { name = "eth0"; vlan = 20; } );\n' \
    >"$E2E_DIR/igmpqd.conf"
# the switch's ports learn and forward from the start, but its own start takes a moment
sleep 2
ip netns exec q "$IGMPQ_BIN/igmpqd" -c "$E2E_DIR/igmpqd.conf" -q 2 -t 7 -v >"$E2E_DIR/igmpqd.log" 2>&1 &
igmpqd=$!
sleep 1
member h1 eth0.10 239.1.2.3
member h2 eth0 239.1.2.4
member h3 eth0 239.1.2.5
member q eth0.20 239.1.2.6
member h4 eth0 239.1.2.7

# look: the switch's table as it is now. Every process takes its time here.
look()
{
    table=$(bridge -d mdb show)
}

# has PORT GROUP VLAN: is it in the table that was looked at?
has()
{
    [[ $table =~ port\ $1\ grp\ $2\ [^$'\n']*vid\ $3 ]]
}

served()
{
    has h1 239.1.2.3 10 && has h2 239.1.2.4 10 && has h3 239.1.2.5 20 && has q 239.1.2.6 20
}

for _ in 1 2 3 4 5 6; do
    look
    served && has h4 239.1.2.7 30 && break
    sleep 0.5
done
served || fail 'the members never came into the table'
has h4 239.1.2.7 30 || fail 'the member of VLAN 30 never came into the table'
for _ in $(seq 1 20); do
    sleep 0.6
    look
    served || fail 'a member fell out of the table'
    kill -0 "$igmpqd" || fail 'igmpqd died'
done
say 'at every look for 12 s: the members of VLANs 10 and 20, on tagged and access ports and on the host of igmpqd'
has h4 239.1.2.7 30 && fail 'VLAN 30, which nobody queries, keeps its member: nothing was proved'
say 'not in the table any more: the member of VLAN 30, which nobody queries'

# router_ports VLAN: their names, as the switch has them for this VLAN.
router_ports()
{
    bridge -d vlan global show dev br0 | awk -v vlan="$1" '
        { first = ($1 == "br0") ? 2 : 1 }
        $first ~ /^[0-9]+$/ && NF <= first + 1 { current = $first }
        sub(/.*router ports: */, "") && current == vlan { sub(/ *$/, ""); print }'
}
bridge -d vlan global show dev br0 >"$E2E_DIR/global.log"
for vlan in 1 10 20 30; do
    say "router ports of VLAN $vlan: $(router_ports "$vlan")"
done
[ "$(router_ports 10)" = q ] || fail "router ports of VLAN 10: $(router_ports 10)"
[ "$(router_ports 20)" = q ] || fail "router ports of VLAN 20: $(router_ports 20)"
[ -z "$(router_ports 1)$(router_ports 30)" ] || fail 'a router port where nobody queries'

grep -q 'eth0/10: querier as 10.10.0.1/24' "$E2E_DIR/igmpqd.log" || fail 'not the address of the file in VLAN 10'
grep -q 'eth0/20: querier as 10.20.0.1/24' "$E2E_DIR/igmpqd.log" || fail 'not the address of the VLAN device in VLAN 20'
kill "$igmpqd"
wait "$igmpqd" || fail 'igmpqd ended badly'
sleep 8
look
for each in 'h1 239.1.2.3 10' 'h2 239.1.2.4 10' 'h3 239.1.2.5 20' 'q 239.1.2.6 20'; do
    # shellcheck disable=SC2086 # three words
    has $each && fail "still in the table long after igmpqd ended: $each"
done
say 'and without igmpqd they are gone as well'

# queriers HOST: who sent general queries that it heard, one a line, and how many.
queriers()
{
    tcpdump -nn -r "$E2E_DIR/$1.pcap" 'igmp[0] == 0x11 and igmp[4:4] == 0' 2>/dev/null | awk '{ print $3 }' | sort | uniq -c |
        awk '{ print $2, $1 }'
}
heard=$(queriers h2)
say "the access port of VLAN 10 heard queries, without a tag, of: $heard"
[ "${heard% *}" = 10.10.0.1 ] || fail "queriers in VLAN 10: $heard"
[ "${heard#* }" -ge 6 ] || fail "too few: $heard"
[ -z "$(queriers h4)" ] || fail "queriers in VLAN 30: $(queriers h4)"
exit 0
