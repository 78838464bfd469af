"""An event's snapshot with what was seen drawn into it, made when somebody asks for it."""

import asyncio
import hashlib
from typing import cast

import cv2
import numpy as np
from aiohttp import ETag, web
from numpy.typing import NDArray

from pi_agent.errors import NotFoundError
from pi_agent.frames import encode_jpeg
from pi_agent.protocol import Box, Label, MotionEvent, to_json

_MOTION, _LABEL, _TEXT = (0, 200, 255), (80, 220, 60), (20, 20, 20)  # BGR
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_QUALITY = 85


async def boxed_snapshot(
    request: web.Request, event: MotionEvent, box: Box | None, jpeg: bytes
) -> web.Response:
    """The picture with boxes; it changes with what is known of the event, so clients ask anew."""
    seen = f"{event.id} {to_json(box)} {to_json(event.labels)}"
    etag = ETag(value=hashlib.sha256(seen.encode()).hexdigest()[:32])
    headers = {"Cache-Control": "private, no-cache"}
    if etag in (request.if_none_match or ()):
        response = web.Response(status=304, headers=headers)
    else:
        drawn = await asyncio.to_thread(_draw, jpeg, box, event.labels)
        response = web.Response(body=drawn, content_type="image/jpeg", headers=headers)
    response.etag = etag
    return response


def _draw(jpeg: bytes, box: Box | None, labels: tuple[Label, ...]) -> bytes:
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise NotFoundError("the snapshot is damaged")
    picture = cast("NDArray[np.uint8]", decoded)
    if box is not None:
        _draw_box(picture, box, _MOTION)
    for label in labels:
        left, top = _draw_box(picture, label.box, _LABEL)
        _write(picture, f"{label.name} {label.confidence:.0%}", left, top)
    return encode_jpeg(picture, quality=_QUALITY)


def _draw_box(
    picture: NDArray[np.uint8], box: Box, colour: tuple[int, int, int]
) -> tuple[int, int]:
    """Draw a rectangle; returns its upper left corner in pixels."""
    height, width = picture.shape[:2]
    left, top = round(box.x * width), round(box.y * height)
    right, bottom = round((box.x + box.w) * width), round((box.y + box.h) * height)
    thickness = max(1, round(width / 400))
    cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), colour, thickness)
    return left, top


def _write(picture: NDArray[np.uint8], text: str, left: int, top: int) -> None:
    """Dark letters on a bar of the labels' colour, above the box or, without room, in it."""
    # OpenCV's built-in font has no other letters.
    text = text.encode("ascii", "replace").decode()
    scale = max(0.4, picture.shape[1] / 1600)
    (length, tall), under = cv2.getTextSize(text, _FONT, scale, 1)
    bottom = top if top >= tall + under else top + tall + under
    cv2.rectangle(picture, (left, bottom - tall - under), (left + length, bottom), _LABEL, -1)
    origin = (left, bottom - under)
    cv2.putText(picture, text, origin, _FONT, scale, _TEXT, 1, cv2.LINE_AA)
