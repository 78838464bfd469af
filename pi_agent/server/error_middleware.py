"""Errors become answers here, once: status and `{"error": {code, message, field}}`."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from pi_agent.errors import AgentError, NotFoundError, RequestError, UnavailableError
from pi_agent.protocol import ErrorBody, ErrorDocument, ProtocolError, to_json
from pi_agent.storage import PairingLockedError

from .auth_middleware import ForbiddenError, UnauthorizedError

_LOGGER = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ConflictError(AgentError):
    """The thing exists but is still being made."""


# Status and code by kind of error, the first that fits.
_ANSWERS: tuple[tuple[type[Exception], int, str], ...] = (
    (UnauthorizedError, 401, "unauthorized"),
    (ForbiddenError, 403, "forbidden"),
    (ProtocolError, 400, "invalid"),
    (RequestError, 400, "invalid"),
    (NotFoundError, 404, "not_found"),
    (ConflictError, 409, "not_ready"),
    (PairingLockedError, 429, "locked"),
    (UnavailableError, 503, "unavailable"),
)
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """An error in the form of the contract."""
    document = ErrorDocument(error=ErrorBody(code=code, message=message, field=field))
    text = to_json(document).encode(errors="replace").decode()  # it may name half a character
    return web.json_response(text=text, status=status, headers=headers)


@web.middleware
async def error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error in the form of the contract; what is a defect here is logged."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = _CODES.get(error.status, "invalid")
        allow = error.headers.get("Allow")
        headers = {"Allow": allow} if allow else None
        return error_response(error.status, code, error.reason, headers=headers)
    except Exception as error:  # noqa: BLE001  (the last place that can answer)
        return _answer(request, error)


def _answer(request: web.Request, error: Exception) -> web.Response:
    for kind, status, code in _ANSWERS:
        if isinstance(error, kind):
            message = error.problem if isinstance(error, ProtocolError) else str(error)
            field = getattr(error, "field", None) or None
            return error_response(status, code, message, field=field, headers=_headers(error))
    _LOGGER.error("%s %s failed", request.method, request.path, exc_info=error)
    return error_response(500, "internal", "the agent failed; its log says why")


def _headers(error: Exception) -> Mapping[str, str] | None:
    if isinstance(error, UnauthorizedError):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, PairingLockedError):
        return {"Retry-After": str(max(1, round(error.retry_after)))}
    return None
