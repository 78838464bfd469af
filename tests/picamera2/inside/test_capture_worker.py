"""The agent survives what the real picamera2 does when a camera fails."""

from collections.abc import Iterator

import pytest

from pi_agent.capture import CaptureWorker, Picamera2Source
from pi_agent.frames import FrameHub, PictureView
from pi_agent.runtime import Backoff
from tests.agent.capture.capture_listener import ListenerQueue

from .conftest import SetEncoder
from .virtual_camera import Sensor


@pytest.fixture
def listener() -> ListenerQueue:
    return ListenerQueue(patience=20)


@pytest.fixture
def worker(set_encoder: SetEncoder, listener: ListenerQueue) -> Iterator[CaptureWorker]:
    set_encoder("none")
    deaths: list[Exception] = []
    worker = CaptureWorker(
        "porch",
        Picamera2Source("Virtual1", timeout=0.5),
        FrameHub(),
        view=PictureView(),
        listener=listener,
        on_death=lambda name, error: deaths.append(error),
        backoff=Backoff(first=0.05, most=0.1),
        hang_seconds=2.0,
    )
    worker.start()
    yield worker
    worker.close()
    assert not deaths


def test_a_cable_that_comes_loose_and_is_plugged_in_again(
    sensor: Sensor, worker: CaptureWorker, listener: ListenerQueue
) -> None:
    listener.until("online")
    sensor.frozen = True
    listener.until("check the ribbon cable")
    sensor.frozen = False
    listener.until("online")
    assert worker.abandoned_sources == 0


def test_a_library_that_hangs_while_it_stops_the_camera(
    sensor: Sensor, worker: CaptureWorker, listener: ListenerQueue
) -> None:
    listener.until("online")
    sensor.stop_hangs = sensor.frozen = True
    listener.until("its driver hangs")
    assert worker.abandoned_sources == 1
    # The camera is still held by the thread that hangs: said, tried again, and had at last.
    listener.until("in use by another program")
    sensor.stop_hangs = sensor.frozen = False
    listener.until("online")
