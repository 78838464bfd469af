"""Waiting for what other tasks and threads do, with a deadline and never longer than needed."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_DEADLINE_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.005


async def until(condition: Callable[[], object], *, what: str = "the condition") -> None:
    """Return as soon as `condition()` is true; fail the test after ten seconds."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true"
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def until_async(condition: Callable[[], Awaitable[object]]) -> None:
    """The same for a condition that must be awaited."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not await condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
