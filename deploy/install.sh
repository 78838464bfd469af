#!/usr/bin/env bash
# usage: install.sh [--from DIR|WHEEL|URL] [--version VERSION]
#        install.sh --uninstall [--keep-data]
#
# Installs Pi Motion Camera's agent as a service on Raspberry Pi OS bookworm or trixie, 64 bit:
#
#   curl -fsSL https://github.com/pi-motion-camera/pi-motion-camera/releases/latest/download/install.sh | sudo bash
#
# Run again it updates: settings and recordings stay, and where the new version does not start the
# old one goes on. --from takes another source than the release, --version another release.
# --uninstall leaves nothing behind; with --keep-data recordings, keys and settings stay. Asks
# nothing, since a script that is piped in cannot be answered.
set -euo pipefail
umask 022

readonly RELEASE=0.1.0
readonly EXTRAS=copy,mqtt
readonly REPOSITORY=https://github.com/pi-motion-camera/pi-motion-camera
readonly SERVICE=pi-agent
readonly PREFIX=/opt/pi-agent # versions/N: an environment each; current: the one that runs
readonly STATE=/var/lib/pi-agent
readonly CONFIG=/etc/pi-agent
readonly UNIT=/etc/systemd/system/$SERVICE.service
readonly COMMAND=/usr/local/bin/pi-agent
readonly RECORDED_PACKAGES=$PREFIX/packages # what was not there before
readonly LOG=$PREFIX/install.log
readonly NEEDED_MEGABYTES=700 # measured: 400 an environment, and the packages
readonly TRIAL_SECONDS=60     # a Zero 2 W imports everything in about ten

main() {
    local action=install source='' version=$RELEASE
    KEEP_DATA=no
    while (($#)); do
        case $1 in
            --from) source=${2:?--from needs a directory, a wheel or a URL} && shift ;;
            --version) version=${2:?--version needs a version} && shift ;;
            --uninstall) action=uninstall ;;
            --keep-data) KEEP_DATA=yes ;;
            -h | --help) print_help && return ;;
            *) fail "unknown argument $1; see --help" ;;
        esac
        shift
    done
    [[ $(id -u) == 0 ]] || fail "this needs root; begin the command with: sudo"
    exec 9>/run/lock/pi-agent-install.lock
    flock --nonblock 9 || fail "another installation is under way"
    if [[ -e $source ]]; then source=$(realpath "$source"); fi
    cd / # the service's user may not see where we are
    if [[ $action == uninstall ]]; then
        uninstall
    else
        install "${source:-$(release_of "$version")}"
    fi
}

print_help() {
    cat <<HELP
usage: install.sh [--from DIR|WHEEL|URL] [--version VERSION]
       install.sh --uninstall [--keep-data]
Installs, updates or removes Pi Motion Camera's agent; see docs/installation.md.
HELP
}

say() { printf '%s\n' "$*"; }
note() { printf 'Note: %s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

release_of() { printf '%s\n' "$REPOSITORY/releases/download/v$1/pi_agent-$1-py3-none-any.whl"; }

# logged COMMAND...: run it with its output in the log; show the end of that where it fails.
logged() {
    "$@" >>"$LOG" 2>&1 && return
    tail -n 15 "$LOG" >&2
    return 1
}

install() {
    local source=$1 new
    check_machine
    mkdir -p "$PREFIX/versions"
    : >"$LOG"
    install_packages
    make_user
    new=$(next_version_directory)
    trap 'rm -rf "$new"' EXIT
    install_environment "$source" "$new"
    try_out "$new"
    trap - EXIT
    put_into_service "$new"
    tell_what_next
}

# --- what this machine is ------------------------------------------------------------------------

check_machine() {
    check_system
    check_model
    local free
    free=$(df --output=avail --block-size=1M /opt 2>/dev/null | tail -n 1)
    ((free >= NEEDED_MEGABYTES)) \
        || fail "only $free MB are free on /opt, and $NEEDED_MEGABYTES are needed; make room first"
    # Raspberry Pi OS leaves it out by default, to save memory.
    if [[ -e /sys/fs/cgroup/cgroup.controllers ]] \
        && ! grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
        note "this kernel does not count memory, so the service's memory limit has no effect. To" \
            "have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and reboot."
    fi
}

check_system() {
    local name codename architecture needed="Raspberry Pi OS bookworm or trixie, 64 bit"
    name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-$ID}") || fail "needed: $needed"
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-unknown}")
    case $(. /etc/os-release && printf '%s' "${ID:-}") in
        debian | raspbian) ;;
        *) fail "this is $name; needed: $needed (or Debian 12 or 13)" ;;
    esac
    case $codename in
        bookworm | trixie) ;;
        *) fail "this is $name; needed: $needed. Raspberry Pi Imager writes it onto a card" ;;
    esac
    architecture=$(dpkg --print-architecture)
    case $architecture in
        arm64 | amd64) ;;
        *) fail "this system is for $architecture; needed: $needed. A Pi 3, 4, 5 or Zero 2 W runs" \
            "it; write the 64-bit image onto the card with Raspberry Pi Imager" ;;
    esac
    say "$name, $codename, $architecture"
}

check_model() {
    local model
    model=''
    if [[ -e /proc/device-tree/model ]]; then model=$(tr -d '\0' </proc/device-tree/model); fi
    case $model in
        *'Raspberry Pi'*) say "$model" ;;
        *) note "this is no Raspberry Pi${model:+ but $model}: webcams and network cameras work," \
            "Camera Modules do not." ;;
    esac
}

# --- packages, user, environment -----------------------------------------------------------------

install_packages() {
    local wanted=(python3 python3-venv) before
    say "Looking for system packages"
    logged apt-get update || fail "the package lists cannot be read; is the Pi online?"
    if apt-cache show python3-picamera2 >/dev/null 2>&1; then
        wanted+=(python3-picamera2)
    else
        note "the package sources have no python3-picamera2: this is not Raspberry Pi OS, and" \
            "Camera Modules will not work."
    fi
    before=$(installed_packages)
    say "Installing ${wanted[*]}"
    logged env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        "${wanted[@]}" || fail "the packages could not be installed; the log is $LOG"
    comm -13 <(printf '%s\n' "$before") <(installed_packages) >>"$RECORDED_PACKAGES"
}

installed_packages() {
    dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort
}

make_user() {
    local group
    if ! getent passwd "$SERVICE" >/dev/null; then
        useradd --system --user-group --home-dir "$STATE" --no-create-home \
            --shell /usr/sbin/nologin "$SERVICE"
    fi
    for group in video render gpio input; do
        if getent group "$group" >/dev/null; then usermod --append --groups "$group" "$SERVICE"; fi
    done
    mkdir -p "$STATE" "$CONFIG"
    chmod 0700 "$STATE"
    chown -R "$SERVICE:$SERVICE" "$STATE"
    [[ -e $CONFIG/config.toml ]] || write_configuration >"$CONFIG/config.toml"
    # It may hold the passwords of network cameras.
    chown -R "root:$SERVICE" "$CONFIG"
    chmod 0750 "$CONFIG"
    chmod 0640 "$CONFIG/config.toml"
}

write_configuration() {
    cat <<CONFIGURATION
# Pi Motion Camera. Without cameras here the agent uses those that it finds. After a change:
#   sudo pi-agent check && sudo systemctl restart pi-agent

# name = "Porch Pi"

# [storage]                 # whichever is reached first; 0 means no such limit
# max_age_days = 30
# max_gigabytes = 20
# min_free_gigabytes = 1

# [[cameras]]
# id = "front_door"
# source = "picamera2"      # or /dev/video0, rtsp://..., http://...
CONFIGURATION
}

next_version_directory() {
    local number=1
    while [[ -e $PREFIX/versions/$number ]]; do number=$((number + 1)); done
    printf '%s\n' "$PREFIX/versions/$number"
}

# install_environment SOURCE DIRECTORY: sees the system's picamera2, and the numpy it is built for.
install_environment() {
    local source=$1 directory=$2
    say "Installing the agent from $source"
    logged python3 -m venv --system-site-packages "$directory" || fail "no environment: see $LOG"
    # Nothing is compiled on a Pi: where there is no wheel, this says so at once.
    logged env PIP_NO_CACHE_DIR="${PIP_NO_CACHE_DIR:-1}" \
        "$directory/bin/python" -m pip install --disable-pip-version-check \
        --no-input --progress-bar off --only-binary :all: "$(with_extras "$source")" \
        || fail "the agent could not be installed from $source; the log is $LOG"
    [[ -e $directory/share/pi-agent/$SERVICE.service ]] \
        || fail "$source holds no $SERVICE.service; is it Pi Motion Camera's agent?"
}

# with_extras SOURCE: with what the copy to a second machine and MQTT need; small, and loaded only
# where they are configured.
with_extras() {
    case $1 in
        *://*) printf 'pi-agent[%s] @ %s\n' "$EXTRAS" "$1" ;;
        *) printf '%s[%s]\n' "$1" "$EXTRAS" ;;
    esac
}

# try_out DIRECTORY: does the version start and stop, beside the one that runs? With a drawn camera
# and data of its own, as the service's user.
try_out() {
    local directory=$1 data
    say "Trying it out"
    if package_is_installed python3-picamera2; then
        as_service "$directory/bin/python" -I -c 'import picamera2' >>"$LOG" 2>&1 \
            || fail "picamera2 cannot be imported beside the agent's packages; the log is $LOG"
    fi
    data=$(as_service mktemp --directory)
    as_service "$directory/bin/python" -I - "$directory" "$data" "$TRIAL_SECONDS" \
        >>"$LOG" 2>&1 <<'TRIAL' || { rm -rf "$data" && give_up_trial; }
import signal, subprocess, sys, threading
directory, data, seconds = sys.argv[1:]
command = [f"{directory}/bin/pi-agent", "run", "--demo", "--host", "127.0.0.1", "--port", "0"]
agent = subprocess.Popen([*command, "--data-dir", data], stderr=subprocess.PIPE, text=True)
limit = threading.Timer(float(seconds), agent.kill)
limit.start()
serves = False
for line in agent.stderr:
    print(line, end="", flush=True)
    if "Listening on" in line:
        serves = True
        agent.send_signal(signal.SIGTERM)
status = agent.wait()
limit.cancel()
sys.exit(status if serves else 1)
TRIAL
    rm -rf "$data"
}

give_up_trial() {
    tail -n 15 "$LOG" >&2
    fail "this version does not start here; nothing was changed. The log is $LOG"
}

as_service() { runuser --user "$SERVICE" -- "$@"; }

package_is_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# --- into service --------------------------------------------------------------------------------

systemd_runs() { [[ -d /run/systemd/system ]]; }

put_into_service() {
    local new=$1 old was_active=no
    old=$(readlink "$PREFIX/current" || true)
    write_command
    if systemd_runs && systemctl --quiet is-active "$SERVICE"; then
        was_active=yes
        trap 'systemctl start "$SERVICE"' EXIT # whatever ends us here: a camera is not left off
        systemctl stop "$SERVICE"
    fi
    keep_database
    sync --file-system "$new" # a power cut from here on finds it whole
    switch_to "$new"
    trap - EXIT
    if ! systemd_runs; then
        systemctl --quiet enable "$SERVICE"
        note "systemd does not run here (a chroot or a container?): the agent is installed and" \
            "starts with the next boot."
    elif start_service || [[ $was_active == no ]]; then
        systemctl --quiet enable "$SERVICE"
    else
        roll_back "$old"
    fi
    forget_versions_but "$new"
}

# write_command: pi-agent on the PATH, as the service's user, so that its files stay its own.
write_command() {
    cat >"$COMMAND" <<'WRAPPER'
#!/bin/sh
# Pi Motion Camera's agent. What touches its data runs as the user of the service.
program=/opt/pi-agent/current/bin/pi-agent
case ${1:-} in
    replay | bench | --version | -h | --help) exec "$program" "$@" ;;
esac
case $(id -un) in
    pi-agent) exec "$program" "$@" ;;
    root) exec runuser --user pi-agent -- "$program" "$@" ;;
    *) exec sudo -- "$0" "$@" ;;
esac
WRAPPER
    chmod 0755 "$COMMAND"
}

# keep_database: a newer version may change the database so that an older cannot read it.
keep_database() {
    rm -rf "$PREFIX/before"
    mkdir --mode=0700 "$PREFIX/before"
    find "$STATE" -maxdepth 1 -name 'agent.db*' -exec cp --preserve {} "$PREFIX/before/" \;
}

# switch_to DIRECTORY: from now on that version is the one that runs.
switch_to() {
    ln -sfn "$1" "$PREFIX/current.new"
    mv --no-target-directory "$PREFIX/current.new" "$PREFIX/current"
    cp "$1/share/pi-agent/$SERVICE.service" "$UNIT"
    if systemd_runs; then systemctl daemon-reload; fi
}

# start_service: is it up, and still up some seconds later? A unit of Type=notify says so itself.
start_service() {
    systemctl restart "$SERVICE" && sleep 5 && systemctl --quiet is-active "$SERVICE"
}

roll_back() {
    local old=$1 new
    new=$(readlink "$PREFIX/current")
    journalctl --no-pager --lines=15 --unit="$SERVICE" >&2 || true
    systemctl stop "$SERVICE" || true
    find "$STATE" -maxdepth 1 -name 'agent.db*' -delete
    find "$PREFIX/before" -type f -exec cp --preserve {} "$STATE/" \;
    switch_to "$old"
    rm -rf "$new"
    systemctl restart "$SERVICE" || fail "neither the new nor the old version starts: see the journal"
    fail "the new version did not start; the old one runs again, with its data as they were"
}

forget_versions_but() {
    rm -rf "$PREFIX/before"
    find "$PREFIX/versions" -mindepth 1 -maxdepth 1 ! -path "$1" -exec rm -rf {} +
}

tell_what_next() {
    say ''
    say "Pi Motion Camera: $("$COMMAND" --version) is installed."
    if systemd_runs && ! systemctl --quiet is-active "$SERVICE"; then
        say "It does not run yet, and is tried again by itself. What is wrong:"
        journalctl --no-pager --lines=5 --output=cat --unit="$SERVICE" || true
    fi
    say ''
    "$COMMAND" check 2>&1 || true
    say ''
    if [[ -z $("$COMMAND" tokens list) ]]; then
        say "Pairing code, good once, for ten minutes: $("$COMMAND" pair 2>/dev/null)"
        say ''
        say "In Home Assistant, with the integration Pi Motion Camera: Settings > Devices & services."
        say "This Pi is found by itself; else add the integration with the host $(own_address)."
        say ''
    fi
    say "A new code: pi-agent pair   Cameras and limits: $CONFIG/config.toml"
    say "The log: journalctl -u $SERVICE   All of it away: install.sh --uninstall"
}

own_address() {
    local address
    read -r address _ < <(hostname -I 2>/dev/null) || true
    printf '%s\n' "${address:-$(hostname)}"
}

# --- away ----------------------------------------------------------------------------------------

uninstall() {
    if systemd_runs; then systemctl --quiet disable --now "$SERVICE" 2>/dev/null || true; fi
    rm -f "$UNIT" "/etc/systemd/system/multi-user.target.wants/$SERVICE.service" "$COMMAND"
    if systemd_runs; then
        systemctl daemon-reload
        systemctl reset-failed "$SERVICE" 2>/dev/null || true
    fi
    remove_packages
    rm -rf "$PREFIX"
    if [[ $KEEP_DATA == no ]]; then rm -rf "$STATE" "$CONFIG"; fi
    if getent passwd "$SERVICE" >/dev/null; then userdel "$SERVICE"; fi
    if [[ $KEEP_DATA == yes ]]; then
        say "Removed. Recordings and keys stay in $STATE, settings in $CONFIG."
    else
        say "Removed, with all recordings and settings."
    fi
}

# remove_packages: those that came with the agent and that nothing else needs by now.
remove_packages() {
    local recorded=() removable=()
    [[ -s $RECORDED_PACKAGES ]] || return 0
    mapfile -t recorded < <(sort -u "$RECORDED_PACKAGES")
    apt-mark auto "${recorded[@]}" >/dev/null 2>&1 || true
    mapfile -t removable < <(comm -12 <(printf '%s\n' "${recorded[@]}") <(
        apt-get autoremove --simulate --option APT::AutoRemove::SuggestsImportant=false \
            2>/dev/null | awk '$1 == "Remv" { print $2 }' | sort
    ))
    ((${#removable[@]})) || return 0
    say "Removing the packages that came with it"
    DEBIAN_FRONTEND=noninteractive apt-get purge --yes "${removable[@]}" >/dev/null \
        || note "some packages could not be removed: ${removable[*]}"
}

main "$@" </dev/null
