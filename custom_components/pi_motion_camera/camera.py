"""The camera: live pictures shared by all viewers, stills, and the lens that can be shut."""

from contextlib import suppress
from functools import partial
from typing import override

from aiohttp import HttpVersion11, web
from homeassistant.components.camera import Camera, CameraEntityFeature
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent_client.protocol import CameraState
from .const import DOMAIN, MANUFACTURER
from .entity import AgentCameraEntity, async_follow_entities
from .entity_ids import camera_unique_id
from .errors import translate_agent_errors
from .mjpeg import FIRST_PART, RESPONSE_HEADERS, BrowserViewer
from .runtime import AgentConfigEntry
from .shared_stream import SharedStream
from .stills import Stills

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AgentConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a camera for each of the agent's, as they come and go."""
    async_follow_entities(
        entry,
        Platform.CAMERA,
        async_add_entities,
        lambda state: {
            camera_unique_id(state.agent_id, camera): partial(AgentCamera, entry, camera)
            for camera in state.cameras
        },
    )


class AgentCamera(AgentCameraEntity, Camera):
    """One camera of the agent. On and off is privacy mode: off shuts the lens."""

    _attr_name = None
    _attr_brand = MANUFACTURER
    _attr_supported_features = CameraEntityFeature.ON_OFF
    _attr_translation_key = "camera"
    needs_pictures = True

    def __init__(self, entry: AgentConfigEntry, camera_id: str) -> None:
        """The agent is not asked for pictures before somebody wants to see one."""
        AgentCameraEntity.__init__(self, entry.runtime_data.coordinator, camera_id)
        Camera.__init__(self)
        self._entry = entry
        self._attr_model = self.coordinator.data.model
        self._was_connected = True
        self._stills = Stills(self._fetch_still)
        self._stream = self._new_stream()

    def _new_stream(self) -> SharedStream:
        return SharedStream(
            self._camera_id,
            partial(self.coordinator.client.stream, self._camera_id),
            partial(self._entry.async_create_background_task, self.coordinator.hass),
            offline_picture=self._entry.runtime_data.offline_picture,
        )

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        # Home Assistant renames an entity by removing it and adding the same object again.
        self._stream = self._new_stream()
        self._entry.runtime_data.streams[self._camera_id] = self._stream

    @override
    async def async_will_remove_from_hass(self) -> None:
        self._entry.runtime_data.streams.pop(self._camera_id, None)
        await self._stream.close()
        await super().async_will_remove_from_hass()

    @property
    @override
    def is_on(self) -> bool:
        return not self.camera.settings.privacy

    @property
    @override
    def motion_detection_enabled(self) -> bool:
        return self.camera.settings.motion

    @override
    @callback
    def _handle_coordinator_update(self) -> None:
        if self.coordinator.last_update_success and not self._was_connected:
            self._stream.retry()
        self._was_connected = self.coordinator.last_update_success
        super()._handle_coordinator_update()

    @override
    async def async_turn_on(self) -> None:
        await self.async_change_settings(privacy=False)

    @override
    async def async_turn_off(self) -> None:
        await self.async_change_settings(privacy=True)

    @override
    async def async_enable_motion_detection(self) -> None:
        await self.async_change_settings(motion=True)

    @override
    async def async_disable_motion_detection(self) -> None:
        await self.async_change_settings(motion=False)

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """The newest picture, at least `width` wide; fails at once while there is none to have."""
        self._require_pictures()
        if self._serves_stream_picture(width) and (picture := self._stream.newest_picture):
            return picture
        return await self._stills.get(width)

    @override
    async def handle_async_mjpeg_stream(self, request: web.Request) -> web.StreamResponse:
        """Live pictures for as long as the viewer stays, over every break on the agent's side."""
        response = web.StreamResponse(headers=RESPONSE_HEADERS)
        await response.prepare(request)
        with suppress(ConnectionResetError):  # the viewer has left already
            await response.write(FIRST_PART)
            if request.transport is not None:
                chunked = request.version >= HttpVersion11
                viewer = BrowserViewer(request.transport, chunked=chunked)
                with self._stream.watched_by(viewer):
                    await viewer.ended.wait()
        return response

    def _require_pictures(self) -> None:
        """Fail fast, for Home Assistant asks for pictures of unavailable cameras too."""
        if not self.coordinator.last_update_success:
            key, reason = "unreachable", ""
        elif self.camera.status.state is not CameraState.ONLINE:
            key, reason = "no_picture", self.camera.status.reason or self.camera.status.state.value
        else:
            return
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"name": self.coordinator.name, "error": reason},
        )

    def _serves_stream_picture(self, width: int | None) -> bool:
        """Whether the full picture is what is wanted, not a smaller one.

        Home Assistant would make it smaller in its event loop; the agent does so at no cost to it.
        """
        size = self.camera.status.size
        return width is None or size is None or width > size.width * 3 // 4

    async def _fetch_still(self, width: int | None) -> bytes:
        with translate_agent_errors(self.coordinator.name):
            return await self.coordinator.client.snapshot(self._camera_id, width=width)
