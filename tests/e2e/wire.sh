# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What is on the wire, as tcpdump reads it, and when (Q-01 to Q-24, Q-85, Q-89).

# dissected OPTION...: what tcpdump says of the first second of an igmpqd started with these options.
dissected()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    querier igmpqd q -i eth0 "$@"
    within 15 has_query wire 0 || fail "no query"
    tcpdump -r "$E2E_DIR/wire.pcap" -vvv -e -nn -c 1 'igmp[0] == 0x11' >"$E2E_DIR/dissected.log" 2>/dev/null
    cat "$E2E_DIR/dissected.log"
    if grep -Eiq 'bad|wrong|incorrect|invalid|malformed|\[\|' "$E2E_DIR/dissected.log"; then
        fail "tcpdump complains"
    fi
}

has_text()
{
    tr '\n' ' ' <"$E2E_DIR/dissected.log" | grep -Fq -- "$1" || fail "tcpdump does not say \"$1\""
}

# Q-01 to Q-07, Q-21, Q-22, Q-24
# about 3 s
test_version_2()
{
    dissected -q 60
    has_text 'tos 0xc0, ttl 1, id 0, offset 0, flags [DF], proto IGMP (2), length 32, options (RA)'
    has_text '192.168.50.10 > 224.0.0.1: igmp query v2'
    has_text "$(mac_of q) > 01:00:5e:00:00:01"
    has_text 'length 60: '
    # The response interval is 10 s, and half the query interval where that is less (section 17.1)
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 'igmp[1] == 100' 2>/dev/null | grep -q . || fail 'the response time is not 10 s'
}

# Q-07 and section 17.1: -q 2 has a response interval of 1 s
# about 3 s
test_short_interval()
{
    dissected -q 2
    has_text 'igmp query v2'
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 'igmp[1] == 10' 2>/dev/null | grep -q . || fail 'the response time is not 1 s'
}

# about 3 s
test_decimal_interval()
{
    dissected -q 2.5
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 'igmp[1] == 12' 2>/dev/null | grep -q . || fail 'the response time is not 1.2 s'
}

# Q-06
# about 3 s
test_version_1()
{
    dissected -q 60 -V 1
    has_text 'tos 0xc0, ttl 1, id 0, offset 0, flags [DF], proto IGMP (2), length 32, options (RA)'
    has_text '192.168.50.10 > 224.0.0.1: igmp query v1'
    has_text 'length 60: '
}

# Q-10, Q-13, Q-14, Q-15
# about 3 s
test_version_3()
{
    dissected -q 60 -V 3
    has_text 'tos 0xc0, ttl 1, id 0, offset 0, flags [DF], proto IGMP (2), length 36, options (RA)'
    has_text '192.168.50.10 > 224.0.0.1: igmp query v3'
    has_text 'length 60: '
    # S clear, QRV 2, QQIC 60, no sources
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 'igmp[8] == 2 and igmp[9] == 60 and igmp[10:2] == 0' 2>/dev/null | grep -q . ||
        fail 'QRV, QQIC or the number of sources is wrong'
}

# offsets: when each query was on the wire, in seconds after the instant from which igmpqd counts. A busy machine lets it wake late,
# never early, and lateness does not add up: each is compared with its own time.
offsets()
{
    local start
    start=$(sed -n 's/.*querier as .*; start \([0-9.]*\),.*/\1/p' "$E2E_DIR/igmpqd.log")
    queries wire | awk -v start="$start" '{ printf "%.3f\n", $1 - start }'
}

# on_time SECONDS NOMINAL: at that time, or up to half a second late. A millisecond is what the two clocks may differ by.
on_time()
{
    expect "$1 >= $2 - 0.001 && $1 <= $2 + 0.5" 'seconds after the start'
}

# Q-53, Q-85 with the defaults of section 17.1: at 0, 5 and 10 s, then nothing before three quarters of the interval
# about 20 s
test_startup_cadence()
{
    local first second third rest
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    querier igmpqd q -i eth0 -q 60
    within 15 has_query wire 0 || fail 'no query'
    # by what was noted, since a busy machine starts programs late
    first=$(queries wire | awk 'NR == 1 { print $1 }')
    expect "$first - $(logged_at igmpqd 'igmpqd [0-9]') <= 1" 'seconds from the first line of the log to the first query'
    sleep 14
    offsets | paste -s -d ' ' >"$E2E_DIR/offsets.log"
    read -r first second third rest <"$E2E_DIR/offsets.log" || true
    report "startup queries at $first s, $second s and $third s"
    on_time "$first" 0
    on_time "$second" 5
    on_time "$third" 10
    [ -z "$rest" ] || fail "more queries than three: $rest"
}

# Q-89 and section 17.1: early only, by at most a quarter, never two back to back
# about 25 s
test_steady_cadence()
{
    local offset number=0 last=0
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    querier igmpqd q -i eth0 -q 2
    wait_log igmpqd 'querier as' 15
    sleep 20
    offsets >"$E2E_DIR/offsets.log"
    while read -r offset; do
        number=$((number + 1))
        if [ "$number" -le 3 ]; then
            on_time "$offset" "$(awk -v n="$number" 'BEGIN { print (n - 1) / 2 }')"
        else
            # 1.5 to 2 s; the one before may have been late, and so may this one
            expect "$offset - $last >= 1 && $offset - $last <= 2.5" "gap $number"
            expect "$offset >= 1 + 1.5 * ($number - 3) && $offset <= 1 + 2 * ($number - 3) + 0.5" 'seconds after the start'
        fi
        last=$offset
    done <"$E2E_DIR/offsets.log"
    expect "$number >= 11" 'queries in 20 s'
}

# Version 3 advertises its period, so it has no jitter (Q-18 and section 17.1).
# about 15 s
test_steady_cadence_version_3()
{
    local offset number=0
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    querier igmpqd q -i eth0 -q 2 -V 3
    wait_log igmpqd 'querier as' 15
    sleep 12
    offsets >"$E2E_DIR/offsets.log"
    while read -r offset; do
        number=$((number + 1))
        on_time "$offset" "$(awk -v n="$number" 'BEGIN { print n <= 3 ? (n - 1) / 2 : 1 + 2 * (n - 3) }')"
    done <"$E2E_DIR/offsets.log"
    expect "$number >= 8" 'queries in 12 s'
}
