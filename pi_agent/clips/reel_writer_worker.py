"""The thread that puts reels on the disk: few, large writes, and patience with a full disk."""

import errno
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from pi_agent.runtime import ThreadWorker
from pi_agent.runtime.durable_files import disk_problem, sync_folder

from .reel import MAGIC, ReelPicture, packed, packed_end
from .reel_folder import ReelFolder

_LOGGER = logging.getLogger(__name__)
_MOST_QUEUED_BYTES = 32 * 2**20
_RETRY_SECONDS = 1.0
_BATCH = 16  # pictures copied together: the event loop waits for no more than that
# What is left on a full disk belongs to rows and snapshots, and to the clip that frees its reel.
_RESERVE_BYTES, _RESERVE_SHARE = 64 * 2**20, 0.05


class ReelListener(Protocol):
    """Hears, in the writer's thread, how it fares."""

    def on_reel_finished(self, event_id: str) -> None:
        """The reel is on the disk and waits for its clip."""
        ...

    def on_pictures_written(self) -> None:
        """More of the disk is taken than before."""
        ...

    def on_disk_problem(self, problem: str | None) -> None:
        """Why reels cannot be written now; None once they can again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portion:
    event_id: str
    pictures: tuple[ReelPicture, ...]
    until: float | None
    bytes: int


class ReelWriterWorker(ThreadWorker):
    """Writes the reels of all cameras; runs in thread `reel-writer`.

    A disk that takes nothing is tried again until it does; meanwhile at most 32 MB wait.
    """

    def __init__(
        self,
        folder: ReelFolder,
        listener: ReelListener,
        *,
        on_death: Callable[[str, Exception], None],
        most_queued_bytes: int = _MOST_QUEUED_BYTES,
    ) -> None:
        super().__init__("reel-writer", on_death=on_death)
        self._folder = folder
        self._listener = listener
        self._most_queued_bytes = most_queued_bytes
        self._portions: queue.SimpleQueue[_Portion | None] = queue.SimpleQueue()
        self._room = threading.Lock()  # protects the count of queued bytes
        self._queued_bytes = 0
        self._sizes: dict[str, int] = {}  # of the open reels, bytes that are on the disk
        self._problem: str | None = None

    def write(
        self, event_id: str, pictures: tuple[ReelPicture, ...], until: float | None = None
    ) -> bool:
        """Queue pictures, with `until` as the reel's last; False while there is no room."""
        size = sum(len(picture.jpeg) for picture in pictures)
        with self._room:
            if self._queued_bytes and self._queued_bytes + size > self._most_queued_bytes:
                return False
            self._queued_bytes += size
        self._portions.put(_Portion(event_id=event_id, pictures=pictures, until=until, bytes=size))
        return True

    def _wake(self) -> None:
        self._portions.put(None)

    def _work(self) -> None:
        while (portion := self._portions.get()) is not None or not self._stopping.is_set():
            if portion is not None:
                self._write_patiently(portion)
                with self._room:
                    self._queued_bytes -= portion.bytes

    def _write_patiently(self, portion: _Portion) -> None:
        while True:
            try:
                self._write(portion)
            except OSError as error:
                self._tell_problem(disk_problem(error))
                if self._stopping.wait(_RETRY_SECONDS):
                    _LOGGER.warning("Pictures of event %s are lost: %s", portion.event_id, error)
                    return  # the next start makes a clip of what is there
            else:
                self._tell_problem(None)
                return

    def _write(self, portion: _Portion) -> None:
        known = portion.event_id in self._sizes
        self._check_reserve(portion.bytes)
        try:
            self._append(portion)
        except FileNotFoundError:
            if not known:
                raise
            del self._sizes[portion.event_id]  # its event was deleted
            return
        self._listener.on_pictures_written()
        if portion.until is not None:
            self._sizes.pop(portion.event_id, None)
            self._listener.on_reel_finished(portion.event_id)

    def _append(self, portion: _Portion) -> None:
        """Write at the known end, so that doing it once more after a failure is harmless."""
        known = self._sizes.get(portion.event_id)
        flags = os.O_WRONLY | (os.O_CREAT | os.O_TRUNC if known is None else 0)
        descriptor = os.open(self._folder.open_path(portion.event_id), flags, 0o640)
        try:
            size = known or 0
            for data in _chunks(portion, first=known is None):
                size += _write_all(descriptor, data, size)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if portion.until is not None:
            self._folder.finish(portion.event_id)
        elif known is None:
            sync_folder(self._folder.path)
        self._sizes[portion.event_id] = size

    def _check_reserve(self, size: int) -> None:
        self._folder.path.mkdir(parents=True, exist_ok=True)
        disk = os.statvfs(self._folder.path)
        reserve = min(_RESERVE_BYTES, disk.f_blocks * disk.f_frsize * _RESERVE_SHARE)
        if disk.f_bavail * disk.f_frsize - size < reserve:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _tell_problem(self, problem: str | None) -> None:
        if problem != self._problem:
            self._problem = problem
            self._listener.on_disk_problem(problem)


def _chunks(portion: _Portion, *, first: bool) -> Iterator[bytes]:
    if first:
        yield MAGIC
    for start in range(0, len(portion.pictures), _BATCH):
        yield packed(portion.pictures[start : start + _BATCH])
    if portion.until is not None:
        yield packed_end(portion.until)


def _write_all(descriptor: int, data: bytes, offset: int) -> int:
    written = 0
    while written < len(data):
        written += os.pwrite(descriptor, memoryview(data)[written:], offset + written)
    return written
