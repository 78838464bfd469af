"""How far each other machine has the events, kept over restarts."""

import sqlite3

from .database_worker import Database


class CopyProgress:
    """The revision up to which one destination has everything. Methods raise StorageError."""

    def __init__(self, database: Database, destination: str) -> None:
        self._database = database
        self._destination = destination

    async def load(self) -> int:
        """The revision, 0 where nothing was copied there yet."""
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

    def _load(self, connection: sqlite3.Connection) -> int:
        sql = "SELECT revision FROM copies WHERE destination = ?"
        row = connection.execute(sql, (self._destination,)).fetchone()
        return int(row[0]) if row else 0
