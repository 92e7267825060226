#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The Debian package: it is made, lintian finds nothing, a bare Debian 12 takes it with what it depends on and nothing else,
# nothing queries then, what its unit starts keeps a stream alive while it is locked in as the unit says, and purging it leaves nothing.
#
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
system_options "Usage: tests/system/debian_package.sh [--long] [--source DIR] WORK

Make the package from DIR (this checkout) in WORK, and test it there. With --long it does its work for a minute. Needs root.
Exit status: 0, 1 when something failed, 77 when it cannot be tested here." "$@"
system_use_e2e package
# shellcheck source=../e2e/lib.sh
. "$E2E_HERE/lib.sh"
for tool in dpkg-buildpackage dh lintian mmdebstrap setpriv unshare ip bridge; do
    command -v "$tool" >/dev/null || {
        echo "$tool is not installed"
        exit 77
    }
done
root=$E2E_DIR/root

deb=$(system_package) || fail 'the package cannot be made'
note "$(basename "$deb"), $(stat -c %s "$deb") octets"
# beside NAME COMMAND...: in the background; and finished NAME waits for it, and shows its last line.
beside()
{
    "${@:2}" >"$E2E_DIR/$1.log" 2>&1 </dev/null &
    know "$1" $!
}
finished()
{
    collect "$1"
    [ "$stop_status" -eq 0 ] || fail "$1: $(tail -n 40 "$E2E_DIR/$1.log")"
    note "$1: $(tail -n 1 "$E2E_DIR/$1.log")"
}
# shellcheck disable=SC2016 # expanded inside
beside lintian sh -c 'lintian --allow-root --fail-on error,warning "$0" && echo neither errors nor warnings' "${deb%.deb}.changes"
for program in usr/sbin/igmpqd usr/bin/igmpqctl usr/bin/igmpq-inject usr/bin/igmpq-replay; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -f - -C "$E2E_DIR" "./$program"
    # PIE, immediate binding, a stack that cannot be run
    readelf -hlW "$E2E_DIR/$program" >"$E2E_DIR/elf"
    readelf -dW "$E2E_DIR/$program" >>"$E2E_DIR/elf"
    # shellcheck disable=SC2015 # each of them has to be there
    grep -q 'Type: *DYN' "$E2E_DIR/elf" && grep -q 'BIND_NOW\|Flags:.*NOW' "$E2E_DIR/elf" && grep -q 'GNU_RELRO' "$E2E_DIR/elf" &&
        grep -q 'GNU_STACK.* RW ' "$E2E_DIR/elf" || fail "$program is not hardened"
done

# --- a bare system --------------------------------------------------------------------------------------
archive=$(system_bare "$deb") || fail 'no Debian system can be made here'
system_unpack "$archive" "$root"
# The trace of a package, outside of what dpkg and apt keep for themselves.
traces()
{
    (cd "$root" && find . -path ./proc -prune -o -name '*igmpq*' ! -path './igmpq-downloads*' ! -path './var/cache/apt/*' -print | sort)
    # the account files of before, which are kept beside them
    grep -rs --exclude='*-' igmpq "$root/etc" || :
}
[ -z "$(traces)" ] || fail "the bare system has traces of igmpq: $(traces)"
find "$root/igmpq-downloads/depends" -name '*.deb' -printf '%f\n' | sort >"$E2E_DIR/depends"
note "depends on $(wc -l <"$E2E_DIR/depends") packages that a bare system has not"
cp "$deb" "$root/tmp/igmpq.deb"
in_root "$root" sh -c 'apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends install /igmpq-downloads/depends/*.deb /tmp/igmpq.deb' \
    >"$E2E_DIR/install.log" 2>&1 || fail "$(tail -n 20 "$E2E_DIR/install.log")"
mv "$root/igmpq-downloads/openrc" "$E2E_DIR/openrc-packages"
rm -r "$root/igmpq-downloads"
note 'installed'
account=$(grep '^igmpq:' "$root/etc/passwd") || fail 'no account igmpq'
[[ $account == *:/usr/sbin/nologin ]] || fail "one can log in: $account"
! ls "$root"/etc/systemd/system/*/igmpqd* >/dev/null 2>&1 || fail 'the service was enabled'
for program in igmpqd igmpqctl igmpq-inject igmpq-replay; do
    in_root "$root" "$program" --version >>"$E2E_DIR/versions" || fail "$program does not run: a library is missing"
done
# Again, as an upgrade does it, and once more after a removal.
in_root "$root" sh -c 'dpkg --force-unsafe-io -i /tmp/igmpq.deb && dpkg -r igmpq && dpkg -i /tmp/igmpq.deb' >>"$E2E_DIR/install.log" 2>&1 ||
    fail "$(cat "$E2E_DIR/install.log")"

# The scripts for other inits, beside what follows: in namespaces of their own, where nothing stays.
beside sysv sh "$system_here/init_scripts.sh" "$E2E_DIR/usr/sbin/igmpqd"
beside openrc sh "$system_here/openrc.sh" "$root" "$E2E_DIR/openrc-packages"

# --- does it work -----------------------------------------------------------------------------------------
# The switch forgets a member after 6 s; igmpqd asks every 2.
lan sw mcast_membership_interval 600
host q sw 10.9.0.1/24
host r sw 10.9.0.2/24
printf 'interfaces = ( { name = "eth0"; query-interval = 2; query-response-interval = 1; } );\n' >"$root/etc/igmpqd.conf"
unit=$root/lib/systemd/system/igmpqd.service

# confined NAME UNIT: the process is that of igmpqd, since all before it only exec.
confined()
{
    start "$1-notified" q python3 "$system_here/notified.py" "igmpq-$1"
    wait_log "$1-notified" '^listening' 5
    start "$1" q "$system_here/confined.sh" "$root" "$2" NOTIFY_SOCKET="@igmpq-$1" WATCHDOG_USEC=2000000
}
# status NAME FIELD: of its /proc/PID/status.
status()
{
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$(pid_of "$1")/status"
}
confined igmpqd "$unit"
wait_log igmpqd-notified 'READY=1' 10
wait_log igmpqd 'querier as 10\.9\.0\.1/24' 10
[ "$(readlink "/proc/$(pid_of igmpqd)/exe")" = "$root/usr/sbin/igmpqd" ] || fail 'this process is not igmpqd'
uid=$(printf '%s' "$account" | cut -d : -f 3)
[ "$(status igmpqd Uid | tr '\t' ' ')" = "$uid $uid $uid $uid" ] || fail "its users: $(status igmpqd Uid)"
for each in CapEff CapPrm CapBnd CapInh CapAmb; do
    # nothing but CAP_NET_RAW, which is 13
    [ $((0x$(status igmpqd $each) & ~0x2000)) -eq 0 ] || fail "$each is $(status igmpqd $each)"
done
[ "$(status igmpqd NoNewPrivs)" = 1 ] || fail 'it may gain privileges'
[ "$(status igmpqd Seccomp)" = 2 ] || fail 'it has no filter of system calls'
note "runs as user $uid, CapEff $(status igmpqd CapEff), NoNewPrivs 1, Seccomp 2"

member r r 239.9.9.9
within 5 has_entry sw 239.9.9.9 r || fail 'the member never came into the table of the switch'
seconds=10
! "$system_long" || seconds=60
{ throughout "$seconds" has_entry sw 239.9.9.9 r || exit 1; } &
know watch $!
# The package's own test meanwhile, in a network of its own.
PATH="$root/usr/sbin:$root/usr/bin:$PATH" sh -c 'cd / && exec "$0"' "$system_source/debian/tests/querier" >"$E2E_DIR/autopkgtest.log" 2>&1 ||
    fail "debian/tests/querier: $(tail -n 20 "$E2E_DIR/autopkgtest.log")"
note "debian/tests/querier: $(tail -n 1 "$E2E_DIR/autopkgtest.log")"
collect watch
[ "$stop_status" -eq 0 ] || fail 'the member fell out of the table of the switch'
[ "$(router_ports sw)" = q ] || fail "router ports: $(router_ports sw)"
note "$seconds s, and the member stayed in the table of a switch that forgets after 6"
fed=$(grep -c 'WATCHDOG=1' "$E2E_DIR/igmpqd-notified.log" || :)
expect "$fed >= $seconds / 2" 'times that the watchdog was fed, which bites after 2 s'

# The other unit beside it, on the same interface: the first one has it. With a socket of its own, and told so.
sed "s/%i/eth0/g" "$root/lib/systemd/system/igmpqd@.service" >"$E2E_DIR/igmpqd@eth0.service"
stop igmpqd
ended_with 0
wait_log igmpqd-notified 'STOPPING=1' 2
confined instance "$E2E_DIR/igmpqd@eth0.service"
wait_log instance-notified 'READY=1' 10
wait_log instance 'querier as 10\.9\.0\.1/24' 10
[ -S "/proc/$(pid_of instance)/root/run/igmpq/eth0.sock" ] || fail 'the instance has no socket of its own'
in_ns q nsenter --mount="/proc/$(pid_of instance)/ns/mnt" chroot "$root" igmpqctl -s /run/igmpq/eth0.sock >"$E2E_DIR/ctl.log" ||
    fail "igmpqctl: $(cat "$E2E_DIR/ctl.log")"
stop instance
ended_with 0
within 20 not has_entry sw 239.9.9.9 r || fail 'the switch keeps the member without a querier: nothing was proved'
note 'and without igmpqd the switch forgot it'

# --- the end ------------------------------------------------------------------------------------------------
finished sysv
finished openrc
rm "$root/tmp/igmpq.deb"
in_root "$root" dpkg --purge igmpq >"$E2E_DIR/purge.log" 2>&1 || fail "$(cat "$E2E_DIR/purge.log")"
[ -z "$(traces)" ] || fail "purging left: $(traces)"
note 'purged, and no trace is left'
finished lintian
rm -rf "$root"
