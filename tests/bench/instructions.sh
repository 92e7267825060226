#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Counts the instructions that the core and igmpq-replay take for the same work each time, with callgrind, and compares
# them with tests/bench/instructions.txt: a time is noise on a busy machine, a count is not.
#
# Usage: instructions.sh [--counts | --write]
#   --write   make what is counted the new baseline
#   --counts  print lines of NAME COUNT; nothing is compared
#
# Fails where a count is more than a tenth above the baseline of the same compiler, options and machine. For others there
# is no baseline, and nothing fails. BENCH tells where the programs are (core, generate), IGMPQ_BIN igmpq-replay, CC the compiler
# and CFLAGS the options that they were made with. 77: valgrind is missing.
set -u

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
baseline=$here/instructions.txt
bench=${BENCH:-tests/bench}
replay=${IGMPQ_BIN:-.}/igmpq-replay
how=${1:-}

if ! command -v valgrind >/dev/null 2>&1; then
    echo 'valgrind is not installed'
    exit 77
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-count.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# What the counts hold for: gcc 12.2.0 x86_64 -g -O2
key="$(${CC:-cc} --version | sed -n '1s/ .*//p') $(${CC:-cc} -dumpfullversion 2>/dev/null || ${CC:-cc} -dumpversion) $(uname -m) ${CFLAGS:--g -O2}"

# count NAME COMMAND...: a line "NAME INSTRUCTIONS"
count()
{
    count_name=$1
    shift
    if ! valgrind --vgdb=no --tool=callgrind --callgrind-out-file=/dev/null "$@" >"$work/out" 2>&1; then
        cat "$work/out" >&2
        exit 1
    fi
    echo "$count_name $(sed -n 's/^==[0-9]*== Collected : \([0-9]*\).*/\1/p' "$work/out")" >>"$work/counts"
}

"$bench/generate" "$work/igmp.pcap" 10000 && "$bench/generate" "$work/lan.pcap" 40000 data || exit 1
count decode "$bench/core" decode 50000
count election "$bench/core" election 20000
count membership "$bench/core" membership 20000
count replay-igmp "$replay" --summary "$work/igmp.pcap"
count replay-lan "$replay" --summary "$work/lan.pcap"

case $how in
--counts) cat "$work/counts" ;;
--write)
    {
        sed -n '/^#/p' "$baseline" 2>/dev/null
        echo "key $key"
        cat "$work/counts"
    } >"$work/new" && cp "$work/new" "$baseline"
    cat "$work/counts"
    ;;
*)
    awk -v key="$key" '
        FNR == NR && /^key / { known = substr($0, 5) == key; next }
        FNR == NR { if (!/^#/) before[$1] = $2; next }
        {
            change = before[$1] > 0 ? ($2 / before[$1] - 1) * 100 : 0
            printf "%-12s %12d instructions, %+.1f %%\n", $1, $2, change
            if (before[$1] == 0) { print $1 ": not in the baseline"; failed = known }
            if (change > 10) { print $1 ": more than 10 % above the baseline"; failed = known }
        }
        END {
            if (!known) print "The baseline is of another compiler, machine or options (here: " key "): nothing is held against it."
            exit failed
        }' "$baseline" "$work/counts"
    ;;
esac
