"""Whether there is anything to be seen: a covered lens shows no structure, nor does the dark."""

import cv2
import numpy as np
from numpy.typing import NDArray

_LOOK_EVERY_SECONDS = 0.5
_COVERED_SECONDS, _CLEAR_SECONDS = 10.0, 1.5
_LONGEST_GAP_SECONDS = 5.0  # after that, what was seen before says nothing
_SIZE = (40, 24)  # averaging takes out most noise of a sensor
_WINDOW = (9, 9)  # a hand or cloth has soft shades over the whole picture, and no detail
# Grey levels, standard deviation from the surroundings. Measured: 17 recordings by day and night
# have 19 and more, a street from straight above 3.7; a lid or cloth with a soft shade, 2.1 with a
# noise of 4 levels and 2.6 with one of 8.
_LEAST_DETAIL = 2.7
_MARGIN = 1.25  # more is needed to count as seen than to go on counting so


class LensCheck:
    """Fed with grey planes; times are seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self.covered: bool | None = None
        self._sees: bool | None = None
        self._since = self._last = float("-inf")

    def observe(self, luma: NDArray[np.uint8], at: float) -> None:
        """Look at a plane (h, w, uint8); most are not looked at. `covered` is the answer."""
        if 0 <= at - self._last < _LOOK_EVERY_SECONDS:
            return
        sees = detail(luma) > (_LEAST_DETAIL if self._sees else _LEAST_DETAIL * _MARGIN)
        if sees is not self._sees or not 0 <= at - self._last <= _LONGEST_GAP_SECONDS:
            self._sees, self._since = sees, at
        self._last = at
        if at - self._since >= (_CLEAR_SECONDS if sees else _COVERED_SECONDS):
            self.covered = not sees


def detail(luma: NDArray[np.uint8]) -> float:
    """How much structure a grey plane has, in grey levels."""
    small = cv2.resize(luma, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    return float((small - cv2.blur(small, _WINDOW)).std())
