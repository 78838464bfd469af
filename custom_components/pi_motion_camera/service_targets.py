"""The cameras that an action is about, whether or not they can be reached just now."""

from dataclasses import dataclass

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from .const import DOMAIN
from .coordinator import AgentCoordinator
from .entity_ids import camera_unique_id
from .media_files import MediaFiles
from .runtime import AgentConfigEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCamera:
    """A camera by its entity, and the agent that it belongs to."""

    entity_id: str
    camera_id: str
    entry_id: str
    coordinator: AgentCoordinator
    files: MediaFiles


async def async_target_cameras(call: ServiceCall, *, changes: bool) -> list[TargetCamera]:
    """The cameras that an action targets, at least one.

    `changes`: the user must be allowed to control them, not only to see them. Unlike actions of
    entities these also reach cameras that have no picture: what they saw is still there.
    """
    selected = async_extract_referenced_entity_ids(call.hass, TargetSelection(call.data))
    wanted = selected.referenced | selected.indirectly_referenced
    cameras = [camera for camera in _known_cameras(call.hass) if camera.entity_id in wanted]
    if not cameras:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_camera_targeted"
        )
    await _require_permission(call, cameras, POLICY_CONTROL if changes else POLICY_READ)
    return cameras


@callback
def _known_cameras(hass: HomeAssistant) -> list[TargetCamera]:
    """Every camera of every agent that is loaded."""
    entries: list[AgentConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    registry = er.async_get(hass)
    return [
        TargetCamera(
            entity_id=entity_id,
            camera_id=camera_id,
            entry_id=entry.entry_id,
            coordinator=entry.runtime_data.coordinator,
            files=entry.runtime_data.media_files,
        )
        for entry in entries
        for camera_id in entry.runtime_data.coordinator.data.cameras
        if (
            entity_id := registry.async_get_entity_id(
                Platform.CAMERA,
                DOMAIN,
                camera_unique_id(entry.runtime_data.coordinator.data.agent_id, camera_id),
            )
        )
    ]


async def _require_permission(call: ServiceCall, cameras: list[TargetCamera], policy: str) -> None:
    if call.context.user_id is None:
        return  # Home Assistant itself: an automation
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context, permission=policy)
    for camera in cameras:
        if not user.permissions.check_entity(camera.entity_id, policy):
            raise Unauthorized(context=call.context, entity_id=camera.entity_id, permission=policy)
