"""How far a viewer is in a multipart stream: between parts, or so much before a part's end."""

import re
import time
from collections.abc import Callable

_PART_HEAD = re.compile(
    rb"Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*?X-Timestamp: ([\d.]+)\r\n\r\n", re.IGNORECASE
)
_TAIL_BYTES = 4096  # of what held no head of a part yet


class PartProgress:
    """Told what was read; calls `on_part(age)` with each part's last byte.

    `age` is the time from the capture until now, in seconds.
    """

    def __init__(self, on_part: Callable[[float], None]) -> None:
        self.left = 0  # bytes of the JPEG that are still to come; 0 between parts
        self._on_part = on_part
        self._head = b""
        self._captured_at = 0.0

    def take(self, data: bytes) -> None:
        """Go on by what was read; between parts it may hold a head and more."""
        while data:
            if self.left:
                taken = min(self.left, len(data))
                self.skip(taken)
                data = data[taken:]
            else:
                data = self._after_head(data)

    def skip(self, count: int) -> None:
        """Go on by so many bytes of the JPEG."""
        self.left -= count
        if not self.left:
            self._on_part(time.time() - self._captured_at)

    def _after_head(self, data: bytes) -> bytes:
        self._head += data
        match = _PART_HEAD.search(self._head)
        if match is None:
            self._head = self._head[-_TAIL_BYTES:]
            return b""
        self.left, self._captured_at = int(match[1]), float(match[2])
        rest, self._head = self._head[match.end() :], b""
        return rest
