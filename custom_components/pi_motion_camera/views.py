"""The picture and the clip of an event, at URLs of their own that no later event replaces."""

import logging
import re
from abc import abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, override

from aiohttp import hdrs, web
from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.http import KEY_AUTHENTICATED, KEY_HASS, HomeAssistantView

from .agent_client import AgentClient, AgentError, AgentRequestError
from .const import DOMAIN
from .entity_ids import camera_unique_id

if TYPE_CHECKING:
    from .runtime import AgentConfigEntry

_LOGGER = logging.getLogger(__name__)
_SNAPSHOT_URL: Final = f"/api/{DOMAIN}/event/{{entry_id}}/{{event_id}}/snapshot.jpg"
_THUMBNAIL_URL: Final = f"/api/{DOMAIN}/event/{{entry_id}}/{{event_id}}/thumbnail.jpg"
_CLIP_URL: Final = f"/api/{DOMAIN}/event/{{entry_id}}/{{event_id}}/clip.mp4"
_ENTRY_ID = re.compile(r"[0-9A-Za-z]{1,64}\Z")
_EVENT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}\Z")
_IMMUTABLE = {hdrs.CACHE_CONTROL: "private, max-age=31536000, immutable"}


def event_snapshot_path(entry_id: str, event_id: str) -> str:
    """Where Home Assistant serves the snapshot of an event.

    Relative and without a query: phones fetch it with their own token, and it can be signed.
    """
    return _SNAPSHOT_URL.format(entry_id=entry_id, event_id=event_id)


def event_thumbnail_path(entry_id: str, event_id: str) -> str:
    """Where Home Assistant serves what a list shows of an event; relative, no query."""
    return _THUMBNAIL_URL.format(entry_id=entry_id, event_id=event_id)


def event_clip_path(entry_id: str, event_id: str) -> str:
    """Where Home Assistant serves the clip of an event: MP4, in ranges; relative, no query."""
    return _CLIP_URL.format(entry_id=entry_id, event_id=event_id)


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Serve the views; once for all entries."""
    hass.http.register_view(EventSnapshotView())
    hass.http.register_view(EventThumbnailView())
    hass.http.register_view(EventClipView())


class _EventMediaView(HomeAssistantView):
    """Serves what belongs to an event to whoever may see its camera."""

    requires_auth = False  # checked here, so that an expired signature is no failed login

    async def get(self, request: web.Request, entry_id: str, event_id: str) -> web.StreamResponse:
        """403 without a valid token or signature, 404 for what is unknown."""
        _require_authenticated(request)
        entry = _loaded_entry(request.app[KEY_HASS], entry_id)
        if entry is None or not _EVENT_ID.match(event_id):
            return self.json_message("There is no such event", HTTPStatus.NOT_FOUND)
        try:
            await _require_permission(request, entry, event_id)
            return await self._answer(request, entry.runtime_data.client, event_id)
        except AgentRequestError as error:
            return self.json_message(error.message, error.status)
        except AgentError as error:
            _LOGGER.debug("The media of event %s cannot be had: %s", event_id, error)
            return self.json_message("The agent cannot be reached", HTTPStatus.BAD_GATEWAY)

    @abstractmethod
    async def _answer(
        self, request: web.Request, client: AgentClient, event_id: str
    ) -> web.StreamResponse:
        """What the agent has; raises AgentError before anything was sent."""


class EventSnapshotView(_EventMediaView):
    """Serves the snapshot of an event, a JPEG."""

    url = _SNAPSHOT_URL
    name = f"api:{DOMAIN}:event:snapshot"

    @override
    async def _answer(
        self, request: web.Request, client: AgentClient, event_id: str
    ) -> web.Response:
        jpeg = await client.event_snapshot(event_id)
        return web.Response(body=jpeg, content_type="image/jpeg", headers=_IMMUTABLE)


class EventThumbnailView(_EventMediaView):
    """Serves a small square of the snapshot around what moved, for lists of events."""

    url = _THUMBNAIL_URL
    name = f"api:{DOMAIN}:event:thumbnail"

    @override
    async def _answer(
        self, request: web.Request, client: AgentClient, event_id: str
    ) -> web.Response:
        jpeg = await client.event_thumbnail(event_id)
        return web.Response(body=jpeg, content_type="image/jpeg", headers=_IMMUTABLE)


class EventClipView(_EventMediaView):
    """Passes the clip of an event through as the agent sends it; 409 while it is being made.

    Players on phones ask for ranges, and play nothing without.
    """

    url = _CLIP_URL
    name = f"api:{DOMAIN}:event:clip"

    @override
    async def _answer(
        self, request: web.Request, client: AgentClient, event_id: str
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "video/mp4"})
        try:
            async with client.event_clip(event_id, headers=request.headers) as clip:
                response.set_status(clip.status)
                response.headers.update(clip.headers)
                if clip.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    response.headers.update(_IMMUTABLE)
                await response.prepare(request)
                async for chunk in clip.chunks:
                    await response.write(chunk)
        except AgentError as error:
            if not response.prepared:
                raise
            _LOGGER.debug("The clip of event %s broke off: %s", event_id, error)
            request.protocol.force_close()  # half a clip must not look like a whole one
        return response


def _require_authenticated(request: web.Request) -> None:
    """Refuse as Home Assistant's own pictures do: only a wrong token counts as a failed login."""
    if request[KEY_AUTHENTICATED]:
        return
    if hdrs.AUTHORIZATION in request.headers:
        raise web.HTTPUnauthorized
    raise web.HTTPForbidden


def _loaded_entry(hass: HomeAssistant, entry_id: str) -> AgentConfigEntry | None:
    if not _ENTRY_ID.match(entry_id):
        return None
    entry: AgentConfigEntry | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN or entry.state is not ConfigEntryState.LOADED:
        return None
    return entry


async def _require_permission(request: web.Request, entry: AgentConfigEntry, event_id: str) -> None:
    """403 for a user who may not read the camera of the event."""
    user: User = request["hass_user"]
    if user.permissions.access_all_entities(POLICY_READ):
        return
    event = await entry.runtime_data.client.event(event_id)
    registry = er.async_get(request.app[KEY_HASS])
    unique_id = camera_unique_id(entry.runtime_data.coordinator.data.agent_id, event.camera)
    entity_id = registry.async_get_entity_id(Platform.CAMERA, DOMAIN, unique_id)
    if entity_id is None or not user.permissions.check_entity(entity_id, POLICY_READ):
        raise web.HTTPForbidden
