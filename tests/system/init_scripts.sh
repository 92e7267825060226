#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The System V script, on this machine but with a network, an /etc and a /run of its own: start, start again, status, reload,
# restart, try-restart, what a killed daemon leaves, stop. Usage: init_scripts.sh IGMPQD, as root.
set -u

if [ "${INIT_SCRIPTS-}" != inside ]; then
    [ "$(id -u)" -eq 0 ] || {
        echo 'needs root'
        exit 77
    }
    script=$(cd "$(dirname "$0")/../../etc/init" && pwd -P)/igmpqd.sysv
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' INT TERM HUP
    chmod 755 "$work"
    INIT_SCRIPTS=inside unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private sh "$0" "$1" "$script" "$work"
    exit "$?"
fi
igmpqd=$1
script=$2
work=$3

fail()
{
    printf 'FAIL: %s\n' "$*"
    exit 1
}
# shellcheck source=within.sh
. "$(dirname "$0")/within.sh"
# true when somebody has opened the interface for frames
opened()
{
    # awk is an alternative, and those are in /etc
    while read -r _ _ _ _ of _; do
        [ "$of" != "$(cat "/sys/class/net/$1/ifindex")" ] || return 0
    done </proc/net/packet
    return 1
}
# init ACTION STATUS
init()
{
    status=0
    sh "$script" "$1" >"$work/said" 2>&1 || status=$?
    [ "$status" -eq "$2" ] || fail "$1: status $status, not $2: $(cat "$work/said")"
}
process()
{
    cat /run/igmpqd.pid
}
gone() # PROCESS
{
    [ ! -e "/proc/$1" ]
}

mkdir "$work/etc" && cp /etc/passwd /etc/group /etc/nsswitch.conf "$work/etc/" || exit 1
grep -q '^igmpq:' "$work/etc/passwd" || echo 'igmpq:x:64998:64998::/:/usr/sbin/nologin' >>"$work/etc/passwd"
grep -q '^igmpq:' "$work/etc/group" || echo 'igmpq:x:64998:' >>"$work/etc/group"
[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache "$work/etc/"
mkdir "$work/etc/default" && cp "$igmpqd" "$work/igmpqd" && chmod 755 "$work/igmpqd" || exit 1
echo "DAEMON=$work/igmpqd" >"$work/etc/default/igmpqd"
mount --bind "$work/etc" /etc && mount -t tmpfs run /run || exit 1
mount -t sysfs -o ro sys /sys && ip link set lo up && ip link add eth0 type veth peer name eth1 || exit 1
for each in eth0 eth1; do
    ip addr add "10.9.0.1/24" dev "$each" && ip link set "$each" up || exit 1
done

init status 3
init start 6
echo 'interfaces = ( { name = "eth0"; } );' >/etc/igmpqd.conf
init try-restart 0
init status 3
init reload 7
init force-reload 7
init start 0
init status 0
first=$(process)
[ "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$first/status")" != 0 ] || fail 'it runs as root'
init start 0
[ "$(process)" = "$first" ] || fail 'a second one was started'
within 5 opened eth0 || fail 'it does not run on eth0'
for each in 'reload eth1' 'force-reload eth0'; do
    echo "interfaces = ( { name = \"${each#* }\"; } );" >/etc/igmpqd.conf
    init "${each% *}" 0
    within 5 opened "${each#* }" || fail "${each% *} does not read the file again"
    init status 0
    [ "$(process)" = "$first" ] || fail "${each% *} starts another"
done
init restart 0
second=$(process)
[ "$second" != "$first" ] || fail 'a restart leaves the old one'
init try-restart 0
third=$(process)
[ "$third" != "$second" ] || fail 'try-restart leaves the old one'
kill -KILL "$third"
within 5 gone "$third" || fail 'it was killed and is still there'
init status 1
init start 0
init status 0
fourth=$(process)
kill -TERM "$fourth"
within 5 gone "$fourth" || fail 'it was told to end and is still there'
init status 3
init start 0
init stop 0
init status 3
init stop 0
init nonsense 2
echo 'System V: started, reloaded, restarted, found dead, stopped'
