"""The LED on the board: blinks to show which Pi is meant, then does again what it did before."""

import asyncio
import os
import re
from pathlib import Path

from pi_agent.runtime import LoopTask

_LEDS = Path("/sys/class/leds")
_NAMES = ("ACT", "led0")  # of Raspberry Pi OS bookworm and newer, and before
_HALF_PERIOD_SECONDS = 0.25
# A trigger file lists all there are, the one in force in brackets.
# Source: https://docs.kernel.org/leds/leds-class.html
_IN_FORCE = re.compile(r"\[([^\]]+)\]")


class StatusLed:
    """Owns the LED while it blinks. Lives on the event loop; sysfs answers at once."""

    def __init__(self, folder: Path) -> None:
        self._brightness = folder / "brightness"
        self._trigger = folder / "trigger"
        self._task = LoopTask("status-led")
        self._turn = asyncio.Lock()  # one that is asked for ends the one before

    @classmethod
    def find(cls, root: Path = _LEDS) -> "StatusLed | None":
        """The board's LED; None where there is none or it may not be used."""
        for name in _NAMES:
            led = cls(root / name)
            if os.access(led._brightness, os.W_OK) and os.access(led._trigger, os.W_OK):
                return led
        return None

    async def blink(self, seconds: float) -> None:
        """Begin to blink for some seconds from now."""
        async with self._turn:
            await self.close()
            self._task.start(self._blink(seconds))

    async def close(self) -> None:
        """Stop blinking; may be called twice."""
        await self._task.close()

    async def _blink(self, seconds: float) -> None:
        before = _IN_FORCE.search(self._trigger.read_text())
        self._trigger.write_text("none")
        try:
            for half in range(round(seconds / _HALF_PERIOD_SECONDS)):
                self._brightness.write_text("01"[half % 2])
                await asyncio.sleep(_HALF_PERIOD_SECONDS)
        finally:
            self._trigger.write_text(before[1] if before else "none")
