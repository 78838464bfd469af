"""Mock pins of gpiozero's own, in place of those of a Pi."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from pi_agent.runtime import LoopBridge


@pytest.fixture
def pins() -> Iterator[Any]:
    """What makes pins."""
    factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()


@pytest.fixture
async def bridge() -> AsyncIterator[LoopBridge]:
    """The way to the test's loop."""
    bridge = LoopBridge(asyncio.get_running_loop())
    yield bridge
    bridge.close()


async def until(condition: Callable[[], object]) -> None:
    """Return as soon as it is so; fail the test after ten seconds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)
