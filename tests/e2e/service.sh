# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# How igmpqd lives with service managers: readiness, status and watchdog, the system's log, the background and a file with
# its process number (issue 8).

cable()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
}

# The datagrams that NAME heard and that match.
heard()
{
    grep -cE -- "$2" "$E2E_DIR/$1.log" || true
}

# about 15 s
test_told_to_the_manager()
{
    local count
    cable
    start manager q python3 "$E2E_HERE/datagrams.py" "$E2E_DIR/notify"
    wait_log manager listening 20
    printf 'interfaces = ( "eth0", "eth7" );\n' >"$E2E_DIR/q.conf"
    start igmpqd q env NOTIFY_SOCKET="$E2E_DIR/notify" WATCHDOG_USEC=1000000 "$IGMPQ_BIN/igmpqd" -c "$E2E_DIR/q.conf"
    wait_log manager ' READY=1 \| STATUS=querier on 1 of 2 segments, 1 without link or address$' 15
    frame peer query --src 192.168.50.5
    wait_log manager ' STATUS=querier on 0 of 2 segments, 1 without link or address$' 15
    [ "$(heard manager ' READY=1')" -eq 1 ] || fail 'ready more than once'
    kill -s HUP "$(pid_of igmpqd)"
    wait_log manager ' RELOADING=1 \| MONOTONIC_USEC=[0-9]+$' 15
    within 10 ready_again || fail 'not ready after the reload'
    # Eight pauses of half a second, as the manager heard them.
    count=$(heard manager ' WATCHDOG=1$')
    within 10 fed $((count + 9)) || fail 'not fed nine times within 10 s'
    grep ' WATCHDOG=1$' "$E2E_DIR/manager.log" | tail -n "+$((count + 1))" | awk 'NR == 1 { first = $1 } NR == 9 { print $1 - first }' \
        >"$E2E_DIR/fed.log"
    expect "$(cat "$E2E_DIR/fed.log") >= 3.5 && $(cat "$E2E_DIR/fed.log") <= 4.5" 'seconds of eight pauses of half a second'
    # It is stopped, and so is the feeding.
    kill -s STOP "$(pid_of igmpqd)"
    count=$(heard manager ' WATCHDOG=1$')
    sleep 1.5
    [ "$(heard manager ' WATCHDOG=1$')" -le $((count + 1)) ] || fail 'who hangs is fed'
    kill -s CONT "$(pid_of igmpqd)"
    stop igmpqd
    ended_with 0
    wait_log manager ' STOPPING=1' 2
}

# fed TIMES, so far
fed()
{
    [ "$(heard manager ' WATCHDOG=1$')" -ge "$1" ]
}

ready_again()
{
    [ "$(heard manager ' READY=1 ')" -eq 2 ]
}

# An abstract name; no watchdog, so it does not wake for one.
# about 10 s
test_told_by_an_abstract_name()
{
    local before after
    cable
    start manager q python3 "$E2E_HERE/datagrams.py" "@$E2E_PREFIX-notify"
    wait_log manager listening 20
    start igmpqd q env NOTIFY_SOCKET="@$E2E_PREFIX-notify" WATCHDOG_USEC=100000 WATCHDOG_PID=1 "$IGMPQ_BIN/igmpqd" -i eth7
    wait_log manager ' READY=1 \| STATUS=querier on 0 of 1 segment, 1 without' 15
    sleep 1
    before=$(switches)
    sleep 3
    after=$(switches)
    expect "$after - $before <= 2" 'voluntary context switches in 3 s'
    never_logged manager 'WATCHDOG'
}

# private_dev COMMAND: run by a shell with a /dev of its own, in which a log daemon can listen.
private_dev()
{
    # shellcheck disable=SC2016 # expanded inside
    printf '%s\n' 'set -e' 'mkdir "$E2E_DIR/dev"' 'mount -t tmpfs -o mode=755 none "$E2E_DIR/dev"' \
        'for node in null zero random urandom; do : >"$E2E_DIR/dev/$node"; mount --bind "/dev/$node" "$E2E_DIR/dev/$node"; done' \
        'mount --rbind "$E2E_DIR/dev" /dev' 'python3 "$E2E_HERE/datagrams.py" /dev/log >"$E2E_DIR/syslog.log" & log=$!' \
        'until [ -S /dev/log ]; do sleep 0.05; done' "$1" >"$E2E_DIR/private.sh"
    start "$2" q unshare -m sh "$E2E_DIR/private.sh"
}

# about 10 s
test_system_log()
{
    cable
    private_dev "exec '$IGMPQ_BIN/igmpqd' -i eth0 --syslog" igmpqd
    within 20 logged syslog ' <30>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]{8} igmpqd\[[0-9]+\]: eth0: querier as 192\.168\.50\.10' ||
        fail 'not in the log of the system'
    wait_log igmpqd 'info: eth0: querier as' 15
    # After the drop as well.
    frame peer query --src 192.168.50.5
    within 15 logged syslog ' <[0-9]+>.* igmpqd\[[0-9]+\]: eth0: .*192\.168\.50\.5' || fail 'not in the log of the system after the drop'
}

# Nothing that it opens is taken for its standard descriptors, where these are closed: a socket would send its log.
# about 5 s
test_closed_descriptors()
{
    local file
    cable
    # shellcheck disable=SC2016 # expanded by that shell
    start igmpqd q sh -c 'exec "$0" -i eth0 --control-socket none -v --pidfile "$1" <&- >&- 2>&-' "$IGMPQ_BIN/igmpqd" "$E2E_DIR/q.pid"
    within 15 test -s "$E2E_DIR/q.pid" || fail 'it does not start'
    sleep 1
    for file in 0 1 2; do
        [ "$(readlink "/proc/$(pid_of igmpqd)/fd/$file")" = /dev/null ] ||
            fail "descriptor $file is $(readlink "/proc/$(pid_of igmpqd)/fd/$file")"
    done
    [ "$(cat "$E2E_DIR/q.pid")" = "$(pid_of igmpqd)" ] || fail 'the file of its number holds something else'
}

# about 15 s
test_in_the_background()
{
    local process
    cable
    printf 'interfaces = ( "eth0" );\n' >"$E2E_DIR/q.conf"
    # The standard descriptors of whoever starts it are let go: the pipe to cat ends.
    private_dev "cd '$E2E_DIR'; '$IGMPQ_BIN/igmpqd' -c q.conf --daemonize --pidfile '$E2E_DIR/q.pid' --control-socket none 2>&1 | cat
        '$IGMPQ_BIN/igmpqd' -i eth9 --daemonize --pidfile '$E2E_DIR/other.pid' --control-socket none
        echo \"other: \$? \$(cat '$E2E_DIR/other.pid')\"
        echo \"started: \$(cat '$E2E_DIR/q.pid')\"; wait" starter
    wait_log starter '^started: [0-9]+' 20
    process=$(cat "$E2E_DIR/q.pid")
    know daemon "$process"
    know other "$(cat "$E2E_DIR/other.pid")"
    logged starter "^other: 0 $(pid_of other)\$" || fail 'not ready, and running'
    [ "$(cat "/proc/$process/comm")" = igmpqd ] || fail 'that is not igmpqd'
    [ "$(awk '/^PPid/ { print $2 }' "/proc/$process/status")" != "$(pid_of starter)" ] || fail 'it is not in the background'
    [ "$(readlink "/proc/$process/cwd")" = / ] || fail 'it stays in a folder'
    [ "$(readlink "/proc/$process/fd/2")" = /dev/null ] || fail 'it keeps standard error'
    within 15 logged syslog 'igmpqd\[[0-9]+\]: eth0: querier as' || fail 'not in the log of the system'
    never_logged starter 'info'
    # The file is found from there, too.
    kill -s HUP "$process"
    within 15 logged syslog 'configuration read again' || fail 'no reload'

    # Another one is refused, in the foreground, with the reason.
    querier second q -i eth0 --daemonize --pidfile "$E2E_DIR/q.pid" --control-socket none
    collect second
    ended_with 1
    logged second "igmpqd: another igmpqd \(process $process\) has $E2E_DIR/q.pid" || fail 'no reason given'
    querier third q -i eth0 --daemonize --pidfile "$E2E_DIR/third.pid" --control-socket none
    collect third
    ended_with 1
    logged third "^igmpqd: another igmpqd is running on eth0 already \(process $process\)" || fail 'no reason given'
    [ ! -e "$E2E_DIR/third.pid" ] || fail 'a file is left of what did not start'

    # Root's folder: the file is made empty.
    kill -s TERM "$process"
    within 15 not test -d "/proc/$process" || fail 'it does not end'
    [ ! -s "$E2E_DIR/q.pid" ] || fail "the file holds $(cat "$E2E_DIR/q.pid")"
    within 10 logged syslog 'stopping on signal 15' || fail 'the end is not in the log'

    # In the foreground it is root's as well, and removed by who may.
    querier fourth q -i eth0 --pidfile "$E2E_DIR/q.pid" --no-sandbox
    wait_log fourth 'querier as' 15
    [ "$(cat "$E2E_DIR/q.pid")" = "$(pid_of fourth)" ] || fail 'another number'
    [ "$(stat -c %U "$E2E_DIR/q.pid")" = root ] || fail 'the file is not of root'
    stop fourth
    [ ! -e "$E2E_DIR/q.pid" ] || fail 'the file is left behind'
}
