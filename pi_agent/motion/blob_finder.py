"""From what stands out to the blobs that move."""

import cv2
import numpy as np
from cv2.typing import MatLike

from .blobs import NO_BLOBS, Blobs, find_blobs
from .displacement import DisplacementTest
from .evidence import EvidenceMap
from .moving import moving_pixels
from .regions import Regions
from .scene import Change, Scene
from .sensitivity import USUAL, Demand, demand_at
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
        self._displacement = DisplacementTest(shape)

    def find(self, change: Change, scene: Scene, evidence: EvidenceMap) -> Blobs:
        """The blobs that move; `evidence` of the looks before tells which are known to."""
        usual = self.regions.counted(change.foreground)
        wanted = usual if self.demand == self._usual else self._as_demanded(change)
        if not self._is_worth_a_look(change, wanted):
            evidence.count_nothing(change.seconds)
            return NO_BLOBS
        changed = scene.moving_on(change)
        evidence.hand_on(change.seconds)
        moving = moving_pixels(usual, changed)
        usual_blobs = _blobs(moving, self._usual)
        evidence.count_new(usual_blobs, change.seconds)
        swaying = self._swaying(usual_blobs, change, scene, evidence)
        if wanted is not usual:
            moving = moving_pixels(wanted, changed)
        elif not len(swaying):
            return usual_blobs
        return _blobs(moving, self.demand, without=swaying)

    def _is_worth_a_look(self, change: Change, wanted: MatLike) -> bool:
        if change.foreground_pixels >= _WORTH_A_LOOK * self._usual.pixels:
            return True
        return cv2.countNonZero(wanted) >= _WORTH_A_LOOK * self.demand.pixels

    def _as_demanded(self, change: Change) -> MatLike:
        threshold = cv2.convertScaleAbs(change.threshold, alpha=self.demand.contrast)
        foreground = cv2.compare(change.difference, threshold, cv2.CMP_GT)
        return self.regions.counted(foreground)

    def _swaying(self, blobs: Blobs, change: Change, scene: Scene, evidence: EvidenceMap) -> Blobs:
        unknown = blobs.only(~evidence.is_known(blobs))
        displaced = self._displacement.is_displaced(unknown, change.contrast, scene.background)
        return unknown.only(displaced)


def _blobs(moving: MatLike | None, demand: Demand, without: Blobs = NO_BLOBS) -> Blobs:
    if moving is None:
        return NO_BLOBS
    return find_blobs(_without(moving, without) if len(without) else moving, demand.pixels)


def _without(plane: MatLike, blobs: Blobs) -> MatLike:
    """The plane, 0 at the blobs and around them."""
    covered = np.zeros(plane.shape, np.uint8)
    covered.reshape(-1)[blobs.pixels] = 255
    return cv2.bitwise_and(plane, cv2.bitwise_not(cv2.dilate(covered, _SWAY_MARGIN)))
