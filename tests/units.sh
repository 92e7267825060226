#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The units of systemd: both are locked in alike, systemd finds nothing wrong with them, and calls their exposure 1.5 at most.
# Nothing is started. "make check" runs it where the units were made; without systemd-analyze it compares alone.
set -u
units=${UNITS:-etc/systemd}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
status=0

fail()
{
    printf 'FAIL: %s\n' "$*"
    status=1
}

# Everything in the unit that is neither about what it is, nor about how it is called.
common()
{
    sed -n '/^\[Service\]/,/^\[Install\]/p' "$1" | grep -v -e '^#' -e '^ExecStart='
}
for unit in igmpqd igmpqd@; do
    common "$units/$unit.service" >"$work/$unit.common" || fail "no $unit.service"
    ! grep -n '@[a-z_]*@' "$units/$unit.service" || fail "$unit.service: something was not filled in"
    # the programs may not be installed, and systemd looks for them
    sed 's,^ExecStart=[^ ]*,ExecStart=/bin/true,' "$units/$unit.service" >"$work/$unit.service"
done
[ "$(wc -l <"$work/igmpqd.common")" -gt 30 ] || fail 'igmpqd.service is not what this test knows'
# Metrics may be at [::1].
for family in PACKET NETLINK INET INET6 UNIX; do
    grep -q "^RestrictAddressFamilies=.*\\bAF_$family\\b" "$work/igmpqd.common" || fail "sockets of AF_$family are refused"
done
diff "$work/igmpqd.common" "$work/igmpqd@.common" || fail 'the two units differ in more than how igmpqd is called'

if command -v systemd-analyze >/dev/null 2>&1; then
    mv "$work/igmpqd@.service" "$work/igmpqd@br-lan.service"
    for unit in igmpqd igmpqd@br-lan; do
        said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$work/$unit.service" 2>&1) || fail "$unit: verify failed"
        # What it says of other units of this machine is not about ours.
        ours=$(printf '%s\n' "$said" | grep "^$work\|$unit") && fail "$ours"
        systemd-analyze --no-pager security --offline=true --threshold=15 "$work/$unit.service" >"$work/security" 2>&1 ||
            fail "$unit: $(cat "$work/security")"
        tail -n 1 "$work/security"
    done
else
    echo 'systemd-analyze is not here: compared only'
fi
exit "$status"
