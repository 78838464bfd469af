"""The rows of events and what is kept beside them; each function is part of a transaction."""

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pi_agent.protocol import (
    Box,
    EventState,
    MotionEvent,
    ProtocolError,
    decode,
    encode,
    from_json,
    to_json,
)
from pi_agent.runtime.durable_files import FileDigest

from .event_pages import names_of

_LOGGER = logging.getLogger(__name__)
_LONGEST_EVENT = timedelta(hours=1)  # the most that `longest_event_seconds` can be set to


def number_of(connection: sqlite3.Connection, name: str) -> int:
    """A number that is kept beside the events: revision, deleted_revision, media_bytes."""
    (value,) = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return int(value)


def delete_event(connection: sqlite3.Connection, event_id: str) -> bool:
    """Forget an event in the present transaction; whether there was one."""
    event = find_event(connection, event_id)
    if event is None:
        return False
    _set_names(connection, event, event, frozenset())
    connection.execute("DELETE FROM pictures WHERE event_id = ?", (event_id,))
    (size,) = connection.execute(
        "DELETE FROM events WHERE id = ? RETURNING media_bytes", (event_id,)
    ).fetchone()
    _set_number(connection, "media_bytes", number_of(connection, "media_bytes") - size)
    newest_deleted = max(event.revision, number_of(connection, "deleted_revision"))
    _set_number(connection, "deleted_revision", newest_deleted)
    return True


def _set_number(connection: sqlite3.Connection, name: str, value: int) -> None:
    connection.execute("UPDATE meta SET value = ? WHERE name = ?", (str(value), name))


def save_event(connection: sqlite3.Connection, event: MotionEvent, now: float) -> MotionEvent:
    """Save the event as it is now; with the revision that this change got."""
    return _replace(connection, find_event(connection, event.id), event, now)


def _replace(
    connection: sqlite3.Connection, known: MotionEvent | None, event: MotionEvent, now: float
) -> MotionEvent:
    """Save `event` in the place of what is known of it, as the next revision."""
    event = replace(event, revision=number_of(connection, "revision") + 1)
    _set_number(connection, "revision", event.revision)
    _set_names(connection, known, event, names_of(event))
    connection.execute(
        "INSERT INTO events (id, revision, camera, state, started_at, changed_at, document, keep, "
        "awaits_clip) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "revision = excluded.revision, state = excluded.state, changed_at = excluded.changed_at, "
        "document = excluded.document, keep = excluded.keep, awaits_clip = excluded.awaits_clip",
        (
            event.id,
            event.revision,
            event.camera,
            event.state.value,
            encode(event.started_at),
            encode(datetime.fromtimestamp(now, UTC)),
            to_json(event),
            event.keep,
            event.clip is None and event.clip_error is None,
        ),
    )
    return event


def _set_names(
    connection: sqlite3.Connection,
    known: MotionEvent | None,
    event: MotionEvent,
    names: frozenset[tuple[str, str]],
) -> None:
    """Have exactly these (kind, name) lead to the event."""
    before = names_of(known) if known else frozenset()
    if before == names:
        return
    place = (encode(event.started_at), event.id)
    connection.executemany(
        "DELETE FROM event_names WHERE kind = ? AND name = ? AND started_at = ? AND id = ?",
        [(*name, *place) for name in before - names],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO event_names VALUES (?, ?, ?, ?)",
        [(*name, *place) for name in names - before],
    )


def record_event(
    connection: sqlite3.Connection, event: MotionEvent, now: float, jpeg: bytes | None
) -> MotionEvent:
    """Save what the tracker says of an event, and its snapshot with it."""
    known = find_event(connection, event.id)
    if known is not None:
        event = _with_what_is_known(event, known)
    saved = _replace(connection, known, event, now)
    if jpeg is not None:
        connection.execute("INSERT OR REPLACE INTO pictures VALUES (?, ?)", (event.id, jpeg))
        box = None if event.box is None else to_json(event.box)
        connection.execute(
            "UPDATE events SET snapshot_box = ?, snapshot_sha256 = ? WHERE id = ?",
            (box, hashlib.sha256(jpeg).hexdigest(), event.id),
        )
        _count_bytes(connection, event.id, len(jpeg))
    return saved


def picture_of(connection: sqlite3.Connection, event_id: str) -> bytes | None:
    """The snapshot of an event that is no file yet."""
    row = connection.execute("SELECT jpeg FROM pictures WHERE event_id = ?", (event_id,)).fetchone()
    return row[0] if row else None


def events_with_pictures(connection: sqlite3.Connection) -> tuple[MotionEvent, ...]:
    """The events whose snapshots are no files yet, oldest first."""
    rows = connection.execute(
        "SELECT document FROM pictures JOIN events ON id = event_id ORDER BY id"
    )
    return tuple(_readable(document for (document,) in rows))


def _with_what_is_known(event: MotionEvent, known: MotionEvent) -> MotionEvent:
    return replace(
        event,
        snapshot=event.snapshot or known.snapshot,
        clip=known.clip,
        clip_error=known.clip_error,
        keep=known.keep,
        labels=event.labels or known.labels,
    )


def amend_event(
    connection: sqlite3.Connection,
    event_id: str,
    change: Callable[[MotionEvent], MotionEvent],
    now: float,
    clip: FileDigest | None,
) -> MotionEvent | None:
    """Change a saved event, which may have got a clip; None where there is none."""
    known = find_event(connection, event_id)
    if known is None:
        return None
    if clip is not None:
        _count_bytes(connection, event_id, clip.size)
        sql = "UPDATE events SET clip_sha256 = ? WHERE id = ?"
        connection.execute(sql, (clip.sha256, event_id))
    changed = change(known)
    return known if changed == known else _replace(connection, known, changed, now)


def _count_bytes(connection: sqlite3.Connection, event_id: str, more: int) -> None:
    sql = "UPDATE events SET media_bytes = media_bytes + ? WHERE id = ?"
    connection.execute(sql, (more, event_id))
    _set_number(connection, "media_bytes", number_of(connection, "media_bytes") + more)


def read_event(document: str) -> MotionEvent:
    """The event that is stored so. Raises ProtocolError."""
    return decode(MotionEvent, from_json(document))


def _readable(documents: Iterable[str]) -> Iterator[MotionEvent]:
    """All but those that a worn card has spoilt: one event keeps no agent from starting."""
    for document in documents:
        try:
            yield read_event(document)
        except ProtocolError as error:
            _LOGGER.warning("An event in the database cannot be read: %s", error)


def find_event(connection: sqlite3.Connection, event_id: str) -> MotionEvent | None:
    """The event with this id, None where there is none."""
    row = connection.execute("SELECT document FROM events WHERE id = ?", (event_id,)).fetchone()
    return read_event(row[0]) if row else None


def snapshot_box_of(connection: sqlite3.Connection, event_id: str) -> Box | None:
    """Where motion was seen in the frame of the snapshot."""
    row = connection.execute("SELECT snapshot_box FROM events WHERE id = ?", (event_id,)).fetchone()
    return decode(Box, from_json(row[0])) if row and row[0] else None


def documents_after(
    connection: sqlite3.Connection, revision: int, limit: int | None
) -> tuple[list[tuple[int, str]], bool]:
    """(revision, JSON) of what changed after a revision; and whether some of it is gone."""
    foreign = revision > number_of(connection, "revision")
    since = 0 if foreign else revision
    rows = connection.execute(
        "SELECT revision, document FROM events WHERE revision > ? ORDER BY revision LIMIT ?",
        (since, -1 if limit is None else limit),
    )
    lost = foreign or revision < number_of(connection, "deleted_revision")
    return rows.fetchall(), lost


def events_awaiting_clip(connection: sqlite3.Connection) -> tuple[MotionEvent, ...]:
    """Events that have ended with neither a clip nor a reason why there is none."""
    rows = connection.execute(
        "SELECT document FROM events WHERE awaits_clip AND state = ? ORDER BY id",
        (EventState.ENDED.value,),
    )
    return tuple(_readable(document for (document,) in rows))


def close_open_events(connection: sqlite3.Connection, now: float) -> tuple[MotionEvent, ...]:
    """End the events that are open, at the time of their last change."""
    rows = connection.execute(
        "SELECT document, changed_at FROM events WHERE state != 'ended' ORDER BY revision"
    ).fetchall()
    open_events = [(event, at) for text, at in rows for event in _readable((text,))]
    return tuple(save_event(connection, _ended(*known), now) for known in open_events)


def _ended(event: MotionEvent, changed_at: str) -> MotionEvent:
    # The clock may have jumped either way since; an event is neither negative nor a day long.
    last_seen = min(
        max(event.started_at, datetime.fromisoformat(changed_at)),
        event.started_at + _LONGEST_EVENT,
    )
    return replace(event, state=EventState.ENDED, ended_at=event.ended_at or last_seen)
