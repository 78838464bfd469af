"""The database file when it is opened: new, old, of a newer agent, on a disk that takes nothing."""

import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.errors import ConfigurationError, StorageError
from pi_agent.protocol import to_json
from pi_agent.storage import (
    AccessStore,
    Database,
    EventQuery,
    EventStore,
    agent_identity,
    migrations,
)
from tests.small_disk import small_disk

from .test_event_store import motion_event


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=4) as path:
        yield path


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "agent.db").write_bytes(b"not a database" * 100)
    with pytest.raises(ConfigurationError, match=r"agent\.db cannot be opened"):
        Database(tmp_path / "agent.db")


def test_a_database_of_a_newer_agent_is_left_alone(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "agent.db")) as database:
        database.submit(lambda c: None).result()
    with closing(sqlite3.connect(tmp_path / "agent.db")) as connection:
        connection.execute("PRAGMA user_version = 999")
    for repair in (False, True):
        with pytest.raises(ConfigurationError, match="newer agent"):
            Database(tmp_path / "agent.db", repair=repair)
    assert not list(tmp_path.glob("*damaged*"))


async def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    event = motion_event(1, zones=("door",))
    with closing(sqlite3.connect(tmp_path / "agent.db")) as connection:
        connection.executescript(f"{migrations._STEPS[0]} PRAGMA user_version = 1;")
        row = (event.id, 1, "porch", "ended", "2026-11-21T10:01:00.000Z", "x", to_json(event))
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        connection.commit()
    with closing(Database(tmp_path / "agent.db")) as database:
        store = EventStore(database, now=lambda: 0.0)
        assert (await store.page(EventQuery(zone="door"))).events == (event,)
        assert len(await store.awaiting_clip()) == 1


def test_what_is_committed_is_on_the_disk(database: Database) -> None:
    (synchronous,) = database.call(lambda c: c.execute("PRAGMA synchronous").fetchone())
    assert synchronous == 2  # FULL: the log is flushed before a job's result is given


def test_nobody_else_may_read_the_file(tmp_path: Path, database: Database) -> None:
    assert (tmp_path / "agent.db").stat().st_mode & 0o777 == 0o600


async def test_a_job_that_fails_leaves_nothing_behind(database: Database) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'revision'")
        raise RuntimeError("stop in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await database.execute(half)
    assert await EventStore(database, now=lambda: 0.0).newest_revision() == 0


async def test_a_full_disk_is_told_in_plain_words_and_work_goes_on_when_there_is_room(
    disk: Path,
) -> None:
    with closing(Database(disk / "agent.db")) as database:
        store = EventStore(database, now=lambda: 0.0)
        await store.save(motion_event(1))
        (disk / "ballast").write_bytes(bytes(4 * 2**20 - 600 * 2**10))

        async def fill() -> None:
            for number in range(2, 2000):
                await store.save(motion_event(number, zones=("z" * 500,)))

        with pytest.raises(StorageError, match="the disk is full"):
            await fill()
        assert await store.find("event-0001") is not None
        newest = await store.newest_revision()
        assert newest > 1
        (disk / "ballast").unlink()
        again = await store.save(motion_event(2000))
        assert again.revision == newest + 1


async def test_on_a_read_only_disk_what_is_known_can_still_be_read(disk: Path) -> None:
    with closing(Database(disk / "agent.db")) as database:
        agent_id = await agent_identity(database)
        token = await AccessStore(database, now=lambda: 0.0).create_token("home")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with closing(Database(disk / "agent.db", repair=True)) as database:
        access = AccessStore(database, now=lambda: 0.0)
        assert await agent_identity(database) == agent_id
        assert await access.client_of(token) == "home"
        with pytest.raises(StorageError, match="the disk is read-only"):
            await access.create_token("other")
        await database.read(lambda _: None)  # by then the file is opened anew, still read-only
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        with pytest.raises(StorageError):  # this one finds out, and opens the file anew
            await access.create_token("other")
        assert await access.create_token("other")


def test_the_command_line_may_open_a_new_database_at_the_same_moment_as_the_agent(
    tmp_path: Path,
) -> None:
    def opened(path: Path) -> None:
        Database(path).close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        for number in range(10):
            path = tmp_path / f"{number}.db"
            for opening in [pool.submit(opened, path) for _ in range(8)]:
                opening.result()
