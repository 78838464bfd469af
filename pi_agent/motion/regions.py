"""Zones and masks, drawn once for a size of picture."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pi_agent.protocol.settings import Polygon

from .settings import MotionSettings


class Regions:
    """Where motion counts in a picture of `shape` (h, w), and to which zones a pixel belongs."""

    def __init__(self, settings: MotionSettings, shape: tuple[int, int]) -> None:
        self._names = tuple(zone.name for zone in settings.zones)
        self._zones = [_drawn([zone.points], shape) for zone in settings.zones]
        counted = np.full(shape, 0 if self._zones else 255, np.uint8)
        for zone in self._zones:
            counted |= zone
        counted &= ~_drawn(settings.masks, shape)
        self.counted = counted  # 255 where motion counts, else 0
        self.everywhere = bool(counted.all())

    def zones_of(self, foreground: NDArray[np.uint8], least_pixels: float) -> tuple[str, ...]:
        """Names of the zones with at least so many pixels of the foreground (255 or 0)."""
        return tuple(
            name
            for name, zone in zip(self._names, self._zones, strict=True)
            if cv2.countNonZero(foreground & zone) >= least_pixels
        )


def _drawn(polygons: tuple[Polygon, ...] | list[Polygon], shape: tuple[int, int]) -> NDArray[np.uint8]:
    plane = np.zeros(shape, np.uint8)
    height, width = shape
    for points in polygons:
        corners = np.round(np.array(points) * (width, height) - 0.5).astype(np.int32)
        cv2.fillPoly(plane, [corners], 255)
    return cast("NDArray[np.uint8]", plane)
