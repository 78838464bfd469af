"""How the picture of a camera is turned, and which light its camera takes for white."""

from collections.abc import Callable
from functools import partial
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import Rotation
from .camera_controls import has_control
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, async_follow_entities
from .entity_ids import camera_unique_id
from .runtime import AgentConfigEntry
from .state import AgentState

PARALLEL_UPDATES = 1

_AUTOMATIC = "auto"

ROTATION = SelectEntityDescription(
    key="rotation",
    translation_key="rotation",
    entity_category=EntityCategory.CONFIG,
    options=[rotation.name.lower() for rotation in Rotation],
)
WHITE_BALANCE = SelectEntityDescription(
    key="white_balance",
    translation_key="white_balance",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator

    def describe(state: AgentState) -> dict[str, Callable[[], SelectEntity]]:
        entities: dict[str, Callable[[], SelectEntity]] = {}
        for camera in state.cameras.values():
            unique_id_of = partial(camera_unique_id, state.agent_id, camera.id)
            entities[unique_id_of(ROTATION.key)] = partial(RotationSelect, coordinator, camera.id)
            offered = bool(camera.status.controls.white_balance)
            if has_control(
                hass, Platform.SELECT, state, camera, WHITE_BALANCE.key, offered=offered
            ):
                make = partial(WhiteBalanceSelect, coordinator, camera.id)
                entities[unique_id_of(WHITE_BALANCE.key)] = make
        return entities

    async_follow_entities(entry, Platform.SELECT, async_add_entities, describe)


class RotationSelect(AgentCameraEntity, SelectEntity):
    """The clockwise turn of the picture."""

    entity_description = ROTATION

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera."""
        super().__init__(coordinator, camera_id, ROTATION.key)

    @property
    @override
    def current_option(self) -> str:
        return self.camera.settings.rotation.name.lower()

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_change_settings(rotation=Rotation[option.upper()].value)


class WhiteBalanceSelect(AgentCameraEntity, SelectEntity):
    """The light that a camera takes for white."""

    entity_description = WHITE_BALANCE

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera that has it."""
        super().__init__(coordinator, camera_id, WHITE_BALANCE.key)

    @property
    @override
    def options(self) -> list[str]:
        """What the camera has; what is set is among it also before the camera has told."""
        offered = self.camera.status.controls.white_balance
        return list(dict.fromkeys((_AUTOMATIC, *offered, self.current_option)))

    @property
    @override
    def current_option(self) -> str:
        return self.camera.settings.white_balance

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_change_settings(white_balance=option)
