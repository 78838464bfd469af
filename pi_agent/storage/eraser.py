"""Events deleted with all that belongs to them, by a user or by retention."""

import asyncio
from collections.abc import Callable, Sequence

from pi_agent.errors import StorageError
from pi_agent.protocol import MotionEvent
from pi_agent.runtime.durable_files import disk_problem

from .database_worker import Database
from .event_rows import delete_event


class EventEraser:
    """Deletes files first, then rows: what is left after a crash is deleted once more.

    `remove_files` deletes all files of an event and raises OSError.
    """

    def __init__(self, database: Database, remove_files: Callable[[MotionEvent], None]) -> None:
        self._database = database
        self._remove_files = remove_files

    async def erase(self, events: Sequence[MotionEvent]) -> None:
        """Delete these events. Raises StorageError where the disk does not let go of them."""
        try:
            await asyncio.to_thread(self._remove_all_files, events)
        except OSError as error:
            raise StorageError(disk_problem(error)) from error
        ids = [event.id for event in events]
        await self._database.execute(lambda c: [delete_event(c, event_id) for event_id in ids])

    def _remove_all_files(self, events: Sequence[MotionEvent]) -> None:
        for event in events:
            self._remove_files(event)
