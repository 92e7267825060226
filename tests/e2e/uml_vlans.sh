# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# A switch that knows VLANs and snoops in each: the kernel's own bridge with mcast_vlan_snooping, which many kernels are
# built without, so in User-Mode Linux (tests/uml). It needs no privilege but runs on this host's file system as root.

# uml SCRIPT: run a script of tests/uml in a kernel of its own.
uml()
{
    local script
    need linux.uml modprobe
    if ldd "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -Eq 'lib(a|ub|t)san' ||
        nm "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -q '__asan_'; then
        skip 'this build has sanitizers, which do not run in User-Mode Linux'
    fi
    script=$(cd "$E2E_HERE/../uml" && pwd -P)
    case "$script$E2E_DIR$IGMPQ_BIN$E2E_HERE" in
    *[[:space:]]*) skip 'a path with a space cannot be handed to a kernel' ;;
    /run/* | */run/igmpq*) skip 'what is in /run is not seen in User-Mode Linux' ;;
    esac
    # In a session of its own, so that its helpers end with it when the test is interrupted.
    setsid linux.uml "uml_dir=$E2E_DIR/" umid=uml mem=256M rootfstype=hostfs rw "init=$script/init.sh" con0=fd:0,fd:1 con=null \
        quiet loglevel=3 "UML_SCRIPT=$script/$1" "E2E_DIR=$E2E_DIR" "E2E_HERE=$E2E_HERE" "IGMPQ_BIN=$IGMPQ_BIN" \
        </dev/null >"$E2E_DIR/console.log" 2>&1 &
    know uml $!
    trap 'kill -s KILL -- "-$(pid_of uml)" 2>/dev/null || :; e2e_clean_up' EXIT
    collect uml
    [ -e "$E2E_DIR/uml.status" ] || fail "User-Mode Linux ended without a result: $(tail -n 5 "$E2E_DIR/console.log")"
    cat "$E2E_DIR/uml.log"
    case $(cat "$E2E_DIR/uml.status") in
    0) ;;
    77) skip 'this User-Mode Linux has no VLAN-aware bridge' ;;
    *) fail "$(grep FAILED "$E2E_DIR/uml.log")" ;;
    esac
}

# Q-113, Q-124: the tables of VLANs 10 and 20 stay alive, and the querier's port is a router port in exactly those.
# about 45 s
test_vlan_aware_switch()
{
    uml vlan_switch.sh
    # The access port of VLAN 10 gets its queries without a tag, that of VLAN 30 none.
    expect "$(query_count h2 0 'src host 10.10.0.1') >= 6" 'queries on the access port of VLAN 10'
    [ "$(queriers_since h2 0)" = 10.10.0.1 ] || fail "queriers in VLAN 10: $(queriers_since h2 0)"
    expect "$(query_count h4 0) == 0" 'queries on the access port of VLAN 30'
}
