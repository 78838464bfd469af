"""Every event as it is now, each change with a revision of its own."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pi_agent.errors import RequestError
from pi_agent.protocol import EventPage, EventState, MotionEvent, decode, encode, from_json, to_json

from .database_worker import Database

MOST_EVENTS_A_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events: started in [after, before), newest first, at most `limit` from `cursor` on."""

    camera: str | None = None
    label: str | None = None
    zone: str | None = None
    after: datetime | None = None
    before: datetime | None = None
    limit: int = 50
    cursor: str | None = None


class EventStore:
    """Saves and finds events; each method is one transaction in the database's thread.

    `now` gives the seconds since the epoch.
    """

    def __init__(self, database: Database, *, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def save(self, event: MotionEvent) -> MotionEvent:
        """Save the event as it is now; returns it with the revision that this change got."""
        return await self._database.execute(
            lambda connection: _save(connection, event, self._now())
        )

    async def find(self, event_id: str) -> MotionEvent | None:
        """The event with this id, None where there is none."""
        return await self._database.execute(lambda connection: _find(connection, event_id))

    async def page(self, query: EventQuery) -> EventPage:
        """The events that fit; RequestError names a bad limit or cursor."""
        return await self._database.execute(lambda connection: _page(connection, query))

    async def newest_revision(self) -> int:
        """The revision of the last change of any event, 0 before the first."""
        return await self._database.execute(lambda connection: _number(connection, "revision"))

    async def changed_after(self, revision: int) -> tuple[tuple[MotionEvent, ...], bool]:
        """Events changed after `revision`, in order of revision; and whether some of them are gone.

        A revision beyond the newest is one of another database: everything is told, as lost.
        """
        return await self._database.execute(lambda connection: _changed_after(connection, revision))

    async def delete(self, event_id: str) -> bool:
        """Forget an event; whether there was one."""
        return await self._database.execute(lambda connection: _delete(connection, event_id))

    async def close_open_events(self) -> tuple[MotionEvent, ...]:
        """End the events that a crash left open, at the time of their last change."""
        return await self._database.execute(lambda connection: _close_open(connection, self._now()))


def _number(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return int(value)


def _set_number(connection: sqlite3.Connection, name: str, value: int) -> None:
    connection.execute("UPDATE meta SET value = ? WHERE name = ?", (str(value), name))


def _save(connection: sqlite3.Connection, event: MotionEvent, now: float) -> MotionEvent:
    event = replace(event, revision=_number(connection, "revision") + 1)
    _set_number(connection, "revision", event.revision)
    connection.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "revision = excluded.revision, state = excluded.state, changed_at = excluded.changed_at, "
        "document = excluded.document",
        (
            event.id,
            event.revision,
            event.camera,
            event.state.value,
            encode(event.started_at),
            encode(datetime.fromtimestamp(now, UTC)),
            to_json(event),
        ),
    )
    return event


def _read(document: str) -> MotionEvent:
    return decode(MotionEvent, from_json(document))


def _find(connection: sqlite3.Connection, event_id: str) -> MotionEvent | None:
    row = connection.execute("SELECT document FROM events WHERE id = ?", (event_id,)).fetchone()
    return _read(row[0]) if row else None


def _page(connection: sqlite3.Connection, query: EventQuery) -> EventPage:
    if not 1 <= query.limit <= MOST_EVENTS_A_PAGE:
        raise RequestError(f"must be from 1 to {MOST_EVENTS_A_PAGE}", field="limit")
    conditions, values = _conditions(query)
    rows = connection.execute(
        f"SELECT document FROM events WHERE {' AND '.join(conditions)} "  # noqa: S608  (constants)
        "ORDER BY started_at DESC, id DESC LIMIT ?",
        (*values, query.limit + 1),
    ).fetchall()
    events = tuple(_read(document) for (document,) in rows[: query.limit])
    return EventPage(events=events, cursor=_cursor(events[-1]) if len(rows) > query.limit else None)


def _conditions(query: EventQuery) -> tuple[list[str], list[str]]:
    listed = "EXISTS (SELECT 1 FROM json_each(document, '$.{0}') WHERE {1} = ?)"
    parts: dict[str, str | None] = {
        "camera = ?": query.camera,
        listed.format("zones", "value"): query.zone,
        listed.format("labels", "json_extract(value, '$.name')"): query.label,
        "started_at >= ?": _time(query.after),
        "started_at < ?": _time(query.before),
    }
    chosen = {condition: value for condition, value in parts.items() if value is not None}
    conditions, values = ["1", *chosen], list(chosen.values())
    if query.cursor is not None:
        conditions.append("(started_at, id) < (?, ?)")
        values.extend(_read_cursor(query.cursor))
    return conditions, values


def _time(time: datetime | None) -> str | None:
    return None if time is None else str(encode(time))


def _cursor(event: MotionEvent) -> str:
    return f"{encode(event.started_at)}~{event.id}"


def _read_cursor(cursor: str) -> tuple[str, str]:
    started_at, separator, event_id = cursor.partition("~")
    try:
        datetime.fromisoformat(started_at)
    except ValueError:
        separator = ""
    if not separator or not event_id:
        raise RequestError("is not a cursor that this agent gave out; start again", field="cursor")
    return started_at, event_id


def _changed_after(
    connection: sqlite3.Connection, revision: int
) -> tuple[tuple[MotionEvent, ...], bool]:
    foreign = revision > _number(connection, "revision")
    since = 0 if foreign else revision
    rows = connection.execute(
        "SELECT document FROM events WHERE revision > ? ORDER BY revision", (since,)
    )
    lost = foreign or revision < _number(connection, "deleted_revision")
    return tuple(_read(document) for (document,) in rows), lost


def _delete(connection: sqlite3.Connection, event_id: str) -> bool:
    event = _find(connection, event_id)
    if event is None:
        return False
    connection.execute("DELETE FROM events WHERE id = ?", (event_id,))
    newest_deleted = max(event.revision, _number(connection, "deleted_revision"))
    _set_number(connection, "deleted_revision", newest_deleted)
    return True


def _close_open(connection: sqlite3.Connection, now: float) -> tuple[MotionEvent, ...]:
    rows = connection.execute(
        "SELECT document, changed_at FROM events WHERE state != ? ORDER BY revision",
        (EventState.ENDED.value,),
    ).fetchall()
    return tuple(_save(connection, _ended(*row), now) for row in rows)


def _ended(document: str, changed_at: str) -> MotionEvent:
    event = _read(document)
    last_seen = max(event.started_at, datetime.fromisoformat(changed_at))
    return replace(event, state=EventState.ENDED, ended_at=event.ended_at or last_seen)
