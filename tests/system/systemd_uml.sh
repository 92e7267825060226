#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The units under a real systemd: the Debian package in a small Debian that boots in User-Mode Linux, where systemd is the
# first process and the switch is the kernel's own bridge. What happens there is in systemd_guest.sh.
#
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
system_options "Usage: tests/system/systemd_uml.sh [--long] [--source DIR] WORK

Boot the package made from DIR (this checkout) in User-Mode Linux, in WORK, where debian_package.sh may have made it. Needs root.
Exit status: 0, 1 when something failed, 77 when it cannot be tested here." "$@"
system_use_e2e systemd
# shellcheck source=../e2e/lib.sh
. "$E2E_HERE/lib.sh"
for tool in linux.uml mmdebstrap dpkg-buildpackage dh setsid; do
    command -v "$tool" >/dev/null || {
        echo "$tool is not installed"
        exit 77
    }
done
root=$E2E_DIR/root
case $root in
*[[:space:]]*) fail 'a path with a space cannot be handed to a kernel' ;;
esac

deb=$(system_package) || fail 'the package cannot be made'
archive=$(system_full "$deb") || fail 'no Debian system can be made here'
system_unpack "$archive" "$root"
cp "$deb" "$root/igmpq.deb"
in_root "$root" dpkg --force-unsafe-io -i /igmpq.deb >"$E2E_DIR/install.log" 2>&1 || fail "$(cat "$E2E_DIR/install.log")"
note 'the system is ready'

# What is tested is as installed but for one thing: the watchdog bites, and what died or hangs is ended and started again, sooner.
mkdir -p "$root/etc/systemd/system/igmpqd.service.d" "$root/usr/lib/modules"
printf '[Service]\nWatchdogSec=8\nTimeoutAbortSec=2\nRestartSec=1\n' >"$root/etc/systemd/system/igmpqd.service.d/test.conf"
printf 'interfaces = ( { name = "eth0"; query-interval = 2; query-response-interval = 1; } );\n' >"$root/etc/igmpqd.conf"
cp "$system_here/systemd_guest.sh" "$system_here/within.sh" "$E2E_HERE/member.py" "$root/"
cat >"$root/etc/systemd/system/guest.service" <<'UNIT'
[Unit]
DefaultDependencies=no
After=basic.target
Requires=basic.target
[Service]
ExecStart=/bin/bash /systemd_guest.sh
StandardOutput=file:/guest.log
StandardError=inherit
UNIT
# Nothing of the system that the test does not need.
masked=
for each in systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket \
    systemd-random-seed.service systemd-update-utmp.service systemd-binfmt.service systemd-sysctl.service; do
    masked="$masked systemd.mask=$each"
done
# shellcheck disable=SC2086,SC2016 # words; expanded inside
setsid unshare --mount --propagation private sh -c 'mount --bind /usr/lib/uml/modules "$1/usr/lib/modules"; shift; exec "$@"' sh "$root" \
    linux.uml "uml_dir=$E2E_DIR/" umid=uml mem=384M rootfstype=hostfs "rootflags=$root" rw init=/lib/systemd/systemd con0=fd:0,fd:1 \
    con=null systemd.unit=guest.service systemd.log_level=notice systemd.show_status=no $masked quiet loglevel=3 \
    </dev/null >"$E2E_DIR/console.log" 2>&1 &
know uml $!
trap 'kill -s KILL -- "-$(pid_of uml)" 2>/dev/null || :; e2e_clean_up' EXIT
ended()
{
    [ -e "$root/guest.status" ] || ! is_running uml
}
within 600 ended || fail "still running: $(tail -n 20 "$root/guest.log" "$E2E_DIR/console.log")"
cp "$root/guest.log" "$E2E_DIR/" 2>/dev/null || fail "it did not boot: $(tail -n 20 "$E2E_DIR/console.log")"
cat "$E2E_DIR/guest.log"
case $(cat "$root/guest.status" 2>/dev/null) in
0) note 'passed' ;;
77) exit 77 ;;
*) fail "in User-Mode Linux: $(grep FAILED "$E2E_DIR/guest.log")" ;;
esac
within 10 not is_running uml || :
rm -rf "$root"
