# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What igmpqd uses: no wake without work, no wall clock, no leak.

# about 72 s
test_idle_does_not_wake()
{
    local before after
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    querier igmpqd q -i eth0 -q 60
    # the startup queries are over after 10 s
    sleep 11
    before=$(switches)
    sleep 60
    after=$(switches)
    report "voluntary context switches in 60 s with one query in them: $((after - before))"
    expect "$after - $before <= 12" 'voluntary context switches in 60 s'
}

# The querier's port gets every stream of the network (Q-114): none of it wakes the process.
# about 16 s
test_streams_do_not_wake()
{
    local before after
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    querier igmpqd q -i eth0 -q 60
    sleep 11
    before=$(switches)
    in_ns peer python3 - <<'END'
import socket
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.168.50.20"))
for _ in range(100000):
    out.sendto(b"x" * 100, ("239.1.2.3", 5004))
END
    after=$(switches)
    report "voluntary context switches during 100,000 datagrams of a stream: $((after - before))"
    expect "$after - $before <= 12" 'voluntary context switches during a stream'
}

# No timer runs on the wall clock: it jumps by an hour, forward and back, and nothing changes. Only the program's own
# view of it jumps, through a library that answers for the C library; this machine's clock is left alone.
# about 16 s
test_wall_clock_jumps()
{
    local gap number=0
    need cc
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    cc -shared -fPIC -O1 -o "$E2E_DIR/wallclock.so" "$E2E_HERE/wallclock.c" -ldl ||
        skip 'a shared library cannot be built here'
    capture wire peer eth0
    # A sanitizer's runtime wants to be first in line; it need not be.
    start igmpqd q env ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "LD_PRELOAD=$E2E_DIR/wallclock.so" \
        "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 -t 5 -v
    wait_log igmpqd 'querier as' 15
    sleep 12
    stop igmpqd
    ended_with 0
    queries wire | awk 'NR > 1 { printf "%.3f\n", $1 - last } { last = $1 }' >"$E2E_DIR/gaps.log"
    while read -r gap; do
        number=$((number + 1))
        # 0.5 s, and 1.5 to 2 s; a busy machine wakes it late, now and before. An hour more or less is something else.
        if [ "$number" -le 2 ]; then
            expect "$gap >= 0.1 && $gap <= 1" "gap $number, startup"
        else
            expect "$gap >= 1 && $gap <= 2.5" "gap $number"
        fi
    done <"$E2E_DIR/gaps.log"
    expect "$number >= 6" 'queries in 12 s'
    # The log is the one place that does follow the wall clock, or else nothing was tested.
    [ "$(grep -Eo '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}' "$E2E_DIR/igmpqd.log" | sort -u | wc -l)" -gt 1 ] ||
        skip 'the wall clock could not be made to jump: the program does not ask the C library for it'
}

# about 15 s
test_valgrind()
{
    need valgrind
    if ldd "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -Eq 'lib(a|ub|t)san' ||
        nm "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -q '__asan_'; then
        skip 'this build has sanitizers, which valgrind cannot run'
    fi
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    start igmpqd q valgrind --vgdb=no --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
        --errors-for-leak-kinds=definite,indirect,possible --track-fds=no "--log-file=$E2E_DIR/valgrind.log" \
        "$IGMPQ_BIN/igmpqd" -i eth0 -q 2 -t 3 -v
    wait_log igmpqd 'uery' 60
    sleep 2
    # A little of everything: lost, taken over, refused, a member, a leave, a link that goes and comes.
    frame peer query --src 192.168.50.5
    wait_log igmpqd 'LOST to lower IP' 30
    frame peer query --bad-igmp-sum
    frame peer query --octets 9 --src 192.168.50.5
    wait_log igmpqd 'taking over' 30
    frame peer report --group 239.1.2.3 --src 192.168.50.21
    frame peer v3report --record IS_EX:239.1.2.4 --record ALLOW:232.1.2.3:10.0.0.1,10.0.0.2 --src 192.168.50.21
    frame peer leave --group 239.1.2.3 --src 192.168.50.21
    sleep 2
    ip -n "$(ns peer)" link set eth0 down
    sleep 1
    ip -n "$(ns peer)" link set eth0 up
    sleep 2
    kill -s TERM "$(pid_of igmpqd)"
    collect igmpqd
    cat "$E2E_DIR/valgrind.log"
    # 99: valgrind found something
    ended_with 0
    grep -q 'ERROR SUMMARY: 0 errors' "$E2E_DIR/valgrind.log" || fail 'valgrind found errors'
    report "valgrind: $(sed -n 's/^==[0-9]*== *\(in use at exit: .*\)/\1/p' "$E2E_DIR/valgrind.log")"
}
