"""Files of events: whole or not there, and only where they belong."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pi_agent.runtime.durable_files import FileDigest
from pi_agent.storage import MediaLibrary

from .test_event_store import motion_event


def files_of(folder: Path) -> list[Path]:
    return sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())


def test_a_snapshot_is_filed_by_its_day_and_nothing_else_is_left(tmp_path: Path) -> None:
    library = MediaLibrary(tmp_path)
    library.write_snapshot(motion_event(1), b"picture")
    assert files_of(tmp_path) == [Path("2026-11-21/event-0001.jpg")]
    assert library.snapshot_path(motion_event(1)).read_bytes() == b"picture"


def test_a_clip_takes_its_place_beside_the_snapshot(tmp_path: Path) -> None:
    library = MediaLibrary(tmp_path / "media")
    made = tmp_path / "made"
    made.write_bytes(b"movie")
    digest = library.place_clip(motion_event(1), made)
    assert digest == FileDigest(size=5, sha256=hashlib.sha256(b"movie").hexdigest())
    assert files_of(tmp_path) == [Path("media/2026-11-21/event-0001.mp4")]


def test_a_snapshot_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut leaves depends on the order of these calls, and on nothing else."""
    calls: list[tuple[str, str]] = []
    fsync, replace_file = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        calls.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    def note_replace(source: Path, target: Path) -> None:
        calls.append(("replace", target.name))
        replace_file(source, target)

    library = MediaLibrary(tmp_path / "media")
    library.write_snapshot(motion_event(1), b"first")  # the folders are there from now on
    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    library.write_snapshot(motion_event(2), b"second")
    name = "event-0002.jpg"
    assert calls == [("fsync", name), ("replace", name), ("fsync", "2026-11-21")]


def test_what_an_earlier_run_left_half_written_goes(tmp_path: Path) -> None:
    library = MediaLibrary(tmp_path)
    library.write_snapshot(motion_event(1), b"picture")
    (tmp_path / "incoming" / "event-0002.jpg").write_bytes(b"pic")
    library.recover()
    assert files_of(tmp_path) == [Path("2026-11-21/event-0001.jpg")]


def test_removing_twice_is_harmless(tmp_path: Path) -> None:
    library = MediaLibrary(tmp_path)
    library.write_snapshot(motion_event(1), b"picture")
    library.clip_path(motion_event(1)).write_bytes(b"movie")
    library.remove(motion_event(1))
    library.remove(motion_event(1))
    assert files_of(tmp_path) == []


@pytest.mark.parametrize("event_id", ["../secret", "a/b", "", "A", "x\n", "." * 3])
def test_an_id_that_could_leave_the_folder_is_refused(tmp_path: Path, event_id: str) -> None:
    event = replace(motion_event(1), id=event_id)
    for path in (MediaLibrary(tmp_path).snapshot_path, MediaLibrary(tmp_path).clip_path):
        with pytest.raises(ValueError, match="not an event id"):
            path(event)
