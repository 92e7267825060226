# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# igmpq-replay and igmpqd are one engine: a daemon's own capture, fed back with its address, start and seed, tells the
# story that its log told (Q-149 to Q-153). And igmpq-replay on a live interface sends nothing.

# story FILE: "seconds of the day|what", of each event, from a log or a timeline.
story()
{
    awk '
        match($0, /[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]+/) {
            split(substr($0, RSTART, RLENGTH), part, ":")
            time = part[1] * 3600 + part[2] * 60 + part[3]
            if (!match($0, /(querier as |listening first|startup query|periodic query|takeover query|last-member query|LOST to|yields to|taking over|the querier is|querier heard|querier [0-9.]+ .*has not been heard|group [0-9.]+ has|refused \().*/))
                next
            what = substr($0, RSTART)
            sub(/  \[frame [0-9]+\]$/, "", what)
            # how long ago exactly depends on when a busy machine woke
            if (what ~ /has not been heard|has no member/) sub(/ [0-9.]+ s$/, "", what)
            printf "%.6f|%s\n", time, what
        }' "$1"
}

# told_again NAME ADDRESS OPTION...: replay of NAME-wire.pcap as ADDRESS agrees with NAME.log.
told_again()
{
    local name=$1 address=$2 start seed mac told again
    shift 2
    start=$(sed -n 's/.*; start \([0-9.]*\), seed [0-9]*.*/\1/p' "$E2E_DIR/$name.log" | head -n 1)
    seed=$(sed -n 's/.*; start [0-9.]*, seed \([0-9]*\).*/\1/p' "$E2E_DIR/$name.log" | head -n 1)
    mac=$(sed -n 's/.* as [0-9./]*, \([0-9a-f:]*\); start.*/\1/p' "$E2E_DIR/$name.log" | head -n 1)
    "$IGMPQ_BIN/igmpq-replay" --local --as "$address/24" --mac "$mac" --start "$start" --seed "$seed" "$@" \
        "$E2E_DIR/$name-wire.pcap" >"$E2E_DIR/$name.again" || fail "igmpq-replay as $name"
    # The capture goes on when the daemon has ended, and ends a moment before a daemon that is stopped later: what one of them
    # tells behind the end of the other has nothing to be compared with.
    story "$E2E_DIR/$name.log" >"$E2E_DIR/$name.story"
    story "$E2E_DIR/$name.again" >"$E2E_DIR/$name.story-again"
    told=$(wc -l <"$E2E_DIR/$name.story")
    again=$(wc -l <"$E2E_DIR/$name.story-again")
    expect "$told - $again <= 3" "$name: events in the log and in its replay"
    sed -i "$((told < again ? told : again))q" "$E2E_DIR/$name.story"
    sed -i "$((told < again ? told : again))q" "$E2E_DIR/$name.story-again"
    note "$name: $(wc -l <"$E2E_DIR/$name.story") events"
    [ "$(wc -l <"$E2E_DIR/$name.story")" -ge 5 ] || fail "the log of $name tells too little"
    cut -d '|' -f 2 "$E2E_DIR/$name.story" >"$E2E_DIR/$name.what"
    cut -d '|' -f 2 "$E2E_DIR/$name.story-again" >"$E2E_DIR/$name.what-again"
    diff "$E2E_DIR/$name.what" "$E2E_DIR/$name.what-again" >&2 || fail "$name's log (<) and its replay (>) differ"
    paste -d '|' "$E2E_DIR/$name.story" "$E2E_DIR/$name.story-again" | awk -F '|' '
        { gap = $1 - $3; if (gap < 0) gap = -gap; if (gap > most) most = gap }
        END { printf "%.3f\n", most }' >"$E2E_DIR/$name.gap"
    report "$name: log and replay at most $(cat "$E2E_DIR/$name.gap") s apart"
    # The log says when igmpqd woke, which on a busy machine is late. Another seed makes half a second of it.
    expect "$(cat "$E2E_DIR/$name.gap") <= 0.25" "$name: log and replay agree in time"
}

timeout_of()
{
    [ "$1" = 30 ] && echo 6 || echo 5
}

# Three daemons, the querier dies and comes back; each daemon's capture tells that daemon's story.
# about 25 s
test_as_each_of_three()
{
    local number
    [ -x "$IGMPQ_BIN/igmpq-replay" ] || skip 'igmpq-replay was not built'
    lan switch
    for number in 10 20 30; do
        host "q$number" switch "192.168.50.$number/24"
        capture "q$number-wire" "q$number" eth0
    done
    host h switch 192.168.50.100/24
    # q30 waits a second longer than q20: of two that take over in the same millisecond each hears the other before or
    # after its own timer as its machine happens to wake, which no capture tells.
    for number in 30 20 10; do
        querier "q$number" "q$number" -i eth0 -q 2 -t "$(timeout_of "$number")" -v
        sleep 0.7
    done
    member member h 239.1.1.1
    sleep 4
    stop q10
    within 8 logged q20 'taking over' || fail 'nobody takes over'
    sleep 3
    stop member
    sleep 4
    stop q20
    stop q30
    for number in 10 20 30; do
        stop "q$number-wire" INT
        told_again "q$number" "192.168.50.$number" -q 2 -t "$(timeout_of "$number")"
    done
}

# On a live interface where nobody says anything: that is what is wrong, also without a frame.
# about 10 s
test_live_hears_nobody()
{
    [ -x "$IGMPQ_BIN/igmpq-replay" ] || skip 'igmpq-replay was not built'
    lan switch
    host r switch
    start replay r "$IGMPQ_BIN/igmpq-replay" -i eth0 --for 9 --summary --router-timeout 2 --fail-on error
    collect replay
    ended_with 1
    logged replay '^D-01 error: no querier \(eth0\)$' || fail 'that nobody queries was not found'
    logged replay '^findings: 1 error, 0 warnings, 0 notes$' || fail 'something else was found'
}

# listeners NAMESPACE COUNT: so many there have opened an interface for frames.
listeners()
{
    # shellcheck disable=SC2016 # awk's; the sixth says that it is running
    [ "$(in_ns "$1" awk 'NR > 1 && $6 == 1' /proc/net/packet | wc -l)" -ge "$2" ]
}

sent_by() # NAMESPACE COUNT: frames, so far
{
    [ "$(in_ns "$1" cat /sys/class/net/eth0/statistics/tx_packets)" -ge "$2" ]
}

# With --streams a stream that nobody asked for counts as well; without it IGMP is all there is.
# about 4 s
test_live_streams()
{
    [ -x "$IGMPQ_BIN/igmpq-replay" ] || skip 'igmpq-replay was not built'
    pair r 192.168.50.20/24 peer 192.168.50.30/24
    start with r "$IGMPQ_BIN/igmpq-replay" -i eth0 --summary --streams
    start without r "$IGMPQ_BIN/igmpq-replay" -i eth0 --summary
    within 20 listeners r 2 || fail 'they do not listen'
    sleep 0.5 # and have filters by now
    start stream peer python3 "$E2E_HERE/stream.py" send eth0 239.1.2.3
    frame peer report --group 239.1.2.4 --src 192.168.50.30
    within 20 sent_by peer 30 || fail 'no stream was sent'
    sleep 0.2
    stop with INT
    ended_with 0
    stop without INT
    ended_with 0
    logged with '1 v2-report, [0-9]{2,} multicast data' || fail 'the stream was not seen'
    if logged without 'multicast data'; then fail 'a stream was captured unasked'; fi
    logged without '1 v2-report$' || fail 'the report was not seen'
}

# On a live interface: it sees the querier and sends nothing.
# about 6 s
test_live_sends_nothing()
{
    [ -x "$IGMPQ_BIN/igmpq-replay" ] || skip 'igmpq-replay was not built'
    lan switch
    host q switch 192.168.50.10/24
    host r switch
    ip -n "$(ns switch)" link set dev r type bridge_slave mcast_router 2
    start sent r tcpdump -Z root -i eth0 -Q out -U --immediate-mode -w "$E2E_DIR/sent.pcap"
    wait_log sent 'listening on' 30
    start replay r "$IGMPQ_BIN/igmpq-replay" -i eth0 --for 4 -v
    sleep 0.5
    querier q q -i eth0 -q 2
    collect replay
    ended_with 0
    logged replay 'the querier is 192\.168\.50\.10' || fail 'the querier was not seen'
    stop sent INT
    [ "$(tcpdump -r "$E2E_DIR/sent.pcap" 2>/dev/null | wc -l)" -eq 0 ] || fail 'something was sent'
}
