#!/bin/sh
# SPDX-License-Identifier: MIT
#
# How long igmpq-replay --summary takes over a million frames, as ratios measured in one run: to a loop over pcap_next_ex
# alone, and to tcpdump -n that prints the same. Not part of "make check": figures of a busy machine prove nothing.
#
# Usage: run.sh [FRAMES]; "make bench" tells where the programs are (BENCH: generate, bare, measure; IGMPQ_REPLAY).
#
#   lan     what a mirror port of a LAN shows: 250 hosts in 200 groups, and the streams they watch
#   igmp    the same without the streams: nothing but IGMP, two memberships refreshed with each frame
#
# Limits on the LAN: at most 2.5 times the bare loop, at least ten times faster than tcpdump. The second is for whoever
# makes the core faster, and has none. Both: less than 8 MiB.
set -u

frames=${1:-1000000}
bench=${BENCH:-tests/bench}
replay=${IGMPQ_REPLAY:-./igmpq-replay}
rounds=${ROUNDS:-7}

work=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
failed=0

# bench NAME LIMIT [ARGUMENT OF generate]
bench()
{
    name=$1
    limit=$2
    shift 2
    "$bench/generate" "$work/$name.pcap" "$frames" "$@" || exit 1
    set -- "exec $bench/bare $work/$name.pcap" "exec $replay --summary $work/$name.pcap"
    if command -v tcpdump >/dev/null 2>&1; then
        set -- "$@" "exec tcpdump -nr $work/$name.pcap"
    fi
    "$bench/measure" "$rounds" "$@" >"$work/figures" || exit 1
    # microseconds and KiB of the bare loop, igmpq-replay and tcpdump
    awk -v name="$name" -v frames="$frames" -v limit="$limit" '
        { time[NR] = $1; memory[NR] = $2 }
        END {
            ratio = time[2] / time[1]
            printf "%s: %d frames in %.3f s, %.2f times the bare loop (%.3f s)", name, frames, time[2] / 1e6, ratio, time[1] / 1e6
            if (NR > 2) printf ", %.1f times faster than tcpdump -n (%.2f s)", time[3] / time[2], time[3] / 1e6
            printf ", %.1f MiB\n", memory[2] / 1024
            if (limit > 0 && ratio > limit) { printf "%s: more than %.1f times the bare loop\n", name, limit; failed = 1 }
            if (limit > 0 && NR > 2 && time[3] < 10 * time[2]) { print name ": less than ten times faster than tcpdump"; failed = 1 }
            if (memory[2] > 8192) { print name ": more than 8 MiB"; failed = 1 }
            exit failed
        }' "$work/figures" || failed=1
    rm -f "$work/$name.pcap"
}

bench lan 2.5 data
bench igmp 0
exit "$failed"
