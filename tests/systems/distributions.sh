#!/bin/sh
# SPDX-License-Identifier: MIT
#
# igmpq in other releases of Debian, from nothing. See --help.
set -u

usage()
{
    cat <<'END_OF_TEXT'
Usage: tests/systems/distributions.sh [--keep] [--fresh] [RELEASE...]

In a system of each RELEASE of Debian (bullseye, bookworm, trixie, sid; without one, all four): autoreconf -Wall without
a warning; igmpq built with its gcc and with its clang, every warning an error, and make check; and the Debian package,
where the release's debhelper is new enough for it. It tells the versions of compilers, autotools and libraries.

  --keep    leave the logs, and say where
  --fresh   make the systems anew: sid moves on

The systems are made by mmdebstrap with what building needs, and kept in ${IGMPQ_CACHE:-/var/cache/igmpq}/distributions:
300 MB each. What is built and tested there has no network. Needs root, mmdebstrap, zstd and debian-archive-keyring;
IGMPQ_DEBIAN is the mirror (the default: that of this machine, where it is a Debian). Three minutes a release, with two processors.
Exit status: 0 all is well, 1 something failed, 2 wrong usage, 77 it cannot be tested here.
END_OF_TEXT
}

packages=gcc,libc6-dev,clang,make,autoconf,automake,pkg-config,debhelper,dpkg-dev,xz-utils,procps,libcmocka-dev,libconfig-dev
packages=$packages,libjansson-dev,libmicrohttpd-dev,libnet1-dev,libpcap-dev,libseccomp-dev,uthash-dev,zlib1g-dev

# What is done inside, step by step; each says what came of it.
inside()
{
    cat <<'END_OF_SCRIPT'
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root CI=true
export PATH LC_ALL HOME CI
failed=0
version()
{
    dpkg-query -W -f '${Version}' "$1" 2>/dev/null | sed 's/^[0-9]*://; s/[-+~].*//'
}
said=
for package in autoconf automake debhelper libpcap0.8-dev libnet1-dev libconfig-dev libcmocka-dev libjansson-dev libmicrohttpd-dev libseccomp-dev; do
    name=${package%-dev}
    said="$said, ${name%0.8} $(version "$package")"
done
echo "    gcc $(gcc -dumpfullversion), $(clang --version | sed -n '1s/.*clang version \([0-9.]*\).*/clang \1/p')$said"

step() # NAME COMMAND...
{
    name=$1
    shift
    began=$(date +%s)
    if "$@" >"/logs/$name" 2>&1 </dev/null; then
        echo "    $name: ok, $(($(date +%s) - began)) s$(note "/logs/$name")"
    else
        failed=1
        echo "    $name: FAILED"
        tail -n 40 "/logs/$name" | sed 's/^/    | /'
    fi
}

note()
{
    awk '/^# (TOTAL|PASS|SKIP): / { said = said " " tolower($2) " " $3 } END { gsub(/:/, "", said); if (said) print ";" said }' "$1"
}

autotools()
{
    cd /source && autoreconf -Wall --install --force >/logs/autoreconf 2>&1 || {
        cat /logs/autoreconf
        return 1
    }
    ! grep -i 'warning' /logs/autoreconf
}

check_with() # COMPILER
{
    mkdir "/build.$1" && cd "/build.$1" || return 1
    /source/configure -q CC="$1" --enable-werror --enable-http --enable-seccomp || return 1
    make -j "$(nproc)" && make -j "$(nproc)" check && return
    cat test-suite.log
    return 1
}

package()
{
    cp -R /source /package && cd /package && DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" dpkg-buildpackage -b -us -uc --ignore-builtin-builddeps &&
        dpkg-deb -x /igmpq_*.deb /installed || return 1
    # What it depends on beyond libraries, as the maker of the account, is not here: it is not installed.
    for program in sbin/igmpqd bin/igmpqctl bin/igmpq-replay bin/igmpq-inject; do
        "/installed/usr/$program" --version || return 1
    done
}

step autotools autotools
step gcc check_with gcc
step clang check_with clang
if missing=$(cd /source && dpkg-checkbuilddeps -I 2>&1); then
    step package package
else
    echo "    package: left out, ${missing#*: }"
fi
exit "$failed"
END_OF_SCRIPT
}

# Prints the path of the archive.
system_of() # RELEASE
{
    key=$(echo "1 $packages" | sha256sum | cut -c 1-12)
    archive=$cache/$1-$(dpkg --print-architecture)-$key.tar.zst
    if [ ! -s "$archive" ] || "$fresh"; then
        mkdir -p "$cache" && mirror=$("$here/mirror.sh") || return 1
        # A mirror may lag behind what sid says of its own age.
        if ! mmdebstrap --variant=minbase --include="$packages" --dpkgopt=force-unsafe-io \
            --aptopt='Acquire::Check-Valid-Until "false"' "$1" "$archive.$$.tar" "$mirror" >"$work/mmdebstrap" 2>&1 </dev/null; then
            tail -n 20 "$work/mmdebstrap" >&2
            rm -f "$archive.$$.tar"
            return 1
        fi
        zstd -q -T0 --rm "$archive.$$.tar" -o "$archive.$$" && mv "$archive.$$" "$archive" || return 1
    fi
    printf '%s\n' "$archive"
}

try() # RELEASE
{
    root=$work/$1
    archive=$(system_of "$1") || return 1
    mkdir "$root" "$root/logs" && zstd -q -d -c "$archive" | tar -x -f - -C "$root" --exclude './dev/*' &&
        cp -R "$work/source" "$root/source" && inside >"$root/inside" || return 1
    # Neither its processes nor what it mounts, nor any network, are those of this machine.
    # shellcheck disable=SC2016 # expanded there
    unshare --net --mount --pid --fork --kill-child sh -c '
        ip link set lo up && mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" sh /inside' "$root" ||
        return 1
}

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
cache=${IGMPQ_CACHE:-/var/cache/igmpq}/distributions
keep=false
fresh=false
releases=
while [ $# -gt 0 ]; do
    case $1 in
    --keep) keep=true ;;
    --fresh) fresh=true ;;
    -h | --help)
        usage
        exit 0
        ;;
    bullseye | bookworm | trixie | sid) releases="$releases $1" ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
if [ "$(id -u)" -ne 0 ]; then
    echo 'needs root, for chroot'
    exit 77
fi
for tool in mmdebstrap zstd unshare ip; do
    command -v "$tool" >/dev/null || {
        echo "$tool is not installed"
        exit 77
    }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-distributions.XXXXXX") || exit 1
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
# What a build in the checkout left, and what other autotools made, stays behind.
mkdir "$work/source" || exit 1
(cd "$here/../.." && tar -c -f - --exclude=./.git --exclude='*.o' --exclude='*.a' --exclude=.deps \
    --exclude=./config.status --exclude=./config.h --exclude=./stamp-h1 --exclude=./autom4te.cache --exclude=./configure \
    --exclude=./build-aux --exclude=./aclocal.m4 --exclude=./Makefile --exclude='./build.*' .) |
    tar -x -f - --no-same-owner -C "$work/source" || exit 1

failed=0
for release in ${releases:-bullseye bookworm trixie sid}; do
    began=$(date +%s)
    if try "$release" >"$work/words" 2>&1; then
        words=ok
    else
        words=FAILED
        failed=1
    fi
    printf '%s: %s, %d s\n%s\n' "$release" "$words" $(($(date +%s) - began)) "$(cat "$work/words")"
    if "$keep"; then
        logs=$(mktemp -d "${TMPDIR:-/tmp}/igmpq-logs.XXXXXX") && cp "$work/$release"/logs/* "$logs" && echo "    logs: $logs"
    fi
    rm -rf "${work:?}/$release"
done
exit "$failed"
