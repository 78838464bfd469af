"""The client speaks the contract with the real agent, and tells its errors apart."""

import json
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web

from custom_components.pi_motion_camera.agent_client import (
    AgentAuthError,
    AgentCertificateError,
    AgentClient,
    AgentConnectionError,
    AgentProtocolError,
    AgentRequestError,
    AgentVersionError,
)
from custom_components.pi_motion_camera.agent_client.protocol import (
    CameraState,
    EventCause,
    EventState,
    MotionEvent,
    TriggerRequest,
)
from tests.home_assistant.agent_thread import AgentThread
from tests.home_assistant.impostor import Impostor
from tests.home_assistant.waiting import until_async
from tests.scripted_source import ScriptedSource

type ClientOf = Callable[[Impostor], AgentClient]

INFO = {
    "agent_id": "a1",
    "name": "Pi",
    "version": "9.9",
    "protocol": "1.7",
    "cameras": [],
    "clock": "2026-11-21T12:00:00.000Z",
}


async def online(client: AgentClient) -> None:
    async def _is_online() -> bool:
        info = await client.info()
        return info.cameras[0].status.state is CameraState.ONLINE

    await until_async(_is_online)


async def event_of(client: AgentClient, source: ScriptedSource) -> MotionEvent:
    """An event that has ended."""
    source.still(3)
    source.walk(3)
    source.still(8)

    async def _has_ended() -> bool:
        page = await client.events(limit=1)
        return bool(page.events) and page.events[0].state is EventState.ENDED

    await until_async(_has_ended)
    return (await client.events(limit=1)).events[0]


async def test_the_agent_says_who_it_is(client: AgentClient, agent: AgentThread) -> None:
    info = await client.info()
    assert (info.agent_id, info.name) == (agent.agent_id, "Porch Pi")
    assert [camera.id for camera in info.cameras] == ["porch"]


async def test_settings_are_read_and_changed(client: AgentClient) -> None:
    before = await client.settings("porch")
    assert before.sensitivity != 70
    changed = await client.change_settings("porch", {"sensitivity": 70, "motion": False})
    assert (changed.sensitivity, changed.motion) == (70, False)
    assert await client.settings("porch") == changed


async def test_a_wrong_setting_is_named(client: AgentClient) -> None:
    with pytest.raises(AgentRequestError) as caught:
        await client.change_settings("porch", {"sensitivity": 700})
    error = caught.value
    assert (error.status, error.code, error.field) == (400, "invalid", "sensitivity")
    assert str(error) == f"sensitivity: {error.message}"


async def test_an_unknown_camera_is_named(client: AgentClient) -> None:
    with pytest.raises(AgentRequestError, match="attic") as caught:
        await client.settings("attic")
    assert caught.value.status == 404


@pytest.mark.parametrize("camera", ["../info", "porch/../../x", "a b", "ä?#%"])
async def test_no_name_escapes_its_segment_of_the_path(client: AgentClient, camera: str) -> None:
    with pytest.raises(AgentRequestError) as caught:
        await client.settings(camera)
    assert caught.value.status == 404


async def test_the_newest_picture_comes_in_the_width_asked_for(client: AgentClient) -> None:
    await online(client)
    full, small = await client.snapshot("porch"), await client.snapshot("porch", width=160)
    assert full.startswith(b"\xff\xd8")
    assert small.startswith(b"\xff\xd8")
    assert len(small) < len(full)


async def test_no_picture_is_refused_with_the_reason(
    client: AgentClient, source: ScriptedSource
) -> None:
    await online(client)
    await client.change_settings("porch", {"privacy": True})
    with pytest.raises(AgentRequestError, match="privacy") as caught:
        await client.snapshot("porch")
    assert caught.value.status == 503


async def test_events_and_their_pictures_are_found(
    client: AgentClient, source: ScriptedSource
) -> None:
    event = await event_of(client, source)
    assert await client.event(event.id) == event
    assert (await client.event_snapshot(event.id)).startswith(b"\xff\xd8")
    assert (await client.events(camera="porch")).events == (event,)
    with pytest.raises(AgentRequestError) as caught:
        await client.event_snapshot("no-such-event")
    assert caught.value.status == 404


async def test_an_event_is_started_by_hand(client: AgentClient) -> None:
    await online(client)
    await client.trigger("porch", TriggerRequest(seconds=1))

    async def _has_begun() -> bool:
        return bool((await client.events()).events)

    await until_async(_has_begun)
    assert (await client.events()).events[0].cause is EventCause.MANUAL


async def test_pictures_stream_with_their_time(client: AgentClient, source: ScriptedSource) -> None:
    await online(client)
    async with client.stream("porch") as stream:
        first = await anext(stream)
        source.still(0.5)
        second = await anext(stream)
    assert bytes(first.jpeg[:2]) == b"\xff\xd8"
    assert second.captured_at >= first.captured_at > 1_600_000_000


async def test_leaving_a_stream_closes_its_connection(
    client: AgentClient, agent: AgentThread
) -> None:
    async with client.stream("porch") as stream:
        await anext(stream)

    async def _nobody_watches() -> bool:
        return await agent.viewers() == 0

    await until_async(_nobody_watches)


async def test_a_wrong_token_is_told_apart(
    agent: AgentThread, session: aiohttp.ClientSession
) -> None:
    client = AgentClient(
        session,
        host="127.0.0.1",
        port=agent.port,
        token="wrong",
        certificate_sha256=agent.certificate_sha256,
    )
    with pytest.raises(AgentAuthError):
        await client.info()
    with pytest.raises(AgentAuthError):
        async with client.stream("porch"):
            pass
    with pytest.raises(AgentAuthError):
        async with client.listen():
            pass


async def test_another_certificate_gets_not_one_byte(
    impostor: Impostor, session: aiohttp.ClientSession
) -> None:
    client = AgentClient(
        session,
        host="127.0.0.1",
        port=impostor.port,
        token="secret",
        certificate_sha256="ab" * 32,
    )
    with pytest.raises(AgentCertificateError):
        await client.info()
    with pytest.raises(AgentCertificateError):
        async with client.stream("porch"):
            pass
    with pytest.raises(AgentCertificateError):
        async with client.listen():
            pass
    assert impostor.requests == []


async def test_nobody_there_is_a_connection_error(
    session: aiohttp.ClientSession, unused_tcp_port: int
) -> None:
    client = AgentClient(
        session,
        host="127.0.0.1",
        port=unused_tcp_port,
        token="secret",
        certificate_sha256="ab" * 32,
    )
    with pytest.raises(AgentConnectionError, match=str(unused_tcp_port)):
        await client.info()


async def test_an_agent_of_another_major_protocol_is_named(
    impostor: Impostor, client_of: ClientOf
) -> None:
    # Whatever else has changed in it: the version is looked at first.
    impostor.respond_json(json.dumps({"protocol": "2.0"}))
    with pytest.raises(AgentVersionError, match="update the Home Assistant integration") as caught:
        await client_of(impostor).info()
    assert not caught.value.agent_is_older
    impostor.respond_json(json.dumps({"protocol": "0.9"}))
    with pytest.raises(AgentVersionError, match="update the agent") as caught:
        await client_of(impostor).info()
    assert caught.value.agent_is_older
    impostor.respond_json(json.dumps({"protocol": "soon"}))
    with pytest.raises(AgentVersionError) as caught:
        await client_of(impostor).info()
    assert caught.value.agent_is_older


async def test_a_newer_minor_protocol_is_understood(
    impostor: Impostor, client_of: ClientOf
) -> None:
    impostor.respond_json(json.dumps({**INFO, "mood": "good"}))
    assert (await client_of(impostor).info()).version == "9.9"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>", 200),
        ("[]", 200),
        (json.dumps({**INFO, "cameras": 5}), 200),
        ("<html>not found</html>", 404),
        ("", 500),
        ("", 302),
    ],
)
async def test_what_is_no_agent_is_told_apart(
    impostor: Impostor, client_of: ClientOf, body: str, status: int
) -> None:
    impostor.respond_json(body, status=status)
    with pytest.raises(AgentProtocolError):
        await client_of(impostor).info()


async def test_a_redirect_is_not_followed_with_the_token(
    impostor: Impostor, client_of: ClientOf
) -> None:
    impostor.respond = lambda: web.Response(status=307, headers={"Location": "/elsewhere"})
    with pytest.raises(AgentProtocolError):
        await client_of(impostor).info()
    assert [path for _, path, _ in impostor.requests] == ["/api/v1/info"]


async def test_an_endless_answer_is_cut_off(
    impostor: Impostor, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.pi_motion_camera.agent_client.transport._MOST_BODY_BYTES", 1000
    )
    impostor.respond_json("x" * 5000)
    with pytest.raises(AgentProtocolError, match="more than 1000 bytes"):
        await client_of(impostor).info()


async def test_an_agent_that_does_not_answer_is_given_up_on(
    impostor: Impostor, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.pi_motion_camera.agent_client.transport._REQUEST_TIMEOUT",
        aiohttp.ClientTimeout(total=0.1),
    )
    impostor.answering.clear()
    with pytest.raises(AgentConnectionError, match="did not answer in time"):
        await client_of(impostor).info()


async def test_no_error_tells_the_token(impostor: Impostor, client_of: ClientOf) -> None:
    client = client_of(impostor)
    impostor.respond_json("{}", status=401)
    for attempt in (
        client.info(),
        client.stream("porch").__aenter__(),
        client.listen().__aenter__(),
    ):
        with pytest.raises((AgentAuthError, AgentProtocolError)) as caught:
            await attempt
        error: BaseException | None = caught.value
        while error is not None:
            assert "secret-token" not in f"{error} {error!r}"
            error = error.__cause__
