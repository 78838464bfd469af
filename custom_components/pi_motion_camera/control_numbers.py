"""The settings of the camera itself that are numbers, for cameras that have them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform, UnitOfTime

from .camera_controls import EXPOSURE, FOCUS, GAIN, SLOWEST_FPS, ZOOM, CameraControl, has_control
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity
from .entity_ids import camera_unique_id
from .state import AgentState

_DECIMALS = 3  # a microsecond of exposure; beyond is the noise of the conversion


@dataclass(frozen=True, kw_only=True)
class ControlNumberDescription(NumberEntityDescription):
    """A number for a control; `scale` is how many of its units one of the contract's is."""

    control: CameraControl
    entity_category: EntityCategory | None = EntityCategory.CONFIG
    scale: float = 1.0


CONTROL_NUMBERS: tuple[ControlNumberDescription, ...] = (
    ControlNumberDescription(
        key="exposure",
        translation_key="exposure",
        control=EXPOSURE,
        device_class=NumberDeviceClass.DURATION,
        mode=NumberMode.BOX,
        native_step=0.1,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        scale=1000.0,
        entity_registry_enabled_default=False,
    ),
    ControlNumberDescription(
        key="gain",
        translation_key="gain",
        control=GAIN,
        mode=NumberMode.SLIDER,
        native_step=1,
        native_unit_of_measurement=PERCENTAGE,
        scale=100.0,
        entity_registry_enabled_default=False,
    ),
    ControlNumberDescription(
        key="focus",
        translation_key="focus",
        control=FOCUS,
        mode=NumberMode.SLIDER,
        native_step=0.5,
        native_unit_of_measurement=PERCENTAGE,
        scale=100.0,
    ),
    ControlNumberDescription(
        key="zoom",
        translation_key="zoom",
        control=ZOOM,
        mode=NumberMode.SLIDER,
        native_step=0.1,
        native_unit_of_measurement="\u00d7",
    ),
    ControlNumberDescription(
        key="slowest_fps",
        translation_key="slowest_fps",
        control=SLOWEST_FPS,
        mode=NumberMode.BOX,
        native_step=0.1,
        native_unit_of_measurement="fps",
        entity_registry_enabled_default=False,
    ),
)


def describe_control_numbers(
    coordinator: AgentCoordinator, state: AgentState
) -> dict[str, Callable[[], ControlNumber]]:
    """The numbers for what each camera has."""
    return {
        camera_unique_id(state.agent_id, camera.id, description.key): partial(
            ControlNumber, coordinator, camera.id, description
        )
        for camera in state.cameras.values()
        for description in CONTROL_NUMBERS
        if has_control(
            coordinator.hass,
            Platform.NUMBER,
            state,
            camera,
            description.key,
            offered=description.control.limits_fn(camera.status.controls) is not None,
        )
    }


class ControlNumber(AgentCameraEntity, NumberEntity):
    """One control of a camera; unknown while it is left to the camera, until it is set."""

    entity_description: ControlNumberDescription

    def __init__(
        self, coordinator: AgentCoordinator, camera_id: str, description: ControlNumberDescription
    ) -> None:
        """One for each description whose control the camera has."""
        super().__init__(coordinator, camera_id, description.key)
        self.entity_description = description

    @property
    @override
    def native_min_value(self) -> float:
        return self._shown(self.entity_description.control.limits(self.camera)[0])

    @property
    @override
    def native_max_value(self) -> float:
        return self._shown(self.entity_description.control.limits(self.camera)[1])

    @property
    @override
    def native_value(self) -> float | None:
        value = self.entity_description.control.value(self.camera)
        return None if value is None else self._shown(value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        description = self.entity_description
        await self.async_change_settings(**{description.control.setting: value / description.scale})

    def _shown(self, value: float) -> float:
        return round(value * self.entity_description.scale, _DECIMALS)
