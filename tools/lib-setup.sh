# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# What the scripts of tools share: find what is missing, install it where the package
# manager is known, and build outside the checkout. To be sourced by a script in tools/, in POSIX sh or bash:
#
#     . "$(dirname "$0")/lib-setup.sh"
#
# It sets SETUP_TOP (the root of the checkout) and SETUP_JOBS, installs no trap and changes no shell option.
# Functions return 0 or 1 and print what went wrong; only setup_fail and setup_need_root exit.
#
#   setup_say TEXT...            one line on standard output
#   setup_warn TEXT...           one line on standard error
#   setup_fail TEXT...           the same, then exit 1
#   setup_is_root                true for root
#   setup_need_root WHY          go on as root, or exit 1 telling the sudo command to type; WHY completes
#                                "root is needed to ..."
#   setup_missing KIND...        print what is missing, one thing a line; true when something is.
#                                KIND: a word in the first column of setup_table, such as build, unit, e2e
#   setup_install KIND...        install what is missing; does nothing, and needs no network and no root, when all is
#                                there. 1 when something is still missing, after saying what to do
#   setup_install_build_dependencies   what building needs: setup_install build
#   setup_install_test_dependencies    what all tests need: setup_install build unit clang dist lint valgrind e2e,
#                                and uml and cross where there are such
#   setup_find_pimd              print the path of the pimd program for a test, fetching Debian's package into
#                                a cache when it is not installed; it is never installed, since that would start it
#   setup_find_promtool          the same for promtool of Prometheus, whose package would start a server
#   setup_find_kernel            print the path of a User-Mode Linux kernel with virtual time, building it into the
#                                cache when it is not there: four minutes of one processor
#   setup_work_folder NAME       make a fresh folder outside the checkout, readable by all, and print its path;
#                                the caller removes it
#   setup_export DIR             copy the checkout into DIR, without build products and without what git ignores
#   setup_configure SOURCE BUILD [OPTION...]   autogen.sh when needed, and configure, out of tree
#   setup_build DIR [OPTION...]  all in one: export to DIR/source, configure with OPTIONs and make in DIR/build;
#                                then DIR/build/igmpqd is there. Quiet: the output goes to DIR/build.log, whose end is
#                                shown on failure. In a DIR used before, only what changed is built again

SETUP_TOP=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
SETUP_JOBS=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
SETUP_CACHE=${IGMPQ_CACHE:-/var/cache/igmpq}

setup_say()
{
    printf '%s\n' "$*"
}

setup_warn()
{
    printf '%s\n' "$*" >&2
}

setup_fail()
{
    setup_warn "$@"
    exit 1
}

setup_is_root()
{
    [ "$(id -u)" -eq 0 ]
}

setup_need_root()
{
    setup_is_root || setup_fail "Root is needed to $1. Type: sudo $0"
}

# kind | probes, all of which must hold | what it is | Debian, Ubuntu | Fedora | FreeBSD
# A probe is a command's name, one of several (a/b), <a header>, or -something that clang can link with.
setup_table()
{
    cat <<'END'
build|cc/gcc/clang <stdio.h>|a C compiler|gcc libc6-dev|gcc glibc-devel|-
build|make/gmake|make|make|make|gmake
build|autoconf|autoconf|autoconf|autoconf|autoconf
build|automake|automake|automake|automake|automake
build|pkg-config/pkgconf|pkg-config|pkg-config|pkgconf-pkg-config|pkgconf
build|<pcap.h>|libpcap|libpcap-dev|libpcap-devel|-
build|<libnet.h>|libnet|libnet1-dev|libnet-devel|libnet
build|<libconfig.h>|libconfig|libconfig-dev|libconfig-devel|libconfig
build|<zlib.h>|zlib|zlib1g-dev|zlib-devel|-
build|<jansson.h>|jansson|libjansson-dev|jansson-devel|jansson
build|<uthash.h>|uthash|uthash-dev|uthash-devel|uthash
build|<seccomp.h>|libseccomp|libseccomp-dev|libseccomp-devel|-
unit|<cmocka.h>|cmocka|libcmocka-dev|libcmocka-devel|cmocka
unit|<microhttpd.h>|libmicrohttpd|libmicrohttpd-dev|libmicrohttpd-devel|libmicrohttpd
e2e|<microhttpd.h>|libmicrohttpd|libmicrohttpd-dev|libmicrohttpd-devel|libmicrohttpd
dist|xz|xz|xz-utils|xz|-
clang|clang|clang|clang|clang|llvm
fuzz|-fsanitize=fuzzer|clang with libFuzzer|clang libclang-rt-14-dev libfuzzer-14-dev|clang compiler-rt|llvm
valgrind|valgrind|valgrind|valgrind libc6-dbg|valgrind|valgrind
lint|clang-format|clang-format|clang-format|clang-tools-extra|llvm
lint|shellcheck|shellcheck|shellcheck|ShellCheck|hs-ShellCheck
lint|mandoc|mandoc|mandoc|mandoc|-
lint|systemd-analyze|systemd-analyze|systemd|systemd|-
quickstart|ip bridge|iproute2|iproute2|iproute|-
quickstart|python3|Python 3|python3|python3|python3
quickstart|ps|procps|procps|procps-ng|-
e2e|ip bridge|iproute2|iproute2|iproute|-
e2e|tcpdump|tcpdump|tcpdump|tcpdump|tcpdump
e2e|tmux|tmux|tmux|tmux|tmux
e2e|ps|procps|procps|procps-ng|-
e2e|python3|Python 3|python3|python3|python3
package|dpkg-buildpackage dh lintian <microhttpd.h> <seccomp.h>|tools for Debian packages|dpkg-dev debhelper lintian libmicrohttpd-dev libseccomp-dev|-|-
package|mmdebstrap|mmdebstrap|mmdebstrap|-|-
uml|linux.uml modprobe|User-Mode Linux|user-mode-linux kmod|-|-
cross|libtoolize|libtool|libtool debian-archive-keyring|-|-
cross|bison flex|bison and flex|bison flex|-|-
cross|npm|npm|npm|-|-
cross|readelf|binutils|binutils|-|-
cross|qemu-mips qemu-aarch64|qemu for programs|qemu-user|-|-
s390x|s390x-linux-gnu-gcc|gcc for s390x|gcc-s390x-linux-gnu libc6-dev-s390x-cross|-|-
s390x|qemu-s390x|qemu for programs|qemu-user|-|-
i386|i686-linux-gnu-gcc|gcc for i386|gcc-i686-linux-gnu libc6-dev-i386-cross|-|-
hygiene|bmake|BSD make|bmake|bmake|-
hygiene|checkbashisms|checkbashisms|devscripts|devscripts-checkbashisms|checkbashisms
distributions|mmdebstrap zstd|mmdebstrap and zstd|mmdebstrap zstd debian-archive-keyring|-|-
kernel|gcc <stdio.h>|gcc|gcc libc6-dev|-|-
kernel|make|make|make|-|-
kernel|bison|bison|bison|-|-
kernel|flex|flex|flex|-|-
kernel|bc|bc|bc|-|-
kernel|xz|xz|xz-utils|-|-
END
}

# The folders where each system keeps what is not its own.
setup_has_header()
{
    setup_has_header_cc=$(command -v cc || command -v gcc || command -v clang) || return 1
    printf '#include <stdio.h>\n#include <stdint.h>\n#include <stdarg.h>\n#include <%s>\n' "$1" |
        "$setup_has_header_cc" -E -x c -I/usr/local/include -I/usr/pkg/include - >/dev/null 2>&1
}

setup_has_all()
{
    for setup_probe in $1; do
        case $setup_probe in
        '<'*)
            setup_probe=${setup_probe#<}
            setup_has_header "${setup_probe%>}" || return 1
            ;;
        -*)
            # Taken for the entry of a fuzzer, which brings main().
            printf 'int LLVMFuzzerTestOneInput(const char *data, unsigned long size) { return data && size > 9; }\n' |
                clang "$setup_probe" -x c - -o /dev/null 2>/dev/null || return 1
            ;;
        *)
            setup_found=false
            for setup_name in $(printf '%s' "$setup_probe" | tr '/' ' '); do
                PATH=$PATH:/usr/sbin:/sbin command -v "$setup_name" >/dev/null 2>&1 && setup_found=true
            done
            "$setup_found" || return 1
            ;;
        esac
    done
}

# The rows of the table that are of one of the kinds and do not hold; each package once.
setup_missing_rows()
{
    setup_table | while IFS='|' read -r setup_kind setup_probes setup_rest; do
        for setup_wanted in "$@"; do
            if [ "$setup_kind" = "$setup_wanted" ] && ! setup_has_all "$setup_probes" </dev/null; then
                printf '%s\n' "$setup_rest"
            fi
        done
    done | sort -u
}

setup_missing()
{
    setup_missing_rows "$@" | cut -d '|' -f 1 | grep .
}

# One column of the missing rows on one line: 2 Debian, 3 Fedora, 4 FreeBSD; "-" is part of the system.
setup_missing_packages()
{
    setup_column=$1
    shift
    setup_missing_rows "$@" | cut -d '|' -f "$setup_column" | tr ' ' '\n' | grep -v '^-$' | sort -u | tr '\n' ' ' |
        sed 's/ *$//'
}

setup_tell_what_to_install()
{
    setup_warn "These are missing: $(setup_missing "$@" | tr '\n' ',' | sed 's/,$//; s/,/, /g')."
    setup_warn 'Install them with the package manager of this system, then run this again:'
    setup_warn "  Debian, Ubuntu  apt-get install $(setup_missing_packages 2 "$@")"
    setup_warn "  Fedora          dnf install $(setup_missing_packages 3 "$@")"
    setup_warn "  FreeBSD         pkg install $(setup_missing_packages 4 "$@")"
    setup_warn '  elsewhere       the packages of the same names, with their headers ("-dev", "-devel")'
}

setup_install()
{
    setup_missing "$@" >/dev/null || return 0
    if ! command -v apt-get >/dev/null 2>&1 || ! setup_is_root; then
        setup_tell_what_to_install "$@"
        return 1
    fi
    setup_packages=$(setup_missing_packages 2 "$@")
    setup_say "Installing $setup_packages ..."
    # A list of packages that is a little old still serves: an update that fails is no reason to stop.
    setup_update=$(DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 update </dev/null 2>&1) ||
        setup_warn 'apt-get update failed; trying with the lists that are there.'
    # shellcheck disable=SC2086 # a list of words
    setup_output=$(DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends $setup_packages </dev/null 2>&1) ||
        printf '%s\n%s\n' "$setup_update" "$setup_output" | tail -n 15 >&2
    setup_missing "$@" >/dev/null || return 0
    setup_tell_what_to_install "$@"
    return 1
}

setup_install_build_dependencies()
{
    setup_install build
}

setup_install_test_dependencies()
{
    setup_install build unit clang dist lint valgrind e2e || return 1
    # Made for a few machines only; their tests are skipped elsewhere.
    setup_install uml || :
    setup_install cross || :
}

# setup_unpack PACKAGE FOLDER FILE [MEMBER...]: the path of FILE of a Debian package, which is not installed but unpacked into
# a folder of the cache, in whole or only its MEMBERs.
setup_unpack()
{
    setup_package=$1
    setup_unpacked=$SETUP_CACHE/$2
    setup_file=$setup_unpacked/$3
    shift 3
    if [ ! -x "$setup_file" ]; then
        command -v dpkg-deb >/dev/null 2>&1 && setup_is_root || return 1
        setup_fetch=$(mktemp -d) || return 1
        (
            cd "$setup_fetch" || exit 1
            # apt-get fetches as a user of its own where it can
            chmod 777 . && apt-get -q download "$setup_package" ||
                { apt-get -q update && apt-get -q download "$setup_package"; } || exit 1
            mkdir -p "$setup_unpacked" && dpkg-deb --fsys-tarfile "$setup_package"_*.deb | tar -x -C "$setup_unpacked" "$@"
        ) </dev/null >/dev/null 2>&1
        rm -rf "$setup_fetch"
    fi
    [ -x "$setup_file" ] && setup_say "$setup_file"
}

# Debian's package starts the daemon on every interface as soon as it is installed, so it is only unpacked.
setup_find_pimd()
{
    PATH=$PATH:/usr/sbin:/sbin command -v pimd || setup_unpack pimd pimd usr/sbin/pimd
}

# What building it needs is installed only where it has to be built.
setup_find_kernel()
{
    "$SETUP_TOP/tests/uml/build_kernel.sh" --find && return 0
    [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || return 1
    setup_install kernel >&2 && "$SETUP_TOP/tests/uml/build_kernel.sh"
}

# Of a package with everything else that Prometheus is only this one program is unpacked.
setup_find_promtool()
{
    command -v promtool || setup_unpack prometheus promtool usr/bin/promtool ./usr/bin/promtool
}

# Readable by all, since tcpdump and others give root up before they open their files.
setup_work_folder()
{
    setup_folder=$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX") && chmod 755 "$setup_folder" && setup_say "$setup_folder"
}

setup_export()
{
    mkdir -p "$1" || return 1
    # Among what is made, so that a caller who is interrupted has nothing else to remove.
    setup_list=$1/.git-files
    # Tracked or new, but not ignored: a file that was not committed yet is tested as well. Under sudo the
    # checkout belongs to somebody else, which git must be told is fine.
    if (cd "$SETUP_TOP" && [ -e .git ] &&
        git -c safe.directory="$SETUP_TOP" ls-files --cached --others --exclude-standard) >"$setup_list" 2>/dev/null; then
        sort -u "$setup_list" | (cd "$SETUP_TOP" && while IFS= read -r setup_file; do
            if [ -e "$setup_file" ] || [ -h "$setup_file" ]; then printf '%s\n' "$setup_file"; fi
        done | tar -c -f - -T -) | (cd "$1" && tar -x -f - --no-same-owner)
    else
        (cd "$SETUP_TOP" && tar -c -f - --exclude='./.git' --exclude='*.o' --exclude='*.a' --exclude='.deps' \
            --exclude='./build*' --exclude='./autom4te.cache' --exclude='./Makefile' --exclude='./config.status' \
            --exclude='./config.h' --exclude='./stamp-h1' .) | (cd "$1" && tar -x -f - --no-same-owner)
        # build-aux belongs to an archive made by "make dist", as configure does, and "build*" left it out
        if [ -d "$SETUP_TOP/build-aux" ]; then
            cp -R -p "$SETUP_TOP/build-aux" "$1/" || return 1
        fi
    fi
    setup_status=$?
    rm -f "$setup_list"
    [ "$setup_status" -eq 0 ] && [ -e "$1/configure.ac" ]
}

setup_configure()
{
    setup_source=$1
    setup_target=$2
    shift 2
    if [ ! -x "$setup_source/configure" ] || [ -n "$(find "$setup_source/configure.ac" "$setup_source/Makefile.am" \
        -newer "$setup_source/configure")" ]; then
        (cd "$setup_source" && ./autogen.sh) || return 1
    fi
    mkdir -p "$setup_target" && (cd "$setup_target" && "$setup_source/configure" "$@")
}

setup_build()
{
    setup_build_folder=$1
    shift
    mkdir -p "$setup_build_folder" || return 1
    setup_build_folder=$(cd "$setup_build_folder" && pwd -P) || return 1
    if ! { setup_export "$setup_build_folder/source" &&
        setup_configure "$setup_build_folder/source" "$setup_build_folder/build" "$@" &&
        make -C "$setup_build_folder/build" -j "$SETUP_JOBS"; } >"$setup_build_folder/build.log" 2>&1 </dev/null; then
        setup_warn "The build failed; the end of $setup_build_folder/build.log:"
        tail -n 30 "$setup_build_folder/build.log" >&2
        return 1
    fi
}
