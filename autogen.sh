#!/bin/sh
# SPDX-License-Identifier: MIT
# Make ./configure from configure.ac and Makefile.am. Needs autoconf, automake and pkg-config.
set -e
cd "$(dirname "$0")"
for tool in autoreconf automake pkg-config; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "autogen.sh needs $tool. Debian: apt-get install autoconf automake pkg-config;" \
            "Fedora: dnf install autoconf automake pkgconf-pkg-config;" \
            "FreeBSD: pkg install autoconf automake pkgconf" >&2
        exit 1
    fi
done
exec autoreconf --install --force
