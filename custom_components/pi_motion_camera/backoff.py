"""Growing, jittered pauses between attempts."""

import random


class Backoff:
    """Pauses in seconds that double from `first` to `most`, each shortened by up to half.

    The jitter keeps several entries that lost one network from coming back all at once.
    """

    def __init__(self, *, first: float, most: float) -> None:
        """Begin with the shortest pause."""
        self._first = first
        self._most = most
        self._next = first

    def pause(self) -> float:
        """The next pause, never shorter than half of `first`."""
        pause, self._next = self._next, min(self._most, self._next * 2)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311  (no secret hangs on it)

    def reset(self) -> None:
        """Begin with the shortest pause again, once an attempt has succeeded."""
        self._next = self._first
