"""Rain, snow and gusts: how many things appear out of nowhere."""

import numpy as np
from numpy.typing import NDArray

_SECONDS = 3.0  # that it is averaged over
_HALVING = 1.0  # new things a look, at which it proves half as much
_LARGE = 3.0  # times as large as they are: the less likely to be made of them


class Clutter:
    """Tells how much one look may prove, in a picture in which so much comes and goes.

    The more appears from nowhere, the more often something is by chance where something just was.
    """

    def __init__(self) -> None:
        self._new_things = self._new_pixels = 0.0
        self._looks = 0

    def trust(self, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share of its usual weight that each thing of a look may have, above 0 to 1.

        `sizes` are in pixels. Somebody in the rain is much larger than its drops.
        """
        alike = np.minimum(self._new_things, _LARGE * self._new_pixels / sizes)
        trust: NDArray[np.float64] = _HALVING / (_HALVING + alike)
        return trust

    def note(self, new_things: int, new_pixels: int, seconds: float) -> None:
        """Take a look, so many seconds after the last, in which so many things were new."""
        self._looks += 1
        rate = max(min(1.0, seconds / _SECONDS), 1 / (self._looks + 1))
        self._new_things += rate * (new_things - self._new_things)
        self._new_pixels += rate * (new_pixels - self._new_pixels)
