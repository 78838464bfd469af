"""Reads `multipart/x-mixed-replace` as agents send it: every part says how long it is."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from .errors import AgentProtocolError

_READ_BYTES = 256 * 1024  # a picture at once, where it is all there
_MOST_HEADER_BYTES = 2048
_MOST_JPEG_BYTES = 32 * 1024 * 1024
_HEADERS_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length:[ \t]*([^\r\n]*?)[ \t]*\r$", re.MULTILINE | re.IGNORECASE)
_TIMESTAMP = re.compile(rb"^x-timestamp:[ \t]*([^\r\n]*?)[ \t]*\r$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPart:
    """One picture of a stream; `captured_at` in seconds since the epoch, by the agent's clock.

    The JPEG lies in what was read from the network, wherever possible: nobody has copied it yet.
    """

    jpeg: bytes | memoryview
    captured_at: float


class ByteReader(Protocol):
    """What reading parts needs of a connection."""

    async def read(self, n: int, /) -> bytes:
        """What there is, at least one byte and at most `n`; empty once the connection has ended."""
        ...


async def read_parts(reader: ByteReader) -> AsyncGenerator[StreamPart]:
    """Every part as it comes, until the connection ends.

    Raises AgentProtocolError where a part does not say its length and time, EOFError where the
    connection ends within one.
    """
    buffer = _Buffer()
    while True:
        while (headers := buffer.take_headers()) is None:
            if not buffer.add(await reader.read(_READ_BYTES)):
                return
        length, captured_at = _length(headers), _captured_at(headers)
        while (jpeg := buffer.take(length)) is None:
            if not buffer.add(await reader.read(_READ_BYTES)):
                raise EOFError("the stream ended within a picture")
        yield StreamPart(jpeg=jpeg, captured_at=captured_at)


class _Buffer:
    """What was read and not taken yet; copies only what came in several pieces."""

    def __init__(self) -> None:
        self._pieces: list[memoryview] = []
        self._size = 0

    def add(self, data: bytes) -> int:
        """Take what was read; how much that is."""
        if data:
            self._pieces.append(memoryview(data))
            self._size += len(data)
        return len(data)

    def take_headers(self) -> bytes | None:
        """The next part's, with the boundary before them; None until they are there."""
        start = bytes(self._pieces[0][:_MOST_HEADER_BYTES]) if self._pieces else b""
        if (end := start.find(_HEADERS_END)) < 0 and len(self._pieces) > 1:
            self._join()
            start = bytes(self._pieces[0][:_MOST_HEADER_BYTES])
            end = start.find(_HEADERS_END)
        if end >= 0:
            self._drop(end + len(_HEADERS_END))
            return start[:end] + b"\r\n"
        if len(start) == _MOST_HEADER_BYTES:
            raise AgentProtocolError("a part of the stream has too many headers")
        return None

    def take(self, length: int) -> memoryview | None:
        """So many bytes; None until they are there."""
        if self._size < length:
            return None
        if len(self._pieces[0]) < length:
            self._join()
        taken = self._pieces[0][:length]
        self._drop(length)
        return taken

    def _join(self) -> None:
        self._pieces = [memoryview(b"".join(self._pieces))]

    def _drop(self, length: int) -> None:
        """Let go of the beginning of the first piece."""
        self._size -= length
        self._pieces[0] = self._pieces[0][length:]
        if not self._pieces[0]:
            del self._pieces[0]


def _length(headers: bytes) -> int:
    text = _value(_LENGTH, headers)
    if not text.isdigit() or not 0 < int(text) <= _MOST_JPEG_BYTES:
        raise AgentProtocolError(f"a part of the stream has the length {text.decode('latin-1')!r}")
    return int(text)


def _captured_at(headers: bytes) -> float:
    text = _value(_TIMESTAMP, headers)
    try:
        return float(text)
    except ValueError:
        raise AgentProtocolError(
            f"a part of the stream was captured at {text.decode('latin-1')!r}"
        ) from None


def _value(header: re.Pattern[bytes], headers: bytes) -> bytes:
    found = header.search(headers)
    return found[1] if found else b""
