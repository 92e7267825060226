#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Removes what tools/install.sh has installed, by the record that it left. See --help.
set -u

# Beside this script, in the checkout as in the folder where it was installed.
# shellcheck source=lib-setup.sh
. "$(dirname "$0")/lib-setup.sh"
# shellcheck source=lib-service.sh
. "$(dirname "$0")/lib-service.sh"

usage()
{
    cat <<'END'
Usage: sudo ./tools/uninstall.sh [options]

Stops the service and removes every file that tools/install.sh has installed. The configuration and the account igmpq
stay, unless --purge is given. When igmpq is not installed there is nothing to do, which is no error.

  -y, --yes         ask nothing
      --purge       remove the configuration, also an edited one, and the account igmpq as well
      --restore-igmp-querier
                    enable and start the daemon igmp-querier again, as it was before install.sh stopped it; without
                    it: asked, and with --yes left as it is
      --prefix DIR  where igmpq was installed, /usr/local by default
      --sysconfdir DIR
                    the directory of igmpqd.conf for --purge where no installation is found, /etc by default
      --dry-run     show what would be done, and end
  -h, --help        this text

Exit status: 0 removed, or there was nothing to remove; 1 something could not be removed, see the last lines; 2 wrong
usage; 3 the answer was no, or there was none, and nothing was changed; 130 interrupted: run it again.
END
}

wrong_usage()
{
    setup_warn "uninstall.sh: $*"
    setup_warn 'Try uninstall.sh --help'
    exit 2
}

yes=false
purge=false
restore=false
dry_run=false
sysconfdir=/etc
prefix=/usr/local
# The installed copy knows where it is.
case $(cd "$(dirname "$0")" && pwd -P) in
*/share/igmpq) prefix=$(cd "$(dirname "$0")/../.." && pwd -P) ;;
esac
while [ $# -gt 0 ]; do
    case $1 in
    -y | --yes) yes=true ;;
    --purge) purge=true ;;
    --restore-igmp-querier) restore=true ;;
    --dry-run) dry_run=true ;;
    --prefix | --sysconfdir)
        [ $# -ge 2 ] || wrong_usage "$1 needs a directory"
        case $1 in
        --prefix) prefix=$2 ;;
        --sysconfdir) sysconfdir=$2 ;;
        esac
        shift
        ;;
    --prefix=*) prefix=${1#*=} ;;
    --sysconfdir=*) sysconfdir=${1#*=} ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) wrong_usage "unknown option $1" ;;
    esac
    shift
done

record=$prefix/share/igmpq/installed
manager=$(service_manager)
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'setup_warn "Interrupted. Run this again to remove the rest."; exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

config=$(record_value "$record" config)
config=${config:-$sysconfdir/igmpqd.conf}
was_predecessor=$(record_value "$record" predecessor | tail -n 1)

# The account is removed where install.sh made it. Without a record nobody knows, so that it goes where nothing is left
# that would use it.
user_goes()
{
    "$purge" && user_exists || return 1
    if [ -e "$record" ]; then [ -n "$(record_value "$record" user)" ]; else ! PATH=$PATH:/usr/sbin command -v igmpqd >/dev/null; fi
}

config_goes()
{
    "$purge" && [ -e "$config" ] || return 1
    [ -e "$record" ] || ! PATH=$PATH:/usr/sbin command -v igmpqd >/dev/null
}

# The script for an init that is not systemd was installed here.
has_script()
{
    service_script >/dev/null && record_value "$record" file | grep -qx /etc/init.d/igmpqd
}

show_plan()
{
    setup_say 'This will'
    if [ -e "$record" ]; then
        if [ "$manager" = systemd ] || has_script; then setup_say "  - stop and disable igmpqd"; fi
        setup_say "  - remove igmpq $(record_value "$record" version) from $prefix: $(record_value "$record" file | wc -l) files"
    fi
    if config_goes; then
        setup_say "  - remove $config"
    elif [ -e "$config" ]; then
        setup_say "  - leave $config where it is (--purge removes it)"
    fi
    if user_goes; then
        setup_say "  - remove the account $service_user"
    elif user_exists && [ -n "$(record_value "$record" user)" ]; then
        setup_say "  - leave the account $service_user (--purge removes it)"
    elif user_exists; then
        setup_say "  - leave the account $service_user, which this installation did not make"
    fi
    if "$restore"; then setup_say "  - enable $predecessor_unit again, as it was"; fi
}

ask_predecessor()
{
    if [ -z "$was_predecessor" ] || [ "$was_predecessor" = 'no no' ] || ! predecessor_file >/dev/null || [ "$manager" != systemd ]; then
        restore=false
    elif ! "$restore" && ! "$yes" && ! "$dry_run"; then
        agree "install.sh has disabled the daemon igmp-querier. Enable it again?"
        case $? in
        0) restore=true ;;
        2) no_answer ;;
        esac
    fi
}

no_answer()
{
    setup_say 'Nothing was changed, since nobody answered. To remove it without questions: --yes'
    exit 3
}

stop_service()
{
    if has_script; then
        for action in stop disable; do
            sh -c "$(service_commands $action)" >"$work/problem" 2>&1 || {
                setup_warn "Cannot $action igmpqd: $(cat "$work/problem")"
                status=1
            }
        done
    fi
    [ "$manager" = systemd ] || return 0
    # those on one interface each belong to this installation as well, enabled or only running
    instances=$({
        find /etc/systemd/system -name 'igmpqd@*.service' -type l 2>/dev/null | sed 's,.*/,,'
        systemctl list-units --plain --no-legend 'igmpqd@*.service' 2>/dev/null | awk '{ print $1 }'
    } | sort -u)
    for unit in "$service_unit" $instances; do
        systemctl disable --now "$unit" >"$work/problem" 2>&1 || {
            # its file may be gone already
            record_value "$record" file | grep -q "/$service_unit$" || continue
            setup_warn "Cannot stop $unit: $(cat "$work/problem")"
            status=1
        }
    done
}

remove_files()
{
    record_value "$record" file >"$work/files"
    while IFS= read -r file; do
        rm -f "$file" || status=1
    done <"$work/files"
    [ "$status" -eq 0 ] || return 0
    record_value "$record" folder | awk '{ print length($0), $0 }' | sort -rn | cut -d ' ' -f 2- >"$work/folders"
    if config_goes; then rm -f "$config" || status=1; fi
    # last, so that what was interrupted can be taken up again
    rm -f "$record"
    while IFS= read -r folder; do
        rmdir "$folder" 2>/dev/null
    done <"$work/folders"
    [ "$manager" != systemd ] || systemctl daemon-reload
}

ask_predecessor
if ! [ -e "$record" ]; then
    setup_say "igmpq is not installed in $prefix (there is no $record)."
    if ! config_goes && ! user_goes; then
        setup_say 'There is nothing to do.'
        exit 0
    fi
fi
show_plan
if "$dry_run"; then
    setup_say 'Nothing was changed (--dry-run).'
    exit 0
fi
setup_need_root 'remove a service'
if ! "$yes"; then
    agree 'Go on?'
    case $? in
    1)
        setup_say 'Nothing was changed.'
        exit 3
        ;;
    2) no_answer ;;
    esac
fi

status=0
work=$(setup_work_folder igmpq-uninstall) || setup_fail "Cannot make a directory in ${TMPDIR:-/tmp}; set TMPDIR to another."
user_goes && remove_user=true || remove_user=false
if [ -e "$record" ]; then
    stop_service
    remove_files
elif config_goes; then
    rm -f "$config" || status=1
fi
if "$remove_user"; then
    user_remove >"$work/problem" 2>&1 || {
        setup_warn "Cannot remove the account $service_user: $(cat "$work/problem")"
        status=1
    }
fi
# what the service leaves there for the next start
rmdir /run/igmpq 2>/dev/null
if "$restore"; then
    # shellcheck disable=SC2086 # two words
    if predecessor_restore $was_predecessor >"$work/problem" 2>&1; then
        setup_say "$predecessor_unit is back as it was."
    else
        setup_warn "Cannot start $predecessor_unit again: $(cat "$work/problem")"
        status=1
    fi
elif [ -n "$was_predecessor" ] && [ "$was_predecessor" != 'no no' ] && predecessor_file >/dev/null; then
    setup_say "$predecessor_unit is still disabled. To have it back: systemctl enable --now igmp-querier"
fi
if [ "$status" -eq 0 ]; then
    setup_say 'igmpq has been removed.'
else
    setup_warn 'Not all was removed: see above, then run this again.'
fi
exit "$status"
