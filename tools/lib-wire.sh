# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The part of tools/install.sh that listens: whether another querier is there, and what comes of the new one. It captures
# with igmpq-replay, which sends nothing, and asks igmpqctl. It belongs to install.sh, whose variables it uses.
#
#   look_for_queriers        listen, tell, and settle the mode
#   wire_watch SECONDS       capture on the interfaces of the configuration from now on
#   wire_stop                end the captures
#   wire_wait_for_daemon SECONDS   until igmpqd answers
#   show_work                what is seen of it, in words; ends the script
#   next_steps               what to type from here on
#
# shellcheck disable=SC2154 # variables of install.sh

wire_processes=

# value KEY: of the JSON objects on standard input, one a line: the first value of that key, without its quotes.
value()
{
    awk -v key="\"$1\":" '{
        at = index($0, key)
        if (!at) next
        rest = substr($0, at + length(key))
        if (substr(rest, 1, 1) == "\"") { sub(/^"/, "", rest); sub(/".*/, "", rest) } else sub(/[,}].*/, "", rest)
        print rest
    }'
}

wire_watch()
{
    wire_stop
    for name in $watched; do
        [ "$(field "$name" 4)" = up ] || continue
        : >"$work/wire-$name"
        "$build/igmpq-replay" -j -i "$name" --for "$1" >"$work/wire-$name" 2>"$work/wire-problem" </dev/null &
        wire_processes="$wire_processes $!"
        tries=0
        # what comes before the capture is open would be missed
        until [ -s "$work/wire-$name" ] || [ "$tries" -ge 10 ]; do
            tries=$((tries + 1))
            sleep 1
        done
    done
}

wire_stop()
{
    for process in $wire_processes; do
        kill "$process" 2>/dev/null
        wait "$process" 2>/dev/null
    done
    wire_processes=
}

# General queries that count: interface, source, MAC, time of each.
wire_queries()
{
    for name in $watched; do
        [ -s "$work/wire-$name" ] || continue
        grep -e '"type":"frame".*"igmp":"v[123]-query".*"kind":"general".*"verdict":"accepted"' "$work/wire-$name" |
            sed "s/.*\"time\":\"\([0-9]*\).*\"src\":\"\([0-9.]*\)\".*\"mac\":\"\([0-9a-f:]*\)\".*/$name \2 \3 \1/" |
            grep -v -e ' 0\.0\.0\.0 '
    done
}

own_mac()
{
    cat "$INTERFACES_SYS/$1/address"
}

# The last query of this machine, or of others, on an interface: source, MAC, time.
query_of()
{
    if [ "$2" = own ]; then
        wire_queries | awk -v name="$1" -v mac="$(own_mac "$1")" '$1 == name && $3 == mac { found = $2 " " $3 " " $4 } END { print found }'
    else
        wire_queries | awk -v name="$1" -v mac="$(own_mac "$1")" '$1 == name && $3 != mac { found = $2 " " $3 " " $4 } END { print found }'
    fi
}

is_lower() # ADDRESS ADDRESS
{
    awk -v a="$1" -v b="$2" 'function number(text,    p) { split(text, p, /[.\/]/); return ((p[1] * 256 + p[2]) * 256 + p[3]) * 256 + p[4] }
        BEGIN { exit !(number(a) < number(b)) }'
}

heard_any()
{
    for name in $watched; do
        [ -z "$(query_of "$name" other)" ] || return 0
    done
    return 1
}

daemon_answers()
{
    [ "$socket" != none ] && "$build/igmpqctl" -s "$socket" -t 2 --json status >"$work/status" 2>/dev/null
}

look_for_queriers()
{
    check_config
    if daemon_answers; then
        if [ "$manager" = systemd ] && [ "$(service_is active)" = no ]; then
            process=$(value process <"$work/status" | head -n 1)
            fail_install "An igmpqd runs on this machine already, process $process, and not as $service_unit." \
                "End it (kill $process), then run this again."
        fi
        # It has listened for longer than anybody would wait here.
        return 0
    fi
    # and nothing follows from it for a configuration that stays
    [ "$listen" -gt 0 ] && [ "$config_action" != keep ] || return 0
    wire_watch "$listen"
    if [ -z "$wire_processes" ]; then
        setup_say 'No link to listen on; whether there is another querier is not known.'
        return 0
    fi
    setup_say "Listening for another querier, up to $listen s (--listen 0 skips this) ..."
    waited=0
    until [ "$waited" -ge "$listen" ] || heard_any; do
        sleep 1
        waited=$((waited + 1))
    done
    if ! heard_any; then
        setup_say "None was heard$([ "$listen" -ge 130 ] || echo '; many ask only once in 125 s')."
    fi
    for name in $watched; do
        tell_own_querier
        other=$(query_of "$name" other)
        [ -z "$other" ] || judge_querier "${other%% *}"
    done
    wire_stop
}

tell_own_querier()
{
    [ -n "$(query_of "$name" own)" ] || return 0
    if "$replace"; then return 0; fi
    setup_warn "$name: this machine itself asks already: igmp-querier, the querier of a bridge, or another program." \
        'Switch it off; two on one machine ask twice.'
}

# An address lower than ours has won already. One that is not would lose: that is for somebody to decide.
judge_querier() # ADDRESS, on interface $name
{
    own=$(field "$name" 6)
    if [ -z "$own" ] || is_lower "$1" "$own"; then
        setup_say "$name: another querier is there already: $1. It has the lower address, so it goes on asking, and igmpqd is" \
            'silent and takes over when it falls silent. That is how two of them should be.'
        return 0
    fi
    setup_say "$name: another querier is there already: $1. The lower address wins, which is this machine's (${own%/*})."
    if [ -n "$mode" ]; then
        setup_say "Mode \"$mode\" has been chosen."
        return 0
    fi
    setup_say 'Taking over from it is fine for a switch. For a router that brings television over IGMP (an IGMP proxy) it is' \
        'not: that forwards only while it is the querier itself. In mode "backup" igmpqd leaves it alone and takes over' \
        'when it falls silent.'
    if "$yes"; then
        mode=backup
        setup_say 'Taking mode "backup", since nothing else was said; --mode active takes over.'
        return 0
    fi
    while ask 'b for backup, a for active (take over), q to quit; Enter for backup:' b; do
        case $answer in
        [Bb] | backup) mode=backup ;;
        [Aa] | active) mode=active ;;
        [Qq] | quit) declined 'Not installed.' ;;
        *) continue ;;
        esac
        return 0
    done
    no_answer
}

# --- does it work -------------------------------------------------------------------------------------------

wire_wait_for_daemon()
{
    if [ "$socket" = none ]; then return 0; fi
    tries=0
    until daemon_answers; do
        [ "$tries" -lt "$1" ] || return 1
        tries=$((tries + 1))
        sleep 1
    done
}

segments()
{
    grep '"type":"segment"' "$work/status"
}

segment_value() # NAME KEY
{
    segments | grep -F "\"segment\":\"$1\"" | value "$2" | head -n 1
}

# Each segment has asked, or leaves that to somebody.
all_settled()
{
    daemon_answers || return 1
    for segment in $(segments | value segment); do
        name=${segment%%/*}
        case $(segment_value "$segment" state) in ready) ;; *) return 1 ;; esac
        [ "$(segment_value "$segment" role)" = non-querier ] || [ -n "$(query_of "$name" own)" ] || return 1
    done
}

tell_segment() # SEGMENT: 1 when it is not at work
{
    name=${1%%/*}
    role=$(segment_value "$1" role)
    own=$(query_of "$name" own)
    state=$(segment_value "$1" state)
    hosts=$(segment_value "$1" hosts)
    groups=$(segment_value "$1" groups)
    if [ "$state" != ready ]; then
        setup_say "$1: igmpqd waits there: $state. It begins by itself as soon as it can."
        return 1
    elif [ "$role" = non-querier ]; then
        elected=$(segments | grep -F "\"segment\":\"$1\"" | sed -n 's/.*"elected":{"address":"\([0-9.]*\)".*/\1/p')
        if [ -n "$elected" ]; then
            setup_say "$1: it works. $elected is the querier there; igmpqd is silent and takes over when that one falls silent."
        else
            setup_say "$1: it listens, as its mode ($(segment_value "$1" mode)) says, and takes over when no other querier is heard."
        fi
        return 0
    elif [ -z "$own" ]; then
        setup_say "$1: igmpqd is running, and no query was seen leaving. See its log: $(service_commands log)"
        return 1
    fi
    setup_say "$1: it works. A query left at $(date -d "@${own##* }" +%H:%M:%S 2>/dev/null || echo "${own##* }"), from ${own%% *}."
    if [ "${hosts:-0}" -gt 0 ]; then
        setup_say "    $hosts $(plural "$hosts" host) answered, and $(plural "$hosts" wants want) $groups $(plural "$groups" group): $(some_groups "$1")"
    else
        setup_say '    Nobody has answered, which is right where nothing on this network receives a stream now. If something' \
            "does, see \"Streams still stop\" in $guide."
    fi
}

plural() # NUMBER ONE [MANY]
{
    if [ "$1" -eq 1 ]; then echo "$2"; else echo "${3-$2s}"; fi
}

some_groups()
{
    "$build/igmpqctl" -s "$socket" -t 2 --json -S "$1" groups 2>/dev/null | grep '"type":"group"' | value group | sort -u |
        awk '{ if (NR <= 6) list = list (NR > 1 ? ", " : "") $1 } END { print list (NR > 6 ? " ..." : "") }'
}

show_work()
{
    status=0
    if [ "$socket" = none ]; then
        setup_say "igmpqd is running. Its control socket is switched off in $config, so that nothing more can be asked."
        next_steps
        exit 0
    fi
    tries=0
    until all_settled || [ "$tries" -ge 12 ]; do
        tries=$((tries + 1))
        sleep 1
    done
    if wire_queries | grep -q . && segments | grep -q '"role":"querier"'; then
        setup_say 'A query is out; the hosts have 10 s to answer ...'
        sleep 11
        daemon_answers
    fi
    setup_say ''
    "$build/igmpqctl" -s "$socket" status | sed 's/^/  | /'
    setup_say ''
    for segment in $(segments | value segment); do
        tell_segment "$segment" || status=4
    done
    if ! segments | grep -q .; then
        setup_say "igmpqd is running, and waits for its interfaces: $(printf '%s' "$watched" | tr '\n' ' ')"
        status=4
    fi
    wire_stop
    next_steps
    exit "$status"
}

next_steps()
{
    programs=
    case ":$PATH:" in *":$prefix/bin:"*) ;; *) programs=$prefix/bin/ ;; esac
    setup_say ''
    setup_say 'From here on:'
    setup_say "  sudo ${programs}igmpqctl watch     who is the querier, and who listens to what"
    if [ "$manager" = systemd ]; then
        setup_say "  $(service_commands log)     what it says"
        setup_say "  sudo systemctl reload igmpqd     after changing $config"
    elif service_script >/dev/null; then
        setup_say "  sudo $(service_commands reload)     after changing $config"
    fi
    setup_say "  $guide     what to set in the switch"
    setup_say "  sudo $prefix/share/igmpq/uninstall.sh     removes it (--purge: the configuration too)"
}
