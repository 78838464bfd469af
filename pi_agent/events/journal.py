"""Save, then tell: no listener hears of an event that a power cut could still take back."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pi_agent.protocol import EventMessage, EventState, MotionEvent
from pi_agent.protocol.routes import EVENT_SNAPSHOT, path

from .feed import EventFeed

_LOGGER = logging.getLogger(__name__)
_LONGEST_QUEUE = 64  # changes of events; a disk that far behind costs updates, never a start or end


class MessageStore(Protocol):
    """What the journal needs of the store."""

    async def save(self, event: MotionEvent) -> MotionEvent:
        """Keep the event; returns it with its revision."""
        ...

    async def find(self, event_id: str) -> MotionEvent | None:
        """The event as it was saved last."""
        ...

    async def close_open_events(self) -> Sequence[MotionEvent]:
        """End what a crash left open."""
        ...


class SnapshotFiles(Protocol):
    """What the journal needs of the media library."""

    def write_snapshot(self, event: MotionEvent, jpeg: bytes) -> None:
        """Put the picture on the disk."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    event: MotionEvent
    jpeg: bytes | None


class EventJournal:
    """Takes every change of an event in order: row, then snapshot, then the feed."""

    def __init__(self, store: MessageStore, files: SnapshotFiles, feed: EventFeed) -> None:
        self._store = store
        self._files = files
        self._feed = feed
        self._changes: asyncio.Queue[_Change | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """End the events that a crash left open, then take changes."""
        for event in await self._store.close_open_events():
            _LOGGER.info(
                "Event %s was still open when the agent stopped; it is ended now", event.id
            )
        self._task = asyncio.create_task(self._write_changes(), name="event-journal")

    async def close(self) -> None:
        """Write what is queued, then stop; may be called twice."""
        if self._task is not None:
            self._changes.put_nowait(None)
            await self._task
            self._task = None

    def record(self, event: MotionEvent, jpeg: bytes | None = None) -> None:
        """Queue a change; `jpeg` is the event's snapshot, given once. Called on the event loop."""
        overdue = self._changes.qsize() >= _LONGEST_QUEUE
        if overdue and event.state is EventState.UPDATED and jpeg is None:
            return  # the next update or the end says the same and more
        self._changes.put_nowait(_Change(event=event, jpeg=jpeg))

    async def _write_changes(self) -> None:
        while (change := await self._changes.get()) is not None:
            try:
                await self._write(change)
            except Exception:
                _LOGGER.exception("Event %s could not be saved", change.event.id)

    async def _write(self, change: _Change) -> None:
        event = await self._with_snapshot_path(change)
        saved = await self._store.save(event)
        if change.jpeg is not None:
            saved = await self._with_file(saved, change.jpeg)
        self._feed.publish(EventMessage(saved))

    async def _with_snapshot_path(self, change: _Change) -> MotionEvent:
        event = change.event
        if change.jpeg is not None:
            return replace(event, snapshot=path(EVENT_SNAPSHOT, event=event.id))
        known = await self._store.find(event.id)
        return replace(event, snapshot=known.snapshot) if known else event

    async def _with_file(self, event: MotionEvent, jpeg: bytes) -> MotionEvent:
        try:
            await asyncio.to_thread(self._files.write_snapshot, event, jpeg)
        except OSError as error:
            _LOGGER.error("The snapshot of event %s cannot be written: %s", event.id, error)
            return await self._store.save(replace(event, snapshot=None))
        return event
