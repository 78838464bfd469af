"""Snapshots on their way from the database to files."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from pi_agent.events import SnapshotFiler, snapshot_filer
from pi_agent.protocol import MotionEvent
from pi_agent.storage import Database, EventStore, MediaLibrary
from tests.agent.storage.test_event_store import motion_event

from .test_journal import until


class Desk:
    """A filer over a real store and folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.store = EventStore(database, now=lambda: 0.0)
        self.media = MediaLibrary(folder)
        self.problems: list[str | None] = []
        self.filer = SnapshotFiler(self.store, self.media, on_problem=self.problems.append)

    def files(self) -> dict[str, bytes]:
        paths = self.media.snapshot_path(motion_event(0)).parent.glob("*")
        return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(database, tmp_path / "media")
    yield desk
    await desk.filer.close()


async def test_what_an_earlier_run_left_becomes_a_file(desk: Desk) -> None:
    await desk.store.record(motion_event(1), b"one")
    await desk.store.record(motion_event(2), b"two")
    desk.filer.start()
    await desk.filer.close()
    assert desk.files() == {"event-0001.jpg": b"one", "event-0002.jpg": b"two"}
    assert await desk.store.events_with_pictures() == ()


async def test_what_comes_later_becomes_a_file_too(desk: Desk) -> None:
    desk.filer.start()
    await desk.store.record(motion_event(1), b"one")
    desk.filer.nudge()
    await until(desk.files)
    await desk.filer.close()
    assert desk.files() == {"event-0001.jpg": b"one"}


async def test_a_folder_that_takes_no_file_is_tried_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_filer, "_RETRY_SECONDS", 0.01)
    (tmp_path / "media").write_text("a file where the folder should be")
    await desk.store.record(motion_event(1), b"one")
    desk.filer.start()
    await until(lambda: desk.problems)
    assert desk.problems[0] == "the disk does not take files: Not a directory"
    assert await desk.store.picture("event-0001") == b"one"
    (tmp_path / "media").unlink()
    await until(lambda: desk.problems[-1] is None)
    assert desk.files() == {"event-0001.jpg": b"one"}


async def test_an_event_deleted_meanwhile_leaves_no_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    write: Callable[[MotionEvent, bytes], None] = desk.media.write_snapshot

    def write_while_somebody_deletes(event: MotionEvent, jpeg: bytes) -> None:
        write(event, jpeg)
        database.call(lambda c: c.execute("DELETE FROM pictures"))

    monkeypatch.setattr(desk.media, "write_snapshot", write_while_somebody_deletes)
    await desk.store.record(motion_event(1), b"one")
    desk.filer.start()
    await desk.filer.close()
    assert desk.files() == {}
