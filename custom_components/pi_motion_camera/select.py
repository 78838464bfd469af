"""How the picture of a camera is turned."""

from functools import partial
from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import Rotation
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, async_follow_entities
from .entity_ids import camera_unique_id
from .runtime import AgentConfigEntry

PARALLEL_UPDATES = 1

_ROTATION = "rotation"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the select of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator
    async_follow_entities(
        entry,
        Platform.SELECT,
        async_add_entities,
        lambda state: {
            camera_unique_id(state.agent_id, camera, _ROTATION): partial(
                RotationSelect, coordinator, camera
            )
            for camera in state.cameras
        },
    )


class RotationSelect(AgentCameraEntity, SelectEntity):
    """The clockwise turn of the picture."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_translation_key = _ROTATION

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera."""
        super().__init__(coordinator, camera_id, _ROTATION)
        self._attr_options = [rotation.name.lower() for rotation in Rotation]

    @property
    @override
    def current_option(self) -> str:
        return self.camera.settings.rotation.name.lower()

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_change_settings(rotation=Rotation[option.upper()].value)
