# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What igmpqd says to wrong options and to interfaces it cannot work on: one clear line, 2 for usage, 1 for the rest.

# refuses STATUS PATTERN OPTION...: igmpqd ends by itself with that status and says so.
refuses()
{
    local status=0 wanted=$1 pattern=$2
    shift 2
    in_ns lone timeout 5 "$IGMPQ_BIN/igmpqd" "$@" >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" || status=$?
    note "igmpqd $*: status $status: $(cat "$E2E_DIR/said.log")"
    [ "$status" -eq "$wanted" ] || fail "igmpqd $*: exit status $status, not $wanted"
    grep -Eiq -- "$pattern" "$E2E_DIR/said.log" || fail "igmpqd $*: says nothing like \"$pattern\""
    [ ! -s "$E2E_DIR/out.log" ] || fail "igmpqd $*: an error belongs on standard error, not on standard output"
    [ "$(wc -l <"$E2E_DIR/said.log")" -le 3 ] || fail "igmpqd $*: more than three lines"
}

# about 5 s
test_usage()
{
    namespace lone
    refuses 2 'interface|-i' -q 5
    refuses 2 'interval|-q|second' -i lo -q 0
    refuses 2 'abc' -i lo -q abc
    refuses 2 '-5' -i lo -q -5
    refuses 2 'interval|-q|second' -i lo -q ''
    refuses 2 '5x' -i lo -q 5x
    refuses 2 'inf' -i lo -q inf
    refuses 2 '1e3' -i lo -q 1e3
    refuses 2 'interval|-q|second|large|most' -i lo -q 99999999999999999999
    refuses 2 'timeout|-t' -i lo -t 0
    refuses 2 'abc' -i lo -t abc
    refuses 2 '4' -i lo -V 4
    refuses 2 '0' -i lo -V 0
    refuses 2 'two' -i lo -V two
    refuses 2 'argument|needs' -i
    refuses 2 'argument|needs' -i lo -q
    refuses 2 'Z' -i lo -Z
    refuses 2 'no-such-option' -i lo --no-such-option
    refuses 2 'stray' -i lo stray
    refuses 2 'name|long|interface' -i a-name-longer-than-fifteen
    refuses 2 'interface' -i ''
}

# about 2 s
test_help_and_version()
{
    local option
    for option in --help --version; do
        "$IGMPQ_BIN/igmpqd" "$option" >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" || fail "$option: status $?"
        [ -s "$E2E_DIR/out.log" ] || fail "$option: nothing on standard output"
        [ ! -s "$E2E_DIR/said.log" ] || fail "$option: something on standard error"
    done
    "$IGMPQ_BIN/igmpqd" --version | grep -Eq 'igmpqd.* [0-9]+\.[0-9]+' || fail 'no version number'
    for option in --interface --query-interval --timeout --igmp-version --verbose --help --version; do
        "$IGMPQ_BIN/igmpqd" --help | grep -q -- "$option" || fail "--help does not know $option"
    done
}

# about 8 s
test_long_options()
{
    pair q 192.168.50.10/24 peer 192.168.50.5/24
    capture wire peer eth0
    querier igmpqd q --interface eth0 --query-interval=2 --timeout 7 --igmp-version 3 --verbose
    within 15 has_query wire 0 || fail 'no query'
    sleep 2
    stop igmpqd
    ended_with 0
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 2>/dev/null | grep -q 'igmp query v3' || fail 'not version 3'
    # what it starts with: interface, address, interval, timeout
    head -n 8 "$E2E_DIR/igmpqd.log" >"$E2E_DIR/begin.log"
    for word in eth0 192.168.50.10 2 7; do
        grep -Fqw -- "$word" "$E2E_DIR/begin.log" || fail "the log does not begin with $word"
    done
    grep -Eq '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{3} (info|debug|warning|error): ' "$E2E_DIR/begin.log" ||
        fail 'the log has no time or no level'
}

# about 3 s
test_not_ethernet()
{
    namespace lone
    refuses 1 'ethernet' -i lo
    ip -n "$(ns lone)" tuntap add dev tun0 mode tun 2>/dev/null || {
        note 'this kernel has no tun device'
        return 0
    }
    ip -n "$(ns lone)" addr add 192.168.60.1/24 dev tun0
    ip -n "$(ns lone)" link set tun0 up
    refuses 1 'ethernet' -i tun0
}

# about 3 s
test_no_privilege()
{
    local status=0
    pair q 192.168.50.10/24 peer 192.168.50.5/24
    need setpriv
    # The checkout may be closed to others, the program's own folder too.
    cp "$IGMPQ_BIN/igmpqd" "$E2E_DIR/igmpqd"
    chmod 755 "$E2E_DIR" "$E2E_DIR/igmpqd"
    setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$E2E_DIR/igmpqd" ||
        skip "another user cannot run programs in $E2E_DIR"
    in_ns q timeout 5 setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$E2E_DIR/igmpqd" -i eth0 \
        >"$E2E_DIR/said.log" 2>&1 || status=$?
    rm "$E2E_DIR/igmpqd"
    note "status $status: $(cat "$E2E_DIR/said.log")"
    [ "$status" -eq 1 ] || fail "exit status $status, not 1"
    grep -Eiq 'root|sudo|CAP_NET_RAW|privilege' "$E2E_DIR/said.log" || fail 'does not say what is needed'
}

# tested PATTERN OPTION...: "igmpqd -T" is content with the configuration, and says so of the interfaces; nothing without PATTERN.
tested()
{
    local pattern=$1
    shift
    in_ns q "$IGMPQ_BIN/igmpqd" -T "$@" >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" || fail "igmpqd -T $*: exit status $?"
    note "igmpqd -T $*: $(cat "$E2E_DIR/said.log")"
    [ -s "$E2E_DIR/out.log" ] || fail "igmpqd -T $*: prints no settings"
    if [ -n "$pattern" ]; then
        [ "$(grep -Ec -- "warning: $pattern" "$E2E_DIR/said.log")" -eq 1 ] || fail "igmpqd -T $*: does not say \"$pattern\" once"
    else
        [ ! -s "$E2E_DIR/said.log" ] || fail "igmpqd -T $*: says something"
    fi
}

# What the start would refuse or wait for.
# about 2 s
test_test_looks_at_the_interfaces()
{
    pair q 192.168.50.10/24 peer 192.168.50.5/24
    tested '' -i eth0
    tested '' -i 'eth*'
    tested 'lo is not an Ethernet interface' -i lo
    tested 'nosuch: there is no such interface now \(there are: eth0\); igmpqd would wait' -i nosuch -i eth0
    tested 'eth0,eth1: there is no such interface.*repeat -i' -i eth0,eth1
    tested 'wlan\*: no Ethernet interface has such a name now \(there are: eth0\)' -i 'wlan*'
    printf 'interfaces = ( { name = "trunk"; vlan = "10-20"; }, "trunk" );\n' >"$E2E_DIR/igmpqd.conf"
    tested 'trunk: there is no such interface' -c "$E2E_DIR/igmpqd.conf"
    # The running one gives the same advice.
    querier igmpqd q -i eth0,eth1
    wait_log igmpqd 'eth0,eth1: there is no such interface .there are: eth0.; .*repeat -i.*; waiting for it' 15
}

logged_twice()
{
    [ "$(grep -c -- "$1" "$E2E_DIR/igmpqd.log")" -eq 2 ]
}

# A port of a bridge has no address as a rule, and no host is behind it that the bridge does not have as well.
# about 3 s
test_port_of_a_bridge()
{
    namespace q
    ip -n "$(ns q)" link add br0 type bridge
    ip -n "$(ns q)" link add p-q1 type veth peer name far
    ip -n "$(ns q)" link set p-q1 master br0 up
    ip -n "$(ns q)" link set far up
    ip -n "$(ns q)" link set br0 up
    ip -n "$(ns q)" addr add 192.168.50.10/24 dev br0
    tested 'p-q1 has no IPv4 address, and is a port of br0: use -i br0' -i p-q1
    tested '' -i br0
    querier igmpqd q -i p-q1 -i br0 --control-socket "$E2E_DIR/s.sock"
    wait_log igmpqd 'warning: p-q1: no IPv4 address, and it is a port of br0: use -i br0' 15
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" status p-q1 >"$E2E_DIR/out.log" || fail 'no status'
    grep -q '^p-q1: .*port of a bridge' "$E2E_DIR/out.log" || fail "status: $(cat "$E2E_DIR/out.log")"
    in_ns q python3 "$E2E_HERE/ask.py" "$E2E_DIR/s.sock" status | python3 "$E2E_HERE/schema.py" status >/dev/null || fail 'the schema'
    ip -n "$(ns q)" addr add 192.168.51.10/24 dev p-q1
    wait_log igmpqd 'p-q1: .*querier as 192\.168\.51\.10' 3
    # Also when it has long been running, with few rights.
    ip -n "$(ns q)" addr del 192.168.51.10/24 dev p-q1
    within 15 logged_twice 'warning: p-q1: no IPv4 address, and it is a port of br0' || fail 'not said again'
    # The other end is no port.
    tested '' -i far
}
