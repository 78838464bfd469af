"""Motion sensors follow the agent, and tell nothing they do not know."""

from typing import Any

from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.onnx_file import walker_model
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp, connected
from .states import state_of, value_of, watch
from .waiting import until

MOTION = "binary_sensor.porch_pi_motion"
CONNECTIVITY = "binary_sensor.porch_pi_connectivity"
PATH = "binary_sensor.porch_pi_motion_in_path"
STREET = "binary_sensor.porch_pi_motion_in_street"
LEFT_HALF = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
RIGHT_HALF = [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]


async def set_zones(entry: MockConfigEntry, **zones: Any) -> None:
    """Set the camera's zones at the agent, as its own page would."""
    changes = {"zones": [{"name": name, "points": points} for name, points in zones.items()]}
    await entry.runtime_data.client.change_settings("porch", changes)


async def test_motion_turns_the_sensor_on_and_quiet_turns_it_off(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    source.still(3)
    assert value_of(hass, MOTION) == STATE_OFF
    source.walk(3)
    await until(lambda: value_of(hass, MOTION) == STATE_ON)
    source.still(8)
    await until(lambda: value_of(hass, MOTION) == STATE_OFF)


async def test_a_request_for_an_update_does_not_forget_the_motion(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    source.still(3)
    source.walk(3)
    await until(lambda: value_of(hass, MOTION) == STATE_ON)
    coordinator = loaded.runtime_data.coordinator
    await until(lambda: coordinator.data.cameras["porch"].open_event_id)  # told on its own
    known = coordinator.data
    await hass.services.async_call(
        "homeassistant", "update_entity", {ATTR_ENTITY_ID: [MOTION, CONNECTIVITY]}, blocking=True
    )
    await hass.async_block_till_done()
    now = coordinator.data
    assert now.boot_id == known.boot_id
    assert now.cameras["porch"].open_event_id == known.cameras["porch"].open_event_id
    assert value_of(hass, MOTION) == STATE_ON


async def test_a_zone_has_a_sensor_of_its_own(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    await set_zones(loaded, path=LEFT_HALF, street=RIGHT_HALF)
    await until(lambda: value_of(hass, PATH) == STATE_OFF)
    path, street = watch(hass, PATH), watch(hass, STREET)
    source.still(3)
    source.walk(4)  # from left to right
    source.still(8)
    await until(lambda: [state.state for state in street] == [STATE_ON, STATE_OFF])
    assert [state.state for state in path] == [STATE_ON, STATE_OFF]
    assert path[0].last_changed < street[0].last_changed
    await until(lambda: value_of(hass, MOTION) == STATE_OFF)


async def test_zones_come_and_go_without_a_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    await set_zones(loaded, path=LEFT_HALF)
    await until(lambda: value_of(hass, PATH) == STATE_OFF)
    assert state_of(hass, PATH).attributes["friendly_name"] == "Porch Pi Motion in path"
    await set_zones(loaded)
    await until(lambda: value_of(hass, PATH) is None)
    assert entity_registry.async_get(PATH) is None
    await set_zones(loaded, path=RIGHT_HALF)
    await until(lambda: value_of(hass, PATH) == STATE_OFF)


async def test_a_zone_that_went_while_home_assistant_was_down_is_removed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
) -> None:
    await set_zones(loaded, path=LEFT_HALF)
    await until(lambda: value_of(hass, PATH) == STATE_OFF)
    client = loaded.runtime_data.client
    await hass.config_entries.async_unload(loaded.entry_id)
    await client.change_settings("porch", {"zones": []})
    await set_up(loaded)
    assert entity_registry.async_get(PATH) is None
    assert hass.states.get(PATH) is None


async def test_what_is_not_known_is_unavailable(
    hass: HomeAssistant, loaded: MockConfigEntry, agent: AgentThread
) -> None:
    assert value_of(hass, CONNECTIVITY) == STATE_ON
    await agent.stop()
    await until(lambda: value_of(hass, MOTION) == STATE_UNAVAILABLE)
    assert value_of(hass, CONNECTIVITY) == STATE_OFF
    await agent.start()
    await connected(loaded)
    assert value_of(hass, CONNECTIVITY) == STATE_ON


async def test_a_lost_camera_makes_unavailable_what_needs_its_pictures(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    source.break_off("unplugged")
    await until(lambda: value_of(hass, MOTION) == STATE_UNAVAILABLE)
    assert value_of(hass, "camera.porch_pi") == STATE_UNAVAILABLE
    assert value_of(hass, CONNECTIVITY) == STATE_ON
    assert value_of(hass, "switch.porch_pi_motion_detection") == STATE_ON
    source.mend()
    source.still(1)
    await until(lambda: value_of(hass, MOTION) == STATE_OFF)


async def test_privacy_mode_ends_motion_and_stays_available(
    hass: HomeAssistant, loaded: MockConfigEntry, source: ScriptedSource
) -> None:
    source.still(3)
    source.walk(3)
    await until(lambda: value_of(hass, MOTION) == STATE_ON)
    await loaded.runtime_data.client.change_settings("porch", {"privacy": True})
    await until(lambda: value_of(hass, MOTION) == STATE_OFF)


async def test_motion_is_found_by_device_class(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entity = entity_registry.async_get(MOTION)
    assert entity is not None
    assert entity.original_device_class == "motion"
    assert entity.entity_category is None  # a category would hide it from triggers by area
    connectivity = entity_registry.async_get(CONNECTIVITY)
    assert connectivity is not None
    assert connectivity.entity_category == "diagnostic"


async def test_what_was_seen_has_a_sensor_for_as_long_as_the_event_goes_on(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    source: ScriptedSource,
    agent: AgentThread,
    entity_registry: er.EntityRegistry,
) -> None:
    person, dog = "binary_sensor.porch_pi_person", "binary_sensor.porch_pi_dog"
    assert value_of(hass, person) is None, "nobody looks for objects yet"
    assert value_of(hass, "switch.porch_pi_only_recognized_objects") is None
    models = agent._data_dir / "models"
    models.mkdir()
    walker_model(models / "walkers.onnx", ("person", "dog", "robot"))
    await loaded.runtime_data.client.change_settings(
        "porch", {"labels": ["person", "dog", "robot"]}
    )
    source.still(3)
    source.walk(60)  # the first event has the models found
    await until(lambda: value_of(hass, person) == STATE_ON)
    assert value_of(hass, "binary_sensor.porch_pi_seen_robot") == STATE_OFF
    entity = entity_registry.async_get(dog)
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert value_of(hass, "switch.porch_pi_only_recognized_objects") == STATE_OFF
    source.still(10)
    await until(lambda: value_of(hass, person) == STATE_OFF)
