"""A notification hook: who is told, of what, when and how; made in the UI, kept as a subentry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.const import STATE_HOME, STATE_ON
from homeassistant.core import HomeAssistant, callback

from .agent_client.protocol import EventCause, MotionEvent

SUBENTRY_NOTIFICATION: Final = "notification"


class When(StrEnum):
    """Whether it matters who is home."""

    ALWAYS = "always"
    NOBODY_HOME = "nobody_home"


class HookButton(StrEnum):
    """What can be done from a notification."""

    VIEW = "view"
    SILENCE = "silence"
    PRIVACY = "privacy"


DEFAULT_BUTTONS: Final = (HookButton.VIEW.value, HookButton.SILENCE.value)
DEFAULT_COOL_DOWN_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationHook:
    """What a subentry says. Empty `cameras`, `zones` or `labels` mean any."""

    id: str
    phones: tuple[str, ...] = ()  # devices of the companion app
    entities: tuple[str, ...] = ()  # notify entities: chats, mailboxes and others
    actions: tuple[str, ...] = ()  # names of notify actions, such as "family"
    channels: tuple[str, ...] = ()  # of Discord, which must be told where; ids
    cameras: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    when: When = When.ALWAYS
    while_on: str | None = None
    quiet_from: time | None = None
    quiet_to: time | None = None
    cool_down_seconds: float = DEFAULT_COOL_DOWN_SECONDS
    picture: bool = True
    clip: bool = True
    live_view: bool = False
    critical: bool = False
    summary: bool = True
    buttons: tuple[HookButton, ...] = ()

    @classmethod
    def of(cls, hook_id: str, data: Mapping[str, Any]) -> Self:
        """Read what `notification_flow.py` has stored."""
        lists: dict[str, Any] = {key: tuple(data.get(key, ())) for key in _LISTS}
        switches: dict[str, Any] = {key: data[key] for key in _SWITCHES if key in data}
        return cls(
            id=hook_id,
            **lists,
            **switches,
            when=When(data.get("when", When.ALWAYS)),
            while_on=data.get("while_on"),
            quiet_from=_time_of(data.get("quiet_from")),
            quiet_to=_time_of(data.get("quiet_to")),
            cool_down_seconds=data.get("cool_down_seconds", DEFAULT_COOL_DOWN_SECONDS),
            buttons=tuple(HookButton(button) for button in data.get("buttons", DEFAULT_BUTTONS)),
        )

    def wants(self, event: MotionEvent) -> bool:
        """Whether it is about such an event, as far as that is known by now."""
        return (
            event.cause is not EventCause.MANUAL
            and (not self.cameras or event.camera in self.cameras)
            and (not self.zones or not set(self.zones).isdisjoint(event.zones))
            and (
                not self.labels
                or not set(self.labels).isdisjoint(label.name for label in event.labels)
            )
        )

    @callback
    def is_active(self, hass: HomeAssistant, now: datetime) -> bool:
        """Whether anybody is to be told just now; `now` is local time."""
        if self.when is When.NOBODY_HOME and _is_somebody_home(hass):
            return False
        if self.while_on is not None and not _is_on(hass, self.while_on):
            return False
        return not self._is_quiet(now.time())

    def _is_quiet(self, now: time) -> bool:
        begin, end = self.quiet_from, self.quiet_to
        if begin is None or end is None or begin == end:
            return False
        return begin <= now < end if begin < end else now >= begin or now < end


_LISTS = ("phones", "entities", "actions", "channels", "cameras", "zones", "labels")
_SWITCHES = ("picture", "clip", "live_view", "critical", "summary")


def _time_of(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _is_somebody_home(hass: HomeAssistant) -> bool:
    return any(person.state == STATE_HOME for person in hass.states.async_all("person"))


def _is_on(hass: HomeAssistant, entity_id: str) -> bool:
    """Whether a schedule, switch or sensor is on, or an alarm is armed."""
    state = hass.states.get(entity_id)
    return state is not None and (state.state == STATE_ON or state.state.startswith("armed"))
