"""A camera that is lost comes back by itself, whatever its library does; privacy lets go of it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from pi_agent.capture import CameraControls, CameraStuckError, CaptureWorker, capture_worker
from pi_agent.capture.source_reader_worker import SourceReader
from pi_agent.frames import FrameHub, PictureView
from pi_agent.runtime import Backoff

from .capture_listener import ListenerQueue
from .fake_camera import Call, FakeCamera

HANGS = "the camera has not answered for 0 s; its driver hangs"


class Bench:
    """A capture worker with a fake camera, whose patience is short."""

    def __init__(self) -> None:
        self.hub = FrameHub()
        self.camera = FakeCamera()
        self.listener = ListenerQueue()
        self.deaths: list[Exception] = []
        self.worker = CaptureWorker(
            "porch",
            self.camera.source,
            self.hub,
            view=PictureView(),
            listener=self.listener,
            on_death=lambda name, error: self.deaths.append(error),
            backoff=Backoff(first=0.01, most=0.02),
            hang_seconds=0.2,
            let_go_seconds=0.2,
        )

    def start(self) -> None:
        """Start it and wait for the first frame."""
        self.camera.deliver()
        self.worker.start()
        assert self.listener.next() == "online"


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    before = set(threading.enumerate())
    yield bench
    bench.worker.close()
    bench.worker.close()
    bench.camera.release()
    eventually(lambda: set(threading.enumerate()) <= before)


def eventually(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_frames_reach_the_hub_shown_as_the_view_says(bench: Bench) -> None:
    bench.worker.view = PictureView(rotation=90)
    with bench.hub.subscribed() as taker:
        bench.start()
        frame = taker.take(10)
    assert frame is not None
    assert frame.view.rotation == 90


def test_a_camera_that_can_mirror_by_itself_does_it(bench: Bench) -> None:
    bench.worker.view = PictureView(rotation=180, timestamp_overlay=True)
    with bench.hub.subscribed() as taker:
        bench.start()
        frame = taker.take(10)
    assert frame is not None
    assert frame.view == PictureView(timestamp_overlay=True)
    assert bench.camera.source.flip.horizontal
    assert bench.camera.source.flip.vertical


def test_a_camera_is_told_how_to_mirror_before_it_is_started(bench: Bench) -> None:
    bench.worker.view = PictureView(flip_horizontal=True)
    bench.start()
    assert bench.camera.source.flips_before_open == 1


def test_controls_are_set_when_they_change_and_not_before(bench: Bench) -> None:
    bench.start()
    assert bench.camera.source.controls is None
    assert bench.worker.offered_controls.gain
    bench.worker.controls = CameraControls(gain=0.5)
    bench.camera.deliver(2)
    eventually(lambda: bench.camera.source.controls == CameraControls(gain=0.5))


def test_a_lost_camera_is_told_once_and_comes_back_by_itself(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.start()
    bench.camera.lose("the cable is loose")
    for _ in range(3):
        assert bench.listener.next() == "the cable is loose"
    assert bench.hub.newest is None
    bench.camera.mend()
    bench.camera.deliver()
    bench.listener.until("online")
    messages = [(r.levelname, r.getMessage()) for r in caplog.records]
    assert messages.count(("WARNING", "Camera porch is offline: the cable is loose")) == 1
    assert messages.count(("INFO", "Camera porch is back")) == 1


class CountingBackoff(Backoff):
    """Counts how often its pauses grew and began anew."""

    def __init__(self) -> None:
        super().__init__(first=0.001, most=0.01)
        self.pauses = self.resets = 0

    def pause(self) -> float:
        self.pauses += 1
        return super().pause()

    def reset(self) -> None:
        self.resets += 1
        super().reset()


@pytest.mark.parametrize(("steady_seconds", "resets"), [(10.0, False), (0.0, True)])
def test_only_a_camera_that_was_steady_is_tried_again_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, steady_seconds: float, resets: bool
) -> None:
    monkeypatch.setattr(capture_worker, "_STEADY_SECONDS", steady_seconds)
    bench.worker._backoff = backoff = CountingBackoff()
    bench.start()
    for _ in range(3):  # one frame each time, and it is gone again
        bench.camera.lose("the cable is loose")
        bench.listener.until("the cable is loose")
        bench.camera.mend()
        bench.camera.deliver()
        bench.listener.until("online")
    assert backoff.pauses >= 3
    assert (backoff.resets == 3) == resets
    assert (backoff.resets == 0) != resets


def test_a_camera_that_fails_at_once_is_not_tried_without_a_pause(bench: Bench) -> None:
    bench.worker._backoff = Backoff(first=0.04, most=0.04)
    bench.camera.lose("the cable is loose")
    began = time.monotonic()
    bench.worker.start()
    for _ in range(8):
        assert bench.listener.next() == "the cable is loose"
    assert time.monotonic() - began >= 7 * 0.75 * 0.04


def test_a_pause_lets_go_of_the_camera_until_it_is_lifted(bench: Bench) -> None:
    bench.start()
    bench.worker.set_paused(True)
    calls = bench.camera.source.calls
    eventually(lambda: calls[-1] == "close")
    bench.camera.deliver()
    assert bench.listener.told.empty()
    assert calls.count("open") == 1
    bench.worker.set_paused(False)
    assert bench.listener.next() == "online"
    assert calls.count("open") == 2


def test_a_camera_paused_from_the_start_is_never_opened(bench: Bench) -> None:
    bench.worker.set_paused(True)
    bench.worker.start()
    bench.worker.close()
    assert bench.camera.source.calls == []


def test_closing_ends_a_wait_for_a_frame(bench: Bench) -> None:
    bench.worker.start()
    bench.worker.close()
    assert not bench.worker.is_alive
    calls = bench.camera.source.calls
    assert calls.count("open") == calls.count("close")


@pytest.mark.parametrize("call", ["open", "read"])
def test_a_source_that_hangs_is_given_up_and_a_fresh_one_takes_over(
    bench: Bench, call: Call
) -> None:
    bench.camera.hang_in(call)
    bench.worker.start()
    assert bench.listener.next() == HANGS
    bench.camera.release()
    bench.camera.deliver(5)
    bench.listener.until("online")
    assert bench.worker.abandoned_sources >= 1
    assert len(bench.camera.sources) == bench.worker.abandoned_sources + 1
    assert not bench.deaths


def test_a_source_that_hangs_while_it_is_closed_is_given_up_too(bench: Bench) -> None:
    bench.start()
    bench.camera.hang_in("close")
    bench.camera.lose("the cable is loose")
    bench.listener.until(HANGS)
    bench.camera.mend()
    bench.camera.release()
    bench.camera.deliver(5)
    bench.listener.until("online")


def test_what_a_given_up_source_still_delivers_is_nobody_s(bench: Bench) -> None:
    bench.camera.hang_in("read")
    bench.worker.start()
    assert bench.listener.next() == HANGS
    bench.worker.set_paused(True)
    with bench.hub.subscribed() as taker:
        bench.camera.deliver(100)
        bench.camera.release()
        first = bench.camera.sources[0]
        eventually(lambda: first.calls[-1] == "close")
        assert taker.take(0.05) is None


def test_a_hanging_library_does_not_keep_the_agent_from_stopping(bench: Bench) -> None:
    bench.start()
    bench.camera.hang_in("read")
    bench.camera.deliver()
    begun = time.monotonic()
    bench.worker.close()
    assert not bench.worker.is_alive
    assert time.monotonic() - begun < 5


def test_a_hanging_library_does_not_keep_privacy_mode_from_being_lifted(bench: Bench) -> None:
    bench.start()
    bench.camera.hang_in("read")
    bench.camera.deliver()
    bench.worker.set_paused(True)
    eventually(lambda: bench.worker.abandoned_sources == 1)
    bench.worker.set_paused(False)
    bench.camera.release()
    bench.camera.deliver(5)
    bench.listener.until("online")


@pytest.mark.logs_errors
def test_a_library_that_hangs_again_and_again_ends_the_worker(bench: Bench) -> None:
    bench.camera.hang_in("open")
    bench.worker.start()
    eventually(lambda: bool(bench.deaths))
    assert isinstance(bench.deaths[0], CameraStuckError)
    assert len(bench.camera.sources) == 4


def test_skipped_frames_are_counted_over_all_sources(bench: Bench) -> None:
    bench.camera.source.skipped_frames = 3
    bench.camera.hang_in("open")
    bench.worker.start()
    assert bench.listener.next() == HANGS
    bench.camera.release()
    assert bench.worker.skipped_frames == 3
    bench.camera.sources[-1].skipped_frames = 2
    assert bench.worker.skipped_frames == 5


@pytest.mark.logs_errors
def test_a_defect_of_a_source_is_not_silent(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("a defect")

    bench.camera.source.open = fail  # type: ignore[method-assign]
    bench.worker.start()
    eventually(lambda: not bench.worker.is_alive)
    assert [str(error) for error in bench.deaths] == ["a defect"]
    assert "Thread capture-porch died" in caplog.text


def test_a_worker_that_hangs_itself_is_told_from_one_that_waits(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_worker, "_OVERDUE_SECONDS", 0.2)
    go_on = threading.Event()

    def hang(reader: SourceReader) -> None:
        go_on.wait(10)
        reader.stop()

    monkeypatch.setattr(bench.worker, "_abandon", hang)
    bench.camera.hang_in("read")
    bench.worker.start()
    assert not bench.worker.is_stuck
    try:
        deadline = time.monotonic() + 10
        while not bench.worker.is_stuck:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        bench.camera.release()
        go_on.set()
