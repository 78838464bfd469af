"""A TLS server that answers what a test wants: for what the real agent never does."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant

from custom_components.pi_motion_camera.const import CONF_CERTIFICATE_SHA256
from pi_agent.server.certificate import AgentCertificate


class Impostor:
    """Answers every path with `respond`, and keeps what was sent to it."""

    def __init__(self, data_dir: Path) -> None:
        """Nothing listens yet."""
        self.port = 0
        self.certificate_sha256 = b""
        self.requests: list[tuple[str, str, bytes]] = []
        self.respond: Callable[[], web.StreamResponse] | None = None
        self.messages: list[str] = []
        self.close_code: int | None = None
        self.talks_nonsense = False
        self.silent = False  # does not even answer pings
        self.answering = asyncio.Event()
        self.answering.set()
        self._data_dir = data_dir
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on 127.0.0.1."""
        certificate = AgentCertificate.load_or_create(self._data_dir)
        self.certificate_sha256 = certificate.sha256
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=certificate.ssl_context())
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        assert self._runner is not None
        await self._runner.cleanup()

    def respond_json(self, text: str, *, status: int = 200) -> None:
        """Answer everything with this body."""
        self.respond = lambda: web.Response(
            text=text, status=status, content_type="application/json"
        )

    def take_over(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Let an entry take this server for its agent."""
        changes = {
            CONF_PORT: self.port,
            CONF_CERTIFICATE_SHA256: self.certificate_sha256.hex(),
        }
        hass.config_entries.async_update_entry(entry, data={**entry.data, **changes})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path, await request.read()))
        await self.answering.wait()
        if request.headers.get("Upgrade") == "websocket" and self.respond is None:
            return await self._talk(request)
        assert self.respond is not None
        return self.respond()

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=not self.silent)
        await socket.prepare(request)
        for message in self.messages:
            await socket.send_str(message)
        if self.talks_nonsense and request.transport is not None:
            request.transport.write(b"\xf7\x00")  # reserved bits, a reserved kind of frame
        if self.close_code is not None:
            await socket.close(code=self.close_code)
        else:
            async for _ in socket:  # until the client has left
                pass
        return socket
