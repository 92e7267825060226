# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# igmpq-inject on a network: who answers, whose address its queries carry, what it refuses, how it imitates receivers
# and probes a device. The switch is the kernel's snooping bridge.

# inject NAMESPACE OPTION...: on eth0; its output in out.log and said.log, its exit status in inject_status.
inject()
{
    local name=$1
    shift
    inject_status=0
    note "igmpq-inject -i eth0 $*"
    in_ns "$name" timeout 240 "$IGMPQ_BIN/igmpq-inject" -i eth0 "$@" >"$E2E_DIR/out.log" 2>"$E2E_DIR/said.log" ||
        inject_status=$?
    cat "$E2E_DIR/out.log" "$E2E_DIR/said.log"
}

injected()
{
    [ "$inject_status" -eq "$1" ] || fail "exit status $inject_status, not $1"
}

# says PATTERN, in what the last one printed; tells PATTERN, on standard error.
says()
{
    grep -Eq -- "$1" "$E2E_DIR/out.log" || fail "it does not say \"$1\""
}

tells()
{
    grep -Eq -- "$1" "$E2E_DIR/said.log" || fail "standard error does not say \"$1\""
}

# json PYTHON: an assertion about the JSON objects "lines"; of(type) are those of one type.
json()
{
    python3 - "$E2E_DIR/out.log" "$1" <<'END' || fail "JSON: $1"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
def of(kind):
    return [line for line in lines if line["type"] == kind]
def answers(number, kind="given"):
    return {(a["address"], a["group"]): a for a in of("answer") if a["n"] == number and a["answer"] == kind
            and not a["group"].startswith("224.0.0.")}
sys.exit(not eval("(" + sys.argv[2] + ")"))
END
}

# Three versions behind the switch, and a fourth host that is stopped between two queries.
# about 35 s
test_answers()
{
    lan switch
    receiver h1 switch 192.168.50.21/24 1
    receiver h2 switch 192.168.50.22/24 2
    receiver h3 switch 192.168.50.23/24 3
    receiver h4 switch 192.168.50.24/24 3
    host q switch 192.168.50.10/24
    member m1 h1 239.1.1.1
    member m2 h2 239.1.1.2
    member m3 h3 239.1.1.3
    member s3 h3 232.1.1.1 10.0.0.1 10.0.0.2
    member m4 h4 239.1.1.4
    member mq q 239.1.1.5
    # A version 1 host answers a version 3 query within 10 s, whatever that says.
    start inject q "$IGMPQ_BIN/igmpq-inject" -i eth0 -V 3 --max-resp 1 --wait 11 -c 2 --interval 14 --json
    wait_log inject '"type":"summary","n":1' 30
    ip -n "$(ns h4)" link set eth0 down
    collect inject
    ended_with 0
    cp "$E2E_DIR/inject.log" "$E2E_DIR/out.log"
    json 'lines[0]["type"] == "header" and lines[0]["schema"] == 1'
    json '{k: a["version"] for k, a in answers(1).items()} == {
        ("192.168.50.21", "239.1.1.1"): 1, ("192.168.50.22", "239.1.1.2"): 2, ("192.168.50.23", "239.1.1.3"): 3,
        ("192.168.50.23", "232.1.1.1"): 3, ("192.168.50.24", "239.1.1.4"): 3, ("192.168.50.10", "239.1.1.5"): 3}'
    json 'answers(1)["192.168.50.23", "232.1.1.1"]["mode"] == "include"'
    json 'sorted(answers(1)["192.168.50.23", "232.1.1.1"]["sources"]) == ["10.0.0.1", "10.0.0.2"]'
    json 'answers(1)["192.168.50.23", "239.1.1.3"]["mode"] == "exclude"'
    json 'all(0 <= float(a["delay"]) < 11 for a in answers(1).values())'
    json "answers(1)['192.168.50.21', '239.1.1.1']['mac'] == '$(mac_of h1)'"
    json 'set(answers(2)) == set(answers(1)) - {("192.168.50.24", "239.1.1.4")}'
    json 'set(answers(2, "silent")) == {("192.168.50.24", "239.1.1.4")}'
    json 'answers(1, "silent") == {} and of("summary")[1]["silent"] == 1'
}

# The table that a person reads; one group; nobody.
# about 20 s
test_table()
{
    lan switch
    receiver h2 switch 192.168.50.22/24 2
    host q switch 192.168.50.10/24
    member m1 h2 239.1.1.1
    member m2 h2 239.1.1.2
    inject q -V 2 --max-resp 1
    injected 0
    says "^192\.168\.50\.22 +$(mac_of h2) +2 +[0-9.]+ s +239\.1\.1\.1$"
    says "^192\.168\.50\.22 +$(mac_of h2) +2 +[0-9.]+ s +239\.1\.1\.2$"
    inject q --listen 0 --group 239.1.1.2
    injected 0
    says '^1 host answered for 1 group; 0 silent$'
    receiver h3 switch 192.168.50.23/24 3
    receiver h4 switch 192.168.50.24/24 3
    member m3 h3 239.1.1.4
    member m4 h4 239.1.1.4
    inject q --listen 0 -V 3 --group 239.1.1.4
    injected 0
    says '^2 hosts answered for 1 group; 0 silent$'
    inject q --listen 0 --group 239.1.1.3
    injected 3
    says '^Nobody answered'
    says 'do not answer a query from 0\.0\.0\.0'
    # to one host alone, whose MAC address is found out (RFC 9776 section 4.1.12)
    inject q --listen 0 --dst 192.168.50.22 --max-resp 1
    injected 3
    says 'what comes to their own address from 0\.0\.0\.0'
    inject q --listen 0 --dst 192.168.50.22 --max-resp 1 --force
    injected 0
    says '^192\.168\.50\.22 .* 239\.1\.1\.1$'
    says '^192\.168\.50\.22 .* 239\.1\.1\.2$'
    inject q --listen 0 --dst 192.168.50.99
    injected 1
    tells '--dst-mac'
    inject q --listen 0 --no-wait
    injected 0
}

ours='src host 192.168.50.10'

# With an active querier of a higher address no query leaves under ours, unless --force says so.
# about 25 s
test_never_silences_a_querier()
{
    local began
    lan switch
    host other switch 192.168.50.20/24
    host q switch 192.168.50.10/24
    capture wire switch br0
    capture port switch q
    querier igmpqd other -i eth0 -q 1 -t 5
    wait_log igmpqd 'ready' 15
    inject q --no-wait
    injected 0
    says 'sent a version 2 general query from 0\.0\.0\.0'
    says 'from 0\.0\.0\.0 because 192\.168\.50\.20 asks here, and a query from 192\.168\.50\.10 would silence it'
    says 'version 2 because 192\.168\.50\.20 speaks it'
    inject q --no-wait -c 3 --interval 0.3 --group 239.1.2.3
    injected 0
    # The querier may not be heard in so short a time, and that changes nothing.
    inject q --no-wait --listen 0
    injected 0
    says 'from 0\.0\.0\.0 because 0 s are too short to tell'
    inject q --no-wait --source-ip 192.168.50.10
    injected 1
    tells 'not sent from 192\.168\.50\.10, because 192\.168\.50\.20 asks here'
    inject q --no-wait --source-ip 192.168.50.20
    injected 1
    tells 'not an address of this interface'
    within 10 has_query port 0 'src host 0.0.0.0' || fail 'no query from 0.0.0.0 was captured'
    sleep 0.5
    expect "$(query_count port 0 'src host 0.0.0.0') == 5" 'queries from 0.0.0.0'
    expect "$(query_count port 0 "$ours") == 0" 'queries from our address'
    expect "$(query_count wire 0 "$ours") == 0" 'queries from our address on the bridge'
    never_logged igmpqd LOST
    began=$(now)
    inject q --no-wait --force
    injected 0
    says 'from 192\.168\.50\.10 because --force was given'
    within 10 has_query port "$began" "$ours" || fail '--force sent nothing'
    sleep 0.5
    expect "$(query_count port 0 "$ours") == 1" 'queries from our address with --force'
    wait_log igmpqd 'LOST to lower IP 192\.168\.50\.10' 2
}

# Q-117 and -V auto, version by version; a lower querier is in no danger.
# about 25 s
test_speaks_the_queriers_version()
{
    local version again=()
    lan switch
    host other switch 192.168.50.5/24
    host q switch 192.168.50.10/24
    for version in 1 3; do
        querier igmpqd other -i eth0 -q 1 -t 5 -V "$version"
        wait_log igmpqd 'ready' 15
        inject q --no-wait --json
        injected 0
        json "of('sent')[0]['version'] == $version and of('sent')[0]['source'] == '192.168.50.10'"
        json "[(k['address'], k['version']) for k in of('querier')] == [('192.168.50.5', $version)]"
        stop igmpqd
        rm "$E2E_DIR/igmpqd.log"
    done
    # What it announces is what the querier announced.
    json 'of("querier")[0]["query_interval"] == "1.000000" and of("sent")[0]["frame"][92:96] == "0201"'
    # Without a querier, by the hosts: here one reports while it listens.
    host h3 switch 192.168.50.23/24
    for _ in {1..100}; do
        again+=(--wait 0.2 v3report --record IS_EX:239.1.1.4)
    done
    start joining h3 python3 "$E2E_HERE/frames.py" eth0 v3report --src 192.168.50.23 --record IS_EX:239.1.1.4 "${again[@]}"
    wait_log joining '^01005e000016' 20
    inject q --no-wait --listen 2
    injected 0
    says 'version 3 because hosts speak it here'
}

# If the daemon of this host is the querier, the query goes out as its own.
# about 12 s
test_beside_igmpqd()
{
    lan switch
    host q switch 192.168.50.10/24
    host h1 switch 192.168.50.21/24
    member m1 h1 239.1.1.1
    querier igmpqd q -i eth0 -q 1 -t 5
    wait_log igmpqd 'ready' 15
    inject q --json --max-resp 1
    injected 0
    json 'of("listened")[0]["igmpqd"] and of("sent")[0]["source"] == "192.168.50.10"'
    json '("192.168.50.21", "239.1.1.1") in answers(1)'
    inject q --listen 0 --no-wait
    injected 0
    says 'an igmpqd of this host runs here'
    says 'from 0\.0\.0\.0 because an igmpqd runs here, but whether it is the querier was not heard'
    is_running igmpqd || fail 'igmpqd died'
}

# It asks that daemon what it has long known, instead of guessing from a moment's silence: as the querier, and behind one.
# about 8 s
test_asks_igmpqd()
{
    pair q 192.168.50.10/24 peer 192.168.50.5/24
    export IGMPQ_SOCKET=$E2E_DIR/control.sock
    querier igmpqd q -i eth0 -V 3 --startup-query-count 1
    wait_log igmpqd 'startup query 1 of 1' 15
    inject q --listen 0 --no-wait
    injected 0
    says 'version 3 general query from 192\.168\.50\.10'
    frame peer query --version 3
    wait_log igmpqd 'LOST to lower IP' 15
    inject q --listen 0 --no-wait
    injected 0
    says 'from 192\.168\.50\.10 because 192\.168\.50\.5 asks here and wins'
    export IGMPQ_SOCKET=none
}

# Faulty and foreign frames are refused, and nothing of them is on the wire.
# about 8 s
test_refuses_faults()
{
    local option
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    capture wire peer eth0
    for option in --bad-checksum '--length 9' '--pad 0xaa' '--trailing 00' '--ttl 2' '--group 10.0.0.1' \
        '--source-mac 02:00:00:00:00:99'; do
        # shellcheck disable=SC2086 # an option and its argument
        inject q --no-wait $option
        injected 1
        tells '--force'
    done
    inject q --report 239.1.2.3 -V 2 --source-ip 192.168.50.99
    injected 1
    sleep 0.5
    expect "$(messages wire 'igmp' | grep -vc 224.0.0.106 || true) == 0" 'messages on the wire'
    inject q --listen 0 --no-wait --force --bad-checksum --trailing deadbeef --source-mac 02:00:00:00:00:99 \
        --source-ip 192.168.50.99
    injected 0
    within 10 has_query wire 0 'src host 192.168.50.99' || fail '--force did not send it'
    tcpdump -r "$E2E_DIR/wire.pcap" -e -nn -vvv -x 'src host 192.168.50.99' 2>/dev/null >"$E2E_DIR/read.log"
    grep -Eq '02:00:00:00:00:99 > 01:00:5e:00:00:01.*length 60' "$E2E_DIR/read.log" || fail 'not from that MAC address'
    grep -Eq 'bad igmp cksum' "$E2E_DIR/read.log" || fail 'the checksum is good'
    tcpdump -r "$E2E_DIR/wire.pcap" -nn 'src host 192.168.50.99 and ether[46:4] == 0xdeadbeef' 2>/dev/null |
        grep -q . || fail 'nothing trails'
}

# A receiver imitated, in every version: the switch believes it.
# about 8 s
test_imitates_receivers()
{
    lan switch
    host q switch 192.168.50.10/24
    # fast leave, so that a leave is seen at once
    ip -n "$(ns switch)" link set dev q type bridge_slave mcast_fast_leave on
    ip -n "$(ns switch)" link set dev br0 type bridge mcast_igmp_version 3
    inject q -V 1 --report 239.1.1.1
    injected 0
    inject q -V 2 --report 239.1.1.2
    inject q -V 3 --report 239.1.1.3
    inject q --record allow:232.1.1.1:10.0.0.1
    inject q --record to_ex:239.1.1.4
    for group in 239.1.1.1 239.1.1.2 239.1.1.3 232.1.1.1 239.1.1.4; do
        within 10 has_entry switch $group q || fail "the switch has no entry for $group"
    done
    inject q -V 2 --leave 239.1.1.2
    within 2 not has_entry switch 239.1.1.2 q || fail 'the switch ignored the leave'
}

# On a trunk: what is said in other VLANs is not heard (Q-124), and this host has no address in that one (Q-127).
# about 6 s
test_vlan()
{
    pair q 192.168.60.10/24 peer 192.168.60.20/24
    capture wire peer eth0
    start inject q "$IGMPQ_BIN/igmpq-inject" -i eth0 --vlan 100 --max-resp 2 --wait 60 --json
    wait_log inject '"type":"sent"' 10
    # The one that is heard comes last: the others have been refused by then.
    frame peer report --vlan 200 --src 192.168.51.20 --group 239.1.1.200 --wait 0 report --src 192.168.60.20 --group 239.1.1.1 \
        --wait 0 report --vlan 100 --src 192.168.50.20 --group 239.1.1.100 --pad 64
    sleep 1
    stop inject INT
    ended_with 0
    cp "$E2E_DIR/inject.log" "$E2E_DIR/out.log"
    json 'set(answers(1)) == {("192.168.50.20", "239.1.1.100")}'
    json 'of("sent")[0]["source"] == "0.0.0.0" and
          of("sent")[0]["source_why"] == "this host has no address in that VLAN"'
    # Q-125, Q-126
    tcpdump -r "$E2E_DIR/wire.pcap" -e -nn 'vlan 100 and igmp[0] == 0x11' 2>/dev/null | tee "$E2E_DIR/read.log"
    grep -Eq 'length 64: vlan 100, p 6, .*igmp query v2' "$E2E_DIR/read.log" || fail 'the query is not tagged'
}

# version_of NAMESPACE: what its kernel takes for the version of the querier.
version_of()
{
    # shellcheck disable=SC2016 # awk's
    in_ns "$1" awk '$2 == "eth0" { print $NF }' /proc/net/igmp
}

# The series to one host: it answers all of it, and no other host is taken back to an older version, nor is it in the
# end. The querier of the network is not disturbed either.
# about 60 s
test_probe()
{
    lan switch
    host h1 switch 192.168.50.21/24
    host h2 switch 192.168.50.22/24
    host q switch 192.168.50.10/24
    member m1 h1 239.1.1.1
    member m2 h2 239.1.1.2
    capture other h2 eth0
    inject q --probe-host 192.168.50.21 -c 1 --json
    injected 0
    json '[(p["query"], p["version"]) for p in of("probe") if p["answered"] == 0] == []'
    json 'of("probe")[0]["version"] == 3 and of("probe")[-1]["version"] == 3'
    json 'all(p["version"] == int(p["query"].split()[1][0]) for p in of("probe"))'
    json 'all(p["late"] == 0 for p in of("probe") if p["max_response"] != "0.100000")'
    json "of('probed')[0]['text'] == 'speaks version 3, as before' and of('probe')[0]['mac'] == '$(mac_of h1)'"
    [ "$(version_of h1)" = V3 ] || fail "the host is left in $(version_of h1)"
    [ "$(version_of h2)" = V3 ] || fail "the other host is taken back to $(version_of h2)"
    expect "$(query_count other 0) == 0" 'queries that the other host saw'
}

# A host that is the querier would be silenced; one that does not exist has no MAC address.
# about 12 s
test_probe_refused()
{
    lan switch
    host other switch 192.168.50.20/24
    host q switch 192.168.50.10/24
    querier igmpqd other -i eth0 -q 1 -t 5
    wait_log igmpqd 'ready' 15
    inject q --probe-host 192.168.50.20
    injected 1
    tells 'is a querier'
    inject q --probe-host 192.168.50.99 --listen 0
    injected 1
    tells '--host-mac'
    inject q --probe-host 192.168.50.10 --listen 0 --host-mac "$(mac_of q)"
    injected 1
    inject q --probe-host 192.168.50.10 --listen 0
    injected 1
    tells "192.168.50.10 is this host's own address"
    inject q --probe-host 192.168.50.20 --listen 0 --host-mac "$(mac_of q)"
    injected 1
    tells 'does not hear what it sends itself'
    sleep 0.5
    never_logged igmpqd LOST
}

# What needs no privilege, and what does.
# about 4 s
test_no_privilege()
{
    local status=0
    pair q 192.168.50.10/24 peer 192.168.50.5/24
    need setpriv
    cp "$IGMPQ_BIN/igmpq-inject" "$E2E_DIR/igmpq-inject"
    chmod 755 "$E2E_DIR" "$E2E_DIR/igmpq-inject"
    as_nobody() { in_ns q setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"; }
    as_nobody test -x "$E2E_DIR/igmpq-inject" || skip "another user cannot run programs in $E2E_DIR"
    as_nobody "$E2E_DIR/igmpq-inject" --hex -i eth0 >"$E2E_DIR/hex.log" || fail '--hex needs privilege'
    # From the interface: its MAC and IP addresses
    grep -q "^01005e000001$(mac_of q | tr -d :)0800.*c0a8320ae0000001" "$E2E_DIR/hex.log" || fail "$(cat "$E2E_DIR/hex.log")"
    as_nobody "$E2E_DIR/igmpq-inject" -i eth0 >"$E2E_DIR/said.log" 2>&1 || status=$?
    rm "$E2E_DIR/igmpq-inject"
    note "status $status: $(cat "$E2E_DIR/said.log")"
    [ "$status" -eq 1 ] || fail "exit status $status, not 1"
    grep -Eiq 'root|sudo|CAP_NET_RAW' "$E2E_DIR/said.log" || fail 'does not say what is needed'
}

# Interrupted while waiting, it tells what it heard so far.
# about 6 s
test_interrupted()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    member m1 peer 239.1.1.1
    start inject q "$IGMPQ_BIN/igmpq-inject" -i eth0 --listen 0 --max-resp 0.5 --wait 100
    wait_log inject 'sent a' 15
    sleep 1.5
    stop inject INT
    ended_with 0
    wait_log inject '1 host answered' 1
    start early q "$IGMPQ_BIN/igmpq-inject" -i eth0 --listen 100
    # SIGTERM, 0x4000, is caught by now
    within 15 grep -Eq 'SigCgt:.*[4-7c-f].{3}$' "/proc/$(pid_of early)/status" || fail 'it never began to listen'
    stop early
    ended_with 1
    wait_log early 'nothing was sent' 1
}
