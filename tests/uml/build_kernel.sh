#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds a User-Mode Linux kernel whose time is virtual, from Debian's linux-source-6.1 and timetravel.config, and prints
# its path. It is kept in IGMPQ_CACHE (/var/cache/igmpq) under a name made of both, and built again only when it is not there:
# four minutes of one processor, 550 MB for a while. With --find it is never built: exit status 1 when it is not there.
#
# Needs gcc, make, bison, flex, bc, xz and Debian's package lists; fetches the source (140 MB) but installs nothing.
set -u

version=6.1
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
cache=${IGMPQ_CACHE:-/var/cache/igmpq}
kernel=$cache/linux-timetravel-$version-$(cksum <"$here/timetravel.config" | cut -d ' ' -f 1)

give_up()
{
    printf 'build_kernel.sh: %s\n' "$*" >&2
    exit 1
}

if [ ! -x "$kernel" ]; then
    [ "${1-}" != --find ] || exit 1
    for tool in gcc make bison flex bc xz apt-get dpkg-deb; do
        command -v "$tool" >/dev/null || give_up "$tool is missing; the packages are gcc make bison flex bc xz-utils"
    done
    [ "$(uname -m)" = x86_64 ] || give_up 'User-Mode Linux is for x86'
    mkdir -p "$cache" || give_up "cannot make $cache; name another folder in IGMPQ_CACHE"
    work=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-kernel.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM HUP
    # apt-get fetches as a user of its own where it can
    chmod 755 "$work" && mkdir -m 777 "$work/fetch" && cd "$work/fetch" || exit 1
    { apt-get -q download "linux-source-$version" || { apt-get -q update && apt-get -q download "linux-source-$version"; }; } \
        </dev/null >"$work/log" 2>&1 || give_up "cannot fetch linux-source-$version: $(tail -n 1 "$work/log")"

    # Most of the source is for machines that this is not; what is said in Kconfig files is needed of all.
    cat >"$work/left_out" <<'END'
*/Documentation/*.rst
*/Documentation/*.txt
*/Documentation/*.yaml
*/arch/[abchilmnoprs]*/*.[chS]
*/arch/xtensa/*.[chS]
*/boot/dts/*
*/drivers/gpu/*.[ch]
*/drivers/iio/*.[ch]
*/drivers/infiniband/*.[ch]
*/drivers/media/*.[ch]
*/drivers/net/ethernet/*.[ch]
*/drivers/net/wireless/*.[ch]
*/drivers/scsi/*.[ch]
*/drivers/staging/*.[ch]
*/drivers/usb/*.[ch]
*/drivers/video/*.[ch]
*/sound/*.[ch]
*/tools/perf/*
*/tools/testing/*
END
    cd "$work" && dpkg-deb --fsys-tarfile fetch/linux-source-*.deb | tar -xO "./usr/src/linux-source-$version.tar.xz" |
        xz -dc -T0 | tar -x -X left_out
    source=$work/linux-source-$version
    [ -f "$source/Makefile" ] || give_up 'the source could not be unpacked'
    mkdir out && cd "$source" || exit 1
    {
        make -s ARCH=um O="$work/out" KCONFIG_ALLCONFIG="$here/timetravel.config" allnoconfig &&
            make ARCH=um O="$work/out" -j "$(getconf _NPROCESSORS_ONLN)" linux
    } </dev/null >>"$work/log" 2>&1 || {
        tail -n 30 "$work/log" >&2
        give_up 'the kernel could not be built'
    }
    # A setting that Linux did not know or want is not there, and a test would say so much later.
    grep '^CONFIG_[A-Z0-9_]*=' "$here/timetravel.config" | while IFS= read -r setting; do
        grep -Fqx "$setting" "$work/out/.config" || printf '%s\n' "$setting"
    done >"$work/missing"
    [ ! -s "$work/missing" ] || give_up "not in this kernel: $(tr '\n' ' ' <"$work/missing")"
    # Another one may be building it at the same time.
    strip -o "$kernel.$$" "$work/out/linux" || give_up "cannot write to $cache"
    mv "$kernel.$$" "$kernel" || exit 1
fi
printf '%s\n' "$kernel"
