"""Sensors tell how the Pi and its cameras fare; what few need is off at first."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.const import (
    ATTR_ENTITY_ID,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.pi_motion_camera.agent_client.protocol import (
    CameraMessage,
    CameraState,
    MotionMessage,
    ServerMessage,
    SystemMessage,
)
from pi_agent.protocol import AgentInfo
from pi_agent.server import system_state
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp
from .states import state_of, value_of, watch
from .waiting import until

OFF_AT_FIRST = {
    "sensor.porch_pi_dropped_frames",
    "sensor.porch_pi_frame_rate",
    "sensor.porch_pi_last_start",
    "sensor.porch_pi_motion_score",
    "sensor.porch_pi_viewers",
}


async def press(hass: HomeAssistant, entity_id: str) -> None:
    await hass.services.async_call("button", "press", {ATTR_ENTITY_ID: entity_id}, blocking=True)


def tell(entry: MockConfigEntry, message: ServerMessage) -> None:
    """Have the agent say something."""
    entry.runtime_data.coordinator.async_handle_message(message)


@pytest.fixture
async def all_enabled(
    hass: HomeAssistant, loaded: MockConfigEntry, set_up: SetUp, entity_registry: er.EntityRegistry
) -> MockConfigEntry:
    """The entry with every entity switched on."""
    for entity in er.async_entries_for_config_entry(entity_registry, loaded.entry_id):
        entity_registry.async_update_entity(entity.entity_id, disabled_by=None)
    await hass.config_entries.async_unload(loaded.entry_id)
    await set_up(loaded)
    return loaded


async def test_what_few_need_is_off_at_first(
    loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entities = er.async_entries_for_config_entry(entity_registry, loaded.entry_id)
    sensors = {e.entity_id for e in entities if e.domain == "sensor" and e.disabled_by}
    assert sensors == OFF_AT_FIRST


async def test_the_state_of_the_pi_is_known_from_the_start(
    hass: HomeAssistant, all_enabled: MockConfigEntry
) -> None:
    free = state_of(hass, "sensor.porch_pi_free_disk_space")
    assert float(free.state) > 0
    assert free.attributes["unit_of_measurement"] == "GB"
    started = datetime.fromisoformat(state_of(hass, "sensor.porch_pi_last_start").state)
    assert 0 <= (datetime.now(UTC) - started).total_seconds() < 60


async def test_what_the_agent_tells_of_the_pi_is_shown(
    hass: HomeAssistant, all_enabled: MockConfigEntry
) -> None:
    tell(all_enabled, SystemMessage(viewers=3, dropped_frames=12, free_disk_bytes=21 * 10**9))
    assert value_of(hass, "sensor.porch_pi_viewers") == "3"
    assert value_of(hass, "sensor.porch_pi_dropped_frames") == "12"
    assert value_of(hass, "sensor.porch_pi_free_disk_space") == "21.0"
    assert value_of(hass, "sensor.porch_pi_last_start") == STATE_UNKNOWN
    assert value_of(hass, "binary_sensor.porch_pi_recording_problem") == STATE_OFF
    tell(all_enabled, SystemMessage(recording_problem="the disk is full"))
    assert value_of(hass, "binary_sensor.porch_pi_recording_problem") == STATE_ON


@pytest.mark.parametrize("tells", [True, False])
async def test_what_a_machine_cannot_tell_has_no_entity(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    tells: bool,
) -> None:
    monkeypatch.setattr(system_state, "_temperature", lambda: 51.7 if tells else None)
    monkeypatch.setattr(system_state, "read_throttled", lambda: True if tells else None)
    await set_up(entry)
    temperature = value_of(hass, "sensor.porch_pi_temperature")
    throttled = value_of(hass, "binary_sensor.porch_pi_throttled")
    assert (temperature, throttled) == (("52.0", STATE_ON) if tells else (None, None))


async def test_an_older_agent_leaves_its_state_unknown_until_it_tells(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _older(**fields: Any) -> AgentInfo:
        return AgentInfo(**{**fields, "system": None})

    monkeypatch.setattr("pi_agent.server.cameras.AgentInfo", _older)
    await set_up(entry)
    assert value_of(hass, "sensor.porch_pi_temperature") == STATE_UNKNOWN
    assert value_of(hass, "binary_sensor.porch_pi_throttled") == STATE_UNKNOWN
    tell(entry, SystemMessage(temperature=48.2, throttled=False))
    assert value_of(hass, "sensor.porch_pi_temperature") == "48.0"
    assert value_of(hass, "binary_sensor.porch_pi_throttled") == STATE_OFF


async def test_frame_rate_and_motion_of_a_camera_are_shown(
    hass: HomeAssistant, all_enabled: MockConfigEntry
) -> None:
    tell(all_enabled, CameraMessage(camera="porch", state=CameraState.ONLINE, fps=14.9))
    assert value_of(hass, "sensor.porch_pi_frame_rate") == "14.9"
    assert value_of(hass, "sensor.porch_pi_motion_score") == "0.0"
    tell(all_enabled, MotionMessage(camera="porch", active=True, score=63.0))
    assert value_of(hass, "sensor.porch_pi_motion_score") == "63.0"


async def test_the_time_of_the_last_motion_is_that_of_its_event(
    hass: HomeAssistant, loaded: MockConfigEntry, event_id: str
) -> None:
    event = loaded.runtime_data.coordinator.data.cameras["porch"].event
    await hass.async_block_till_done()
    shown = datetime.fromisoformat(state_of(hass, "sensor.porch_pi_last_motion").state)
    assert shown == event.started_at.replace(microsecond=0)


async def test_a_camera_without_events_has_no_last_motion(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    assert value_of(hass, "sensor.porch_pi_last_motion") == STATE_UNKNOWN


async def test_a_covered_lens_is_a_problem_until_it_sees_again(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    covered = "binary_sensor.porch_pi_nothing_to_be_seen"
    source.still(3)
    await until(lambda: value_of(hass, covered) == STATE_OFF)
    source.dark(13)
    await until(lambda: value_of(hass, covered) == STATE_ON)
    assert state_of(hass, covered).attributes["device_class"] == "problem"
    source.still(5)
    await until(lambda: value_of(hass, covered) == STATE_OFF)


async def test_a_camera_that_was_turned_is_told_until_its_view_is_accepted(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    moved, accept = "binary_sensor.porch_pi_camera_moved", "button.porch_pi_accept_view"
    source.still(3)
    await until(lambda: value_of(hass, "binary_sensor.porch_pi_nothing_to_be_seen") == STATE_OFF)
    assert value_of(hass, moved) == STATE_UNKNOWN
    assert state_of(hass, moved).attributes["device_class"] == "tamper"
    await press(hass, accept)
    await until(lambda: value_of(hass, moved) == STATE_OFF)
    source.still(20)
    source.turned(40)
    await until(lambda: value_of(hass, moved) == STATE_ON)
    await press(hass, accept)
    await until(lambda: value_of(hass, moved) == STATE_OFF)


async def test_a_view_that_nobody_looks_at_cannot_be_accepted(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await loaded.runtime_data.client.change_settings("porch", {"motion": False})
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, "button.porch_pi_accept_view")
    assert caught.value.translation_key == "agent_refused"
    assert "motion detection is off" in str(caught.value)


async def test_an_agent_that_looks_for_no_cover_has_no_such_sensor(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pi_agent.pipeline.camera_pipeline._CAPABILITIES", ("motion",))
    await set_up(entry)
    assert hass.states.get("binary_sensor.porch_pi_nothing_to_be_seen") is None
    assert hass.states.get("binary_sensor.porch_pi_camera_moved") is None
    assert hass.states.get("button.porch_pi_accept_view") is None


async def test_sensors_are_unavailable_while_the_agent_is_lost(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    await agent.stop()
    await until(lambda: value_of(hass, "sensor.porch_pi_free_disk_space") == STATE_UNAVAILABLE)


async def test_a_pi_at_rest_writes_no_states(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    begin = SystemMessage(free_disk_bytes=21_474_836_480, temperature=51.2)
    status = CameraMessage(
        camera="porch", state=CameraState.ONLINE, fps=15.0, covered=False, moved=False
    )
    tell(loaded, begin)
    tell(loaded, status)
    await hass.async_block_till_done()
    changes: list[str] = []
    note = callback(lambda event: changes.append(event.data["entity_id"]))
    hass.bus.async_listen("state_changed", note)
    for minute in range(10):
        free = begin.free_disk_bytes or 0
        tell(loaded, replace(begin, free_disk_bytes=free - minute * 100_000, temperature=51.0))
        tell(loaded, replace(status, fps=15.0 + minute / 100))
    await hass.async_block_till_done()
    assert changes == []


@pytest.mark.parametrize(
    ("temperatures", "shown"),
    [((51.5, 52.6, 51.4, 53.3), ["52.0"]), ((51.5, 54.1, 52.6, 50.1), ["52.0", "54.0", "50.0"])],
)
async def test_a_temperature_that_sways_is_no_news_and_one_that_rises_is(
    hass: HomeAssistant, loaded: MockConfigEntry, temperatures: tuple[float, ...], shown: list[str]
) -> None:
    tell(loaded, SystemMessage(temperature=20.0))
    await hass.async_block_till_done()
    states = watch(hass, "sensor.porch_pi_temperature")
    for temperature in temperatures:
        tell(loaded, SystemMessage(temperature=temperature))
    await hass.async_block_till_done()
    assert [state.state for state in states] == shown


async def test_free_space_at_the_edge_of_two_figures_is_shown_as_one(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    tell(loaded, SystemMessage(free_disk_bytes=10**9))
    await hass.async_block_till_done()
    states = watch(hass, "sensor.porch_pi_free_disk_space")
    for free in (21_350_000_001, 21_349_999_999, 21_440_000_000, 21_280_000_000):
        tell(loaded, SystemMessage(free_disk_bytes=free))
    await hass.async_block_till_done()
    assert [state.state for state in states] == ["21.4", "21.3"]


async def test_motion_writes_no_state_of_the_pi(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    (entity,) = (
        e for e in hass.data["sensor"].entities if e.entity_id == "sensor.porch_pi_free_disk_space"
    )
    tell(loaded, SystemMessage(free_disk_bytes=10**9))
    seen = watch(hass, entity.entity_id)
    reported = state_of(hass, entity.entity_id).last_reported
    tell(loaded, MotionMessage(camera="porch", active=True, score=63.0))
    await hass.async_block_till_done()
    assert (seen, state_of(hass, entity.entity_id).last_reported) == ([], reported)
