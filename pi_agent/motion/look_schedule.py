"""Which frames are worth a look: few at rest, many around a change."""

import math
from collections import deque

_IDLE_LOOKS = 2.2  # a second, where a look costs the decode of a JPEG
_IDLE_LUMA_LOOKS = 7.5  # where the plane comes for nothing
_DOUBT_LOOKS = 15.0  # while something stirs of which nobody knows yet whether it moves
_MOTION_LOOKS = 6.0  # while it does; and for things that stir without end, as in wind
_SIGN_LOOKS = 10.0  # at most, at JPEGs of another size
_LONGEST_FRAME_SECONDS = 0.2  # longer without a frame is a pause
_DOUBT_SECONDS = 0.6  # after the last stir
_MOTION_SECONDS = 1.5  # after the last motion
_DOUBT_BUDGET, _DOUBT_REFILL = 8.0, 1.0  # looks beyond the usual, and how many a second come back
_SUDDEN = 2.5  # mean deviations that make a JPEG's size a sign of change
_SUDDEN_TWICE = 1.7  # that are one where the frame before was off as well, and the same way
_SIZE_RATE, _DEVIATION_RATE = 0.1, 0.05
_LEAST_DEVIATION = 2e-4  # of the size


class LookSchedule:
    """Asked for each frame, told each result. Times are seconds of a clock that never jumps.

    The size of a JPEG is a change detector that costs nothing: in a still scene it varies by 0.03
    to 0.3 %. A frame whose size leaves the running mean is looked at without delay.
    """

    def __init__(self) -> None:
        self._mean: float | None = None
        self._sizes: deque[float] = deque(maxlen=3)
        self._deviation = 0.0
        self._off = 0.0  # mean deviations that the last size was off
        self._first = self._next = 0.0
        self._offered = self._last = -math.inf
        self._stirred = self._moved = -math.inf
        self._budget, self._budgeted_at = _DOUBT_BUDGET, 0.0
        self._idle_looks = _IDLE_LOOKS

    def due(self, at: float, jpeg_bytes: int | None) -> bool:
        """Whether to look at the frame of second `at`; `jpeg_bytes` is its size, if it has one."""
        self._idle_looks = _IDLE_LUMA_LOOKS if jpeg_bytes is None else _IDLE_LOOKS
        sudden = jpeg_bytes is not None and self._is_sudden(float(jpeg_bytes), at)
        soonest = min(self._next, self._last + 1 / _SIGN_LOOKS) if sudden else self._next
        # The frame that is nearest to the time, not the first after it.
        early = min(max(0.0, at - self._offered), _LONGEST_FRAME_SECONDS) / 2
        self._offered = at
        if self._last <= at < soonest - early:
            return False
        self._last = at
        self._next = at + 1 / _MOTION_LOOKS  # as long as the result is not told
        return True

    def looked(self, at: float, *, stirring: bool, active: bool = False) -> None:
        """Take note of what the look at second `at` found."""
        if active:
            self._moved = at
        elif stirring:
            self._stirred = at
        self._next = at + 1 / self._looks(at)

    def _looks(self, at: float) -> float:
        passed, self._budgeted_at = max(0.0, at - self._budgeted_at), at
        self._budget = min(_DOUBT_BUDGET, self._budget + passed * _DOUBT_REFILL)
        if 0 <= at - self._moved < _MOTION_SECONDS:
            return _MOTION_LOOKS
        if not 0 <= at - self._stirred < _DOUBT_SECONDS:
            return self._idle_looks
        if self._budget < 1:
            return _MOTION_LOOKS
        self._budget -= 1
        return _DOUBT_LOOKS

    def _is_sudden(self, size: float, at: float) -> bool:
        if self._mean is None:
            self._mean, self._deviation, self._first = size, 0.002 * size, at
        off = size - self._mean
        before, self._off = self._off, off / max(self._deviation, _LEAST_DEVIATION * size)
        self._sizes.append(size)
        # Of the last three the middle one, so that one that is off does not make the next ones so.
        self._mean += _SIZE_RATE * (sorted(self._sizes)[len(self._sizes) // 2] - self._mean)
        calm = min(1.25 * abs(off), 4 * self._deviation)
        self._deviation += _DEVIATION_RATE * (calm - self._deviation)
        if at - self._first <= 1.0:
            return False
        twice = before * self._off > 0 and min(abs(before), abs(self._off)) > _SUDDEN_TWICE
        return twice or abs(self._off) > _SUDDEN
