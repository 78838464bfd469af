"""The SQLite database and the one thread that touches it."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pi_agent.errors import ConfigurationError, StorageError, UnavailableError

from .opening import (
    DamagedDatabaseError,
    connect,
    connect_for_writing,
    may_need_a_new_connection,
    understood,
)
from .salvage import open_or_replace

T = TypeVar("T")
_Job = tuple[str, Callable[[sqlite3.Connection], Any], "Future[Any]"]
_READ = "BEGIN"  # takes no lock: works on a disk that takes no writes
_WRITE = "BEGIN IMMEDIATE"  # waits for the command line's short writes to the same file

_LONGEST_QUEUE = 1000  # jobs; more than that means a disk that no longer answers
_QUIET_SECONDS = 2.0


class Database:
    """Owns the connection; runs in thread `database`. Each job is one transaction.

    Opening creates the file and brings its schema up to date. With `repair`, which is for the agent
    alone, a damaged file is put aside and what it still gives is taken over. Raises
    ConfigurationError where the folder cannot be written or the file is no database. Jobs raise
    StorageError while the disk fails and are to be tried again; `on_damage` is called in that
    thread when the file turns out to be damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        repair: bool = False,
        on_damage: Callable[[StorageError], None] = lambda _error: None,
    ) -> None:
        self._path = path
        self._on_damage = on_damage
        self._jobs: queue.Queue[_Job | None] = queue.Queue(_LONGEST_QUEUE)
        self._closing = threading.Lock()  # protects _closed, so that no job follows the last
        self._closed = False
        self._untidy = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(repair, opened), name="database", daemon=True
        )
        self._thread.start()
        try:
            opened.result()
        except (OSError, sqlite3.Error, StorageError) as error:
            raise ConfigurationError(
                f"data directory: the database {path} cannot be opened: {understood(error)}"
            ) from error

    def submit(self, job: Callable[[sqlite3.Connection], T], *, begin: str = _WRITE) -> "Future[T]":
        """Queue `job(connection)` as one transaction: committed, or rolled back if it raises."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise UnavailableError("the database is closed; the agent is stopping")
            try:
                self._jobs.put_nowait((begin, job, future))
            except queue.Full:
                raise UnavailableError("the disk does not keep up with the database") from None
        return future

    def call(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job(connection)` and wait for its result; for threads, never for the event loop."""
        return self.submit(job).result()

    async def execute(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job(connection)` and await its result on the event loop."""
        return await asyncio.wrap_future(self.submit(job))

    async def read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """The same for a job that only reads: it works on a disk that takes no writes, too."""
        return await asyncio.wrap_future(self.submit(job, begin=_READ))

    def close(self) -> None:
        """Finish what is queued, then close the file; may be called twice."""
        with self._closing:
            first, self._closed = not self._closed, True
        if first:
            self._jobs.put(None)
        self._thread.join()

    def _run(self, repair: bool, opened: "Future[None]") -> None:
        try:
            self._connection = open_or_replace(self._path) if repair else connect(self._path)
        except Exception as error:  # noqa: BLE001  (it belongs to whoever opens)
            opened.set_exception(error)
            return
        opened.set_result(None)
        while (entry := self._next_job()) is not None:
            self._run_job(*entry)
        self._connection.close()

    def _next_job(self) -> _Job | None:
        """Wait for a job; where none comes for a while, tidy up after the last ones."""
        while True:
            try:
                return self._jobs.get(timeout=_QUIET_SECONDS if self._untidy else None)
            except queue.Empty:
                self._tidy()

    def _tidy(self) -> None:
        """Move the log into the file now: in the middle of a job somebody would wait for it."""
        self._untidy = False
        with suppress(sqlite3.Error):  # the next commit comes to it again, and says so
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _run_job(
        self, begin: str, job: Callable[[sqlite3.Connection], Any], future: "Future[Any]"
    ) -> None:
        if not future.set_running_or_notify_cancel():
            return
        self._untidy |= begin == _WRITE
        try:
            future.set_result(_in_transaction(self._connection, begin, job))
        except Exception as error:  # noqa: BLE001  (it belongs to whoever waits for the result)
            reason = understood(error)
            reason.__cause__ = error if reason is not error else error.__cause__
            future.set_exception(reason)
            if isinstance(reason, DamagedDatabaseError):
                self._on_damage(reason)
            elif may_need_a_new_connection(reason.__cause__):
                self._reopen()

    def _reopen(self) -> None:
        """After a failure of the disk: a connection of before it may never work again."""
        try:
            connection = connect_for_writing(self._path)
        except (OSError, sqlite3.Error, StorageError):
            return
        self._connection.close()
        self._connection = connection


def _in_transaction(
    connection: sqlite3.Connection, begin: str, job: Callable[[sqlite3.Connection], T]
) -> T:
    connection.execute(begin)
    try:
        result = job(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result
