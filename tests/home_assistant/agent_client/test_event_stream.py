"""The event websocket: greeting first, what was missed next, and an end that says why."""

import asyncio
import json
from collections.abc import Callable

import pytest

from custom_components.pi_motion_camera.agent_client import (
    AgentAuthError,
    AgentClient,
    AgentConnectionError,
    AgentProtocolError,
    AgentVersionError,
    EventStream,
)
from custom_components.pi_motion_camera.agent_client.protocol import (
    CLOSE_TOKEN_REVOKED,
    EventMessage,
    EventState,
    MotionMessage,
    SettingsMessage,
)
from tests.home_assistant.agent_thread import AgentThread
from tests.home_assistant.impostor import Impostor
from tests.scripted_source import ScriptedSource

type ClientOf = Callable[[Impostor], AgentClient]

HELLO = {
    "type": "hello",
    "protocol": "1.0",
    "agent_id": "a1",
    "boot_id": "b1",
    "revision": 0,
    "cameras": [],
    "clock": "2026-11-21T12:00:00.000Z",
}
MOTION = {"type": "motion", "camera": "porch", "active": True}


async def first_event(stream: EventStream, state: EventState) -> EventMessage:
    async with asyncio.timeout(10):
        async for message in stream:
            if isinstance(message, EventMessage) and message.event.state is state:
                return message
    raise AssertionError


async def drain(stream: EventStream) -> None:
    async for _ in stream:
        pass


async def first_settings(stream: EventStream) -> SettingsMessage:
    async for message in stream:
        if isinstance(message, SettingsMessage):
            return message
    raise AssertionError


async def test_the_greeting_tells_every_camera_with_its_settings(
    client: AgentClient, agent: AgentThread
) -> None:
    async with client.listen() as stream:
        assert stream.hello.agent_id == agent.agent_id
        assert [camera.id for camera in stream.hello.cameras] == ["porch"]
        assert stream.hello.cameras[0].settings.motion


async def test_what_happens_is_told(client: AgentClient) -> None:
    async with client.listen() as stream:
        await client.change_settings("porch", {"sensitivity": 71})
        async with asyncio.timeout(10):
            message = await first_settings(stream)
        assert message.settings.sensitivity == 71


async def test_what_was_missed_comes_after_the_greeting(
    client: AgentClient, source: ScriptedSource
) -> None:
    async with client.listen() as stream:
        source.still(3)
        source.walk(3)
        started = await first_event(stream, EventState.STARTED)
    source.still(8)
    async with client.listen() as stream:
        await first_event(stream, EventState.ENDED)
    async with client.listen(since=started.event.revision) as stream:
        missed = await first_event(stream, EventState.ENDED)
        assert missed.event.id == started.event.id
        assert missed.event.revision <= stream.hello.revision


async def test_a_revoked_token_ends_the_websocket_and_says_so(
    client: AgentClient, agent: AgentThread
) -> None:
    async with client.listen() as stream:
        await agent.revoke()
        with pytest.raises(AgentAuthError, match="revoked"):
            await asyncio.wait_for(drain(stream), 10)


async def test_an_agent_that_goes_away_is_a_connection_error(
    client: AgentClient, agent: AgentThread
) -> None:
    async with client.listen() as stream:
        await agent.stop()
        with pytest.raises(AgentConnectionError):
            await drain(stream)


async def test_unknown_and_malformed_messages_are_skipped_and_counted(
    impostor: Impostor, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    impostor.messages = [
        json.dumps(HELLO),
        json.dumps({"type": "weather", "sun": True}),
        json.dumps({**MOTION, "active": "yes"}),
        "not json",
        json.dumps(MOTION),
    ]
    async with client_of(impostor).listen() as stream:
        assert await anext(aiter(stream)) == MotionMessage(camera="porch", active=True)
        assert stream.take_skipped() == 3
        assert stream.take_skipped() == 0
    # By its text: on a busy machine asyncio warns, too, of a slow callback.
    assert caplog.text.count("Skipped a message that breaks the contract") == 2


@pytest.mark.parametrize("first", [json.dumps(MOTION), "garbage", json.dumps({"type": "new"})])
async def test_without_a_greeting_it_is_no_agent(
    impostor: Impostor, client_of: ClientOf, first: str
) -> None:
    impostor.messages = [first]
    with pytest.raises(AgentProtocolError):
        async with client_of(impostor).listen():
            pass


async def test_a_greeting_of_another_major_protocol_is_refused(
    impostor: Impostor, client_of: ClientOf
) -> None:
    impostor.messages = [json.dumps({**HELLO, "protocol": "2.0"})]
    with pytest.raises(AgentVersionError):
        async with client_of(impostor).listen():
            pass


async def test_a_greeting_that_does_not_come_is_given_up_on(
    impostor: Impostor, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "custom_components.pi_motion_camera.agent_client.event_stream"
    monkeypatch.setattr(f"{module}._HELLO_SECONDS", 0.05)
    with pytest.raises(AgentConnectionError, match="did not answer in time"):
        async with client_of(impostor).listen():
            pass


@pytest.mark.parametrize(
    ("code", "error"),
    [(CLOSE_TOKEN_REVOKED, AgentAuthError), (1013, AgentConnectionError)],
)
async def test_how_the_websocket_is_closed_decides_what_to_do(
    impostor: Impostor, client_of: ClientOf, code: int, error: type[Exception]
) -> None:
    impostor.messages = [json.dumps(HELLO)]
    impostor.close_code = code
    async with client_of(impostor).listen() as stream:
        with pytest.raises(error):
            await anext(aiter(stream))


async def test_what_is_no_websocket_is_a_broken_connection(
    impostor: Impostor, client_of: ClientOf
) -> None:
    impostor.messages = [json.dumps(HELLO)]
    impostor.talks_nonsense = True
    async with client_of(impostor).listen() as stream:
        with pytest.raises(AgentConnectionError, match="broke"):
            await anext(aiter(stream))


async def test_a_refused_handshake_is_tried_again_later(
    impostor: Impostor, client_of: ClientOf
) -> None:
    impostor.respond_json("{}", status=503)
    with pytest.raises(AgentConnectionError, match="503"):
        async with client_of(impostor).listen():
            pass


@pytest.fixture
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "custom_components.pi_motion_camera.agent_client.event_stream"
    monkeypatch.setattr(f"{module}._QUIET_SECONDS", 0.05)


@pytest.mark.usefixtures("short_silence")
async def test_an_agent_that_has_nothing_to_say_is_not_given_up_on(
    impostor: Impostor, client_of: ClientOf
) -> None:
    impostor.messages = [json.dumps(HELLO)]
    async with client_of(impostor).listen() as stream:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(drain(stream), 0.4)


@pytest.mark.usefixtures("short_silence")
async def test_an_agent_that_is_dead_is_given_up_on(
    impostor: Impostor, client_of: ClientOf
) -> None:
    impostor.messages = [json.dumps(HELLO)]
    impostor.silent = True
    async with client_of(impostor).listen() as stream:
        with pytest.raises(AgentConnectionError, match="silent"):
            await anext(aiter(stream))


async def test_the_agents_pings_are_answered(
    agent: AgentThread, client: AgentClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pi_agent.server.websocket_session._HEARTBEAT_SECONDS", 0.1)
    async with client.listen() as stream:
        with pytest.raises(TimeoutError):  # not AgentConnectionError: it was not given up on
            await asyncio.wait_for(drain(stream), 0.5)
