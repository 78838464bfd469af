"""What hangs on the Pi's pins: siren and direction, there only where the agent has them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from pi_agent import gpio_wiring
from pi_agent.gpio import PanSettings
from pi_agent.gpio_configuration import (
    BuzzerConfiguration,
    GpioConfiguration,
    ServoConfiguration,
)

from .agent_thread import AgentThread
from .conftest import SetUp
from .states import state_of, value_of
from .test_devices import greeting_of
from .waiting import until

SIREN = "siren.porch_pi_siren"
DIRECTION = "number.porch_pi_direction"


@pytest.fixture
async def pins(agent: AgentThread, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Mock pins with a passive buzzer and a servo."""
    factory = MockFactory(pin_class=MockPWMPin)
    monkeypatch.setattr(gpio_wiring, "open_pins", lambda: factory)
    agent.gpio = GpioConfiguration(
        buzzer=BuzzerConfiguration(pin=18, passive=True, longest_seconds=0.3),
        servo=ServoConfiguration(settings=PanSettings(pin=13, low=-40, high=50)),
    )
    await agent.stop()
    await agent.start()
    yield factory
    await agent.stop()


@pytest.fixture
async def equipped(entry: MockConfigEntry, set_up: SetUp, pins: Any) -> MockConfigEntry:
    """An entry of an agent with things on its pins."""
    await set_up(entry)
    return entry


async def call(hass: HomeAssistant, domain: str, action: str, entity_id: str, **data: Any) -> None:
    await hass.services.async_call(
        domain, action, {ATTR_ENTITY_ID: entity_id, **data}, blocking=True
    )


async def test_the_siren_sounds_with_a_tone_and_ends_by_itself(
    hass: HomeAssistant, equipped: MockConfigEntry, pins: Any
) -> None:
    state = state_of(hass, SIREN)
    assert state.state == "off"
    assert state.attributes["available_tones"] == ["steady", "beeps", "alarm", "siren"]
    await call(hass, "siren", "turn_on", SIREN, tone="alarm", duration=60)
    await until(lambda: value_of(hass, SIREN) == "on")
    await until(lambda: value_of(hass, SIREN) == "off")  # no longer than the agent allows
    assert pins.pin(18).state == 0


async def test_the_siren_is_switched_off(
    hass: HomeAssistant, equipped: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await call(hass, "siren", "turn_on", SIREN)
    await call(hass, "siren", "turn_off", SIREN)
    await until(lambda: value_of(hass, SIREN) == "off")


async def test_the_camera_is_turned_within_its_limits(
    hass: HomeAssistant, equipped: MockConfigEntry, pins: Any
) -> None:
    state = state_of(hass, DIRECTION)
    assert state.state == STATE_UNKNOWN  # nobody knows where a servo stands
    assert (state.attributes["min"], state.attributes["max"]) == (-40.0, 50.0)
    await call(hass, "number", "set_value", DIRECTION, value=12)
    await until(lambda: value_of(hass, DIRECTION) == "12.0")
    with pytest.raises(ServiceValidationError):
        await call(hass, "number", "set_value", DIRECTION, value=60)
    assert value_of(hass, DIRECTION) == "12.0"


async def test_a_camera_on_a_servo_goes_without_a_complaint(
    hass: HomeAssistant,
    equipped: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert entity_registry.async_get(DIRECTION)
    without_it = replace(greeting_of(equipped), cameras=())
    equipped.runtime_data.coordinator.async_handle_message(without_it)
    await hass.async_block_till_done()
    assert entity_registry.async_get(DIRECTION) is None
    assert "Unexpected error" not in caplog.text


async def test_an_agent_without_them_has_neither(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    assert entity_registry.async_get(SIREN) is None
    assert entity_registry.async_get(DIRECTION) is None
