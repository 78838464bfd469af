"""A clip is read in parts as a player asks for them, and nothing else of a request passes."""

import pytest
from multidict import CIMultiDict

from custom_components.pi_motion_camera.agent_client import AgentClient, AgentRequestError
from custom_components.pi_motion_camera.agent_client.media import conditions_of
from custom_components.pi_motion_camera.agent_client.protocol import EventState
from tests.home_assistant.waiting import until_async
from tests.scripted_source import ScriptedSource


async def clip_of(client: AgentClient, source: ScriptedSource) -> str:
    """The id of an event that has its clip."""
    source.still(3)
    source.walk(3)
    source.still(8)

    async def _has_clip() -> bool:
        events = (await client.events(limit=1)).events
        return bool(events) and events[0].clip is not None

    await until_async(_has_clip)
    return (await client.events(limit=1)).events[0].id


def test_what_a_viewer_proves_himself_with_stays_in_home_assistant() -> None:
    asked = CIMultiDict(
        {"Authorization": "Bearer x", "Cookie": "y", "range": "bytes=0-1", "Host": "ha"}
    )
    assert conditions_of(asked) == {"Range": "bytes=0-1"}
    every = {"Range": "1", "If-Range": "2", "If-None-Match": "3", "If-Modified-Since": "4"}
    assert conditions_of(every) == every


async def test_a_clip_is_told_with_its_size_and_read_as_it_comes(
    client: AgentClient, source: ScriptedSource
) -> None:
    event = await clip_of(client, source)
    async with client.event_clip(event) as clip:
        whole = b"".join([chunk async for chunk in clip.chunks])
        assert (clip.status, clip.size) == (200, len(whole))
        assert clip.headers.keys() >= {"Accept-Ranges", "ETag", "Last-Modified"}
        assert "Server" not in clip.headers
    async with client.event_clip(event, headers={"Range": "bytes=4-7"}) as part:
        assert (part.status, part.size) == (206, 4)
        assert b"".join([chunk async for chunk in part.chunks]) == b"ftyp"
    async with client.event_clip(event, headers={"Range": "bytes=99999999-"}) as part:
        assert part.status == 416
        assert b"".join([chunk async for chunk in part.chunks]) == b""


async def test_a_clip_that_is_not_there_is_a_refusal_with_a_reason(
    client: AgentClient, source: ScriptedSource
) -> None:
    with pytest.raises(AgentRequestError) as unknown:
        async with client.event_clip("nothing"):
            pytest.fail("there is no such event")
    assert (unknown.value.status, unknown.value.code) == (404, "not_found")
    await client.change_settings("porch", {"recording": False})
    source.still(3)
    source.walk(3)
    source.still(8)

    async def _ended() -> bool:
        events = (await client.events(limit=1)).events
        return bool(events) and events[0].state is EventState.ENDED

    await until_async(_ended)
    (event,) = (await client.events(limit=1)).events
    with pytest.raises(AgentRequestError, match="recording was off"):
        async with client.event_clip(event.id):
            pytest.fail("nothing was recorded")
