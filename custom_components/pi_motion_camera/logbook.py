"""Motion events in the logbook, in Home Assistant's language, with their camera."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN, EVENT_MOTION
from .entity_ids import camera_unique_id
from .state import EventPhase
from .texts import async_text

_ICONS = {
    EventPhase.STARTED: "mdi:motion-sensor",
    EventPhase.ENDED: "mdi:motion-sensor-off",
    EventPhase.CLIP_READY: "mdi:filmstrip",
}

type Describe = Callable[[str, str, Callable[[Event], dict[str, Any]]], None]


@callback
def async_describe_events(hass: HomeAssistant, async_describe_event: Describe) -> None:
    """Say how the bus event of `motion_events.py` reads."""

    @callback
    def _describe(event: Event) -> dict[str, Any]:
        entity_id = _camera_entity(hass, event.data)
        state = hass.states.get(entity_id) if entity_id else None
        phase = EventPhase(event.data["type"])
        return {
            LOGBOOK_ENTRY_NAME: state.name if state else event.data["camera"],
            LOGBOOK_ENTRY_MESSAGE: _message(hass, phase, event.data),
            LOGBOOK_ENTRY_ICON: _ICONS[phase],
            LOGBOOK_ENTRY_ENTITY_ID: entity_id,
        }

    async_describe_event(DOMAIN, EVENT_MOTION, _describe)


def _message(hass: HomeAssistant, phase: EventPhase, data: Mapping[str, Any]) -> str:
    what = async_text(hass, f"logbook_{phase}")
    return f"{what} ({', '.join(data['zones'])})" if data["zones"] else what


def _camera_entity(hass: HomeAssistant, data: Mapping[str, Any]) -> str | None:
    entry = hass.config_entries.async_get_entry(data["entry_id"])
    if entry is None or entry.unique_id is None:
        return None  # the agent was removed since
    unique_id = camera_unique_id(entry.unique_id, data["camera"])
    return er.async_get(hass).async_get_entity_id(Platform.CAMERA, DOMAIN, unique_id)
