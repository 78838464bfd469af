"""The SQLite database and the one thread that touches it."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from pi_agent.errors import ConfigurationError, UnavailableError

from .migrations import migrate

T = TypeVar("T")
_Job = tuple[Callable[[sqlite3.Connection], Any], "Future[Any]"]

_LONGEST_QUEUE = 1000  # jobs; more than that means a disk that no longer answers
_BUSY_SECONDS = 10.0  # how long to wait for the command line's short writes to the same file


class Database:
    """Owns the connection; runs in thread `database`. Each job is one transaction.

    Opening creates the file and brings its schema up to date. Raises ConfigurationError where the
    folder cannot be written or the file is no database.
    """

    def __init__(self, path: Path) -> None:
        self._jobs: queue.Queue[_Job | None] = queue.Queue(_LONGEST_QUEUE)
        self._closing = threading.Lock()  # protects _closed, so that no job follows the last
        self._closed = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(path, opened), name="database", daemon=True
        )
        self._thread.start()
        try:
            opened.result()
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(
                f"data directory: the database {path} cannot be opened: {error}"
            ) from error

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        """Queue `job(connection)` as one transaction: committed, or rolled back if it raises."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise UnavailableError("the database is closed; the agent is stopping")
            try:
                self._jobs.put_nowait((job, future))
            except queue.Full:
                raise UnavailableError("the disk does not keep up with the database") from None
        return future

    def call(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job(connection)` and wait for its result; for threads, never for the event loop."""
        return self.submit(job).result()

    async def execute(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job(connection)` and await its result on the event loop."""
        return await asyncio.wrap_future(self.submit(job))

    def close(self) -> None:
        """Finish what is queued, then close the file; may be called twice."""
        with self._closing:
            first, self._closed = not self._closed, True
        if first:
            self._jobs.put(None)
        self._thread.join()

    def _run(self, path: Path, opened: "Future[None]") -> None:
        try:
            connection = _connect(path)
        except (OSError, sqlite3.Error) as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        with closing(connection):
            while (entry := self._jobs.get()) is not None:
                _run_job(connection, *entry)


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        path.chmod(0o600)
        # WAL: the command line reads and writes beside the running agent. NORMAL: a power cut
        # may take the last transactions, never the file. https://www.sqlite.org/wal.html
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _run_job(
    connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], Any], future: "Future[Any]"
) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = job(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except Exception as error:  # noqa: BLE001  (it belongs to whoever waits for the result)
        future.set_exception(error)
    else:
        future.set_result(result)
