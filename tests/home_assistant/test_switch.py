"""Switches show what the agent has confirmed, whoever changed it."""

import pytest
from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.agent_client.protocol import CameraMessage

from .agent_thread import AgentThread
from .states import value_of
from .waiting import until

SETTINGS = {
    "switch.porch_pi_motion_detection": "motion",
    "switch.porch_pi_privacy_mode": "privacy",
    "switch.porch_pi_recording": "recording",
    "switch.porch_pi_time_in_the_picture": "timestamp_overlay",
}


async def switch(hass: HomeAssistant, entity_id: str, action: str) -> None:
    await hass.services.async_call("switch", action, {ATTR_ENTITY_ID: entity_id}, blocking=True)


@pytest.mark.parametrize(("entity_id", "setting"), SETTINGS.items())
async def test_a_switch_changes_the_agents_setting(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: str, setting: str
) -> None:
    client = loaded.runtime_data.client
    for action, state in ((SERVICE_TURN_ON, STATE_ON), (SERVICE_TURN_OFF, STATE_OFF)):
        await switch(hass, entity_id, action)
        assert value_of(hass, entity_id) == state
        assert getattr(await client.settings("porch"), setting) is (state == STATE_ON)


@pytest.mark.parametrize(("entity_id", "setting"), SETTINGS.items())
async def test_a_switch_shows_what_others_changed(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: str, setting: str
) -> None:
    before = value_of(hass, entity_id)
    await loaded.runtime_data.client.change_settings("porch", {setting: before == STATE_OFF})
    await until(lambda: value_of(hass, entity_id) != before)


async def test_a_camera_that_recognizes_can_be_told_to_heed_nothing_else(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    coordinator = loaded.runtime_data.coordinator
    status = coordinator.data.cameras["porch"].status
    seen = CameraMessage(camera="porch", state=status.state, size=status.size, labels=("person",))
    coordinator.async_handle_message(seen)
    await hass.async_block_till_done()
    await switch(hass, "switch.porch_pi_only_recognized_objects", SERVICE_TURN_ON)
    assert value_of(hass, "switch.porch_pi_only_recognized_objects") == STATE_ON
    assert (await loaded.runtime_data.client.settings("porch")).only_labels


async def test_a_switch_says_why_it_could_not_be_switched(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.stop()
    entity = hass.data["switch"].get_entity("switch.porch_pi_recording")
    with pytest.raises(HomeAssistantError) as caught:
        await entity.async_turn_on()
    assert caught.value.translation_key == "unreachable"
    await until(lambda: value_of(hass, "switch.porch_pi_recording") == STATE_UNAVAILABLE)


async def test_a_revoked_token_is_told_in_a_sentence(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.revoke()
    with pytest.raises(HomeAssistantError) as caught:
        await switch(hass, "switch.porch_pi_recording", SERVICE_TURN_OFF)
    assert caught.value.translation_key == "not_paired"


async def test_a_value_that_the_agent_refuses_is_the_callers_mistake(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    entity = hass.data["switch"].get_entity("switch.porch_pi_recording")
    with pytest.raises(ServiceValidationError) as caught:
        await entity.async_change_settings(recording="perhaps")
    assert caught.value.translation_key == "agent_refused"


async def test_only_what_is_rarely_switched_is_configuration(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    categories = {
        entity_id: entity.entity_category
        for entity_id in SETTINGS
        if (entity := entity_registry.async_get(entity_id))
    }
    assert categories == {
        "switch.porch_pi_motion_detection": None,
        "switch.porch_pi_privacy_mode": None,
        "switch.porch_pi_recording": "config",
        "switch.porch_pi_time_in_the_picture": "config",
    }
