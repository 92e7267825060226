#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every option that igmpqd --help tells is in the manual page and in the completion of each shell, and these tell no other.
# Usage: options_documented.sh [PROGRAM]; "make check" gives srcdir.
set -u

root=${srcdir:-$(dirname "$0")/..}
program=${1:-./igmpqd}
status=0

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# In the first column of the help only: its second mentions some again.
"$program" --help >"$work/text" || exit 1
sed -n -e 's/^  *-., \(--[a-z-]*\).*/\1/p' -e 's/^  *\(--[a-z-]*\).*/\1/p' "$work/text" | sort -u >"$work/help"
[ "$(wc -l <"$work/help")" -ge 5 ] || {
    echo "$program --help tells no options"
    exit 1
}

compare() # what, file of its options
{
    sort -u "$2" >"$work/sorted"
    if ! diff "$work/help" "$work/sorted" >"$work/difference"; then
        echo "igmpqd --help (<) and $1 (>) differ:"
        grep '^[<>]' "$work/difference"
        status=1
    fi
}

sed -n 's/^\.It //p' "$root/man/igmpqd.8" | grep -o 'Fl -[a-z][a-z-]*' | sed 's/^Fl -/--/' >"$work/found"
compare 'the manual page' "$work/found"
for file in etc/completion/bash/igmpqd etc/completion/zsh/_igmpqd; do
    grep -v '^ *#' "$root/$file" | grep -oE -e "(^|[^a-z-])--[a-z][a-z-]+" | grep -oE -e '--[a-z-]+' >"$work/found"
    compare "$file" "$work/found"
done
file=etc/completion/fish/igmpqd.fish
sed -n 's/.* -l \([a-z-]*\).*/--\1/p' "$root/$file" >"$work/found"
compare "$file" "$work/found"

[ "$status" -ne 0 ] || echo "$(wc -l <"$work/help") options, all documented"
exit "$status"
