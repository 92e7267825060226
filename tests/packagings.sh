#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What cannot be built everywhere is at least in step: every packaging has the version of configure.ac, the list of FreeBSD's
# port is what "make install" installs, and the init scripts are scripts. "make check" gives srcdir.
set -u
srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
status=0

fail()
{
    printf 'FAIL: %s\n' "$*"
    status=1
}

version=$(sed -n 's/^AC_INIT(\[igmpq\], \[\(.*\)\])$/\1/p' "$srcdir/configure.ac")
[ -n "$version" ] || fail 'configure.ac names no version'
has() # FILE LINE
{
    grep -Fq -e "$2" "$srcdir/$1" || fail "$1 is not of version $version"
}
has debian/changelog "igmpq ($version"
has etc/packaging/igmpq.spec "Version:        $version"
has etc/packaging/alpine/APKBUILD "pkgver=$version"
has etc/packaging/openwrt/Makefile "PKG_VERSION:=$version"
has etc/packaging/freebsd/Makefile "DISTVERSION=	$version"

${MAKE:-make} install prefix=/usr DESTDIR="$work/root" >"$work/log" 2>&1 || fail "make install: $(tail -n 5 "$work/log")"
(cd "$work/root/usr" && find . ! -type d | sed -e 's,^\./,,' -e '/systemd/d' -e '/sysusers/d') | sort >"$work/installed"
sed -e 's,^%%PORTDOCS%%%%DOCSDIR%%,share/doc/igmpq,' -e 's,\(share/man/.*\)\.gz$,\1,' "$srcdir/etc/packaging/freebsd/pkg-plist" | sort >"$work/listed"
[ "$(wc -l <"$work/installed")" -gt 15 ] || fail 'hardly anything was installed'
diff "$work/installed" "$work/listed" >"$work/difference" || fail "installed (<) and in pkg-plist (>) differ: $(cat "$work/difference")"

for script in "$srcdir"/etc/init/*; do
    sh -n "$script" || fail "$script"
done
exit "$status"
