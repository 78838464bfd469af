"""Tasks on the event loop end with their owner, and never without a word."""

import asyncio

import pytest

from pi_agent.runtime import LoopTask


async def test_a_closed_task_has_ended() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    task = LoopTask("work")
    task.start(work())
    await asyncio.sleep(0)
    await task.close()
    assert ended.is_set()
    await task.close()


async def test_a_task_may_end_by_itself() -> None:
    done: list[int] = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append(1)

    task = LoopTask("work")
    task.start(work())
    await task.finish()
    assert done == [1]


@pytest.mark.logs_errors
async def test_a_death_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    deaths: list[str] = []

    async def work() -> None:
        raise RuntimeError("nobody thought of that")

    task = LoopTask("work", on_death=lambda name, error: deaths.append(f"{name}: {error}"))
    task.start(work())
    async with asyncio.timeout(5):
        while not deaths:
            await asyncio.sleep(0)
    assert deaths == ["work: nobody thought of that"]
    assert "Task work died" in caplog.text
    assert "nobody thought of that" in caplog.text
    await task.close()
