# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The part of tools/install.sh that shows the interfaces of this machine and settles on which of them the querier runs. It
# belongs to install.sh, whose variables it uses: table (of lib-interfaces.sh), best, wanted, yes and others.
#
#   field NAME NUMBER      a field of an interface in the table
#   recommend              sets table, best (empty where none suits) and inherited, the interface of the predecessor
#   show_interfaces        the table for people
#   why_recommended        one line
#   select_interfaces      sets interfaces, asking where nothing was said; empty where a configuration stays
#
# shellcheck disable=SC2154 # variables of install.sh

field()
{
    printf '%s\n' "$table" | awk -F '|' -v name="$1" -v number="$2" '$2 == name { print $number }'
}

usable()
{
    printf '%s\n' "$table" | awk -F '|' '$8 == "" && $2 != "" { print $2 }'
}

nth()
{
    usable | sed -n "${1}p"
}

show_interfaces()
{
    setup_say 'Interfaces of this machine:'
    setup_say ''
    printf '%s\n' "$table" | awk -F '|' -v best="$best" '
        BEGIN { printf "      %-15s %-9s %-10s %-19s %s\n", "name", "link", "Mbit/s", "address", "what it is" }
        $2 == "" { next }
        $8 != "" { left = left (left == "" ? "" : ", ") $2 " (" $8 ")"; next }
        { printf "  %2d%s %-15s %-9s %-10s %-19s %s%s\n", ++number, $2 == best ? "*" : " ", $2, $4, $5 == "" ? "-" : $5,
              $6 == "" ? "-" : $6, $3, $7 == "yes" ? ", default route" : "" }
        END { if (left != "") printf "\n  Not for a querier: %s\n", left }'
    setup_say ''
}

# Only what can work at once is recommended: it has an address and a link, and is no radio.
recommend()
{
    table=$(interfaces_table)
    best=$(printf '%s\n' "$table" | awk -F '|' '$8 == "" && $6 != "" && $4 == "up" && $3 != "wireless" { print $2; exit }')
    inherited=$(predecessor_interface)
    if [ -n "$inherited" ] && usable | grep -qxF -e "$inherited"; then best=$inherited; fi
}

why_recommended()
{
    if [ "$best" = "$inherited" ]; then
        setup_say "Recommended: $best. igmp-querier, which igmpqd replaces, is set to it."
        return
    fi
    why='It has an address and a link'
    if [ "$(usable | wc -l)" -eq 1 ]; then
        why="$why, and it is the only one"
    elif [ "$(field "$best" 7)" = yes ]; then
        why="$why, it is not wireless, and the default route goes there"
    else
        why="$why, and it is not wireless"
    fi
    setup_say "Recommended: $best. $why."
}

check_interface()
{
    if [ -n "$(field "$1" 8)" ]; then
        setup_warn "$1 is not for a querier: $(field "$1" 8)."
        return 1
    elif [ -z "$(field "$1" 2)" ]; then
        likely=$(usable | interfaces_similar "$1")
        setup_warn "There is no interface \"$1\".${likely:+ Did you mean $likely?} There are: $(usable | tr '\n' ' ')"
        return 1
    fi
}

# What is odd about an interface that somebody chose; it is taken nevertheless.
caution()
{
    case $(field "$1" 3) in
    wireless)
        setup_warn "Note: $1 is wireless. Switches and access points send every stream of the network to the querier, and" \
            'radio may lose queries. A wired machine is better.'
        ;;
    esac
    case $(field "$1" 4) in
    down) setup_warn "Note: $1 is down. igmpqd waits until it is up (ip link set $1 up)." ;;
    'no cable') setup_warn "Note: $1 has no link. igmpqd waits until there is one." ;;
    esac
    [ -n "$(field "$1" 6)" ] || setup_warn "Note: $1 has no IPv4 address. igmpqd waits until it has one."
    case $(field "$1" 5) in
    10 | 100)
        setup_warn "Note: $1 has $(field "$1" 5) Mbit/s. Switches send every stream of the network to the querier's port: all" \
            'together they must be less than that.'
        ;;
    esac
}

add_interface() # NAME, once
{
    case "$interfaces " in *" $1 "*) ;; *) interfaces="$interfaces $1" ;; esac
}

choose_interfaces()
{
    while ask "On which? Numbers or names; ${best:+Enter for $best, }q to quit:" "$best"; do
        interfaces=
        for word in $(printf '%s' "$answer" | tr ',' ' '); do
            case $word in
            [Qq] | [Qq]uit) declined 'Not installed.' ;;
            [0-9] | [0-9][0-9])
                name=$(nth "$word")
                [ -n "$name" ] || setup_warn "There is no number $word in the list."
                ;;
            *)
                name=
                if check_interface "$word"; then name=$word; fi
                ;;
            esac
            if [ -z "$name" ]; then
                interfaces=
                break
            fi
            add_interface "$name"
        done
        [ -z "$interfaces" ] || return 0
    done
    no_answer
}

select_interfaces()
{
    interfaces=
    if [ -n "$wanted" ]; then
        for name in $wanted; do
            check_interface "$name" || exit 2
            add_interface "$name"
        done
    elif [ "$config_state" != absent ] && ! "$force_config"; then
        return 0
    elif [ -z "$(usable)" ]; then
        setup_fail 'This machine has no interface that a querier could use: one with Ethernet, wired or a bridge.' \
            'Nothing was changed.'
    elif "$yes" || "$dry_run"; then
        [ -n "$best" ] || setup_fail 'No interface is wired, has a link and an IPv4 address, so none is taken without asking.' \
            'Name one with --interface. Nothing was changed.'
        interfaces=$best
    else
        choose_interfaces
    fi
    for name in $interfaces; do
        caution "$name"
    done
}
