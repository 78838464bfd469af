"""From threads to the loop, in order, and harmless at the end."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pi_agent.runtime import LoopBridge


@pytest.fixture
async def bridge() -> AsyncIterator[LoopBridge]:
    bridge = LoopBridge(asyncio.get_running_loop())
    yield bridge
    bridge.close()


async def test_callbacks_run_on_the_loop_in_order(bridge: LoopBridge) -> None:
    seen: list[tuple[int, bool]] = []
    here = threading.get_ident()

    def note(number: int) -> None:
        seen.append((number, threading.get_ident() == here))

    def post_all() -> None:
        for number in range(5):
            bridge.post(note, number)

    await asyncio.to_thread(post_all)
    async with asyncio.timeout(10):
        while len(seen) < 5:
            await asyncio.sleep(0)
    assert seen == [(number, True) for number in range(5)]


async def test_none_is_lost_among_many_threads(bridge: LoopBridge) -> None:
    seen: list[int] = []

    def post_all() -> None:
        for number in range(2000):
            bridge.post(seen.append, number)

    await asyncio.gather(*(asyncio.to_thread(post_all) for _ in range(4)))
    async with asyncio.timeout(10):
        while len(seen) < 8000:
            await asyncio.sleep(0)
    assert sorted(seen) == sorted(4 * list(range(2000)))


async def test_a_callback_may_post_another(bridge: LoopBridge) -> None:
    done = asyncio.Event()
    bridge.post(bridge.post, done.set)
    await asyncio.wait_for(done.wait(), 10)


@pytest.mark.logs_errors
async def test_a_callback_that_fails_is_told_and_the_next_one_runs(
    bridge: LoopBridge, caplog: pytest.LogCaptureFixture
) -> None:
    done = asyncio.Event()
    bridge.post(int, "no number")
    bridge.post(done.set)
    await asyncio.wait_for(done.wait(), 10)
    assert "no number" in caplog.text


async def test_at_the_end_what_was_posted_has_run_and_no_more_is_taken() -> None:
    seen: list[int] = []
    files = len(list(Path("/proc/self/fd").iterdir()))
    bridge = LoopBridge(asyncio.get_running_loop())
    bridge.post(seen.append, 1)
    bridge.close()
    bridge.post(seen.append, 2)
    bridge.close()
    await asyncio.sleep(0)
    assert seen == [1]
    assert len(list(Path("/proc/self/fd").iterdir())) == files
