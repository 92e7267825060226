#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A share of the simulated networks (make check-lan runs a million): nothing that is promised may be violated, what is
# not promised must be seen to fail, the same seed tells the same story, and its capture is one that igmpq-replay reads.
set -u

simulate=tests/lan/simulate
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

fail()
{
    printf 'simulate.sh: %s\n' "$*" >&2
    exit 1
}

"$simulate" --total "${SIMULATE_TOTAL:-1000}" --folder "$work" >"$work/table" 2>&1 || {
    cat "$work/table"
    fail 'an invariant was violated'
}
cat "$work/table"

# Where the inequalities do not hold something has to give, or the simulator looks at nothing.
"$simulate" --scenario ages-in-125 --seeds 5 --folder "$work" --json >"$work/json" || fail 'a demonstration failed the run'
grep -q '"violated":5,' "$work/json" || fail 'a switch that forgets too early loses no stream'

"$simulate" --scenario cleared --seeds 40 --folder "$work" --json >"$work/json" || fail 'a demonstration failed the run'
grep -q '"violated":0,' "$work/json" && fail 'a switch that forgets where the querier is loses no stream'

# Streams that came back by what switches still knew, and went before the next round: once taken for violations.
for seed in 4960 19259 1000038; do
    "$simulate" --scenario anything --seed "$seed" --seeds 1 --folder "$work" >"$work/table" 2>&1 || {
        cat "$work/table"
        fail "seed $seed"
    }
done

for turn in 1 2; do
    "$simulate" --scenario anything --seed 7 --seeds 1 --pcap "$work/$turn.pcap" --tell >"$work/$turn" || fail 'seed 7'
done
cmp "$work/1.pcap" "$work/2.pcap" || fail 'the same seed tells two stories'
./igmpq-replay -s "$work/1.pcap" >"$work/replay" || fail 'igmpq-replay does not read the capture'
grep -q 'querier' "$work/replay" || fail 'igmpq-replay sees no querier in the capture'

"$simulate" --scenario nothing-of-the-sort >/dev/null 2>&1 && fail 'an unknown scenario is not refused'
"$simulate" --list | grep -q '^pair ' || fail 'the list of scenarios'
