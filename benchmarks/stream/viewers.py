"""Viewers as the load client plays them: quick ones, cheap to run, and slow ones."""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .part_progress import PartProgress

_HEAD_BYTES = 1024
_SCRATCH = bytearray(1 << 18)
_SLOW_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the stream is and what a viewer must send."""

    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: bool = False

    def connect(self) -> socket.socket:
        """A connection on which the stream was asked for; it does not block from here on."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        if self.tls:
            connection = self.wrapped(connection)
        headers = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n"
        connection.sendall(request.encode())
        connection.setblocking(False)
        return connection

    def wrapped(self, connection: socket.socket) -> ssl.SSLSocket:
        """The connection, encrypted."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # our own server on this machine
        return context.wrap_socket(connection)


class PlainViewer:
    """Reads as cheaply as can be: the kernel throws the JPEG away without a copy."""

    def __init__(self, target: Target, on_part: Callable[[float], None]) -> None:
        self.connection = target.connect()
        self._progress = PartProgress(on_part)

    def read(self) -> None:
        """Take what has come, at most to the end of a part; ConnectionError at the stream's end."""
        progress, connection = self._progress, self.connection
        try:
            if not progress.left:
                progress.take(_received(connection.recv(_HEAD_BYTES)))
            while progress.left:
                wanted = min(progress.left, len(_SCRATCH))
                # MSG_TRUNC, see tcp(7): the time that a copy would take is the server's to use.
                got = connection.recv_into(_SCRATCH, wanted)
                if not got:
                    raise ConnectionError("the server ended the stream")
                progress.skip(got)
        except BlockingIOError:
            return


class TlsViewer:
    """Reads and decrypts everything."""

    def __init__(self, target: Target, on_part: Callable[[float], None]) -> None:
        self.connection = target.connect()
        self._progress = PartProgress(on_part)

    def read(self) -> None:
        """Take all that has come; ConnectionError at the stream's end."""
        progress, connection = self._progress, self.connection
        try:
            while True:
                if progress.left:
                    wanted = min(progress.left, len(_SCRATCH))
                    progress.skip(connection.recv_into(_SCRATCH, wanted))
                else:
                    progress.take(_received(connection.recv(_HEAD_BYTES)))
        except ssl.SSLWantReadError:
            return


class SlowViewer:
    """Reads a little when told to, or never."""

    def __init__(self, target: Target, *, reads: bool) -> None:
        self._connection = target.connect()
        self._reads = reads

    def sip(self) -> None:
        """Read at most a few kilobytes, undecrypted; what becomes of the stream is no matter."""
        if not self._reads:
            return
        try:
            socket.socket.recv(self._connection, _SLOW_BYTES)
        except (BlockingIOError, ConnectionError):
            return


def _received(data: bytes) -> bytes:
    if not data:
        raise ConnectionError("the server ended the stream")
    return data
