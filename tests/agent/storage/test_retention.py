"""What is deleted, in which order, and what is not."""

import os
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pi_agent.errors import StorageError
from pi_agent.protocol import EventState, MotionEvent
from pi_agent.storage import (
    Database,
    EventEraser,
    EventQuery,
    EventStore,
    MediaLibrary,
    OrphanFiles,
    Retention,
    RetentionLimits,
    StoredEvents,
)
from tests.small_disk import small_disk

from .test_event_store import START, motion_event

NONE = RetentionLimits(max_age_days=0, max_bytes=0, min_free_bytes=0)
SIZE = 3 * 4096  # bytes of each event's snapshot: whole blocks of the disk


class Shelf:
    """A store and a library in one folder, and retention over them; `now` is the test's."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.now = START
        self.problems: list[str | None] = []
        self.reels = 0
        self.store = EventStore(database, now=lambda: 0.0)
        self.media = MediaLibrary(folder / "media")
        self._stored = StoredEvents(database)
        self._eraser = EventEraser(database, self.media.remove)

    async def add(self, number: int, *, at: datetime | None = None, keep: bool = False) -> None:
        event = motion_event(number, state=EventState.ENDED, keep=keep)
        event = replace(event, started_at=at or event.started_at)
        self.media.write_snapshot(event, bytes(SIZE))
        await self.store.record(event, bytes(SIZE))
        await self.store.drop_picture(event.id)

    async def keep(self, limits: RetentionLimits) -> list[int]:
        """Apply the limits; the numbers of the events that are left, all with their files."""
        await Retention(
            self.folder,
            self._stored,
            OrphanFiles(self.media, self._stored, now=self.now.timestamp),
            self._eraser,
            limits,
            more_bytes=lambda: self.reels,
            on_problem=self.problems.append,
            now=self.now.timestamp,
        ).run()
        events = (await self.store.page(EventQuery(limit=500))).events
        files = {path.stem for path in self.folder.glob("media/*/*.jpg")}
        assert files == {event.id for event in events}
        return sorted(number_of(event) for event in events)


def number_of(event: MotionEvent) -> int:
    return int(event.id.removeprefix("event-"))


@pytest.fixture
def shelf(tmp_path: Path, database: Database) -> Shelf:
    return Shelf(tmp_path, database)


async def test_without_limits_everything_stays(shelf: Shelf) -> None:
    for number in range(5):
        await shelf.add(number)
    shelf.now = START + timedelta(days=10_000)
    assert await shelf.keep(NONE) == [0, 1, 2, 3, 4]
    assert shelf.problems == [None]


async def test_events_go_once_they_are_too_old(shelf: Shelf) -> None:
    for number in range(5):
        await shelf.add(number, at=START + timedelta(days=number))
    shelf.now = START + timedelta(days=12, hours=1)
    assert await shelf.keep(replace(NONE, max_age_days=10)) == [3, 4]


async def test_age_takes_many_events_but_none_that_is_kept_or_goes_on(shelf: Shelf) -> None:
    for number in range(130):
        await shelf.add(number, keep=number == 70)
    await shelf.store.save(motion_event(500))
    shelf.now = START + timedelta(days=11)
    ids = [event.id for event in (await shelf.store.page(EventQuery(limit=500))).events]
    assert len(ids) == 131
    await shelf.store.delete("event-0500")
    await shelf.store.save(motion_event(500))
    shelf.media.write_snapshot(motion_event(500), b"x")
    assert await shelf.keep(replace(NONE, max_age_days=10)) == [70, 500]


async def test_the_oldest_go_until_the_rest_fits(shelf: Shelf) -> None:
    for number in range(10):
        await shelf.add(number)
    assert await shelf.keep(replace(NONE, max_bytes=4 * SIZE)) == [6, 7, 8, 9]
    shelf.reels = SIZE + 1  # what waits for its clip takes room as well
    assert await shelf.keep(replace(NONE, max_bytes=4 * SIZE)) == [8, 9]


async def test_events_that_are_to_be_kept_go_last(shelf: Shelf) -> None:
    for number in range(6):
        await shelf.add(number, keep=number in {0, 3})
    assert await shelf.keep(replace(NONE, max_bytes=3 * SIZE)) == [0, 3, 5]
    assert await shelf.keep(replace(NONE, max_bytes=2 * SIZE)) == [0, 3]
    assert await shelf.keep(replace(NONE, max_bytes=SIZE)) == [3]


async def test_what_was_recorded_before_the_clock_was_right_is_not_old(shelf: Shelf) -> None:
    await shelf.add(1, at=START - timedelta(days=40))
    await shelf.add(2, at=START - timedelta(days=20))
    await shelf.add(3, at=START - timedelta(days=20_000))  # the Pi has just started, in 1972
    await shelf.add(4)
    assert await shelf.keep(replace(NONE, max_age_days=30)) == [2, 3, 4]
    shelf.now = START + timedelta(days=11)
    assert await shelf.keep(replace(NONE, max_age_days=30)) == [4]


async def test_what_is_dated_in_the_future_holds_nothing_up(shelf: Shelf) -> None:
    await shelf.add(1, at=START + timedelta(days=4000))  # the clock was wrong, and is set back
    await shelf.add(2, at=START - timedelta(days=40))
    await shelf.add(3)
    assert await shelf.keep(replace(NONE, max_age_days=30)) == [1, 3]
    assert await shelf.keep(replace(NONE, max_bytes=SIZE)) == [3]


async def test_clients_learn_that_events_are_gone(shelf: Shelf) -> None:
    for number in range(4):
        await shelf.add(number)
    await shelf.keep(replace(NONE, max_bytes=2 * SIZE))
    assert (await shelf.store.changed_after(1))[1]
    assert not (await shelf.store.changed_after(2))[1]


async def test_files_without_an_event_go_when_their_day_is_too_old(shelf: Shelf) -> None:
    await shelf.add(1)
    old = shelf.folder / "media" / "2026-10-01"
    old.mkdir()
    for name in ("a.jpg", "a.mp4"):
        (old / name).write_bytes(b"left by a crash")
    assert await shelf.keep(replace(NONE, max_age_days=10)) == [1]
    assert not old.exists()


async def on_a_small_disk(tmp_path: Path, test: Callable[[Shelf], Awaitable[None]]) -> None:
    with (
        small_disk(tmp_path / "disk", megabytes=4) as disk,
        closing(Database(tmp_path / "agent.db")) as database,
    ):
        await test(Shelf(disk, database))


async def test_the_disk_is_never_filled_to_the_last(tmp_path: Path) -> None:
    async def test(shelf: Shelf) -> None:
        for number in range(100):
            await shelf.add(number)
        (shelf.folder / "other").write_bytes(bytes(free(shelf.folder) - 300_000))
        # A tenth of a small disk is enough, however much is asked for.
        left = await shelf.keep(replace(NONE, min_free_bytes=10**9))
        assert left == list(range(10, 100))
        assert shelf.problems == [None]
        assert 0 <= free(shelf.folder) - 4 * 2**20 // 10 <= SIZE

    await on_a_small_disk(tmp_path, test)


async def test_a_disk_that_others_have_filled_does_not_cost_all_events(tmp_path: Path) -> None:
    async def test(shelf: Shelf) -> None:
        for number in range(20):
            await shelf.add(number)
        (shelf.folder / "other").write_bytes(bytes(free(shelf.folder)))
        left = await shelf.keep(replace(NONE, min_free_bytes=10**9))
        assert left == list(range(10, 20))  # half of what there was is free now

    await on_a_small_disk(tmp_path, test)


async def test_a_disk_that_others_have_filled_is_told(tmp_path: Path) -> None:
    async def test(shelf: Shelf) -> None:
        await shelf.add(1)
        (shelf.folder / "other").write_bytes(bytes(free(shelf.folder) - 100_000))
        assert await shelf.keep(replace(NONE, min_free_bytes=10**9)) == [1]
        assert shelf.problems == ["only 0 MB of the disk are left for events; free some space"]

    await on_a_small_disk(tmp_path, test)


async def test_what_lost_its_rows_goes_before_any_event_when_room_is_needed(tmp_path: Path) -> None:
    async def test(shelf: Shelf) -> None:
        orphan = shelf.folder / "media" / "2026-11-20" / "lost.mp4"
        orphan.parent.mkdir(parents=True)
        orphan.write_bytes(bytes(500_000))
        os.utime(orphan, (START.timestamp(), START.timestamp()))
        shelf.now = START + timedelta(days=1)
        for number in range(5):
            await shelf.add(number)
        (shelf.folder / "other").write_bytes(bytes(free(shelf.folder) - 100_000))
        assert await shelf.keep(replace(NONE, min_free_bytes=10**9)) == [0, 1, 2, 3, 4]
        assert not orphan.exists()

    await on_a_small_disk(tmp_path, test)


async def test_files_that_cannot_be_deleted_keep_their_rows(
    tmp_path: Path, database: Database
) -> None:
    store = EventStore(database, now=lambda: 0.0)
    saved = await store.save(motion_event(1, state=EventState.ENDED))

    def refuse(event: MotionEvent) -> None:
        raise OSError(30, "Read-only file system")

    with pytest.raises(StorageError, match="the disk is read-only"):
        await EventEraser(database, refuse).erase([saved])
    assert await store.find("event-0001") == saved


def free(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
