# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# A lively network for a long time: two queriers on one LAN, one of them under valgrind. Members join and leave, links flap,
# other queriers come and go, clients ask and dawdle, the configuration is read again and again. Nothing may crash or leak, and
# what the daemons keep may not grow.
#
# SOAK_SECONDS is how long; 20 without it, which shows that the test works and little more. "make check-soak": half an hour.

# The heap of a daemon, in KiB.
heap()
{
    awk '/\[heap\]/ { found = 1 } found && /^Rss:/ { print $2; exit }' "/proc/$(pid_of "$1")/smaps"
}

# ask NAMESPACE SOCKET WORDS...: what comes of it does not matter, but it ends.
ask()
{
    in_ns "$1" timeout 20 "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/$2.sock" "${@:3}" >/dev/null 2>>"$E2E_DIR/clients.log" || :
}

# One turn of what goes on beside the frames.
turn()
{
    local socket=plain
    [ $(($1 % 2)) -eq 0 ] || socket=grind
    case $(($1 % 12)) in
    0) ask hub "$socket" status ;;
    1) ask hub "$socket" --json groups ;;
    2) ask hub "$socket" hosts ;;
    3) ask hub "$socket" metrics ;;
    4) ask hub "$socket" support ;;
    5) ask hub "$socket" stats ;;
    6) # a client that never reads, and one that never asks
        in_ns hub timeout 3 python3 - "$E2E_DIR/$socket.sock" <<'PYTHON' || :
import socket, sys, time
mute, deaf = (socket.socket(socket.AF_UNIX) for _ in range(2))
mute.connect(sys.argv[1]), deaf.connect(sys.argv[1])
deaf.sendall(b"events follow\n")
time.sleep(1)
PYTHON
        ;;
    7) kill -s HUP "$(pid_of plain)" "$(pid_of grind)" ;;
    8) ip -n "$(ns lan)" link set dev plain down
        sleep 0.3
        ip -n "$(ns lan)" link set dev plain up ;;
    9) ip -n "$(ns lan)" link set dev grind down
        sleep 0.3
        ip -n "$(ns lan)" link set dev grind up ;;
    10) ask hub "$socket" query ;;
    11) ip -n "$(ns plain)" addr add 192.168.50.9/24 dev eth0
        sleep 0.3
        ip -n "$(ns plain)" addr del 192.168.50.9/24 dev eth0 ;;
    esac
}

# about 45 s
test_memory_is_flat()
{
    local seconds=${SOAK_SECONDS:-20} began name turns=0 settled='' before_rss before_heap after_rss after_heap
    need valgrind
    lan lan
    host plain lan 192.168.50.10/24
    host grind lan 192.168.50.11/24
    host crowd lan 192.168.50.30/24
    namespace hub
    printf 'interfaces = ( "eth0" );\nquery-interval = 3;\nhook = [ "/bin/true" ];\nexpect-groups = ( "239.3.0.1" );\n' \
        >"$E2E_DIR/conf"
    start plain plain "$IGMPQ_BIN/igmpqd" -c "$E2E_DIR/conf" -t 8 --control-socket "$E2E_DIR/plain.sock"
    if nm "$IGMPQ_BIN/igmpqd" 2>/dev/null | grep -q '__asan_'; then
        skip 'this build has sanitizers, which valgrind cannot run'
    fi
    start grind grind valgrind --vgdb=no --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
        --child-silent-after-fork=yes --errors-for-leak-kinds=definite,indirect,possible "--log-file=$E2E_DIR/valgrind.log" \
        "$IGMPQ_BIN/igmpqd" -c "$E2E_DIR/conf" -t 8 --control-socket "$E2E_DIR/grind.sock"
    wait_log plain 'querier' 15
    wait_log grind 'querier' 60
    # What findings know of members only grows, up to its bound: it is to be full before memory is compared.
    in_ns crowd python3 "$E2E_HERE/churn.py" eth0 5 2 2500 >/dev/null
    start crowd crowd python3 "$E2E_HERE/churn.py" eth0 "$seconds" 1 200
    began=$(now)
    # However few turns a busy machine takes in that time: each kind of them before memory is compared and once more behind it.
    while holds "$(since "$began") < $seconds" || [ "$turns" -lt 24 ]; do
        turn "$turns"
        turns=$((turns + 1))
        for name in plain grind; do
            is_running "$name" || fail "$name has ended"
        done
        # A tenth of the time is for the tables to fill.
        if [ -z "$settled" ] && [ "$turns" -ge 12 ] && holds "$(since "$began") >= $seconds / 10 && $(since "$began") >= 10"; then
            settled=yes
            before_rss=$(anonymous plain)
            before_heap=$(heap plain)
            before_grind=$(anonymous grind)
            note "after $(since "$began") s: plain $before_rss KiB, its heap $before_heap; under valgrind $before_grind"
        fi
        sleep 0.2
    done
    collect crowd
    after_rss=$(anonymous plain)
    after_heap=$(heap plain)
    after_grind=$(anonymous grind)
    report "$seconds s, $turns turns, $(cat "$E2E_DIR/crowd.log")"
    report "anonymous memory: $before_rss KiB after a tenth, $after_rss at the end; heap $before_heap, $after_heap"
    report "under valgrind, all that valgrind needs included: $before_grind KiB, $after_grind"
    report "file descriptors: $(find "/proc/$(pid_of plain)/fd" -type l | wc -l)"
    capture wire crowd eth0
    sleep 15 # one of them takes over, should there have been another
    expect "$(queries wire 'src host 192.168.50.10 or src host 192.168.50.11' | wc -l) >= 2" 'queries afterwards'
    for name in plain grind; do
        kill -s TERM "$(pid_of "$name")"
        collect "$name"
        ended_with 0
    done
    grep -q 'ERROR SUMMARY: 0 errors' "$E2E_DIR/valgrind.log" || fail 'valgrind found errors'
    report "valgrind: $(sed -n 's/^==[0-9]*== *\(in use at exit: .*\)/\1/p' "$E2E_DIR/valgrind.log" | head -n 1)"
    expect "$after_rss <= $before_rss * 1.05 + 256" 'anonymous memory, KiB'
    expect "$after_heap <= $before_heap * 1.05 + 256" 'heap, KiB'
}
