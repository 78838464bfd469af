"""How far each other side has the events, kept over restarts."""

import sqlite3

from .database_worker import Database
from .event_rows import number_of


class CopyProgress:
    """The revision up to which one destination has everything. Methods raise StorageError.

    A new destination gets all events that there are; with `from_now` only what comes.
    """

    def __init__(self, database: Database, destination: str, *, from_now: bool = False) -> None:
        self._database = database
        self._destination = destination
        self._from_now = from_now

    async def load(self) -> int:
        """The revision, which for a new destination is the one to begin with."""
        if self._from_now:
            await self._database.execute(self._begin)
        return await self._database.read(self._load)

    async def save(self, revision: int) -> None:
        """Everything up to this revision is there."""
        row = (self._destination, revision)
        sql = "INSERT OR REPLACE INTO copies VALUES (?, ?)"
        await self._database.execute(lambda c: c.execute(sql, row).rowcount)

    async def waiting(self, after: int | None = None) -> int:
        """How many events changed after that revision; None: after the one that was saved."""

        def job(connection: sqlite3.Connection) -> int:
            since = self._load(connection) if after is None else after
            sql = "SELECT count(*) FROM events WHERE revision > ?"
            return int(connection.execute(sql, (since,)).fetchone()[0])

        return await self._database.read(job)

    def _begin(self, connection: sqlite3.Connection) -> int:
        sql = "INSERT OR IGNORE INTO copies VALUES (?, ?)"
        row = (self._destination, number_of(connection, "revision"))
        return connection.execute(sql, row).rowcount

    def _load(self, connection: sqlite3.Connection) -> int:
        sql = "SELECT revision FROM copies WHERE destination = ?"
        row = connection.execute(sql, (self._destination,)).fetchone()
        if row is not None:
            return int(row[0])
        return number_of(connection, "revision") if self._from_now else 0
