# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What is wrong on a network, told by a running igmpqd: as igmpq-replay tells it of a capture, and nothing where it could
# not look: while the link was down, while it was stopped, or with findings-horizon = 0.

# asked REQUEST...: the answer, also kept in asked.log; true when it is a good one.
asked()
{
    python3 "$E2E_HERE/ask.py" "$E2E_DIR/s.sock" "$@" >"$E2E_DIR/asked.log" 2>>"$E2E_DIR/asked.err"
}

ready()
{
    within 15 asked status || fail 'igmpqd cannot be asked'
}

# found ID: igmpqd tells of it now.
found()
{
    asked findings || fail "not a good answer: $(tail -n 3 "$E2E_DIR/asked.err")"
    grep -q "\"id\": *\"$1\"" "$E2E_DIR/asked.log"
}

# The identifiers that a program told, one a line.
ids()
{
    sed -n 's/.*"type": *"finding", *"id": *"\([^"]*\)".*/\1/p' "$1" | sort
}

ctl()
{
    in_ns q "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/s.sock" "$@"
}

# Two igmpqd of different versions, and a host that answers in an old one: what the one of them says, igmpq-replay says of
# its capture.
# about 15 s
test_two_versions()
{
    lan one
    host q one 192.168.50.20/24
    host peer one 192.168.50.10/24
    host h one 192.168.50.21/24
    capture wire q eth0
    querier igmpqd q -i eth0 -V 3 -q 2 --query-response-interval 1 --control-socket "$E2E_DIR/s.sock"
    ready
    frame h report --version 1 --group 239.1.2.3 --src 192.168.50.21
    wait_log igmpqd 'general' 15
    ! found D-07 || fail 'two versions before there are two queriers'
    querier peer peer -i eth0 -V 2 -q 2 --query-response-interval 1 --control-socket none
    within 8 found D-07 || fail "not found: $(cat "$E2E_DIR/asked.log")"
    grep -q '"since": *"[0-9.]*"' "$E2E_DIR/asked.log" || fail 'it is not said since when'
    ctl findings >"$E2E_DIR/text" || fail 'igmpqctl findings fails'
    cat "$E2E_DIR/text"
    grep -q '^eth0: watched for [0-9]*s: 0 errors, [1-9]' "$E2E_DIR/text" || fail 'no line of the segment'
    grep -q '^D-07 warning: queries of two versions (eth0)$' "$E2E_DIR/text" || fail 'not in words'
    grep -q '^    Set all queriers to the same version' "$E2E_DIR/text" || fail 'no advice'
    ctl findings other 2>/dev/null && fail 'findings of a segment that does not exist'
    within 10 agree || fail "live and replay do not tell the same: $(diff "$E2E_DIR/live.ids" "$E2E_DIR/replay.ids")"
}

# What is found changes as frames come: the capture as it is now is compared with what is found now.
agree()
{
    asked findings && in_ns q "$IGMPQ_BIN/igmpq-replay" -j "$E2E_DIR/wire.pcap" >"$E2E_DIR/replay.json" || return 1
    ids "$E2E_DIR/asked.log" >"$E2E_DIR/live.ids"
    ids "$E2E_DIR/replay.json" >"$E2E_DIR/replay.ids"
    grep -q D-07 "$E2E_DIR/live.ids" && cmp -s "$E2E_DIR/live.ids" "$E2E_DIR/replay.ids"
}

# Somebody listens, and nobody asks; how long that may be is taken over by a reload.
# about 20 s
test_no_querier()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    printf 'mode = "passive"; interfaces = ( "eth0" );\n' >"$E2E_DIR/q.conf"
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/s.sock"
    ready
    frame peer report --group 239.1.2.3 --src 192.168.50.20
    sleep 11
    ! found D-01 || fail 'too early'
    printf 'mode = "passive"; switch-router-timeout = 5; interfaces = ( "eth0" );\n' >"$E2E_DIR/q.conf"
    ctl reload
    found D-01 || fail "not found: $(cat "$E2E_DIR/asked.log")"
    ctl findings >"$E2E_DIR/text"
    cat "$E2E_DIR/text"
    grep -q '239\.1\.2\.3 will stop at 192\.168\.50\.20 in about 24[0-9]\.*[0-9]* s\.' "$E2E_DIR/text" || fail 'no consequence'
    ctl metrics >"$E2E_DIR/metrics" || fail 'no metrics'
    grep -qx 'igmpq_findings{segment="eth0",code="D-01",severity="error"} 1' "$E2E_DIR/metrics" || fail 'not in the metrics'
    [ "$(grep -c '^igmpq_findings{' "$E2E_DIR/metrics")" -eq 1 ] || fail 'more in the metrics'
    grep -Eq '^igmpq_findings_watched_seconds\{segment="eth0"\} [0-9]+' "$E2E_DIR/metrics" || fail 'not how far back'
    ctl support >"$E2E_DIR/support" || fail 'support fails'
    grep -q '^D-01 error: no querier (eth0)$' "$E2E_DIR/support" || fail 'not in support'
    ctl support --mask | sed -n '/Findings/,/Configuration/p' | grep -q 'will stop at address-[0-9]' || fail 'not masked'
}

# A querier whose cable is out for a while, and that is stopped for a while, misses nobody; in between it would.
# about 50 s
test_pauses()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    querier igmpqd q -i eth0 -q 8 --query-response-interval 1 --switch-router-timeout 5 --control-socket "$E2E_DIR/s.sock"
    ready
    wait_log igmpqd 'startup query 3 of 3' 15
    frame peer report --group 239.1.2.3 --src 192.168.50.20 # the last that is heard
    ip -n "$(ns peer)" link set eth0 down
    wait_log igmpqd 'no carrier' 15
    sleep 13
    ! found D-01 || fail "the link is down: $(cat "$E2E_DIR/asked.log")"
    ctl findings >"$E2E_DIR/said.log"
    grep -q '^eth0: down, nothing is heard' "$E2E_DIR/said.log" || fail "a link that is down: $(cat "$E2E_DIR/said.log")"
    ip -n "$(ns peer)" link set eth0 up
    wait_log igmpqd 'ready' 15
    sleep 3
    ! found D-01 || fail "the link was down: $(cat "$E2E_DIR/asked.log")"
    frame peer report --group 239.1.2.3 --src 192.168.50.20
    kill -STOP "$(pid_of igmpqd)"
    frame peer report --group 239.1.2.3 --src 192.168.50.20 # it waits in the kernel
    sleep 16
    kill -CONT "$(pid_of igmpqd)"
    sleep 3
    ! found D-01 || fail "it was stopped: $(cat "$E2E_DIR/asked.log")"
    asked query # it works
}

# about 5 s
test_off()
{
    pair q 192.168.50.10/24 peer 192.168.50.20/24
    printf 'findings-horizon = 0; interfaces = ( "eth0" );\n' >"$E2E_DIR/q.conf"
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/s.sock"
    ready
    frame peer query --version 1 --src 192.168.50.5
    sleep 1
    ! found D-08 || fail 'found all the same'
    grep -q '"since": *null' "$E2E_DIR/asked.log" || fail 'it is not said that nobody looks'
    [ "$(ctl findings)" = 'eth0: nobody looks for what is wrong (findings-horizon is 0)' ] || fail "$(ctl findings)"
    ctl support >/dev/null || fail 'support fails'
    ctl metrics >"$E2E_DIR/metrics" || fail 'no metrics'
    ! grep -q '^igmpq_findings' "$E2E_DIR/metrics" || fail 'in the metrics'
    printf 'interfaces = ( "eth0" );\n' >"$E2E_DIR/q.conf"
    ctl reload
    wait_log igmpqd 'findings-horizon changed: taken over when igmpqd is started again' 15
}
