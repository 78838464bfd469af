"""Questions about the history: which events, newest first, a page at a time."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from pi_agent.errors import RequestError
from pi_agent.protocol import (
    EventCount,
    EventPage,
    HistorySummary,
    MotionEvent,
    decode,
    encode,
    from_json,
)

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


def names_of(event: MotionEvent) -> frozenset[tuple[str, str]]:
    """What an event can be found by, as (kind, name)."""
    zones = {("zone", zone) for zone in event.zones}
    return frozenset(zones | {("label", label.name) for label in event.labels})


def event_page(connection: sqlite3.Connection, query: EventQuery) -> EventPage:
    """The events that fit; RequestError names a bad limit or cursor."""
    documents, cursor = _documents(connection, query)
    events = tuple(decode(MotionEvent, from_json(document)) for document in documents)
    return EventPage(events=events, cursor=cursor)


def event_page_json(connection: sqlite3.Connection, query: EventQuery) -> str:
    """The same as the JSON of an `EventPage`.

    What is stored is what is sent: to read and write 500 events anew would take 40 ms.
    """
    documents, cursor = _documents(connection, query)
    return f'{{"events":[{",".join(documents)}],"cursor":{json.dumps(cursor)}}}'


def history_summary(connection: sqlite3.Connection, query: EventQuery) -> HistorySummary:
    """How many of the events that fit began in each quarter of an hour, and all names there are."""
    source, values = _source(query)
    conditions, more = _conditions(query)
    quarter = "substr(place.started_at, 1, 14), substr(place.started_at, 15, 2) / 15 * 15"
    rows = connection.execute(
        f"SELECT {quarter}, count(*) FROM {source} WHERE {' AND '.join(conditions)} "  # noqa: S608
        "GROUP BY 1, 2 ORDER BY 1, 2",
        (*values, *more),
    )
    counts = tuple(
        EventCount(at=datetime.fromisoformat(f"{hour}{minute:02}:00Z"), events=events)
        for hour, minute, events in rows
    )
    names = connection.execute("SELECT DISTINCT kind, name FROM event_names").fetchall()
    zones, labels = ([n for k, n in names if k == kind] for kind in ("zone", "label"))
    return HistorySummary(counts=counts, zones=tuple(zones), labels=tuple(labels))


def _documents(connection: sqlite3.Connection, query: EventQuery) -> tuple[list[str], str | None]:
    """The documents of the events that fit, and the cursor of the page behind them."""
    if not 1 <= query.limit <= MOST_EVENTS_A_PAGE:
        raise RequestError(f"must be from 1 to {MOST_EVENTS_A_PAGE}", field="limit")
    source, values = _source(query)
    conditions, more = _conditions(query)
    rows = connection.execute(
        "SELECT document, place.started_at, place.id "  # noqa: S608  (constants)
        f"FROM {source} WHERE {' AND '.join(conditions)} "
        "ORDER BY place.started_at DESC, place.id DESC LIMIT ?",
        (*values, *more, query.limit + 1),
    ).fetchall()
    page = rows[: query.limit]
    cursor = f"{page[-1][1]}~{page[-1][2]}" if len(rows) > query.limit else None
    return [document for document, _, _ in page], cursor


def _source(query: EventQuery) -> tuple[str, list[str]]:
    """Where to look, as `place`: the names lead to few events, where one is asked for."""
    names = [("label", query.label), ("zone", query.zone)]
    wanted = [(kind, name) for kind, name in names if name is not None]
    if not wanted:
        return "events AS place", []
    joins = "(SELECT * FROM event_names WHERE kind = ? AND name = ?) AS place"
    joins += " JOIN events ON events.id = place.id"
    if len(wanted) > 1:
        joins += (
            " JOIN event_names AS other ON other.kind = ? AND other.name = ?"
            " AND other.started_at = place.started_at AND other.id = place.id"
        )
    return joins, [value for pair in wanted for value in pair]


def _conditions(query: EventQuery) -> tuple[list[str], list[str]]:
    parts: dict[str, str | None] = {
        "camera = ?": query.camera,
        "place.started_at >= ?": _time(query.after),
        "place.started_at < ?": _time(query.before),
    }
    chosen = {condition: value for condition, value in parts.items() if value is not None}
    conditions, values = ["1", *chosen], list(chosen.values())
    if query.cursor is not None:
        conditions.append("(place.started_at, place.id) < (?, ?)")
        values.extend(_read_cursor(query.cursor))
    return conditions, values


def _time(time: datetime | None) -> str | None:
    return None if time is None else str(encode(time))


def _read_cursor(cursor: str) -> tuple[str, str]:
    started_at, separator, event_id = cursor.partition("~")
    try:
        datetime.fromisoformat(started_at)
    except ValueError:
        separator = ""
    if not separator or not event_id:
        raise RequestError("is not a cursor that this agent gave out; start again", field="cursor")
    return started_at, event_id
