# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the end-to-end tests share: LANs of network namespaces, daemons, captures, assertions.
# tests/e2e/run starts one bash for each test, which sources this file and then a topic's file and calls one
# function test_*. Nothing leaves the namespaces made here, and everything made here goes when that bash ends.
#
# Given by the runner: IGMPQ_BIN (folder of the built programs), E2E_HERE (this folder), E2E_DIR (an empty
# folder for logs and captures), E2E_PREFIX (what the names of all namespaces begin with).

set -euE

e2e_pids=()
e2e_namespaces=()
declare -A e2e_pid_of=()

# --- ends ---------------------------------------------------------------------------------------------

# The test cannot run here: WHY.
skip()
{
    printf '%s\n' "$*" >"$E2E_DIR/skip"
    exit 77
}

fail()
{
    note "FAILED: $*"
    exit 1
}

# A line in the test's own log, with the seconds since the test began.
note()
{
    printf '%7.3f %s\n' "$(since "$e2e_began")" "$*"
}

# A figure worth showing with the result.
report()
{
    note "$*"
    printf '%s\n' "$*" >>"$E2E_DIR/report"
}

need()
{
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
}

# EPOCHREALTIME has the decimal sign of the locale.
now()
{
    printf '%s\n' "${EPOCHREALTIME/,/.}"
}

# Seconds since the instant given.
since()
{
    awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.3f\n", b - a }'
}

# True when the arithmetic comparison of decimal numbers holds: holds '2.5 <= 3'
holds()
{
    awk "BEGIN { exit !($1) }"
}

# The same as an assertion, with what it is about.
expect()
{
    holds "$1" || fail "$2: $1 does not hold"
    note "$2: $1"
}

# within SECONDS COMMAND...: true as soon as the command is, looked at every 50 ms, and the last time when the seconds are over:
# on a busy machine a look may take longer than all of them.
within()
{
    local deadline last=false
    deadline=$(awk -v t="$(now)" -v s="$1" 'BEGIN { printf "%.6f", t + s }')
    shift
    until "$@"; do
        ! "$last" || return 1
        sleep 0.05
        holds "$(now) < $deadline" || last=true
    done
}

# throughout SECONDS COMMAND...: true when the command is true at every look, four a second.
throughout()
{
    local deadline
    deadline=$(awk -v t="$(now)" -v s="$1" 'BEGIN { printf "%.6f", t + s }')
    shift
    while holds "$(now) < $deadline"; do
        "$@" || return 1
        sleep 0.25
    done
}

not()
{
    ! "$@"
}

# --- networks -----------------------------------------------------------------------------------------

# The full name of the namespace that the test calls NAME.
ns()
{
    printf '%s-%s\n' "$E2E_PREFIX" "$1"
}

# Run a command in a namespace.
in_ns()
{
    local name=$1
    shift
    ip netns exec "$(ns "$name")" "$@"
}

namespace()
{
    ip netns add "$(ns "$1")" || fail "cannot make a network namespace"
    e2e_namespaces+=("$(ns "$1")")
    # Without IPv6 there is nothing on the wire that the test did not put there.
    # shellcheck disable=SC2016 # expanded inside
    in_ns "$1" sh -c 'for f in all default; do echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6; done'
    ip -n "$(ns "$1")" link set lo up
}

# lan NAME [OPTION VALUE...]: a switch, the kernel's bridge br0 in a namespace of its own, snooping, no querier.
# Options as in "ip link add type bridge"; times there are in hundredths of a second.
lan()
{
    local name=$1
    shift
    namespace "$name"
    ip -n "$(ns "$name")" link add br0 type bridge mcast_snooping 1 mcast_querier 0 "$@" ||
        skip "this kernel has no bridge with multicast snooping"
    ip -n "$(ns "$name")" link set br0 up
}

# host NAME LAN [ADDRESS/LENGTH]: a host with its eth0 on a port of the LAN's switch, the port named as the host.
host()
{
    namespace "$1"
    ip -n "$(ns "$2")" link add name "$1" type veth peer name eth0 netns "$(ns "$1")"
    ip -n "$(ns "$2")" link set dev "$1" master br0 up
    [ -z "${3-}" ] || ip -n "$(ns "$1")" addr add "$3" dev eth0
    ip -n "$(ns "$1")" link set eth0 up
}

# receiver NAME LAN ADDRESS VERSION: a host whose kernel speaks that version, whatever is asked in.
receiver()
{
    host "$1" "$2" "$3"
    # shellcheck disable=SC2016 # expanded inside
    in_ns "$1" sh -c 'echo "$1" >/proc/sys/net/ipv4/conf/eth0/force_igmp_version' - "$4"
}

# pair A ADDRESS B ADDRESS: two hosts joined by a cable, without a switch (which would trim padding).
pair()
{
    namespace "$1"
    namespace "$3"
    ip -n "$(ns "$1")" link add eth0 type veth peer name eth0 netns "$(ns "$3")"
    ip -n "$(ns "$1")" addr add "$2" dev eth0
    ip -n "$(ns "$3")" addr add "$4" dev eth0
    ip -n "$(ns "$1")" link set eth0 up
    ip -n "$(ns "$3")" link set eth0 up
    within 20 link_is_up "$1" || fail "no carrier on a veth pair"
}

link_is_up()
{
    ip -n "$(ns "$1")" link show eth0 | grep -q 'state UP'
}

mac_of()
{
    in_ns "$1" cat "/sys/class/net/${2-eth0}/address"
}

# The lines of a switch's table for a group; of one port where given.
mdb()
{
    bridge -n "$(ns "$1")" -d -s mdb show | grep -F "grp $2 " | grep -E "port ${3-.*} grp"
}

# has_entry LAN GROUP [PORT]
has_entry()
{
    mdb "$@" >/dev/null
}

# router_ports LAN: their names.
router_ports()
{
    bridge -n "$(ns "$1")" -d mdb show | sed -n 's/^router ports on [^:]*: *//p' | awk '{ print $1 }'
}

# --- processes ----------------------------------------------------------------------------------------

# start NAME NAMESPACE COMMAND...: in the background, its output in NAME.log.
start()
{
    local name=$1 namespace
    namespace=$(ns "$2")
    shift 2
    ip netns exec "$namespace" "$@" >>"$E2E_DIR/$name.log" 2>&1 &
    know "$name" $!
}

# know NAME PROCESS: a process started in the background is called that from now on, and ends with the test.
know()
{
    e2e_pid_of[$1]=$2
    e2e_pids+=("$2")
}

# querier NAME NAMESPACE OPTION...: igmpqd.
querier()
{
    local name=$1 namespace=$2
    shift 2
    note "$name: igmpqd $*"
    start "$name" "$namespace" "$IGMPQ_BIN/igmpqd" "$@"
}

# member NAME NAMESPACE GROUP [SOURCE...]: on eth0, or on MEMBER_INTERFACE.
member()
{
    local name=$1 namespace=$2
    shift 2
    start "$name" "$namespace" python3 "$E2E_HERE/member.py" "${MEMBER_INTERFACE-eth0}" "$@"
    wait_log "$name" '^joined' 30
}

pid_of()
{
    printf '%s\n' "${e2e_pid_of[$1]}"
}

# switches [NAME]: how often it has waited since it began.
switches()
{
    awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$(pid_of "${1-igmpqd}")/status"
}

# resident [NAME], anonymous [NAME]: the memory that it has now, and what of it is its own alone, in KiB.
resident()
{
    awk '/^VmRSS:/ { print $2 }' "/proc/$(pid_of "${1-igmpqd}")/status"
}
anonymous()
{
    awk '/^RssAnon:/ { print $2 }' "/proc/$(pid_of "${1-igmpqd}")/status"
}

is_running()
{
    kill -0 "${e2e_pid_of[$1]}" 2>/dev/null && ! grep -q '^State:.*Z' "/proc/${e2e_pid_of[$1]}/status" 2>/dev/null
}

# stop NAME [SIGNAL]: and wait for it. ended_with tells its exit status, stop_took how long that took.
stop()
{
    local began
    began=$(now)
    kill -s "${2-TERM}" "${e2e_pid_of[$1]}"
    collect "$1"
    stop_seconds=$(since "$began")
    note "$1 ended with status $stop_status ${stop_seconds} s after ${2-TERM}"
}

# collect NAME: wait for something that ends by itself.
collect()
{
    stop_status=0
    { wait "${e2e_pid_of[$1]}"; } 2>/dev/null || stop_status=$?
}

# The process that was waited for last had this exit status.
ended_with()
{
    [ "$stop_status" -eq "$1" ] || fail "exit status $stop_status, not $1"
}

# The seconds from the signal to the end of the process that was stopped last.
stop_took()
{
    printf '%s\n' "$stop_seconds"
}

logged()
{
    grep -Eq -- "$2" "$E2E_DIR/$1.log" 2>/dev/null
}

# The log of NAME has a line matching PATTERN within SECONDS.
wait_log()
{
    within "$3" logged "$1" "$2" || fail "no line \"$2\" in the log of $1 within $3 s"
}

never_logged()
{
    if logged "$1" "$2"; then
        fail "the log of $1 has \"$(grep -E -- "$2" "$E2E_DIR/$1.log" | head -n 1)\""
    fi
}

# logged_at NAME PATTERN: when the first line that matches was logged, as captures tell time.
logged_at()
{
    local line
    line=$(grep -E -m 1 -- "$2" "$E2E_DIR/$1.log")
    date -d "${line:0:23}" +%s.%3N
}

# The statistics line of a daemon that has been stopped.
statistics()
{
    grep -E '[0-9]+ quer(y|ies) sent' "$E2E_DIR/$1.log" | tail -n 1
}

# counted NAME VERDICT: how many frames the daemon says it refused for that reason.
counted()
{
    local found
    found=$(statistics "$1" | sed -n "s/.*[(, ]$2 \([0-9][0-9]*\)[,)].*/\1/p")
    printf '%s\n' "${found:-0}"
}

# frame NAMESPACE WHAT [OPTION...] [--wait SECONDS WHAT [OPTION...]]...: put frames on eth0; see frames.py.
frame()
{
    local namespace=$1
    shift
    in_ns "$namespace" python3 "$E2E_HERE/frames.py" "${FRAME_INTERFACE-eth0}" "$@" >>"$E2E_DIR/frames.log" ||
        fail "frames.py $*"
}

# --- captures -----------------------------------------------------------------------------------------

# capture NAME NAMESPACE INTERFACE: all IGMP from now on, in NAME.pcap.
capture()
{
    need tcpdump
    start "$1" "$2" tcpdump -Z root -i "$3" -U --immediate-mode -s 0 -w "$E2E_DIR/$1.pcap" 'igmp or (vlan and igmp)'
    wait_log "$1" 'listening on' 30
}

# queries NAME [FILTER]: what was captured, one query a line: time, source, destination and what tcpdump says of it.
queries()
{
    messages "$1" "igmp[0] == 0x11 ${2:+and ($2)}"
}

# messages NAME FILTER
messages()
{
    tcpdump -r "$E2E_DIR/$1.pcap" -tt -nn "$2" 2>/dev/null |
        awk '{ time = $1; source = $3; destination = $5; sub(/:$/, "", destination)
               sub(/^.*: igmp/, "igmp"); print time, source, destination, $0 }'
}

# queries_since NAME TIME [FILTER]
queries_since()
{
    queries "$1" "${3-}" | awk -v t="$2" '$1 >= t'
}

# query_count NAME SINCE [FILTER]
query_count()
{
    queries_since "$1" "$2" "${3-}" | wc -l
}

# has_query NAME SINCE [FILTER]
has_query()
{
    queries_since "$1" "$2" "${3-}" | grep -q .
}

# Who sent queries since TIME: the addresses, in order, on one line.
queriers_since()
{
    queries_since "$1" "$2" "${3-}" | awk '{ print $2 }' | sort -uV | paste -s -d ' '
}

# --- the end ------------------------------------------------------------------------------------------

# Processes first, then the namespaces; a namespace's own processes include those started by others.
e2e_clean_up()
{
    local pid namespace
    set +eE
    trap - ERR
    trap '' INT TERM HUP
    for namespace in "${e2e_namespaces[@]}"; do
        for pid in $(ip netns pids "$namespace" 2>/dev/null); do
            kill -s KILL "$pid" 2>/dev/null
        done
    done
    for pid in "${e2e_pids[@]}"; do
        kill -s KILL "$pid" 2>/dev/null
    done
    wait 2>/dev/null
    for namespace in "${e2e_namespaces[@]}"; do
        ip netns del "$namespace" 2>/dev/null
    done
}

e2e_began=$(now)
trap e2e_clean_up EXIT
trap 'note "FAILED: line $LINENO of ${BASH_SOURCE+${BASH_SOURCE[0]##*/}}: $BASH_COMMAND"' ERR
trap 'exit 143' INT TERM HUP
