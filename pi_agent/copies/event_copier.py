"""Copies snapshot, clip and document of every event to another machine, as they appear."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from pi_agent.protocol import MotionEvent
from pi_agent.runtime import EventFollower, EventSource, Progress

from .destination import Source, Target
from .names import document_of, is_final, name_of
from .sources import MemorySource, open_file

_LOGGER = logging.getLogger(__name__)
_IDLE_SECONDS = 60.0  # that a connection stays open: the next change of an event is near


class Digests(Protocol):
    """SHA-256 of an event's files."""

    @property
    def snapshot(self) -> str | None:
        """That of the snapshot."""
        ...

    @property
    def clip(self) -> str | None:
        """That of the clip."""
        ...


class CopiedEvents(EventSource, Protocol):
    """What the copier needs of the store. Methods raise StorageError while the disk fails."""

    async def find(self, event_id: str) -> MotionEvent | None:
        """The event as it is now, None where it is gone."""
        ...

    async def picture(self, event_id: str) -> bytes | None:
        """The snapshot of an event that is no file yet."""
        ...

    async def digests(self, event_id: str) -> Digests:
        """What the files of an event are recognised by."""
        ...


class EventFiles(Protocol):
    """Where the files of an event are."""

    def snapshot_path(self, event: MotionEvent) -> Path:
        """Where the event's snapshot is, or would be."""
        ...

    def clip_path(self, event: MotionEvent) -> Path:
        """Where the event's clip is, or would be."""
        ...


class EventCopier(EventFollower[Target]):
    """Copies what changed, in order of revision; the database is the queue.

    The revision moves on only once an event's files are whole at the other side. A file that
    cannot be read here is left out and counted; anything else is tried again.
    """

    def __init__(
        self,
        events: CopiedEvents,
        files: EventFiles,
        progress: Progress,
        open_target: Callable[[], AbstractAsyncContextManager[Target]],
        *,
        machine: str,
    ) -> None:
        super().__init__(
            events, progress, name=f"The copy to {machine}", idle_seconds=_IDLE_SECONDS
        )
        self._events = events
        self._files = files
        self._open_target = open_target
        self._machine = machine
        self.copied_files = 0
        self.copied_bytes = 0
        self.left_out_files = 0

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Target]:
        async with self._open_target() as target:
            await target.prepare()
            yield target

    async def _take(self, event: MotionEvent, sink: Target) -> bool:
        """An event that only goes on is not worth a write to the card."""
        files = self.copied_files
        await self._copy(event, sink)
        return is_final(event) or self.copied_files > files

    async def _copy(self, event: MotionEvent, target: Target) -> None:
        if await self._events.find(event.id) is None:
            return  # deleted since it was listed, with its files
        if event.snapshot is not None:
            await self._copy_snapshot(event, target)
        if event.clip is not None:
            await self._copy_file(target, name_of(event, ".mp4"), self._files.clip_path(event))
        if is_final(event):
            digests = await self._events.digests(event.id)
            sha256 = {"snapshot": digests.snapshot, "clip": digests.clip}
            await self._put(
                target, name_of(event, ".json"), MemorySource(document_of(event, sha256))
            )

    async def _copy_snapshot(self, event: MotionEvent, target: Target) -> None:
        name = name_of(event, ".jpg")
        jpeg = await self._events.picture(event.id)
        if jpeg is None:
            await self._copy_file(target, name, self._files.snapshot_path(event))
        elif await target.size_of(name) != len(jpeg):
            await self._put(target, name, MemorySource(jpeg))

    async def _copy_file(self, target: Target, name: str, path: Path) -> None:
        try:
            async with open_file(path) as source:
                if await target.size_of(name) != source.size:
                    await self._put(target, name, source)
        except OSError as error:  # removed by hand, or the card is worn: the others go on
            self.left_out_files += 1
            _LOGGER.warning("%s cannot be copied: %s", path, error.strerror or error)

    async def _put(self, target: Target, name: str, source: Source) -> None:
        if await target.put(name, source):
            self.copied_files += 1
            self.copied_bytes += source.size
        else:
            _LOGGER.debug("%s keeps the %s that it has", self._machine, name)
