"""Every route but two needs a bearer token."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from pi_agent.protocol.routes import HEALTH, PAIR

from .parts import PARTS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OPEN_PATHS = frozenset({HEALTH, PAIR})


class UnauthorizedError(Exception):
    """No token, or one that is wrong or revoked."""


def bearer_token(request: web.Request) -> str:
    """The token of the `Authorization` header; UnauthorizedError where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthorizedError("send the header Authorization: Bearer TOKEN")
    return token.strip()


@web.middleware
async def auth_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request pass that may; UnauthorizedError for all others, known path or not."""
    if request.path not in OPEN_PATHS:
        client = await request.app[PARTS].access.client_of(bearer_token(request))
        if client is None:
            raise UnauthorizedError("the token is wrong or was revoked; pair again")
    return await handler(request)
