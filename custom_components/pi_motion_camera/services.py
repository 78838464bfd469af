"""Actions: events of a period, addresses of pictures and clips, a recording by hand, zones."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import probatio
from homeassistant.const import CONF_ZONE
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from .agent_client import AgentRequestError
from .agent_client.protocol import (
    EventState,
    MotionEvent,
    ProtocolError,
    SettingsPatch,
    TriggerRequest,
    encode,
)
from .const import DOMAIN
from .errors import translate_agent_errors
from .media_urls import async_signed_url
from .motion_events import EventNotice, event_attributes
from .service_targets import TargetCamera, async_target_cameras
from .state import EventPhase
from .views import event_clip_path, event_snapshot_path

ATTR_DURATION: Final = "duration"
ATTR_END: Final = "end"
ATTR_EVENT_ID: Final = "event_id"
ATTR_LABEL: Final = "label"
ATTR_LIMIT: Final = "limit"
ATTR_MEDIA: Final = "media"
ATTR_START: Final = "start"
ATTR_VALID_FOR: Final = "valid_for"
ATTR_ZONES: Final = "zones"

_PATHS = {"snapshot": event_snapshot_path, "clip": event_clip_path}
_MISSING = {"snapshot": "no_snapshot_yet", "clip": "no_clip_yet"}
_ONE_DAY: Final = timedelta(days=1)
_STARTED_SECONDS: Final = 5.0  # within which an agent tells of the event that it was asked for

type _Act = Callable[[TargetCamera, ServiceCall], Awaitable[JsonObjectType]]


def _duration(low: timedelta, high: timedelta) -> probatio.All[timedelta]:
    return probatio.All(cv.time_period, probatio.Range(min=low, max=high))


GET_EVENTS = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
        probatio.Optional(CONF_ZONE): cv.string,
        probatio.Optional(ATTR_LABEL): cv.string,
        probatio.Optional(ATTR_LIMIT, default=50): probatio.All(
            probatio.Coerce(int), probatio.Range(min=1, max=500)
        ),
    }
)
GET_MEDIA_URL = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_MEDIA, default="snapshot"): probatio.In(list(_PATHS)),
        probatio.Optional(ATTR_EVENT_ID): cv.string,
        probatio.Optional(ATTR_VALID_FOR, default=timedelta(hours=1)): _duration(
            timedelta(seconds=10), timedelta(days=7)
        ),
    }
)
RECORD = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_DURATION, default=timedelta(seconds=10)): _duration(
            timedelta(seconds=1), timedelta(minutes=10)
        ),
    }
)
SET_ZONES = cv.make_entity_service_schema({probatio.Required(ATTR_ZONES): list})


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions; once for all entries."""
    for name, act, schema, response, changes in (
        ("get_events", _get_events, GET_EVENTS, SupportsResponse.ONLY, False),
        ("get_media_url", _get_media_url, GET_MEDIA_URL, SupportsResponse.ONLY, False),
        ("record", _record, RECORD, SupportsResponse.OPTIONAL, True),
        ("set_zones", _set_zones, SET_ZONES, SupportsResponse.OPTIONAL, True),
    ):
        handler = _handler(act, changes=changes)
        hass.services.async_register(DOMAIN, name, handler, schema, response)


def _handler(
    act: _Act, *, changes: bool
) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def _handle(call: ServiceCall) -> ServiceResponse:
        cameras = await async_target_cameras(call, changes=changes)
        answers = await asyncio.gather(*(_act_on(camera, call) for camera in cameras))
        return dict(answers) if call.return_response else None

    async def _act_on(camera: TargetCamera, call: ServiceCall) -> tuple[str, JsonObjectType]:
        with translate_agent_errors(camera.coordinator.name):
            return camera.entity_id, await act(camera, call)

    return _handle


async def _get_events(camera: TargetCamera, call: ServiceCall) -> JsonObjectType:
    """The newest events of a period, that of the last day unless it is told."""
    end = _as_utc(call.data.get(ATTR_END)) or dt_util.utcnow()
    start = _as_utc(call.data.get(ATTR_START)) or end - _ONE_DAY
    if start >= end:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="start_after_end")
    filters = {key: call.data[key] for key in (CONF_ZONE, ATTR_LABEL) if key in call.data}
    page = await camera.coordinator.client.events(
        camera=camera.camera_id,
        after=str(encode(start)),
        before=str(encode(end)),
        limit=call.data[ATTR_LIMIT],
        **filters,
    )
    return {"events": [event_attributes(camera.entry_id, event) for event in page.events]}


def _as_utc(time: datetime | None) -> datetime | None:
    """A time that was told without its zone is that of Home Assistant."""
    return time and dt_util.as_utc(time)


async def _get_media_url(camera: TargetCamera, call: ServiceCall) -> JsonObjectType:
    """An address that works for a while without logging in, for those who cannot."""
    media: str = call.data[ATTR_MEDIA]
    event = await _event_with(camera, media, call.data.get(ATTR_EVENT_ID))
    valid_for: timedelta = call.data[ATTR_VALID_FOR]
    return {
        "event_id": event.id,
        "url": _url(call.hass, _PATHS[media](camera.entry_id, event.id), valid_for),
        "content_type": "image/jpeg" if media == "snapshot" else "video/mp4",
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


async def _record(camera: TargetCamera, call: ServiceCall) -> JsonObjectType:
    """Start an event by hand, or keep the present one going; its id."""
    started: asyncio.Queue[str] = asyncio.Queue()  # of few events: it lives for seconds

    @callback
    def _note(notice: EventNotice) -> None:
        if notice.phase is EventPhase.STARTED and not notice.replayed:
            started.put_nowait(notice.event.id)

    known = camera.coordinator.data.cameras[camera.camera_id].event
    if known is not None and known.state is not EventState.ENDED:
        started.put_nowait(known.id)
    request = TriggerRequest(seconds=call.data[ATTR_DURATION].total_seconds())
    unsubscribe = camera.coordinator.async_subscribe_events(camera.camera_id, _note)
    try:
        await camera.coordinator.client.trigger(camera.camera_id, request)
        async with asyncio.timeout(_STARTED_SECONDS):
            return {"event_id": await started.get()}
    except TimeoutError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_event_started",
            translation_placeholders={"name": camera.coordinator.name},
        ) from error
    finally:
        unsubscribe()


async def _set_zones(camera: TargetCamera, call: ServiceCall) -> JsonObjectType:
    """Replace all zones of a camera; those that are left out are removed."""
    zones: list[Any] = call.data[ATTR_ZONES]
    known = camera.coordinator.data.cameras[camera.camera_id].settings
    try:
        SettingsPatch({ATTR_ZONES: zones}).apply(known)
    except ProtocolError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="invalid_zones",
            translation_placeholders={"error": str(error)},
        ) from error
    await camera.coordinator.async_change_settings(camera.camera_id, zones=zones)
    settings = camera.coordinator.data.cameras[camera.camera_id].settings
    return {ATTR_ZONES: [encode(zone) for zone in settings.zones]}
