"""Actions that hand out the picture or the clip of an event: as an address, or as a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import probatio
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.helpers.typing import VolSchemaType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from .agent_client import AgentRequestError
from .agent_client.protocol import MotionEvent
from .archive_files import WrongContentError
from .const import DOMAIN
from .media_files import CONTENT_TYPES
from .media_urls import async_signed_url
from .service_targets import TargetCamera
from .views import event_clip_path, event_snapshot_path

ATTR_EVENT_ID: Final = "event_id"
ATTR_MEDIA: Final = "media"
ATTR_VALID_FOR: Final = "valid_for"
_PATHS: Final = {"snapshot": event_snapshot_path, "clip": event_clip_path}
_MISSING: Final = {"snapshot": "no_snapshot_yet", "clip": "no_clip_yet"}
_ONE_HOUR: Final = timedelta(hours=1)


def period(low: timedelta, high: timedelta) -> probatio.All[timedelta]:
    """A duration within bounds."""
    return probatio.All(cv.time_period, probatio.Range(min=low, max=high))


def _media_schema(longest: timedelta) -> VolSchemaType:
    return cv.make_entity_service_schema(
        {
            probatio.Optional(ATTR_MEDIA, default="snapshot"): probatio.In(list(_PATHS)),
            probatio.Optional(ATTR_EVENT_ID): cv.string,
            probatio.Optional(ATTR_VALID_FOR, default=_ONE_HOUR): period(
                timedelta(seconds=10), longest
            ),
        }
    )


GET_MEDIA_FILE = _media_schema(timedelta(days=1))
GET_MEDIA_URL = _media_schema(timedelta(days=7))


async def get_media_url(camera: TargetCamera, call: ServiceCall) -> JsonObjectType:
    """An address that works for a while without logging in, for those who cannot."""
    media: str = call.data[ATTR_MEDIA]
    event = await _event_with(camera, media, call.data.get(ATTR_EVENT_ID))
    valid_for: timedelta = call.data[ATTR_VALID_FOR]
    return {
        "event_id": event.id,
        "url": _url(call.hass, _PATHS[media](camera.entry_id, event.id), valid_for),
        "content_type": CONTENT_TYPES[media],
        "valid_until": (dt_util.utcnow() + valid_for).isoformat(timespec="seconds"),
    }


async def get_media_file(camera: TargetCamera, call: ServiceCall) -> JsonObjectType:
    """A file that Home Assistant's integrations may read for a while, for those who take files."""
    media: str = call.data[ATTR_MEDIA]
    event = await _event_with(camera, media, call.data.get(ATTR_EVENT_ID))
    valid_for: timedelta = call.data[ATTR_VALID_FOR]
    try:
        file = await camera.files.async_write(event, media, valid_for)
    except (OSError, WrongContentError) as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_file_written",
            translation_placeholders={"error": str(error)},
        ) from error
    return {
        "event_id": event.id,
        "path": str(file.path),
        "media_content_id": file.media_content_id,
        "content_type": file.content_type,
        "valid_until": (dt_util.utcnow() + valid_for).isoformat(timespec="seconds"),
    }


async def _event_with(camera: TargetCamera, media: str, event_id: str | None) -> MotionEvent:
    """The event that is named, or the newest that has what is wanted."""
    client = camera.coordinator.client
    if event_id is not None:
        with _missing_event(camera):
            candidates = [await client.event(event_id)]
    else:
        candidates = list((await client.events(camera=camera.camera_id, limit=50)).events)
    for event in candidates:
        if event.camera == camera.camera_id and getattr(event, media) is not None:
            return event
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=_MISSING[media],
        translation_placeholders={"name": camera.coordinator.name},
    )


@contextmanager
def _missing_event(camera: TargetCamera) -> Iterator[None]:
    try:
        yield
    except AgentRequestError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_such_event",
            translation_placeholders={"name": camera.coordinator.name},
        ) from error


def _url(hass: HomeAssistant, path: str, valid_for: timedelta) -> str:
    try:
        return async_signed_url(hass, path, valid_for)
    except NoURLAvailableError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="no_url_of_home_assistant"
        ) from error
