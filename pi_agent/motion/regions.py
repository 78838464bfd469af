"""Zones and masks, drawn once for a size of picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from pi_agent.protocol.settings import Polygon

from .settings import MotionSettings


class Regions:
    """Where motion counts in a picture of `shape` (h, w), and which zones a pixel belongs to."""

    def __init__(self, settings: MotionSettings, shape: Sequence[int]) -> None:
        height, width = shape
        self._names = tuple(zone.name for zone in settings.zones)
        counted = _drawn([zone.points for zone in settings.zones], height, width)
        if not settings.zones:
            counted[:] = 255
        counted[_drawn(settings.masks, height, width) > 0] = 0
        self._counted: MatLike = counted
        self._everywhere = bool(counted.all())
        self._zones = np.zeros(height * width, np.uint16)  # a bit for each zone
        for number, zone in enumerate(settings.zones):
            self._zones |= (_drawn([zone.points], height, width).ravel() > 0) << np.uint16(number)

    def counted(self, foreground: MatLike) -> MatLike:
        """The foreground (255 or 0) where motion counts, 0 elsewhere."""
        return foreground if self._everywhere else cv2.bitwise_and(foreground, self._counted)

    def zones_of(self, pixels: NDArray[np.intp], least_pixels: float) -> tuple[str, ...]:
        """Names of the zones that have at least so many of the pixels (flat positions)."""
        if not self._names:
            return ()
        bits = self._zones[pixels]
        return tuple(
            name
            for number, name in enumerate(self._names)
            if np.count_nonzero(bits & (1 << number)) >= least_pixels
        )


def _drawn(polygons: Sequence[Polygon], height: int, width: int) -> NDArray[np.uint8]:
    plane = np.zeros((height, width), np.uint8)
    for points in polygons:
        corners = np.round(np.array(points) * (width, height) - 0.5).astype(np.int32)
        cv2.fillPoly(plane, [corners], (255,))
    return plane
