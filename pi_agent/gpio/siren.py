"""A buzzer as a siren: a tone for some time, never for longer than was allowed."""

import asyncio
from collections.abc import Callable
from typing import Any

from pi_agent.errors import RequestError
from pi_agent.protocol import SirenRequest

from .pins import open_part
from .tones import RHYTHMS, STEADY, TONES

_HALF = 0.5  # of each period the membrane is pulled: the loudest


class Siren:
    """Owns the buzzer's pin. `on_change` is called when it begins to sound, and when it is still.

    A passive buzzer plays any tone, by pulses; one with a tone of its own only rhythms of it.
    Lives on the event loop.
    """

    def __init__(
        self,
        pins: Any,
        pin: int,
        *,
        passive: bool,
        longest_seconds: float,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Raises PinsError."""
        self.tones = tuple(TONES) if passive else RHYTHMS
        self.on_change = on_change
        self._passive = passive
        self._longest_seconds = longest_seconds
        self._changing = asyncio.Lock()  # one request after the other: one task at most sounds
        self._task: asyncio.Task[None] | None = None
        self._device = open_part("gpio.buzzer", lambda: _output(pins, pin, passive=passive))

    @property
    def is_on(self) -> bool:
        """Whether it sounds."""
        return self._task is not None

    async def request(self, request: SirenRequest) -> None:
        """Do as asked; RequestError names a tone that it does not have."""
        tone = request.tone or STEADY
        if tone not in self.tones:
            known = ", ".join(self.tones)
            raise RequestError(f"must be one of {known}, not {tone!r}", field="tone")
        async with self._changing:
            await self._stop()
            if request.on:
                seconds = min(request.seconds or self._longest_seconds, self._longest_seconds)
                self._task = asyncio.create_task(self._sound(tone, seconds), name="siren")
            self.on_change()

    async def toggle(self) -> None:
        """On where it is still, off where it sounds."""
        await self.request(SirenRequest(on=not self.is_on))

    async def close(self) -> None:
        """Be still and let go of the pin; may be called twice."""
        async with self._changing:
            await self._stop()
            self._device.close()

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _sound(self, tone: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for hertz, length in TONES[tone]:
                        self._play(hertz)
                        await asyncio.sleep(length)
        except TimeoutError:
            self._task = None
        finally:
            self._device.off()
        self.on_change()

    def _play(self, hertz: float) -> None:
        if not hertz:
            self._device.off()
        elif self._passive:
            self._device.frequency = hertz
            self._device.value = _HALF
        else:
            self._device.on()


def _output(pins: Any, pin: int, *, passive: bool) -> Any:
    from gpiozero import DigitalOutputDevice, PWMOutputDevice

    kind = PWMOutputDevice if passive else DigitalOutputDevice
    return kind(pin, pin_factory=pins)
