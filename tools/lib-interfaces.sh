# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The network interfaces of this machine for tools/install.sh: what each of them is, which one suits a querier best, and
# why. Linux; reads /sys and asks ip(8), changes nothing. To be sourced, in POSIX sh.
#
#   interfaces_table         one line each, best first, with the fields
#                            score|name|kind|link|speed|address|default|obstacle
#                              kind      wired, wireless, bridge, bond, VLAN, virtual
#                              link      up, "no cable", down
#                              speed     in Mbit/s, empty where nobody knows
#                              address   the first IPv4 address with its length, or empty
#                              default   yes where the default route goes, else no
#                              obstacle  why it cannot be used, or empty; the score is 0 then
#   interfaces_similar NAME  of the names on standard input the one most like NAME, or nothing

INTERFACES_SYS=/sys/class/net

interface_read()
{
    cat "$INTERFACES_SYS/$1/$2" 2>/dev/null
}

# A device without hardware behind it. A bridge or a bond is as real as what is in it.
interface_is_virtual()
{
    case $(readlink -f "$INTERFACES_SYS/$1" 2>/dev/null) in
    */devices/virtual/*) ;;
    *) return 1 ;;
    esac
    for interface_part in "$INTERFACES_SYS/$1"/brif/* "$INTERFACES_SYS/$1"/lower_*; do
        [ -e "$interface_part" ] || continue
        interface_part=${interface_part##*/}
        case $(readlink -f "$INTERFACES_SYS/${interface_part#lower_}" 2>/dev/null) in
        */devices/virtual/*) ;;
        *) return 1 ;;
        esac
    done
    return 0
}

interface_kind()
{
    if [ -d "$INTERFACES_SYS/$1/wireless" ] || [ -e "$INTERFACES_SYS/$1/phy80211" ]; then
        echo wireless
    elif [ -d "$INTERFACES_SYS/$1/bridge" ]; then
        echo bridge
    elif [ -d "$INTERFACES_SYS/$1/bonding" ]; then
        echo bond
    elif grep -q '^DEVTYPE=vlan$' "$INTERFACES_SYS/$1/uevent" 2>/dev/null; then
        echo VLAN
    elif interface_is_virtual "$1"; then
        echo virtual
    else
        echo wired
    fi
}

interface_link()
{
    if [ $((0x0$(interface_read "$1" flags | sed 's/^0x//') & 1)) -eq 0 ]; then
        echo down
    elif [ "$(interface_read "$1" carrier)" = 0 ]; then
        echo 'no cable'
    else
        echo up
    fi
}

interface_obstacle()
{
    if [ $((0x0$(interface_read "$1" flags | sed 's/^0x//') & 8)) -ne 0 ]; then
        echo 'the loopback'
    elif [ "$(interface_read "$1" type)" != 1 ]; then
        echo 'not Ethernet'
    elif [ -d "$INTERFACES_SYS/$1/brport" ]; then
        printf 'a port of %s: use that one\n' "$(basename "$(readlink "$INTERFACES_SYS/$1/brport/bridge" || echo bridge)")"
    elif [ -d "$INTERFACES_SYS/$1/bonding_slave" ]; then
        printf 'a part of %s: use that one\n' "$(basename "$(readlink "$INTERFACES_SYS/$1/master" || echo bond)")"
    fi
}

# The order that a person would choose by: it can send (address, link), it is no radio, the network is there (default
# route), and it is hardware.
interface_score()
{
    interface_points=1
    [ -z "$address" ] || interface_points=$((interface_points + 1000))
    [ "$link" != up ] || interface_points=$((interface_points + 500))
    [ "$kind" = wireless ] || interface_points=$((interface_points + 250))
    [ "$default" = no ] || interface_points=$((interface_points + 120))
    interface_is_virtual "$1" || interface_points=$((interface_points + 100))
    [ "${speed:-1000}" -lt 1000 ] || interface_points=$((interface_points + 10))
    echo "$interface_points"
}

interfaces_table()
{
    interfaces_default=" $(ip -4 route show default 2>/dev/null |
        sed -n 's/.* dev \([^ ]*\).*/\1/p' | tr '\n' ' ')"
    for interface_path in "$INTERFACES_SYS"/*; do
        name=${interface_path##*/}
        # bonding_masters is a file there
        [ -d "$interface_path" ] || continue
        kind=$(interface_kind "$name")
        link=$(interface_link "$name")
        speed=$(interface_read "$name" speed | grep '^[1-9]')
        # of what exists in software only the number is made up
        if interface_is_virtual "$name"; then speed=; fi
        address=$(ip -4 addr show dev "$name" 2>/dev/null | awk '$1 == "inet" { print $2; exit }')
        default=no
        case $interfaces_default in *" $name "*) default=yes ;; esac
        obstacle=$(interface_obstacle "$name")
        score=0
        [ -n "$obstacle" ] || score=$(interface_score "$name")
        printf '%s|%s|%s|%s|%s|%s|%s|%s\n' "$score" "$name" "$kind" "$link" "$speed" "$address" "$default" "$obstacle"
    done | sort -t '|' -k 1,1nr -k 2,2
}

# The distance of Levenshtein, with neighbours that changed places counting as one change; more than half of the name
# is no likeness.
interfaces_similar()
{
    awk -v wanted="$1" '
        function least(a, b) { return a < b ? a : b }
        function distance(a, b,    i, j, d, cost) {
            for (i = 0; i <= length(a); i++) d[i, 0] = i
            for (j = 0; j <= length(b); j++) d[0, j] = j
            for (i = 1; i <= length(a); i++)
                for (j = 1; j <= length(b); j++) {
                    cost = substr(a, i, 1) != substr(b, j, 1)
                    d[i, j] = least(least(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost)
                    if (i > 1 && j > 1 && substr(a, i, 1) == substr(b, j - 1, 1) && substr(a, i - 1, 1) == substr(b, j, 1))
                        d[i, j] = least(d[i, j], d[i - 2, j - 2] + 1)
                }
            return d[length(a), length(b)]
        }
        BEGIN { best = length(wanted) / 2 + 0.5 }
        { far = distance(tolower(wanted), tolower($1)); if (far < best) { best = far; found = $1 } }
        END { if (found != "") print found }'
}
