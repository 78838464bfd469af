"""A PIR sensor: as long as it sees somebody, there is an event."""

import asyncio
from collections.abc import Callable
from typing import Any

from pi_agent.runtime import LoopBridge

from .pins import open_part

_AGAIN_SECONDS = 5.0  # while the sensor goes on seeing somebody
HOLD_SECONDS = 10.0  # that the event stays open after each of these


class MotionSensor:
    """Owns the pin. Calls `on_seen` on the event loop when somebody comes, and while they stay."""

    def __init__(
        self, pins: Any, pin: int, on_seen: Callable[[], None], bridge: LoopBridge
    ) -> None:
        """Raises PinsError."""
        self._on_seen = on_seen
        self._bridge = bridge
        self._again: asyncio.TimerHandle | None = None
        self._closed = False
        self._device = open_part("gpio.pir", lambda: _input(pins, pin))
        # These run in the library's thread.
        self._device.when_activated = lambda: bridge.post(self._seen)
        self._device.when_deactivated = lambda: bridge.post(self._gone)

    def start(self) -> None:
        """Hear of somebody who is there already."""
        if self._device.is_active:
            self._seen()

    def close(self) -> None:
        """Let go of the pin; may be called twice."""
        self._closed = True
        self._gone()
        self._device.close()

    def _seen(self) -> None:
        if self._closed:
            return
        self._gone()
        self._on_seen()
        self._again = asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._seen)

    def _gone(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None


def _input(pins: Any, pin: int) -> Any:
    from gpiozero import DigitalInputDevice

    # The sensor drives the line both ways; a pull resistor would only weaken it.
    return DigitalInputDevice(pin, pull_up=None, active_state=True, pin_factory=pins)
