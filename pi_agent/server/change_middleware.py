"""A change that was begun is made as a whole, whether or not its client waits for it."""

import asyncio

from aiohttp import web

from .auth_middleware import SAFE_METHODS, Handler


@web.middleware
async def change_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Have a handler that changes something run to its end; one that reads ends with its client.

    aiohttp cancels the handlers of clients that leave. Between what is saved and what is told of it
    or done about it, that would leave one without the other.
    """
    if request.method in SAFE_METHODS:
        return await handler(request)
    await request.read()  # a client that leaves before it has asked changes nothing
    change = asyncio.ensure_future(handler(request))
    try:
        return await asyncio.shield(change)
    except asyncio.CancelledError:
        await asyncio.wait({change})
        raise
    finally:
        change.cancel()  # the agent stops and has waited for long enough; else it is done
        change.add_done_callback(_take_note)


def _take_note(change: "asyncio.Future[web.StreamResponse]") -> None:
    """Nobody may be left to hear of an error."""
    if not change.cancelled():
        change.exception()
