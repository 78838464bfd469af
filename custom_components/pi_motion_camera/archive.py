"""Copies picture and clip of every event to Home Assistant's media folder, as they appear."""

import asyncio
import logging
from collections.abc import AsyncIterable, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .agent_client import AgentAuthError, AgentError, AgentRequestError, MediaAnswer
from .agent_client.protocol import EventMessage, MotionEvent, ServerMessage
from .archive_files import ArchiveFiles, WrongContentError, async_write
from .backoff import Backoff
from .const import CONF_ARCHIVE, CONF_ARCHIVE_DAYS, DEFAULT_ARCHIVE_DAYS, DOMAIN, EVENT_MOTION
from .revision_store import RevisionStore

if TYPE_CHECKING:
    from .runtime import AgentConfigEntry

_LOGGER = logging.getLogger(__name__)
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_MOST_AT_ONCE = 200  # events in memory, however long the outage was
_REPLAY_SECONDS = 5.0
_LOOK_ANEW = timedelta(hours=1)
_MOST_ATTEMPTS = 3  # for a file that comes wrong

type _Fetch = Callable[[str], AbstractAsyncContextManager[MediaAnswer]]


def archive_folder(hass: HomeAssistant) -> Path:
    """Where the copies of all agents are; Home Assistant's media browser shows it, too."""
    folders = hass.config.media_dirs
    first = next(iter(folders.values()), hass.config.path("media"))
    return Path(folders.get("local", first)) / DOMAIN


def archive_days(entry: ConfigEntry) -> int | None:
    """For how many days an entry's events are kept; None where nothing is copied."""
    if not entry.options.get(CONF_ARCHIVE, False):
        return None
    return int(entry.options.get(CONF_ARCHIVE_DAYS, DEFAULT_ARCHIVE_DAYS))


class EventArchive:
    """One agent's events; `run` lives in a task of the entry.

    Asks for events by revision, so that none is missed, and holds a bounded number of them. The
    revision moves on only once an event's files are whole on the disk. What the agent no longer
    has is skipped; anything else is tried again.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AgentConfigEntry,
        revisions: RevisionStore,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is copied yet."""
        self._hass = hass
        self._entry = entry
        self._client = entry.runtime_data.client
        self._revisions = revisions
        self._files = ArchiveFiles(archive_folder(hass))
        self._status = entry.runtime_data.archive
        self._issue_id = f"archive_{entry.entry_id}"
        self._sleep = sleep
        self._backoff = Backoff(first=_FIRST_PAUSE_SECONDS, most=_LONGEST_PAUSE_SECONDS)
        self._woken = asyncio.Event()
        self._failing = False
        self._pruned_on: date | None = None

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Look whenever an event is told, and once an hour; returns the way out."""

        @callback
        def _on_event(event: Event) -> None:
            if event.data["entry_id"] == self._entry.entry_id:
                self._woken.set()

        @callback
        def _on_hour(_: datetime) -> None:
            self._woken.set()

        stop_listening = self._hass.bus.async_listen(EVENT_MOTION, _on_event)
        stop_timer = async_track_time_interval(self._hass, _on_hour, _LOOK_ANEW)

        @callback
        def _stop() -> None:
            stop_listening()
            stop_timer()
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

        return _stop

    async def run(self) -> None:
        """Copy until cancelled, or until the token is revoked."""
        while True:
            self._woken.clear()
            try:
                await self._catch_up()
            except AgentAuthError:
                return  # the listener asks for a new pairing, which begins all anew
            except AgentError as error:
                self._note_failure(str(error))
                await self._sleep(self._backoff.pause())
            except OSError as error:
                problem = error.strerror or str(error)
                self._note_failure(problem)
                self._raise_issue(problem)
                await self._sleep(self._backoff.pause())
            else:
                self._note_success()
                await self._woken.wait()

    async def _catch_up(self) -> None:
        await self._prune()
        while events := await self._missed():
            for event in events:
                await self._copy(event)
                self._revisions.async_set(event.revision)

    async def _missed(self) -> list[MotionEvent]:
        """Some of the events that changed since, in order of revision; none once all are done."""
        done = self._revisions.revision or 0
        async with self._client.listen(since=done) as stream:
            newest = stream.hello.revision
            if done <= newest:
                return await _replayed(stream, newest) if done < newest else []
        self._revisions.async_set(0)  # the agent has begun anew
        return await self._missed()

    async def _copy(self, event: MotionEvent) -> None:
        if dt_util.as_local(event.started_at).date() < self._first_day():
            return
        try:
            await self._copy_files(event)
        except AgentRequestError as error:
            if error.status >= 500:
                raise
            _LOGGER.debug("Event %s can no longer be archived: %s", event.id, error)

    async def _copy_files(self, event: MotionEvent) -> None:
        if event.snapshot and (path := await self._missing(event, ".jpg")):
            await self._copy_file(path, self._client.event_picture, event.id)
        if event.clip and (path := await self._missing(event, ".mp4")):
            await self._copy_file(path, self._client.event_clip, event.id)

    async def _copy_file(self, path: Path, fetch: _Fetch, event_id: str) -> None:
        """Copy one file; what comes wrong each time is left out, so that others do not wait."""
        for attempts_left in reversed(range(_MOST_ATTEMPTS)):
            try:
                async with fetch(event_id) as answer:
                    await async_write(self._hass, path, answer)
            except WrongContentError as error:
                level = logging.DEBUG if attempts_left else logging.WARNING
                _LOGGER.log(level, "The archive of %s: %s", self._entry.title, error)
                await self._sleep(self._backoff.pause())
            else:
                self._status.files += 1
                return
        self._status.left_out += 1

    async def _missing(self, event: MotionEvent, suffix: str) -> Path | None:
        """Where a file belongs that is not there yet."""
        path = self._files.path(event, suffix)
        if path is None or await self._hass.async_add_executor_job(path.exists):
            return None
        return path

    async def _prune(self) -> None:
        """Once a day delete what is too old."""
        today = dt_util.now().date()
        if self._pruned_on == today:
            return
        for camera in self._entry.runtime_data.coordinator.data.cameras:
            await self._hass.async_add_executor_job(self._files.prune, camera, self._first_day())
        self._pruned_on = today

    def _first_day(self) -> date:
        """The first day that is kept. Agents may share a folder: the longest wish counts."""
        entries = self._hass.config_entries.async_entries(DOMAIN)
        days = max(archive_days(entry) or 0 for entry in entries)
        return dt_util.now().date() - timedelta(days=days)

    @callback
    def _raise_issue(self, problem: str) -> None:
        """Tell the user that the media folder takes nothing; gone once it does."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key="archive_cannot_write",
            translation_placeholders={
                "name": self._entry.title,
                "folder": str(self._files.root),
                "error": problem,
            },
        )

    def _note_failure(self, problem: str) -> None:
        self._status.problem = problem
        is_news = not self._failing and self._entry.runtime_data.coordinator.last_update_success
        level = logging.WARNING if is_news else logging.DEBUG
        _LOGGER.log(level, "The archive of %s waits: %s", self._entry.title, problem)
        self._failing = self._failing or is_news

    def _note_success(self) -> None:
        self._backoff.reset()
        self._status.problem = None
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
        if self._failing:
            _LOGGER.info("The archive of %s is complete again", self._entry.title)
        self._failing = False


async def _replayed(stream: AsyncIterable[ServerMessage], newest: int) -> list[MotionEvent]:
    events: list[MotionEvent] = []
    # The newest revision may be that of an event that was deleted: it never comes.
    with suppress(TimeoutError):
        async with asyncio.timeout(_REPLAY_SECONDS):
            async for message in stream:
                if isinstance(message, EventMessage):
                    events.append(message.event)
                    if message.event.revision >= newest or len(events) >= _MOST_AT_ONCE:
                        break
    return events
