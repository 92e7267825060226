#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints the address of a mirror of Debian: IGMPQ_DEBIAN, or else the one that this machine's own packages come from.
set -u
if [ -n "${IGMPQ_DEBIAN-}" ]; then
    printf '%s\n' "$IGMPQ_DEBIAN"
    exit
fi
# shellcheck disable=SC2016 # for apt-get to expand
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Identifier: Packages' 2>/dev/null | grep '/debian/*$' | head -n 1)
if [ -z "$mirror" ]; then
    echo 'This machine has its packages from no mirror of Debian: set IGMPQ_DEBIAN to the address of one.' >&2
    exit 1
fi
printf '%s\n' "$mirror"
