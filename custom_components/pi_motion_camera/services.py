"""Actions: events of a period, addresses of pictures and clips, a recording by hand, zones."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
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
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from .agent_client.protocol import (
    EventState,
    ProtocolError,
    SettingsPatch,
    TriggerRequest,
    encode,
)
from .const import DOMAIN
from .errors import translate_agent_errors
from .media_actions import (
    GET_MEDIA_FILE,
    GET_MEDIA_URL,
    get_media_file,
    get_media_url,
    period,
)
from .motion_events import EventNotice, event_attributes
from .service_targets import TargetCamera, async_target_cameras
from .state import EventPhase

ATTR_DURATION: Final = "duration"
ATTR_END: Final = "end"
ATTR_LABEL: Final = "label"
ATTR_LIMIT: Final = "limit"
ATTR_START: Final = "start"
ATTR_ZONES: Final = "zones"

_ONE_DAY: Final = timedelta(days=1)
_STARTED_SECONDS: Final = 5.0  # within which an agent tells of the event that it was asked for

type _Act = Callable[[TargetCamera, ServiceCall], Awaitable[JsonObjectType]]


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
RECORD = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_DURATION, default=timedelta(seconds=10)): period(
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
        ("get_media_file", get_media_file, GET_MEDIA_FILE, SupportsResponse.ONLY, False),
        ("get_media_url", get_media_url, GET_MEDIA_URL, SupportsResponse.ONLY, False),
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
