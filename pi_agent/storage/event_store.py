"""Every event as it is now, each change with a revision of its own."""

from collections.abc import Callable

from pi_agent.protocol import Box, EventPage, HistorySummary, MotionEvent
from pi_agent.runtime.durable_files import FileDigest

from . import event_rows as rows
from .database_worker import Database
from .event_pages import EventQuery, event_page, event_page_json, history_summary
from .media_digests import MediaDigests, digests_of


class EventStore:
    """Saves and finds events; each method is one transaction in the database's thread.

    `now` gives the seconds since the epoch. Methods raise StorageError while the disk fails.
    """

    def __init__(self, database: Database, *, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def save(self, event: MotionEvent) -> MotionEvent:
        """Save the event as it is now; returns it with the revision that this change got."""
        return await self._database.execute(lambda c: rows.save_event(c, event, self._now()))

    async def record(self, event: MotionEvent, jpeg: bytes | None = None) -> MotionEvent:
        """Save what the tracker says of an event, and its snapshot with it: both or neither.

        What the tracker does not know of stays as it was: snapshot, clip, why there is none, and
        `keep`. The picture stays here until `drop_picture` says that it is a file.
        """
        return await self._database.execute(
            lambda c: rows.record_event(c, event, self._now(), jpeg)
        )

    async def picture(self, event_id: str) -> bytes | None:
        """The snapshot of an event that is no file yet; None where it is one, or there is none."""
        return await self._database.read(lambda c: rows.picture_of(c, event_id))

    async def events_with_pictures(self) -> tuple[MotionEvent, ...]:
        """The events whose snapshots are no files yet, oldest first."""
        return await self._database.read(rows.events_with_pictures)

    async def drop_picture(self, event_id: str) -> bool:
        """The snapshot of the event is a file now; whether there still is such an event."""
        sql = "DELETE FROM pictures WHERE event_id = ?"
        return await self._database.execute(lambda c: c.execute(sql, (event_id,)).rowcount > 0)

    async def amend(
        self,
        event_id: str,
        change: Callable[[MotionEvent], MotionEvent],
        *,
        clip: FileDigest | None = None,
    ) -> MotionEvent | None:
        """Change a saved event, which may have got a clip; None where there is none."""
        return await self._database.execute(
            lambda c: rows.amend_event(c, event_id, change, self._now(), clip)
        )

    async def find(self, event_id: str) -> MotionEvent | None:
        """The event with this id, None where there is none."""
        return await self._database.read(lambda c: rows.find_event(c, event_id))

    async def digests(self, event_id: str) -> MediaDigests:
        """What the files of an event are recognised by."""
        return await self._database.read(lambda c: digests_of(c, event_id))

    async def snapshot_box(self, event_id: str) -> Box | None:
        """Where motion was seen in the frame of the snapshot; None where that is not known."""
        return await self._database.read(lambda c: rows.snapshot_box_of(c, event_id))

    async def page(self, query: EventQuery) -> EventPage:
        """The events that fit; RequestError names a bad limit or cursor."""
        return await self._database.read(lambda c: event_page(c, query))

    async def page_json(self, query: EventQuery) -> str:
        """The JSON of the page that `page` gives, at a tenth of the cost."""
        return await self._database.read(lambda c: event_page_json(c, query))

    async def summary(self, query: EventQuery) -> HistorySummary:
        """How many of the events that fit began when, and all names that lead to events."""
        return await self._database.read(lambda c: history_summary(c, query))

    async def newest_revision(self) -> int:
        """The revision of the last change of any event, 0 before the first."""
        return await self._database.read(lambda c: rows.number_of(c, "revision"))

    async def changed_after(
        self, revision: int, *, limit: int | None = None
    ) -> tuple[tuple[MotionEvent, ...], bool]:
        """Events changed after `revision`, in order of revision; and whether some of them are gone.

        A revision beyond the newest is one of another database: everything is told, as lost.
        """
        documents, lost = await self.documents_after(revision, limit=limit)
        return tuple(rows.read_event(document) for _, document in documents), lost

    async def documents_after(
        self, revision: int, *, limit: int | None = None
    ) -> tuple[list[tuple[int, str]], bool]:
        """The same as (revision, JSON of the event)."""
        return await self._database.read(lambda c: rows.documents_after(c, revision, limit))

    async def awaiting_clip(self) -> tuple[MotionEvent, ...]:
        """Events that have ended with neither a clip nor a reason why there is none."""
        return await self._database.read(rows.events_awaiting_clip)

    async def delete(self, event_id: str) -> bool:
        """Forget an event; whether there was one."""
        return await self._database.execute(lambda c: rows.delete_event(c, event_id))

    async def close_open_events(self) -> tuple[MotionEvent, ...]:
        """End the events that a crash left open, at the time of their last change."""
        return await self._database.execute(lambda c: rows.close_open_events(c, self._now()))
