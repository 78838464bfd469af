"""Clips made of finished reels: oldest first, one at a time, later rather than never."""

import asyncio
import contextlib
import os
import stat
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pi_agent.clips import clip_maker
from pi_agent.clips.clip_maker import ClipMaker
from pi_agent.clips.reel_folder import ReelFolder
from pi_agent.errors import StorageError
from pi_agent.events import EventFeed, EventJournal
from pi_agent.protocol import EventState, MotionEvent
from pi_agent.runtime.durable_files import FileDigest
from pi_agent.storage import Database, EventStore, MediaLibrary
from tests.agent.storage.test_event_store import motion_event
from tests.clips import decoded_clip
from tests.small_disk import small_disk

from .test_encode import long_reel, reel_of


class Studio:
    """A maker over a real store, folder and library."""

    def __init__(self, data_dir: Path, database: Database) -> None:
        self.data_dir = data_dir
        self.folder = ReelFolder(data_dir / "reels")
        self.folder.recover()
        self.media = MediaLibrary(data_dir / "media")
        self.store = EventStore(database, now=lambda: 0.0)
        self.journal = EventJournal(self.store, EventFeed())
        self.problems: list[str | None] = []
        self.maker = ClipMaker(
            self.folder, self.media, self.journal, on_problem=self.problems.append
        )

    async def event(self, number: int, **changes: object) -> MotionEvent:
        return await self.store.save(motion_event(number, state=EventState.ENDED, **changes))

    def reel(self, event: MotionEvent) -> None:
        reel_of(self.data_dir).rename(self.folder.finished_path(event.id))

    async def now(self, event: MotionEvent) -> MotionEvent:
        found = await self.store.find(event.id)
        assert found is not None
        return found

    async def until_settled(self, *events: MotionEvent) -> None:
        async with asyncio.timeout(20):
            while await self.unsettled(*events):
                await asyncio.sleep(0.02)

    async def unsettled(self, *events: MotionEvent) -> bool:
        found = [await self.now(event) for event in events]
        return any(event.clip is None and event.clip_error is None for event in found)


@pytest.fixture
async def studio(tmp_path: Path, database: Database) -> AsyncIterator[Studio]:
    studio = Studio(tmp_path, database)
    yield studio
    await studio.maker.close()


def leftovers(studio: Studio) -> list[str]:
    return sorted(path.name for path in studio.folder.path.iterdir())


async def until_nothing_is_left(studio: Studio) -> None:
    """An event is told of its clip a moment before its reel goes."""
    async with asyncio.timeout(10):
        while leftovers(studio):
            await asyncio.sleep(0.01)


async def test_a_finished_reel_becomes_a_clip(studio: Studio) -> None:
    event = await studio.event(1)
    studio.reel(event)
    await studio.maker.start()
    await studio.until_settled(event)
    made = await studio.now(event)
    assert made.clip == "/api/v1/events/event-0001/clip.mp4"
    assert made.revision == event.revision + 1
    data = studio.media.clip_path(event).read_bytes()
    assert len(decoded_clip(data).pictures) == 11
    await studio.maker.close()
    await until_nothing_is_left(studio)
    assert studio.maker.made == 1


async def test_reels_that_come_while_it_runs_are_made_oldest_first(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    encode = ClipMaker._encode

    async def noted(maker: ClipMaker, event_id: str) -> object:
        order.append(event_id)
        return await encode(maker, event_id)

    monkeypatch.setattr(ClipMaker, "_encode", noted)
    await studio.maker.start()
    events = [await studio.event(number) for number in (3, 1, 2)]
    for event in events:
        studio.reel(event)
    studio.maker.nudge()
    await studio.until_settled(*events)
    assert order == ["event-0001", "event-0002", "event-0003"]


async def test_what_a_crash_left_is_made_or_marked(studio: Studio) -> None:
    whole, lost, going_on = await studio.event(1), await studio.event(2), motion_event(3)
    await studio.store.save(going_on)
    studio.reel(whole)
    await studio.maker.start()
    await studio.until_settled(whole, lost)
    assert (await studio.now(whole)).clip is not None
    error = (await studio.now(lost)).clip_error
    assert error == "the agent stopped before the pictures reached the disk"
    assert (await studio.now(going_on)).clip_error is None


async def test_a_reel_whose_event_is_gone_or_done_goes(studio: Studio) -> None:
    done = await studio.event(1, clip="/api/v1/events/event-0001/clip.mp4")
    studio.reel(done)
    studio.reel(motion_event(2))
    an_hour_ago = time.time() - 3600
    os.utime(studio.folder.finished_path(motion_event(2).id), (an_hour_ago, an_hour_ago))
    marker = await studio.event(3)
    studio.reel(marker)
    await studio.maker.start()
    await studio.until_settled(marker)
    await until_nothing_is_left(studio)
    await studio.maker.close()
    assert (await studio.now(done)).revision == done.revision


async def test_an_event_that_is_told_late_because_of_what_was_seen_has_its_clip(
    studio: Studio,
) -> None:
    held = motion_event(1)
    studio.reel(held)
    marker = await studio.event(2)
    studio.reel(marker)
    await studio.maker.start()
    await studio.until_settled(marker)
    event = await studio.event(1)
    studio.maker.nudge()
    await studio.until_settled(event)
    assert (await studio.now(event)).clip is not None


@pytest.mark.logs_errors
async def test_an_error_of_any_kind_ends_no_more_than_one_attempt(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(event_id: str) -> MotionEvent | None:
        raise RuntimeError(event_id)

    event = await studio.event(1)
    studio.reel(event)
    with monkeypatch.context() as patch:
        patch.setattr(studio.journal, "find", fail)
        await studio.maker.start()
        await asyncio.sleep(0.1)
    studio.maker.nudge()
    await studio.until_settled(event)


async def test_a_reel_that_cannot_be_read_holds_up_no_other(studio: Studio) -> None:
    unreadable, event = await studio.event(1), await studio.event(2)
    nowhere = studio.folder.finished_path(unreadable.id)
    nowhere.symlink_to(studio.data_dir)  # a folder gives no bytes
    studio.reel(event)
    await studio.maker.start()
    await studio.until_settled(unreadable, event)
    assert "cannot be read from the disk" in ((await studio.now(unreadable)).clip_error or "")
    assert (await studio.now(event)).clip is not None


async def test_an_event_that_goes_on_gets_its_clip_after_its_end(studio: Studio) -> None:
    event = await studio.store.save(motion_event(1))
    studio.reel(event)
    marker = await studio.event(2)
    studio.reel(marker)
    await studio.maker.start()
    await studio.until_settled(marker)
    assert (await studio.now(event)).clip is None
    await studio.store.save(replace(event, state=EventState.ENDED))
    studio.maker.nudge()
    await studio.until_settled(event)
    assert (await studio.now(event)).clip is not None


async def test_an_event_deleted_while_its_clip_is_made_takes_the_clip_along(
    studio: Studio,
) -> None:
    event = await studio.event(1)
    long_reel(studio.data_dir, 40).rename(studio.folder.finished_path(event.id))
    await studio.maker.start()
    part = studio.folder.part_path(event.id)
    async with asyncio.timeout(20):
        while not part.exists():
            await asyncio.sleep(0.01)
        await studio.store.delete(event.id)
    await until_nothing_is_left(studio)
    assert not studio.media.clip_path(event).exists()
    assert studio.maker.waiting == 0


async def test_an_event_deleted_with_its_reel_before_its_clip_is_begun_is_no_trouble(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    event = await studio.event(1)
    studio.reel(event)
    encode = studio.maker._encode

    async def encode_late(event_id: str) -> object:
        studio.folder.remove(event_id)
        await studio.store.delete(event_id)
        return await encode(event_id)

    with monkeypatch.context() as patched:
        patched.setattr(studio.maker, "_encode", encode_late)
        await studio.maker.start()
        await until_nothing_is_left(studio)
        async with asyncio.timeout(10):
            while studio.maker.waiting or None not in studio.problems:
                await asyncio.sleep(0.01)
    next_one = await studio.event(2)
    studio.reel(next_one)
    studio.maker.nudge()
    await studio.until_settled(next_one)
    assert "no clip of event" not in caplog.text
    assert set(studio.problems) == {None}


async def test_a_reel_that_goes_with_its_event_while_it_is_looked_at_is_no_trouble(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the list of the folder and the look at one of it."""
    monkeypatch.setattr(studio.folder, "finished", lambda: ("event-0007",))
    await studio.maker.start()
    async with asyncio.timeout(10):
        while not studio.problems:
            await asyncio.sleep(0.01)
    assert studio.problems == [None]


async def test_files_that_go_before_their_event_does_are_no_warning(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    event = await studio.event(1)
    studio.reel(event)
    encode = studio.maker._encode

    async def encode_late(event_id: str) -> object:
        studio.folder.remove(event_id)
        return await encode(event_id)

    monkeypatch.setattr(studio.maker, "_encode", encode_late)
    await studio.maker.start()
    await studio.until_settled(event)
    assert (await studio.now(event)).clip_error is not None
    assert "no clip of event" not in caplog.text


async def test_a_reel_that_gives_no_clip_says_why(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    event = await studio.event(1)
    studio.folder.finished_path(event.id).write_bytes(b"")
    await studio.maker.start()
    await studio.until_settled(event)
    assert "no picture of it reached the disk" in ((await studio.now(event)).clip_error or "")
    await studio.maker.close()
    await until_nothing_is_left(studio)
    assert "no clip of event event-0001" in caplog.text


async def test_a_reel_that_never_came_to_be_is_marked(studio: Studio) -> None:
    await studio.maker.start()
    event = await studio.event(1)
    studio.maker.lose(event.id, "the camera gave no picture during the event")
    await studio.until_settled(event)
    assert (await studio.now(event)).clip_error == "the camera gave no picture during the event"


@contextlib.contextmanager
def encoder_that(script: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the maker run this shell script instead of the real encoder."""
    path = folder / "encoder"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    with patch.context() as inner:
        inner.setattr(sys, "executable", str(path))
        yield


async def test_an_encoder_that_is_killed_is_tried_again_and_given_up_in_the_end(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_maker, "_RETRY_SECONDS", 0.05)
    event = await studio.event(1)
    studio.reel(event)
    script = f"echo x >> {tmp_path}/attempts; echo half > $5; kill -9 $$"
    with encoder_that(script, tmp_path, monkeypatch):
        await studio.maker.start()
        await studio.until_settled(event)
    assert "killed by signal 9" in ((await studio.now(event)).clip_error or "")
    assert (tmp_path / "attempts").read_text() == "x\n" * 3
    await until_nothing_is_left(studio)


async def test_a_disk_without_room_for_the_clip_is_waited_for(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_maker, "_RETRY_SECONDS", 0.05)
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        studio = Studio(disk, database)
        event = await studio.event(1)
        studio.reel(event)
        free = os.statvfs(disk).f_bavail * 4096
        (disk / "ballast").write_bytes(bytes(free))
        await studio.maker.start()
        async with asyncio.timeout(20):
            while not studio.problems:
                await asyncio.sleep(0.02)
        assert studio.problems[0] == "the disk is full"
        assert (await studio.now(event)).clip_error is None
        (disk / "ballast").unlink()
        await studio.until_settled(event)
        assert (await studio.now(event)).clip is not None
        await asyncio.sleep(0.1)
        assert studio.problems[-1] is None
        await studio.maker.close()


async def test_a_journal_that_cannot_save_is_tried_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_maker, "_RETRY_SECONDS", 0.05)
    attempts = 0
    record = studio.journal.record_clip

    async def sometimes(event_id: str, digest: FileDigest) -> MotionEvent | None:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise StorageError("the disk is full")
        return await record(event_id, digest)

    monkeypatch.setattr(studio.journal, "record_clip", sometimes)
    event = await studio.event(1)
    studio.reel(event)
    await studio.maker.start()
    await studio.until_settled(event)
    assert attempts == 3
    assert (await studio.now(event)).clip is not None


async def test_stopping_in_the_middle_ends_the_process_and_keeps_the_reel(
    studio: Studio,
) -> None:
    event = await studio.event(1)
    long_reel(studio.data_dir).rename(studio.folder.finished_path(event.id))
    await studio.maker.start()
    part = studio.folder.part_path(event.id)
    async with asyncio.timeout(20):
        while not part.exists():
            await asyncio.sleep(0.01)
        await studio.maker.close()
    assert studio.folder.finished() == (event.id,)
    mine = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
    children = Path(mine).read_text().split()
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children]
    assert not [command for command in commands if "pi_agent.clips.encode" in command]
    await studio.maker.close()
