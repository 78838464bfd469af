"""What is done once: a picture by hand, a blink, a restart."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.button import (
    ButtonDeviceClass,
    ButtonEntity,
    ButtonEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client import AgentClient
from .agent_client.protocol import IdentifyRequest, TriggerRequest
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, AgentEntity, async_follow_entities
from .entity_ids import agent_unique_id, camera_unique_id
from .errors import translate_agent_errors
from .runtime import AgentConfigEntry
from .state import AgentState

PARALLEL_UPDATES = 1

_SNAPSHOT, _ACCEPT_VIEW = "snapshot", "accept_view"
_MOVED = "moved"  # the capability
_SNAPSHOT_SECONDS = 1.0  # the shortest event there is: a picture, and a clip of a moment


@dataclass(frozen=True, kw_only=True)
class AgentButtonDescription(ButtonEntityDescription):
    """A button of the Pi; `key` is the capability that it needs."""

    press_fn: Callable[[AgentClient], Awaitable[None]]


AGENT_BUTTONS: tuple[AgentButtonDescription, ...] = (
    AgentButtonDescription(
        key="restart",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda client: client.restart(),
    ),
    AgentButtonDescription(
        key="identify",
        device_class=ButtonDeviceClass.IDENTIFY,
        entity_category=EntityCategory.DIAGNOSTIC,
        press_fn=lambda client: client.identify(IdentifyRequest()),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of the agent and of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator

    def describe(state: AgentState) -> Mapping[str, Callable[[], Entity]]:
        of_agent = {
            agent_unique_id(state.agent_id, button.key): partial(AgentButton, coordinator, button)
            for button in AGENT_BUTTONS
            if button.key in state.capabilities
        }
        of_cameras = {
            camera_unique_id(state.agent_id, camera, _SNAPSHOT): partial(
                SnapshotButton, coordinator, camera
            )
            for camera in state.cameras
        }
        to_accept = {
            camera_unique_id(state.agent_id, camera, _ACCEPT_VIEW): partial(
                AcceptViewButton, coordinator, camera
            )
            for camera, data in state.cameras.items()
            if _MOVED in data.capabilities
        }
        return {**of_agent, **of_cameras, **to_accept}

    async_follow_entities(entry, Platform.BUTTON, async_add_entities, describe)


class AgentButton(AgentEntity, ButtonEntity):
    """Something that the Pi does."""

    entity_description: AgentButtonDescription

    def __init__(self, coordinator: AgentCoordinator, description: AgentButtonDescription) -> None:
        """One for each description that the agent is capable of."""
        super().__init__(coordinator, description.key)
        self.entity_description = description

    @override
    async def async_press(self) -> None:
        with translate_agent_errors(self.coordinator.name):
            await self.entity_description.press_fn(self.coordinator.client)


class SnapshotButton(AgentCameraEntity, ButtonEntity):
    """Takes a picture that is kept in the history, by an event of a moment."""

    _attr_translation_key = _SNAPSHOT
    needs_pictures = True

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera."""
        super().__init__(coordinator, camera_id, _SNAPSHOT)

    @override
    async def async_press(self) -> None:
        with translate_agent_errors(self.coordinator.name):
            await self.coordinator.client.trigger(
                self._camera_id, TriggerRequest(seconds=_SNAPSHOT_SECONDS)
            )


class AcceptViewButton(AgentCameraEntity, ButtonEntity):
    """Says that what a camera shows now is right, after it was turned on purpose."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_translation_key = _ACCEPT_VIEW
    needs_pictures = True

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera whose agent notices that it was moved."""
        super().__init__(coordinator, camera_id, _ACCEPT_VIEW)

    @override
    async def async_press(self) -> None:
        with translate_agent_errors(self.coordinator.name):
            await self.coordinator.client.accept_view(self._camera_id)
