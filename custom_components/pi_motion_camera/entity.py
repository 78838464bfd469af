"""What all entities share: their device, their availability, and how they come and go."""

from collections.abc import Callable, Mapping
from typing import ClassVar, override

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .agent_client.protocol import SystemMessage
from .coordinator import AgentCoordinator
from .devices import agent_device_info, camera_device_info
from .entity_ids import agent_unique_id, camera_unique_id
from .errors import translate_agent_errors
from .runtime import AgentConfigEntry
from .state import AgentState, CameraData

type DescribeEntities = Callable[[AgentState], Mapping[str, Callable[[], Entity]]]


@callback
def async_follow_entities(
    entry: AgentConfigEntry,
    platform: Platform,
    async_add_entities: AddConfigEntryEntitiesCallback,
    describe: DescribeEntities,
) -> None:
    """Keep a platform's entities as the agent says: add what is new, remove what is gone.

    `describe` names every entity that there should be by its unique id, with what makes it.
    """
    coordinator = entry.runtime_data.coordinator
    present: frozenset[str] | None = None  # None: not looked yet, not even at the registry

    @callback
    def _update() -> None:
        nonlocal present
        wanted = describe(coordinator.data)
        if present is not None and present == wanted.keys():
            return
        known = present or frozenset()
        present = frozenset(wanted)
        _remove_others(coordinator, platform, wanted)
        async_add_entities(make() for unique_id, make in wanted.items() if unique_id not in known)

    _update()
    entry.async_on_unload(coordinator.async_add_listener(_update))


def _remove_others(
    coordinator: AgentCoordinator, platform: Platform, wanted: Mapping[str, object]
) -> None:
    """Remove what the agent no longer has, also from before Home Assistant was started."""
    registry = er.async_get(coordinator.hass)
    entry_id = coordinator.config_entry.entry_id
    for entity in er.async_entries_for_config_entry(registry, entry_id):
        if entity.domain == platform and entity.unique_id not in wanted:
            registry.async_remove(entity.entity_id)


class _PushedEntity(CoordinatorEntity[AgentCoordinator]):
    """What happens is pushed, and on a request there is nothing newer to be had."""

    _attr_has_entity_name = True

    @override
    async def async_update(self) -> None:
        """Ask for nothing: what is asked for at setup knows of no motion that goes on."""


class AgentEntity(_PushedEntity):
    """An entity of the agent itself; unavailable while the event websocket is down."""

    def __init__(self, coordinator: AgentCoordinator, key: str) -> None:
        """`key` tells it from the agent's other entities."""
        super().__init__(coordinator)
        self._attr_unique_id = agent_unique_id(coordinator.data.agent_id, key)
        self._attr_device_info = agent_device_info(coordinator.data)
        self._written: tuple[bool, SystemMessage | None, str] | None = None

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Write the state if it is the agent that changed; most messages are about cameras."""
        state = self.coordinator.data
        now = (self.coordinator.last_update_success, state.system, state.version)
        if now != self._written:
            self._written = now
            super()._handle_coordinator_update()


class AgentCameraEntity(_PushedEntity):
    """An entity of one camera; unavailable while the agent is lost.

    One that `needs_pictures` is unavailable while the camera is lost, too. Settings can be changed
    all the same, and what has happened has happened.
    """

    needs_pictures: ClassVar[bool] = False

    def __init__(
        self, coordinator: AgentCoordinator, camera_id: str, key: str | None = None
    ) -> None:
        """`key` tells it from the camera's other entities; the camera entity has none."""
        super().__init__(coordinator)
        self._camera_id = camera_id
        self._attr_unique_id = camera_unique_id(coordinator.data.agent_id, camera_id, key)
        self._attr_device_info = camera_device_info(
            coordinator.hass, coordinator.config_entry, coordinator.data, camera_id
        )
        self._written: tuple[bool, CameraData] | None = None

    @property
    def camera(self) -> CameraData:
        """The camera as it is now."""
        return self.coordinator.data.cameras[self._camera_id]

    @property
    @override
    def available(self) -> bool:
        return (
            super().available
            and self._camera_id in self.coordinator.data.cameras
            and not (self.needs_pictures and self.camera.is_offline)
        )

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        """Write the state if it is this camera that changed; most messages are about others."""
        camera = self.coordinator.data.cameras.get(self._camera_id)
        if camera is None:
            return  # gone at the agent, so this entity is about to be removed
        now = (self.coordinator.last_update_success, camera)
        if self._written is None or now[0] != self._written[0] or now[1] is not self._written[1]:
            self._written = now
            super()._handle_coordinator_update()

    async def async_change_settings(self, **changes: bool | float | str | None) -> None:
        """Change settings of the camera; HomeAssistantError says why it could not be done."""
        with translate_agent_errors(self.coordinator.name):
            await self.coordinator.async_change_settings(self._camera_id, **changes)
