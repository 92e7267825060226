#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds igmpq, installs it as a service of this machine on an interface that is chosen here, starts it, and shows that it
# works. What fails is undone. See --help.
#
# shellcheck disable=SC2317 # clean_up and interrupted are called by traps
set -u

# shellcheck source=lib-setup.sh
. "$(dirname "$0")/lib-setup.sh"
# shellcheck source=lib-interfaces.sh
. "$SETUP_TOP/tools/lib-interfaces.sh"
# shellcheck source=lib-choose.sh
. "$SETUP_TOP/tools/lib-choose.sh"
# shellcheck source=lib-service.sh
. "$SETUP_TOP/tools/lib-service.sh"
# shellcheck source=lib-install.sh
. "$SETUP_TOP/tools/lib-install.sh"
# shellcheck source=lib-wire.sh
. "$SETUP_TOP/tools/lib-wire.sh"

usage()
{
    cat <<'END'
Usage: sudo ./tools/install.sh [options]

Shows the interfaces of this machine and recommends one, asks, builds igmpq (installing what the build needs, on Debian
and Ubuntu), listens for another querier, installs the programs, the account igmpq and the service, starts it, and shows
that it works. Again, it is an update, which keeps the configuration. tools/uninstall.sh removes it again.
Where OpenRC or the init of System V runs instead of systemd, it installs their script and says how to start it.

  -i, --interface NAME  query on this interface; repeat it for more, or separate them by commas
  -y, --yes             ask nothing: take the recommended interface, where none is named, and do what is safe
      --mode MODE       active, listen-first, backup or passive, see igmpqd(8); without it active, or, beside a querier
                        that active would displace: asked, and with --yes backup, which leaves it alone
      --listen SECONDS  how long to listen for another querier; ends at the first one. 130 by default, which is a
                        little more than what the RFCs put between two queries; 0 does not listen
      --replace-igmp-querier
                        stop and disable the daemon igmp-querier where it is found; without it: asked, and with
                        --yes left alone
      --prefix DIR      where to install, /usr/local by default
      --sysconfdir DIR  the directory of igmpqd.conf, /etc by default
      --build DIR       install from this directory, where igmpq has been built, with the prefix and sysconfdir
                        that it was configured with
      --force-config    write igmpqd.conf anew where somebody has edited it; the old one is kept beside it
      --no-start        install only: neither enable nor start the service
      --dry-run         show the interfaces and what would be done, and end
  -h, --help            this text

Nothing is sent on an interface before the service starts there: until then it is only listened to.

Exit status:
  0    installed, and where it was started, seen at work
  1    failed; what had been done has been undone, and the last lines say what to do
  2    wrong usage, such as an interface that does not exist
  3    the answer was no, or there was none (end of input); nothing was changed
  4    installed and started, but not seen at work yet; the last lines say what to look at
  130  interrupted (also 143, 129); what had been done has been undone
END
}

wrong_usage()
{
    setup_warn "tools/install.sh: $*"
    setup_warn 'Try ./tools/install.sh --help'
    exit 2
}

wanted=
yes=false
mode=
listen=130
replace=false
prefix=
sysconfdir=
build=
force_config=false
start=true
dry_run=false
while [ $# -gt 0 ]; do
    option=$1
    value=
    case $option in
    --*=*)
        value=${option#*=}
        option=${option%%=*}
        ;;
    -i | --interface | --mode | --listen | --prefix | --sysconfdir | --build)
        [ $# -ge 2 ] || wrong_usage "$option needs a value"
        value=$2
        shift
        ;;
    esac
    case $option in
    -i | --interface) wanted="$wanted $(printf '%s' "$value" | tr ',' ' ')" ;;
    -y | --yes) yes=true ;;
    --mode) mode=$value ;;
    --listen) listen=$value ;;
    --replace-igmp-querier) replace=true ;;
    --prefix) prefix=$value ;;
    --sysconfdir) sysconfdir=$value ;;
    --build) build=$value ;;
    --force-config) force_config=true ;;
    --no-start) start=false ;;
    --dry-run) dry_run=true ;;
    -h | --help)
        usage
        exit 0
        ;;
    *) wrong_usage "unknown option $1" ;;
    esac
    case $1 in
    -y=* | --yes=* | --replace-igmp-querier=* | --force-config=* | --no-start=* | --dry-run=*) wrong_usage "$option takes no value" ;;
    esac
    shift
done
case $mode in
'' | active | listen-first | backup | passive) ;;
*) wrong_usage "--mode: \"$mode\" is none of active, listen-first, backup and passive" ;;
esac
case $listen in
'' | *[!0-9]* | ?????*) wrong_usage "--listen: \"$listen\" is not a whole number of seconds" ;;
esac
for folder in "$prefix" "$sysconfdir"; do
    case $folder in
    '' | /*) ;;
    *) wrong_usage "\"$folder\" is not the whole path of a directory: it begins without /" ;;
    esac
done

[ "$(uname -s)" = Linux ] ||
    setup_fail "This script is for Linux, and this is $(uname -s). Here: ./configure, make, make install; see README.md."
command -v ip >/dev/null 2>&1 || PATH=$PATH:/usr/sbin:/sbin
command -v ip >/dev/null 2>&1 || setup_fail 'The program ip is missing: install iproute2, then run this again.'
if [ -n "$build" ]; then
    if ! [ -x "$build/igmpqd" ] || ! [ -f "$build/Makefile" ]; then
        setup_fail "There is no built igmpq in $build (from --build). Build it there with ./configure and make."
    fi
    build=$(cd "$build" && pwd -P) || exit 1
    read_build_folders
fi
prefix=${prefix:-/usr/local}
sysconfdir=${sysconfdir:-/etc}
config=$sysconfdir/igmpqd.conf
record=$prefix/share/igmpq/installed
manager=$(service_manager)

# --- ends -------------------------------------------------------------------------------------------------

work=
undo=
lock=

clean_up()
{
    trap '' INT TERM HUP
    wire_stop
    [ -z "$undo" ] || undo_all
    [ -z "$work" ] || rm -rf "$work"
    [ -z "$lock" ] || rm -rf "$lock"
}

interrupted()
{
    # a signal may come while the output of a step goes elsewhere
    exec >&3 2>&4
    setup_say ''
    if [ -n "$undo" ]; then
        setup_say 'Interrupted.'
    elif [ "$stage" = shown ]; then
        setup_say 'Interrupted. igmpq is installed and running; only the look at its work was cut short.'
    else
        setup_say 'Interrupted. Nothing was changed.'
    fi
    exit "$1"
}
stage=asked
exec 3>&1 4>&2
trap clean_up EXIT
trap 'interrupted 130' INT
trap 'interrupted 143' TERM
trap 'interrupted 129' HUP

declined()
{
    setup_say "$1 Nothing was changed."
    exit 3
}

no_answer()
{
    setup_say 'Nothing was changed, since nobody answered. To install without questions: --interface NAME --yes'
    exit 3
}

# --- what there is already ----------------------------------------------------------------------------------

predecessor_ask()
{
    predecessor_find || {
        replace=false
        return 0
    }
    setup_say "igmp-querier, the daemon that igmpqd replaces, is on this machine: $predecessor (active: $predecessor_active," \
        "enabled at boot: $predecessor_enabled)."
    setup_say 'Two queriers on one machine ask twice, and each takes the other for a stranger.'
    case $predecessor in
    /*) ;;
    *)
        replace=false
        setup_warn "It has no unit of systemd. End it: kill ${predecessor#process }, and keep it from being started again."
        return 0
        ;;
    esac
    if [ "$predecessor_active$predecessor_enabled" = nono ]; then
        replace=false
        setup_say 'It is off already, and stays as it is.'
    elif ! "$replace" && "$yes"; then
        setup_warn 'It is left alone, since nothing else was said. To stop and disable it: --replace-igmp-querier'
    elif ! "$replace" && ! "$dry_run"; then
        agree 'Stop and disable it? Its files stay, and uninstall.sh offers to enable it again.'
        case $? in
        0) replace=true ;;
        2) no_answer ;;
        esac
    fi
}

# Unchanged since this script wrote it, edited (or written by somebody else), or absent.
find_config()
{
    config_state=absent
    [ -e "$config" ] || return 0
    config_state=edited
    [ "$(record_value "$record" config-sum)" != "$(cksum <"$config")" ] || config_state=ours
}

# Where it goes from here: write, keep, or replace (with a copy of the old one).
decide_config()
{
    case $config_state in
    absent) config_action='write' ;;
    ours)
        config_action=keep
        if [ -n "$wanted$mode" ] || "$force_config"; then config_action='write'; fi
        ;;
    edited)
        config_action=keep
        if "$force_config"; then config_action=replace; fi
        ;;
    esac
    # of what was written here before, what is not said anew stays
    if [ "$config_state-$config_action" = ours-write ]; then
        [ -n "$interfaces" ] || interfaces=$(record_value "$record" interfaces)
        [ -n "$mode" ] || mode=$(record_value "$record" mode)
    fi
    if [ "$config_action" = keep ] && [ -n "$wanted$mode" ]; then
        setup_warn "Note: $config has been edited, and is kept as it is:${wanted:+ --interface}${mode:+ --mode} had no effect." \
            '--force-config writes it anew and keeps a copy of the old one.'
    fi
}

show_plan()
{
    setup_say 'This will'
    if [ -z "$build" ]; then
        missing=$(setup_missing build | tr '\n' ',' | sed 's/,$//; s/,/, /g')
        [ -z "$missing" ] || setup_say "  - install what the build needs: $missing"
        setup_say "  - build igmpq, and install it in $prefix"
    else
        setup_say "  - install igmpq from $build in $prefix"
    fi
    user_exists || setup_say "  - make the account $service_user, which nobody can log in to, for the service"
    case $config_action in
    write) setup_say "  - write $config, for $(printf '%s' "$interfaces" | sed 's/^ //; s/ /, /g')${mode:+, mode $mode}" ;;
    replace) setup_say "  - write $config, for $(printf '%s' "$interfaces" | sed 's/^ //; s/ /, /g')${mode:+, mode $mode}, and keep a copy of the old one" ;;
    keep) setup_say "  - keep $config as it is" ;;
    esac
    if "$replace"; then setup_say "  - stop and disable $predecessor_unit"; fi
    if ! "$start"; then
        :
    elif [ "$manager" = systemd ]; then
        setup_say "  - enable and start $service_unit, and look whether it works"
    elif service_script >/dev/null; then
        setup_say '  - install /etc/init.d/igmpqd, and tell how to start it, where there is no systemd'
    else
        setup_say '  - tell how to start it here, where there is no systemd'
    fi
}

# --- the way ------------------------------------------------------------------------------------------------

table=
best=
inherited=
config_action=
predecessor_find || :
find_config
recommend
show_interfaces
if [ "$config_state" = absent ] && [ -z "$wanted" ] && [ -n "$best" ]; then why_recommended; fi
select_interfaces
decide_config
predecessor_ask
show_plan
if "$dry_run"; then
    setup_say 'Nothing was changed (--dry-run).'
    exit 0
fi
setup_need_root 'install a service'
if other=$(other_package); then
    setup_fail "igmpq is on this machine already, from $other. Nothing was changed."
fi
if ! "$yes"; then
    agree 'Nothing has been changed so far. Go on?'
    case $? in
    1) declined 'Not installed.' ;;
    2) no_answer ;;
    esac
fi

take_lock
work=$(setup_work_folder igmpq-install) || setup_fail "Cannot make a directory in ${TMPDIR:-/tmp}; set TMPDIR to another."
make_programs
stage_files
look_for_queriers
install_all
if [ "$manager" != systemd ] || ! "$start"; then
    finish_without_start
fi
start_service
show_work
