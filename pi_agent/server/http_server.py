"""The HTTP site on its listening sockets, from start to an orderly end."""

import asyncio
import logging
import ssl

from aiohttp import web
from aiohttp.http import HttpProcessingError

from pi_agent.errors import ConfigurationError

from .auth_middleware import Handler, is_open
from .connection_acceptor import ConnectionAcceptor
from .connection_gate import ConnectionGate, ConnectionLimits

_AIOHTTP_LOGGER = logging.getLogger(f"{__name__}.aiohttp")
_GRACE_SECONDS = 2.0  # for answers that are under way when the agent stops
_IDLE_SECONDS = 75.0  # between two requests on a connection


class HttpServer:
    """Serves an application on one address. `ssl_context` None means plain HTTP."""

    def __init__(
        self,
        application: web.Application,
        *,
        host: str,
        port: int,
        ssl_context: ssl.SSLContext | None,
        limits: ConnectionLimits | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._acceptor = ConnectionAcceptor(
            ConnectionGate(limits or ConnectionLimits()), self._handler, ssl_context=ssl_context
        )
        application.middlewares.append(self._note_trust)  # the innermost: after the token's check
        # handler_cancellation: a viewer that leaves ends its handler at once.
        self._runner = web.AppRunner(
            application,
            handler_cancellation=True,
            access_log=None,
            logger=_AIOHTTP_LOGGER,
            shutdown_timeout=_GRACE_SECONDS,
            keepalive_timeout=_IDLE_SECONDS,
            auto_decompress=False,  # no client packs its bodies, and one that grows is an attack
            max_line_size=4096,
            max_field_size=4096,
        )

    @property
    def port(self) -> int:
        """The port listened on; the real one where 0 was asked for."""
        return self._acceptor.port

    async def start(self) -> None:
        """Listen; ConfigurationError where the address cannot be had."""
        await self._runner.setup()
        try:
            await self._acceptor.listen(self._host, self._port)
        except OSError as error:
            await self.close()
            raise ConfigurationError(
                f"server.port: cannot listen on {self._host}:{self._port}: {error.strerror}; "
                "choose another port or stop what uses it"
            ) from error

    async def close(self) -> None:
        """Stop listening and end what is open; may be called twice."""
        await asyncio.shield(self._close())

    async def _close(self) -> None:
        await self._acceptor.stop_listening()
        await self._runner.cleanup()
        await self._acceptor.close()

    def _handler(self) -> asyncio.Protocol:
        server = self._runner.server
        assert server is not None, "start the server first"  # noqa: S101
        return server()

    @web.middleware
    async def _note_trust(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_open(request.path):
            self._acceptor.trust(request.get_extra_info("peername"))
        return await handler(request)


def _is_our_concern(record: logging.LogRecord) -> bool:
    """False for what strangers send that is no HTTP: it must not fill the log, at 30 lines each."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_AIOHTTP_LOGGER.addFilter(_is_our_concern)
