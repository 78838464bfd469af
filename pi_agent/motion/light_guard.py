"""Changes of light over the whole picture: a lamp, a cloud, the camera's own exposure."""

from collections import deque

_NOTABLE = 15.0  # levels of mean log light: about 14 %
_SPAN_SECONDS = 0.5


class LightGuard:
    """Tells by how much more cautious to be while the light over the whole picture changes."""

    def __init__(self) -> None:
        self._lights: deque[tuple[float, float]] = deque()

    def caution(self, light: float, at: float) -> float:
        """The factor for all thresholds, 1 or more; `light` is the mean log light at second `at`.

        What moves meanwhile is still found where it stands out by that much more.
        """
        self._lights.append((at, light))
        while self._lights[0][0] < at - _SPAN_SECONDS:
            self._lights.popleft()
        values = [value for _, value in self._lights]
        return max(1.0, (max(values) - min(values)) / _NOTABLE)

    def forget(self) -> None:
        """Begin anew: what was before does not count."""
        self._lights.clear()
