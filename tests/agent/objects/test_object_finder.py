"""Which frames of an event are looked at, with which place of motion, and how often."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pi_agent.frames import Frame, FrameHub
from pi_agent.objects import ModelFolder, ObjectFinder, ObjectLooker, Seen
from pi_agent.protocol import Box, EventState, Label, MotionEvent, MotionMessage
from tests.agent.storage.test_event_store import motion_event

LEFT, MIDDLE = Box(x=0.1, y=0.2, w=0.2, h=0.5), Box(x=0.4, y=0.2, w=0.2, h=0.5)


class NotingLooker(ObjectLooker):
    """Notes what it is asked; its eyes are a test's."""

    def __init__(self, folder: Path) -> None:
        super().__init__(ModelFolder(folder))
        self.labels = frozenset(("person", "car"))
        self.asked: list[tuple[bytes, Box | None]] = []
        self.sees: tuple[Label, ...] = ()
        self.takes = 0.0  # seconds

    async def look(self, jpeg: bytes, box: Box | None, *, least: float) -> Seen | None:
        """What the test says."""
        self.asked.append((jpeg, box))
        seen = Seen(labels=self.sees, seconds=0.0)
        await asyncio.sleep(self.takes)
        return seen


@dataclass
class Watched:
    """A finder, its camera, and what it told."""

    looker: NotingLooker
    hub: FrameHub = field(default_factory=FrameHub)
    told: list[tuple[str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.finder = ObjectFinder(
            self.hub, self.looker, self.tell, labels=lambda: (), looks_per_second=20
        )

    async def tell(self, event_id: str, labels: tuple[Label, ...]) -> bool:
        self.told.append((event_id, [label.name for label in labels]))
        return True

    def frame(self, number: int) -> Frame:
        """The camera's next frame; its JPEG is its number."""
        frame = Frame(
            sequence=number,
            captured_at=float(number),
            monotonic_at=float(number),
            width=64,
            height=48,
            jpeg=str(number).encode(),
        )
        self.hub.publish(frame)
        return frame

    def start(self, number: int, frame: Frame) -> MotionEvent:
        event = replace(motion_event(number), state=EventState.STARTED, box=LEFT)
        self.finder.on_motion_event(event, frame)
        return event

    def moves(self, box: Box) -> None:
        self.finder.on_motion(MotionMessage(camera="porch", active=True, box=box))

    def end(self, event: MotionEvent) -> None:
        ended = replace(event, state=EventState.ENDED, ended_at=event.started_at)
        self.finder.on_motion_event(ended, None)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    watched = Watched(NotingLooker(tmp_path))
    watched.finder.start()
    yield watched
    await watched.finder.close()


async def test_the_place_of_motion_is_that_of_the_frame_that_is_looked_at(watched: Watched) -> None:
    event = watched.start(1, watched.frame(1))
    watched.frame(2)
    watched.moves(MIDDLE)
    watched.frame(3)  # in which it is elsewhere by now
    await watched.until(lambda: len(watched.looker.asked) >= 2)
    watched.end(event)
    assert watched.looker.asked[:2] == [(b"1", LEFT), (b"2", MIDDLE)]


async def test_an_event_that_is_over_soon_is_looked_at_where_it_moved_last(
    watched: Watched,
) -> None:
    watched.looker.takes = 0.1
    event = watched.start(1, watched.frame(1))
    await watched.until(lambda: watched.looker.asked)
    watched.frame(2)
    watched.moves(MIDDLE)
    watched.end(event)
    watched.frame(3)
    await asyncio.sleep(0.5)
    assert watched.looker.asked == [(b"1", LEFT), (b"2", MIDDLE)]


async def test_what_stands_still_is_looked_at_in_the_newest_frame(watched: Watched) -> None:
    event = watched.start(1, watched.frame(1))
    await watched.until(lambda: watched.looker.asked)
    watched.frame(2)
    await watched.until(lambda: len(watched.looker.asked) >= 2)
    watched.end(event)
    assert watched.looker.asked[1] == (b"2", LEFT)


@pytest.mark.logs_errors
async def test_a_look_that_fails_leaves_the_next_event_its_own(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    see = watched.looker.look

    async def fail_once(jpeg: bytes, box: Box | None, *, least: float) -> Seen | None:
        watched.looker.look = see  # type: ignore[method-assign]
        raise RuntimeError("a defect")

    watched.looker.look = fail_once  # type: ignore[method-assign]
    event = watched.start(1, watched.frame(1))
    await watched.until(lambda: "a defect" in caplog.text)
    watched.end(event)
    event = watched.start(2, watched.frame(2))
    await watched.until(lambda: (b"2", LEFT) in watched.looker.asked)
    watched.end(event)


async def test_no_frame_is_looked_at_twice(watched: Watched) -> None:
    event = watched.start(1, watched.frame(1))
    watched.moves(LEFT)
    await asyncio.sleep(0.5)
    watched.end(event)
    assert len(watched.looker.asked) == 1


async def test_what_the_next_event_shows_is_never_told_of_the_last(watched: Watched) -> None:
    first = watched.start(1, watched.frame(1))
    await watched.until(lambda: watched.looker.asked)
    watched.looker.sees = (Label(name="person", confidence=0.9, box=LEFT),)
    watched.end(first)
    second = watched.start(2, watched.frame(2))
    await watched.until(lambda: watched.told)
    watched.end(second)
    assert watched.told == [(second.id, ["person"])]


@pytest.mark.parametrize(("name", "most", "least"), [("person", 5, 4), ("car", 6, 5)])
async def test_once_it_is_clear_what_moves_looks_are_fewer(
    watched: Watched, name: str, most: int, least: int
) -> None:
    """After four looks one in four seconds; one a second where somebody may get out of the car."""
    watched.looker.sees = (Label(name=name, confidence=0.9, box=LEFT),)
    event = watched.start(1, watched.frame(1))
    for number in range(2, 32):
        watched.frame(number)
        watched.moves(LEFT)
        await asyncio.sleep(0.05)
    watched.end(event)
    assert least <= len(watched.looker.asked) <= most
