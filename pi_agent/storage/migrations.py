"""The database's schema, step by step; a step that has been released is never changed."""

import sqlite3

# A zone or label is a row of its own: looking for a rare one in a hundred thousand documents would
# take half a second.
_INDEX_ZONES = (
    "INSERT OR IGNORE INTO event_names SELECT 'zone', value, started_at, events.id "
    "FROM events, json_each(document, '$.zones')"
)
_INDEX_LABELS = (
    "INSERT OR IGNORE INTO event_names "
    "SELECT 'label', json_extract(value, '$.name'), started_at, events.id "
    "FROM events, json_each(document, '$.labels')"
)
INDEX_NAMES = (_INDEX_ZONES, _INDEX_LABELS)
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
    # What clips and retention ask for.
    f"""
    INSERT INTO meta VALUES ('media_bytes', '0');
    ALTER TABLE events ADD COLUMN keep INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE events ADD COLUMN awaits_clip INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE events ADD COLUMN media_bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE events ADD COLUMN snapshot_box TEXT;
    CREATE TABLE pictures (event_id TEXT PRIMARY KEY, jpeg BLOB NOT NULL);
    CREATE INDEX events_by_camera ON events (camera, started_at DESC, id DESC);
    CREATE INDEX events_by_keep ON events (keep);
    CREATE INDEX events_awaiting_clip ON events (id) WHERE awaits_clip;
    CREATE INDEX events_not_ended ON events (id) WHERE state != 'ended';
    CREATE TABLE event_names (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        started_at TEXT NOT NULL,
        id TEXT NOT NULL,
        PRIMARY KEY (kind, name, started_at DESC, id DESC)
    ) WITHOUT ROWID;
    {_INDEX_ZONES};
    {_INDEX_LABELS};
    """,  # noqa: S608  (constants)
    # What the copies of events are checked by, and how far each other machine has them.
    """
    ALTER TABLE events ADD COLUMN snapshot_sha256 TEXT;
    ALTER TABLE events ADD COLUMN clip_sha256 TEXT;
    CREATE TABLE copies (destination TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
    """,
    # Roles, and sessions of the agent's own page: tokens that end by themselves.
    """
    ALTER TABLE tokens ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';
    ALTER TABLE tokens ADD COLUMN expires_at REAL;
    ALTER TABLE tokens ADD COLUMN idle_seconds REAL;
    ALTER TABLE tokens ADD COLUMN used_at REAL;
    ALTER TABLE pairing_codes ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';
    """,
    # The view that each camera is known by.
    "CREATE TABLE views (camera TEXT PRIMARY KEY, document BLOB NOT NULL);",
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema from the version in the file to the newest, each step whole or not at all.

    Raises NewerSchemaError for a file that a newer agent has written.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(_STEPS):
        raise NewerSchemaError(
            f"it was written by a newer agent (schema {version}, this one knows {len(_STEPS)}); "
            "update the agent"
        )
    for number, step in enumerate(_STEPS[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;"
            )
        except (sqlite3.OperationalError, sqlite3.IntegrityError):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if connection.execute("PRAGMA user_version").fetchone()[0] < number:
                raise  # else another process, the command line, was faster


class NewerSchemaError(sqlite3.DatabaseError):
    """The file is sound, but this agent is too old for it."""
