#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds igmpq and shows its main job on a network made for the purpose, or runs it on an interface. See --help.

set -u

# shellcheck source=lib-setup.sh
. "$(dirname "$0")/lib-setup.sh"

group=239.1.2.3
# What usually takes minutes must be seen in seconds: a switch forgets a member after 260 s, and igmpqd queries every
# 60 s. A query, the hosts' time to answer and one lost query still fit (2 * 4 + 2 < 12).
forget_after=12
query_interval=4

usage()
{
    cat <<END
Usage: sudo ./tools/quickstart.sh [--seconds N]
       sudo ./tools/quickstart.sh IFACE

Installs what is missing (Debian, Ubuntu), builds igmpq outside the checkout, and

  without IFACE  shows what it is for: two identical LANs in network namespaces, each with a snooping switch (the
                 kernel's bridge), a sender of a real multicast stream and a receiver. In both a querier is heard;
                 in one it then falls silent. Watch the switches' tables and the stream, until Ctrl-C.
                 Times are shortened: the switches forget a member after $forget_after s instead of 260 s, and
                 igmpqd queries every $query_interval s instead of 60 s. Nothing leaves the namespaces, and all is removed at the end.
  with IFACE     runs igmpqd on that interface of this machine in the foreground, until Ctrl-C

  --seconds N    end the show after N seconds ($((forget_after + 8)) or more show the whole story)
  -h, --help     this text

Exit status of the show: 0 when the stream was kept alive with igmpqd, and dropped out without it where the time
was enough for that; 1 otherwise; 2 for wrong usage.
END
}

wrong_usage()
{
    setup_warn "tools/quickstart.sh: $*"
    setup_warn 'Try ./tools/quickstart.sh --help'
    exit 2
}

seconds=
interface=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        usage
        exit 0
        ;;
    --seconds | --seconds=*)
        case $1 in
        *=*) seconds=${1#*=} ;;
        *)
            [ $# -ge 2 ] || wrong_usage '--seconds needs a number'
            seconds=$2
            shift
            ;;
        esac
        [[ $seconds =~ ^[1-9][0-9]{0,5}$ ]] || wrong_usage "--seconds: \"$seconds\" is not a whole number of seconds"
        ;;
    -*) wrong_usage "unknown option $1" ;;
    '') wrong_usage 'the name of the interface is empty' ;;
    *)
        [ -z "$interface" ] || wrong_usage "one interface only: $interface or $1"
        interface=$1
        ;;
    esac
    shift
done
[ -z "$interface" ] || [ -z "$seconds" ] || wrong_usage '--seconds is for the show, not for an interface'

if [ -z "$interface" ] && [ "$(uname -s)" != Linux ]; then
    setup_fail "The show needs the network namespaces and the snooping bridge of Linux, and this is $(uname -s)." \
        'Name an interface to run igmpqd on it.'
fi
setup_need_root 'send raw frames and to make network namespaces'
if [ -n "$interface" ] && ! [ -e "/sys/class/net/$interface" ] && [ -d /sys/class/net ]; then
    setup_fail "There is no interface $interface. There are: $(find /sys/class/net -mindepth 1 -printf '%f ')"
fi

# --- cleaning up ------------------------------------------------------------------------------------------

work=
namespaces=()
processes=()
PATH=$PATH:/usr/sbin:/sbin

# What one of these left behind that was killed: namespaces with the number of a process that is no more.
sweep()
{
    local left process
    for left in $(ip netns list 2>/dev/null | sed -n 's/^\(igmpq-show-[0-9]*-[^ ]*\).*/\1/p'); do
        process=${left#igmpq-show-}
        if ! kill -0 "${process%%-*}" 2>/dev/null; then
            ip netns pids "$left" | xargs -r kill -s KILL
            ip netns del "$left"
        fi
    done 2>/dev/null
}

clean_up()
{
    trap '' INT TERM HUP
    [ "${#processes[@]}" -eq 0 ] || kill -s KILL "${processes[@]}" 2>/dev/null
    wait 2>/dev/null
    local namespace
    for namespace in "${namespaces[@]}"; do
        ip netns del "$namespace" 2>/dev/null
    done
    [ -z "$work" ] || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# --- building ---------------------------------------------------------------------------------------------

# Sets igmpqd to a program built from what is in the checkout now. It is kept, under the sum of its sources, so that
# the next start is quick.
build()
{
    local sum
    setup_export "$work/source" || setup_fail "Cannot copy the checkout to $work."
    sum=$(cd "$work/source" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16)
    igmpqd=$SETUP_CACHE/igmpqd-$sum
    [ ! -x "$igmpqd" ] || return 0
    setup_say 'Building igmpq ...'
    if ! setup_build "$work"; then
        work= # its log stays
        exit 1
    fi
    # Under its own name only when it is whole, and only what is old is removed: another of these may be running.
    if ! { mkdir -p "$SETUP_CACHE" && install -m 755 "$work/build/igmpqd" "$igmpqd.new-$$" && mv "$igmpqd.new-$$" "$igmpqd"; }; then
        setup_fail "Cannot keep the program in $SETUP_CACHE; set IGMPQ_CACHE to another directory."
    fi
    find "$SETUP_CACHE" -maxdepth 1 -name 'igmpqd-*' ! -name "igmpqd-$sum" -mmin +60 -delete
}

if [ -n "${IGMPQ_BIN-}" ]; then
    # for the tests: a folder with a built igmpqd
    igmpqd=$IGMPQ_BIN/igmpqd
    [ -x "$igmpqd" ] || setup_fail "There is no igmpqd in $IGMPQ_BIN (from IGMPQ_BIN)."
    setup_install quickstart || exit 1
else
    setup_install build quickstart || exit 1
fi
work=$(setup_work_folder igmpq-quickstart) || setup_fail "Cannot make a directory in ${TMPDIR:-/tmp}."
[ -n "${IGMPQ_BIN-}" ] || build

if [ -n "$interface" ]; then
    setup_say "Running: igmpqd -i $interface -v     (Ctrl-C ends it)"
    clean_up
    trap - EXIT INT TERM HUP
    exec "$igmpqd" -i "$interface" -v
fi

# --- two LANs ---------------------------------------------------------------------------------------------

# The two are called with and without; what is known of each of them is in arrays by that name.
declare -A querier entry router rate history silent dropped

ns()
{
    printf 'igmpq-show-%s-%s-%s\n' "$$" "$1" "$2"
}

namespace()
{
    ip netns add "$1" 2>"$work/error" ||
        setup_fail "Cannot make a network namespace: $(cat "$work/error")" 'In a container, it must be a privileged one.'
    namespaces+=("$1")
    # shellcheck disable=SC2016 # expanded inside
    ip netns exec "$1" sh -c 'for f in all default; do echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6; done' 2>/dev/null
    ip -n "$1" link set lo up
}

host() # LAN NAME ADDRESS
{
    local switch name
    switch=$(ns "$1" switch)
    name=$(ns "$1" "$2")
    namespace "$name"
    ip -n "$switch" link add name "$2" type veth peer name eth0 netns "$name" &&
        ip -n "$switch" link set dev "$2" master br0 up &&
        ip -n "$name" addr add "$3/24" dev eth0 &&
        ip -n "$name" link set eth0 up
}

# A kernel's bridge that has heard no query for mcast_querier_interval (255 s) floods again, as if it did not snoop.
# Many switches never do; an hour keeps this one from it for as long as anybody will watch.
lan()
{
    local switch
    switch=$(ns "$1" switch)
    namespace "$switch"
    ip -n "$switch" link add br0 type bridge mcast_snooping 1 mcast_querier 0 \
        mcast_membership_interval "${forget_after}00" mcast_querier_interval 360000 2>"$work/error" ||
        setup_fail "This kernel has no bridge with multicast snooping: $(cat "$work/error")"
    ip -n "$switch" link set br0 up
    if ! { host "$1" querier 192.168.50.1 && host "$1" sender 192.168.50.30 && host "$1" receiver 192.168.50.21; }; then
        setup_fail 'Cannot make a virtual network; does this kernel have veth?'
    fi
}

run() # LAN HOST LOG COMMAND...: in the background, in a session of its own, so that Ctrl-C is for this script only
{
    local name log
    name=$(ns "$1" "$2")
    log=$work/$3
    shift 3
    setsid ip netns exec "$name" "$@" >"$log" 2>&1 </dev/null &
    processes+=("$!")
}

start_lan()
{
    lan "$1"
    run "$1" receiver "$1-rate" python3 "$SETUP_TOP/tests/e2e/stream.py" receive eth0 "$group"
    run "$1" sender "$1-sender.log" python3 "$SETUP_TOP/tests/e2e/stream.py" send eth0 "$group"
    run "$1" querier "$1-igmpqd.log" "$igmpqd" -i eth0 -q "$query_interval" -v
    querier[$1]=${processes[-1]}
    history[$1]=
    silent[$1]=0
    dropped[$1]=
}

# --- what is to be seen -----------------------------------------------------------------------------------

look_at()
{
    local table
    table=$(bridge -n "$(ns "$1" switch)" -d -s mdb show 2>/dev/null)
    # "dev br0 port receiver grp 239.1.2.3 temp filter_mode exclude proto kernel   11.50"
    entry[$1]=$(awk -v group="$group" '$3 == "port" && $4 == "receiver" && $6 == group { printf "%d", $NF }' <<<"$table")
    router[$1]=$(sed -n 's/^router ports on br0: *\([^ ]*\).*/\1/p' <<<"$table")
    rate[$1]=$(tail -n 1 "$work/$1-rate")
}

is_ready()
{
    look_at "$1"
    [ -n "${entry[$1]}" ] && [ -n "${router[$1]}" ] && [ "${rate[$1]:-0}" -gt 0 ]
}

# The stream has dropped out when nothing came for two seconds in a row.
judge() # LAN ELAPSED
{
    if [ "${rate[$1]:-0}" -gt 0 ]; then
        history[$1]+='#'
        silent[$1]=0
        return
    fi
    history[$1]+='.'
    silent[$1]=$((${silent[$1]} + 1))
    if [ "${silent[$1]}" -eq 2 ] && [ -z "${dropped[$1]}" ]; then
        dropped[$1]=$(($2 > 1 ? $2 - 1 : 1))
    fi
}

verdict() # LAN ELAPSED
{
    if [ -n "${dropped[$1]}" ]; then
        printf 'dropped out after %d s' "${dropped[$1]}"
    else
        printf 'kept alive for %d s' "$2"
    fi
}

describe_entry()
{
    if [ -n "${entry[$1]}" ]; then
        printf 'port receiver, %d s left' "${entry[$1]}"
    else
        printf 'no entry'
    fi
}

describe_querier() # LAN ELAPSED
{
    if [ "$1" = without ]; then
        printf 'fell silent %d s ago' "$2"
    elif kill -0 "${querier[with]}" 2>/dev/null; then
        printf 'igmpqd, every %d s' "$query_interval"
    else
        printf 'igmpqd HAS ENDED'
    fi
}

row() # LABEL LEFT RIGHT
{
    printf ' %-16s| %-29s| %-29s' "$1" "$2" "$3"
    "$is_terminal" && printf '\033[K'
    printf '\n'
}

painted() # LAN TEXT: padded to the column, red where the stream is out
{
    local colour=32
    [ "${silent[$1]}" -eq 0 ] || colour=31
    printf '\033[1;%dm%-29s\033[0m' "$colour" "$2"
}

draw() # ELAPSED
{
    local lan from
    printf '\033[H'
    printf ' igmpq: the same stream to %s in two LANs, %d s\033[K\n\033[K\n' "$group" "$1"
    row '' 'WITH igmpqd' 'WITHOUT'
    row '----------------' '----------------------------' '----------------------------'
    row 'querier' "$(describe_querier with "$1")" "$(describe_querier without "$1")"
    row 'switch: member' "$(describe_entry with)" "$(describe_entry without)"
    row 'switch: router' "port ${router[with]:-none}" "port ${router[without]:-none}"
    row 'stream arrives' "$(painted with "${rate[with]:-0} packets/s")" "$(painted without "${rate[without]:-0} packets/s")"
    for lan in with without; do
        from=$((${#history[$lan]} > 28 ? ${#history[$lan]} - 28 : 0))
        recent[$lan]=${history[$lan]:$from}
    done
    row 'last 28 s' "$(painted with "${recent[with]}")" "$(painted without "${recent[without]}")"
    row 'so far' "$(painted with "$(verdict with "$1")")" "$(painted without "$(verdict without "$1")")"
    printf '\033[K\n Times are shortened: a switch forgets a member after %d s here (else 260 s),\033[K\n' "$forget_after"
    printf ' and igmpqd queries every %d s (else 60 s). Ctrl-C ends this.\033[K\n\033[J' "$query_interval"
}

tell() # ELAPSED: one line
{
    printf '%4d s | with igmpqd: %s, router port %s, %s packets/s | without: %s, router port %s, %s packets/s\n' "$1" \
        "$(describe_entry with)" "${router[with]:-none}" "${rate[with]:-0}" \
        "$(describe_entry without)" "${router[without]:-none}" "${rate[without]:-0}"
}

# --- the show ---------------------------------------------------------------------------------------------

is_terminal=false
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
    is_terminal=true
fi
declare -A recent
igmpqd=$(readlink -f "$igmpqd")

sweep
setup_say 'Making two LANs, each with a snooping switch, a querier, a sender and a receiver ...'
start_lan with
start_lan without
for ((tries = 0; ; tries++)); do
    is_ready with && is_ready without && break
    if [ "$tries" -ge 100 ]; then
        tail -n 5 "$work"/*-igmpqd.log "$work"/*-sender.log "$work"/*-rate >&2
        setup_fail 'After 20 s the stream does not arrive in both LANs. The end of the logs is above.'
    fi
    sleep 0.2
done
setup_say 'The stream arrives in both. Now the querier of the second one falls silent.'
"$is_terminal" || setup_say "Times are shortened: a switch forgets a member after $forget_after s here (else 260 s), and" \
    "igmpqd queries every $query_interval s (else 60 s)."
kill -s TERM "${querier[without]}"
wait "${querier[without]}" 2>/dev/null

stopped=false
trap 'stopped=true' INT
began=${EPOCHREALTIME/[.,]/}
if "$is_terminal"; then
    sleep 1
    printf '\033[2J'
fi
for ((turn = 1; ; turn++)); do
    # on the second, whatever the drawing took
    rest=$((began + turn * 1000000 - ${EPOCHREALTIME/[.,]/}))
    [ "$rest" -le 0 ] || sleep "$(printf '%d.%06d' $((rest / 1000000)) $((rest % 1000000)))"
    ! "$stopped" || break
    look_at with
    look_at without
    judge with "$turn"
    judge without "$turn"
    elapsed=$turn
    if "$is_terminal"; then draw "$turn"; else tell "$turn"; fi
    [ -z "$seconds" ] || [ "$turn" -lt "$seconds" ] || break
done
trap 'exit 130' INT
elapsed=${elapsed:-0}

status=0
setup_say ''
setup_say "With igmpqd:    $(verdict with "$elapsed")."
[ -z "${dropped[with]}" ] && [ "${silent[with]}" -eq 0 ] || status=1
if [ -n "${dropped[without]}" ]; then
    setup_say "Without igmpqd: $(verdict without "$elapsed")."
elif [ "$elapsed" -lt $((forget_after + 5)) ]; then
    setup_say "Without igmpqd: still alive after $elapsed s; the switch forgets a member $forget_after s after its last report." \
        'Watch longer.'
else
    setup_say "Without igmpqd: kept alive for $elapsed s, which it should not have been: this switch does not snoop."
    status=1
fi
exit "$status"
