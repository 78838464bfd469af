"""Motion as events: started, ended, clip ready; with all that a notification needs."""

from functools import partial
from typing import override

from homeassistant.components.event import EventDeviceClass, EventEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, async_follow_entities
from .entity_ids import camera_unique_id
from .motion_events import EventNotice, event_attributes
from .runtime import AgentConfigEntry
from .state import EventPhase

PARALLEL_UPDATES = 0

_MOTION_EVENT = "motion_event"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entity of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator
    async_follow_entities(
        entry,
        Platform.EVENT,
        async_add_entities,
        lambda state: {
            camera_unique_id(state.agent_id, camera, _MOTION_EVENT): partial(
                MotionEventEntity, coordinator, camera
            )
            for camera in state.cameras
        },
    )


class MotionEventEntity(AgentCameraEntity, EventEntity):
    """Tells each moment of an event once, and nothing that happened while we were away."""

    _attr_device_class = EventDeviceClass.MOTION
    _attr_translation_key = "motion"

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera."""
        super().__init__(coordinator, camera_id, _MOTION_EVENT)
        self._attr_event_types = [phase.value for phase in EventPhase]

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_subscribe_events(self._camera_id, self._handle_notice)
        )

    @callback
    def _handle_notice(self, notice: EventNotice) -> None:
        if notice.phase is None or notice.replayed:
            return
        entry_id = self.coordinator.config_entry.entry_id
        self._trigger_event(notice.phase, event_attributes(entry_id, notice.event))
        self.async_write_ha_state()
