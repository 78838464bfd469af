# shellcheck shell=bash
# The OpenSSH server that the copy of events is tested against. Unpacked into .tools and not
# installed: that would start a server on this machine.

# have_sshd: is there one, of the system or unpacked?
have_sshd() { [[ -x /usr/sbin/sshd || -x $TOOLS/openssh/usr/sbin/sshd ]]; }

# need_sshd_libraries: note what the unpacked one needs of the system.
need_sshd_libraries() {
    if [[ -x /usr/sbin/sshd ]]; then return; fi
    need_package openssh-client "its ssh-keygen makes the keys for the test of copies by SSH"
    need_package libwrap0 "the OpenSSH server of that test is linked with it"
}

# unpack_sshd: fetch the distribution's package; says so where that is not possible.
unpack_sshd() {
    if have_sshd; then return; fi
    say "Unpacking openssh-server into ${TOOLS#"$ROOT"/}/openssh, for tests alone"
    mkdir -p "$TOOLS/openssh"
    (cd "$TOOLS/openssh" && download_sshd >download.log 2>&1 \
        && dpkg-deb -x openssh-server_*.deb . && rm -f openssh-server_*.deb) \
        || say "There is no OpenSSH server; the tests of copies by SSH are skipped"
}

# download_sshd: the package into this folder; the lists of packages are fetched only if need be.
download_sshd() {
    apt-get download openssh-server \
        || { as_root apt-get update -qq && apt-get download openssh-server; }
}
