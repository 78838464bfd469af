"""The installer on bookworm and trixie: in a chroot, and where a systemd of its own runs."""

import re

import pytest

from pi_agent import __version__
from pi_agent.protocol import PairingCode

from .machine import Machine

ACTIVE = "systemctl is-active --quiet pi-agent"
UNTIL_ACTIVE = f"for i in $(seq 100); do {ACTIVE} && break; sleep 0.2; done; {ACTIVE}"
PID = "$(systemctl show --property MainPID --value pi-agent)"
UPDATE = "cat /srv/install.sh | bash -s -- --from"
# Each takes half a minute, and nothing in it differs between the suites.
on_trixie_alone = pytest.mark.parametrize("suite", ["trixie"], indirect=True)


def test_it_says_what_it_did_and_what_to_do_next(
    installed: Machine, said: str, pairing_codes: list[str]
) -> None:
    assert installed.suite in said
    assert f"pi-agent {__version__} is installed" in said
    assert "systemd does not run here" in said
    assert "no Raspberry Pi" in said
    assert "ok    camera porch: 1280x720" in said
    (code,) = pairing_codes
    assert str(PairingCode.parse(code)) == code


def test_the_agent_sees_the_system_s_picamera2_and_numpy(installed: Machine) -> None:
    done = installed.run(
        "/opt/pi-agent/current/bin/python -Ic 'import picamera2, numpy, cv2; "
        "print(numpy.__version__, cv2.__version__)'"
    )
    numpy, opencv = done.stdout.split()
    older = installed.suite == "bookworm"
    assert numpy.startswith("1." if older else "2.")
    assert opencv.startswith("4.")
    assert (int(opencv.split(".")[1]) < 12) == older


def test_only_the_service_s_user_reads_its_data_and_nobody_changes_its_program(
    installed: Machine,
) -> None:
    done = installed.run(
        "stat -c '%a %U %G' /var/lib/pi-agent /etc/pi-agent /etc/pi-agent/config.toml; "
        "stat -c '%a %U %G' /opt/pi-agent/versions/1/bin/pi-agent"
    )
    assert done.stdout.splitlines() == [
        "700 pi-agent pi-agent",
        "750 root pi-agent",
        "640 root pi-agent",
        "755 root root",
    ]
    leaks = installed.run(
        "find /var/lib/pi-agent ! -user pi-agent; find /opt/pi-agent -perm -o+w ! -type l"
    )
    assert leaks.stdout == ""


def test_the_service_runs_after_a_boot_and_always_comes_back(installed: Machine) -> None:
    installed.put(
        "etc/systemd/system/pi-agent.service.d/impatient.conf",
        "[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\nRestartSec=0\n",
    )
    done = installed.boot(
        f"{UNTIL_ACTIVE}; kill -KILL {PID}; sleep 0.5; {UNTIL_ACTIVE}; "
        f"kill -STOP {PID}; sleep 5; {UNTIL_ACTIVE}; sleep 5; {ACTIVE}; "
        "journalctl --unit pi-agent --output cat; "
        f"grep -E '^(Seccomp|NoNewPrivs|CapBnd):' /proc/{PID}/status; "
        "systemctl show --property NRestarts pi-agent; pi-agent pair"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "status=9/KILL" in done.stdout
    assert "Watchdog timeout" in done.stdout
    assert "NRestarts=2" in done.stdout  # and with frames coming, the watchdog stays content
    facts = dict(re.findall(r"^(\w+):\s+(\S+)$", done.stdout, re.MULTILINE))
    assert facts["Seccomp"] == "2"
    assert facts["NoNewPrivs"] == "1"
    assert int(facts["CapBnd"], 16) == 0


@on_trixie_alone
def test_clips_are_made_inside_the_sandbox(installed: Machine) -> None:
    done = installed.boot(
        f"{UNTIL_ACTIVE}; for i in $(seq 60); do find /var/lib/pi-agent/media -name '*.mp4' | "
        "grep -q . && break; sleep 0.5; done; find /var/lib/pi-agent/media -type f"
    )
    assert ".jpg" in done.stdout, done.stderr
    assert ".mp4" in done.stdout, done.stderr


@on_trixie_alone
def test_an_update_keeps_settings_and_data(installed: Machine) -> None:
    source = installed.put_source("newer", version="0.9.9")
    before = (installed.files / "etc/pi-agent/config.toml").read_text()
    done = installed.boot(
        f"{UNTIL_ACTIVE}; pi-agent tokens create tablet >/dev/null; {UPDATE} {source}; {ACTIVE}; "
        "pi-agent --version; pi-agent tokens list; ls /opt/pi-agent/versions"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Pairing code" not in done.stdout  # a client is paired
    assert "pi-agent 0.9.9\n" in done.stdout
    assert "UTC  owner   tablet\n" in done.stdout
    assert done.stdout.endswith("\n2\n")
    assert (installed.files / "etc/pi-agent/config.toml").read_text() == before


@on_trixie_alone
def test_a_version_that_does_not_start_is_not_even_tried_in_service(installed: Machine) -> None:
    source = installed.put_source(
        "broken", version="0.9.9", broken={"pi_agent/app.py": "raise RuntimeError('on purpose')"}
    )
    done = installed.boot(
        f"{UNTIL_ACTIVE}; before={PID}; {UPDATE} {source} && exit 3; {ACTIVE}; "
        f'test "$before" = {PID}; pi-agent --version; ls /opt/pi-agent/versions'
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "this version does not start here; nothing was changed" in done.stderr
    assert "on purpose" in done.stderr
    assert done.stdout.endswith(f"pi-agent {__version__}\n1\n")


@on_trixie_alone
def test_a_version_that_fails_in_service_is_rolled_back_with_its_data(installed: Machine) -> None:
    fails_as_service = (
        "import os, sqlite3\n"
        "if 'NOTIFY_SOCKET' in os.environ:\n"
        "    with sqlite3.connect('/var/lib/pi-agent/agent.db') as database:\n"
        "        database.execute('PRAGMA user_version = 99')\n"
        "    raise RuntimeError('on purpose')"
    )
    source = installed.put_source(
        "broken", version="0.9.9", broken={"pi_agent/app.py": fails_as_service}
    )
    done = installed.boot(
        f"{UNTIL_ACTIVE}; pi-agent tokens create tablet >/dev/null; {UPDATE} {source} && exit 3; "
        f"{ACTIVE}; sleep 2; {ACTIVE}; pi-agent --version; pi-agent tokens list; "
        "ls /opt/pi-agent/versions"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the old one runs again" in done.stderr
    assert "on purpose" in done.stderr
    assert f"pi-agent {__version__}\n" in done.stdout
    assert "UTC  owner   tablet\n" in done.stdout
    assert done.stdout.endswith("\n1\n")


_PASSING = (
    *("/dev", "/proc", "/root/.cache", "/run", "/srv", "/sys", "/tmp", "/var/cache"),
    *("/var/lib/apt", "/var/lib/dpkg", "/var/lib/systemd", "/var/log", "/var/tmp"),
)
LIST = (
    f"find / -xdev {' '.join(f'-path {path} -prune -o' for path in _PASSING)} "
    "! -name '*-' ! -path '*/__pycache__*' -print"
)


def test_uninstalled_nothing_is_left(installed: Machine, fresh: Machine) -> None:
    before = set(fresh.run(LIST).stdout.splitlines())
    done = installed.boot(
        f"{UNTIL_ACTIVE}; bash /srv/install.sh --uninstall; {LIST} | sort >/srv/left"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    left = set((installed.files / "srv/left").read_text().splitlines()) - before
    # What booting makes, and the test itself, is not the installer's.
    ours = {path for path in left if "pi-agent" in path or "python" in path or "picamera2" in path}
    assert not ours - {"/etc/systemd/system/pi-agent.service.d"}
    gone = installed.run(
        "getent passwd pi-agent || echo nobody; dpkg -l python3-picamera2 | tail -1"
    )
    assert "nobody" in gone.stdout
    assert not re.search(r"^ii", gone.stdout, re.MULTILINE)


@on_trixie_alone
def test_uninstalled_recordings_may_stay(installed: Machine) -> None:
    done = installed.run(
        "bash /srv/install.sh --uninstall --keep-data; ls /var/lib/pi-agent /etc/pi-agent"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "agent.db" in done.stdout
    assert "certificate.pem" in done.stdout
    assert "config.toml" in done.stdout


def instead_of(program: str, says: str) -> str:
    """A shell command: from now on the program says this."""
    path = f"/usr/local/bin/{program}"
    return f"printf '#!/bin/sh\\necho \"{says}\"\\n' >{path}; chmod +x {path}"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("sed -i s/VERSION_CODENAME=.*/VERSION_CODENAME=bullseye/ /etc/os-release", "Imager"),
        ("sed -i s/^ID=.*/ID=arch/ /etc/os-release", "Raspberry Pi OS bookworm or trixie, 64 bit"),
        (instead_of("dpkg", "armhf"), "64-bit"),
        ("useradd somebody; shell='runuser -u somebody -- bash'", "sudo"),
        (instead_of("df", "12"), "12 MB"),
    ],
    ids=["old", "other", "32-bit", "no-root", "full"],
)
def test_a_machine_that_will_not_do_is_told_why_and_left_alone(
    fresh: Machine, change: str, wrong: str
) -> None:
    done = fresh.run(f"shell=bash; {change}; $shell /srv/install.sh; ls /opt/pi-agent")
    assert done.returncode != 0
    assert "install.sh: " in done.stderr
    assert wrong in done.stderr
    assert not (fresh.files / "opt/pi-agent").exists()


def test_a_source_that_is_none_is_told(fresh: Machine) -> None:
    done = fresh.run("mkdir /srv/none; bash /srv/install.sh --from /srv/none")
    assert done.returncode != 0
    assert "could not be installed from /srv/none" in done.stderr
    assert not list((fresh.files / "opt/pi-agent/versions").iterdir())
