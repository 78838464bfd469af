"""Every event's picture and clip reach the media folder, whatever breaks in between."""

import asyncio
import base64
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera import archive
from custom_components.pi_motion_camera.agent_client import (
    AgentClient,
    AgentConnectionError,
    AgentRequestError,
    MediaAnswer,
    protocol,
)
from custom_components.pi_motion_camera.revision_store import RevisionStore
from pi_agent.protocol import EventCause, EventState, MotionEvent
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp
from .waiting import until, until_async

LOGGER = "custom_components.pi_motion_camera.archive"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(archive, "_LONGEST_PAUSE_SECONDS", 0.1)


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """The camera's folder in the archive."""
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    return tmp_path / "media" / "pi_motion_camera" / "porch"


@pytest.fixture
def archiving(hass: HomeAssistant, entry: MockConfigEntry, folder: Path) -> MockConfigEntry:
    """An entry with the archive switched on, not yet set up."""
    options = {"archive": True, "archive_days": 30}
    hass.config_entries.async_update_entry(entry, options=options)
    return entry


def copies(folder: Path) -> list[str]:
    """The names of all files, in order."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def ids(folder: Path, suffix: str = ".jpg") -> list[str]:
    """The events that have such a file."""
    names = [name for name in copies(folder) if name.endswith(suffix)]
    return sorted(name.removesuffix(suffix).split("_", 2)[2] for name in names)


async def clipped_event(onlooker: AgentClient, source: ScriptedSource) -> str:
    """An event at the agent that has its clip; its id."""
    known = {event.id for event in (await onlooker.events()).events}
    source.still(3)
    source.walk(3)
    source.still(8)

    async def _new() -> list[str]:
        events = (await onlooker.events()).events
        return [event.id for event in events if event.clip and event.id not in known]

    await until_async(_new)
    (event,) = await _new()
    return event


def quiet_event(name: str, **changes: Any) -> MotionEvent:
    """An event that nobody is told of; the agent has no file of it."""
    known: dict[str, Any] = {
        "id": name,
        "camera": "porch",
        "state": EventState.ENDED,
        "cause": EventCause.MOTION,
        "started_at": datetime.now(UTC),
        "snapshot": f"/api/v1/events/{name}/snapshot.jpg",
        "clip_error": "made by hand",
    }
    return MotionEvent(**{**known, **changes})


def make_pictures(entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the agent have a picture of any event."""

    def _picture(event: str) -> AbstractAsyncContextManager[MediaAnswer]:
        return picture(event.encode())

    monkeypatch.setattr(entry.runtime_data.client, "event_picture", _picture)


@asynccontextmanager
async def picture(data: bytes, **headers: str) -> AsyncIterator[MediaAnswer]:
    """What an agent sends that has this picture."""

    async def _chunks() -> AsyncIterator[bytes]:
        yield data

    yield MediaAnswer(status=200, headers=headers, chunks=_chunks())


@pytest.mark.parametrize(
    ("media_dirs", "parent"),
    [
        ({"disk": "/disk", "local": "/media"}, "/media"),
        ({"disk": "/disk", "nas": "/nas"}, "/disk"),
        ({}, "{config}/media"),
    ],
)
async def test_the_archive_is_in_the_media_folder(
    hass: HomeAssistant, media_dirs: dict[str, str], parent: str
) -> None:
    hass.config.media_dirs = media_dirs
    expected = Path(parent.format(config=hass.config.config_dir)) / "pi_motion_camera"
    assert archive.archive_folder(hass) == expected


async def test_picture_and_clip_are_copied_as_they_appear(
    archiving: MockConfigEntry,
    set_up: SetUp,
    source: ScriptedSource,
    onlooker: AgentClient,
    folder: Path,
) -> None:
    await set_up(archiving)
    event = await onlooker.event(await clipped_event(onlooker, source))
    await until(lambda: len(copies(folder)) == 2 and not ids(folder, ".part"))
    began = dt_util.as_local(event.started_at)
    base = folder / f"{began:%Y-%m-%d}" / f"{began:%Y-%m-%d_%H-%M-%S}_{event.id}"
    assert base.with_name(f"{base.name}.jpg").read_bytes() == await onlooker.event_snapshot(
        event.id
    )
    async with onlooker.event_clip(event.id) as clip:
        whole = b"".join([chunk async for chunk in clip.chunks])
    assert base.with_name(f"{base.name}.mp4").read_bytes() == whole


async def test_nothing_is_copied_unless_it_is_wished(
    hass: HomeAssistant, folder: Path, loaded: MockConfigEntry, event_id: str, clip_path: str
) -> None:
    await hass.async_block_till_done()
    assert not folder.exists()


async def test_what_was_missed_is_copied_later_and_once(
    hass: HomeAssistant,
    archiving: MockConfigEntry,
    set_up: SetUp,
    source: ScriptedSource,
    onlooker: AgentClient,
    *,
    folder: Path,
) -> None:
    before = await clipped_event(onlooker, source)
    await set_up(archiving)
    await until(lambda: archiving.runtime_data.archive.files == 2)
    assert ids(folder, ".mp4") == [before]
    await hass.config_entries.async_unload(archiving.entry_id)
    meanwhile = await clipped_event(onlooker, source)
    for path in folder.rglob("*.jpg"):
        path.unlink()
    await set_up(archiving)
    await until(lambda: ids(folder, ".mp4") == sorted([before, meanwhile]))
    assert ids(folder) == [meanwhile]  # what the user deleted does not come back


async def test_an_outage_in_between_loses_nothing_and_is_told_once(
    archiving: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    folder: Path,
    hass: HomeAssistant,
) -> None:
    await set_up(archiving)
    failures: list[Exception] = [
        AgentConnectionError("the network is cut"),
        AgentRequestError(status=503, code="unavailable", message="the disk is busy"),
        OSError("no space left"),
    ]

    def _picture(event: str) -> AbstractAsyncContextManager[MediaAnswer]:
        if failures:
            raise failures.pop()
        return picture(b"picture")

    monkeypatch.setattr(archiving.runtime_data.client, "event_picture", _picture)
    caplog.set_level(logging.DEBUG, LOGGER)
    await agent.save_event(quiet_event("e1"))
    hass.bus.async_fire("pi_motion_camera_event", {"entry_id": archiving.entry_id})
    await until(lambda: ids(folder) == ["e1"])
    await until(lambda: "complete again" in caplog.text)
    told = [(r.levelname, r.getMessage()) for r in caplog.records if r.name == LOGGER]
    assert [level for level, _ in told] == ["WARNING", "DEBUG", "DEBUG", "INFO"]
    assert told[0][1] == "The archive of Porch Pi waits: no space left"


async def test_changes_that_are_not_told_are_found_by_looking_now_and_then(
    hass: HomeAssistant, loaded: MockConfigEntry, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_LOOK_ANEW", timedelta(seconds=0.02))
    asleep = archive.EventArchive(hass, loaded, RevisionStore(hass, "test"))
    stop = asleep.async_start()
    await until(asleep._woken.is_set)
    stop()


async def test_only_events_count_among_what_an_agent_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def _event(revision: int) -> protocol.EventMessage:
        return protocol.EventMessage(
            protocol.MotionEvent(
                id=f"e{revision}",
                camera="porch",
                state=protocol.EventState.ENDED,
                cause=protocol.EventCause.MOTION,
                started_at=datetime.now(UTC),
                revision=revision,
            )
        )

    async def _stream() -> AsyncIterator[protocol.ServerMessage]:
        yield protocol.MotionMessage(camera="porch", active=True)
        yield _event(3)
        yield protocol.MotionMessage(camera="porch", active=False)
        yield _event(4)
        yield _event(6)

    events = await archive._replayed(_stream(), newest=4)
    assert [event.id for event in events] == ["e3", "e4"]


async def test_half_a_clip_is_fetched_again(
    archiving: MockConfigEntry,
    set_up: SetUp,
    source: ScriptedSource,
    onlooker: AgentClient,
    monkeypatch: pytest.MonkeyPatch,
    *,
    folder: Path,
) -> None:
    await set_up(archiving)
    fetch = archiving.runtime_data.client.event_clip
    attempts: list[str] = []

    async def _half(answer: MediaAnswer) -> AsyncIterator[bytes]:
        yield (await anext(answer.chunks))[:100]

    @asynccontextmanager
    async def _broken_once(event: str) -> AsyncIterator[MediaAnswer]:
        attempts.append(event)
        async with fetch(event) as answer:
            yield replace(answer, chunks=_half(answer)) if len(attempts) == 1 else answer

    monkeypatch.setattr(archiving.runtime_data.client, "event_clip", _broken_once)
    event = await clipped_event(onlooker, source)
    await until(lambda: ids(folder, ".mp4") == [event])
    assert attempts == [event, event]
    (clip,) = folder.rglob("*.mp4")
    assert clip.stat().st_size > 1000


async def test_a_picture_that_differs_from_what_was_saved_is_left_out_and_holds_up_nothing(
    archiving: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    folder: Path,
    hass: HomeAssistant,
) -> None:
    """A card that is worn out gives back something else than it was given."""
    await set_up(archiving)
    attempts: list[str] = []

    def _picture(event: str) -> AbstractAsyncContextManager[MediaAnswer]:
        attempts.append(event)
        whole = base64.b64encode(hashlib.sha256(b"e2").digest()).decode()
        return picture(event.encode(), **{"Repr-Digest": f"sha-256=:{whole}:"})

    monkeypatch.setattr(archiving.runtime_data.client, "event_picture", _picture)
    for name in ("e1", "e2"):
        await agent.save_event(quiet_event(name))
    hass.bus.async_fire("pi_motion_camera_event", {"entry_id": archiving.entry_id})
    await until(lambda: ids(folder) == ["e2"])
    assert attempts == ["e1", "e1", "e1", "e2"]
    assert "e1.jpg differs from what the agent saved" in caplog.text
    status = archiving.runtime_data.archive
    await until(lambda: status.files == 1)  # counted a moment after the file has its name
    assert (status.left_out, status.problem) == (1, None)


async def test_a_media_folder_that_takes_nothing_is_told_and_the_message_goes_by_itself(
    archiving: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    monkeypatch: pytest.MonkeyPatch,
    *,
    folder: Path,
    hass: HomeAssistant,
) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    await set_up(archiving)
    make_pictures(archiving, monkeypatch)
    issues = ir.async_get(hass)
    issue_id = f"archive_{archiving.entry_id}"
    await agent.save_event(quiet_event("e1"))
    hass.bus.async_fire("pi_motion_camera_event", {"entry_id": archiving.entry_id})
    await until(lambda: issues.async_get_issue("pi_motion_camera", issue_id))
    issue = issues.async_get_issue("pi_motion_camera", issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "Porch Pi",
        "folder": str(folder.parent),
        "error": "Not a directory",
    }
    assert archiving.runtime_data.archive.problem == "Not a directory"
    folder.unlink()
    await until(lambda: ids(folder) == ["e1"])
    await until(lambda: not issues.async_get_issue("pi_motion_camera", issue_id))
    assert archiving.runtime_data.archive.problem is None


async def test_the_message_about_the_folder_goes_with_the_entry(
    hass: HomeAssistant,
    archiving: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    monkeypatch: pytest.MonkeyPatch,
    *,
    folder: Path,
) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    await set_up(archiving)
    make_pictures(archiving, monkeypatch)
    await agent.save_event(quiet_event("e1"))
    hass.bus.async_fire("pi_motion_camera_event", {"entry_id": archiving.entry_id})
    issues = ir.async_get(hass)
    issue_id = f"archive_{archiving.entry_id}"
    await until(lambda: issues.async_get_issue("pi_motion_camera", issue_id))
    await hass.config_entries.async_unload(archiving.entry_id)
    assert not issues.async_get_issue("pi_motion_camera", issue_id)


async def test_what_the_agent_no_longer_has_stops_nothing(
    archiving: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    source: ScriptedSource,
    onlooker: AgentClient,
    *,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "_REPLAY_SECONDS", 0.1)
    await agent.save_event(quiet_event("without-file"))
    await agent.save_event(quiet_event("deleted"))
    await agent.delete_event("deleted")  # its revision was the newest
    await set_up(archiving)
    event = await clipped_event(onlooker, source)
    await until(lambda: ids(folder, ".mp4") == [event])
    assert ids(folder) == [event]


async def test_a_long_outage_is_made_up_for_in_bounded_steps(
    hass: HomeAssistant,
    archiving: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    monkeypatch: pytest.MonkeyPatch,
    *,
    folder: Path,
) -> None:
    monkeypatch.setattr(archive, "_MOST_AT_ONCE", 2)
    await set_up(archiving)
    make_pictures(archiving, monkeypatch)
    old = datetime.now(UTC) - timedelta(days=32)
    await agent.save_event(quiet_event("too-old", started_at=old))
    await agent.save_event(quiet_event("UNSAFE.NAME"))
    for number in range(5):
        await agent.save_event(quiet_event(f"e{number}"))
    hass.bus.async_fire("pi_motion_camera_event", {"entry_id": archiving.entry_id})
    await until(lambda: ids(folder) == ["e0", "e1", "e2", "e3", "e4"])


async def test_only_what_its_own_agent_tells_wakes_the_archive_and_only_while_it_is_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry, folder: Path
) -> None:
    asleep = archive.EventArchive(hass, loaded, RevisionStore(hass, "test"))
    stop = asleep.async_start()

    async def _wakes(entry_id: str) -> bool:
        asleep._woken.clear()
        hass.bus.async_fire("pi_motion_camera_event", {"entry_id": entry_id})
        await hass.async_block_till_done()
        return asleep._woken.is_set()

    assert not await _wakes("of another agent")
    assert await _wakes(loaded.entry_id)
    stop()
    assert not await _wakes(loaded.entry_id)


async def test_an_agent_that_has_begun_anew_is_archived_from_its_beginning(
    archiving: MockConfigEntry,
    set_up: SetUp,
    source: ScriptedSource,
    onlooker: AgentClient,
    hass_storage: dict[str, Any],
    *,
    folder: Path,
) -> None:
    key = f"pi_motion_camera.{archiving.entry_id}.archive"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {"revision": 999}}
    event = await clipped_event(onlooker, source)
    await set_up(archiving)
    await until(lambda: ids(folder, ".mp4") == [event])


@pytest.mark.parametrize(("other_days", "left"), [(None, []), (10, []), (400, ["e1"])])
async def test_copies_go_after_their_days_unless_another_agent_keeps_them_longer(
    hass: HomeAssistant,
    archiving: MockConfigEntry,
    set_up: SetUp,
    folder: Path,
    other_days: int | None,
    *,
    left: list[str],
) -> None:
    options = {"archive": other_days is not None, "archive_days": other_days or 400}
    MockConfigEntry(domain="pi_motion_camera", options=options).add_to_hass(hass)
    days = {days: dt_util.now() - timedelta(days=days) for days in (31, 30)}
    for number, day in days.items():
        path = folder / f"{day:%Y-%m-%d}" / f"{day:%Y-%m-%d}_12-00-00_e{number - 30}.jpg"
        path.parent.mkdir(parents=True)
        path.touch()
    await set_up(archiving)
    await until(lambda: ids(folder) == sorted(["e0", *left]))


async def test_a_revoked_token_ends_the_copying(
    hass: HomeAssistant, archiving: MockConfigEntry, set_up: SetUp, agent: AgentThread
) -> None:
    await set_up(archiving)
    (copying,) = [t for t in asyncio.all_tasks() if t.get_name() == "archive of Porch Pi"]
    await agent.revoke()
    hass.bus.async_fire("pi_motion_camera_event", {"entry_id": archiving.entry_id})
    await until(copying.done)
    assert copying.exception() is None


async def test_deleting_the_entry_forgets_the_revision_and_leaves_the_copies(
    hass: HomeAssistant,
    archiving: MockConfigEntry,
    set_up: SetUp,
    source: ScriptedSource,
    onlooker: AgentClient,
    *,
    folder: Path,
    hass_storage: dict[str, Any],
) -> None:
    await set_up(archiving)
    await clipped_event(onlooker, source)
    await until(lambda: ids(folder, ".mp4"))
    await hass.config_entries.async_unload(archiving.entry_id)
    assert f"pi_motion_camera.{archiving.entry_id}.archive" in hass_storage
    await hass.config_entries.async_remove(archiving.entry_id)
    assert not any(key.startswith("pi_motion_camera") for key in hass_storage)
    assert len(copies(folder)) == 2
