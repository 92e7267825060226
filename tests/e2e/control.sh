# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The control socket of a running igmpqd, its hook, and the groups that are expected (issue 7, Show 2 and 3).

cable()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
}

# igmpqd runs and can be asked: the socket is made when all else has been.
ready()
{
    wait_log igmpqd 'uery' "${1-15}"
    within 15 test -S "$E2E_DIR/s.sock" || fail 'there is no socket'
}

# asked REQUEST...: the answer, also kept in asked.log; true when it is a good one.
asked()
{
    python3 "$E2E_HERE/ask.py" "$E2E_DIR/s.sock" "$@" >"$E2E_DIR/asked.log" 2>>"$E2E_DIR/asked.err"
}

# The answer that was given last has this text.
told()
{
    grep -Fq -- "$1" "$E2E_DIR/asked.log" || fail "not told $1: $(head -c 600 "$E2E_DIR/asked.log")"
}

# value TYPE KEY: of the first object of that type in the last answer.
value()
{
    python3 - "$E2E_DIR/asked.log" "$1" "$2" <<'END'
import json, sys
for line in open(sys.argv[1]):
    entry = json.loads(line)
    if entry["type"] == sys.argv[2]:
        print(json.dumps(entry[sys.argv[3]]))
        break
END
}

# Sanitizers keep what was freed, and valgrind cannot run them.
has_sanitizers()
{
    ldd "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -Eq 'lib(a|ub|t)san' ||
        nm "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -q '__asan_'
}

same()
{
    [ "$2" = "$3" ] || fail "$1: $3, not $2"
    note "$1: $3"
}

# asked_until TEXT REQUEST...: the answer has that text.
asked_until()
{
    local text=$1
    shift
    asked "$@" && grep -Fq -- "$text" "$E2E_DIR/asked.log"
}

hooked()
{
    grep -Eq -- "$1" "$E2E_DIR/hook.out" 2>/dev/null
}

# about 8 s
test_every_verb()
{
    local verb
    cable
    querier igmpqd q -i eth0 -q 60 --control-socket "$E2E_DIR/s.sock"
    ready
    for verb in status groups hosts queriers findings stats events config interfaces metrics query reload 'verbose on' 'verbose off'; do
        # shellcheck disable=SC2086 # a verb and its word
        asked $verb || [ "$verb" = reload ] || fail "$verb: $(cat "$E2E_DIR/asked.log")"
        head -n 1 "$E2E_DIR/asked.log" | grep -Fq "\"verb\":\"${verb%% *}\"}" || fail "$verb: no header"
    done
    # there is no file here to be read again
    asked reload && fail 'reload without a file'
    told '"code":"refused"'
    asked status
    same role '"querier"' "$(value segment role)"
    same address '"192.168.50.10"' "$(value segment address)"
    same 'who is elected' null "$(value segment elected)"
    asked query eth0 239.1.2.3
    told '"group":"239.1.2.3","sent":true'
    asked status eth9 && fail 'a segment that is not there'
    told '"code":"no-segment"'

    # what began at one time is told with one time, however often one asks
    local since started
    asked status
    since=$(value segment since) started=$(value daemon started)
    for verb in 1 2 3; do
        sleep 0.2
        asked status
        same since "$since" "$(value segment since)"
        same started "$started" "$(value daemon started)"
    done

    frame peer query --src 192.168.50.5
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    within 10 asked_until '"role":"non-querier"' status || fail 'the role did not change'
    told '"elected":{"address":"192.168.50.5"'
    asked queriers
    told '"address":"192.168.50.5"'
    same elected true "$(value querier elected)"
    asked groups eth0
    told '"group":"239.1.2.3"'
    same 'last reporter' '"192.168.50.21"' "$(value group last_reporter)"
    asked hosts
    told '"address":"192.168.50.21"'
    asked events
    told '"event":"querier-seen"'
    told '"event":"group-joined"'
    asked query && fail 'a query of a non-querier'
    told '"why":"not the querier"'
    told '"code":"refused"'
    asked metrics
    told '{"type":"sample","labels":{"segment":"eth0","role":"non-querier"},"value":"1"}'
    stop igmpqd
    ended_with 0
}

# about 6 s
test_events_are_followed()
{
    cable
    querier igmpqd q -i eth0 -q 60 --control-socket "$E2E_DIR/s.sock"
    ready
    start follower q python3 "$E2E_HERE/ask.py" "$E2E_DIR/s.sock" events 0 follow
    wait_log follower '"type":"header"' 15
    never_logged follower '"type":"event"'
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    wait_log follower '"event":"group-joined"' 3
    frame peer query --src 192.168.50.5
    wait_log follower '"event":"role".*"to":"non-querier"' 3
    stop igmpqd
    ended_with 0
    # and the follower ends with it
    collect follower
}

# about 4 s
test_reload_and_verbose()
{
    cable
    printf 'interfaces = ( "eth0" );\nquery-interval = 60;\ncontrol-socket = "%s";\n' "$E2E_DIR/s.sock" >"$E2E_DIR/q.conf"
    querier igmpqd q -c "$E2E_DIR/q.conf"
    ready
    printf 'interfaces = ( "eth0" );\nquery-interval = 30;\nexpect-groups = ( "239.9.9.9" );\n' >"$E2E_DIR/q.conf"
    asked reload || fail "reload: $(cat "$E2E_DIR/asked.log")"
    wait_log igmpqd 'warning: control-socket changed: taken over when igmpqd is started again' 1
    # Who asked is told as well, of this alone.
    python3 "$E2E_HERE/schema.py" reload <"$E2E_DIR/asked.log" >/dev/null || fail 'the schema of reload'
    told '{"type":"warning","text":"control-socket changed: taken over when igmpqd is started again"}'
    same 'warnings' 1 "$(grep -c '"type":"warning"' "$E2E_DIR/asked.log")"
    printf 'interfaces = ( "eth0", "lo" );\ncontrol-socket = "%s";\nquery-interval = 30;\nhook = "/bin/true";\nsyslog = true;\n' \
        "$E2E_DIR/s.sock" >"$E2E_DIR/q.conf"
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" reload >"$E2E_DIR/reload.log" || fail 'igmpqctl reload'
    grep -qx 'warning: hook, syslog changed: taken over when igmpqd is started again' "$E2E_DIR/reload.log" ||
        fail "igmpqctl reload: $(cat "$E2E_DIR/reload.log")"
    grep -qx 'warning: lo is not an Ethernet interface: .*' "$E2E_DIR/reload.log" || fail "igmpqctl reload: $(cat "$E2E_DIR/reload.log")"
    same 'the last line' 'The configuration was read again.' "$(tail -n 1 "$E2E_DIR/reload.log")"
    printf 'interfaces = ( "eth0" );\nquery-interval = 30;\nexpect-groups = ( "239.9.9.9" );\n' >"$E2E_DIR/q.conf"
    asked reload || fail "reload: $(cat "$E2E_DIR/asked.log")"
    asked status
    told '"missing":[],"awaited":["239.9.9.9"]'
    same 'query interval' '"30.000000"' "$(value segment query_interval)"
    printf 'query-interval = nonsense;\n' >"$E2E_DIR/q.conf"
    asked reload && fail 'a wrong file was taken'
    told '"code":"failed"'
    told 'q.conf:1: query-interval: text stands in quotes'
    asked status
    same 'query interval' '"30.000000"' "$(value segment query_interval)"
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    sleep 0.3
    never_logged igmpqd 'group 239.1.2.3'
    asked verbose on
    frame peer report --group 239.1.2.4 --src 192.168.50.21
    wait_log igmpqd 'group 239.1.2.4' 3
}

# Show 3: who is outside of the group is refused by the mode of the file; a member may ask and not change.
# about 4 s
test_permissions()
{
    local group status
    need setpriv getent
    cable
    group=$(getent group daemon | cut -d : -f 3)
    [ -n "$group" ] || skip 'there is no group to test with'
    mkdir "$E2E_DIR/open"
    chmod 755 "$E2E_DIR" "$E2E_DIR/open"
    cp "$E2E_HERE/ask.py" "$E2E_DIR/open/ask.py"
    printf 'interfaces = ( "eth0" );\ncontrol-socket = "%s";\ncontrol-group = "daemon";\n' "$E2E_DIR/s.sock" >"$E2E_DIR/q.conf"
    # The tester's own python may lie where nobody else can go.
    as_other()
    {
        setpriv --reuid=65534 --regid=65534 "$1" env PATH=/usr/local/bin:/usr/bin:/bin \
            python3 "$E2E_DIR/open/ask.py" "$E2E_DIR/s.sock" "${@:2}" >"$E2E_DIR/asked.log"
    }
    as_outsider() { as_other --clear-groups "$@"; }
    as_member() { as_other "--groups=$group" "$@"; }
    setpriv --reuid=65534 --regid=65534 --clear-groups env PATH=/usr/local/bin:/usr/bin:/bin \
        python3 -c 'import sys; open(sys.argv[1])' "$E2E_DIR/open/ask.py" 2>/dev/null ||
        skip "another user cannot run $E2E_DIR/open/ask.py"
    querier igmpqd q -c "$E2E_DIR/q.conf"
    ready
    same 'mode and group' "660 daemon" "$(stat -c '%a %G' "$E2E_DIR/s.sock")"
    status=0
    as_outsider status || status=$?
    same 'an outsider asks: status' 3 "$status"
    told 'Permission denied'
    as_member status || fail "a member is refused: $(cat "$E2E_DIR/asked.log")"
    for request in reload 'query eth0' 'verbose on'; do
        # shellcheck disable=SC2086 # a verb and its word
        as_member $request && fail "a member may $request"
        told '"code":"denied"'
    done
    never_logged igmpqd 'configuration read again'
    asked reload || fail 'root may not reload'
    wait_log igmpqd 'configuration read again' 2
}

# Show 2: everything is told, and the queries keep their time while ten clients read slowly and one never reads.
# about 22 s
test_ten_thousand_groups()
{
    local gap number=0 before
    cable
    printf 'interfaces = ( "eth0" );\nmax-groups = 20000;\nquery-interval = 2;\nmembership-interval = "rfc9776";\nrobustness = 60;\n' >"$E2E_DIR/q.conf"
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/s.sock" -t 200
    ready
    in_ns peer python3 "$E2E_HERE/reports.py" eth0 0 10000 "$(pid_of igmpqd)"
    within 10 asked_until '"groups":10000' status || fail "$(cat "$E2E_DIR/asked.log")"
    before=$(resident)
    sleep 1
    capture wire peer eth0
    start deaf q python3 "$E2E_HERE/ask.py" --deaf "$E2E_DIR/s.sock" groups
    start slow q python3 "$E2E_HERE/ask.py" --slow "$E2E_DIR/s.sock" groups 10
    for _ in 1 2 3; do
        asked groups || fail 'no answer beside slow clients'
        same 'groups told' 10000 "$(grep -c '"type":"group"' "$E2E_DIR/asked.log")"
        same 'of them different' 10000 "$(grep -o '"group":"[^"]*"' "$E2E_DIR/asked.log" | sort -u | wc -l)"
        sleep 1
    done
    report "memory with eleven clients: $(($(resident) - before)) KiB more"
    has_sanitizers || expect "$(resident) - $before < 16384" 'KiB more'
    collect slow
    ended_with 0
    same 'slow clients that got all' 10 "$(grep -c '^10000$' "$E2E_DIR/slow.log")"
    queries wire | awk 'NR > 1 { printf "%.3f\n", $1 - last } { last = $1 }' >"$E2E_DIR/gaps.log"
    while read -r gap; do
        number=$((number + 1))
        # 1.5 to 2 s; this one and the one before may be half a second late
        expect "$gap >= 1 && $gap <= 2.5" "gap $number"
    done <"$E2E_DIR/gaps.log"
    expect "$number >= 3" 'queries meanwhile'
    is_running deaf || fail 'the client that never reads is gone before its time'
}

# A group with more sources than go into one line.
# about 4 s
test_many_sources()
{
    local first
    cable
    querier igmpqd q -i eth0 -q 60 -V 3 --control-socket "$E2E_DIR/s.sock"
    ready
    for first in 0 1 2 3 4 5; do
        frame peer v3report --src 192.168.50.21 \
            --record "ALLOW:232.1.2.3:$(seq -s , -f "10.0.$first.%.0f" 1 200)"
    done
    frame peer v3report --src 192.168.50.21 --record 'ALLOW:232.1.2.4:10.0.0.1'
    within 10 asked_until '"sources":1201' status || fail "$(cat "$E2E_DIR/asked.log")"
    asked groups
    told '"count":4}'
    python3 - "$E2E_DIR/asked.log" <<'END' || fail 'not every source was told once'
import json, sys
told = []
for line in open(sys.argv[1]):
    entry = json.loads(line)
    if entry.get("group") == "232.1.2.3":
        told.append(len(entry["sources"]))
        sources = entry["sources"] if entry["type"] == "group" else sources + entry["sources"]
assert told == [500, 500, 200], told
assert sources == ["10.0.%d.%d" % (i, j) for i in range(6) for j in range(1, 201)]
END
}

# Who follows and does not read is told how much was lost.
# about 6 s
test_a_follower_falls_behind()
{
    cable
    querier igmpqd q -i eth0 -q 60 --max-groups 20000 --control-socket "$E2E_DIR/s.sock"
    ready
    start follower q python3 "$E2E_HERE/ask.py" "$E2E_DIR/s.sock" events follow
    wait_log follower '"type":"event"' 15
    kill -s STOP "$(pid_of follower)"
    in_ns peer python3 "$E2E_HERE/reports.py" eth0 0 10000 "$(pid_of igmpqd)"
    within 10 asked_until '"groups":10000' status || fail "$(cat "$E2E_DIR/asked.log")"
    kill -s CONT "$(pid_of follower)"
    wait_log follower '"group":"239.64.39.15"' 15
    grep -q '"type":"lost"' "$E2E_DIR/follower.log" || fail 'not told that events were lost'
    python3 - "$E2E_DIR/follower.log" <<'END' || fail 'what was told and what was lost do not add up'
import json, sys
last, first, lost, told = 0, 0, 0, 0
for line in open(sys.argv[1]):
    entry = json.loads(line)
    if entry["type"] == "lost":
        lost += entry["count"]
    if entry["type"] == "event":
        assert entry["serial"] > last
        first = first or entry["serial"]
        last = entry["serial"]
        told += 1
assert told + lost == last - first + 1, (told, lost, first, last)
assert lost > 1000 and told > 1000
END
    # what is worth knowing is still there
    asked events
    told '"event":"role"'
}

# Show 3: malformed, oversized and half requests, no leak.
# about 30 s
test_a_thousand_bad_requests()
{
    need valgrind
    ! has_sanitizers || skip 'this build has sanitizers, which valgrind cannot run'
    cable
    start igmpqd q valgrind --vgdb=no --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
        --errors-for-leak-kinds=definite,indirect,possible "--log-file=$E2E_DIR/valgrind.log" \
        "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 --control-socket "$E2E_DIR/s.sock"
    ready 60
    in_ns peer python3 "$E2E_HERE/reports.py" eth0 0 300 "$(pid_of igmpqd)"
    frame peer v3report --record "ALLOW:232.1.2.3:10.0.0.1,10.0.0.2" --src 192.168.50.21
    python3 "$E2E_HERE/ask.py" --bad "$E2E_DIR/s.sock" 1000 >"$E2E_DIR/bad.log" || fail 'a client ended badly'
    report "errors told: $(cat "$E2E_DIR/bad.log") of 1000 (the others had left, or were cut off)"
    expect "$(cat "$E2E_DIR/bad.log") >= 400" 'errors told'
    for verb in status groups hosts queriers findings stats events config interfaces metrics query; do
        asked "$verb" || fail "$verb after all that"
    done
    stop igmpqd
    cat "$E2E_DIR/valgrind.log"
    ended_with 0
    grep -q 'ERROR SUMMARY: 0 errors' "$E2E_DIR/valgrind.log" || fail 'valgrind found errors'
}

# about 20 s
test_hook_and_expected_groups()
{
    cable
    cat >"$E2E_DIR/hook.sh" <<'END'
#!/bin/sh
echo "$1 $2 $3 role=$IGMPQ_ROLE address=$IGMPQ_ADDRESS group=$IGMPQ_GROUP text=$IGMPQ_TEXT" >>"$1"
[ "$2" != querier-seen ] || sleep 100
END
    chmod 755 "$E2E_DIR/hook.sh"
    : >"$E2E_DIR/hook.out"
    chmod 666 "$E2E_DIR/hook.out" # the hook is not root
    cat >"$E2E_DIR/q.conf" <<END
interfaces = ( "eth0" );
hook = [ "$E2E_DIR/hook.sh", "$E2E_DIR/hook.out" ];
hook-timeout = 2;
expect-groups = ( "239.1.2.3" );
query-interval = 2;
last-member-query-interval = 0.2;
END
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/s.sock"
    ready
    within 10 hooked ' role eth0 role=querier address= ' || fail 'the hook was not told of the role'
    # Not seen yet: that is no alarm, for 2 * 2 + 2 * 1 s.
    asked status
    told '"missing":[],"awaited":["239.1.2.3"]'
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" >"$E2E_DIR/status.log" || fail 'no status'
    grep -qx '  expected   not seen yet: 239\.1\.2\.3' "$E2E_DIR/status.log" || fail "status: $(cat "$E2E_DIR/status.log")"
    ! grep -q 'nobody listens' "$E2E_DIR/status.log" || fail 'an alarm at the start'
    asked metrics
    told '{"type":"sample","labels":{"segment":"eth0","group":"239.1.2.3"},"value":"0"}'

    # One that was never there is told after a group membership interval, once.
    wait_log igmpqd 'warning: eth0: expected group 239.1.2.3 has no member$' 15
    asked status
    told '"missing":["239.1.2.3"],"awaited":[]'
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" >"$E2E_DIR/status.log" || fail 'no status'
    grep -q '^eth0: nobody listens to 239\.1\.2\.3, ' "$E2E_DIR/status.log" || fail "status: $(cat "$E2E_DIR/status.log")"
    within 10 hooked ' expected-group-lost eth0 .* group=239.1.2.3 .*has no member$' || fail 'the hook was not told of the absence'
    # another such interval
    sleep 6.5
    [ "$(grep -c 'expected group' "$E2E_DIR/igmpqd.log")" -eq 1 ] || fail 'the absence was told more than once'
    : >"$E2E_DIR/hook.out"

    frame peer report --group 239.1.2.3 --src 192.168.50.21
    within 10 hooked ' expected-group-back eth0 .* group=239.1.2.3 ' || fail 'the hook was not told of the group'
    asked status
    told '"missing":[]'
    frame peer leave --group 239.1.2.3 --src 192.168.50.21
    wait_log igmpqd 'expected group 239.1.2.3 has lost its last member' 10
    within 10 hooked ' expected-group-lost eth0 .* group=239.1.2.3 ' || fail 'the hook was not told of the loss'
    asked events
    told '"event":"expected-group-lost"'

    # One that does not end is ended, and the next event is told.
    frame peer query --src 192.168.50.5
    wait_log igmpqd 'took too long' 15
    within 10 hooked ' role eth0 role=non-querier address=192.168.50.5 ' || fail 'nothing after a hook that was stuck'
    # The loss of the link is the loss of every member.
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    within 10 asked_until '"missing":[]' status || fail 'the group did not come back'
    ip -n "$(ns peer)" link set eth0 down
    within 10 asked_until '"missing":["239.1.2.3"]' status || fail 'a group outlived its link'
}

run_socket_answers()
{
    python3 "$E2E_HERE/ask.py" "$E2E_DIR/run/s.sock" status >"$E2E_DIR/asked.log"
}

# about 6 s
test_where_the_socket_is()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    ip -n "$(ns q)" link add eth1 type veth peer name eth1 netns "$(ns peer)"
    ip -n "$(ns q)" addr add 192.168.51.10/24 dev eth1
    ip -n "$(ns q)" link set eth1 up
    ip -n "$(ns peer)" link set eth1 up
    capture wire peer eth1

    # A second daemon on another interface: it says so, and queries.
    querier first q -i eth0 --control-socket "$E2E_DIR/run/s.sock"
    wait_log first 'uery' 15
    within 15 run_socket_answers || fail 'the first cannot be asked'
    querier second q -i eth1 --control-socket "$E2E_DIR/run/s.sock"
    wait_log second 'another igmpqd listens on .*s.sock; choose another path with --control-socket' 15
    within 15 has_query wire 0 || fail 'the second does not query'
    run_socket_answers || fail 'the first cannot be asked any more'
    told '"segment":"eth0"'
    # It does not take the first one's socket along.
    stop second
    ended_with 0
    [ -S "$E2E_DIR/run/s.sock" ] || fail "another daemon's socket was removed"

    # One that a dead daemon has left is replaced.
    stop first KILL
    [ -S "$E2E_DIR/run/s.sock" ] || fail 'nothing was left behind'
    querier third q -i eth0 --control-socket "$E2E_DIR/run/s.sock"
    wait_log third 'uery' 15
    never_logged third 'listens on'
    within 15 run_socket_answers || fail 'the third cannot be asked'

    # A folder that cannot be made: it says so once, and queries.
    querier fourth q -i eth1 -q 1 --control-socket /proc/no/such/s.sock
    wait_log fourth '/proc/no.*cannot be asked' 15
    sleep 2
    same 'times that this was said' 1 "$(grep -c 'cannot be asked' "$E2E_DIR/fourth.log")"
    is_running fourth || fail 'it does not go on'

    # None is wanted.
    stop fourth
    querier fifth q -i eth1 --control-socket none
    wait_log fifth 'uery' 15
    never_logged fifth 'warning'
}

# An expected group is missed once somebody asks, by whomever, and neither reloads nor another querier put that off.
# about 25 s
test_expected_group_that_never_came()
{
    local turn
    cable
    cat >"$E2E_DIR/q.conf" <<END
interfaces = ( "eth0" );
mode = "passive";
query-interval = 1;
expect-groups = ( "239.1.2.3" );
END
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/s.sock"
    ready
    # A group membership interval is 2 * 1 + 1 s at most.
    sleep 6
    ! logged igmpqd 'expected group' || fail 'missed although nobody asked'
    frame peer query --src 192.168.50.5
    wait_log igmpqd 'expected group 239.1.2.3 has no member$' 8
    stop igmpqd

    sed -i '/mode/d' "$E2E_DIR/q.conf"
    querier again q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/again.sock" --timeout 1.5
    wait_log again 'startup query 1' 15
    # Reloads, and elections lost and won, each more often than that interval.
    for turn in {1..8}; do
        in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/again.sock" reload >/dev/null || fail "reload $turn"
        [ $((turn % 2)) -eq 0 ] || frame peer query --src 192.168.50.5
        sleep 1
    done
    logged again 'expected group 239.1.2.3 has no member$' || fail 'reloads and elections put it off'
    expect "$(grep -c 'is querier\|as querier\|LOST to\|taking over' "$E2E_DIR/again.log") >= 4" 'changes of role'
    [ "$(grep -c 'expected group' "$E2E_DIR/again.log")" -eq 1 ] || fail 'told more than once'
    # A reload that names another has that one waited for.
    sed -i 's/239.1.2.3/239.9.9.9/' "$E2E_DIR/q.conf"
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/again.sock" reload >/dev/null || fail 'reload'
    ! logged again 'expected group 239.9.9.9' || fail 'missed at once'
    wait_log again 'expected group 239.9.9.9 has no member$' 8
}

# as_nobody SOCKET: igmpqd of a user who has CAP_NET_RAW and no more, until it has said whether it can be asked.
as_nobody()
{
    : >"$E2E_DIR/plain.log"
    start plain q setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+net_raw --ambient-caps=+net_raw \
        "$E2E_DIR/igmpqd" -i eth0 --control-socket "$1"
    wait_log plain 'startup query 1' 15
}

# Who is not root has no place in the usual folder, and is told how to name another.
# about 3 s
test_not_for_a_plain_user()
{
    need setpriv
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    # The checkout may be closed to others.
    cp "$IGMPQ_BIN/igmpqd" "$E2E_DIR/igmpqd"
    chmod 755 "$E2E_DIR" "$E2E_DIR/igmpqd"
    setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+net_raw --ambient-caps=+net_raw test -x "$E2E_DIR/igmpqd" ||
        skip "another user cannot run programs in $E2E_DIR, or has no capability"
    mkdir -m 755 "$E2E_DIR/of-root"
    as_nobody "$E2E_DIR/of-root/s.sock"
    logged plain 'of-root/s.sock cannot be made: Permission denied; choose another path with --control-socket, .* cannot be asked' ||
        fail 'no advice for a folder of root'
    stop plain
    as_nobody "$E2E_DIR/of-root/below/s.sock"
    logged plain 'below cannot be made: Permission denied; choose another path with --control-socket, ' || fail 'no advice for its folder'
    stop plain
    # a socket of root's daemon, dead or alive
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$E2E_DIR/of-root/s.sock"
    chmod 600 "$E2E_DIR/of-root/s.sock"
    as_nobody "$E2E_DIR/of-root/s.sock"
    logged plain 'of-root/s.sock: Permission denied; choose another path with --control-socket, ' || fail "no advice for root's socket"
    rm "$E2E_DIR/igmpqd"
}
