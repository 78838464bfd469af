"""Files whose event is gone: a crash between file and row leaves one, a damaged database many."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .media_library import MediaLibrary
from .stored_events import StoredEvents

_FRESH_SECONDS = 3600.0  # the row of a file so young may be on its way


class OrphanFiles:
    """Finds and deletes them, oldest day first. Methods raise OSError and StorageError.

    `now` gives the seconds since the epoch.
    """

    def __init__(
        self, media: MediaLibrary, stored: StoredEvents, *, now: Callable[[], float] = time.time
    ) -> None:
        self._media = media
        self._stored = stored
        self._now = now
        self._none_before = ""  # days up to this one have been looked through since the start

    async def remove_older(self, than: timedelta) -> None:
        """Delete those of days before that, and folders of such days that are empty."""
        limit = (datetime.fromtimestamp(self._now(), UTC) - than).strftime("%Y-%m-%d")
        for day in await asyncio.to_thread(self._media.days):
            if day.name < limit:
                await _remove(await self._orphans(day))
                await asyncio.to_thread(_remove_if_empty, day)

    async def remove_oldest(self) -> bool:
        """Delete those of the oldest day that has any; whether there was one."""
        for day in await asyncio.to_thread(self._media.days):
            if day.name <= self._none_before:
                continue
            orphans = await self._orphans(day)
            if orphans:
                await _remove(orphans)
                return True
            self._none_before = day.name
        return False

    async def _orphans(self, day: Path) -> list[Path]:
        files = await asyncio.to_thread(lambda: list(self._settled_files(day)))
        known = await self._stored.ids(day.name)
        return [path for path in files if path.stem not in known]

    def _settled_files(self, day: Path) -> Iterator[Path]:
        for path in day.iterdir():
            if abs(self._now() - path.stat().st_mtime) > _FRESH_SECONDS:
                yield path


async def _remove(paths: list[Path]) -> None:
    for path in paths:
        await asyncio.to_thread(path.unlink, missing_ok=True)


def _remove_if_empty(day: Path) -> None:
    if not any(day.iterdir()):
        day.rmdir()
