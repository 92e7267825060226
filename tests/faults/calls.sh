#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every function that the programs call and that is not ours can be made to fail (calls.h), or is known not to fail
# (harmless): a new one is to be put in one of the two lists. Usage: calls.sh [BUILD FOLDER]
set -u

build=${1:-.}
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

command -v nm >/dev/null 2>&1 || {
    echo 'nm is missing'
    exit 77
}
# What the compiler, its sanitizers, its fortified functions and the start of a program add is left out, and so are libraries
# that may not be there, and that igmpqd goes on without: they have tests of their own.
for program in igmpqd igmpqctl igmpq-inject igmpq-replay; do
    [ -x "$build/$program" ] || {
        echo "$build/$program has not been built"
        exit 1
    }
    nm -u "$build/$program"
done | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' |
    grep -v -E '^(__(asan|ubsan|sanitizer|lsan|gcov)_|__libc_start_main|__stack_chk_fail|_Unwind_|__isoc23_|__gmon_start__|MHD_|seccomp_)' |
    sed 's/^__\([a-z0-9]*\)_chk$/\1/' | sort -u >"$work/called"
{
    sed -n 's/^FAULT([^,]*, *\([a-zA-Z0-9_]*\),.*/\1/p' "$here/calls.h"
    sed -n 's/^[^=]*[ *]__wrap_\([a-zA-Z0-9_]*\)(.*/\1/p' "$here/faults.c"
    sed 's/#.*//' "$here/harmless" | tr -s ' ' '\n'
} | sort -u >"$work/known"
[ -s "$work/called" ] || {
    echo 'nm tells of no call'
    exit 1
}
comm -23 "$work/called" "$work/known" >"$work/new"
if [ -s "$work/new" ]; then
    echo 'The programs call these, and neither tests/faults/calls.h nor tests/faults/harmless names them:'
    cat "$work/new"
    exit 1
fi
echo "$(wc -l <"$work/called") functions are called, $(comm -12 "$work/called" "$work/known" | wc -l) are known"
