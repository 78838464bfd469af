"""Copies snapshot, clip and document of every event to another machine, as they appear."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Protocol

from pi_agent.errors import AgentError, UnavailableError
from pi_agent.protocol import MotionEvent
from pi_agent.runtime import Backoff

from .destination import Source, Target
from .names import document_of, is_final, name_of
from .sources import MemorySource, open_file

_LOGGER = logging.getLogger(__name__)
_BATCH = 20  # events in memory, and between two notes of how far the copy is
_IDLE_SECONDS = 60.0  # that a connection stays open: the next change of an event is near
_LOOK_EVERY_SECONDS = 300.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 300.0


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


class EventSource(Protocol):
    """What the copier needs of the store. Methods raise StorageError while the disk fails."""

    async def changed_after(
        self, revision: int, *, limit: int | None = None
    ) -> tuple[Sequence[MotionEvent], bool]:
        """Events changed after `revision`, in that order; and whether some of them are gone."""
        ...

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


class Progress(Protocol):
    """How far the copy is, kept over restarts. Methods raise StorageError."""

    async def load(self) -> int:
        """The revision up to which everything is there."""
        ...

    async def save(self, revision: int) -> None:
        """Everything up to this revision is there."""
        ...

    async def waiting(self, after: int | None = None) -> int:
        """How many events changed after that revision; None: after the one that was saved."""
        ...


class EventCopier:
    """Goes through the changes of events in order of revision; the database is the queue.

    So nothing is lost by an outage or a restart, and nothing piles up in memory. The revision moves
    on only once an event's files are whole at the other side. A file that cannot be read here is
    left out and counted; anything else is tried again, ever less often. Lives on the event loop.
    """

    def __init__(
        self,
        events: EventSource,
        files: EventFiles,
        progress: Progress,
        open_target: Callable[[], AbstractAsyncContextManager[Target]],
        *,
        machine: str,
    ) -> None:
        self._events = events
        self._files = files
        self._progress = progress
        self._open_target = open_target
        self._machine = machine
        self._backoff = Backoff(first=_FIRST_PAUSE_SECONDS, most=_LONGEST_PAUSE_SECONDS)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._done: int | None = None  # as far as we know; what is saved may be behind
        self.problem: str | None = None
        self.copied_files = 0
        self.copied_bytes = 0
        self.left_out_files = 0

    def start(self) -> None:
        """Begin with what is not there yet."""
        self._task = asyncio.create_task(self._work(), name="event-copier")

    async def close(self) -> None:
        """Stop; what is under way is gone on with at the next start. May be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def nudge(self) -> None:
        """An event changed."""
        self._woken.set()

    async def waiting(self) -> int:
        """How many events have changes that are not there yet. Raises StorageError."""
        return await self._progress.waiting(self._done)

    async def _work(self) -> None:
        while True:
            try:
                await self._catch_up()
            except AgentError as error:
                self._note_failure(str(error))
            except Exception as error:
                _LOGGER.exception("The copy to %s failed", self._machine)
                self._note_failure(repr(error))
            else:
                self._note_success()
                await self._change_within(_LOOK_EVERY_SECONDS)
                continue
            await asyncio.sleep(self._backoff.pause())

    async def _change_within(self, seconds: float) -> bool:
        """Wait for a change; whether one came in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        return self._woken.is_set()

    async def _catch_up(self) -> None:
        """Connect only where there is something to copy; stay connected while more comes."""
        if self._done is None:
            self._done = await self._progress.load()
        events = await self._next_events()
        if not events:
            return
        async with self._open_target() as target:
            await target.prepare()
            while events or await self._change_within(_IDLE_SECONDS):
                await self._copy_all(events, target)
                self._note_success()
                events = await self._next_events()

    async def _next_events(self) -> Sequence[MotionEvent]:
        self._woken.clear()
        events, lost = await self._events.changed_after(self._done or 0, limit=_BATCH)
        if lost and self._done:
            _LOGGER.warning("Some events were deleted here before %s had them", self._machine)
        return events

    async def _copy_all(self, events: Sequence[MotionEvent], target: Target) -> None:
        worth_a_write = False  # to the card: an event that only goes on is not
        try:
            for event in events:
                files = self.copied_files
                await self._copy(event, target)
                worth_a_write |= is_final(event) or self.copied_files > files
                self._done = event.revision
        finally:
            if worth_a_write and self._done is not None:
                await self._save(self._done)

    async def _save(self, revision: int) -> None:
        """Go on where the card takes no note: then, of all times, copies are needed."""
        try:
            await self._progress.save(revision)
        except UnavailableError as error:
            _LOGGER.debug("How far the copy is cannot be saved: %s", error)

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

    def _note_failure(self, problem: str) -> None:
        level = logging.DEBUG if self.problem == problem else logging.WARNING
        _LOGGER.log(level, "The copy to %s waits: %s", self._machine, problem)
        self.problem = problem

    def _note_success(self) -> None:
        self._backoff.reset()
        if self.problem is not None:
            _LOGGER.info("The copy to %s goes on", self._machine)
        self.problem = None
