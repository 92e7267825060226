#!/bin/sh
# SPDX-License-Identifier: MIT
#
# igmpq-replay on every capture of tests/pcaps: what it says must be what NAME.expect holds, to the letter.
#
# Usage: replay.sh [--update] [NAME...]
#   Without a name: all. --update writes the expected output anew; look at the difference before you commit it
#   ("make update-expect").
#
# A capture is read with -v, unless tests/pcaps/runs tells otherwise. IGMPQ_REPLAY is the program, ./igmpq-replay by
# default; GENERATE the program that made the captures: where it is given, it must make the same octets again.
set -u

top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd -P) || exit 1
program=${IGMPQ_REPLAY:-./igmpq-replay}
program=$(cd "$(dirname "$program")" && pwd -P)/$(basename "$program") || exit 1
pcaps=$top/tests/pcaps
update=false
if [ "${1:-}" = --update ]; then
    update=true
    shift
fi
TZ=UTC
LC_ALL=C
export TZ LC_ALL
unset IFS

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# Runs write files as well: not into the sources, where another test may be doing the same.
mkdir "$work/here" && cp "$pcaps"/* "$work/here/" || exit 1

# NAME CAPTURE OPTION...: one run a line, captures that are not named with their default.
all_runs()
{
    grep -v '^#' "$pcaps/runs"
    for capture in "$pcaps"/*.pcap "$pcaps"/*.pcapng "$pcaps"/*.pcap.gz; do
        [ -f "$capture" ] || continue
        file=$(basename "$capture")
        grep -q "^[^#].* $file " "$pcaps/runs" || echo "${file%.pcap*} $file -v"
    done
}

# The run as a person would type it, and all that comes of it.
run() # CAPTURE OPTION...
{
    capture=$1
    shift
    (
        cd "$work/here" || exit 1
        printf '$ igmpq-replay %s %s\n' "$*" "$capture"
        "$program" "$@" "$capture" 2>"$work/errors"
        status=$?
        sed 's/^/stderr: /' "$work/errors"
        echo "exit status $status"
        if [ -f written.pcap ]; then
            printf '$ igmpq-replay -v written.pcap\n'
            "$program" -v written.pcap 2>&1
        fi
    )
    rm -f "$work/here/written.pcap"
}

failed=0
count=0
all_runs >"$work/runs"
while read -r name capture options; do
    case " $* " in
    '  ' | *" $name "*) ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2086 # a list of words
    run "$capture" $options >"$work/output"
    count=$((count + 1))
    if "$update"; then
        cmp -s "$work/output" "$pcaps/$name.expect" || {
            cp "$work/output" "$pcaps/$name.expect"
            echo "updated $name.expect"
        }
    elif ! diff -u "$pcaps/$name.expect" "$work/output" >"$work/difference"; then
        echo "replay: $name is not as expected:"
        head -n 20 "$work/difference"
        failed=1
    fi
done <"$work/runs"

if [ -n "${GENERATE:-}" ] && [ $# -eq 0 ]; then
    mkdir "$work/pcaps"
    "$GENERATE" "$work/pcaps" || failed=1
    for made in "$work/pcaps"/*; do
        cmp -s "$made" "$pcaps/$(basename "$made")" || {
            echo "replay: $(basename "$made") is not what tests/pcaps/generate makes; see make update-pcaps"
            failed=1
        }
    done
fi

[ "$count" -gt 0 ] || failed=1
echo "replay: $count runs"
exit "$failed"
