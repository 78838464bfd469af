"""The archive's files are whole or not there, stay in their folder, and go when they are old."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.pi_motion_camera import archive_files
from custom_components.pi_motion_camera.agent_client import MediaAnswer
from custom_components.pi_motion_camera.agent_client.protocol import (
    EventCause,
    EventState,
    MotionEvent,
)
from custom_components.pi_motion_camera.archive_files import (
    ArchiveFiles,
    WrongContentError,
    async_write,
)


def event(**changes: Any) -> MotionEvent:
    known: dict[str, Any] = {
        "id": "e1",
        "camera": "porch",
        "state": EventState.ENDED,
        "cause": EventCause.MOTION,
        "started_at": datetime(2026, 11, 21, 7, 59, 59, 999000, tzinfo=UTC),
    }
    return MotionEvent(**{**known, **changes})


def answer(*parts: bytes, **headers: str) -> MediaAnswer:
    """What an agent sends, piece by piece."""

    async def _chunks() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return MediaAnswer(status=200, headers=told, chunks=_chunks())


def digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


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
    with pytest.raises(WrongContentError, match=r"6 of 9 bytes of clip\.mp4"):
        await async_write(hass, path, answer(b"abc", b"def", Content_Length="9"))
    assert list(path.parent.iterdir()) == []
    path.with_name("clip.mp4.part").write_bytes(b"left by a power cut")
    await async_write(hass, path, answer(b"abc", b"def", b"ghi", Content_Length="9"))
    assert [file.name for file in path.parent.iterdir()] == ["clip.mp4"]
    assert path.read_bytes() == b"abcdefghi"
    await async_write(hass, path, answer(b"of unknown length"))
    assert path.read_bytes() == b"of unknown length"


async def test_a_file_that_differs_from_what_the_agent_saved_gets_no_name(
    hass: HomeAssistant, tmp_path: Path
) -> None:
    path = tmp_path / "porch" / "picture.jpg"
    headers = {"Content_Length": "9", "Repr_Digest": digest(b"abcdefghi")}
    with pytest.raises(WrongContentError, match=r"picture\.jpg differs"):
        await async_write(hass, path, answer(b"abcdef", b"ghX", **headers))
    assert list(path.parent.iterdir()) == []
    await async_write(hass, path, answer(b"abcdef", b"ghi", **headers))
    assert path.read_bytes() == b"abcdefghi"


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("sha-256=:YWJj:", b"abc"),
        ("sha-512=:eHl6:, sha-256=:YWJj:", b"abc"),
        ("sha-512=:eHl6:", None),
        ("sha-256=:not base64:", None),
        ("sha-256=YWJj", None),
        ("", None),
    ],
)
def test_a_digest_is_read_as_the_standard_has_it(header: str, known: bytes | None) -> None:
    assert answer(Repr_Digest=header).sha256 == known


def test_the_folder_view_of_the_camera_card_can_read_the_names(tmp_path: Path) -> None:
    """What docs/recording.md tells to configure, with Python's names for the same format."""
    page = (Path(__file__).parents[2] / "docs" / "recording.md").read_text()
    pattern = re.search(r"regexp: '(.*)'\n +format: yyyy-MM-dd_HH-mm-ss\n", page)
    assert pattern is not None
    path = ArchiveFiles(tmp_path).path(event(), ".jpg")
    assert path is not None
    found = re.search(pattern[1], path.name)
    assert found is not None
    read = datetime.strptime(found[0], "%Y-%m-%d_%H-%M-%S").replace(
        tzinfo=dt_util.get_default_time_zone()
    )
    assert read == event().started_at.replace(microsecond=0)


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
