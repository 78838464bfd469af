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

    async def waiting(self) -> int:
        """How many events changed since."""
        sql = "SELECT count(*) FROM events WHERE revision > ?"
        return await self._database.read(
            lambda c: int(c.execute(sql, (self._load(c),)).fetchone()[0])
        )

    def _load(self, connection: sqlite3.Connection) -> int:
        sql = "SELECT revision FROM copies WHERE destination = ?"
        row = connection.execute(sql, (self._destination,)).fetchone()
        return int(row[0]) if row else 0
