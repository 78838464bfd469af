"""Who this agent is, for as long as its data directory lives."""

import sqlite3
import uuid

from .database_worker import Database


async def agent_identity(database: Database) -> str:
    """The agent's id, made at the first start: 32 hexadecimal digits."""
    # Reading comes first: a disk that takes no writes keeps no agent from starting.
    known: str | None = await database.read(_known)
    if known is None:
        known = await database.execute(_create)
    return known


def _known(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = 'agent_id'").fetchone()
    return str(row[0]) if row else None


def _create(connection: sqlite3.Connection) -> str:
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('agent_id', ?)", (uuid.uuid4().hex,))
    return str(_known(connection))
