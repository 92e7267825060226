# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Storms: reports and queries as fast as they can be sent, thousands of joins at once, clients that flood, dawdle and are silent, a
# killed daemon that is started again and again, full disks, no file descriptors, little memory. The queries go on leaving.

stage()
{
    need cc
    cc -O2 -o "$E2E_DIR/flood" "$E2E_HERE/flood.c" || skip 'a helper cannot be compiled here'
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    sock=$E2E_DIR/q.sock
}

# daemon OPTION...: queries every 2 s, to the millisecond.
daemon()
{
    querier igmpqd q -i eth0 -q 2 --jitter 0 --startup-query-count 1 --control-socket "$sock" "$@"
    wait_log igmpqd 'querier as' 10
}

ctl()
{
    in_ns q timeout 20 "$IGMPQ_BIN/igmpqctl" -s "$sock" "$@"
}

# storm SECONDS RATE KIND: and what came of it.
storm()
{
    in_ns peer "$E2E_DIR/flood" eth0 "$@" >>"$E2E_DIR/flood.log" || fail 'the flood'
    report "${*:3}: $(tail -n 1 "$E2E_DIR/flood.log")"
}

# late FILE: how many ms the latest query was behind its time, the first one's rhythm of 2 s.
late()
{
    queries "$1" 'src host 192.168.50.10 and dst host 224.0.0.1' |
        awk 'NR > 1 { by = ($1 - last - 2) * 1000; by = by < 0 ? -by : by; if (by > most) most = by } { last = $1 }
             END { printf "%.1f\n", most }'
}

is_well()
{
    ctl query >/dev/null
}

# Reports from 1,000 hosts for 4,096 groups, all at once and then as many as this machine sends, with clients beside them.
# about 25 s
test_reports()
{
    local by
    stage
    daemon
    # on the wire as the daemon puts it there, since the other end drowns
    start wire q tcpdump -Z root -i eth0 -U --immediate-mode -s 0 -w "$E2E_DIR/wire.pcap" 'igmp[0] == 0x11'
    wait_log wire 'listening on' 30
    storm 5 0 joins
    within 15 ctl stats >/dev/null || fail 'it does not answer'
    report "groups after 4,096 joins at once: $(ctl --json status | sed -n 's/.*"groups":\([0-9]*\).*/\1/p')"
    start follower q "$IGMPQ_BIN/igmpqctl" -s "$sock" events -f -l
    # One that floods, one that never reads, one that never asks.
    start clients q python3 -c '
import socket, sys, time
mute, deaf = (socket.socket(socket.AF_UNIX) for _ in range(2))
mute.connect(sys.argv[1]), deaf.connect(sys.argv[1])
deaf.sendall(b"events follow\n")
while True:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(sys.argv[1])
        client.sendall(b"groups\n")
    time.sleep(0.01)' "$sock"
    storm 8 0 reports
    by=$(late wire) # before a query that is asked for breaks the rhythm
    is_well || fail 'it does not answer'
    report "$(ctl --json stats | sed -n 's/.*\("capture_drops":[0-9]*\).*/\1/p'), anonymous memory $(anonymous) KiB"
    report "the latest query left $by ms from its time"
    expect "$by <= 500" 'ms from its time'
    expect "$(anonymous) <= 40000" 'KiB of anonymous memory'
    stop igmpqd
    ended_with 0
}

# Queries from a higher address and from nowhere change nothing; after those from a lower one it takes over again.
# about 25 s
test_queries()
{
    local by
    stage
    daemon -t 3
    start wire q tcpdump -Z root -i eth0 -U --immediate-mode -s 0 -w "$E2E_DIR/wire.pcap" \
        'src host 192.168.50.10 and igmp[0] == 0x11'
    wait_log wire 'listening on' 30
    storm 5 0 192.168.50.200
    storm 5 0 0.0.0.0
    by=$(late wire)
    report "the latest query left $by ms from its time"
    expect "$by <= 500" 'ms from its time'
    storm 3 0 192.168.50.5
    wait_log igmpqd 'LOST to lower' 2
    wait_log igmpqd 'taking over' 8
    is_well || fail 'it does not answer'
    report "$(ctl --json stats | sed -n 's/.*\("capture_drops":[0-9]*\).*/\1/p')"
    [ "$(wc -l <"$E2E_DIR/igmpqd.log")" -lt 60 ] || fail 'it logs too much'
    stop igmpqd
    ended_with 0
}

# Killed at any time, started again at once: nothing that is left behind hinders it, and the network is asked.
# about 40 s
test_killed_fifty_times()
{
    local i began took most=0
    stage
    RANDOM=9
    capture wire peer eth0
    for i in $(seq 50); do
        began=$(now)
        # not "querier": a log for each, to see which is which
        start "igmpqd$i" q "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 -c /dev/null --control-socket "$sock"
        if [ $((i % 10)) -eq 0 ]; then
            within 15 has_query wire "$began" || fail "start $i: no query"
            took=$(since "$began")
            holds "$took <= $most" || most=$took
            is_well || fail "start $i: it cannot be asked"
        else
            sleep "0.$(printf %03d $((RANDOM % 400)))"
        fi
        is_running "igmpqd$i" || fail "start $i: it did not stay: $(tail -n 1 "$E2E_DIR/igmpqd$i.log")"
        { kill -s KILL "$(pid_of "igmpqd$i")" && wait "$(pid_of "igmpqd$i")"; } 2>/dev/null || :
    done
    report "50 kills; the network was asked $most s after a start at the latest"
}

# The log, a capture and standard output on a file system without room; a log whose reader is gone.
# about 15 s
test_disk_full()
{
    local full=$E2E_DIR/full
    stage
    # a private mount: nobody else sees it
    unshare -m true 2>/dev/null || skip 'a mount namespace cannot be made here'
    mkdir "$full"
    # shellcheck disable=SC2016 # expanded inside
    start igmpqd q unshare -m sh -c 'mount -t tmpfs -o size=64k none "$1" && dd if=/dev/zero of="$1/fill" bs=4k 2>/dev/null
        shift; exec "$@" 2>"$0/log"' "$full" "$full" "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 -v --control-socket "$sock"
    within 10 is_well || fail 'it does not answer'
    capture wire peer eth0
    within 15 has_query wire 0 || fail 'no query leaves'
    stop igmpqd
    ended_with 0
    # What the tools cannot write is said.
    if "$IGMPQ_BIN/igmpq-inject" --write /dev/full --source-ip 192.0.2.1 2>"$E2E_DIR/said.log"; then
        fail 'igmpq-inject wrote to a full disk'
    fi
    grep -qi 'no space' "$E2E_DIR/said.log" || fail 'igmpq-inject does not say why'
    if "$IGMPQ_BIN/igmpqd" --help >/dev/full 2>"$E2E_DIR/said.log"; then
        fail 'igmpqd --help went to a full disk'
    fi
    # A log that nobody reads any more.
    daemon -v 2> >(head -n 1 >/dev/null)
    within 15 has_query wire "$(now)" || fail 'no query leaves'
    is_well || fail 'it does not answer'
    stop igmpqd
    ended_with 0
}

is_settled() # NAME: it works, or it has ended
{
    ! is_running "$1" || logged "$1" 'startup query 2'
}

# Too few descriptors to start with are told; too few for clients keep nobody from being asked later. Memory for little more than
# the program itself.
# about 15 s
test_limits()
{
    local limit status ready=''
    stage
    capture wire peer eth0
    for limit in 4 8 12 16 24; do
        # shellcheck disable=SC2016 # expanded inside
        start "limit$limit" q sh -c 'ulimit -n "$1"; shift; exec "$@"' sh "$limit" "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 \
            --control-socket none
        within 20 is_settled "limit$limit" || fail "$limit descriptors: it neither queries nor ends"
        ! is_running "limit$limit" || kill -s TERM "$(pid_of "limit$limit")"
        collect "limit$limit"
        # shellcheck disable=SC2154 # collect sets it
        status=$stop_status
        note "$limit descriptors: status $status, $(tail -n 1 "$E2E_DIR/limit$limit.log")"
        case $status in
        0) ready=${ready:-$limit} ;;
        1) [ -z "$ready" ] || fail "$limit descriptors do not suffice, and $ready did"
            grep -qE 'Too many open files|error' "$E2E_DIR/limit$limit.log" || fail "$limit descriptors: it does not say why" ;;
        *) fail "$limit descriptors: status $status" ;;
        esac
    done
    [ -n "$ready" ] || fail '24 descriptors do not suffice'
    report "$ready descriptors suffice for one interface"
    if ! nm "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -q '__asan_'; then
        # shellcheck disable=SC2016 # expanded inside
        start igmpqd q sh -c 'ulimit -v 30000; ulimit -n 40; exec "$@"' sh "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 --control-socket "$sock"
        wait_log igmpqd 'querier as' 10
        # More clients than there are descriptors for, and all their groups.
        start clients q python3 -c '
import socket, sys, time
clients = [socket.socket(socket.AF_UNIX) for _ in range(60)]
for client in clients:
    client.settimeout(0.05)
    try:
        client.connect(sys.argv[1])
        client.sendall(b"events follow\n")
    except OSError:
        pass
time.sleep(3)' "$sock"
        storm 1 0 joins
        within 15 has_query wire "$(now)" || fail 'no query leaves'
        collect clients
        within 8 is_well || fail 'it does not answer any more'
        stop igmpqd
        ended_with 0
    fi
}
