"""Tells another side every change of events, in order of revision; the database is the queue."""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Generic, Protocol, TypeVar

from pi_agent.errors import AgentError, UnavailableError
from pi_agent.protocol import MotionEvent

from .backoff import Backoff
from .loop_task import LoopTask

_LOGGER = logging.getLogger(__name__)
_BATCH = 20  # events in memory, and between two notes of how far it is
_LOOK_EVERY_SECONDS = 300.0
_STEADY_SECONDS = 60.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 300.0

Sink = TypeVar("Sink")


class EventSource(Protocol):
    """What a follower needs of the store. Methods raise StorageError while the disk fails."""

    async def changed_after(
        self, revision: int, *, limit: int | None = None
    ) -> tuple[Sequence[MotionEvent], bool]:
        """Events changed after `revision`, in that order; and whether some of them are gone."""
        ...


class Progress(Protocol):
    """How far the other side is, kept over restarts. Methods raise StorageError."""

    async def load(self) -> int:
        """The revision up to which it has everything."""
        ...

    async def save(self, revision: int) -> None:
        """It has everything up to this revision."""
        ...

    async def waiting(self, after: int | None = None) -> int:
        """How many events changed after that revision; None: after the one that was saved."""
        ...


class EventFollower(ABC, Generic[Sink]):
    """Hands each change of an event to the other side, one at a time, and notes how far it is.

    So nothing is lost by an outage or a restart, and nothing piles up in memory: the revision moves
    on only once the other side has the event, and what fails is tried again, ever less often.
    `name` begins the lines of the log, such as "The copy to nas.local". A connection without
    anything to do is closed after `idle_seconds`; None keeps it open from the start to the end.
    Lives on the event loop.
    """

    def __init__(
        self,
        events: EventSource,
        progress: Progress,
        *,
        name: str,
        idle_seconds: float | None,
        longest_pause_seconds: float | None = None,
    ) -> None:
        self._source = events
        self._progress = progress
        self._name = name
        self._idle_seconds = idle_seconds
        self._backoff = Backoff(
            first=_FIRST_PAUSE_SECONDS, most=longest_pause_seconds or _LONGEST_PAUSE_SECONDS
        )
        self._woken = asyncio.Event()
        self._task = LoopTask(type(self).__name__)
        self._done: int | None = None  # as far as we know; what is saved may be behind
        self._is_open = False
        self.problem: str | None = None
        self.taken = 0  # events that the other side took, a change counts as one

    @abstractmethod
    def _open(self) -> AbstractAsyncContextManager[Sink]:
        """A connection to the other side. Raises AgentError."""

    @abstractmethod
    async def _take(self, event: MotionEvent, sink: Sink) -> bool:
        """Return once the other side has it; whether that is worth a write to the card."""

    @property
    def ok(self) -> bool:
        """Whether the other side takes events, as far as we know."""
        return self.problem is None and (self._is_open or self._idle_seconds is not None)

    def start(self) -> None:
        """Begin with what is not there yet."""
        self._task.start(self._work())

    async def close(self) -> None:
        """Stop; what is under way is gone on with at the next start. May be called twice."""
        await self._task.close()

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
                _LOGGER.exception("%s failed", self._name)
                self._note_failure(repr(error))
            else:
                self._backoff.reset()
                self._note_success()
                await self._change_within(_LOOK_EVERY_SECONDS)
                continue
            await asyncio.sleep(self._backoff.pause())

    async def _change_within(self, seconds: float | None) -> bool:
        """Wait for a change; whether one came in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        return self._woken.is_set()

    async def _catch_up(self) -> None:
        """Connect where there is something to tell; stay connected while more comes."""
        if self._done is None:
            self._done = await self._progress.load()
        events = await self._next_events()
        if not events and self._idle_seconds is not None:
            return
        opened_at = None
        try:
            async with self._open() as sink:
                self._is_open, opened_at = True, time.monotonic()
                await self._follow(events, sink)
        finally:
            self._is_open = False
            # One that is lost right after it was made is no reason to try it again at once.
            if opened_at is not None and time.monotonic() - opened_at >= _STEADY_SECONDS:
                self._backoff.reset()

    async def _follow(self, events: Sequence[MotionEvent], sink: Sink) -> None:
        """Hand over these and what comes, until nothing came for long."""
        while True:
            await self._take_all(events, sink)
            if events:
                self._backoff.reset()
            self._note_success()
            events = await self._next_events()
            if not events and not await self._change_within(self._idle_seconds):
                return

    async def _next_events(self) -> Sequence[MotionEvent]:
        self._woken.clear()
        events, lost = await self._source.changed_after(self._done or 0, limit=_BATCH)
        if lost and self._done:
            _LOGGER.warning("%s: some events were deleted here before they got there", self._name)
        return events

    async def _take_all(self, events: Sequence[MotionEvent], sink: Sink) -> None:
        worth_a_write = False
        try:
            for event in events:
                worth_a_write |= await self._take(event, sink)
                self._done = event.revision
                self.taken += 1
        finally:
            if worth_a_write and self._done is not None:
                await self._save(self._done)

    async def _save(self, revision: int) -> None:
        """Go on where the card takes no note: then, of all times, the others are needed."""
        try:
            await self._progress.save(revision)
        except UnavailableError as error:
            _LOGGER.debug("%s: how far it is cannot be saved: %s", self._name, error)

    def _note_failure(self, problem: str) -> None:
        level = logging.DEBUG if self.problem == problem else logging.WARNING
        _LOGGER.log(level, "%s waits: %s", self._name, problem)
        self.problem = problem

    def _note_success(self) -> None:
        if self.problem is not None:
            _LOGGER.info("%s goes on", self._name)
        self.problem = None
