"""Takes connections in as long as there is room, and ends those that waste it."""

import asyncio
import logging
import math
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from .connection_gate import ConnectionGate, Visit
from .connection_protocols import RefusedConnection, ServedConnection

_LOGGER = logging.getLogger(__name__)
_STRANGER_SECONDS = 10.0  # for the handshake and a request, as a whole, with a valid token
_PAUSE_SECONDS = 1.0  # after no connection could be accepted
_CROWD_PAUSE_SECONDS = 0.02  # at most, before one more of an address with many strangers
_BACKLOG = 128
_COMPLAIN_EVERY_SECONDS = 3600.0  # whoever floods the agent must not fill its log
# A peer that lost its power or network is noticed after two minutes instead of two hours.
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
)

Peer = tuple[str, int]  # address and port, and more for IPv6


class ConnectionAcceptor:
    """Listens, and has `make_handler` speak on each connection that the gate admits.

    A connection that is not trusted within ten seconds is ended, whatever it does meanwhile: a
    handshake, a request of one byte a second, or nothing at all. Lives on the event loop.
    """

    def __init__(
        self,
        gate: ConnectionGate,
        make_handler: Callable[[], asyncio.Protocol],
        *,
        ssl_context: ssl.SSLContext | None,
    ) -> None:
        self.port = 0
        self._gate = gate
        self._make_handler = make_handler
        self._ssl_context = ssl_context
        self._listeners: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._serving: dict[asyncio.Task[None], socket.socket] = {}
        self._visits: dict[Peer, Visit] = {}
        self._calmer = asyncio.Event()  # set when a stranger is one no more
        self._complained_at = -math.inf

    async def listen(self, host: str, port: int) -> None:
        """Accept connections to this address from now on; OSError where it cannot be had."""
        self.port = port
        known = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, address in dict.fromkeys((entry[0], entry[4]) for entry in known):
            listener = socket.create_server(
                (str(address[0]), self.port), family=family, backlog=_BACKLOG
            )
            listener.setblocking(False)
            self._listeners.append(listener)
            self.port = listener.getsockname()[1]
        for listener in self._listeners:
            task = asyncio.create_task(self._accept(listener), name="accept")
            self._accepting.append(task)

    async def stop_listening(self) -> None:
        """Accept no more; may be called twice."""
        accepting, self._accepting = self._accepting, []
        await _cancelled(accepting)
        for listener in self._listeners:
            listener.close()

    async def close(self) -> None:
        """End what is open; may be called twice."""
        await self.stop_listening()
        serving = dict(self._serving)
        await _cancelled(list(serving))
        for connection in serving.values():
            connection.close()  # of a task that never began; the others are closed already

    def trust(self, peer: Peer) -> None:
        """On this peer's connection a valid token was shown: it may stay."""
        visit = self._visits.get(peer)
        if visit is not None:
            visit.trust()
            self._calmer.set()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(listener)
            except OSError as error:  # out of files or memory
                _LOGGER.warning("No connection can be accepted: %s", error)
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            if self._welcome(connection, peer) and self._gate.is_crowded_by(peer[0]):
                await self._until_calmer()
            await asyncio.sleep(0)  # a flood of connections leaves the others their turn

    async def _until_calmer(self) -> None:
        """Let one of those who are here show its token or leave, before the next comes.

        A hundred viewers that come at once would else fill the room for strangers, and be refused,
        before the first had its turn.
        """
        self._calmer.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CROWD_PAUSE_SECONDS):
                await self._calmer.wait()

    def _welcome(self, connection: socket.socket, peer: Peer) -> bool:
        """Whether the connection was admitted."""
        visit = self._gate.admit(peer[0])
        if visit is None or visit.refused:
            self._complain(peer[0])
        if visit is None:
            connection.close()
            return False
        task = asyncio.create_task(self._serve(connection, visit), name="connection")
        limit = asyncio.get_running_loop().call_later(_STRANGER_SECONDS, task.cancel)
        visit.on_trusted = limit.cancel
        self._serving[task] = connection
        self._visits[peer] = visit

        def forget(task: "asyncio.Task[None]") -> None:
            limit.cancel()
            self._gate.leave(visit)
            self._calmer.set()
            del self._serving[task]
            if self._visits.get(peer) is visit:
                del self._visits[peer]
            if not task.cancelled() and (error := task.exception()) is not None:
                _LOGGER.error("A connection failed", exc_info=error)

        task.add_done_callback(forget)
        return not visit.refused

    def _complain(self, address: str) -> None:
        now = time.monotonic()
        if now - self._complained_at > _COMPLAIN_EVERY_SECONDS:
            self._complained_at = now
            _LOGGER.warning("Too many connections are open; one more from %s is refused", address)

    async def _serve(self, connection: socket.socket, visit: Visit) -> None:
        """Return once the connection is gone; when cancelled, end it."""
        protocol = RefusedConnection() if visit.refused else ServedConnection(self._make_handler())
        try:
            for option in _KEEPALIVE:
                connection.setsockopt(*option)
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
                lambda: protocol, connection, ssl=self._ssl_context
            )
        except OSError:
            return  # the handshake failed, or nobody was there any more
        try:
            await protocol.lost.wait()
        finally:
            transport.abort()


async def _cancelled(tasks: "list[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
