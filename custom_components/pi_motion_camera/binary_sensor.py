"""Motion of each camera and of each of its zones, and whether the agent can be reached."""

from collections.abc import Callable
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, AgentEntity, async_follow_entities
from .entity_ids import agent_unique_id, camera_unique_id
from .runtime import AgentConfigEntry
from .state import AgentState

PARALLEL_UPDATES = 0

_MOTION = "motion"
_CONNECTIVITY = "connectivity"


def _zone_key(zone: str) -> str:
    return f"{_MOTION}_zone_{zone}"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of every camera and zone, as they come and go."""
    coordinator = entry.runtime_data.coordinator

    def describe(state: AgentState) -> dict[str, Callable[[], Entity]]:
        entities: dict[str, Callable[[], Entity]] = {
            agent_unique_id(state.agent_id, _CONNECTIVITY): partial(AgentConnectivity, coordinator)
        }
        for camera in state.cameras.values():
            unique_id = partial(camera_unique_id, state.agent_id, camera.id)
            entities[unique_id(_MOTION)] = partial(MotionSensor, coordinator, camera.id)
            for zone in camera.settings.zones:
                make = partial(ZoneMotionSensor, coordinator, camera.id, zone.name)
                entities[unique_id(_zone_key(zone.name))] = make
        return entities

    async_follow_entities(entry, Platform.BINARY_SENSOR, async_add_entities, describe)


class MotionSensor(AgentCameraEntity, BinarySensorEntity):
    """On while a camera sees motion; the agent decides when it is over."""

    _attr_device_class = BinarySensorDeviceClass.MOTION
    needs_pictures = True

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera."""
        super().__init__(coordinator, camera_id, _MOTION)

    @property
    @override
    def is_on(self) -> bool:
        return self.camera.is_moving


class ZoneMotionSensor(AgentCameraEntity, BinarySensorEntity):
    """On while a camera sees motion in one zone."""

    _attr_device_class = BinarySensorDeviceClass.MOTION
    _attr_translation_key = "zone_motion"
    needs_pictures = True

    def __init__(self, coordinator: AgentCoordinator, camera_id: str, zone: str) -> None:
        """One for each zone; another name makes it another zone."""
        super().__init__(coordinator, camera_id, _zone_key(zone))
        self._attr_translation_placeholders = {"zone": zone}
        self._zone = zone

    @property
    @override
    def is_on(self) -> bool:
        return self.camera.is_moving_in(self._zone)


class AgentConnectivity(AgentEntity, BinarySensorEntity):
    """Whether the agent can be reached; the one entity that says so while it cannot."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: AgentCoordinator) -> None:
        """One for each agent."""
        super().__init__(coordinator, _CONNECTIVITY)

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.last_update_success
