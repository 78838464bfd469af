"""Every route but a few needs a bearer token, or a session of the agent's own page."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from pi_agent.protocol import Role, routes
from pi_agent.storage import TokenInfo

from .page_files import page_files
from .parts import PARTS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OPEN_PATHS = frozenset({routes.HEALTH, routes.PAIR, routes.LOGIN})
# The prefix has the browser refuse it unless it is Secure, for this host alone and for all paths.
# Source: https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2 and draft-ietf-httpbis-rfc6265bis
SESSION_COOKIE = "__Host-pi-agent"
SAFE_METHODS = frozenset({"GET", "HEAD"})
# What a viewer may ask for; every other route, and every new one, is the owner's alone.
VIEWER_ROUTES = frozenset(
    {
        ("GET", routes.INFO),
        ("GET", routes.SESSION),
        ("POST", routes.LOGOUT),
        ("GET", routes.STREAM),
        ("GET", routes.SNAPSHOT),
        ("GET", routes.LOOKS),
        ("GET", routes.SYSTEM),
        ("GET", routes.HISTORY),
        ("GET", routes.EVENTS),
        ("GET", routes.EVENT),
        ("GET", routes.EVENT_SNAPSHOT),
        ("GET", routes.EVENT_CLIP),
        ("GET", routes.WEBSOCKET),
    }
)


class UnauthorizedError(Exception):
    """No token and no session, or one that is wrong, expired or revoked."""


class ForbiddenError(Exception):
    """The request comes from another site, or asks for what its client may not do."""


def is_open(path: str) -> bool:
    """Whether a path is for everybody: it tells nothing, or it checks by itself."""
    return path in OPEN_PATHS or path in page_files()


def token_of(request: web.Request) -> str:
    """The token of the `Authorization` header, else that of the page's session.

    Raises UnauthorizedError where there is neither, ForbiddenError where a session's cookie comes
    along with a request that another site has made.
    """
    if "Authorization" in request.headers:
        scheme, _, token = request.headers["Authorization"].partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()
    elif session := request.cookies.get(SESSION_COOKIE):
        check_same_origin(request)
        return session
    raise UnauthorizedError("send the header Authorization: Bearer TOKEN, or log in")


def check_same_origin(request: web.Request) -> None:
    """Refuse what another site makes a browser send, one on this host's other ports included."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    foreign = site not in {"same-origin", "none"}  # none: the user's own doing
    if origin is not None:
        foreign |= origin.partition("://")[2].lower() != request.host.lower()
    elif request.method not in SAFE_METHODS or "Upgrade" in request.headers:
        foreign |= SESSION_COOKIE in request.cookies  # browsers always say where these come from
    if foreign:
        raise ForbiddenError(
            "the request comes from another site; a proxy must pass the Host header on unchanged"
        )


async def holder_of(request: web.Request) -> TokenInfo:
    """Whose token or session came with the request; UnauthorizedError where it is no good."""
    holder = await request.app[PARTS].access.holder_of(token_of(request))
    if holder is None:
        raise UnauthorizedError("the token or session is wrong or has ended; log in again")
    return holder


@web.middleware
async def auth_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request pass that may; UnauthorizedError for strangers, known path or not.

    ForbiddenError where a viewer asks for what is the owner's.
    """
    if not is_open(request.path):
        holder = await holder_of(request)
        if holder.role is Role.VIEWER and not _may_view(request):
            raise ForbiddenError("this client may only look; it was given a viewer's code")
    return await handler(request)


def _may_view(request: web.Request) -> bool:
    resource = request.match_info.route.resource
    # Without a resource there is no such path or method, and the router says so.
    return resource is None or (request.method, resource.canonical) in VIEWER_ROUTES
