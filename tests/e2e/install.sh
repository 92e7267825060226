# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# tools/install.sh and tools/uninstall.sh, with the programs that are being tested: on a machine of its own, which is a
# network namespace with mount and process namespaces of its own. There what is written to /etc, /usr/local, /var and /run
# stays, and nothing of this host's changes, which each test compares. Stand-ins play systemctl and journalctl.

tools=$(cd "$E2E_HERE/../../tools" && pwd -P)

# machine NAME: make one of the namespace of that name; it has the stand-in for systemd.
machine()
{
    mkdir -p "$E2E_DIR/root-$1" "$E2E_DIR/tmp"
    host_before=$(host_listing)
    start "machine-$1" "$1" unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
        "$E2E_HERE/standin/machine" "$E2E_DIR/root-$1"
    within 30 has_begun "$1" || fail "no private machine: $(cat "$E2E_DIR/machine-$1.log")"
}

has_begun()
{
    machine_process=$(pgrep -P "$(pid_of "machine-$1")" 2>/dev/null | head -n 1)
    [ -n "$machine_process" ] && [ -e "/proc/$machine_process/root/run/systemd/system" ]
}

# on COMMAND...: on the machine made last, as a user's terminal would run it.
on()
{
    nsenter -t "$machine_process" -m -p -n env -u IGMPQ_SOCKET -u IGMPQ_BIN TMPDIR="$E2E_DIR/tmp" \
        PATH="$E2E_HERE/standin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$@"
}

# What must stay as it is: every file in /etc and /usr/local of this host (but the cache that package managers rewrite at
# any time), its accounts, and what igmpq would put elsewhere.
host_listing()
{
    find /etc /usr/local -name __pycache__ -prune -o ! -type d ! -path /etc/ld.so.cache -printf '%p %s\n' | sort
    cksum /etc/passwd /etc/group
    id igmpq 2>&1 || :
    find /run/igmpq* /run/systemd/system /var/lib/igmpq* 2>/dev/null || :
}

nothing_of_the_host_changed()
{
    [ "$(host_listing)" = "$host_before" ] || fail "this host has changed: $(diff <(echo "$host_before") <(host_listing))"
    [ -z "$(ls -A "$E2E_DIR/tmp")" ] || fail "files are left: $(ls "$E2E_DIR/tmp")"
}

# What is installed on the machine, to compare before and after. Tools for accounts keep the last version of their files.
machine_listing()
{
    on find /etc /usr/local -name __pycache__ -prune -o ! -type d ! -path '/etc/*-' -printf '%p %s\n' | sort
    on find /etc /usr/local -name __pycache__ -prune -o -type d -print | sort
    on ls /run
}

# said STATUS COMMAND...: run it on the machine; its output is in said.log.
said()
{
    local wanted=$1 status=0
    shift
    on "$@" >"$E2E_DIR/said.log" 2>&1 </dev/null || status=$?
    note "${*##*/}: status $status"
    sed 's/^/        | /' "$E2E_DIR/said.log"
    [ "$status" -eq "$wanted" ] || fail "${*##*/}: exit status $status, not $wanted"
}

# install STATUS OPTION...
install()
{
    local wanted=$1
    shift
    said "$wanted" "$tools/install.sh" --build "$IGMPQ_BIN" "$@"
}

tells()
{
    grep -Eq -- "$1" "$E2E_DIR/said.log" || fail "nothing like \"$1\" was said"
}

tells_not()
{
    if grep -E -- "$1" "$E2E_DIR/said.log"; then fail "\"$1\" was said"; fi
}

# How often the stand-in was called like this.
calls()
{
    on grep -c -x -e "$1" /run/standin/calls || :
}

active()
{
    on systemctl is-active --quiet "$1"
}

# A LAN with a switch, a machine with some interfaces, a receiver. The installation's files are where the programs were
# configured to be.
scene()
{
    lan sw
    host m sw 192.168.50.10/24
    host h sw 192.168.50.20/24
    ip -n "$(ns m)" route add default via 192.168.50.1
    in_ns m sh -c 'ip link add eth1 type veth peer name eth1-far
        ip link add br0 type bridge
        ip link add port0 type veth peer name port0-far
        ip link set port0 master br0
        ip tuntap add tun0 mode tun
        ip link set eth1 up' || skip 'this kernel has no bridge or no tun devices'
    machine m
    start receiver h python3 "$E2E_HERE/member.py" eth0 239.1.2.3
    wait_log receiver '^joined' 30
    conf=$(on sh -c "printf 'include Makefile\nshow:\n\t@echo \$(sysconfdir)\n' | make -s -C '$IGMPQ_BIN' -f - show")/igmpqd.conf
    machine_listing >"$E2E_DIR/before"
}

nothing_is_left()
{
    machine_listing >"$E2E_DIR/after"
    diff "$E2E_DIR/before" "$E2E_DIR/after" || fail 'something is left'
    if on id igmpq 2>/dev/null; then fail 'the account is left'; fi
    nothing_of_the_host_changed
}

# about 60 s
test_unattended()
{
    scene
    capture wire h eth0
    said 0 "$tools/install.sh" --build "$IGMPQ_BIN" --dry-run
    tells '^ +1\* eth0 +up +- +192\.168\.50\.10/24 +virtual, default route$'
    tells '^  Not for a querier: .*lo \(the loopback\)'
    tells 'port0 \(a port of br0: use that one\)'
    tells 'tun0 \(not Ethernet\)'
    tells '^Recommended: eth0\. .*default route'
    tells "^  - write $conf, for eth0$"
    machine_listing | diff "$E2E_DIR/before" - || fail '--dry-run changed something'

    install 0 --yes --listen 2
    tells '^Listening for another querier, up to 2 s'
    tells '^None was heard'
    tells '^eth0: it works\. A query left at .* from 192\.168\.50\.10\.$'
    tells "^    [12] hosts? answered, and wants? [12] groups?: .*239\\.1\\.2\\.3$"
    [ "$(query_count wire 0 'src host 192.168.50.10')" -ge 1 ] || fail 'no query on the wire'
    active igmpqd || fail 'not active'
    on systemctl is-enabled igmpqd || fail 'not enabled'
    on grep -qx 'interfaces = ( "eth0" );' "$conf" || fail "no interface in $conf"
    # shellcheck disable=SC2016 # expanded there
    on sh -c 'ps -o user= -p "$(cat /run/standin/process-igmpqd.service)"' | grep -q igmpq || fail 'not its own user'
    on igmpqctl status || fail 'igmpqctl is not in the path, or has no answer'

    # Again: an update that keeps what is there.
    on sed -i 's/^#query-interval = 60;/query-interval = 30;/' "$conf"
    on cksum "$conf" >"$E2E_DIR/sum"
    install 0 --yes
    tells "^  - keep $conf as it is$"
    tells 'it works'
    tells_not 'make the account'
    on cksum "$conf" | cmp - "$E2E_DIR/sum" || fail 'the edited configuration has changed'
    tells 'intervals  query 30 s'
    install 0 --yes --interface eth1 --mode backup --no-start
    tells 'has been edited, and is kept as it is: --interface --mode had no effect'
    on cksum "$conf" | cmp - "$E2E_DIR/sum" || fail 'the edited configuration has changed'

    said 0 "$tools/uninstall.sh" --yes
    tells "leave $conf where it is"
    tells 'leave the account igmpq \(--purge removes it\)'
    active igmpqd && fail 'still active'
    on cksum "$conf" | cmp - "$E2E_DIR/sum" || fail 'the configuration is gone'
    said 0 "$tools/uninstall.sh" --yes
    tells 'nothing to do'
    said 0 "$tools/uninstall.sh" --yes --purge --sysconfdir "$(dirname "$conf")"
    said 0 "$tools/uninstall.sh" --yes --purge --sysconfdir "$(dirname "$conf")"
    tells 'nothing to do'
    nothing_is_left
}

# The predecessor as its own installer leaves it, running.
predecessor()
{
    on sh -c 'printf "import time\ntime.sleep(600)\n" >/usr/local/bin/igmp_querier.py
        printf "[Unit]\nDescription=IGMP Querier\n[Service]\nExecStart=/usr/bin/python3 /usr/local/bin/igmp_querier.py --interface eth1\n" \
            >/etc/systemd/system/igmp-querier.service'
    on systemctl enable --now igmp-querier
    machine_listing >"$E2E_DIR/before"
}

# about 60 s
test_predecessor()
{
    scene
    predecessor
    # its interface is recommended, but there it has no address: what is said counts
    install 0 --dry-run
    tells '^Recommended: eth1\. igmp-querier, which igmpqd replaces, is set to it\.$'
    tells 'active: yes, enabled at boot: yes'
    install 0 --yes -i eth0 --listen 0 --no-start
    tells 'left alone, since nothing else was said'
    active igmp-querier || fail 'stopped without leave'
    install 0 --yes -i eth0 --listen 0 --replace-igmp-querier
    tells '^Stopped and disabled igmp-querier\.service\.$'
    if active igmp-querier; then fail 'still active'; fi
    if on systemctl is-enabled igmp-querier; then fail 'still enabled'; fi
    # an update does not forget what it was before
    install 0 --yes --no-start
    tells 'off already'
    said 0 "$tools/uninstall.sh" --yes --purge
    tells 'still disabled. To have it back: systemctl enable --now igmp-querier'
    install 0 --yes -i eth0 --listen 0 --no-start --replace-igmp-querier
    on systemctl enable --now igmp-querier
    install 0 --yes --no-start --replace-igmp-querier
    # the installed copy, without the checkout
    said 0 /usr/local/share/igmpq/uninstall.sh --yes --purge --restore-igmp-querier
    tells 'igmp-querier.service is back as it was'
    active igmp-querier || fail 'not active again'
    on systemctl is-enabled igmp-querier || fail 'not enabled again'
    nothing_is_left
}

# about 60 s
test_another_querier()
{
    scene
    host q sw 192.168.50.77/24
    querier other q -i eth0 -q 4 --control-socket none
    wait_log other 'startup query' 30
    capture wire h eth0

    # A higher address: igmpqd would displace it, which nobody has asked for.
    install 0 --yes --listen 20
    tells 'eth0: another querier is there already: 192\.168\.50\.77\. The lower address wins'
    tells 'Taking mode "backup"'
    on grep -qx 'mode = "backup";' "$conf" || fail 'not in mode backup'
    tells 'eth0: it works\. 192\.168\.50\.77 is the querier there|eth0: it listens, as its mode'
    [ "$(query_count wire 0 'src host 192.168.50.10')" -eq 0 ] || fail 'it has asked nevertheless'

    # Said differently, it takes over; the configuration was not edited, so that it changes.
    install 0 --yes --mode active
    tells '^eth0: it works\. A query left'
    on grep -qx 'mode = "active";' "$conf" || fail 'not in mode active'
    on grep -qx 'interfaces = ( "eth0" );' "$conf" || fail 'the interface has gone'
    said 0 "$tools/uninstall.sh" --yes --purge
    stop other

    # A lower address has won already.
    ip -n "$(ns q)" addr flush dev eth0
    ip -n "$(ns q)" addr add 192.168.50.2/24 dev eth0
    querier lower q -i eth0 -q 4 --control-socket none
    wait_log lower 'startup query' 30
    install 0 --yes --listen 20
    tells 'eth0: another querier is there already: 192\.168\.50\.2\. It has the lower address'
    tells '^eth0: it works\. 192\.168\.50\.2 is the querier there'
    said 0 "$tools/uninstall.sh" --yes --purge
    nothing_is_left
}

# The files of a wireless device of the host; there is no such device here.
wireless()
{
    # shellcheck disable=SC2016 # expanded there
    on sh -c 'd=$(readlink -f "/sys/class/net/$1"); mkdir /run/standin/device; cp -R "$d/." /run/standin/device 2>/dev/null
        mkdir /run/standin/device/wireless; mount --bind /run/standin/device "$d"' sh "$1"
}

# about 40 s
test_refusals()
{
    scene
    install 2 --yes -i eht0
    tells 'There is no interface "eht0"\. Did you mean eth0\? There are: eth0 '
    install 2 --yes -i eth0,zzzzzz
    tells 'There is no interface "zzzzzz"\. There are'
    install 2 --yes -i lo
    tells 'lo is not for a querier: the loopback'
    install 2 --yes -i port0
    tells 'a port of br0: use that one'
    install 2 --nonsense
    tells 'unknown option --nonsense'
    install 2 --mode loud
    install 2 --listen soon
    install 2 --interface
    install 2 --yes=1
    install 2 --sysconfdir etc
    install 1 --yes --prefix /opt/other
    tells 'was configured with --prefix=/usr/local'
    said 0 "$tools/install.sh" --help
    tells '^Usage: '
    said 2 "$tools/uninstall.sh" --nonsense
    said 0 "$tools/uninstall.sh" --help
    tells '^Usage: '
    said 1 "$tools/install.sh" --yes --build "$E2E_DIR"
    tells 'no built igmpq'

    # Nobody to answer; a no; nothing was done in any case.
    install 3
    tells 'nobody answered'
    said 3 sh -c "printf 'eth0\nn\n' | '$tools/install.sh' --build '$IGMPQ_BIN'"
    tells 'Not installed\. Nothing was changed'
    said 3 sh -c "printf 'eht0\nq\n' | '$tools/install.sh' --build '$IGMPQ_BIN'"
    tells 'Did you mean eth0'

    # What can be built is built first, and what cannot changes nothing.
    mkdir -p "$E2E_DIR/checkout"
    cp -R "$tools" "$E2E_DIR/checkout/"
    touch "$E2E_DIR/checkout/configure.ac" "$E2E_DIR/checkout/Makefile.am"
    printf '#!/bin/sh\necho the compiler is out of order >&2\nexit 1\n' >"$E2E_DIR/checkout/autogen.sh"
    chmod +x "$E2E_DIR/checkout/autogen.sh"
    said 1 "$E2E_DIR/checkout/tools/install.sh" --yes
    tells 'the compiler is out of order'
    tells 'Nothing was changed'
    rm -rf "$E2E_DIR/tmp"/igmpq-install.* # its log
    mkdir "$E2E_DIR/broken"
    cp "$IGMPQ_BIN/igmpqd" "$E2E_DIR/broken/"
    printf 'prefix = /usr/local\nsysconfdir = /etc\ninstall:\n\t@echo no space left; exit 1\n' >"$E2E_DIR/broken/Makefile"
    said 1 "$tools/install.sh" --yes --build "$E2E_DIR/broken"
    tells 'no space left'

    # Another one is at it.
    on sh -c 'mkdir /run/igmpq-install.lock; echo 1 >/run/igmpq-install.lock/process'
    install 1 --yes
    tells 'Another installation of igmpq is running, process 1'
    on sh -c 'echo 999999 >/run/igmpq-install.lock/process'
    install 0 --yes --listen 0 --no-start
    said 0 "$tools/uninstall.sh" --yes --purge

    # Nothing to recommend: the link is gone, or it is a radio.
    ip -n "$(ns sw)" link set dev m down
    install 1 --yes
    tells 'none is taken without asking'
    ip -n "$(ns sw)" link set dev m up
    wireless eth0
    install 1 --yes
    tells 'eth0 +up +- +192\.168\.50\.10/24 +wireless'
    tells 'none is taken without asking'
    install 0 --yes -i eth0 --listen 0 --no-start
    tells 'Note: eth0 is wireless'
    said 0 "$tools/uninstall.sh" --yes --purge
    on umount "$(on readlink -f /sys/class/net/eth0)"
    nothing_is_left
}

# about 60 s
test_undone()
{
    scene
    predecessor
    on touch /run/standin/fail
    install 1 --yes -i eth0 --listen 0 --replace-igmp-querier
    tells 'igmpqd\.service does not start'
    tells 'What had been done has been undone'
    on rm /run/standin/fail
    active igmp-querier || fail 'the predecessor was not started again'
    nothing_is_left

    # An update that fails leaves the version before it, running.
    install 0 --yes -i eth0 --listen 0
    on sh -c 'echo "# of before" >>/usr/local/share/man/man8/igmpqd.8; echo "file /usr/local/share/igmpq/old" >>/usr/local/share/igmpq/installed
        echo old >/usr/local/share/igmpq/old'
    on touch /run/standin/fail
    install 1 --yes
    on rm /run/standin/fail
    on tail -n 1 /usr/local/share/man/man8/igmpqd.8 | grep -qx '# of before' || fail 'a file of the version before has gone'
    on grep -qx old /usr/local/share/igmpq/old || fail 'a file of the version before has gone'
    # and one that succeeds removes what it no longer has
    install 0 --yes --no-start
    on test ! -e /usr/local/share/igmpq/old || fail 'a file of the version before is left'
    said 0 "$tools/uninstall.sh" --yes --purge
    nothing_is_left
}

# about 10 s
test_without_systemd()
{
    scene
    on rmdir /run/systemd/system
    install 0 --yes --listen 0
    tells 'tell how to start it, where there is no systemd|tell how to start it here, where there is no systemd'
    tells '^Installed igmpq .* It has not been started\.$'
    if on sh -c 'command -v update-rc.d' >/dev/null; then
        tells '^To start it, now and at each boot: update-rc.d igmpqd defaults && /etc/init.d/igmpqd start$'
        said 0 sh -c 'update-rc.d igmpqd defaults && /etc/init.d/igmpqd start'
        within 10 on igmpqctl -s /run/igmpq/igmpqd.sock >/dev/null || fail 'igmpqd does not answer'
        install 0 --yes --listen 0
        tells '^The old one runs on until it is restarted: /etc/init.d/igmpqd restart$'
        said 0 /etc/init.d/igmpqd restart
    else
        tells '^To start it by hand: /usr/local/sbin/igmpqd -c '
    fi
    if on test -e /run/standin/calls; then fail 'systemctl was called'; fi
    said 0 "$tools/uninstall.sh" --yes --purge
    on mkdir /run/systemd/system
    nothing_is_left
}

# A terminal on the machine: 120 columns, which run one command, say its status, and stay.
# Each with a server of its own: the last one may still be on its way out.
terminals=0
terminal() # COMMAND
{
    terminals=$((terminals + 1))
    on env TERM=screen tmux -S "$E2E_DIR/tmux-$terminals" -f /dev/null new-session -d -s t -x 120 -y 60 "$1; echo status \$?; sleep 600"
}

screen()
{
    on tmux -S "$E2E_DIR/tmux-$terminals" capture-pane -p -t t >"$E2E_DIR/screen.log"
}

on_screen()
{
    screen && grep -Eq -- "$1" "$E2E_DIR/screen.log"
}

sees() # PATTERN [SECONDS]
{
    within "${2-60}" on_screen "$1" || fail "the screen has no \"$1\": $(cat "$E2E_DIR/screen.log")"
}

press()
{
    on tmux -S "$E2E_DIR/tmux-$terminals" send-keys -t t "$@"
}

close_terminal()
{
    cat "$E2E_DIR/screen.log"
    on tmux -S "$E2E_DIR/tmux-$terminals" kill-server
}

# From the checkout, as somebody does who has just fetched it.
# about 90 s
test_from_source()
{
    need tmux
    scene
    # The others that run beside this one have deadlines.
    terminal "nice -n 19 '$tools/install.sh' --listen 3"
    sees '^On which\? Numbers or names; Enter for eth0, q to quit:'
    sees '^   1\* eth0  '
    press Enter
    sees 'build igmpq, and install it in /usr/local'
    sees 'write /etc/igmpqd.conf, for eth0'
    sees 'Go on\? \[Y/n\]'
    press Enter
    sees '^None was heard' 250
    sees '^eth0: it works\.' 60
    sees '^status 0$'
    close_terminal
    on grep -qx 'interfaces = ( "eth0" );' /etc/igmpqd.conf || fail 'no interface in /etc/igmpqd.conf'
    on test -e /usr/local/lib/systemd/system/igmpqd.service || fail 'no unit where systemd looks for it'
    terminal "/usr/local/share/igmpq/uninstall.sh --purge"
    sees 'Go on\? \[Y/n\]'
    press y Enter
    sees '^igmpq has been removed\.$'
    sees '^status 0$'
    close_terminal
    nothing_is_left
}

# about 50 s
test_interactive()
{
    need tmux
    scene
    predecessor
    host q sw 192.168.50.77/24
    querier other q -i eth0 -q 4 --control-socket none
    wait_log other 'startup query' 30
    terminal "'$tools/install.sh' --build '$IGMPQ_BIN' --listen 20"
    sees 'Enter for eth1, q to quit:'
    press eht0 Enter
    sees 'Did you mean eth0\?'
    press 9 Enter
    sees 'There is no number 9 in the list'
    press 'eth0 1' Enter
    sees 'igmp-querier, the daemon that igmpqd replaces, is on this machine'
    press perhaps Enter
    sees 'Please answer y for yes or n for no'
    press y Enter
    sees '  - stop and disable igmp-querier.service$'
    sees 'Go on\? \[Y/n\]'
    press Enter
    sees 'another querier is there already: 192\.168\.50\.77'
    sees 'b for backup, a for active'
    press a Enter
    sees '^eth0: it works\. A query left' 60
    sees '^status 0$'
    close_terminal
    on grep -qx 'interfaces = ( "eth0" );' "$conf" || fail 'named twice, or not at all'
    on grep -qx 'mode = "active";' "$conf" || fail 'not the mode that was chosen'

    # Again, without a question about the interface; Ctrl-C when all is done ends the show only.
    terminal "'$tools/install.sh' --build '$IGMPQ_BIN'"
    sees 'as it is$'
    sees 'Go on\? \[Y/n\]'
    press Enter
    sees '^A query is out'
    press C-c
    sees 'only the look at its work was cut short'
    sees '^status 130$'
    close_terminal
    active igmpqd || fail 'Ctrl-C has stopped it'

    terminal "'$tools/uninstall.sh' --purge"
    sees 'Enable it again\? \[Y/n\]'
    press y Enter
    sees 'Go on\? \[Y/n\]'
    press n Enter
    sees '^Nothing was changed\.$'
    sees '^status 3$'
    close_terminal
    active igmpqd || fail 'a no has stopped it'
    terminal "'$tools/uninstall.sh' --purge"
    sees 'Enable it again\? \[Y/n\]'
    press Enter
    sees 'Go on\? \[Y/n\]'
    press Enter
    sees '^igmpq has been removed\.$'
    close_terminal
    active igmp-querier || fail 'the predecessor was not started again'
    nothing_is_left
}

# Ctrl-C and the end of input, at each place where the script waits.
# about 30 s
test_interrupted()
{
    need tmux
    scene
    terminal "'$tools/install.sh' --build '$IGMPQ_BIN'"
    sees 'q to quit:'
    press C-c
    sees '^Interrupted\. Nothing was changed\.$'
    sees '^status 130$'
    close_terminal
    terminal "'$tools/install.sh' --build '$IGMPQ_BIN'"
    sees 'q to quit:'
    press C-d
    sees '^Nothing was changed, since nobody answered'
    sees '^status 3$'
    close_terminal
    terminal "'$tools/install.sh' --build '$IGMPQ_BIN' -i eth0 -y"
    sees '^Listening for another querier, up to 130 s'
    press C-c
    sees '^Interrupted\. Nothing was changed\.$'
    sees '^status 130$'
    close_terminal
    nothing_is_left

    on touch /run/standin/slow
    terminal "'$tools/install.sh' --build '$IGMPQ_BIN' -i eth0 -y --listen 0"
    sees '^Installing [0-9]+ files'
    within 15 on test -e /usr/local/share/igmpq/installed || fail 'nothing is installed'
    press C-c
    sees '^Interrupted\.$'
    sees '^What had been done has been undone\.$'
    sees '^status 130$'
    close_terminal
    nothing_is_left

    # The build, whose output goes elsewhere.
    mkdir -p "$E2E_DIR/checkout"
    cp -R "$tools" "$E2E_DIR/checkout/"
    touch "$E2E_DIR/checkout/configure.ac" "$E2E_DIR/checkout/Makefile.am"
    mkdir -p "$E2E_DIR/slow"
    for slow in "$E2E_DIR/checkout/autogen.sh" "$E2E_DIR/slow/tar"; do
        printf '#!/bin/sh\nsleep 60\n' >"$slow"
        chmod +x "$slow"
    done
    # once while the checkout is copied, once while it is built
    for path in "$E2E_DIR/slow:\$PATH" "\$PATH"; do
        terminal "PATH=$path '$E2E_DIR/checkout/tools/install.sh' -i eth0 -y"
        sees '^Building igmpq'
        sleep 0.5
        press C-c
        sees '^Interrupted\. Nothing was changed\.$'
        sees '^status 130$'
        close_terminal
        nothing_is_left
    done
}
