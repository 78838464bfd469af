"""A damaged database: put aside, never deleted, and what can still be read taken over."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from pi_agent.errors import StorageError
from pi_agent.protocol import MotionEvent, ProtocolError, decode, from_json

from .migrations import INDEX_NAMES
from .opening import DamagedDatabaseError, connect, may_pass, understood

_LOGGER = logging.getLogger(__name__)
_MARK, _NEW = ".damaged-", ".new"
_COMPANIONS = ("", "-wal", "-shm")
# What makes the agent who it is, so that Home Assistant stays paired; then what happened.
_TABLES = ("meta", "tokens", "settings", "events", "pictures", "copies", "views")


def open_or_replace(path: Path) -> sqlite3.Connection:
    """A sound database at `path`; a damaged one is put aside and what it still gives taken over.

    Raises OSError and sqlite3.Error; what fails is begun anew at the next start.
    """
    new = path.with_name(f"{path.name}{_NEW}")
    if new.exists() and not path.exists():  # cut off between the two last steps
        os.replace(new, path)  # noqa: PTH105  (the atomic one, by its usual name)
    try:
        return connect(path, check=True)
    except DamagedDatabaseError as error:
        _LOGGER.warning("The database is damaged: %s", error)
    _make_anew(path, new)
    aside = _put_aside(path)
    os.replace(new, path)  # noqa: PTH105
    _LOGGER.warning("The damaged database has been replaced; it is kept as %s", aside.name)
    return connect(path)


def _make_anew(damaged: Path, new: Path) -> None:
    """A sound database at `new` with what the damaged one still gives: whole, or not there."""
    _remove(new)
    try:
        with closing(connect(new)) as connection:
            _take_over(damaged, connection)
    except BaseException:
        _remove(new)
        raise


def _remove(path: Path) -> None:
    for suffix in _COMPANIONS:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def databases_put_aside(path: Path) -> tuple[Path, ...]:
    """The damaged files that stand beside the database at `path`, oldest first."""
    found = path.parent.glob(f"{path.name}{_MARK}*")
    return tuple(sorted(p for p in found if not p.name.endswith(_COMPANIONS[1:])))


def _put_aside(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(f"{path.name}{_MARK}{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}{_MARK}{stamp}-{number}")
    for suffix in _COMPANIONS:
        with suppress(FileNotFoundError):
            os.rename(f"{path}{suffix}", f"{aside}{suffix}")  # noqa: PTH104
    return aside


def _take_over(path: Path, connection: sqlite3.Connection) -> None:
    counts: dict[str, int] = {}
    connection.execute("BEGIN IMMEDIATE")
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as damaged:
        for table in _TABLES:
            counts[table] = sum(
                _insert(connection, table, row) for row in _readable_rows(damaged, table)
            )
    _set_numbers(connection)
    connection.execute("COMMIT")
    _LOGGER.warning(
        "Taken over from it: %d events, %d tokens, settings of %d cameras",
        *(counts[table] for table in ("events", "tokens", "settings")),
    )


def _readable_rows(
    damaged: sqlite3.Connection, table: str
) -> Iterator[tuple[tuple[str, ...], tuple[object, ...]]]:
    """Column names and values of each row that can be read: from both ends up to the damage."""
    seen: set[object] = set()
    for order in ("ASC", "DESC"):
        try:
            cursor = damaged.execute(f"SELECT * FROM {table} ORDER BY {_order(table, order)}")  # noqa: S608  (constants)
            names = tuple(column[0] for column in cursor.description)
            for row in cursor:
                if row[:4] not in seen:
                    seen.add(row[:4])
                    yield names, row
        except sqlite3.Error as error:
            if may_pass(error):  # or all of it would be given up for want of a little room
                raise
        else:
            return


def _order(table: str, order: str) -> str:
    return f"rowid {order}" if table == "events" else f"1 {order}"


def _insert(
    connection: sqlite3.Connection, table: str, row: tuple[tuple[str, ...], tuple[object, ...]]
) -> bool:
    names, values = row
    places = ", ".join("?" for _ in names)
    sql = f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608
    try:
        if table == "events":
            decode(MotionEvent, from_json(str(dict(zip(names, values, strict=True))["document"])))
        connection.execute(sql, values)
    except (sqlite3.Error, ProtocolError) as error:
        if isinstance(understood(error), StorageError):  # the disk's fault, not the value's
            raise
        return False  # a value that the damage has changed
    return True


def _set_numbers(connection: sqlite3.Connection) -> None:
    """Events may be missing now: whoever asks by an older revision is to learn that."""
    for step in INDEX_NAMES:
        connection.execute(step)
    values = connection.execute("SELECT value FROM meta WHERE name = 'revision'").fetchone()
    told = int(values[0]) if values[0].isdigit() else 0
    saved, total = connection.execute(
        "SELECT coalesce(max(revision), 0), coalesce(sum(media_bytes), 0) FROM events"
    ).fetchone()
    newest = max(told, saved)
    for name, value in {
        "revision": newest,
        "deleted_revision": newest,
        "media_bytes": total,
    }.items():
        connection.execute("UPDATE meta SET value = ? WHERE name = ?", (str(value), name))
