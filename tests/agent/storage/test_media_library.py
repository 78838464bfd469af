"""Files of events: whole or not there, and only where they belong."""

from dataclasses import replace
from pathlib import Path

import pytest

from pi_agent.storage import MediaLibrary

from .test_event_store import motion_event


def test_a_snapshot_is_filed_by_its_day_and_nothing_else_is_left(tmp_path: Path) -> None:
    library = MediaLibrary(tmp_path)
    library.write_snapshot(motion_event(1), b"picture")
    assert [p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()] == [
        Path("2026-11-21/event-0001.jpg")
    ]
    assert library.snapshot_path(motion_event(1)).read_bytes() == b"picture"


def test_removing_twice_is_harmless(tmp_path: Path) -> None:
    library = MediaLibrary(tmp_path)
    library.write_snapshot(motion_event(1), b"picture")
    library.remove(motion_event(1))
    library.remove(motion_event(1))
    assert not library.snapshot_path(motion_event(1)).exists()


@pytest.mark.parametrize("event_id", ["../secret", "a/b", "", "A", "x\n", "." * 3])
def test_an_id_that_could_leave_the_folder_is_refused(tmp_path: Path, event_id: str) -> None:
    with pytest.raises(ValueError, match="not an event id"):
        MediaLibrary(tmp_path).snapshot_path(replace(motion_event(1), id=event_id))
