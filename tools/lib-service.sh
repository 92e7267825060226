# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# What tools/install.sh and tools/uninstall.sh share: the manager of services, the account, the predecessor, the record of
# an installation, questions. To be sourced after lib-setup.sh, in POSIX sh.
#
#   service_manager           print systemd, openrc, sysv or none
#   service_commands ACTION   print what a person types for enable, start, stop, disable, log or status, for this manager
#   service_script            print the name of the script in etc/init for this manager; false where none is needed or there is none
#   user_exists               whether the account igmpq is there
#   user_make, user_remove    make and remove it, and its group
#   predecessor_find          true when the daemon igmp-querier is on this machine; sets predecessor (what was found, in
#                             words), predecessor_active and predecessor_enabled (yes or no)
#   predecessor_interface     print the interface that its unit names, if it does
#   predecessor_stop          stop and disable it
#   predecessor_restore ENABLED ACTIVE   what it was before
#   other_package             print the package that has installed igmpq on this machine; false if none
#   ask QUESTION DEFAULT      print the question, read one line into answer; false at the end of input
#   agree QUESTION            the same for yes or no, where Enter is yes: 0 yes, 1 no, 2 end of input
#   record_value FILE KEY     print the rest of the lines of a record that begin with KEY
#
# shellcheck disable=SC2034 # variables for those that source this

service_user=igmpq
service_unit=igmpqd.service
predecessor_unit=igmp-querier.service

service_manager()
{
    if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
        echo systemd
    elif [ -e /run/openrc/softlevel ] && command -v rc-service >/dev/null 2>&1; then
        echo openrc
    elif [ -d /etc/init.d ] && command -v update-rc.d >/dev/null 2>&1; then
        echo sysv
    else
        echo none
    fi
}

service_commands()
{
    case $(service_manager)-$1 in
    systemd-log) echo 'journalctl -u igmpqd -f' ;;
    systemd-*) echo "systemctl $1 igmpqd" ;;
    openrc-enable) echo 'rc-update add igmpqd default' ;;
    openrc-disable) echo 'rc-update del igmpqd' ;;
    openrc-*) echo "rc-service igmpqd $1" ;;
    sysv-enable) echo 'update-rc.d igmpqd defaults' ;;
    sysv-disable) echo 'update-rc.d -f igmpqd remove' ;;
    sysv-*) echo "/etc/init.d/igmpqd $1" ;;
    esac
}

service_script()
{
    case $(service_manager) in
    openrc) echo igmpqd.openrc ;;
    sysv) echo igmpqd.sysv ;;
    *) return 1 ;;
    esac
}

user_exists()
{
    id -u "$service_user" >/dev/null 2>&1
}

# Each system has one of these three. None of them makes a home or a shell to log in with.
user_make()
{
    PATH=$PATH:/usr/sbin:/sbin
    if command -v systemd-sysusers >/dev/null 2>&1; then
        systemd-sysusers "$SETUP_TOP/etc/sysusers.d/igmpq.conf"
    elif command -v useradd >/dev/null 2>&1; then
        useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin "$service_user"
    elif command -v adduser >/dev/null 2>&1; then
        addgroup -S "$service_user" && adduser -S -D -H -h / -s /sbin/nologin -G "$service_user" "$service_user"
    else
        return 1
    fi
}

user_remove()
{
    PATH=$PATH:/usr/sbin:/sbin
    if command -v userdel >/dev/null 2>&1; then
        userdel "$service_user"
    else
        deluser "$service_user"
    fi || return 1
    # goes with the user where it is the user's own
    if grep -q "^$service_user:" /etc/group; then
        if command -v groupdel >/dev/null 2>&1; then groupdel "$service_user"; else delgroup "$service_user"; fi
    fi
}

predecessor_file()
{
    for predecessor_path in /etc/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
        if [ -f "$predecessor_path/$predecessor_unit" ]; then
            echo "$predecessor_path/$predecessor_unit"
            return 0
        fi
    done
    return 1
}

predecessor_find()
{
    predecessor=
    predecessor_active=no
    predecessor_enabled=no
    # one that somebody started by hand has no unit
    predecessor_process=$(for predecessor_path in /proc/[0-9]*/cmdline; do
        tr '\0' ' ' <"$predecessor_path" | grep -q 'python.*igmp[_-]querier' && basename "${predecessor_path%/cmdline}"
    done 2>/dev/null | head -n 1)
    if predecessor_path=$(predecessor_file); then
        predecessor=$predecessor_path
        if [ "$(service_manager)" = systemd ]; then
            if systemctl is-active --quiet "$predecessor_unit" 2>/dev/null; then predecessor_active=yes; fi
            if systemctl is-enabled --quiet "$predecessor_unit" 2>/dev/null; then predecessor_enabled=yes; fi
        fi
    elif [ -n "$predecessor_process" ]; then
        predecessor="process $predecessor_process"
    else
        return 1
    fi
}

predecessor_interface()
{
    predecessor_path=$(predecessor_file) || return 0
    sed -n -e 's/^ExecStart=.* --interface[ =]\([^ ]*\).*/\1/p' -e 's/^ExecStart=.* -i *\([^ ]*\).*/\1/p' \
        "$predecessor_path" | tail -n 1
}

predecessor_stop()
{
    [ -e "${predecessor:-none}" ] || return 1
    systemctl disable --now "$predecessor_unit"
}

predecessor_restore()
{
    [ "$1" = no ] || systemctl enable "$predecessor_unit" || return 1
    [ "$2" = no ] || systemctl start "$predecessor_unit"
}

# Two installations of one program would fight for its configuration and its service.
other_package()
{
    if command -v dpkg-query >/dev/null 2>&1; then
        case $(dpkg-query -W -f '${db:Status-Status}' igmpq 2>/dev/null) in
        installed)
            echo 'the Debian package igmpq; "apt-get install igmpq" updates it, "apt-get remove igmpq" removes it'
            return 0
            ;;
        esac
    fi
    if command -v rpm >/dev/null 2>&1 && rpm -q igmpq >/dev/null 2>&1; then
        echo 'the RPM package igmpq; "dnf update igmpq" updates it, "dnf remove igmpq" removes it'
    elif command -v apk >/dev/null 2>&1 && apk info -e igmpq >/dev/null 2>&1; then
        echo 'the Alpine package igmpq; "apk upgrade igmpq" updates it, "apk del igmpq" removes it'
    else
        return 1
    fi
}

ask()
{
    printf '%s ' "$1"
    answer=
    if ! IFS= read -r answer && [ -z "$answer" ]; then
        printf '\n'
        return 1
    fi
    [ -n "$answer" ] || answer=$2
}

agree()
{
    while ask "$1 [Y/n]" y; do
        case $answer in
        [Yy] | [Yy][Ee][Ss]) return 0 ;;
        [Nn] | [Nn][Oo]) return 1 ;;
        esac
        setup_say 'Please answer y for yes or n for no.'
    done
    return 2
}

record_value()
{
    sed -n "s/^$2 //p" "$1" 2>/dev/null
}
