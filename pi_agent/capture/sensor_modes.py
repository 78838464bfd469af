"""Which mode of a sensor to run: the whole field of view, fast and large enough, no more."""

from collections.abc import Mapping, Sequence
from typing import Any

from .video_mode import CaptureSize


def sensor_modes(camera: Any) -> Sequence[Mapping[str, Any]]:
    """The modes of an open Picamera2 camera, which is set to each in turn; so not while it runs."""
    if "ColorFilterArrangement" not in camera.camera_properties:
        return ()  # no sensor of a Pi's
    modes: Sequence[Mapping[str, Any]] = camera.sensor_modes
    return modes


def choose_sensor_mode(
    modes: Sequence[Mapping[str, Any]], wanted: CaptureSize
) -> dict[str, Any] | None:
    """Picamera2's `sensor` configuration for the best of its `sensor_modes`; None without any.

    Left to itself, Picamera2 takes the mode nearest to the picture's size, which on many sensors
    shows but the middle of what the lens sees.
    """
    usable = [mode for mode in modes if {"size", "bit_depth", "crop_limits", "fps"} <= mode.keys()]
    if not usable:
        return None
    widest = max(_field(mode) for mode in usable)

    def cost(mode: Mapping[str, Any]) -> tuple[bool, bool, int, int, int]:
        width, height = mode["size"]
        return (
            _field(mode) < 0.95 * widest,
            mode["fps"] < wanted.fps,
            max(0, wanted.width - width) + max(0, wanted.height - height),
            width * height,
            mode["bit_depth"],
        )

    best = min(usable, key=cost)
    return {"output_size": tuple(best["size"]), "bit_depth": best["bit_depth"]}


def _field(mode: Mapping[str, Any]) -> int:
    _, _, width, height = mode["crop_limits"]
    return int(width * height)
