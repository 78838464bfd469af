"""`CameraControls` in libcamera's terms, as far as a sensor has them. Calculation only."""

from collections.abc import Mapping
from typing import Any

from .camera_controls import AUTOMATIC, CameraControls, OfferedControls

# Name to (least, most, default), as `Picamera2.camera_controls` gives it.
Ranges = Mapping[str, tuple[Any, Any, Any]]

_AWB_MODES = {"tungsten": 2, "fluorescent": 3, "indoor": 4, "daylight": 5, "cloudy": 6}
_AWB_AUTO = 0
_AF_MANUAL, _AF_AUTO, _AF_START = 0, 1, 0
_MOST_ZOOM = 8.0  # beyond that a sensor shows a handful of its pixels


def offered_controls(ranges: Ranges) -> OfferedControls:
    """What the user may set on a camera with these ranges."""
    exposure = ranges.get("ExposureTime")
    return OfferedControls(
        exposure_seconds=None if exposure is None else (exposure[0] / 1e6, exposure[1] / 1e6),
        gain="AnalogueGain" in ranges,
        white_balance=(AUTOMATIC, *_AWB_MODES) if "AwbMode" in ranges else (),
        focus="LensPosition" in ranges,
        most_zoom=_MOST_ZOOM if "ScalerCrop" in ranges else 1.0,
        frame_duration="FrameDurationLimits" in ranges,
        flip=True,
    )


def libcamera_controls(
    controls: CameraControls, ranges: Ranges, *, fps: float, size: tuple[int, int]
) -> dict[str, Any]:
    """What to set, of that which the sensor has, for pictures of `size` pixels at `fps`."""
    wanted = (
        _frame_duration(ranges, fps, controls.slowest_fps)
        | _exposure(ranges, controls)
        | _white_balance(controls.white_balance)
        | _focus(ranges, controls.focus)
        | _zoom(ranges, controls.zoom, size)
    )
    return {name: value for name, value in wanted.items() if name in ranges}


def _frame_duration(ranges: Ranges, fps: float, slowest_fps: float | None) -> dict[str, Any]:
    """Shortest and longest time for a frame, µs; between them the exposure decides."""
    least, most, _ = ranges.get("FrameDurationLimits", (1, 1, 1))
    shortest = min(max(round(1e6 / fps), least), most)
    longest = shortest if slowest_fps is None else round(1e6 / slowest_fps)
    return {"FrameDurationLimits": (shortest, min(max(longest, shortest), most))}


def _exposure(ranges: Ranges, controls: CameraControls) -> dict[str, Any]:
    """0 stands for automatic."""
    time, gain = controls.exposure_seconds, controls.gain
    least, most, _ = ranges.get("AnalogueGain", (1.0, 1.0, 1.0))
    return {
        "ExposureTime": 0 if time is None else round(time * 1e6),
        "AnalogueGain": 0.0 if gain is None else least + gain * (most - least),
    }


def _white_balance(name: str) -> dict[str, Any]:
    return {"AwbEnable": True, "AwbMode": _AWB_MODES.get(name, _AWB_AUTO)}


def _focus(ranges: Ranges, focus: float | None) -> dict[str, Any]:
    """Automatic: look for it once and stay, for at night a lens that keeps looking blurs all."""
    if focus is None:
        return {"AfMode": _AF_AUTO, "AfTrigger": _AF_START}
    least, most, _ = ranges.get("LensPosition", (0.0, 0.0, 0.0))  # dioptres
    return {"AfMode": _AF_MANUAL, "LensPosition": least + focus * (most - least)}


def _zoom(ranges: Ranges, factor: float, size: tuple[int, int]) -> dict[str, Any]:
    """The middle of the sensor, in its own pixels, of the shape of the picture."""
    _, (x, y, width, height), _ = ranges.get("ScalerCrop", (None, (0, 0, 0, 0), None))
    scale = min(width / size[0], height / size[1]) / min(max(factor, 1.0), _MOST_ZOOM)
    shown = (round(size[0] * scale), round(size[1] * scale))
    crop = (x + (width - shown[0]) // 2, y + (height - shown[1]) // 2, *shown)
    if "ScalerCrops" in ranges:  # Pi 5: one for each stream
        return {"ScalerCrops": [crop, crop]}
    return {"ScalerCrop": crop}
