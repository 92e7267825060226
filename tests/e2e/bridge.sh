# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The main job: memberships stay in the table of a snooping switch because igmpqd is there. The switch is the kernel's
# bridge, which forgets a member after 6 s here (mcast_membership_interval 600) instead of 260.

group=239.1.2.3

switch()
{
    lan switch mcast_membership_interval 600
}

entry_appears()
{
    within 10 has_entry switch $group "$1" || fail "the member on $1 never came into the switch's table"
}

# kept_for SECONDS PORT: more than twice as long as the switch remembers.
kept_for()
{
    throughout "$1" has_entry switch $group "$2" ||
        fail "the member on $2 fell out of the switch's table: $(bridge -n "$(ns switch)" -d -s mdb show)"
    note "in the table at every look for $1 s"
}

# about 12 s
test_dropped_without_querier()
{
    switch
    host h1 switch 192.168.50.21/24
    member m1 h1 $group
    entry_appears h1
    local began
    began=$(now)
    within 9 not has_entry switch $group h1 || fail "still in the table after 9 s without any querier"
    report "without a querier the entry is gone after $(since "$began") s"
}

# about 20 s
test_kept_by_igmpqd()
{
    switch
    host h1 switch 192.168.50.21/24
    host q switch 192.168.50.10/24
    querier igmpqd q -i eth0 -q 2 -t 7 -v
    member m1 h1 $group
    entry_appears h1
    kept_for 16 h1
    # Q-113: a general query makes the querier's port a router port
    [ "$(router_ports switch)" = q ] || fail "router ports: $(router_ports switch)"
    stop igmpqd
    within 9 not has_entry switch $group h1 || fail "still in the table 9 s after igmpqd was stopped"
}

# about 34 s
test_kept_by_igmpqd_version_1()
{
    # With version 1 a host answers within 10 s whatever the interval (RFC 1112 appendix I): a longer membership.
    lan switch mcast_membership_interval 1500
    host h1 switch 192.168.50.21/24
    host q switch 192.168.50.10/24
    querier igmpqd q -i eth0 -q 2 -t 7 -V 1
    member m1 h1 $group
    entry_appears h1
    kept_for 30 h1
}

# about 20 s
test_kept_by_igmpqd_version_3()
{
    switch
    host h1 switch 192.168.50.21/24
    host q switch 192.168.50.10/24
    querier igmpqd q -i eth0 -q 2 -t 7 -V 3
    member m1 h1 $group
    entry_appears h1
    kept_for 16 h1
}

# about 20 s
test_kept_on_own_bridge()
{
    switch
    ip -n "$(ns switch)" addr add 192.168.50.10/24 dev br0
    host h1 switch 192.168.50.21/24
    querier igmpqd switch -i br0 -q 2 -t 7 -v
    member m1 h1 $group
    entry_appears h1
    kept_for 16 h1
}

# about 20 s
test_kept_member_on_own_bridge()
{
    switch
    ip -n "$(ns switch)" addr add 192.168.50.10/24 dev br0
    host h1 switch 192.168.50.21/24
    querier igmpqd switch -i br0 -q 2 -t 7 -v
    MEMBER_INTERFACE=br0 member m1 switch $group
    entry_appears br0
    kept_for 16 br0
}

# about 20 s
test_kept_member_on_querier_host()
{
    switch
    host q switch 192.168.50.10/24
    capture q switch q
    querier igmpqd q -i eth0 -q 2 -t 7 -v
    member m1 q $group
    entry_appears q
    kept_for 16 q
    # The local echo is for this host only: each query is on the wire once.
    local sent
    stop igmpqd
    sent=$(statistics igmpqd | sed 's/.*[^0-9]\([0-9][0-9]*\) quer[a-z]* sent.*/\1/')
    expect "$(query_count q 0) == $sent" 'queries on the wire, queries sent'
}

# about 40 s
test_stream_follows()
{
    # With a querier that has been heard, a bridge without the entry really stops forwarding: what the entry is for.
    switch
    host tx switch 192.168.50.30/24
    host h1 switch 192.168.50.21/24
    host q switch 192.168.50.10/24
    querier igmpqd q -i eth0 -q 2 -t 7
    start stream tx python3 "$E2E_HERE/stream.py" send eth0 $group
    start receiver h1 python3 "$E2E_HERE/stream.py" receive eth0 $group
    entry_appears h1
    # twice as long as the switch remembers
    sleep 14
    expect "$(received receiver 2) > 0" 'datagrams in the last two seconds with igmpqd'
    stop igmpqd
    within 9 not has_entry switch $group h1 || fail "still in the table 9 s after igmpqd was stopped"
    # the lines of seconds that began before that are over soon
    within 8 receives_nothing || fail 'datagrams still come without'
}

receives_nothing()
{
    [ "$(received receiver 2)" -eq 0 ]
}

# received NAME SECONDS: the sum of the last lines of a receiver, which writes one a second.
received()
{
    tail -n "$2" "$E2E_DIR/$1.log" | awk '{ sum += $1 } END { print sum + 0 }'
}
