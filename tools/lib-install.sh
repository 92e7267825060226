# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The part of tools/install.sh that changes this machine. All files are made ready in a folder first; then each step is
# written down before it is done, so that a failure or Ctrl-C at any point undoes what was done, last step first.
# It belongs to install.sh, whose variables it uses: work, undo, stage, prefix, config and others.
#
#   read_build_folders   prefix and sysconfdir that the folder of --build was configured with
#   take_lock            one installation at a time, or exit
#   make_programs        build, unless --build names a folder
#   stage_files          what is to be installed, below $work/stage
#   check_config         a configuration that is kept must suit the new igmpqd; sets watched and socket
#   install_all          put it in place: files, account, configuration, record
#   undo_all             the way back
#   retire_predecessor   stop and disable igmp-querier where that was agreed
#   finish_without_start, start_service   the ends
#
# shellcheck disable=SC2034,SC2154 # variables of install.sh

fail_install()
{
    setup_warn "$@"
    [ -n "$undo" ] || setup_warn 'Nothing was changed.'
    exit 1
}

read_build_folders()
{
    # shellcheck disable=SC2016 # expanded by make
    built=$(cd "$build" && printf 'include Makefile\nigmpq-folders:\n\t@echo "$(prefix)|$(sysconfdir)"\n' |
        make -s -f - igmpq-folders 2>/dev/null) || setup_fail "Cannot read $build/Makefile (from --build) with make."
    if [ "${prefix:-${built%%|*}}|${sysconfdir:-${built#*|}}" != "$built" ]; then
        setup_fail "What is in $build was configured with --prefix=${built%%|*} --sysconfdir=${built#*|}, which cannot be" \
            'changed when it is installed. Leave these options out, or build it anew.'
    fi
    prefix=${built%%|*}
    sysconfdir=${built#*|}
}

take_lock()
{
    lock=/run/igmpq-install.lock
    [ -d /run ] || lock=/tmp/igmpq-install.lock
    if ! mkdir "$lock" 2>/dev/null; then
        other=$(cat "$lock/process" 2>/dev/null)
        if kill -0 "${other:-none}" 2>/dev/null; then
            lock=
            fail_install "Another installation of igmpq is running, process $other. Wait until it has ended."
        fi
        # left behind by one that was killed
        rm -rf "$lock"
        mkdir "$lock" || { lock=; fail_install 'Cannot make a lock in /run.'; }
    fi
    echo $$ >"$lock/process"
}

make_programs()
{
    [ -z "$build" ] || return 0
    setup_install build ||
        fail_install 'The build needs these. When another program holds the package manager, try again later.'
    setup_say 'Building igmpq; this takes a minute, on a small machine a few ...'
    if ! setup_build "$work" --prefix="$prefix" --sysconfdir="$sysconfdir"; then
        work= # its log stays
        fail_install 'igmpq was not built; the lines above say why.'
    fi
    build=$work/build
}

# systemd does not look into the folders of every prefix.
unit_folder()
{
    case $prefix in
    /usr | /usr/local) echo "$prefix/lib/systemd/system" ;;
    *) echo /etc/systemd/system ;;
    esac
}

in_sed()
{
    printf '%s' "$1" | sed 's/[\\&,]/\\&/g'
}

stage_files()
{
    staged=$work/stage
    umask 022
    if ! make -C "$build" install DESTDIR="$staged" >"$work/install.log" 2>&1 </dev/null; then
        tail -n 15 "$work/install.log" >&2
        fail_install "\"make install\" failed in $build; the lines above say why."
    fi
    version=$("$build/igmpqd" --version | sed -n '1s/^igmpqd //p')
    if [ "$manager" = systemd ] && [ -z "$(find "$staged" -name "$service_unit")" ]; then
        if ! make -C "$build" etc/systemd/igmpqd.service etc/systemd/igmpqd@.service >"$work/install.log" 2>&1 </dev/null ||
            ! mkdir -p "$staged$(unit_folder)" ||
            ! cp "$build/etc/systemd/igmpqd.service" "$build/etc/systemd/igmpqd@.service" "$staged$(unit_folder)/"; then
            cat "$work/install.log" >&2
            fail_install "Cannot make the units of systemd in $build."
        fi
    fi
    if script=$(service_script); then
        # with the folders of this installation
        mkdir -p "$staged/etc/init.d" || exit 1
        sed -e "s,/usr/sbin/igmpqd,$(in_sed "$prefix")/sbin/igmpqd,g" -e "s,/etc/igmpqd\.conf,$(in_sed "$config"),g" \
            "$SETUP_TOP/etc/init/$script" >"$staged/etc/init.d/igmpqd" && chmod 755 "$staged/etc/init.d/igmpqd" || exit 1
    fi
    # So that it can be removed without the checkout.
    mkdir -p "$staged$prefix/share/igmpq" || exit 1
    for file in uninstall.sh lib-setup.sh lib-service.sh; do
        cp "$SETUP_TOP/tools/$file" "$staged$prefix/share/igmpq/" || exit 1
    done
    (cd "$staged" && find . ! -type d | sed 's/^\.//' | sort) >"$work/files"
    # Beside the checkout's own, which may be of another version than what --build names.
    example=$(grep '/examples/igmpqd\.conf$' "$work/files")
    guide=$(grep '/switches\.md$' "$work/files" || echo "$SETUP_TOP/docs/switches.md")
}

# --- configuration ------------------------------------------------------------------------------------------

# What igmpqd makes of a file; it opens no interface for that.
explain_config()
{
    env -u IGMPQ_SOCKET "$build/igmpqd" -T -c "$1"
}

check_config()
{
    candidate=$config
    if [ "$config_action" != keep ]; then
        write_config "$work/igmpqd.conf"
        candidate=$work/igmpqd.conf
    fi
    if ! explain_config "$candidate" >"$work/explained" 2>"$work/problem"; then
        cat "$work/problem" >&2
        if [ "$candidate" = "$config" ]; then
            fail_install "igmpqd does not understand $config: correct it, or have it written anew with --force-config."
        fi
        fail_install 'igmpqd does not understand what would be its configuration. Choose other interfaces.'
    fi
    watched=$(sed -n 's/^        name = "\(.*\)";$/\1/p' "$work/explained" | sort -u)
    socket=$(sed -n 's/^control-socket = "\(.*\)";$/\1/p' "$work/explained" | tail -n 1)
}

write_config()
{
    listed=$(printf '%s\n' "$interfaces" | awk '{ for (i = 1; i <= NF; i++) printf "%s\"%s\"", (i > 1 ? ", " : ""), $i }')
    awk -v listed="$listed" -v mode="$mode" '
        { print }
        # behind the example of a list
        /^# \);$/ && !done { print ""; print "interfaces = ( " listed " );"; done = 1 }
        /^#mode = / && mode != "" { print "mode = \"" mode "\";" ; mode = "" }
        END {
            if (!done) print "interfaces = ( " listed " );"
            if (mode != "") print "mode = \"" mode "\";"
        }' "$staged$example" >"$1" || fail_install "Cannot write $1."
}

# --- steps, and the way back ----------------------------------------------------------------------------------

will() # VERB REST: what undoes the next step
{
    printf '%s\n' "$*" >>"$undo"
}

make_folder()
{
    [ -d "$1" ] && return 0
    make_folder "$(dirname "$1")" || return 1
    will remove-folder "$1"
    mkdir "$1" && printf 'folder %s\n' "$1" >>"$work/record"
}

put_file() # SOURCE DESTINATION
{
    if [ -d "$2" ]; then
        setup_warn "$2 is a directory."
        return 1
    fi
    make_folder "$(dirname "$2")" || return 1
    set_aside "$2" || return 1
    # Whole or not at all, and beside a program that is running.
    if ! cp -pP "$1" "$2.igmpq-new" || ! chown -h 0:0 "$2.igmpq-new" || ! mv -f "$2.igmpq-new" "$2"; then
        rm -f "$2.igmpq-new"
        return 1
    fi
}

set_aside() # FILE
{
    if [ -e "$1" ] || [ -h "$1" ]; then
        mkdir -p "$work/before$(dirname "$1")" && cp -pP "$1" "$work/before$1" || return 1
        will restore "$1"
    else
        will remove "$1"
    fi
}

undo_all()
{
    stage=undoing
    sed '1!G;h;$!d' "$undo" >"$work/undo-in-order"
    while read -r verb rest; do
        case $verb in
        remove) rm -f "$rest" ;;
        restore) mv -f "$work/before$rest" "$rest" ;;
        remove-folder) [ ! -d "$rest" ] || rmdir "$rest" ;;
        remove-user) user_remove ;;
        service-before)
            # ENABLED: ends the new one
            systemctl stop "$service_unit"
            [ "$rest" = yes ] || systemctl disable "$service_unit"
            ;;
        service-after)
            # ACTIVE: when the files are the old ones again
            systemctl daemon-reload
            [ "$rest" = no ] || systemctl start "$service_unit"
            ;;
        predecessor)
            # shellcheck disable=SC2086 # two words
            predecessor_restore $rest
            ;;
        esac >/dev/null 2>"$work/problem" || {
            setup_warn "Cannot undo \"$verb $rest\":"
            cat "$work/problem" >&2
        }
    done <"$work/undo-in-order"
    undo=
    setup_say 'What had been done has been undone.'
}

service_is()
{
    if systemctl "is-$1" --quiet "$service_unit" 2>/dev/null; then echo yes; else echo no; fi
}

install_all()
{
    [ "$config_action" = keep ] || check_config
    undo=$work/undo
    : >"$undo"
    printf '# What tools/install.sh has installed; tools/uninstall.sh removes it.\nversion %s\n' "$version" >"$work/record"
    grep -e '^folder ' -e '^user ' -e '^predecessor ' "$record" >>"$work/record" 2>/dev/null
    if [ "$manager" = systemd ]; then will service-after "$(service_is active)"; fi
    setup_say "Installing $(wc -l <"$work/files") files in $prefix ..."
    while IFS= read -r file; do
        put_file "$staged$file" "$file" || fail_install "Cannot install $file; is there space, and may it be written?"
        printf 'file %s\n' "$file" >>"$work/record"
    done <"$work/files"
    remove_old_files
    if ! user_exists; then
        will remove-user
        user_make >"$work/problem" 2>&1 || {
            cat "$work/problem" >&2
            fail_install "Cannot make the account $service_user. Make it with this system's tools, then run this again."
        }
        echo "user $service_user" >>"$work/record"
    fi
    install_config
    put_file "$work/record" "$record" || fail_install "Cannot write $record."
    if [ "$manager" = systemd ]; then systemctl daemon-reload || fail_install '"systemctl daemon-reload" failed.'; fi
}

# What an older version had and this one has not.
remove_old_files()
{
    record_value "$record" file >"$work/old-files"
    while IFS= read -r file; do
        grep -qxF -e "$file" "$work/files" && continue
        set_aside "$file" && rm -f "$file"
    done <"$work/old-files"
}

install_config()
{
    if [ "$config_action" != keep ]; then
        if [ "$config_action" = replace ]; then
            kept=$config.$(date +%Y%m%d-%H%M%S)
            will remove "$kept"
            cp -p "$config" "$kept" || fail_install "Cannot keep a copy of $config."
            setup_say "The old configuration is kept as $kept"
        fi
        put_file "$work/igmpqd.conf" "$config" || fail_install "Cannot write $config."
        {
            echo "config $config"
            echo "config-sum $(cksum <"$config")"
            echo "interfaces $interfaces" | tr -s ' '
            echo "mode $mode"
        } >>"$work/record"
    else
        grep -e '^config' -e '^interfaces ' -e '^mode ' "$record" >>"$work/record" 2>/dev/null
    fi
}

retire_predecessor()
{
    "$replace" && [ "$manager" = systemd ] || return 0
    will predecessor "$predecessor_enabled" "$predecessor_active"
    printf 'predecessor %s %s\n' "$predecessor_enabled" "$predecessor_active" >>"$record"
    predecessor_stop >"$work/problem" 2>&1 || {
        cat "$work/problem" >&2
        fail_install "Cannot stop $predecessor_unit."
    }
    setup_say "Stopped and disabled $predecessor_unit."
}

installed()
{
    undo=
    stage=shown
}

finish_without_start()
{
    retire_predecessor
    installed
    setup_say "Installed igmpq $version. It has not been started."
    case $manager in
    systemd) setup_say "To start it, now and at each boot: systemctl enable --now igmpqd" ;;
    openrc | sysv)
        # An update, maybe.
        if sh -c "$(service_commands status)" >/dev/null 2>&1; then
            setup_say "The old one runs on until it is restarted: $(service_commands restart)"
        else
            setup_say "To start it, now and at each boot: $(service_commands enable) && $(service_commands start)"
        fi
        ;;
    *)
        in_background=
        if "$build/igmpqd" --help | grep -q -e ' --daemonize'; then in_background=' --daemonize'; fi
        setup_say "To start it by hand: $prefix/sbin/igmpqd -c $config$in_background"
        setup_say 'To start it at boot, see SERVICE in igmpqd(8).'
        ;;
    esac
    next_steps
    exit 0
}

show_log()
{
    journalctl -u igmpqd -n 15 --no-pager -o cat >"$work/journal" 2>/dev/null || return 0
    [ ! -s "$work/journal" ] || sed 's/^/  | /' "$work/journal" >&2
}

start_service()
{
    retire_predecessor
    # systemd makes it, and leaves it
    [ -d /run/igmpq ] || will remove-folder /run/igmpq
    will service-before "$(service_is enabled)"
    wire_watch 90
    setup_say "Starting $service_unit ..."
    # A restart, since this may be an update.
    if ! systemctl enable "$service_unit" >"$work/problem" 2>&1 || ! systemctl restart "$service_unit" >"$work/problem" 2>&1; then
        cat "$work/problem" >&2
        show_log
        fail_install "$service_unit does not start. The lines above say why."
    fi
    if ! wire_wait_for_daemon 20; then
        show_log
        fail_install "$service_unit was started, and igmpqd does not answer at $socket. The lines above say why."
    fi
    installed
}
