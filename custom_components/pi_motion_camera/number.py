"""The settings of a camera that are numbers, and where a camera looks that can be turned."""

from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import DEGREE, PERCENTAGE, EntityCategory, Platform, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import PanRequest, PanState
from .control_numbers import describe_control_numbers
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, async_follow_entities
from .entity_ids import camera_unique_id
from .errors import translate_agent_errors
from .runtime import AgentConfigEntry
from .setting_limits import limits_of

PARALLEL_UPDATES = 1

_PAN = "pan"


@dataclass(frozen=True, kw_only=True)
class AgentNumberDescription(NumberEntityDescription):
    """A number; `key` is the field of `CameraSettings`, whose limits are the contract's."""

    entity_category: EntityCategory | None = EntityCategory.CONFIG
    mode: NumberMode = NumberMode.BOX


@dataclass(frozen=True, kw_only=True)
class SecondsDescription(AgentNumberDescription):
    """A length of time."""

    device_class: NumberDeviceClass | None = NumberDeviceClass.DURATION
    native_step: float | None = 0.5
    native_unit_of_measurement: str | None = UnitOfTime.SECONDS


NUMBERS: tuple[AgentNumberDescription, ...] = (
    AgentNumberDescription(
        key="sensitivity",
        translation_key="sensitivity",
        mode=NumberMode.SLIDER,
        native_step=1,
        native_unit_of_measurement=PERCENTAGE,
    ),
    SecondsDescription(key="pre_roll_seconds", translation_key="pre_roll"),
    SecondsDescription(key="post_roll_seconds", translation_key="post_roll"),
    SecondsDescription(key="cool_down_seconds", translation_key="cool_down"),
    SecondsDescription(
        key="longest_event_seconds",
        translation_key="longest_event",
        native_step=1,
        entity_registry_enabled_default=False,
    ),
    AgentNumberDescription(
        key="stream_fps",
        translation_key="stream_fps",
        native_step=0.5,
        native_unit_of_measurement="fps",
        entity_registry_enabled_default=False,
    ),
    AgentNumberDescription(
        key="stream_quality",
        translation_key="stream_quality",
        mode=NumberMode.SLIDER,
        native_step=1,
        native_unit_of_measurement=PERCENTAGE,
        entity_registry_enabled_default=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator
    async_follow_entities(
        entry,
        Platform.NUMBER,
        async_add_entities,
        lambda state: (
            {
                camera_unique_id(state.agent_id, camera, description.key): partial(
                    AgentNumber, coordinator, camera, description
                )
                for camera in state.cameras
                for description in NUMBERS
            }
            | {
                camera_unique_id(state.agent_id, camera, _PAN): partial(
                    PanNumber, coordinator, camera
                )
                for camera, data in state.cameras.items()
                if _PAN in data.capabilities
            }
            | describe_control_numbers(coordinator, state)
        ),
    )


class AgentNumber(AgentCameraEntity, NumberEntity):
    """One setting of a camera; shows what the agent confirmed, whoever changed it."""

    entity_description: AgentNumberDescription

    def __init__(
        self, coordinator: AgentCoordinator, camera_id: str, description: AgentNumberDescription
    ) -> None:
        """One for each camera and description."""
        super().__init__(coordinator, camera_id, description.key)
        self.entity_description = description
        limits = limits_of(description.key)
        self._attr_native_min_value = limits.low
        self._attr_native_max_value = limits.high

    @property
    @override
    def native_value(self) -> float:
        return float(getattr(self.camera.settings, self.entity_description.key))

    @override
    async def async_set_native_value(self, value: float) -> None:
        whole = int(value) if value.is_integer() else value
        await self.async_change_settings(**{self.entity_description.key: whole})


class PanNumber(AgentCameraEntity, NumberEntity):
    """Where a camera looks that stands on a servo, in degrees; unknown before its first turn."""

    _attr_translation_key = _PAN
    _attr_mode = NumberMode.SLIDER
    _attr_native_step = 1
    _attr_native_unit_of_measurement = DEGREE

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera that can be turned."""
        super().__init__(coordinator, camera_id, _PAN)

    @property
    def _pan(self) -> PanState:
        return self.camera.status.pan or PanState(low=0, high=0)

    @property
    @override
    def native_min_value(self) -> float:
        return self._pan.low

    @property
    @override
    def native_max_value(self) -> float:
        return self._pan.high

    @property
    @override
    def native_value(self) -> float | None:
        return self._pan.angle

    @override
    async def async_set_native_value(self, value: float) -> None:
        with translate_agent_errors(self.coordinator.name):
            await self.coordinator.client.pan(self._camera_id, PanRequest(angle=value))
