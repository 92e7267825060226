# shellcheck shell=bash disable=SC2034 # what is set here is used by what sources this
# SPDX-License-Identifier: MIT
#
# What the tests of the installed system share: the Debian package, and small Debian systems to put it into. To be sourced by a
# script of this folder in bash, as root. Everything is made in SYSTEM_WORK, but for the systems, which take half a minute
# and are kept in IGMPQ_CACHE (/var/cache/igmpq).

system_suite=bookworm
system_cache=${IGMPQ_CACHE:-/var/cache/igmpq}
system_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
system_source=$(cd "$system_here/../.." && pwd -P)

# system_options USAGE ARGUMENT...: [--long] [--source DIR] WORK; sets system_long and SYSTEM_WORK.
system_options()
{
    local usage=$1
    shift
    system_long=false
    SYSTEM_WORK=
    while [ $# -gt 0 ]; do
        case $1 in
        --long) system_long=true ;;
        --source)
            [ $# -ge 2 ] || system_usage "$usage"
            system_source=$(cd "$2" && pwd -P) || exit 2
            shift
            ;;
        -h | --help)
            printf '%s\n' "$usage"
            exit 0
            ;;
        -*) system_usage "$usage" ;;
        *) SYSTEM_WORK=$1 ;;
        esac
        shift
    done
    [ -n "$SYSTEM_WORK" ] || system_usage "$usage"
    if [ "$(id -u)" -ne 0 ]; then
        echo 'needs root'
        exit 77
    fi
    mkdir -p "$SYSTEM_WORK" && chmod 755 "$SYSTEM_WORK" && SYSTEM_WORK=$(cd "$SYSTEM_WORK" && pwd -P) || exit 2
}

system_usage()
{
    printf '%s\n' "$1" >&2
    exit 2
}

# Make ready for the helpers of the end to end tests, which are to be sourced next and not in a function, where what they declare
# would end with it.
system_use_e2e() # NAME
{
    E2E_HERE=$(cd "$system_here/../e2e" && pwd -P)
    E2E_DIR=$SYSTEM_WORK/$1
    E2E_PREFIX=igmpq-e2e-$$-$1
    rm -rf "$E2E_DIR" && mkdir "$E2E_DIR" || exit 2
    export E2E_HERE E2E_DIR E2E_PREFIX LC_ALL=C IGMPQ_SOCKET=none PATH="$PATH:/usr/sbin:/sbin"
}

# The package, made where it is not there yet; its path. What the source's own tests say is asked elsewhere.
system_package()
{
    local folder=$SYSTEM_WORK/deb
    if ! ls "$folder"/igmpq_*.deb >/dev/null 2>&1; then
        rm -rf "$folder"
        mkdir -p "$folder/source" || return 1
        (cd "$system_source" && tar -c -f - --exclude=./.git --exclude='./build*' --exclude=./autom4te.cache .) |
            tar -x -f - -C "$folder/source" --no-same-owner || return 1
        if ! (cd "$folder/source" && DEB_BUILD_PROFILES=nocheck DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
            dpkg-buildpackage -b -us -uc) >"$folder/log" 2>&1 </dev/null; then
            tail -n 30 "$folder/log" >&2
            return 1
        fi
    fi
    ls "$folder"/igmpq_*.deb
}

# system_bare DEB: the path of an archive of a small Debian. In it are, not installed, the packages that DEB depends on
# (/igmpq-downloads/depends), those of OpenRC, and those for User-Mode Linux (systems). Only a change of what DEB depends on makes another.
system_bare()
{
    local archive
    archive=$(system_archive bare "$1") || return 1
    if [ ! -s "$archive" ]; then
        mkdir -p "$system_cache" && cp "$1" "$archive.$$.deb" || return 1
        # shellcheck disable=SC2016 # expanded where it is run
        if ! ARCHIVE=$archive.$$ PACKAGES=$system_packages mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io --customize-hook='
                set -e
                export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" DEBIAN_FRONTEND=noninteractive
                downloads=$1/igmpq-downloads
                archives=$1/var/cache/apt/archives
                rm -f "$archives"/*.deb
                fetch()
                {
                    folder=$downloads/$1
                    shift
                    apt-get -q -y --no-install-recommends --download-only install "$@"
                    mkdir -p "$folder"
                    # those that are new with this
                    for each in "$archives"/*.deb; do
                        [ -n "$(find "$downloads" -name "${each##*/}")" ] || ln "$each" "$folder/"
                    done
                }
                fetch depends "$ARCHIVE.deb"
                fetch openrc openrc
                fetch systems "$ARCHIVE.deb" $PACKAGES
                rm -f "$archives"/*.deb' \
            "$system_suite" "$archive.$$.tar" >"$archive.$$.log" 2>&1 </dev/null; then
            tail -n 20 "$archive.$$.log" >&2
            rm -f "$archive.$$".*
            return 1
        fi
        rm -f "$archive.$$.deb" "$archive.$$.log"
        mv "$archive.$$.tar" "$archive" || return 1
    fi
    printf '%s\n' "$archive"
}

# What a system needs to boot in User-Mode Linux and to be tested there.
system_packages='systemd iproute2 python3-minimal kmod'

# system_full DEB: an archive of the same with all of that installed but for OpenRC, and without DEB itself.
system_full()
{
    local bare archive folder
    bare=$(system_bare "$1") && archive=$(system_archive full "$1") || return 1
    if [ ! -s "$archive" ]; then
        folder=$SYSTEM_WORK/full
        if ! system_unpack "$bare" "$folder" || ! in_root "$folder" sh -c \
            'apt-get -q -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io --no-install-recommends install \
                /igmpq-downloads/depends/*.deb /igmpq-downloads/systems/*.deb' >"$folder.log" 2>&1; then
            tail -n 20 "$folder.log" >&2
            return 1
        fi
        rm -r "$folder/igmpq-downloads" && tar -c -f "$archive.$$" -C "$folder" . && mv "$archive.$$" "$archive" || return 1
        rm -rf "$folder" "$folder.log"
    fi
    printf '%s\n' "$archive"
}

system_archive() # WHAT DEB
{
    printf '%s/%s-%s-%s-%s.tar\n' "$system_cache" "$system_suite" "$1" "$(dpkg --print-architecture)" \
        "$(printf '%s\n' 3 "$(dpkg-deb -f "$2" Depends)" "$system_packages" | sha256sum | cut -c 1-12)"
}

# system_unpack ARCHIVE FOLDER. Devices are not needed, and cannot be made everywhere.
system_unpack()
{
    rm -rf "$2" && mkdir -p "$2" && chmod 755 "$2" && tar -x -p -f "$1" -C "$2" --exclude='./dev/*' && mkdir -p "$2/dev"
}

# in_root FOLDER COMMAND...: as in a system that is not running.
in_root()
{
    local root=$1
    shift
    # shellcheck disable=SC2016 # expanded inside
    ROOT=$root unshare --mount --net --propagation private sh -c '
        mount -t proc proc "$ROOT/proc" &&
        mount -t tmpfs -o mode=755 dev "$ROOT/dev" &&
        for each in null zero random urandom; do touch "$ROOT/dev/$each" && mount --bind "/dev/$each" "$ROOT/dev/$each" || exit 1; done
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$ROOT" "$@"' sh "$@" </dev/null
}

# setting UNIT NAME: what it says, of the last line with this name.
setting()
{
    sed -n "s/^$2=//p" "$1" | tail -n 1
}
