"""`GET /api/v1/history`: what there is to look for among the events, and when."""

from datetime import timedelta

from aiohttp import web

from pi_agent.errors import RequestError
from pi_agent.protocol import to_json

from .events import event_query
from .parts import PARTS

_LONGEST = timedelta(days=100)


async def history(request: web.Request) -> web.Response:
    """Events a quarter of an hour between `after` and `before`, and the names that lead to some."""
    query = event_query(request)
    for name, value in (("after", query.after), ("before", query.before)):
        if value is None:
            raise RequestError("is missing", field=name)
    if query.after and query.before and query.before - query.after > _LONGEST:
        raise RequestError(f"must be within {_LONGEST.days} days of after", field="before")
    summary = await request.app[PARTS].recording.events.summary(query)
    return web.json_response(text=to_json(summary))
