"""Buttons act at the agent, and are there only where it can."""

import pytest
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.agent_client.protocol import EventCause
from pi_agent.server import MachineControls

from .agent_thread import AgentThread
from .conftest import SetUp
from .states import value_of
from .waiting import until

TAKE_PICTURE = "button.porch_pi_take_picture"
RESTART = "button.porch_pi_restart"
IDENTIFY = "button.porch_pi_identify"


async def press(hass: HomeAssistant, entity_id: str) -> None:
    await hass.services.async_call("button", "press", {ATTR_ENTITY_ID: entity_id}, blocking=True)


class Led:
    """An LED that notes for how long it is to blink."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def blink(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
async def led() -> Led:
    return Led()


@pytest.fixture
async def controls(
    agent: AgentThread, led: Led, monkeypatch: pytest.MonkeyPatch
) -> list[str | float]:
    """What the machine was told to do."""
    told: list[str | float] = []
    controls = MachineControls(restart=lambda: told.append("restart"), led=led)  # type: ignore[arg-type]
    monkeypatch.setattr("pi_agent.app.Agent._controls", lambda _: controls)
    await agent.stop()
    await agent.start()
    return told


@pytest.fixture
async def capable(
    entry: MockConfigEntry, set_up: SetUp, controls: list[str | float]
) -> MockConfigEntry:
    """An entry of an agent that can restart and blink."""
    await set_up(entry)
    return entry


async def test_a_picture_taken_by_hand_is_kept_as_an_event(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await press(hass, TAKE_PICTURE)
    await until(lambda: loaded.runtime_data.coordinator.data.cameras["porch"].pictured_event)
    camera = loaded.runtime_data.coordinator.data.cameras["porch"]
    assert camera.pictured_event.cause.value == EventCause.MANUAL.value
    assert value_of(hass, "binary_sensor.porch_pi_motion") == "off"


async def test_no_picture_is_taken_in_privacy_mode(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await loaded.runtime_data.client.change_settings("porch", {"privacy": True})
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, TAKE_PICTURE)
    assert caught.value.translation_key == "agent_refused"
    assert "privacy" in str(caught.value)


async def test_an_agent_restarts_and_blinks_where_it_can(
    hass: HomeAssistant, capable: MockConfigEntry, controls: list[str | float], led: Led
) -> None:
    await press(hass, RESTART)
    await until(lambda: controls == ["restart"])
    await press(hass, IDENTIFY)
    assert led.seconds == [10.0]


async def test_what_an_agent_cannot_do_has_no_button(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    assert entity_registry.async_get(RESTART) is None


async def test_a_button_says_why_it_did_nothing(
    hass: HomeAssistant, capable: MockConfigEntry, agent: AgentThread
) -> None:
    (restart,) = (e for e in hass.data["button"].entities if e.entity_id == RESTART)
    await agent.stop()
    with pytest.raises(HomeAssistantError) as caught:
        await restart.async_press()
    assert caught.value.translation_key == "unreachable"
    await until(lambda: value_of(hass, RESTART) == STATE_UNAVAILABLE)
