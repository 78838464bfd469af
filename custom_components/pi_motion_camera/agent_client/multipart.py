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
_HEADER = re.compile(rb"^([a-z-]+):[ \t]*([^\r\n]*?)[ \t]*\r$", re.MULTILINE)  # in lower case


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
    buffer = _Buffer(reader)
    while (headers := await buffer.take_headers()) is not None:
        values = dict(_HEADER.findall(headers.lower()))
        length, captured_at = _length(values), _captured_at(values)
        yield StreamPart(jpeg=await buffer.take(length), captured_at=captured_at)


class _Buffer:
    """Takes what there is at once; copies only what came in several pieces."""

    def __init__(self, reader: ByteReader) -> None:
        self._read = reader.read
        self._rest = memoryview(b"")  # read and not taken yet

    async def take_headers(self) -> bytes | None:
        """The next part's, with the boundary before them; None at the end of the stream."""
        piece, known = self._rest, 0
        headers = bytes(piece[:_MOST_HEADER_BYTES])
        while (end := headers.find(_HEADERS_END)) < 0:
            known = len(headers)
            if known == _MOST_HEADER_BYTES:
                raise AgentProtocolError("a part of the stream has too many headers")
            piece = memoryview(await self._read(_READ_BYTES))
            if not piece:
                return None
            headers += piece[: _MOST_HEADER_BYTES - known]
        end += len(_HEADERS_END)
        self._rest = piece[end - known :]
        return headers[:end]

    async def take(self, length: int) -> memoryview:
        """So many bytes; EOFError where fewer come."""
        pieces: list[memoryview] = []
        piece, missing = self._rest, length
        while len(piece) < missing:
            pieces.append(piece)
            missing -= len(piece)
            piece = memoryview(await self._read(_READ_BYTES))
            if not piece:
                raise EOFError("the stream ended within a picture")
        self._rest = piece[missing:]
        if not pieces:
            return piece[:missing]
        pieces.append(piece[:missing])
        return memoryview(b"".join(pieces))


def _length(headers: dict[bytes, bytes]) -> int:
    text = headers.get(b"content-length", b"")
    if not text.isdigit() or not 0 < int(text) <= _MOST_JPEG_BYTES:
        raise AgentProtocolError(f"a part of the stream has the length {text.decode('latin-1')!r}")
    return int(text)


def _captured_at(headers: dict[bytes, bytes]) -> float:
    text = headers.get(b"x-timestamp", b"")
    try:
        return float(text)
    except ValueError:
        raise AgentProtocolError(
            f"a part of the stream was captured at {text.decode('latin-1')!r}"
        ) from None
