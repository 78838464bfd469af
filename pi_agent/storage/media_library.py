"""The pictures and clips of events as files: one folder a day, one name an event."""

import os
import re
from pathlib import Path

from pi_agent.protocol import MotionEvent
from pi_agent.runtime.durable_files import FileDigest, digest_of, sync_folder, write_durably

_EVENT_ID = re.compile(r"[0-9a-z-]{1,64}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_PARTS = "incoming"  # files that are not whole yet


class MediaLibrary:
    """Writes, finds and removes the files of events below one folder.

    Paths are made from the event itself, never from a request. What is written is on the disk, as a
    whole, when a method returns. Methods raise OSError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def snapshot_path(self, event: MotionEvent) -> Path:
        """Where the event's snapshot is, or would be."""
        return self._path(event, ".jpg")

    def clip_path(self, event: MotionEvent) -> Path:
        """Where the event's clip is, or would be."""
        return self._path(event, ".mp4")

    def recover(self) -> None:
        """Remove what an earlier run left half-written."""
        for path in self._folder.glob(f"{_PARTS}/*"):
            path.unlink(missing_ok=True)

    def write_snapshot(self, event: MotionEvent, jpeg: bytes) -> None:
        """Put the picture in place: a reader never sees half of it."""
        path = self._prepared(self.snapshot_path(event))
        part = self._folder / _PARTS / path.name
        part.parent.mkdir(exist_ok=True)
        write_durably(path, jpeg, part=part)

    def place_clip(self, event: MotionEvent, made: Path) -> FileDigest:
        """Move a clip that is on the disk already to its place; what it is recognised by."""
        digest = digest_of(made)  # takes its time, in which an empty folder may be removed
        path = self._prepared(self.clip_path(event))
        os.replace(made, path)  # noqa: PTH105  (the atomic one, by its usual name)
        sync_folder(path.parent)
        return digest

    def remove(self, event: MotionEvent) -> None:
        """Delete the event's files; those that are gone already do not matter."""
        self.snapshot_path(event).unlink(missing_ok=True)
        self.clip_path(event).unlink(missing_ok=True)

    def days(self) -> list[Path]:
        """The folders of the days, oldest first."""
        return sorted(path for path in self._folder.glob("*") if _DAY.match(path.name))

    def _path(self, event: MotionEvent, suffix: str) -> Path:
        if not _EVENT_ID.match(event.id):
            raise ValueError(f"not an event id: {event.id!r}")
        return self._folder / event.started_at.strftime("%Y-%m-%d") / f"{event.id}{suffix}"

    def _prepared(self, path: Path) -> Path:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder)
        return path
