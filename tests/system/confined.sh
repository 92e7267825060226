#!/bin/sh
# SPDX-License-Identifier: MIT
#
# confined.sh ROOT UNIT [NAME=VALUE...]: run what UNIT's ExecStart= says, locked in as it says, as far as that goes without systemd: its user and
# capabilities, no new privileges, a file system that cannot be written, devices, processes and temporary files of its own.
# In the network namespace where it is called. NAME=VALUE goes into its environment, which has nothing else.
set -eu

if [ "${CONFINED-}" != yes ]; then
    CONFINED=yes exec unshare --mount --propagation private "$0" "$@"
fi
root=$1
unit=$2
shift 2
said()
{
    sed -n "s/^$1=//p" "$unit" | tail -n 1
}
user=$(said User)
[ "$(said ProtectSystem)" = strict ] && [ "$(said NoNewPrivileges)" = yes ] && [ "$(said PrivateDevices)" = yes ]
capabilities=-all
for each in $(said AmbientCapabilities); do
    capabilities=$capabilities,+$(printf '%s' "${each#CAP_}" | tr '[:upper:]' '[:lower:]')
done
[ "$(said AmbientCapabilities)" = "$(said CapabilityBoundingSet)" ]

mount --bind "$root" "$root"
mount -t proc -o hidepid=2,subset=pid proc "$root/proc"
mount -t sysfs -o ro sys "$root/sys"
mount -t tmpfs -o mode=755 dev "$root/dev"
for each in null zero full random urandom; do
    touch "$root/dev/$each"
    mount --bind "/dev/$each" "$root/dev/$each"
done
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=755 run "$root/run"
folder=$root/run/$(said RuntimeDirectory)
mkdir -m "$(said RuntimeDirectoryMode)" "$folder"
chroot "$root" chown "$user:$(said Group)" "/run/$(said RuntimeDirectory)"
mount --bind "$folder" "$folder"
mount -o remount,bind,ro "$root/run"
mount -o remount,bind,ro "$root"
umask "$(said UMask)"
# shellcheck disable=SC2046 # words, as systemd splits them
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" chroot "$root" setpriv --reuid="$user" --regid="$(said Group)" --clear-groups \
    --bounding-set="$capabilities" --inh-caps="$capabilities" --ambient-caps="$capabilities" --no-new-privs -- $(said ExecStart)
