"""A network between camera and agent that can be cut: no byte passes, and nobody is told."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TICK = 0.01  # seconds


class NetworkLink:
    """Passes connections on to a server. While it is cut, new ones are not even refused."""

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        # Two connections wait to be taken; what comes then is dropped, as by a dead switch.
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1)
        self._whole = threading.Event()
        self._whole.set()
        self._ended = threading.Event()
        self._others: dict[socket.socket, socket.socket] = {}  # of each end the other
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it is reached instead of the server."""
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Let nothing pass any more."""
        self._whole.clear()

    def mend(self) -> None:
        """Let it pass again."""
        self._whole.set()

    def close(self) -> None:
        """Close all connections."""
        self._ended.set()
        self._thread.join()
        for end in (self._listener, *self._others):
            end.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            if self._whole.wait(_TICK):
                self._pass_on()

    def _pass_on(self) -> None:
        for ready in select.select([self._listener, *self._others], [], [], _TICK)[0]:
            if ready is self._listener:
                near, far = ready.accept()[0], socket.create_connection(self._server)
                self._others |= {near: far, far: near}
            elif ready in self._others:
                self._forward(ready)

    def _forward(self, end: socket.socket) -> None:
        other = self._others[end]
        with contextlib.suppress(OSError):
            if data := end.recv(65536):
                other.sendall(data)
                return
        for closed in (end, other):
            del self._others[closed]
            closed.close()


@contextmanager
def network_link(server_port: int) -> Iterator[NetworkLink]:
    """A link that is closed when the block is left."""
    link = NetworkLink(server_port)
    try:
        yield link
    finally:
        link.close()
