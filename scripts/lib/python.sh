# shellcheck shell=bash
# A Python of the version asked for: the machine's own, else uv's, else the distribution's packages.
# Expects UV, the path of uv.

# provide_python MINIMUM: print the path of a Python of MINIMUM's minor version, not older than
# MINIMUM (as in 3.14.2).
provide_python() {
    local minimum=$1 version=${1%.*} prefix
    prefix=$TOOLS/python$version
    # Loader and libraries are named by absolute path: in a checkout that moved, unpack anew.
    if [[ $(cat "$prefix.complete" 2>/dev/null) == "$prefix" ]]; then
        printf '%s\n' "$prefix/usr/bin/python$version"
        return
    fi
    if find_python "$minimum"; then return; fi
    if download_python_build "$version" && find_python "$minimum"; then return; fi
    unpack_debian_python "$version" "$prefix" && printf '%s\n' "$prefix" >"$prefix.complete" \
        && printf '%s\n' "$prefix/usr/bin/python$version"
}

# find_python MINIMUM: print the path of a suitable one that is installed, on the PATH or by uv.
find_python() {
    "$UV" python find --system --no-project --no-config --no-python-downloads \
        ">=$1,<${1%.*}.9999" 2>/dev/null
}

# download_python_build VERSION: let uv fetch one; given up soon where its host cannot be reached.
download_python_build() {
    UV_HTTP_CONNECT_TIMEOUT=10 UV_HTTP_RETRIES=1 timeout 300 \
        "$UV" python install --quiet --no-bin --no-config "$1" 2>/dev/null
}
