"""One camera's clip thread: JPEGs as they come, frames encoded once, reels handed over."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

import numpy as np

from pi_agent.clips.clip_worker import ClipWorker
from pi_agent.clips.reel import ReelPicture
from pi_agent.clips.reel_recorder import ClipSettings
from pi_agent.clips.views import view_code
from pi_agent.frames import Frame, FrameHub, PictureView, encode_jpeg, jpeg_of
from pi_agent.protocol import EventState
from tests.agent.storage.test_event_store import motion_event

SETTINGS = ClipSettings(recording=True, pre_roll_seconds=2, post_roll_seconds=1, quality=80)
GREY = np.full((36, 64, 3), 128, np.uint8)


class Desk:
    """Takes what the worker hands over."""

    def __init__(self) -> None:
        self.pictures: dict[str, list[ReelPicture]] = {}
        self.lost: dict[str, str] = {}
        self.finished: dict[str, float] = {}
        self.changed = threading.Condition()

    def write(
        self, event_id: str, pictures: tuple[ReelPicture, ...], until: float | None = None
    ) -> bool:
        with self.changed:
            self.pictures.setdefault(event_id, []).extend(pictures)
            if until is not None:
                self.finished[event_id] = until
            self.changed.notify_all()
        return True

    def on_clip_lost(self, event_id: str, reason: str) -> None:
        with self.changed:
            self.lost[event_id] = reason
            self.changed.notify_all()

    def clip(self, event_id: str) -> list[ReelPicture]:
        with self.changed:
            assert self.changed.wait_for(lambda: event_id in self.finished, 10)
        until = self.finished[event_id]
        return [p for p in self.pictures[event_id] if p.monotonic_at <= until]


@contextmanager
def running(settings: ClipSettings = SETTINGS) -> Iterator[tuple[ClipWorker, FrameHub, Desk]]:
    hub, desk, deaths = FrameHub(), Desk(), []
    worker = ClipWorker(
        "porch", hub, settings, desk, desk, on_death=lambda *death: deaths.append(death)
    )
    worker.start()
    with closing(worker):
        while not hub._takers:
            pass
        yield worker, hub, desk
    assert not deaths


def frame(number: int, *, raw: bool = False, view: PictureView | None = None) -> Frame:
    picture = (GREY + number % 100).astype(np.uint8)
    jpeg = None if raw else encode_jpeg(picture, quality=90)
    return Frame(
        sequence=number,
        captured_at=1.8e9 + number / 10,
        monotonic_at=number / 10,
        width=64,
        height=36,
        jpeg=jpeg,
        pixels=picture if raw else None,
        view=view or PictureView(),
    )


def event_at(worker: ClipWorker, tripped: Frame | None, *, seconds: float) -> None:
    event = motion_event(1)
    worker.on_motion_event(event, tripped)
    end = event.started_at + timedelta(seconds=seconds)
    worker.on_motion_event(replace(event, state=EventState.ENDED, ended_at=end), None)


def test_jpegs_of_the_source_are_kept_as_they_are() -> None:
    with running() as (worker, hub, desk):
        frames = [frame(number) for number in range(60)]
        for one in frames[:40]:
            hub.publish(one)
        event_at(worker, frames[35], seconds=0.5)
        for one in frames[40:]:
            hub.publish(one)
        clip = desk.clip("event-0001")
        assert [p.monotonic_at for p in clip] == [n / 10 for n in range(15, 51)]
        assert all(p.jpeg is one.jpeg for p, one in zip(clip, frames[15:], strict=False))
        assert worker.lost_pictures == 0


def test_a_view_is_noted_and_applied_later() -> None:
    view = PictureView(rotation=90, timestamp_overlay=True)
    with running() as (worker, hub, desk):
        frames = [frame(number, view=view) for number in range(40)]
        for one in frames:
            hub.publish(one)
        event_at(worker, frames[20], seconds=0.5)
        clip = desk.clip("event-0001")
        assert {p.view for p in clip} == {view_code(view)}
        assert clip[0].jpeg is frames[0].jpeg


def test_frames_without_a_jpeg_are_encoded_once_for_all_and_as_shown() -> None:
    view = PictureView(rotation=90)
    with running() as (worker, hub, desk):
        frames = [frame(number, raw=True, view=view) for number in range(30)]
        for one in frames:
            hub.publish(one)
            while not one.encoded._made:  # as slow as a camera: the worker takes each of them
                time.sleep(0.001)
        event_at(worker, frames[10], seconds=0.5)
        clip = desk.clip("event-0001")
        assert len(clip) > 10
        assert {p.view for p in clip} == {0}
        by_time = {one.monotonic_at: one for one in frames}
        assert all(p.jpeg is jpeg_of(by_time[p.monotonic_at], quality=80) for p in clip)


def test_an_event_without_pictures_says_so() -> None:
    with running() as (worker, _, desk):
        event_at(worker, None, seconds=0.0)
        with desk.changed:
            assert desk.changed.wait_for(lambda: desk.lost, 10)
    assert desk.lost == {"event-0001": "the camera gave no picture during the event"}
    assert desk.finished == {}


def test_closing_finishes_what_goes_on() -> None:
    with running() as (worker, hub, desk):
        for number in range(30):
            hub.publish(frame(number))
        worker.on_motion_event(motion_event(1), frame(25))
    assert [p.monotonic_at for p in desk.clip("event-0001")] == [n / 10 for n in range(5, 30)]


def test_switching_recording_off_finishes_what_goes_on_and_forgets_the_rest() -> None:
    with running() as (worker, hub, desk):
        for number in range(30):
            hub.publish(frame(number))
        worker.on_motion_event(motion_event(1), frame(25))
        worker.apply(replace(SETTINGS, recording=False))
        assert len(desk.clip("event-0001")) == 25
        for number in range(30, 60):
            hub.publish(frame(number))
        worker.on_motion_event(motion_event(2), frame(50))
    assert desk.finished.keys() == {"event-0001"}
    assert desk.lost == {}


def test_nothing_wakes_while_nothing_happens() -> None:
    with running() as (worker, hub, _):
        takes = []
        take = worker._taker.take
        worker._taker.take = lambda timeout=None: takes.append(timeout) or take(timeout)  # type: ignore[method-assign,func-returns-value]
        worker._taker.nudge()
        for number in range(200):
            hub.publish(frame(number))
        assert takes in ([], [None])
