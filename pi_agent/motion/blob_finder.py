"""From what stands out to the blobs that move."""

import cv2
import numpy as np
from cv2.typing import MatLike

from .blobs import Blobs, find_blobs
from .displacement import is_displaced
from .moving import moving_pixels
from .regions import Regions
from .scene import Change, Scene
from .sensitivity import USUAL, demand_at
from .settings import MotionSettings

_SWAY_MARGIN = np.ones((5, 5), np.uint8)
_WORTH_A_LOOK = 0.5  # of the pixels that a blob needs; closing gaps adds some


class BlobFinder:
    """Finds blobs as one user's settings demand, in planes of one shape.

    Each step finds more in more, and swaying things are told at the usual sensitivity whatever the
    present one is: so a higher sensitivity finds at least what a lower one does.
    """

    def __init__(self, settings: MotionSettings, shape: tuple[int, ...]) -> None:
        height, width = shape
        self.regions = Regions(settings, shape)
        self.demand = demand_at(settings.sensitivity, height * width)
        self._usual = demand_at(USUAL, height * width)

    def find(self, change: Change, scene: Scene) -> Blobs | None:
        """The blobs that move, None or no blobs where nothing does."""
        usual = self.regions.counted(change.foreground)
        wanted = usual if self.demand == self._usual else self._as_demanded(change)
        if cv2.countNonZero(wanted) < _WORTH_A_LOOK * self.demand.pixels:
            return None
        changed = scene.moving_on(change)
        usual_moving = moving_pixels(usual, changed)
        moving = usual_moving if wanted is usual else moving_pixels(wanted, changed)
        if moving is None:
            return None
        if usual_moving is None:
            return find_blobs(moving, self.demand.pixels)
        return self._without_sway(moving, usual_moving, change, scene)

    def _as_demanded(self, change: Change) -> MatLike:
        threshold = cv2.convertScaleAbs(change.threshold, alpha=self.demand.contrast)
        foreground = cv2.compare(change.difference, threshold, cv2.CMP_GT)
        return self.regions.counted(foreground)

    def _without_sway(
        self, moving: MatLike, usual_moving: MatLike, change: Change, scene: Scene
    ) -> Blobs:
        usual = find_blobs(usual_moving, self._usual.pixels)
        sways = is_displaced(usual, change.contrast, scene.background)
        if not sways.any():
            if moving is usual_moving:
                return usual
            return find_blobs(moving, self.demand.pixels)
        swaying = np.zeros(moving.shape, np.uint8)
        swaying.reshape(-1)[usual.only(sways).pixels] = 255
        steady = cv2.bitwise_not(cv2.dilate(swaying, _SWAY_MARGIN))
        return find_blobs(cv2.bitwise_and(moving, steady), self.demand.pixels)
