"""The settings of a camera that are switched in daily life."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control_switches import describe_control_switches
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, async_follow_entities
from .entity_ids import camera_unique_id
from .runtime import AgentConfigEntry
from .state import CameraData

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class AgentSwitchDescription(SwitchEntityDescription):
    """A switch; `setting` is the field of `CameraSettings` that it turns on and off."""

    setting: str
    applies_to: Callable[[CameraData], bool] = lambda _: True


SWITCHES: tuple[AgentSwitchDescription, ...] = (
    AgentSwitchDescription(
        key="motion_detection", translation_key="motion_detection", setting="motion"
    ),
    AgentSwitchDescription(key="privacy", translation_key="privacy", setting="privacy"),
    AgentSwitchDescription(
        key="recording",
        translation_key="recording",
        entity_category=EntityCategory.CONFIG,
        setting="recording",
    ),
    AgentSwitchDescription(
        key="only_labels",
        translation_key="only_labels",
        entity_category=EntityCategory.CONFIG,
        setting="only_labels",
        applies_to=lambda camera: bool(camera.status.labels),
    ),
    AgentSwitchDescription(
        key="timestamp_overlay",
        translation_key="timestamp_overlay",
        entity_category=EntityCategory.CONFIG,
        setting="timestamp_overlay",
    ),
    AgentSwitchDescription(
        key="flip_horizontal",
        translation_key="flip_horizontal",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        setting="flip_horizontal",
    ),
    AgentSwitchDescription(
        key="flip_vertical",
        translation_key="flip_vertical",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        setting="flip_vertical",
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator
    async_follow_entities(
        entry,
        Platform.SWITCH,
        async_add_entities,
        lambda state: (
            {
                camera_unique_id(state.agent_id, camera.id, description.key): partial(
                    AgentSwitch, coordinator, camera.id, description
                )
                for camera in state.cameras.values()
                for description in SWITCHES
                if description.applies_to(camera)
            }
            | describe_control_switches(coordinator, state)
        ),
    )


class AgentSwitch(AgentCameraEntity, SwitchEntity):
    """One on/off setting of a camera; shows what the agent confirmed, whoever changed it."""

    entity_description: AgentSwitchDescription

    def __init__(
        self, coordinator: AgentCoordinator, camera_id: str, description: AgentSwitchDescription
    ) -> None:
        """One for each camera and description."""
        super().__init__(coordinator, camera_id, description.key)
        self.entity_description = description

    @property
    @override
    def is_on(self) -> bool:
        return bool(getattr(self.camera.settings, self.entity_description.setting))

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_change_settings(**{self.entity_description.setting: True})

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_change_settings(**{self.entity_description.setting: False})
