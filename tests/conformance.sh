#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/CONFORMANCE.md is made from the tests themselves: which of them prove which requirement of tests/conformance.tsv.
# A unit test is a function test_*() in tests/unit or tests/lan, an end to end test one in tests/e2e. It proves what its
# name says (test_refresh_q94), and what the comment right above it and those inside it name.
#
# Usage: conformance.sh [--write | --print] [ROOT]
#   without an option: fail when the committed table is not what this makes now ("make check")
#
# Fails too when a test names an item that the list does not have, or an item up to Q-123 has neither a test nor a note.
set -u

action=check
case ${1-} in
--write | --print)
    action=${1#--}
    shift
    ;;
-*)
    sed -n 's/^# \{0,1\}//; /^Usage/,/^$/p' "$0" >&2
    exit 2
    ;;
esac
root=${1:-${srcdir:-$(dirname "$0")/..}}
root=$(cd "$root" && pwd -P) || exit 1
table=$root/tests/CONFORMANCE.md

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
LC_ALL=C
export LC_ALL

# Lines "number kind file/test", in the order of the files. The two languages differ in how a test begins and what a
# comment looks like.
for file in "$root"/tests/unit/test_*.c "$root"/tests/lan/*.c "$root"/tests/e2e/*.sh; do
    [ -f "$file" ] || continue
    awk '
        # Every item that a text names; "Q-94 to Q-98" names five.
        function claim_text(text,   from, to, n) {
            while (match(text, /Q-[0-9]+/)) {
                from = to = substr(text, RSTART + 2, RLENGTH - 2) + 0
                text = substr(text, RSTART + RLENGTH)
                if (match(text, /^ to Q-[0-9]+/)) {
                    to = substr(text, 7, RLENGTH - 6) + 0
                    text = substr(text, RLENGTH + 1)
                }
                for (n = from; n <= to; n++)
                    claim(n)
            }
        }
        function claim_name(text) {
            while (match(text, /_q[0-9]+/)) {
                claim(substr(text, RSTART + 2, RLENGTH - 2) + 0)
                text = substr(text, RSTART + RLENGTH)
            }
        }
        function claim(n) {
            if (!((test, n) in claimed))
                print n, kind, topic "/" test
            claimed[test, n] = 1
        }
        BEGIN {
            topic = ARGV[1]
            is_shell = topic ~ /\.sh$/
            kind = is_shell ? "e2e" : "unit"
            sub(/.*\//, "", topic)
            sub(/^test_/, "", topic)
            sub(/\.[a-z]*$/, "", topic)
        }
        is_shell ? /^test_[a-z0-9_]+\(\)/ : /^static void test_[a-z0-9_]+\(/ {
            match($0, /test_[a-z0-9_]+/)
            test = substr($0, RSTART + 5, RLENGTH - 5)
            claim_name("_" test)
            claim_text(above)
            above = ""
            is_inside = 1
            next
        }
        /^}/ { is_inside = 0; above = ""; next }
        is_inside { claim_text($0); next }
        # Above a test: comments without an empty line between.
        is_shell ? /^#/ : /^(\/\*| \*|  *[A-Za-z(])/ { above = above " " $0; next }
        { above = "" }
    ' "$file" || exit 1
done >"$work/claims"

awk -F '\t' -v claims="$work/claims" '
    BEGIN { while ((getline line < claims) > 0) {
        split(line, word, " ")
        list = word[2]
        sub(/^[^ ]* [^ ]* /, "", line)
        if (!(word[1] in known)) known[word[1]] = line
        tests[list, word[1]] = tests[list, word[1]] (tests[list, word[1]] ? "<br>" : "") line
    } }
    /^#/ || /^$/ { next }
    {
        number = substr($1, 3) + 0
        if (number != ++items || NF != 4) {
            printf "%s: line %d: items have four fields and come in order\n", FILENAME, FNR > "/dev/stderr"
            failed = 1
        }
        unit = tests["unit", number]
        e2e = tests["e2e", number]
        delete known[number]
        if (number <= 123) {
            if (unit) by_unit++
            else if (e2e) by_e2e++
            else if ($4) by_note++
            else {
                printf "conformance: %s has neither a test nor, in %s, a note that says why\n", $1, FILENAME > "/dev/stderr"
                failed = 1
            }
        } else if (!unit && !e2e && !$4) {
            printf "conformance: %s does not say what it waits for\n", $1 > "/dev/stderr"
            failed = 1
        }
        row[number] = "| " $1 " | " $2 " | " $3 " | " unit " | " e2e " | " $4 " |"
        gsub(/ +\|/, " |", row[number])
    }
    END {
        for (number in known) {
            printf "conformance: %s names Q-%d, which the list does not have\n", known[number], number > "/dev/stderr"
            failed = 1
        }
        if (failed)
            exit 1
        print "<!-- SPDX-License-Identifier: MIT -->"
        print "<!-- Made by tests/conformance.sh --write; do not edit. -->"
        print "# Conformance"
        print ""
        print "What an IGMP querier that is not a router has to do, and the tests that prove it. The requirements are from RFC 1112,"
        print "2236, 3376, 4541, 4604 and 9776, in our own words; the list is `tests/conformance.tsv`. Levels: the RFC\047s keyword; *text*:"
        print "a normative sentence or diagram without one; *policy*: ours, where RFCs are silent or disagree; *fact*: of networks,"
        print "with nothing to implement."
        print ""
        print "FILE/NAME is function `test_NAME` in `tests/unit/test_FILE.c` (or `tests/lan`), and `tests/e2e/run FILE/NAME`."
        print ""
        printf "Of Q-01 to Q-123, %d are proved by unit tests in integer time, %d end to end only, and %d are not tested: the note says\n", by_unit, by_e2e, by_note
        print "why. Q-124 to Q-153 are about VLANs, MLD, router discovery and replay: the note says where else they are tested, or what\nthey wait for."
        print ""
        print "| item | level | requirement | unit tests | end to end | note |"
        print "| --- | --- | --- | --- | --- | --- |"
        for (number = 1; number <= items; number++)
            print row[number]
    }
' "$root/tests/conformance.tsv" >"$work/table" || exit 1

case $action in
print) cat "$work/table" ;;
write) cat "$work/table" >"$table" ;;
check)
    if ! cmp -s "$work/table" "$table"; then
        echo 'conformance: tests/CONFORMANCE.md is not what the tests say; run tests/conformance.sh --write' >&2
        diff "$table" "$work/table" | head -n 20 >&2
        exit 1
    fi
    echo "conformance: tests/CONFORMANCE.md is what the tests say"
    ;;
esac
