"""The API as an OpenAPI 3.1 document, made from the routes and the contract's dataclasses.

`python -m pi_agent.server.openapi` prints it; `docs/openapi.json` is kept the same by a test.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from pi_agent import __version__
from pi_agent.protocol import (
    DEFAULT_PORT,
    AgentInfo,
    CameraSettings,
    ClientList,
    ErrorDocument,
    EventPatch,
    HistorySummary,
    IdentifyRequest,
    LoginRequest,
    MotionEvent,
    PairAnswer,
    PairingCodeAnswer,
    PairingCodeRequest,
    PairRequest,
    PanRequest,
    SessionInfo,
    SirenRequest,
    SystemMessage,
    TriggerRequest,
    routes,
)
from pi_agent.protocol.documents import EventPage

from .application import ROUTES
from .auth_middleware import OPEN_PATHS
from .json_schema import Schema, optional_fields, schema_of

_WIDTH = {"width": {"type": "integer", "minimum": 16, "maximum": 8192}}
_TIME = {"type": "string", "format": "date-time"}
_TEXT = {"type": "string"}
_FLAG = {"type": "integer", "minimum": 0, "maximum": 1}
_NAMES: dict[str, Schema] = {
    "camera": {"type": "string", "pattern": "^[a-z0-9_]{1,64}$"},
    "event": {"type": "string", "pattern": "^[0-9a-z-]{1,64}$"},
    "client": {"type": "string", "minLength": 1, "maxLength": 128},
}
_REASONS = {
    400: "a value is wrong; `field` names it",
    401: "no token, or one that is wrong or revoked; a wrong pairing code",
    403: "a request that another site made, or one that is an owner's alone",
    404: "no such camera, event or picture; this machine has no such part",
    409: "still going on, or still being made",
    413: "a body of more than 64 KiB",
    429: "too many wrong pairing codes",
    503: "the camera has no picture now, or too much is going on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a route takes and gives, beside what its template and its handler's docstring say."""

    answer: type | Schema | None = None  # of JSON
    media: str = "application/json"
    status: int = 200
    body: type | Schema | None = None
    query: Schema | None = None
    errors: tuple[int, ...] = ()


_EVENT_QUERY: Schema = {
    "camera": _TEXT,
    "label": _TEXT,
    "zone": _TEXT,
    "after": _TIME,
    "before": _TIME,
    "limit": {"type": "integer", "minimum": 1, "maximum": 500},
    "cursor": _TEXT,
}
_STATUS_OK: Schema = {"type": "object", "required": ["status"], "properties": {"status": _TEXT}}
_OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", routes.HEALTH): Operation(answer=_STATUS_OK),
    ("GET", routes.METRICS): Operation(media="text/plain"),
    ("POST", routes.PAIR): Operation(body=PairRequest, answer=PairAnswer, errors=(401, 429)),
    ("POST", routes.PAIRING_CODES): Operation(
        body=PairingCodeRequest, answer=PairingCodeAnswer, errors=(503,)
    ),
    ("POST", routes.LOGIN): Operation(
        body=LoginRequest, answer=SessionInfo, errors=(401, 403, 429)
    ),
    ("POST", routes.LOGOUT): Operation(status=204),
    ("GET", routes.SESSION): Operation(answer=SessionInfo),
    ("GET", routes.CLIENTS): Operation(answer=ClientList),
    ("DELETE", routes.CLIENT): Operation(status=204),
    ("GET", routes.INFO): Operation(answer=AgentInfo),
    ("GET", routes.STREAM): Operation(
        media="multipart/x-mixed-replace",
        query=_WIDTH
        | {
            "fps": {"type": "number", "minimum": 0.1, "maximum": 120},
            "framing": {"enum": ["plain", "browser"]},
        },
        errors=(503,),
    ),
    ("GET", routes.SNAPSHOT): Operation(media="image/jpeg", query=_WIDTH, errors=(503,)),
    ("GET", routes.SETTINGS): Operation(answer=CameraSettings),
    ("PATCH", routes.SETTINGS): Operation(
        body=optional_fields(CameraSettings), answer=CameraSettings, errors=(503,)
    ),
    ("POST", routes.TRIGGER): Operation(
        body=TriggerRequest, answer={"type": "object"}, status=202, errors=(503,)
    ),
    ("POST", routes.PAN): Operation(body=PanRequest, answer={"type": "object"}, status=202),
    ("POST", routes.ACCEPT_VIEW): Operation(answer={"type": "object"}, status=202, errors=(503,)),
    ("POST", routes.SIREN): Operation(
        body=SirenRequest, answer={"type": "object"}, status=202, errors=(404,)
    ),
    ("GET", routes.LOOKS): Operation(status=101),
    ("GET", routes.SYSTEM): Operation(answer=SystemMessage),
    ("GET", routes.HISTORY): Operation(answer=HistorySummary, query=_EVENT_QUERY),
    ("GET", routes.EVENTS): Operation(answer=EventPage, query=_EVENT_QUERY),
    ("GET", routes.EVENT): Operation(answer=MotionEvent),
    ("PATCH", routes.EVENT): Operation(body=EventPatch, answer=MotionEvent, errors=(503,)),
    ("DELETE", routes.EVENT): Operation(status=204, errors=(409, 503)),
    ("GET", routes.EVENT_SNAPSHOT): Operation(
        media="image/jpeg", query={"boxes": _FLAG, "thumbnail": _FLAG}
    ),
    ("GET", routes.EVENT_CLIP): Operation(media="video/mp4", errors=(409,)),
    ("GET", routes.WEBSOCKET): Operation(
        status=101, query={"since": {"type": "integer", "minimum": 0, "maximum": 2**53}}
    ),
    ("POST", routes.RESTART): Operation(answer={"type": "object"}, status=202, errors=(404,)),
    ("POST", routes.IDENTIFY): Operation(
        body=IdentifyRequest, answer={"type": "object"}, status=202, errors=(404,)
    ),
}


def openapi_document() -> Schema:
    """The whole API."""
    schemas: dict[str, Schema] = {}
    paths: dict[str, dict[str, Schema]] = {}
    for method, template, handler in ROUTES:
        known = _OPERATIONS.get((method, template), Operation())
        operation = _operation(template, handler.__doc__ or "", known, schemas)
        paths.setdefault(template, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pi Motion Camera's agent", "version": __version__},
        "servers": [
            {
                "url": "https://{host}:{port}",
                "variables": {
                    "host": {"default": "raspberrypi.local"},
                    "port": {"default": str(DEFAULT_PORT)},
                },
            }
        ],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    template: str, docstring: str, known: Operation, schemas: dict[str, Schema]
) -> Schema:
    names = re.findall(r"{(\w+)}", template)
    is_open = template in OPEN_PATHS
    errors = _errors(known, is_open=is_open, named=bool(names))
    operation: Schema = {
        "summary": docstring.strip().partition("\n")[0],
        "parameters": [_parameter(name, "path", _NAMES[name]) for name in names]
        + [_parameter(name, "query", schema) for name, schema in (known.query or {}).items()],
        "responses": {
            str(known.status): _answer(known, schemas),
            **{str(status): _error(status, schemas) for status in errors},
        },
    }
    if known.body is not None:
        content = {"application/json": {"schema": _schema(known.body, schemas)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation | ({"security": []} if is_open else {})


def _errors(known: Operation, *, is_open: bool, named: bool) -> list[int]:
    """Those of the operation itself, and those that follow from what it takes."""
    common = {
        400: known.body is not None or known.query is not None,
        401: not is_open,
        403: not is_open,
        404: named,
        413: known.body is not None,
    }
    return sorted({*known.errors, *(status for status, may_be in common.items() if may_be)})


def _parameter(name: str, place: str, schema: Schema) -> Schema:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _answer(known: Operation, schemas: dict[str, Schema]) -> Schema:
    answer: Schema = {"description": "done"}
    if known.status in (101, 204):
        return answer
    schema = {} if known.answer is None else {"schema": _schema(known.answer, schemas)}
    return answer | {"content": {known.media: schema}}


def _error(status: int, schemas: dict[str, Schema]) -> Schema:
    content = {"application/json": {"schema": _schema(ErrorDocument, schemas)}}
    return {"description": _REASONS[status], "content": content}


def _schema(kind: Any, schemas: dict[str, Schema]) -> Schema:
    return dict(kind) if isinstance(kind, dict) else schema_of(kind, schemas)


if __name__ == "__main__":
    print(json.dumps(openapi_document(), indent=2))  # noqa: T201  (it is the command's answer)
