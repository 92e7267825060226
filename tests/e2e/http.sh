# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The metrics over HTTP (issue 7, item 3): the same as those of igmpqctl, for programs of this host alone, and no client
# moves a query.

web()
{
    in_ns q python3 "$E2E_HERE/ask_http.py" 9463 "$@" >"$E2E_DIR/web.log" 2>"$E2E_DIR/web-said.log"
}

web_says()
{
    web "${@:2}" || fail "ask_http.py ${*:2} fails"
    grep -Eq -- "$1" "$E2E_DIR/web.log" "$E2E_DIR/web-said.log" || {
        cat "$E2E_DIR/web.log" "$E2E_DIR/web-said.log"
        fail "to ${*:2} there is no \"$1\""
    }
}

web_scene()
{
    lan one
    host q one 192.168.50.10/24
    cat >"$E2E_DIR/q.conf" <<'CONF'
query-interval = 1;
jitter = 0;
interfaces = ( { name = "eth0"; expect-groups = ( "239.9.9.9" ); } );
metrics-address = "127.0.0.1:9463";
CONF
    querier igmpqd q -c "$E2E_DIR/q.conf" --control-socket "$E2E_DIR/q.sock"
    wait_log igmpqd 'metrics are at http://127\.0\.0\.1:9463/metrics' 15
    within 15 test -S "$E2E_DIR/q.sock" || fail 'there is no control socket'
}

# about 3 s
test_same_as_igmpqctl()
{
    need promtool
    web_scene
    web get /metrics || fail 'no answer'
    cat "$E2E_DIR/web-said.log"
    grep -qx '200 text/plain; version=0.0.4; charset=utf-8' "$E2E_DIR/web-said.log" || fail 'not the content type'
    promtool check metrics <"$E2E_DIR/web.log" >"$E2E_DIR/promtool.log" 2>&1 || fail 'promtool refuses it'
    [ ! -s "$E2E_DIR/promtool.log" ] || fail 'promtool finds fault'
    "$IGMPQ_BIN/igmpqctl" -s "$E2E_DIR/q.sock" metrics >"$E2E_DIR/ctl.log" || fail 'igmpqctl gives no metrics'
    # Values differ from moment to moment: names, labels, help and order do not.
    for log in web ctl; do
        sed -E '/^#/! s/ [^ ]+$//' "$E2E_DIR/$log.log" >"$E2E_DIR/$log-names.txt"
    done
    [ "$(wc -l <"$E2E_DIR/web-names.txt")" -gt 60 ] || fail 'there is too little'
    diff "$E2E_DIR/ctl-names.txt" "$E2E_DIR/web-names.txt" || fail 'not the same as those of igmpqctl'
    grep -qx 'igmpq_role{segment="eth0",role="querier"} 1' "$E2E_DIR/web.log" || fail 'no role'
    grep -qx 'igmpq_expected_group_present{segment="eth0",group="239.9.9.9"} 0' "$E2E_DIR/web.log" || fail 'no group'
}

# about 3 s
test_requests()
{
    web_scene
    web_says 'are at /metrics' get /
    web_says '^404 ' get /other
    web_says '^200 None 0$' method HEAD
    web_says '^405 GET, HEAD [0-9]+$' method POST
    web_says '^405 GET, HEAD [0-9]+$' method DELETE
    web_says '^200 ' get /metrics localhost:9463
    web_says '^200 ' get /metrics '[::1]:9463'
    # A name that somebody else's server could point here.
    web_says '^403 ' get /metrics attacker.example
    web_says '^403 ' get /metrics localhost.attacker.example:9463
    web_says '^HTTP/1\.[01] 200 ' raw 'GET /metrics HTTP/1.0\r\n\r\n'
    web_says '^(HTTP/1\.[01] 4[0-9][0-9] .*)?$' raw '\x00\xff\x16\x03\x01 nonsense\r\n\r\n'
    web raw "GET /$(printf '%040000d' 0) HTTP/1.1\\r\\n\\r\\n"
    web_says '^200 ' get /metrics
    ip -n "$(ns one)" addr add 192.168.50.99/24 dev br0
    in_ns one python3 - <<'PY' && fail 'it can be read from elsewhere'
import socket
socket.create_connection(("192.168.50.10", 9463), timeout=2)
PY
    is_running igmpqd || fail 'igmpqd has ended'
}

# about 20 s
test_crowd()
{
    local began
    web_scene
    mkfifo "$E2E_DIR/crowd"
    in_ns q python3 "$E2E_HERE/ask_http.py" 9463 crowd 25 <"$E2E_DIR/crowd" >"$E2E_DIR/crowd.log" &
    exec 7>"$E2E_DIR/crowd"
    within 10 grep -q there "$E2E_DIR/crowd.log" || fail 'the crowd does not come'
    for _ in 1 2 3; do
        web flood 20000 || fail 'the flood fails'
        cat "$E2E_DIR/web.log"
    done
    capture wire q eth0
    began=$(now)
    sleep 5
    # One a second: nobody moved them.
    [ "$(query_count wire "$began")" -ge 4 ] || fail 'queries are missing'
    # Those who say nothing are sent away after ten seconds.
    web_says '^200 ' get /metrics
    exec 7>&-
    stop igmpqd
    ended_with 0
}

# about 3 s
test_port_taken()
{
    web_scene
    sed 's/eth0/eth9/' "$E2E_DIR/q.conf" >"$E2E_DIR/second.conf"
    querier other q -c "$E2E_DIR/second.conf" --control-socket "$E2E_DIR/other.sock"
    wait_log other 'cannot listen at 127\.0\.0\.1:9463: .*; choose another port as metrics-address; the metrics are not served' 15
    is_running other || fail 'it ended for that'
    sed -i 's/9463/9464/' "$E2E_DIR/q.conf"
    kill -HUP "$(pid_of igmpqd)"
    wait_log igmpqd 'metrics-address changed: taken over when igmpqd is started again' 15
}
