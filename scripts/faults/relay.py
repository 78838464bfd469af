"""The network where we may make none of our own: a relay of connections, cut, frozen, slowed."""

import asyncio
from contextlib import suppress

from scripts.stage.ports import LOOPBACK, choose_port

_READ_BYTES = 64 * 1024


class Relay:
    """Passes connections to a port on; it has no packets that could be lost."""

    has_loss = False

    def __init__(self, port: int) -> None:
        self.port = choose_port()
        self._to = port
        self._seconds_late = 0.0
        self._open = asyncio.Event()  # cleared: what is under way stays under way
        self._open.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Begin to pass on."""
        self._server = await asyncio.start_server(self._pass_on, LOOPBACK, self.port)

    async def close(self) -> None:
        """End every connection; may be called twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        self._open.set()

    def cut(self) -> None:
        """Pass nothing on and tell nobody, as a cable that is pulled."""
        self._open.clear()

    def worsen(self, *, seconds_late: float = 0.0, loss: float = 0.0) -> None:
        """Everything later; nothing can be lost here."""
        self._seconds_late = seconds_late

    def mend(self) -> None:
        """Let everything flow again."""
        self._seconds_late = 0.0
        self._open.set()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._to)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_READ_BYTES):
                await asyncio.sleep(self._seconds_late)
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        if not writer.is_closing():
            writer.close()
