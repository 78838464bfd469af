"""The database's schema, step by step; a step that has been released is never changed."""

import sqlite3

_STEPS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('revision', '0');
    INSERT INTO meta VALUES ('deleted_revision', '0');
    CREATE TABLE events (
        id TEXT PRIMARY KEY,
        revision INTEGER NOT NULL UNIQUE,
        camera TEXT NOT NULL,
        state TEXT NOT NULL,
        started_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        document TEXT NOT NULL
    );
    CREATE INDEX events_by_start ON events (started_at DESC, id DESC);
    CREATE TABLE settings (camera TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE tokens (
        name TEXT PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        created_at REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE pairing_codes (hash BLOB PRIMARY KEY, expires_at REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE pairing_failures (at REAL NOT NULL);
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema from the version in the file to the newest, each step whole or not at all.

    Raises sqlite3.DatabaseError for a file that a newer agent has written.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(_STEPS):
        raise sqlite3.DatabaseError(
            f"it was written by a newer agent (schema {version}, this one knows {len(_STEPS)}); "
            "update the agent"
        )
    for number, step in enumerate(_STEPS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {step} PRAGMA user_version = {number}; COMMIT;")
