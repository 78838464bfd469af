"""Growing, jittered pauses between attempts."""

import random


class Backoff:
    """Pauses in seconds that double from `first` to `most`, each shortened by up to a quarter.

    The jitter keeps clients that lost the same peer from coming back all at once.
    """

    def __init__(self, *, first: float = 1.0, most: float = 30.0) -> None:
        self._first = first
        self._most = most
        self._next = first

    def pause(self) -> float:
        """The next pause, seconds."""
        pause, self._next = self._next, min(self._most, self._next * 2)
        return pause * random.uniform(0.75, 1.0)  # noqa: S311  (no secret hangs on it)

    def reset(self) -> None:
        """Begin with the shortest pause again, once an attempt has succeeded."""
        self._next = self._first
