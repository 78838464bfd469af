"""Sessions of the agent's own page: a pairing code for a cookie that no script can read."""

import secrets

from aiohttp import web

from pi_agent.errors import UnavailableError
from pi_agent.protocol import (
    LoginRequest,
    PairingCode,
    PairingCodeAnswer,
    PairingCodeRequest,
    SessionInfo,
    to_json,
)
from pi_agent.storage import TokenInfo, TokenLife

from .auth_middleware import SESSION_COOKIE, UnauthorizedError, check_same_origin, holder_of
from .pairing import redeemed
from .parts import PARTS
from .request_values import body_of

_DAY = 24 * 3600
SESSION_LIFE = TokenLife(longest_seconds=180 * _DAY, idle_seconds=30 * _DAY)
_NO_STORE = {"Cache-Control": "no-store"}
# The first that fits: browsers name one another.
_BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("OPR", "Opera"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


async def log_in(request: web.Request) -> web.Response:
    """`POST /api/v1/login`: a pairing code that was not used before for a session."""
    check_same_origin(request)
    wish = await body_of(request, LoginRequest)
    name = _session_name(request.headers.get("User-Agent", ""))
    token = await redeemed(request, wish.code, name, life=SESSION_LIFE)
    holder = await request.app[PARTS].access.holder_of(token)
    if holder is None:
        raise UnauthorizedError("the session was revoked at once; log in again")
    response = _session_answer(holder)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=round(SESSION_LIFE.longest_seconds),
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )
    return response


async def log_out(request: web.Request) -> web.Response:
    """`POST /api/v1/logout`: end the session or token that came with the request."""
    await request.app[PARTS].access.revoke_token((await holder_of(request)).name)
    response = web.Response(status=204)
    response.del_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    return response


async def session(request: web.Request) -> web.Response:
    """`GET /api/v1/session`: who asks, and what it may do."""
    return _session_answer(await holder_of(request))


async def new_pairing_code(request: web.Request) -> web.Response:
    """`POST /api/v1/pairing-codes`: as `pi-agent pair` prints it, for an owner."""
    parts = request.app[PARTS]
    wish = await body_of(request, PairingCodeRequest)
    if parts.certificate_sha256 is None:
        raise UnavailableError("without HTTPS a code can only be made by `pi-agent pair`")
    expires_at = parts.access.code_expires_at()
    secret = await parts.access.new_pairing_secret(wish.role)
    code = PairingCode.create(secret, parts.certificate_sha256)
    answer = PairingCodeAnswer(code=str(code), role=wish.role, expires_at=expires_at)
    return web.json_response(text=to_json(answer), headers=_NO_STORE)


def _session_answer(holder: TokenInfo) -> web.Response:
    answer = SessionInfo(client=holder.name, role=holder.role, expires_at=holder.expires_at)
    return web.json_response(text=to_json(answer), headers=_NO_STORE)


def _session_name(user_agent: str) -> str:
    """What `pi-agent tokens list` calls the session, such as "Page: Chrome, Android (3f9a2c)"."""
    known = [
        next((name for mark, name in table if mark in user_agent), None)
        for table in (_BROWSERS, _SYSTEMS)
    ]
    device = ", ".join(name for name in known if name) or "browser"
    return f"Page: {device} ({secrets.token_hex(3)})"
