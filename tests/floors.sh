#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The house stands on its floors: base, wire, protocol, world, programs.
#
#  1. Every header and source says its floor in its first comment ("Floor N."), and stands in the right folder.
#  2. Includes go sideways or down, never up.
#  3. The core (floors 0 to 2) sees no header of the system but a harmless few.
#  4. The compiled core calls nothing but memory: no clock, file, socket, log or random generator (nm -u).
#  5. Every source and every unit test is named in Makefile.am or tests/tests.am; a test that is not would never run.
#
# Usage: floors.sh [ROOT]. Takes CC and CPPFLAGS from the environment, as "make check" does. No CFLAGS: the core is
# compiled afresh, since sanitizers and coverage add calls of their own.
set -u

root=${1:-${srcdir:-$(dirname "$0")/..}}
root=$(cd "$root" && pwd -P) || exit 1
compiler=${CC:-cc}
core_headers='stdbool.h stddef.h stdint.h string.h stdlib.h assert.h uthash.h utlist.h'
# What the core may call: memory (malloc comes with uthash's macros), and what depends on its arguments alone. The last
# three lines are how compilers and C libraries spell assert, the stack protector, checked copies and arithmetic that
# the machine has no instruction for.
core_calls='memcpy|memmove|memset|memcmp|memchr|bcmp|malloc|calloc|realloc|free
|strlen|strnlen|strcmp|strncmp|strchr|qsort|bsearch
|__assert|__assert_fail|__assert_rtn|__assert2|__assert13|abort
|__stack_chk_fail|__stack_chk_guard|__stack_chk_fail_local|_GLOBAL_OFFSET_TABLE_|_?_?__mem[a-z]*_chk
|__aeabi_[a-z0-9]*|__u?(div|mod|divmod)[sdt]i[34]|__mul[sdt]i3|__(ashl|ashr|lshr)[sdt]i3|__popcount[sdt]i2|__clz[sdt]i2'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

complain()
{
    printf 'floors: %s\n' "$*"
    : >"$work/failed"
}

# The floor that a file says it is on, or nothing.
floor_of()
{
    sed -n '1,12s/.*[Ff]loor \([0-4]\)[^0-9].*/\1/p' "$1" | head -n 1
}

includes_of()
{
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*\([<"][^>"]*[>"]\).*/\1/p' "$1"
}

check_file() # file, lowest floor of its folder, highest floor of its folder
{
    name=${1#"$root"/}
    floor=$(floor_of "$1")
    if [ -z "$floor" ]; then
        complain "$name does not say its floor in its first comment"
        return
    fi
    if [ "$floor" -lt "$2" ] || [ "$floor" -gt "$3" ]; then
        complain "$name says floor $floor, but its folder is for floors $2 to $3"
    fi
    includes_of "$1" >"$work/includes"
    while read -r include; do
        header=$(printf '%s' "$include" | tr -d '<>"')
        case $include in
        '"'*)
            target=$root/include/$header
            [ -f "$target" ] || target=$(dirname "$1")/$header
            if [ "$header" = config.h ]; then
                [ "$floor" -ge 3 ] || complain "$name (floor $floor) includes config.h: the core does not depend on the system"
            elif [ ! -f "$target" ]; then
                complain "$name includes \"$header\", which is not there"
            else
                below=$(floor_of "$target")
                [ "${below:-9}" -le "$floor" ] ||
                    complain "$name (floor $floor) includes \"$header\" (floor ${below:-unknown}): includes go down only"
            fi
            ;;
        *)
            if [ "$floor" -le 2 ]; then
                case " $core_headers " in
                *" $header "*) ;;
                *) complain "$name (floor $floor) includes <$header>: the core may include only $core_headers" ;;
                esac
            fi
            ;;
        esac
    done <"$work/includes"
}

count=0
check_all() # lowest floor, highest floor, file...
{
    low=$1
    high=$2
    shift 2
    for file in "$@"; do
        [ -f "$file" ] || continue
        check_file "$file" "$low" "$high"
        count=$((count + 1))
    done
}

check_all 0 3 "$root"/include/igmpq/*.h
check_all 0 2 "$root"/src/core/*.[ch]
check_all 3 3 "$root"/src/io/*.[ch]
check_all 4 4 "$root"/src/*.[ch] "$root"/src/daemon/*.[ch] "$root"/tools/*.[ch] "$root"/tools/*/*.[ch]
[ "$count" -gt 0 ] || complain "there is no source below $root"

# Floors of headers are true of what is behind them: the core's code includes core headers only, so that what it sees
# of the world is what it is handed. nm proves the same of what it calls.
if ! command -v nm >/dev/null 2>&1; then
    echo 'floors: nm is missing, so what the core calls was not checked'
else
    for file in "$root"/src/core/*.c; do
        [ -f "$file" ] || continue
        object=$work/$(basename "$file" .c).o
        # shellcheck disable=SC2086 # CC and CPPFLAGS are lists of words
        if ! $compiler ${CPPFLAGS-} -std=c11 -O2 -I"$root/include" -c "$file" -o "$object" 2>"$work/errors"; then
            complain "$compiler does not compile ${file#"$root"/}: $(head -n 3 "$work/errors")"
            : >"$work/broken"
        fi
    done
    nm -g "$work"/*.o 2>/dev/null | sed -n 's/.* [A-TV-Z] //p' | sort -u >"$work/defined"
    [ -s "$work/defined" ] || complain 'the compiled core defines nothing'
    allowed=$(printf '%s' "$core_calls" | tr -d '\n')
    for object in "$work"/*.o; do
        # What did not compile is missing among what is defined, and all who call it would look guilty.
        { [ -f "$object" ] && [ ! -e "$work/broken" ]; } || continue
        nm -u "$object" | sed -n 's/.* U //p' | sort -u >"$work/called"
        grep -vxF -f "$work/defined" "$work/called" | grep -vxE "_?($allowed)" >"$work/strange"
        while read -r call; do
            complain "src/core/$(basename "$object" .o).c calls $call(): the core calls memory functions only"
        done <"$work/strange"
    done
fi

if [ -f "$root/Makefile.am" ]; then
    for file in "$root"/include/igmpq/*.h "$root"/src/core/*.c "$root"/src/io/*.c "$root"/src/*.c \
        "$root"/src/daemon/*.c "$root"/tools/*.c "$root"/tools/*/*.c "$root"/tests/unit/*.[ch] "$root"/tests/lan/*.[ch]; do
        [ -f "$file" ] || continue
        name=${file#"$root"/}
        # A test program is named, and its source follows from that.
        case $name in
        tests/unit/test_*.c | tests/lan/test_*.c) name=${name%.c} ;;
        esac
        grep -qE "(^|[[:space:]])$name([[:space:]]|\$)" "$root/Makefile.am" "$root/tests/tests.am" ||
            complain "neither Makefile.am nor tests/tests.am names $name"
    done
fi

if [ -e "$work/failed" ]; then
    exit 1
fi
echo "floors: $count files, all includes go down, the core calls memory functions only"
