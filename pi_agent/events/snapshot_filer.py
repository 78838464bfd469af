"""Makes files of the snapshots that came with their events into the database."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from pi_agent.errors import UnavailableError
from pi_agent.protocol import MotionEvent
from pi_agent.runtime import LoopTask
from pi_agent.runtime.durable_files import disk_problem

_LOGGER = logging.getLogger(__name__)
_RETRY_SECONDS = 2.0


class PictureStore(Protocol):
    """What the filer needs of the store. Methods raise UnavailableError while the disk fails."""

    async def events_with_pictures(self) -> Sequence[MotionEvent]:
        """The events whose snapshots are no files yet."""
        ...

    async def picture(self, event_id: str) -> bytes | None:
        """The snapshot of an event that is no file yet."""
        ...

    async def drop_picture(self, event_id: str) -> bool:
        """The snapshot of the event is a file now; whether there still is such an event."""
        ...


class SnapshotFiles(Protocol):
    """What the filer needs of the media library. Raises OSError."""

    def write_snapshot(self, event: MotionEvent, jpeg: bytes) -> None:
        """Put the picture on the disk, for good."""
        ...

    def remove(self, event: MotionEvent) -> None:
        """Delete the event's files."""
        ...


class SnapshotFiler:
    """Writes each picture, then drops it from the database; a crash in between repeats it.

    Behind the announcement, not before it. `on_problem` is told why the disk takes no file, None
    once it does. Lives on the event loop.
    """

    def __init__(
        self,
        store: PictureStore,
        files: SnapshotFiles,
        *,
        on_problem: Callable[[str | None], None] = lambda _problem: None,
        on_death: Callable[[str, Exception], None] = lambda _name, _error: None,
    ) -> None:
        self._store = store
        self._files = files
        self._on_problem = on_problem
        self._nudged = asyncio.Event()
        self._closing = False
        self._task = LoopTask("snapshot-filer", on_death=on_death)

    def start(self) -> None:
        """File what an earlier run left, then what comes."""
        self._nudged.set()
        self._task.start(self._work())

    async def close(self) -> None:
        """File what there is, where the disk takes it, then stop; may be called twice."""
        self._closing = True
        self._nudged.set()
        await self._task.finish()

    def nudge(self) -> None:
        """There is a picture."""
        self._nudged.set()

    async def _work(self) -> None:
        pause = None
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._nudged.wait()
            self._nudged.clear()
            pause = None if await self._file_all() else _RETRY_SECONDS
            if self._closing:
                return

    async def _file_all(self) -> bool:
        """Whether every picture is a file now."""
        try:
            for event in await self._store.events_with_pictures():
                await self._file(event)
        except UnavailableError:  # the journal says why
            return False
        except OSError as error:
            self._on_problem(disk_problem(error))
            return False
        except Exception:
            _LOGGER.exception("A snapshot could not be filed")
            return True
        self._on_problem(None)
        return True

    async def _file(self, event: MotionEvent) -> None:
        jpeg = await self._store.picture(event.id)
        if jpeg is None:
            return
        await asyncio.to_thread(self._files.write_snapshot, event, jpeg)
        if not await self._store.drop_picture(event.id):  # the event was deleted meanwhile
            await asyncio.to_thread(self._files.remove, event)
