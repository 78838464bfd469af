"""Reels on the disk: in order, safe when written, patient with a disk that is full."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pi_agent.clips import reel_writer_worker
from pi_agent.clips.reel import ReelPicture, read_reel
from pi_agent.clips.reel_folder import ReelFolder
from pi_agent.clips.reel_writer_worker import ReelWriterWorker
from tests.small_disk import small_disk

NOISE = random.Random(2)


def pictures(first: int, count: int, size: int = 1000) -> tuple[ReelPicture, ...]:
    return tuple(
        ReelPicture(monotonic_at=float(n), captured_at=0, jpeg=NOISE.randbytes(size))
        for n in range(first, first + count)
    )


class Heard:
    """What the writer told."""

    def __init__(self) -> None:
        self.finished: list[str] = []
        self.problems: list[str | None] = []
        self.portions = 0
        self.changed = threading.Condition()

    def on_reel_finished(self, event_id: str) -> None:
        with self.changed:
            self.finished.append(event_id)
            self.changed.notify_all()

    def on_pictures_written(self) -> None:
        self.portions += 1

    def on_disk_problem(self, problem: str | None) -> None:
        with self.changed:
            self.problems.append(problem)
            self.changed.notify_all()

    def wait_for(self, count: int, *, problems: bool = False) -> None:
        with self.changed:
            wanted = self.problems if problems else self.finished
            assert self.changed.wait_for(lambda: len(wanted) >= count, timeout=10), wanted


@contextmanager
def running(folder: ReelFolder, **options: int) -> Iterator[tuple[ReelWriterWorker, Heard]]:
    folder.recover()
    heard = Heard()
    deaths: list[object] = []
    writer = ReelWriterWorker(
        folder, heard, on_death=lambda name, error: deaths.append((name, error)), **options
    )
    writer.start()
    with closing(writer):
        yield writer, heard
    assert not deaths


def test_portions_become_one_reel(tmp_path: Path) -> None:
    folder = ReelFolder(tmp_path / "reels")
    parts = [pictures(0, 30), pictures(30, 5), pictures(35, 40)]
    with running(folder) as (writer, heard):
        writer.write("a", parts[0])
        writer.write("b", parts[1])
        writer.write("a", parts[1])
        writer.write("a", parts[2], until=60.0)
        heard.wait_for(1)
    assert folder.finished() == ("a",)
    whole = [p for part in parts for p in part if p.monotonic_at <= 60]
    assert list(read_reel(folder.finished_path("a"))) == whole
    assert list(read_reel(folder.open_path("b"))) == list(parts[1])
    assert heard.portions == 4


def test_closing_writes_what_is_queued(tmp_path: Path) -> None:
    folder = ReelFolder(tmp_path)
    with running(folder) as (writer, _):
        for number in range(20):
            writer.write(f"event-{number:02}", pictures(0, 3), until=9.0)
    assert len(folder.finished()) == 20


def test_what_an_earlier_run_left_open_waits_for_its_clip(tmp_path: Path) -> None:
    folder = ReelFolder(tmp_path)
    taken = pictures(0, 3)
    with running(folder) as (writer, _):
        writer.write("b", taken)
        writer.write("a", taken, until=9.0)
    folder.part_path("a").write_bytes(b"half a clip")
    ReelFolder(tmp_path).recover()
    assert folder.finished() == ("a", "b")
    assert list(read_reel(folder.finished_path("b"))) == list(taken)
    assert not folder.part_path("a").exists()


def test_the_reel_of_an_event_that_was_deleted_is_forgotten(tmp_path: Path) -> None:
    folder = ReelFolder(tmp_path)
    with running(folder) as (writer, heard):
        writer.write("a", pictures(0, 3))
        writer.write("b", pictures(0, 3), until=9.0)
        heard.wait_for(1)
        folder.open_path("a").unlink()
        writer.write("a", pictures(3, 3), until=9.0)
        writer.write("c", pictures(0, 3), until=9.0)
        heard.wait_for(2)
    assert folder.finished() == ("b", "c")
    assert heard.problems == []


def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reel_writer_worker, "_RETRY_SECONDS", 0.01)
    with small_disk(tmp_path / "disk", megabytes=4) as disk:
        folder = ReelFolder(disk / "reels")
        first, second = pictures(0, 10, 50_000), pictures(10, 10, 50_000)
        with running(folder) as (writer, heard):
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(4 * 2**20 - 1_000_000))
            writer.write("a", first)
            writer.write("a", second, until=99.0)
            heard.wait_for(1, problems=True)
            assert heard.problems == ["the disk is full"]
            # Room is left for what is smaller and matters more: rows and snapshots.
            (disk / "snapshot").write_bytes(bytes(200_000))
            time.sleep(0.05)
            assert heard.finished == []
            ballast.unlink()
            heard.wait_for(1)
        assert heard.problems == ["the disk is full", None]
        assert list(read_reel(folder.finished_path("a"))) == [*first, *second]


def test_a_write_that_stops_in_the_middle_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reel_writer_worker, "_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(reel_writer_worker, "_RESERVE_SHARE", 0.0)
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        folder = ReelFolder(disk / "reels")
        taken = pictures(0, 20, 50_000)
        with running(folder) as (writer, heard):
            monkeypatch.setattr(writer, "_check_reserve", lambda _size: None)
            (disk / "ballast").write_bytes(bytes(2**20 + 400_000))
            writer.write("a", taken[:10])
            writer.write("a", taken[10:], until=99.0)
            heard.wait_for(1, problems=True)
            assert folder.open_path("a").stat().st_size > 100_000  # it got somewhere
            (disk / "ballast").unlink()
            heard.wait_for(1)
        assert list(read_reel(folder.finished_path("a"))) == list(taken)


def test_a_disk_that_never_recovers_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        (disk / "ballast").write_bytes(bytes(2**20 - 50_000))
        begun = time.monotonic()
        with running(ReelFolder(disk / "reels")) as (writer, heard):
            writer.write("a", pictures(0, 3, 20_000), until=9.0)
            heard.wait_for(1, problems=True)
        assert time.monotonic() - begun < 5


def test_the_queue_is_bounded(tmp_path: Path) -> None:
    folder = ReelFolder(tmp_path)
    folder.recover()
    writer = ReelWriterWorker(
        folder, Heard(), on_death=lambda *_: None, most_queued_bytes=10_000
    )  # not started: nothing is taken out of the queue
    assert writer.write("a", pictures(0, 1, 50_000))  # what is larger than the queue may pass alone
    assert not writer.write("a", pictures(1, 1, 1000))
    writer = ReelWriterWorker(folder, Heard(), on_death=lambda *_: None, most_queued_bytes=10_000)
    taken = [writer.write("a", pictures(n, 1, 3000)) for n in range(5)]
    assert taken == [True, True, True, False, False]


@pytest.mark.parametrize("event_id", ["../a", "a/b", "", "A", "a.reel"])
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, event_id: str) -> None:
    with pytest.raises(ValueError, match="not an event id"):
        ReelFolder(tmp_path).open_path(event_id)
