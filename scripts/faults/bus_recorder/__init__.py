"""A component of the Home Assistant that is tormented: writes down what its bus says, line by line.

From inside, so that nothing is missed between the start and the first connection of a client; a
line is in the kernel's hands before the next listener hears of it, and outlives the process.
"""

import json
import os
from typing import TYPE_CHECKING, Any

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv

if TYPE_CHECKING:
    from homeassistant.helpers.typing import ConfigType

DOMAIN = "bus_recorder"
FILE = "bus.jsonl"
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)
_EVENT_MOTION = "pi_motion_camera_event"
_OBSERVED = {"event": ("event_id", "event_type"), "binary_sensor": ("device_class",)}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Listen from now on; the file is closed with the process."""
    file = os.open(hass.config.path(FILE), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @callback
    def take(event: Event[Any]) -> None:
        line = _told(event) if event.event_type == _EVENT_MOTION else _state(event)
        if line is not None:
            line["at"] = event.time_fired_timestamp
            os.write(file, json.dumps(line).encode() + b"\n")

    hass.bus.async_listen(_EVENT_MOTION, take)
    hass.bus.async_listen("state_changed", take)
    os.write(file, json.dumps({"kind": "began"}).encode() + b"\n")
    return True


def _told(event: Event[Any]) -> dict[str, Any]:
    keys = ("event_id", "type", "replayed")
    return {"kind": "told"} | {key: event.data[key] for key in keys}


def _state(event: Event[Any]) -> dict[str, Any] | None:
    """The new state of an entity that tells of motion."""
    state = event.data["new_state"]
    if state is None or (wanted := _OBSERVED.get(state.domain)) is None:
        return None
    attributes = {key: state.attributes.get(key) for key in wanted}
    return {"kind": "state", "entity": state.entity_id, "state": state.state, **attributes}
