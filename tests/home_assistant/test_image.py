"""The last motion's picture: that of the event, kept when the camera is gone."""

from datetime import datetime

import pytest
from homeassistant.components.image import async_get_image
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp
from .states import state_of, value_of
from .waiting import until

IMAGE = "image.porch_pi_last_motion"


async def event_over(hass: HomeAssistant, source: ScriptedSource, *, seconds: float = 3) -> None:
    before = value_of(hass, IMAGE)
    source.still(3)
    source.walk(seconds)
    source.still(8)
    await until(lambda: value_of(hass, IMAGE) != before)


async def test_before_the_first_event_there_is_no_picture(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert value_of(hass, IMAGE) == STATE_UNKNOWN
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, IMAGE)


async def test_the_picture_is_that_of_the_event(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    await event_over(hass, source)
    event = loaded.runtime_data.coordinator.data.cameras["porch"].event
    assert datetime.fromisoformat(state_of(hass, IMAGE).state) == event.started_at
    image = await async_get_image(hass, IMAGE)
    assert image.content_type == "image/jpeg"
    assert image.content == await loaded.runtime_data.client.event_snapshot(event.id)


async def test_a_newer_event_replaces_the_picture(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    await event_over(hass, source)
    first = (await async_get_image(hass, IMAGE)).content
    await event_over(hass, source, seconds=4.3)  # another pace: other pictures
    assert (await async_get_image(hass, IMAGE)).content != first


async def test_the_picture_is_asked_for_once_and_kept(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource, agent: AgentThread
) -> None:
    await event_over(hass, source)
    picture = (await async_get_image(hass, IMAGE)).content
    await agent.stop()
    assert (await async_get_image(hass, IMAGE)).content == picture


async def test_an_agent_that_is_gone_is_told_in_a_sentence(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource, agent: AgentThread
) -> None:
    await event_over(hass, source)
    await agent.stop()
    with pytest.raises(HomeAssistantError) as caught:
        await async_get_image(hass, IMAGE)
    assert caught.value.translation_key == "unreachable"
    await until(lambda: value_of(hass, IMAGE) == STATE_UNAVAILABLE)


async def test_the_picture_is_there_again_after_a_restart(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource, set_up: SetUp
) -> None:
    await event_over(hass, source)
    shown = value_of(hass, IMAGE)
    await hass.config_entries.async_unload(loaded.entry_id)
    await set_up(loaded)
    assert value_of(hass, IMAGE) == shown


async def test_the_picture_stays_when_the_camera_is_lost(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    await event_over(hass, source)
    shown = value_of(hass, IMAGE)
    source.break_off("stolen")
    coordinator = loaded.runtime_data.coordinator
    await until(lambda: coordinator.data.cameras["porch"].is_offline)
    assert value_of(hass, IMAGE) == shown
