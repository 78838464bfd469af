"""Persistence: how long something has been seen at a place, or next to it, as it moves on."""

from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from .blobs import Blobs
from .clutter import Clutter

_UNIT_SECONDS = 0.002  # of one level
_MOST = 250  # levels, half a second: as long as something may be out of sight at most
_KNOWN = 200
_NEAR, _FAR = np.ones((3, 3), np.uint8), np.ones((5, 5), np.uint8)
_LEAST_SECONDS = 0.1  # that a look counts for, however soon after the last: it is news all the same
_LONG_SECONDS = 0.15  # between looks: things get further


class EvidenceMap:
    """Seconds of evidence for each pixel of a plane of `shape`, handed on along what moves.

    Rain, insects and flashes are never where they just were: they gather none.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._levels: MatLike = np.zeros(shape, np.uint8)
        self._handed_on = self._levels.reshape(-1)
        self._any = False
        self._clutter = Clutter()

    def trust(self, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share of its usual weight that things of so many pixels may have: little in rain."""
        return self._clutter.trust(sizes)

    def clear(self) -> None:
        """Forget everything."""
        self._levels[:] = 0
        self._any = False

    def wait(self, seconds: float) -> None:
        """Let time go by in which nothing was seen."""
        if not self._any:
            return
        passed: Any = min(255.0, round(seconds / _UNIT_SECONDS))  # OpenCV's stubs want an array
        self._levels = cv2.subtract(self._levels, passed)
        self._any = cv2.countNonZero(self._levels) > 0

    def hand_on(self, seconds: float) -> None:
        """Let what was seen so many seconds ago count for the places around it as well."""
        kernel = _FAR if seconds > _LONG_SECONDS else _NEAR
        plane = cv2.dilate(self._levels, kernel) if self._any else self._levels
        self._handed_on = plane.reshape(-1)

    def count_new(self, blobs: Blobs, seconds: float) -> None:
        """Take note, after `hand_on`, of how many of the blobs appeared out of nowhere."""
        new = blobs
        if self._any and len(blobs):
            new = blobs.only(~blobs.having(self._handed_on[blobs.pixels] > 0))
        self._clutter.note(len(new), len(new.pixels), seconds)

    def count_nothing(self, seconds: float) -> None:
        """Take note of a look without anything new."""
        self._clutter.note(0, 0, seconds)

    def is_known(self, blobs: Blobs) -> NDArray[np.bool_]:
        """Whether each blob goes on from one that has been seen for long."""
        if not self._any:
            return np.zeros(len(blobs), np.bool_)
        return blobs.having(self._handed_on[blobs.pixels] >= _KNOWN)

    def see(
        self, blobs: Blobs, weights: NDArray[np.float64], seconds: float
    ) -> NDArray[np.float64]:
        """Take blobs seen now, after `hand_on`; each second of one counts its weight.

        Returns the seconds of evidence of each of `blobs.pixels`.
        """
        units = max(seconds, _LEAST_SECONDS) / _UNIT_SECONDS
        gained = np.clip(np.round(weights * units), 1, _MOST).astype(np.int16)
        before = self._handed_on[blobs.pixels]
        levels = np.minimum(before + gained[blobs.owners], _MOST)
        levels[before == 0] = 1
        self.wait(seconds)
        flat = self._levels.reshape(-1)
        flat[blobs.pixels] = np.maximum(flat[blobs.pixels], levels)
        self._any = True
        evidence: NDArray[np.float64] = levels * _UNIT_SECONDS
        return evidence
