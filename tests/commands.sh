#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the programs say to command lines that are wrong: the exit status, and a sentence that helps. None of these gets
# as far as opening an interface. IGMPQ_BIN: where the programs are; srcdir: the sources.
set -u
bin=${IGMPQ_BIN:-.}
srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
LC_ALL=C
export LC_ALL
failures=0
cases=0
capture=$srcdir/tests/pcaps/01-micro-little-endian.pcap

fail()
{
    printf 'FAIL: %s\n' "$*"
    failures=$((failures + 1))
}

# says STATUS SENTENCE PROGRAM OPTION...: nothing on standard output, and this sentence alone.
says()
{
    wanted=$1
    sentence=$2
    program=$3
    shift 3
    cases=$((cases + 1))
    status=0
    "$bin/$program" "$@" >"$work/out" 2>"$work/said" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || fail "$program $*: exit status $status, not $wanted"
    [ "$(cat "$work/said")" = "$program: $sentence" ] || fail "$program $*: said
  $(cat "$work/said")
and not
  $program: $sentence"
    [ ! -s "$work/out" ] || fail "$program $*: printed something"
}

# One output at a time, whatever the order.
for options in '-s -j' '-j -s' '--json --quiet' '--quiet -s' '-sj' '-s --quiet -s'; do
    # shellcheck disable=SC2086 # a list of words
    says 2 '--summary, --json and --quiet exclude each other' igmpq-replay $options "$capture"
done
"$bin/igmpq-replay" -s -s "$capture" >"$work/out" 2>&1 || fail '-s given twice is -s'

# A switch that forgets at once is none.
says 2 "--router-timeout: '0' is not 1 to 8094720 seconds" igmpq-replay --router-timeout 0 "$capture"
says 2 "--switch-timeout: '0' is not 1 to 8094720 seconds" igmpq-replay --switch-timeout 0 "$capture"
says 2 "--switch-timeout: '0' is not 1 to 8094720 seconds" igmpqd -T -i eth0 --switch-timeout 0
says 2 "--switch-router-timeout: '0' is not 1 to 8094720 seconds" igmpqd -T -i eth0 --switch-router-timeout 0
# The shorter name counts over a file as well.
echo 'switch-timeout = 500; switch-router-timeout = 255; interfaces = ( "eth0" );' >"$work/c.conf"
lively=$srcdir/tests/pcaps/72-d11-asks-every-200-s.pcap
"$bin/igmpq-replay" --as 192.168.50.99/24 -c "$work/c.conf" -s "$lively" >"$work/short" 2>/dev/null || fail "$lively with a file"
"$bin/igmpq-replay" --as 192.168.50.99/24 -c "$work/c.conf" -s --router-timeout 500 "$lively" >"$work/long" 2>/dev/null ||
    fail "$lively with a file and --router-timeout"
! cmp -s "$work/short" "$work/long" || fail '--router-timeout does not count over a file'

# An example of what is wanted.
says 2 "--mac: 'zz' is not a MAC address such as 02:00:00:00:00:05" igmpq-replay --as 10.0.0.1/8 --mac zz "$capture"
says 2 "--as: '192.168.1.10' is not an address with its prefix length such as 192.168.10.1/24" \
    igmpq-replay --as 192.168.1.10 "$capture"
for option in for until; do
    says 2 "--$option: '1e9' is not a number of seconds such as 60 or 2.5" igmpq-replay "--$option" 1e9 "$capture"
done
says 2 "--start: 'now' is not a number of seconds such as 1700000000, or behind a + such as +60" \
    igmpq-replay --as 10.0.0.1/8 --start now "$capture"
says 2 "--vlan: '4095' is not a VLAN ID from 1 to 4094" igmpq-replay --as 10.0.0.1/8 --vlan 4095 "$capture"
says 2 "--seed: '-1' is not a number from 0 to 4294967295" igmpq-replay --as 10.0.0.1/8 --seed -1 "$capture"
says 2 "--fail-on: 'bad' is not error, warning or note" igmpq-replay --fail-on bad "$capture"
says 2 "--place: 'here' is not unknown, host or querier" igmpq-replay --place here "$capture"
# Every option that takes a value has its own.
"$bin/igmpq-replay" --help | sed -n '/^Protocol settings/q; s/^  .*--\([a-z-]*\) [A-Z0-9a-z+[].*/\1/p' |
    grep -v -e '^interface$' -e '^write$' -e '^config$' -e '^router-timeout$' >"$work/options"
[ "$(wc -l <"$work/options")" -ge 9 ] || fail '--help of igmpq-replay tells too few options with a value'
while read -r option; do
    "$bin/igmpq-replay" "--$option" '?' "$capture" 2>&1 | grep -q "^igmpq-replay: --$option: '?' is not " || fail "--$option '?'"
done <"$work/options"

# An interface that there is not: those there are.
"$bin/igmpq-replay" -i nosuch >"$work/out" 2>"$work/said" && fail '-i nosuch is none'
grep -q '^igmpq-replay: there is no interface nosuch; there are: ' "$work/said" || fail "-i nosuch: $(cat "$work/said")"

# A terminal that cannot place text is none for watch.
if script --version 2>/dev/null | grep -q util-linux; then
    TERM=dumb script -qec "$bin/igmpqctl -s $work/none.sock watch" /dev/null </dev/null >"$work/out" 2>&1 &&
        fail 'watch draws where TERM is dumb'
    grep -q '^igmpqctl: watch needs a terminal that can place text' "$work/out" || fail "watch where TERM is dumb: $(cat "$work/out")"
    grep -q "$(printf '\033')" "$work/out" && fail 'watch sends escape sequences where TERM is dumb'
fi

# Where a configuration comes from.
says 1 'cannot read the configuration file -: No such file or directory; standard input is /dev/stdin' igmpqd -T -c -
says 1 'cannot read the configuration file /nonexistent: No such file or directory' igmpqd -T -c /nonexistent
says 2 'cannot read the configuration file /nonexistent: No such file or directory' igmpq-replay -c /nonexistent --as 10.0.0.1/8 "$capture"
if [ -e /dev/stdin ]; then
    echo 'interfaces = ( "eth0" ); query-interval = 30;' | "$bin/igmpqd" -T -c /dev/stdin >"$work/out" 2>&1
    grep -q '^        query-interval = 30;$' "$work/out" || fail "a file from standard input: $(cat "$work/out")"
fi

# What nobody could read is said.
if [ -c /dev/full ]; then
    for command in 'igmpqd --help' 'igmpqd --version' 'igmpqd -T -i eth0 -c /dev/null' 'igmpqctl --help' 'igmpqctl --version' \
        'igmpq-inject --help' 'igmpq-inject --hex' 'igmpq-replay --help' 'igmpq-replay --version' "igmpq-replay $capture"; do
        cases=$((cases + 1))
        # shellcheck disable=SC2086 # a list of words
        "$bin/"$command >/dev/full 2>"$work/said" && fail "$command: what could not be written is no success"
        # -T may warn of the interface before.
        [ "$(tail -n 1 "$work/said")" = "${command%% *}: cannot write to standard output: No space left on device" ] ||
            fail "$command with a full disk: $(cat "$work/said")"
    done
fi

printf '%d command lines, %d failures\n' "$cases" "$failures"
[ "$failures" -eq 0 ]
