"""How the Pi and its cameras fare; what few need is off until it is switched on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    Platform,
    UnitOfInformation,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import SystemMessage
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, AgentEntity, async_follow_entities
from .entity_ids import agent_unique_id, camera_unique_id
from .runtime import AgentConfigEntry
from .state import AgentState, CameraData

PARALLEL_UPDATES = 0


type _Value = datetime | float | None


@dataclass(frozen=True, kw_only=True)
class AgentSensorDescription(SensorEntityDescription):
    """A value of the Pi; None from `value_fn` where the machine cannot tell.

    A value that is nearer than `least_change` to the one shown is not news.
    """

    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC
    value_fn: Callable[[SystemMessage], _Value]
    digits: int | None = None  # that are shown, negative before the point; None for all
    least_change: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CameraSensorDescription(SensorEntityDescription):
    """A value of a camera; None from `value_fn` while it is not known."""

    value_fn: Callable[[CameraData], _Value]


_TENTH_OF_A_GIGABYTE = -8  # digits of a number of bytes
_MOST_SWAY = 2.0  # °C: by less than that the processor of a Pi at rest goes up and down


def _steady(shown: _Value, value: _Value, description: AgentSensorDescription) -> _Value:
    """As precise as anybody cares for, so that a Pi at rest writes no states."""
    if description.digits is None or not isinstance(value, float | int):
        return value
    if isinstance(shown, float | int) and abs(value - shown) < description.least_change:
        return shown
    return round(value, description.digits)


AGENT_SENSORS: tuple[AgentSensorDescription, ...] = (
    AgentSensorDescription(
        key="temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda system: system.temperature,
        digits=0,
        least_change=_MOST_SWAY,
    ),
    AgentSensorDescription(
        key="free_disk",
        translation_key="free_disk",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIGABYTES,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda system: system.free_disk_bytes,
        digits=_TENTH_OF_A_GIGABYTE,
        least_change=1e8,
    ),
    AgentSensorDescription(
        key="started_at",
        translation_key="started_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda system: system.started_at,
    ),
    AgentSensorDescription(
        key="viewers",
        translation_key="viewers",
        state_class=SensorStateClass.MEASUREMENT,
        entity_registry_enabled_default=False,
        value_fn=lambda system: system.viewers,
    ),
    AgentSensorDescription(
        key="dropped_frames",
        translation_key="dropped_frames",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_registry_enabled_default=False,
        value_fn=lambda system: system.dropped_frames,
    ),
)

CAMERA_SENSORS: tuple[CameraSensorDescription, ...] = (
    CameraSensorDescription(
        key="last_motion_at",
        translation_key="last_motion",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda camera: camera.event.started_at if camera.event else None,
    ),
    CameraSensorDescription(
        key="motion_score",
        translation_key="motion_score",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=lambda camera: camera.motion.score if camera.motion else 0.0,
    ),
    CameraSensorDescription(
        key="fps",
        translation_key="fps",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement="fps",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda camera: camera.status.fps,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the agent and of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator
    told: set[str] = set()  # a value that is missing once is no reason to forget its entity

    def describe(state: AgentState) -> Mapping[str, Callable[[], Entity]]:
        system = state.system
        told.update(s.key for s in AGENT_SENSORS if not system or s.value_fn(system) is not None)
        of_agent = {
            agent_unique_id(state.agent_id, sensor.key): partial(AgentSensor, coordinator, sensor)
            for sensor in AGENT_SENSORS
            if sensor.key in told
        }
        of_cameras = {
            camera_unique_id(state.agent_id, camera, sensor.key): partial(
                CameraSensor, coordinator, camera, sensor
            )
            for camera in state.cameras
            for sensor in CAMERA_SENSORS
        }
        return {**of_agent, **of_cameras}

    async_follow_entities(entry, Platform.SENSOR, async_add_entities, describe)


class AgentSensor(AgentEntity, SensorEntity):
    """One value of the Pi, told twice a minute."""

    entity_description: AgentSensorDescription

    def __init__(self, coordinator: AgentCoordinator, description: AgentSensorDescription) -> None:
        """One for each description that the machine can tell."""
        super().__init__(coordinator, description.key)
        self.entity_description = description
        self._shown: _Value = None
        self._follow()

    @property
    @override
    def native_value(self) -> _Value:
        return self._shown

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._follow()
        super()._handle_coordinator_update()

    def _follow(self) -> None:
        system = self.coordinator.data.system
        value = None if system is None else self.entity_description.value_fn(system)
        self._shown = _steady(self._shown, value, self.entity_description)


class CameraSensor(AgentCameraEntity, SensorEntity):
    """One value of a camera."""

    entity_description: CameraSensorDescription

    def __init__(
        self, coordinator: AgentCoordinator, camera_id: str, description: CameraSensorDescription
    ) -> None:
        """One for each camera and description."""
        super().__init__(coordinator, camera_id, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> _Value:
        return self.entity_description.value_fn(self.camera)
