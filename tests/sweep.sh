#!/bin/sh
# SPDX-License-Identifier: MIT
#
# igmpq-replay against captures that others made: its reading of every IGMP frame is held against those of tshark
# (expect/NAME.tsv) and, for checksums, tcpdump (expect/NAME.tcpdump.txt). Nothing of that folder is part of the
# project; without it this is skipped.
#
# Usage: sweep.sh [FOLDER [IGMPQ_REPLAY]]; ../shared/pcaps beside the checkout by default. Exit status 0, 1, or 77 for
# skipped. Best run with a program that was configured with --enable-sanitizers.
set -u

top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd -P) || exit 1
folder=${1:-${IGMPQ_SWEEP:-$top/../shared/pcaps}}
replay=${2:-${IGMPQ_REPLAY:-./igmpq-replay}}

if [ ! -d "$folder/expect" ]; then
    echo "sweep: skipped: there is no $folder/expect"
    exit 77
fi
if ! "$replay" --version >/dev/null 2>&1; then
    echo "sweep: $replay is not there: build it, or name it"
    exit 1
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# Every frame whose IP protocol on the link is 2, by tshark: number, microseconds, source, destination, type, version,
# groups, checksum (1 good, 0 bad, empty: not checked). Of several values the outermost comes first.
theirs()
{
    awk -F '\t' '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        { split($at["ip.proto"], proto, ",") }
        proto[1] != "2" { next }
        {
            split($at["ip.src"], source, ","); split($at["ip.dst"], destination, ",")
            split($at["igmp.type"], type, ","); split($at["igmp.version"], version, ",")
            split($at["igmp.checksum.status"], sum, ","); split($at["frame.time_epoch"], time, ".")
            print $at["frame.number"] "|" time[1] "." substr(time[2], 1, 6) "|" source[1] "|" destination[1] "|" \
                tolower(type[1]) "|" version[1] "|" $at["igmp.maddr"] "|" sum[1]
        }' "$1"
}

# The same by igmpq-replay; the last field is the verdict.
ours()
{
    sed -n '/^{"type":"frame"/p' "$1" | awk '
        function text(key,   found) {
            if (!match($0, "\"" key "\":\"[^\"]*\"")) return ""
            found = substr($0, RSTART, RLENGTH)
            sub("^\"" key "\":\"", "", found); sub("\"$", "", found)
            return found
        }
        function number(key,   found) {
            if (!match($0, "\"" key "\":[0-9]+")) return ""
            found = substr($0, RSTART, RLENGTH)
            sub("^\"" key "\":", "", found)
            return found
        }
        function groups(   rest, all, found, is_general) {
            rest = $0; all = ""; is_general = text("kind") == "general"
            while (match(rest, "\"group\":(null|\"[0-9.]*\")")) {
                found = substr(rest, RSTART + 8, RLENGTH - 8)
                gsub("\"", "", found)
                if (found == "null" && is_general) found = "0.0.0.0"
                if (found != "null") all = all (all == "" ? "" : ",") found
                rest = substr(rest, RSTART + RLENGTH)
            }
            return all
        }
        {
            version = text("igmp") ~ /^v[123]-/ ? substr(text("igmp"), 2, 1) : ""
            print number("n") "|" text("time") "|" text("src") "|" text("dst") "|" \
                sprintf("0x%02x", number("igmp_type")) "|" version "|" groups() "|" text("verdict")
        }'
}

# What tcpdump says of checksums: it adds up the whole payload, as RFC 2236 section 2.3 asks. Times of bad ones.
bad_by_tcpdump()
{
    [ -f "$1" ] || return 0
    awk '/^[0-9]/ { time = $1 } /bad igmp cksum/ { print time }' "$1"
}

# Both on one line, joined by the frame's number. What is not there cannot disagree: tshark gives no type for DVMRP,
# PIMv1 and RGMP, and what the capture cut off nobody can read. A bad IP checksum is no error on the wire where the
# capture was made on the sending host, but nothing that a querier may go by either.
compare()
{
    awk -F '|' -v name="$1" -v bad="$work/bad" '
        function complain(what) { print name ": frame " $1 ": " what; failed = 1 }
        BEGIN { while ((getline time < bad) > 0) tcpdump[time] = 1 }
        FNR == NR { their[$1] = $0; next }
        !($1 in their) { complain("is not IGMP to tshark"); next }
        {
            split(their[$1], t, "|"); delete their[$1]; count++
            cut = $8 == "cut"
            if ($2 != t[2]) complain("time " $2 " is not " t[2])
            if ($3 != t[3] || $4 != t[4]) complain("addresses " $3 " " $4 " are not " t[3] " " t[4])
            if (t[5] != "" && $5 != t[5] && !(cut && $5 == "0x00")) complain("type " $5 " is not " t[5])
            if (t[6] != "" && $6 != t[6] && !cut) complain("version " $6 " is not " t[6])
            if ($7 != "" && $7 != t[7]) complain("group " $7 " is not " t[7])
            is_bad = $8 == "bad-checksum"
            if ($2 in tcpdump) t[8] = "0"
            if (is_bad && t[8] == "1") complain("has a bad checksum to us alone")
            if (!is_bad && !cut && t[8] == "0") complain("has a good checksum (" $8 ") to us alone")
            if (!cut && t[5] ~ /^0x(11|12|16|17|22)$/ && $7 == "" && !is_bad && $8 != "bad-ip-checksum") complain("was not decoded: " $8)
        }
        END {
            for (n in their) { print name ": frame " n ": was not seen"; failed = 1 }
            print count + 0 > "/dev/stderr"
            exit failed
        }' "$work/theirs" "$work/ours" 2>"$work/count"
}

failed=0
files=0
frames=0
for capture in "$folder"/*.pcap "$folder"/*.pcapng "$folder"/*.pcap.gz "$folder"/*.snoop; do
    [ -f "$capture" ] || continue
    name=$(basename "$capture")
    expect=$folder/expect/${name%.pcap}.tsv
    [ -f "$expect" ] || expect=$folder/expect/${name%.pcapng}.tsv
    [ -f "$expect" ] || expect=$folder/expect/$name.tsv
    [ -f "$expect" ] || continue
    "$replay" --json "$capture" >"$work/json" 2>"$work/errors"
    status=$?
    wanted=0
    case $name in
    *_cut.pcap | *cut_header*) wanted=3 ;; # damaged on purpose
    *.snoop)
        wanted=3
        : >"$work/empty" && expect=$work/empty ;; # to be refused, clearly
    esac
    if [ "$status" -ne "$wanted" ] || { [ "$wanted" -ne 0 ] && [ ! -s "$work/errors" ]; }; then
        echo "$name: exit status $status instead of $wanted: $(head -n 3 "$work/errors")"
        failed=1
    fi
    theirs "$expect" >"$work/theirs"
    ours "$work/json" >"$work/ours"
    bad_by_tcpdump "${expect%.tsv}.tcpdump.txt" >"$work/bad"
    if [ -s "$work/theirs" ]; then
        compare "$name" || failed=1
        frames=$((frames + $(cat "$work/count")))
    elif [ -s "$work/ours" ]; then
        echo "$name: has $(wc -l <"$work/ours") IGMP frames to us alone"
        failed=1
    fi
    files=$((files + 1))
done
# One election, captured in four ways at once: the same story from each, as that folder's README tells it. The cooked
# captures show every frame once for each interface; the first copy counts.
elections()
{
    "$replay" --json "$1" | sed -n 's/.*"event":"querier-elected","time":"\([0-9.]*\)".*"address":"\([0-9.]*\)".*/\1 \2/p' |
        awk 'NR == 1 || $2 != last { print } { last = $2 }'
}
reference=$folder/live__br-election-v3_en10mb.pcap
if [ -f "$reference" ]; then
    elections "$reference" >"$work/elections"
    begin=$("$replay" --json "$reference" | sed -n 's/.*"type":"summary".*"dropped":[0-9]*,"first":"\([0-9.]*\)".*/\1/p')
    awk -v begin="$begin" '{ printf "%.1f %s\n", $1 - begin, $2 }' "$work/elections" >"$work/told"
    printf '0.8 10.9.0.2\n12.8 10.9.0.1\n47.1 10.9.0.2\n' | diff - "$work/told" || {
        echo "${reference##*/}: the queriers are not those of the README"
        failed=1
    }
    for other in nsec any_sll1 any_sll2; do
        other=$(echo "$folder"/live__*"$other".pcap)
        elections "$other" | awk '{ printf "%.2f %s\n", $1, $2 }' >"$work/others"
        awk '{ printf "%.2f %s\n", $1, $2 }' "$work/elections" | diff - "$work/others" >"$work/difference" || {
            echo "${other##*/} tells another election than ${reference##*/}:"
            cat "$work/difference"
            failed=1
        }
    done
fi

[ "$files" -gt 0 ] || failed=1
echo "sweep: $files captures, $frames IGMP frames"
exit "$failed"
