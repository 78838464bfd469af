"""Viewers of Home Assistant who count the pictures that they get."""

import select
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.stream.process_figures import cpu_seconds, resident_bytes
from benchmarks.stream.viewers import Target

_BETWEEN = b"--pi-motion-camera\r\n"
_READ_BYTES = 1 << 20
_FIRST_PICTURE_SECONDS = 30.0
_SETTLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What some viewers got in some seconds, and what it cost the server."""

    fps: float  # of each viewer
    cpu_microseconds_per_frame: float
    resident_bytes: int


class CountingViewer:
    """Reads all that comes and counts the pictures in it, whatever they are framed with."""

    def __init__(self, target: Target) -> None:
        self.connection = target.connect()
        self.pictures = 0
        self._tail = b""

    def read(self) -> None:
        """Take what has come; ConnectionError at the stream's end."""
        data = self.connection.recv(_READ_BYTES)
        if not data:
            raise ConnectionError("the server ended the stream")
        data = self._tail + data
        self.pictures += data.count(_BETWEEN)
        whole = data.rfind(_BETWEEN)  # so that none is counted twice
        rest = data if whole < 0 else data[whole + len(_BETWEEN) :]
        self._tail = rest[1 - len(_BETWEEN) :]


def watch(target: Target, pid: int, *, viewers: int, seconds: float) -> Watched:
    """Play so many viewers, once all of them see something."""
    with ExitStack() as stack:
        poll = select.epoll()
        stack.callback(poll.close)
        readers: dict[int, CountingViewer] = {}
        for _ in range(viewers):
            viewer = CountingViewer(target)
            stack.callback(viewer.connection.close)
            readers[viewer.connection.fileno()] = viewer
            poll.register(viewer.connection, select.EPOLLIN)
        _play(poll, readers, _FIRST_PICTURE_SECONDS, until_all_see=True)
        _play(poll, readers, _SETTLE_SECONDS)
        pictures, cpu, began = _pictures(readers), cpu_seconds(pid), time.monotonic()
        _play(poll, readers, seconds)
        passed = time.monotonic() - began
        frames, spent = _pictures(readers) - pictures, cpu_seconds(pid) - cpu
        return Watched(
            fps=frames / viewers / passed,
            cpu_microseconds_per_frame=spent / max(1, frames) * 1e6,
            resident_bytes=resident_bytes(pid),
        )


def _pictures(readers: dict[int, CountingViewer]) -> int:
    return sum(viewer.pictures for viewer in readers.values())


def _play(
    poll: select.epoll,
    readers: dict[int, CountingViewer],
    seconds: float,
    *,
    until_all_see: bool = False,
) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if until_all_see and all(viewer.pictures > 1 for viewer in readers.values()):
            return
        for number, _ in poll.poll(left):
            readers[number].read()
    if until_all_see:
        raise RuntimeError(f"a viewer saw nothing within {seconds:g} seconds")


def certificate_of(target: Target) -> bytes:
    """The certificate that the agent there shows, DER."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=20) as connection:
        return target.wrapped(connection).getpeercert(binary_form=True) or b""
