"""A camera that is lost comes back by itself; privacy mode really lets go of it."""

import logging
import queue
from collections.abc import Iterator

import pytest

from pi_agent.capture import CaptureWorker
from pi_agent.frames import Frame, FrameHub, PictureView
from pi_agent.runtime import Backoff
from tests.scripted_source import ScriptedSource


class Listener:
    """Queues what the worker tells."""

    def __init__(self) -> None:
        self.told: queue.Queue[str] = queue.Queue()

    def on_camera_online(self, frame: Frame) -> None:
        self.told.put("online")

    def on_camera_offline(self, reason: str) -> None:
        self.told.put(reason)

    def next(self) -> str:
        return self.told.get(timeout=10)


class Bench:
    """A capture worker with a scripted camera."""

    def __init__(self) -> None:
        self.hub = FrameHub()
        self.source = ScriptedSource()
        self.listener = Listener()
        self.deaths: list[Exception] = []
        self.worker = CaptureWorker(
            "porch",
            self.source,
            self.hub,
            view=PictureView(),
            listener=self.listener,
            on_death=lambda name, error: self.deaths.append(error),
            backoff=Backoff(first=0.01, most=0.02),
        )


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.worker.close()
    bench.worker.close()


def test_frames_reach_the_hub_shown_as_the_view_says(bench: Bench) -> None:
    bench.worker.view = PictureView(rotation=180)
    with bench.hub.subscribed() as taker:
        bench.worker.start()
        bench.source.still(0.1)
        frame = taker.take(10)
    assert frame is not None
    assert frame.view.rotation == 180


def test_a_lost_camera_is_told_once_and_comes_back_by_itself(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.source.still(0.1)
    bench.worker.start()
    assert bench.listener.next() == "online"
    bench.source.break_off("the cable is loose")
    for _ in range(3):
        assert bench.listener.next() == "the cable is loose"
    assert bench.hub.newest is None
    bench.source.mend()
    bench.source.still(0.1)
    while (told := bench.listener.next()) == "the cable is loose":
        pass
    assert told == "online"
    messages = [(r.levelname, r.getMessage()) for r in caplog.records]
    assert messages.count(("WARNING", "Camera porch is offline: the cable is loose")) == 1
    assert messages.count(("INFO", "Camera porch is back")) == 1


def test_a_pause_lets_go_of_the_camera_until_it_is_lifted(bench: Bench) -> None:
    bench.source.still(0.1)
    bench.worker.start()
    assert bench.listener.next() == "online"
    bench.worker.set_paused(True)
    while not bench.source.closed:
        assert not bench.deaths
    opened = bench.source.opened
    bench.source.still(0.1)
    assert bench.listener.told.empty()
    assert bench.source.opened == opened
    bench.worker.set_paused(False)
    assert bench.listener.next() == "online"
    assert bench.source.opened == opened + 1


def test_a_camera_paused_from_the_start_is_never_opened(bench: Bench) -> None:
    bench.worker.set_paused(True)
    bench.worker.start()
    bench.worker.close()
    assert bench.source.opened == 0


def test_closing_ends_a_wait_for_a_frame(bench: Bench) -> None:
    bench.worker.start()
    bench.worker.close()
    assert not bench.worker.is_alive
    assert bench.source.opened == bench.source.closed


@pytest.mark.logs_errors
def test_a_defect_of_a_source_is_not_silent(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("a defect")

    bench.source.open = fail  # type: ignore[method-assign]
    bench.worker.start()
    bench.worker.close()
    assert [str(error) for error in bench.deaths] == ["a defect"]
    assert "Thread capture-porch died" in caplog.text
