#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does the simulator see mistakes? The core is copied, changed in one place, built with the simulator and run; each
# change must be caught by the invariant it aims at. A change that does not apply is a failure: the core has moved on.
#
# Usage: mutate.sh [SEEDS [WORDS]]: at most so many networks for each (300); only those whose line has WORDS. Takes CC and CPPFLAGS from the environment.
set -u

root=${srcdir:-$(dirname "$0")/../..}
root=$(cd "$root" && pwd -P) || exit 1
seeds=${1:-300}
words=${2-}
compiler=${CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
missed=0
count=0

# The simulator's sources: all there are but the test of the election on it.
set --
for source in "$root"/tests/lan/*.c; do
    case $source in
    */test_lan.c) ;;
    *) set -- "$@" "$source" ;;
    esac
done
mkdir "$work/objects" || exit 1
# shellcheck disable=SC2086 # CC and CPPFLAGS are lists of words
(cd "$work/objects" && $compiler ${CPPFLAGS-} -std=gnu11 -O2 -w -D_GNU_SOURCE -I"$root/include" -c "$@") || exit 1

build() # folder: a copy of the core
{
    # shellcheck disable=SC2086 # CC and CPPFLAGS are lists of words
    $compiler ${CPPFLAGS-} -std=gnu11 -O2 -w -D_GNU_SOURCE -I"$root/include" -o "$work/simulate" "$work"/objects/*.o "$1"/*.c \
        -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=free 2>"$work/errors"
}

# mutate INVARIANT SCENARIO FILE PATTERN REPLACEMENT WHAT: sed's pattern, on exactly one line
mutate()
{
    case "$*" in
    *"$words"*) ;;
    *) return ;;
    esac
    count=$((count + 1))
    rm -rf "$work/core"
    cp -R "$root/src/core" "$work/core"
    lines=$(grep -c -e "$4" "$work/core/$3")
    if [ "$lines" -ne 1 ]; then
        printf '%-8s %-46s DOES NOT APPLY (%s lines of %s)\n' "$1" "$6" "$lines" "$3"
        missed=$((missed + 1))
        return
    fi
    sed "s/$4/$5/" "$work/core/$3" >"$work/changed" && cp "$work/changed" "$work/core/$3"
    if ! build "$work/core"; then
        printf '%-8s %-46s DOES NOT COMPILE: %s\n' "$1" "$6" "$(head -n 1 "$work/errors")"
        missed=$((missed + 1))
        return
    fi
    # In powers of two: the fewest seeds that show it, roughly.
    tried=1
    while :; do
        timeout 120 "$work/simulate" --scenario "$2" --seeds "$tried" --folder "$work" --json >"$work/json" 2>/dev/null
        [ $? -lt 128 ] || echo '"violations":{"memory":1}}' >"$work/json" # it was killed by what it did to memory
        caught=$(sed -n 's/.*"violations":{\(.*\)}}/\1/p' "$work/json" | tr -d '"' | tr ',' '\n' | grep -v ':0$' | cut -d: -f1 |
            tr '\n' ' ')
        case " $caught" in
        *" $1 "*)
            printf '%-8s %-46s caught by %-13s within %4d seeds (%s)\n' "$1" "$6" "$2" "$tried" "${caught% }"
            return
            ;;
        esac
        [ "$tried" -lt "$seeds" ] || break
        tried=$((tried * 2))
        [ "$tried" -le "$seeds" ] || tried=$seeds
    done
    printf '%-8s %-46s MISSED by %s in %d seeds (%s)\n' "$1" "$6" "$2" "$seeds" "${caught% }"
    missed=$((missed + 1))
}

if ! build "$root/src/core"; then
    cat "$work/errors"
    exit 1
fi
"$work/simulate" --seeds 20 --folder "$work" >"$work/table" 2>&1 || {
    cat "$work/table"
    echo 'mutate.sh: the core as it is violates an invariant already' >&2
    exit 1
}

mutate one cable election.c 'return address_compare(heard, own) < 0;' 'return __builtin_bswap32(heard.ipv4) < __builtin_bswap32(own.ipv4);' \
    'addresses compared in the wrong byte order'
mutate one backup election.c 'mode == MODE_BACKUP \&\& !is_settling' 'mode == MODE_BACKUP' \
    'backups that took over together all yield'
mutate gap failover params.c 'return robustness \* interval + response \/ 2;' 'return 3 * robustness * interval + response \/ 2;' \
    'other querier present interval three times too long'
mutate gap pair segment.c 'segment_set_role(segment, now, ELECTION_OTHER_GONE, NULL, outbox);' 'segment->other_expires = INSTANT_NEVER; return;' \
    'never takes over'
mutate stream failover params.c 'return robustness \* interval + response \/ 2;' 'return robustness * interval + response \/ 2 + 200 * SECONDS;' \
    'other querier present interval 200 s too long'
mutate stream version3 membership_tick.c 'group->queries_left--;' 'group->queries_left = 0;' \
    'one last member query instead of two'
mutate members lossy params.c '(formula == MEMBERSHIP_RFC9776 ? 2 : 1) \* response' '0 * response - interval' \
    'group membership interval one interval too short'
mutate members members group.c 'group->expires = instant_after(now, timers->membership);' 'group->expires = INSTANT_NEVER;' \
    'members are never forgotten'
mutate members ssm group.c 'source->expires = outcome\.expires;' 'source->expires = INSTANT_NEVER;' \
    'sources are never forgotten'
mutate members ssm membership_tick.c 'source->queries_left--;' 'source->queries_left = 0;' \
    'one query about sources instead of two'
mutate spoof spoof params.c '\.off_subnet = POLICY_DROP,' '.off_subnet = POLICY_ACCEPT,' \
    'queries from other networks count'
mutate spoof spoof segment_receive.c 'return VERDICT_PROXY_QUERY;' \
    '{ segment->other_expires = instant_after(now, 255 * SECONDS); return VERDICT_PROXY_QUERY; }' \
    'queries from 0.0.0.0 restart the timer'
mutate silent failover params.c 'return robustness \* interval + response \/ 2;' 'return interval \/ 2;' \
    'other querier present interval too short'
mutate silent failover segment_election.c 'segment->other_expires = instant_after(now, segment_other_querier_present(segment));' \
    'if (segment->other_expires == INSTANT_NEVER) segment->other_expires = instant_after(now, segment_other_querier_present(segment));' \
    'the timer is not restarted by the next query'
mutate silent cable segment_election.c 'segment->next_query = INSTANT_NEVER;' 'segment->startup_left = 0; return;' \
    'a beaten querier goes on'
mutate pace pair segment.c 'random_up_to(segment, params->query_interval \/ 100 \* params->jitter_percent)' 'params->query_interval \/ 2' \
    'queries twice as often'
mutate pace pair segment.c 'return params->query_interval -' 'return params->query_interval + 5 * SECONDS -' \
    'the interval is 5 s too long'
mutate pace pair segment.c 'segment->startup_of = segment->startup_left = (unsigned)segment->params.startup_query_count;' \
    'segment->startup_of = segment->startup_left = 9;' 'nine startup queries'
mutate wire pair segment.c 'query->message.max_response = params->query_response_interval;' \
    'query->message.max_response = params->query_response_interval \/ 2;' 'half the time to answer'
mutate wire version3 segment.c 'query->message.query_interval = params->query_interval;' 'query->message.query_interval = 77 * SECONDS;' \
    'a QQIC that is not what is done'
mutate memory spoof segment_receive.c 'segment->querier_count < segment->params.max_queriers' 'segment->querier_count < 64' \
    'the table of queriers knows no limit'
mutate memory members membership.c '^    free(group);$' '    ;' 'groups are not given back'

echo "$count mutations, $missed missed"
[ "$missed" -eq 0 ]
