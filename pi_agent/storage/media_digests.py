"""What the files of an event are recognised by, wherever they are copied to."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDigests:
    """SHA-256 of an event's files, 64 hexadecimal digits; None where there is no such file.

    Files that an older agent has made have none either.
    """

    snapshot: str | None = None
    clip: str | None = None


def digests_of(connection: sqlite3.Connection, event_id: str) -> MediaDigests:
    """Those of one event; empty where there is none."""
    sql = "SELECT snapshot_sha256, clip_sha256 FROM events WHERE id = ?"
    row = connection.execute(sql, (event_id,)).fetchone()
    return MediaDigests(snapshot=row[0], clip=row[1]) if row else MediaDigests()
