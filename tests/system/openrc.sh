#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The script for OpenRC, with Debian's openrc, which starts, supervises and stops it here without being the first process. For the
# one service and for that of one interface, each action, and what a killed daemon does. In a copy of a Debian system where igmpq
# is installed, with a network and processes of its own. Usage: openrc.sh ROOT PACKAGES, the folder of openrc's packages; as root.
set -u

case ${OPENRC-} in
'')
    [ "$(id -u)" -eq 0 ] || {
        echo 'needs root'
        exit 77
    }
    script=$(cd "$(dirname "$0")/../../etc/init" && pwd -P)/igmpqd.openrc
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' INT TERM HUP
    OPENRC=outside unshare --net --mount --pid --fork --kill-child --propagation private sh "$0" "$1" "$2" "$script" "$work"
    exit "$?"
    ;;
outside)
    # what is written goes to memory, and with it
    mount -t tmpfs tmpfs "$4" && mkdir "$4/upper" "$4/work" "$4/root" &&
        mount -t overlay overlay -o "lowerdir=$1,upperdir=$4/upper,workdir=$4/work" "$4/root" || exit 1
    root=$4/root
    mount -t proc proc "$root/proc" && mount -t tmpfs -o mode=755 run "$root/run" && mount -t tmpfs -o mode=755 dev "$root/dev" || exit 1
    for each in null zero random urandom; do
        touch "$root/dev/$each" && mount --bind "/dev/$each" "$root/dev/$each" || exit 1
    done
    mkdir "$root/packages" && cp "$2"/*.deb "$root/packages/" && cp "$3" "$root/igmpqd.openrc" && cp "$0" "$root/openrc.sh" &&
        cp "$(dirname "$0")/within.sh" "$root/" || exit 1
    exec env -i OPENRC=inside LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" sh /openrc.sh
    ;;
esac

# From here on this is the first process of all, which collects those that others leave.
fail()
{
    printf 'FAIL: %s\n' "$*"
    exit 1
}
# service NAME ACTION STATUS
service()
{
    status=0
    rc-service "$1" "$2" >/said 2>&1 || status=$?
    [ "$status" -eq "$3" ] || fail "$1 $2: status $status, not $3: $(cat /said)"
}
said()
{
    grep -q -e "$1" /said || fail "not \"$1\", but $(cat /said)"
}
# shellcheck source=within.sh
. /within.sh
# answers SOCKET PATTERN: igmpqd says this there
answers()
{
    igmpqctl -s "/run/igmpq/$1.sock" >/answer 2>&1 && grep -q -e "$2" /answer
}
# the process of igmpqd, which its supervisor has started
process()
{
    igmpqctl -s "/run/igmpq/$1.sock" | sed -n 's/^igmpqd .*, process \([0-9]*\),.*/\1/p'
}
another() # SOCKET PROCESS: one that runs and is not this one
{
    answers "$1" . && [ "$(process "$1")" != "$2" ]
}

dpkg --force-unsafe-io -i /packages/*.deb >/said 2>&1 || fail "openrc: $(tail -n 5 /said)"
install -m 755 /igmpqd.openrc /etc/init.d/igmpqd
ln -s igmpqd /etc/init.d/igmpqd.br-lan
# as it is once OpenRC has booted a system
for each in daemons exclusive failed hotplugged inactive options scheduled started starting stopped stopping tmp wasinactive; do
    mkdir -p "/run/openrc/$each"
done
echo default >/run/openrc/softlevel

service igmpqd status 3
rm -f /etc/igmpqd.conf
service igmpqd start 1
said '/etc/igmpqd.conf'
echo 'interfaces = ( { name = "eth9"; nonsense = 1; } );' >/etc/igmpqd.conf
service igmpqd start 1
said 'nonsense'
service igmpqd status 3
echo 'interfaces = ( { name = "eth9"; } );' >/etc/igmpqd.conf
rc-update add igmpqd default >/said 2>&1 || fail "it cannot be enabled: $(cat /said)"
[ -h /etc/runlevels/default/igmpqd ] || fail 'it is not enabled'
service igmpqd start 0
within 10 answers igmpqd eth9 || fail 'igmpqd does not answer'
service igmpqd status 0
first=$(process igmpqd)
[ "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$first/status")" != 0 ] || fail 'it runs as root'
service igmpqd start 0
[ "$(process igmpqd)" = "$first" ] || fail 'a second one was started'
sed -i s/eth9/eth8/ /etc/igmpqd.conf
service igmpqd reload 0
within 5 answers igmpqd eth8 || fail 'a reload does not read the file again'
[ "$(process igmpqd)" = "$first" ] || fail 'a reload starts another'
service igmpqd restart 0
within 10 another igmpqd "$first" || fail 'a restart leaves the old one'
within 5 test ! -e "/proc/$first" || fail 'the old one is still there'

# One interface, beside it.
service igmpqd.br-lan start 0
within 10 answers br-lan br-lan || fail 'igmpqd.br-lan does not answer'
second=$(process br-lan)
kill -s KILL "$second"
within 15 another br-lan "$second" || fail 'one that was killed is not started again'
service igmpqd.br-lan status 0
service igmpqd.br-lan stop 0
service igmpqd.br-lan status 3
! answers br-lan . || fail 'it was stopped and answers'
answers igmpqd eth8 || fail 'the other ended with it'
service igmpqd stop 0
service igmpqd status 3
rc-update del igmpqd default >/said 2>&1 || fail "it cannot be disabled: $(cat /said)"
nothing_runs()
{
    for each in /proc/[0-9]*/comm; do
        case $(cat "$each" 2>/dev/null) in
        igmpqd | supervise-daemo*) return 1 ;;
        esac
    done
}
within 5 nothing_runs || fail "left behind: $each"
echo 'started, reloaded, restarted, killed and started again, stopped; and on one interface'
