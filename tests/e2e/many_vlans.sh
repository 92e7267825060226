# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Every VLAN there is, 4,094 of them, on one trunk with one daemon.

vlans()
{
    tcpdump -r "$E2E_DIR/wire.pcap" -tt -e -nn 'vlan and igmp' 2>/dev/null |
        awk '/igmp query/ && match($0, /vlan [0-9]+/) { print $1, substr($0, RSTART + 5, RLENGTH - 5) }'
}

# all_queried TIMES: each VLAN so often.
all_queried()
{
    [ "$(vlans | awk -v times="$1" '++count[$2] == times' | wc -l)" -eq 4094 ]
}

# Seconds of processor time so far.
cpu()
{
    awk -v tick="$(getconf CLK_TCK)" '{ printf "%.2f\n", ($14 + $15) / tick }' "/proc/$(pid_of igmpqd)/stat"
}

many()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    start wire peer tcpdump -Z root -i eth0 -B 16384 -s 128 -w "$E2E_DIR/wire.pcap" -U 'vlan and igmp'
    wait_log wire 'listening on' 30
    printf 'interfaces = ( { name = "eth0"; vlan = "1-4094"; } );\n' >"$E2E_DIR/igmpqd.conf"
}

# The startup burst of all: three queries each, 5 s apart, none lost and none refused by the kernel.
# about 16 s
test_4094_start()
{
    local spread begin last
    many
    querier igmpqd q -c "$E2E_DIR/igmpqd.conf" -q 60
    # The capture tells when; reading all of it takes a busy machine seconds.
    within 60 all_queried 1 || fail "queried within 60 s: $(vlans | cut -d ' ' -f 2 | sort -u | wc -l) of 4094 VLANs"
    vlans | awk -v began="$(logged_at igmpqd 'igmpqd [0-9]')" '!seen[$2]++ { if (!first) first = $1; last = $1 }
        END { printf "%.2f %.2f\n", last - first, first - began }' >"$E2E_DIR/first.log"
    read -r spread begin <"$E2E_DIR/first.log"
    report "4,094 VLANs: the first queries took $spread s, from $begin s after the start"
    # Two seconds, and a busy machine has seldom time for it. One by one, every 10 ms, it would be 41.
    expect "$spread + $begin <= 20" 'seconds from the start to the last first query'
    within 60 all_queried 3 || fail 'the startup burst is not complete'
    last=$(vlans | awk -v began="$(logged_at igmpqd 'igmpqd [0-9]')" '++count[$2] == 3 { last = $1 } END { print last - began }')
    # 10 s after the first ones
    expect "$last <= 30" 'seconds from the start to the last third query'
    report "4,094 VLANs: $(resident) kB of memory, $(cpu) s of processor time for the start and 12,282 queries"
    never_logged igmpqd 'cannot send|again|warning'
    # The members of one are kept like those of a network of its own.
    frame peer report --vlan 4094 --group 239.1.2.3 --src 10.94.0.21
    frame peer query --vlan 2047 --src 10.47.0.1
    wait_log igmpqd 'eth0/2047: .*10\.47\.0\.1' 3
    stop igmpqd
    ended_with 0
    [ "$(grep -Ec 'eth0/[0-9]+: 3 queries sent' "$E2E_DIR/igmpqd.log")" -eq 4094 ] || fail 'not three queries each'
}

# As short an interval as that: nothing is lost, and the queries spread.
# about 12 s
test_4094_steady()
{
    local before after
    many
    querier igmpqd q -c "$E2E_DIR/igmpqd.conf" -q 4
    sleep 4
    before=$(cpu)
    sleep 6
    after=$(cpu)
    report "4,094 VLANs every 4 s: $(awk -v a="$before" -v b="$after" 'BEGIN { printf "%.1f", (b - a) * 100 / 6 }') % of a processor"
    within 20 all_queried 3 || fail 'not each VLAN was queried three times'
    never_logged igmpqd 'cannot send'
    expect "$(vlans | awk 'NR > 1 && $1 - last > 2.5 { late++ } { last = $1 } END { print late + 0 }') == 0" 'pauses of more than 2.5 s'
    stop igmpqd
    ended_with 0
}
