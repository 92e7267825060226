# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What a running igmpqd has given up, and that it does its work all the same (issue 8, Show 2 and 3).

NET_RAW=0000000000002000
NOTHING=0000000000000000

cable()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
}

# status_of PROCESS KEY: its words, of /proc/PROCESS/status.
status_of()
{
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' ' | sed 's/ *$//'
}

# has PROCESS KEY WANTED
has()
{
    local found
    found=$(status_of "$1" "$2")
    [ "$found" = "$3" ] || fail "process $1: $2 is \"$found\", not \"$3\""
    note "process $1: $2 $3"
}

# The process that igmpqd has started, its hook's helper.
helper_of()
{
    local children
    read -r -a children <"/proc/$1/task/$1/children" || true
    [ "${#children[@]}" -eq 1 ] || fail "process $1 has ${#children[@]} children"
    printf '%s\n' "${children[0]}"
}

# The build has a filter, and the kernel takes it.
filters()
{
    logged "$1" 'system calls filtered'
}

# confined PROCESS NAME USER CAPABILITIES
confined()
{
    local user=$3
    has "$1" Uid "$user $user $user $user"
    has "$1" Groups ''
    has "$1" CapPrm "$4"
    has "$1" CapEff "$4"
    has "$1" CapInh "$NOTHING"
    has "$1" CapAmb "$NOTHING"
    has "$1" CapBnd "$NOTHING"
    has "$1" NoNewPrivs 1
    ! filters "$2" || has "$1" Seccomp 2
}

# The folder of the socket is made by the daemon, and so is its user's.
ask_it()
{
    "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/run/q.sock" "$@" >"$E2E_DIR/asked.log" 2>&1
}

writes_hook()
{
    printf '#!/bin/sh\n%s\n' "$1" >"$E2E_DIR/hook.sh"
    chmod 755 "$E2E_DIR/hook.sh"
    : >"$E2E_DIR/hook.out"
    chmod 666 "$E2E_DIR/hook.out"
}

is_tagged()
{
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 'vlan 10' 2>/dev/null | grep -q 'igmp query'
}

hooked()
{
    grep -Eq -- "$1" "$E2E_DIR/hook.out"
}

# about 20 s
test_given_up_and_at_work()
{
    local process helper user before
    user=$(id -u daemon 2>/dev/null) || skip 'there is no user "daemon" to become'
    cable
    writes_hook "echo \"\$1 \$2 uid=\$(id -u) groups=\$(id -G) \$(grep -h -E '^(CapPrm|NoNewPrivs)' /proc/self/status | tr -s '\\t\\n' '  ')\" >>$E2E_DIR/hook.out"
    printf '%s\n' 'interfaces = ( "eth0", { name = "eth0"; vlan = 10; } );' "hook = \"$E2E_DIR/hook.sh\";" 'user = "daemon";' \
        'control-group = "nogroup";' >"$E2E_DIR/q.conf"
    capture wire peer eth0
    querier igmpqd q -c "$E2E_DIR/q.conf" -q 2 --control-socket "$E2E_DIR/run/q.sock"
    wait_log igmpqd 'running as user daemon' 15
    process=$(pid_of igmpqd)
    confined "$process" igmpqd "$user" "$NET_RAW"
    helper=$(helper_of "$process")
    confined "$helper" igmpqd "$user" "$NOTHING"
    # The pipes to it, and what the daemon was started with.
    expect "$(find "/proc/$helper/fd" -lname 'socket:*' | wc -l) == 0" "the helper's sockets"
    within 15 hooked "^role eth0 uid=$user groups=[0-9]+ CapPrm: $NOTHING NoNewPrivs: 1 $" || fail 'the hook is not what it should be'

    # The socket is the user's and the group's, root may change something, and so may the user.
    within 15 ask_it status || fail 'it cannot be asked'
    [ "$(stat -c '%U %G %a' "$E2E_DIR/run/q.sock")" = 'daemon nogroup 660' ] || fail "the socket is $(stat -c '%U %G %a' "$E2E_DIR/run/q.sock")"
    ask_it reload || fail 'root may not reload'
    ask_it query eth0 || fail 'root may not query'
    ask_it support || fail 'no support'
    setpriv --reuid="$user" --regid=nogroup --clear-groups "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/run/q.sock" reload >/dev/null ||
        fail "the daemon's own user may not reload"
    setpriv --reuid=4242 --regid=nogroup --clear-groups "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/run/q.sock" reload >/dev/null 2>&1 &&
        fail 'another user may reload'

    # Both segments query; another interface is added; one goes and returns.
    within 15 has_query wire 0 'src 192.168.50.10' || fail 'no query'
    within 15 is_tagged || fail 'no query of the VLAN'
    ip -n "$(ns q)" link add eth1 type veth peer name eth9
    ip -n "$(ns q)" addr add 192.168.51.10/24 dev eth1
    ip -n "$(ns q)" link set eth1 up
    ip -n "$(ns q)" link set eth9 up
    sed -i 's/"eth0",/"eth0", "eth1",/' "$E2E_DIR/q.conf"
    kill -s HUP "$process"
    wait_log igmpqd 'eth1: querier as 192.168.51.10' 15
    ip -n "$(ns q)" link del eth0
    wait_log igmpqd 'eth0: there is no such interface' 15
    ip -n "$(ns q)" link add eth0 type veth peer name eth0 netns "$(ns peer)"
    ip -n "$(ns q)" addr add 192.168.50.10/24 dev eth0
    ip -n "$(ns peer)" link set eth0 up
    capture again peer eth0
    before=$(now)
    ip -n "$(ns q)" link set eth0 up
    within 15 has_query again "$before" 'src 192.168.50.10' || fail 'no query after the interface has returned'
    confined "$process" igmpqd "$user" "$NET_RAW"

    # A second one is told of the first, also where the lock was taken after root was given up.
    querier second q -i eth0 --control-socket none
    wait_log second 'another igmpqd is running on eth0 already' 15
    querier third q -i eth1 --control-socket none --user daemon
    wait_log third 'another igmpqd is running on eth1 already' 15

    stop igmpqd
    ended_with 0
    [ ! -e "$E2E_DIR/run/q.sock" ] || fail 'the socket is left behind'
    within 15 not test -d "/proc/$helper" || fail 'the helper is left behind'
}

# A member on the querier's own host, and all that libpcap and libnet do, as nobody.
# about 15 s
test_own_members_and_default_user()
{
    local process
    cable
    querier igmpqd q -i eth0 -q 2
    member own q 239.1.2.3
    wait_log igmpqd 'running as user' 15
    process=$(pid_of igmpqd)
    if id igmpq >/dev/null 2>&1; then
        confined "$process" igmpqd "$(id -u igmpq)" "$NET_RAW"
    else
        wait_log igmpqd "there is no user 'igmpq': running as nobody" 1
        confined "$process" igmpqd 65534 "$NET_RAW"
    fi
    capture wire peer eth0
    within 8 own_report || fail 'the member on this host does not answer'
}

own_report()
{
    messages wire 'igmp[0] == 0x16 and src 192.168.50.10' | grep -q .
}

# Started as a user with the capability, as a service manager does it.
# about 10 s
test_started_unprivileged()
{
    local process
    need setpriv
    cable
    cp "$IGMPQ_BIN/igmpqd" "$E2E_DIR/igmpqd"
    setpriv --reuid=4242 --regid=4242 --clear-groups test -x "$E2E_DIR/igmpqd" || skip "$E2E_DIR is not for other users"
    start igmpqd q setpriv --reuid=4242 --regid=4242 --clear-groups --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw \
        --bounding-set=-all,+net_raw "$E2E_DIR/igmpqd" -i eth0 -q 2
    wait_log igmpqd 'running as user 4242' 15
    process=$(pid_of igmpqd)
    has "$process" Uid '4242 4242 4242 4242'
    has "$process" CapPrm "$NET_RAW"
    has "$process" CapEff "$NET_RAW"
    has "$process" CapInh "$NOTHING"
    has "$process" CapAmb "$NOTHING"
    has "$process" NoNewPrivs 1
    ! filters igmpqd || has "$process" Seccomp 2
    capture wire peer eth0
    within 15 has_query wire 0 'src 192.168.50.10' || fail 'no query'
    stop igmpqd
    ended_with 0

    # Whom it cannot become.
    start other q setpriv --reuid=4242 --regid=4242 --clear-groups --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw \
        "$E2E_DIR/igmpqd" -i eth0 --user daemon
    collect other
    ended_with 1
    logged other "only root can become user 'daemon'" || fail 'not told who can'
}

# Root of a container that may become nobody else: it says so, and gives up the rest.
# about 10 s
test_root_that_may_not_change()
{
    local process
    need setpriv
    cable
    start igmpqd q setpriv --bounding-set=-all,+net_raw --inh-caps=-all "$IGMPQ_BIN/igmpqd" -i eth0 -q 2
    wait_log igmpqd 'cannot become user .*: running as root, without its capabilities' 15
    process=$(pid_of igmpqd)
    has "$process" Uid '0 0 0 0'
    has "$process" CapPrm "$NET_RAW"
    has "$process" NoNewPrivs 1
    capture wire peer eth0
    within 15 has_query wire 0 'src 192.168.50.10' || fail 'no query'

    start named q setpriv --bounding-set=-all,+net_raw --inh-caps=-all "$IGMPQ_BIN/igmpqd" -i eth0 --user daemon
    collect named
    ended_with 1
}

# attempt DEED NAME [OPTION...]: what an intruder would do, and igmpqd-broken (called NAME) says or shows what came of it.
attempt()
{
    local deed=$1 name=$2
    shift 2
    rm -f "$E2E_DIR/written"
    start "$name" q env IGMPQ_BREACH="$deed" IGMPQ_BREACH_FILE="$E2E_DIR/written" "$IGMPQ_BIN/tests/e2e/igmpqd-broken" \
        -i eth0 --control-socket none "$@"
    within 10 attempted "$name" || fail "$deed: nothing came of it"
    kill -s TERM "$(pid_of "$name")" 2>/dev/null || true
    collect "$name"
}

attempted()
{
    logged "$1" '^BREACH' || ! is_running "$1"
}

# about 20 s
test_breaches_come_to_nothing()
{
    local deed
    [ -x "$IGMPQ_BIN/tests/e2e/igmpqd-broken" ] || skip 'igmpqd-broken is not built (make tests/e2e/igmpqd-broken)'
    cable
    # Who stays root can do them all: they are real.
    for deed in execve write stream fork bpf root; do
        attempt "$deed" "free-$deed" --no-sandbox
        logged "free-$deed" "^BREACH $deed: done" || fail "$deed does not even work without the sandbox"
        logged "free-$deed" 'warning: no sandbox' || fail 'not warned'
    done
    [ -e "$E2E_DIR/written" ] && fail 'that file is of another deed'
    attempt root root
    logged root '^BREACH root: Operation not permitted' || fail 'it became root again'
    filters root || skip 'this build has no filter of system calls, or this kernel takes none'
    for deed in write stream fork; do
        attempt "$deed" "$deed"
        logged "$deed" "^BREACH $deed: Operation not permitted" || fail "$deed was not refused"
    done
    # Also where the user might write.
    chmod 777 "$E2E_DIR"
    attempt write write-open
    logged write-open '^BREACH write: Operation not permitted' || fail 'a file was opened for writing'
    [ ! -e "$E2E_DIR/written" ] || fail 'a file was written'
    for deed in execve bpf; do
        attempt "$deed" "$deed"
        never_logged "$deed" '^BREACH'
        # Bad system call
        ended_with 159
        report "$deed: killed (SIGSYS)"
    done
}

# What cannot be read again later is told at the start.
# about 10 s
test_configuration_for_root_alone()
{
    cable
    printf 'interfaces = ( "eth0" );\n' >"$E2E_DIR/q.conf"
    chmod 600 "$E2E_DIR/q.conf"
    querier igmpqd q -c "$E2E_DIR/q.conf"
    wait_log igmpqd 'q.conf cannot be read by user .*Permission denied.* SIGHUP cannot read it again' 15
    kill -s HUP "$(pid_of igmpqd)"
    wait_log igmpqd 'Permission denied; the configuration stays as it was' 15
    is_running igmpqd || fail 'it ended'

    querier wrong q -i eth0 --user no-such-user
    collect wrong
    ended_with 2
    logged wrong "there is no user 'no-such-user'" || fail 'not told which user'
    printf 'user = "no-such-user";\n' >"$E2E_DIR/q.conf"
    chmod 644 "$E2E_DIR/q.conf"
    querier wrong-too q -c "$E2E_DIR/q.conf" -i eth0
    collect wrong-too
    ended_with 1
    logged wrong-too "q.conf:1: user: there is no user 'no-such-user'" || fail 'not told where'
}

is_filtered()
{
    [ "$(status_of "$1" Seccomp)" = 2 ]
}

# What reads a capture of strangers has nothing but what it has open: here it has read some of one, and waits for more.
# about 2 s
test_replay_of_a_file()
{
    local process capture
    capture=$(dirname "${BASH_SOURCE[0]}")/../pcaps/50-lower-address-wins.pcap
    cable
    start igmpqd q "$IGMPQ_BIN/igmpqd" -i eth0 -q 2
    wait_log igmpqd 'system calls' 15
    filters igmpqd || skip 'this build or kernel has no filter'
    mkfifo "$E2E_DIR/fifo"
    "$IGMPQ_BIN/igmpq-replay" -v "$E2E_DIR/fifo" >"$E2E_DIR/replay.out" 2>&1 &
    process=$!
    exec 9>"$E2E_DIR/fifo"
    # More than is read ahead.
    head -c 24 "$capture" >&9
    for _ in {1..200}; do tail -c +25 "$capture" >&9; done
    within 15 is_filtered "$process" || fail 'igmpq-replay is not confined'
    has "$process" NoNewPrivs 1
    exec 9>&-
    wait "$process" || fail "igmpq-replay failed behind its filter"
    grep -q 'the querier is' "$E2E_DIR/replay.out" || fail 'igmpq-replay tells nothing behind its filter'
}
