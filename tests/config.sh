#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The configuration file: what is wrong in it is said with file, line, setting and what is allowed; the shipped file is right and
# tells the true defaults. Only "igmpqd -T" is run: it reads, prints and sends nothing. IGMPQ_BIN: where igmpqd is; srcdir: the sources.
set -u
bin=${IGMPQ_BIN:-.}
srcdir=${srcdir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0
cases=0

fail()
{
    printf 'FAIL: %s\n' "$*"
    failures=$((failures + 1))
}

# broken MESSAGE: the file on standard input is refused with exactly "igmpqd: FILE:MESSAGE" and status 1.
broken()
{
    cases=$((cases + 1))
    cat >"$work/igmpqd.conf"
    status=0
    "$bin/igmpqd" -T -c "$work/igmpqd.conf" >"$work/out" 2>"$work/said" || status=$?
    said=$(sed "s,$work/,," "$work/said")
    [ "$status" -eq 1 ] || fail "case $cases: exit status $status, not 1: $said"
    [ "$said" = "igmpqd: igmpqd.conf:$1" ] || fail "case $cases: said
  $said
and not
  igmpqd: igmpqd.conf:$1"
    [ ! -s "$work/out" ] || fail "case $cases: printed settings of a broken file"
}

broken "2: there is no setting 'query-intervall'; did you mean 'query-interval'?" <<'END'
# the second line
query-intervall = 60;
END
broken "1: there is no setting 'colour'; see igmpqd.conf(5) for those there are" <<'END'
colour = "blue";
END
# What libconfig calls a syntax error, and nothing else: the mistakes of those who write their first file.
broken "2: query-interval: a value is wanted behind '='" <<'END'
timeout = 255;
query-interval = ;
END
broken "2: mode: a value is wanted behind '='" <<'END'
mode =
query-interval = 60;
END
broken "1: robustness: a '=' is wanted behind this name" <<'END'
robustness 3;
END
broken '2: mode: text stands in quotes: "backup"' <<'END'
/* mode = 1; "
*/ mode = backup;
END
broken '2: mode: text stands in quotes: "backup"' <<'END'
interfaces = ( { name:"eth0",vlan:3 } ), robustness:3,
mode = backup;
END
broken '1: interfaces: text stands in quotes: "eth0"' <<'END'
interfaces = ( eth0, eth1 );
END
broken '1: vlan: text stands in quotes: "20-30"' <<'END'
interfaces = ( { name = "eth0"; vlan = [ 10, 20-30 ]; } );
END
broken '1: address: text stands in quotes: "192.168.10.1/24"' <<'END'
interfaces = ( { name = "eth0"; address = 192.168.10.1/24; } );
END
broken '1: metrics-address: text stands in quotes: "127.0.0.1:9463"' <<'END'
metrics-address = 127.0.0.1:9463;
END
broken '1: control-socket: text stands in quotes: "/run/igmpq.sock"' <<'END'
control-socket = /run/igmpq.sock;
END
broken '1: mode: text stands in plain double quotes, such as "eth0"' <<'END'
mode = 'backup';
END
printf 'mode = \342\200\234backup\342\200\235;\n' | broken '1: mode: text stands in plain double quotes, such as "eth0"'
broken '1: the text that begins in this line has no second quote in it' <<'END'
mode = "backup;
igmp-version = "3";
END
broken '1: verbose: true or false is wanted here, and not yes' <<'END'
verbose = yes;
END
broken '1: takeover-burst: true or false is wanted here, and not on' <<'END'
takeover-burst = on;
END
broken "2: query-interval: '60s' has a unit: a number alone is wanted here (times are in seconds)" <<'END'
robustness = 2;
query-interval = 60s
timeout = 255;
END
broken "1: query-interval: 'min' is a unit: a number alone is wanted here (times are in seconds)" <<'END'
query-interval = 1 min;
END
broken "1: jitter: '25%' has a unit: a number alone is wanted here" <<'END'
jitter = 25%;
END
broken '1: there are no sections in this file' <<'END'
[igmpqd]
query-interval = 60;
END
broken "1: interfaces: the '(' of line 1 is not closed before this ';', or a ',' is wanted" <<'END'
interfaces = ( "eth0";
query-interval = 60;
END
broken "3: interfaces: the '(' of line 2 is not closed before 'query-interval'" <<'END'
# no end
interfaces = ( "eth0"
query-interval = 60;
END
broken "4: the '(' of line 1 is not closed before this ';', or a ',' is wanted" <<'END'
interfaces = ( {
    name = "eth0"; # )
}
; /* ) */
END
broken "2: name: the '{' of line 1 is not closed before this ')'" <<'END'
interfaces = ( {
    name = "eth0"; );
END
broken "2: interfaces: no bracket is open that this ')' could close" <<'END'
mode = "active";
interfaces = "eth1" );
END
broken "2: the '{' of this line is not closed before the file ends" <<'END'
interfaces = (
{ name = "eth0)}";
END
printf 'interfaces = [ "eth0",\n\n' | broken "1: the '[' of this line is not closed before the file ends"
# Newer ones of libconfig read over a comma too many.
printf 'interfaces = ( "eth0", );\n' >"$work/comma.conf"
if ! "$bin/igmpqd" -T -c "$work/comma.conf" >/dev/null 2>&1; then
    broken "1: interfaces: a value is wanted between ',' and ')'" <"$work/comma.conf"
fi
# Where it is none of these, no more is claimed than is known.
broken '1: syntax error' <<'END'
= 60;
END
# libconfig makes another number of one that is too large for it.
broken "2: robustness: '99999999999999999999' is not a whole number from 1 to 255" <<'END'
# 4294967298 stands in a comment
robustness = 99999999999999999999;
END
broken "1: robustness: '4294967298' is not a whole number from 1 to 255" <<'END'
robustness = 4294967298;
END
broken '2: vlan: 4294967306 is too large a number' <<'END'
interfaces = ( { name = "4294967306"; vlan = [ 10,
    4294967306 ]; } );
END
broken "1: query-interval: 'fast' is not a number of seconds such as 60 or 2.5" <<'END'
query-interval = "fast";
END
broken "1: query-interval = 0: the query interval must be 0.2 to 31744 seconds, and at least 1 in version 3" <<'END'
query-interval = 0;
END
broken "3: query-response-interval = 60: the query response interval must be less than the query interval (RFC 3376 section 8.3)" <<'END'

query-interval = 60;
query-response-interval = 60;
END
broken "1: query-response-interval = 30: the query response interval must be 0.1 to 25.5 seconds in version 2 (its field has 8 bits)" <<'END'
query-response-interval = 30;
END
broken "1: robustness = 0: the robustness variable must be 1 to 255 (2 is the default)" <<'END'
robustness = 0;
END
broken "2: eth1: timeout = 20: the other querier timeout must be longer than the query interval, or every lost query starts a takeover; leave it to 'auto' if in doubt" <<'END'
interfaces = ( "eth0",
    { name = "eth1"; timeout = 20; } );
END
broken "1: igmp-version: '4' is not one of 1, 2, 3, auto" <<'END'
igmp-version = 4;
END
broken "1: profile: 'rfc1112' is not one of default, rfc9776, rfc3376, rfc2236" <<'END'
profile = "rfc1112";
END
broken "1: mode: 'master' is not one of active, listen-first, backup, passive" <<'END'
mode = "master";
END
broken "1: timeout: 8094721 seconds are too many; at most 8094720 are allowed" <<'END'
timeout = 8094721;
END
broken "1: startup-query-count: 'few' is not a whole number from 1 to 255, or auto" <<'END'
startup-query-count = "few";
END
broken "1: allow-querier: '10.0.0.x' is not an address or a network such as 10.0.0.1 or 10.0.0.0/24" <<'END'
allow-querier = "10.0.0.1, 10.0.0.x";
END
broken "1: interfaces: a list in parentheses is wanted here, such as ( \"eth0\", \"eth1\" )" <<'END'
interfaces = "eth0";
END
broken "3: eth0 is configured twice, first in line 2" <<'END'
interfaces = (
    "eth0",
    "eth0" );
END
broken "1: vlan: '4095' is not a VLAN ID from 1 to 4094, a range such as 10-20, or a list of these" <<'END'
interfaces = ( { name = "eth0"; vlan = 4095; } );
END
broken "1: vlan: '' is not a VLAN ID from 1 to 4094, a range such as 10-20, or a list of these" <<'END'
interfaces = ( { name = "eth0"; vlan = ""; } );
END
broken "1: vlan: the range 20-10 is empty" <<'END'
interfaces = ( { name = "eth0"; vlan = "20-10"; } );
END
broken "1: interfaces: this entry has no name" <<'END'
interfaces = ( { vlan = 10; } );
END
broken "1: '' cannot be the name of an interface" <<'END'
interfaces = ( "" );
END
broken '3: duplicate setting name' <<'END'
hook = [ "/bin/true", "a
b" ]; robustness = 2;
robustness = 3;
END
broken "1: address: no host can have 192.168.1.0/24: it is the network's own number, its broadcast address, or none that is given to hosts" <<'END'
interfaces = ( { name = "eth0"; address = "192.168.1.0/24"; } );
END
broken "1: address: no host can have 192.168.1.255/24: it is the network's own number, its broadcast address, or none that is given to hosts" <<'END'
interfaces = ( { name = "eth0"; address = "192.168.1.255/24"; } );
END
broken "1: address: no host can have 127.0.0.1/8: it is the network's own number, its broadcast address, or none that is given to hosts" <<'END'
interfaces = ( { name = "eth0"; address = "127.0.0.1/8"; } );
END
broken "1: address: no host can have 0.1.2.3/8: it is the network's own number, its broadcast address, or none that is given to hosts" <<'END'
interfaces = ( { name = "eth0"; address = "0.1.2.3/8"; } );
END
broken "1: address: no host can have 224.0.0.5/24: it is the network's own number, its broadcast address, or none that is given to hosts" <<'END'
interfaces = ( { name = "eth0"; address = "224.0.0.5/24"; } );
END
broken "1: address: no host can have 240.0.0.1/24: it is the network's own number, its broadcast address, or none that is given to hosts" <<'END'
interfaces = ( { name = "eth0"; address = "240.0.0.1/24"; } );
END
broken "1: address: '10.0.0.300/24' is not \"auto\", \"proxy\" or an address with its prefix length such as \"192.168.10.1/24\"" <<'END'
interfaces = ( { name = "eth0"; address = "10.0.0.300/24"; } );
END
broken "1: one address cannot serve several VLANs: give each VLAN an entry of its own, or leave the address out (they are then queried from 0.0.0.0 or from the VLAN device's address)" <<'END'
interfaces = ( { name = "eth0"; vlan = [ 10, 20 ]; address = "10.0.0.1/24"; } );
END
broken "2: deny-querier: '10.0.0.1/33' is not an address or a network such as 10.0.0.1 or 10.0.0.0/24" <<'END'
deny-querier = [ "10.0.0.1",
    "10.0.0.1/33" ];
END
broken "1: robustness: one value is wanted here, not a list" <<'END'
robustness = [ 1, 2 ];
END
broken "1: jitter = 60: the jitter must be 0 to 50 percent" <<'END'
jitter = 60;
END
broken "1: verbose: true or false is wanted here" <<'END'
verbose = 1;
END
broken "1: control-socket: 'igmpqd.sock' is not \"auto\", \"none\" or a path that begins with '/'" <<'END'
control-socket = "igmpqd.sock";
END
broken "2: control-group: there is no group 'no-such-group'; make it (groupadd), or leave this empty for the daemon's own group" <<'END'

control-group = "no-such-group";
END
broken "1: control-mode: '0680' is not an octal mode such as \"0660\"" <<'END'
control-mode = "0680";
END
broken "1: control-mode: text in quotes is wanted here" <<'END'
control-mode = 660;
END
# Only at addresses that nobody else can reach.
for address in '10.0.0.1:9463' '0.0.0.0:9463' '[::]:9463' '[fe80::1]:9463' 'localhost:9463' '::1:9463' '[127.0.0.1]:9463' ':9463'; do
    host=$(printf '%s' "${address%:*}" | tr -d '[]')
    broken "1: metrics-address: '$host' is not an address of this host alone (127.0.0.1 or [::1]); \
to be read from elsewhere, put a web server with access rules in front" <<END
metrics-address = "$address";
END
done
for address in 127.0.0.1 127.0.0.1:0 127.0.0.1:65536 127.0.0.1:http '127.0.0.1:' 127.0.0.1:-1; do
    broken "1: metrics-address: '$address' is not an address of this host and a port, such as 127.0.0.1:9463 or [::1]:9463" <<END
metrics-address = "$address";
END
done
broken "1: there is no setting 'control-sockt'; did you mean 'control-socket'?" <<'END'
control-sockt = "none";
END
broken "1: hook: 'logger' is not a path that begins with '/'" <<'END'
hook = [ "logger" ];
END
broken "1: hook: /no/such/program cannot be run: No such file or directory" <<'END'
hook = "/no/such/program";
END
broken "2: hook: text in quotes is wanted here" <<'END'
hook = ( "/bin/sh",
    1 );
END
broken "1: user: there is no user 'no-such-user'; make it (useradd --system no-such-user)" <<'END'
user = "no-such-user";
END
broken "1: sandbox: true or false is wanted here" <<'END'
sandbox = 1;
END
broken "1: hook-timeout: seconds up to 3600 are wanted here" <<'END'
hook-timeout = 0;
END
for seconds in 599 604801 -1 true; do
    broken "1: findings-horizon: seconds from 600 to 604800, or 0, are wanted here" <<END
findings-horizon = $seconds;
END
done
broken "2: expect-groups: '10.1.2.3' is not the address of a group in quotes, such as \"239.1.2.3\"" <<'END'
expect-groups = ( "239.1.2.3",
    "10.1.2.3" );
END
broken "1: expect-groups: 239.1.2.3 is there twice" <<'END'
interfaces = ( { name = "eth0"; expect-groups = [ "239.1.2.3", "239.1.2.3" ]; } );
END
broken "1: control-socket is for the whole daemon: it cannot stand in an entry of interfaces" <<'END'
interfaces = ( { name = "eth0"; control-socket = "none"; } );
END
broken "1: there is no setting 'nme'; did you mean 'name'?" <<'END'
interfaces = ( { nme = "eth0"; } );
END

# A file that is none.
status=0
"$bin/igmpqd" -T -c "$work" >/dev/null 2>"$work/said" || status=$?
[ "$status" -eq 1 ] || fail "a folder: exit status $status"
grep -q 'a directory' "$work/said" || fail "a folder: $(cat "$work/said")"
# Nor one among what is included, at any depth; libconfig would end a running daemon over it.
mkdir "$work/folder"
printf '@include "%s/folder"\n' "$work" >"$work/inner.conf"
printf 'robustness = 2;\n@include "%s/inner.conf"\n' "$work" >"$work/outer.conf"
status=0
"$bin/igmpqd" -T -c "$work/outer.conf" >/dev/null 2>"$work/said" || status=$?
[ "$status" -eq 1 ] || fail "a folder included: exit status $status"
grep -q 'outer.conf:2: .*inner.conf:1: .*this is a directory' "$work/said" || fail "a folder included: $(cat "$work/said")"
# What is wrong in an included file is told with that file's name and line.
printf '\n\nquery-intervall = 3;\n' >"$work/inner.conf"
status=0
"$bin/igmpqd" -T -c "$work/outer.conf" >/dev/null 2>"$work/said" || status=$?
[ "$status" -eq 1 ] || fail "a wrong file included: exit status $status"
grep -q "^igmpqd: $work/inner.conf:3: there is no setting 'query-intervall'" "$work/said" ||
    fail "a wrong file included: $(cat "$work/said")"
printf '\njitter = = 3;\n' >"$work/inner.conf"
"$bin/igmpqd" -T -c "$work/outer.conf" >/dev/null 2>"$work/said" && fail 'a spoilt file included is taken'
grep -q "^igmpqd: $work/inner.conf:2: jitter: a value is wanted behind '='" "$work/said" ||
    fail "a spoilt file included: $(cat "$work/said")"
# included MESSAGE: igmpqd.conf includes the file on standard input in its line 1; the rest of it is $2.
included()
{
    cases=$((cases + 1))
    cat >"$work/inner.conf"
    printf '@include "%s/inner.conf"\n%s\n' "$work" "${2-}" >"$work/igmpqd.conf"
    status=0
    "$bin/igmpqd" -T -c "$work/igmpqd.conf" >/dev/null 2>"$work/said" || status=$?
    said=$(sed "s,$work/,,g" "$work/said")
    [ "$status" -eq 1 ] || fail "case $cases: exit status $status, not 1: $said"
    [ "$said" = "igmpqd: $1" ] || fail "case $cases: said
  $said
and not
  igmpqd: $1"
}

# So is what is wrong only together with what else is there.
included 'inner.conf:2: query-response-interval = 60: the query response interval must be less than the query interval (RFC 3376 section 8.3)' \
    'query-interval = 60;' <<'END'

query-response-interval = 60;
END
included 'igmpqd.conf:2: query-response-interval = 60: the query response interval must be less than the query interval (RFC 3376 section 8.3)' \
    'query-response-interval = 60;' <<'END'
query-interval = 60;
END
included 'inner.conf:3: eth0 is configured twice, first in line 2' <<'END'
interfaces = (
  { name = "eth0"; },
  { name = "eth0"; }
);
END
included "inner.conf:2: control-group: there is no group 'nobody-has-it'; make it (groupadd), or leave this empty for the daemon's own group" <<'END'

control-group = "nobody-has-it";
END
included "inner.conf:1: user: there is no user 'nobody-is-it'; make it (useradd --system nobody-is-it)" <<'END'
user = "nobody-is-it";
END
included 'inner.conf:2: hook: /nowhere/hook cannot be run: No such file or directory' <<'END'

hook = "/nowhere/hook";
END
included "inner.conf:2: robustness: '4294967298' is not a whole number from 1 to 255" <<'END'

robustness = 4294967298;
END
# A byte order mark is skipped; but what is included, libconfig reads by itself.
printf '\357\273\277query-interval = 30;\n' >"$work/bom.conf"
included 'inner.conf:1: the file begins with a byte order mark (BOM): save it without' <"$work/bom.conf"
"$bin/igmpqd" -T -i eth0 -c "$work/bom.conf" >"$work/out" 2>"$work/said" || fail "a byte order mark: $(cat "$work/said")"
grep -q 'query-interval = 30' "$work/out" || fail 'a byte order mark: what stands behind it is lost'
# What is right is taken, however it is written.
cat >"$work/odd.conf" <<'END'
/* mode = x; */ robustness = 0x3; query-interval = 6e1 // mode = y
verbose: True, mode
=
# between
"back" "up"   metrics-address = "no\"ne" "";
END
"$bin/igmpqd" -T -i eth0 -c "$work/odd.conf" >"$work/out" 2>"$work/said" && fail 'an odd file: its metrics-address is taken'
grep -q "odd.conf:5: metrics-address: 'no\"ne'" "$work/said" || fail "an odd file: $(cat "$work/said")"
# One that cannot be opened is named, with the reason, also where another file includes it.
included 'inner.conf:2: cannot include absent.conf: No such file or directory' <<END

@include "$work/absent.conf"
END
# A pipe is not waited for: a running daemon reads this as well.
mkfifo "$work/pipe"
printf '\n@include "%s/pipe"\n' "$work" >"$work/igmpqd.conf"
status=0
timeout 20 "$bin/igmpqd" -T -c "$work/igmpqd.conf" >/dev/null 2>"$work/said" || status=$?
[ "$status" -eq 1 ] || fail "a pipe included: exit status $status"
grep -q "^igmpqd: $work/igmpqd.conf:2: $work/pipe: this is no file that can be included" "$work/said" ||
    fail "a pipe included: $(cat "$work/said")"
# What stands in a comment is not included, whatever it names.
printf '/*\n@include "%s/absent.conf"\n*/\ninterfaces = ( "eth0" );\n' "$work" >"$work/igmpqd.conf"
"$bin/igmpqd" -T -c "$work/igmpqd.conf" >/dev/null 2>"$work/said" || fail "in a comment: $(cat "$work/said")"
# One that includes itself again and again ends as well, and soon.
for _ in 1 2 3 4 5 6 7 8; do
    printf '@include "%s/again.conf"\n' "$work"
done >"$work/again.conf"
status=0
"$bin/igmpqd" -T -c "$work/again.conf" >/dev/null 2>"$work/said" || status=$?
[ "$status" -eq 1 ] || fail "a file that includes itself: exit status $status"
grep -q "^igmpqd: $work/again.conf:1: .*too deep" "$work/said" || fail "a file that includes itself: $(cat "$work/said")"
status=0
"$bin/igmpqd" -T -c "$work/absent.conf" >/dev/null 2>"$work/said" || status=$?
[ "$status" -eq 1 ] || fail "no file: exit status $status"
grep -q "^igmpqd: cannot read the configuration file $work/absent.conf: No such file" "$work/said" || fail "no file: $(cat "$work/said")"

# The shipped file is right as it is, and with every default written out means the same.
"$bin/igmpqd" -T -i eth0 -c "$srcdir/etc/igmpqd.conf" >"$work/shipped" 2>"$work/said" || fail "the shipped file: $(cat "$work/said")"
sed 's/^#\([a-z]\)/\1/' "$srcdir/etc/igmpqd.conf" >"$work/all.conf"
"$bin/igmpqd" -T -i eth0 -c "$work/all.conf" >"$work/all" 2>"$work/said" || fail "with all defaults: $(cat "$work/said")"
diff -u "$work/shipped" "$work/all" || fail "the shipped file does not tell the true defaults"
: >"$work/empty.conf"
"$bin/igmpqd" -T -i eth0 -c "$work/empty.conf" >"$work/empty" 2>"$work/said" || fail "an empty file: $(cat "$work/said")"
diff -u "$work/shipped" "$work/empty" || fail "the shipped file changes something"
# Every setting there is stands in it, and in the manual.
sed -n 's/^ *\([a-z][a-z0-9-]*\) = [^(].*/\1/p' "$work/shipped" | grep -v -e '^name$' -e '^address$' | while read -r setting; do
    grep -q "^#$setting = \|^#   $setting = " "$srcdir/etc/igmpqd.conf" || echo "etc/igmpqd.conf: $setting"
    grep -q "$setting" "$srcdir/man/igmpqd.conf.5" || echo "man/igmpqd.conf.5: $setting"
done >"$work/undocumented"
[ ! -s "$work/undocumented" ] || fail "not documented: $(cat "$work/undocumented")"

# Precedence: the profile lies under the file, the file under the entry, the entry under the command line.
cat >"$work/order.conf" <<'END'
query-interval = 30;
deny-querier = [ "10.0.0.1" ];
profile = "rfc3376";
interfaces = ( { name = "eth0"; query-interval = 40; robustness = 3; deny-querier = [ "10.0.0.2", "10.0.0.3" ]; }, "eth1", { name = "eth2"; vlan = "7-8"; } );
END
"$bin/igmpqd" -T -c "$work/order.conf" --robustness 4 >"$work/order" 2>/dev/null || fail 'precedence: refused'
value() # SEGMENT SETTING: as it stands in the file, without ';'; the segment "" is the daemon
{
    sed 's/;$//' "$work/order" | awk -v segment="$1" -v setting="$2" '
        /^ *}|^    {/ { now = "" }
        /^        name = / { now = substr($3, 2, length($3) - 2) }
        /^        vlan = / { now = now "/" $3 }
        now == segment && $1 == setting { sub(/^[^=]*= /, ""); print }'
}
[ "$(value eth0 query-interval)" = 40 ] || fail "the entry's interval: $(value eth0 query-interval)"
[ "$(value eth0 deny-querier)" = '[ "10.0.0.2/32", "10.0.0.3/32" ]' ] || fail "the entry's list replaces the file's: $(value eth0 deny-querier)"
[ "$(value eth1 deny-querier)" = '[ "10.0.0.1/32" ]' ] || fail "the file's list: $(value eth1 deny-querier)"
[ "$(value eth1 query-interval)" = 30 ] || fail "the file's interval: $(value eth1 query-interval)"
[ "$(value eth0 robustness)" = 4 ] || fail "the command line's robustness: $(value eth0 robustness)"
[ "$(value eth1 electing-queries)" = '"any"' ] || fail "the profile's elections: $(value eth1 electing-queries)"
[ "$(value eth2/8 query-interval)" = 30 ] || fail "the second VLAN of a range: $(value eth2/8 query-interval)"

# A comment may touch the value before it.
cat >"$work/order.conf" <<'END'
robustness = 2/* it was 99999999999 */;
syslog = false// not "syslog here
query-interval = 30# s
interfaces = ( "eth0" );
END
"$bin/igmpqd" -T -c "$work/order.conf" >"$work/order" 2>"$work/said" || fail "comments at values: $(cat "$work/said")"
[ "$(value eth0 query-interval)" = 30 ] || fail 'comments at values: what stands before them'

# -i chooses: what the file has for such an interface stays, the rest of its list goes, and what it does not list is as at its top.
cat >"$work/order.conf" <<'END'
query-interval = 30;
expect-groups = "239.1.2.3";
interfaces = (
    { name = "eth*"; robustness = 3; },
    { name = "eth0"; query-interval = 40; address = "192.0.2.1/24"; expect-groups = [ ]; },
    { name = "eth0"; vlan = "7-8"; query-interval = 50; },
    { name = "trunk"; vlan = 9; address = "proxy"; } );
END
chosen() # WANTED OPTION...: these segments are there, in order
{
    wanted=$1
    shift
    "$bin/igmpqd" -T -c "$work/order.conf" "$@" >"$work/order" 2>/dev/null || fail "$*: refused"
    found=$(sed 's/;$//' "$work/order" | awk '
        /^        name = / { name = substr($3, 2, length($3) - 2) }
        /^        vlan = / { name = name "/" $3 }
        /^    }/ { printf "%s ", name }')
    [ "$found" = "$wanted " ] || fail "$*: $found, not $wanted"
}
chosen 'eth0 eth0/7 eth0/8' -i eth0
[ "$(value eth0 query-interval)" = 40 ] || fail "-i: the entry's interval: $(value eth0 query-interval)"
[ "$(value eth0 robustness)" = 2 ] || fail "-i: a name comes before a pattern: $(value eth0 robustness)"
[ "$(value eth0 address)" = '"192.0.2.1/24"' ] || fail "-i: the entry's address: $(value eth0 address)"
[ "$(value eth0 expect-groups)" = '[ ]' ] || fail "-i: the entry's groups: $(value eth0 expect-groups)"
[ "$(value eth0/8 query-interval)" = 50 ] || fail "-i: the interval of a VLAN: $(value eth0/8 query-interval)"
chosen 'eth0 eth0/7 eth0/8' -i eth0 -q 20
[ "$(value eth0/7 query-interval)" = 20 ] || fail "-i: the command line's interval: $(value eth0/7 query-interval)"
chosen 'eth1 trunk/9' -i eth1 -i trunk
[ "$(value eth1 robustness)" = 3 ] || fail "-i: the settings of a pattern: $(value eth1 robustness)"
[ "$(value trunk/9 address)" = '"proxy"' ] || fail "-i: the address of a VLAN: $(value trunk/9 address)"
chosen 'wlan0' -i wlan0
[ "$(value wlan0 query-interval)" = 30 ] || fail "-i: not in the list: $(value wlan0 query-interval)"
[ "$(value wlan0 expect-groups)" = '[ "239.1.2.3" ]' ] || fail "-i: groups of the file: $(value wlan0 expect-groups)"
chosen 'eth* eth0 eth0/7 eth0/8 eth[01]' -i 'eth[01]'
[ "$(value 'eth*' robustness)" = 3 ] || fail "-i: a pattern inside a pattern: $(value 'eth*' robustness)"
grep -q "only what 'eth\[01\]' of the command line matches" "$work/order" || fail "-i: a pattern inside a pattern takes all of it"
grep -q 'only what no other entry is for' "$work/order" || fail "-i: a pattern takes what others are for"
chosen 'eth* eth0 eth0/7 eth0/8 eth0* eth* eth1*' -i 'eth0*' -i 'eth1*'
[ "$(grep -c 'of the command line matches' "$work/order")" -eq 2 ] || fail '-i: two patterns inside one of the file'
chosen 'eth* eth0 eth0/7 eth0/8 e*' -i 'e*' -i eth0
[ "$(value 'e*' robustness)" = 2 ] || fail "-i: a pattern wider than the file's: $(value 'e*' robustness)"
chosen 'trunk/9 t*' -i 't*'

# The control socket: command line, file, environment, default. Groups that are expected: an entry's own list, else the file's.
cat >"$work/control.conf" <<'END'
control-socket = "/somewhere/file.sock";
control-mode = "0600";
metrics-address = "[::1]:9463";
hook = [ "/bin/sh", "-c", "true" ];
hook-timeout = 2.5;
user = "daemon";
sandbox = false;
syslog = true;
findings-horizon = 600;
expect-groups = ( "239.1.2.3", "239.1.2.4" );
interfaces = ( "eth0", { name = "eth1"; expect-groups = "239.9.9.9"; }, { name = "eth2"; expect-groups = [ ]; } );
END
say() # WHAT WANTED FOUND
{
    [ "$2" = "$3" ] || fail "$1: '$3' and not '$2'"
}
env -u IGMPQ_SOCKET "$bin/igmpqd" -T -c "$work/control.conf" >"$work/order" 2>/dev/null || fail 'control settings: refused'
say 'the socket of the file' '"/somewhere/file.sock"' "$(value '' control-socket)"
say 'the mode' '"0600"' "$(value '' control-mode)"
say 'the address of the metrics' '"[::1]:9463"' "$(value '' metrics-address)"
say 'the hook' '[ "/bin/sh", "-c", "true" ]' "$(value '' hook)"
say 'the user' '"daemon"' "$(value '' user)"
say 'the log' true "$(value '' syslog)"
say 'the sandbox' false "$(value '' sandbox)"
say 'how far findings go back' 600 "$(value '' findings-horizon)"
say "the hook's time" 2.5 "$(value '' hook-timeout)"
say 'groups of the file' '[ "239.1.2.3", "239.1.2.4" ]' "$(value eth0 expect-groups)"
say 'groups of an entry' '[ "239.9.9.9" ]' "$(value eth1 expect-groups)"
say 'an empty list of an entry' '[ ]' "$(value eth2 expect-groups)"
IGMPQ_SOCKET=/else/where.sock "$bin/igmpqd" -T -c "$work/control.conf" >"$work/order" 2>/dev/null
say 'the file before the environment' '"/somewhere/file.sock"' "$(value '' control-socket)"
IGMPQ_SOCKET=/else/where.sock "$bin/igmpqd" -T -i eth0 -c "$work/empty.conf" >"$work/order" 2>/dev/null
say 'the environment before the default' '"/else/where.sock"' "$(value '' control-socket)"
"$bin/igmpqd" -T -c "$work/control.conf" --control-socket /from/here.sock >"$work/order" 2>/dev/null
say 'the command line before the file' '"/from/here.sock"' "$(value '' control-socket)"
status=0
"$bin/igmpqd" -T -i eth0 -c "$work/empty.conf" --control-socket here >/dev/null 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "a wrong --control-socket: exit status $status, not 2"

printf 'interfaces = ( "eth0" ); allow-querier = "10.0.0.1, 10.0.0.2";\n' >"$work/blank.conf"
"$bin/igmpqd" -T -c "$work/blank.conf" >/dev/null 2>"$work/said" || fail "a blank after a comma: $(cat "$work/said")"

# What -T prints is a file that means the same, whatever stands in it: printed again it is the same to the letter.
cat >"$work/many.conf" <<'END'
verbose = true;
control-group = "daemon";
metrics-address = "127.0.0.1:9463";
hook = [ "/bin/sh", "-c", "echo \"a\\b\"\t$IGMPQ_EVENT" ];
takeover-burst = true;
ssm-range = "none";
interfaces = ( { name = "eth0"; vlan = "7-8"; igmp-version = "auto"; last-member-query-interval = 0.1; },
    { name = "eth1*"; address = "10.0.0.1/24"; timeout = 300; allow-querier = "10.0.0.2,10.0.0.4/31"; },
    { name = "a\"b"; address = "proxy"; mode = "backup"; profile = "rfc9776"; igmp-version = 3; query-interval = 131; },
    { name = "eth2"; profile = "rfc2236"; deny-querier = [ "10.0.0.1" ]; expect-groups = [ "239.1.2.3" ]; } );
END
for file in shipped order many control; do
    [ "$file" = shipped ] || "$bin/igmpqd" -T -c "$work/$file.conf" >"$work/$file" 2>/dev/null || fail "$file.conf is refused"
    cp "$work/$file" "$work/again.conf"
    "$bin/igmpqd" -T -c "$work/again.conf" >"$work/again" 2>"$work/said" || fail "-T of $file.conf as a file: $(cat "$work/said")"
    diff -u "$work/$file" "$work/again" || fail "-T of $file.conf as a file is another one"
done
grep -q '^verbose = true;$' "$work/many" || fail 'verbose is not printed'

printf '%d broken files, %d failures\n' "$cases" "$failures"
[ "$failures" -eq 0 ]
