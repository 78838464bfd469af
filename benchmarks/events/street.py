"""A street filmed at 720p, fifteen JPEGs a second, with or without somebody walking by."""

import time
from collections.abc import Iterator

from benchmarks.latency.street import FPS, StreetSource
from pi_agent.frames import Frame

_QUIET_PICTURES = 90  # at first nobody comes
__all__ = ["FPS", "QuietStreet", "StreetSource", "street_pictures"]


class QuietStreet(StreetSource):
    """Nobody ever comes."""

    def read(self) -> Frame:
        """The next picture; the walk is always still to come."""
        self._sequence = self._sequence % 8
        return super().read()


class _FastStreet(StreetSource):
    """The busy street without waiting."""

    def read(self) -> Frame:
        """The next picture at once."""
        self._due = time.monotonic() - 1
        return super().read()


def street_pictures(count: int) -> Iterator[bytes]:
    """So many JPEGs of the busy street, one after the other."""
    source = _FastStreet()
    source.open()
    for number in range(_QUIET_PICTURES + count):
        jpeg = source.read().jpeg
        if number >= _QUIET_PICTURES and jpeg is not None:
            yield jpeg
