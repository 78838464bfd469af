"""Which frames are worth a look: few at rest, many around a change."""

_IDLE_LOOKS, _ACTIVE_LOOKS = 2.5, 10.0  # a second
_ACTIVE_SECONDS = 1.5  # after the last sign of change
_SUDDEN = 4.0  # mean deviations that make a JPEG's size a sign of change
_SIZE_RATE, _DEVIATION_RATE = 0.1, 0.05
_LEAST_DEVIATION = 2e-4  # of the size
_TOLERANCE = 1e-6


class LookSchedule:
    """Asked for each frame, told each result. Times are seconds of a clock that never jumps.

    The size of a JPEG is a change detector that costs nothing: in a still scene it varies by 0.03
    to 0.3 %. A frame whose size leaves the running mean is looked at without delay.
    """

    def __init__(self) -> None:
        self._mean: float | None = None
        self._deviation = 0.0
        self._first = self._next = 0.0
        self._changed = self._last = -1e9

    def due(self, at: float, jpeg_bytes: int | None) -> bool:
        """Whether to look at the frame of second `at`; `jpeg_bytes` is its size, if it has one."""
        sudden = jpeg_bytes is not None and self._is_sudden(float(jpeg_bytes), at)
        if sudden:
            self._changed = at
        soonest = self._last + 1 / _ACTIVE_LOOKS if sudden else self._next
        if at < soonest - _TOLERANCE and at >= self._last:
            return False
        self._last = at
        self._next = at + 1 / _ACTIVE_LOOKS  # as long as the result is not told
        return True

    def looked(self, at: float, *, stirring: bool) -> None:
        """Take note of what the look at second `at` found."""
        if stirring:
            self._changed = at
        looks = _ACTIVE_LOOKS if at - self._changed < _ACTIVE_SECONDS else _IDLE_LOOKS
        self._next = at + 1 / looks

    def _is_sudden(self, size: float, at: float) -> bool:
        if self._mean is None:
            self._mean, self._deviation, self._first = size, 0.002 * size, at
        off = abs(size - self._mean)
        sudden = off > _SUDDEN * max(self._deviation, _LEAST_DEVIATION * size)
        self._mean += _SIZE_RATE * (size - self._mean)
        calm = min(1.25 * off, 4 * self._deviation)
        self._deviation += _DEVIATION_RATE * (calm - self._deviation)
        return sudden and at - self._first > 1.0
