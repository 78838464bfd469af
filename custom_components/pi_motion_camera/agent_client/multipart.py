"""Reads `multipart/x-mixed-replace` as agents send it: every part says how long it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from .errors import AgentProtocolError

_MOST_HEADER_LINES = 16
_MOST_JPEG_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPart:
    """One picture of a stream; `captured_at` in seconds since the epoch, by the agent's clock."""

    jpeg: bytes
    captured_at: float


class ByteReader(Protocol):
    """What reading parts needs of a connection."""

    async def readline(self) -> bytes:
        """A line with its end; empty once the connection has ended."""
        ...

    async def readexactly(self, n: int, /) -> bytes:
        """Exactly `n` bytes; EOFError where fewer come."""
        ...


async def read_parts(reader: ByteReader) -> AsyncIterator[StreamPart]:
    """Every part as it comes, until the connection ends.

    Raises AgentProtocolError where a part does not say its length and time, EOFError where the
    connection ends within one.
    """
    while (headers := await _read_headers(reader)) is not None:
        length, captured_at = _length(headers), _captured_at(headers)
        yield StreamPart(jpeg=await reader.readexactly(length), captured_at=captured_at)


async def _read_headers(reader: ByteReader) -> dict[str, str] | None:
    """The headers of the next part by lower-case name, None at the end of the stream."""
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADER_LINES):
        line = await reader.readline()
        if not line:
            return None
        text = line.decode("latin-1").strip()
        if not text and headers:
            return headers
        name, colon, value = text.partition(":")
        if colon:  # other lines are the boundary and the end of the part before
            headers[name.lower()] = value.strip()
    raise AgentProtocolError("a part of the stream has too many headers")


def _length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "")
    if not text.isdecimal() or not 0 < int(text) <= _MOST_JPEG_BYTES:
        raise AgentProtocolError(f"a part of the stream has the length {text!r}")
    return int(text)


def _captured_at(headers: dict[str, str]) -> float:
    text = headers.get("x-timestamp", "")
    try:
        return float(text)
    except ValueError:
        raise AgentProtocolError(f"a part of the stream was captured at {text!r}") from None
