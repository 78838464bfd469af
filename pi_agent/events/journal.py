"""Save, then tell: no listener hears of an event that a power cut could still take back."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from pi_agent.errors import StorageError, UnavailableError
from pi_agent.protocol import EventMessage, EventState, Label, MotionEvent
from pi_agent.protocol.routes import EVENT_CLIP, EVENT_SNAPSHOT, path
from pi_agent.runtime import LoopTask
from pi_agent.runtime.durable_files import FileDigest

from .feed import EventFeed
from .waiting_changes import Change, WaitingChanges

_LOGGER = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0


class MessageStore(Protocol):
    """What the journal needs of the store. Methods raise StorageError while the disk fails."""

    async def record(self, event: MotionEvent, jpeg: bytes | None = None) -> MotionEvent:
        """Keep what the tracker says of an event, and its snapshot; with its revision."""
        ...

    async def amend(
        self,
        event_id: str,
        change: Callable[[MotionEvent], MotionEvent],
        *,
        clip: FileDigest | None = None,
    ) -> MotionEvent | None:
        """Change a saved event, which may have got a clip; None where there is none."""
        ...

    async def find(self, event_id: str) -> MotionEvent | None:
        """The event as it was saved last."""
        ...

    async def awaiting_clip(self) -> Sequence[MotionEvent]:
        """Events that have ended with neither a clip nor a reason why there is none."""
        ...

    async def close_open_events(self) -> Sequence[MotionEvent]:
        """End what a crash left open."""
        ...


class EventJournal:
    """Takes every change of an event in order: row and snapshot to the disk, then to the feed.

    Both are one transaction, so that to tell an event takes one wait for the disk. While the disk
    takes nothing, changes wait in bounded memory and `on_problem` is told why; None once they are
    saved. `on_picture` is called when there is a snapshot to be made a file. Lives on the event
    loop.
    """

    def __init__(
        self,
        store: MessageStore,
        feed: EventFeed,
        *,
        on_problem: Callable[[str | None], None] = lambda _problem: None,
        on_picture: Callable[[], None] = lambda: None,
        on_death: Callable[[str, Exception], None] = lambda _name, _error: None,
    ) -> None:
        self._store = store
        self._feed = feed
        self._on_problem = on_problem
        self._on_picture = on_picture
        self._waiting = WaitingChanges()
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()  # saved and told are one step: the feed is in order of revision
        self._recovered = False
        self._closing = False
        self._task = LoopTask("event-journal", on_death=on_death)

    @property
    def lost_events(self) -> int:
        """Events that nobody heard of, because the disk took nothing for too long."""
        return self._waiting.lost_events

    async def start(self) -> None:
        """End the events that a crash left open, then take changes."""
        try:
            await self._recover()
        except StorageError as error:
            self._on_problem(str(error))
        self._task.start(self._write_changes())

    async def close(self) -> None:
        """Write what is queued, where the disk takes it, then stop; may be called twice."""
        self._closing = True
        self._wake.set()
        await self._task.finish()

    def record(self, event: MotionEvent, jpeg: bytes | None = None) -> None:
        """Queue a change; `jpeg` is the event's snapshot, given once. Called on the event loop."""
        self._waiting.add(Change(event=event, jpeg=jpeg))
        self._wake.set()

    async def find(self, event_id: str) -> MotionEvent | None:
        """The event as it was saved last, None where there is none."""
        return await self._store.find(event_id)

    async def awaiting_clip(self) -> Sequence[MotionEvent]:
        """Events that have ended with neither a clip nor a reason why there is none."""
        return await self._store.awaiting_clip()

    async def record_clip(self, event_id: str, digest: FileDigest) -> MotionEvent | None:
        """The clip of the event is in place; None where the event is gone. Raises StorageError."""
        clip = path(EVENT_CLIP, event=event_id)
        return await self._amend(
            event_id, lambda e: replace(e, clip=clip, clip_error=None), clip=digest
        )

    async def record_clip_error(self, event_id: str, reason: str) -> MotionEvent | None:
        """There will be no clip; None where the event is gone. Raises StorageError."""
        return await self._amend(event_id, lambda e: replace(e, clip_error=reason))

    async def record_labels(self, event_id: str, labels: tuple[Label, ...]) -> MotionEvent | None:
        """What was seen in the event; None where it is gone. Raises StorageError."""

        def labelled(event: MotionEvent) -> MotionEvent:
            going_on = event.state is EventState.STARTED
            state = EventState.UPDATED if going_on else event.state
            return replace(event, labels=labels, state=state)

        return await self._amend(event_id, labelled)

    async def set_keep(self, event_id: str, *, keep: bool) -> MotionEvent | None:
        """Whether retention is to spare it; None where it is gone. Raises StorageError."""
        return await self._amend(event_id, lambda e: replace(e, keep=keep))

    async def _amend(
        self,
        event_id: str,
        change: Callable[[MotionEvent], MotionEvent],
        *,
        clip: FileDigest | None = None,
    ) -> MotionEvent | None:
        async with self._turn:
            before = await self._store.find(event_id)
            event = await self._store.amend(event_id, change, clip=clip)
            if event is not None and event != before:
                self._feed.publish(EventMessage(event))
        return event

    async def _recover(self) -> None:
        for event in await self._store.close_open_events():
            _LOGGER.info(
                "Event %s was still open when the agent stopped; it is ended now", event.id
            )
            self._feed.publish(EventMessage(event))
        self._recovered = True

    async def _write_changes(self) -> None:
        while self._waiting or not self._closing:
            self._wake.clear()
            try:
                await self._write_waiting()
            except UnavailableError as error:
                self._on_problem(str(error))
            if self._closing:
                break
            await self._pause()
        if self._waiting:
            _LOGGER.error("%d changes of events could not be saved", len(self._waiting))

    async def _pause(self) -> None:
        """Until there is something to write; a while, where the disk did not take it."""
        if self._waiting or not self._recovered:
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            await self._wake.wait()

    async def _write_waiting(self) -> None:
        """Save and tell what waits, in order; StorageError where the disk does not take it."""
        if not self._recovered:
            await self._recover()
        while self._waiting:
            change = self._waiting.first
            try:
                async with self._turn:
                    await self._write(change)
            except UnavailableError:
                raise
            except Exception:
                _LOGGER.exception("Event %s could not be saved", change.event.id)
            self._waiting.drop_first()
        self._on_problem(None)

    async def _write(self, change: Change) -> None:
        event = change.event
        if change.jpeg is not None:
            event = replace(event, snapshot=path(EVENT_SNAPSHOT, event=event.id))
        self._feed.publish(EventMessage(await self._store.record(event, change.jpeg)))
        if change.jpeg is not None:
            self._on_picture()
