"""Events as retention sees them: in the order of recording, with the bytes that they take."""

import sqlite3
from dataclasses import dataclass

from pi_agent.protocol import EventState, MotionEvent, decode, from_json

from .database_worker import Database
from .event_rows import number_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """`place` grows with each recorded event, whatever the clock says."""

    place: int
    event: MotionEvent
    media_bytes: int


class StoredEvents:
    """Reads what retention decides by. Methods raise StorageError while the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def oldest(self, *, after: int, limit: int, keep: bool) -> list[StoredEvent]:
        """Ended events behind the place `after`, in order, with that `keep`."""
        return await self._database.read(lambda c: _oldest(c, after, limit, keep))

    async def media_bytes(self) -> int:
        """What the files of all events take."""
        return await self._database.read(lambda c: number_of(c, "media_bytes"))

    async def ids(self, day: str) -> frozenset[str]:
        """The events of a day (UTC, YYYY-MM-DD)."""
        return await self._database.read(lambda c: _ids(c, day))


def _oldest(
    connection: sqlite3.Connection, after: int, limit: int, keep: bool
) -> list[StoredEvent]:
    rows = connection.execute(
        "SELECT rowid, document, media_bytes FROM events "
        "WHERE keep = ? AND rowid > ? AND state = ? ORDER BY rowid LIMIT ?",
        (keep, after, EventState.ENDED.value, limit),
    )
    return [
        StoredEvent(place=place, event=decode(MotionEvent, from_json(document)), media_bytes=size)
        for place, document, size in rows
    ]


def _ids(connection: sqlite3.Connection, day: str) -> frozenset[str]:
    rows = connection.execute(
        "SELECT id FROM events WHERE started_at >= ? AND started_at < ?", (day, f"{day}~")
    )
    return frozenset(event_id for (event_id,) in rows)
