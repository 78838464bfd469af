"""The reels on the disk: those being recorded, and those that wait for their clip."""

import os
import re
import time
from pathlib import Path

from pi_agent.runtime.durable_files import sync_folder

_EVENT_ID = re.compile(r"[0-9a-z-]{1,64}\Z")
_OPEN, _FINISHED, _PART = ".open", ".reel", ".mp4.part"


class ReelFolder:
    """Names, finds and removes reels. The folder is the queue: a restart goes on where it was.

    Methods raise OSError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self._folder

    def open_path(self, event_id: str) -> Path:
        """Where the reel of an event is while it is recorded."""
        return self._path(event_id, _OPEN)

    def finished_path(self, event_id: str) -> Path:
        """Where the reel waits for its clip."""
        return self._path(event_id, _FINISHED)

    def part_path(self, event_id: str) -> Path:
        """Where the clip grows until it is whole."""
        return self._path(event_id, _PART)

    def recover(self) -> None:
        """Take over what an earlier run left: its open reels are finished, half clips removed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.glob(f"*{_PART}"):
            path.unlink(missing_ok=True)
        for path in self._folder.glob(f"*{_OPEN}"):
            path.replace(path.with_suffix(_FINISHED))

    def finish(self, event_id: str) -> None:
        """Put the reel into the queue, for good; FileNotFoundError where it was removed."""
        os.replace(self.open_path(event_id), self.finished_path(event_id))  # noqa: PTH105
        sync_folder(self._folder)

    def finished(self) -> tuple[str, ...]:
        """The events whose reels wait, oldest first: event ids begin with the time."""
        names = (path.name.removesuffix(_FINISHED) for path in self._folder.glob(f"*{_FINISHED}"))
        return tuple(sorted(name for name in names if _EVENT_ID.match(name)))

    def seconds_since_finished(self, event_id: str) -> float:
        """How old the finished reel of an event is, whichever way the clock was set since."""
        return abs(time.time() - self.finished_path(event_id).stat().st_mtime)

    def remove(self, event_id: str) -> None:
        """Delete the finished reel of an event; one that is gone already does not matter."""
        self.finished_path(event_id).unlink(missing_ok=True)

    def discard(self, event_id: str) -> None:
        """The same, with what was begun to be made of it."""
        self.part_path(event_id).unlink(missing_ok=True)
        self.remove(event_id)

    def total_bytes(self) -> int:
        """What all reels take, bytes."""
        total = 0
        for path in self._folder.glob("*"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                continue  # made into a clip while we looked
        return total

    def _path(self, event_id: str, suffix: str) -> Path:
        if not _EVENT_ID.match(event_id):
            raise ValueError(f"not an event id: {event_id!r}")
        return self._folder / f"{event_id}{suffix}"
