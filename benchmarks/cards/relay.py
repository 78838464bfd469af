"""What stands between Home Assistant and the agent, for both integrations alike.

Home Assistant's own MJPEG camera knows users and passwords, the agent tokens: on its way a password
becomes a token. All else passes as it is, under the agent's own certificate.
"""

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

from scripts.stage.ports import LOOPBACK

_BASIC = re.compile(rb"^authorization: basic (\S+)\r$", re.IGNORECASE | re.MULTILINE)
# More than a picture: whether one arrives in one piece or in several must not be our doing.
_READ_BYTES = 1 << 20
_LOST = (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError)


class Relay:
    """Passes connections on to the agent's port, until they are cut."""

    def __init__(self, agent_port: int, server: asyncio.Server | None = None) -> None:
        self._agent_port = agent_port
        self._server = server
        self._writers: set[asyncio.StreamWriter] = set()
        self._trusting = ssl.create_default_context()
        self._trusting.check_hostname = False
        self._trusting.verify_mode = ssl.CERT_NONE  # our own agent on this machine

    @classmethod
    @asynccontextmanager
    async def running(cls, agent_port: int, certificate: Path) -> AsyncIterator[Self]:
        """The relay while the block runs, with the agent's certificate (and its key)."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        relay = cls(agent_port)
        server = await asyncio.start_server(
            relay._pass_on, LOOPBACK, 0, ssl=context, limit=_READ_BYTES
        )
        relay._server = server
        try:
            yield relay
        finally:
            server.close()
            relay.cut()

    @property
    def port(self) -> int:
        """Where it is reached."""
        assert self._server is not None  # noqa: S101
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """End every connection at once, as when the network or the agent is gone."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(*_LOST):
                head = await reader.readuntil(b"\r\n\r\n")
                far_reader, far_writer = await asyncio.open_connection(
                    LOOPBACK, self._agent_port, ssl=self._trusting, limit=_READ_BYTES
                )
                far_writer.write(with_token(head))
                async with asyncio.TaskGroup() as group:
                    group.create_task(_pump(reader, far_writer))
                    group.create_task(_pump(far_reader, writer))
        finally:
            self._writers.discard(writer)
            writer.transport.abort()


def with_token(head: bytes) -> bytes:
    """The head of a request in which a password has become a bearer token."""

    def bearer(found: re.Match[bytes]) -> bytes:
        _, _, password = base64.b64decode(found[1]).partition(b":")
        return b"Authorization: Bearer " + password + b"\r"

    return _BASIC.sub(bearer, head)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until either side ends, then end the other."""
    with suppress(*_LOST):
        while data := await reader.read(_READ_BYTES):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
