#!/bin/sh
# SPDX-License-Identifier: MIT
#
# igmpq-inject without privilege and without a network: each frame from a command line, octet for octet, printed
# (--hex) and in a capture file (--write); what it refuses; and, where they are installed, what tcpdump and tshark read.
# Usage: inject.sh [PROGRAM]; needs nothing but a shell, od and awk.
set -u

program=${1:-./igmpq-inject}
root=${srcdir:-$(dirname "$0")/..}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
passed=0
LC_ALL=C
export LC_ALL

fail()
{
    echo "not ok: $*"
    : >"$work/failed"
}

ok()
{
    passed=$((passed + 1))
}

# The sender of every frame here.
from='--source-mac 02:00:00:00:00:05 --source-ip 192.168.50.5'

# makes NAME HEX OPTION...: that frame, by --hex, and by --write behind the 24 octets of the file's header and the 16 of
# the frame's.
makes()
{
    name=$1
    wanted=$(printf '%s' "$2" | tr -d ' \n')
    shift 2
    if ! made=$("$program" --hex "$@" 2>"$work/said"); then
        fail "$name: --hex: $(cat "$work/said")"
        return
    fi
    if [ "$made" != "$wanted" ]; then
        fail "$name: igmpq-inject --hex $*"
        printf '  %s\n  %s wanted\n' "$made" "$wanted"
        return
    fi
    rm -f "$work/one.pcap"
    "$program" --write "$work/one.pcap" "$@" 2>"$work/said" || fail "$name: --write: $(cat "$work/said")"
    made=$(od -An -v -tx1 -j40 "$work/one.pcap" | tr -d ' \n')
    if [ "$made" != "$wanted" ]; then
        fail "$name: igmpq-inject --write $*"
        printf '  %s\n  %s wanted\n' "$made" "$wanted"
        return
    fi
    ok
}

# Every frame begins with the Ethernet destination, the source and the type; then IPv4: version and header length,
# type of service, total length, identification, flags and offset, TTL, protocol, checksum, source, destination,
# Router Alert; then IGMP; then padding to 60 octets.
ethernet='02 00 00 00 00 05 0800'
me='c0a83205'
alert='94040000'
zero='00 00 00 00 00 00 00 00 00 00'    # 10 octets of padding

# --- the golden frames of the conformance list ------------------------------------------------------------------------

# Q-06. IGMP: type, 0, checksum, group
# shellcheck disable=SC2086 # the sender is two options
{
makes 'v1 general' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 00 eeff 00000000  $zero 00 00 00 00" $from -V 1

# Q-07. IGMP: type, response time 10 s in tenths, checksum, group
makes 'v2 general' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9b 00000000  $zero 00 00 00 00" $from

# Q-10. ... then flags, S and QRV; QQIC 125 s; number of sources
makes 'v3 general' "
    01 00 5e 00 00 01 $ethernet  46 c0 0024 0000 4000 01 02 1165 $me e0000001 $alert
    11 64 ec1e 00000000 02 7d 0000  $zero" $from -V 3

# Q-09: the group in the message, as destination and in the MAC address
makes 'v2 group' "
    01 00 5e 01 02 03 $ethernet  46 c0 0020 0000 4000 01 02 0066 $me ef010203 $alert
    11 0a fdf0 ef010203  $zero 00 00 00 00" $from --group 239.1.2.3

# Q-11, S clear and S set
makes 'v3 group' "
    01 00 5e 01 02 03 $ethernet  46 c0 0024 0000 4000 01 02 0062 $me ef010203 $alert
    11 0a fb73 ef010203 02 7d 0000  $zero" $from -V 3 --group 239.1.2.3
makes 'v3 group, S' "
    01 00 5e 01 02 03 $ethernet  46 c0 0024 0000 4000 01 02 0062 $me ef010203 $alert
    11 0a f373 ef010203 0a 7d 0000  $zero" $from --group 239.1.2.3 --suppress

# Q-12. ... then the sources
makes 'v3 group and sources' "
    01 00 5e 01 01 01 $ethernet  46 c0 002c 0000 4000 01 02 085c $me e8010101 $alert
    11 0a ef70 e8010101 02 7d 0002 0a000001 0a000002  00 00" $from -g 232.1.1.1 -s 10.0.0.1,10.0.0.2
makes 'v3 group and source, S' "
    01 00 5e 01 01 01 $ethernet  46 c0 0028 0000 4000 01 02 0860 $me e8010101 $alert
    11 0a f171 e8010101 0a 7d 0001 0a000003  00 00 00 00 00 00" $from -g 232.1.1.1 -s 10.0.0.3 --suppress

# Q-125 and Q-126: 802.1Q type and tag (priority 0, VLAN 100), and 64 octets
makes 'v2 general, VLAN 100' "
    01 00 5e 00 00 01 02 00 00 00 00 05 8100 0064 0800  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9b 00000000  $zero 00 00 00 00" $from --vlan 100 --pcp 0

# Q-46: a proxy's source
makes 'v2 general, proxy' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 0417 00000000 e0000001 $alert
    11 64 ee9b 00000000  $zero 00 00 00 00" --source-mac 02:00:00:00:00:05 --source-ip 0.0.0.0

# --- everything else that can be said -----------------------------------------------------------------------------------

# What is written without any address: 0.0.0.0 and 02:00:00:00:00:05
makes 'defaults' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 0417 00000000 e0000001 $alert
    11 64 ee9b 00000000  $zero 00 00 00 00"
# Priority 6 unless said otherwise; a priority alone
makes 'v2 general, VLAN 100, priority 6' "
    01 00 5e 00 00 01 02 00 00 00 00 05 8100 c064 0800  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9b 00000000  $zero 00 00 00 00" $from --vlan 100
makes 'priority tag' "
    01 00 5e 00 00 01 02 00 00 00 00 05 8100 e000 0800  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9b 00000000  $zero 00 00 00 00" $from --vlan 0 --pcp 7
# Q-07: linear in version 2, a floating point code in version 3 (20 s: c8 and 89; Q-16)
makes 'v2, 20 s' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 c8 ee37 00000000  $zero 00 00 00 00" $from --max-resp 20
makes 'v3, 20 s, QRV 7, QQI 288 s' "
    01 00 5e 00 00 01 $ethernet  46 c0 0024 0000 4000 01 02 1165 $me e0000001 $alert
    11 89 e6e4 00000000 07 92 0000  $zero" $from -V 3 --max-resp 20 --qrv 7 --qqi 288
# Without Router Alert the header has five words; TOS and TTL
makes 'plain header' "
    01 00 5e 00 00 01 $ethernet  45 20 001c 0000 4000 02 02 a611 $me e0000001
    11 64 ee9b 00000000  $zero 00 00 00 00 00 00 00 00" $from --no-router-alert --tos 0x20 --ttl 2
# To one host (RFC 9776 section 4.1.12)
makes 'to a host' "
    02 00 00 00 00 21 $ethernet  46 c0 0020 0000 4000 01 02 feac $me c0a83215 $alert
    11 64 ee9b 00000000  $zero 00 00 00 00" $from --dst 192.168.50.21 --dst-mac 02:00:00:00:00:21

# What receivers say: to the group itself, to all routers (leave), to 224.0.0.22 (version 3)
makes 'v1 report' "
    01 00 5e 01 02 03 $ethernet  46 c0 0020 0000 4000 01 02 0066 $me ef010203 $alert
    12 00 fcfa ef010203  $zero 00 00 00 00" $from -V 1 --report 239.1.2.3
makes 'v2 report' "
    01 00 5e 01 02 03 $ethernet  46 c0 0020 0000 4000 01 02 0066 $me ef010203 $alert
    16 00 f8fa ef010203  $zero 00 00 00 00" $from --report 239.1.2.3
makes 'v2 leave' "
    01 00 5e 00 00 02 $ethernet  46 c0 0020 0000 4000 01 02 1168 $me e0000002 $alert
    17 00 f7fa ef010203  $zero 00 00 00 00" $from --leave 239.1.2.3
# type, 0, checksum, 0, number of records; each: type, length of auxiliary data, number of sources, group, sources
makes 'v3 report' "
    01 00 5e 00 00 16 $ethernet  46 c0 0028 0000 4000 01 02 114c $me e0000016 $alert
    22 00 eaf9 0000 0001 02 00 0000 ef010203  00 00 00 00 00 00" $from -V 3 --report 239.1.2.3
makes 'v3 leave' "
    01 00 5e 00 00 16 $ethernet  46 c0 0028 0000 4000 01 02 114c $me e0000016 $alert
    22 00 e9f9 0000 0001 03 00 0000 ef010203  00 00 00 00 00 00" $from -V 3 --leave 239.1.2.3
makes 'v3 records' "
    01 00 5e 00 00 16 $ethernet  46 c0 0054 0000 4000 01 02 1120 $me e0000016 $alert
    22 00 0fdb 0000 0005
    01 00 0001 e8010101 0a000001
    04 00 0000 ef010203
    05 00 0002 e8010102 0a000002 0a000003
    06 00 0000 e8010103
    03 00 0000 ef010204" $from --record is_in:232.1.1.1:10.0.0.1 --record TO_EX:239.1.2.3 \
    --record allow:232.1.1.2:10.0.0.2,10.0.0.3 --record block:232.1.1.3: --record to_in:239.1.2.4

# --- faults --------------------------------------------------------------------------------------------------------------

makes 'bad checksum' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9a 00000000  $zero 00 00 00 00" $from --bad-checksum
# Q-29: 9 octets; the checksum fits what is there
makes 'length 9' "
    01 00 5e 00 00 01 $ethernet  46 c0 0021 0000 4000 01 02 1168 $me e0000001 $alert
    11 64 ee9b 00000000 00  $zero 00 00 00" $from --length 9
makes 'length 5' "
    01 00 5e 00 00 01 $ethernet  46 c0 001d 0000 4000 01 02 116c $me e0000001 $alert
    11 64 ee9b 00  $zero 00 00 00 00 00 00 00" $from --length 5
makes 'length 0' "
    01 00 5e 00 00 01 $ethernet  46 c0 0018 0000 4000 01 02 1171 $me e0000001 $alert
    $zero 00 00 00 00 00 00 00 00 00 00 00 00" $from --length 0
# Q-25: padding and trailing octets are not part of the packet
makes 'padding of 0xaa' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9b 00000000  aa aa aa aa aa aa aa aa aa aa aa aa aa aa" $from --pad 0xaa
makes 'trailing octets' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9b 00000000  de ad be ef $zero" $from --trailing deadbeef
makes 'trailing and padding' "
    01 00 5e 00 00 01 $ethernet  46 c0 0020 0000 4000 01 02 1169 $me e0000001 $alert
    11 64 ee9b 00000000  de ad be ef 55 55 55 55 55 55 55 55 55 55" $from --trailing DEADBEEF --pad 0x55
}

# --- what it refuses -----------------------------------------------------------------------------------------------------

# refuses STATUS PATTERN OPTION...: one line on standard error that says so, nothing on standard output.
refuses()
{
    refused_status=$1
    refused_pattern=$2
    shift 2
    "$program" "$@" >"$work/out" 2>"$work/said" </dev/null
    status=$?
    if [ "$status" -ne "$refused_status" ]; then
        fail "igmpq-inject $*: exit status $status, not $refused_status"
    elif [ -s "$work/out" ] || [ "$(wc -l <"$work/said")" -ne 1 ]; then
        fail "igmpq-inject $*: not one line on standard error alone"
    elif ! grep -q -e "$refused_pattern" "$work/said"; then
        fail "igmpq-inject $*: says \"$(cat "$work/said")\", nothing like \"$refused_pattern\""
    else
        ok
    fi
}

refuses 2 'which interface'
refuses 2 "'stray' is not an option" stray
refuses 2 'no option' --no-such-option
refuses 2 'cannot be the name' -i a-name-longer-than-fifteen
refuses 1 'no interface' -i none --hex
refuses 2 "'4' is not 1, 2, 3 or auto" --hex -V 4
refuses 2 "group.*'239.1.2' is not an IPv4" --hex --group 239.1.2
refuses 2 'version 1 has no query for one group' --hex -V 1 --group 239.1.2.3
refuses 2 'of which group' --hex --sources 10.0.0.1
refuses 2 "sources.*'224.0.0.1' is not the address of a source" --hex -g 232.1.1.1 -s 10.0.0.1,224.0.0.1
refuses 2 "sources.*'' is not" --hex -g 232.1.1.1 -s 10.0.0.1,
refuses 2 'sources: version 2 cannot' --hex -V 2 -g 232.1.1.1 -s 10.0.0.1
refuses 2 'qrv: version 1 cannot' --hex -V 1 --qrv 2
refuses 2 'qqi: version 2 cannot' --hex -V 2 --qqi 60
refuses 2 'suppress: version 2 cannot' --hex -V 2 --suppress
refuses 2 '0.1 to 25.5 s' --hex -V 2 --max-resp 25.6
refuses 2 '0.1 to 25.5 s' --hex --max-resp 0 -V 2
refuses 2 'max-resp.*0 to 3174.4' --hex -V 3 --max-resp 3174.5
refuses 2 'does not say a response time' --hex -V 1 --max-resp 10
refuses 2 'qrv.*from 0 to 7' --hex --qrv 8
refuses 2 'qqi.*from 0 to 31744' --hex --qqi 31745
refuses 2 'vlan.*from 0 to 4094' --hex --vlan 4095
refuses 2 'give --vlan' --hex --pcp 1
refuses 2 'pcp.*from 0 to 7' --hex --vlan 1 --pcp 8
refuses 2 'tos.*from 0 to 255' --hex --tos 256
refuses 2 'ttl.*from 0 to 255' --hex --ttl -1
refuses 2 'pad.*from 0 to 255' --hex --pad 0x100
refuses 2 'length.*from 0 to 1476' --hex --length 1477
refuses 2 'trailing.*hexadecimal' --hex --trailing 0x12
refuses 2 'trailing.*hexadecimal' --hex --trailing 123
refuses 2 'source-mac.*not a MAC address' --hex --source-mac 02:00:00:00:05
refuses 2 'dst-mac' --hex --dst 192.168.50.21
refuses 2 'one of --report, --leave and --record' --hex --report 239.1.2.3 --leave 239.1.2.3
refuses 2 'max-resp: is for queries' --hex --report 239.1.2.3 --max-resp 1
refuses 2 'version 1 has no leave' --hex -V 1 --leave 239.1.2.3
refuses 2 'record: version 2 cannot' --hex -V 2 --record is_in:239.1.2.3
refuses 2 'does not begin with is_in' --hex --record in:239.1.2.3
refuses 2 'does not begin with is_in' --hex --record is_in
refuses 2 "'239.1.2' is not the address of a group" --hex --record is_in:239.1.2
refuses 2 'exclude each other' -i none --wait 1 --no-wait
refuses 2 'nothing is sent with --hex' --hex --listen 1
refuses 2 'nothing is sent with --hex' --hex --json
refuses 2 'standard output' --hex --write -
refuses 1 'cannot write' --write "$work/no/such/folder.pcap"
refuses 2 'makes its queries itself' -i none --probe-host 10.0.0.1 -V 2
refuses 2 'with --probe-host' -i none --host-mac 02:00:00:00:00:05
refuses 2 'one at a time' -i none --host-mac 02:00:00:00:00:05 --probe-host 10.0.0.1 --probe-host 10.0.0.2
refuses 2 'there is none in 3 octets' --hex --length 3 --bad-checksum

# 366 sources are a message of 1476 octets; one more is none (Q-20)
sources=$(awk 'BEGIN { for (i = 0; i < 366; i++) printf "%s10.0.%d.%d", i ? "," : "", int(i / 250), i % 250 + 1 }')
"$program" --hex -g 232.1.1.1 -s "$sources" >"$work/long" || fail '366 sources'
[ "$(wc -c <"$work/long")" -eq $(((14 + 1500) * 2 + 1)) ] || fail '366 sources do not make 1500 octets of IP'
refuses 2 'more than 366' --hex -g 232.1.1.1 -s "$sources,10.1.1.1"

# What the wire cannot say exactly is rounded down, and told
rounds() # PATTERN OPTION...
{
    rounds_pattern=$1
    shift
    if "$program" --hex "$@" >/dev/null 2>"$work/said" && grep -q -e "$rounds_pattern" "$work/said"; then
        ok
    else
        fail "igmpq-inject $*: no \"$rounds_pattern\": $(cat "$work/said")"
    fi
}
rounds 'max-resp: 2.55 s cannot be said.* 2.5 s is sent' --max-resp 2.55
rounds 'max-resp: 12.9 s cannot be said.* 12.8 s is sent' -V 3 --max-resp 12.9
rounds 'qqi: 300 s cannot be said.* 288 s is sent' --qqi 300

# --count: so many frames, --interval apart
"$program" --write "$work/three.pcap" -c 3 --interval 2.5 || fail '--count'
[ "$(wc -c <"$work/three.pcap")" -eq $((24 + 3 * (16 + 60))) ] || fail '--count 3 does not make three frames'
"$program" --write - >"$work/standard.pcap" || fail '--write -'
[ "$(wc -c <"$work/standard.pcap")" -eq $((24 + 16 + 60)) ] || fail '--write - does not write one frame'
if [ -c /dev/full ] && "$program" --help >/dev/full 2>/dev/null; then
    fail 'what could not be written is no success'
fi

# --- what other programs read ---------------------------------------------------------------------------------------------

every_message()
{
    number=10
    while read -r line; do
        # shellcheck disable=SC2086 # options
        "$program" $from $line --write "$work/every-$number.pcap" || fail "$line"
        number=$((number + 1))
    done <<'END'
-V 1
-V 2
-V 2 -g 239.1.2.3
-V 2 --max-resp 25.5
-V 3
-V 3 --max-resp 0
-V 3 --max-resp 3174.4 --qqi 31744 --qrv 0
-V 3 -g 239.1.2.3
-V 3 -g 239.1.2.3 --suppress
-g 232.1.1.1 -s 10.0.0.1,10.0.0.2
-g 232.1.1.1 -s 10.0.0.3 --suppress
-V 2 --vlan 100
-V 3 --vlan 0 --pcp 7
-V 2 --no-router-alert --tos 0
-V 2 --dst 192.168.50.21 --dst-mac 02:00:00:00:00:21
-V 1 --report 239.1.2.3
-V 2 --report 239.1.2.3
-V 2 --leave 239.1.2.3
-V 3 --report 239.1.2.3
-V 3 --leave 239.1.2.3
--record is_in:232.1.1.1:10.0.0.1 --record is_ex:239.1.2.3:10.0.0.1,10.0.0.2
--record to_in:232.1.1.1:10.0.0.1 --record to_ex:239.1.2.3
--record allow:232.1.1.1:10.0.0.1 --record block:239.1.2.3:10.0.0.1
END
}

complaints='bad|wrong|incorrect|invalid|malformed|unknown|trunc|\[\||error|short|exceed|mismatch'
every_message
"$program" --bad-checksum --write "$work/bad.pcap"
if command -v tcpdump >/dev/null 2>&1; then
    for file in "$work"/every-*.pcap; do
        tcpdump -r "$file" -nn -vvv >"$work/read" 2>"$work/said" || fail "tcpdump cannot read $file"
        if ! grep -q igmp "$work/read" || grep -Eiq "$complaints" "$work/read"; then
            fail "tcpdump says: $(cat "$work/read")"
        else
            ok
        fi
    done
    # It can complain.
    tcpdump -r "$work/bad.pcap" -nn -vvv 2>/dev/null | grep -Eiq "$complaints" || fail 'tcpdump sees no bad checksum'
else
    echo 'tcpdump is not installed, and was not asked'
fi
if command -v tshark >/dev/null 2>&1; then
    # All in one file: tshark takes its time to start. Behind the first, without the 24 octets of the file's header.
    head -c 24 "$work/every-10.pcap" >"$work/all.pcap"
    for file in "$work"/every-*.pcap "$work/bad.pcap"; do
        tail -c +25 "$file" >>"$work/all.pcap"
    done
    # A home of its own: a user's settings may change what it says.
    HOME=$work XDG_CONFIG_HOME=$work tshark -r "$work/all.pcap" -o ip.check_checksum:TRUE -T fields -e ip.checksum.status \
        -e igmp.checksum.status -e igmp.type -e _ws.malformed -e _ws.expert.message >"$work/read" 2>"$work/said" ||
        fail "tshark cannot read: $(cat "$work/said")"
    # 1: good. What it may remark on is TTL 1 where the destination is a host. The last frame has a bad checksum.
    if awk -F '\t' -v messages="$((number - 10))" '
        NR <= messages && ($1 != 1 || $2 != 1 || $3 == "" || $4 != "" || $5 !~ /^("?Time To Live"? .*)?$/) { bad = 1 }
        NR > messages && $2 == 1 { bad = 1 }
        END { exit bad || NR != messages + 1 }' "$work/read"; then
        ok
    else
        fail "tshark says: $(cat "$work/read")"
    fi
else
    echo 'tshark is not installed, and was not asked'
fi

# --- its options are documented ---------------------------------------------------------------------------------------------

"$program" --help | sed -n -e 's/^  *-., \(--[a-z-]*\).*/\1/p' -e 's/^  *\(--[a-z-]*\).*/\1/p' | sort -u >"$work/help"
[ "$(wc -l <"$work/help")" -ge 30 ] || fail '--help tells too few options'
documents() # FILE, its options on standard input
{
    sort -u >"$work/found"
    if diff "$work/help" "$work/found" >"$work/difference"; then
        ok
    else
        fail "--help (<) and $1 (>) differ: $(grep '^[<>]' "$work/difference" | tr '\n' ' ')"
    fi
}
sed -n 's/^\.It //p' "$root/man/igmpq-inject.1" | grep -o 'Fl -[a-z][a-z-]*' | sed 's/^Fl -/--/' |
    documents man/igmpq-inject.1
for file in etc/completion/bash/igmpq-inject etc/completion/zsh/_igmpq-inject; do
    grep -v '^ *#' "$root/$file" | grep -oE -e '(^|[^a-z-])--[a-z][a-z-]+' | grep -oE -e '--[a-z-]+' | documents "$file"
done
sed -n 's/.* -l \([a-z-]*\).*/--\1/p' "$root/etc/completion/fish/igmpq-inject.fish" |
    documents etc/completion/fish/igmpq-inject.fish

[ ! -e "$work/failed" ] || exit 1
echo "igmpq-inject: $passed frames, refusals and readings as they should be"
