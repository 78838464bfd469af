"""How copies are called: by camera, day and time, so that every file browser sorts them.

`front_door/2026-11-21/2026-11-21_14-03-22_EVENT.jpg`, by the Pi's time zone: as in Home Assistant's
archive.
"""

import json
from typing import Any

from pi_agent.protocol import EventState, MotionEvent, encode


def name_of(event: MotionEvent, suffix: str) -> str:
    """The path of a file of the event below the directory of the copies."""
    began = event.started_at.astimezone()
    return f"{event.camera}/{began:%Y-%m-%d}/{began:%Y-%m-%d_%H-%M-%S}_{event.id}{suffix}"


def is_final(event: MotionEvent) -> bool:
    """Whether all that will come of the event is there."""
    settled = event.clip is not None or event.clip_error is not None
    return event.state is EventState.ENDED and settled


def document_of(event: MotionEvent, sha256: dict[str, str | None]) -> bytes:
    """The event as JSON for people: its files by name, each with its digest."""
    document: dict[str, Any] = encode(event)
    for field, suffix in (("snapshot", ".jpg"), ("clip", ".mp4")):
        if document[field] is not None:
            document[field] = name_of(event, suffix).rpartition("/")[2]
    document["sha256"] = sha256
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
