"""Files for those who take files: few, short-lived, and never half."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera import media_files
from custom_components.pi_motion_camera.agent_client import (
    AgentConnectionError,
    AgentRequestError,
    MediaAnswer,
)
from custom_components.pi_motion_camera.agent_client.protocol import MotionEvent
from custom_components.pi_motion_camera.archive_files import WrongContentError
from custom_components.pi_motion_camera.media_files import MediaFiles

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    hass.config.media_dirs = {"local": str(folder)}
    return folder


@pytest.fixture
async def files(
    hass: HomeAssistant, media: Path, loaded: MockConfigEntry, event_id: str
) -> MediaFiles:
    """The files of an agent that has an event with a picture."""
    files: MediaFiles = loaded.runtime_data.media_files
    return files


@pytest.fixture
async def pictured(loaded: MockConfigEntry, files: MediaFiles, event_id: str) -> MotionEvent:
    event: MotionEvent = await loaded.runtime_data.client.event(event_id)
    return event


def written(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


async def test_a_file_is_where_the_media_source_finds_it(
    files: MediaFiles, media: Path, pictured: MotionEvent
) -> None:
    file = await files.async_write(pictured, "snapshot", AN_HOUR)
    assert written(media) == [file.path]
    assert file.size == file.path.stat().st_size
    inside = file.path.relative_to(media)
    assert file.media_content_id == f"media-source://media_source/local/{inside}"


async def test_the_oldest_goes_before_there_are_too_many(
    files: MediaFiles, media: Path, pictured: MotionEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_files, "_MOST", 2)
    told = [await files.async_write(pictured, "snapshot", AN_HOUR) for _ in range(3)]
    assert set(written(media)) == {file.path for file in told[1:]}


async def test_nothing_is_left_of_what_could_not_be_had(
    files: MediaFiles, media: Path, pictured: MotionEvent
) -> None:
    with pytest.raises(AgentRequestError):
        await files.async_write(replace(pictured, id="unknown"), "snapshot", AN_HOUR)
    with pytest.raises(WrongContentError, match="bytes, too many to send"):
        await files.async_write(pictured, "snapshot", AN_HOUR, most_bytes=10)
    with pytest.raises(FileNotFoundError, match="No file can be called as the event"):
        await files.async_write(replace(pictured, id="../../up"), "snapshot", AN_HOUR)
    assert list(media.rglob("tmp*")) == []


async def test_a_media_folder_that_has_moved_is_told(
    hass: HomeAssistant, files: MediaFiles, media: Path, pictured: MotionEvent
) -> None:
    hass.config.media_dirs = {"local": "/elsewhere"}
    with pytest.raises(FileNotFoundError, match="is in no media folder"):
        await files.async_write(pictured, "snapshot", AN_HOUR)
    assert written(media) == []


async def test_what_a_crash_has_left_goes_at_the_next_start(
    hass: HomeAssistant,
    files: MediaFiles,
    media: Path,
    *,
    loaded: MockConfigEntry,
    pictured: MotionEvent,
) -> None:
    file = await files.async_write(pictured, "snapshot", AN_HOUR)
    await hass.config_entries.async_unload(loaded.entry_id)
    assert written(media) == []
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(b"left over")
    await hass.config_entries.async_setup(loaded.entry_id)
    assert written(media) == []


async def test_what_cannot_be_deleted_is_told_and_stops_nothing(
    files: MediaFiles,
    media: Path,
    pictured: MotionEvent,
    *,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await files.async_write(pictured, "snapshot", AN_HOUR)

    def _refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    with monkeypatch.context() as patch:
        patch.setattr("os.unlink", _refuse)
        await files.async_clear()
    assert "cannot be deleted: read-only" in caplog.text
    await files.async_clear()
    assert written(media) == []


async def test_an_entry_that_is_unloaded_meanwhile_leaves_nothing(
    files: MediaFiles, media: Path, pictured: MotionEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def _unloaded_meanwhile(_: str) -> AsyncIterator[MediaAnswer]:
        await files.async_clear()
        raise AgentConnectionError("closed")
        yield  # type: ignore[unreachable]

    monkeypatch.setitem(files._fetch, "snapshot", _unloaded_meanwhile)
    with pytest.raises(AgentConnectionError):
        await files.async_write(pictured, "snapshot", AN_HOUR)
    assert not media.exists() or list(media.iterdir()) == []
