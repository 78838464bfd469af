"""The camera controls of a webcam, in the terms of `CameraControls`."""

import contextlib
from collections.abc import Iterator, Mapping

from .camera_controls import AUTOMATIC, CameraControls, OfferedControls
from .v4l2_device import ControlRange, V4l2Device

# Numbers of linux/v4l2-controls.h.
_AUTO_WHITE_BALANCE, _WHITE_BALANCE, _GAIN = 0x98090C, 0x98091A, 0x980913
_AUTO_EXPOSURE, _EXPOSURE, _EXPOSURE_PRIORITY = 0x9A0901, 0x9A0902, 0x9A0903
_AUTO_FOCUS, _FOCUS, _ZOOM = 0x9A090C, 0x9A090A, 0x9A090D
_KNOWN = (
    *(_AUTO_WHITE_BALANCE, _WHITE_BALANCE, _GAIN, _AUTO_EXPOSURE, _EXPOSURE, _EXPOSURE_PRIORITY),
    *(_AUTO_FOCUS, _FOCUS, _ZOOM),
)
_MANUAL_EXPOSURE, _APERTURE_PRIORITY = 1, 3  # of _AUTO_EXPOSURE; webcams have these two
_EXPOSURE_UNIT = 1e-4  # seconds
_KELVIN = {"tungsten": 2900, "fluorescent": 4000, "daylight": 5500, "cloudy": 6500}

Ranges = Mapping[int, ControlRange]


def read_ranges(device: V4l2Device) -> Ranges:
    """Which of the controls that we know the device has."""
    found = {number: device.control(number) for number in _KNOWN}
    return {number: known for number, known in found.items() if known is not None}


def offered_controls(ranges: Ranges) -> OfferedControls:
    """The same for a user."""
    exposure, zoom = ranges.get(_EXPOSURE), ranges.get(_ZOOM)
    seconds = None
    if exposure is not None and _AUTO_EXPOSURE in ranges:
        seconds = (exposure.minimum * _EXPOSURE_UNIT, exposure.maximum * _EXPOSURE_UNIT)
    return OfferedControls(
        exposure_seconds=seconds,
        gain=_GAIN in ranges,
        white_balance=(AUTOMATIC, *_KELVIN) if _WHITE_BALANCE in ranges else (),
        focus=_FOCUS in ranges,
        most_zoom=zoom.maximum / zoom.minimum if zoom is not None and zoom.minimum > 0 else 1.0,
        frame_duration=_EXPOSURE_PRIORITY in ranges,
    )


def apply_controls(device: V4l2Device, ranges: Ranges, controls: CameraControls) -> None:
    """Set what the device has; one that it refuses just now keeps no other from being set."""
    for number, value in _wanted(ranges, controls):
        with contextlib.suppress(OSError):
            device.set_control(number, value)


def _wanted(ranges: Ranges, controls: CameraControls) -> Iterator[tuple[int, int]]:
    """Numbers and values, a switch always before what it makes settable."""
    for number, value in (
        (_EXPOSURE_PRIORITY, int(controls.slowest_fps is not None)),
        *_exposure(controls.exposure_seconds),
        *_white_balance(controls.white_balance),
        (_GAIN, _within(ranges.get(_GAIN), controls.gain)),
        (_AUTO_FOCUS, int(controls.focus is None)),
        (_FOCUS, _within(ranges.get(_FOCUS), controls.focus)),
        (_ZOOM, _zoom(ranges.get(_ZOOM), controls.zoom)),
    ):
        known = ranges.get(number)
        if known is not None and value is not None:
            yield number, _stepped(known, value)


def _exposure(seconds: float | None) -> tuple[tuple[int, int], ...]:
    if seconds is None:
        return ((_AUTO_EXPOSURE, _APERTURE_PRIORITY),)
    return ((_AUTO_EXPOSURE, _MANUAL_EXPOSURE), (_EXPOSURE, round(seconds / _EXPOSURE_UNIT)))


def _white_balance(name: str) -> tuple[tuple[int, int], ...]:
    if name not in _KELVIN:
        return ((_AUTO_WHITE_BALANCE, 1),)
    return ((_AUTO_WHITE_BALANCE, 0), (_WHITE_BALANCE, _KELVIN[name]))


def _within(known: ControlRange | None, share: float | None) -> int | None:
    if known is None:
        return None
    if share is None:
        return known.default
    return round(known.minimum + share * (known.maximum - known.minimum))


def _zoom(known: ControlRange | None, factor: float) -> int | None:
    return None if known is None else round(known.minimum * factor)


def _stepped(known: ControlRange, value: int) -> int:
    """The nearest value that the device takes."""
    inside = min(known.maximum, max(known.minimum, value))
    return inside - (inside - known.minimum) % known.step
