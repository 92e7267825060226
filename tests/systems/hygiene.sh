#!/bin/sh
# SPDX-License-Identifier: MIT
#
# That igmpq can be built in every way that its Makefile offers, on this system. See --help.
set -u

usage()
{
    cat <<'END_OF_TEXT'
Usage: tests/systems/hygiene.sh [--quick]

  autotools      autoreconf -Wall has nothing to say
  bashisms       checkbashisms (Debian's devscripts) finds none in the scripts for /bin/sh
  archive        "make dist" of a build out of tree, and from that archive, without autotools on PATH:
  in-tree        make in the source, with GNU make, and "make check"
  bmake          the same with BSD make, out of tree
  spaces         --prefix and DESTDIR with spaces in them; what is installed there runs, and "make uninstall" leaves nothing
  options        every --disable-OPTION of configure that there is, one after the other and all at once
  other          the files for a system that is not known, compiled and linked here

Every warning is an error. --quick leaves out the tests and options one by one. Needs bmake, devscripts and what building
needs; what is missing is named, and its step is skipped. Exit status: 0 all is well, 1 something failed, 2 wrong usage,
77 something was skipped, and nothing failed.
END_OF_TEXT
}

say()
{
    printf '%s\n' "$*"
}

step() # NAME COMMAND...
{
    name=$1
    log=$work/$1.log
    shift
    began=$(date +%s)
    if "$@" >"$log" 2>&1 </dev/null; then
        say "$name: ok, $(($(date +%s) - began)) s"
    else
        failed=1
        say "$name: FAILED"
        tail -n 30 "$log" | sed 's/^/    | /'
    fi
}

# needs NAME TOOL PACKAGE: false where it is skipped.
needs()
{
    command -v "$2" >/dev/null && return
    say "$1: skipped, $2 is missing (Debian: $3)"
    skipped=1
    return 1
}

autotools()
{
    cd "$source" && autoreconf -Wall --install --force || return 1
    ! grep -i 'warning' "$log"
}

# Those that say /bin/sh; configure is autoconf's own affair.
# shellcheck disable=SC2016 # an expression of sed
bashisms()
{
    cd "$source" || return 1
    find . -type f ! -path './build-aux/*' ! -name 'configure*' -exec awk '
        FNR == 1 && /^#! *\/(usr\/)?bin\/(env )?sh( |$)/ || FNR <= 2 && /^# shellcheck shell=sh/ { print FILENAME }' {} + |
        sort >"$work/scripts"
    say "$(wc -l <"$work/scripts") scripts"
    [ -s "$work/scripts" ] || return 1
    # Two things it says of what is right: a file that is sourced has no first line that names a shell, and it takes the
    # words of a command in quotes for arguments of ".".
    xargs checkbashisms --force --extra <"$work/scripts" 2>&1 | sed -e '/ does not appear to have a #! interpreter line;$/,+1d' \
        -e '/(sourced script with arguments):$/{' -e N -e '/\n *\. "$(dirname "$0")\/[a-z.\/-]*"$/d' -e '}' >"$work/bashisms"
    cat "$work/bashisms"
    [ ! -s "$work/bashisms" ]
}

archive()
{
    mkdir "$work/dist" && cd "$work/dist" && "$source/configure" -q && make dist || return 1
    tar -x -f igmpq-*.tar.xz -C "$work" && mv "$work"/igmpq-[0-9]* "$work/unpacked"
}

without_autotools()
{
    mkdir "$work/none" || return 1
    for tool in autoconf automake autoheader autoreconf aclocal autom4te; do
        # There are names with versions too, which configure looks for as well.
        printf '#!/bin/sh\necho "%s was called: $*" >&2\nexit 1\n' "$tool" >"$work/none/$tool" && chmod 755 "$work/none/$tool" || return 1
    done
}

# What is built here ends up running: a program that was not linked is none.
programs_run()
{
    for program in igmpqd igmpqctl igmpq-inject igmpq-replay; do
        "./$program" --version || return 1
    done
}

# shellcheck disable=SC2086 # two words
in_tree()
{
    cp -R -p "$work/unpacked" "$work/tree" && cd "$work/tree" && ./configure -q $werror && make -j "$jobs" && programs_run || return 1
    "$quick" || make -j "$jobs" check
}

# shellcheck disable=SC2086 # two words
bsd_make()
{
    mkdir "$work/bsd" && cd "$work/bsd" && ../unpacked/configure -q $werror MAKE=bmake && bmake -j "$jobs" && programs_run || return 1
    "$quick" || bmake check
}

# shellcheck disable=SC2086 # two words
spaces()
{
    cd "$work/bsd" && place="$work/a place" && mkdir "$place" &&
        ../unpacked/configure -q $werror --prefix='/opt/my programs' --with-systemdsystemunitdir='/opt/my programs/units' \
            --with-sysusersdir='/opt/my programs/users' && make -j "$jobs" && make DESTDIR="$place" install || return 1
    "$place/opt/my programs/sbin/igmpqd" --version && "$place/opt/my programs/bin/igmpqctl" --version &&
        grep -rn 'my programs' "$place/opt/my programs/units" && make DESTDIR="$place" uninstall || return 1
    ! find "$place" ! -type d | grep .
}

# The options are read from configure, so that a new one cannot be forgotten.
# shellcheck disable=SC2086,SC2116 # lists of words
options()
{
    mkdir "$work/options" && cd "$work/options" || return 1
    options=$(../unpacked/configure --help | sed -n 's/^  --\(enable\|disable\)-\([a-z]*\) .*/\2/p' |
        grep -v -e '^option$' -e '^FEATURE' -e '^silent$' -e '^dependency$' -e '^werror$' -e '^sanitizers$' | sort -u)
    say options: $options
    [ -n "$options" ] || return 1
    all=
    for option in $options; do
        all="$all --disable-$option"
        "$quick" || { ../unpacked/configure -q $werror "--disable-$option" && make -j "$jobs" && programs_run; } || return 1
    done
    # shellcheck disable=SC2086 # a list of words
    ../unpacked/configure $werror $all --disable-dependency-tracking --without-systemdsystemunitdir --without-sysusersdir >summary &&
        make -j "$jobs" && programs_run || return 1
    # What was left out on purpose is not said to be missing.
    for option in http seccomp; do
        grep "left out with --disable-$option" summary || return 1
    done
}

# shellcheck disable=SC2086 # two words
# Nothing asks configure to be on an unknown system: it is told, in a copy.
other()
{
    cp -R -p "$work/unpacked" "$work/other" && cd "$work/other" &&
        sed 's/igmpq_system=linux *;;/igmpq_system=other ;;/' ../unpacked/configure >configure && ! cmp -s configure ../unpacked/configure &&
        ./configure -q $werror && make -j "$jobs" && programs_run && [ -f src/io/links_hardware_none.o ] || return 1
    # Captures can be read there.
    srcdir=$work/other "$work/other/tests/replay.sh"
}

quick=false
case ${1-} in
'') ;;
--quick) quick=true ;;
-h | --help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-hygiene.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
failed=0
skipped=0
# Quick to compile: what is looked for here is not in the optimiser.
CFLAGS=-O0
export CFLAGS
werror='--enable-werror --enable-silent-rules'
source=$work/source
# What a build in the checkout left, and what autogen.sh made, stays behind.
mkdir "$source" || exit 1
(cd "$here/../.." && tar -c -f - --exclude=./.git --exclude='*.o' --exclude='*.a' --exclude=.deps --exclude=./config.status \
    --exclude=./config.h --exclude=./stamp-h1 --exclude=./autom4te.cache --exclude=./configure --exclude=./build-aux \
    --exclude=./aclocal.m4 --exclude=./Makefile --exclude='./build.*' .) | tar -x -f - --no-same-owner -C "$source" || exit 1

! needs bashisms checkbashisms devscripts || step bashisms bashisms
step autotools autotools
step archive archive
without_autotools || exit 1
PATH=$work/none:$PATH
step in-tree in_tree
! needs bmake bmake bmake || step bmake bsd_make
mkdir -p "$work/bsd"
step spaces spaces
step options options
step other other
[ "$failed" -eq 0 ] || exit 1
[ "$skipped" -eq 0 ] || exit 77
