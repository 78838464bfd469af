"""The event websocket: state first, what was missed, then what happens."""

import asyncio
import contextlib
from pathlib import Path

import aiohttp
import pytest

from pi_agent.protocol import (
    CameraState,
    EventCause,
    EventMessage,
    EventState,
    MotionEvent,
    MotionMessage,
    ServerMessage,
    SettingsMessage,
)
from tests.agent_fixture import running_agent
from tests.scripted_source import ScriptedSource

from .conftest import Api, Listener, paired


def is_event(message: ServerMessage, state: EventState) -> bool:
    return isinstance(message, EventMessage) and message.event.state is state


async def an_event(listener: Listener, state: EventState) -> MotionEvent:
    message = await listener.until(lambda m: is_event(m, state))
    assert isinstance(message, EventMessage)
    return message.event


async def a_clip(listener: Listener) -> MotionEvent:
    """The next event whose clip is there: nothing changes about it any more."""
    message = await listener.until(lambda m: isinstance(m, EventMessage) and bool(m.event.clip))
    assert isinstance(message, EventMessage)
    return message.event


def ended_events(seen: dict[int, MotionEvent]) -> set[str]:
    return {event.id for event in seen.values() if event.state is EventState.ENDED}


async def test_the_greeting_carries_the_whole_state(api: Api) -> None:
    async with api.events() as listener:
        hello = await listener.hello()
    assert hello.agent_id == api.agent.agent_id
    assert hello.revision == 0
    assert not hello.events_lost
    (camera,) = hello.cameras
    assert (camera.id, camera.status.state) == ("porch", CameraState.OFFLINE)
    assert camera.settings.sensitivity == 50


async def test_somebody_walking_by_is_told_from_start_to_end(
    api: Api, source: ScriptedSource
) -> None:
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        source.walk(4)
        source.still(8)
        started = await an_event(listener, EventState.STARTED)
        ended = await an_event(listener, EventState.ENDED)
    assert (started.camera, started.cause) == ("porch", EventCause.MOTION)
    assert started.box is not None
    assert ended.id == started.id
    assert ended.revision > started.revision
    assert ended.ended_at is not None
    assert 2 < (ended.ended_at - ended.started_at).total_seconds() < 12
    assert ended.score >= started.score > 0


async def test_motion_is_told_while_it_lasts(api: Api, source: ScriptedSource) -> None:
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        source.walk(4)
        source.still(4)
        await listener.until(lambda m: isinstance(m, MotionMessage) and m.active)
        await listener.until(lambda m: isinstance(m, MotionMessage) and not m.active)


async def test_the_snapshot_of_an_event_is_there_when_it_is_told(
    api: Api, source: ScriptedSource
) -> None:
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        source.walk(4)
        started = await an_event(listener, EventState.STARTED)
    assert started.snapshot is not None
    async with api.request("GET", started.snapshot) as answer:
        assert answer.status == 200
        assert (await answer.read()).startswith(b"\xff\xd8")


async def test_what_was_missed_comes_by_revision_after_the_greeting(
    api: Api, source: ScriptedSource
) -> None:
    async with api.events() as listener:
        await listener.hello()
        source.still(4)
        source.walk(4)
        source.still(8)
        settled = await a_clip(listener)
    async with api.events(since=0) as listener:
        hello = await listener.hello()
        assert hello.revision == settled.revision
        assert await listener.next() == EventMessage(settled)
    async with api.events(since=settled.revision) as listener:
        await listener.hello()
        await api.json("PATCH", "/api/v1/cameras/porch/settings", json={"sensitivity": 51})
        assert isinstance(await listener.next(), SettingsMessage)


async def test_nothing_is_missed_by_clients_that_come_and_go(
    api: Api, source: ScriptedSource
) -> None:
    seen: dict[int, MotionEvent] = {}
    known = 0
    source.still(4)
    for _ in range(6):
        source.walk(3)
        source.still(7)
    while len(ended_events(seen)) < 6:
        async with api.events(since=known) as listener:
            await listener.hello()
            with contextlib.suppress(TimeoutError):
                for _ in range(4):
                    message = await asyncio.wait_for(listener.next(), 2)
                    if isinstance(message, EventMessage):
                        known = message.event.revision
                        seen[known] = message.event
    assert sorted(seen) == list(seen)


async def test_an_open_event_is_ended_when_the_agent_stops(tmp_path: Path) -> None:
    source = ScriptedSource()
    async with (
        running_agent(tmp_path, sources={"scripted": source}) as agent,
        paired(agent) as api,
        api.events() as listener,
    ):
        await listener.hello()
        source.still(4)
        source.walk(2)
        started = await an_event(listener, EventState.STARTED)
    async with (
        running_agent(tmp_path, sources={"scripted": ScriptedSource()}) as agent,
        paired(agent) as api,
    ):
        _, body = await api.json("GET", f"/api/v1/events/{started.id}")
        assert body["state"] == "ended"


@pytest.mark.parametrize("since", ["x", "-1", "1.5", "99999999999999999999"])
async def test_a_wrong_revision_names_its_field(api: Api, since: str) -> None:
    status, error = await api.error("GET", f"/api/v1/ws?since={since}")
    assert (status, error["field"]) == (400, "since")


async def test_a_plain_request_is_told_what_is_missing(api: Api) -> None:
    status, _ = await api.error("GET", "/api/v1/ws")
    assert status == 400


async def test_whatever_a_client_says_is_skipped_and_too_much_ends_it(
    api: Api, source: ScriptedSource
) -> None:
    async with api.events() as chatty, api.events() as quiet:
        await chatty.hello()
        await quiet.hello()
        await chatty.socket.send_str("{broken")
        await chatty.socket.send_bytes(b"\x00" * 100)
        await api.json("PATCH", "/api/v1/cameras/porch/settings", json={"sensitivity": 51})
        assert isinstance(await chatty.next(), SettingsMessage)
        assert isinstance(await quiet.next(), SettingsMessage)
        await chatty.socket.send_str("x" * 10_000)
        async with asyncio.timeout(10):
            await chatty.until_closed()
        assert chatty.socket.closed
        await api.json("PATCH", "/api/v1/cameras/porch/settings", json={"sensitivity": 52})
        assert isinstance(await quiet.next(), SettingsMessage)


async def test_listeners_and_viewers_are_told_at_once_when_the_agent_stops(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with running_agent(tmp_path, sources={"scripted": ScriptedSource()}) as agent:
            headers = {"Authorization": f"Bearer {await agent.token()}"}
            api = Api(agent=agent, session=session)
            socket = await session.ws_connect(
                f"https://127.0.0.1:{agent.port}/api/v1/ws",
                ssl=aiohttp.Fingerprint(agent.certificate_sha256),
                headers=headers,
            )
            await Listener(socket=socket).hello()
            stream = await api.request("GET", "/api/v1/cameras/porch/stream.mjpg", headers=headers)
            begun = asyncio.get_running_loop().time()
            reading = asyncio.create_task(Listener(socket=socket).until_closed())
        assert asyncio.get_running_loop().time() - begun < 1.5
        await asyncio.wait_for(reading, 5)
        assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY
        stream.close()
