"""What the installer puts in place: a unit that systemd takes, a configuration to begin with."""

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from pi_agent import __version__
from pi_agent.configuration import check_configuration

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "deploy" / "pi-agent.service"
INSTALLER = ROOT / "deploy" / "install.sh"
_MOST_EXPOSURE = 3.0  # of systemd's scale to 10

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here"
)


def analyze(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@needs_systemd
def test_systemd_takes_every_line(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    program = "/opt/pi-agent/current/bin/pi-agent"
    unit.write_text(UNIT.read_text().replace(program, "/bin/true"))
    assert program in UNIT.read_text()
    done = analyze("verify", "--man=no", unit)
    assert done.returncode == 0, done.stderr
    assert UNIT.name not in done.stderr  # nor warned of: unknown keys, wrong values


@needs_systemd
def test_the_service_is_locked_in() -> None:
    done = analyze("security", "--offline=true", UNIT)
    (exposure,) = re.findall(r"exposure level for pi-agent\.service: ([\d.]+)", done.stdout)
    assert float(exposure) <= _MOST_EXPOSURE, done.stdout


def test_it_comes_back_whatever_happened() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(UNIT)
    assert unit["Service"]["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Service"]["Type"] == "notify"
    assert int(unit["Service"]["WatchdogSec"]) > 0
    assert unit["Service"]["User"] == "pi-agent"


def test_the_configuration_to_begin_with_is_right_with_and_without_its_hashes() -> None:
    (text,) = re.findall(
        r"<<CONFIGURATION\n(.*?)\nCONFIGURATION\n", INSTALLER.read_text(), re.DOTALL
    )
    assert check_configuration(tomllib.loads(text)).cameras == ()
    configuration = check_configuration(
        tomllib.loads(re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE))
    )
    assert [camera.id for camera in configuration.cameras] == ["front_door"]
    assert configuration.name == "Porch Pi"


def test_the_release_that_is_fetched_is_named_as_its_wheel_is() -> None:
    function = "release_of() {"
    (body,) = re.findall(rf"^{re.escape(function)}.*$", INSTALLER.read_text(), re.MULTILINE)
    done = subprocess.run(
        ["bash", "-euc", f"REPOSITORY=https://example.org; {body}; release_of {__version__}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == (
        f"https://example.org/releases/download/v{__version__}/"
        f"pi_agent-{__version__}-py3-none-any.whl"
    )
