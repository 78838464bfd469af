"""The last seconds of a camera in memory, so that a clip can begin before its event did."""

import math
from collections import deque

from .reel import ReelPicture

MOST_BYTES = 32 * 2**20  # a camera; about half a minute of 720p at 15 frames a second
_FRESH_SECONDS = 3.0  # so young that they are never thinned out
_THINNED_SHARE = 0.9  # of the bytes: thinning out is not done anew for each picture


class PictureRing:
    """Pictures of the last `seconds`; where they take too many bytes, fewer a second of the oldest.

    Not locked: its owner is.
    """

    def __init__(self, seconds: float, *, most_bytes: int = MOST_BYTES) -> None:
        self.seconds = seconds
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pictures: deque[ReelPicture] = deque()

    @property
    def bytes(self) -> int:
        """What the pictures take."""
        return self._bytes

    def add(self, picture: ReelPicture) -> None:
        """Take the newest picture; what is too old by now is let go."""
        if self._pictures and picture.monotonic_at < self._pictures[-1].monotonic_at:
            self.clear()  # the source began anew with another clock
        self._pictures.append(picture)
        self._bytes += len(picture.jpeg)
        while picture.monotonic_at - self._pictures[0].monotonic_at > self.seconds:
            self._bytes -= len(self._pictures.popleft().jpeg)
        if self._bytes > self._most_bytes:
            self._thin_out(picture.monotonic_at - _FRESH_SECONDS)

    def since(self, monotonic_at: float) -> list[ReelPicture]:
        """The pictures from that second on, oldest first."""
        return [picture for picture in self._pictures if picture.monotonic_at >= monotonic_at]

    def clear(self) -> None:
        """Forget all pictures."""
        self._pictures.clear()
        self._bytes = 0

    def _thin_out(self, fresh_from: float) -> None:
        """Leave as many pictures a second of the past as have room, and all of the present."""
        fresh = [p for p in self._pictures if p.monotonic_at >= fresh_from]
        room = _THINNED_SHARE * self._most_bytes - sum(len(p.jpeg) for p in fresh)
        mean_bytes = self._bytes / len(self._pictures)
        gap = (self.seconds - _FRESH_SECONDS) * mean_bytes / max(room, mean_bytes)
        kept, due = [], -math.inf
        for picture in self._pictures:
            if due <= picture.monotonic_at < fresh_from:
                kept.append(picture)
                due = picture.monotonic_at + gap
        self._pictures = deque((*kept, *fresh))
        self._bytes = sum(len(p.jpeg) for p in self._pictures)
        while self._bytes > self._most_bytes and len(self._pictures) > 1:
            self._bytes -= len(self._pictures.popleft().jpeg)
