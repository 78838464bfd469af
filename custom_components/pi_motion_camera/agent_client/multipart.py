"""Reads `multipart/x-mixed-replace` as agents send it: every part says how long it is."""

import re
from collections.abc import AsyncGenerator
from typing import NamedTuple, Protocol

from .errors import AgentProtocolError

_READ_BYTES = 256 * 1024  # a picture at once, where it is all there
_MOST_HEADER_BYTES = 2048
_MOST_JPEG_BYTES = 32 * 1024 * 1024
_HEADERS_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length:[ \t]*([^\r\n]*?)[ \t]*\r$", re.MULTILINE | re.IGNORECASE)
_TIMESTAMP = re.compile(rb"^x-timestamp:[ \t]*([^\r\n]*?)[ \t]*\r$", re.MULTILINE | re.IGNORECASE)


class StreamPart(NamedTuple):
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


class _Head(NamedTuple):
    """What the headers of a part say, and where in the newest data its picture begins."""

    start: int
    length: int
    captured_at: float


async def read_parts(reader: ByteReader) -> AsyncGenerator[StreamPart]:
    """Every part as it comes, until the connection ends.

    Raises AgentProtocolError where a part does not say its length and time, EOFError where the
    connection ends within one.
    """
    rest = memoryview(b"")  # read and not taken yet
    while True:
        begun = b""  # of the head, most often the boundary that came with the part before
        while (head := _head_of(begun, rest)) is None:
            begun += rest
            rest = memoryview(await reader.read(_READ_BYTES))
            if not rest:
                return
        end = head.start + head.length
        if end > len(rest):
            rest = await _read_on(reader, rest, end)
        yield StreamPart(jpeg=rest[head.start : end], captured_at=head.captured_at)
        rest = rest[end:]


async def _read_on(reader: ByteReader, rest: memoryview, size: int) -> memoryview:
    """At least so many bytes, with what is known of them; copied once, when all are there."""
    pieces: list[memoryview | bytes] = [rest]
    missing = size - len(rest)
    while missing > 0:
        data = await reader.read(_READ_BYTES)
        if not data:
            raise EOFError("the stream ended within a picture")
        pieces.append(data)
        missing -= len(data)
    return memoryview(b"".join(pieces))


def _head_of(begun: bytes, data: memoryview) -> _Head | None:
    """The head, with the boundary before it, that `begun` and `data` hold; None if cut off."""
    text = begun + data[: _MOST_HEADER_BYTES - len(begun)]
    end = text.find(_HEADERS_END)
    if end < 0:
        if len(text) == _MOST_HEADER_BYTES:
            raise AgentProtocolError("a part of the stream has too many headers")
        return None
    length = _LENGTH.search(text, 0, end + 1)
    captured_at = _TIMESTAMP.search(text, 0, end + 1)
    return _Head(
        end + len(_HEADERS_END) - len(begun),
        _length(length[1] if length else b""),
        _seconds(captured_at[1] if captured_at else b""),
    )


def _length(text: bytes) -> int:
    if not text.isdigit() or not 0 < int(text) <= _MOST_JPEG_BYTES:
        raise AgentProtocolError(f"a part of the stream has the length {text.decode('latin-1')!r}")
    return int(text)


def _seconds(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        raise AgentProtocolError(
            f"a part of the stream was captured at {text.decode('latin-1')!r}"
        ) from None
