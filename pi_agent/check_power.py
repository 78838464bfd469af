"""Whether the Pi gets enough power and keeps cool, for `pi-agent check`."""

from pathlib import Path

from pi_agent.server.system_state import throttled_bits

_SYS = Path("/sys")
# Source of the bits: https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
_WEAK_NOW, _WEAK_BEFORE = 1 << 0, 1 << 16
_CAPPED_OR_THROTTLED, _HOT = 1 << 1 | 1 << 2, 1 << 3
_SUPPLY = "use the power supply made for this Pi and a short cable, and fewer USB devices"


def power_problem(sys: Path = _SYS) -> str | None:
    """What is wrong, with its mend; None where nothing is, or nothing can be told."""
    bits = throttled_bits(sys) or 0
    if bits & _WEAK_NOW or _voltage_alarm(sys):
        return f"too little voltage reaches the Pi, and cameras fail; {_SUPPLY}"
    if bits & _HOT:
        return "the Pi is too hot and runs slower; give it a heat sink, a fan or more air"
    if bits & _CAPPED_OR_THROTTLED:
        return f"the Pi runs slower, for want of power or cooling; {_SUPPLY}, or give it a fan"
    if bits & _WEAK_BEFORE:
        return f"there was too little voltage at times since the Pi was started; {_SUPPLY}"
    return None


def knows_power(sys: Path = _SYS) -> bool:
    """Whether this machine tells about its power."""
    return throttled_bits(sys) is not None or _voltage_alarm(sys) is not None


def _voltage_alarm(sys: Path) -> bool | None:
    for chip in sorted(sys.glob("class/hwmon/hwmon*")):
        try:
            if (chip / "name").read_text().strip() == "rpi_volt":
                return (chip / "in0_lcrit_alarm").read_text().strip() == "1"
        except OSError:
            continue
    return None
