"""Values out of requests, checked; what is wrong is named."""

import math
from datetime import UTC, datetime
from typing import TypeVar

from aiohttp import web

from pi_agent.errors import RequestError
from pi_agent.protocol import decode, from_json

T = TypeVar("T")


async def body_object(request: web.Request) -> dict[str, object]:
    """The JSON object in the request's body; ProtocolError for anything else."""
    return from_json(await request.read())


async def body_of(request: web.Request, cls: type[T]) -> T:
    """The request's body as the dataclass `cls`; ProtocolError names the first wrong field."""
    return decode(cls, await body_object(request))


def query_number(request: web.Request, name: str, *, low: float, high: float) -> float | None:
    """A number in the query between `low` and `high`, None where it is not given."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise RequestError(f"must be a number from {low:g} to {high:g}", field=name)
    return value


def query_whole_number(request: web.Request, name: str, *, low: int, high: int) -> int | None:
    """A whole number in the query between `low` and `high`, None where it is not given."""
    value = query_number(request, name, low=low, high=high)
    if value is None:
        return None
    if value != int(value):
        raise RequestError("must be a whole number", field=name)
    return int(value)


def query_time(request: web.Request, name: str) -> datetime | None:
    """An RFC 3339 time in the query, None where it is not given."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        # A plus sign that was not quoted arrives as a blank.
        time = datetime.fromisoformat(text.replace(" ", "+"))
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or one that is none in UTC
        pass
    raise RequestError("must be an RFC 3339 time, such as 2026-01-31T12:00:00Z", field=name)
