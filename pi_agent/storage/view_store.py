"""The view that each camera is known by, kept over restarts."""

import logging
import sqlite3
from concurrent.futures import Future

from pi_agent.errors import UnavailableError

from .database_worker import Database

_LOGGER = logging.getLogger(__name__)


class ViewStore:
    """Loads and saves by camera id what motion detection has made of a view: some kilobytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, camera: str) -> bytes | None:
        """The view that was saved last, None where none was. Raises StorageError."""

        def job(connection: sqlite3.Connection) -> bytes | None:
            sql = "SELECT document FROM views WHERE camera = ?"
            row = connection.execute(sql, (camera,)).fetchone()
            return bytes(row[0]) if row else None

        return await self._database.read(job)

    def save(self, camera: str, document: bytes) -> None:
        """Have the view kept; never waits, from any thread. A failure is logged."""
        sql = "INSERT OR REPLACE INTO views VALUES (?, ?)"
        row = (camera, document)
        try:
            future = self._database.submit(lambda c: c.execute(sql, row).rowcount)
        except UnavailableError as error:
            _LOGGER.warning("The view of camera %s was not saved: %s", camera, error)
        else:
            future.add_done_callback(_tell_failure)


def _tell_failure(future: "Future[int]") -> None:
    if (error := future.exception()) is not None:
        _LOGGER.warning("The view of a camera was not saved: %s", error)
