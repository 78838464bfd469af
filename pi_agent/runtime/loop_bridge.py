"""The one way from a thread to the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")


class LoopBridge:
    """Runs callbacks of other threads on the event loop, in the order in which they came."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def post(self, callback: Callable[[*Ts], object], *args: *Ts) -> None:
        """Have the loop call `callback(*args)` soon; nothing happens once the loop is closed."""
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            if not self._loop.is_closed():
                raise
