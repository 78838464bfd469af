"""Who this agent is, for as long as its data directory lives."""

import sqlite3
import uuid

from .database_worker import Database


async def agent_identity(database: Database) -> str:
    """The agent's id, made at the first start: 32 hexadecimal digits."""

    def job(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('agent_id', ?)", (uuid.uuid4().hex,))
        (agent_id,) = connection.execute(
            "SELECT value FROM meta WHERE name = 'agent_id'"
        ).fetchone()
        return str(agent_id)

    return await database.execute(job)
