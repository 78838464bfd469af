"""Pictures and clips as files in Home Assistant's media folder, for those who take files alone.

Home Assistant lets its integrations read that folder without a line of configuration, and shows it
to nobody who is not logged in. Each file goes away by itself.
"""

import logging
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .agent_client import AgentClient, MediaAnswer
from .agent_client.protocol import MotionEvent
from .archive import archive_folder
from .archive_files import ArchiveFiles, WrongContentError, async_write

_LOGGER = logging.getLogger(__name__)
_MOST: Final = 32  # files of an agent at a time: the oldest goes before another comes
CONTENT_TYPES: Final = {"snapshot": "image/jpeg", "clip": "video/mp4"}
_SUFFIXES: Final = {"snapshot": ".jpg", "clip": ".mp4"}
_FOLDER: Final = ".messages"  # beside the archive, where no camera can be called so


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file on the disk of Home Assistant, in bytes and as its media source calls it."""

    path: Path
    size: int
    media_content_id: str
    content_type: str


class MediaFiles:
    """The files of one agent. Lives on the event loop, from before the first file to `close`."""

    def __init__(self, hass: HomeAssistant, entry_id: str, client: AgentClient) -> None:
        """Nothing is written yet."""
        self._hass = hass
        self._root = archive_folder(hass) / _FOLDER / entry_id
        self._fetch: dict[str, Callable[[str], AbstractAsyncContextManager[MediaAnswer]]] = {
            "snapshot": client.event_picture,
            "clip": client.event_clip,
        }
        self._timers: dict[Path, CALLBACK_TYPE] = {}  # by folder, the oldest first

    async def async_write(
        self, event: MotionEvent, media: str, keep: timedelta, *, most_bytes: int | None = None
    ) -> MediaFile:
        """Fetch the `snapshot` or the `clip` of an event, to be read for a while.

        Raises AgentError, OSError or WrongContentError, also for what has more than `most_bytes`.
        """
        while len(self._timers) >= _MOST:
            await self._async_delete(next(iter(self._timers)))
        folder = await self._hass.async_add_executor_job(_make_folder, self._root)
        self._delete_later(folder, keep)
        try:
            path = _path(folder, event, media)
            await self._async_fetch(path, event.id, media, most_bytes)
            return MediaFile(
                path=path,
                size=(await self._hass.async_add_executor_job(path.stat)).st_size,
                media_content_id=_media_content_id(self._hass, path),
                content_type=CONTENT_TYPES[media],
            )
        except BaseException:
            await self._async_delete(folder)
            raise

    async def _async_fetch(
        self, path: Path, event_id: str, media: str, most_bytes: int | None
    ) -> None:
        async with self._fetch[media](event_id) as answer:
            if most_bytes is not None and (answer.size or 0) > most_bytes:
                raise WrongContentError(f"{path.name} has {answer.size} bytes, too many to send")
            await async_write(self._hass, path, answer)

    async def async_clear(self) -> None:
        """Delete everything, also what was left by a Home Assistant that crashed."""
        for stop in self._timers.values():
            stop()
        self._timers.clear()
        await self._hass.async_add_executor_job(_delete_all, self._root)

    @callback
    def _delete_later(self, folder: Path, keep: timedelta) -> None:
        async def _on_time(_: datetime) -> None:
            await self._async_delete(folder)

        self._timers[folder] = async_call_later(self._hass, keep, _on_time)

    async def _async_delete(self, folder: Path) -> None:
        if stop := self._timers.pop(folder, None):
            stop()
        await self._hass.async_add_executor_job(_delete, folder)


def _make_folder(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=root))


def _path(folder: Path, event: MotionEvent, media: str) -> Path:
    path = ArchiveFiles(folder).path(event, _SUFFIXES[media])
    if path is None:
        raise FileNotFoundError(f"No file can be called as the event {event.id!r} is")
    return path


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, onexc=_note)


def _delete_all(root: Path) -> None:
    """Delete an agent's files, and the folders around them that nothing else is in."""
    _delete(root)
    for folder in (root.parent, root.parent.parent):
        with suppress(OSError):
            folder.rmdir()


def _note(_: object, path: str, error: BaseException) -> None:
    if not isinstance(error, FileNotFoundError):
        _LOGGER.warning("%s cannot be deleted: %s", path, error)


def _media_content_id(hass: HomeAssistant, path: Path) -> str:
    """What Home Assistant's own media source calls a file of its folders."""
    for name, folder in hass.config.media_dirs.items():
        if path.is_relative_to(folder):
            return f"media-source://media_source/{name}/{path.relative_to(folder)}"
    raise FileNotFoundError(f"{path} is in no media folder of Home Assistant")
