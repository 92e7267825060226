#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every option that a program tells with --help is in its manual page and in the completion of each shell, and these
# tell no other. The protocol settings are in igmpqd(8) alone, to which other pages point. Usage: options_documented.sh [PROGRAM...]; "make check" gives srcdir.
set -u

root=${srcdir:-$(dirname "$0")/..}
[ $# -gt 0 ] || set -- ./igmpqd ./igmpqctl ./igmpq-inject ./igmpq-replay
status=0
count=0

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

compare() # program, what, file of its options
{
    sort -u "$3" >"$work/sorted"
    if ! diff "$work/help" "$work/sorted" >"$work/difference"; then
        echo "$1 --help (<) and $2 (>) differ:"
        grep '^[<>]' "$work/difference"
        status=1
    fi
}

# In the first column of the help only: its second mentions some again.
options_of() # help
{
    sed -n -e 's/^  *-., \(--[a-z-]*\).*/\1/p' -e 's/^  *\(--[a-z-]*\).*/\1/p' "$1" | sort -u
}

check() # program
{
    name=$(basename "$1")
    page=man/$name.1
    [ "$name" != igmpqd ] || page=man/$name.8
    "$1" --help >"$work/text" || exit 1
    options_of "$work/text" >"$work/help"
    [ "$(wc -l <"$work/help")" -ge 5 ] || {
        echo "$1 --help tells no options"
        exit 1
    }
    if [ "$name" != igmpqd ]; then
        sed '/^Protocol settings/,$d' "$work/text" >"$work/own"
        options_of "$work/own" >"$work/help"
    fi
    sed -n 's/^\.It //p' "$root/$page" | grep -o 'Fl -[a-z][a-z-]*' | sed 's/^Fl -/--/' >"$work/found"
    compare "$name" "$page" "$work/found"
    options_of "$work/text" >"$work/help"
    for file in "etc/completion/bash/$name" "etc/completion/zsh/_$name"; do
        grep -v '^ *#' "$root/$file" | grep -oE -e "(^|[^a-z-])--[a-z][a-z-]+" | grep -oE -e '--[a-z-]+' >"$work/found"
        compare "$name" "$file" "$work/found"
    done
    file=etc/completion/fish/$name.fish
    sed -n 's/.* -l \([a-z-]*\).*/--\1/p' "$root/$file" >"$work/found"
    compare "$name" "$file" "$work/found"
    count=$((count + $(wc -l <"$work/help")))
}

for program in "$@"; do
    check "$program"
done
[ "$status" -ne 0 ] || echo "$count options of $# programs, all documented"
exit "$status"
