"""How long events are kept: by age, by their bytes, by the space that is left on the disk."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from pi_agent.errors import UnavailableError
from pi_agent.protocol import MotionEvent
from pi_agent.runtime import LoopTask

from .orphan_files import OrphanFiles
from .stored_events import StoredEvent, StoredEvents

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS = 120.0
LEAST_PAUSE_SECONDS = 1.0
_MOST_FREE_SHARE = 0.1  # of the disk: a small card is not kept empty
_BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionLimits:
    """When events go; 0 means that this does not matter."""

    max_age_days: float = 30.0
    max_bytes: int = 20 * 10**9
    min_free_bytes: int = 10**9


class Eraser(Protocol):
    """What deletes events with all their files. Raises UnavailableError."""

    async def erase(self, events: Sequence[MotionEvent]) -> None:
        """Delete these events."""
        ...


class Retention:
    """Deletes the oldest events, in the order in which they were recorded, kept ones last.

    Age never takes a kept event, want of space does when nothing else is left. Looks every two
    minutes and whenever it is nudged. `on_problem` is told why the disk has no room for events,
    None once it has. Lives on the event loop.
    """

    def __init__(
        self,
        folder: Path,
        stored: StoredEvents,
        orphans: OrphanFiles,
        eraser: Eraser,
        limits: RetentionLimits,
        *,
        more_bytes: Callable[[], int] = lambda: 0,
        on_problem: Callable[[str | None], None] = lambda _problem: None,
        now: Callable[[], float] = time.time,
        on_death: Callable[[str, Exception], None] = lambda _name, _error: None,
    ) -> None:
        self._folder = folder
        self._stored = stored
        self._orphans = orphans
        self._eraser = eraser
        self._limits = limits
        self._more_bytes = more_bytes
        self._on_problem = on_problem
        self._now = now
        self._nudged = asyncio.Event()
        self._task = LoopTask("retention", on_death=on_death)
        self.deleted = 0

    def start(self) -> None:
        """Begin to look."""
        self._task.start(self._work())

    async def close(self) -> None:
        """Stop looking; may be called twice."""
        await self._task.close()

    def nudge(self) -> None:
        """Look soon: something was written, or could not be."""
        self._nudged.set()

    async def run(self) -> None:
        """Look once. Raises UnavailableError where the disk lets go of nothing, and OSError."""
        await self._apply_age()
        await self._apply_space()

    async def _work(self) -> None:
        while True:
            self._nudged.clear()
            try:
                await self.run()
            except UnavailableError as error:
                self._on_problem(str(error))
            except Exception:
                _LOGGER.exception("Old events could not be deleted")
            await asyncio.sleep(LEAST_PAUSE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_SECONDS):
                    await self._nudged.wait()

    async def _apply_age(self) -> None:
        if not self._limits.max_age_days:
            return
        now, most = self._now(), timedelta(days=self._limits.max_age_days)
        place, done = 0, False
        while not done:
            batch = await self._stored.oldest(after=place, limit=_BATCH, keep=False)
            old, done = _too_old(batch, datetime.fromtimestamp(now, UTC), most)
            await self._erase(old)
            place = batch[-1].place if batch else place
        await self._orphans.remove_older(most)

    async def _apply_space(self) -> None:
        while (await self._room()).is_tight(self._limits) and await self._orphans.remove_oldest():
            continue
        for keep in (False, True):
            while (missing := (await self._room()).missing(self._limits)) > 0:
                batch = await self._stored.oldest(after=0, limit=_BATCH, keep=keep)
                if not batch:
                    break
                await self._erase(list(_worth(batch, missing)))
        self._on_problem((await self._room()).problem(self._limits))

    async def _room(self) -> "_Room":
        taken = await self._stored.media_bytes() + await asyncio.to_thread(self._more_bytes)
        disk = await asyncio.to_thread(os.statvfs, self._folder)
        return _Room(
            taken=taken,
            free=disk.f_bavail * disk.f_frsize,
            size=disk.f_blocks * disk.f_frsize,
            read_only=bool(disk.f_flag & os.ST_RDONLY),
        )

    async def _erase(self, stored: list[StoredEvent]) -> None:
        if stored:
            await self._eraser.erase([entry.event for entry in stored])
            self.deleted += len(stored)
            _LOGGER.info("Deleted %d old events, up to %s", len(stored), stored[-1].event.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """Bytes: taken by events, free on the disk, of the whole disk."""

    taken: int
    free: int
    size: int
    read_only: bool

    def is_tight(self, limits: RetentionLimits) -> bool:
        """Whether less is free than there should be."""
        return self.free < self._wanted(limits)

    def missing(self, limits: RetentionLimits) -> int:
        """How many bytes of events must go."""
        over = self.taken - limits.max_bytes if limits.max_bytes else 0
        # Where others have filled the disk, events share what is left with what is to stay free:
        # to delete all of them would help nobody.
        wanted = min(self._wanted(limits), (self.free + self.taken) // 2)
        return max(over, wanted - self.free)

    def problem(self, limits: RetentionLimits) -> str | None:
        """Why there is no room for events, in plain words; None where there is."""
        if self.read_only:
            return "the disk is read-only"
        left = self.free + self.taken
        if left < self._wanted(limits):
            return f"only {left / 1e6:.0f} MB of the disk are left for events; free some space"
        return None

    def _wanted(self, limits: RetentionLimits) -> int:
        return min(limits.min_free_bytes, round(self.size * _MOST_FREE_SHARE))


def _too_old(
    batch: list[StoredEvent], now: datetime, most: timedelta
) -> tuple[list[StoredEvent], bool]:
    """Those of the batch that are too old, and whether what follows is not.

    Each event is as old as the one recorded before it, at most: a Pi without a clock starts in the
    past, and what it sees before it is told the time is not old. What is dated in the future, from
    before a clock was set back, says nothing.
    """
    old: list[StoredEvent] = []
    for entry in batch:
        age = now - entry.event.started_at
        if age > most:
            old.append(entry)
        elif age >= timedelta(0):
            return old, True
    return old, not batch


def _worth(batch: Iterable[StoredEvent], missing: int) -> Iterable[StoredEvent]:
    """As many from the start of the batch as hold the missing bytes."""
    for entry in batch:
        yield entry
        missing -= entry.media_bytes
        if missing <= 0:
            return
