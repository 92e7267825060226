#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the fuzzers of this folder and runs them, two at a time. "make fuzz" does so for a minute each.
#
# Usage: run.sh [-p | -a] [-c FOLDER] [-w] [SECONDS [TARGET...]]
#   SECONDS    for each target (60)
#   TARGET     capture, config, control, engine (all)
#   -p         plain: fast, without sanitizers. Otherwise with those for addresses, leaks and undefined behaviour
#   -a         with AFL++ instead of libFuzzer
#   -c FOLDER  keep what was found of interest in FOLDER/TARGET, and begin with what is there already
#   -w         instead of running: make the corpora small again, and write them to TARGET.hex of this folder
#
# Each begins with TARGET.hex, and with the captures of tests/pcaps or the example of a configuration. Needs clang with its
# libraries (Debian: clang libclang-rt-14-dev libfuzzer-14-dev), or afl++ with -a.
# FUZZ_BUILD: build in this folder and keep it; else in one that is removed.
#
# An input that fails is printed as a line of hexadecimal: add it to TARGET.hex with the fix. Exit status: 0 nothing
# found, 1 something was, 2 wrong usage, 77 the compiler is missing.
set -u

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
# shellcheck source=../../tools/lib-setup.sh
. "$here/../../tools/lib-setup.sh"
SETUP_TOP=$(cd "$here/../.." && pwd -P) || exit 1 # it is for scripts in tools/

usage()
{
    sed -n 's/^# *Usage: /Usage: /p' "$here/run.sh" >&2
    exit 2
}

plain=false
afl=false
keep=
write=false
while getopts pac:w option; do
    case $option in
    p) plain=true ;;
    a) afl=true ;;
    c) keep=$OPTARG ;;
    w) write=true ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- capture config control engine
case $seconds in *[!0-9]* | '') usage ;; esac
for target in "$@"; do
    [ -e "$here/fuzz_$target.c" ] || setup_fail "There is no target $target."
done

compiler=clang
! "$afl" || compiler='afl-clang-fast'
if ! printf 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return !d || n > 9; }\n' |
    "$compiler" -fsanitize=fuzzer -x c - -o /dev/null 2>/dev/null; then
    echo "$compiler cannot build a fuzzer here (Debian: apt-get install clang libclang-rt-14-dev libfuzzer-14-dev afl++)"
    exit 77
fi

# A folder in memory where there is one: inputs are files, and files are most of the time else.
memory=${TMPDIR:-/tmp}
[ ! -w /dev/shm ] || memory=/dev/shm
work=$(mktemp -d "$memory/igmpq-fuzz.XXXXXX") || exit 1
build=${FUZZ_BUILD:-$work/build}
running=
# shellcheck disable=SC2317,SC2086 # by the trap; a list of numbers
clean()
{
    [ -z "$running" ] || kill $running 2>/dev/null
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP
mkdir -p "$work/tmp" "$build" || exit 1

# ---- build ----

flags='-g -O2 -fsanitize=fuzzer-no-link'
"$plain" || flags="$flags,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
"$plain" && flags="$flags -fno-sanitize-coverage=trace-cmp" # twice as fast
link='-fsanitize=fuzzer'
"$plain" || link="$link,address,undefined"
if "$afl"; then
    flags='-g -O2'
    "$plain" || flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=all"
fi
programs=
for target in "$@"; do
    programs="$programs tests/fuzz/fuzz_$target"
done
# shellcheck disable=SC2086 # a list of words
if ! { setup_export "$build/source" && setup_configure "$build/source" "$build/build" CC=clang &&
    make -C "$build/build" -j "$SETUP_JOBS" CC="$compiler" CFLAGS="$flags" FUZZER="$link" $programs; } \
    >"$build/build.log" 2>&1 </dev/null; then
    setup_warn 'The fuzzers cannot be built:'
    tail -n 30 "$build/build.log" >&2
    exit 1
fi

# ---- what to begin with ----

# Lines of hexadecimal as files: awk knows the octets in octal, which is what printf understands everywhere.
unpack() # FILE FOLDER
{
    unpack_number=0
    sed -n '/^[0-9a-f]/p' "$1" | awk '
        function digit(at) { return index("0123456789abcdef", substr($1, at, 1)) - 1 }
        {
            text = ""
            for (i = 1; i < length($1); i += 2)
                text = text sprintf("\\0%03o", 16 * digit(i) + digit(i + 1))
            print text
    }' | while IFS= read -r unpack_line; do
        unpack_number=$((unpack_number + 1))
        printf '%b' "$unpack_line" >"$2/corpus-$unpack_number"
    done
}

begin_with() # TARGET FOLDER
{
    mkdir -p "$2" || exit 1
    unpack "$here/$1.hex" "$2"
    case $1 in
    capture) cp "$here"/../pcaps/*.pcap "$here"/../pcaps/*.pcapng "$here"/../pcaps/*.pcap.gz "$2/" ;;
    config) cp "$here/../../etc/igmpqd.conf" "$2/" ;;
    esac
}

# Words to put in: those of the dictionary, and for a configuration each name that the example knows.
dictionary() # TARGET
{
    [ ! -e "$here/$1.dict" ] || cat "$here/$1.dict"
    [ "$1" != config ] || sed -n 's/^#*\([a-z-][a-z-]*\) *[=:].*/"\1 = "/p' "$here/../../etc/igmpqd.conf" | sort -u
}

longest() # TARGET: octets of an input
{
    case $1 in
    capture) echo 4096 ;;
    config) echo 1024 ;;
    *) echo 256 ;;
    esac
}

# ---- run ----

start() # TARGET: sets `started`
{
    folder=$work/corpus/$1
    [ -z "$keep" ] || folder=$keep/$1
    begin_with "$1" "$work/seeds/$1"
    mkdir -p "$folder" "$work/failed/$1" || exit 1
    dictionary "$1" >"$work/$1.dict"
    if "$afl"; then
        # shellcheck disable=SC2046 # no word, or the option
        TMPDIR=$work/tmp AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 \
            AFL_MAP_SIZE=65536 afl-fuzz -m none -t 5000 -V "$seconds" -i "$work/seeds/$1" -o "$work/failed/$1" \
            $([ ! -s "$work/$1.dict" ] || echo -x "$work/$1.dict") \
            -- "$build/build/tests/fuzz/fuzz_$1" >"$work/$1.log" 2>&1 </dev/null &
    else
        # shellcheck disable=SC2046 # no word, or the option
        # Without -entropic=0 half of the time goes into the choice of the next input.
        TMPDIR=$work/tmp "$build/build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -max_len="$(longest "$1")" -timeout=20 \
            -rss_limit_mb=1500 -entropic=0 -print_final_stats=1 $([ ! -s "$work/$1.dict" ] || echo "-dict=$work/$1.dict") \
            -artifact_prefix="$work/failed/$1/" "$folder" "$work/seeds/$1" >"$work/$1.log" 2>&1 </dev/null &
    fi
    started=$!
    running="$running $started"
}

failures() # TARGET: files that failed
{
    if "$afl"; then
        find "$work/failed/$1" -type f \( -path '*/crashes/id*' -o -path '*/hangs/id*' \)
    else
        find "$work/failed/$1" -type f
    fi
}

tell() # TARGET STATUS
{
    if "$afl"; then
        awk -F ' *: ' -v name="$1" '
            $1 == "execs_done" { count = $2 } $1 == "execs_per_sec" { rate = $2 } $1 == "corpus_count" { corpus = $2 }
            END { printf "%s: %d executions, %d a second, %d inputs\n", name, count, rate, corpus }' \
            "$work/failed/$1/default/fuzzer_stats" 2>/dev/null
    else
        awk -v name="$1" '
            / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") edges = $(i + 1); if ($i == "corp:") corpus = $(i + 1) } }
            /^stat::number_of_executed_units/ { count = $2 } /^stat::average_exec_per_sec/ { rate = $2 }
            END { printf "%s: %d executions, %d a second, %d edges, %s inputs\n", name, count, rate, edges, corpus }' \
            "$work/$1.log"
    fi
    found=$(failures "$1")
    [ -n "$found" ] || [ "$2" -ne 0 ] || return 0
    bad=1
    echo "$1: FAILED"
    grep -a -E -A 12 'not true|ERROR: |SUMMARY: |runtime error|PROGRAM ABORT' "$work/$1.log" | head -n 60
    # Names of inputs hold no white space.
    for file in $found; do
        echo "input ($(wc -c <"$file") octets, ${file##*/}):"
        od -A n -v -t x1 "$file" | tr -d ' \n'
        echo
    done
}

bad=0
if "$write"; then
    for target in "$@"; do
        folder=$work/small/$target
        begin_with "$target" "$work/seeds/$target"
        mkdir -p "$folder"
        # The captures and the example are in the source already.
        mkdir -p "$work/known" && rm -f "$work/known"/*
        find "$work/seeds/$target" -type f ! -name 'corpus-*' -exec cp {} "$folder/" \;
        find "$folder" -type f -exec basename {} \; >"$work/known/list"
        # Short ones only, and one for each edge: how often it was gone over makes ten times as many.
        mkdir -p "$work/short"
        [ -z "$keep" ] || find "$keep/$target" -type f -size -513c -exec cp {} "$work/short/" \;
        TMPDIR=$work/tmp "$build/build/tests/fuzz/fuzz_$target" -merge=1 -use_counters=0 -max_len="$(longest "$target")" \
            "$folder" "$work/seeds/$target" "$work/short" >"$work/$target.log" 2>&1 </dev/null || bad=1
        rm -rf "$work/short"
        {
            sed -n '/^#/p' "$here/$target.hex"
            find "$folder" -type f | sort | grep -v -F -f "$work/known/list" | while IFS= read -r file; do
                od -A n -v -t x1 "$file" | tr -d ' \n'
                echo
            done | awk '{ print length, $0 }' | sort -n | cut -d ' ' -f 2
        } >"$work/$target.hex" && cp "$work/$target.hex" "$here/$target.hex"
        echo "$target: $(grep -c '^[0-9a-f]' "$here/$target.hex") inputs"
    done
    exit "$bad"
fi
while [ $# -gt 0 ]; do
    first=$1
    start "$1"
    first_process=$started
    shift
    second=
    if [ $# -gt 0 ]; then
        second=$1
        start "$1"
        shift
    fi
    wait "$first_process"
    tell "$first" $?
    if [ -n "$second" ]; then
        wait "$started"
        tell "$second" $?
    fi
    running=
done
exit "$bad"
