"""The camera entity: live view, stills, and privacy mode, against a real agent."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import pytest
from aiohttp import ClientResponse
from homeassistant.components.camera import async_get_image
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.pi_motion_camera.mjpeg import FIRST_PART, RESPONSE_HEADERS, browser_part
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import connected
from .waiting import until, until_async

CAMERA = "camera.porch_pi"
LIVE = f"/api/camera_proxy_stream/{CAMERA}"
STILL = f"/api/camera_proxy/{CAMERA}"


@pytest.fixture(autouse=True)
def _short_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream to the agent does not outlive a test."""
    monkeypatch.setattr(
        "custom_components.pi_motion_camera.shared_stream.SharedStream.__init__.__kwdefaults__",
        {"linger_seconds": 0.1},
    )


class Viewer:
    """Reads live pictures as a browser does: one is complete once the next part has begun."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self._data = bytearray()

    async def next_picture(self) -> bytes:
        while (end := self._data.find(FIRST_PART)) < 0:
            chunk = await self.response.content.readany()
            assert chunk, "the response has ended"
            self._data += chunk
        picture = bytes(self._data[:end])
        del self._data[: end + len(FIRST_PART)]
        return picture.removesuffix(b"\r\n")

    async def ended(self) -> None:
        """Return once the response has ended."""
        async with asyncio.timeout(2):
            await self.response.content.read()

    def leave(self) -> None:
        self.response.close()


async def open_live(hass_client: ClientSessionGenerator) -> Viewer:
    """A viewer who has read the opening of the first part."""
    client = await hass_client()
    response = await client.get(LIVE)
    assert response.status == HTTPStatus.OK
    viewer = Viewer(response)
    assert await viewer.next_picture() == b""
    return viewer


async def nobody_watches(agent: AgentThread) -> bool:
    return await agent.viewers() == 0


async def test_live_pictures_are_framed_so_that_browsers_show_them_at_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
) -> None:
    live = await open_live(hass_client)
    assert RESPONSE_HEADERS.items() <= live.response.headers.items()
    source.still(0.5)
    # Returns without another picture being sent: the next part's headers came right behind.
    picture = await live.next_picture()
    assert picture.startswith(b"\xff\xd8")
    assert picture.endswith(b"\xff\xd9")
    live.leave()


async def test_a_viewer_who_leaves_at_once_starts_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aiohttp.web_request.BaseRequest.transport", None)  # as when it is gone
    client = await hass_client()
    response = await client.get(LIVE)
    assert response.status == HTTPStatus.OK
    assert await nobody_watches(agent)
    response.close()


async def test_several_viewers_are_one_viewer_to_the_agent(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
) -> None:
    viewers = [await open_live(hass_client) for _ in range(4)]
    source.still(0.5)
    for live in viewers:
        assert (await live.next_picture()).startswith(b"\xff\xd8")
    assert await agent.viewers() == 1
    stream = loaded.runtime_data.streams["porch"]
    assert stream.viewers == 4
    for live in viewers:
        live.leave()
    await until(lambda: stream.viewers == 0)
    await until(lambda: not stream.is_open)
    await until_async(lambda: nobody_watches(agent))


async def test_a_renamed_camera_is_still_live(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
    entity_registry: er.EntityRegistry,
) -> None:
    entity_registry.async_update_entity(CAMERA, new_entity_id="camera.front_door")
    await until(lambda: hass.states.get("camera.front_door") is not None)
    client = await hass_client()
    live = Viewer(await client.get("/api/camera_proxy_stream/camera.front_door"))
    assert await live.next_picture() == b""
    source.still(0.5)
    assert (await asyncio.wait_for(live.next_picture(), 5)).startswith(b"\xff\xd8")
    live.leave()


async def test_an_agent_that_goes_and_comes_back_is_seen_in_the_same_response(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
) -> None:
    offline = loaded.runtime_data.offline_picture
    live = await open_live(hass_client)
    source.still(0.5)
    await live.next_picture()
    await agent.stop()
    async with asyncio.timeout(10):
        while await live.next_picture() != offline:
            pass
        await agent.start()
        source.still(1)
        while await live.next_picture() == offline:
            pass
    assert loaded.runtime_data.streams["porch"].viewers == 1
    live.leave()


async def test_a_viewer_of_a_camera_whose_agent_is_gone_is_told_and_waits(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
) -> None:
    await agent.stop()
    await until(lambda: not loaded.runtime_data.coordinator.last_update_success)
    live = await open_live(hass_client)
    assert await live.next_picture() == loaded.runtime_data.offline_picture
    await agent.start()
    source.still(1)
    async with asyncio.timeout(10):
        while await live.next_picture() == loaded.runtime_data.offline_picture:
            pass
    live.leave()


async def test_unloading_ends_viewers_at_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
) -> None:
    live = await open_live(hass_client)
    source.still(0.5)
    await live.next_picture()
    assert await hass.config_entries.async_unload(loaded.entry_id)
    await live.ended()
    await until_async(lambda: nobody_watches(agent))


async def test_stopping_home_assistant_ends_viewers(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
) -> None:
    live = await open_live(hass_client)
    source.still(0.5)
    await live.next_picture()
    hass.bus.async_fire("homeassistant_stop")
    await live.ended()


async def test_a_viewer_that_never_reads_does_not_hold_up_the_others(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.pi_motion_camera.mjpeg._STUCK_SECONDS", 0.1)
    monkeypatch.setattr(  # large pictures, to fill the buffers of the system soon
        "custom_components.pi_motion_camera.shared_stream.browser_part",
        lambda jpeg: browser_part(bytes(jpeg) + bytes(2_000_000)),
    )
    stuck = await open_live(hass_client)
    connection = stuck.response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.pause_reading()
    live = await open_live(hass_client)
    stream = loaded.runtime_data.streams["porch"]
    async with asyncio.timeout(10):
        while stream.viewers == 2:  # until the stuck one is given up on
            source.still(0.1)
            await live.next_picture()
    assert stream.viewers == 1
    live.leave()
    stuck.leave()


async def test_the_newest_picture_of_a_running_stream_is_the_still(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
) -> None:
    live = await open_live(hass_client)
    source.still(0.5)
    await live.next_picture()
    stream = loaded.runtime_data.streams["porch"]
    assert (await async_get_image(hass, CAMERA)).content == stream.newest_picture
    live.leave()


async def test_stills_come_from_the_agent_in_the_size_that_is_needed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    client = await hass_client()
    full = await (await client.get(STILL)).read()
    answer = await client.get(f"{STILL}?width=150&height=90")
    assert answer.status == HTTPStatus.OK
    assert len(await answer.read()) < len(full)


async def test_a_storm_of_cards_costs_the_agent_one_picture(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = loaded.runtime_data.client
    asked: list[int | None] = []
    snapshot: Callable[..., Awaitable[bytes]] = client.snapshot

    async def _counted(camera: str, *, width: int | None = None) -> bytes:
        asked.append(width)
        return await snapshot(camera, width=width)

    monkeypatch.setattr(client, "snapshot", _counted)
    cards = await hass_client()
    answers = await asyncio.gather(
        *(cards.get(f"{STILL}?width={300 + n}&height=170") for n in range(15))
    )
    assert {answer.status for answer in answers} == {HTTPStatus.OK}
    assert asked == [320]


async def test_a_camera_without_a_picture_fails_fast_and_says_why(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource, agent: AgentThread
) -> None:
    source.break_off("unplugged")
    coordinator = loaded.runtime_data.coordinator
    await until(lambda: coordinator.data.cameras["porch"].is_offline)
    with pytest.raises(HomeAssistantError) as caught:
        await async_get_image(hass, CAMERA)
    assert caught.value.translation_key == "no_picture"
    assert caught.value.translation_placeholders is not None
    assert "unplugged" in caught.value.translation_placeholders["error"]
    await agent.stop()
    await until(lambda: not coordinator.last_update_success)
    with pytest.raises(HomeAssistantError) as caught:
        await async_get_image(hass, CAMERA)
    assert caught.value.translation_key == "unreachable"


async def test_off_is_privacy_mode(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    hass_client: ClientSessionGenerator,
) -> None:
    client = loaded.runtime_data.client
    http = await hass_client()
    await hass.services.async_call("camera", "turn_off", {ATTR_ENTITY_ID: CAMERA}, blocking=True)
    assert (await client.settings("porch")).privacy
    for path in (STILL, LIVE):
        assert (await http.get(path)).status == HTTPStatus.SERVICE_UNAVAILABLE
    state = hass.states.get(CAMERA)
    assert state is not None
    assert state.state != STATE_UNAVAILABLE
    await hass.services.async_call("camera", "turn_on", {ATTR_ENTITY_ID: CAMERA}, blocking=True)
    assert not (await client.settings("porch")).privacy
    source.still(1)
    coordinator = loaded.runtime_data.coordinator
    await until(lambda: not coordinator.data.cameras["porch"].is_offline)
    assert (await http.get(STILL)).status == HTTPStatus.OK


async def test_motion_detection_is_switched_by_the_cameras_actions_too(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    for action, expected in (("disable", None), ("enable", True)):
        await hass.services.async_call(
            "camera", f"{action}_motion_detection", {ATTR_ENTITY_ID: CAMERA}, blocking=True
        )
        state = hass.states.get(CAMERA)
        assert state is not None
        assert state.attributes.get("motion_detection") is expected


async def test_a_reload_with_a_viewer_open_leaves_nothing_behind(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    agent: AgentThread,
    hass_client: ClientSessionGenerator,
) -> None:
    live = await open_live(hass_client)
    source.still(0.5)
    await live.next_picture()
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await connected(loaded)
    await until_async(lambda: nobody_watches(agent))
    again = await open_live(hass_client)
    source.still(0.5)
    assert (await again.next_picture()).startswith(b"\xff\xd8")
    again.leave()
