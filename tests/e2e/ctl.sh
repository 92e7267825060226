# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# igmpqctl and a running igmpqd (issue 7, Show 1 and 4): a daemon with two segments, three queriers, hosts of versions
# 2 and 3.

# ctl OPTION...: its output in out.log and said.log, its exit status in ctl_status.
ctl()
{
    ctl_status=0
    note "igmpqctl $*"
    timeout 60 "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/q.sock" "$@" >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" ||
        ctl_status=$?
    cat "$E2E_DIR/out.log" "$E2E_DIR/said.log"
}

ctl_ended()
{
    [ "$ctl_status" -eq "$1" ] || fail "exit status $ctl_status, not $1"
}

# gives OPTION...: it ends well.
gives()
{
    ctl "$@"
    ctl_ended 0
    [ ! -s "$E2E_DIR/said.log" ] || fail 'it complains'
}

# shows PATTERN...: the output has a line of each.
shows()
{
    local pattern
    for pattern in "$@"; do
        grep -Eq -- "$pattern" "$E2E_DIR/out.log" || fail "there is no line \"$pattern\""
    done
}

lacks()
{
    ! grep -Eq -- "$1" "$E2E_DIR/out.log" || fail "there is a line \"$1\""
}

# complains PATTERN: the one line on standard error.
complains()
{
    [ "$(wc -l <"$E2E_DIR/said.log")" -eq 1 ] || fail 'not one sentence'
    grep -Eq -- "$1" "$E2E_DIR/said.log" || fail "the sentence is not \"$1\""
}

shows_within()
{
    "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/q.sock" "${@:2}" 2>/dev/null | grep -Eq -- "$1"
}

# The daemon under test is the querier of eth0, where "high" has lost to it, and has lost to "low" on eth1.
scene()
{
    lan one
    lan two
    host q one 192.168.50.10/24
    ip -n "$(ns two)" link add name q type veth peer name eth1 netns "$(ns q)"
    ip -n "$(ns two)" link set dev q master br0 up
    ip -n "$(ns q)" addr add 192.168.51.10/24 dev eth1
    ip -n "$(ns q)" link set eth1 up
    host high one 192.168.50.20/24
    host low two 192.168.51.5/24
    receiver h2 one 192.168.50.22/24 2
    receiver h3 two 192.168.51.23/24 3
    cat >"$E2E_DIR/q.conf" <<'CONF'
query-interval = 2.5;
interfaces = (
  { name = "eth0"; expect-groups = ( "239.1.1.2", "239.9.9.9" ); },
  { name = "eth1"; igmp-version = "3"; }
);
CONF
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/q.sock"
    within 15 test -S "$E2E_DIR/q.sock" || fail 'there is no socket'
    querier high high -i eth0 -q 2
    querier low low -i eth0 -q 2 -V 3
    member m2 h2 239.1.1.2
    member m3 h3 239.1.1.3
    member s3 h3 232.1.1.1 10.0.0.1 10.0.0.2
    frame high query --src 192.168.50.7 --ttl 64
    within 10 shows_within '232.1.1.1' groups || fail 'the groups are not there'
    wait_log igmpqd 'eth0: startup query 3 of 3' 15
    within 10 shows_within '^eth1 +non-querier +192.168.51.5 ' status || fail 'no querier on eth1'
}

# What differs from run to run, under one name; columns by one blank. That they are aligned is shown by the unit tests.
masked()
{
    sed -E -e 's/[0-9a-f]{2}(:[0-9a-f]{2}){5}/MAC/g' -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(\.[0-9]+)?/TIME/g' \
        -e 's/ -?[0-9]+ s\b/ SPAN/g' -e 's/ -?[0-9]+s\b/ SPAN/g' -e 's/process [0-9]+/process N/' -e "s|$E2E_DIR|DIR|g" \
        -e 's/ +/ /g' -e 's/ $//' "$E2E_DIR/out.log"
}

# looks: what the last one showed, masked, is standard input.
looks()
{
    cat >"$E2E_DIR/wanted.txt"
    masked >"$E2E_DIR/masked.txt"
    diff "$E2E_DIR/wanted.txt" "$E2E_DIR/masked.txt" || fail 'it looks different'
}

# Who is querier, in the first lines; hosts and groups are those of 192.168 and 239, since the switches join groups too.
# about 15 s
test_tables()
{
    scene
    # that long it has time
    wait_log igmpqd 'eth0: expected group 239\.9\.9\.9 has no member$' 10
    gives -S eth0
    looks <<'END'
igmpqd 0.1.0, process N, up SPAN, configuration DIR/q.conf

eth0: nobody listens to 239.9.9.9, which expect-groups names

eth0: querier is this host, 192.168.50.10, since TIME
 source 192.168.50.10/24, MAC MAC, version 2, mode active
 next query in SPAN
 intervals query 2.5 s, response 1.2 s, robustness 2
 members 2 groups, 2 hosts, 2 other queriers heard
END
    gives status
    head -n 5 "$E2E_DIR/out.log" | grep -q '^eth1  *non-querier  *192\.168\.51\.5 ' || fail 'not in the first lines'
    shows '^eth0 +querier +192\.168\.50\.10 +this host +2 ' "^eth1 .* $(mac_of low) +3 " \
        "^eth1: querier 192\.168\.51\.5, MAC $(mac_of low), version 3$" \
        '^  it asks    (once so far|every [0-9]+ s as measured so far), every 2 s as it says$' \
        '^  next       takes over in [0-9]+ s, unless a querier is heard \(timeout 4\.5 s\)$' \
        '^  here       non-querier since 20'
    [ "$(wc -l <"$E2E_DIR/out.log")" -le 24 ] || fail 'it does not fit on a screen'
    gives groups -F 239.0.0.0/8 --sort group
    looks <<'END'
GROUP SEGMENT MODE V REPORTER AGE HEARD EXPIRES NOTE SOURCES
239.1.1.2 eth0 exclude 2 192.168.50.22 SPAN SPAN SPAN expected -
239.1.1.3 eth1 exclude 3 192.168.51.23 SPAN SPAN SPAN - -
END
    gives groups eth1 --filter 232.1.1.1
    looks <<'END'
GROUP SEGMENT MODE V REPORTER AGE HEARD EXPIRES NOTE SOURCES
232.1.1.1 eth1 include 3 192.168.51.23 SPAN SPAN SPAN - 10.0.0.1 10.0.0.2
END
    gives hosts -F 192.168.0.0/16 -o reports
    shows "^192\.168\.50\.22 +$(mac_of h2) +eth0 +2 .* 239\.1\.1\.2$" \
        "^192\.168\.51\.23 +$(mac_of h3) +eth1 +3 .* (239\.1\.1\.3 232\.1\.1\.1|232\.1\.1\.1 239\.1\.1\.3)$"
    gives queriers --sort querier
    sed -i -E 's/ +[0-9]+( +[01] +[0-9]+s )/ N\1/' "$E2E_DIR/out.log"
    looks <<'END'
QUERIER MAC SEGMENT ELECTED V QUERIES REFUSED SILENT LAST QUERY
192.168.50.7 MAC eth0 no 2 N 1 SPAN bad-ttl: its TTL is not 1, so it may come from another network
192.168.50.20 MAC eth0 no 2 N 0 SPAN accepted
192.168.51.5 MAC eth1 yes 3 N 0 SPAN accepted
END
    gives stats eth0
    shows '^segment eth0$' '^  general sent +[1-9]' '^    bad-ttl +1$' '^interface eth0$'
    lacks 'eth1'
    gives events
    shows ' eth0 +role +querier as 192\.168\.50\.10' ' eth1 +role +LOST to lower IP' \
        ' eth0 +refused +refused \(bad-ttl\)'
    lacks 'periodic|group-joined'
    gives events --long -n 3
    [ "$(wc -l <"$E2E_DIR/out.log")" -eq 3 ] || fail 'not three events'
    gives config
    shows '^segment eth1$' '^  query-interval +2\.5$' '^  expect-groups +239\.1\.1\.2 239\.9\.9\.9$'
    gives interfaces --sort interface
    looks <<'END'
INTERFACE STATE USED MAC ADDRESS VLAN MTU KIND
eth0 up yes MAC 192.168.50.10/24 0 1500 ethernet
eth1 up yes MAC 192.168.51.10/24 0 1500 ethernet
lo up no - 127.0.0.1/8 0 65536 loopback
END
}

# valid VERB [OPTION...]: with --json it says what the schema wants.
valid()
{
    gives --json "$@"
    python3 "$E2E_HERE/schema.py" "$1" <"$E2E_DIR/out.log" || fail "$1: not as the schema has it"
}

# about 15 s
test_json()
{
    local verb
    scene
    for verb in status groups hosts queriers findings stats events config interfaces metrics; do
        valid "$verb"
    done
    valid status eth1
    valid groups --filter 239.0.0.0/8
    valid queriers -S eth1
    valid events -n 3
    valid events eth0
    lacks '"segment":"eth1"'
    valid query
    valid query eth0 239.1.1.2
    valid verbose on
    valid verbose off
    valid reload
    # a refusal is JSON as well
    ctl --json query eth1
    ctl_ended 1
    shows '"type":"query"' '"type":"error","code":"refused"'
    ctl --json groups eth7
    ctl_ended 1
    shows '"code":"no-segment"'
    complains "igmpqd says no: .*eth7"
    # the schema is no sieve: what it does not know is a fault, and so is what is missing
    gives --json status
    sed 's/"role"/"roll"/' "$E2E_DIR/out.log" >"$E2E_DIR/wrong.log"
    if python3 "$E2E_HERE/schema.py" status <"$E2E_DIR/wrong.log"; then fail 'the schema takes everything'; fi
}

# about 15 s
test_commands()
{
    local began
    scene
    capture wire q eth0
    capture other q eth1
    sleep 0.5
    began=$(now)
    gives query eth0 239.1.1.2
    shows '^eth0: a query was sent for 239\.1\.1\.2$'
    within 10 has_query wire "$began" 'dst host 239.1.1.2' || fail 'no query was seen'
    gives query
    shows '^eth0: a query was sent$' '^eth1: no query was sent: '
    ctl query eth1
    ctl_ended 1
    complains '^igmpqctl: igmpqd says no: '
    expect "$(query_count other "$began" 'src host 192.168.51.10') == 0" 'queries on eth1'
    ctl query eth0 10.0.0.1
    ctl_ended 1
    complains '10\.0\.0\.1 is not the address of a group'
    ctl status eth7
    ctl_ended 1
    complains "there is no segment .*eth7"

    gives verbose on
    shows '^verbose: on$'
    gives status
    shows ', verbose$'
    gives verbose off
    gives status
    lacks ', verbose$'

    sed -i 's/^query-interval = .*/query-interval = 3;/' "$E2E_DIR/q.conf"
    gives reload
    shows '^The configuration was read again\.$'
    gives status eth0
    shows '^  intervals  query 3 s,'
    echo 'nonsense = 1;' >>"$E2E_DIR/q.conf"
    ctl reload
    ctl_ended 1
    complains 'q\.conf:[0-9]+: .*nonsense'
    gives status eth0
    shows '^  intervals  query 3 s,'
}

# A user of the socket's group may ask and not change; another may do nothing.
# about 8 s
test_permissions()
{
    local status=0
    need setpriv
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    querier igmpqd q -i eth0 --control-socket "$E2E_DIR/q.sock"
    within 15 test -S "$E2E_DIR/q.sock" || fail 'there is no socket'
    chgrp 4242 "$E2E_DIR/q.sock"
    chmod 755 "$E2E_DIR"
    cp "$IGMPQ_BIN/igmpqctl" "$E2E_DIR/igmpqctl"
    as() { setpriv --reuid=65534 --regid="$1" --clear-groups "$E2E_DIR/igmpqctl" -s "$E2E_DIR/q.sock" "${@:2}"; }
    setpriv --reuid=65534 --regid=4242 --clear-groups test -x "$E2E_DIR/igmpqctl" ||
        skip "another user cannot run programs in $E2E_DIR"
    as 4242 status >"$E2E_DIR/out.log" || fail 'a member of the group may not ask'
    shows '^eth0: querier is this host'
    as 4242 reload >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" || status=$?
    [ "$status" -eq 1 ] || fail "reload: exit status $status, not 1"
    complains '^igmpqctl: igmpqd says no: '
    status=0
    as 65534 status >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" || status=$?
    [ "$status" -eq 3 ] || fail "another user: exit status $status, not 3"
    complains "^igmpqctl: not allowed to ask igmpqd at $E2E_DIR/q.sock: try as root"
    rm "$E2E_DIR/igmpqctl"
}

# What happens is told as it happens, once; when the daemon is started again, that is said, and the exit status is 3.
# about 20 s
test_follow()
{
    scene
    start events q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/q.sock" events -n 2 -f
    start objects q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/q.sock" --json events -f
    wait_log objects '"type":"event"' 15
    wait_log events '.' 15
    member late h2 239.9.9.9
    wait_log events 'eth0 +expected-group-back +expected group 239.9.9.9 has a member$' 15
    wait_log objects '"expected-group-back".*"group":"239.9.9.9"' 15
    kill "$(pid_of late)"
    wait_log events 'eth0 +expected-group-lost +expected group 239.9.9.9 has lost its last member$' 15
    wait_log objects '"expected-group-lost".*"group":"239.9.9.9"' 15
    [ "$(sort "$E2E_DIR/events.log" | uniq -d | wc -l)" -eq 0 ] || fail 'an event was told twice'
    stop igmpqd
    collect events
    ended_with 3
    wait_log events '^igmpqctl: igmpqd broke off: it ended or was started again' 1
    collect objects
    ended_with 3
    grep -v '^igmpqctl: ' "$E2E_DIR/objects.log" >"$E2E_DIR/out.log"
    python3 "$E2E_HERE/schema.py" events --open <"$E2E_DIR/out.log" || fail 'not as the schema has it'
    python3 - "$E2E_DIR/out.log" <<'END' || fail 'the serials do not rise'
import json, sys
serials = [line["serial"] for line in map(json.loads, open(sys.argv[1])) if line["type"] == "event"]
sys.exit(serials != sorted(set(serials)))
END
}

# Stopped, and gone: said in time, with the socket that was tried.
# about 8 s
test_no_answer()
{
    local began
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    querier igmpqd q -i eth0 --control-socket "$E2E_DIR/q.sock"
    within 15 test -S "$E2E_DIR/q.sock" || fail 'there is no socket'
    kill -s STOP "$(pid_of igmpqd)"
    began=$(now)
    ctl --timeout 1 status
    ctl_ended 3
    complains "igmpqd gave no answer at $E2E_DIR/q.sock within 1 s: it is stopped, or very busy"
    expect "$(since "$began") < 5" 'seconds'
    ctl -t 0.5 events -f
    ctl_ended 3
    kill -s CONT "$(pid_of igmpqd)"
    gives status
    ctl_status=0
    "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/absent.sock" status >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" || ctl_status=$?
    ctl_ended 3
    complains "not listening at $E2E_DIR/absent.sock \(No such file.*\); beside it there is $E2E_DIR/q.sock: name one with --socket"
    stop igmpqd
    ctl status
    ctl_ended 3
    # other tests run theirs
    complains "^igmpqctl: igmpqd is (not running: nobody listens|running \(process [0-9]+\), but not listening) at $E2E_DIR/q.sock \((No such file|Connection refused)"
    ctl_status=0
    IGMPQ_SOCKET=/nowhere "$IGMPQ_BIN/igmpqctl" 2>"$E2E_DIR/said.log" || ctl_status=$?
    ctl_ended 3
    complains ' at /nowhere '
}

# about 15 s
test_support()
{
    local part
    scene
    gives support
    for part in Status Findings Configuration Counters 'Other queriers' Hosts Groups Interfaces Events; do
        shows "^==== $part ====$"
    done
    shows '192\.168\.51\.5' "$(mac_of low)"
    gives support --mask
    for part in Status Findings Configuration Counters 'Other queriers' Hosts Groups Interfaces Events; do
        shows "^==== $part ====$"
    done
    # What is left are groups, 0.0.0.0 and the system's version.
    if tail -n +2 "$E2E_DIR/out.log" | grep -Eo '([0-9]{1,3}\.){3}[0-9]{1,3}' |
        grep -Ev '^(22[4-9]|23[0-9])\.|^0\.0\.0\.0$'; then
        fail 'an address is left'
    fi
    lacks '[0-9a-f]{2}(:[0-9a-f]{2}){5}'
    shows '239\.1\.1\.3' '^eth1: querier address-[0-9]+, MAC mac-[0-9]+, version 3$'
}

# about 12 s
test_promtool()
{
    need promtool
    scene
    gives metrics
    promtool check metrics <"$E2E_DIR/out.log" >"$E2E_DIR/promtool.log" 2>&1 || fail 'promtool refuses it'
    [ ! -s "$E2E_DIR/promtool.log" ] || fail 'promtool finds fault'
    shows '^igmpq_role\{segment="eth0",role="querier"\} 1$' '^igmpq_role\{segment="eth1",role="non-querier"\} 1$' \
        '^igmpq_elected_querier_info\{segment="eth1",address="192\.168\.51\.5"\} 1$' \
        '^igmpq_frames_received_total\{segment="eth0",verdict="bad-ttl"\} 1$' \
        '^igmpq_expected_group_present\{segment="eth0",group="239\.9\.9\.9"\} 0$' \
        '^igmpq_next_query_seconds\{segment="eth0"\} [0-9.]+$'
}

# The screen of a terminal, as text.
screen()
{
    tmux -S "$E2E_DIR/tmux" capture-pane -p -t watch >"$E2E_DIR/screen.log"
}

on_screen()
{
    screen && grep -Eq -- "$1" "$E2E_DIR/screen.log"
}

sees()
{
    within 8 on_screen "$1" || fail "the screen has no \"$1\": $(cat "$E2E_DIR/screen.log")"
}

press()
{
    tmux -S "$E2E_DIR/tmux" send-keys -t watch "$@"
}

# size COLUMNS ROWS
size()
{
    tmux -S "$E2E_DIR/tmux" resize-window -t watch -x "$1" -y "$2"
}

# watch on 80 x 24 and on others: all at a glance, pages, a daemon that hangs, goes and comes back.
# about 35 s
test_watch()
{
    need tmux
    scene
    start many h3 python3 -c '
import signal, socket
members = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
for index in range(45):
    members[index // 15].setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
        socket.inet_aton(f"239.2.0.{index + 1}") + socket.inet_aton("192.168.51.23"))
signal.pause()'
    within 10 shows_within '239\.2\.0\.45 ' groups || fail 'the groups are not there'
    TERM=screen tmux -S "$E2E_DIR/tmux" -f /dev/null new-session -d -s watch -x 80 -y 24 \
        "'$IGMPQ_BIN/igmpqctl' -s '$E2E_DIR/q.sock' watch --interval 0.5 --sort group -F 239.0.0.0/8; echo 'status '\$?; sleep 60"
    know tmux "$(tmux -S "$E2E_DIR/tmux" display-message -p '#{pid}')"
    sees '^Groups 1 to [0-9]+ of 47$'
    cat "$E2E_DIR/screen.log"
    [ "$(wc -l <"$E2E_DIR/screen.log")" -eq 24 ] || fail 'not 24 lines'
    sed -n 1p "$E2E_DIR/screen.log" | grep -q '^igmpqd 0' || fail 'the first line is not that of the daemon'
    sees '^eth0 +querier +192\.168\.50\.10 +this host '
    sees '^eth1 +non-querier +192\.168\.51\.5 '
    sees '^eth0: nobody listens to 239\.9\.9\.9'
    sees '^239\.1\.1\.2 +eth0 +exclude +2 +192\.168\.50\.22 .* expected'
    sees '^Latest events$'
    tail -n 1 "$E2E_DIR/screen.log" | grep -Eq '^[0-9:]{8}  q end' || fail 'the last line is not that of the keys'
    press Space
    sees '^Groups ([2-9]|1[0-9]) to [0-9]+ of 47$'
    press b
    sees '^Groups 1 to '
    press NPage
    sees '^Groups ([2-9]|1[0-9]) to [0-9]+ of 47$'
    press PPage
    sees '^Groups 1 to '
    size 120 60
    sees '^239\.2\.0\.25 '
    cat "$E2E_DIR/screen.log"
    size 40 8
    sees '^eth0 +querier '
    cat "$E2E_DIR/screen.log"
    size 80 24
    sees '^Groups 1 to '
    # hangs: said within its patience of 3 s, and a key still ends it
    kill -s STOP "$(pid_of igmpqd)"
    sees '^igmpqd gave no answer at '
    kill -s CONT "$(pid_of igmpqd)"
    sees '^eth0 +querier '
    stop igmpqd
    sees '^igmpqd is (not )?running'
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/q.sock"
    sees '^eth0 +querier '
    kill -s STOP "$(pid_of igmpqd)"
    sees '^igmpqd gave no answer at '
    press q
    sees '^status 0$'
    kill -s CONT "$(pid_of igmpqd)"
}
