"""Collects what happened during an outage, to be told in one summary once all of it is known."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .agent_client.protocol import MotionEvent

_SETTLED_SECONDS: Final = 5.0  # after the last of them: they come in one burst
_MOST = 1000  # a hook; beyond that nobody counts

type Missed = dict[str, list[MotionEvent]]


class MissedEvents:
    """Missed events by hook; `tell` is called once after a burst."""

    def __init__(self, hass: HomeAssistant, tell: Callable[[Missed], None]) -> None:
        """Nothing is missed yet."""
        self._hass = hass
        self._tell = tell
        self._missed: Missed = {}
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def add(self, hook_id: str, event: MotionEvent) -> None:
        """Add an event to a hook's summary."""
        events = self._missed.setdefault(hook_id, [])
        if len(events) < _MOST:
            events.append(event)
        self.cancel()
        self._timer = async_call_later(self._hass, _SETTLED_SECONDS, self._on_settled)

    @callback
    def cancel(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _on_settled(self, _: datetime) -> None:
        self._timer = None
        missed, self._missed = self._missed, {}
        self._tell(missed)
