"""A damaged database: kept, told, and as much of it taken over as can be read."""

import logging
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pi_agent.errors import ConfigurationError
from pi_agent.protocol import CameraSettings
from pi_agent.storage import (
    AccessStore,
    Database,
    EventQuery,
    EventStore,
    SettingsStore,
    ViewStore,
    agent_identity,
    databases_put_aside,
)
from tests.small_disk import small_disk

from .test_event_store import motion_event

PAGE = 4096
EVENTS = 400


@pytest.fixture
def clock() -> float:
    return 1_800_000_000.0


async def filled(path: Path) -> tuple[str, str]:
    """A database with events, a token and settings; returns agent id and token."""
    with closing(Database(path)) as database:
        store = EventStore(database, now=lambda: 0.0)
        for number in range(EVENTS):
            await store.record(motion_event(number, zones=("door",)))
        await SettingsStore(database).save("porch", CameraSettings(sensitivity=77))
        ViewStore(database).save("porch", b"view")
        token = await AccessStore(database, now=lambda: 0.0).create_token("home")
        return await agent_identity(database), token


def pages_of(path: Path, table: str) -> list[int]:
    """The pages (from 1) that hold a table's rows, the root first."""
    with closing(Database(path)) as database:
        return database.call(
            lambda c: [
                row[0]
                for row in c.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
            ]
        )


def overwrite(path: Path, pages: list[int]) -> None:
    """Have the card give back nonsense for these pages."""
    nonsense = random.Random(4)
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE)
            file.write(nonsense.randbytes(PAGE))


def leaf_pages(path: Path) -> Iterator[int]:
    """Table leaves that hold events, found by what is in them."""
    data = path.read_bytes()
    for page in range(2, len(data) // PAGE):
        content = data[page * PAGE : (page + 1) * PAGE]
        if content[0] == 0x0D and content.count(b'"camera":"porch"') > 2:
            yield page + 1


async def test_a_damaged_page_costs_the_events_on_it_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "agent.db"
    agent_id, token = await filled(path)
    damaged = list(leaf_pages(path))
    assert len(damaged) > 10
    overwrite(path, damaged[5:6])
    before = path.read_bytes()
    with closing(Database(path, repair=True)) as database:
        store = EventStore(database, now=lambda: 0.0)
        assert await agent_identity(database) == agent_id
        assert await AccessStore(database, now=lambda: 0.0).client_of(token) == "home"
        settings = await SettingsStore(database).load("porch")
        assert settings is not None
        assert settings.sensitivity == 77
        assert await ViewStore(database).load("porch") == b"view"
        events, lost = await store.changed_after(0)
        assert EVENTS - 30 < len(events) < EVENTS
        assert lost
        assert await store.newest_revision() == EVENTS
        found = await store.page(EventQuery(zone="door", limit=500))
        assert len(found.events) == len(events)
        assert (await store.save(motion_event(9999))).revision == EVENTS + 1
    (aside,) = databases_put_aside(path)
    assert aside.read_bytes() == before
    assert f"it is kept as {aside.name}" in caplog.text
    assert f"{len(events)} events, 1 tokens" in caplog.text


async def test_damaged_events_leave_the_pairing_alone(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    agent_id, token = await filled(path)
    overwrite(path, pages_of(path, "events"))  # the root: no event can be reached
    with closing(Database(path, repair=True)) as database:
        assert await agent_identity(database) == agent_id
        assert await AccessStore(database, now=lambda: 0.0).client_of(token) == "home"
        store = EventStore(database, now=lambda: 0.0)
        assert (await store.page(EventQuery())).events == ()
        assert await store.newest_revision() == EVENTS


@pytest.mark.parametrize("garbage", [b"not a database" * 1000, b"\0" * 8192])
async def test_a_file_that_gives_nothing_is_put_aside_and_the_agent_starts(
    tmp_path: Path, garbage: bytes
) -> None:
    path = tmp_path / "agent.db"
    path.write_bytes(garbage)
    with closing(Database(path, repair=True)) as database:
        assert len(await agent_identity(database)) == 32
    (aside,) = databases_put_aside(path)
    assert aside.read_bytes() == garbage


async def test_what_has_no_room_on_the_disk_is_taken_over_once_there_is_some(
    tmp_path: Path,
) -> None:
    agent_id, token = await filled(tmp_path / "agent.db")
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        path = disk / "agent.db"
        shutil.copy(tmp_path / "agent.db", path)
        overwrite(path, list(leaf_pages(path))[5:6])
        filler = disk / "others"
        free = shutil.disk_usage(disk).free
        filler.write_bytes(bytes(free - path.stat().st_size // 2))
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="full"):
                Database(path, repair=True)
        filler.unlink()
        with closing(Database(path, repair=True)) as database:
            assert await agent_identity(database) == agent_id
            assert await AccessStore(database, now=lambda: 0.0).client_of(token) == "home"
            events, _ = await EventStore(database, now=lambda: 0.0).changed_after(0)
            assert len(events) > EVENTS - 30
        assert len(databases_put_aside(path)) == 1


async def test_a_power_cut_before_the_last_step_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    agent_id, _ = await filled(path)
    path.rename(tmp_path / "agent.db.new")  # the damaged one is put aside already
    with closing(Database(path, repair=True)) as database:
        assert await agent_identity(database) == agent_id


async def test_nothing_that_was_put_aside_is_ever_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    for number in range(3):
        path.write_bytes(b"%d" % number * 5000)
        Database(path, repair=True).close()
        path.unlink()
    kept = {aside.read_bytes()[:1] for aside in databases_put_aside(path)}
    assert kept == {b"0", b"1", b"2"}


async def test_a_sound_database_stays_where_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    path = tmp_path / "agent.db"
    await filled(path)
    with closing(Database(path, repair=True)) as database:
        events, lost = await EventStore(database, now=lambda: 0.0).changed_after(0)
    assert (len(events), lost) == (EVENTS, False)
    assert not databases_put_aside(path)
    assert not caplog.records


async def test_damage_that_shows_while_the_agent_runs_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    await filled(path)
    told: list[str] = []
    with closing(Database(path, on_damage=lambda error: told.append(str(error)))) as database:
        store = EventStore(database, now=lambda: 0.0)
        database.call(lambda c: c.execute("SELECT 1").fetchone())
        overwrite(path, list(leaf_pages(path)))
        with pytest.raises(Exception, match="damaged"):
            await store.changed_after(0)
    assert told
    assert "damaged" in told[0]
