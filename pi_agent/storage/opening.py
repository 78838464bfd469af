"""Opening the database file: checked, brought up to date, read-only where the disk is."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from pi_agent.errors import StorageError

from .migrations import migrate

_BUSY_SECONDS = 10.0  # how long to wait for the command line's short writes to the same file
_BUSY_PAUSE_SECONDS = 0.02
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNREADABLE = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ}
_WORN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_FULL = "the disk is full"
_PROBLEMS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: "the disk is read-only",
    sqlite3.SQLITE_IOERR: "the disk fails to read or write; the card may be worn out",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened",
    sqlite3.SQLITE_BUSY: "another program holds the database",
}


class DamagedDatabaseError(StorageError):
    """The file is no database any more, or parts of it are not."""


def connect(path: Path, *, check: bool = False) -> sqlite3.Connection:
    """A connection to the file, made where there is none, its schema up to date.

    On a disk that takes no writes an existing file is opened for reading alone. Raises OSError,
    sqlite3.Error, and DamagedDatabaseError; `check` looks for damage in the whole file.
    """
    try:
        return connect_for_writing(path, check=check)
    except (OSError, sqlite3.Error) as error:
        if not _is_of_the_disk(error) or not path.exists() or not path.stat().st_size:
            raise
        with suppress(sqlite3.Error):
            return _connect_for_reading(path)
        raise


def connect_for_writing(path: Path, *, check: bool = False) -> sqlite3.Connection:
    """The same where writing is all that helps."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        _set_up(connection)
        if check:
            _check(connection)
        migrate(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and _primary_code(error) in _DAMAGED:
            raise DamagedDatabaseError(str(error)) from error
        raise
    return connection


def may_need_a_new_connection(error: BaseException | None) -> bool:
    """Whether a connection that failed so may never work again, though the disk does."""
    return isinstance(error, sqlite3.Error) and _primary_code(error) in _WORN


def may_pass(error: sqlite3.Error) -> bool:
    """Whether it was no room, no lock or no permission, and not that what was read is lost."""
    reason = understood(error)
    is_lost = isinstance(reason, DamagedDatabaseError) or _code(error) in _UNREADABLE
    return isinstance(reason, StorageError) and not is_lost


def understood(error: Exception) -> Exception:
    """An error of SQLite as one of ours where it is the disk's fault; else as it is."""
    if not isinstance(error, sqlite3.Error):
        return error
    code = _primary_code(error)
    if code in _DAMAGED:
        return DamagedDatabaseError(f"the database is damaged: {error}")
    if _code(error) == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the index of the log
        return StorageError(_FULL)
    return StorageError(_PROBLEMS[code]) if code in _PROBLEMS else error


def _set_up(connection: sqlite3.Connection) -> None:
    # WAL: the command line reads and writes beside the running agent. FULL: what was told to a
    # client is on the disk, so that a power cut never takes a revision back.
    # Source: https://www.sqlite.org/pragma.html#pragma_synchronous
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    # Moved into the file when nobody waits (Database); this is only a bound, 16 MB.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Wait for others that open a new file at the same moment: SQLite itself does not here."""
    give_up_at = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(_BUSY_PAUSE_SECONDS)
        else:
            return


def _connect_for_reading(path: Path) -> sqlite3.Connection:
    """Without its log, which cannot be read where nothing can be written."""
    uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        migrate(connection)  # fails where there is something to do
        connection.execute("SELECT value FROM meta").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedDatabaseError(str(verdict))


def _is_of_the_disk(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        return _primary_code(error) in _PROBLEMS
    return isinstance(error, OSError)


def _primary_code(error: sqlite3.Error) -> int:
    return _code(error) & 0xFF


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0))
