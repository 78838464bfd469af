"""One number for users, from 1 to 100: what it demands, and the score that it is compared with.

A more sensitive detector demands less of everything and more of nothing: so it never finds less.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

USUAL = 50  # the sensitivity that the background model's own thresholds are made for
_STEPS = (0.0, 50.0, 100.0)
_CONTRASTS = (3.0, 1.0, 0.65)  # of the background model's thresholds
_AREAS = (0.02, 0.0003, 0.00015)  # of the picture: half a door's width, a far child, a hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a blob needs: multiples of the background's threshold, and that many pixels of it."""

    contrast: float
    pixels: float


def demand_at(sensitivity: float, picture_pixels: int) -> Demand:
    """The demand at a sensitivity (0 to 100) in a picture of so many pixels."""
    return Demand(
        contrast=_between(sensitivity, _CONTRASTS),
        pixels=_between(sensitivity, _AREAS) * picture_pixels,
    )


def _between(sensitivity: float, values: tuple[float, ...]) -> float:
    """Geometric steps: each of them is equally noticeable."""
    return float(np.exp(np.interp(sensitivity, _STEPS, np.log(values))))


class ScoreScale:
    """Scores blobs of a picture of so many pixels: s means found from sensitivity 100 - s on."""

    def __init__(self, picture_pixels: int) -> None:
        demands = [demand_at(100 - score, picture_pixels) for score in range(101)]
        self._contrasts = np.array([demand.contrast for demand in demands])
        self._pixels = np.ceil([demand.pixels for demand in demands]).astype(int)

    def score(self, contrasts: NDArray[np.float32]) -> float:
        """The score (0 to 100) of a blob whose pixels have these multiples of the threshold."""
        if not contrasts.size:
            return 0.0
        strongest = np.sort(contrasts)[::-1]
        weakest_counted = strongest[np.minimum(self._pixels, contrasts.size) - 1]
        met = (self._pixels <= contrasts.size) & (weakest_counted >= self._contrasts)
        return float(max(0, int(np.count_nonzero(met)) - 1))
