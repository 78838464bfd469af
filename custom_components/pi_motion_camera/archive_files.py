"""The files of the archive: where each event goes, whole or not at all, and when it goes away.

All but `async_write` is plain file work, to be done in a thread. A name tells date and time, so
that a folder view sorts: `<camera>/2026-11-21/2026-11-21_14-03-22_<event>.jpg`.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .agent_client import MediaAnswer
from .agent_client.protocol import MotionEvent
from .media_identifier import parse_day

_SAFE_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}\Z")
_OURS = re.compile(r"\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}_[0-9A-Za-z_-]{1,64}\.(jpg|mp4)(\.part)?\Z")
_WRITE_BYTES = 1 << 20  # few large writes, whatever the size of what comes


@dataclass(frozen=True, slots=True)
class ArchiveFiles:
    """A folder with the copies of events. Methods that touch the disk raise OSError."""

    root: Path

    def path(self, event: MotionEvent, suffix: str) -> Path | None:
        """Where a file of the event belongs; None where its names could lead out of the folder."""
        if not (_SAFE_NAME.match(event.id) and _SAFE_NAME.match(event.camera)):
            return None
        began = dt_util.as_local(event.started_at)
        name = f"{began:%Y-%m-%d_%H-%M-%S}_{event.id}{suffix}"
        return self.root / event.camera / f"{began:%Y-%m-%d}" / name

    def prune(self, camera: str, before: date) -> int:
        """Delete what is ours from days of a camera before this one; how many files that were."""
        if not _SAFE_NAME.match(camera) or not (self.root / camera).is_dir():
            return 0
        days = [(parse_day(folder.name), folder) for folder in (self.root / camera).iterdir()]
        return sum(_clear(folder) for day, folder in days if day is not None and day < before)


class WrongContentError(Exception):
    """What came is not what the agent has saved; the message says how it differs."""


class PartFile:
    """A file that bears its name only once all of it is on the disk, and is what was saved."""

    def __init__(self, path: Path) -> None:
        """Begin anew, whatever is left of an attempt before."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._file = self._part.open("wb")
        self._sha256 = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Append."""
        self._file.write(data)
        self._sha256.update(data)

    def finish(self, size: int | None, sha256: bytes | None) -> None:
        """Give it its name; WrongContentError unless size and digest fit, where they are known."""
        self._file.flush()
        os.fsync(self._file.fileno())
        written = self._file.tell()
        if size is not None and written != size:
            raise WrongContentError(f"{written} of {size} bytes of {self._path.name} came")
        if sha256 is not None and self._sha256.digest() != sha256:
            raise WrongContentError(f"{self._path.name} differs from what the agent saved")
        self._file.close()
        self._part.replace(self._path)

    def close(self) -> None:
        """Give up what is not finished; may be called twice."""
        self._file.close()
        self._part.unlink(missing_ok=True)


async def async_write(hass: HomeAssistant, path: Path, answer: MediaAnswer) -> None:
    """Write a file as it comes; WrongContentError unless it is what the agent has saved."""
    run = hass.async_add_executor_job
    part = await run(PartFile, path)
    try:
        buffer = bytearray()
        async for chunk in answer.chunks:
            buffer += chunk
            if len(buffer) >= _WRITE_BYTES:
                await run(part.write, bytes(buffer))
                buffer.clear()
        await run(part.write, bytes(buffer))
        await run(part.finish, answer.size, answer.sha256)
    finally:
        await run(part.close)


def _clear(folder: Path) -> int:
    """Delete our files; the folder, too, unless somebody put others there."""
    ours = [path for path in folder.iterdir() if _OURS.match(path.name)]
    for path in ours:
        path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
    return len(ours)
