"""A disk that takes nothing more: told at once, nothing else suffers, and it heals by itself."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pi_agent.clips import reel_writer_worker
from pi_agent.protocol import EventState, MotionMessage, ServerMessage, SystemMessage
from tests.agent_fixture import running_agent
from tests.scripted_source import ScriptedSource
from tests.small_disk import small_disk

from .conftest import Api, paired
from .test_websocket import a_clip, an_event


def free(disk: Path) -> int:
    figures = os.statvfs(disk)
    return figures.f_bavail * figures.f_frsize


@pytest.fixture
async def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    monkeypatch.setattr(reel_writer_worker, "_RETRY_SECONDS", 0.05)
    with small_disk(tmp_path / "disk", megabytes=16) as disk:
        yield disk


@pytest.fixture
async def small_api(disk: Path, source: ScriptedSource) -> AsyncIterator[Api]:
    async with running_agent(disk, sources={"scripted": source}) as agent, paired(agent) as api:
        yield api


def problem_of(message: ServerMessage) -> str | None:
    return message.recording_problem if isinstance(message, SystemMessage) else None


def is_well(message: ServerMessage) -> bool:
    return isinstance(message, SystemMessage) and message.recording_problem is None


async def metric(api: Api, name: str) -> float:
    async with api.request("GET", "/metrics") as answer:
        lines = (await answer.text()).splitlines()
    (value,) = [line.split()[-1] for line in lines if line.startswith(f"{name} ")]
    return float(value)


async def test_a_full_disk_stops_recording_and_nothing_else(
    small_api: Api, source: ScriptedSource, disk: Path
) -> None:
    api = small_api
    async with api.events() as listener:
        hello = await listener.hello()
        assert await metric(api, "pi_agent_recording_ok") == 1
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(free(disk)))
        source.still(4)
        source.walk(3)
        # Retention may be the first to see it, with words of its own.
        await listener.until(lambda m: "the disk is full" in (problem_of(m) or ""))
        assert await metric(api, "pi_agent_recording_ok") == 0
        # Live view and detection go on; settings that cannot be kept are refused, not forgotten.
        source.still(3)
        source.walk(3)
        source.still(1)
        await listener.until(lambda m: isinstance(m, MotionMessage) and m.active)
        async with api.request("GET", "/api/v1/cameras/porch/snapshot.jpg") as answer:
            assert answer.status == 200
        ballast.unlink()
        source.still(20)
        await listener.until(is_well)
    # Whatever was told and not told meanwhile, all of it is there now.
    async with api.events(since=hello.revision) as listener:
        assert not (await listener.hello()).events_lost
        ended = await an_event(listener, EventState.ENDED)
        assert ended.snapshot is not None
    assert await metric(api, "pi_agent_recording_ok") == 1
    assert await metric(api, "pi_agent_lost_events_total") == 0


async def test_an_event_on_a_full_disk_gets_its_clip_when_there_is_room(
    small_api: Api, source: ScriptedSource, disk: Path
) -> None:
    api = small_api
    async with api.events() as listener:
        await listener.hello()
        source.still(6)
        source.walk(3)
        started = await an_event(listener, EventState.STARTED)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(free(disk)))
        source.still(30)
        await listener.until(lambda m: problem_of(m) is not None)
        await asyncio.sleep(0.3)
        ballast.unlink()
        clipped = await a_clip(listener)
    assert clipped.id == started.id
    async with api.request("GET", clipped.clip or "") as answer:
        assert answer.status == 200


async def test_settings_that_cannot_be_kept_are_refused(
    small_api: Api, source: ScriptedSource, disk: Path
) -> None:
    (disk / "ballast").write_bytes(bytes(free(disk)))
    path = "/api/v1/cameras/porch/settings"
    kept = 50
    for sensitivity in range(1, 100):  # some room is left in the database's own log
        async with small_api.request("PATCH", path, json={"sensitivity": sensitivity}) as answer:
            if answer.status == 503:
                assert "the disk is full" in (await answer.json())["error"]["message"]
                break
            kept = sensitivity
    else:
        pytest.fail("the disk was never full")
    _, settings = await small_api.json("GET", path)
    assert settings["sensitivity"] == kept


async def test_the_lens_is_shut_although_that_cannot_be_kept(small_api: Api, disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(free(disk)))
    path = "/api/v1/cameras/porch/settings"
    for sensitivity in range(1, 100):  # some room is left in the database's own log
        async with small_api.request("PATCH", path, json={"sensitivity": sensitivity}) as answer:
            if answer.status == 503:
                break
    _, error = await small_api.error("PATCH", path, json={"privacy": True})
    assert "the lens is shut, but until a restart only: the disk is full" in error["message"]
    status, _ = await small_api.error("PATCH", path, json={"privacy": True})
    assert status == 503  # asked for again, it is not taken for kept
    _, settings = await small_api.json("GET", path)
    assert settings["privacy"]
    _, error = await small_api.error("GET", "/api/v1/cameras/porch/snapshot.jpg")
    assert "privacy mode" in error["message"]
    ballast.unlink()
    status, settings = await small_api.json("PATCH", path, json={"privacy": True})
    assert (status, settings["privacy"]) == (200, True)
