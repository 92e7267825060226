#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The System V script, on this machine but with a network, an /etc and a /run of its own: start, start again, status, reload,
# restart, what a killed daemon leaves, stop. Usage: init_scripts.sh IGMPQD, as root.
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

mkdir "$work/etc" && cp /etc/passwd /etc/group /etc/nsswitch.conf "$work/etc/" || exit 1
grep -q '^igmpq:' "$work/etc/passwd" || echo 'igmpq:x:64998:64998::/:/usr/sbin/nologin' >>"$work/etc/passwd"
grep -q '^igmpq:' "$work/etc/group" || echo 'igmpq:x:64998:' >>"$work/etc/group"
[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache "$work/etc/"
mkdir "$work/etc/default" && cp "$igmpqd" "$work/igmpqd" && chmod 755 "$work/igmpqd" || exit 1
echo "DAEMON=$work/igmpqd" >"$work/etc/default/igmpqd"
mount --bind "$work/etc" /etc && mount -t tmpfs run /run || exit 1
ip link set lo up

init status 3
init start 6
echo 'interfaces = ( { name = "eth9"; } );' >/etc/igmpqd.conf
init start 0
init status 0
first=$(process)
[ "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$first/status")" != 0 ] || fail 'it runs as root'
init start 0
[ "$(process)" = "$first" ] || fail 'a second one was started'
init reload 0
init status 0
[ "$(process)" = "$first" ] || fail 'a reload starts another'
init restart 0
second=$(process)
[ "$second" != "$first" ] || fail 'a restart leaves the old one'
kill -KILL "$second"
sleep 0.5
init status 1
init start 0
init status 0
kill -TERM "$(process)"
sleep 0.5
init status 3
init start 0
init stop 0
init status 3
init stop 0
init nonsense 2
echo 'System V: started, reloaded, restarted, found dead, stopped'
