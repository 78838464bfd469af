"""What speaks on a connection: aiohttp's handler, or a refusal; either way its end is heard of."""

import asyncio
from typing import cast

from pi_agent.protocol import ErrorBody, ErrorDocument, to_json

_RETRY_SECONDS = 10


class ServedConnection(asyncio.Protocol):
    """Passes everything on to a handler; `lost` is set once the connection is gone."""

    def __init__(self, handler: asyncio.Protocol) -> None:
        self.lost = asyncio.Event()
        self._handler = handler

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pass it on."""
        self._handler.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        self._handler.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass it on."""
        return self._handler.eof_received()

    def pause_writing(self) -> None:
        """Pass it on."""
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._handler.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on."""
        self._handler.connection_lost(exc)
        self.lost.set()


class RefusedConnection(asyncio.Protocol):
    """Answers the first request with 503, whatever it is; `lost` is set once it is gone."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the request: an answer before it would be lost with the connection's reset."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer, then close."""
        if self._transport is not None:
            self._transport.write(_REFUSAL)
            self._transport.close()
            self._transport = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell it."""
        self.lost.set()


def _refusal() -> bytes:
    error = ErrorBody(
        code="unavailable",
        message="too many connections are open; close some or come back later",
        field=None,
    )
    body = to_json(ErrorDocument(error=error))
    return (
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body.encode())}\r\nRetry-After: {_RETRY_SECONDS}\r\n"
        f"Connection: close\r\n\r\n{body}"
    ).encode()


_REFUSAL = _refusal()
