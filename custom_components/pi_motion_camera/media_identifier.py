"""How places of the media source are called: `entry/camera/day/event`, each part optional."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

_ENTRY_ID = re.compile(r"[0-9A-Za-z]{1,64}\Z")
_CAMERA_ID = re.compile(r"[^/]{1,64}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_EVENT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}\Z")
_FIRST_DAY, _LAST_DAY = date(1970, 1, 2), date(9999, 12, 30)  # can be told in UTC in every zone
_CHECKS = (_ENTRY_ID, _CAMERA_ID, _DAY, _EVENT_ID)


def parse_day(text: str) -> date | None:
    """A day such as 2026-11-21, None for anything else."""
    try:
        day = date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        return None
    return day if day and _FIRST_DAY <= day <= _LAST_DAY else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaIdentifier:
    """A place in the tree; what is None, and all below it, is not asked for."""

    entry_id: str | None = None
    camera: str | None = None
    day: date | None = None
    event_id: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `str` wrote; None for anything else. Whether the place exists, others know."""
        parts: list[str | None] = [*text.split("/")] if text else []
        if len(parts) > len(_CHECKS):
            return None
        parts += [None] * (len(_CHECKS) - len(parts))
        if any(
            part is not None and not c.match(part) for c, part in zip(_CHECKS, parts, strict=True)
        ):
            return None
        entry_id, camera, day, event_id = parts
        parsed = parse_day(day) if day else None
        if day and parsed is None:
            return None
        return cls(entry_id=entry_id, camera=camera, day=parsed, event_id=event_id)

    def __str__(self) -> str:
        parts = (self.entry_id, self.camera, self.day, self.event_id)
        return "/".join(str(part) for part in parts if part is not None)
