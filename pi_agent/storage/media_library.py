"""The pictures of events as files: one folder a day, one name an event."""

import os
import re
from pathlib import Path

from pi_agent.protocol import MotionEvent

_EVENT_ID = re.compile(r"[0-9a-z-]{1,64}\Z")


class MediaLibrary:
    """Writes, finds and removes the files of events below one folder.

    Paths are made from the event itself, never from a request.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def snapshot_path(self, event: MotionEvent) -> Path:
        """Where the event's snapshot is, or would be."""
        if not _EVENT_ID.match(event.id):
            raise ValueError(f"not an event id: {event.id!r}")
        return self._folder / event.started_at.strftime("%Y-%m-%d") / f"{event.id}.jpg"

    def write_snapshot(self, event: MotionEvent, jpeg: bytes) -> None:
        """Put the picture in place as a whole: a reader never sees half of it. Raises OSError."""
        path = self.snapshot_path(event)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(jpeg)
        os.replace(part, path)  # noqa: PTH105  (the atomic one, by its usual name)

    def remove(self, event: MotionEvent) -> None:
        """Delete the event's files; those that are gone already do not matter."""
        self.snapshot_path(event).unlink(missing_ok=True)
