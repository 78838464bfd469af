"""`pi-agent check` says that the Pi has too little power or is too hot, and the mend."""

from pathlib import Path

import pytest

from pi_agent import check
from pi_agent.check_power import knows_power, power_problem
from pi_agent.configuration import Configuration
from pi_agent.server.system_state import read_throttled

PI_4, PI_5 = "soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware"


def machine(sys: Path, *, bits: str | None = None, firmware: str = PI_4, alarm: str = "") -> Path:
    """The /sys of a Pi whose firmware and voltage chip say this."""
    if bits is not None:
        folder = sys / "devices" / "platform" / firmware
        folder.mkdir(parents=True)
        (folder / "get_throttled").write_text(f"{bits}\n")
    for number, (name, file) in enumerate(
        (("cpu_thermal", "temp1_input"), ("rpi_volt", "in0_lcrit_alarm"))
    ):
        chip = sys / "class" / "hwmon" / f"hwmon{number}"
        chip.mkdir(parents=True)
        (chip / "name").write_text(f"{name}\n")
        if alarm:
            (chip / file).write_text(f"{alarm}\n")
    return sys


@pytest.mark.parametrize(
    ("bits", "told"),
    [
        ("50005", "too little voltage reaches the Pi, and cameras fail; use the power supply"),
        ("50000", "too little voltage at times since the Pi was started; use the power supply"),
        ("8", "too hot and runs slower; give it a heat sink"),
        ("80008", "too hot"),
        ("4", "for want of power or cooling"),
    ],
)
@pytest.mark.parametrize("firmware", [PI_4, PI_5])
def test_what_the_firmware_says_is_told_with_its_mend(
    tmp_path: Path, bits: str, told: str, firmware: str
) -> None:
    problem = power_problem(machine(tmp_path, bits=bits, firmware=firmware))
    assert problem is not None
    assert told in problem


@pytest.mark.parametrize(("bits", "throttled"), [("50005", True), ("50000", False), (None, None)])
@pytest.mark.parametrize("firmware", [PI_4, PI_5])
def test_clients_are_told_whether_it_is_so_now(
    tmp_path: Path, bits: str | None, throttled: bool | None, firmware: str
) -> None:
    assert read_throttled(machine(tmp_path, bits=bits, firmware=firmware)) is throttled


def test_the_voltage_chip_is_enough_to_know(tmp_path: Path) -> None:
    sys = machine(tmp_path, alarm="1")
    assert knows_power(sys)
    assert "too little voltage" in (power_problem(sys) or "")


@pytest.mark.parametrize("bits", ["0", "80000", "e0000"])
def test_heat_that_is_over_is_no_problem(tmp_path: Path, bits: str) -> None:
    sys = machine(tmp_path, bits=bits, alarm="0")
    assert knows_power(sys)
    assert power_problem(sys) is None


@pytest.mark.parametrize("bits", [None, "no number"])
def test_a_machine_that_tells_nothing_has_no_problem(tmp_path: Path, bits: str | None) -> None:
    sys = machine(tmp_path, bits=bits)
    assert not knows_power(sys)
    assert power_problem(sys) is None


def test_check_tells_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sys = machine(tmp_path / "sys", bits="1")
    monkeypatch.setattr(check, "power_problem", lambda: power_problem(sys))
    found = {
        finding.subject: finding for finding in check.findings(Configuration(data_dir=tmp_path))
    }
    assert "too little voltage" in (found["power"].problem or "")
