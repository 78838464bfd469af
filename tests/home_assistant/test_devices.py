"""The Pi is a device, each camera one below it; with a single camera the two are one."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.pi_motion_camera import PLATFORMS
from custom_components.pi_motion_camera.agent_client.protocol import (
    Hello,
    HelloCamera,
    OfferedControls,
)
from custom_components.pi_motion_camera.const import DOMAIN
from pi_agent.configuration import CameraConfiguration
from tests.agent_fixture import camera
from tests.scripted_source import ScriptedSource

from .agent_thread import AgentThread
from .conftest import SetUp, connected, entry_for
from .waiting import until

BOTH = (camera("porch"), camera("back_yard", "second"))


def devices_of(
    registry: dr.DeviceRegistry, entry: MockConfigEntry
) -> tuple[list[dr.DeviceEntry], list[dr.ChildDeviceEntry]]:
    return (
        dr.async_entries_for_config_entry(registry, entry.entry_id),
        dr.async_child_entries_for_config_entry(registry, entry.entry_id),
    )


def names(devices: Sequence[dr.AnyDeviceEntry]) -> list[str | None]:
    return [device.name for device in devices]


async def restart(
    agent: AgentThread, entry: MockConfigEntry, cameras: Sequence[CameraConfiguration]
) -> None:
    """Start the agent anew with other cameras."""
    await agent.stop()
    agent.cameras = cameras
    await agent.start()


@pytest.fixture
async def two_cameras(
    hass: HomeAssistant, enable_custom_integrations: None, agent: AgentThread
) -> AsyncIterator[MockConfigEntry]:
    """An entry of an agent with two cameras."""
    await agent.stop()
    agent.sources["second"] = ScriptedSource()
    agent.cameras = BOTH
    await agent.start()
    entry = await entry_for(agent)
    entry.add_to_hass(hass)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


async def test_one_camera_is_one_device(
    loaded: MockConfigEntry,
    agent: AgentThread,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    agents, cameras = devices_of(device_registry, loaded)
    assert (names(agents), cameras) == (["Porch Pi"], [])
    assert agents[0].identifiers == {(DOMAIN, agent.agent_id)}
    assert agents[0].manufacturer == "Pi Motion Camera"
    assert agents[0].sw_version
    assert agents[0].configuration_url is None
    entities = er.async_entries_for_device(entity_registry, agents[0].id)
    assert {entity.domain for entity in entities} == set(PLATFORMS) - {Platform.SIREN}


async def test_each_of_several_cameras_is_a_device_below_the_agent(
    hass: HomeAssistant,
    two_cameras: MockConfigEntry,
    set_up: SetUp,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    await set_up(two_cameras)
    agents, cameras = devices_of(device_registry, two_cameras)
    assert names(agents) == ["Porch Pi"]
    assert names(cameras) == ["Porch", "Back Yard"]
    assert {device.parent_device_id for device in cameras} == {agents[0].id}
    for device in cameras:
        entities = er.async_entries_for_device(entity_registry, device.id)
        assert len(entities) == 18
    camera_ids = {state.entity_id for state in hass.states.async_all(Platform.CAMERA)}
    assert camera_ids == {"camera.porch_pi_porch", "camera.porch_pi_back_yard"}


async def test_a_camera_that_comes_makes_the_others_devices_of_their_own(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    agent.sources["second"] = ScriptedSource()
    await restart(agent, loaded, BOTH)
    await until(lambda: len(devices_of(device_registry, loaded)[1]) == 2)
    (porch_device,) = (d for d in devices_of(device_registry, loaded)[1] if d.name == "Porch")

    def _has_moved() -> bool:  # the same entity, under another device
        porch = entity_registry.async_get("camera.porch_pi")
        return porch is not None and porch.device_id == porch_device.id

    await until(_has_moved)


async def test_a_camera_that_goes_takes_its_device_and_entities_with_it(
    hass: HomeAssistant,
    two_cameras: MockConfigEntry,
    set_up: SetUp,
    agent: AgentThread,
    *,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    await set_up(two_cameras)
    await restart(agent, two_cameras, BOTH[:1])
    await until(lambda: not devices_of(device_registry, two_cameras)[1])
    await connected(two_cameras)
    await hass.async_block_till_done()
    entities = er.async_entries_for_config_entry(entity_registry, two_cameras.entry_id)
    assert {entity.domain for entity in entities} == set(PLATFORMS) - {Platform.SIREN}
    assert not [entity for entity in entities if "back_yard" in entity.unique_id]
    (agent_device,), _ = devices_of(device_registry, two_cameras)
    assert {entity.device_id for entity in entities} == {agent_device.id}


async def test_cameras_come_and_go_without_a_reload_while_there_are_several(
    hass: HomeAssistant,
    two_cameras: MockConfigEntry,
    set_up: SetUp,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    await set_up(two_cameras)
    runtime = two_cameras.runtime_data
    greeting = greeting_of(two_cameras)
    zooming = replace(greeting.cameras[0].status, controls=OfferedControls(most_zoom=4.0))
    third = replace(greeting.cameras[0], id="attic", name="Attic", status=zooming)
    runtime.coordinator.async_handle_message(replace(greeting, cameras=(*greeting.cameras, third)))
    await hass.async_block_till_done()
    assert names(devices_of(device_registry, two_cameras)[1]) == ["Porch", "Back Yard", "Attic"]
    assert hass.states.get("camera.porch_pi_attic") is not None
    assert hass.states.get("number.porch_pi_attic_zoom") is not None
    runtime.coordinator.async_handle_message(greeting)
    await hass.async_block_till_done()
    assert names(devices_of(device_registry, two_cameras)[1]) == ["Porch", "Back Yard"]
    assert hass.states.get("camera.porch_pi_attic") is None
    assert entity_registry.async_get("camera.porch_pi_attic") is None
    assert entity_registry.async_get("number.porch_pi_attic_zoom") is None
    assert two_cameras.runtime_data is runtime  # not reloaded


async def test_a_camera_that_is_renamed_renames_its_device(
    hass: HomeAssistant,
    two_cameras: MockConfigEntry,
    set_up: SetUp,
    device_registry: dr.DeviceRegistry,
) -> None:
    await set_up(two_cameras)
    greeting = greeting_of(two_cameras)
    porch, back_yard = greeting.cameras
    renamed = replace(greeting, cameras=(replace(porch, name="Front door"), back_yard))
    two_cameras.runtime_data.coordinator.async_handle_message(renamed)
    await hass.async_block_till_done()
    assert set(names(devices_of(device_registry, two_cameras)[1])) == {"Front door", "Back Yard"}


def greeting_of(entry: MockConfigEntry) -> Hello:
    """A greeting that tells what is known already."""
    state = entry.runtime_data.coordinator.data
    return Hello(
        protocol="1.0",
        agent_id=state.agent_id,
        boot_id=state.boot_id,
        revision=0,
        clock=dt_util.utcnow(),
        cameras=tuple(
            HelloCamera(id=c.id, name=c.name, status=c.status, settings=c.settings)
            for c in state.cameras.values()
        ),
    )


async def test_an_updated_agent_shows_its_new_version(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    agent: AgentThread,
    device_registry: dr.DeviceRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await agent.stop()
    monkeypatch.setattr("pi_agent.app.__version__", "7.8.9")
    await agent.start()
    await until(lambda: devices_of(device_registry, loaded)[0][0].sw_version == "7.8.9")


async def test_only_a_device_that_is_gone_can_be_deleted(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    assert await async_setup_component(hass, "config", {})
    (agent_device,), _ = devices_of(device_registry, loaded)
    stale = device_registry.async_get_or_create(
        config_entry_id=loaded.entry_id, identifiers={(DOMAIN, "stale")}, name="Stale"
    )
    client = await hass_ws_client(hass)
    refused = await client.remove_device(agent_device.id)
    assert not refused["success"]
    removed = await client.remove_device(stale.id)
    assert removed["success"]


async def test_no_device_can_be_deleted_while_the_agent_cannot_be_asked(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    assert await async_setup_component(hass, "config", {})
    (agent_device,), _ = devices_of(device_registry, loaded)
    await hass.config_entries.async_unload(loaded.entry_id)
    refused = await (await hass_ws_client(hass)).remove_device(agent_device.id)
    assert refused["error"]["code"] == "home_assistant_error"
    assert device_registry.async_get(agent_device.id)
