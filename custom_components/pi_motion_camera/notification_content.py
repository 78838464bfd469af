"""What a notification says, and how phones take it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError

from .agent_client.protocol import MotionEvent
from .const import DOMAIN
from .media_urls import async_signed_url
from .notification_hook import HookButton

_LINK_VALID_FOR: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message about `event`, if any.

    `image` and `video` are paths of `views.py`: phones fetch them with their token. The same `tag`
    replaces what was told before; `quiet` does so without a sound, to add the clip.
    """

    title: str
    message: str
    tag: str
    group: str
    event: MotionEvent | None = None
    image: str | None = None
    video: str | None = None
    live_view: str | None = None  # the camera's entity
    click: str | None = None
    actions: tuple[dict[str, str], ...] = ()
    critical: bool = False
    quiet: bool = False


def button_action(button: HookButton, hook_id: str, camera_id: str) -> str:
    """What a phone says when a button is pressed; `parse_button` reads it."""
    return f"{DOMAIN}|{button}|{hook_id}|{camera_id}"


def parse_button(action: str) -> tuple[HookButton, str, str] | None:
    """Button, hook and camera; None for what is not ours."""
    parts = action.split("|", maxsplit=3)
    if len(parts) != 4 or parts[0] != DOMAIN or parts[1] not in list(HookButton):
        return None
    return HookButton(parts[1]), parts[2], parts[3]


def phone_data(note: Notification) -> dict[str, Any]:
    """For the companion apps, Android's and Apple's words side by side.

    Source: https://companion.home-assistant.io/docs/notifications/notifications-basic
    """
    data: dict[str, Any] = {
        "tag": note.tag,
        "group": note.group,
        "ttl": 0,
        "priority": "high",
        "actions": list(note.actions),
        "push": _apple_push(note),
    }
    if note.critical and not note.quiet:
        data["channel"] = "alarm_stream"
    if note.quiet:
        data["alert_once"] = True
    optional = {
        "image": note.image,
        "video": note.video,
        "entity_id": note.live_view,
        "clickAction": note.click,
        "url": note.click,
    }
    return {**data, **{key: value for key, value in optional.items() if value is not None}}


def _apple_push(note: Notification) -> dict[str, Any]:
    if note.quiet:
        return {"sound": "none", "interruption-level": "passive"}
    if note.critical:
        sound = {"name": "default", "critical": 1, "volume": 1.0}
        return {"sound": sound, "interruption-level": "critical"}
    return {"interruption-level": "time-sensitive"}


@callback
def text_with_link(hass: HomeAssistant, note: Notification) -> str:
    """For receivers of text alone."""
    link = media_link(hass, note)
    return note.message if link is None else f"{note.message}\n{link}"


@callback
def media_link(hass: HomeAssistant, note: Notification) -> str | None:
    """An address of the picture, or of the clip that follows quietly.

    None where there is none, or Home Assistant does not know its own.
    """
    path = note.video if note.quiet else note.image
    if path is None:
        return None
    try:
        return async_signed_url(hass, path, _LINK_VALID_FOR)
    except NoURLAvailableError:
        return None
