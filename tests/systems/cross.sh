#!/bin/sh
# SPDX-License-Identifier: MIT
#
# igmpq for another system, from nothing, on Debian or Ubuntu for x86-64. See --help.
set -u

usage()
{
    cat <<'END_OF_TEXT'
Usage: tests/systems/cross.sh [--keep DIR] [--no-run | --unit] TARGET...
       tests/systems/cross.sh --list

Builds igmpq for each TARGET ("all": every one), with its libraries, from sources, every warning an error; two targets at
a time. Programs for Linux are static and stripped, their sizes are told, and they are run: --version and the captures
of tests/pcaps (through qemu-user where the processor is another). Programs for a BSD are compiled and linked, since
nothing here can run them; the files that only a BSD has are tested on a model of its kernel (tests/systems/bsd).

  --keep DIR   leave the programs in DIR/TARGET
  --no-run     only build
  --unit       run the unit tests, the fuzzer's corpus and the makers of the captures as well: other byte order, other
               word size, the same octets. For the targets with -musl, and for two that are meant for this alone,
               s390x (big-endian, glibc) and i386, which "all" leaves out
  --list       the targets

What is slow to make is kept in ${IGMPQ_CACHE:-/var/cache/igmpq}/cross: 400 MB for the compiler, 10 MB a target.
Needs dpkg-dev, autoconf, automake, libtool, bison, flex, make, npm, pkg-config, uthash-dev; to run the programs for other
processors, qemu-user; for the models of kernels, binutils, gcc and libcmocka-dev. s390x and i386 need
gcc-s390x-linux-gnu or gcc-i686-linux-gnu, and no npm.
Exit status: 0 all is well, 1 something failed, 2 wrong usage.
END_OF_TEXT
}

# What runs a program of that target here: nothing at all, "-" for what cannot be run.
runner()
{
    case $1 in
    x86_64-musl | i386) ;;
    s390x) echo qemu-s390x ;;
    aarch64-musl) echo qemu-aarch64 ;;
    mips-musl) echo qemu-mips ;;
    *) echo - ;;
    esac
}

# A router's flash is small: no target for Linux may grow beyond this (octets).
largest=1500000

build_one() # TARGET TRIPLE HOST
{
    libraries=$(IGMPQ_JOBS=$jobs "$here/libraries.sh" "$1") || return 1
    "$here/tools.sh" "$compiler" "$2" "$3" "$build/bin" || return 1
    case $1 in
    *-musl)
        flags='-Os -ffunction-sections -fdata-sections'
        link='-static -s -Wl,--gc-sections'
        ;;
    s390x | i386)
        flags=-O1
        link=-static
        ;;
    *)
        flags=-O1
        link=-s
        ;;
    esac
    (
        cd "$build" &&
            PKG_CONFIG_LIBDIR=$libraries/lib/pkgconfig PKG_CONFIG_PATH='' \
                "$source/configure" -q --disable-http --enable-werror --enable-silent-rules --build=x86_64-pc-linux-gnu --host="$3" \
                CC="$build/bin/cc" AR="$build/bin/ar" RANLIB="$build/bin/ranlib" CFLAGS="$flags" \
                CPPFLAGS="-isystem $libraries/include" LDFLAGS="-L$libraries/lib $link" PCAP_LIBS=-lpcap \
                LIBNET_LIBS=-lnet LIBNET_CFLAGS=-D_DEFAULT_SOURCE LIBCONFIG_LIBS=-lconfig ZLIB_LIBS=-lz \
                JANSSON_LIBS=-ljansson CMOCKA_LIBS=-lcmocka CMOCKA_CFLAGS=-D_UINTPTR_T_DEFINED &&
            make -j "$jobs" && { ! "$unit" || make -j "$jobs" check TESTS=; }
    ) </dev/null >"$build.log" 2>&1
}

# No host's library may have come in, and what is meant to be static must be.
look_at() # TARGET
{
    for program in igmpqd igmpqctl igmpq-inject igmpq-replay; do
        size=$(wc -c <"$build/$program") || return 1
        printf '    %s %d octets\n' "$program" "$size"
        case $1 in
        *-musl) ;;
        *) continue ;;
        esac
        if readelf -d "$build/$program" | grep NEEDED; then
            echo "$program is not static"
            return 1
        fi
        if [ "$size" -gt "$largest" ]; then
            echo "$program is larger than $largest octets"
            return 1
        fi
    done
}

run_one() # TARGET RUNNER
{
    if [ -n "$2" ] && ! command -v "$2" >/dev/null; then
        echo "$2 is missing (Debian: qemu-user)"
        return 1
    fi
    for program in igmpqd igmpqctl igmpq-inject igmpq-replay; do
        # shellcheck disable=SC2086 # nothing or one word
        $2 "$build/$program" --version | head -n 1 || return 1
    done
    mkdir -p "$build/run" &&
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$2" "'$build/igmpq-replay'" >"$build/run/igmpq-replay" &&
        chmod 755 "$build/run/igmpq-replay" || return 1
    generate=
    if "$unit"; then
        generate=$build/run/generate
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$2" "'$build/tests/pcaps/generate'" >"$generate" && chmod 755 "$generate" ||
            return 1
    fi
    srcdir=$source IGMPQ_REPLAY=$build/run/igmpq-replay GENERATE=$generate "$source/tests/replay.sh" || return 1
    ! "$unit" || unit_tests "$2"
}

model_of_bsd()
{
    "$source/tests/systems/bsd/run.sh" "$build/bin/cc" "$libraries/include" "$build" >"$build/model.log" 2>&1 || {
        tail -n 40 "$build/model.log"
        return 1
    }
    # shellcheck disable=SC2016 # for awk
    awk '/^\[  PASSED  \]/ { print "on a model of its kernel: " $4 " tests passed" }' "$build/model.log" | grep ' [1-9]'
}

# What "make check" would run, but for its scripts; a test that cannot be done under qemu-user skips itself.
unit_tests() # RUNNER
{
    count=0
    : >"$build/tests.log"
    # shellcheck disable=SC2016 # for make to expand
    programs=$(cd "$build" && printf 'include Makefile\nlist-of-tests:\n\t@echo $(unit_tests) $(fuzz_replays)\n' |
        make -s -f - list-of-tests) || return 1
    for program in $programs; do
        count=$((count + 1))
        # Minutes under qemu-user, and what hangs is to be named.
        # shellcheck disable=SC2086 # nothing or one word
        if ! (cd "$build" && srcdir=$source exec timeout 600 $1 "./$program") >"$build/test.log" 2>&1 </dev/null; then
            # cmocka's own words about what passed are of no interest here
            grep -v -e '^\[ *OK' -e '^\[ *RUN' "$build/test.log" | tail -n 20
            echo "FAILED: ${program##*/}"
            unit_failed=true
        fi
        cat "$build/test.log" >>"$build/tests.log"
    done
    awk -v programs="$count" '
        /^\[  PASSED  \] [0-9]+ test\(s\)/ { split($0, part, /\] /); passed += part[2] }
        /^\[  SKIPPED \] test_/ && !seen[$NF]++ { skipped = skipped (skipped ? ", " : "; skipped: ") $NF }
        END { print "unit: " programs " programs, " passed + 0 " tests passed" skipped }' "$build/tests.log"
    ! "$unit_failed" && [ "$count" -gt 4 ]
}

# One target, its words kept together since two are at work.
one()
{
    name=$1
    build=$work/$1
    began=$(date +%s)
    {
        # shellcheck disable=SC2046 # a list of words
        if ! build_one $("$here/libraries.sh" --targets | grep "^$name "); then
            [ ! -e "$build.log" ] || tail -n 40 "$build.log" # not when a compiler is missing
            status=1
        elif ! look_at "$name"; then
            status=1
        elif "$run" && [ "$(runner "$name")" = - ] && ! model_of_bsd; then
            status=1
        elif "$run" && [ "$(runner "$name")" != - ] && ! run_one "$name" "$(runner "$name")" 2>&1; then
            status=1
        else
            status=0
        fi
        if [ -n "$keep" ] && [ "$status" -eq 0 ]; then
            mkdir -p "$keep/$name" && cp "$build/igmpqd" "$build/igmpqctl" "$build/igmpq-inject" "$build/igmpq-replay" \
                "$keep/$name" || status=1
        fi
    } >"$work/$name.words" 2>&1
    [ "$status" -eq 0 ] && words=ok || words=FAILED
    printf '%s: %s, %d s\n%s\n' "$name" "$words" $(($(date +%s) - began)) "$(cat "$work/$name.words")"
    return "$status"
}

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
keep=
run=true
unit=false
unit_failed=false
names=
while [ $# -gt 0 ]; do
    case $1 in
    --keep)
        [ $# -ge 2 ] || {
            usage >&2
            exit 2
        }
        mkdir -p "$2" && keep=$(cd "$2" && pwd -P) || exit 1
        shift
        ;;
    --no-run) run=false ;;
    --unit) unit=true ;;
    --list)
        "$here/libraries.sh" --targets | cut -d ' ' -f 1
        exit
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    all) names=$("$here/libraries.sh" --targets | awk '$2 != "gcc" { print $1 }') ;;
    *)
        "$here/libraries.sh" --targets | grep -q "^$1 " || {
            echo "cross.sh: there is no target $1; see --list" >&2
            exit 2
        }
        names="$names $1"
        ;;
    esac
    shift
done
[ -n "$names" ] || {
    usage >&2
    exit 2
}

work=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-cross.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
# The checkout may be built in, which out of tree builds refuse: a copy, and what autogen.sh makes stays there.
source=$work/source
mkdir "$source" && (cd "$here/../.." && tar -c -f - --exclude=./.git --exclude='*.o' --exclude='*.a' --exclude=./config.status \
    --exclude=./config.h --exclude=./stamp-h1 --exclude=./autom4te.cache --exclude='./build*' .) | tar -x -f - -C "$source" || exit 1
if ! (cd "$source" && ./autogen.sh) >"$work/autogen.log" 2>&1; then
    tail -n 20 "$work/autogen.log" >&2
    exit 1
fi

# shellcheck disable=SC2086 # a list of words
set -- $names
# What all need is made before two could make it at the same time.
compiler=$("$here/libraries.sh" --prepare) || exit 1
jobs=2
[ $# -eq 1 ] || jobs=1
failed=0
while [ $# -gt 0 ]; do
    mkdir -p "$work/$1" "$work/${2:-$1}"
    one "$1" &
    first=$!
    if [ $# -ge 2 ]; then
        one "$2" || failed=1
        shift
    fi
    wait "$first" || failed=1
    shift
done
exit "$failed"
