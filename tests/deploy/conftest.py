"""Machines to install on, where this one can make them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .machine import ROOT, Machine, add_raspberry_pi_archive, install_root

_CODE = re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}\b")


@pytest.fixture(scope="session", params=["bookworm", "trixie"])
def suite(request: pytest.FixtureRequest) -> str:
    """A suite whose root is there; makes it if this machine can."""
    name = str(request.param)
    if os.geteuid() == 0 and shutil.which("debootstrap"):
        made = install_root(name)
        if made.returncode:
            pytest.skip(f"the Debian root cannot be made here: {made.stderr.strip()}")
    missing = install_root("missing", name).stdout.strip()
    if missing:
        pytest.skip(missing)
    return name


@pytest.fixture
def fresh(suite: str, tmp_path: Path) -> Machine:
    """A machine on which nothing was installed."""
    machine = Machine(suite=suite, changes=tmp_path / "fresh")
    machine.put_installer()
    return machine


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent of this checkout as a release has it."""
    folder = tmp_path_factory.mktemp("wheel")
    script = (
        f'cd "{ROOT}" && . scripts/lib/common.sh && . scripts/lib/apt.sh && . scripts/lib/tools.sh'
        f' && "$(provide_tool uv 0.8)" build --quiet --wheel --out-dir "{folder}" .'
    )
    subprocess.run(["bash", "-euc", script], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def installed_once(
    suite: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Machine, str]:
    """A machine with the agent, installed in a chroot, and what the installer said."""
    machine = Machine(suite=suite, changes=tmp_path_factory.mktemp(suite))
    machine.put_installer()
    add_raspberry_pi_archive(machine)
    machine.put(
        "etc/pi-agent/config.toml",
        '[server]\nhost = "127.0.0.1"\nport = 0\n'  # the network is that of this machine
        '[[cameras]]\nid = "porch"\nsource = "demo"\n',
    )
    shutil.copy(wheel, machine.files / "srv")
    done = machine.run(f"cat /srv/install.sh | bash -s -- --from /srv/{wheel.name}")
    assert done.returncode == 0, done.stdout + done.stderr
    return machine, done.stdout


@pytest.fixture
def installed(installed_once: tuple[Machine, str], tmp_path: Path) -> Machine:
    """A machine with the agent, this test's own."""
    return installed_once[0].copy(tmp_path / "installed")


@pytest.fixture
def said(installed_once: tuple[Machine, str]) -> str:
    """What the installer said."""
    return installed_once[1]


@pytest.fixture
def pairing_codes(said: str) -> list[str]:
    """The codes in what the installer said."""
    return _CODE.findall(said)
