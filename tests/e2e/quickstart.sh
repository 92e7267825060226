# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# tools/quickstart.sh, with the program that is being tested: what it says, how it ends, what it leaves behind.

script=$E2E_HERE/../../tools/quickstart.sh

# show NAME ARGUMENT...: in the background, in the host's own namespace as a user starts it, temporary files apart.
show()
{
    local name=$1
    shift
    mkdir -p "$E2E_DIR/tmp"
    # what is started in the background does not hear SIGINT unless told so
    TMPDIR=$E2E_DIR/tmp env --default-signal=INT "$script" "$@" >"$E2E_DIR/$name.log" 2>&1 &
    know "$name" $!
}

left_nothing()
{
    local leftover
    leftover=$(ip netns list 2>/dev/null | grep "^igmpq-show-$(pid_of "$1")-" || true)
    [ -z "$leftover" ] || fail "namespaces are left: $leftover"
    [ -z "$(ls -A "$E2E_DIR/tmp")" ] || fail "files are left: $(ls "$E2E_DIR/tmp")"
}

# about 30 s
test_show()
{
    show first --seconds 22
    show second --seconds 5
    collect second
    ended_with 0
    logged second 'With igmpqd: +kept alive for 5 s' || fail 'no verdict'
    collect first
    ended_with 0
    left_nothing first
    [ "$(grep -c '^ *[0-9][0-9]* s | ' "$E2E_DIR/first.log")" -eq 22 ] || fail 'not a line each second'
    logged first '^With igmpqd: +kept alive for 22 s\.$' || fail 'no verdict for the LAN with igmpqd'
    # The switch forgets 12 s after the last report, which comes up to 6 s before the querier falls silent (it asks every 4 s,
    # and the receiver takes up to 2 s) and 2 s after it at the latest; and the stream has to be missed for two looks, a second
    # apart.
    logged first '^Without igmpqd: dropped out after ([6-9]|1[0-7]) s\.$' || fail 'no verdict for the LAN without'
    # The switch really stops forwarding.
    grep '^ *2[0-2] s | ' "$E2E_DIR/first.log" | grep -q 'without: no entry, .* 0 packets/s$' || fail 'the stream still arrives'
    if grep -P '\033' "$E2E_DIR/first.log"; then fail 'escape sequences on a pipe'; fi
}

# about 12 s
test_interrupted()
{
    for signal in INT TERM HUP; do
        show "$signal" --seconds 60
        wait_log "$signal" '^ *2 s ' 60
    done
    for signal in INT TERM HUP; do
        stop "$signal" "$signal"
        expect "$(stop_took) < 3" 'seconds to end'
        case $signal in
        INT)
            ended_with 0
            logged INT 'With igmpqd: +kept alive for' || fail 'no verdict after Ctrl-C'
            ;;
        TERM) ended_with 143 ;;
        HUP) ended_with 129 ;;
        esac
    done
    for signal in INT TERM HUP; do
        left_nothing "$signal"
    done
}

# about 5 s
test_on_an_interface()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    mkdir "$E2E_DIR/tmp"
    TMPDIR=$E2E_DIR/tmp start show q "$script" eth0
    within 15 has_query wire 0 'src host 192.168.50.10' || fail 'no query'
    stop show
    ended_with 0
    left_nothing show
}

# wrong STATUS PATTERN ARGUMENT...
wrong()
{
    local status=0 wanted=$1 pattern=$2
    shift 2
    "$script" "$@" >"$E2E_DIR/said.log" 2>&1 || status=$?
    note "quickstart.sh $*: status $status: $(cat "$E2E_DIR/said.log")"
    [ "$status" -eq "$wanted" ] || fail "quickstart.sh $*: exit status $status, not $wanted"
    grep -q -- "$pattern" "$E2E_DIR/said.log" || fail "quickstart.sh $*: says nothing like \"$pattern\""
}

# about 2 s
test_usage()
{
    wrong 0 'Usage: ' --help
    wrong 2 'abc' --seconds abc
    wrong 2 '"0"' --seconds 0
    wrong 2 'needs a number' --seconds
    wrong 2 '--nonsense' --nonsense
    wrong 2 'one interface' eth0 eth1
    wrong 1 'no interface no-such-thing' no-such-thing
}
