"""What keeps the events of all cameras: journal, reels, clips, retention, and how they fare."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from pi_agent.clips.clip_maker import ClipMaker
from pi_agent.clips.reel_folder import ReelFolder
from pi_agent.clips.reel_writer_worker import ReelWriterWorker
from pi_agent.events import EventFeed, EventJournal, SnapshotFiler
from pi_agent.protocol import MotionEvent
from pi_agent.runtime import LoopBridge
from pi_agent.runtime.durable_files import disk_problem
from pi_agent.storage import (
    Database,
    EventEraser,
    EventStore,
    MediaLibrary,
    OrphanFiles,
    RecordingHealth,
    Retention,
    RetentionLimits,
    StoredEvents,
)

from .reel_reports import ReelReports

_LOGGER = logging.getLogger(__name__)
_MEDIA, _REELS = "media", "reels"


class Recording:
    """Builds these parts in one place, starts and stops them in order. Lives on the event loop."""

    def __init__(
        self,
        database: Database,
        data_dir: Path,
        limits: RetentionLimits,
        feed: EventFeed,
        bridge: LoopBridge,
        *,
        on_worker_death: Callable[[str, Exception], None],
    ) -> None:
        self._stack = AsyncExitStack()
        self.health = RecordingHealth()
        report = self.health.report
        self.media = MediaLibrary(data_dir / _MEDIA)
        self.reels = ReelFolder(data_dir / _REELS)
        self.events = EventStore(database, now=time.time)
        self.eraser = EventEraser(database, self._remove_files)
        self.snapshots = SnapshotFiler(
            self.events,
            self.media,
            on_problem=partial(report, "snapshots"),
            on_death=on_worker_death,
        )
        self.journal = EventJournal(
            self.events,
            feed,
            on_problem=partial(report, "events"),
            on_picture=self.snapshots.nudge,
            on_death=on_worker_death,
        )
        stored = StoredEvents(database)
        self.retention = Retention(
            data_dir,
            stored,
            OrphanFiles(self.media, stored),
            self.eraser,
            limits,
            more_bytes=self.reels.total_bytes,
            on_problem=partial(report, "disk"),
            on_death=on_worker_death,
        )
        self.clips = ClipMaker(
            self.reels,
            self.media,
            self.journal,
            on_problem=partial(report, "clips"),
            on_made=self.retention.nudge,
            on_death=on_worker_death,
        )
        reports = ReelReports(
            bridge,
            on_finished=self.clips.nudge,
            on_written=self.retention.nudge,  # an event of minutes is not over before it is large
            on_problem=partial(report, "reels"),
        )
        self.reel_writer = ReelWriterWorker(self.reels, reports, on_death=on_worker_death)
        self.health.add_listener(self.retention.nudge)

    async def start(self) -> None:
        """Take over what an earlier run left, then be ready to record."""
        await self._recover_files()
        self.snapshots.start()
        self._stack.push_async_callback(self.snapshots.close)
        await self.journal.start()
        self._stack.push_async_callback(self.journal.close)
        await self.clips.start()
        self._stack.push_async_callback(self.clips.close)
        self.retention.start()
        self._stack.push_async_callback(self.retention.close)
        self.reel_writer.start()
        self._stack.push_async_callback(asyncio.to_thread, self.reel_writer.close, 30.0)

    async def close(self) -> None:
        """Bring to the disk what is in memory, where it takes it; may be called twice."""
        await self._stack.aclose()

    async def _recover_files(self) -> None:
        for part, recover in (("media", self.media.recover), ("reels", self.reels.recover)):
            try:
                await asyncio.to_thread(recover)
            except OSError as error:
                _LOGGER.warning("What an earlier run left in %s stays: %s", part, error)
                self.health.report("disk", disk_problem(error))

    def _remove_files(self, event: MotionEvent) -> None:
        self.media.remove(event)
        self.reels.remove(event.id)
