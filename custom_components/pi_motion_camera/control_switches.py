"""What of the camera itself is left to the camera, for cameras that can decide it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import callback

from .camera_controls import EXPOSURE, FOCUS, GAIN, SLOWEST_FPS, CameraControl, has_control
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity
from .entity_ids import camera_unique_id
from .state import AgentState


@dataclass(frozen=True, kw_only=True)
class ControlSwitchDescription(SwitchEntityDescription):
    """Turns between a value of the user's and none, which leaves the control to the camera.

    `on_is_own`: on is the user's value, where off is usual. `first` is that value as long as the
    user has set none, in the units of the contract.
    """

    control: CameraControl
    entity_category: EntityCategory | None = EntityCategory.CONFIG
    first: float
    on_is_own: bool = False


CONTROL_SWITCHES: tuple[ControlSwitchDescription, ...] = (
    ControlSwitchDescription(
        key="automatic_exposure",
        translation_key="automatic_exposure",
        control=EXPOSURE,
        first=0.02,  # the flicker of lamps on 50 Hz does not show
        entity_registry_enabled_default=False,
    ),
    ControlSwitchDescription(
        key="automatic_gain",
        translation_key="automatic_gain",
        control=GAIN,
        first=0.0,
        entity_registry_enabled_default=False,
    ),
    ControlSwitchDescription(
        key="autofocus", translation_key="autofocus", control=FOCUS, first=0.0
    ),
    ControlSwitchDescription(
        key="slower_in_the_dark",
        translation_key="slower_in_the_dark",
        control=SLOWEST_FPS,
        first=5.0,
        on_is_own=True,
        entity_registry_enabled_default=False,
    ),
)


def describe_control_switches(
    coordinator: AgentCoordinator, state: AgentState
) -> dict[str, Callable[[], ControlSwitch]]:
    """The switches for what each camera has."""
    return {
        camera_unique_id(state.agent_id, camera.id, description.key): partial(
            ControlSwitch, coordinator, camera.id, description
        )
        for camera in state.cameras.values()
        for description in CONTROL_SWITCHES
        if has_control(
            coordinator.hass,
            Platform.SWITCH,
            state,
            camera,
            description.key,
            offered=description.control.limits_fn(camera.status.controls) is not None,
        )
    }


class ControlSwitch(AgentCameraEntity, SwitchEntity):
    """Whether the camera decides; the user's last value is found again."""

    entity_description: ControlSwitchDescription

    def __init__(
        self, coordinator: AgentCoordinator, camera_id: str, description: ControlSwitchDescription
    ) -> None:
        """One for each description whose control the camera has."""
        super().__init__(coordinator, camera_id, description.key)
        self.entity_description = description
        self._own = description.control.value(self.camera)

    @property
    def _value(self) -> float | None:
        return self.entity_description.control.value(self.camera)

    @property
    @override
    def is_on(self) -> bool:
        return (self._value is not None) is self.entity_description.on_is_own

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._let(own=self.entity_description.on_is_own)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._let(own=not self.entity_description.on_is_own)

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        if self._camera_id in self.coordinator.data.cameras and self._value is not None:
            self._own = self._value
        super()._handle_coordinator_update()

    async def _let(self, *, own: bool) -> None:
        """Decide, or let the camera; what is so already stays as it is."""
        if own is (self._value is not None):
            return
        control = self.entity_description.control
        low, high = control.limits(self.camera)
        value = self.entity_description.first if self._own is None else self._own
        change = min(high, max(low, value)) if own else None
        await self.async_change_settings(**{control.setting: change})
