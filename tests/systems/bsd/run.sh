#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Usage: run.sh CC INCLUDE BUILD
#
# Compiles the files that only a BSD has with CC, a compiler for that BSD, with the libraries' headers in INCLUDE and the
# config.h of BUILD, a configured folder; links them with a model of that BSD's kernel (kernel.c), and runs their tests
# (test_bsd.c) on this host, which has to be an x86-64 as well: the two call functions alike. Needs gcc, binutils and
# libcmocka-dev.
set -u
[ $# -eq 3 ] || exit 2
cc=$1 include=$2 build=$3
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
top=$here/../../..
out=$build/bsd-model
mkdir -p "$out" || exit 1

# What is under test, and what it calls of ours.
names='links links_hardware_bsd links_more_bsd links_watch_route local_echo local_echo_bsd inject_feedback_bsd inject_filter_bpf
capture_other privilege_bsd problem'
objects=
compile() # FILE
{
    object=$out/$(basename "$1" .c).o
    "$cc" -std=gnu11 -O1 -g -fno-stack-protector -fno-pic -Wall -Wextra -Werror \
        -I"$build" -I"$top/include" -I"$here" -isystem "$include" -c "$1" -o "$object" || exit 1
    objects="$objects '$object'"
}
compile "$here/kernel.c"
compile "$here/test_bsd.c"
for name in $names; do
    compile "$top/src/io/$name.c"
done

# What the model defines is not to take the place of this host's own functions: the tests need those.
eval "set -- $objects"
ld -r -o "$out/all.o" "$@" &&
    nm --defined-only --extern-only "$out/kernel.o" | awk '{ print $3, "bsd_" $3 }' >"$out/renamed" &&
    objcopy --redefine-syms="$out/renamed" "$out/all.o" &&
    gcc -no-pie -o "$out/test" "$here/host.c" "$out/all.o" -lcmocka || exit 1
"$out/test"
