# shellcheck shell=bash
# System packages: only what is missing, said beforehand with the reason.

MISSING_PACKAGES=()

# on_ubuntu: is this Ubuntu, whose archive differs from Debian's?
on_ubuntu() { [[ $(. /etc/os-release && printf '%s' "${ID:-}") == ubuntu ]]; }

# package_installed NAME: is the Debian package installed?
package_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# need_package NAME REASON: note a package for install_missing_packages, unless it is there.
# NAME may be "a|b" where releases name it differently; the first that apt knows is taken.
need_package() {
    local name
    for name in ${1//|/ }; do
        if package_installed "$name"; then return; fi
    done
    say "Missing system package ${1//|/ or }: $2"
    MISSING_PACKAGES+=("$1")
}

# as_root COMMAND...: run it as root, by sudo where we are somebody else; fails without either.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "This needs root, and there is no sudo."
        return 1
    fi
}

# install_missing_packages: install what need_package noted; the only place that asks for root.
# Fails, after saying what somebody with more rights can do, where that is not possible.
install_missing_packages() {
    local packages log=$TOOLS/apt.log
    ((${#MISSING_PACKAGES[@]})) || return 0
    if command -v apt-get >/dev/null && as_root apt-get update -qq >&2; then
        mapfile -t packages < <(available_packages)
        say "Installing with apt-get, as root: ${packages[*]}"
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
            --no-install-recommends "${packages[@]}" >"$log" 2>&1 </dev/null; then
            MISSING_PACKAGES=()
            return 0
        fi
        tail -n 5 "$log" >&2
    fi
    say "Not installed. By hand, as root: apt-get install ${MISSING_PACKAGES[*]%%|*}"
    MISSING_PACKAGES=()
    return 1
}

# available_packages: the names of the missing packages, each as this release has it.
available_packages() {
    local alternatives name
    for alternatives in "${MISSING_PACKAGES[@]}"; do
        for name in ${alternatives//|/ }; do
            if apt-cache show "$name" >/dev/null 2>&1; then
                printf '%s\n' "$name"
                continue 2
            fi
        done
        say "The package sources of this machine have no ${alternatives//|/ or }"
    done
}
