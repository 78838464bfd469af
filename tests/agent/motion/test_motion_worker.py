"""The motion thread: awake for frames that are worth a look, and for nothing else."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from pi_agent.frames import Frame, FrameHub, FrameTaker
from pi_agent.motion import MotionWorker
from pi_agent.motion.look_schedule import LookSchedule
from pi_agent.motion.motion_worker import LookTaker
from pi_agent.protocol import (
    CameraSettings,
    EventCause,
    EventState,
    MotionEvent,
    MotionLook,
    MotionMessage,
)

from .scenes import Luma

FPS = 30


class Listener:
    """Collects the states of events, and whether something moves."""

    def __init__(self) -> None:
        self.states: queue.Queue[EventState] = queue.Queue()
        self.active: queue.Queue[bool] = queue.Queue()

    def on_motion_event(self, event: MotionEvent, frame: Frame | None) -> None:
        self.states.put(event.state)

    def on_motion(self, message: MotionMessage) -> None:
        self.active.put(message.active)

    def on_look(self, look: MotionLook) -> None:
        pass

    def on_covered(self, covered: bool | None) -> None:
        pass

    def on_moved(self, moved: bool | None) -> None:
        pass

    def on_view(self, document: bytes) -> None:
        pass


@contextmanager
def working(hub: FrameHub, listener: Listener, **settings: Any) -> Iterator[MotionWorker]:
    def on_death(name: str, error: Exception) -> None:
        raise AssertionError(name) from error

    worker = MotionWorker("porch", hub, CameraSettings(**settings), listener, on_death=on_death)
    worker.start()
    try:
        yield worker
    finally:
        worker.close()


@dataclass(slots=True)
class Watched:
    """Seconds of the frames that reached the worker, that woke its thread, that were looked at."""

    offered: list[float] = field(default_factory=list)
    woken_for: list[float] = field(default_factory=list)
    looked_at: list[float] = field(default_factory=list)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """What happens to each frame, seen where it happens."""
    seen = Watched()
    offer, put, looked = LookTaker.offer, FrameTaker.offer, LookSchedule.looked

    def counted_offer(taker: LookTaker, frame: Frame) -> None:
        offer(taker, frame)
        seen.offered.append(frame.monotonic_at)

    def counted_put(taker: FrameTaker, frame: Frame) -> None:
        seen.woken_for.append(frame.monotonic_at)
        put(taker, frame)

    def counted_look(schedule: LookSchedule, at: float, **found: bool) -> None:
        looked(schedule, at, **found)
        seen.looked_at.append(at)

    monkeypatch.setattr(LookTaker, "offer", counted_offer)
    monkeypatch.setattr(FrameTaker, "offer", counted_put)
    monkeypatch.setattr(LookSchedule, "looked", counted_look)
    return seen


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.001)


def wait_for(told: queue.Queue[Any], expected: Any) -> None:
    """Until it is told; fails where it is not."""
    while told.get(timeout=10) != expected:
        pass


def still(at: float) -> Luma:
    return np.full((90, 160), 90, np.uint8)


def someone(at: float) -> Luma:
    """Somebody who goes round and round."""
    plane = still(at)
    left = round(at * 40) % 140
    plane[30:70, left : left + 15] = 20
    return plane


def publish(
    hub: FrameHub,
    seconds: float,
    watched: Watched,
    *,
    start: float = 0.0,
    looks: bool = True,
    luma: Callable[[float], Luma] = still,
) -> None:
    """Frames of so many seconds by their own clock, at the pace of the worker."""
    for number in range(round(seconds * FPS)):
        at = start + number / FPS
        frame = Frame(
            sequence=number,
            captured_at=1_700_000_000 + at,
            monotonic_at=at,
            width=160,
            height=90,
            pixels=np.zeros((90, 160, 3), np.uint8),
            luma=luma(at),
        )
        hub.publish(frame)
        while not watched.offered:  # the worker has not subscribed yet
            time.sleep(0.001)
            hub.publish(frame)
        if looks:
            wait_until(lambda: watched.woken_for == watched.looked_at)


def test_a_still_scene_wakes_the_thread_a_few_times_a_second(watched: Watched) -> None:
    hub = FrameHub()
    with working(hub, Listener()):
        publish(hub, 6.0, watched)
        watched.woken_for.clear()
        watched.looked_at.clear()
        publish(hub, 4.0, watched, start=6.0)
    assert 28 <= len(watched.looked_at) <= 32  # of 120
    assert watched.woken_for == watched.looked_at


def test_without_motion_detection_no_frame_wakes_the_thread(watched: Watched) -> None:
    hub = FrameHub()
    with working(hub, Listener(), motion=False):
        publish(hub, 3.0, watched, looks=False)
    assert watched.offered
    assert watched.looked_at == watched.woken_for == []


def test_an_event_by_hand_ends_by_the_frames_clock_though_nobody_looks(watched: Watched) -> None:
    hub, listener = FrameHub(), Listener()
    with working(hub, listener, motion=False) as worker:
        publish(hub, 1.0, watched, looks=False)
        worker.trigger(EventCause.MANUAL, 20.0)
        assert listener.states.get(timeout=10) is EventState.STARTED
        publish(hub, 30.0, watched, start=1.0, looks=False)
        assert listener.states.get(timeout=0.4) is EventState.ENDED
    assert watched.looked_at == []


@pytest.mark.parametrize("change", [{"privacy": True}, {"motion": False}], ids=str)
def test_what_shuts_the_eyes_ends_the_event_at_once(watched: Watched, change: Any) -> None:
    hub, listener = FrameHub(), Listener()
    with working(hub, listener) as worker:
        publish(hub, 3.0, watched)
        publish(hub, 1.0, watched, start=3.0, luma=someone)
        assert listener.states.get(timeout=10) is EventState.STARTED
        worker.apply(CameraSettings(**change))
        wait_for(listener.states, EventState.ENDED)
        wait_for(listener.active, False)
        watched.looked_at.clear()
        publish(hub, 2.0, watched, start=4.0, looks=False, luma=someone)
        assert watched.looked_at == []
        assert listener.states.empty()


def test_eyes_that_open_again_learn_and_then_see(watched: Watched) -> None:
    hub, listener = FrameHub(), Listener()
    with working(hub, listener, privacy=True) as worker:
        publish(hub, 1.0, watched, looks=False, luma=someone)
        worker.apply(CameraSettings())
        at = 1.0
        while not watched.looked_at:
            publish(hub, 1 / FPS, watched, start=at, looks=False)
            at += 1 / FPS
            time.sleep(0.001)
        publish(hub, 3.0, watched, start=at)
        assert listener.states.empty()
        publish(hub, 1.0, watched, start=at + 3.0, luma=someone)
        assert listener.states.get(timeout=10) is EventState.STARTED
