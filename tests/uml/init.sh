#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The first process inside User-Mode Linux. The root file system is the host's own, so that what is written outside /run
# is written there: the test keeps to E2E_DIR. Settings come from the kernel's command line, as its environment.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run

# modprobe looks below lib/modules of a root, and Debian keeps these elsewhere.
mkdir -p /run/root/lib
ln -s /usr/lib/uml/modules /run/root/lib/modules
if [ -e /proc/modules ]; then
    for module in bridge 8021q veth af_packet; do
        modprobe -q -d /run/root "$module"
    done
fi
ip link set lo up
case $UML_SCRIPT in
*.py) python3 -B "$UML_SCRIPT" ;;
*) bash "$UML_SCRIPT" ;;
esac >"$E2E_DIR/uml.log" 2>&1
echo "$?" >"$E2E_DIR/uml.status"
sync
python3 -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321fedc)'
