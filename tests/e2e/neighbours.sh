# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Who else speaks: another querier program on this very host, an address used twice (Q-62, Q-63).

# The predecessor still running: same address, same MAC address, TOS 0, from this host.
# about 10 s
test_another_program_on_this_host()
{
    local began
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    querier igmpqd q -i eth0 -q 2 -t 6
    sleep 2
    frame q query --src 192.168.50.10 --tos 0
    wait_log igmpqd 'another querier program on this host' 2
    began=$(now)
    sleep 5
    expect "$(query_count wire "$began") >= 2" 'our queries in 5 s'
    never_logged igmpqd 'LOST'
    never_logged igmpqd '[Dd]uplicate'
    stop igmpqd
    expect "$(counted igmpqd same-host) >= 1" 'counted as same-host'
}

# The same through a raw IP socket, as that program sends.
# about 8 s
test_another_program_through_the_stack()
{
    need python3
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    querier igmpqd q -i eth0 -q 60
    sleep 1
    in_ns q python3 - <<'END'
import socket
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
raw.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\x94\x04\0\0")
raw.bind(("192.168.50.10", 0))
raw.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.168.50.10"))
raw.sendto(bytes.fromhex("1164ee9b00000000"), ("224.0.0.1", 0))
END
    wait_log igmpqd 'another querier program on this host' 2
}

# Our own queries come back as copies of what we sent: that alone alarms nobody.
# about 8 s
test_own_queries_are_not_alarming()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    querier igmpqd q -i eth0 -q 2 -t 6
    sleep 6
    stop igmpqd
    never_logged igmpqd 'warning'
    expect "$(counted igmpqd same-host) + $(counted igmpqd looped) + $(counted igmpqd own-address) == 0" 'alarms'
}

# Q-62: equal is not lower
# about 10 s
test_duplicate_address()
{
    local began
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    querier igmpqd q -i eth0 -q 2 -t 6 --control-socket "$E2E_DIR/s.sock"
    sleep 2
    began=$(now)
    frame peer query --src 192.168.50.10 --count 5
    wait_log igmpqd '[Dd]uplicate' 2
    # It is no querier and elects nobody, so that nothing else would tell.
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" >"$E2E_DIR/status.log" || fail 'no status'
    grep -Eq "^eth0: another device \(MAC $(mac_of peer)\) queries with our address 192\.168\.50\.10, last [0-9.]+ s ago" \
        "$E2E_DIR/status.log" || fail "status: $(cat "$E2E_DIR/status.log")"
    in_ns q python3 "$E2E_HERE/ask.py" "$E2E_DIR/s.sock" status | python3 "$E2E_HERE/schema.py" status >/dev/null ||
        fail 'the schema of the status'
    in_ns q python3 "$E2E_HERE/ask.py" "$E2E_DIR/s.sock" events >"$E2E_DIR/events.log"
    python3 "$E2E_HERE/schema.py" events <"$E2E_DIR/events.log" >/dev/null || fail 'the schema of the events'
    grep -q '"event":"duplicate-address".*"verdict":"own-address"' "$E2E_DIR/events.log" || fail "events: $(cat "$E2E_DIR/events.log")"
    sleep 5
    expect "$(query_count wire "$began" "ether src $(mac_of q)") >= 2" 'our queries in 5 s'
    never_logged igmpqd 'LOST'
    [ "$(grep -ci duplicate "$E2E_DIR/igmpqd.log")" -eq 1 ] || fail 'not one warning'
    grep -i duplicate "$E2E_DIR/igmpqd.log" | grep -q 'warning' || fail 'not a warning'
    # it names the other one
    grep -i duplicate "$E2E_DIR/igmpqd.log" | grep -Fiq "$(mac_of peer)" || fail "does not name $(mac_of peer)"
    stop igmpqd
    expect "$(counted igmpqd own-address) == 5" 'counted as own-address'
}

# Q-63: our own frame comes in from outside: a loop.
# about 8 s
test_looped_frame()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    # always a fresh query of its own, however long the frame takes on a busy machine
    querier igmpqd q -i eth0 -q 60 --startup-query-interval 0.5 --startup-query-count 100
    sleep 1
    frame peer query --src 192.168.50.10 --mac "$(mac_of q)" --pad 60
    wait_log igmpqd '[Ll]oop' 2
    never_logged igmpqd 'LOST'
    stop igmpqd
    expect "$(counted igmpqd looped) == 1" 'counted as looped'
}
