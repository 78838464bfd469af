"""The picture of a camera's last motion: the frame that tripped the event."""

from functools import partial
from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import MotionEvent
from .coordinator import AgentCoordinator
from .entity import AgentCameraEntity, async_follow_entities
from .entity_ids import camera_unique_id
from .errors import translate_agent_errors
from .runtime import AgentConfigEntry

PARALLEL_UPDATES = 0

_LAST_MOTION = "last_motion"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the image of each camera, as they come and go."""
    coordinator = entry.runtime_data.coordinator
    async_follow_entities(
        entry,
        Platform.IMAGE,
        async_add_entities,
        lambda state: {
            camera_unique_id(state.agent_id, camera, _LAST_MOTION): partial(
                LastMotionImage, coordinator, camera
            )
            for camera in state.cameras
        },
    )


class LastMotionImage(AgentCameraEntity, ImageEntity):
    """The newest event's snapshot; the agent has it on its disk before it tells of the event.

    Available while the camera is lost, too: that is when its last picture matters.
    """

    _attr_content_type = "image/jpeg"
    _attr_translation_key = _LAST_MOTION

    def __init__(self, coordinator: AgentCoordinator, camera_id: str) -> None:
        """One for each camera."""
        AgentCameraEntity.__init__(self, coordinator, camera_id, _LAST_MOTION)
        ImageEntity.__init__(self, coordinator.hass)
        self._shown: MotionEvent | None = None
        self._kept: tuple[str, bytes] | None = None
        self._update_image()

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        self._update_image()
        super()._handle_coordinator_update()

    def _update_image(self) -> None:
        camera = self.coordinator.data.cameras.get(self._camera_id)
        if camera is not None and camera.pictured_event is not None:
            self._shown = camera.pictured_event
            self._attr_image_last_updated = self._shown.started_at

    @override
    async def async_image(self) -> bytes | None:
        """The snapshot, asked for once; None before the first event."""
        event = self._shown
        if event is None:
            return None
        if self._kept is None or self._kept[0] != event.id:
            with translate_agent_errors(self.coordinator.name):
                self._kept = (event.id, await self.coordinator.client.event_snapshot(event.id))
        return self._kept[1]
