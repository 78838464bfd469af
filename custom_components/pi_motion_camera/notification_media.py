"""The picture or the clip of a notification as a file: fetched once, for all that take files."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from .agent_client import AgentError
from .archive_files import WrongContentError
from .media_files import MediaFile, MediaFiles
from .notification_content import Notification

_LOGGER = logging.getLogger(__name__)
# For slow uploads, and for actions that return before they have read the file.
KEEP_FILES: Final = timedelta(minutes=10)
_MEGABYTE: Final = 1_000_000
# What the services take in a message: https://core.telegram.org/bots/api#sending-files, Discord
# without a subscription, and mail servers 25 MB, which is 18 MB before it is encoded.
_MOST_BYTES: Final = {
    "discord": 10 * _MEGABYTE,
    "smtp": 18 * _MEGABYTE,
}
_MOST_BYTES_ELSEWHERE: Final = 50 * _MEGABYTE  # Telegram's limit, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification, and its picture or, if it is `quiet`, its clip where that could be had."""

    note: Notification
    file: MediaFile | None = None

    def file_for(self, integration: str | None) -> MediaFile | None:
        """The file, unless it is larger than the service takes."""
        most = _MOST_BYTES.get(integration or "", _MOST_BYTES_ELSEWHERE)
        return self.file if self.file is not None and self.file.size <= most else None

    @property
    def in_one_line(self) -> str:
        """For those who know no titles."""
        return f"{self.note.title}: {self.note.message}"


class NotificationMedia:
    """Fetches what belongs to a notification when the first receiver asks for it."""

    def __init__(self, files: MediaFiles, note: Notification) -> None:
        """Nothing is fetched yet."""
        self.note = note
        self._files = files
        self._fetching = asyncio.Lock()
        self._told: Told | None = None

    async def with_file(self) -> Told:
        """The notification with its file; without where it has none or it cannot be had."""
        async with self._fetching:
            if self._told is None:
                self._told = Told(note=self.note, file=await self._file())
            return self._told

    async def _file(self) -> MediaFile | None:
        note = self.note
        if note.event is None or (note.video if note.quiet else note.image) is None:
            return None
        media = "clip" if note.quiet else "snapshot"
        try:
            return await self._files.async_write(
                note.event, media, KEEP_FILES, most_bytes=_MOST_BYTES_ELSEWHERE
            )
        except (AgentError, OSError, WrongContentError) as error:
            _LOGGER.warning("The %s of event %s is not sent: %s", media, note.event.id, error)
            return None
