"""Stills are asked for once for everyone, and kept for a second."""

import asyncio

import pytest

from custom_components.pi_motion_camera.agent_client import AgentConnectionError
from custom_components.pi_motion_camera.stills import Stills, step_for


class Camera:
    """Counts what it is asked for; answers when the test lets it."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []
        self.answering = asyncio.Event()
        self.answering.set()
        self.error: AgentConnectionError | None = None

    async def picture(self, width: int | None) -> bytes:
        self.asked.append(width)
        await self.answering.wait()
        if self.error is not None:
            raise self.error
        return f"{width} #{len(self.asked)}".encode()


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_everyone_who_asks_at_once_gets_one_picture() -> None:
    camera = Camera()
    camera.answering.clear()
    stills = Stills(camera.picture, now=Clock())
    tasks = [asyncio.create_task(stills.get(310)) for _ in range(20)]
    await asyncio.sleep(0)
    camera.answering.set()
    assert set(await asyncio.gather(*tasks)) == {b"320 #1"}
    assert camera.asked == [320]


async def test_a_picture_is_kept_for_a_second_and_no_longer() -> None:
    camera, clock = Camera(), Clock()
    stills = Stills(camera.picture, now=clock)
    first = await stills.get(None)
    clock.now += 0.99
    assert await stills.get(None) == first
    clock.now += 0.02
    assert await stills.get(None) != first
    assert camera.asked == [None, None]


async def test_each_width_has_a_picture_of_its_own() -> None:
    camera = Camera()
    stills = Stills(camera.picture, now=Clock())
    await stills.get(300)
    await stills.get(1280)
    await stills.get(None)
    assert camera.asked == [320, 1280, None]


async def test_an_error_is_not_kept() -> None:
    camera = Camera()
    stills = Stills(camera.picture, now=Clock())
    camera.error = AgentConnectionError("gone")
    with pytest.raises(AgentConnectionError):
        await stills.get(320)
    camera.error = None
    assert await stills.get(320) == b"320 #2"


async def test_a_caller_that_gives_up_does_not_cost_the_next_one_its_picture() -> None:
    camera = Camera()
    camera.answering.clear()
    stills = Stills(camera.picture, now=Clock())
    impatient = asyncio.create_task(stills.get(320))
    patient = asyncio.create_task(stills.get(320))
    await asyncio.sleep(0)
    impatient.cancel()
    camera.answering.set()
    assert await patient == b"320 #2"


@pytest.mark.parametrize(
    ("wanted", "step"), [(None, None), (1, 160), (160, 160), (161, 240), (2560, 2560), (9999, None)]
)
def test_a_step_is_never_narrower_than_what_is_wanted(wanted: int | None, step: int | None) -> None:
    assert step_for(wanted) == step
