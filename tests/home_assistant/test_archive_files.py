"""The archive's files are whole or not there, stay in their folder, and go when they are old."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.pi_motion_camera import archive_files
from custom_components.pi_motion_camera.agent_client.protocol import (
    EventCause,
    EventState,
    MotionEvent,
)
from custom_components.pi_motion_camera.archive_files import ArchiveFiles, async_write


def event(**changes: Any) -> MotionEvent:
    known: dict[str, Any] = {
        "id": "e1",
        "camera": "porch",
        "state": EventState.ENDED,
        "cause": EventCause.MOTION,
        "started_at": datetime(2026, 11, 21, 7, 59, 59, 999000, tzinfo=UTC),
    }
    return MotionEvent(**{**known, **changes})


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_name_tells_when_the_event_began_by_the_clock_on_the_wall(
    hass: HomeAssistant, tmp_path: Path
) -> None:
    path = ArchiveFiles(tmp_path).path(event(), ".jpg")
    assert path == tmp_path / "porch" / "2026-11-20" / "2026-11-20_23-59-59_e1.jpg"


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "/etc", "", ".hidden", "x\n", "a\0b"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    files = ArchiveFiles(tmp_path)
    assert files.path(event(camera=name), ".jpg") is None
    assert files.path(event(id=name), ".jpg") is None
    assert files.prune(name, date(2026, 11, 21)) == 0


async def test_a_file_has_its_name_only_once_it_is_whole(
    hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_files, "_WRITE_BYTES", 4)
    path = tmp_path / "porch" / "clip.mp4"
    with pytest.raises(OSError, match=r"6 of 9 bytes of clip\.mp4"):
        await async_write(hass, path, chunks(b"abc", b"def"), 9)
    assert list(path.parent.iterdir()) == []
    path.with_name("clip.mp4.part").write_bytes(b"left by a power cut")
    await async_write(hass, path, chunks(b"abc", b"def", b"ghi"), 9)
    assert [file.name for file in path.parent.iterdir()] == ["clip.mp4"]
    assert path.read_bytes() == b"abcdefghi"
    await async_write(hass, path, chunks(b"of unknown length"), None)
    assert path.read_bytes() == b"of unknown length"


def test_what_is_old_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    files = ArchiveFiles(tmp_path)
    names = ["2026-11-19", "2026-11-20", "2026-11-21", "holidays"]
    for name in names:
        (tmp_path / "porch" / name).mkdir(parents=True)
        for ending in ("jpg", "mp4", "mp4.part"):
            (tmp_path / "porch" / name / f"2026-11-19_12-00-00_e1.{ending}").touch()
    mine = tmp_path / "porch" / "2026-11-20" / "mine.jpg"
    mine.touch()
    assert files.prune("porch", date(2026, 11, 21)) == 6
    assert sorted(folder.name for folder in (tmp_path / "porch").iterdir()) == names[1:]
    assert list(mine.parent.iterdir()) == [mine]
    assert len(list((tmp_path / "porch" / "2026-11-21").iterdir())) == 3
    assert files.prune("attic", date(2026, 11, 21)) == 0
