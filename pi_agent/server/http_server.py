"""The listening sockets: TLS, bounds, and an orderly end."""

import asyncio
import logging
import socket
import ssl

from aiohttp import web
from aiohttp.http import HttpProcessingError

from pi_agent.errors import ConfigurationError

from .auth_middleware import OPEN_PATHS, Handler
from .connection_gate import ConnectionGate, ConnectionLimits, Visit
from .connection_protocols import RefusedConnection, ServedConnection

_LOGGER = logging.getLogger(__name__)
_AIOHTTP_LOGGER = logging.getLogger(f"{__name__}.aiohttp")
_GRACE_SECONDS = 2.0  # for answers that are under way when the agent stops
_STRANGER_SECONDS = 10.0  # for the handshake and a request, as a whole, with a valid token
_IDLE_SECONDS = 75.0  # between two requests on a connection
_PAUSE_SECONDS = 1.0  # after no connection could be accepted
_BACKLOG = 128
# A peer that lost its power or network is noticed after two minutes instead of two hours.
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
)
_Peer = tuple[str, int]  # and more for IPv6


class HttpServer:
    """Listens on one address. `ssl_context` None means plain HTTP.

    A connection on which no valid token was shown within ten seconds is ended, whatever it does
    meanwhile: a handshake, a request of one byte a second, or nothing at all.
    """

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
        self._ssl_context = ssl_context
        self._gate = ConnectionGate(limits or ConnectionLimits())
        self._listeners: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._serving: dict[asyncio.Task[None], socket.socket] = {}
        self._visits: dict[_Peer, Visit] = {}
        application.middlewares.append(self._note_trust)  # the innermost: after the token's check
        # handler_cancellation: a viewer that leaves ends its handler at once.
        self._runner = web.AppRunner(
            application,
            handler_cancellation=True,
            access_log=None,
            logger=_AIOHTTP_LOGGER,
            shutdown_timeout=_GRACE_SECONDS,
            keepalive_timeout=_IDLE_SECONDS,
            max_line_size=4096,
            max_field_size=4096,
        )

    @property
    def port(self) -> int:
        """The port listened on; the real one where 0 was asked for."""
        port: int = self._listeners[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Listen; ConfigurationError where the address cannot be had."""
        await self._runner.setup()
        try:
            await self._listen()
        except OSError as error:
            await self.close()
            raise ConfigurationError(
                f"server.port: cannot listen on {self._host}:{self._port}: {error.strerror}; "
                "choose another port or stop what uses it"
            ) from error
        self._accepting = [
            asyncio.create_task(self._accept(listener), name="accept")
            for listener in self._listeners
        ]

    async def close(self) -> None:
        """Stop listening and end what is open; may be called twice."""
        await asyncio.shield(self._close())

    async def _close(self) -> None:
        accepting, self._accepting = self._accepting, []
        await _cancelled(accepting)
        for listener in self._listeners:
            listener.close()
        await self._runner.cleanup()
        serving = dict(self._serving)
        await _cancelled(list(serving))
        for connection in serving.values():
            connection.close()  # of a task that never began; the others are closed already

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        known = await loop.getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, address in dict.fromkeys((entry[0], entry[4]) for entry in known):
            listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
            listener.setblocking(False)
            self._listeners.append(listener)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(listener)
            except OSError as error:  # out of files or memory
                _LOGGER.warning("No connection can be accepted: %s", error)
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            self._welcome(connection, peer)
            await asyncio.sleep(0)  # a flood of connections leaves the others their turn

    def _welcome(self, connection: socket.socket, peer: _Peer) -> None:
        visit = self._gate.admit(peer[0])
        if visit is None:
            connection.close()
            return
        task = asyncio.create_task(self._serve(connection, visit), name="connection")
        limit = asyncio.get_running_loop().call_later(_STRANGER_SECONDS, task.cancel)
        visit.on_trusted = limit.cancel
        self._serving[task] = connection
        self._visits[peer] = visit

        def forget(task: "asyncio.Task[None]") -> None:
            limit.cancel()
            del self._serving[task], self._visits[peer]
            self._gate.leave(visit)
            if not task.cancelled() and (error := task.exception()) is not None:
                _LOGGER.error("A connection failed", exc_info=error)

        task.add_done_callback(forget)

    async def _serve(self, connection: socket.socket, visit: Visit) -> None:
        """Return once the connection is gone; when cancelled, end it."""
        for option in _KEEPALIVE:
            connection.setsockopt(*option)
        protocol = self._protocol(visit)
        try:
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
                lambda: protocol, connection, ssl=self._ssl_context
            )
        except OSError:
            return  # the handshake failed, or nobody was there any more
        try:
            await protocol.lost.wait()
        finally:
            transport.abort()

    def _protocol(self, visit: Visit) -> ServedConnection | RefusedConnection:
        if visit.refused:
            return RefusedConnection()
        server = self._runner.server
        assert server is not None, "start the server first"  # noqa: S101
        return ServedConnection(server())

    @web.middleware
    async def _note_trust(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        visit = self._visits.get(request.get_extra_info("peername"))
        if visit is not None and request.path not in OPEN_PATHS:
            visit.trust()
        return await handler(request)


async def _cancelled(tasks: "list[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _is_our_concern(record: logging.LogRecord) -> bool:
    """False for what strangers send that is no HTTP: it must not fill the log, at 30 lines each."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_AIOHTTP_LOGGER.addFilter(_is_our_concern)
