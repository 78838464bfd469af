"""What a camera itself can be set to: shown where it has it, and kept while it cannot be asked."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from homeassistant.components.number import NumberDeviceClass
from homeassistant.const import (
    ATTR_ENTITY_ID,
    STATE_OFF,
    STATE_ON,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.agent_client import AgentClient
from custom_components.pi_motion_camera.agent_client.protocol import CameraMessage
from pi_agent.capture.camera_controls import CameraControls
from pi_agent.protocol import OfferedControls
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp, connected
from .states import state_of, value_of
from .waiting import until

EXPOSURE, GAIN = "number.porch_pi_exposure_time", "number.porch_pi_gain"
FOCUS, ZOOM = "number.porch_pi_focus", "number.porch_pi_zoom"
LOWEST_FPS = "number.porch_pi_lowest_frame_rate_in_the_dark"
AUTOMATIC_EXPOSURE = "switch.porch_pi_automatic_exposure"
AUTOMATIC_GAIN, AUTOFOCUS = "switch.porch_pi_automatic_gain", "switch.porch_pi_autofocus"
LOWER_FPS = "switch.porch_pi_lower_frame_rate_in_the_dark"
WHITE_BALANCE = "select.porch_pi_white_balance"
AT_FIRST = {FOCUS, ZOOM, AUTOFOCUS}
ALL = {*AT_FIRST, EXPOSURE, GAIN, LOWEST_FPS, AUTOMATIC_EXPOSURE, AUTOMATIC_GAIN, LOWER_FPS} | {
    WHITE_BALANCE
}

EVERYTHING = OfferedControls(
    exposure_seconds=(0.0003, 0.2),
    gain=True,
    white_balance=("auto", "daylight", "cloudy"),
    focus=True,
    most_zoom=8.0,
    frame_duration=True,
)


class AdjustableSource(ScriptedSource):
    """A scripted camera that tells what can be set on it once it was open."""

    def __init__(self) -> None:
        super().__init__()
        self.has = EVERYTHING
        self.offered_controls = OfferedControls()
        self.controls = CameraControls()

    def open(self) -> None:
        super().open()
        self.offered_controls = self.has

    def apply_controls(self, controls: CameraControls) -> None:
        self.controls = controls


@pytest.fixture
def source() -> AdjustableSource:
    return AdjustableSource()


@pytest.fixture
async def enabled(
    hass: HomeAssistant, loaded: MockConfigEntry, set_up: SetUp, entity_registry: er.EntityRegistry
) -> MockConfigEntry:
    """The entry with every control switched on."""
    await until(lambda: control_entities(entity_registry, loaded) == ALL)
    for entity_id in ALL:
        entity_registry.async_update_entity(entity_id, disabled_by=None)
    await hass.config_entries.async_unload(loaded.entry_id)
    await set_up(loaded)
    return loaded


def control_entities(registry: er.EntityRegistry, entry: MockConfigEntry) -> set[str]:
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    return {entity.entity_id for entity in entities} & ALL


async def act(hass: HomeAssistant, action: str, entity_id: str, **data: object) -> None:
    domain = entity_id.split(".", maxsplit=1)[0]
    await hass.services.async_call(
        domain, action, {ATTR_ENTITY_ID: entity_id, **data}, blocking=True
    )


async def start_anew(agent: AgentThread, source: AdjustableSource) -> None:
    """Start the agent anew; its camera was never open."""
    await agent.stop()
    source.offered_controls = OfferedControls()
    await agent.start()


async def test_few_controls_are_on_at_first_and_all_are_configuration(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    await until(lambda: control_entities(entity_registry, loaded) == ALL)
    entities = [entity_registry.entities[entity_id] for entity_id in ALL]
    assert {entity.entity_category for entity in entities} == {"config"}
    assert {entity.entity_id for entity in entities if not entity.disabled_by} == AT_FIRST


@pytest.mark.parametrize(
    ("has", "expected"),
    [
        (OfferedControls(exposure_seconds=(0.1, 1.0)), {EXPOSURE, AUTOMATIC_EXPOSURE}),
        (OfferedControls(gain=True), {GAIN, AUTOMATIC_GAIN}),
        (OfferedControls(focus=True), {FOCUS, AUTOFOCUS}),
        (OfferedControls(most_zoom=2.0), {ZOOM}),
        (OfferedControls(frame_duration=True), {LOWEST_FPS, LOWER_FPS}),
        (OfferedControls(white_balance=("auto", "daylight")), {WHITE_BALANCE}),
        (OfferedControls(flip=True), set()),
        (OfferedControls(), set()),
    ],
)
async def test_a_camera_has_the_entities_of_what_it_offers(
    *,
    loaded: MockConfigEntry,
    agent: AgentThread,
    source: AdjustableSource,
    entity_registry: er.EntityRegistry,
    has: OfferedControls,
    expected: set[str],
) -> None:
    await until(lambda: control_entities(entity_registry, loaded) == ALL)
    source.has = has
    await start_anew(agent, source)
    source.still(1.0)
    await until(lambda: control_entities(entity_registry, loaded) == expected)


@pytest.mark.parametrize(
    ("entity_id", "unit", "limits"),
    [
        (EXPOSURE, "ms", (0.3, 200.0, 0.1)),
        (GAIN, "%", (0.0, 100.0, 1.0)),
        (FOCUS, "%", (0.0, 100.0, 0.5)),
        (ZOOM, "\u00d7", (1.0, 8.0, 0.1)),
        (LOWEST_FPS, "fps", (0.1, 120.0, 0.1)),
    ],
)
async def test_a_number_goes_as_far_as_the_camera_does(
    hass: HomeAssistant,
    enabled: MockConfigEntry,
    entity_id: str,
    unit: str,
    limits: tuple[float, float, float],
) -> None:
    await until(lambda: value_of(hass, entity_id) is not None)
    attributes = state_of(hass, entity_id).attributes
    assert (attributes["min"], attributes["max"], attributes["step"]) == limits
    assert attributes["unit_of_measurement"] == unit
    assert (attributes.get("device_class") == NumberDeviceClass.DURATION) is (unit == "ms")


@pytest.mark.parametrize(
    ("entity_id", "value", "controls"),
    [
        (EXPOSURE, 0.3, {"exposure_seconds": 0.0003}),
        (EXPOSURE, 33.3, {"exposure_seconds": 0.0333}),
        (GAIN, 29, {"gain": 0.29}),
        (FOCUS, 57.5, {"focus": 0.575}),
        (ZOOM, 2.5, {"zoom": 2.5}),
        (LOWEST_FPS, 2, {"slowest_fps": 2.0}),
    ],
)
async def test_a_number_that_is_set_reaches_the_camera(
    *,
    hass: HomeAssistant,
    enabled: MockConfigEntry,
    source: AdjustableSource,
    entity_id: str,
    value: float,
    controls: Mapping[str, float],
) -> None:
    await until(lambda: value_of(hass, entity_id) is not None)
    assert value_of(hass, entity_id) == ("1.0" if entity_id == ZOOM else STATE_UNKNOWN)
    await act(hass, "set_value", entity_id, value=value)
    assert float(state_of(hass, entity_id).state) == value
    source.still(1.0)
    ((name, wanted),) = controls.items()
    await until(lambda: getattr(source.controls, name) == pytest.approx(wanted, rel=1e-9))


async def test_a_number_beyond_the_camera_is_refused_here(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await until(lambda: value_of(hass, ZOOM) is not None)
    with pytest.raises(ServiceValidationError):
        await act(hass, "set_value", ZOOM, value=9)


@pytest.mark.parametrize(
    ("switch", "number", "first"),
    [
        (AUTOMATIC_EXPOSURE, EXPOSURE, 20.0),
        (AUTOMATIC_GAIN, GAIN, 0.0),
        (AUTOFOCUS, FOCUS, 0.0),
    ],
)
async def test_what_is_automatic_ends_and_comes_back(
    hass: HomeAssistant, enabled: MockConfigEntry, switch: str, number: str, first: float
) -> None:
    await until(lambda: value_of(hass, switch) == STATE_ON)
    await act(hass, "turn_off", switch)
    assert value_of(hass, switch) == STATE_OFF
    assert float(state_of(hass, number).state) == first
    await act(hass, "set_value", number, value=42)
    await act(hass, "turn_off", switch)
    assert float(state_of(hass, number).state) == 42, "off already"
    await act(hass, "turn_on", switch)
    assert (value_of(hass, switch), value_of(hass, number)) == (STATE_ON, STATE_UNKNOWN)
    await act(hass, "turn_off", switch)
    assert float(state_of(hass, number).state) == 42, "the user's last value"


async def test_the_frame_rate_may_be_lowered_in_the_dark(
    hass: HomeAssistant, enabled: MockConfigEntry
) -> None:
    await until(lambda: value_of(hass, LOWER_FPS) == STATE_OFF)
    await act(hass, "turn_on", LOWER_FPS)
    assert (value_of(hass, LOWER_FPS), value_of(hass, LOWEST_FPS)) == (STATE_ON, "5.0")
    await act(hass, "turn_off", LOWER_FPS)
    assert (value_of(hass, LOWER_FPS), value_of(hass, LOWEST_FPS)) == (STATE_OFF, STATE_UNKNOWN)
    assert (await enabled.runtime_data.client.settings("porch")).slowest_fps is None


async def test_a_first_value_is_one_that_the_camera_has(
    hass: HomeAssistant, enabled: MockConfigEntry
) -> None:
    await until(lambda: value_of(hass, AUTOMATIC_EXPOSURE) == STATE_ON)
    coordinator = enabled.runtime_data.coordinator
    status = coordinator.data.cameras["porch"].status
    short = replace(status.controls, exposure_seconds=(0.0001, 0.01))
    coordinator.async_handle_message(
        CameraMessage(camera="porch", state=status.state, size=status.size, controls=short)
    )
    await act(hass, "turn_off", AUTOMATIC_EXPOSURE)
    assert value_of(hass, EXPOSURE) == "10.0"


async def test_white_balance_is_chosen_from_what_the_camera_has(
    hass: HomeAssistant, enabled: MockConfigEntry, source: AdjustableSource
) -> None:
    await until(lambda: value_of(hass, WHITE_BALANCE) == "auto")
    assert state_of(hass, WHITE_BALANCE).attributes["options"] == ["auto", "daylight", "cloudy"]
    await act(hass, "select_option", WHITE_BALANCE, option="cloudy")
    assert value_of(hass, WHITE_BALANCE) == "cloudy"
    source.still(1.0)
    await until(lambda: source.controls.white_balance == "cloudy")
    with pytest.raises(ServiceValidationError):
        await act(hass, "select_option", WHITE_BALANCE, option="moonlight")


async def test_a_camera_that_cannot_be_asked_keeps_its_entities_and_how_far_they_go(
    hass: HomeAssistant,
    enabled: MockConfigEntry,
    agent: AgentThread,
    source: AdjustableSource,
    entity_registry: er.EntityRegistry,
) -> None:
    await until(lambda: control_entities(entity_registry, enabled) == ALL)
    await act(hass, "select_option", WHITE_BALANCE, option="cloudy")
    source.break_off("unplugged")
    before = enabled.runtime_data.coordinator.data.boot_id
    await start_anew(agent, source)
    await until(lambda: enabled.runtime_data.coordinator.data.boot_id != before)
    await hass.async_block_till_done()
    assert enabled.runtime_data.coordinator.data.cameras["porch"].is_offline
    assert control_entities(entity_registry, enabled) == ALL
    assert state_of(hass, ZOOM).attributes["max"] == 8
    assert state_of(hass, WHITE_BALANCE).attributes["options"] == ["auto", "daylight", "cloudy"]
    await act(hass, "set_value", ZOOM, value=3)
    assert value_of(hass, ZOOM) == "3.0"

    await hass.config_entries.async_reload(enabled.entry_id)
    await connected(enabled)
    await hass.async_block_till_done()
    assert control_entities(entity_registry, enabled) == ALL
    assert state_of(hass, ZOOM).attributes["max"] == 16, "as far as anything may go"
    assert state_of(hass, WHITE_BALANCE).attributes["options"] == ["auto", "cloudy"]


async def test_a_camera_that_was_never_open_has_none_until_it_is(
    *,
    entry: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    source: AdjustableSource,
    onlooker: AgentClient,
    entity_registry: er.EntityRegistry,
) -> None:
    await onlooker.change_settings("porch", {"privacy": True})
    await start_anew(agent, source)
    await set_up(entry)
    assert control_entities(entity_registry, entry) == set()
    await onlooker.change_settings("porch", {"privacy": False})
    source.still(1.0)
    await until(lambda: control_entities(entity_registry, entry) == ALL)
