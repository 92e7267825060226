#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every check there is, from a bare machine: installs what is missing, builds a copy outside the checkout, and runs
# the tests. See --help.
#
# shellcheck disable=SC2317 # functions are called by their names in arguments of step
set -u

. "$(dirname "$0")/lib-setup.sh"
. "$(dirname "$0")/lib-steps.sh"

usage()
{
    cat <<'END'
Usage: sudo ./tools/check.sh [--quick | --unit | --e2e] [--keep] [--require-all]

Installs what is missing (Debian, Ubuntu), builds igmpq in a directory of its own and runs every test:
unit tests with gcc and sanitizers, with clang, and in the distribution archive; style of code, scripts and man
pages; unit tests under valgrind; builds for other systems; end to end in network namespaces of its own. Nothing is sent on a real interface,
nothing is written into the checkout. Without root it runs what needs none, and says what it left out.

  --quick        one build with sanitizers, its unit tests, and the style checks
  --unit         builds and unit tests only
  --e2e          end to end tests only
  --keep         keep the build directory (it is kept after a failure as well, and named)
  --require-all  a skipped test is a failure; so it is too with CI=true in the environment
  -h, --help     this text

Ends with a line "N passed, N failed, N skipped". Exit status: 0 all is well, 1 something failed, 2 wrong usage.
END
}

wants=all
keep=false
require_all=false
[ "${CI-}" != true ] || require_all=true
for option in "$@"; do
    case $option in
    --quick | --unit | --e2e)
        [ "$wants" = all ] || setup_fail 'Choose one of --quick, --unit and --e2e.'
        wants=${option#--}
        ;;
    --keep) keep=true ;;
    --require-all) require_all=true ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        setup_warn "tools/check.sh: unknown option $option"
        usage >&2
        exit 2
        ;;
    esac
done

caches=
began=$(date +%s)
work=$(setup_work_folder igmpq-check) || setup_fail "Cannot make a directory in ${TMPDIR:-/tmp}; set TMPDIR to one with 500 MB of space."
steps_begin "$work" || exit 1
source=$work/source

interrupted()
{
    trap '' INT TERM HUP
    setup_warn ''
    setup_warn 'Interrupted.'
    [ -z "$caches" ] || kill "$caches" 2>/dev/null
    rm -rf "$work"
    exit 130
}
trap interrupted INT TERM HUP

build_and_check() # configure options
{
    setup_configure "$source" "$build" "$@" && make -C "$build" -j "$SETUP_JOBS" || return 1
    unit_tests && return 0
    # automake's own summary does not say what went wrong.
    cat "$build/test-suite.log"
    return 1
}

unit_tests()
{
    make -C "$build" -j "$SETUP_JOBS" check
}

# The plain build is what the archive is made from and what runs end to end. It stays as small as users have it.
plain=$work/plain
build_plain()
{
    setup_configure "$source" "$plain" --enable-werror && make -C "$plain" -j "$SETUP_JOBS" all-am tests/e2e/igmpqd-broken
}

archive_check()
{
    make -C "$plain" -j "$SETUP_JOBS" distcheck VERBOSE=1
}

# The same source elsewhere, newer and for another user: the same archives.
archive_again()
{
    SOURCE_DATE_EPOCH=1000000000 && export SOURCE_DATE_EPOCH
    archive_status=1
    umask 077
    if setup_export "$work/again" && find "$work/again" -name '*.c' -exec touch {} + &&
        setup_configure "$work/again" "$work/again.build" && make -C "$work/again.build" dist && make -C "$plain" dist; then
        archive_status=0
        for archive in "$plain"/igmpq-*.tar.*; do
            cmp "$archive" "$work/again.build/${archive##*/}" || archive_status=1
        done
    fi
    umask 022
    unset SOURCE_DATE_EPOCH
    return "$archive_status"
}

# make check runs a thousand of them, make check-lan a million.
simulated_networks()
{
    make -C "$plain" tests/lan/simulate && "$plain/tests/lan/simulate" --total 15000 --folder "$work"
}

valgrind_tests()
{
    make -C "$plain" -j "$SETUP_JOBS" check TESTS= || return 1
    # A program's .o files have names like it.
    find "$plain/tests/unit" -name 'test_*' ! -name '*.*' -type f | sort >"$work/valgrind"
    if [ ! -s "$work/valgrind" ]; then
        echo 'there is no unit test to run'
        return 77
    fi
    # A different test each time would find more, a fixed set says the same every time.
    # shellcheck disable=SC2016 # expanded by the inner shell
    (cd "$source" && xargs -n 1 -P "$SETUP_JOBS" sh -c 'output=$(valgrind --quiet --vgdb=no --error-exitcode=9 \
        --leak-check=full --errors-for-leak-kinds=definite,possible --suppressions=tests/unit/valgrind.supp "$1" 2>&1)
        status=$?
        printf "== %s\n%s\n" "$1" "$output"
        # With 255 xargs begins no other, and the end of the log says what was wrong.
        [ "$status" -eq 0 ] || exit 255' sh <"$work/valgrind")
}

# All of them take minutes: make check-faults. By chance, and the same each time: what fails here can be found again.
calls_fail()
{
    make -C "$work/sanitizers" -j "$SETUP_JOBS" check-faults FAULT_OPTIONS='--count 400 --seed 1'
}

scripts_of_source()
{
    # Every file that says it is a shell script, and those that say it to shellcheck because they are sourced.
    find "$source" -type f ! -path '*/build-aux/*' ! -path '*/autom4te.cache/*' ! -name 'configure*' \
        -exec awk 'FNR == 1 && /^#!.*[\/ ](sh|bash)( |$)/ || FNR <= 2 && /^# shellcheck shell=/ { print FILENAME }' {} + | sort -u
}

lint_scripts()
{
    scripts_of_source >"$work/scripts"
    echo "$(wc -l <"$work/scripts") scripts"
    # Each is read beside what it sources.
    xargs shellcheck --external-sources --source-path=SCRIPTDIR <"$work/scripts"
}

lint_man_pages()
{
    # A page that refers to another project's page is right even where that page is not installed.
    mandoc -T lint -W style "$source"/man/*.[1-9] 2>&1 | grep -v -e 'referenced manual not found' -e ' lacks .* entry, run makewhatis' >"$work/man-lint"
    cat "$work/man-lint"
    [ ! -s "$work/man-lint" ]
}

lint_format()
{
    # Each version formats a little differently.
    if ! clang-format --version | grep -q 'version 14\.'; then
        echo "the code is formatted by clang-format 14, and here is $(clang-format --version)"
        return 77
    fi
    find "$source/include" "$source/src" "$source/tools" "$source/tests" -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
}

# Two at a time, so that it takes twice as long as one.
fuzz_targets()
{
    FUZZ_BUILD=$work/fuzz "$source/tests/fuzz/run.sh" 55
}

# Against the baseline of this compiler, where there is one.
count_instructions()
{
    make -C "$plain" bench-instructions
}

end_to_end()
{
    pimd=$(setup_find_pimd) && PATH=$PATH:$(dirname "$pimd") && export PATH
    promtool=$(setup_find_promtool) && PATH=$PATH:$(dirname "$promtool") && export PATH
    if "$require_all"; then
        "$source/tests/e2e/run" --bin "$plain" --logs "$work/e2e" --require-all
    else
        "$source/tests/e2e/run" --bin "$plain" --logs "$work/e2e"
    fi
}

# What takes long to make, once: a kernel, libraries for other systems. End to end tests mostly wait, which leaves
# the processors to it.
begin_caches()
{
    (
        setup_find_kernel
        setup_missing cross >/dev/null && exit
        "$source/tests/systems/libraries.sh" --targets | awk '$2 != "gcc" { print $1 }' |
            xargs -n 1 nice -n 19 "$source/tests/systems/libraries.sh"
    ) >"$work/caches.log" 2>&1 </dev/null &
    caches=$!
    command -v renice >/dev/null && renice -n 19 -p "$caches" >/dev/null 2>&1
}

await_caches()
{
    # What could not be made is said by the steps that need it.
    [ -z "$caches" ] || wait "$caches"
    caches=
}

# The static program for a router of this processor is kept: it is run end to end as well.
cross_builds()
{
    "$source/tests/systems/cross.sh" --keep "$work/cross" all
}

static_end_to_end()
{
    "$source/tests/e2e/run" --bin "$work/cross/x86_64-musl" --logs "$work/static" bridge/kept_by_igmpqd \
        bridge/kept_member_on_querier_host ctl/json election/three_lowest_first inject/table links/down_and_up lifecycle/lock
}

virtual_time()
{
    if ! kernel=$(setup_find_kernel); then
        echo 'a kernel with virtual time cannot be built here'
        return 77
    fi
    "$source/tests/uml/run" --kernel "$kernel" --bin "$plain" --logs "$work/uml" ten_hours failover streams vlan_switch late_answers day
}

debian_package()
{
    bash "$source/tests/system/debian_package.sh" "$work/system"
}

service_under_systemd()
{
    bash "$source/tests/system/systemd_uml.sh" "$work/system"
}

finish()
{
    setup_say ''
    setup_say "Took $(($(date +%s) - began)) s."
    status=0
    if [ "$failed" -gt 0 ]; then
        status=1
    elif "$require_all" && [ "$skipped" -gt 0 ]; then
        setup_say 'Nothing failed, but some tests were skipped, and here all are required.'
        status=1
    fi
    if [ "$status" -ne 0 ] || "$keep"; then
        setup_say "The builds and logs are in $work"
    else
        rm -rf "$work"
    fi
    setup_say "$passed passed, $failed failed, $skipped skipped"
    exit "$status"
}

case $wants in
all) kinds='build unit clang dist lint fuzz valgrind e2e' ;;
quick) kinds='build unit lint' ;;
unit) kinds='build unit clang dist' ;;
e2e) kinds='build valgrind e2e' ;;
esac
# shellcheck disable=SC2086 # a list of words
setup_install $kinds || setup_warn 'Going on with what is there.'
[ "$wants" != all ] || setup_install uml || setup_warn 'Going on without the service under systemd.'
[ "$wants" != all ] || setup_install package || setup_warn 'Going on without the Debian package.'
[ "$wants" != all ] || setup_install cross || setup_warn 'Going on without the builds for other systems.'
if setup_missing build >/dev/null; then
    setup_warn 'Without these nothing can be built.'
    failed=1
    finish
fi
setup_export "$source" || setup_fail "Cannot copy the checkout to $source."
setup_say "Building in $work"

has()
{
    command -v "$1" >/dev/null 2>&1
}

if [ "$wants" != e2e ]; then
    build=$work/sanitizers
    compiler=gcc
    has gcc || compiler=cc
    step "unit tests, $compiler with sanitizers" count_unit build_and_check CC="$compiler" --enable-werror --enable-sanitizers
fi
if [ "$wants" = all ]; then
    if setup_is_root && [ "$(uname -s)" = Linux ] && has addr2line; then
        step 'calls that fail, a share of them' one calls_fail
    else
        skip 'calls that fail' 'needs root, Linux and binutils'
    fi
fi
if [ "$wants" = all ] || [ "$wants" = unit ]; then
    build=$work/clang
    if has clang; then
        step 'unit tests, clang' count_unit build_and_check CC=clang --enable-werror
    else
        skip 'unit tests, clang' 'clang is not installed'
    fi
fi
if [ "$wants" = all ] || [ "$wants" = quick ]; then
    if has shellcheck; then step 'style of the scripts' one lint_scripts; else skip 'style of the scripts' 'shellcheck is not installed'; fi
    if has mandoc; then step 'style of the man pages' one lint_man_pages; else skip 'style of the man pages' 'mandoc is not installed'; fi
    if has clang-format; then step 'format of the code' one lint_format; else skip 'format of the code' 'clang-format is not installed'; fi
fi
if [ "$wants" = all ]; then
    if setup_missing fuzz >/dev/null; then
        skip 'fuzzers, a minute each' 'clang with libFuzzer is not installed'
    else
        step 'fuzzers, a minute each' one fuzz_targets
    fi
fi
if [ "$wants" != quick ]; then
    if step 'plain build' one build_plain; then
        if [ "$wants" != e2e ]; then
            if has xz; then
                step 'distribution archive: build, tests, install, uninstall' one archive_check
                step 'distribution archive again, the same to the octet' one archive_again
            else
                skip 'distribution archive' 'xz is not installed'
            fi
        fi
        if [ "$wants" = all ]; then
            step 'simulated networks, a share of them' one simulated_networks
            if has valgrind; then step 'unit tests under valgrind' one valgrind_tests; else skip 'unit tests under valgrind' 'valgrind is not installed'; fi
            if has valgrind; then step 'instructions, against the baseline' one count_instructions; else skip 'instructions, against the baseline' 'valgrind is not installed'; fi
        fi
        if [ "$wants" = all ] || [ "$wants" = e2e ]; then
            if ! setup_is_root; then
                skip 'end to end' 'needs root, for network namespaces; sudo ./tools/check.sh runs all, sudo ./tools/check.sh --e2e only these'
            elif [ "$(uname -s)" != Linux ]; then
                skip 'end to end' 'the tests use network namespaces and the snooping bridge of Linux'
            elif setup_missing e2e >/dev/null; then
                skip 'end to end' "these are missing: $(setup_missing e2e | tr '\n' ' ')"
            else
                [ "$wants" != all ] || begin_caches
                step 'end to end' count_e2e end_to_end
                await_caches
                step 'days in seconds' count_e2e virtual_time
            fi
        fi
        if [ "$wants" = all ]; then
            if setup_missing cross >/dev/null; then
                skip 'cross builds' "these are missing: $(setup_missing cross | tr '\n' ' ')"
            elif step 'cross builds' one cross_builds && setup_is_root && ! setup_missing e2e >/dev/null; then
                step 'end to end, static program' count_e2e static_end_to_end
            fi
            if ! setup_is_root || setup_missing package e2e >/dev/null; then
                skip 'Debian package' "needs root, and these, which are missing: $(setup_missing package e2e | tr '\n' ' ')"
            elif step 'Debian package, in a bare Debian' one debian_package; then
                step 'the service under systemd, in User-Mode Linux' one service_under_systemd
            fi
        fi
    fi
fi
finish
