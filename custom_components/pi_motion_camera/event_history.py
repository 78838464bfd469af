"""The history of a camera by days, as the clock on the wall of the user has them."""

from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta

from homeassistant.util import dt as dt_util

from .agent_client import AgentClient
from .agent_client.protocol import MotionEvent, encode
from .media_identifier import parse_day
from .state import CameraData

type _Query = dict[str, str | int]

_EVENTS_A_PAGE = 500  # the most that an agent gives at once
_MOST_FOUND = 100
_LONGEST_NAME = 64  # of a zone or a label, by the contract
_ONE_DAY = timedelta(days=1)


def local_day(event: MotionEvent) -> date:
    """The day on which an event began."""
    return dt_util.as_local(event.started_at).date()


async def days_with_events(client: AgentClient, camera: str) -> AsyncIterator[date]:
    """Days on which something happened, newest first; one short request each."""
    query: _Query = {"camera": camera, "limit": 1}
    while events := (await client.events(**query)).events:
        day = local_day(events[0])
        yield day
        query["before"] = _begin(day)


async def events_of_day(client: AgentClient, camera: str, day: date) -> list[MotionEvent]:
    """Every event that began on a day, newest first."""
    query: _Query = {"camera": camera, "limit": _EVENTS_A_PAGE, **_span(day)}
    page = await client.events(**query)
    events = list(page.events)
    while page.cursor is not None:
        page = await client.events(**query, cursor=page.cursor)
        events += page.events
    return events


def _span(day: date) -> _Query:
    return {"after": _begin(day), "before": _begin(day + _ONE_DAY)}


def _begin(day: date) -> str:
    """When a day begins, in the form of the contract; days with a change of clocks differ."""
    return str(encode(dt_util.as_utc(dt_util.start_of_local_day(day))))


async def search_events(
    client: AgentClient, cameras: Iterable[CameraData], text: str, labels: Iterable[str]
) -> list[MotionEvent]:
    """The newest events of the day or in a zone that `text` names, or with one of `labels`.

    Part of the name is enough for a zone that there is now; else it must be the whole name.
    """
    text = text.strip()
    if not 1 <= len(text) <= _LONGEST_NAME:
        return []
    found: dict[str, MotionEvent] = {}
    for camera in cameras:
        for query in _queries(camera, text, sorted(labels)):
            page = await client.events(**query, camera=camera.id, limit=_MOST_FOUND)
            found.update((event.id, event) for event in page.events)
    newest_first = sorted(found.values(), key=lambda event: event.started_at, reverse=True)
    return newest_first[:_MOST_FOUND]


def _queries(camera: CameraData, text: str, labels: list[str]) -> list[_Query]:
    if (day := parse_day(text)) is not None:
        return [_span(day)]
    sought = text.casefold()
    known = {zone.name for zone in camera.settings.zones if sought in zone.name.casefold()}
    by_label: list[_Query] = [{"label": label} for label in labels]
    return by_label + [{"zone": zone} for zone in sorted({text, *known})]
