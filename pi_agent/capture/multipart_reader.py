"""Cuts an endless multipart body, as cameras send it, into its parts."""

import math
import time
from collections.abc import Callable

_MOST_LINE = 8 * 1024  # bytes of one header
_MOST_LINES = 64
_MOST_PART = 32 * 1024 * 1024
_READ = 64 * 1024


class MultipartError(ValueError):
    """The body does not keep to the format."""


class MultipartReader:
    """Reads parts with or without Content-Length, and past whatever a camera puts between them.

    `read(n)` returns at most n bytes of the body, waiting for at least one; b"" at its end.
    """

    def __init__(self, read: Callable[[int], bytes], boundary: str) -> None:
        self._read = read
        # Some cameras name the boundary with its leading dashes, some without.
        self._delimiter = b"--" + boundary.lstrip("-").encode("latin-1")
        self._buffer = bytearray()
        self._deadline = math.inf

    def next_part(self, deadline: float = math.inf) -> bytes:
        """The next part's content, waiting until the monotonic clock says `deadline`.

        EOFError when the stream has ended, MultipartError when no part can be found in it.
        """
        self._deadline = deadline
        self._drop(self._find(self._delimiter) + len(self._delimiter))
        if self._line().startswith(b"--"):
            raise EOFError("the camera has ended the stream")
        length = self._content_length()
        if length is None:
            return self._until_delimiter()
        while len(self._buffer) < length:
            self._fill()
        return self._drop(length)

    def _content_length(self) -> int | None:
        """Read the part's headers; what they say about its size."""
        length = None
        for _ in range(_MOST_LINES):
            name, _, value = self._line().partition(b":")
            if not name:
                return length
            if name.strip().lower() == b"content-length":
                length = _length(value)
        raise MultipartError("a part has too many headers")

    def _until_delimiter(self) -> bytes:
        part = self._drop(self._find(self._delimiter))
        return part.removesuffix(b"\n").removesuffix(b"\r")

    def _line(self) -> bytes:
        end = self._find(b"\n", most=_MOST_LINE)
        return self._drop(end + 1).strip()

    def _find(self, wanted: bytes, *, most: int = _MOST_PART) -> int:
        """The offset of `wanted` in what comes next, at most `most` bytes away."""
        begin = 0
        while (at := self._buffer.find(wanted, begin)) < 0:
            begin = max(0, len(self._buffer) - len(wanted) + 1)
            if begin > most:
                raise MultipartError("no end of a part was found")
            self._fill()
        return at

    def _fill(self) -> None:
        if time.monotonic() > self._deadline:  # a trickle of bytes keeps no time-out of the socket
            raise MultipartError("its pictures come too slowly to be of use")
        data = self._read(_READ)
        if not data:
            raise EOFError("the camera has closed the connection")
        self._buffer += data

    def _drop(self, length: int) -> bytes:
        with memoryview(self._buffer) as view:
            dropped = bytes(view[:length])
        del self._buffer[:length]
        return dropped


def _length(value: bytes) -> int:
    digits = value.strip()
    # Python turns no endless row of digits into a number.
    if not digits.isdigit() or len(digits) > 20 or int(digits) > _MOST_PART:
        raise MultipartError("a part has a wrong Content-Length")
    return int(digits)
