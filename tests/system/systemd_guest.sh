#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Inside User-Mode Linux, as a service of its systemd: igmpqd.service and igmpqd@.service, told as a user would, an upgrade of
# the package while they run, and its removal. igmpqd has the host's own eth0, on a port of a switch that forgets a member
# after 20 s and is in a namespace of its own.
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

say()
{
    printf '%s %s\n' "$(cut -d ' ' -f 1 /proc/uptime)" "$*"
}

# The end of this system, with what the test said.
finish()
{
    echo "$1" >/guest.status
    sync
    systemctl poweroff --force --force
    exit "$1"
}

fail()
{
    say "FAILED: $*"
    systemctl status --no-pager --full 'igmpqd*'
    journalctl --no-pager -n 60 -u 'igmpqd*'
    finish 1
}

show() # UNIT PROPERTY
{
    systemctl show --value -p "$2" "$1"
}

# shellcheck source=within.sh
. /within.sh

kept()
{
    bridge -n sw mdb show | grep -q 'port r grp 239.9.9.9'
}

is_active()
{
    [ "$(show "$1" ActiveState)" = active ]
}

restarted() # TIMES
{
    [ "$(show igmpqd NRestarts)" = "$1" ] && is_active igmpqd
}

# shellcheck disable=SC2317 # called by its name
said() # PATTERN: in the journal
{
    journalctl --no-pager -o cat -u 'igmpqd*' | grep -q "$1"
}

# Seconds since this system began.
seconds()
{
    cut -d . -f 1 /proc/uptime
}

# as_one INTERFACE: the instance for it runs, is locked in, and answers at a socket of its own.
as_one()
{
    systemctl start "igmpqd@$1" || fail "igmpqd@$1 does not start"
    within 10 test -S "/run/igmpq/$1.sock" || fail "no /run/igmpq/$1.sock"
    within 10 queries "$1" || fail "igmpqd@$1 does not query on $1: $(cat /run/ctl)"
    locked_in "igmpqd@$1"
}
# shellcheck disable=SC2317 # called by its name
queries() # INTERFACE
{
    igmpqctl -s "/run/igmpq/$1.sock" >/run/ctl && grep -q "^$1: querier is this host, " /run/ctl
}

# Locked in as its unit says: UNIT
locked_in()
{
    local pid uid each
    pid=$(show "$1" MainPID)
    uid=$(id -u igmpq)
    status()
    {
        sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"
    }
    [ "$(status Uid | tr '\t' ' ')" = "$uid $uid $uid $uid" ] || fail "$1: its users are $(status Uid)"
    for each in CapEff CapPrm CapBnd CapInh CapAmb; do
        [ $((0x$(status $each) & ~0x2000)) -eq 0 ] || fail "$1: $each is $(status $each)"
    done
    [ "$(status NoNewPrivs)" = 1 ] || fail "$1: it may gain privileges"
    [ "$(status Seccomp)" = 2 ] || fail "$1: it has no filter of system calls"
    say "$1: process $pid of user $uid, CapEff $(status CapEff), CapPrm $(status CapPrm), Seccomp 2, NoNewPrivs 1; $(show "$1" StatusText)"
}

say "up: $(uname -r), $(systemctl --version | head -n 1)"
for module in bridge veth af_packet; do
    modprobe -q "$module"
done
is_active igmpqd && fail 'it was started by its installation'

# Before there is an interface: it is ready all the same, and waits.
systemctl start igmpqd || fail 'it does not start'
is_active igmpqd || fail "it is $(show igmpqd ActiveState)"
ready=$(seconds)
say "active before there is an interface; $(show igmpqd StatusText)"
ip netns add sw
ip netns add r
ip -n sw link add br0 type bridge mcast_snooping 1 mcast_querier 0 mcast_membership_interval 2000 || finish 77
ip -n sw link set br0 up
ip link add eth0 type veth peer name q netns sw
ip -n r link add eth0 type veth peer name r netns sw
for port in q r; do
    ip -n sw link set "$port" master br0 up
done
ip addr add 10.9.0.1/24 dev eth0
ip -n r addr add 10.9.0.2/24 dev eth0
ip link set eth0 up
ip -n r link set eth0 up
within 15 said 'querier as 10\.9\.0\.1/24' || fail 'it does not query on an interface that came late'
ip netns exec r python3 /member.py eth0 239.9.9.9 &
within 8 kept || fail 'the member never came into the table of the switch'
locked_in igmpqd
igmpqctl >/run/ctl || fail 'igmpqctl cannot ask'

# The switch's table, looked at while all the rest happens.
(
    until ! kept; do sleep 0.5; done
    touch /run/lost
) &
watcher=$!

# Fed by itself for longer than it takes to bite, and then not any more.
while [ $(($(seconds) - ready)) -le 12 ]; do sleep 0.5; done
[ "$(show igmpqd NRestarts)" = 0 ] || fail 'the watchdog bit a daemon that was well'
is_active igmpqd || fail 'it is not active any more'
kill -STOP "$(show igmpqd MainPID)"
within 20 restarted 1 || fail 'a daemon that hangs is not started again'
journalctl --no-pager -o cat -u igmpqd | grep -qi 'watchdog timeout' || fail 'it was not the watchdog that ended it'
say 'the watchdog was fed for 12 s of 8, and when igmpqd hung, it was killed and started again'
[ ! -e /run/lost ] || fail 'the member fell out of the table of the switch while igmpqd hung'

killed=$(seconds)
kill -KILL "$(show igmpqd MainPID)"
within 15 restarted 2 || fail 'a daemon that was killed is not started again'
say 'killed, and started again'
systemctl reload igmpqd || fail 'it cannot be told to read its file again'
within 5 said 'configuration' || fail 'it says nothing of the reload'
restarted 2 || fail 'it is not what it was before the reload'

# Another interface, of a name that systemd would take for a path if it were not left as it is.
ip link add br-lan type veth peer name lan0 netns r
ip addr add 10.8.0.1/24 dev br-lan
ip link set br-lan up
ip -n r link set lan0 up
systemctl enable --quiet igmpqd@br-lan || fail 'igmpqd@br-lan cannot be enabled'
as_one br-lan

# An upgrade ends both, and starts the new program.
before="$(show igmpqd MainPID) $(show igmpqd@br-lan MainPID)"
dpkg --force-unsafe-io -i /igmpq.deb >/run/dpkg 2>&1 || fail "the upgrade failed: $(cat /run/dpkg)"
for each in igmpqd igmpqd@br-lan; do
    within 10 is_active "$each" || fail "$each does not run after an upgrade"
    [[ " $before " != *" $(show "$each" MainPID) "* ]] || fail "$each is still the old program after an upgrade"
done
say 'an upgrade started both anew'
while [ $(($(seconds) - killed)) -le 21 ]; do sleep 0.5; done
[ ! -e /run/lost ] || fail 'the member fell out of the table of the switch'
kill "$watcher"
say 'the member stayed in the table of the switch throughout'

began=$(seconds)
systemctl stop igmpqd || fail 'it cannot be stopped'
took=$(($(seconds) - began))
[ "$(show igmpqd Result)" = success ] || fail "it ended with $(show igmpqd Result)"
# One that does not end is killed later than that, and its result is another.
[ "$took" -le 10 ] || fail "it took $took s to stop"
say 'stopped in time'

# The other unit on the same interface, without a file.
as_one eth0
systemctl stop igmpqd@eth0
[ "$(show igmpqd@eth0 Result)" = success ] || fail "igmpqd@eth0 ended with $(show igmpqd@eth0 Result)"
dpkg --purge igmpq >/run/dpkg 2>&1 || fail "it cannot be removed: $(cat /run/dpkg)"
! pidof igmpqd >/run/dpkg || fail 'igmpqd runs after its removal'
[ -z "$(find /run/igmpq /etc/systemd /etc/igmpqd.conf -name '*igmpqd*' ! -name igmpqd.service.d 2>/dev/null)" ] ||
    fail "left: $(find /run/igmpq /etc/systemd /etc/igmpqd.conf -name '*igmpqd*')"
say 'removed with what ran'
within 30 eval '! kept' || fail 'the switch keeps the member without a querier: nothing was proved'
say 'and without igmpqd the switch forgot the member'
finish 0
