"""The section of the configuration about what hangs on the Pi's pins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import voluptuous as vol

from pi_agent import configuration_values as values
from pi_agent.gpio import KEYS, PanSettings

_LAST_PIN = 27  # of the header's, by the numbers of the chip
ACTIONS = ("arm", "disarm", "privacy", "siren")


@dataclass(frozen=True, slots=True, kw_only=True)
class PirConfiguration:
    """A motion sensor and its cameras; none named means all.

    It has them record; or, with `confirm_within_seconds`, what moves in their pictures is an event
    only where it sees somebody within that time.
    """

    pin: int
    cameras: tuple[str, ...] = ()
    confirm_within_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuzzerConfiguration:
    """A buzzer; a passive one plays tones, another has a tone of its own."""

    pin: int
    passive: bool = False
    longest_seconds: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServoConfiguration:
    """A servo and the camera that it turns; without a name the only one."""

    settings: PanSettings
    camera: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteConfiguration:
    """A remote control: keys by their codes, each with what it does."""

    keys: Mapping[int, str]
    device: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GpioConfiguration:
    """Everything on the pins."""

    pir: tuple[PirConfiguration, ...] = ()
    buzzer: BuzzerConfiguration | None = None
    servo: ServoConfiguration | None = None
    remote: RemoteConfiguration | None = field(default=None)

    @property
    def has_pins(self) -> bool:
        """Whether the library of the pins is needed; the remote control needs none."""
        return bool(self.pir or self.buzzer or self.servo)


def _pin(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LAST_PIN:
        raise vol.Invalid(f"must be the number of a GPIO, from 0 to {_LAST_PIN}, as in GPIO17")
    return value


def _number(value: Any, low: float, high: float, unit: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise vol.Invalid(f"must be a number of {unit} from {low:g} to {high:g}")
    return float(value)


def _degrees(value: Any) -> float:
    return _number(value, -360, 360, "degrees")


def _speed(value: Any) -> float:
    return _number(value, 1, 1000, "degrees a second")


def _longest(value: Any) -> float:
    return _number(value, 1, 3600, "seconds")


def _within(value: Any) -> float:
    return _number(value, 1, 300, "seconds")


def _sweep(value: Any) -> list[float]:
    if not isinstance(value, list) or len(value) != 2:
        raise vol.Invalid("must be two angles in degrees, such as [-60, 60]")
    low, high = (_degrees(angle) for angle in value)
    if low >= high:
        raise vol.Invalid("must be two angles, the smaller one first, such as [-60, 60]")
    return [low, high]


def _presets(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise vol.Invalid("must be a table of names and angles, such as { door = 30 }")
    return {values.text(name): _degrees(angle) for name, angle in value.items()}


def _ids(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise vol.Invalid('must be a list of cameras, such as ["front_door"]')
    return [values.camera_id(entry) for entry in value]


def _keys(value: Any) -> dict[int, str]:
    if not isinstance(value, Mapping) or not value:
        raise vol.Invalid('must be a table of keys, such as { KEY_POWER = "privacy" }')
    return {_code(name): _action(action) for name, action in value.items()}


def _code(name: str) -> int:
    if name in KEYS:
        return KEYS[name]
    if name.isascii() and name.isdigit() and 0 < int(name) < 768:
        return int(name)
    raise vol.Invalid(f"{name} is no key; `ir-keytable -t` shows names and numbers")


def _action(value: Any) -> str:
    if value not in ACTIONS:
        raise vol.Invalid(f"a key must do one of {', '.join(ACTIONS)}, not {value!r}")
    return str(value)


PIR = {
    vol.Required("pin"): _pin,
    vol.Optional("cameras"): _ids,
    vol.Optional("confirm_within_seconds"): _within,
}
BUZZER = {
    vol.Required("pin"): _pin,
    vol.Optional("passive"): values.switch,
    vol.Optional("longest_seconds"): _longest,
}
SERVO = {
    vol.Required("pin"): _pin,
    vol.Optional("camera"): values.camera_id,
    vol.Optional("min_angle"): _degrees,
    vol.Optional("max_angle"): _degrees,
    vol.Optional("sweep"): _sweep,
    vol.Optional("degrees_per_second"): _speed,
    vol.Optional("presets"): _presets,
}
REMOTE = {vol.Required("keys"): _keys, vol.Optional("device"): values.text}
GPIO = {
    vol.Optional("pir"): values.tables(PIR, "[[gpio.pir]]", "sensor"),
    vol.Optional("buzzer"): BUZZER,
    vol.Optional("servo"): SERVO,
    vol.Optional("remote"): REMOTE,
}
GPIO_KEYS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("gpio",): tuple(map(str, GPIO)),
    ("gpio", "pir"): tuple(map(str, PIR)),
    ("gpio", "buzzer"): tuple(map(str, BUZZER)),
    ("gpio", "servo"): tuple(map(str, SERVO)),
    ("gpio", "remote"): tuple(map(str, REMOTE)),
}


def gpio_configuration(entry: Mapping[str, Any]) -> GpioConfiguration:
    """The section after its check."""
    return GpioConfiguration(
        pir=tuple(
            PirConfiguration(**{**pir, "cameras": tuple(pir.get("cameras", ()))})
            for pir in entry.get("pir", ())
        ),
        buzzer=BuzzerConfiguration(**entry["buzzer"]) if "buzzer" in entry else None,
        servo=_servo(entry["servo"]) if "servo" in entry else None,
        remote=_remote(entry["remote"]) if "remote" in entry else None,
    )


def _servo(entry: Mapping[str, Any]) -> ServoConfiguration:
    others = {k: entry[k] for k in ("degrees_per_second", "presets") if k in entry}
    low, high = entry.get("min_angle", -90.0), entry.get("max_angle", 90.0)
    sweep = entry.get("sweep", [low, high])
    settings = PanSettings(
        pin=entry["pin"], min_angle=low, max_angle=high, low=sweep[0], high=sweep[1], **others
    )
    return ServoConfiguration(settings=settings, camera=entry.get("camera"))


def _remote(entry: Mapping[str, Any]) -> RemoteConfiguration:
    device = Path(entry["device"]) if "device" in entry else None
    return RemoteConfiguration(keys=entry["keys"], device=device)


def gpio_mistakes(gpio: GpioConfiguration, cameras: list[str]) -> list[str]:
    """What does not fit together: pins, angles, and the ids of the cameras, where any is named."""
    return [
        *_shared_pins(gpio),
        *_impossible_angles(gpio.servo),
        *_unknown_cameras(gpio, cameras),
    ]


def _shared_pins(gpio: GpioConfiguration) -> list[str]:
    users: dict[int, list[str]] = {}
    for number, pir in enumerate(gpio.pir, start=1):
        users.setdefault(pir.pin, []).append(f"gpio.pir[{number}]")
    if gpio.buzzer is not None:
        users.setdefault(gpio.buzzer.pin, []).append("gpio.buzzer")
    if gpio.servo is not None:
        users.setdefault(gpio.servo.settings.pin, []).append("gpio.servo")
    return [
        f"{names[-1]}.pin: {pin} is the pin of {' and '.join(names[:-1])} too; give each its own"
        for pin, names in users.items()
        if len(names) > 1
    ]


def _impossible_angles(servo: ServoConfiguration | None) -> list[str]:
    if servo is None:
        return []
    s = servo.settings
    if s.min_angle >= s.max_angle:
        return ["gpio.servo.min_angle: must be smaller than max_angle"]
    if not s.min_angle <= s.low <= s.high <= s.max_angle:
        return [f"gpio.servo.sweep: must lie within {s.min_angle:g} and {s.max_angle:g} degrees"]
    return [
        f"gpio.servo.presets: {name} must lie within {s.low:g} and {s.high:g} degrees"
        for name, angle in s.presets.items()
        if not s.low <= angle <= s.high
    ]


def _unknown_cameras(gpio: GpioConfiguration, cameras: list[str]) -> list[str]:
    if not cameras:
        return []  # those that are found at the start
    known = ", ".join(cameras)
    named = [
        (f"gpio.pir[{number}].cameras", camera)
        for number, pir in enumerate(gpio.pir, start=1)
        for camera in pir.cameras
    ]
    if gpio.servo is not None and gpio.servo.camera is not None:
        named.append(("gpio.servo.camera", gpio.servo.camera))
    elif gpio.servo is not None and len(cameras) > 1:
        return [f"gpio.servo.camera: is missing; it turns one of {known}"]
    return [
        f"{name}: there is no camera {camera}; cameras are {known}"
        for name, camera in named
        if camera not in cameras
    ]
