"""The Pi is a device, each camera a device below it; with one camera the two are one."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo

from .const import MANUFACTURER
from .entity_ids import agent_identifier, camera_identifier
from .state import AgentState

if TYPE_CHECKING:
    from .runtime import AgentConfigEntry


def agent_device_info(state: AgentState) -> DeviceInfo:
    """The device of the agent. No link to its page: browsers are not told where it is."""
    return DeviceInfo(
        identifiers={agent_identifier(state.agent_id)},
        name=state.name,
        manufacturer=MANUFACTURER,
        model=state.model,
        sw_version=state.version,
    )


def has_camera_devices(state: AgentState) -> bool:
    """Whether the cameras are devices of their own."""
    return len(state.cameras) > 1


def camera_device_info(
    hass: HomeAssistant, entry: AgentConfigEntry, state: AgentState, camera_id: str
) -> DeviceInfo | ChildDeviceInfo:
    """The device that a camera's entities belong to."""
    if not has_camera_devices(state):
        return agent_device_info(state)
    agent = _register_agent(hass, entry, state)
    return ChildDeviceInfo(
        identifiers={camera_identifier(state.agent_id, camera_id)},
        name=state.cameras[camera_id].name,
        parent_device_id=agent.id,
    )


@callback
def async_follow_devices(hass: HomeAssistant, entry: AgentConfigEntry) -> None:
    """Keep the device registry as the agent says, for as long as the entry is loaded."""
    coordinator = entry.runtime_data.coordinator
    seen: tuple[str, str, str | None, tuple[tuple[str, str], ...]] | None = None
    had_camera_devices = has_camera_devices(coordinator.data)

    @callback
    def _update() -> None:
        nonlocal seen
        state = coordinator.data
        cameras = tuple((camera.id, camera.name) for camera in state.cameras.values())
        now = (state.name, state.version, state.model, cameras)
        if now == seen:
            return
        seen = now
        if has_camera_devices(state) != had_camera_devices:
            # The entities of a camera move to another device: begin anew.
            hass.config_entries.async_schedule_reload(entry.entry_id)
            return
        _register(hass, entry, state)

    _update()
    entry.async_on_unload(coordinator.async_add_listener(_update))


def is_reported(state: AgentState, device: dr.AnyDeviceEntry) -> bool:
    """Whether the agent still has what this device stands for."""
    identifiers = {agent_identifier(state.agent_id)}
    if has_camera_devices(state):
        identifiers |= {camera_identifier(state.agent_id, camera) for camera in state.cameras}
    return not identifiers.isdisjoint(device.identifiers)


def _register(hass: HomeAssistant, entry: AgentConfigEntry, state: AgentState) -> None:
    _register_agent(hass, entry, state)
    registry = dr.async_get(hass)
    names = {camera_identifier(state.agent_id, c.id): c.name for c in state.cameras.values()}
    for device in dr.async_child_entries_for_config_entry(registry, entry.entry_id):
        if not is_reported(state, device):
            registry.async_remove_device(device.id)
        else:
            (identifier,) = device.identifiers & names.keys()
            registry.async_update_child_device(device.id, name=names[identifier])


def _register_agent(
    hass: HomeAssistant, entry: AgentConfigEntry, state: AgentState
) -> dr.DeviceEntry:
    return dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **agent_device_info(state)
    )
