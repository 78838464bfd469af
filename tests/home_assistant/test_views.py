"""An event's picture and clip have URLs of their own, for those who may see its camera."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import ClientPayloadError
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera.agent_client import AgentConnectionError, MediaAnswer
from custom_components.pi_motion_camera.views import (
    event_clip_path,
    event_snapshot_path,
    event_thumbnail_path,
)
from tests.clips import decoded_clip
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .waiting import until


@pytest.fixture
def path(loaded: MockConfigEntry, event_id: str) -> str:
    """The URL of its picture."""
    return event_snapshot_path(loaded.entry_id, event_id)


async def test_the_picture_is_served_and_may_be_kept_for_good(
    loaded: MockConfigEntry, event_id: str, path: str, hass_client: ClientSessionGenerator
) -> None:
    answer = await (await hass_client()).get(path)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert await answer.read() == await loaded.runtime_data.client.event_snapshot(event_id)


async def test_a_list_gets_a_small_picture_of_what_moved(
    loaded: MockConfigEntry,
    event_id: str,
    path: str,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    small_path = event_thumbnail_path(loaded.entry_id, event_id)
    client = await hass_client()
    answer, whole = await client.get(small_path), await client.get(path)
    assert (answer.status, answer.content_type) == (HTTPStatus.OK, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert len(await answer.read()) < len(await whole.read())
    assert (await (await hass_client_no_auth()).get(small_path)).status == HTTPStatus.FORBIDDEN
    unknown = await client.get(event_thumbnail_path(loaded.entry_id, "none"))
    assert unknown.status == HTTPStatus.NOT_FOUND


async def test_nobody_gets_it_without_a_token(
    path: str, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    assert (await client.get(path)).status == HTTPStatus.FORBIDDEN
    wrong = await client.get(path, headers={"Authorization": "Bearer wrong"})
    assert wrong.status == HTTPStatus.UNAUTHORIZED
    assert (await client.post(path)).status == HTTPStatus.METHOD_NOT_ALLOWED


async def test_a_signed_url_serves_it_and_nothing_else(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    path: str,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    client = await hass_client_no_auth()
    signed = async_sign_path(hass, path, timedelta(minutes=1), use_content_user=True)
    assert (await client.get(signed)).status == HTTPStatus.OK
    other = signed.replace(path, event_snapshot_path(loaded.entry_id, "another-event"))
    assert (await client.get(other)).status == HTTPStatus.FORBIDDEN
    assert (await client.get(f"{signed}&x=1")).status == HTTPStatus.FORBIDDEN
    expired = async_sign_path(hass, path, timedelta(seconds=-1), use_content_user=True)
    assert (await client.get(expired)).status == HTTPStatus.FORBIDDEN


async def test_a_user_needs_permission_for_the_camera(
    path: str, hass_admin_user: MockUser, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({})
    assert (await client.get(path)).status == HTTPStatus.FORBIDDEN
    hass_admin_user.mock_policy({"entities": {"entity_ids": {"camera.porch_pi": {"read": True}}}})
    assert (await client.get(path)).status == HTTPStatus.OK


@pytest.mark.parametrize(
    ("entry_id", "event"),
    [
        ("{entry}", "no-such-event"),
        ("{entry}", "a b"),
        ("{entry}", "x" * 65),
        ("no-entry", "{event}"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "{event}"),
    ],
)
async def test_what_does_not_exist_is_not_found(
    loaded: MockConfigEntry,
    event_id: str,
    hass_client: ClientSessionGenerator,
    entry_id: str,
    event: str,
) -> None:
    path = event_snapshot_path(entry_id.format(entry=loaded.entry_id), event.format(event=event_id))
    answer = await (await hass_client()).get(path)
    assert answer.status == HTTPStatus.NOT_FOUND
    assert "message" in await answer.json()


async def test_no_path_leads_elsewhere(
    loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    for trick in ("..%2f..%2finfo", "%2e%2e", "a%2fb"):
        answer = await client.get(event_snapshot_path(loaded.entry_id, trick))
        assert answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}


async def test_an_entry_of_another_integration_is_not_ours(
    hass: HomeAssistant, path: str, event_id: str, hass_client: ClientSessionGenerator
) -> None:
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    answer = await (await hass_client()).get(event_snapshot_path(other.entry_id, event_id))
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_an_unloaded_entry_serves_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, path: str, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    await hass.config_entries.async_unload(loaded.entry_id)
    assert (await client.get(path)).status == HTTPStatus.NOT_FOUND


async def test_an_agent_that_is_gone_is_said_so(
    path: str, agent: AgentThread, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    await agent.stop()
    answer = await client.get(path)
    assert answer.status == HTTPStatus.BAD_GATEWAY
    assert "127.0.0.1" not in (await answer.json())["message"]


async def test_the_clip_is_served_whole_and_may_be_kept_for_good(
    loaded: MockConfigEntry, event_id: str, clip_path: str, hass_client: ClientSessionGenerator
) -> None:
    answer = await (await hass_client()).get(clip_path)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "video/mp4"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Accept-Ranges"] == "bytes"
    clip = await answer.read()
    assert len(clip) == int(answer.headers["Content-Length"])
    assert decoded_clip(clip).codec == "h264"


async def test_a_player_gets_the_part_that_it_asks_for(
    clip_path: str, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    whole = await client.get(clip_path)
    clip, made_at = await whole.read(), whole.headers["Last-Modified"]
    part = await client.get(clip_path, headers={"Range": "bytes=4-7", "If-Range": made_at})
    assert (part.status, await part.read()) == (HTTPStatus.PARTIAL_CONTENT, b"ftyp")
    assert part.headers["Content-Range"] == f"bytes 4-7/{len(clip)}"
    assert part.content_type == "video/mp4"
    last = await client.get(clip_path, headers={"Range": "bytes=-3"})
    assert await last.read() == clip[-3:]
    older = {"Range": "bytes=4-7", "If-Range": "Wed, 21 Oct 2015 07:28:00 GMT"}
    other = await client.get(clip_path, headers=older)
    assert (other.status, await other.read()) == (HTTPStatus.OK, clip)
    known = await client.get(clip_path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (known.status, await known.read()) == (HTTPStatus.NOT_MODIFIED, b"")


async def test_a_part_behind_the_end_of_the_clip_is_refused_and_not_kept(
    clip_path: str, hass_client: ClientSessionGenerator
) -> None:
    answer = await (await hass_client()).get(clip_path, headers={"Range": "bytes=99999999-"})
    assert answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    assert answer.headers["Content-Range"].startswith("bytes */")
    assert "Cache-Control" not in answer.headers


async def test_the_clip_is_guarded_as_the_picture_is(
    hass: HomeAssistant,
    clip_path: str,
    hass_admin_user: MockUser,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    stranger = await hass_client_no_auth()
    assert (await stranger.get(clip_path)).status == HTTPStatus.FORBIDDEN
    signed = async_sign_path(hass, clip_path, timedelta(minutes=1), use_content_user=True)
    assert (await stranger.get(signed)).status == HTTPStatus.OK
    client = await hass_client()
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({})
    assert (await client.get(clip_path)).status == HTTPStatus.FORBIDDEN


async def test_a_clip_that_is_not_there_is_told_in_a_sentence(
    loaded: MockConfigEntry,
    agent: AgentThread,
    clip_path: str,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
) -> None:
    client = await hass_client()
    source.walk(3)
    await until(lambda: loaded.runtime_data.coordinator.data.cameras["porch"].open_event_id)
    camera = loaded.runtime_data.coordinator.data.cameras["porch"]
    early = await client.get(event_clip_path(loaded.entry_id, camera.open_event_id))
    assert early.status == HTTPStatus.CONFLICT
    assert "still being made" in (await early.json())["message"]
    await agent.delete_event(clip_path.split("/")[-2])
    gone = await client.get(clip_path)
    assert gone.status == HTTPStatus.NOT_FOUND
    assert "no event" in (await gone.json())["message"]
    await agent.stop()
    assert (await client.get(clip_path)).status == HTTPStatus.BAD_GATEWAY


async def test_a_clip_that_breaks_off_does_not_look_whole(
    loaded: MockConfigEntry,
    clip_path: str,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = loaded.runtime_data.client.event_clip

    async def _half(answer: MediaAnswer) -> AsyncIterator[bytes]:
        yield (await anext(answer.chunks))[:100]
        raise AgentConnectionError("the network is cut")

    @asynccontextmanager
    async def _broken(event: str, **request: Any) -> AsyncIterator[MediaAnswer]:
        async with whole(event, **request) as answer:
            yield replace(answer, chunks=_half(answer))

    monkeypatch.setattr(loaded.runtime_data.client, "event_clip", _broken)
    answer = await (await hass_client()).get(clip_path)
    with pytest.raises(ClientPayloadError):
        await answer.read()


async def test_a_viewer_who_leaves_ends_the_reading_of_the_clip(
    loaded: MockConfigEntry,
    clip_path: str,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = loaded.runtime_data.client.event_clip
    ended: list[str] = []

    async def _endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1 << 16)

    @asynccontextmanager
    async def _long(event: str, **request: Any) -> AsyncIterator[MediaAnswer]:
        try:
            async with whole(event, **request) as answer:
                headers = {"Content-Length": str(1 << 40)}
                yield replace(answer, headers=headers, chunks=_endless())
        finally:
            ended.append(event)

    monkeypatch.setattr(loaded.runtime_data.client, "event_clip", _long)
    answer = await (await hass_client()).get(clip_path)
    await answer.content.readexactly(1 << 20)
    assert ended == []
    answer.close()
    await until(lambda: ended)
