#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What igmpq costs, as a table, and the same as JSON in a file. Not part of "make check": times on a busy machine prove
# nothing, and nothing here fails because of one. Instructions are counted as well, and "make bench-instructions" does fail.
#
# Usage: run.sh [FRAMES]; "make bench" tells where the programs are (BENCH: bare, core, generate, measure, wire; IGMPQ_BIN).
# Environment: ROUNDS of which the quickest counts (5), BENCH_JSON the file that is written (bench.json).
#
#   lan     what a mirror port of a LAN shows: 250 hosts in 200 groups, and the streams they watch
#   igmp    the same without the streams: nothing but IGMP, two memberships refreshed with each frame
#
# With root on Linux, igmpqd itself as well, on two virtual interfaces in a network namespace of its own: nothing leaves it.
set -u

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
frames=${1:-1000000}
bench=$(cd "${BENCH:-tests/bench}" && pwd -P) || exit 1
bin=$(cd "${IGMPQ_BIN:-.}" && pwd -P) || exit 1
rounds=${ROUNDS:-5}
json=${BENCH_JSON:-bench.json}

if [ "${1:-}" = --inside ]; then
    work=$2
else
    work=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-bench.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' INT TERM HUP
    chmod 755 "$work"
fi
table=$work/table

# record SECTION NAME VALUE UNIT [GOAL]
record()
{
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "${5:-}" >>"$table"
}

say()
{
    printf '%s\n' "$*" >&2
}

# ---- the core and the replay ----

core()
{
    for part in decode election membership frames; do
        best=
        for round in 1 2 3; do
            took=$("$bench/core" "$part" 500000) || exit 1
            [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
        done
        : "$round"
        record core "$part" "$(awk -v n="$best" 'BEGIN { printf "%.2f", 500 / (n / 1e6) }')" 'million a second'
    done
    "$bench/core" memory >"$work/memory" || exit 1
    while read -r name octets; do
        record memory "each $name" "$octets" octets
    done <"$work/memory"
}

# replay NAME GOAL [ARGUMENT OF generate]
replay()
{
    name=$1
    goal=$2
    shift 2
    "$bench/generate" "$work/$name.pcap" "$frames" "$@" || exit 1
    "$bench/measure" "$rounds" "exec $bench/bare $work/$name.pcap" "exec $bin/igmpq-replay --summary $work/$name.pcap" \
        >"$work/figures" || exit 1
    for program in 'tcpdump -nr' 'tshark -nr'; do
        if command -v "${program%% *}" >/dev/null 2>&1; then
            "$bench/measure" 1 "exec $program $work/$name.pcap" | sed "s/^/${program%% *} /" >>"$work/figures"
        fi
    done
    # microseconds and KiB of the bare loop, igmpq-replay and the others
    awk -v frames="$frames" -v goal="$goal" -v name="$name" '
        function tell(what, value, unit, aim) { printf "replay %s\t%s\t%s\t%s\t%s\n", name, what, value, unit, aim }
        NR == 1 { bare = $1 }
        NR == 2 {
            own = $1
            tell("frames", sprintf("%.2f", frames / own), "million a second")
            tell("time, to a bare loop of libpcap", sprintf("%.2f", own / bare), "times", "at most " goal)
            tell("memory", sprintf("%.1f", $2 / 1024), "MiB", "below 8")
        }
        NR > 2 { tell("speed, to " $1 " -nr", sprintf("%.1f", $2 / own), "times", $1 == "tcpdump" ? "at least 10" : "") }
    ' "$work/figures" >>"$table"
    rm -f "$work/$name.pcap"
}

# ---- the daemon, in a namespace ----

# The highest rate at which nothing was lost: storm NAME START LOST, two functions; each rate has three tries.
storm()
{
    storm_best=0
    for rate in 10000 25000 50000 100000 200000 400000 800000; do
        for try in 1 2 3; do
            : "$try"
            "$2" || return 1
            sent=$("$bench/wire" storm qb "$rate" 1 | awk '$1 == "rate" { print $2 }')
            sleep 0.5
            lost=$("$3")
            kill -INT "$process" 2>/dev/null
            wait "$process" 2>/dev/null
            [ "$lost" != 0 ] || break
        done
        [ "$lost" = 0 ] || break
        # The generator itself may have gone no faster.
        [ "$sent" -gt "$storm_best" ] || break
        storm_best=$sent
    done
    record storm "$1" "$storm_best" 'reports a second without loss'
}

start_daemon()
{
    "$bin/igmpqd" -i qa --control-socket "$work/run/s.sock" >/dev/null 2>&1 &
    process=$!
    sleep 0.7
}

lost_daemon()
{
    "$bin/igmpqctl" -s "$work/run/s.sock" --json stats | sed -n 's/.*"capture_drops":\([0-9]*\).*/\1/p'
}

start_tcpdump()
{
    tcpdump -i qa -n -w /dev/null igmp >/dev/null 2>"$work/tcpdump" &
    process=$!
    sleep 0.7
}

# It tells at its end.
lost_tcpdump()
{
    kill -INT "$process"
    sleep 0.3
    sed -n 's/^\([0-9]*\) packets* dropped by kernel.*/\1/p' "$work/tcpdump"
}

if [ "${1:-}" = --inside ]; then
    mkdir -p "$work/run"
    ip link set lo up && ip link add name qa type veth peer name qb || exit 1
    for side in qa qb; do
        echo 1 >"/proc/sys/net/ipv6/conf/$side/disable_ipv6" 2>/dev/null
        ip link set "$side" up
    done
    ip address add 192.168.50.10/24 dev qa && ip address add 192.168.50.20/24 dev qb && sleep 0.5 || exit 1
    # Twenty seconds with two queries in them, once the startup is over; an hour of the default has sixty.
    "$bench/wire" daemon qb 8 20 "$bin/igmpqd" -i qa -q 10 --control-socket none >"$work/daemon" || exit 1
    awk '
        function tell(what, value, unit) { printf "daemon\t%s\t%s\t%s\t\n", what, value, unit }
        $1 == "first_query_us" { tell("start to the first query", sprintf("%.1f", $2 / 1000), "ms") }
        $1 == "exit_us" { tell("SIGTERM to exit", sprintf("%.1f", $2 / 1000), "ms") }
        $1 == "idle_wakeups" { tell("wakeups in an idle hour", sprintf("%.0f", $2 * 30), "(with 60 queries)") }
        $1 == "idle_ns" { tell("processor in an idle hour", sprintf("%.1f", $2 * 30 / 1e6), "ms") }' "$work/daemon" >>"$table"
    "$bench/wire" failover qb 5 192.168.50.10 192.168.50.20 "exec $bin/igmpqd -i qa -q 2 -t 5 --control-socket none" \
        "exec $bin/igmpqd -i qb -q 2 -t 5 --control-socket none" >"$work/failover" || exit 1
    record daemon 'takeover behind its timer' "$(awk '{ printf "%.3f", $2 / 1000 }' "$work/failover")" ms
    storm igmpqd start_daemon lost_daemon
    ! command -v tcpdump >/dev/null 2>&1 || storm 'tcpdump -w /dev/null' start_tcpdump lost_tcpdump
    exit 0
fi

say 'The core ...'
core
say 'igmpq-replay ...'
replay lan 2.5 data
replay igmp 2.5
if [ "$(id -u)" -eq 0 ] && [ -x "$bench/wire" ] && unshare -n true 2>/dev/null; then
    say 'igmpqd ...'
    BENCH=$bench IGMPQ_BIN=$bin unshare -n "$here/run.sh" --inside "$work" || exit 1
else
    say 'igmpqd: left out, it needs root on Linux.'
fi
if command -v valgrind >/dev/null 2>&1; then
    say 'Instructions ...'
    "$here/instructions.sh" --counts >"$work/instructions" || exit 1
    while read -r name number; do
        record instructions "$name" "$number" instructions
    done <"$work/instructions"
fi
awk -F '\t' '
    $1 != section { section = $1; printf "\n%s\n", section }
    { printf "  %-34s %14s  %s%s\n", $2, $3, $4, $5 == "" ? "" : " (goal: " $5 ")" }' "$table"
awk -F '\t' -v machine="$(uname -srm)" '
    BEGIN { printf "{\"machine\": \"%s\", \"figures\": [", machine }
    { printf "%s\n  {\"section\": \"%s\", \"name\": \"%s\", \"value\": %s, \"unit\": \"%s\"}", (NR > 1 ? "," : ""), $1, $2, $3, $4 }
    END { print "\n]}" }' "$table" >"$json" && printf '\nThe same as JSON: %s\n' "$json"
