"""Numbers and selects change the agent's settings, within what the contract allows."""

from typing import Any

import pytest
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.agent_client.protocol import CameraSettings, Rotation
from custom_components.pi_motion_camera.number import NUMBERS
from custom_components.pi_motion_camera.setting_limits import limits_of

from .agent_thread import AgentThread
from .states import state_of, value_of
from .waiting import until

SENSITIVITY = "number.porch_pi_sensitivity"
PRE_ROLL = "number.porch_pi_clip_before_the_event"
ROTATION = "select.porch_pi_rotation"


async def set_number(hass: HomeAssistant, entity_id: str, value: float) -> None:
    data = {ATTR_ENTITY_ID: entity_id, "value": value}
    await hass.services.async_call("number", "set_value", data, blocking=True)


@pytest.mark.parametrize(
    ("entity_id", "setting", "value"),
    [
        (SENSITIVITY, "sensitivity", 77),
        (PRE_ROLL, "pre_roll_seconds", 7.5),
        (PRE_ROLL, "pre_roll_seconds", 0.0),
        ("number.porch_pi_quiet_until_the_end", "cool_down_seconds", 600.0),
    ],
)
async def test_a_number_changes_the_agents_setting(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    entity_id: str,
    setting: str,
    value: float,
) -> None:
    await set_number(hass, entity_id, value)
    assert float(state_of(hass, entity_id).state) == value
    settings = await loaded.runtime_data.client.settings("porch")
    assert getattr(settings, setting) == value
    assert type(getattr(settings, setting)) is type(value)


async def test_a_number_shows_what_others_changed(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await loaded.runtime_data.client.change_settings("porch", {"sensitivity": 12})
    await until(lambda: value_of(hass, SENSITIVITY) == "12.0")


async def test_a_number_beyond_its_limits_is_refused_here(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    for value in (0, 101):
        with pytest.raises(ServiceValidationError):
            await set_number(hass, SENSITIVITY, value)
    assert value_of(hass, SENSITIVITY) == "50.0"


async def test_a_number_says_why_it_could_not_be_set(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.revoke()
    with pytest.raises(HomeAssistantError) as caught:
        await set_number(hass, SENSITIVITY, 60)
    assert caught.value.translation_key == "not_paired"


@pytest.mark.parametrize("description", NUMBERS, ids=lambda d: d.key)
def test_every_number_is_a_setting_with_the_limits_of_the_contract(description: Any) -> None:
    limits = limits_of(description.key)
    assert limits.low <= getattr(CameraSettings(), description.key) <= limits.high
    assert description.native_step


async def test_numbers_are_configuration(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entities = er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
    settings = [entity for entity in entities if entity.domain in {"number", "select"}]
    assert len(settings) == len(NUMBERS) + 1
    assert {entity.entity_category for entity in settings} == {"config"}
    attributes = state_of(hass, SENSITIVITY).attributes
    assert (attributes["min"], attributes["max"], attributes["step"]) == (1, 100, 1)
    assert attributes["mode"] == "slider"


@pytest.mark.parametrize("rotation", Rotation)
async def test_the_picture_is_turned(
    hass: HomeAssistant, loaded: MockConfigEntry, rotation: Rotation
) -> None:
    option = rotation.name.lower()
    data = {ATTR_ENTITY_ID: ROTATION, "option": option}
    await hass.services.async_call("select", "select_option", data, blocking=True)
    assert value_of(hass, ROTATION) == option
    settings = await loaded.runtime_data.client.settings("porch")
    assert settings.rotation.name == rotation.name
